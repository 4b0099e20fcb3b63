//! What `--help` shows: the rows of the tables.

use super::{GROUPS, ROWS, Row};
use crate::cobra::{Flag, Takes};

/// ` [OPTIONS] IMAGE`
pub(super) fn operands(row: &Row) -> String {
    let options = if row.command.flags.is_empty() && row.command.missing.is_empty() { "" } else { " [OPTIONS]" };
    let blank = if row.command.operands.is_empty() { "" } else { " " };
    [options, blank, row.command.operands].concat()
}

/// Unlike docker: lines are not broken, and options that this sandbox has not are named in one line.
pub(super) fn command(row: &Row) -> String {
    let command = &row.command;
    let mut out = ["Usage:  ", command.path, &operands(row), "\n\n", command.summary, "\n"].concat();
    if !row.aliases.is_empty() {
        out.push_str("\nAliases:\n  ");
        for alias in row.aliases {
            out.push_str(&["docker ", alias, ", "].concat());
        }
        out.push_str(&[command.path, "\n"].concat());
    }
    if !command.flags.is_empty() {
        out.push_str("\nOptions:\n");
        let width = command.flags.iter().map(|flag| name(flag).len()).max().unwrap_or(0);
        for flag in command.flags {
            let name = name(flag);
            out.push_str(&["  ", &name, &" ".repeat(width - name.len() + 3), flag.help, "\n"].concat());
        }
    }
    if !command.missing.is_empty() {
        let names: Vec<&str> = command.missing.split_whitespace().filter(|name| name.len() > 1).collect();
        out.push_str(&["\nReal, but not part of this sandbox yet: --", &names.join(" --"), "\n"].concat());
    }
    out
}

fn name(flag: &Flag) -> String {
    let short = if flag.short == '\0' { "    ".to_string() } else { format!("-{}, ", flag.short) };
    let value = match flag.takes {
        Takes::Switch => "",
        Takes::Texts => " list",
        Takes::Text => " string",
        Takes::Uint | Takes::Int => " int",
    };
    [&short, "--", flag.long, value].concat()
}

pub(super) fn root() -> String {
    let mut out =
        String::from("Usage:  docker [OPTIONS] COMMAND\n\nA self-sufficient runtime for containers\n\nCommands:\n");
    for row in ROWS {
        if let Some(name) = row.command.path.strip_prefix("docker ").filter(|name| !name.contains(' ')) {
            out.push_str(&line(name, row.command.summary));
        }
    }
    out.push_str("\nManagement Commands:\n");
    for (name, summary, _) in GROUPS {
        out.push_str(&line(name, summary));
    }
    out.push_str("\nRun 'docker COMMAND --help' for more information on a command.\n");
    out
}

fn line(name: &str, summary: &str) -> String {
    ["  ", name, &" ".repeat(12_usize.saturating_sub(name.len())), summary, "\n"].concat()
}

pub(super) fn group(group: &str) -> String {
    let summary = GROUPS.iter().find(|(name, ..)| *name == group).map_or("", |(_, summary, _)| summary);
    let mut out = ["Usage:  docker ", group, " COMMAND\n\n", summary, "\n\nCommands:\n"].concat();
    for row in ROWS {
        let names = std::iter::once(row.command.path.trim_start_matches("docker ")).chain(row.aliases.iter().copied());
        for name in names.filter_map(|name| name.strip_prefix(group)?.strip_prefix(' ')) {
            out.push_str(&line(name, row.command.summary));
        }
    }
    out.push_str(&["\nRun 'docker ", group, " COMMAND --help' for more information on a command.\n"].concat());
    out
}

pub(super) fn about(path: &[&str]) -> String {
    let name = path.join(" ");
    match super::find(&name) {
        Some(row) => command(row),
        None if GROUPS.iter().any(|(group, ..)| *group == name) => group(&name),
        None => root(),
    }
}
