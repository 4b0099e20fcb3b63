//! The options of `gh`: cobra's, and `--repo` for every command.

pub(super) use crate::cobra::{Command, Flag, Given, Stop};
use crate::cobra::{Globals, Takes};

pub(super) const fn switch(long: &'static str, short: char, help: &'static str) -> Flag {
    Flag { long, short, takes: Takes::Switch, default: "", help }
}

pub(super) const fn value(long: &'static str, short: char, help: &'static str) -> Flag {
    Flag { long, short, takes: Takes::Text, default: "", help }
}

/// Each time one more.
pub(super) const fn values(long: &'static str, short: char, help: &'static str) -> Flag {
    Flag { long, short, takes: Takes::Texts, default: "", help }
}

/// Known to every command.
const GLOBALS: Globals =
    Globals { flags: &[value("repo", 'R', "another repository than that of the folder, OWNER/REPO")], missing: "" };

pub(super) fn parse(args: &[String], command: &Command) -> Result<Given, Stop> {
    crate::cobra::parse(args, command, &GLOBALS)
}

pub(super) fn help(command: &Command) -> String {
    let mut text = format!("Usage:  {} {} [flags]\n\nFlags:\n", command.path, command.operands);
    for flag in command.flags.iter().chain(GLOBALS.flags) {
        let short = if flag.short == '\0' { "    ".into() } else { format!("-{}, ", flag.short) };
        let arg = if flag.takes == Takes::Switch { "" } else { " string" };
        text.push_str(&format!("  {short}--{:<22} {}\n", format!("{}{arg}", flag.long), flag.help));
    }
    text
}
