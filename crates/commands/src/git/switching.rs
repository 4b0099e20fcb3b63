//! Going to another branch or commit: shared by `switch` and `checkout`.

pub(crate) use super::branch_make::{invalid_name, make_branch, set_upstream};
use super::cli::{Git, Stop, fatal};
use super::tracking::tracking;
use git::{Blocked, ChangeKind, FlatTree, Head, ObjectId, Pathspec, Repo};

/// Where to go.
#[derive(Debug, Clone)]
pub(crate) struct Goal {
    /// The commit to stand on; `None` while there is none at all.
    pub id: Option<ObjectId>,
    /// The branch to be on; `None` detaches HEAD.
    pub branch: Option<String>,
    /// As it was typed, for the reference log.
    pub typed: String,
    pub quiet: bool,
    pub force: bool,
    /// A new branch at this very commit: no file is looked at.
    pub stays: bool,
    /// Said once the files are there.
    pub note: Option<String>,
    /// `-m`: what is not committed is merged there, and its conflicts look so.
    pub merge: Option<git::ConflictStyle>,
}

/// What a branch is made of.
#[derive(Debug, Clone)]
pub(crate) struct NewBranch<'a> {
    pub name: &'a str,
    pub start: &'a str,
    /// Follow the start, where it is a branch: yes, no, or as usual (remote branches only).
    pub track: Option<bool>,
    pub reset: bool,
    pub quiet: bool,
}

/// The files of a commit.
pub(crate) fn flat(g: &Git<'_, '_>, repo: &Repo, commit: Option<&ObjectId>) -> Result<FlatTree, Stop> {
    let tree = match commit {
        Some(id) => Some(repo.read_commit(g.files(), id)?.tree),
        None => None,
    };
    Ok(repo.flat_tree(g.files(), tree.as_ref())?)
}

/// Says which files would be lost; `verb` is `checkout` or `merge`, `before` what the learner was about to do.
#[inline(never)]
pub(crate) fn say_blocked(g: &mut Git<'_, '_>, blocked: &Blocked, verb: &str, before: &str) {
    let list = |paths: &[String]| -> String { paths.iter().map(|path| format!("\t{path}\n")).collect() };
    if !blocked.local.is_empty() {
        g.err(format!(
            "error: Your local changes to the following files would be overwritten by {verb}:\n{}Please commit your changes or stash them before you {before}.\n",
            list(&blocked.local)
        ));
    }
    if !blocked.untracked.is_empty() {
        g.err(format!(
            "error: The following untracked working tree files would be overwritten by {verb}:\n{}Please move or remove them before you {before}.\n",
            list(&blocked.untracked)
        ));
    }
    if !blocked.removed.is_empty() {
        g.err(format!(
            "error: The following untracked working tree files would be removed by {verb}:\n{}Please move or remove them before you {before}.\n",
            list(&blocked.removed)
        ));
    }
    g.err("Aborting\n");
}

/// Brings index and work tree from HEAD's files to those of a commit; refuses where something would be lost.
#[inline(never)]
pub(crate) fn move_files(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    to: Option<&ObjectId>,
    force: bool,
    verb: &str,
    before: &str,
) -> Result<(), Stop> {
    let when = g.when();
    let head = repo.head(g.files())?.id();
    let mut index = repo.read_index(g.files())?;
    let new = flat(g, repo, to)?;
    if force {
        return overwrite(g, repo, &new);
    }
    let old = flat(g, repo, head.as_ref())?;
    let ignores = g.ignores(repo);
    match repo.plan_switch(g.files(), &index, &ignores, &old, &new)? {
        Ok(plan) => {
            repo.apply_switch(g.cx.files_mut(), &mut index, &plan, when)?;
            repo.write_index(g.cx.files_mut(), &index, when)?;
            Ok(())
        }
        Err(blocked) => {
            say_blocked(g, &blocked, verb, before);
            Err(Stop::Exit(1))
        }
    }
}

/// Makes index and work tree exactly these files, whatever was there: `--hard`, `-f`.
#[inline(never)]
pub(crate) fn overwrite(g: &mut Git<'_, '_>, repo: &Repo, new: &FlatTree) -> Result<(), Stop> {
    let when = g.when();
    let old = repo.read_index(g.files())?;
    let mut index = git::Index::default();
    let gone: Vec<String> =
        old.all().map(|(path, ..)| path.to_string()).filter(|path| !new.contains_key(path)).collect();
    for path in gone {
        repo.remove_from_work(g.cx.files_mut(), &path, when)?;
    }
    for (path, (mode, id)) in new {
        let there = repo.work_file(g.files(), path, old.get(path, 0), old.written)?;
        let entry = match (there, old.get(path, 0)) {
            (Some(file), Some(entry)) if [(file.mode, file.id), (entry.mode, entry.id)] == [(*mode, *id); 2] => {
                entry.clone()
            }
            _ => repo.write_to_work(g.cx.files_mut(), path, *mode, id, when)?,
        };
        index.put(path, entry);
    }
    Ok(repo.write_index(g.cx.files_mut(), &index, when)?)
}

/// What is said of a branch that was not there before.
pub(crate) const NEW_BRANCH: &str = "Switched to a new branch";

/// Brings index and work tree there, and says what was carried along.
#[inline(never)]
pub(crate) fn carry(g: &mut Git<'_, '_>, repo: &Repo, goal: &Goal) -> Result<(), Stop> {
    refuse_used(g, repo, goal)?;
    if goal.stays {
        return Ok(());
    }
    refuse_unmerged(g, repo, goal.force)?;
    // Only with `-m` it is tried first: that costs.
    let blocked = if goal.merge.is_some() && !goal.force { could_move(g, repo, goal)? } else { None };
    match (blocked, goal.merge) {
        (Some(blocked), Some(style)) => super::switching_merge::merge_over(g, repo, goal, &blocked, style)?,
        _ => move_files(g, repo, goal.id.as_ref(), goal.force, "checkout", "switch branches")?,
    }
    if !goal.quiet && !goal.force && goal.id.is_some() {
        local_changes(g, repo, goal.id.as_ref(), goal.merge.is_some())?;
    }
    Ok(())
}

fn refuse_used(g: &Git<'_, '_>, repo: &Repo, goal: &Goal) -> Result<(), Stop> {
    let head = repo.head(g.files())?;
    if let Some(branch) = goal.branch.as_ref().filter(|branch| head.branch() != Some(branch.as_str()))
        && let Some(other) = repo.used_elsewhere(g.files(), &format!("refs/heads/{branch}"))
    {
        return fatal(format!("'{branch}' is already used by worktree at '{}'", other.path));
    }
    Ok(())
}

/// Goes there and says so.
pub(crate) fn go(g: &mut Git<'_, '_>, repo: &Repo, goal: &Goal, new_branch: Option<&str>) -> Result<(), Stop> {
    let head = repo.head(g.files())?;
    let follows = match &goal.branch {
        Some(branch) if new_branch.is_none() => tracking(g, repo, branch)?,
        _ => None,
    };
    carry(g, repo, goal)?;
    if let Some(note) = &goal.note {
        g.out(note);
    }
    let who = g.logger();
    let from = match &head {
        Head::Branch { .. } => head.branch().unwrap_or_default().to_string(),
        Head::Detached(id) => id.to_string(),
    };
    let log = format!("checkout: moving from {from} to {}", goal.typed);
    let same = goal.branch.is_some() && head.branch() == goal.branch.as_deref();
    match (&goal.branch, goal.id) {
        (Some(branch), _) => {
            if let Head::Detached(old) = head
                && !goal.quiet
                && goal.id != Some(old)
            {
                leave_detached(g, repo, &old, goal.id.as_ref())?;
            }
            repo.attach_head(g.cx.files_mut(), &format!("refs/heads/{branch}"), &who, &log)?;
            if goal.quiet {
                cancel_waiting(g, repo, true);
                return Ok(());
            }
            g.err(match new_branch {
                Some(said) => format!("{said} '{branch}'\n"),
                None if same => format!("Already on '{branch}'\n"),
                None => format!("Switched to branch '{branch}'\n"),
            });
            cancel_waiting(g, repo, goal.quiet);
            if let Some(follows) = follows {
                g.out(follows.sentence(true, true));
            }
        }
        (None, Some(id)) => {
            if let Head::Detached(old) = head
                && !goal.quiet
                && old != id
            {
                leave_detached(g, repo, &old, Some(&id))?;
            }
            repo.detach_head(g.cx.files_mut(), id, &who, &log)?;
            if !goal.quiet {
                let commit = repo.read_commit(g.files(), &id)?;
                let short = repo.short_id(g.files(), &id, 7);
                g.err(format!("HEAD is now at {short} {}\n", commit.subject()));
            }
            cancel_waiting(g, repo, goal.quiet);
        }
        (None, None) => return fatal("You are on a branch yet to be born"),
    }
    Ok(())
}

/// A pick or revert that waited is given up by leaving.
fn cancel_waiting(g: &mut Git<'_, '_>, repo: &Repo, quiet: bool) {
    for (file, what) in [("CHERRY_PICK_HEAD", "cherry picking"), ("REVERT_HEAD", "revert")] {
        if repo.read_state(g.files(), file).is_some() && !quiet {
            g.err(format!("warning: cancelling a {what} in progress\n"));
        }
    }
    super::reset::clear_branch_state(g, repo);
}

fn refuse_unmerged(g: &mut Git<'_, '_>, repo: &Repo, force: bool) -> Result<(), Stop> {
    let index = repo.read_index(g.files())?;
    let unmerged = index.unmerged();
    if unmerged.is_empty() || force {
        return Ok(());
    }
    for path in unmerged.keys() {
        g.out(format!("{path}: needs merge\n"));
    }
    g.err("error: you need to resolve your current index first\n");
    Err(Stop::Exit(1))
}

/// `M a.txt`: what is not committed and was carried along.
#[inline(never)]
pub(crate) fn local_changes(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    commit: Option<&ObjectId>,
    merged: bool,
) -> Result<(), Stop> {
    let Some(commit) = commit else { return Ok(()) };
    let tree = repo.read_commit(g.files(), commit)?.tree;
    let index = repo.read_index(g.files())?;
    for change in repo.diff_work(g.files(), &tree, &index, &Pathspec::default())? {
        let letter = match change.kind {
            ChangeKind::Unmerged if merged => 'M',
            ChangeKind::Unmerged => 'U',
            kind => kind.letter(),
        };
        g.out(format!("{letter}\t{}\n", change.path));
    }
    Ok(())
}

/// What is said when HEAD leaves a commit that it stood on by itself.
#[inline(never)]
fn leave_detached(g: &mut Git<'_, '_>, repo: &Repo, old: &ObjectId, new: Option<&ObjectId>) -> Result<(), Stop> {
    let mut kept: Vec<ObjectId> = Vec::new();
    for (_, id) in repo.refs(g.files(), "refs/") {
        kept.extend(repo.peel(g.files(), id, git::Kind::Commit)?);
    }
    kept.extend(new);
    let lost = repo.walk(g.files(), &[*old], &kept)?;
    let line = |id: &ObjectId| -> Result<String, Stop> {
        Ok(format!("{} {}", repo.short_id(g.files(), id, 7), repo.read_commit(g.files(), id)?.subject()))
    };
    if lost.is_empty() {
        let text = format!("Previous HEAD position was {}\n", line(old)?);
        g.err(text);
        return Ok(());
    }
    const LISTED_MAX: usize = 4;
    let mut list = String::new();
    for id in lost.iter().take(LISTED_MAX) {
        list.push_str(&format!("  {}\n", line(id)?));
    }
    if lost.len() > LISTED_MAX {
        list.push_str(&format!(" ... and {} more.\n", lost.len() - LISTED_MAX));
    }
    let (count, plural, them) =
        if lost.len() == 1 { ("1".into(), "", "it") } else { (lost.len().to_string(), "s", "them") };
    let short = repo.short_id(g.files(), old, 7);
    g.err(format!(
        "Warning: you are leaving {count} commit{plural} behind, not connected to\nany of your branches:\n\n{list}\nIf you want to keep {them} by creating a new branch, this may be a good time\nto do so with:\n\n git branch <new-branch-name> {short}\n\n"
    ));
    Ok(())
}

/// The one remote branch of that name, by its full name: `feature` → `refs/remotes/origin/feature`.
pub(crate) fn guess_remote(g: &Git<'_, '_>, repo: &Repo, name: &str) -> Option<String> {
    let remotes = repo.config(g.files()).subsections("remote");
    let full = |remote: &String| format!("refs/remotes/{remote}/{name}");
    let mut found = remotes.iter().map(full).filter(|full| repo.read_ref(g.files(), full).is_some());
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// Whether the files could follow; says why not.
#[inline(never)]
pub(crate) fn try_move(g: &mut Git<'_, '_>, repo: &Repo, goal: &Goal) -> Result<(), Stop> {
    if goal.force || goal.stays {
        return Ok(());
    }
    refuse_unmerged(g, repo, false)?;
    match could_move(g, repo, goal)? {
        Some(blocked) if goal.merge.is_none() => {
            say_blocked(g, &blocked, "checkout", "switch branches");
            Err(Stop::Exit(1))
        }
        _ => Ok(()),
    }
}

/// What stands in the way of going there, if something does.
fn could_move(g: &mut Git<'_, '_>, repo: &Repo, goal: &Goal) -> Result<Option<Blocked>, Stop> {
    let head = repo.head(g.files())?.id();
    let index = repo.read_index(g.files())?;
    let (old, new) = (flat(g, repo, head.as_ref())?, flat(g, repo, goal.id.as_ref())?);
    let ignores = g.ignores(repo);
    Ok(repo.plan_switch(g.files(), &index, &ignores, &old, &new)?.err())
}
