//! Three trees into one.

use super::text::{Favor, MergeLabels, merge_text};
use crate::diff::{Change, find_renames, is_binary};
use crate::index::IndexEntry;
use crate::object::{FlatTree, Kind, Mode, ObjectId};
use crate::work::{Attr, Attributes, Pathspec};
use crate::{Repo, Result, When};
use order::{OrdMap, OrdSet};
use vfs::Vfs;

type File = (Mode, ObjectId);

/// Why a path could not be merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConflictKind {
    Content,
    AddAdd,
    /// Which side removed it.
    ModifyDelete {
        deleted_by_us: bool,
    },
    Binary,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    pub path: String,
    pub kind: ConflictKind,
    /// Stages 1 to 3: base, ours, theirs.
    pub stages: [Option<File>; 3],
}

/// What a merge gives: the tree with conflict markers in it, and the conflicts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MergedTree {
    pub files: FlatTree,
    pub conflicts: Vec<Conflict>,
    /// Paths whose content was merged line by line.
    pub auto_merged: Vec<String>,
}

/// A file that one side renamed: the markers name it on each side.
#[derive(Clone)]
struct Moved {
    old: String,
    by_us: bool,
}

impl Moved {
    fn labels(&self, labels: &MergeLabels, new: &str) -> MergeLabels {
        let with = |label: &str, path: &str| [label, ":", path].concat();
        let (ours, theirs) = if self.by_us { (new, self.old.as_str()) } else { (self.old.as_str(), new) };
        MergeLabels {
            ours: with(&labels.ours, ours),
            base: with(&labels.base, &self.old),
            theirs: with(&labels.theirs, theirs),
            ..labels.clone()
        }
    }
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

impl Repo {
    fn merge_attribute(&self, files: &Vfs, path: &str) -> Option<Attr> {
        Attributes::of(self, files, path).get(path, "merge")
    }

    /// Merges file by file; a file that one side renamed takes the other side's changes at its new name.
    pub fn merge_trees(
        &self,
        files: &mut Vfs,
        base: &FlatTree,
        ours: &FlatTree,
        theirs: &FlatTree,
        labels: &MergeLabels,
        when: When,
    ) -> Result<MergedTree> {
        let (mut base, mut ours, mut theirs) = (base.clone(), ours.clone(), theirs.clone());
        let by_us = self.renames(files, &base, &ours)?;
        let by_them = self.renames(files, &base, &theirs)?;
        // Each rename is followed by moving the other sides' file to the new name before merging.
        let mut moved: OrdMap<String, Moved> = OrdMap::new();
        for (renames, other, we) in [(&by_us, &mut theirs, true), (&by_them, &mut ours, false)] {
            for (old, new) in renames {
                if other.contains_key(old) && !other.contains_key(new) && !base.contains_key(new) {
                    moved.insert(new.clone(), Moved { old: old.clone(), by_us: we });
                    if let Some(file) = other.remove(old) {
                        other.insert(new.clone(), file);
                    }
                    if let Some(file) = base.remove(old) {
                        base.insert(new.clone(), file);
                    }
                }
            }
        }
        let paths: OrdSet<String> = base.keys().chain(ours.keys()).chain(theirs.keys()).cloned().collect();
        let mut merged = MergedTree::default();
        for path in paths {
            let sides = [base.get(&path).copied(), ours.get(&path).copied(), theirs.get(&path).copied()];
            let labels = match moved.get(&path) {
                Some(moved) => &moved.labels(labels, &path),
                None => labels,
            };
            self.merge_path(files, &path, sides, labels, when, &mut merged)?;
        }
        Ok(merged)
    }

    /// Old name → new name.
    fn renames(&self, files: &Vfs, base: &FlatTree, side: &FlatTree) -> Result<OrdMap<String, String>> {
        let changes = Self::diff_flat(base, side, &Pathspec::default());
        let renamed = find_renames(self, files, changes)?.into_iter().filter(|change| change.old_path != change.path);
        Ok(renamed.map(|Change { old_path, path, .. }| (old_path, path)).collect())
    }

    fn merge_path(
        &self,
        files: &mut Vfs,
        path: &str,
        sides: [Option<File>; 3],
        labels: &MergeLabels,
        when: When,
        merged: &mut MergedTree,
    ) -> Result<()> {
        let [base, ours, theirs] = sides;
        let settled = if ours == theirs || base == theirs {
            Some(ours)
        } else if base == ours {
            Some(theirs)
        } else {
            None
        };
        if let Some(file) = settled {
            merged.files.extend(file.map(|file| (path.to_string(), file)));
            return Ok(());
        }
        let (Some(our), Some(their)) = (ours, theirs) else {
            let deleted_by_us = ours.is_none();
            merged.files.extend(ours.or(theirs).map(|file| (path.to_string(), file)));
            let kind = ConflictKind::ModifyDelete { deleted_by_us };
            merged.conflicts.push(Conflict { path: path.into(), kind, stages: sides });
            return Ok(());
        };
        let mode = if base.is_some_and(|base| base.0 == our.0) { their.0 } else { our.0 };
        if our.1 == their.1 {
            merged.files.insert(path.into(), (mode, our.1));
            return Ok(());
        }
        let regular = [Some(our), Some(their), base].into_iter().flatten().all(|file| file.0 != Mode::SYMLINK);
        let text = |file: Option<File>| -> Result<Vec<u8>> {
            file.map_or(Ok(Vec::new()), |file| Ok(self.read_blob(files, &file.1)?.data().to_vec()))
        };
        let (base_text, our_text, their_text) = (text(base)?, text(ours)?, text(theirs)?);
        merged.auto_merged.push(path.into());
        let how = self.merge_attribute(files, path);
        if matches!(&how, Some(Attr::Value(name)) if labels.keepers.contains(name)) {
            merged.files.insert(path.into(), (mode, our.1));
            return Ok(());
        }
        let kept_whole = match &how {
            Some(Attr::Unset) => true,
            Some(Attr::Value(name)) => name == "binary",
            _ => false,
        };
        if !regular || kept_whole || [&base_text, &our_text, &their_text].iter().any(|bytes| is_binary(bytes)) {
            merged.files.insert(path.into(), our);
            merged.conflicts.push(Conflict { path: path.into(), kind: ConflictKind::Binary, stages: sides });
            return Ok(());
        }
        let union = matches!(&how, Some(Attr::Value(name)) if name == "union");
        let favor = if union { Some(Favor::Union) } else { labels.favor };
        let labels = MergeLabels { favor, ..labels.clone() };
        let result = merge_text(&base_text, &our_text, &their_text, &labels);
        let id = self.write_object(files, Kind::Blob, &result.bytes, when)?;
        merged.files.insert(path.into(), (mode, id));
        if result.conflicts > 0 {
            let kind = if base.is_none() { ConflictKind::AddAdd } else { ConflictKind::Content };
            merged.conflicts.push(Conflict { path: path.into(), kind, stages: sides });
        }
        Ok(())
    }
}
