//! An operation's life: asked for in the Application's `operation`, told in its `status.operationState`
//! (`controller/appcontroller.go`, processRequestedAppOperation; `controller/sync.go`).

use crate::app::Spec;
use crate::compare::compare;
use crate::engine::{ArgoCd, SourceFiles, Sources, Tick};
use crate::options::Options;
use crate::status;
use crate::sync::{Outcome, Plan, step};
use crate::windows::{can_sync, parse_duration, windows_of};
use cluster::{Cluster, Object, Writer, time_at};
use manifest::{Value, list, object};
use sim::{Causes, Sim, Subject, Time};
use std::time::Duration;

/// The field manager, and the actor of what it writes.
pub(crate) const CONTROLLER: &str = "argocd-controller";

/// From asking to "Running", from there to the effect, and from one step to the next.
const STARTS: Duration = Duration::from_millis(200);
const TAKES: Duration = Duration::from_secs(1);
/// Between waves, so that controllers have a chance to see what was applied.
const WAVE: Duration = Duration::from_secs(2);
/// An operation in which nothing happens is looked at as often as this.
const LOOK: Duration = Duration::from_secs(30);

/// What an operation that ends has come to.
struct End<'a> {
    app: &'a str,
    ok: bool,
    message: &'a str,
    heals: bool,
}

/// Why an operation is refused: the code and the words of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub code: &'static str,
    pub message: String,
}

impl Refusal {
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// Whether an operation of an application is asked for or under way.
pub fn is_operating(app: &Value) -> bool {
    !app.at("operation").is_null()
}

impl ArgoCd {
    /// Somebody asks for an operation.
    pub fn request(
        &mut self,
        sim: &mut Sim,
        cluster: &mut Cluster,
        app: &str,
        operation: Value,
        causes: &Causes,
    ) -> Result<(), Refusal> {
        let Some(object) = self.object(cluster, app).cloned() else {
            return Err(Refusal::new("NotFound", format!("applications.argoproj.io \"{app}\" not found")));
        };
        if object.deleting() {
            return Err(Refusal::new("FailedPrecondition", "application is deleting"));
        }
        let project = self.project(cluster, &object.value).map(|project| project.value).unwrap_or_default();
        if !can_sync(&windows_of(&project, &object), sim.now(), None).manual {
            return Err(Refusal::new("PermissionDenied", "cannot sync: blocked by sync window"));
        }
        if is_operating(&object.value) {
            let why = "another operation is already in progress";
            let told = ["error setting app operation: rpc error: code = FailedPrecondition desc = ", why].concat();
            return Err(Refusal::new("FailedPrecondition", told));
        }
        self.begin(sim, cluster, &object, operation, causes);
        Ok(())
    }

    /// Somebody ends the operation that is under way.
    pub fn terminate(
        &mut self,
        sim: &mut Sim,
        cluster: &mut Cluster,
        app: &str,
        causes: &Causes,
    ) -> Result<(), Refusal> {
        let object = self
            .object(cluster, app)
            .filter(|object| is_operating(&object.value) && !object.value.at("status.operationState").is_null());
        let Some(object) = object.cloned() else {
            let why = "Unable to terminate operation. No operation is in progress";
            return Err(Refusal::new("InvalidArgument", why));
        };
        let mut value = object.value.clone();
        value.set("status.operationState.phase", "Terminating");
        value.set("status.operationState.message", "operation is terminating");
        status::store(sim, cluster, &object, value, causes);
        self.queue_operation(sim, app, STARTS, causes);
        Ok(())
    }

    /// Writes what is asked for, in place of what the last operation came to.
    pub(crate) fn begin(
        &mut self,
        sim: &mut Sim,
        cluster: &mut Cluster,
        app: &Object,
        operation: Value,
        causes: &Causes,
    ) {
        let mut value = app.value.clone();
        value.set("operation", operation);
        value.remove("status.operationState");
        status::store(sim, cluster, app, value, causes);
        if let Some(memory) = self.apps.get_mut(app.name()) {
            memory.operation_causes = causes.clone();
        }
        self.queue_operation(sim, app.name(), STARTS, causes);
    }

    pub(crate) fn queue_operation(&mut self, sim: &mut Sim, app: &str, after: Duration, causes: &Causes) {
        let Some(memory) = self.apps.get_mut(app) else { return };
        let at = sim.now() + after;
        if memory.operation_at.is_some_and(|queued| queued <= at && queued >= sim.now()) {
            return;
        }
        memory.operation_causes = memory.operation_causes.and(causes);
        memory.operation_at = Some(at);
        self.timers.set(sim, at, Tick::Operation(app.to_string()));
    }

    pub(crate) fn operate(&mut self, sim: &mut Sim, cluster: &mut Cluster, sources: &dyn Sources, app: &str) {
        let Some(object) = self.object(cluster, app).cloned() else { return };
        let Some(memory) = self.apps.get_mut(app) else { return };
        // A tick that was overtaken by an earlier one.
        if memory.operation_at.is_some_and(|at| at > sim.now()) || !is_operating(&object.value) {
            return;
        }
        memory.operation_at = None;
        let causes = memory.operation_causes.clone();
        let mut state = object.value.at("status.operationState").clone();
        if !matches!(state.str_at("phase"), "Running" | "Terminating") {
            self.start(sim, cluster, &object, &causes);
            self.queue_operation(sim, app, TAKES, &causes);
            return;
        }
        let ends = state.str_at("phase") == "Terminating";
        if let Some(finished) = time_at(&state, "finishedAt").filter(|_| !ends) {
            let at = retry_at(state.at("operation.retry"), finished, state.int_at("retryCount").unwrap_or(1));
            if at > sim.now() {
                self.queue_operation(sim, app, at.since(sim.now()), &causes);
                return;
            }
            retry(&mut state);
        }
        let before = state.clone();
        let files = self.proceed(sim, cluster, sources, &object, &mut state, ends);
        let event = files.as_ref().and_then(|files| files.event);
        let causes = event.map_or(causes.clone(), |event| causes.and(&event.into()));
        if let Some(after) = self.settle(sim, cluster, &object, &before, state, &causes) {
            self.queue_operation(sim, app, after, &causes);
        }
    }

    fn start(&mut self, sim: &mut Sim, cluster: &mut Cluster, app: &Object, causes: &Causes) {
        let mut value = app.value.clone();
        let operation = value.at("operation").clone();
        value.set(
            "status.operationState",
            object! { "operation" => operation, "phase" => "Running", "startedAt" => sim.now().rfc3339() },
        );
        let text = format!("Sync of {} started", app.name());
        sim.record("argocd", "argocd-application-controller", Subject::new("Application", app.name()), text, causes);
        status::store(sim, cluster, app, value, causes);
    }

    /// One step: reads, compares, acts; what came of it stands in `state`.
    fn proceed(
        &mut self,
        sim: &mut Sim,
        cluster: &mut Cluster,
        sources: &dyn Sources,
        app: &Object,
        state: &mut Value,
        ends: bool,
    ) -> Option<SourceFiles> {
        let stop = |state: &mut Value, message: &str| {
            state.put("phase", "Error");
            state.put("message", message);
            None
        };
        let Some(project) = self.project(cluster, &app.value) else {
            return stop(state, "Failed to load application project: appproject.argoproj.io not found");
        };
        let sync = state.at("operation.sync").clone();
        let source = match sync.at("source") {
            Value::Null => app.value.at("spec.source").clone(),
            own => own.clone(),
        };
        if state.at("syncResult").is_null() {
            state.put("syncResult", object! { "revision" => sync.str_at("revision"), "source" => source.clone() });
        }
        let open = can_sync(&windows_of(&project.value, app), sim.now(), time_at(state, "startedAt"));
        if !(if state.bool_at("operation.initiatedBy.automated") { open.automated } else { open.manual }) && !ends {
            state.put("message", "Sync operation blocked by sync window");
            return None;
        }
        let read = Spec::with_source(app, &source).and_then(|mut spec| {
            let pinned = state.str_at("syncResult.revision");
            if !pinned.is_empty() {
                spec.target = pinned.into();
            }
            let files =
                sources.manifests(&spec).map_err(|error| ["ComparisonError: ", status::UNREAD, &error].concat())?;
            Ok((spec, files))
        });
        let (spec, files) = match read {
            Ok(both) => both,
            Err(message) => return stop(state, &message),
        };
        state.set("syncResult.revision", files.revision.as_str());
        let faults = project.faults(&app.value);
        let comparison = compare(app.name(), (&spec, &project), &files, &mut self.parsed, cluster, sim);
        let told = |kind: &str, messages: &[String]| {
            let all: Vec<String> = messages.iter().map(|message| [kind, ": ", message].concat()).collect();
            all.join(";")
        };
        if !faults.is_empty() || !comparison.errors.is_empty() {
            let kind = if faults.is_empty() { "ComparisonError" } else { "InvalidSpecError" };
            return stop(state, &told(kind, if faults.is_empty() { &comparison.errors } else { &faults }));
        }
        let options = Options::read(sync.at("syncOptions"));
        if let Some(option) = options.missing() {
            let what = format!("the sync option {option} is real Argo CD, but not part of this sandbox yet");
            return stop(state, &what);
        }
        let shared = comparison.warnings.iter().find(|warning| warning.0 == "SharedResourceWarning");
        if let Some((_, message)) = shared.filter(|_| options.has("FailOnSharedResource=true")) {
            state.put("phase", "Failed");
            state.put("message", ["Shared resource found: ", message].concat());
            return Some(files);
        }
        let started = time_at(state, "startedAt").unwrap_or_else(|| sim.now());
        let approved = Time::parse_rfc3339(app.annotation("argocd.argoproj.io/deletion-approved"));
        let causes = self.apps.get(app.name()).map(|memory| memory.operation_causes.clone()).unwrap_or_default();
        let causes = files.event.map_or(causes.clone(), |event| causes.and(&event.into()));
        let plan = Plan {
            spec: &spec,
            project: &project,
            comparison: &comparison,
            sync: &sync,
            options: &options,
            started,
            writer: Writer::new(CONTROLLER, causes),
            confirmed: approved.is_some_and(|at| at >= started),
        };
        let results = state.list_at("syncResult.resources").to_vec();
        let Outcome { phase, message, results, pauses } = step(sim, cluster, &plan, results, ends);
        state.put("phase", phase);
        state.put("message", message);
        state.set("syncResult.resources", Value::list(results));
        if pauses {
            state.put("pauses", true);
        }
        Some(files)
    }

    /// Writes where the operation stands, and says when to look again.
    fn settle(
        &mut self,
        sim: &mut Sim,
        cluster: &mut Cluster,
        app: &Object,
        before: &Value,
        mut state: Value,
        causes: &Causes,
    ) -> Option<Duration> {
        let pauses = state.make_map().remove("pauses").is_some();
        let tried = state.bool_at("operation.sync.dryRun");
        let ended = before.str_at("phase") == "Terminating";
        let (phase, now) = (state.str_at("phase").to_string(), sim.now());
        let retries = state.int_at("retryCount").unwrap_or(0);
        let limit = state.int_at("operation.retry.limit").unwrap_or(0);
        let failed = matches!(&*phase, "Failed" | "Error");
        let again = failed && !ended && (retries < limit || limit < 0);
        let message = state.str_at("message").to_string();
        let name = app.name();
        let heals = state.int_at("operation.sync.selfHealAttemptsCount").unwrap_or(0) > 0;
        let mut event = None;
        if phase != "Running" {
            let end = End { app: name, ok: !failed, message: &message, heals };
            event = Some(record(sim, &end, state.str_at("syncResult.revision"), causes));
        }
        if again {
            let at = retry_at(state.at("operation.retry"), now, retries);
            state.put("phase", "Running");
            state.put("finishedAt", now.rfc3339());
            state.put("retryCount", retries + 1);
            let told = format!("{message}. Retrying attempt #{} at {}.", retries + 1, kitchen(at));
            state.put("message", told);
        } else if phase != "Running" {
            state.put("finishedAt", now.rfc3339());
            if failed && retries > 0 {
                state.put("message", format!("{message} (retried {retries} times)."));
            }
        }
        let object = self.object(cluster, name).cloned()?;
        let mut value = object.value.clone();
        let done = phase != "Running" && !again;
        // Somebody may have ended it, or have taken the operation away, while it went on.
        if done {
            value.remove("operation");
        }
        if done && !failed && !tried && state.list_at("operation.sync.resources").is_empty() {
            push_history(&mut value, &state, sim.now());
        }
        let changed = *before != state;
        value.set("status.operationState", state);
        let causes = event.map_or(causes.clone(), Causes::one);
        status::store(sim, cluster, &object, value, &causes);
        if done {
            if !tried {
                self.refresh(sim, name, &causes);
            }
            return None;
        }
        Some(match () {
            () if again => retry_at(app.value.at("operation.retry"), now, retries).since(now),
            () if pauses => WAVE,
            () if changed => TAKES,
            () => LOOK,
        })
    }
}

fn record(sim: &mut Sim, end: &End<'_>, revision: &str, causes: &Causes) -> sim::EventId {
    let End { app, message, .. } = end;
    let text = if end.ok {
        let how = if end.heals { "Healed" } else { "Synced" };
        format!("{how} {app} to {}: {message}", revision.get(..7).unwrap_or(revision))
    } else {
        format!("Sync of {app} failed: {message}")
    };
    sim.record("argocd", "argocd-application-controller", Subject::new("Application", *app), text, causes)
}

/// The next attempt starts anew, with the newest commit only where that was asked for.
fn retry(state: &mut Value) {
    let count = state.int_at("retryCount").unwrap_or(1);
    let newest = state.bool_at("operation.retry.refresh");
    let how = if newest { " with latest revisions" } else { "" };
    state.put("message", format!("Retrying operation{how}. Attempt #{count}"));
    if newest {
        state.remove("operation.sync.revision");
    }
    state.make_map().remove("finishedAt");
    state.make_map().remove("syncResult");
}

/// `RetryStrategy.NextRetryAt`: 5 s, doubled each time, at most 3 minutes, where the application does not say otherwise.
fn retry_at(retry: &Value, last: Time, count: i64) -> Time {
    let backoff = retry.at("backoff");
    let span = |field: &str, usual: u64| {
        let text = backoff.str_at(field);
        let seconds = text.parse().ok().map(Duration::from_secs);
        seconds.or_else(|| parse_duration(text)).unwrap_or(Duration::from_secs(usual))
    };
    let (mut wait, most) = (span("duration", 5), span("maxDuration", 180));
    let factor = u32::try_from(backoff.int_at("factor").unwrap_or(2)).unwrap_or(2);
    for _ in 0..count.clamp(0, 64) {
        wait = wait.saturating_mul(factor);
        if !most.is_zero() && wait > most {
            break;
        }
    }
    last + if most.is_zero() { wait } else { wait.min(most) }
}

/// Go's `time.Kitchen`: `6:42PM`.
fn kitchen(time: Time) -> String {
    let c = time.civil();
    let hour = if c.hour % 12 == 0 { 12 } else { c.hour % 12 };
    format!("{hour}:{:02}{}", c.minute, if c.hour < 12 { "AM" } else { "PM" })
}

fn push_history(value: &mut Value, state: &Value, now: Time) {
    let history = value.list_at("status.history");
    let id = history.last().and_then(|last| last.int_at("id")).map_or(0, |id| id + 1);
    let limit = value.int_at("spec.revisionHistoryLimit").and_then(|n| usize::try_from(n).ok()).unwrap_or(10);
    let entry = object! {
        "id" => id, "revision" => state.str_at("syncResult.revision"), "deployedAt" => now.rfc3339(),
        "deployStartedAt" => state.at("startedAt").clone(), "initiatedBy" => state.at("operation.initiatedBy").clone(),
        "source" => state.at("syncResult.source").clone(),
    };
    let mut all: Vec<Value> = history.to_vec();
    all.push(entry);
    let skip = all.len().saturating_sub(limit);
    value.set("status.history", if limit == 0 { list![] } else { Value::list(all.split_off(skip)) });
}

#[cfg(test)]
mod tests {
    use super::{kitchen, retry_at};
    use manifest::Value;
    use sim::Time;

    #[test]
    fn retries_wait_longer_each_time() {
        let waits = |text: &str| -> Vec<u64> {
            let retry = Value::from_yaml(text).expect("a valid text");
            let start = Time::from_unix_secs(1_000);
            (0..7).map(|count| retry_at(&retry, start, count).since(start).as_secs()).collect()
        };
        assert_eq!(waits("{limit: 5}"), [5, 10, 20, 40, 80, 160, 180]);
        assert_eq!(waits("{backoff: {duration: '2', factor: 3, maxDuration: 1m}}"), [2, 6, 18, 54, 60, 60, 60]);
        assert_eq!(waits("{backoff: {duration: 1m, factor: 1}}"), [60; 7]);
    }

    #[test]
    fn times_are_told_as_the_kitchen_clock_does() {
        let at = |text: &str| kitchen(Time::parse_rfc3339(text).expect("a time"));
        assert_eq!(at("2026-06-05T18:42:10Z"), "6:42PM");
        assert_eq!((at("2026-06-05T00:05:00Z"), at("2026-06-05T12:00:00Z")), ("12:05AM".into(), "12:00PM".into()));
    }
}
