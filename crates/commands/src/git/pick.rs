//! One commit put on top of HEAD, or taken back: what `cherry-pick`, `revert` and `rebase` share.

use super::cli::{Git, Stop, fatal};
use super::merging::{Join, Joined, conflict_style, join, keepers};
use super::status_text::Report;
use super::switching::flat;
use git::{Commit, Index, MergeLabels, ObjectId, Pathspec, Repo};

/// What is done with which commit.
#[derive(Debug, Clone)]
pub(crate) struct Pick {
    pub id: ObjectId,
    pub commit: Commit,
    /// What it is compared with.
    pub parent: Option<ObjectId>,
    pub reverts: bool,
    /// Nothing is committed: it goes on top of the index.
    pub on_index: bool,
    /// Who wins a conflict.
    pub favor: Option<git::Favor>,
}

impl Pick {
    pub fn short(&self, g: &Git<'_, '_>, repo: &Repo) -> String {
        repo.short_id(g.files(), &self.id, 7)
    }
}

/// The parent that a commit is compared with, by `-m`.
#[inline(never)]
pub(crate) fn parent_of(
    g: &mut Git<'_, '_>,
    id: &ObjectId,
    commit: &Commit,
    mainline: Option<usize>,
    command: &str,
) -> Result<Option<ObjectId>, Stop> {
    let failed = |g: &mut Git<'_, '_>, why: String| {
        g.err(format!("error: {why}\n"));
        fatal(format!("{command} failed"))
    };
    match (commit.parents.len(), mainline) {
        (0, _) => Ok(None),
        (1, None | Some(1)) => Ok(commit.parents.first().copied()),
        (1, Some(number)) if number > 1 => failed(g, format!("commit {id} does not have parent {number}")),
        (1, Some(_)) => failed(g, format!("mainline was specified but commit {id} is not a merge.")),
        (_, None) => failed(g, format!("commit {id} is a merge but no -m option was given.")),
        (count, Some(number)) if number <= count => Ok(Some(commit.parents[number - 1])),
        (_, Some(number)) => failed(g, format!("commit {id} does not have parent {number}")),
    }
}

/// Merges it into index and work tree; `terse`: what was merged is only told where there are conflicts.
pub(crate) fn apply(g: &mut Git<'_, '_>, repo: &Repo, pick: &Pick, terse: bool) -> Result<Joined, Stop> {
    let short = pick.short(g, repo);
    let subject = pick.commit.subject();
    let own = format!("{short} ({subject})");
    let parents = if pick.parent.is_some() { format!("parent of {own}") } else { "(empty tree)".into() };
    let (own_files, parent_files) = (flat(g, repo, Some(&pick.id))?, flat(g, repo, pick.parent.as_ref())?);
    let (base, theirs, base_label, label) =
        if pick.reverts { (own_files, parent_files, own, parents) } else { (parent_files, own_files, parents, own) };
    let labels = MergeLabels {
        ours: "HEAD".into(),
        base: base_label,
        theirs: label,
        style: conflict_style(g),
        favor: pick.favor,
        keepers: keepers(g),
        ..MergeLabels::default()
    };
    let ours = if pick.on_index { Some(repo.read_index(g.files())?.flat()) } else { None };
    join(g, repo, &Join { base, ours, theirs, labels, verb: "merge", before: "merge", terse })
}

/// Says which paths are unmerged, as writing a tree of such an index does.
pub(crate) fn unmerged<T>(g: &mut Git<'_, '_>, index: &Index, command: &str) -> Result<T, Stop> {
    for (path, _, entry) in index.all().filter(|(_, stage, _)| *stage > 0) {
        g.err(format!("{path}: unmerged ({})\n", entry.id));
    }
    g.err("error: your index file is unmerged.\n");
    fatal(format!("{command} failed"))
}

/// What `git commit` says where a pick changes nothing.
#[inline(never)]
pub(crate) fn nothing_left(g: &mut Git<'_, '_>, repo: &Repo, advice: Option<&str>) -> Result<(), Stop> {
    let work = g.work()?;
    let index = repo.read_index(g.files())?;
    let ignores = g.ignores(repo);
    let status = repo.status(g.files(), &index, &ignores, &Pathspec::default(), false)?;
    let report = Report {
        work: &work,
        status: &status,
        color: g.colored("status", None),
        for_commit: true,
        amend: false,
        show_untracked: true,
        show_ignored: false,
        hints: g.advises("statusHints"),
    };
    let text = report.whole(g, "")?;
    g.out(text);
    if let Some(command) = advice {
        g.err(format!("The previous cherry-pick is now empty, possibly due to conflict resolution.\nIf you wish to commit it anyway, use:\n\n    git commit --allow-empty\n\nOtherwise, please use 'git {command} --skip'\n"));
    }
    Ok(())
}

/// Whether the index holds what HEAD does not.
pub(crate) fn dirty_index(g: &Git<'_, '_>, repo: &Repo) -> Result<bool, Stop> {
    let head = repo.head(g.files())?.id();
    let committed = flat(g, repo, head.as_ref())?;
    let index = repo.read_index(g.files())?;
    Ok(!index.unmerged().is_empty() || index.flat() != committed)
}

/// The message of a commit that takes another back.
#[inline(never)]
pub(crate) fn revert_message(id: &ObjectId, commit: &Commit, parent: Option<&ObjectId>) -> String {
    let subject = commit.subject();
    let title = match subject.strip_prefix("Revert \"").and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) if !inner.starts_with("Revert \"") => format!("Reapply \"{inner}\""),
        _ => format!("Revert \"{subject}\""),
    };
    let which = match parent.filter(|_| commit.parents.len() > 1) {
        Some(parent) => format!("This reverts commit {id}, reversing\nchanges made to {parent}.\n"),
        None => format!("This reverts commit {id}.\n"),
    };
    format!("{title}\n\n{which}")
}
