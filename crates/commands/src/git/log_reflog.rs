//! `git log -g`: commits as a reference's log names them, newest entry first.

use super::cli::{Answer, Git, Stop, fatal};
use super::log::Printer;
use super::log_format::{Format, Style};
use super::options::Given;
use git::{DateFormat, LogEntry, Repo};

/// An entry's name: `main@{2}`, or with `--date` `main@{2026-06-05 …}`.
#[inline(never)]
pub(crate) fn selector(
    g: &Git<'_, '_>,
    given: &Given,
    name: &str,
    number: usize,
    entry: &LogEntry,
) -> Result<String, Stop> {
    let Some(format) = given.value("date") else { return Ok(format!("{name}@{{{number}}}")) };
    match DateFormat::parse(format) {
        Some(format) => Ok(format!("{name}@{{{}}}", entry.who.when.format(format, g.when().secs))),
        None => fatal(format!("unknown date format {format}")),
    }
}

/// The format with what it asks of the entry filled in.
#[inline(never)]
fn filled(format: &Format, selector: &str, entry: &LogEntry) -> Format {
    let Format::User { text, ends } = format else { return format.clone() };
    let plain = |text: &str| text.replace('%', "%%");
    let text = text
        .replace("%gd", &plain(selector))
        .replace("%gD", &plain(selector))
        .replace("%gs", &plain(&entry.message))
        .replace("%gn", &plain(&entry.who.name))
        .replace("%ge", &plain(&entry.who.email));
    Format::User { text, ends: *ends }
}

/// The lines that stand between `commit …` and `Author: …`.
#[inline(never)]
fn with_lines(text: String, style: &Style, selector: &str, entry: &LogEntry) -> String {
    if matches!(style.format, Format::User { .. } | Format::Oneline | Format::Reference | Format::Raw) {
        return text;
    }
    let Some(end) = text.find("commit ").and_then(|at| text[at..].find('\n').map(|end| at + end + 1)) else {
        return text;
    };
    let who = &entry.who;
    format!(
        "{}Reflog: {selector} ({} <{}>)\nReflog message: {}\n{}",
        &text[..end],
        who.name,
        who.email,
        entry.message,
        &text[end..]
    )
}

pub(crate) fn run(g: &mut Git<'_, '_>, repo: &Repo, given: &Given, mut printer: Printer) -> Answer {
    let name = given.operands.first().map_or("HEAD", String::as_str).to_string();
    if let Some((hidden, _)) = name.split_once("..") {
        return fatal(format!("cannot walk reflogs for {}", if hidden.is_empty() { "HEAD" } else { hidden }));
    }
    let Some(full) = repo.full_ref_name(g.files(), &name) else {
        return Err(git::GitError::unknown_revision(name).into());
    };
    let shown = if full == "HEAD" { full.clone() } else { git::shorten_ref(&full).to_string() };
    let count = given.value("max-count").and_then(|text| text.parse().ok()).unwrap_or(usize::MAX);
    let format = printer.style.format.clone();
    let entries = repo.reflog(g.files(), &full);
    for (number, entry) in entries.iter().rev().enumerate().filter(|(_, entry)| !entry.new.is_null()).take(count) {
        let selector = selector(g, given, &shown, number, entry)?;
        let line = repo.lineage(g.files(), &entry.new)?;
        if format == Format::Oneline && !printer.output.any() {
            let text = printer.style.reflog_line(g, repo, entry, &selector);
            g.out(text);
            continue;
        }
        printer.style.format = filled(&format, &selector, entry);
        let text = printer.entry(g, repo, &entry.new, &line, super::combined::Merges::First)?;
        let text = with_lines(text, &printer.style, &selector, entry);
        g.out(text);
    }
    Ok(0)
}
