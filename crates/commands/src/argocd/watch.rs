//! Waiting for applications: what `app sync` and `app wait` do, told as it happens (`waitOnApplicationStatus`).

use super::log::{Fatal, Style};
use super::selected::{Selected, includes};
use super::states::{ResourceState, states, wait_heading};
use super::{find, summary, table};
use cluster::{Object, time_at};
use manifest::Value;
use order::OrdMap;
use serde::{Deserialize, Serialize};
use sim::Time;
use std::sync::Arc;
use std::time::Duration;
use world::{Cx, Step};

/// The controller looks at an application once more after an operation. Times are written in whole seconds.
const SETTLES: Duration = Duration::from_millis(1_300);

/// A wait without `--timeout` is fast-forwarded for this long; then it goes on at the clock's own speed.
const FAST_FORWARD: Duration = Duration::from_secs(15 * 60);

/// What has to be so.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Wants {
    pub sync: bool,
    pub health: bool,
    pub operation: bool,
    pub suspended: bool,
    pub degraded: bool,
    pub delete: bool,
}

/// What `app sync` asks for before it waits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Ask {
    /// `operation.sync`, and `retry` beside its fields.
    pub sync: Value,
    /// Only these resources.
    pub chosen: Vec<Selected>,
    /// The same as they were typed.
    pub named: String,
    /// `--async`: not waiting at all.
    pub leave: bool,
}

/// One `app sync` or `app wait` at work.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Watch {
    /// Applications still to come, the next one last.
    pub(super) left: Vec<String>,
    pub(super) namespace: String,
    pub(super) wants: Wants,
    pub(super) ask: Option<Ask>,
    pub(super) timeout_secs: u64,
    pub(super) output: String,
    pub(super) selected: Vec<Selected>,
    pub(super) style: Style,
    pub(super) current: Option<Current>,
}

/// The application being waited for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Current {
    /// As it was named on the command line.
    name: String,
    since: Time,
    /// What was told of each resource, by its key.
    told: OrdMap<String, ResourceState>,
    headed: bool,
    /// It was said that the wait has no end.
    warned: bool,
}

/// Whether an operation is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    None,
    Running,
    /// It has ended; until this time the controller has not looked again.
    Settling(Time),
}

impl Watch {
    pub(super) fn step(&mut self, cx: &mut Cx<'_>) -> Step {
        let done = match self.current.take() {
            Some(current) => self.look(cx, current),
            None => match self.left.pop() {
                Some(name) => self.begin(cx, name),
                None => return Step::Done(0),
            },
        };
        done.unwrap_or_else(|fatal| {
            self.style.print(cx, &fatal);
            Step::Done(fatal.code)
        })
    }

    /// Whether nobody is to read along: only the object at the end.
    fn silent(&self) -> bool {
        matches!(self.output.as_str(), "json" | "yaml")
    }

    fn begin(&mut self, cx: &mut Cx<'_>, name: String) -> Result<Step, Fatal> {
        let app = find::app(cx, &name, &self.namespace)?;
        if let Some(ask) = &self.ask {
            let (causes, mut sync) = (cx.causes(), ask.sync.clone());
            if !ask.chosen.is_empty() {
                sync.put("resources", chosen(&app.value, ask)?);
            }
            cx.world.sync_app(app.name(), sync, &causes).map_err(find::refused)?;
            if ask.leave {
                return Ok(Step::Again);
            }
        }
        let app = find::app(cx, &name, &self.namespace)?;
        if !self.wants.delete && self.reached(cx, &app) {
            self.end(cx, &app)?;
            return Ok(Step::Again);
        }
        self.current = Some(Current { name, since: cx.now(), told: OrdMap::new(), headed: false, warned: false });
        Ok(Step::Again)
    }

    fn look(&mut self, cx: &mut Cx<'_>, mut current: Current) -> Result<Step, Fatal> {
        let app = find::object(cx, &current.name, &self.namespace);
        if let Some(app) = &app {
            if !self.wants.delete && self.reached(cx, app) {
                self.end(cx, app)?;
                return Ok(Step::Again);
            }
            self.tell(cx, &mut current, app)?;
        } else if self.wants.delete {
            cx.out(format!("Application '{}' deleted\n", current.name));
            return Ok(Step::Again);
        }
        let limit = current.since + Duration::from_secs(self.timeout_secs);
        if self.timeout_secs > 0 && cx.now() >= limit {
            return Err(self.timed_out(cx, &current, app.as_ref()));
        }
        let settles = app.as_ref().and_then(|app| match operation(cx, app) {
            Operation::Settling(until) => Some(until),
            Operation::None | Operation::Running => None,
        });
        let step = match (settles, self.timeout_secs) {
            (Some(until), 0) => Step::Change(until),
            (Some(until), _) => Step::Change(until.min(limit)),
            (None, 0) => self.without_limit(cx, &mut current),
            (None, _) => Step::Change(limit),
        };
        self.current = Some(current);
        Ok(step)
    }

    fn without_limit(&self, cx: &mut Cx<'_>, current: &mut Current) -> Step {
        let fast = current.since + FAST_FORWARD;
        if cx.now() < fast {
            return Step::Change(fast);
        }
        if !current.warned {
            current.warned = true;
            cx.err("hint: still waiting, and without --timeout there is no end to it; Ctrl-C stops it\n");
        }
        Step::Follow
    }

    /// `checkAppWaitConditions`.
    fn reached(&self, cx: &Cx<'_>, app: &Object) -> bool {
        let idle = operation(cx, app) == Operation::None;
        let fits = |health: &str, sync: &str| {
            let wants = self.wants;
            let watched = wants.health || wants.suspended || wants.degraded;
            let healthy = (wants.health && health == "Healthy")
                || (wants.suspended && health == "Suspended")
                || (wants.degraded && health == "Degraded");
            (!watched || healthy) && (!wants.sync || sync == "Synced") && (!wants.operation || idle)
        };
        if self.selected.is_empty() {
            return fits(app.value.str_at("status.health.status"), app.value.str_at("status.sync.status"));
        }
        states(&app.value, &self.selected).iter().all(|state| fits(&state.health, &state.status))
    }

    /// Tells each resource that is not as it was told before.
    fn tell(&self, cx: &mut Cx<'_>, current: &mut Current, app: &Object) -> Result<(), Fatal> {
        let time = cx.now().rfc3339().replace('Z', "+00:00");
        let mut lines = Vec::new();
        if !current.headed {
            current.headed = true;
            lines.push(wait_heading());
        }
        for state in states(&app.value, &self.selected) {
            let key = state.key();
            let Some(told) = current.told.get_mut(&key) else {
                lines.push(state.told_at(&time));
                current.told.insert(key, state);
                continue;
            };
            let sickens = state.health == "Degraded" && !matches!(told.health.as_str(), "Unknown" | "Degraded");
            if self.wants.health && sickens {
                let was = told.health.clone();
                self.print(cx, &lines);
                self.print_status(cx, app)?;
                let what = format!("health state has transitioned from {was} to {}", state.health);
                return Err(Fatal::check(format!("application '{}' {what}", current.name)));
            }
            if told.merge(&state) {
                lines.push(told.told_at(&time));
            }
        }
        self.print(cx, &lines);
        Ok(())
    }

    fn print(&self, cx: &mut Cx<'_>, lines: &[Vec<String>]) {
        if !self.silent() && !lines.is_empty() {
            cx.out(table::align(lines, 5));
        }
    }

    /// The end of one application's wait; after a sync also whether it went well.
    fn end(&self, cx: &mut Cx<'_>, app: &Arc<Object>) -> Result<(), Fatal> {
        self.print_status(cx, app)?;
        let Some(ask) = self.ask.as_ref().filter(|ask| !ask.sync.bool_at("dryRun")) else { return Ok(()) };
        let state = app.value.at("status.operationState");
        let phase = state.str_at("phase");
        if phase != "Succeeded" {
            return Err(Fatal::log(format!("Operation has completed with phase: {phase}")));
        }
        let skipped = |one: &&Value| one.str_at("status") == "PruneSkipped";
        let waiting = state.list_at("syncResult.resources").iter().filter(skipped).count();
        if ask.chosen.is_empty() && app.value.str_at("status.sync.status") != "Synced" && waiting > 0 {
            return Err(Fatal::log(format!("{waiting} resources require pruning")));
        }
        Ok(())
    }

    fn print_status(&self, cx: &mut Cx<'_>, app: &Object) -> Result<(), Fatal> {
        if let Some(text) = summary::dump(&app.value, &self.output) {
            cx.out(text);
            return Ok(());
        }
        let mut text = format!("\n{}\n", summary::header(cx, app));
        if self.wants.operation {
            text += &summary::operation(&app.value, cx.now());
        }
        cx.out(text);
        let resources = summary::resources(cx, app, &self.output)?;
        cx.out(resources);
        Ok(())
    }

    fn timed_out(&self, cx: &mut Cx<'_>, current: &Current, app: Option<&Arc<Object>>) -> Fatal {
        if !self.silent() {
            cx.out("\nThis is the state of the app after wait timed out:\n");
        }
        if let Some(app) = app
            && let Err(fatal) = self.print_status(cx, app)
        {
            return fatal;
        }
        if !self.silent() {
            cx.out("\nThe command timed out waiting for the conditions to be met.\n");
        }
        let (secs, name) = (self.timeout_secs, &current.name);
        Fatal::check(format!("timed out ({secs}s) waiting for app \"{name}\" match desired state"))
    }
}

/// The resources of an application that `--resource` names.
fn chosen(app: &Value, ask: &Ask) -> Result<Value, Fatal> {
    let fits = |one: &&Value| {
        let [group, kind, space, name] = ["group", "kind", "namespace", "name"].map(|field| one.str_at(field));
        includes(&ask.chosen, group, kind, space, name)
    };
    let found: Vec<Value> = app
        .list_at("status.resources")
        .iter()
        .filter(fits)
        .map(|one| {
            let mut short = Value::map();
            for field in ["group", "kind", "name", "namespace"] {
                if !one.str_at(field).is_empty() {
                    short.put(field, one.str_at(field));
                }
            }
            short
        })
        .collect();
    if found.is_empty() {
        return Err(Fatal::log(format!("No matching app resources found for resource filter: {}", ask.named)));
    }
    Ok(Value::list(found))
}

fn operation(cx: &Cx<'_>, app: &Object) -> Operation {
    if gitops::is_operating(&app.value) {
        return Operation::Running;
    }
    if app.value.at("status.operationState").is_null() {
        return Operation::None;
    }
    let Some(ended) = time_at(&app.value, "status.operationState.finishedAt") else { return Operation::Running };
    let settled = ended + SETTLES;
    if cx.now() >= settled { Operation::None } else { Operation::Settling(settled) }
}
