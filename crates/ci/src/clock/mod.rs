//! What starts a workflow of the default branch without a push: `schedule` and `workflow_run`.
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#schedule>

use crate::engine::{Ask, Ci, Push, Tick};
use crate::filter::passes;
use crate::run::Run;
use crate::workflow::{Workflow, Wrong, known, list, text, wrong};
use manifest::{Value, object};
use serde::{Deserialize, Serialize};
use sim::{Causes, Schedule, Sim, Time, Zone};
use std::sync::Arc;
use std::time::Duration;

/// A schedule of a workflow on a repository's default branch, and when it is due.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Alarm {
    repo: String,
    path: String,
    cron: String,
    /// Who brought it there.
    actor: String,
    at: Time,
}

/// `on.workflow_run`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct OnRun {
    workflows: Vec<String>,
    types: Vec<String>,
    branches: Vec<String>,
}

/// Why a workflow of the default branch is to start; the world answers with [`Ci::begin`].
#[derive(Debug, Clone, PartialEq)]
pub struct Start {
    pub repo: String,
    pub actor: String,
    pub causes: Causes,
    what: What,
}

#[derive(Debug, Clone, PartialEq)]
enum What {
    Schedule {
        path: String,
        cron: String,
    },
    /// A run, and what became of it: `requested`, `completed`.
    Run {
        number: u32,
        action: &'static str,
    },
}

/// GitHub starts none more often.
const LEAST: Duration = Duration::from_secs(300);
/// Runs that start runs that start runs.
const CHAIN_MAX: u8 = 3;

/// `on.schedule`.
#[inline(never)]
pub(crate) fn schedules(on: &Value, path: &str) -> Result<Vec<String>, Wrong> {
    let mut all = Vec::new();
    for (at, item) in on.items().iter().enumerate() {
        let here = format!("{path}[{at}]");
        known(item, &here, &["cron", "timezone"])?;
        let cron = text(item.at("cron"))
            .ok_or_else(|| wrong(&[&here, "."].concat(), "Required property is missing: cron".into()))?;
        if Schedule::parse(&cron).is_err() || cron.starts_with('@') {
            return Err(wrong(&[&here, ".cron="].concat(), "Invalid cron string".into()));
        }
        if !item.at("timezone").is_null() {
            let message = "'timezone' is real GitHub Actions, but not part of this sandbox yet";
            return Err(wrong(&[&here, ".timezone"].concat(), message.into()));
        }
        all.push(cron);
    }
    Ok(all)
}

impl OnRun {
    #[inline(never)]
    pub(crate) fn read(on: &Value, path: &str) -> Result<Self, Wrong> {
        known(on, path, &["types", "workflows", "branches", "branches-ignore"])?;
        let mut types = list(on, "types");
        if let Some(other) = types.iter().find(|word| !["completed", "requested"].contains(&word.as_str())) {
            let message = if other == "in_progress" {
                format!("'{other}' is real GitHub Actions, but not part of this sandbox yet")
            } else {
                format!("Unexpected value '{other}'")
            };
            return Err(wrong(&[path, ".types="].concat(), message));
        }
        if types.is_empty() {
            types = vec!["completed".into(), "requested".into()];
        }
        Ok(Self { workflows: list(on, "workflows"), types, branches: crate::trigger::patterns(on, path, "branches")? })
    }

    fn is_for(&self, run: &Run, action: &str) -> bool {
        self.types.iter().any(|word| word == action)
            && self.workflows.contains(&run.workflow_name)
            && passes(&self.branches, &run.branch)
    }
}

/// What of a workflow on the default branch starts by itself: its path, its schedules, whether it hears of runs.
pub(crate) type Noted = (String, Vec<String>, bool);

impl Ci {
    /// The default branch of a repository has moved: its schedules are those of its workflows now.
    #[inline(never)]
    pub(crate) fn note_default(&mut self, sim: &mut Sim, push: &Push, noted: Vec<Noted>) {
        self.alarms.retain(|alarm| alarm.repo != push.repo);
        self.listens.remove(&push.repo);
        for (path, crons, listens) in noted {
            if listens {
                self.listens.insert(push.repo.clone());
            }
            for cron in crons {
                let Some(at) = next(&cron, sim.now()) else { continue };
                let (repo, path, actor) = (push.repo.clone(), path.clone(), push.actor.clone());
                self.alarms.push(Alarm { repo, path, cron, actor, at });
                self.timers.set(sim, at, Tick::Alarm);
            }
        }
    }

    /// A schedule is due.
    #[inline(never)]
    pub(crate) fn alarm(&mut self, sim: &mut Sim) -> Vec<Ask> {
        let now = sim.now();
        let mut asks = Vec::new();
        let mut later = Vec::new();
        for alarm in self.alarms.iter_mut().filter(|alarm| alarm.at <= now) {
            let what = What::Schedule { path: alarm.path.clone(), cron: alarm.cron.clone() };
            let (repo, actor) = (alarm.repo.clone(), alarm.actor.clone());
            asks.push(Ask::Start(Start { repo, actor, causes: Causes::none(), what }));
            let earliest = now + LEAST - Duration::from_secs(1);
            alarm.at = next(&alarm.cron, earliest).unwrap_or(Time::from_micros(u64::MAX));
            later.push(alarm.at);
        }
        for at in later {
            self.timers.set(sim, at, Tick::Alarm);
        }
        asks
    }

    /// A run has begun or ended in a repository where somebody wants to know.
    #[inline(never)]
    pub(crate) fn tell_run(&mut self, sim: &mut Sim, number: u32, action: &'static str) {
        let wanted = self.run(number).is_some_and(|run| self.listens.contains(&run.repo) && run.chain < CHAIN_MAX);
        if wanted {
            let now = sim.now();
            self.timers.set(sim, now, Tick::Told(number, action == "completed"));
        }
    }

    #[inline(never)]
    pub(crate) fn told(&self, number: u32, completed: bool) -> Vec<Ask> {
        let Some(run) = self.run(number) else { return Vec::new() };
        let what = What::Run { number, action: if completed { "completed" } else { "requested" } };
        let (repo, actor) = (run.repo.clone(), run.actor.clone());
        vec![Ask::Start(Start { repo, actor, causes: Causes::one(run.event), what })]
    }

    /// Starts what is due; `push` is the state of the default branch.
    #[inline(never)]
    pub fn begin(&mut self, sim: &mut Sim, start: &Start, push: &Push) {
        for (path, text) in &push.workflows {
            let Ok(workflow) = Workflow::parse(path, text) else { continue };
            let (event, body, chain) = match &start.what {
                What::Schedule { path: own, cron } if own == path && workflow.on.schedule.contains(cron) => {
                    ("schedule", object! { "schedule" => cron }, 0)
                }
                What::Run { number, action } => {
                    let Some(run) = self.run(*number) else { continue };
                    if !workflow.on.run.as_ref().is_some_and(|on| on.is_for(run, action)) {
                        continue;
                    }
                    let body = object! {
                        "action" => *action, "workflow_run" => about(run), "workflow" => object! { "name" => &run.workflow_name },
                    };
                    ("workflow_run", body, run.chain + 1)
                }
                What::Schedule { .. } => continue,
            };
            let push = Push { event: event.into(), body, chain, causes: start.causes.clone(), ..push.clone() };
            let workflow = crate::start::with_called(self, workflow, &push).map(Arc::new);
            self.start(sim, &push, path, workflow);
        }
    }
}

/// `github.event.workflow_run`.
fn about(run: &Run) -> Value {
    let conclusion = run.state.conclusion();
    object! {
        "id" => i64::from(run.number), "run_number" => i64::from(run.number), "name" => &run.workflow_name,
        "path" => &run.path, "event" => &run.event_name, "status" => run.state.status(),
        "conclusion" => if conclusion.is_empty() { Value::Null } else { conclusion.into() },
        "head_branch" => &run.branch, "head_sha" => &run.commit, "display_title" => &run.subject,
        "actor" => object! { "login" => &run.actor },
    }
}

fn next(cron: &str, after: Time) -> Option<Time> {
    Schedule::parse(cron).ok()?.next(after, Zone::find("UTC")?)
}
