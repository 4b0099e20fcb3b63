//! `git log --follow`: one file's history through its renames.

use super::cli::{Git, Stop};
use super::log::Entries;
use super::show::changes_of;
use git::{Change, ChangeKind, ObjectId, Pathspec, Repo, find_renames};
use order::OrdMap;

/// Those of the commits that change the file, and how each does it.
#[inline(never)]
pub(crate) fn followed(
    g: &Git<'_, '_>,
    repo: &Repo,
    path: &str,
    entries: Entries,
) -> Result<(Entries, OrdMap<ObjectId, Change>), Stop> {
    let mut path = path.to_string();
    let (mut kept, mut changes) = (Vec::new(), OrdMap::new());
    for (id, line) in entries {
        let commit = line.commit(&id)?;
        if commit.parents.len() > 1 {
            continue;
        }
        let found = changes_of(g, repo, &commit, &Pathspec::literal(std::slice::from_ref(&path)))?;
        let Some(mut change) = found.into_iter().find(|change| change.path == path) else { continue };
        if change.kind == ChangeKind::Added
            && let Some(parent) = commit.parents.first()
            && let Some(from) = origin(g, repo, parent, &commit.tree, &change)?
        {
            path.clone_from(&from.old_path);
            change = from;
        }
        changes.insert(id, change);
        kept.push((id, line));
    }
    Ok((kept, changes))
}

/// The file of the parent that a new one was made of: moved, or copied where it is still there.
#[inline(never)]
fn origin(
    g: &Git<'_, '_>,
    repo: &Repo,
    parent: &ObjectId,
    tree: &ObjectId,
    made: &Change,
) -> Result<Option<Change>, Stop> {
    let before = repo.read_commit(g.files(), parent)?.tree;
    let mut all = repo.diff_trees(g.files(), Some(&before), None, &Pathspec::default())?;
    all.push(made.clone());
    let found = find_renames(repo, g.files(), all)?;
    let mut found = found.into_iter().find(|change| change.path == made.path && change.kind == ChangeKind::Renamed);
    if let Some(change) = &mut found
        && repo.tree_entry(g.files(), tree, &change.old_path)?.is_some()
    {
        change.kind = ChangeKind::Copied;
    }
    Ok(found)
}
