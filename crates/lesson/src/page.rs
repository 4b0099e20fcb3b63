//! What the page shows of a lesson: text only, as HTML fragments that are safe to insert. No check and no answer key
//! stands here but the feedback of the quiz.

use serde::{Deserialize, Serialize};

/// One lesson as the page shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LessonPage {
    /// Permanent: progress is kept under it.
    pub id: String,
    pub track: String,
    /// The folder's name.
    pub slug: String,
    pub title: String,
    pub minutes: u32,
    pub objective: String,
    pub concepts: Vec<String>,
    /// Ids of lessons that should come first.
    pub prerequisites: Vec<String>,
    /// Interview topics that it prepares.
    pub interview: Vec<String>,
    pub prose: Vec<Block>,
    pub steps: Vec<StepPage>,
    pub quiz: Vec<QuestionPage>,
    /// What is shown when all steps are passed: what happened, why, when not to, the interview question.
    pub finish: Vec<ClosingPart>,
}

/// A part of the closing words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosingPart {
    pub title: String,
    pub html: String,
}

/// A piece of the brief.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Block {
    /// Headings, paragraphs, lists, code, figures.
    Html(String),
    /// The place of a step, by its id.
    Step(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StepKind {
    Check,
    Answer,
    Predict,
}

/// A step as the page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepPage {
    pub id: String,
    pub kind: StepKind,
    /// Inline HTML.
    pub goal: String,
    /// Inline HTML of the question of an answer or predict step; empty for a check.
    pub ask: String,
    /// The choices that stand in the lesson; empty where the learner types, or picks what the world has
    /// ([`crate::choices`]).
    pub options: Vec<OptionPage>,
    /// HTML, in the order in which they are given; the last is the worked solution.
    pub hints: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OptionPage {
    pub id: String,
    /// Inline HTML.
    pub html: String,
}

/// A question of the quiz.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionPage {
    pub id: String,
    /// HTML.
    pub ask: String,
    /// Whether more than one option is right.
    pub many: bool,
    /// Inline HTML of each option.
    pub options: Vec<String>,
    /// Inline HTML of what to say to whoever chose it, one for each option.
    pub feedback: Vec<String>,
    /// Where to read on: official documentation.
    pub source: String,
}

/// A track, from its `track.yaml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackPage {
    pub id: String,
    pub title: String,
    pub order: u32,
    pub prerequisites: Vec<String>,
    pub summary: String,
}
