//! How far a learner is in one lesson. Plain state: a rewind puts an earlier copy back, so nothing here is undone.

use crate::latches::Latches;
use order::OrdMap;
use serde::{Deserialize, Serialize};
use sim::Time;

/// Everything that a learner reached, was told and said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    pub passed: OrdMap<String, Pass>,
    pub hints: OrdMap<String, Seen>,
    /// Tries at a step while it was the open one.
    pub attempts: OrdMap<String, u32>,
    pub answers: OrdMap<String, Vec<Given>>,
    pub predictions: OrdMap<String, Prediction>,
    /// The last try at each question.
    pub quiz: OrdMap<String, Question>,
    pub latches: Latches,
}

/// A passed step. It stays passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pass {
    pub at: Time,
    /// The worked solution was seen before.
    pub assisted: bool,
}

/// Hints seen of a step.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    pub count: u32,
    /// The last rung, the worked solution, is among them.
    pub solution: bool,
}

/// An answer that was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    pub at: Time,
    pub value: String,
    pub right: bool,
}

/// What the learner said would happen, and later what did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prediction {
    pub at: Time,
    pub choice: String,
    /// The choice that came true, and what to say about it; set when the time has come.
    pub came: Option<(String, String)>,
}

/// A try at a question of the quiz.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    pub at: Time,
    pub choices: Vec<u32>,
    pub right: bool,
}

impl Progress {
    pub fn has_passed(&self, step: &str) -> bool {
        self.passed.contains_key(step)
    }

    /// Whether the worked solution of a step was seen.
    pub(crate) fn assisted(&self, step: &str) -> bool {
        self.hints.get(step).is_some_and(|seen| seen.solution)
    }
}
