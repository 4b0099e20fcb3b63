//! Whether a repository that came from outside is whole: what `git fsck` would complain of.

use crate::object::{Kind, Mode, ObjectId, hash_object, parse_id};
use crate::{Repo, Result};
use order::OrdSet;
use std::fmt;
use vfs::Vfs;

/// Something wrong in a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    Unreadable(ObjectId),
    /// The content does not have the id it is stored under.
    WrongId {
        stored: ObjectId,
        real: ObjectId,
    },
    BadTree {
        id: ObjectId,
        why: String,
    },
    BadRef(String),
    BadHead,
    BadIndex,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(id) => write!(f, "missing or corrupt object {id}"),
            Self::WrongId { stored, real } => write!(f, "error: {stored}: hash mismatch, its content is {real}"),
            Self::BadTree { id, why } => write!(f, "error in tree {id}: {why}"),
            Self::BadRef(name) => write!(f, "error: {name}: invalid sha1 pointer"),
            Self::BadHead => write!(f, "error: invalid HEAD"),
            Self::BadIndex => write!(f, "fatal: index file corrupt"),
        }
    }
}

impl Repo {
    /// Looks through everything that the references lead to.
    pub fn check(&self, files: &Vfs) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut queue = Vec::new();
        if self.head(files).is_err() {
            faults.push(Fault::BadHead);
        }
        let refs = files.walk(&self.file("refs"), &mut |_| true).unwrap_or_default();
        for (path, _) in refs.iter().filter(|(_, stat)| stat.kind == vfs::Kind::File) {
            let name = path.trim_start_matches(&format!("{}/", self.common_dir()));
            match self.read_ref(files, name) {
                Some(id) => queue.push(id),
                None => faults.push(Fault::BadRef(name.into())),
            }
        }
        queue.extend(self.all_tips(files));
        match self.read_index(files) {
            Ok(index) => {
                queue.extend(index.all().filter(|(_, _, e)| e.mode != Mode::GITLINK).map(|(.., entry)| entry.id))
            }
            Err(_) => faults.push(Fault::BadIndex),
        }
        let mut seen = OrdSet::new();
        while let Some(id) = queue.pop() {
            if !seen.insert(id) {
                continue;
            }
            match self.check_object(files, &id, &mut faults) {
                Ok(next) => queue.extend(next),
                Err(_) => faults.push(Fault::Unreadable(id)),
            }
        }
        faults
    }

    /// Checks one object and gives those that it names.
    fn check_object(&self, files: &Vfs, id: &ObjectId, faults: &mut Vec<Fault>) -> Result<Vec<ObjectId>> {
        let object = self.read_object(files, id)?;
        let real = hash_object(object.kind, object.data());
        if real != *id {
            faults.push(Fault::WrongId { stored: *id, real });
        }
        Ok(match object.kind {
            Kind::Blob => Vec::new(),
            Kind::Tag => vec![self.read_tag(files, id)?.target],
            Kind::Commit => {
                let commit = self.read_commit(files, id)?;
                commit.parents.into_iter().chain([commit.tree]).collect()
            }
            Kind::Tree => {
                let entries = self.read_tree(files, id)?;
                let mut names = OrdSet::new();
                for entry in &entries {
                    let name = entry.name.as_str();
                    let why = match name {
                        "" => "contains empty pathname",
                        "." => "contains '.'",
                        ".." => "contains '..'",
                        name if name.eq_ignore_ascii_case(".git") => "contains '.git'",
                        name if name.contains('/') => "contains full pathnames",
                        name if !names.insert(name) => "contains duplicate file entries",
                        _ => continue,
                    };
                    faults.push(Fault::BadTree { id: *id, why: why.into() });
                }
                entries.into_iter().filter(|entry| entry.mode != Mode::GITLINK).map(|entry| entry.id).collect()
            }
        })
    }

    /// The ids of all loose objects, for counting and for clean-up.
    pub fn loose_ids(&self, files: &Vfs) -> Vec<ObjectId> {
        let root = self.file("objects");
        let folders = files.names(&root).unwrap_or_default();
        let ids = folders.into_iter().filter(|folder| folder.len() == 2).flat_map(|folder| {
            let names = files.names(&format!("{root}/{folder}")).unwrap_or_default();
            names.into_iter().filter_map(move |name| parse_id(&format!("{folder}{name}")))
        });
        ids.collect()
    }
}
