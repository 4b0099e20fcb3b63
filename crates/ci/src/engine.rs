//! The engine: queues jobs, walks their steps, asks the world for what it cannot do itself.

use crate::cache::Cache;
use crate::clock::{Alarm, Start};
use crate::gate::Settings;
use crate::log;
use crate::run::{Run, State};
use crate::step::Effect;
use crate::trigger::PullEvent;
use manifest::Value;
use order::{OrdMap, OrdSet};
use serde::{Deserialize, Serialize};
use sim::{Causes, Due, Sim, Timers};
use std::sync::Arc;
use std::time::Duration;

/// A step of a job of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Token {
    pub run: u32,
    pub job: usize,
    pub step: usize,
}

/// What the engine wants from the world. Those with a token are answered by [`Ci::done`].
#[derive(Debug, Clone, PartialEq)]
pub enum Ask {
    /// A fresh runner.
    Machine { name: String },
    /// The runner is no longer needed.
    Drop { name: String },
    /// What the step started is no longer wanted; nobody waits for its end.
    Stop { token: Token },
    /// The files of a folder, answered by [`Ci::packed`].
    Pack { token: Token, machine: String, base: String, wants: Wants },
    /// Files by their full paths, to be written; then this is how it ended.
    Unpack { token: Token, machine: String, files: OrdMap<String, Arc<Vec<u8>>>, outcome: Outcome },
    /// A working copy of a repository of the forge.
    Checkout {
        token: Token,
        machine: String,
        repo: String,
        reference: String,
        path: String,
        /// The token that stays in the copy's configuration; empty: none.
        keeps: String,
        clean: bool,
        tags: bool,
        /// The reference as its outputs name it.
        shown: String,
        causes: Causes,
    },
    /// A script in the sandbox's own shell.
    Script {
        token: Token,
        machine: String,
        argv: Vec<String>,
        script: String,
        directory: String,
        env: OrdMap<String, String>,
        causes: Causes,
    },
    /// The default branch as it is, answered by [`Ci::begin`].
    Start(Start),
    /// An image.
    Build {
        token: Token,
        machine: String,
        context: String,
        dockerfile: Option<String>,
        tags: Vec<String>,
        push: bool,
        /// `label=…`, `arg=…`, `target=…`, `no-cache`.
        more: Vec<String>,
        revision: String,
        causes: Causes,
    },
}

/// What the files of a folder are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wants {
    /// To be kept as an artifact.
    Upload,
    /// The folder is an action of the repository.
    Action,
    /// To be kept as a cache.
    Save,
    /// For `hashFiles`.
    Hash,
}

/// How an asked thing ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    pub code: i32,
    pub log: String,
    pub outputs: OrdMap<String, String>,
    /// What the step wrote to `$GITHUB_ENV` and to `$GITHUB_STEP_SUMMARY`.
    pub env: OrdMap<String, String>,
    pub summary: String,
    /// And to `$GITHUB_PATH`, a line each.
    pub paths: Vec<String>,
    /// Its log has said why it failed.
    pub quiet: bool,
}

/// A branch or a tag moved on the forge, or something happened to a pull request.
#[derive(Debug, Clone)]
pub struct Push {
    pub repo: String,
    /// Of a tag, its name.
    pub branch: String,
    pub tag: bool,
    /// GitHub's word: `push`, `pull_request`, `workflow_dispatch`.
    pub event: String,
    /// Of the files that it changed.
    pub changed: Vec<String>,
    /// What a person gave who started a workflow by hand.
    pub inputs: Value,
    pub commit: String,
    pub subject: String,
    pub actor: String,
    /// Then `branch` is its head.
    pub pull: Option<PullEvent>,
    /// It is the default branch that moved.
    pub default: bool,
    /// `github.event`, where it is neither of a push nor of a pull request.
    pub body: Value,
    /// How many runs have led to each other.
    pub chain: u8,
    /// Paths and texts of `.github/workflows/*.yml` at that commit.
    pub workflows: Vec<(String, String)>,
    pub causes: Causes,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Tick {
    /// Starts the jobs that need not wait any more.
    Jobs(u32),
    /// Begins the next step.
    Step(Token),
    /// The same within an action.
    Inner(Token),
    /// An action's time is over: now it takes effect.
    Act(Token),
    /// A step or a job has run for too long.
    Late(Token),
    LateJob(u32, usize),
    /// A schedule is due.
    Alarm,
    /// A run has begun, or is over, in a repository where somebody wants to know.
    Told(u32, bool),
    /// A job is to end, and why.
    Cancel(u32, usize, String),
}

/// From the push to the run's first job; from a job's start to its first step; between two steps.
pub(crate) const QUEUE: Duration = Duration::from_secs(2);
pub(crate) const RUNNER_START: Duration = Duration::from_secs(3);
pub(crate) const BETWEEN: Duration = Duration::from_millis(300);

/// All pipelines of the world.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Ci {
    pub(crate) runs: Vec<Arc<Run>>,
    pub(crate) timers: Timers<Tick>,
    /// `secrets.*`, for all repositories.
    pub secrets: OrdMap<String, String>,
    /// `vars.*`.
    pub vars: OrdMap<String, String>,
    /// By repository; those of it come before those of all.
    pub(crate) settings: OrdMap<String, Settings>,
    pub(crate) caches: Vec<Cache>,
    pub(crate) caches_made: u32,
    pub(crate) alarms: Vec<Alarm>,
    /// Repositories with a workflow that hears of runs.
    pub(crate) listens: OrdSet<String>,
}

impl Ci {
    /// Oldest first; the n-th has number n + 1.
    pub fn runs(&self) -> &[Arc<Run>] {
        &self.runs
    }

    pub fn run(&self, number: u32) -> Option<&Run> {
        self.runs.get((number as usize).checked_sub(1)?).map(|run| &**run)
    }

    pub(crate) fn run_mut(&mut self, number: u32) -> Option<&mut Run> {
        self.runs.get_mut((number as usize).checked_sub(1)?).map(Arc::make_mut)
    }

    pub fn next_due(&self) -> Option<Due> {
        self.timers.next_due()
    }

    /// Lets the earliest due thing happen.
    #[inline(never)]
    pub fn fire(&mut self, sim: &mut Sim) -> Vec<Ask> {
        match self.timers.pop() {
            Some((_, Tick::Jobs(run))) => self.start_jobs(sim, run),
            Some((_, Tick::Step(token))) => self.begin_step(sim, token),
            Some((_, Tick::Inner(token))) => self.inner(sim, token),
            Some((_, Tick::Act(token))) => self.act(sim, token),
            Some((_, Tick::Alarm)) => self.alarm(sim),
            Some((_, Tick::Told(run, completed))) => self.told(run, completed),
            Some((_, Tick::Late(token))) => self.late(sim, token),
            Some((_, Tick::LateJob(run, job))) => self.late_job(sim, run, job),
            Some((_, Tick::Cancel(run, job, why))) => self.cancel_job(sim, run, job, &why),
            None => Vec::new(),
        }
    }

    #[inline(never)]
    pub(crate) fn begin_step(&mut self, sim: &mut Sim, token: Token) -> Vec<Ask> {
        let now = sim.now();
        let Some(run) = self.run(token.run) else { return Vec::new() };
        let Some(job) = run.jobs.get(token.job) else { return Vec::new() };
        let over = token.step >= job.steps.len();
        if over && job.posts.is_empty() && !job.to_stop() {
            return self.finish_job(sim, token);
        }
        if over {
            self.add_posts(token);
        }
        let Some(run) = self.run(token.run) else { return Vec::new() };
        let Some(job) = run.jobs.get(token.job) else { return Vec::new() };
        if job.steps[token.step].id.starts_with("__post") {
            return self.begin_post(sim, token);
        }
        if job.state != State::Running {
            return Vec::new();
        }
        let plan = crate::step::plan(self, run, token);
        if !matches!(plan, crate::step::Plan::Skip) && run.jobs[token.job].listing.is_none() {
            self.limit_step(sim, token);
        }
        let Some(run) = self.run_mut(token.run) else { return Vec::new() };
        // Of an action that was ended before its time.
        run.jobs[token.job].frames.clear();
        let step = &mut run.jobs[token.job].steps[token.step];
        step.started = Some(now);
        match plan {
            crate::step::Plan::Skip => {
                step.state = State::Skipped;
                step.finished = Some(now);
                let next = Token { step: token.step + 1, ..token };
                self.timers.set(sim, now, Tick::Step(next));
                Vec::new()
            }
            crate::step::Plan::Now(ask) => {
                step.state = State::Running;
                vec![ask]
            }
            crate::step::Plan::After(duration, log) => {
                step.state = State::Running;
                step.log = log;
                self.timers.set(sim, now + duration, Tick::Act(token));
                Vec::new()
            }
            crate::step::Plan::Fail(message) => {
                step.state = State::Running;
                self.done(sim, token, Outcome { code: 1, log: format!("Error: {message}\n"), ..Outcome::default() });
                Vec::new()
            }
        }
    }

    #[inline(never)]
    fn act(&mut self, sim: &mut Sim, token: Token) -> Vec<Ask> {
        let Some(run) = self.run(token.run) else { return Vec::new() };
        let state = run.jobs.get(token.job).and_then(|job| Some(job.steps.get(token.step)?.state));
        if state != Some(State::Running) {
            return Vec::new();
        }
        match crate::step::effect(self, run, token) {
            Ok(Effect::Ask(ask)) => vec![ask],
            Ok(Effect::Cache(wanted)) => self.cache(sim, token, wanted),
            Ok(Effect::Login(own)) => {
                if let Some(job) = self.run_mut(token.run).and_then(|run| run.jobs.get_mut(token.job)) {
                    job.logged_in = own;
                }
                self.done(sim, token, Outcome::default());
                Vec::new()
            }
            Ok(Effect::Done(outcome)) => {
                self.done(sim, token, outcome);
                Vec::new()
            }
            Err(message) => {
                self.done(sim, token, Outcome { code: 1, log: format!("Error: {message}\n"), ..Outcome::default() });
                Vec::new()
            }
        }
    }

    /// A step's output so far, while it runs.
    pub fn progress(&mut self, token: Token, log: String) {
        if let Some(step) =
            self.run_mut(token.run).and_then(|run| run.jobs.get_mut(token.job)?.steps.get_mut(token.step))
            && step.state == State::Running
        {
            step.log = log;
        }
    }

    /// A step has ended.
    #[inline(never)]
    pub fn done(&mut self, sim: &mut Sim, token: Token, outcome: Outcome) {
        if self.in_action(token) {
            return self.inner_done(sim, token, outcome);
        }
        let now = sim.now();
        let forgives = outcome.code != 0 && self.forgives(token);
        let masks = self.masks(token);
        let told = log::tell(&outcome.log, &masks, self.debugs());
        let Some(run) = self.run_mut(token.run) else { return };
        let Some(job) = run.jobs.get_mut(token.job) else { return };
        let Some(step) = job.steps.get_mut(token.step).filter(|step| step.state == State::Running) else { return };
        job.env.extend(outcome.env);
        job.paths.extend(outcome.paths);
        job.listing = None;
        step.log.push_str(&told.log);
        step.outputs = told.outputs;
        step.outputs.extend(outcome.outputs);
        step.summary.push_str(&log::mask(&outcome.summary, &told.masks));
        step.finished = Some(now);
        step.state = if outcome.code == 0 { State::Passed } else { State::Failed };
        if outcome.code != 0 {
            if !outcome.quiet && step.id != crate::services::ID {
                step.log.push_str(&format!("Error: Process completed with exit code {}.\n", outcome.code));
            }
            step.forgiven = forgives;
        }
        let limit = step.limit.take();
        job.annotations.extend(told.annotations);
        job.masks.extend_from_slice(&told.masks[masks.len()..]);
        let next = Token { step: token.step + 1, ..token };
        if let Some((due, _)) = limit {
            self.timers.cancel(due);
        }
        self.timers.set(sim, now + BETWEEN, Tick::Step(next));
    }

    fn in_action(&self, token: Token) -> bool {
        self.run(token.run).and_then(|run| run.jobs.get(token.job)).is_some_and(|job| !job.frames.is_empty())
    }

    /// When something last changed and whether a pipeline is under way.
    pub fn is_busy(&self) -> bool {
        self.runs.iter().any(|run| !run.state.finished())
    }
}

pub(crate) fn short(commit: &str) -> &str {
    commit.get(..7).unwrap_or(commit)
}
