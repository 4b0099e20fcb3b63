//! A run's jobs: when they start, what a matrix makes of them, how they end.

use crate::contexts::place;
use crate::engine::{Ask, Ci, QUEUE, RUNNER_START, Tick, Token};
use crate::expr::{self, Data, Scope};
use crate::job::Job;
use crate::matrix::{self, Combination};
use crate::run::{JobRun, Run, State};
use order::OrdMap;
use sim::{Causes, Sim, Subject};
use std::time::Duration;

impl Ci {
    /// A run has been made: it starts soon, or waits for another of its group.
    #[inline(never)]
    pub(crate) fn queue(&mut self, sim: &mut Sim, number: u32) {
        let Some(run) = self.run(number) else { return };
        let contexts = crate::contexts::of_run(self, run);
        let scope = Scope::of(&contexts);
        let workflow = run.workflow.clone();
        let Some(workflow) = workflow else { return };
        let subject = workflow.run_name.as_deref().and_then(|name| expr::interpolate(name, scope).ok());
        let group = workflow.concurrency.as_ref().and_then(|own| {
            let cancels = own.cancel.as_deref().is_some_and(|text| truthy(expr::value_of(text, scope)));
            Some((expr::interpolate(&own.group, scope).ok()?, cancels))
        });
        let Some(run) = self.run_mut(number) else { return };
        if let Some(subject) = subject.filter(|subject| !subject.trim().is_empty()) {
            run.subject = subject;
        }
        run.group = group.as_ref().map(|(group, _)| group.clone());
        let waits = group.is_some_and(|(group, cancels)| self.make_room(sim, number, &group, cancels));
        if waits {
            if let Some(run) = self.run_mut(number) {
                run.waits = true;
            }
        } else {
            let at = sim.now() + QUEUE;
            self.timers.set(sim, at, Tick::Jobs(number));
        }
    }

    #[inline(never)]
    pub(crate) fn start_jobs(&mut self, sim: &mut Sim, number: u32) -> Vec<Ask> {
        let mut asks = Vec::new();
        if self.run(number).is_none_or(|run| run.waits) {
            return asks;
        }
        self.expand(sim, number);
        let count = self.run(number).map_or(0, |run| run.jobs.len());
        for index in 0..count {
            let Some(run) = self.run(number) else { break };
            if !ready(run, index) {
                continue;
            }
            let go = crate::step::job_condition(self, run, index);
            self.begin_job(sim, (number, index), go, &mut asks);
        }
        self.finish_run(sim, number);
        self.tell_waiting(number);
        asks
    }

    /// A run of which nothing goes on but what waits for an environment waits itself.
    fn tell_waiting(&mut self, number: u32) {
        let Some(run) = self.run(number).filter(|run| !run.state.finished()) else { return };
        let has = |state: State| run.jobs.iter().any(|job| job.state == state && job.shown());
        let waits = has(State::Waiting) && !has(State::Running);
        if waits != (run.state == State::Waiting)
            && let Some(run) = self.run_mut(number)
        {
            run.state = if waits { State::Waiting } else { State::Running };
        }
    }

    #[inline(never)]
    fn begin_job(
        &mut self,
        sim: &mut Sim,
        (number, index): (u32, usize),
        go: Result<bool, String>,
        asks: &mut Vec<Ask>,
    ) {
        let now = sim.now();
        let mut go = go;
        if let Ok(true) = go {
            let guarded =
                self.run(number).and_then(|run| place(run, index)).is_some_and(|at| at.job.environment.is_some());
            match if guarded { self.gated(sim, number, index) } else { Ok(false) } {
                Ok(true) => {
                    if let Some(run) = self.run_mut(number) {
                        run.jobs[index].state = State::Waiting;
                    }
                    return;
                }
                Ok(false) if self.job_waits(sim, number, index) => return,
                Ok(false) => {}
                Err(message) => go = Err(message),
            }
        }
        let calls = self.run(number).and_then(|run| place(run, index)).is_some_and(|at| at.job.call.is_some());
        let Some(run) = self.run_mut(number) else { return };
        run.state = State::Running;
        let job = &mut run.jobs[index];
        match go {
            Ok(true) if calls => self.call(sim, number, index),
            Ok(true) => {
                job.state = State::Running;
                job.started = Some(now);
                asks.push(Ask::Machine { name: job.machine.clone() });
                let token = Token { run: number, job: index, step: 0 };
                self.timers.set(sim, now + RUNNER_START, Tick::Step(token));
                self.limit_job(sim, number, index);
            }
            Ok(false) => {
                job.state = State::Skipped;
                job.finished = Some(now);
                // Those that need it may be decided now.
                self.timers.set(sim, now, Tick::Jobs(number));
            }
            Err(message) => {
                fail(job, &message);
                job.finished = Some(now);
                self.timers.set(sim, now, Tick::Jobs(number));
            }
        }
    }

    /// Makes the jobs of each matrix whose turn has come.
    #[inline(never)]
    fn expand(&mut self, sim: &mut Sim, number: u32) {
        let mut index = 0;
        while let Some(run) = self.run(number)
            && index < run.jobs.len()
        {
            let waits = run.jobs[index].expanded || !ready(run, index);
            // A job that is skipped is skipped as one.
            if waits || crate::step::job_condition(self, run, index) == Ok(false) {
                index += 1;
                continue;
            }
            let made = self.combinations(run, index);
            // Before the first job has started nobody knows their places yet.
            let in_place = run.state == State::Queued;
            let Some(run) = self.run_mut(number) else { return };
            run.jobs[index].expanded = true;
            match made {
                Ok((first, others)) => {
                    let more = others.len();
                    run.jobs[index] = first;
                    if in_place {
                        run.jobs.splice(index + 1..index + 1, others);
                        index += more;
                    } else {
                        run.jobs.extend(others);
                    }
                }
                Err(message) => {
                    let now = sim.now();
                    run.state = State::Running;
                    fail(&mut run.jobs[index], &message);
                    run.jobs[index].finished = Some(now);
                    self.timers.set(sim, now, Tick::Jobs(number));
                }
            }
            index += 1;
        }
    }

    #[inline(never)]
    fn combinations(&self, run: &Run, index: usize) -> Result<(JobRun, Vec<JobRun>), String> {
        let place = place(run, index).ok_or("the job is gone")?;
        let strategy = place.job.strategy.as_ref().ok_or("the job has no strategy")?;
        let contexts = place.contexts(self, &OrdMap::new());
        let scope = Scope::of(&contexts);
        let mut model = place.state.clone();
        model.expanded = true;
        model.fail_fast = match &strategy.fail_fast {
            Some(text) => truthy(Ok(expr::value_of(text, scope)?)),
            None => true,
        };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is between 1 and 256")]
        let whole = |data: Data| data.to_number().clamp(1.0, 256.0) as u32;
        let most = strategy.max_parallel.as_deref().map(|text| expr::value_of(text, scope)).transpose()?;
        model.max_parallel = most.map(whole);
        let Some(json) = &strategy.matrix else { return Ok((model, Vec::new())) };
        let all = matrix::expand(json, scope)?;
        let total = u32::try_from(all.len()).unwrap_or(u32::MAX);
        let mut jobs = all.into_iter().zip(0..).map(|(one, at)| named(self, run, place.job, &model, one, (at, total)));
        let first = jobs.next().ok_or("Matrix must define at least one vector")?;
        Ok((first, jobs.collect()))
    }

    #[inline(never)]
    pub(crate) fn finish_run(&mut self, sim: &mut Sim, number: u32) {
        let now = sim.now();
        if self.run(number).is_some_and(|run| !run.calls.is_empty()) {
            self.settle_calls(sim, number);
        }
        let Some(run) = self.run_mut(number) else { return };
        if run.state.finished() || run.jobs.iter().any(|job| !job.state.finished()) {
            return;
        }
        let counts = |state: State| run.jobs.iter().find(|job| job.state == state && !job.forgiven);
        run.state = match (counts(State::Failed), counts(State::Cancelled)) {
            (Some(_), _) => State::Failed,
            (None, Some(_)) => State::Cancelled,
            (None, None) => State::Passed,
        };
        run.finished = Some(now);
        let text = match run.jobs.iter().find(|job| job.state == State::Failed && !job.forgiven) {
            Some(job) => format!("Pipeline “{}” failed in job “{}”", run.workflow_name, job.name),
            None if run.state == State::Cancelled => format!("Pipeline “{}” was cancelled", run.workflow_name),
            None => format!("Pipeline “{}” passed", run.workflow_name),
        };
        let subject = Subject::new("Run", format!("{}#{number}", run.repo));
        let causes = Causes::one(run.event);
        let group = run.group.clone();
        sim.record("ci", "github-actions", subject, text, &causes);
        if let Some(group) = group {
            self.let_in(sim, number, &group);
        }
        self.tell_run(sim, number, "completed");
    }

    #[inline(never)]
    pub(crate) fn finish_job(&mut self, sim: &mut Sim, token: Token) -> Vec<Ask> {
        let now = sim.now();
        let mut outputs =
            self.run(token.run).map(|run| crate::step::job_outputs(self, run, token.job)).unwrap_or_default();
        let said = self.without_secrets(token, &mut outputs);
        let forgives = self.run(token.run).and_then(|run| {
            let text = place(run, token.job)?.job.forgives.clone()?;
            Some(truthy(crate::step::said(self, run, token.job, &text)))
        });
        let Some(run) = self.run_mut(token.run) else { return Vec::new() };
        let job = &mut run.jobs[token.job];
        job.state = match (job.cancelled, job.failed()) {
            (true, _) => State::Cancelled,
            (false, true) => State::Failed,
            (false, false) => State::Passed,
        };
        job.finished = Some(now);
        job.outputs = outputs;
        let guarded = job.gate.is_some();
        job.annotations.extend(said);
        job.forgiven = job.state == State::Failed && forgives == Some(true);
        let (name, id, group) = (job.machine.clone(), job.id.clone(), job.group.clone());
        let ends_others = job.state == State::Failed && !job.forgiven && job.fail_fast;
        let limit = job.limit.take();
        let others: Vec<usize> = (0..run.jobs.len())
            .filter(|at| ends_others && run.jobs[*at].id == id && !run.jobs[*at].state.finished())
            .collect();
        let failed = run.jobs[token.job].name.clone();
        if let Some((due, _)) = limit {
            self.timers.cancel(due);
        }
        if guarded {
            self.tell_url(token.run, token.job);
        }
        for other in others {
            let why = format!("The strategy configuration was canceled because \"{failed}\" failed");
            self.timers.set(sim, now, Tick::Cancel(token.run, other, why));
        }
        self.timers.set(sim, now, Tick::Jobs(token.run));
        if let Some(group) = group {
            self.wake_jobs(sim, token.run, &group);
        }
        vec![Ask::Drop { name }]
    }

    /// Whether a step's failure counts for nothing.
    pub(crate) fn forgives(&self, token: Token) -> bool {
        let Some(run) = self.run(token.run) else { return false };
        let text = place(run, token.job).and_then(|place| place.step(token.step)?.forgives.clone());
        text.is_some_and(|text| truthy(crate::step::said(self, run, token.job, &text)))
    }

    /// A limit in minutes, and when it is reached.
    pub(crate) fn minutes(&self, number: u32, job: usize, text: &str) -> Option<(Duration, String)> {
        let said = crate::step::said(self, self.run(number)?, job, text).ok()?;
        let minutes = said.to_number();
        (minutes > 0.0 && minutes < 1e6).then(|| (Duration::from_secs_f64(minutes * 60.0), said.to_text()))
    }
}

/// Whether everything that a job needs has ended, and its matrix leaves it room.
fn ready(run: &Run, index: usize) -> bool {
    let job = &run.jobs[index];
    let open = |need: &String| run.jobs.iter().any(|other| other.id == *need && !other.state.finished());
    let room = job.max_parallel.is_none_or(|most| {
        let same = |other: &&JobRun| (other.of, other.call) == (job.of, job.call) && other.state == State::Running;
        run.jobs.iter().filter(same).count() < most as usize
    });
    matches!(job.state, State::Queued | State::Waiting) && room && !job.needs.iter().any(open)
}

pub(crate) fn truthy(said: Result<Data, String>) -> bool {
    said.is_ok_and(|data| data.truthy() && data.to_text() != "false")
}

pub(crate) fn fail(job: &mut JobRun, message: &str) {
    job.state = State::Failed;
    if let Some(step) = job.steps.first_mut() {
        step.log = format!("Error: {message}\n");
    }
}

/// A job of a matrix, by its name `test (18, ubuntu)` unless an expression names it.
#[inline(never)]
fn named(ci: &Ci, run: &Run, job: &Job, model: &JobRun, one: Combination, place_of: (u32, u32)) -> JobRun {
    let mut made = JobRun { matrix: one.values, place_of, ..model.clone() };
    made.machine = format!("{}-{}", model.machine, place_of.0 + 1);
    let prefix = model.call.and_then(|which| run.calls.get(which)).map_or("", |called| &called.name);
    made.name = if job.name.contains("${{") {
        let mut contexts = crate::contexts::of_run(ci, run);
        contexts.put("matrix", made.matrix.clone());
        let scope = Scope::of(&contexts);
        expr::interpolate(&job.name, scope).unwrap_or_else(|_| job.name.clone())
    } else if one.words.is_empty() {
        job.name.clone()
    } else {
        format!("{} ({})", job.name, one.words)
    };
    made.name = [prefix, &made.name].concat();
    made
}
