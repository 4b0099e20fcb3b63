//! Trees: a folder's entries with their modes.

use super::{Kind, ObjectId};
use crate::{Repo, Result, When};
use order::{Arrange, OrdMap};
use vfs::Vfs;

/// What an entry of a tree or of the index is: Git knows five.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mode(pub u32);

impl Mode {
    pub const FILE: Self = Self(0o100_644);
    pub const EXECUTABLE: Self = Self(0o100_755);
    pub const SYMLINK: Self = Self(0o120_000);
    pub const TREE: Self = Self(0o040_000);
    pub const GITLINK: Self = Self(0o160_000);

    pub fn is_tree(self) -> bool {
        self == Self::TREE
    }

    /// Regular, symbolic link, tree or submodule, without the permission bits.
    pub fn type_bits(self) -> u32 {
        self.0 & 0o170_000
    }

    /// The mode that a file on disk gets: Git keeps only the owner's x bit.
    pub fn of(stat: &vfs::Stat) -> Self {
        match stat.kind {
            vfs::Kind::Symlink => Self::SYMLINK,
            vfs::Kind::Dir => Self::TREE,
            vfs::Kind::File if stat.mode & 0o100 != 0 => Self::EXECUTABLE,
            vfs::Kind::File => Self::FILE,
        }
    }
}

impl std::fmt::Display for Mode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:06o}", self.0)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeEntry {
    pub mode: Mode,
    pub name: String,
    pub id: ObjectId,
}

impl TreeEntry {
    pub(crate) fn decode_all(data: &[u8]) -> Option<Vec<Self>> {
        let tree = gix_object::TreeRef::from_bytes(data, gix_hash::Kind::Sha1).ok()?;
        let entry = |entry: &gix_object::tree::EntryRef<'_>| Self {
            mode: Mode(u32::from(entry.mode.value())),
            name: entry.filename.to_string(),
            id: entry.oid.to_owned(),
        };
        Some(tree.entries.iter().map(entry).collect())
    }

    /// Git sorts a folder as if its name ended with a slash.
    fn sort_key(&self) -> String {
        if self.mode.is_tree() { format!("{}/", self.name) } else { self.name.clone() }
    }

    /// A tree object's content.
    pub fn encode_all(entries: &[Self]) -> Vec<u8> {
        let mut sorted: Vec<&Self> = entries.iter().collect();
        sorted.arrange_by_key(|entry| entry.sort_key());
        let mut data = Vec::new();
        for entry in sorted {
            data.extend_from_slice(format!("{:o} {}\0", entry.mode.0, entry.name).as_bytes());
            data.extend_from_slice(entry.id.as_slice());
        }
        data
    }
}

/// A tree's files by their paths, as the index would list them.
pub type FlatTree = OrdMap<String, (Mode, ObjectId)>;

impl Repo {
    /// All files of a tree and of the trees in it. `None` is the empty tree.
    pub fn flat_tree(&self, files: &Vfs, tree: Option<&ObjectId>) -> Result<FlatTree> {
        let mut flat = FlatTree::new();
        if let Some(tree) = tree {
            self.flatten(files, tree, "", &mut flat)?;
        }
        Ok(flat)
    }

    fn flatten(&self, files: &Vfs, tree: &ObjectId, prefix: &str, flat: &mut FlatTree) -> Result<()> {
        for entry in self.read_tree(files, tree)? {
            let path = format!("{prefix}{}", entry.name);
            if entry.mode.is_tree() {
                self.flatten(files, &entry.id, &format!("{path}/"), flat)?;
            } else {
                flat.insert(path, (entry.mode, entry.id));
            }
        }
        Ok(())
    }

    /// Writes the trees for these files and gives the topmost one's id.
    pub fn write_tree(&self, files: &mut Vfs, flat: &FlatTree, when: When) -> Result<ObjectId> {
        let all: Vec<(&str, Mode, ObjectId)> =
            flat.iter().map(|(path, (mode, id))| (path.as_str(), *mode, *id)).collect();
        self.write_level(files, &all, 0, when)
    }

    /// Writes the tree of one folder: paths share their first `skip` bytes.
    fn write_level(
        &self,
        files: &mut Vfs,
        all: &[(&str, Mode, ObjectId)],
        skip: usize,
        when: When,
    ) -> Result<ObjectId> {
        let mut entries = Vec::new();
        let mut at = 0;
        while at < all.len() {
            let (path, mode, id) = all[at];
            let rest = &path[skip..];
            let Some(slash) = rest.find('/') else {
                entries.push(TreeEntry { mode, name: rest.into(), id });
                at += 1;
                continue;
            };
            let folder = &path[..skip + slash + 1];
            let end = at + all[at..].iter().take_while(|(path, ..)| path.starts_with(folder)).count();
            let id = self.write_level(files, &all[at..end], folder.len(), when)?;
            entries.push(TreeEntry { mode: Mode::TREE, name: rest[..slash].into(), id });
            at = end;
        }
        self.write_object(files, Kind::Tree, &TreeEntry::encode_all(&entries), when)
    }

    /// The entry at a path in a tree; the path `""` is the tree itself.
    pub fn tree_entry(&self, files: &Vfs, tree: &ObjectId, path: &str) -> Result<Option<(Mode, ObjectId)>> {
        let mut found = (Mode::TREE, *tree);
        for part in path.split('/').filter(|part| !part.is_empty()) {
            if !found.0.is_tree() {
                return Ok(None);
            }
            match self.read_tree(files, &found.1)?.into_iter().find(|entry| entry.name == part) {
                Some(entry) => found = (entry.mode, entry.id),
                None => return Ok(None),
            }
        }
        Ok(Some(found))
    }
}
