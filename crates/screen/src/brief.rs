//! The brief: prose, steps, hints, quiz.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brief {
    pub id: String,
    pub title: String,
    /// `8 min · after “Image bump” · interview: rollback`.
    pub meta: String,
    /// Prose and step places in reading order.
    pub body: Vec<Fragment>,
    pub steps: Vec<StepView>,
    pub quiz: Option<Quiz>,
    pub finish: Option<Finish>,
}

/// A piece of the lesson page, made from Markdown when the site was built: safe by construction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fragment {
    Html(String),
    /// The place of a step.
    Step(String),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepView {
    pub id: String,
    pub goal: String,
    pub state: StepState,
    pub ask: Option<Ask>,
    /// After an attempt: what was expected and what is.
    pub explain: Option<Explain>,
    pub hints: Vec<Hint>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum StepState {
    Todo,
    Now,
    Failed,
    Passed,
    /// Passed after the worked solution was opened.
    Assisted,
}

/// A question of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    pub kind: AskKind,
    pub question: String,
    /// Empty for a typed value.
    pub choices: Vec<Choice>,
    pub given: Option<String>,
    /// After an answer: right or wrong, and why. After a prediction: nothing until it is compared.
    pub feedback: Option<Explain>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AskKind {
    Answer,
    Predict,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    pub id: String,
    pub text: String,
}

/// How an explanation is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mood {
    Right,
    Wrong,
    /// Nothing is wrong: the world is still at work.
    Waiting,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explain {
    pub mood: Mood,
    /// A little markup: `<code>`; all else is text.
    pub headline: String,
    pub text: String,
    /// Two-column comparison: `You said` / `Instead`, `expected` / `is`.
    pub rows: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hint {
    /// `Nudge`, `Where to look`, `Command family`, `Worked solution`.
    pub rung: String,
    /// HTML, once it was opened.
    pub html: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quiz {
    /// What was right about the answer to the question before.
    pub before: Option<Explain>,
    pub number: u32,
    pub count: u32,
    pub question: String,
    pub several: bool,
    /// Text, and once answered whether it is right and why.
    pub options: Vec<(String, Option<(bool, String)>)>,
    pub picked: Vec<u32>,
    pub done: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finish {
    /// Titles and HTML: what happened, why, when not to.
    pub parts: Vec<(String, String)>,
    /// The interview question that asks for it.
    pub interview: Option<String>,
    pub assisted: bool,
}
