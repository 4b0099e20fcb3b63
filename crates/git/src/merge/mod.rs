//! Bringing two lines of development together.

mod content;
mod entry;
mod folders;
mod pieces;
mod renames;
mod text;
mod tree;

pub use text::{ConflictStyle, Favor, FolderRenames, MergeLabels, MergedText, merge_text};
pub use tree::{Conflict, MergedTree};
