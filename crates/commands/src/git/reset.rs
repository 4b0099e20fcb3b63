//! `git reset`.

use super::cli::{Answer, Git, Stop, fatal};
use super::options::{Dialect, Given, Spec, flag, only};
use super::switching::{flat, overwrite};
use git::{ChangeKind, Index, IndexEntry, Kind, ObjectId, Pathspec, RefChange, Repo};

pub(crate) const SPEC: Spec = Spec {
    name: "reset",
    usage: &["reset [--mixed | --soft | --hard] [-q] [<commit>]", "reset [-q] [<tree-ish>] [--] <pathspec>..."],
    options: &[&[
        flag('q', "quiet", "say only what went wrong"),
        flag('\0', "refresh", "look at the files again after a mixed reset (default)"),
        only('\0', "mixed", "HEAD and the index (default)"),
        only('\0', "soft", "only HEAD"),
        only('\0', "hard", "HEAD, the index and the work tree"),
    ]],
    missing: &[
        "--merge",
        "--keep",
        "--recurse-submodules",
        "-p",
        "--patch",
        "-N",
        "--intent-to-add",
        "--pathspec-from-file",
        "--pathspec-file-nul",
    ],
    dialect: Dialect::Options,
};

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.repo()?;
    let mode = given.last(&["mixed", "soft", "hard"]);
    let (before, after) = given.split();
    let first = before.first().map(String::as_str);
    let named = match first {
        Some(name) => repo.try_resolve(g.files(), name)?,
        None => None,
    };
    let is_file = first.is_some_and(|name| g.files().lstat(&vfs::join(&g.cwd, name)).is_ok());
    let (rev, paths): (&str, Vec<String>) = match (first, named) {
        (None, _) => ("HEAD", after.to_vec()),
        (Some(name), Some(_)) => (name, before[1..].iter().chain(after).cloned().collect()),
        (Some(name), None) if given.dashes_at.is_some() => return fatal(format!("bad revision '{name}'")),
        (Some(_), None) if is_file => ("HEAD", before.to_vec()),
        (Some(name), None) => {
            let index = repo.read_index(g.files())?;
            let work = g.work()?;
            let spec = g.pathspec(&work, before)?;
            if !index.all().any(|(path, ..)| spec.matches(path)) {
                return Err(git::GitError::UnknownRevision(name.into()).into());
            }
            ("HEAD", before.to_vec())
        }
    };
    if !paths.is_empty() {
        if let Some(mode) = mode.filter(|mode| *mode != "mixed") {
            return fatal(format!("Cannot do {mode} reset with paths."));
        }
        return some_paths(g, &repo, rev, &paths, given.has("quiet"));
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
    if mode == "soft" && repo.read_state(g.files(), "MERGE_HEAD").is_some() {
        return fatal("Cannot do a soft reset in the middle of a merge.");
    }
    match mode {
        "hard" => {
            let files = flat(g, &repo, target.as_ref())?;
            overwrite(g, &repo, &files)?;
        }
        "mixed" => mixed(g, &repo, target.as_ref(), &Pathspec::default())?,
        _ => {}
    }
    if let Some(id) = target {
        move_head(g, &repo, id, head, &format!("reset: moving to {rev}"))?;
    }
    finish(g, &repo, mode, target, given.has("quiet"))
}

/// Moves HEAD (and its branch), remembering where it was.
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

fn finish(g: &mut Git<'_, '_>, repo: &Repo, mode: &str, target: Option<ObjectId>, quiet: bool) -> Answer {
    let when = g.when();
    if mode != "soft" {
        for state in [
            "MERGE_HEAD",
            "MERGE_MSG",
            "MERGE_MODE",
            "REVERT_HEAD",
            "CHERRY_PICK_HEAD",
            "SQUASH_MSG",
            "AUTO_MERGE",
            "sequencer",
        ] {
            repo.remove_state(g.cx.files_mut(), state, when);
        }
    }
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
fn mixed(g: &mut Git<'_, '_>, repo: &Repo, target: Option<&ObjectId>, spec: &Pathspec) -> Result<(), Stop> {
    let when = g.when();
    let files = flat(g, repo, target)?;
    let mut index = repo.read_index(g.files())?;
    for path in index.unique_paths() {
        if spec.matches(&path) && !files.contains_key(&path) {
            index.remove(&path);
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

fn some_paths(g: &mut Git<'_, '_>, repo: &Repo, rev: &str, paths: &[String], quiet: bool) -> Answer {
    let work = g.work()?;
    let spec = g.pathspec(&work, paths)?;
    let target = match repo.try_resolve(g.files(), rev)? {
        Some(id) => repo.peel(g.files(), id, Kind::Commit)?,
        None => None,
    };
    mixed(g, repo, target.as_ref(), &spec)?;
    if !quiet {
        unstaged(g, repo)?;
    }
    Ok(0)
}
