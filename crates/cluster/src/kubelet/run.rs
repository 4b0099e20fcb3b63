//! What a kubelet remembers of its pods and its images.

use super::backoff::Backoff;
use super::eviction::Pressure;
use crate::object::{Key, Object};
use crate::runtime::ContainerRef;
use order::{OrdMap, OrdSet};
use serde::{Deserialize, Serialize};
use sim::{Causes, Time};
use std::sync::Arc;
use std::time::Duration;

/// A timed step of one pod. `epoch` counts the starts of a container: a step of an older start is void.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Step {
    Sandbox,
    Pulled {
        container: u16,
        image: Arc<str>,
        pulled: Box<(Result<Image, Arc<str>>, Duration, Duration)>,
        epoch: u32,
    },
    Start {
        container: u16,
        epoch: u32,
    },
    /// The back-off is over.
    Retry {
        container: u16,
        epoch: u32,
    },
    Probe {
        container: u16,
        epoch: u32,
        probe: ProbeKind,
    },
    /// A container that was asked to stop has stopped.
    Stopped {
        container: u16,
        epoch: u32,
        exit_code: i32,
        reason: Arc<str>,
        because: Causes,
    },
    /// Its preStop hook is over.
    Kill {
        container: u16,
        epoch: u32,
    },
    /// Its `activeDeadlineSeconds` are over.
    Deadline,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum ProbeKind {
    Startup,
    Readiness,
    Liveness,
}

impl ProbeKind {
    pub(super) fn field(self) -> &'static str {
        match self {
            Self::Startup => "startupProbe",
            Self::Readiness => "readinessProbe",
            Self::Liveness => "livenessProbe",
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Startup => "Startup",
            Self::Readiness => "Readiness",
            Self::Liveness => "Liveness",
        }
    }
}

/// An image on a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Image {
    pub digest: Arc<str>,
    pub size_bytes: u64,
}

/// How a container ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ended {
    pub exit_code: i32,
    pub reason: Arc<str>,
    pub started: Time,
    pub finished: Time,
    pub id: Arc<str>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum State {
    Waiting { reason: Arc<str>, message: Option<Arc<str>> },
    Running { since: Time },
    Ended(Box<Ended>),
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tally {
    pub passed: u32,
    pub failed: u32,
}

/// What a container waits for between its tries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Backoffs {
    pub crash: Backoff,
    pub pull: Backoff,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ContainerRun {
    pub name: Arc<str>,
    /// An init container that keeps running: `restartPolicy: Always`.
    pub sidecar: bool,
    pub state: State,
    pub last: Option<Box<Ended>>,
    pub restarts: u32,
    /// Counts what makes older timers void.
    pub epoch: u32,
    /// Its startup probe has passed, or it has none.
    pub started: bool,
    pub ready: bool,
    pub stopping: bool,
    /// The image that it was started with.
    pub image: Arc<str>,
    pub image_id: Arc<str>,
    pub id: Arc<str>,
    /// Most containers never have to wait.
    pub(super) backoffs: Option<Box<Backoffs>>,
    pub readiness: Tally,
    pub liveness: Tally,
    pub startup: Tally,
}

impl ContainerRun {
    #[inline(never)]
    fn new(spec: &manifest::Value, init: bool, reason: &str) -> Self {
        let nothing: Arc<str> = manifest::word("");
        Self {
            name: spec.at("name").as_text().cloned().unwrap_or_else(|| nothing.clone()),
            sidecar: init && spec.str_at("restartPolicy") == "Always",
            state: State::Waiting { reason: manifest::word(reason), message: None },
            last: None,
            restarts: 0,
            epoch: 0,
            started: false,
            ready: false,
            stopping: false,
            image: nothing.clone(),
            image_id: nothing.clone(),
            id: nothing,
            backoffs: None,
            readiness: Tally::default(),
            liveness: Tally::default(),
            startup: Tally::default(),
        }
    }

    pub(super) fn backoffs(&self) -> Backoffs {
        self.backoffs.as_deref().copied().unwrap_or_default()
    }

    pub(super) fn backoffs_mut(&mut self) -> &mut Backoffs {
        self.backoffs.get_or_insert_default()
    }

    pub(super) fn running(&self) -> bool {
        matches!(self.state, State::Running { .. })
    }

    pub(super) fn tally(&mut self, probe: ProbeKind) -> &mut Tally {
        match probe {
            ProbeKind::Startup => &mut self.startup,
            ProbeKind::Readiness => &mut self.readiness,
            ProbeKind::Liveness => &mut self.liveness,
        }
    }
}

/// One pod on its node. Init containers come first in `containers`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PodRun {
    pub uid: Arc<str>,
    pub node: Arc<str>,
    /// The last part of its address; 0 before it has one.
    pub ip: u8,
    pub sandbox: bool,
    /// It is being deleted.
    pub stopping: bool,
    /// No container starts again: the pod has done its work, or was ended.
    pub over: bool,
    /// Why the kubelet ended it: reason and message.
    pub verdict: Option<Box<(Arc<str>, Arc<str>)>>,
    pub inits: u16,
    /// Init containers that were begun.
    pub begun: u16,
    /// The init containers have done their part; the others may start.
    pub initialized: bool,
    pub containers: Vec<ContainerRun>,
    /// The newest event of its life: what comes next happens because of it.
    pub because: Causes,
}

impl PodRun {
    #[inline(never)]
    pub(super) fn new(pod: &Object, node: Arc<str>) -> Self {
        let inits = pod.value.list_at("spec.initContainers");
        let first = if inits.is_empty() { "ContainerCreating" } else { "PodInitializing" };
        let runs = inits.iter().map(|c| ContainerRun::new(c, true, "PodInitializing"));
        let mains = pod.value.list_at("spec.containers").iter().map(|c| ContainerRun::new(c, false, first));
        Self {
            uid: pod.uid.clone(),
            node,
            ip: 0,
            sandbox: false,
            stopping: false,
            over: false,
            verdict: None,
            begun: 0,
            initialized: inits.is_empty(),
            inits: u16::try_from(inits.len()).unwrap_or(u16::MAX),
            containers: runs.chain(mains).collect(),
            because: pod.written_by.clone(),
        }
    }

    pub(super) fn container(&self, at: u16) -> Option<&ContainerRun> {
        self.containers.get(usize::from(at))
    }

    pub(super) fn container_mut(&mut self, at: u16) -> Option<&mut ContainerRun> {
        self.containers.get_mut(usize::from(at))
    }

    pub(super) fn is_init(&self, at: u16) -> bool {
        at < self.inits
    }

    /// The containers that run, and since when.
    pub(crate) fn running(&self) -> impl Iterator<Item = (&Arc<str>, Time)> {
        self.containers.iter().filter_map(|c| match c.state {
            State::Running { since } => Some((&c.name, since)),
            _ => None,
        })
    }

    /// None of its containers runs.
    pub(super) fn rests(&self) -> bool {
        !self.containers.iter().any(ContainerRun::running)
    }

    /// How the runtime is asked about one of its containers.
    pub(crate) fn reference(&self, key: &Key, container: &Arc<str>) -> ContainerRef {
        ContainerRef {
            namespace: key.namespace.clone(),
            pod: key.name.clone(),
            uid: self.uid.clone(),
            container: container.clone(),
        }
    }

    /// The containers of `spec.containers` and the sidecars.
    pub(super) fn lasting(&self) -> impl Iterator<Item = &ContainerRun> {
        let inits = usize::from(self.inits);
        self.containers.iter().enumerate().filter(move |(at, c)| *at >= inits || c.sidecar).map(|(_, c)| c)
    }

    /// The first init container that has not done its part: ended well or, for a sidecar, started.
    pub(super) fn next_init(&self) -> Option<u16> {
        let done = |c: &ContainerRun| match &c.state {
            State::Ended(end) => !c.sidecar && end.exit_code == 0,
            State::Running { .. } => c.sidecar && c.started,
            State::Waiting { .. } => false,
        };
        (0..self.inits).find(|at| self.container(*at).is_some_and(|c| !done(c)))
    }
}

/// The specification of a container by its place in [`PodRun::containers`].
pub(super) fn container_spec(pod: &Object, inits: u16, at: u16) -> &manifest::Value {
    let (list, index) = if at < inits { ("spec.initContainers", at) } else { ("spec.containers", at - inits) };
    pod.value.list_at(list).get(usize::from(index)).unwrap_or(manifest::Value::null())
}

/// A node's images and addresses.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct NodeRun {
    /// It has no power since then.
    pub silent_since: Option<Time>,
    /// It is short of memory, or was a little while ago.
    pub pressure: Option<Pressure>,
    /// Third part of its pods' addresses.
    pub number: u32,
    pub images: OrdMap<Arc<str>, Image>,
    /// Images are pulled one after the other.
    pub pull_free_at: Time,
    addresses: OrdSet<u8>,
    next_address: u8,
}

impl NodeRun {
    pub(super) fn numbered(number: u32) -> Self {
        Self { number, next_address: 1, ..Self::default() }
    }

    /// The next free address of the node, in turn.
    pub(super) fn take_address(&mut self) -> u8 {
        for _ in 0..254 {
            self.next_address = if self.next_address >= 254 { 2 } else { self.next_address + 1 };
            if self.addresses.insert(self.next_address) {
                break;
            }
        }
        self.next_address
    }

    pub(super) fn release(&mut self, address: u8) {
        self.addresses.remove(&address);
    }
}
