//! What `git commit` shows instead of committing, and below a message in the editor.

use super::cli::{Answer, Git, Stop, Work};
use super::commit_message::{self, People, Whence};
use super::draft::{Cleanup, Draft, SCISSORS};
use super::options::Given;
use super::status_text::{Paths, Report};
use git::{Change, Commit, Index, ObjectId, PatchOptions, Pathspec, Repo, Signature, find_renames};

/// The status, and with `-v` the diff, below the message.
#[allow(clippy::too_many_arguments)]
#[inline(never)]
pub(crate) fn show_in_editor(
    g: &mut Git<'_, '_>,
    work: &Work,
    draft: &mut Draft,
    index: &Index,
    given: &Given,
    amend: bool,
    status: bool,
    whence: Whence,
) -> Result<(), Stop> {
    let repo = &work.repo;
    // The status is that of the index to be committed.
    let before = repo.read_index(g.files())?;
    let when = g.when();
    if draft.index.is_some() {
        repo.write_index(g.cx.files_mut(), index, when)?;
    }
    if status {
        let (author, committer) = (signature(&draft.author), signature(&draft.committer));
        let people = People { author: &author, committer: &committer, shows_date: draft.shows_date };
        draft.comment = commit_message::comment(g, work, whence, draft.cleanup, &people, amend)?;
    }
    let verbose = given.state("verbose").unwrap_or(g.settings().get_bool("commit.verbose") == Some(true));
    if verbose {
        let mut text = String::new();
        if draft.cleanup != Cleanup::Scissors {
            text.push_str(&format!(
                "{SCISSORS}# Do not modify or remove the line above.\n# Everything below it will be ignored.\n"
            ));
        }
        let base = draft.parents.first().and_then(|id| git::parse_id(id));
        for change in staged_against(g, repo, index, base.as_ref())? {
            text.push_str(&git::patch(repo, g.files(), &change, &PatchOptions::default())?);
        }
        draft.diff = text;
    }
    if draft.index.is_some() {
        repo.write_index(g.cx.files_mut(), &before, when)?;
    }
    Ok(())
}

pub(crate) fn signature(text: &str) -> Signature {
    Signature::parse(text).expect("a draft's people were written by us")
}

#[inline(never)]
pub(crate) fn staged_against(
    g: &Git<'_, '_>,
    repo: &Repo,
    index: &Index,
    base: Option<&ObjectId>,
) -> Result<Vec<Change>, Stop> {
    let tree = match base {
        Some(id) => Some(repo.read_commit(g.files(), id)?.tree),
        None => None,
    };
    let changes = repo.diff_staged(g.files(), tree.as_ref(), index, &Pathspec::default())?;
    Ok(find_renames(repo, g.files(), changes)?)
}

/// What the amended commit will hold: the index against HEAD's parent.
pub(crate) fn staged_for_amend(g: &Git<'_, '_>, repo: &Repo, index: &Index) -> Result<Vec<Change>, Stop> {
    let base = match repo.head(g.files())?.id() {
        Some(id) => repo.read_commit(g.files(), &id)?.parents.first().copied(),
        None => None,
    };
    staged_against(g, repo, index, base.as_ref())
}

/// Whether the commit would hold no change. Its trees are there then, before a hook or the editor asks, as Git writes them.
#[inline(never)]
pub(crate) fn nothing_to_do(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    index: &Index,
    given: &Given,
    amended: Option<&Commit>,
    whence: Whence,
) -> Result<bool, Stop> {
    let when = g.when();
    g.keep(|files| repo.write_index_tree(files, index, when))?;
    let reword = given.value("fixup").is_some_and(|value| value.starts_with("reword:"));
    let free = given.has("allow-empty") || reword || whence == Whence::Merge;
    if free || amended.is_some_and(|commit| commit.parents.len() > 1) {
        return Ok(false);
    }
    let base = match amended {
        Some(commit) => commit.parents.first().copied(),
        None => repo.head(g.files())?.id(),
    };
    let tree = match base {
        Some(id) => Some(repo.read_commit(g.files(), &id)?.tree),
        None => None,
    };
    let same = index.tree_id() == tree.unwrap_or_else(|| git::Index::default().tree_id());
    Ok(same && !(amended.is_some() && base.is_none() && !index.flat().is_empty()))
}

/// `--dry-run`, `--short` and the like.
#[inline(never)]
pub(crate) fn report(
    g: &mut Git<'_, '_>,
    work: &Work,
    index: &Index,
    given: &Given,
    amended: Option<&Commit>,
) -> Answer {
    let ignores = g.ignores(&work.repo);
    let mode = match (given.state("untracked-files"), given.value("untracked-files")) {
        (Some(_), mode) => mode.unwrap_or("all").to_string(),
        (None, _) => g.settings().get("status.showuntrackedfiles").unwrap_or("normal".into()),
    };
    let mut status = work.repo.status(g.files(), index, &ignores, &Pathspec::default(), mode == "all")?;
    if amended.is_some() {
        status.staged = staged_for_amend(g, &work.repo, index)?;
    }
    let short = given.last(&["short", "porcelain", "long"]);
    let report = Report {
        work,
        status: &status,
        color: short != Some("porcelain") && g.colored("status", None),
        for_commit: true,
        amend: amended.is_some(),
        show_untracked: mode != "no",
        show_ignored: false,
        hints: g.advises("statusHints"),
    };
    let text = match short {
        Some("short") => report.short(g, given.has("branch"), Paths::Relative)?,
        Some("porcelain") => report.short(g, given.has("branch"), Paths::FromTop)?,
        _ => report.whole(g, "")?,
    };
    let committable = report.committable(g);
    g.out(text);
    Ok(i32::from(!committable))
}

/// What is said where there is nothing to commit.
#[inline(never)]
pub(crate) fn empty(
    g: &mut Git<'_, '_>,
    work: &Work,
    index: &Index,
    given: &Given,
    amended: Option<&Commit>,
    whence: Whence,
) -> Result<(), Stop> {
    report(g, work, index, given, amended)?;
    match whence {
        _ if amended.is_some() => g.err("You asked to amend the most recent commit, but doing so would make\nit empty. You can repeat your command with --allow-empty, or you can\nremove the commit entirely with \"git reset HEAD^\".\n"),
        Whence::CherryPick | Whence::Rebase => {
            let command = if whence == Whence::Rebase { "rebase" } else { "cherry-pick" };
            g.err(format!("The previous cherry-pick is now empty, possibly due to conflict resolution.\nIf you wish to commit it anyway, use:\n\n    git commit --allow-empty\n\nOtherwise, please use 'git {command} --skip'\n"));
        }
        _ => {}
    }
    Ok(())
}
