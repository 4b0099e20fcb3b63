//! `switch -m`, `checkout -m`: what is not committed is merged into the files of the branch that one goes to.

use super::cli::{Git, Stop, fatal};
use super::merging::keepers;
use super::switching::{Goal, flat, overwrite};
use git::{Blocked, ConflictStyle, FlatTree, Head, Index, MergeLabels, MergedTree, Pathspec, Repo};

/// Goes on where files stand in the way of going there; `blocked` says which.
#[inline(never)]
pub(crate) fn merge_over(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    goal: &Goal,
    blocked: &Blocked,
    style: ConflictStyle,
) -> Result<(), Stop> {
    let when = g.when();
    let head = repo.head(g.files())?;
    let index = repo.read_index(g.files())?;
    let (old, new) = (flat(g, repo, head.id().as_ref())?, flat(g, repo, goal.id.as_ref())?);
    let staged = Repo::diff_flat(&old, &index.flat(), &Pathspec::default());
    if !staged.is_empty() {
        let paths: Vec<&str> = staged.iter().map(|change| change.path.as_str()).collect();
        let list = paths.join("\n");
        return fatal(["cannot continue with staged changes in the following files:\n", &list].concat());
    }
    if let Some(path) = blocked.untracked.first() {
        g.err(format!("error: Untracked working tree file '{path}' would be overwritten by merge.\n"));
        return Err(Stop::Exit(128));
    }
    let work = work_tree(g, repo, &index)?;
    let base = match &head {
        Head::Detached(id) => repo.short_id(g.files(), id, 7),
        Head::Branch { .. } => head.branch().unwrap_or_default().to_string(),
    };
    let labels = MergeLabels {
        ours: goal.typed.clone(),
        base,
        theirs: "local".into(),
        style,
        keepers: keepers(g),
        ..MergeLabels::default()
    };
    let merged = repo.merge_trees(g.cx.files_mut(), &old, &new, &work, &labels, when)?;
    overwrite(g, repo, &new)?;
    write(g, repo, &new, &merged)
}

/// What is tracked, as it is in the work tree.
#[inline(never)]
fn work_tree(g: &mut Git<'_, '_>, repo: &Repo, index: &Index) -> Result<FlatTree, Stop> {
    let when = g.when();
    let mut work = index.flat();
    for change in repo.diff_unstaged(g.files(), index, &Pathspec::default())? {
        if change.new.is_none() {
            work.remove(&change.path);
            continue;
        }
        let entry = repo.stage_file(g.cx.files_mut(), &change.path, when)?;
        work.insert(change.path, (entry.mode, entry.id));
    }
    Ok(work)
}

/// The merged files; the index has the branch's, and the stages of conflicts.
fn write(g: &mut Git<'_, '_>, repo: &Repo, new: &FlatTree, merged: &MergedTree) -> Result<(), Stop> {
    let when = g.when();
    for change in Repo::diff_flat(new, &merged.files, &Pathspec::default()) {
        match merged.files.get(&change.path) {
            Some((mode, id)) => {
                repo.write_to_work(g.cx.files_mut(), &change.path, *mode, id, when)?;
            }
            None => repo.remove_from_work(g.cx.files_mut(), &change.path, when)?,
        }
    }
    let mut index = repo.read_index(g.files())?;
    for conflict in &merged.conflicts {
        index.remove(&conflict.path);
    }
    for (path, stage, entry) in merged.stage_entries() {
        index.put_stage(path, stage, entry);
    }
    Ok(repo.write_index(g.cx.files_mut(), &index, when)?)
}
