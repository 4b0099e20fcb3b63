//! Lessons: what one consists of, how its checks are evaluated against the world, and how far a learner is.
//!
//! Parsing is pure (texts in, a [`CompiledLesson`] and diagnostics out; cargo feature `compile`), and a check never
//! changes the world: it looks at it through [`Facts`] alone. No engine is named here, and no real clock.

pub mod cel;
#[cfg(feature = "compile")]
pub mod compile;
mod error;
mod evaluate;
mod facts;
mod image_facts;
mod latches;
mod page;
mod plan;
mod progress;
mod proof;
mod respond;
pub mod scenario;
mod world_facts;

pub use error::Error;
pub use evaluate::{Change, Moment, NotYet, evaluate, explain, next_due};
pub use facts::{BUILT_IN, FUNCTIONS, Facts, Function};
pub use latches::Latches;
pub use page::{Block, ClosingPart, LessonPage, OptionPage, QuestionPage, StepKind, StepPage, TrackPage};
pub use plan::{Explain, Outcome, Plan, QuizKey, StepPlan, Task};
pub use progress::{Given, Pass, Prediction, Progress, Question, Seen};
pub use proof::{Action, Expected, Proofs, Script, Wrong};
pub use respond::{Feedback, Graded, answer, choices, hint, predict, question};
pub use scenario::{Scenario, fill};
pub use world_facts::WorldFacts;

use serde::{Deserialize, Serialize};

/// A lesson, ready to be used: what the page shows, what the worker runs, and what proves it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CompiledLesson {
    /// Prose, goals and questions as safe HTML; the page loads this as JSON.
    pub page: LessonPage,
    /// Steps, checks and the start state; the worker loads this.
    pub plan: Plan,
    /// Solutions and wrong answers; only `opsfest verify` reads them.
    pub proofs: Proofs,
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
