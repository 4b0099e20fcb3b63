//! The Argo CD panel.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArgoCd {
    /// The world has one; else the view is not offered.
    pub there: bool,
    pub apps: Vec<App>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct App {
    pub name: String,
    /// `Synced`, `OutOfSync`, `Unknown`.
    pub sync: String,
    /// `Healthy`, `Progressing`, `Degraded`, `Missing`, `Suspended`, `Unknown`.
    pub health: String,
    pub repo: String,
    pub path: String,
    pub target: String,
    /// Short id and subject of what is synced.
    pub revision: String,
    pub subject: String,
    pub automated: bool,
    pub self_heal: bool,
    pub prune: bool,
    pub project: String,
    /// The policy's sync options, such as `CreateNamespace=true`.
    pub options: Vec<String>,
    /// The project's sync windows for it, one a line, and whether a sync by hand is held back now.
    pub windows: Vec<String>,
    pub held_back: bool,
    /// `Running`, `Succeeded`, `Failed`, with its message; empty before the first.
    pub operation: String,
    pub message: String,
    /// Conditions such as `ComparisonError: …`.
    pub conditions: Vec<String>,
    /// `refreshes in 94 s`.
    pub next_poll: String,
    /// Flat, in tree order.
    pub resources: Vec<Resource>,
    pub changes: Vec<Change>,
    pub history: Vec<HistoryRow>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// 1 for what Git asks for, 2 and more for what follows from it.
    pub level: u32,
    pub group: String,
    pub kind: String,
    pub namespace: String,
    pub name: String,
    /// `3/3, v1.9`, `2 endpoints`.
    pub text: String,
    pub sync: String,
    pub health: String,
}

/// What differs between Git and the cluster, for one resource, as a unified diff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub resource: String,
    pub diff: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryRow {
    pub id: u32,
    pub time: String,
    pub revision: String,
    pub subject: String,
    /// `automated` or who asked.
    pub by: String,
}
