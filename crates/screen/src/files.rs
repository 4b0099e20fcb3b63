//! The Files panel.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Files {
    /// The folder shown as root: `/home/learner`.
    pub root: String,
    /// Flat, in tree order; folders before what they hold. `.git` is left out.
    pub items: Vec<TreeItem>,
    /// Items were left out because there are too many.
    pub cut: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TreeItem {
    pub path: String,
    pub name: String,
    /// 1 for what stands in the root.
    pub level: u32,
    pub folder: bool,
    /// Git's letter: `M`, `A`, `?`, or empty.
    pub status: String,
}

/// The open file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileView {
    pub path: String,
    pub text: String,
    /// Binary or too large to edit.
    pub read_only: Option<String>,
    pub diagnostics: Vec<Diagnostic>,
    /// Two sides have changed it, and somebody has to say how it is to be.
    pub conflict: Option<Conflict>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// As Git calls the file.
    pub path: String,
    pub parts: Vec<ConflictPart>,
}

/// What each side made of a place, and what both began with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConflictPart {
    pub ours: String,
    pub base: String,
    pub theirs: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// From 1.
    pub line: u32,
    pub column: u32,
    pub message: String,
    pub warning: bool,
}
