//! What `git status` knows: staged, unstaged, unmerged, untracked, ignored.

use crate::diff::{Change, ChangeKind, find_renames};
use crate::index::Index;
use crate::refs::Head;
use crate::work::{Ignores, Pathspec, Untracked};
use crate::{Repo, Result};
use order::OrdMap;
use vfs::Vfs;

/// The state of a work tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    pub head: Head,
    /// From HEAD to the index, renames found, unmerged paths left out.
    pub staged: Vec<Change>,
    /// From the index to the work tree, unmerged paths left out.
    pub unstaged: Vec<Change>,
    /// Unmerged paths with the stages they have (1 base, 2 ours, 3 theirs).
    pub unmerged: OrdMap<String, Vec<u8>>,
    pub files: Untracked,
}

impl Repo {
    /// Compares HEAD, the index and the work tree. With `all`, untracked folders are listed file by file.
    pub fn status(&self, files: &Vfs, index: &Index, ignores: &Ignores, spec: &Pathspec, all: bool) -> Result<Status> {
        let head = self.head(files)?;
        let tree = match head.id() {
            Some(id) => Some(self.read_commit(files, &id)?.tree),
            None => None,
        };
        let merged = |changes: Vec<Change>| -> Vec<Change> {
            changes.into_iter().filter(|change| change.kind != ChangeKind::Unmerged).collect()
        };
        let staged = merged(self.diff_staged(files, tree.as_ref(), index, spec)?);
        let mut unmerged = index.unmerged();
        unmerged.retain(|path, _| spec.matches(path));
        Ok(Status {
            head,
            staged: find_renames(self, files, staged)?,
            unstaged: merged(self.diff_unstaged(files, index, spec)?),
            unmerged,
            files: self.untracked(files, index, ignores, spec, all)?,
        })
    }
}
