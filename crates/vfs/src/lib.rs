//! Files and folders in memory: a tree that shares structure, so that a clone costs nothing and a write copies
//! only the folders on its path.
//!
//! It never touches the real file system and never knows what a file means. Paths are absolute, `/`-separated
//! and UTF-8; walks are in path order. Times are given by the caller, in microseconds since the Unix epoch.

mod deflate;
mod node;
mod ops;
mod parsed;
mod path;
mod resolve;
mod walk;

pub use node::{Kind, Stat};
pub use path::{base_name, join, parent};

use node::{Dir, Node};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A file system.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Vfs {
    root: Arc<Node>,
    next_ino: u64,
    #[serde(skip)]
    edits: u64,
}

impl Default for Vfs {
    fn default() -> Self {
        Self { root: Arc::new(Node::Dir(Dir::new(1, 0))), next_ino: 1, edits: 0 }
    }
}

impl Vfs {
    /// Only the root folder.
    pub fn new() -> Self {
        Self::default()
    }

    /// How often this one was changed since it was made or loaded: while it stays, so does everything in it. It is no
    /// state: two equal trees may differ in it.
    pub fn edits(&self) -> u64 {
        self.edits
    }
}

/// Why a path could not be used. `Display` gives the C library's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VfsError {
    #[error("No such file or directory")]
    NotFound,
    #[error("Not a directory")]
    NotADirectory,
    #[error("Is a directory")]
    IsADirectory,
    #[error("File exists")]
    Exists,
    #[error("Directory not empty")]
    NotEmpty,
    #[error("Too many levels of symbolic links")]
    SymlinkLoop,
    #[error("Invalid argument")]
    Invalid,
    #[error("File name too long")]
    NameTooLong,
}

pub type Result<T> = std::result::Result<T, VfsError>;

#[cfg(test)]
mod tests;
