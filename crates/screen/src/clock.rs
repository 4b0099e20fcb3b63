//! The clock and the rewind slider.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// `Fri 5 Jun`.
    pub date: String,
    /// `18:42:10`.
    pub time: String,
    pub micros: u64,
    pub motion: Motion,
    /// Entries of the journal on the way to now.
    pub entries: u32,
    /// The entry being looked at; equals `entries` when it is now.
    pub at: u32,
    pub marks: Vec<Mark>,
    pub can_undo: bool,
    pub can_redo: bool,
    pub past: Option<Past>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Motion {
    #[default]
    Paused,
    Playing {
        speed: u32,
    },
    /// A bounded wait is being fast-forwarded: `skipping 38 s, rollout of web`.
    Skipping(String),
}

/// Something worth going back to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    pub entry: u32,
    pub kind: MarkKind,
    pub label: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MarkKind {
    Commit,
    Pipeline,
    Sync,
    Failure,
}

/// Shown while the learner looks at an earlier moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Past {
    pub time: String,
    /// The input that led there.
    pub input: String,
}
