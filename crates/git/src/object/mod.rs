//! Git's four kinds of objects and the store that holds them.

mod commit;
mod fields;
mod id;
mod pack;
mod repack;
mod store;
mod tag;
mod tree;

pub use commit::{Commit, Lineage};
pub use id::ObjectId;
pub use pack::{PackEntry, read_pack, write_pack};
pub use tag::Tag;
pub(crate) use tree::each_entry;
pub use tree::{FlatTree, Mode, TreeEntry};

use sha1::{Digest, Sha1};
use std::fmt;
use std::sync::Arc;

/// What an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Commit,
    Tree,
    Blob,
    Tag,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Commit => "commit",
            Self::Tree => "tree",
            Self::Blob => "blob",
            Self::Tag => "tag",
        }
    }

    pub fn parse(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"commit" => Self::Commit,
            b"tree" => Self::Tree,
            b"blob" => Self::Blob,
            b"tag" => Self::Tag,
            _ => return None,
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An object as it was read; cheap to clone.
#[derive(Debug, Clone)]
pub struct Object {
    pub kind: Kind,
    bytes: Arc<[u8]>,
    start: usize,
}

impl Object {
    pub fn data(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    /// A blob's text; bytes that are not UTF-8 become U+FFFD.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(self.data()).into_owned()
    }
}

/// What stands before an object's content, in its id and in its file.
pub(crate) fn header(kind: Kind, len: usize) -> String {
    [kind.name(), " ", &len.to_string(), "\0"].concat()
}

/// The id that an object with this content has.
// Unlike git: it computes plain SHA-1, and does not look for collision attacks on the way.
pub fn hash_object(kind: Kind, data: &[u8]) -> ObjectId {
    finish(Sha1::new_with_prefix(header(kind, data.len())).chain_update(data))
}

/// The plain SHA-1 of some bytes, as packs and the index end with it.
/// SHA-1 of bytes that are no object, in hexadecimal digits.
pub fn plain_hash(data: &[u8]) -> String {
    sha1(data).to_string()
}

pub(crate) fn sha1(data: &[u8]) -> ObjectId {
    finish(Sha1::new_with_prefix(data))
}

fn finish(hasher: Sha1) -> ObjectId {
    <[u8; 20]>::from(hasher.finalize()).into()
}

/// The id of nothing: all zeros.
pub fn null_id() -> ObjectId {
    ObjectId::null()
}

/// Reads a full hexadecimal id.
pub fn parse_id(hex: &str) -> Option<ObjectId> {
    ObjectId::from_hex(hex)
}
