//! The one loop: whatever is due first happens first, whoever asked for it.

use crate::{Pid, World};
use sim::{Due, Time};

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    Process,
}

impl World {
    fn next_turn(&self) -> Option<(Due, Turn)> {
        let turns = [(self.timers.next_due(), Turn::Process)];
        turns.into_iter().filter_map(|(due, turn)| due.map(|due| (due, turn))).min_by_key(|(due, _)| *due)
    }

    /// When the next thing happens.
    pub fn next_due(&self) -> Option<Due> {
        self.next_turn().map(|(due, _)| due)
    }

    /// Lets the earliest due thing happen, if it is due by `limit`. Returns whether something happened.
    pub fn step(&mut self, limit: Time) -> bool {
        let Some((due, turn)) = self.next_turn().filter(|(due, _)| due.at <= limit) else { return false };
        self.sim.advance_to(due.at);
        let events = self.sim.events().len();
        match turn {
            Turn::Process => {
                if let Some((_, pid)) = self.timers.pop() {
                    self.step_process(pid);
                }
            }
        }
        self.route_ended();
        if self.sim.events().len() > events {
            self.wake_watchers();
        }
        true
    }

    /// Lets everything happen that is due by `limit`, and moves the clock there.
    pub fn advance_to(&mut self, limit: Time) {
        while self.step(limit) {}
        if limit > self.now() {
            self.sim.advance_to(limit);
        }
    }

    /// Processes without a parent report to the engine that started them.
    fn route_ended(&mut self) {
        let ended: Vec<(Pid, i32)> = std::mem::take(&mut self.ended);
        for (pid, code) in ended {
            self.exit_codes.insert(pid, code);
            for terminal in self.terminals.values_mut() {
                if terminal.shell == Some(pid) {
                    terminal.shell = None;
                    terminal.prompt = None;
                }
            }
        }
    }
}
