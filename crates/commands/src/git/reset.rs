//! `git reset`.

use super::cli::{Answer, Git, Stop, fatal};
use super::options::{Dialect, Given, Spec, flag, only};
use super::patch_mode::Mode;
use super::switching::{flat, overwrite};
use git::{ChangeKind, Index, IndexEntry, Kind, ObjectId, Pathspec, RefChange, Repo};

pub(crate) const SPEC: Spec = Spec {
    name: "reset",
    usage: &["reset [--mixed | --soft | --hard] [-q] [<commit>]", "reset [-q] [<tree-ish>] [--] <pathspec>..."],
    options: &[&[
        flag('p', "patch", "choose hunk by hunk"),
        flag('q', "quiet", "say only what went wrong"),
        flag('\0', "refresh", "look at the files again after a mixed reset (default)"),
        flag('N', "intent-to-add", "what the commit lacks is to be added later"),
        only('\0', "mixed", "HEAD and the index (default)"),
        only('\0', "soft", "only HEAD"),
        only('\0', "hard", "HEAD, the index and the work tree"),
        only('\0', "merge", "the same, but keep what is not staged"),
        only('\0', "keep", "HEAD and files that differ; refuse where local changes are in them"),
    ]],
    missing: &["--recurse-submodules", "--pathspec-from-file", "--pathspec-file-nul"],
    dialect: Dialect::Options,
};

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.repo()?;
    let mode = given.last(&["mixed", "soft", "hard", "merge", "keep"]);
    let (before, after) = given.split();
    let first = before.first().map(String::as_str);
    let named = match first {
        Some(name) => repo.try_resolve(g.files(), name)?,
        None => None,
    };
    let is_file =
        first.is_some_and(|name| git::has_wildcard(name) || g.files().lstat(&vfs::join(&g.cwd, name)).is_ok());
    let (rev, paths): (&str, Vec<String>) = match (first, named) {
        (None, _) => ("HEAD", after.to_vec()),
        (Some(name), Some(_)) => (name, before[1..].iter().chain(after).cloned().collect()),
        (Some(name), None) if given.dashes_at.is_some() => {
            return fatal(format!("Failed to resolve '{name}' as a valid tree."));
        }
        (Some(_), None) if is_file => ("HEAD", before.to_vec()),
        (Some(name), None) => return Err(git::GitError::unknown_revision(name).into()),
    };
    if given.has("patch") {
        if mode.is_some() {
            return fatal("options '--patch' and '--{hard,mixed,soft}' cannot be used together");
        }
        let head = rev == "HEAD";
        let mode = if head { Mode::ResetHead } else { Mode::ResetOther };
        let other = repo.try_resolve(g.files(), rev)?;
        return super::patch_apply::start(g, mode, other, &paths, |_| {});
    }
    if !paths.is_empty() {
        if let Some(mode) = mode.filter(|mode| *mode != "mixed") {
            return fatal(format!("Cannot do {mode} reset with paths."));
        }
        return some_paths(g, &repo, rev, &paths, given);
    }
    let head = repo.head(g.files())?.id();
    let target = match repo.try_resolve(g.files(), rev)? {
        Some(id) => match repo.peel(g.files(), id, Kind::Commit)? {
            Some(id) => Some(id),
            None => return fatal(format!("Could not parse object '{rev}'.")),
        },
        None if rev == "HEAD" => None,
        None => return fatal(format!("Failed to resolve '{rev}' as a valid revision.")),
    };
    let mode = mode.unwrap_or("mixed");
    if mode != "soft" {
        repo.work_tree().or_else(|_| fatal(format!("{mode} reset is not allowed in a bare repository")))?;
    }
    let unmerged = !repo.read_index(g.files())?.unmerged().is_empty();
    if matches!(mode, "soft" | "keep") && (unmerged || repo.read_state(g.files(), "MERGE_HEAD").is_some()) {
        return fatal(format!("Cannot do a {mode} reset in the middle of a merge."));
    }
    match mode {
        "hard" => {
            let files = flat(g, &repo, target.as_ref())?;
            overwrite(g, &repo, &files)?;
        }
        "merge" => reset_merge_files(g, &repo, target.as_ref(), Some(rev))?,
        "keep" => keep(g, &repo, target)?,
        "mixed" => mixed(g, &repo, target.as_ref(), &Pathspec::default(), given.has("intent-to-add"))?,
        _ => {}
    }
    if let Some(id) = target {
        move_head(g, &repo, id, head, &format!("reset: moving to {rev}"))?;
    }
    finish(g, &repo, mode, target, given.has("quiet"))
}

/// Moves HEAD (and its branch), remembering where it was.
#[inline(never)]
pub(crate) fn move_head(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    id: ObjectId,
    old: Option<ObjectId>,
    log: &str,
) -> Result<(), Stop> {
    let who = g.logger();
    if let Some(old) = old {
        repo.write_state(g.cx.files_mut(), "ORIG_HEAD", &format!("{old}\n"), who.when)?;
    }
    Ok(repo.update_ref(g.cx.files_mut(), &RefChange { name: "HEAD", new: id, who: &who, message: log })?)
}

/// What was in progress on this branch is over. A list of picks stays while more than one of them is left.
pub(crate) fn clear_branch_state(g: &mut Git<'_, '_>, repo: &Repo) {
    let when = g.when();
    clear_finished_picks(g, repo);
    if let Some(id) = super::merge::put_aside(g, repo) {
        super::stash::keep_autostash(g, repo, id).unwrap_or_default();
    }
    let names = g.files().names(&repo.git_dir).unwrap_or_default();
    let states = ["MERGE_HEAD", "MERGE_MSG", "MERGE_MODE", "SQUASH_MSG", "AUTO_MERGE", "MERGE_RR"];
    let left: Vec<&str> = states.into_iter().filter(|state| names.contains(state)).collect();
    for state in left {
        repo.remove_state(g.cx.files_mut(), state, when);
    }
}

/// A pick that waited is over, and with the last one the list.
pub(crate) fn clear_finished_picks(g: &mut Git<'_, '_>, repo: &Repo) {
    let when = g.when();
    let names = g.files().names(&repo.git_dir).unwrap_or_default();
    let waited: Vec<&str> = ["REVERT_HEAD", "CHERRY_PICK_HEAD"].into_iter().filter(|one| names.contains(one)).collect();
    if waited.is_empty() {
        return;
    }
    for state in waited {
        repo.remove_state(g.cx.files_mut(), state, when);
    }
    let last = repo.read_state(g.files(), "sequencer/todo").is_some_and(|todo| todo.lines().count() <= 1);
    if last {
        repo.remove_state(g.cx.files_mut(), "sequencer", when);
    }
}

/// `git reset --merge`: HEAD, the index, and the files that differ between both.
pub(crate) fn reset_merge(g: &mut Git<'_, '_>, repo: &Repo, target: Option<ObjectId>) -> Result<(), Stop> {
    reset_merge_files(g, repo, target.as_ref(), Some("HEAD"))?;
    if let Some(id) = target {
        let head = repo.head(g.files())?.id();
        move_head(g, repo, id, head, &format!("reset: moving to {id}"))?;
    }
    Ok(())
}

/// The same without moving HEAD. `typed` is what the commit was called; without it, as in `am --abort`, untracked files are
/// written over.
#[inline(never)]
pub(crate) fn reset_merge_files(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    target: Option<&ObjectId>,
    typed: Option<&str>,
) -> Result<(), Stop> {
    let when = g.when();
    let name = typed.unwrap_or("HEAD");
    let ignores = g.ignores(repo);
    let new = flat(g, repo, target)?;
    let old = repo.read_index(g.files())?;
    let mut index = old.clone();
    let paths: order::OrdSet<String> = old.unique_paths().into_iter().chain(new.keys().cloned()).collect();
    let mut changes = Vec::new();
    for path in paths {
        let (entry, will) = (old.get(&path, 0), new.get(&path).copied());
        let staged = entry.map(|entry| (entry.mode, entry.id));
        if staged == will && entry.is_some() {
            continue;
        }
        if let Some(entry) = entry {
            let there = repo.work_file(g.files(), &path, Some(entry), old.written)?;
            if there.is_some_and(|file| Some((file.mode, file.id)) != staged) {
                g.err(format!("error: Entry '{path}' not uptodate. Cannot merge.\n"));
                return fatal(format!("Could not reset index file to revision '{name}'."));
            }
        }
        // Of the names, not the contents: an untracked file that is the same is in the way too.
        if typed.is_some() && !old.has(&path) && will.is_some() && in_the_way(g, repo, &ignores, &path)? {
            g.err(format!("error: Untracked working tree file '{path}' would be overwritten by merge.\n"));
            return fatal(format!("Could not reset index file to revision '{name}'."));
        }
        changes.push((path, will));
    }
    for (path, will) in changes {
        match will {
            Some((mode, id)) => {
                let entry = repo.write_to_work(g.cx.files_mut(), &path, mode, &id, when)?;
                index.put(&path, entry);
            }
            None => {
                repo.remove_from_work(g.cx.files_mut(), &path, when)?;
                index.remove(&path);
            }
        }
    }
    Ok(repo.write_index(g.cx.files_mut(), &index, when)?)
}

/// Whether an untracked file that nobody ignores stands at a path that is to be written.
fn in_the_way(g: &Git<'_, '_>, repo: &Repo, ignores: &git::Ignores, path: &str) -> Result<bool, Stop> {
    let full = repo.work_path(path)?;
    let there = g.files().lstat(&full).is_ok_and(|stat| stat.kind != vfs::Kind::Dir);
    Ok(there && ignores.ignored_part(repo, g.files(), path)?.is_none())
}

/// `git reset --keep`: as a switch to the commit would change the files; the index is the commit's.
#[inline(never)]
fn keep(g: &mut Git<'_, '_>, repo: &Repo, target: Option<ObjectId>) -> Result<(), Stop> {
    let Some(id) = target else { return Ok(()) };
    let when = g.when();
    let head = repo.head(g.files())?.id();
    let (old, new) = (flat(g, repo, head.as_ref())?, flat(g, repo, Some(&id))?);
    let mut index = repo.read_index(g.files())?;
    for (path, will) in &new {
        let Some(was) = old.get(path).filter(|was| *was != will) else { continue };
        let there = repo.work_file(g.files(), path, index.get(path, 0), index.written)?;
        if there.is_some_and(|file| (file.mode, file.id) != *was) {
            g.err(format!("error: Entry '{path}' not uptodate. Cannot merge.\n"));
            return fatal(format!("Could not reset index file to revision '{id}'."));
        }
    }
    let ignores = g.ignores(repo);
    // What is staged goes back to the work tree only.
    let mut plain = index.clone();
    for (path, (mode, id)) in &old {
        if plain.get(path, 0).is_none_or(|entry| (entry.mode, entry.id) != (*mode, *id)) {
            plain.put(path, IndexEntry::new(*mode, *id));
        }
    }
    match repo.plan_switch(g.files(), &plain, &ignores, &old, &new)? {
        Ok(plan) => repo.apply_switch(g.cx.files_mut(), &mut plain, &plan, when)?,
        Err(blocked) => {
            for path in blocked.local.iter().chain(&blocked.untracked) {
                g.err(format!("error: Entry '{path}' not uptodate. Cannot merge.\n"));
            }
            return fatal(format!("Could not reset index file to revision '{id}'."));
        }
    }
    index = plain;
    let extra: Vec<String> = index.unique_paths().into_iter().filter(|path| !new.contains_key(path)).collect();
    for path in extra {
        index.remove(&path);
    }
    Ok(repo.write_index(g.cx.files_mut(), &index, when)?)
}

fn finish(g: &mut Git<'_, '_>, repo: &Repo, mode: &str, target: Option<ObjectId>, quiet: bool) -> Answer {
    clear_branch_state(g, repo);
    if quiet {
        return Ok(0);
    }
    match (mode, target) {
        ("hard", Some(id)) => {
            let subject = repo.read_commit(g.files(), &id)?.subject();
            let short = repo.short_id(g.files(), &id, 7);
            g.out(format!("HEAD is now at {short} {subject}\n"));
        }
        ("mixed", _) => unstaged(g, repo)?,
        _ => {}
    }
    Ok(0)
}

/// Makes the index (of these paths) what a commit says; files stay.
/// `intend`: what the commit lacks is to be added later.
#[inline(never)]
pub(crate) fn mixed(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    target: Option<&ObjectId>,
    spec: &Pathspec,
    intend: bool,
) -> Result<(), Stop> {
    let when = g.when();
    let files = flat(g, repo, target)?;
    let mut index = repo.read_index(g.files())?;
    for path in index.unique_paths() {
        if spec.matches(&path) && !files.contains_key(&path) {
            let old = index.get(&path, 0).map(|entry| entry.mode);
            index.remove(&path);
            if let (true, Some(mode)) = (intend, old) {
                let empty = repo.write_object(g.cx.files_mut(), git::Kind::Blob, b"", when)?;
                index.put(&path, IndexEntry { intent_to_add: true, ..IndexEntry::new(mode, empty) });
            }
        }
    }
    for (path, (mode, id)) in files.iter().filter(|(path, _)| spec.matches(path)) {
        if index.get(path, 0).is_none_or(|entry| (entry.mode, entry.id) != (*mode, *id) || entry.intent_to_add) {
            index.put(path, IndexEntry::new(*mode, *id));
        }
    }
    Ok(repo.write_index(g.cx.files_mut(), &index, when)?)
}

/// What differs from the index afterwards.
#[inline(never)]
fn unstaged(g: &mut Git<'_, '_>, repo: &Repo) -> Result<(), Stop> {
    let index: Index = repo.read_index(g.files())?;
    let changes = repo.diff_unstaged(g.files(), &index, &Pathspec::default())?;
    if changes.is_empty() {
        return Ok(());
    }
    g.out("Unstaged changes after reset:\n");
    for change in changes {
        let letter = if change.kind == ChangeKind::Unmerged { 'U' } else { change.kind.letter() };
        g.out(format!("{letter}\t{}\n", change.path));
    }
    Ok(())
}

#[inline(never)]
fn some_paths(g: &mut Git<'_, '_>, repo: &Repo, rev: &str, paths: &[String], given: &Given) -> Answer {
    let (quiet, intend) = (given.has("quiet"), given.has("intent-to-add"));
    let work = g.work()?;
    let spec = g.pathspec(&work, paths)?;
    let target = match repo.try_resolve(g.files(), rev)? {
        Some(id) => repo.peel(g.files(), id, Kind::Commit)?,
        None => None,
    };
    mixed(g, repo, target.as_ref(), &spec, intend)?;
    if quiet {
        for path in repo.read_index(g.files())?.unmerged().into_keys() {
            g.out(format!("{path}: needs merge\n"));
        }
    } else {
        unstaged(g, repo)?;
    }
    Ok(0)
}
