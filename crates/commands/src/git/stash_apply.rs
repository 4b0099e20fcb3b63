//! Bringing an entry of the stash back.

use super::cli::{Answer, Git, Stop, Work};
use super::merging::{Join, Joined, conflict_style, join, keepers};
use super::stash_make::{Parts, store};
use git::{FlatTree, IndexEntry, MergeLabels, ObjectId, Repo};

/// What `git status` prints, as it ends an `apply`.
pub(crate) fn status(g: &mut Git<'_, '_>) -> Answer {
    match super::options::parse(&[], &super::status::SPEC) {
        Ok(given) => super::status::run(g, &given),
        Err(_) => Ok(1),
    }
}

/// Merges the entry's changes into index and work tree.
pub(crate) fn apply(g: &mut Git<'_, '_>, work: &Work, parts: &Parts, with_index: bool, quiet: bool) -> Answer {
    let code = bring_back(g, &work.repo, parts, with_index, quiet)?;
    let Some(code) = code else { return Ok(1) };
    if !quiet {
        status(g)?;
    }
    Ok(code)
}

/// `None`: nothing was tried, and it is said why.
#[inline(never)]
fn bring_back(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    parts: &Parts,
    with_index: bool,
    quiet: bool,
) -> Result<Option<i32>, Stop> {
    let before = repo.read_index(g.files())?;
    if !before.unmerged().is_empty() {
        for path in before.unmerged().keys() {
            g.out(format!("{path}: needs merge\n"));
        }
        g.err("error: could not write index\n");
        return Ok(None);
    }
    if parts.base_tree == parts.work_tree {
        g.out("Already up to date.\n");
    }
    let ours = before.flat();
    let flat = |g: &Git<'_, '_>, tree: &ObjectId| repo.flat_tree(g.files(), Some(tree));
    let (base, theirs) = (flat(g, &parts.base_tree)?, flat(g, &parts.work_tree)?);
    let labels = MergeLabels {
        ours: "Updated upstream".into(),
        base: "Stash base".into(),
        theirs: "Stashed changes".into(),
        style: conflict_style(g),
        favor: None,
        keepers: keepers(g),
        ..MergeLabels::default()
    };
    let mut staged: Option<FlatTree> = None;
    let stashed_index = flat(g, &parts.index_tree)?;
    if with_index && parts.index_tree != parts.base_tree && stashed_index != ours {
        let when = g.when();
        let merged = repo.merge_trees(g.cx.files_mut(), &base, &ours, &stashed_index, &labels, when)?;
        if !merged.clean {
            g.err("error: conflicts in index. Try without --index.\n");
            return Ok(None);
        }
        staged = Some(merged.files);
        // Real Git tries the index out, and resets it.
        if let Some(id) = repo.head(g.files())?.id() {
            super::reset::move_head(g, repo, id, Some(id), "reset: moving to HEAD")?;
        }
    }
    let ours_before = Some(ours.clone());
    let joined =
        join(g, repo, &Join { base, ours: ours_before, theirs, labels, verb: "merge", before: "merge", terse: quiet })?;
    let mut code = 0;
    match joined {
        Joined::Clean(_) => settle_index(g, repo, &ours, staged.as_ref())?,
        Joined::Conflicts(_) => {
            code = 1;
            super::rerere::auto(g, repo, None)?;
            if with_index {
                g.err("Index was not unstashed.\n");
            }
        }
        Joined::Blocked => {
            code = 1;
            if with_index {
                g.err("Index was not unstashed.\n");
            }
        }
    }
    if let Some(tree) = &parts.untracked_tree
        && !restore_untracked(g, repo, tree)?
    {
        code = 1;
    }
    Ok(Some(code))
}

/// Without the lines about paths that were merged.
fn quietly<T>(g: &mut Git<'_, '_>, act: impl FnOnce(&mut Git<'_, '_>) -> Result<T, Stop>) -> Result<T, Stop> {
    let mut fds = g.cx.fds();
    fds.insert(1, world::Fd::Null);
    let saved = g.cx.replace_fds(fds);
    let answer = act(g);
    g.cx.restore_fds(saved);
    answer
}

/// The index as it was, with files that are new; with `--index`, as it was stashed.
#[inline(never)]
fn settle_index(g: &mut Git<'_, '_>, repo: &Repo, ours: &FlatTree, staged: Option<&FlatTree>) -> Result<(), Stop> {
    let when = g.when();
    let mut index = repo.read_index(g.files())?;
    let target = staged.unwrap_or(ours);
    for path in index.unique_paths() {
        let new = staged.is_none() && !ours.contains_key(&path);
        match target.get(&path) {
            Some((mode, id)) if index.get(&path, 0).is_none_or(|entry| (entry.mode, entry.id) != (*mode, *id)) => {
                index.put(&path, IndexEntry::new(*mode, *id));
            }
            None if !new => index.remove(&path),
            _ => {}
        }
    }
    for (path, (mode, id)) in target {
        // A file may have become a folder, or the other way round.
        let parted = path.match_indices('/').any(|(at, _)| index.has(&path[..at]));
        if !index.has(path) && (parted || index.has_below(path)) {
            g.err(format!("error: '{path}' appears as both a file and as a directory\n"));
        } else if !index.has(path) {
            index.put(path, IndexEntry::new(*mode, *id));
        }
    }
    Ok(repo.write_index(g.cx.files_mut(), &index, when)?)
}

/// Writes the files that were not tracked; false where one stands there already.
#[inline(never)]
fn restore_untracked(g: &mut Git<'_, '_>, repo: &Repo, tree: &ObjectId) -> Result<bool, Stop> {
    let when = g.when();
    let mut all = true;
    for (path, (mode, id)) in repo.flat_tree(g.files(), Some(tree))? {
        if g.files().lstat(&repo.work_path(&path)?).is_ok() {
            g.err(format!("{path} already exists, no checkout\n"));
            all = false;
            continue;
        }
        repo.write_to_work(g.cx.files_mut(), &path, mode, &id, when)?;
    }
    if !all {
        g.err("error: could not restore untracked files from stash\n");
    }
    Ok(all)
}

/// What was stashed before a rebase comes back; where it conflicts, it is kept as an entry.
#[inline(never)]
pub(crate) fn apply_autostash(g: &mut Git<'_, '_>, repo: &Repo, id: ObjectId) -> Result<(), Stop> {
    let parts = super::stash_make::named(g, repo, &[id.to_string()])?;
    let code = quietly(g, |g| {
        let mut fds = g.cx.fds();
        fds.insert(2, world::Fd::Null);
        let saved = g.cx.replace_fds(fds);
        let code = bring_back(g, repo, &parts, false, true);
        g.cx.restore_fds(saved);
        code
    })?;
    if code == Some(0) {
        g.err("Applied autostash.\n");
        return Ok(());
    }
    keep(g, repo, id, "Applying autostash resulted in conflicts.")
}

fn keep(g: &mut Git<'_, '_>, repo: &Repo, id: ObjectId, why: &str) -> Result<(), Stop> {
    store(g, repo, id, "autostash")?;
    g.err(format!(
        "{why}\nYour changes are safe in the stash.\nYou can run \"git stash pop\" or \"git stash drop\" at any time.\n"
    ));
    Ok(())
}

/// `rebase --quit`: the entry is only kept.
pub(crate) fn keep_autostash(g: &mut Git<'_, '_>, repo: &Repo, id: ObjectId) -> Result<(), Stop> {
    keep(g, repo, id, "Autostash exists; creating a new stash entry.")
}
