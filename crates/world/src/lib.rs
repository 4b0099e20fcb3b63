//! The operating system of it all: machines with files and processes; it owns every engine and routes what happens
//! in one to the others.
//!
//! It is the sole owner of mutable state. Its doors are `advance`, `spawn` and the doors of its engines; every change
//! is recorded as an event with its causes. It never reads a real clock, never draws, and knows no lesson.

mod cx;
mod doors;
mod forge;
mod machine;
mod pipeline;
mod process;
mod pulls;
mod pulls_merge;
mod rules;
mod run;
mod runtime;
mod snapshot;
mod sources;
mod stream;
mod table;
mod terminal;

pub use cx::{Cx, Read};
pub use forge::{FORGE, FORGE_ROOT};
pub use machine::{Machine, MachineId};
pub use process::{Behaviour, Entry, Fd, Main, Pid, Program, Programs, Seen, Spawn, Step, StreamId};
pub use pulls::{NewPull, Pull, PullChange, PullState, Review, Verdict};
pub use pulls_merge::{MergeMethod, Mergeable, Merger};
pub use rules::{BranchRules, Check};
pub use run::Stepped;
pub use snapshot::SnapshotError;
pub use stream::Stream;
pub use table::Foreground;
pub use terminal::{Editing, Terminal, TerminalId, strip_ansi};

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
    /// Processes without a parent that have ended, for the engine that started them.
    ended: Vec<(Pid, i32)>,
    /// Exit codes of processes that were started from outside, until they are asked for.
    exit_codes: OrdMap<Pid, i32>,
    broken_pipes: OrdSet<Pid>,
    /// Shells that got Ctrl-C and have not seen it yet.
    interrupted: OrdSet<Pid>,
    forge: forge::ForgeState,
    pub ci: ci::Ci,
    pub registry: ci::Registry,
    pub cluster: cluster::Cluster,
    pub argocd: gitops::ArgoCd,
    pub workload: workload::Workload,
    /// Pipelines' scripts by their processes.
    scripts: OrdMap<Pid, pipeline::Script>,
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
            ended: Vec::new(),
            exit_codes: OrdMap::new(),
            broken_pipes: OrdSet::new(),
            interrupted: OrdSet::new(),
            forge: forge::ForgeState::default(),
            ci: ci::Ci::default(),
            registry: ci::Registry::default(),
            workload: workload::Workload::default(),
            scripts: OrdMap::new(),
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

    /// Opens a terminal with an interactive shell (program `bash`) in the home folder of a machine.
    pub fn open_terminal(&mut self, machine: &MachineId) -> Option<TerminalId> {
        let id = TerminalId(self.terminals.keys().next_back().map_or(1, |last| last.0 + 1));
        let input = self.new_stream();
        if let Some(stream) = self.streams.get_mut(&input) {
            stream.writers = 1;
        }
        self.terminals.insert(id, Terminal::new(input));
        let host = self.machines.get(machine)?;
        let mut env = (*host.env).clone();
        env.insert("TERM".into(), "xterm-256color".into());
        let shell = self.spawn(Spawn {
            parent: None,
            machine: machine.clone(),
            argv: vec!["bash".into(), "-i".into()],
            env: env.into(),
            cwd: host.home().to_string(),
            fds: (0..3).map(|number| (number, Fd::Terminal(id))).collect(),
            terminal: Some(id),
            causes: sim::Causes::none(),
        })?;
        self.terminals.get_mut(&id)?.shell = Some(shell);
        Some(id)
    }

    pub fn terminal(&self, id: TerminalId) -> Option<&Terminal> {
        self.terminals.get(&id)
    }

    pub fn resize_terminal(&mut self, id: TerminalId, columns: u16) {
        if let Some(terminal) = self.terminals.get_mut(&id) {
            terminal.columns = columns.clamp(20, 1_000);
        }
    }

    pub fn terminals(&self) -> impl Iterator<Item = (TerminalId, &Terminal)> {
        self.terminals.iter().map(|(id, terminal)| (*id, terminal))
    }

    /// Types a line and Enter: echoes it behind the prompt and gives it to whoever reads. `causes` is the input's event.
    pub fn type_line(&mut self, id: TerminalId, line: &str, causes: &sim::Causes) {
        let Some(terminal) = self.terminals.get_mut(&id) else { return };
        let prompt = terminal.prompt.take().unwrap_or_default();
        terminal.editing = terminal.editing.take().filter(|editing| editing.waits);
        terminal.write(format!("{prompt}{line}\n").as_bytes());
        let (input, shell) = (terminal.input, terminal.shell);
        if let Some(entry) = shell.and_then(|pid| self.processes.get_mut(&pid)) {
            entry.causes = causes.clone();
        }
        if let Some(stream) = self.streams.get_mut(&input) {
            stream.data.extend_from_slice(line.as_bytes());
            stream.data.push(b'\n');
        }
        self.wake_readers(input);
    }

    /// Ctrl-D: ends the input of whoever reads the terminal.
    pub fn end_input(&mut self, id: TerminalId) {
        let Some(input) = self.terminals.get(&id).map(|terminal| terminal.input) else { return };
        if let Some(stream) = self.streams.get_mut(&input) {
            stream.data.push(4);
        }
        self.wake_readers(input);
    }

    /// Ctrl-C: ends what runs in the foreground; the shell goes back to its prompt.
    pub fn interrupt(&mut self, id: TerminalId) {
        let Some(terminal) = self.terminals.get_mut(&id) else { return };
        terminal.write(b"^C\n");
        terminal.prompt = None;
        let (input, shell) = (terminal.input, terminal.shell);
        if let Some(stream) = self.streams.get_mut(&input) {
            stream.data.clear();
        }
        let Some(shell) = shell else { return };
        for child in self.children(shell) {
            if !self.background.contains(&child) {
                self.kill(child, 130);
            }
        }
        self.interrupted.insert(shell);
        self.wake(shell);
    }

    /// Whether Ctrl-C came since the last time this was asked.
    pub fn take_interrupt(&mut self, pid: Pid) -> bool {
        self.interrupted.remove(&pid)
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
