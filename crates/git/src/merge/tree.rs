//! Three trees into one.

use super::text::MergeLabels;
use crate::diff::{Change, ChangeKind};
use crate::index::IndexEntry;
use crate::object::{FlatTree, Mode, ObjectId};
use crate::work::Pathspec;
use crate::{Repo, Result, When};
use order::{Arrange, OrdMap};
use vfs::Vfs;

pub(super) type File = (Mode, ObjectId);

/// A path that could not be merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    pub path: String,
    /// Stages 1 to 3: base, ours, theirs.
    pub stages: [Option<File>; 3],
}

/// What a merge gives: the tree with conflict markers in it, and the conflicts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MergedTree {
    pub files: FlatTree,
    /// In the order of their paths.
    pub conflicts: Vec<Conflict>,
    /// Nothing is left to decide. There are merges without a conflicting path that are not: where a folder went is unknown.
    pub clean: bool,
    /// Paths whose content was merged line by line.
    pub auto_merged: Vec<String>,
    /// What Git says, with the path that it is said of: in the order of those paths, or the other way round with
    /// [`MergeLabels::recursive`].
    pub said: Vec<(String, String)>,
}

impl MergedTree {
    /// Every path's stages as index entries.
    pub fn stage_entries(&self) -> impl Iterator<Item = (&str, u8, IndexEntry)> {
        self.conflicts.iter().flat_map(|conflict| {
            let stages = conflict.stages.iter().zip(1_u8..);
            stages.filter_map(|(file, stage)| {
                file.map(|(mode, id)| (conflict.path.as_str(), stage, IndexEntry::new(mode, id)))
            })
        })
    }
}

/// What the three trees have at a path that is not the same in all of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Entry {
    pub stages: [Option<File>; 3],
    /// What a stage is called in its own tree, where a rename brought it here.
    pub names: [Option<String>; 3],
    /// Which trees have a folder of this name: bit n for stage n.
    pub folders: u8,
    /// The two trees whose files are the same.
    pub alike: Option<(usize, usize)>,
    /// A rename makes it a conflict, whatever its content is.
    pub unclear: bool,
    /// It went to another name.
    pub moved: bool,
    /// The side that renamed a file to this name, which the other side has too, and the file's name before.
    pub collided: Option<(usize, String)>,
}

/// A merge on its way.
pub(super) struct Merge<'a> {
    pub repo: &'a Repo,
    pub files: &'a mut Vfs,
    pub labels: &'a MergeLabels,
    pub when: When,
    /// Base, ours, theirs.
    pub trees: [&'a FlatTree; 3],
    pub paths: OrdMap<String, Entry>,
    pub merged: MergedTree,
    /// On which sides a removed file was of interest.
    pub sought: [bool; 3],
}

/// Whether a tree has files below this name.
pub(super) fn has_folder(tree: &FlatTree, name: &str) -> bool {
    let start = [name, "/"].concat();
    tree.from_key(start.as_str()).next().is_some_and(|(path, _)| path.starts_with(&start))
}

impl Repo {
    /// Merges as Git's strategy `ort` does: each path by itself, after finding out what was renamed.
    pub fn merge_trees(
        &self,
        files: &mut Vfs,
        base: &FlatTree,
        ours: &FlatTree,
        theirs: &FlatTree,
        labels: &MergeLabels,
        when: When,
    ) -> Result<MergedTree> {
        let sides = [ours, theirs].map(|side| Self::diff_flat(base, side, &Pathspec::default()));
        let merged = MergedTree { files: ours.clone(), clean: true, ..MergedTree::default() };
        let trees = [base, ours, theirs];
        let mut merge =
            Merge { repo: self, files, labels, when, trees, paths: OrdMap::new(), merged, sought: [false; 3] };
        for change in sides.iter().flatten() {
            merge.look_at(&change.path);
        }
        if !labels.no_renames {
            merge.follow_renames(sides)?;
        }
        // What lies in a folder comes before a file of the folder's name.
        let paths: Vec<String> = merge.paths.keys().rev().cloned().collect();
        for path in paths {
            if let Some(entry) = merge.paths.get(&path).filter(|entry| !entry.moved) {
                let entry = entry.clone();
                merge.settle(&path, entry)?;
            }
        }
        let mut merged = merge.merged;
        merged.conflicts.arrange_by_key(|conflict| conflict.path.clone());
        if !labels.recursive {
            merged.said.arrange_by_key(|(path, _)| path.clone());
        }
        merged.auto_merged.arrange();
        merged.clean &= merged.conflicts.is_empty();
        Ok(merged)
    }
}

impl Merge<'_> {
    fn look_at(&mut self, path: &str) {
        if self.paths.contains_key(path) {
            return;
        }
        self.merged.files.remove(path);
        let stages = self.trees.map(|tree| tree.get(path).copied());
        let folders = self.trees.map(|tree| u8::from(has_folder(tree, path)));
        let same = |a: usize, b: usize| stages[a].is_some() && stages[a] == stages[b];
        let alike = [(0, 1), (0, 2), (1, 2)].into_iter().find(|(a, b)| same(*a, *b));
        let folders = folders[0] | folders[1] << 1 | folders[2] << 2;
        self.paths.insert(path.into(), Entry { stages, folders, alike, ..Entry::default() });
    }

    /// Says something of a path; a merge inside of another one is silent.
    pub fn say(&mut self, path: &str, parts: &[&str]) {
        if self.labels.depth == 0 {
            self.merged.said.push((path.into(), parts.concat() + "\n"));
        }
    }

    /// What a side is called: 1 is ours, 2 is theirs.
    pub fn side_name(&self, side: usize) -> String {
        if side == 1 { self.labels.ours.clone() } else { self.labels.theirs.clone() }
    }

    /// Whether anything has this name, in any tree or in what the merge made.
    fn is_taken(&self, path: &str) -> bool {
        self.paths.contains_key(path)
            || self.merged.files.contains_key(path)
            || self.trees.iter().any(|tree| tree.contains_key(path) || has_folder(tree, path))
    }

    /// A name for a side's file that cannot stay where it is: `notes~HEAD`.
    pub fn free_name(&self, path: &str, side: usize) -> String {
        let wished = [path, "~", &self.side_name(side).replace('/', "_")].concat();
        let numbered = (0_u32..).map(|n| [wished.as_str(), "_", &n.to_string()].concat());
        let mut names = std::iter::once(wished.clone()).chain(numbered);
        names.find(|name| !self.is_taken(name)).unwrap_or_default()
    }
}

/// A file that a side made, or that it renamed.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    pub old: Option<String>,
    pub new: String,
    pub side: usize,
}

impl Pair {
    /// What of a side's changes is one.
    pub fn of(change: Change, side: usize) -> Option<Self> {
        let old = match change.kind {
            ChangeKind::Added => None,
            ChangeKind::Renamed => Some(change.old_path),
            _ => return None,
        };
        Some(Self { old, new: change.path, side })
    }
}
