//! The port to the containers: the cluster asks, whoever runs the programs answers.

use serde::{Deserialize, Serialize};
use sim::Sim;
use std::sync::Arc;
use std::time::Duration;

/// An image that a node now has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PulledImage {
    /// `docker.io/library/nginx@sha256:…`
    pub digest: String,
    pub size_bytes: u64,
    /// How long the transfer took.
    pub duration: Duration,
}

/// One container of one pod, at its current start.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ContainerRef {
    pub namespace: Arc<str>,
    pub pod: Arc<str>,
    pub uid: Arc<str>,
    pub container: Arc<str>,
}

/// A port that a container declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerPort {
    pub name: String,
    pub port: i64,
    pub protocol: String,
}

/// Files that a volume brings into a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    pub path: String,
    /// File name and content.
    pub files: Vec<(String, String)>,
}

/// All that a program needs to start.
#[derive(Debug, Clone, PartialEq)]
pub struct ContainerStart {
    pub namespace: Arc<str>,
    pub pod: Arc<str>,
    pub uid: Arc<str>,
    pub node: Arc<str>,
    pub pod_ip: String,
    pub container: Arc<str>,
    pub image: String,
    pub command: Vec<String>,
    pub args: Vec<String>,
    /// Resolved: `configMapKeyRef`, `envFrom` and field references are texts here.
    pub env: Vec<(String, String)>,
    pub ports: Vec<ContainerPort>,
    pub mounts: Vec<Mount>,
    /// The labels of the pod.
    pub labels: Vec<(String, String)>,
    /// `resources` of the container: `requests` and `limits`.
    pub resources: manifest::Value,
    pub restart_count: u32,
    /// Init containers run to their end before the others start.
    pub init: bool,
    /// Its input is open: its program waits for somebody who types.
    pub stdin: bool,
}

impl ContainerStart {
    pub fn reference(&self) -> ContainerRef {
        ContainerRef {
            namespace: self.namespace.clone(),
            pod: self.pod.clone(),
            uid: self.uid.clone(),
            container: self.container.clone(),
        }
    }
}

/// What a probe does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProbeAction {
    Http { scheme: String, host: String, port: i64, path: String, timeout: Duration },
    Tcp { host: String, port: i64, timeout: Duration },
    Exec { command: Vec<String>, timeout: Duration },
    Grpc { host: String, port: i64, service: String, timeout: Duration },
}

/// How a container answers a request to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped {
    /// Longer than the grace period: it is killed, with exit code 137.
    pub after: Duration,
    pub exit_code: i32,
}

/// What a container uses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    pub cpu_milli: i64,
    /// Its working set.
    pub memory_bytes: i64,
}

/// Whoever runs the programs.
pub trait Runtime {
    /// Fetches an image; the error is the text that the container runtime gives.
    fn pull(&mut self, sim: &mut Sim, image: &str) -> Result<PulledImage, String>;
    /// Starts a program; the error is the text that the container runtime gives.
    fn start(&mut self, sim: &mut Sim, start: &ContainerStart) -> Result<(), String>;
    /// Probes; the error is what kubelet prints behind `Readiness probe failed: `.
    fn probe(&mut self, sim: &mut Sim, container: &ContainerRef, action: &ProbeAction) -> Result<(), String>;
    /// Asks a program to stop. Called once for a running container; it does not call `container_exited` for it.
    fn stop(&mut self, sim: &mut Sim, container: &ContainerRef) -> Stopped;
    /// What a running container uses now; nothing where that is not known.
    fn usage(&self, _: &Sim, _: &ContainerRef) -> Option<Usage> {
        None
    }
    /// Whether what it uses no longer grows by itself: until then the kubelet keeps an eye on it.
    fn settled(&self, _: &Sim, _: &ContainerRef) -> bool {
        true
    }
}
