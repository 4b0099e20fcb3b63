//! A run: what a workflow did for one commit.

use crate::artifacts::Artifact;
use crate::cache::Post;
use crate::call::Called;
use crate::composite::Frame;
use crate::gate::{Gate, Review};
use crate::job::{Job, Step};
use crate::log::Annotation;
use crate::trigger::PullEvent;
use crate::workflow::Workflow;
use manifest::Value;
use order::OrdMap;
use serde::{Deserialize, Serialize};
use sim::{Causes, Due, EventId, Time};
use std::sync::Arc;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum State {
    Queued,
    Running,
    Passed,
    Failed,
    Skipped,
    Cancelled,
    /// For its environment.
    Waiting,
}

impl State {
    pub fn finished(self) -> bool {
        matches!(self, Self::Passed | Self::Failed | Self::Skipped | Self::Cancelled)
    }

    /// The page's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Cancelled => "cancelled",
            Self::Waiting => "waiting",
        }
    }

    /// GitHub's status: `queued`, `in_progress`, `waiting`, `completed`.
    pub fn status(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "in_progress",
            Self::Waiting => "waiting",
            _ => "completed",
        }
    }

    /// GitHub's conclusion: `success`, `failure`, `skipped`, `cancelled`.
    pub fn conclusion(self) -> &'static str {
        match self {
            Self::Passed => "success",
            Self::Failed => "failure",
            Self::Skipped => "skipped",
            Self::Cancelled => "cancelled",
            Self::Queued | Self::Running | Self::Waiting => "",
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
    /// The commit's, or what `run-name` says.
    pub subject: String,
    /// Of a pull request, its head; of a tag, that.
    pub branch: String,
    pub tag: bool,
    /// GitHub's word: `push`, `pull_request`, `workflow_dispatch`.
    pub event_name: String,
    /// What a person gave who started it by hand.
    pub inputs: Value,
    /// What happened to a pull request, where that started it.
    pub pull: Option<PullEvent>,
    /// `github.event`, where it is neither of a push nor of a pull request.
    pub(crate) body: Value,
    /// How many runs have led to each other.
    pub(crate) chain: u8,
    pub actor: String,
    pub state: State,
    pub created: Time,
    pub finished: Option<Time>,
    /// In file order; those of a matrix that had to wait stand at the end.
    pub jobs: Vec<JobRun>,
    pub artifacts: OrdMap<String, Artifact>,
    /// The workflows that its jobs have called, so far.
    pub(crate) calls: Vec<Called>,
    /// What was said of its deployments, oldest first.
    pub reviews: Vec<Review>,
    /// Its `concurrency` group, and whether it waits for another of that.
    pub group: Option<String>,
    pub waits: bool,
    pub cancelled: bool,
    /// Why the file is no workflow.
    pub error: Option<String>,
    /// The event of its start, and what led to it.
    pub event: EventId,
    pub causes: Causes,
}

impl Run {
    /// The job that has called the workflow of this one.
    pub fn caller(&self, job: usize) -> Option<usize> {
        self.calls.get(self.jobs.get(job)?.call?).map(|called| called.caller)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobRun {
    /// Which of the workflow's jobs.
    pub of: usize,
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
    /// Null where the job has none.
    pub matrix: Value,
    /// Which of how many of the same matrix.
    pub place_of: (u32, u32),
    pub fail_fast: bool,
    pub max_parallel: Option<u32>,
    /// Whether the matrix has been looked at.
    pub expanded: bool,
    pub group: Option<String>,
    pub cancelled: bool,
    /// A failure that `continue-on-error` forgave.
    pub forgiven: bool,
    /// What its steps said about files, and what their logs hide beside the secrets.
    pub annotations: Vec<Annotation>,
    pub masks: Vec<String>,
    /// When it has run for too long, and after how many minutes.
    pub limit: Option<(Due, String)>,
    /// Of a called workflow: which call of the run; of a job that calls: which it made.
    /// Its environment, once it has come there.
    pub gate: Option<Gate>,
    pub(crate) call: Option<usize>,
    pub(crate) calls: Option<usize>,
    /// The composite actions within the step in progress, the innermost last.
    pub(crate) frames: Vec<Frame>,
    /// Set by `$GITHUB_PATH`.
    pub(crate) paths: Vec<String>,
    /// What the files of the workspace are, while a step that asks for it is at work: their SHA-256.
    /// Caches to be saved: those that steps asked for, those whose steps are to come, the one at work.
    pub(crate) posts: Vec<Post>,
    pub(crate) saves: Vec<Post>,
    pub(crate) saving: Option<Post>,
    /// It has logged in to the registry with its own token.
    pub(crate) logged_in: bool,
    pub(crate) listing: Option<OrdMap<String, Vec<u8>>>,
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
    /// What it wrote to `$GITHUB_STEP_SUMMARY`, in Markdown.
    pub summary: String,
    /// A failure that `continue-on-error` forgave.
    pub forgiven: bool,
    pub limit: Option<(Due, String)>,
}

impl StepRun {
    pub(crate) fn queued(step: &Step) -> Self {
        Self::named(step.id.clone(), step.name.clone())
    }

    /// One that waits for its turn.
    pub(crate) fn named(id: String, name: String) -> Self {
        Self {
            id,
            name,
            state: State::Queued,
            started: None,
            finished: None,
            log: String::new(),
            outputs: OrdMap::new(),
            summary: String::new(),
            forgiven: false,
            limit: None,
        }
    }
}

impl JobRun {
    /// A job of a run that has just begun.
    #[inline(never)]
    pub(crate) fn queued(of: usize, job: &Job, run: u32) -> Self {
        Self {
            of,
            id: job.id.clone(),
            name: job.name.clone(),
            needs: job.needs.clone(),
            state: State::Queued,
            started: None,
            finished: None,
            steps: job.steps.iter().map(StepRun::queued).collect(),
            outputs: OrdMap::new(),
            env: OrdMap::new(),
            machine: format!("runner-{run}-{}", job.id),
            at: 0,
            matrix: Value::Null,
            place_of: (0, 1),
            fail_fast: true,
            max_parallel: None,
            expanded: job.strategy.is_none(),
            group: None,
            cancelled: false,
            forgiven: false,
            annotations: Vec::new(),
            masks: Vec::new(),
            limit: None,
            gate: None,
            call: None,
            calls: None,
            frames: Vec::new(),
            paths: Vec::new(),
            posts: Vec::new(),
            saves: Vec::new(),
            saving: None,
            logged_in: false,
            listing: None,
        }
    }

    /// Whether it is a job to be seen: not one that has called others, which stand for it.
    pub fn shown(&self) -> bool {
        self.calls.is_none()
    }

    /// Whether it has containers of its own that are to be stopped.
    pub(crate) fn to_stop(&self) -> bool {
        self.steps.first().is_some_and(|step| step.id == crate::services::ID) && crate::services::to_stop(self)
    }

    pub fn failed(&self) -> bool {
        self.steps.iter().any(|step| step.state == State::Failed && !step.forgiven)
    }
}
