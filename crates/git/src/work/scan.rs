//! Reading the work tree: content ids of files, and the files that Git does not know.

use super::{Ignores, Pathspec};
use crate::error::at;
use crate::index::{Index, IndexEntry};
use crate::object::{Kind, Mode, ObjectId, hash_object};
use crate::{Repo, Result, When};
use order::Arrange;
use vfs::{Vfs, join};

/// A file of the work tree as Git sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkFile {
    pub mode: Mode,
    pub id: ObjectId,
}

/// Files that are not in the index; a folder without any tracked file stands as one entry with a slash.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Untracked {
    pub untracked: Vec<String>,
    pub ignored: Vec<String>,
}

impl Repo {
    /// The bytes that a blob of this path would have: the file's, or the link's target.
    pub fn work_bytes(&self, files: &Vfs, path: &str) -> Result<Vec<u8>> {
        let full = self.work_path(path)?;
        let stat = files.lstat(&full).map_err(at(path))?;
        Ok(match stat.kind {
            vfs::Kind::Symlink => files.read_link(&full).map_err(at(path))?.as_bytes().to_vec(),
            _ => self.to_blob(files, path, files.read(&full).map_err(at(path))?.into_owned()),
        })
    }

    /// The file at a path, hashed unless its index entry says that it is unchanged; `None` where there is none.
    pub fn work_file(
        &self,
        files: &Vfs,
        path: &str,
        known: Option<&IndexEntry>,
        racy: u64,
    ) -> Result<Option<WorkFile>> {
        let full = self.work_path(path)?;
        if self.behind_link(files, path)? {
            return Ok(None);
        }
        let Ok(stat) = files.lstat(&full) else { return Ok(None) };
        if stat.kind == vfs::Kind::Dir {
            return Ok(None);
        }
        let mode = Mode::of(&stat);
        if let Some(entry) = known
            && entry.mtime < racy
            && entry.same_stat(&stat)
        {
            return Ok(Some(WorkFile { mode, id: entry.id }));
        }
        let id = hash_object(Kind::Blob, &self.work_bytes(files, path)?);
        Ok(Some(WorkFile { mode, id }))
    }

    /// Whether a folder on the way to a path is a symbolic link, beyond which Git sees nothing.
    fn behind_link(&self, files: &Vfs, path: &str) -> Result<bool> {
        let mut folder = vfs::parent(path);
        while folder != "/" && !folder.is_empty() {
            if files.lstat(&self.work_path(folder)?).is_ok_and(|stat| stat.kind == vfs::Kind::Symlink) {
                return Ok(true);
            }
            folder = vfs::parent(folder);
        }
        Ok(false)
    }

    /// Stores a file of the work tree as a blob and gives its index entry.
    pub fn stage_file(&self, files: &mut Vfs, path: &str, when: When) -> Result<IndexEntry> {
        let full = self.work_path(path)?;
        let bytes = self.work_bytes(files, path)?;
        let id = self.write_object(files, Kind::Blob, &bytes, when)?;
        let stat = files.lstat(&full).map_err(at(path))?;
        Ok(IndexEntry::of_file(&stat, id))
    }

    /// Every file in the work tree that is not in the index, each by itself, ignored ones left out unless `ignored`.
    pub fn untracked_files(&self, files: &Vfs, index: &Index, ignores: &Ignores, ignored: bool) -> Result<Vec<String>> {
        let mut found = Vec::new();
        let mut scan = Scan { repo: self, files, index, spec: &Pathspec::default() };
        scan.each_file("", &ignores.enter(self, files, "")?, ignored, &mut found)?;
        Ok(found)
    }

    /// Folders without any file in them, the topmost ones, each with a slash.
    pub fn empty_folders(&self, files: &Vfs, index: &Index, ignores: &Ignores) -> Result<Vec<String>> {
        let mut found = Vec::new();
        let scan = Scan { repo: self, files, index, spec: &Pathspec::default() };
        scan.empty("", &ignores.enter(self, files, "")?, &mut found)?;
        Ok(found)
    }

    /// What `git status` lists as untracked and ignored. With `all`, files of untracked folders one by one.
    pub fn untracked(
        &self,
        files: &Vfs,
        index: &Index,
        ignores: &Ignores,
        spec: &Pathspec,
        all: bool,
    ) -> Result<Untracked> {
        let mut found = Untracked::default();
        let mut scan = Scan { repo: self, files, index, spec };
        scan.folder("", &ignores.enter(self, files, "")?, all, &mut found)?;
        Ok(found)
    }
}

struct Scan<'a> {
    repo: &'a Repo,
    files: &'a Vfs,
    index: &'a Index,
    spec: &'a Pathspec,
}

/// What a folder without tracked files holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    Nothing,
    OnlyIgnored,
    Files,
}

impl Scan<'_> {
    /// Entries of a folder of the work tree: path there, and whether it is a folder. `.git` is never seen.
    fn entries(&self, folder: &str) -> Result<Vec<(String, bool)>> {
        let full = self.repo.work_path(folder)?;
        let names = self.files.kinds(&full).map_err(at(folder))?;
        let (prefix, slash) = (folder, if folder.is_empty() { "" } else { "/" });
        let mut entries: Vec<(String, bool)> = names
            .filter(|(name, _)| *name != ".git")
            .map(|(name, kind)| ([prefix, slash, name].concat(), kind == vfs::Kind::Dir))
            .collect();
        // A folder stands where its name with a slash would.
        let last = |one: &(String, bool)| if one.1 { "/" } else { "" };
        if entries.iter().any(|(_, is_folder)| *is_folder) {
            entries.arrange_by(|one, two| {
                one.0.bytes().chain(last(one).bytes()).cmp(two.0.bytes().chain(last(two).bytes()))
            });
        }
        Ok(entries)
    }

    fn is_repository(&self, folder: &str) -> Result<bool> {
        Ok(self.files.exists(&join(&self.repo.work_path(folder)?, ".git/HEAD")))
    }

    fn empty(&self, folder: &str, ignores: &Ignores, found: &mut Vec<String>) -> Result<()> {
        for (path, is_folder) in self.entries(folder)? {
            if !is_folder || self.is_repository(&path)? || ignores.ignores(&path, true) {
                continue;
            }
            let deeper = ignores.enter(self.repo, self.files, &path)?;
            // Where something is tracked, the folder is known, though its files be gone.
            if self.holds(&path, &deeper)? == Holds::Nothing && !self.index.has_below(&path) {
                found.push(format!("{path}/"));
            } else {
                self.empty(&path, &deeper, found)?;
            }
        }
        Ok(())
    }

    fn each_file(&mut self, folder: &str, ignores: &Ignores, ignored: bool, found: &mut Vec<String>) -> Result<()> {
        for (path, is_folder) in self.entries(folder)? {
            if ignores.ignores(&path, is_folder) && !ignored && !self.index.has_below(&path) {
                continue;
            }
            if is_folder && !self.is_repository(&path)? {
                let deeper = ignores.enter(self.repo, self.files, &path)?;
                self.each_file(&path, &deeper, ignored, found)?;
            } else if !is_folder && !self.index.has(&path) {
                found.push(path);
            }
        }
        Ok(())
    }

    fn folder(&mut self, folder: &str, ignores: &Ignores, all: bool, found: &mut Untracked) -> Result<()> {
        for (path, is_folder) in self.entries(folder)? {
            let tracked = if is_folder { self.index.has_below(&path) } else { self.index.has(&path) };
            if !is_folder {
                if !tracked && self.spec.matches(&path) {
                    let list = if ignores.ignores(&path, false) { &mut found.ignored } else { &mut found.untracked };
                    list.push(path);
                }
                continue;
            }
            if !self.spec.may_match_below(&path) {
                continue;
            }
            if !tracked && ignores.ignores(&path, true) {
                if self.holds(&path, ignores)? != Holds::Nothing {
                    found.ignored.push(format!("{path}/"));
                }
                continue;
            }
            let deeper = ignores.enter(self.repo, self.files, &path)?;
            if tracked || all || !self.spec.matches(&path) {
                self.folder(&path, &deeper, all, found)?;
                continue;
            }
            match self.holds(&path, &deeper)? {
                Holds::Nothing => {}
                Holds::OnlyIgnored => self.folder_ignored(&path, found),
                Holds::Files => {
                    found.untracked.push(format!("{path}/"));
                    let mut inner = Untracked::default();
                    self.folder(&path, &deeper, all, &mut inner)?;
                    found.ignored.extend(inner.ignored);
                }
            }
        }
        Ok(())
    }

    fn folder_ignored(&self, path: &str, found: &mut Untracked) {
        found.ignored.push(format!("{path}/"));
    }

    fn holds(&self, folder: &str, ignores: &Ignores) -> Result<Holds> {
        if self.is_repository(folder)? {
            return Ok(Holds::Files);
        }
        let mut holds = Holds::Nothing;
        for (path, is_folder) in self.entries(folder)? {
            let ignored = ignores.ignores(&path, is_folder);
            let inner = if is_folder && !ignored {
                self.holds(&path, &ignores.enter(self.repo, self.files, &path)?)?
            } else if ignored {
                Holds::OnlyIgnored
            } else {
                Holds::Files
            };
            match inner {
                Holds::Files => return Ok(Holds::Files),
                Holds::OnlyIgnored => holds = Holds::OnlyIgnored,
                Holds::Nothing => {}
            }
        }
        Ok(holds)
    }
}
