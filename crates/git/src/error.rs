//! Why a repository could not do what was asked. `Display` gives Git's own words.

use crate::ObjectId;
use vfs::VfsError;

/// Why something could not be done. It is one pointer, for nearly every function here and in the commands hands it on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct GitError(Box<Cause>);

/// Everything that can go wrong in this crate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Cause {
    #[error("fatal: not a git repository (or any of the parent directories): .git")]
    NotARepository,
    #[error("fatal: this operation must be run in a work tree")]
    NoWorkTree,
    /// A revision that names nothing.
    #[error(
        "fatal: ambiguous argument '{0}': unknown revision or path not in the working tree.\nUse '--' to separate paths from revisions, like this:\n'git <command> [<revision>...] -- [<file>...]'"
    )]
    UnknownRevision(String),
    /// A short id that several objects share; each candidate as `abc1234 commit 2026-06-05 - Subject`.
    #[error("error: short object ID {prefix} is ambiguous\nhint: The candidates are:{}", listed(.candidates))]
    AmbiguousId { prefix: String, candidates: Vec<String> },
    #[error("fatal: unable to read {0}")]
    MissingObject(ObjectId),
    #[error("error: object file is corrupt: {0}")]
    CorruptObject(ObjectId),
    #[error("fatal: index file corrupt")]
    CorruptIndex,
    #[error("fatal: cannot open '{path}': {source}")]
    File { path: String, source: VfsError },
    /// Any other message that starts with `fatal: `; the program ends with 128.
    #[error("fatal: {0}")]
    Fatal(String),
    /// Any other message that starts with `error: `; the program ends with 1.
    #[error("error: {0}")]
    Error(String),
}

pub type Result<T> = std::result::Result<T, GitError>;

impl From<Cause> for GitError {
    #[cold]
    fn from(cause: Cause) -> Self {
        Self(Box::new(cause))
    }
}

impl GitError {
    pub fn fatal(text: impl Into<String>) -> Self {
        Cause::Fatal(text.into()).into()
    }

    pub fn error(text: impl Into<String>) -> Self {
        Cause::Error(text.into()).into()
    }

    /// A revision that names nothing.
    pub fn unknown_revision(text: impl Into<String>) -> Self {
        Cause::UnknownRevision(text.into()).into()
    }

    pub fn cause(&self) -> &Cause {
        &self.0
    }

    /// Whether a folder stands where a file was to be.
    pub(crate) fn is_a_folder(&self) -> bool {
        matches!(self.cause(), Cause::File { source: VfsError::IsADirectory, .. })
    }

    /// What a Git program that fails with it ends with.
    pub fn exit_code(&self) -> i32 {
        match self.cause() {
            Cause::Error(_) => 1,
            _ => 128,
        }
    }
}

/// Turns a file's failure into ours, with its path.
pub(crate) fn at<'a>(path: &'a str) -> impl FnOnce(VfsError) -> GitError + 'a {
    move |source| Cause::File { path: path.into(), source }.into()
}

fn listed(candidates: &[String]) -> String {
    candidates.iter().map(|one| format!("\nhint:   {one}")).collect()
}
