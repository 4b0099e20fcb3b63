//! What the worker runs of a lesson: its steps with their checks, the key of the quiz, and the start state.

use crate::cel::{Expr, Node, Template};
use crate::scenario::Scenario;
use serde::{Deserialize, Serialize};

/// The part of a lesson that acts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    pub id: String,
    pub steps: Vec<StepPlan>,
    pub quiz: Vec<QuizKey>,
    pub scenario: Scenario,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepPlan {
    pub id: String,
    pub task: Task,
    /// What to say to whoever tried and is not there: the first that holds.
    pub explain: Vec<Explain>,
    pub hints: u32,
}

/// What passes a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Task {
    /// A state of the world.
    Check(Expr),
    /// A right answer. In `accept`, `pick` and `feedback`, `answer` is the text that was given.
    Answer {
        accept: Expr,
        /// A list of strings to choose from, as the world is.
        pick: Option<Expr>,
        /// Ids of the choices that stand in the lesson; empty for a typed answer.
        options: Vec<String>,
        feedback: Vec<Explain>,
        right: Template,
    },
    /// Any prediction; it is compared when step `after` passes.
    Predict { options: Vec<String>, after: Option<String>, outcomes: Vec<Outcome> },
}

/// Words under a condition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Explain {
    pub when: Expr,
    pub say: Template,
    /// Nothing is wrong: the world is still at work. Written as `wait` in the place of `say`.
    pub waits: bool,
}

/// What really happened: the first whose `when` holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    pub when: Expr,
    /// The choice that says so.
    pub option: String,
    pub say: Template,
}

/// The right options of a question, counted from 0, ascending.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuizKey {
    pub id: String,
    pub options: u32,
    pub right: Vec<u32>,
}

/// An expression of a plan, with the name under which its latches are kept.
pub(crate) struct Owned<'p> {
    pub owner: String,
    pub node: &'p Node,
}

impl Plan {
    /// No step, and an empty world: what a session without a lesson runs.
    pub fn empty() -> Self {
        let check = Expr::parse("true").expect("a literal is an expression");
        let until = crate::scenario::Settled { check, within_secs: 0 };
        let scenario = Scenario {
            seed: 1,
            start: sim::Time::default(),
            picks: Default::default(),
            machines: Vec::new(),
            repos: Vec::new(),
            nodes: Vec::new(),
            autoscaler: None,
            flux: false,
            sealed_secrets: false,
            rollouts: false,
            prometheus: false,
            namespaces: Vec::new(),
            objects: Vec::new(),
            images: Vec::new(),
            retention: Vec::new(),
            traffic: None,
            until,
            raw: manifest::Value::Null,
        };
        Self { id: String::new(), steps: Vec::new(), quiz: Vec::new(), scenario }
    }

    pub fn step(&self, id: &str) -> Option<&StepPlan> {
        self.steps.iter().find(|step| step.id == id)
    }

    pub fn step_index(&self, id: &str) -> Option<usize> {
        self.steps.iter().position(|step| step.id == id)
    }

    /// Every expression that may remember, in the order of the steps.
    pub(crate) fn expressions(&self) -> Vec<Owned<'_>> {
        self.steps.iter().flat_map(StepPlan::expressions).collect()
    }
}

impl StepPlan {
    /// The latches of the step's check.
    pub(crate) fn check_owner(&self) -> String {
        format!("{}/check", self.id)
    }

    pub(crate) fn outcome_owner(&self, index: usize) -> String {
        format!("{}/outcome/{index}", self.id)
    }

    pub(crate) fn explain_owner(&self, index: usize) -> String {
        format!("{}/explain/{index}", self.id)
    }

    fn expressions(&self) -> Vec<Owned<'_>> {
        let mut all = Vec::new();
        match &self.task {
            Task::Check(check) => all.push(Owned { owner: self.check_owner(), node: &check.root }),
            Task::Predict { outcomes, .. } => {
                for (index, outcome) in outcomes.iter().enumerate() {
                    all.push(Owned { owner: self.outcome_owner(index), node: &outcome.when.root });
                }
            }
            // An answer is judged when it is given; the compiler refuses `once` and `held` in it.
            Task::Answer { .. } => {}
        }
        for (index, explain) in self.explain.iter().enumerate() {
            all.push(Owned { owner: self.explain_owner(index), node: &explain.when.root });
        }
        all
    }
}
