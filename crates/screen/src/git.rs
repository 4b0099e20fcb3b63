//! The Git panel.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Git {
    /// All repositories on the workstation.
    pub repos: Vec<Repo>,
    /// The one shown: its path; empty where there is none.
    pub shown: String,
    /// The files in which the last commit, the index and the working tree differ.
    pub trees: Vec<TreeRow>,
    /// More of them exist than are shown.
    pub trees_cut: bool,
    /// The forge's name of the one shown: `encore/web`; empty where it comes from elsewhere.
    pub forge: String,
    pub pulls: Vec<PullRow>,
    pub offer: Option<PullOffer>,
    pub rows: Vec<CommitRow>,
    pub lanes: u32,
    /// More commits exist than are shown.
    pub cut: bool,
}

/// A file in Git's three trees: the first seven characters of the blob's id in each; empty where it is not there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TreeRow {
    pub path: String,
    pub head: String,
    pub index: String,
    pub work: String,
    pub conflict: bool,
    /// Only the working tree has it; its blob has no id yet.
    pub untracked: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullRow {
    pub number: u32,
    pub title: String,
    pub author: String,
    /// The branch that is to be merged, and the one that is to get it.
    pub head: String,
    pub base: String,
    /// `open`, `draft`, `merged`, `closed`.
    pub state: String,
    /// `passed`, `failed`, `running`, or empty.
    pub checks: String,
    /// `approved`, `changes requested`, or empty.
    pub review: String,
    /// Why it cannot be merged.
    pub blocked: Vec<String>,
    /// The learner opened it.
    pub own: bool,
}

/// A pull request that could be opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullOffer {
    pub head: String,
    pub base: String,
    pub title: String,
}

/// From which tree to which: staged is from the last commit to the index, else from the index to the working tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TreeDiff {
    pub path: String,
    pub staged: bool,
}

/// What a line would do, found on a fork of the world: nothing has happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    pub line: String,
    /// What it would print, and its exit code.
    pub output: String,
    pub code: i32,
    /// The repository after it.
    pub git: Box<Git>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repo {
    pub path: String,
    /// `~/web`.
    pub name: String,
    /// Branch, or `detached at 4f2c91e`.
    pub branch: String,
    pub upstream: Option<String>,
    pub ahead: u32,
    pub behind: u32,
    pub staged: u32,
    pub unstaged: u32,
    pub untracked: u32,
    pub conflicted: u32,
    /// `merging`, `reverting`, or empty.
    pub in_progress: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitRow {
    pub id: String,
    pub short: String,
    pub subject: String,
    pub author: String,
    /// `18:38`, `Mon`, `5 Jun`.
    pub time: String,
    pub refs: Vec<RefName>,
    /// The commit's own lane.
    pub lane: u32,
    pub lines: Vec<Lane>,
    pub head: bool,
}

/// A line through or from a row: from a lane at its top to a lane at its bottom; `None` begins or ends at the commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    pub from: Option<u32>,
    pub to: Option<u32>,
    /// Which colour: the lane it belongs to.
    pub colour: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefName {
    pub kind: RefKind,
    pub name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RefKind {
    Head,
    Local,
    Remote,
    Tag,
}
