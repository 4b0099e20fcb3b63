//! Making the work tree and the index what another tree says, without losing what is not committed.

use super::Ignores;
use crate::error::at;
use crate::index::{Index, IndexEntry};
use crate::object::{FlatTree, Mode, ObjectId};
use crate::{Repo, Result, When};
use order::OrdSet;
use vfs::{Vfs, parent};

/// What has to be written and removed to come from one tree to another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SwitchPlan {
    pub writes: Vec<(String, Mode, ObjectId)>,
    pub removes: Vec<String>,
}

/// Why it cannot be done: paths whose content would be lost.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Blocked {
    /// Changed in the index or the work tree.
    pub local: Vec<String>,
    /// Not tracked, and a file would be written over them.
    pub untracked: Vec<String>,
    /// Taken out of the index before, and gone there too: a file that is still here would be lost.
    pub removed: Vec<String>,
}

impl Repo {
    /// Compares two trees with the index and the work tree, as `git switch` does.
    pub fn plan_switch(
        &self,
        files: &Vfs,
        index: &Index,
        ignores: &Ignores,
        old: &FlatTree,
        new: &FlatTree,
    ) -> Result<std::result::Result<SwitchPlan, Blocked>> {
        let (mut plan, mut blocked) = (SwitchPlan::default(), Blocked::default());
        let paths: OrdSet<&String> = old.keys().chain(new.keys()).collect();
        for path in paths {
            let (was, will) = (old.get(path), new.get(path));
            if was == will {
                continue;
            }
            let entry = index.get(path, 0);
            let staged = entry.map(|entry| (entry.mode, entry.id));
            if staged.as_ref() == will && !index.unmerged_has(path) {
                if will.is_none() && self.untracked_in_way(files, index, ignores, path)? {
                    blocked.removed.push(path.clone());
                }
                continue;
            }
            if staged.as_ref() != was || index.unmerged_has(path) {
                blocked.local.push(path.clone());
                continue;
            }
            let Some(entry) = entry else {
                if self.untracked_in_way(files, index, ignores, path)? {
                    blocked.untracked.push(path.clone());
                } else if let Some((mode, id)) = will {
                    plan.writes.push((path.clone(), *mode, *id));
                }
                continue;
            };
            let there = self.work_file(files, path, Some(entry), index.written)?;
            if there.is_some_and(|file| (file.mode, file.id) != (entry.mode, entry.id)) {
                blocked.local.push(path.clone());
                continue;
            }
            match will {
                Some((mode, id)) => plan.writes.push((path.clone(), *mode, *id)),
                None => plan.removes.push(path.clone()),
            }
        }
        let free = blocked.local.is_empty() && blocked.untracked.is_empty() && blocked.removed.is_empty();
        Ok(if free { Ok(plan) } else { Err(blocked) })
    }

    /// Whether a file that Git does not know, and that is not ignored, stands where a path shall be written.
    fn untracked_in_way(&self, files: &Vfs, index: &Index, ignores: &Ignores, path: &str) -> Result<bool> {
        let full = self.work_path(path)?;
        let Ok(stat) = files.lstat(&full) else { return Ok(false) };
        if stat.kind == vfs::Kind::Dir {
            let below = files.walk(&full, &mut |_| true).unwrap_or_default();
            let prefix = self.work_path("")?;
            let unknown = |full: &str| !index.has(full.trim_start_matches(&prefix).trim_start_matches('/'));
            return Ok(below.iter().any(|(full, stat)| stat.kind != vfs::Kind::Dir && unknown(full)));
        }
        Ok(!index.has(path) && ignores.ignored_part(self, files, path)?.is_none())
    }

    /// Carries a plan out in the work tree and the index (which the caller writes).
    pub fn apply_switch(&self, files: &mut Vfs, index: &mut Index, plan: &SwitchPlan, when: When) -> Result<()> {
        for path in &plan.removes {
            self.remove_from_work(files, path, when)?;
            index.remove(path);
        }
        for (path, mode, id) in &plan.writes {
            let entry = self.write_to_work(files, path, *mode, id, when)?;
            index.put(path, entry);
        }
        Ok(())
    }

    /// Writes a blob to its path in the work tree and gives the index entry for it.
    pub fn write_to_work(
        &self,
        files: &mut Vfs,
        path: &str,
        mode: Mode,
        id: &ObjectId,
        when: When,
    ) -> Result<IndexEntry> {
        let bytes = self.read_blob(files, id)?.data().to_vec();
        self.write_work_bytes(files, path, mode, &bytes, when)?;
        let stat = files.lstat(&self.work_path(path)?).map_err(at(path))?;
        Ok(IndexEntry::of_file(&stat, *id))
    }

    /// Writes bytes to a path in the work tree; files where folders are needed give way.
    pub fn write_work_bytes(&self, files: &mut Vfs, path: &str, mode: Mode, bytes: &[u8], when: When) -> Result<()> {
        let (full, mtime) = (self.work_path(path)?, when.micros());
        let mut folder = parent(&full).to_string();
        while folder != "/" {
            if files.lstat(&folder).is_ok_and(|stat| stat.kind != vfs::Kind::Dir) {
                files.remove_file(&folder, mtime).map_err(at(path))?;
            }
            folder = parent(&folder).to_string();
        }
        files.make_dir_all(parent(&full), mtime).map_err(at(path))?;
        if files.lstat(&full).is_ok() {
            files.remove_all(&full, mtime).map_err(at(path))?;
        }
        if mode == Mode::SYMLINK {
            return files.make_symlink(&String::from_utf8_lossy(bytes), &full, mtime).map_err(at(path));
        }
        let bytes = self.to_work(files, path, bytes.to_vec());
        files.write(&full, bytes, mtime).map_err(at(path))?;
        let bits = if mode == Mode::EXECUTABLE { 0o755 } else { 0o644 };
        files.set_mode(&full, bits).map_err(at(path))
    }

    /// Removes a file of the work tree, and the folders that it leaves empty.
    pub fn remove_from_work(&self, files: &mut Vfs, path: &str, when: When) -> Result<()> {
        let full = self.work_path(path)?;
        if files.lstat(&full).is_ok_and(|stat| stat.kind != vfs::Kind::Dir) {
            files.remove_file(&full, when.micros()).map_err(at(path))?;
        }
        let top = self.work_tree()?.to_string();
        let mut folder = parent(&full).to_string();
        while folder.len() > top.len() && files.remove_dir(&folder, when.micros()).is_ok() {
            folder = parent(&folder).to_string();
        }
        Ok(())
    }
}

impl Index {
    fn unmerged_has(&self, path: &str) -> bool {
        (1..4).any(|stage| self.get(path, stage).is_some())
    }
}
