//! Differences: which files changed, how they are paired, and how Git prints them.

mod change;
mod combined;
mod driver;
mod equal;
mod histogram;
mod hunks;
mod lines;
mod myers;
mod parse;
mod patch;
mod prune;
mod rename;
mod slide;
mod stat;
mod words;

pub use change::{Change, ChangeKind, Side, Source};
pub use combined::{combined_head, combined_patch};
pub use driver::Driver;
pub use lines::{LineHunk, diff_lines, split_lines};
pub use parse::{BadPatch, FilePatch, Hunk, parse_patches};
pub use patch::{Blanks, DiffColors, PatchOptions, patch, quoted_path, unified};
pub use rename::find_renames;
pub(crate) use rename::find_renames_of;
pub use stat::{FileStat, shortstat, stat_table, summary_line};
pub use words::Words;

pub(crate) use lines::{Algorithm, hunks as line_hunks};
pub(crate) use patch::is_binary;
