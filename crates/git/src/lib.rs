//! Git repositories in a `vfs::Vfs`: objects, references, the index, the work tree, differences, merges, exchange.
//!
//! The files are the only truth, and a repository written to a real disk is one that real Git accepts; what a file was
//! read as stays beside it only until its bytes change ([`vfs::Vfs::read_as`]). Objects, differences and merges are our
//! own code, and equal to real Git's by test. It never touches the real file system and asks no clock: callers say [`When`].

mod config;
mod date;
mod diff;
mod error;
mod ids;
mod includes;
mod index;
mod merge;
mod object;
mod paint;
mod refs;
mod remote;
mod repo;
mod revision;
mod status;
mod walk;
mod when;
mod work;
mod worktree;

pub use config::{Config, ConfigEntry};
pub use date::DateFormat;
pub use diff::{
    BadPatch, Blanks, Change, ChangeKind, DiffColors, Driver, FilePatch, FileStat, Hunk, LineHunk, PatchOptions, Side,
    Source, Words, combined_head, combined_patch, diff_lines, find_renames, parse_patches, patch, quoted_path,
    shortstat, split_lines, stat_table, summary_line, unified,
};
pub use error::{Cause, GitError, Result};
pub use ids::IdMap;
pub use includes::ConfigPart;
pub use index::{Index, IndexEntry};
pub use merge::{Conflict, ConflictStyle, Favor, FolderRenames, MergeLabels, MergedText, MergedTree, merge_text};
pub use object::{
    Commit, FlatTree, Kind, Lineage, Mode, Object, ObjectId, PackEntry, Tag, TreeEntry, hash_object, null_id, parse_id,
    plain_hash, read_pack, write_pack,
};
pub use refs::{Head, LogEntry, RefChange, branch_name_ok, ref_name_ok, shorten_ref};
pub use remote::{Bundle, Fault, Named, RefUpdate, Refspec, Roots};
pub use repo::Repo;
pub use status::Status;
pub use walk::History;
pub use when::{Signature, When};
pub use work::{
    Attr, Attributes, Blocked, Ignores, Pathspec, SwitchPlan, Untracked, WorkFile, has_wildcard, wildmatch,
};
pub use worktree::Worktree;

#[cfg(test)]
mod tests;
