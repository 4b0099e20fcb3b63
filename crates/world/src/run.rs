//! The one loop: whatever is due first happens first, whoever asked for it.

use crate::{Pid, World};
use sim::{Due, Time};

/// What a step was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stepped {
    pub happened: bool,
    /// Customers' requests of a second went through: signals changed, though nothing of note may have happened.
    pub ticked: bool,
}

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    Process,
    Ci,
    Cluster,
    ArgoCd,
    Flux,
    Sealed,
    Rollouts,
    Monitor,
    Workload,
}

impl World {
    #[inline(never)]
    fn next_turn(&self) -> Option<(Due, Turn)> {
        let turns = [
            (self.timers.next_due(), Turn::Process),
            (self.ci.next_due(), Turn::Ci),
            (self.cluster.next_due(), Turn::Cluster),
            (self.argocd.next_due(), Turn::ArgoCd),
            (self.flux.next_due(), Turn::Flux),
            (self.sealed.next_due(), Turn::Sealed),
            (self.rollouts.as_ref().and_then(|rollouts| rollouts.next_due()), Turn::Rollouts),
            (self.monitor.as_ref().map(|monitor| monitor.due), Turn::Monitor),
            (self.workload.next_due(), Turn::Workload),
        ];
        turns.into_iter().filter_map(|(due, turn)| due.map(|due| (due, turn))).min_by_key(|(due, _)| *due)
    }

    /// When the next thing happens.
    pub fn next_due(&self) -> Option<Due> {
        self.next_turn().map(|(due, _)| due)
    }

    /// Lets the earliest due thing happen, if it is due by `limit`.
    #[inline(never)]
    pub fn step(&mut self, limit: Time) -> Stepped {
        let Some((due, turn)) = self.next_turn().filter(|(due, _)| due.at <= limit) else { return Stepped::default() };
        self.sim.advance_to(due.at);
        let events = self.sim.events().len();
        match turn {
            Turn::Process => {
                if let Some((_, pid)) = self.timers.pop() {
                    self.step_process(pid);
                }
            }
            Turn::Ci => {
                let asks = self.ci.fire(&mut self.sim);
                self.perform(asks);
            }
            Turn::Cluster => self.fire_cluster(),
            Turn::ArgoCd => self.fire_argocd(),
            Turn::Flux => self.fire_flux(),
            Turn::Sealed => self.fire_sealed(),
            Turn::Rollouts => self.fire_rollouts(),
            Turn::Monitor => self.scrape(),
            Turn::Workload => self.fire_workload(),
        }
        self.route_ended();
        if !self.mains.is_empty() {
            self.tend_commands();
        }
        if turn == Turn::Process {
            self.settle_watches();
        }
        if self.sim.events().len() > events {
            self.wake_watchers();
        }
        Stepped { happened: true, ticked: turn == Turn::Workload }
    }

    /// Lets everything happen that is due by `limit`, and moves the clock there.
    pub fn advance_to(&mut self, limit: Time) {
        while self.step(limit).happened {}
        if limit > self.now() {
            self.sim.advance_to(limit);
        }
    }

    /// Processes without a parent report to the engine that started them.
    #[inline(never)]
    fn route_ended(&mut self) {
        let ended: Vec<(Pid, i32)> = std::mem::take(&mut self.ended);
        for (pid, code) in ended {
            if self.scripts.contains_key(&pid) {
                self.script_ended(pid, code);
                continue;
            }
            if self.command_ended(pid, code) || self.docker_ended(pid, code) || self.helm_ended(pid, code) {
                continue;
            }
            self.exit_codes.insert(pid, code);
            self.shell_ended(pid);
        }
    }
}
