//! A run: what a workflow did for one commit.

use crate::trigger::PullEvent;
use crate::workflow::{Job, Step, Workflow};
use order::OrdMap;
use serde::{Deserialize, Serialize};
use sim::{Causes, EventId, Time};
use std::sync::Arc;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum State {
    Queued,
    Running,
    Passed,
    Failed,
    Skipped,
}

impl State {
    pub fn finished(self) -> bool {
        matches!(self, Self::Passed | Self::Failed | Self::Skipped)
    }

    /// The page's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }

    /// GitHub's conclusion: `success`, `failure`, `skipped`.
    pub fn conclusion(self) -> &'static str {
        match self {
            Self::Passed => "success",
            Self::Failed => "failure",
            Self::Skipped => "skipped",
            Self::Queued | Self::Running => "",
        }
    }
}

/// One run of one workflow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    pub number: u32,
    /// `encore/web`.
    pub repo: String,
    pub workflow: Option<Arc<Workflow>>,
    pub workflow_name: String,
    pub path: String,
    pub commit: String,
    pub subject: String,
    /// Of a pull request, its head.
    pub branch: String,
    /// What happened to a pull request, where that started it.
    pub pull: Option<PullEvent>,
    pub actor: String,
    pub state: State,
    pub created: Time,
    pub finished: Option<Time>,
    /// In file order.
    pub jobs: Vec<JobRun>,
    /// Why the file is no workflow.
    pub error: Option<String>,
    /// The event of its start, and what led to it.
    pub event: EventId,
    pub causes: Causes,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobRun {
    pub id: String,
    pub name: String,
    pub needs: Vec<String>,
    pub state: State,
    pub started: Option<Time>,
    pub finished: Option<Time>,
    pub steps: Vec<StepRun>,
    pub outputs: OrdMap<String, String>,
    /// Set by `$GITHUB_ENV`.
    pub env: OrdMap<String, String>,
    /// The runner's machine.
    pub machine: String,
    /// The step in progress, or the one to come.
    pub at: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepRun {
    pub id: String,
    pub name: String,
    pub state: State,
    pub started: Option<Time>,
    pub finished: Option<Time>,
    pub log: String,
    pub outputs: OrdMap<String, String>,
    /// A failure that `continue-on-error` forgave.
    pub forgiven: bool,
}

impl JobRun {
    /// A job of a run that has just begun.
    pub(crate) fn queued(job: &Job, run: u32) -> Self {
        let step = |step: &Step| StepRun {
            id: step.id.clone(),
            name: step.name.clone(),
            state: State::Queued,
            started: None,
            finished: None,
            log: String::new(),
            outputs: OrdMap::new(),
            forgiven: false,
        };
        Self {
            id: job.id.clone(),
            name: job.name.clone(),
            needs: job.needs.clone(),
            state: State::Queued,
            started: None,
            finished: None,
            steps: job.steps.iter().map(step).collect(),
            outputs: OrdMap::new(),
            env: OrdMap::new(),
            machine: format!("runner-{run}-{}", job.id),
            at: 0,
        }
    }

    pub fn failed(&self) -> bool {
        self.steps.iter().any(|step| step.state == State::Failed && !step.forgiven)
    }
}
