//! The Cluster panel.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cluster {
    pub namespaces: Vec<String>,
    /// The one shown; `None` for all.
    pub namespace: Option<String>,
    pub nodes: Vec<Node>,
    /// Pods without a node.
    pub unscheduled: Vec<Pod>,
    pub pod_count: u32,
    /// Nodes carry numbers instead of pods, but for the one that is looked into.
    pub map: bool,
    /// The node that is looked into.
    pub node: Option<String>,
    /// Deployments of the namespaces shown, as (namespace, name).
    pub deployments: Vec<(String, String)>,
    /// Those on their way from one version to another, or to another size.
    pub rollouts: Vec<Rollout>,
    /// Kinds of which there are objects, with their number: `Deployment (3)`. Only once one is looked at.
    pub kinds: Vec<String>,
    /// The kind that is looked at, and its objects as `kubectl get` lists them: headings, then a row for each, with the
    /// namespace before the name.
    pub kind: String,
    pub table: Vec<Vec<String>>,
    /// So many more are not listed.
    pub more: u32,
    /// Newest first.
    pub events: Vec<EventRow>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    pub name: String,
    pub ready: bool,
    /// Its machine runs, whatever Kubernetes knows of that yet.
    pub powered: bool,
    /// Requested, of what can be allocated.
    pub cpu_percent: u32,
    pub memory_percent: u32,
    pub pods: Vec<Pod>,
    /// How many pods of each state, on a map, in the order of [`PodState::ALL`].
    pub counts: Vec<u32>,
}

/// A Deployment that is not yet as it should be; or pods that leave a node, with nodes in the place of versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rollout {
    pub namespace: String,
    pub name: String,
    /// By its image's tag; empty where there is none any more, or it is only another size.
    pub old_version: String,
    pub old: Vec<PodState>,
    pub new_version: String,
    pub new: Vec<PodState>,
    /// So many of the new ones are still to come.
    pub open: u32,
    /// `2 of 3 pods are new, 1 of the old ones still serves`; `evicted, as a drain does; 1 of 2 run again elsewhere`.
    pub words: String,
    /// Of a Rollout of Argo Rollouts.
    pub canary: Option<Canary>,
}

/// What a Rollout has beside its pods.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Canary {
    /// `setWeight: 20`, `pause: 2m`.
    pub steps: Vec<String>,
    /// The step that is under way; their number after the last.
    pub at: u32,
    /// Per cent; none where it has no weights.
    pub set_weight: Option<u32>,
    pub actual_weight: u32,
    /// The run that judges, with its phase; empty where none does.
    pub run: String,
    /// Metrics with their measurements, a line each: `Successful [0.98]`.
    pub metrics: Vec<(String, String)>,
    /// What may be done, with the line that does it.
    pub acts: Vec<(String, String)>,
    /// Where it may be typed; 0 where no terminal stands at a prompt.
    pub terminal: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pod {
    pub namespace: String,
    pub name: String,
    /// Of its controller: `web`.
    pub app: String,
    /// The last characters of its name.
    pub suffix: String,
    pub version: String,
    pub state: PodState,
    /// As `kubectl get pods` says it: `CrashLoopBackOff`.
    pub status: String,
    pub restarts: u32,
    pub ready: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PodState {
    Pending,
    Pulling,
    Starting,
    NotReady,
    Ready,
    Completed,
    Terminating,
    Crash,
}

impl PodState {
    pub const ALL: [Self; 8] = [
        Self::Pending,
        Self::Pulling,
        Self::Starting,
        Self::NotReady,
        Self::Ready,
        Self::Completed,
        Self::Terminating,
        Self::Crash,
    ];
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventRow {
    pub time: String,
    pub warning: bool,
    pub reason: String,
    /// `pod/web-5d8f…`.
    pub object: String,
    pub message: String,
    pub count: u32,
}

/// The sheet of one object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Describe {
    pub kind: String,
    pub namespace: String,
    pub name: String,
    /// `Why is it Pending?`, and what keeps it from being well; empty where nothing does.
    pub question: String,
    pub answer: Vec<String>,
    /// What `kubectl describe` prints.
    pub text: String,
    pub found: bool,
}
