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
    /// Deployments of the namespaces shown, as (namespace, name).
    pub deployments: Vec<(String, String)>,
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
    /// What `kubectl describe` prints.
    pub text: String,
    pub found: bool,
}
