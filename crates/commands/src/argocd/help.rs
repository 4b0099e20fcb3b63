//! Help in cobra's form. The sentences are ours; the options and commands are those of this sandbox, and what the real
//! tool has beside them is named at the end.

use super::cobra::{Command, Flag, GLOBAL, Takes};
use super::{GROUPS, ROWS};
use order::Arrange;

/// The help of one command.
pub(super) fn command(command: &Command) -> String {
    if command.summary.is_empty() {
        return group(command.path);
    }
    let operands = if command.operands.is_empty() { String::new() } else { format!(" {}", command.operands) };
    let mut text = format!("{}\n\nUsage:\n  {}{operands} [flags]\n\n", command.summary, command.path);
    text.push_str("Flags:\n");
    text.push_str(&flags(command.flags, Some(command.name())));
    text.push_str("\nGlobal Flags:\n");
    text.push_str(&flags(GLOBAL, None));
    text.push_str(&missing(
        "flags",
        command.missing.split_whitespace().filter(|name| name.len() > 1).map(|name| format!("--{name}")),
    ));
    text
}

/// The help of a word that only other words follow.
pub(super) fn group(path: &str) -> String {
    let found = GROUPS.iter().find(|group| group.path == path).unwrap_or(&GROUPS[0]);
    let (summary, gone) = (found.summary, found.missing);
    let prefix = format!("{path} ");
    let mut rows: Vec<(&str, &str)> = ROWS
        .iter()
        .map(|row| (row.command.path, row.command.summary))
        .chain(GROUPS.iter().map(|group| (group.path, group.summary)))
        .filter_map(|(path, summary)| Some((path.strip_prefix(&prefix)?, summary)))
        .filter(|(name, _)| !name.contains(' '))
        .collect();
    if path == "argocd" {
        rows.push(("help", "Help about any command"));
    }
    rows.arrange();
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let mut text = format!("{summary}\n\nUsage:\n  {path} [flags]\n  {path} [command]\n\nAvailable Commands:\n");
    for (name, summary) in rows {
        text.push_str(&format!("  {name:<width$} {summary}\n"));
    }
    text.push_str("\nFlags:\n");
    text.push_str(&flags(&[], path.rsplit(' ').next()));
    text.push_str("\nGlobal Flags:\n");
    text.push_str(&flags(GLOBAL, None));
    text.push_str(&missing("commands", gone.split_whitespace().map(str::to_string)));
    text.push_str(&format!("\nUse \"{path} [command] --help\" for more information about a command.\n"));
    text
}

/// Options in the order of their names, with `--help` for `name`.
fn flags(flags: &[Flag], name: Option<&str>) -> String {
    let mut rows: Vec<(&str, String, String)> = flags.iter().map(|flag| (flag.long, left(flag), right(flag))).collect();
    if let Some(name) = name {
        rows.push(("help", "  -h, --help".into(), format!("help for {name}")));
    }
    rows.arrange();
    let width = rows.iter().map(|(_, left, _)| left.len()).max().unwrap_or(0);
    rows.iter().map(|(_, left, right)| format!("{left:<width$}   {right}\n")).collect()
}

fn left(flag: &Flag) -> String {
    let short = if flag.short == '\0' { "      ".to_string() } else { format!("  -{}, ", flag.short) };
    let takes = match flag.takes {
        Takes::Switch => "",
        Takes::Text => " string",
        Takes::Texts => " stringArray",
        Takes::Uint => " uint",
        Takes::Int => " int",
    };
    format!("{short}--{}{takes}", flag.long)
}

fn right(flag: &Flag) -> String {
    match (flag.default, flag.takes) {
        ("", _) => flag.help.to_string(),
        (default, Takes::Text) => format!("{} (default \"{default}\")", flag.help),
        (default, _) => format!("{} (default {default})", flag.help),
    }
}

fn missing(what: &str, names: impl Iterator<Item = String>) -> String {
    let names: Vec<String> = names.collect();
    if names.is_empty() {
        return String::new();
    }
    format!("\nReal {what} that are not part of this sandbox yet: {}\n", names.join(", "))
}
