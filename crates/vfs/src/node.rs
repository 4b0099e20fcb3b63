//! What a tree is made of.

use crate::deflate::zlib;
use crate::parsed::{Late, Parsed};
use order::{OrdMap, Place};
use serde::{Deserialize, Serialize, Serializer};
use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    File,
    Dir,
    Symlink,
}

/// What `lstat` tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stat {
    pub kind: Kind,
    /// Bytes of a file's content or of a link's target; 4096 for a folder.
    pub size: u64,
    /// Permission bits: 0o644, 0o755, …
    pub mode: u32,
    /// Microseconds since the Unix epoch.
    pub mtime: u64,
    pub ino: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Node {
    File(File),
    Dir(Dir),
    Symlink(Symlink),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct File {
    pub data: Data,
    pub mode: u32,
    pub mtime: u64,
    pub ino: u64,
    #[serde(skip)]
    pub parsed: Parsed,
}

/// A file's bytes. `Zlib` is kept as it was before deflating and deflates when read: a loose Git object. `Late` bytes are
/// made when somebody first reads them: an index that the next command replaces needs none.
/// Saved, they are plain ones.
#[derive(Debug, Clone, Deserialize)]
pub(crate) enum Data {
    Plain(#[serde(with = "shared_bytes")] Arc<Vec<u8>>),
    Zlib(#[serde(with = "shared_bytes")] Arc<[u8]>),
    #[serde(skip)]
    Late(Late),
}

impl Serialize for Data {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (index, name, bytes): (_, _, &[u8]) = match self {
            Self::Plain(bytes) => (0, "Plain", bytes),
            Self::Late(late) => (0, "Plain", late.bytes()),
            Self::Zlib(raw) => (1, "Zlib", raw),
        };
        serializer.serialize_newtype_variant("Data", index, name, &shared_bytes::Bytes(bytes))
    }
}

/// Shared bytes as one byte string, not as a list of numbers.
mod shared_bytes {
    use serde::{Deserializer, Serialize, Serializer, de};
    use std::fmt;

    pub struct Bytes<'a>(pub &'a [u8]);

    impl Serialize for Bytes<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_bytes(self.0)
        }
    }

    struct Visitor;

    impl de::Visitor<'_> for Visitor {
        type Value = Vec<u8>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("bytes")
        }
        fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
            Ok(bytes.to_vec())
        }
    }

    pub fn deserialize<'de, T: From<Vec<u8>>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_bytes(Visitor).map(T::from)
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Dir {
    pub entries: OrdMap<Box<str>, Arc<Node>>,
    pub mode: u32,
    pub mtime: u64,
    pub ino: u64,
    #[serde(skip)]
    pub last: Last,
}

/// Where the entry was that was asked for last. It is only a guess, and no part of the state.
#[derive(Debug, Default)]
pub(crate) struct Last(AtomicU32);

impl Last {
    fn get(&self) -> Place {
        let both = self.0.load(Relaxed);
        ((both >> 8) as usize, (both & 0xff) as usize)
    }

    fn set(&self, (chunk, at): Place) {
        if let (Ok(chunk), Ok(at)) = (u32::try_from(chunk), u8::try_from(at)) {
            self.0.store(chunk << 8 | u32::from(at), Relaxed);
        }
    }
}

impl Clone for Last {
    fn clone(&self) -> Self {
        Self(AtomicU32::new(self.0.load(Relaxed)))
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Symlink {
    pub target: Box<str>,
    pub mtime: u64,
    pub ino: u64,
}

impl Data {
    pub fn bytes(&self) -> Cow<'_, [u8]> {
        match self {
            Self::Plain(bytes) => Cow::Borrowed(bytes),
            Self::Late(late) => Cow::Borrowed(late.bytes()),
            Self::Zlib(raw) => Cow::Owned(zlib(raw)),
        }
    }
}

/// Names differ early: the first bytes are compared here, without a call. Every path of every command goes through this.
#[inline]
fn compare(one: &[u8], two: &[u8]) -> Ordering {
    const NEAR: usize = 8;
    let near = one.len().min(two.len()).min(NEAR);
    for at in 0..near {
        if one[at] != two[at] {
            return one[at].cmp(&two[at]);
        }
    }
    if near < NEAR { one.len().cmp(&two.len()) } else { one[near..].cmp(&two[near..]) }
}

impl Dir {
    pub fn new(ino: u64, mtime: u64) -> Self {
        Self { entries: OrdMap::new(), mode: 0o755, mtime, ino, last: Last::default() }
    }

    pub fn get(&self, name: &str) -> Option<&Arc<Node>> {
        self.entries.at(self.place(name)?).map(|(_, node)| node)
    }

    pub fn get_mut(&mut self, name: &str) -> Option<&mut Arc<Node>> {
        let place = self.place(name)?;
        Some(self.entries.at_mut(place))
    }

    /// Where an entry is: where the last one was, more often than not.
    fn place(&self, name: &str) -> Option<Place> {
        let last = self.last.get();
        let is_it =
            |have: &str| have.len() == name.len() && compare(have.as_bytes(), name.as_bytes()) == Ordering::Equal;
        if self.entries.at(last).is_some_and(|(have, _)| is_it(have)) {
            return Some(last);
        }
        let place = self.entries.find(|have| compare(have.as_bytes(), name.as_bytes()))?;
        self.last.set(place);
        Some(place)
    }
}

impl Node {
    pub fn kind(&self) -> Kind {
        match self {
            Self::File(_) => Kind::File,
            Self::Dir(_) => Kind::Dir,
            Self::Symlink(_) => Kind::Symlink,
        }
    }

    pub fn mtime(&self) -> u64 {
        match self {
            Self::File(file) => file.mtime,
            Self::Dir(dir) => dir.mtime,
            Self::Symlink(link) => link.mtime,
        }
    }

    pub fn stat(&self) -> Stat {
        match self {
            Self::File(file) => Stat {
                kind: Kind::File,
                size: file.data.bytes().len() as u64,
                mode: file.mode,
                mtime: file.mtime,
                ino: file.ino,
            },
            Self::Dir(dir) => Stat { kind: Kind::Dir, size: 4096, mode: dir.mode, mtime: dir.mtime, ino: dir.ino },
            Self::Symlink(link) => Stat {
                kind: Kind::Symlink,
                size: link.target.len() as u64,
                mode: 0o777,
                mtime: link.mtime,
                ino: link.ino,
            },
        }
    }
}
