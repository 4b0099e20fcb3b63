//! The Pipelines panel.

use crate::Station;
use serde::{Deserialize, Serialize};

/// States are `queued`, `running`, `passed`, `failed`, `skipped`, `cancelled`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pipelines {
    /// Newest first, with jobs only for the one shown.
    pub runs: Vec<Run>,
    pub shown: Option<u32>,
    /// How far the commit of the one shown has come.
    pub way: Vec<Station>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    pub number: u32,
    pub repo: String,
    pub workflow: String,
    pub commit: String,
    pub subject: String,
    pub branch: String,
    pub state: String,
    /// `48 s`.
    pub duration: String,
    pub started: String,
    /// In stages: a job stands in the stage behind those that it needs.
    pub stages: Vec<Vec<Job>>,
    /// Why it has no jobs: the workflow file is wrong.
    pub error: Option<String>,
    /// Environments that wait for a review, and whether the learner may give it.
    pub waiting: Vec<(String, bool)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    pub id: String,
    pub name: String,
    pub state: String,
    pub duration: String,
    pub needs: Vec<String>,
    /// Its environment and where that is; empty where there is none.
    pub environment: String,
    pub url: String,
    pub steps: Vec<RunStep>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunStep {
    pub name: String,
    pub state: String,
    pub duration: String,
    pub log: String,
}
