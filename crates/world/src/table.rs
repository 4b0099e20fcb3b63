//! The process table: starting, ending, waiting, interrupting.

use crate::process::Seen;
use crate::process::{Make, State};
use crate::{Body, Cx, Entry, Fd, MachineId, Pid, STEP, Spawn, Step, StreamId, TerminalId, World};
use order::OrdMap;
use sim::Due;

impl World {
    /// Starts a program by name; `None` where the table has no such program.
    pub fn spawn(&mut self, spawn: Spawn) -> Option<Pid> {
        let program = self.programs.get(spawn.argv.first()?)?;
        if spawn.machine.0.starts_with(crate::DOCKER) && !self.image_has(&spawn.machine, program.name) {
            return None;
        }
        let body = match program.make {
            Make::Once(_) => Body::Once,
            Make::Steps { start, .. } => Body::Live(start(&spawn.argv[1..])),
        };
        Some(self.spawn_body(spawn, body))
    }

    pub(crate) fn spawn_body(&mut self, spawn: Spawn, body: Body) -> Pid {
        self.next_pid += 1;
        let pid = Pid(self.next_pid);
        for (number, fd) in &spawn.fds {
            self.hold(fd, *number, true);
        }
        let at = self.now() + STEP;
        let due = self.timers.set(&mut self.sim, at, pid);
        let mut argv = spawn.argv.into_iter();
        let entry = Entry {
            parent: spawn.parent,
            machine: spawn.machine,
            program: argv.next().unwrap_or_default(),
            args: argv.collect(),
            env: spawn.env,
            cwd: spawn.cwd,
            fds: spawn.fds,
            terminal: spawn.terminal,
            body,
            state: State::Ready(due),
            causes: spawn.causes,
            started: self.now(),
        };
        self.processes.insert(pid, entry);
        pid
    }

    /// Counts a descriptor as opened (`open`) or closed.
    pub(crate) fn hold(&mut self, fd: &Fd, number: u8, open: bool) {
        let (Fd::Stream(id) | Fd::Input(id)) = fd else { return };
        let Some(stream) = self.streams.get_mut(id) else { return };
        let count = if number == 0 || matches!(fd, Fd::Input(_)) { &mut stream.readers } else { &mut stream.writers };
        *count = if open { *count + 1 } else { count.saturating_sub(1) };
        if !open {
            self.wake_readers(*id);
            self.sweep_stream(*id);
        }
    }

    /// Lets one process take its step.
    pub(crate) fn step_process(&mut self, pid: Pid) {
        let Some(entry) = self.processes.get_mut(&pid) else { return };
        let mut body = std::mem::take(&mut entry.body);
        let program = self.programs.get(&entry.program);
        if let (Body::Frozen(bytes), Some(Make::Steps { thaw, .. })) = (&body, program.map(|p| p.make))
            && let Some(process) = thaw(bytes)
        {
            body = Body::Live(process);
        }
        let mut cx = Cx { world: self, pid };
        let step = match (&mut body, program.map(|p| p.make)) {
            (Body::Live(process), _) => process.step(&mut cx),
            (Body::Once, Some(Make::Once(main))) => match main(&mut cx) {
                Cx::WAIT => Step::Stdin,
                code => Step::Done(code),
            },
            // A snapshot of another build may name a program that is gone, or whose state has another form.
            _ => Step::Done(127),
        };
        let step = if self.broken_pipes.remove(&pid) { Step::Done(141) } else { step };
        let Some(entry) = self.processes.get_mut(&pid) else { return };
        entry.body = body;
        self.settle(pid, step);
    }

    pub(crate) fn settle(&mut self, pid: Pid, step: Step) {
        let now = self.now();
        let state = match step {
            Step::Done(code) => return self.exit(pid, code),
            Step::Again => State::Ready(self.timers.set(&mut self.sim, now + STEP, pid)),
            Step::Until(time) => State::Sleeping(self.timers.set(&mut self.sim, time.max(now + STEP), pid)),
            Step::Change(time) => State::Change(self.timers.set(&mut self.sim, time.max(now + STEP), pid)),
            Step::Stdin => State::Stdin,
            Step::Child => State::Child,
            Step::Follow => State::Follow,
            Step::Pace(time) => State::Pace(self.timers.set(&mut self.sim, time.max(now + STEP), pid)),
        };
        if let Some(entry) = self.processes.get_mut(&pid) {
            entry.state = state;
        }
        // What it waits for may have come before it began to wait.
        let ready = match state {
            // A background job that has ended lies there until its shell asks for it: it is not what is waited for.
            State::Child => self.processes.iter().any(|(child, e)| {
                e.parent == Some(pid) && matches!(e.state, State::Done(_)) && !self.background.contains(child)
            }),
            State::Stdin => self.stdin_has_something(pid),
            _ => false,
        };
        if ready {
            self.wake(pid);
        }
    }

    fn stdin_has_something(&self, pid: Pid) -> bool {
        let Some(entry) = self.processes.get(&pid) else { return false };
        let once = matches!(entry.body, Body::Once);
        match entry.fds.get(&0) {
            Some(Fd::Stream(id) | Fd::Input(id)) => {
                self.streams.get(id).is_none_or(|s| s.ended() || (!once && !s.data.is_empty()))
            }
            Some(Fd::Terminal(id)) => {
                let input = self.terminals.get(id).and_then(|t| self.streams.get(&t.input));
                input.is_none_or(|s| !s.data.is_empty())
            }
            _ => true,
        }
    }

    /// Makes a waiting process runnable.
    pub(crate) fn wake(&mut self, pid: Pid) {
        let Some(entry) = self.processes.get(&pid) else { return };
        match entry.state {
            State::Ready(_) | State::Done(_) | State::Stopped => return,
            State::Sleeping(due) | State::Change(due) | State::Pace(due) => {
                self.timers.cancel(due);
            }
            State::Stdin | State::Child | State::Follow => {}
        }
        let at = self.now() + STEP;
        let due = self.timers.set(&mut self.sim, at, pid);
        if let Some(entry) = self.processes.get_mut(&pid) {
            entry.state = State::Ready(due);
        }
    }

    pub(crate) fn wake_readers(&mut self, id: StreamId) {
        let is_input = |fd: Option<&Fd>| match fd {
            Some(Fd::Stream(stream) | Fd::Input(stream)) => *stream == id,
            Some(Fd::Terminal(terminal)) => self.terminals.get(terminal).is_some_and(|t| t.input == id),
            _ => false,
        };
        let waiting: Vec<Pid> = self
            .processes
            .iter()
            .filter(|(_, entry)| entry.state == State::Stdin && is_input(entry.fds.get(&0)))
            .map(|(pid, _)| *pid)
            .collect();
        for pid in waiting {
            if self.stdin_has_something(pid) {
                self.wake(pid);
            }
        }
    }

    /// Wakes everyone who waits for something to happen.
    pub(crate) fn wake_watchers(&mut self) {
        let waiting: Vec<Pid> = self
            .processes
            .iter()
            .filter(|(_, entry)| matches!(entry.state, State::Change(_) | State::Follow | State::Pace(_)))
            .map(|(pid, _)| *pid)
            .collect();
        for pid in waiting {
            self.wake(pid);
        }
    }

    pub(crate) fn exit(&mut self, pid: Pid, code: i32) {
        let Some(entry) = self.processes.get_mut(&pid) else { return };
        if let State::Ready(due) | State::Sleeping(due) | State::Change(due) | State::Pace(due) = entry.state {
            self.timers.cancel(due);
        }
        entry.state = State::Done(code);
        self.stopped.remove(&pid);
        if let Some(terminal) = entry.terminal.and_then(|id| self.terminals.get_mut(&id)) {
            terminal.editing = terminal.editing.take().filter(|editing| !editing.waits || editing.pid != pid);
            terminal.paging = terminal.paging.take().filter(|paging| paging.pid != pid);
        }
        let fds: OrdMap<u8, Fd> = std::mem::take(&mut entry.fds);
        let parent = entry.parent;
        for (number, fd) in &fds {
            self.hold(fd, *number, false);
        }
        // Nobody will ask any more for the exit codes of its children.
        for child in self.children(pid) {
            if !self.is_running(child) {
                self.processes.remove(&child);
                self.background.remove(&child);
            }
        }
        match parent.filter(|parent| self.processes.contains_key(parent)) {
            Some(parent) => {
                if self.processes.get(&parent).is_some_and(|e| e.state == State::Child) {
                    self.wake(parent);
                }
            }
            None => {
                self.processes.remove(&pid);
                self.background.remove(&pid);
                if parent.is_none() {
                    self.ended.push((pid, code));
                }
            }
        }
    }

    pub(crate) fn reap(&mut self, pid: Pid) -> Option<i32> {
        let State::Done(code) = self.processes.get(&pid)?.state else { return None };
        self.processes.remove(&pid);
        Some(code)
    }

    /// Ends a process and all its descendants.
    pub fn kill(&mut self, pid: Pid, code: i32) {
        for child in self.children(pid) {
            self.kill(child, code);
        }
        if self.processes.get(&pid).is_some_and(|entry| !matches!(entry.state, State::Done(_))) {
            self.exit(pid, code);
        }
    }

    pub(crate) fn children(&self, pid: Pid) -> Vec<Pid> {
        self.processes.iter().filter(|(_, entry)| entry.parent == Some(pid)).map(|(child, _)| *child).collect()
    }

    pub fn is_running(&self, pid: Pid) -> bool {
        self.processes.get(&pid).is_some_and(|entry| !matches!(entry.state, State::Done(_)))
    }

    /// A machine's processes, in the order of their numbers.
    #[inline(never)]
    pub fn processes(&self, machine: &MachineId) -> Vec<Seen> {
        let there = self.processes.iter().filter(|(_, entry)| entry.machine == *machine);
        let seen = |(pid, entry): (&Pid, &Entry)| Seen {
            pid: *pid,
            parent: entry.parent,
            argv: std::iter::once(&entry.program).chain(&entry.args).cloned().collect(),
            terminal: entry.terminal,
            state: match entry.state {
                State::Ready(_) => 'R',
                State::Done(_) => 'Z',
                State::Stopped => 'T',
                _ => 'S',
            },
            background: self.background.contains(pid),
            started: entry.started,
        };
        there.map(seen).collect()
    }

    pub fn process_count(&self) -> usize {
        self.processes.len()
    }

    /// What the foreground of a terminal is doing.
    pub fn foreground(&self, id: TerminalId) -> Foreground {
        let Some(terminal) = self.terminals.get(&id) else { return Foreground::Prompt };
        if terminal.prompt.is_some() {
            return Foreground::Prompt;
        }
        let Some(shell) = terminal.shell else { return Foreground::Prompt };
        // `wait` waits for background jobs: then they count. Nothing that moves at all is left to the clock.
        self.mood(shell, false).or_else(|| self.mood(shell, true)).unwrap_or(Foreground::Following)
    }

    /// What a process and its descendants do; `None` where none of them moves.
    fn mood(&self, shell: Pid, background: bool) -> Option<Foreground> {
        let mut open = vec![shell];
        let mut wait: Option<Due> = None;
        let (mut follows, mut reads, mut ready) = (false, false, false);
        while let Some(pid) = open.pop() {
            let Some(entry) = self.processes.get(&pid) else { continue };
            match entry.state {
                State::Ready(_) => ready = true,
                State::Sleeping(due) | State::Change(due) => wait = Some(wait.map_or(due, |w| w.min(due))),
                State::Follow | State::Pace(_) => follows = true,
                State::Stdin if matches!(entry.fds.get(&0), Some(Fd::Terminal(_))) => reads = true,
                State::Stdin | State::Child | State::Done(_) | State::Stopped => {}
            }
            open.extend(self.children(pid).into_iter().filter(|child| background || !self.background.contains(child)));
        }
        match (ready, follows, reads, wait) {
            (true, ..) => Some(Foreground::Busy),
            (_, true, ..) => Some(Foreground::Following),
            (_, _, true, _) => Some(Foreground::Reading),
            (.., Some(due)) => Some(Foreground::Waiting(due.at)),
            _ => None,
        }
    }
}

/// What a terminal's foreground does, as far as the clock is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Foreground {
    /// The shell waits for a line.
    Prompt,
    /// A command computes.
    Busy,
    /// A bounded wait: may be fast-forwarded.
    Waiting(sim::Time),
    /// An endless stream: runs at the clock's speed.
    Following,
    /// A command reads the keyboard.
    Reading,
}
