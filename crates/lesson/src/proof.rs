//! Solutions and wrong answers as scripts: what a learner would do, in order. The player of the session runs them.

use crate::cel::Template;
use serde::{Deserialize, Serialize};

/// Everything that proves a lesson.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Proofs {
    pub solutions: Vec<Script>,
    pub wrong: Vec<Wrong>,
}

/// What a learner does, from `solve/*.md` or `wrong/*.md`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Script {
    /// The file, relative to the lesson's folder.
    pub file: String,
    pub title: String,
    pub actions: Vec<Action>,
}

/// One thing that a learner does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Action {
    /// A command line (with its continuation lines), and the output that the file shows; none if it shows none.
    Run {
        line: String,
        look: bool,
        output: Vec<String>,
    },
    /// Saving a file in the editor panel.
    Save {
        path: String,
        text: String,
    },
    /// Letting the clock run.
    Advance {
        secs: u64,
    },
    /// The value may hold expressions in braces, so that a script works on every seed; the player renders it.
    Answer {
        step: String,
        value: Template,
    },
    Predict {
        step: String,
        choice: String,
    },
}

impl Action {
    /// Whether leaving it out must make the solution fail. Lines that only look, and the clock, need not.
    pub fn acts(&self) -> bool {
        match self {
            Self::Run { look, .. } => !look,
            Self::Advance { .. } => false,
            Self::Save { .. } | Self::Answer { .. } | Self::Predict { .. } => true,
        }
    }
}

/// A plausible wrong answer and what the learner must be told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Wrong {
    pub script: Script,
    pub expect: Expected,
}

/// The step that must be open at the end, and words that its explanation must contain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expected {
    pub step: String,
    pub say: String,
}
