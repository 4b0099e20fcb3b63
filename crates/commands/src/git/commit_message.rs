//! Where a commit's message comes from, and what the editor shows below it.

use super::cli::{Git, Stop, Work, fatal};
use super::commit_make::cleaned;
use super::draft::{Cleanup, SCISSORS};
use super::options::Given;
use super::status_text::Report;
use git::{Commit, DateFormat, Kind, Pathspec, Repo, Signature};

/// In the middle of what the commit is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whence {
    Commit,
    Merge,
    CherryPick,
    Rebase,
}

impl Whence {
    pub fn read(g: &Git<'_, '_>, repo: &Repo) -> Self {
        let read = |name: &str| repo.read_state(g.files(), name);
        if read("MERGE_HEAD").is_some() {
            return Self::Merge;
        }
        let Some(picked) = read("CHERRY_PICK_HEAD") else { return Self::Commit };
        let rebasing = read("rebase-merge/onto").is_some() && read("REBASE_HEAD").is_some_and(|id| id == picked);
        if rebasing { Self::Rebase } else { Self::CherryPick }
    }

    /// `a merge`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Commit => "a commit",
            Self::Merge => "a merge",
            Self::CherryPick => "a cherry-pick",
            Self::Rebase => "a rebase",
        }
    }
}

/// A message as far as it is known without an editor.
#[derive(Debug, Clone, Default)]
pub(crate) struct Message {
    pub text: String,
    /// Arguments of `prepare-commit-msg`.
    pub source: Vec<String>,
    pub needs_editor: bool,
    pub template: Option<String>,
}

pub(crate) fn named_commit(g: &Git<'_, '_>, repo: &Repo, name: &str) -> Result<Commit, Stop> {
    let id = match repo.try_resolve(g.files(), name)? {
        Some(id) => repo.peel(g.files(), id, Kind::Commit)?,
        None => None,
    };
    match id {
        Some(id) => Ok(repo.read_commit(g.files(), &id)?),
        None => fatal(format!("could not lookup commit '{name}'")),
    }
}

/// `-m` more than once makes paragraphs.
fn paragraphs(given: &Given) -> Option<String> {
    let all = given.values("message");
    let text: Vec<String> = all.iter().map(|text| format!("{}\n", text.trim_end_matches('\n'))).collect();
    (!all.is_empty()).then(|| text.join("\n"))
}

fn from_file(g: &mut Git<'_, '_>, name: &str) -> Result<String, Stop> {
    if name == "-" {
        return g.cx.stdin_text().ok_or(Stop::Exit(world::Cx::WAIT));
    }
    let path = vfs::join(&g.cwd, name);
    match g.files().read_text(&path) {
        Ok(text) => Ok(text),
        Err(why) => fatal(format!("could not read log file '{name}': {why}")),
    }
}

/// `fixup! Subject`, with what stands behind it.
#[inline(never)]
fn fixup(g: &Git<'_, '_>, repo: &Repo, given: &Given, value: &str) -> Result<Message, Stop> {
    let (mode, name) = match value.split_once(':') {
        Some(("amend", name)) => ("amend", name),
        Some(("reword", name)) => ("reword", name),
        _ => ("", value),
    };
    let commit = named_commit(g, repo, name)?;
    let more = paragraphs(given);
    if !mode.is_empty() {
        if more.is_some() {
            return fatal(format!("options '-m' and '--fixup:{mode}' cannot be used together"));
        }
        if given.value("file").is_some() {
            return fatal(format!("options '-F' and '--fixup:{mode}' cannot be used together"));
        }
        let subject = commit.subject();
        let body = match subject.strip_prefix("amend! ") {
            Some(_) => commit.body(),
            None => commit.message.clone(),
        };
        return Ok(Message { text: format!("amend! {subject}\n\n{body}"), needs_editor: true, ..Message::default() });
    }
    let text = format!("fixup! {}\n\n{}", commit.subject(), more.unwrap_or_default());
    Ok(Message { text, source: vec!["message".into()], ..Message::default() })
}

#[inline(never)]
pub(crate) fn read(g: &mut Git<'_, '_>, repo: &Repo, given: &Given, amended: Option<&Commit>) -> Result<Message, Stop> {
    refuse_two_sources(given)?;
    if let Some(value) = given.value("fixup").map(str::to_string) {
        return fixup(g, repo, given, &value);
    }
    let mut message = first_source(g, repo, given, amended)?;
    if let Some(name) = given.value("squash") {
        let commit = named_commit(g, repo, name)?;
        let subject = commit.subject();
        message.text = format!("squash! {subject}\n\n{}", message.text);
    }
    Ok(message)
}

#[inline(never)]
fn refuse_two_sources(given: &Given) -> Result<(), Stop> {
    let names: Vec<&str> = [("file", "-F"), ("reuse-message", "-C"), ("reedit-message", "-c"), ("fixup", "--fixup")]
        .iter()
        .filter(|(name, _)| given.value(name).is_some())
        .map(|(_, shown)| *shown)
        .collect();
    if let [one, two, ..] = names.as_slice() {
        return fatal(format!("options '{one}' and '{two}' cannot be used together"));
    }
    match names.first() {
        Some(one) if *one != "--fixup" && !given.values("message").is_empty() => {
            fatal(format!("options '-m' and '{one}' cannot be used together"))
        }
        _ => Ok(()),
    }
}

#[inline(never)]
fn first_source(g: &mut Git<'_, '_>, repo: &Repo, given: &Given, amended: Option<&Commit>) -> Result<Message, Stop> {
    let typed = |text: String| Message { text, source: vec!["message".into()], ..Message::default() };
    if let Some(text) = paragraphs(given) {
        return Ok(typed(text));
    }
    if let Some(name) = given.value("file").map(str::to_string) {
        return Ok(typed(from_file(g, &name)?));
    }
    for (name, needs_editor) in [("reuse-message", false), ("reedit-message", true)] {
        if let Some(name) = given.value(name) {
            let text = named_commit(g, repo, name)?.message;
            return Ok(Message { text, source: vec!["commit".into(), name.into()], needs_editor, template: None });
        }
    }
    if let Some(commit) = amended {
        let source = vec!["commit".to_string(), "HEAD".into()];
        return Ok(Message { text: commit.message.clone(), source, needs_editor: true, template: None });
    }
    let state = |name: &str| repo.read_state(g.files(), name);
    if let Some(text) = state("MERGE_MSG") {
        let text = state("SQUASH_MSG").unwrap_or_default() + &text;
        return Ok(Message { text, source: vec!["merge".into()], needs_editor: true, template: None });
    }
    if let Some(text) = state("SQUASH_MSG") {
        return Ok(Message { text, source: vec!["squash".into()], needs_editor: true, template: None });
    }
    let named = given.value("template").map(str::to_string).or_else(|| g.settings().get("commit.template"));
    if let Some(name) = named {
        let path = match name.strip_prefix("~/") {
            Some(rest) => vfs::join(&g.cx.env("HOME").unwrap_or_default(), rest),
            None => vfs::join(repo.work_tree.as_deref().unwrap_or(&g.cwd), &name),
        };
        let Ok(text) = g.files().read_text(&path) else {
            return fatal(format!("could not read '{name}': No such file or directory"));
        };
        let template = Some(text.clone());
        return Ok(Message { text, source: vec!["template".into()], needs_editor: true, template });
    }
    Ok(Message { needs_editor: true, ..Message::default() })
}

fn is_trailer(line: &str) -> bool {
    line.starts_with("(cherry picked from commit ")
        || line.split_once(": ").is_some_and(|(token, _)| {
            !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        })
}

/// The last paragraph of a message, where it is one of `Token: value` lines.
pub(crate) fn trailers(message: &str) -> String {
    match message.trim_end().rsplit_once("\n\n") {
        Some((_, last)) if last.lines().all(is_trailer) => [last, "\n"].concat(),
        _ => String::new(),
    }
}

/// Adds a `Token: value` line: behind others of its kind, else as a paragraph of its own.
#[inline(never)]
pub(crate) fn with_trailer(message: &str, line: &str) -> String {
    let text = cleaned(message, false);
    let last = text.trim_end().rsplit("\n\n").next().unwrap_or_default();
    let only_title = !text.trim_end().contains("\n\n");
    let footer = !only_title && last.lines().all(is_trailer);
    if footer && last.lines().last() == Some(line) {
        return text;
    }
    if text.is_empty() {
        return format!("\n\n{line}\n");
    }
    format!("{text}{}{line}\n", if footer { "" } else { "\n" })
}

/// `--cleanup` or `commit.cleanup`.
#[inline(never)]
pub(crate) fn cleanup(g: &Git<'_, '_>, given: &Given, edits: bool) -> Result<Cleanup, Stop> {
    let named = given.value("cleanup").map(str::to_string).or_else(|| g.settings().get("commit.cleanup"));
    Ok(match named.as_deref() {
        None | Some("default") if edits => Cleanup::Strip,
        None | Some("default" | "whitespace") => Cleanup::Whitespace,
        Some("strip") => Cleanup::Strip,
        Some("verbatim") => Cleanup::Verbatim,
        Some("scissors") if edits => Cleanup::Scissors,
        Some("scissors") => Cleanup::Whitespace,
        Some(other) => return fatal(format!("Invalid cleanup mode {other}")),
    })
}

/// What the comment says of people and dates.
pub(crate) struct People<'a> {
    pub author: &'a Signature,
    pub committer: &'a Signature,
    pub shows_date: bool,
}

/// The lines below the message in the editor.
#[inline(never)]
pub(crate) fn comment(
    g: &Git<'_, '_>,
    work: &Work,
    whence: Whence,
    cleanup: Cleanup,
    people: &People<'_>,
    amend: bool,
) -> Result<String, Stop> {
    let mut out = String::new();
    let file = match whence {
        Whence::Merge => Some("MERGE_HEAD"),
        Whence::CherryPick | Whence::Rebase => Some("CHERRY_PICK_HEAD"),
        Whence::Commit => None,
    };
    if let Some(file) = file {
        out.push_str(&format!(
            "#\n# It looks like you may be committing {}.\n# If this is not correct, please run\n#\tgit update-ref -d {file}\n# and try again.\n\n",
            if whence == Whence::Merge { "a merge" } else { "a cherry-pick" }
        ));
    }
    out.push('\n');
    match cleanup {
        Cleanup::Scissors => out.push_str(&format!(
            "{SCISSORS}# Do not modify or remove the line above.\n# Everything below it will be ignored.\n#\n"
        )),
        Cleanup::Strip => out.push_str(
            "# Please enter the commit message for your changes. Lines starting\n# with '#' will be ignored, and an empty message aborts the commit.\n#\n",
        ),
        _ => out.push_str(
            "# Please enter the commit message for your changes. Lines starting\n# with '#' will be kept; you may remove them yourself if you want to.\n# An empty message aborts the commit.\n#\n",
        ),
    }
    let People { author, committer, shows_date } = people;
    let mut shown = false;
    if (&author.name, &author.email) != (&committer.name, &committer.email) {
        out.push_str(&format!("# Author:    {} <{}>\n", author.name, author.email));
        shown = true;
    }
    if *shows_date {
        out.push_str(&format!("# Date:      {}\n", author.when.format(DateFormat::Default, 0)));
        shown = true;
    }
    if shown {
        out.push_str("#\n");
    }
    out.push_str(&status_comment(g, work, amend)?);
    Ok(out)
}

#[inline(never)]
fn status_comment(g: &Git<'_, '_>, work: &Work, amend: bool) -> Result<String, Stop> {
    let index = work.repo.read_index(g.files())?;
    let ignores = g.ignores(&work.repo);
    let mut status = work.repo.status(g.files(), &index, &ignores, &Pathspec::default(), false)?;
    if amend {
        status.staged = super::commit_report::staged_for_amend(g, &work.repo, &index)?;
    }
    let top = Work { repo: work.repo.clone(), prefix: String::new() };
    let report = Report {
        work: &top,
        status: &status,
        color: false,
        for_commit: true,
        amend,
        show_untracked: g.settings().get("status.showuntrackedfiles").as_deref() != Some("no"),
        show_ignored: false,
        hints: false,
    };
    report.comment(g)
}
