//! Ctrl-Z and its signals: processes that stand still until they are told to go on.

use crate::process::State;
use crate::{Editing, Paging, Pid, Step, TerminalId, World};
use serde::{Deserialize, Serialize};

/// What a stopped process waited for, and what it has open in its terminal.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Stopped {
    step: Step,
    editing: Option<Editing>,
    paging: Option<Paging>,
}

impl World {
    /// Ctrl-Z: stops what runs in the foreground; its shell hears of it. At a prompt it does nothing.
    #[inline(never)]
    pub fn suspend(&mut self, id: TerminalId) {
        let Some(terminal) = self.terminals.get(&id).filter(|terminal| terminal.prompt.is_none()) else { return };
        let Some(shell) = terminal.shell else { return };
        let children = self.children(shell).into_iter();
        let moving: Vec<Pid> =
            children.filter(|child| self.is_running(*child) && !self.background.contains(child)).collect();
        if moving.is_empty() {
            return;
        }
        self.write_terminal(id, b"^Z");
        for child in moving {
            self.stop(child);
        }
    }

    /// Stops a process and its descendants.
    pub fn stop(&mut self, pid: Pid) {
        for child in self.children(pid) {
            self.stop(child);
        }
        let Some(entry) = self.processes.get_mut(&pid) else { return };
        let step = match entry.state {
            State::Done(_) | State::Stopped => return,
            State::Ready(_) => Step::Again,
            State::Sleeping(due) => Step::Until(due.at),
            State::Stdin => Step::Stdin,
            State::Child => Step::Child,
            // What it waited for may come meanwhile: it looks again.
            State::Change(_) | State::Follow | State::Pace(_) => Step::Again,
        };
        if let State::Ready(due) | State::Sleeping(due) | State::Change(due) | State::Pace(due) = entry.state {
            self.timers.cancel(due);
        }
        entry.state = State::Stopped;
        let parent = entry.parent;
        let terminal = entry.terminal.and_then(|id| self.terminals.get_mut(&id));
        let (editing, paging) = terminal.map_or((None, None), |terminal| {
            let editing = terminal.editing.take_if(|open| open.pid == pid && open.waits);
            (editing, terminal.paging.take_if(|open| open.pid == pid))
        });
        self.stopped.insert(pid, Stopped { step, editing, paging });
        if let Some(parent) = parent
            && self.processes.get(&parent).is_some_and(|entry| entry.state == State::Child)
        {
            self.wake(parent);
        }
    }

    /// Lets a stopped process and its descendants go on.
    #[inline(never)]
    pub fn resume(&mut self, pid: Pid) {
        if let Some(Stopped { step, editing, paging }) = self.stopped.remove(&pid) {
            let terminal = self.processes.get(&pid).and_then(|entry| entry.terminal);
            if let Some(terminal) = terminal.and_then(|id| self.terminals.get_mut(&id)) {
                terminal.editing = editing.or(terminal.editing.take());
                terminal.paging = paging.or(terminal.paging.take());
            }
            self.settle(pid, step);
        }
        for child in self.children(pid) {
            self.resume(child);
        }
    }

    pub fn is_stopped(&self, pid: Pid) -> bool {
        self.stopped.contains_key(&pid)
    }

    /// The shell waits for it again.
    pub fn bring_to_foreground(&mut self, pid: Pid) {
        self.background.remove(&pid);
    }

    /// Its shell forgets a child: it outlives the shell.
    pub fn disown(&mut self, pid: Pid) {
        if let Some(entry) = self.processes.get_mut(&pid) {
            entry.parent = None;
        }
    }
}
