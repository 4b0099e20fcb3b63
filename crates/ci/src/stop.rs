//! What ends before its time: cancelled runs and jobs, steps that run too long, and groups of which one may run.

use crate::contexts::place;
use crate::engine::{Ask, Ci, QUEUE, Tick, Token};
use crate::expr::{self, Scope};
use crate::jobs::truthy;
use crate::run::State;
use order::OrdMap;
use sim::Sim;

impl Ci {
    /// Somebody ends a run: its jobs are asked to, and steps with `always()` still run.
    pub fn cancel(&mut self, sim: &mut Sim, number: u32, why: &str) {
        let now = sim.now();
        let Some(run) = self.run_mut(number).filter(|run| !run.state.finished()) else { return };
        run.cancelled = true;
        run.waits = false;
        let open: Vec<usize> = (0..run.jobs.len()).filter(|at| !run.jobs[*at].state.finished()).collect();
        for job in open {
            self.timers.set(sim, now, Tick::Cancel(number, job, why.into()));
        }
    }

    #[inline(never)]
    pub(crate) fn cancel_job(&mut self, sim: &mut Sim, number: u32, index: usize, why: &str) -> Vec<Ask> {
        let now = sim.now();
        let Some(job) = self.run_mut(number).and_then(|run| run.jobs.get_mut(index)) else { return Vec::new() };
        if let Some(which) = job.calls.filter(|_| !job.state.finished()) {
            self.cancel_called(sim, number, which, why);
            return Vec::new();
        }
        let mut asks = Vec::new();
        match job.state {
            State::Queued | State::Waiting => {
                job.state = State::Cancelled;
                job.finished = Some(now);
                if let Some(step) = job.steps.first_mut() {
                    step.log = format!("Error: {why}\n");
                }
            }
            State::Running if !job.cancelled => {
                job.cancelled = true;
                if let Some(at) = job.steps.iter().position(|step| step.state == State::Running) {
                    let step = &mut job.steps[at];
                    step.log.push_str(&format!("Error: {why}\nError: The operation was canceled.\n"));
                    step.state = State::Cancelled;
                    step.finished = Some(now);
                    let limit = step.limit.take();
                    let token = Token { run: number, job: index, step: at };
                    asks.push(Ask::Stop { token });
                    if let Some((due, _)) = limit {
                        self.timers.cancel(due);
                    }
                    self.timers.set(sim, now, Tick::Step(Token { step: at + 1, ..token }));
                }
            }
            _ => {}
        }
        self.timers.set(sim, now, Tick::Jobs(number));
        asks
    }

    pub(crate) fn limit_job(&mut self, sim: &mut Sim, number: u32, index: usize) {
        let text = self.run(number).and_then(|run| place(run, index)?.job.timeout.clone());
        let Some((after, words)) = text.and_then(|text| self.minutes(number, index, &text)) else { return };
        let at = sim.now() + after;
        let due = self.timers.set(sim, at, Tick::LateJob(number, index));
        if let Some(job) = self.run_mut(number).and_then(|run| run.jobs.get_mut(index)) {
            job.limit = Some((due, words));
        }
    }

    #[inline(never)]
    pub(crate) fn limit_step(&mut self, sim: &mut Sim, token: Token) {
        let text =
            self.run(token.run).and_then(|run| place(run, token.job)?.job.steps.get(token.step)?.timeout.clone());
        let Some((after, words)) = text.and_then(|text| self.minutes(token.run, token.job, &text)) else { return };
        let at = sim.now() + after;
        let due = self.timers.set(sim, at, Tick::Late(token));
        let job = self.run_mut(token.run).and_then(|run| run.jobs.get_mut(token.job));
        if let Some(step) = job.and_then(|job| job.steps.get_mut(token.step)) {
            step.limit = Some((due, words));
        }
    }

    /// A step has run for longer than its `timeout-minutes`: it fails.
    #[inline(never)]
    pub(crate) fn late(&mut self, sim: &mut Sim, token: Token) -> Vec<Ask> {
        let forgives = self.forgives(token);
        let now = sim.now();
        let job = self.run_mut(token.run).and_then(|run| run.jobs.get_mut(token.job));
        let step = job.and_then(|job| job.steps.get_mut(token.step)).filter(|step| step.state == State::Running);
        let Some(step) = step else { return Vec::new() };
        let minutes = step.limit.take().map(|(_, words)| words).unwrap_or_default();
        let message = format!("Error: The action '{}' has timed out after {minutes} minutes.\n", step.name);
        step.log.push_str(&message);
        step.state = State::Failed;
        step.forgiven = forgives;
        step.finished = Some(now);
        self.timers.set(sim, now, Tick::Step(Token { step: token.step + 1, ..token }));
        vec![Ask::Stop { token }]
    }

    pub(crate) fn late_job(&mut self, sim: &mut Sim, number: u32, index: usize) -> Vec<Ask> {
        let Some(job) = self.run_mut(number).and_then(|run| run.jobs.get_mut(index)) else { return Vec::new() };
        let minutes = job.limit.take().map(|(_, words)| words).unwrap_or_default();
        let why = format!(
            "The job running on runner {} has exceeded the maximum execution time of {minutes} minutes.",
            job.machine
        );
        self.cancel_job(sim, number, index, &why)
    }

    /// Whether a new run must wait for others of its group, of which those that wait already give way.
    #[inline(never)]
    pub(crate) fn make_room(&mut self, sim: &mut Sim, number: u32, group: &str, cancels: bool) -> bool {
        let Some(run) = self.run(number) else { return false };
        let repo = run.repo.clone();
        let others: Vec<(u32, bool)> = self
            .runs()
            .iter()
            .filter(|other| other.number != number && other.repo == repo && !other.state.finished())
            .filter(|other| other.group.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(group)))
            .map(|other| (other.number, other.waits))
            .collect();
        for (other, waits) in &others {
            if *waits || cancels {
                let why = format!("Canceling since a higher priority waiting request for '{group}' exists");
                self.cancel(sim, *other, &why);
            }
        }
        !others.is_empty()
    }

    /// A run of a group has ended: the one that waits starts.
    #[inline(never)]
    pub(crate) fn let_in(&mut self, sim: &mut Sim, ended: u32, group: &str) {
        let Some(repo) = self.run(ended).map(|run| run.repo.clone()) else { return };
        let next = self
            .runs()
            .iter()
            .filter(|run| run.waits && !run.cancelled && run.repo == repo)
            .find(|run| run.group.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(group)))
            .map(|run| run.number);
        if let Some(number) = next
            && let Some(run) = self.run_mut(number)
        {
            run.waits = false;
            let at = sim.now() + QUEUE;
            self.timers.set(sim, at, Tick::Jobs(number));
        }
    }

    /// Whether a job must wait for another of its own `concurrency` group.
    #[inline(never)]
    pub(crate) fn job_waits(&mut self, sim: &mut Sim, number: u32, index: usize) -> bool {
        let Some(run) = self.run(number) else { return false };
        let Some(place) = place(run, index) else { return false };
        let Some(own) = &place.job.concurrency else { return false };
        let contexts = place.contexts(self, &OrdMap::new());
        let scope = Scope::of(&contexts);
        let Ok(group) = expr::interpolate(&own.group, scope) else { return false };
        let cancels = own.cancel.as_deref().is_some_and(|text| truthy(expr::value_of(text, scope)));
        let repo = run.repo.clone();
        let mut others = Vec::new();
        for other in self.runs().iter().filter(|other| other.repo == repo && !other.state.finished()) {
            for (at, job) in other.jobs.iter().enumerate() {
                let same = job.group.as_deref() == Some(&group) && (other.number, at) != (number, index);
                if same && !job.state.finished() {
                    others.push((other.number, at, job.state == State::Running));
                }
            }
        }
        let waits = others.iter().any(|(_, _, runs)| *runs);
        let now = sim.now();
        for (other, at, runs) in others {
            // Of those that wait the newest is kept.
            if (runs && cancels) || (!runs && (other, at) < (number, index)) {
                let why = format!("Canceling since a higher priority waiting request for '{group}' exists");
                self.timers.set(sim, now, Tick::Cancel(other, at, why));
            }
        }
        if let Some(job) = self.run_mut(number).and_then(|run| run.jobs.get_mut(index)) {
            job.group = Some(group);
        }
        waits
    }

    /// A job of a group has ended: runs with one that waits look again.
    #[inline(never)]
    pub(crate) fn wake_jobs(&mut self, sim: &mut Sim, ended: u32, group: &str) {
        let Some(repo) = self.run(ended).map(|run| run.repo.clone()) else { return };
        let waiting: Vec<u32> = self
            .runs()
            .iter()
            .filter(|run| run.repo == repo && !run.state.finished())
            .filter(|run| run.jobs.iter().any(|job| job.state == State::Queued && job.group.as_deref() == Some(group)))
            .map(|run| run.number)
            .collect();
        let now = sim.now();
        for number in waiting {
            self.timers.set(sim, now, Tick::Jobs(number));
        }
    }
}
