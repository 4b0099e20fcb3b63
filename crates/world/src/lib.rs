//! The operating system of it all: machines with files and processes; it owns every engine and routes what happens
//! in one to the others.
//!
//! It is the sole owner of mutable state. Its doors are `advance`, `spawn` and the doors of its engines; every change
//! is recorded as an event with its causes. It never reads a real clock, never draws, and knows no lesson.

mod charts;
mod containers;
mod cx;
mod docker;
mod docker_containers;
mod docker_health;
mod docker_run;
mod doors;
mod faults;
mod flux;
mod forge;
mod machine;
mod metrics;
mod monitor;
mod pipeline;
mod pipeline_checkout;
mod process;
mod pulls;
mod pulls_merge;
mod rollouts;
mod rules;
mod run;
mod runtime;
mod sealed;
mod secrets;
pub use containers::{NOT_IN_IMAGES, container_spec};
pub use runtime::CONTAINER;
mod snapshot;
mod sources;
mod stopped;
mod stream;
mod table;
mod terminal;
mod terminals;

pub use cx::{Cx, Read};
pub use docker::{DOCKER, Docker};
pub use docker_containers::{Lives, NewContainer, Standing};
pub use docker_health::{HEALTH, Health, Network};
pub use forge::{FORGE, FORGE_ROOT};
pub use machine::{Machine, MachineId};
pub use monitor::Monitor;
pub use pipeline::{BASIC, HEADER};
pub use process::{Behaviour, Entry, Fd, Main, Pid, Program, Programs, Seen, Spawn, Step, StreamId};
pub use pulls::{NewPull, Pull, PullChange, PullState, Review, Verdict};
pub use pulls_merge::{MergeMethod, Mergeable, Merger};
pub use rules::{BranchRules, Check};
pub use run::Stepped;
pub use secrets::{Alert, Place as LeakPlace, added_between, added_lines, added_texts, placeholder};
pub use snapshot::SnapshotError;
pub use stream::Stream;
pub use table::Foreground;
pub use terminal::{Editing, Paging, Terminal, TerminalId, strip_ansi};
pub use terminals::TERMINALS_MAX;

use order::{OrdMap, OrdSet};
use process::Body;
use serde::{Deserialize, Serialize};
use sim::{Sim, Time, Timers};
use std::time::Duration;

/// What one step of a process costs.
pub const STEP: Duration = Duration::from_millis(1);

/// Everything there is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct World {
    pub sim: Sim,
    machines: OrdMap<MachineId, Machine>,
    processes: OrdMap<Pid, Entry>,
    next_pid: u32,
    /// Children that their shell does not wait for.
    background: OrdSet<Pid>,
    timers: Timers<Pid>,
    streams: OrdMap<StreamId, Stream>,
    next_stream: u32,
    terminals: OrdMap<TerminalId, Terminal>,
    /// Numbers are not given twice: who shows one need not ask whether it is still the same.
    last_terminal: u32,
    /// Processes without a parent that have ended, for the engine that started them.
    ended: Vec<(Pid, i32)>,
    /// Exit codes of processes that were started from outside, until they are asked for.
    exit_codes: OrdMap<Pid, i32>,
    broken_pipes: OrdSet<Pid>,
    stopped: OrdMap<Pid, stopped::Stopped>,
    /// Shells that got Ctrl-C and have not seen it yet.
    interrupted: OrdSet<Pid>,
    forge: forge::ForgeState,
    pub ci: ci::Ci,
    pub registry: image::Registry,
    /// Docker on the machines that have used it.
    docker: OrdMap<MachineId, Docker>,
    pub cluster: cluster::Cluster,
    pub argocd: gitops::ArgoCd,
    pub flux: gitops::flux::Flux,
    /// `helm` of Flux at work.
    flux_runs: Vec<flux::Run>,
    pub sealed: gitops::sealed::Sealed,
    /// Argo Rollouts, where it is installed.
    pub rollouts: Option<Box<gitops::rollouts::Rollouts>>,
    /// Prometheus, where it is installed.
    pub monitor: Option<Box<Monitor>>,
    pub workload: workload::Workload,
    /// Pipelines' scripts by their processes.
    scripts: OrdMap<Pid, pipeline::Script>,
    /// Containers' first processes.
    mains: OrdMap<Pid, containers::Main>,
    #[serde(skip)]
    programs: Programs,
}

impl World {
    /// An empty world: no machine yet.
    pub fn new(seed: u64, start: Time, programs: Programs) -> Self {
        let mut sim = Sim::new(seed, start);
        let mut cluster = cluster::Cluster::new(&mut sim);
        let argocd = gitops::ArgoCd::new(&mut cluster);
        Self {
            sim,
            cluster,
            argocd,
            machines: OrdMap::new(),
            processes: OrdMap::new(),
            next_pid: 100,
            background: OrdSet::new(),
            timers: Timers::default(),
            streams: OrdMap::new(),
            next_stream: 0,
            terminals: OrdMap::new(),
            last_terminal: 0,
            ended: Vec::new(),
            exit_codes: OrdMap::new(),
            broken_pipes: OrdSet::new(),
            stopped: OrdMap::new(),
            interrupted: OrdSet::new(),
            forge: forge::ForgeState::default(),
            ci: ci::Ci::default(),
            registry: image::Registry::default(),
            docker: OrdMap::new(),
            flux: gitops::flux::Flux::default(),
            flux_runs: Vec::new(),
            sealed: gitops::sealed::Sealed::default(),
            rollouts: None,
            monitor: None,
            workload: workload::Workload::default(),
            scripts: OrdMap::new(),
            mains: OrdMap::new(),
            programs,
        }
    }

    pub fn now(&self) -> Time {
        self.sim.now()
    }

    pub fn programs(&self) -> &Programs {
        &self.programs
    }

    /// After a snapshot was read: the programs are code, not state.
    pub fn set_programs(&mut self, programs: Programs) {
        self.programs = programs;
    }

    pub fn add_machine(&mut self, id: MachineId, machine: Machine) {
        self.machines.insert(id, machine);
    }

    pub fn remove_machine(&mut self, id: &MachineId) {
        self.machines.remove(id);
        self.docker_gone(id);
    }

    pub fn machine(&self, id: &MachineId) -> Option<&Machine> {
        self.machines.get(id)
    }

    pub fn machine_mut(&mut self, id: &MachineId) -> Option<&mut Machine> {
        self.machines.get_mut(id)
    }

    pub fn machines(&self) -> impl Iterator<Item = (&MachineId, &Machine)> {
        self.machines.iter()
    }

    pub(crate) fn write_terminal(&mut self, id: TerminalId, bytes: &[u8]) {
        if let Some(terminal) = self.terminals.get_mut(&id) {
            terminal.write(bytes);
        }
    }

    /// False where nobody will ever read it.
    pub(crate) fn write_stream(&mut self, id: StreamId, bytes: &[u8]) -> bool {
        let Some(stream) = self.streams.get_mut(&id) else { return false };
        if stream.readers == 0 && !stream.kept {
            return false;
        }
        if !stream.kept || stream.data.len() < stream::CAPTURE_BYTES_MAX {
            stream.data.extend_from_slice(bytes);
        }
        self.wake_readers(id);
        true
    }

    /// The exit code of a process without a parent, once it has ended; asked for once.
    pub fn exit_code(&mut self, pid: Pid) -> Option<i32> {
        self.exit_codes.remove(&pid)
    }

    /// Lets a child run on while its shell reads the next line.
    pub fn send_to_background(&mut self, pid: Pid) {
        self.background.insert(pid);
    }
}

#[cfg(test)]
mod tests;
