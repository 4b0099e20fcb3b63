//! The index: `.git/index` in Git's own binary format, version 2 (3 and 4 are read too).

use crate::error::at;
use crate::object::{FlatTree, Mode, ObjectId, sha1};
use crate::{Cause, Repo, Result, When};
use order::OrdMap;
use std::sync::{Arc, OnceLock};
use vfs::{Stat, Vfs};

/// One staged file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexEntry {
    pub mode: Mode,
    pub id: ObjectId,
    /// What the file's `stat` said when its content was last known to be this; zeros where unknown.
    pub mtime: u64,
    pub ino: u32,
    pub size: u32,
    /// `git add -N`: the path is tracked, the content is not staged.
    pub intent_to_add: bool,
}

impl IndexEntry {
    /// An entry that no file has been compared with yet.
    pub fn new(mode: Mode, id: ObjectId) -> Self {
        Self { mode, id, mtime: 0, ino: 0, size: 0, intent_to_add: false }
    }

    /// An entry for a file whose content is known to have this id.
    pub fn of_file(stat: &Stat, id: ObjectId) -> Self {
        Self {
            mode: Mode::of(stat),
            id,
            mtime: stat.mtime,
            ino: low_bits(stat.ino),
            size: low_bits(stat.size),
            intent_to_add: false,
        }
    }

    /// Whether the file is surely unchanged, because nothing of its `stat` is.
    pub fn same_stat(&self, stat: &Stat) -> bool {
        self.mtime == stat.mtime
            && self.ino == low_bits(stat.ino)
            && self.size == low_bits(stat.size)
            && self.mode == Mode::of(stat)
    }
}

/// The index keeps the low 32 bits of sizes and inodes.
fn low_bits(number: u64) -> u32 {
    u32::try_from(number & 0xffff_ffff).unwrap_or(0)
}

/// All entries by path, and by stage while a path is unmerged: 1 (base), 2 (ours), 3 (theirs).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Index {
    /// Those of stage 0.
    staged: OrdMap<Arc<str>, IndexEntry>,
    unmerged: OrdMap<(String, u8), IndexEntry>,
    /// When the file was written; entries as young as this may hide a change (Git calls them racy).
    pub written: u64,
    pub(crate) tree: KnownTree,
}

/// The ids of the trees that a commit of an index would have, the topmost one last, once somebody has asked for them;
/// clones share them. That they are known makes no difference between two of them.
#[derive(Debug, Clone, Default)]
pub(crate) struct KnownTree(Arc<OnceLock<Vec<ObjectId>>>);

impl KnownTree {
    pub fn get(&self) -> Option<&[ObjectId]> {
        self.0.get().map(Vec::as_slice)
    }

    pub fn set(&self, ids: Vec<ObjectId>) {
        // Another clone that was first says the same.
        self.0.set(ids).ok();
    }
}

impl PartialEq for KnownTree {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for KnownTree {}

impl Index {
    pub fn get(&self, path: &str, stage: u8) -> Option<&IndexEntry> {
        if stage == 0 { self.staged.get(path) } else { self.unmerged.get(&(path.to_string(), stage)) }
    }

    /// Entries of stage 0.
    pub fn staged(&self) -> impl Iterator<Item = (&str, &IndexEntry)> {
        self.staged.iter().map(|(path, entry)| (&**path, entry))
    }

    /// Every entry in the order of the file: by path, then by stage.
    pub fn all(&self) -> impl Iterator<Item = (&str, u8, &IndexEntry)> {
        let mut staged = self.staged.iter().peekable();
        let mut unmerged = self.unmerged.iter().peekable();
        std::iter::from_fn(move || {
            let behind = match (staged.peek(), unmerged.peek()) {
                (Some((path, _)), Some(((other, _), _))) => ***path > **other,
                (staged, _) => staged.is_none(),
            };
            if behind {
                return unmerged.next().map(|((path, stage), entry)| (path.as_str(), *stage, entry));
            }
            staged.next().map(|(path, entry)| (&**path, 0, entry))
        })
    }

    /// Whether the path stands in it at any stage.
    pub fn has(&self, path: &str) -> bool {
        self.staged.contains_key(path)
            || (!self.unmerged.is_empty() && (1..4).any(|stage| self.get(path, stage).is_some()))
    }

    /// Whether any path lies in this folder; `""` is the top.
    pub fn has_below(&self, folder: &str) -> bool {
        let start = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        self.staged.from_key(start.as_str()).next().is_some_and(|(path, _)| path.starts_with(&start))
            || self.unmerged.range((start.clone(), 0)..).next().is_some_and(|((path, _), _)| path.starts_with(&start))
    }

    /// The paths that are not merged yet, with the stages they have.
    pub fn unmerged(&self) -> OrdMap<String, Vec<u8>> {
        let mut paths: OrdMap<String, Vec<u8>> = OrdMap::new();
        for (path, stage) in self.unmerged.keys() {
            paths.entry(path.clone()).or_default().push(*stage);
        }
        paths
    }

    /// Stages a path: other stages of it go, and so does what it stands in the way of (`a` for `a/b`).
    pub fn put(&mut self, path: &str, entry: IndexEntry) {
        self.tree = KnownTree::default();
        self.remove_stages(path);
        if let Some(old) = self.staged.get_mut(path) {
            *old = entry;
            return;
        }
        while let Some(below) = self.first_below(path) {
            self.remove(&below);
        }
        for (at, _) in path.match_indices('/') {
            self.remove(&path[..at]);
        }
        self.staged.insert(path.into(), entry);
    }

    fn first_below(&self, folder: &str) -> Option<String> {
        let start = format!("{folder}/");
        let staged = self.staged.from_key(start.as_str()).next().map(|(path, _)| &**path);
        let unmerged = self.unmerged.range((start.clone(), 0)..).next().map(|((path, _), _)| path.as_str());
        [staged, unmerged].into_iter().flatten().find(|path| path.starts_with(&start)).map(str::to_string)
    }

    /// Sets one stage of an unmerged path.
    pub fn put_stage(&mut self, path: &str, stage: u8, entry: IndexEntry) {
        self.tree = KnownTree::default();
        self.staged.remove(path);
        if stage == 0 {
            self.staged.insert(path.into(), entry);
        } else {
            self.unmerged.insert((path.to_string(), stage), entry);
        }
    }

    /// Takes a path out at every stage.
    pub fn remove(&mut self, path: &str) {
        self.tree = KnownTree::default();
        self.staged.remove(path);
        self.remove_stages(path);
    }

    fn remove_stages(&mut self, path: &str) {
        if !self.unmerged.is_empty() {
            for stage in 1..4 {
                self.unmerged.remove(&(path.to_string(), stage));
            }
        }
    }

    /// What a commit of it would hold.
    pub fn flat(&self) -> FlatTree {
        let staged = self.staged().filter(|(_, entry)| !entry.intent_to_add);
        staged.map(|(path, entry)| (path.to_string(), (entry.mode, entry.id))).collect()
    }

    fn decode(data: &[u8]) -> Option<Self> {
        let mut reader = Reader { data, at: 0 };
        if reader.take(4)? != b"DIRC" {
            return None;
        }
        let (version, count) = (reader.word()?, reader.word()?);
        if !(2..=4).contains(&version) {
            return None;
        }
        let mut index = Self::default();
        let mut last = Vec::new();
        for _ in 0..count {
            let (path, stage, entry) = reader.entry(version, &last)?;
            let text = String::from_utf8_lossy(&path);
            if stage == 0 {
                index.staged.insert(text.into(), entry);
            } else {
                index.unmerged.insert((text.into_owned(), stage), entry);
            }
            last = path;
        }
        Some(index)
    }

    fn encode(&self) -> Vec<u8> {
        let extended = self.all().any(|(.., entry)| entry.intent_to_add);
        let count = self.staged.len() + self.unmerged.len();
        let mut data = Vec::with_capacity(32 + count * 80);
        data.extend_from_slice(b"DIRC");
        data.extend_from_slice(&if extended { 3_u32 } else { 2 }.to_be_bytes());
        data.extend_from_slice(&u32::try_from(count).unwrap_or(u32::MAX).to_be_bytes());
        for (path, stage, entry) in self.all() {
            encode_entry(&mut data, path, stage, entry);
        }
        let sum = sha1(&data);
        data.extend_from_slice(sum.as_slice());
        data
    }
}

fn encode_entry(data: &mut Vec<u8>, path: &str, stage: u8, entry: &IndexEntry) {
    let start = data.len();
    let secs = low_bits(entry.mtime / 1_000_000);
    let nanos = low_bits(entry.mtime % 1_000_000 * 1_000);
    let words = [secs, nanos, secs, nanos, 0, entry.ino, entry.mode.0, 0, 0, entry.size];
    let mut fixed = [0; 40];
    for (place, word) in fixed.chunks_exact_mut(4).zip(words) {
        place.copy_from_slice(&word.to_be_bytes());
    }
    data.extend_from_slice(&fixed);
    data.extend_from_slice(entry.id.as_slice());
    let length = u16::try_from(path.len()).unwrap_or(0xfff).min(0xfff);
    let flags = length | u16::from(stage) << 12 | if entry.intent_to_add { 0x4000 } else { 0 };
    data.extend_from_slice(&flags.to_be_bytes());
    if entry.intent_to_add {
        data.extend_from_slice(&0x2000_u16.to_be_bytes());
    }
    data.extend_from_slice(path.as_bytes());
    let padded = (data.len() - start + 8) / 8 * 8;
    data.resize(start + padded, 0);
}

struct Reader<'a> {
    data: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let bytes = self.data.get(self.at..self.at + len)?;
        self.at += len;
        Some(bytes)
    }

    fn word(&mut self) -> Option<u32> {
        self.take(4).map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]))
    }

    fn half(&mut self) -> Option<u16> {
        self.take(2).map(|b| u16::from_be_bytes([b[0], b[1]]))
    }

    fn entry(&mut self, version: u32, last: &[u8]) -> Option<(Vec<u8>, u8, IndexEntry)> {
        let start = self.at;
        let mut words = [0; 10];
        for word in &mut words {
            *word = self.word()?;
        }
        let [_, _, secs, nanos, _, ino, mode, _, _, size] = words;
        let id = ObjectId::try_from(self.take(20)?).ok()?;
        let flags = self.half()?;
        let more = if flags & 0x4000 != 0 { self.half()? } else { 0 };
        let mut path = Vec::new();
        if version == 4 {
            let mut byte = self.take(1)?[0];
            let mut strip = usize::from(byte & 0x7f);
            while byte & 0x80 != 0 {
                byte = self.take(1)?[0];
                strip = (strip + 1) << 7 | usize::from(byte & 0x7f);
            }
            path.extend_from_slice(last.get(..last.len().checked_sub(strip)?)?);
        }
        let rest = self.data.get(self.at..)?;
        let len = rest.iter().position(|byte| *byte == 0)?;
        path.extend_from_slice(self.take(len)?);
        if version == 4 {
            self.at += 1;
        } else {
            self.at = start + (self.at - start + 8) / 8 * 8;
        }
        let mtime = u64::from(secs) * 1_000_000 + u64::from(nanos) / 1_000;
        let stage = u8::try_from(flags >> 12 & 3).ok()?;
        let entry = IndexEntry { mode: Mode(mode), id, mtime, ino, size, intent_to_add: more & 0x2000 != 0 };
        Some((path, stage, entry))
    }
}

impl Repo {
    /// The index; empty where there is no file yet.
    pub fn read_index(&self, files: &Vfs) -> Result<Index> {
        let path = self.file("index");
        let decoded = match files.read_as(&path, Index::decode) {
            Err(vfs::VfsError::NotFound) => return Ok(Index::default()),
            decoded => decoded.map_err(at(&path))?,
        };
        let mut index = Option::clone(&decoded).ok_or(Cause::CorruptIndex)?;
        index.written = files.mtime(&path).map_err(at(&path))?;
        Ok(index)
    }

    pub fn write_index(&self, files: &mut Vfs, index: &Index, when: When) -> Result<()> {
        let path = self.file("index");
        let encode = |index: &Option<Index>| index.as_ref().map(Index::encode).unwrap_or_default();
        files.write_as(&path, Some(index.clone()), encode, when.micros()).map_err(at(&path))
    }
}

impl Index {
    /// As the file holds it.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.encode()
    }

    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        Ok(Self::decode(bytes).ok_or(Cause::CorruptIndex)?)
    }

    /// Every path once, whatever its stages.
    pub fn unique_paths(&self) -> Vec<String> {
        let mut paths: Vec<String> = self.all().map(|(path, ..)| path.to_string()).collect();
        paths.dedup();
        paths
    }

    /// Moves a file, or all files of a folder, to another name.
    pub fn rename(&mut self, from: &str, to: &str) {
        let below = format!("{from}/");
        let moved: Vec<(String, IndexEntry)> = self
            .all()
            .filter(|(path, ..)| *path == from || path.starts_with(&below))
            .map(|(path, _, entry)| (path.to_string(), entry.clone()))
            .collect();
        for (path, entry) in moved {
            self.remove(&path);
            self.put(&format!("{to}{}", &path[from.len()..]), entry);
        }
    }
}
