//! Trees: a folder's entries with their modes.

use super::{Kind, ObjectId, hash_object};
use crate::{Index, Repo, Result, When};
use order::{Arrange, OrdMap};
use std::cmp::Ordering;
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
        let mut entries = Vec::with_capacity(data.len() / 32);
        each_entry(data, |mode, name, id| {
            entries.push(Self { mode, name: String::from_utf8_lossy(name).into_owned(), id });
        })?;
        Some(entries)
    }

    /// A tree object's content.
    pub fn encode_all(entries: &[Self]) -> Vec<u8> {
        let mut rows: Vec<Row<'_>> =
            entries.iter().map(|entry| Row { mode: entry.mode, name: &entry.name, id: entry.id }).collect();
        rows.arrange_by(tree_order);
        encode(&rows)
    }
}

/// Goes through a tree's entries; `None` where it is damaged.
pub(crate) fn each_entry(mut data: &[u8], mut take: impl FnMut(Mode, &[u8], ObjectId)) -> Option<()> {
    while !data.is_empty() {
        let space = data.iter().position(|byte| *byte == b' ')?;
        let digits = &data[..space];
        let octal = |bits: u32, byte: &u8| matches!(byte, b'0'..=b'7').then(|| bits << 3 | u32::from(byte - b'0'));
        let mode = digits.iter().try_fold(0, octal).filter(|_| (1..=6).contains(&digits.len()))?;
        let rest = &data[space + 1..];
        let end = rest.iter().position(|byte| *byte == 0)?;
        let id = rest.get(end + 1..end + 21)?;
        take(Mode(mode), &rest[..end], ObjectId::try_from(id).ok()?);
        data = &rest[end + 21..];
    }
    Some(())
}

/// An entry to be written.
#[derive(Clone, Copy)]
struct Row<'a> {
    mode: Mode,
    name: &'a str,
    id: ObjectId,
}

/// Git sorts a folder as if its name ended with a slash.
fn tree_order(one: &Row<'_>, two: &Row<'_>) -> Ordering {
    let (a, b) = (one.name.as_bytes(), two.name.as_bytes());
    let shared = a.len().min(b.len());
    let next = |row: &Row<'_>| row.name.as_bytes().get(shared).copied().or(row.mode.is_tree().then_some(b'/'));
    a[..shared].cmp(&b[..shared]).then_with(|| next(one).cmp(&next(two)))
}

/// Rows in the order of a tree.
fn encode(rows: &[Row<'_>]) -> Vec<u8> {
    let mut data = Vec::with_capacity(rows.len() * 40);
    for row in rows {
        match row.mode {
            Mode::FILE => data.extend_from_slice(b"100644"),
            Mode::TREE => data.extend_from_slice(b"40000"),
            Mode(bits) => data.extend_from_slice(format!("{bits:o}").as_bytes()),
        }
        data.push(b' ');
        data.extend_from_slice(row.name.as_bytes());
        data.push(0);
        data.extend_from_slice(row.id.as_slice());
    }
    data
}

fn rows(index: &Index) -> Vec<Row<'_>> {
    let staged = index.staged().filter(|(_, entry)| !entry.intent_to_add);
    staged.map(|(name, entry)| Row { mode: entry.mode, name, id: entry.id }).collect()
}

/// Hands the trees of one folder's files to `keep`, deepest first: the names are paths that share their first `skip` bytes.
fn level(all: &[Row<'_>], skip: usize, keep: &mut dyn FnMut(Vec<u8>) -> Result<ObjectId>) -> Result<ObjectId> {
    let mut entries = Vec::with_capacity(all.len());
    let mut at = 0;
    while let Some(row) = all.get(at) {
        let rest = &row.name[skip..];
        let Some(slash) = rest.find('/') else {
            entries.push(Row { name: rest, ..*row });
            at += 1;
            continue;
        };
        let folder = &row.name[..skip + slash + 1];
        let end = at + all[at..].iter().take_while(|row| row.name.starts_with(folder)).count();
        let id = level(&all[at..end], folder.len(), keep)?;
        entries.push(Row { mode: Mode::TREE, name: &rest[..slash], id });
        at = end;
    }
    // Paths come in the order of trees: a folder's name is followed by its slash there too.
    keep(encode(&entries))
}

impl Index {
    /// The id of the tree that a commit of it would have; nothing is written.
    pub fn tree_id(&self) -> ObjectId {
        if let Some([.., known]) = self.tree.get() {
            return *known;
        }
        let hashed = known_level(self, &mut |tree| Ok(hash_object(Kind::Tree, &tree)));
        hashed.expect("hashing fails at nothing")
    }
}

/// The trees of an index, kept one after the other; their ids are known then.
fn known_level(index: &Index, keep: &mut dyn FnMut(Vec<u8>) -> Result<ObjectId>) -> Result<ObjectId> {
    let mut ids = Vec::new();
    let top = level(&rows(index), 0, &mut |tree| {
        let id = keep(tree)?;
        ids.push(id);
        Ok(id)
    })?;
    index.tree.set(ids);
    Ok(top)
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
        let all: Vec<Row<'_>> = flat.iter().map(|(name, (mode, id))| Row { mode: *mode, name, id: *id }).collect();
        level(&all, 0, &mut |tree| self.write_object(files, Kind::Tree, &tree, when))
    }

    /// Writes the trees of what the index holds.
    pub fn write_index_tree(&self, files: &mut Vfs, index: &Index, when: When) -> Result<ObjectId> {
        match index.tree.get() {
            Some(all @ [.., known]) if all.iter().all(|id| self.has_object(files, id)) => Ok(*known),
            _ => known_level(index, &mut |tree| self.write_object(files, Kind::Tree, &tree, when)),
        }
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
