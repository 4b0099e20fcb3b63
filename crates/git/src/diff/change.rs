//! Which files differ between two of: tree, index, work tree.

use crate::index::{Index, IndexEntry};
use crate::object::{FlatTree, Mode, ObjectId};
use crate::work::Pathspec;
use crate::{Repo, Result};
use order::{Arrange, OrdSet};
use std::cmp::Ordering;
use std::iter::Peekable;
use vfs::Vfs;

/// What happened to a file; the letter of `--name-status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    Added,
    Deleted,
    Modified,
    TypeChanged,
    Renamed,
    Copied,
    Unmerged,
}

impl ChangeKind {
    pub fn letter(self) -> char {
        match self {
            Self::Added => 'A',
            Self::Deleted => 'D',
            Self::Modified => 'M',
            Self::TypeChanged => 'T',
            Self::Renamed => 'R',
            Self::Copied => 'C',
            Self::Unmerged => 'U',
        }
    }
}

/// Where the content of a side is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    Store,
    WorkTree,
}

/// A file on one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Side {
    pub mode: Mode,
    pub id: ObjectId,
    pub source: Source,
}

/// One file that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub kind: ChangeKind,
    /// Differs from `path` only where it was renamed or copied.
    pub old_path: String,
    pub path: String,
    pub old: Option<Side>,
    pub new: Option<Side>,
    /// Per cent; for renames and copies.
    pub similarity: u32,
}

impl Change {
    /// The change that leads from one side to the other; `None` where both are the same.
    pub fn between(path: &str, old: Option<Side>, new: Option<Side>) -> Option<Self> {
        let kind = match (&old, &new) {
            (None, None) => return None,
            (None, Some(_)) => ChangeKind::Added,
            (Some(_), None) => ChangeKind::Deleted,
            (Some(a), Some(b)) if (a.mode, a.id) == (b.mode, b.id) => return None,
            (Some(a), Some(b)) if a.mode.type_bits() != b.mode.type_bits() => ChangeKind::TypeChanged,
            _ => ChangeKind::Modified,
        };
        Some(Self { kind, old_path: path.into(), path: path.into(), old, new, similarity: 0 })
    }

    fn unmerged(path: &str) -> Self {
        let kind = ChangeKind::Unmerged;
        Self { kind, old_path: path.into(), path: path.into(), old: None, new: None, similarity: 0 }
    }
}

/// Two lists in path order, side by side.
struct Pairs<'f, I: Iterator<Item = (&'f String, &'f (Mode, ObjectId))>> {
    old: Peekable<I>,
    new: Peekable<I>,
}

impl<'f, I: Iterator<Item = (&'f String, &'f (Mode, ObjectId))>> Iterator for Pairs<'f, I> {
    type Item = (&'f str, Option<&'f (Mode, ObjectId)>, Option<&'f (Mode, ObjectId)>);

    fn next(&mut self) -> Option<Self::Item> {
        let order = match (self.old.peek(), self.new.peek()) {
            (Some((old, _)), Some((new, _))) => old.cmp(new),
            (Some(_), None) => Ordering::Less,
            (None, _) => Ordering::Greater,
        };
        let old = if order.is_le() { self.old.next() } else { None };
        let new = if order.is_ge() { self.new.next() } else { None };
        let (path, _) = old.or(new)?;
        Some((path, old.map(|(_, file)| file), new.map(|(_, file)| file)))
    }
}

fn stored((mode, id): &(Mode, ObjectId)) -> Side {
    Side { mode: *mode, id: *id, source: Source::Store }
}

impl Repo {
    /// The content of a side; that of a file which was not there is empty.
    pub fn side_bytes(&self, files: &Vfs, path: &str, side: Option<&Side>) -> Result<Vec<u8>> {
        match side {
            None => Ok(Vec::new()),
            Some(side) if side.mode == Mode::GITLINK => Ok(format!("Subproject commit {}\n", side.id).into_bytes()),
            Some(Side { source: Source::Store, id, .. }) => Ok(self.read_blob(files, id)?.data().to_vec()),
            Some(Side { source: Source::WorkTree, .. }) => self.work_bytes(files, path),
        }
    }

    /// What differs between two trees' files.
    pub fn diff_flat(old: &FlatTree, new: &FlatTree, spec: &Pathspec) -> Vec<Change> {
        let (old, new) = (old.iter(), new.iter());
        let pairs = Pairs { old: old.peekable(), new: new.peekable() };
        let wanted = pairs.filter(|(path, old, new)| old != new && spec.matches(path));
        wanted.filter_map(|(path, old, new)| Change::between(path, old.map(stored), new.map(stored))).collect()
    }

    pub fn diff_trees(
        &self,
        files: &Vfs,
        old: Option<&ObjectId>,
        new: Option<&ObjectId>,
        spec: &Pathspec,
    ) -> Result<Vec<Change>> {
        if old == new {
            return Ok(Vec::new());
        }
        Ok(Self::diff_flat(&self.flat_tree(files, old)?, &self.flat_tree(files, new)?, spec))
    }

    /// From a tree to the index: what is staged.
    pub fn diff_staged(
        &self,
        files: &Vfs,
        tree: Option<&ObjectId>,
        index: &Index,
        spec: &Pathspec,
    ) -> Result<Vec<Change>> {
        let mut old = self.flat_tree(files, tree)?;
        let unmerged = index.unmerged();
        if unmerged.is_empty() {
            return Ok(Self::diff_flat(&old, &index.flat(), spec));
        }
        old.retain(|path, _| !unmerged.contains_key(path));
        let mut changes = Self::diff_flat(&old, &index.flat(), spec);
        changes.extend(unmerged.keys().filter(|path| spec.matches(path)).map(|path| Change::unmerged(path)));
        changes.arrange_by(|a, b| a.path.cmp(&b.path));
        Ok(changes)
    }

    /// The file of the work tree at a path as a side, compared with what the index knows.
    fn work_side(&self, files: &Vfs, index: &Index, path: &str) -> Result<Option<Side>> {
        let file = self.work_file(files, path, index.get(path, 0), index.written)?;
        Ok(file.map(|file| Side { mode: file.mode, id: file.id, source: Source::WorkTree }))
    }

    /// From the index to the work tree: what is not staged.
    pub fn diff_unstaged(&self, files: &Vfs, index: &Index, spec: &Pathspec) -> Result<Vec<Change>> {
        let mut changes = Vec::new();
        // Files that are named are looked up; nothing lies below them.
        let mut named = spec.single_files(|path| index.get(path, 0).is_some());
        if let Some(paths) = &mut named {
            paths.arrange();
            paths.dedup();
        }
        let entries: Vec<(&str, &IndexEntry)> = match named {
            Some(paths) => paths.into_iter().filter_map(|path| Some((path, index.get(path, 0)?))).collect(),
            None => index.staged().filter(|(path, _)| spec.matches(path)).collect(),
        };
        for (path, entry) in entries {
            let old = Side { mode: entry.mode, id: entry.id, source: Source::Store };
            let new = self.work_side(files, index, path)?;
            let old = (!entry.intent_to_add || new.is_none()).then_some(old);
            changes.extend(Change::between(path, old, new));
        }
        changes.extend(index.unmerged().keys().filter(|path| spec.matches(path)).map(|path| Change::unmerged(path)));
        changes.arrange_by(|a, b| a.path.cmp(&b.path));
        Ok(changes)
    }

    /// From a tree to the work tree, for the paths that the index knows: `git diff <commit>`.
    pub fn diff_work(&self, files: &Vfs, tree: &ObjectId, index: &Index, spec: &Pathspec) -> Result<Vec<Change>> {
        let old = self.flat_tree(files, Some(tree))?;
        let tracked: OrdSet<&str> = index.all().map(|(path, ..)| path).collect();
        let paths: OrdSet<&str> = old.keys().map(String::as_str).chain(tracked.iter().copied()).collect();
        let mut changes = Vec::new();
        for path in paths.into_iter().filter(|path| spec.matches(path)) {
            let new = if tracked.contains(path) { self.work_side(files, index, path)? } else { None };
            changes.extend(Change::between(path, old.get(path).map(stored), new));
        }
        Ok(changes)
    }
}
