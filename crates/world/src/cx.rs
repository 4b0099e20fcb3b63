//! What a process sees: its arguments, its descriptors, its machine's files, and through them the world.

use crate::stream::PIPE_BYTES_MAX;
use crate::{Behaviour, Body, Editing, Entry, Fd, Machine, MachineId, Paging, Pid, Spawn, StreamId, World};
use order::OrdMap;
use sim::{Causes, Time};
use std::sync::Arc;
use vfs::Vfs;

/// One process in the middle of a step.
#[derive(Debug)]
pub struct Cx<'a> {
    pub world: &'a mut World,
    pub pid: Pid,
}

/// What reading a line gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read {
    /// With its newline, if it had one.
    Line(Vec<u8>),
    /// Nothing yet: return `Step::Stdin`.
    Wait,
    End,
}

impl Cx<'_> {
    /// A one-shot command returns this when its standard input is not whole yet.
    pub const WAIT: i32 = i32::MIN;

    pub(crate) fn entry(&self) -> &Entry {
        self.world.processes.get(&self.pid).expect("a process being stepped stands in the table")
    }

    fn entry_mut(&mut self) -> &mut Entry {
        self.world.processes.get_mut(&self.pid).expect("a process being stepped stands in the table")
    }

    /// The arguments, without the program's name.
    pub fn args(&self) -> Vec<String> {
        self.entry().args.clone()
    }

    /// Replaces the arguments: `head -5` reads as `head -n5`.
    pub fn set_args(&mut self, args: Vec<String>) {
        self.entry_mut().args = args;
    }

    pub fn program(&self) -> String {
        self.entry().program.clone()
    }

    pub fn now(&self) -> Time {
        self.world.sim.now()
    }

    /// Now, as file times are counted.
    pub fn micros(&self) -> u64 {
        self.now().as_micros()
    }

    pub fn cwd(&self) -> String {
        self.entry().cwd.clone()
    }

    pub fn set_cwd(&mut self, path: String) {
        self.entry_mut().cwd = path;
    }

    /// A path as this process means it, made absolute.
    pub fn path(&self, path: &str) -> String {
        vfs::join(&self.entry().cwd, path)
    }

    pub fn env(&self, name: &str) -> Option<String> {
        self.entry().env.get(name).cloned()
    }

    pub fn env_all(&self) -> Arc<OrdMap<String, String>> {
        self.entry().env.clone()
    }

    /// Why this process runs: the events that led to it.
    pub fn causes(&self) -> Causes {
        self.entry().causes.clone()
    }

    /// From now on this process also acts because of these events.
    pub fn add_causes(&mut self, causes: &Causes) {
        let all = self.entry().causes.and(causes);
        self.entry_mut().causes = all;
    }

    pub fn machine_id(&self) -> MachineId {
        self.entry().machine.clone()
    }

    pub fn machine(&self) -> &Machine {
        self.world.machine(&self.entry().machine).expect("a process's machine exists as long as it runs")
    }

    pub fn files(&self) -> &Vfs {
        &self.machine().files
    }

    pub fn files_mut(&mut self) -> &mut Vfs {
        let id = self.machine_id();
        &mut self.world.machine_mut(&id).expect("a process's machine exists as long as it runs").files
    }

    pub fn has_fd(&self, number: u8) -> bool {
        self.entry().fds.contains_key(&number)
    }

    pub fn fd(&self, number: u8) -> Fd {
        self.entry().fds.get(&number).cloned().unwrap_or(Fd::Null)
    }

    /// All descriptors, for a child.
    pub fn fds(&self) -> OrdMap<u8, Fd> {
        self.entry().fds.clone()
    }

    /// Puts other descriptors in place; the former ones stay open until [`Self::restore_fds`] gets them back.
    pub fn replace_fds(&mut self, fds: OrdMap<u8, Fd>) -> OrdMap<u8, Fd> {
        for (number, fd) in &fds {
            self.world.hold(fd, *number, true);
        }
        std::mem::replace(&mut self.entry_mut().fds, fds)
    }

    pub fn restore_fds(&mut self, saved: OrdMap<u8, Fd>) {
        let temporary = std::mem::replace(&mut self.entry_mut().fds, saved);
        for (number, fd) in &temporary {
            self.world.hold(fd, *number, false);
        }
    }

    /// Puts other descriptors in place for good: `exec > file`.
    pub fn set_fds(&mut self, fds: OrdMap<u8, Fd>) {
        let former = self.replace_fds(fds);
        for (number, fd) in &former {
            self.world.hold(fd, *number, false);
        }
    }

    pub fn stdout_is_terminal(&self) -> bool {
        matches!(self.fd(1), Fd::Terminal(_))
    }

    pub fn stdin_is_terminal(&self) -> bool {
        matches!(self.fd(0), Fd::Terminal(_))
    }

    pub fn stderr_is_terminal(&self) -> bool {
        matches!(self.fd(2), Fd::Terminal(_))
    }

    /// Asks for an editor of a file in the process's terminal, beginning at a line (from 1). The process reads its
    /// standard input until the word that closes it comes; with `waits` false it has nothing to wait for.
    pub fn edit(&mut self, path: &str, line: u32, waits: bool) {
        let (pid, program) = (self.pid, self.program());
        let Fd::Terminal(id) = self.fd(0) else { return };
        if let Some(terminal) = self.world.terminals.get_mut(&id) {
            terminal.editing = Some(Editing { pid, program, path: path.to_owned(), line, waits });
        }
    }

    /// Shows a text page by page in the process's terminal, from which it reads from now on. False where it has none.
    pub fn page(&mut self, paging: Paging) -> bool {
        let Some(id) = self.entry().terminal else { return false };
        let Some(terminal) = self.world.terminals.get_mut(&id) else { return false };
        terminal.paging = Some(paging);
        let mut fds = self.fds();
        fds.insert(0, Fd::Terminal(id));
        self.set_fds(fds);
        true
    }

    /// Columns of the process's terminal, wherever its output goes.
    pub fn terminal_columns(&self) -> Option<usize> {
        let terminal = self.entry().terminal.and_then(|id| self.world.terminal(id))?;
        Some(usize::from(terminal.columns))
    }

    /// Columns of the terminal, where standard output is one.
    pub fn columns(&self) -> Option<usize> {
        match self.fd(1) {
            Fd::Terminal(id) => self.world.terminal(id).map(|terminal| usize::from(terminal.columns)),
            _ => None,
        }
    }

    pub fn out(&mut self, text: impl AsRef<[u8]>) {
        self.write(1, text.as_ref());
    }

    pub fn err(&mut self, text: impl AsRef<[u8]>) {
        self.write(2, text.as_ref());
    }

    /// Writes to a descriptor. A pipe that nobody reads ends the process, as SIGPIPE does.
    pub fn write(&mut self, fd: u8, bytes: &[u8]) {
        match self.fd(fd) {
            Fd::Null | Fd::Input(_) => {}
            Fd::Terminal(id) => self.world.write_terminal(id, bytes),
            Fd::Stream(id) => {
                if !self.world.write_stream(id, bytes) {
                    self.world.broken_pipes.insert(self.pid);
                }
            }
            Fd::File(path) => {
                let micros = self.micros();
                // A file that has become unwritable meanwhile (its folder removed) swallows output, as an unlinked file does.
                let gone = self.files_mut().append(&path, bytes, micros).is_err();
                debug_assert!(!gone || !path.is_empty());
            }
        }
    }

    /// Whether the pipe on standard output has all it can take: return `Step::Again` and write later.
    pub fn stdout_is_full(&self) -> bool {
        match self.fd(1) {
            Fd::Stream(id) => self.world.streams.get(&id).is_some_and(|s| !s.kept && s.data.len() >= PIPE_BYTES_MAX),
            _ => false,
        }
    }

    /// All of standard input, once it has ended; until then `None`: return [`Self::WAIT`].
    pub fn stdin(&mut self) -> Option<Vec<u8>> {
        let Some(id) = self.stdin_stream() else { return Some(Vec::new()) };
        let stream = self.world.streams.get_mut(&id)?;
        stream.ended().then(|| std::mem::take(&mut stream.data))
    }

    /// As [`Self::stdin`], as text.
    pub fn stdin_text(&mut self) -> Option<String> {
        self.stdin().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    fn stdin_stream(&self) -> Option<StreamId> {
        self.stream_at(0)
    }

    fn stream_at(&self, number: u8) -> Option<StreamId> {
        match self.fd(number) {
            Fd::Stream(id) | Fd::Input(id) => Some(id),
            Fd::Terminal(id) => self.world.terminal(id).map(|terminal| terminal.input),
            Fd::Null | Fd::File(_) => None,
        }
    }

    /// The next line of standard input.
    pub fn read_line(&mut self) -> Read {
        self.read_until(0, b'\n')
    }

    /// What a descriptor brings up to a byte, and that byte.
    pub fn read_until(&mut self, number: u8, end: u8) -> Read {
        let from_terminal = matches!(self.fd(number), Fd::Terminal(_));
        let Some(stream) = self.stream_at(number).and_then(|id| self.world.streams.get_mut(&id)) else {
            return Read::End;
        };
        if let Some(at) = stream.data.iter().position(|byte| *byte == end) {
            return Read::Line(stream.data.drain(..=at).collect());
        }
        // Ctrl-D at a terminal ends one reader's input, not the terminal.
        if let Some(at) = stream.data.iter().position(|byte| *byte == 4).filter(|_| from_terminal) {
            let mut line: Vec<u8> = stream.data.drain(..=at).collect();
            line.pop();
            return if line.is_empty() { Read::End } else { Read::Line(line) };
        }
        if !stream.ended() || from_terminal {
            return Read::Wait;
        }
        if stream.data.is_empty() { Read::End } else { Read::Line(std::mem::take(&mut stream.data)) }
    }

    /// Gives bytes back that were read too far.
    pub fn unread(&mut self, number: u8, bytes: &[u8]) {
        if let Some(stream) = self.stream_at(number).and_then(|id| self.world.streams.get_mut(&id)) {
            stream.data.splice(..0, bytes.iter().copied());
        }
    }

    /// Starts a child from the program table, on the same machine, in the same folder.
    pub fn spawn(&mut self, argv: Vec<String>, env: Arc<OrdMap<String, String>>, fds: OrdMap<u8, Fd>) -> Option<Pid> {
        let spawn = self.child(argv, env, fds);
        self.world.spawn(spawn)
    }

    /// Starts a child that goes on from a given state: a subshell.
    pub fn spawn_as<T: Behaviour>(&mut self, state: T, fds: OrdMap<u8, Fd>) -> Pid {
        let env = self.env_all();
        let spawn = self.child(vec![T::PROGRAM.to_string()], env, fds);
        self.world.spawn_body(spawn, Body::Live(Box::new(state)))
    }

    fn child(&self, argv: Vec<String>, env: Arc<OrdMap<String, String>>, fds: OrdMap<u8, Fd>) -> Spawn {
        let entry = self.entry();
        Spawn {
            parent: Some(self.pid),
            machine: entry.machine.clone(),
            argv,
            env,
            cwd: entry.cwd.clone(),
            fds,
            terminal: entry.terminal,
            causes: entry.causes.clone(),
        }
    }

    /// Collects a child that has ended.
    pub fn reap(&mut self, child: Pid) -> Option<i32> {
        self.world.reap(child)
    }

    /// Says in the terminal what the shell asks for, until it reads a line.
    pub fn show_prompt(&mut self, prompt: Option<String>) {
        if let Some(terminal) = self.entry().terminal.and_then(|id| self.world.terminals.get_mut(&id)) {
            terminal.prompt = prompt;
        }
    }
}
