//! Bringing two lines of development together.

mod pieces;
mod text;
mod tree;

pub use text::{ConflictStyle, Favor, MergeLabels, MergedText, merge_text};
pub use tree::{Conflict, ConflictKind, MergedTree};
