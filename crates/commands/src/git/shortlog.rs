//! `git shortlog`: commits by their authors.

use super::cli::{Answer, Git, Stop};
use super::log_format::{Format, Style};
use super::options::{Dialect, Given, Spec, flag, maybe, only, value};
use super::range::{Range, head_commit};
use git::Repo;
use order::{Arrange, OrdMap};

pub(crate) const SPEC: Spec = Spec {
    name: "shortlog",
    usage: &["shortlog [<options>] [<revision-range>] [[--] <path>...]"],
    options: &[&[
        flag('c', "committer", "by committer"),
        flag('n', "numbered", "those with most commits first"),
        flag('s', "summary", "only counts"),
        flag('e', "email", "with addresses"),
        value('\0', "group", "field", "author, committer or format:<format>"),
        value('\0', "format", "format", "each commit so"),
        maybe('\0', "pretty", "format", "the same"),
        only('\0', "no-merges", "no merges"),
        only('\0', "merges", "only merges"),
        only('\0', "all", "from every reference"),
        value('\0', "since", "date", "only younger ones"),
        value('\0', "until", "date", "only older ones"),
        value('\0', "author", "text", "only those of an author"),
        value('\0', "grep", "text", "only those with these words in the message"),
        value('\0', "max-count", "n", "so many commits"),
    ]],
    missing: &["-w", "--first-parent", "--date"],
    dialect: Dialect::Options,
};

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.repo()?;
    if given.operands.is_empty() && !given.has("all") && !g.cx.stdin_is_terminal() {
        return from_input(g, given);
    }
    let mut range = Range::read(g, &repo, &given.operands, given.dashes_at)?;
    super::log::add_references(g, &repo, given, &mut range)?;
    if range.from.is_empty() {
        range.from.push(("HEAD".into(), head_commit(g, &repo)?));
    }
    let spec = match repo.work_tree {
        Some(_) => g.pathspec(&g.work()?, &range.paths)?,
        None => git::Pathspec::literal(&range.paths),
    };
    let picked = super::log_pick::pick(g, &repo, given, &range, &spec)?;
    let style = match given.value("format").or(given.value("pretty")) {
        Some(text) => Some(user_style(g, &repo, text)?),
        None => None,
    };
    let mut groups: OrdMap<String, Vec<String>> = OrdMap::new();
    for (id, line) in picked.into_iter().rev() {
        let commit = line.commit(&id)?;
        let by_committer = given.has("committer") || given.value("group") == Some("committer");
        let who = if by_committer { &commit.committer } else { &commit.author };
        let key = match given
            .value("group")
            .and_then(|text| text.strip_prefix("format:").or(text.contains('%').then_some(text)))
        {
            Some(text) => user_style(g, &repo, text)?.entry(g, &repo, &id, &commit, "")?.trim_end().to_string(),
            None if given.has("email") => format!("{} <{}>", who.name, who.email),
            None => who.name.clone(),
        };
        let line = match &style {
            Some(style) => style.entry(g, &repo, &id, &commit, "")?.trim_end_matches('\n').to_string(),
            None => shown_subject(&commit.subject()),
        };
        groups.entry(key).or_default().push(line);
    }
    let text = printed(given, groups);
    g.out(text);
    Ok(0)
}

fn user_style(g: &Git<'_, '_>, repo: &Repo, text: &str) -> Result<Style, Stop> {
    let args = [format!("--format={text}")];
    match super::options::parse(&args, &super::log_options::SPEC) {
        Ok(given) => super::log::style(g, repo, &given),
        Err(_) => Ok(Style { format: Format::Oneline, ..super::log::style(g, repo, &Given::default())? }),
    }
}

/// A mark of a patch series is taken off.
fn shown_subject(subject: &str) -> String {
    match subject.strip_prefix("[PATCH").and_then(|rest| rest.find(']').map(|at| &rest[at + 1..])) {
        Some(rest) => rest.trim_start().to_string(),
        None => subject.to_string(),
    }
}

#[inline(never)]
fn printed(given: &Given, groups: OrdMap<String, Vec<String>>) -> String {
    let mut groups: Vec<(String, Vec<String>)> = groups.into_iter().collect();
    if given.has("numbered") {
        groups.arrange_by_key(|(_, lines)| std::cmp::Reverse(lines.len()));
    }
    let mut out = String::new();
    for (name, lines) in groups {
        if given.has("summary") {
            out.push_str(&format!("{:>6}\t{name}\n", lines.len()));
            continue;
        }
        out.push_str(&format!("{name} ({}):\n", lines.len()));
        for line in lines {
            out.push_str(&format!("      {line}\n"));
        }
        out.push('\n');
    }
    out
}

/// Reads what `git log` printed.
#[inline(never)]
fn from_input(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let Some(text) = g.cx.stdin_text() else { return Ok(world::Cx::WAIT) };
    let mark = if given.has("committer") { "Commit: " } else { "Author: " };
    let mut groups: OrdMap<String, Vec<String>> = OrdMap::new();
    let mut who: Option<String> = None;
    for line in text.lines() {
        if let Some(person) = line.strip_prefix(mark) {
            let person = person.trim();
            let name = if given.has("email") { person } else { person.split('<').next().unwrap_or(person).trim_end() };
            who = Some(name.to_string());
        } else if let Some(subject) = line.strip_prefix("    ").filter(|text| !text.trim().is_empty())
            && let Some(name) = who.take()
        {
            groups.entry(name).or_default().push(shown_subject(subject));
        }
    }
    for lines in groups.values_mut() {
        lines.reverse();
    }
    let text = printed(given, groups);
    g.out(text);
    Ok(0)
}
