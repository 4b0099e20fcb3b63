//! An operation's life: asked for in the Application's `operation`, told in its `status.operationState`
//! (`controller/appcontroller.go`, processRequestedAppOperation; `controller/sync.go`).

use crate::app::Spec;
use crate::compare::{Comparison, compare};
use crate::engine::{ArgoCd, SourceFiles, Sources, Tick};
use crate::history::{End, kitchen, push_history, record, retry, retry_at};
use crate::options::Options;
use crate::project::Project;
use crate::status;
use crate::sync::{Outcome, Plan, step};
use crate::windows::{can_sync, windows_of};
use cluster::{Cluster, Object, Writer, time_at};
use manifest::{Value, object};
use sim::{Causes, Sim, Subject, Time};
use std::time::Duration;

/// The field manager, and the actor of what it writes.
pub(crate) const CONTROLLER: &str = "argocd-controller";

/// From asking to "Running", from there to the effect, and from one step to the next.
const STARTS: Duration = Duration::from_millis(200);
const TAKES: Duration = Duration::from_secs(1);
/// Between waves, so that controllers have a chance to see what was applied.
// Unlike Argo CD: a change that wakes the controller in the meantime makes the pause shorter; the real one sleeps through it.
const WAVE: Duration = Duration::from_secs(2);
/// An operation in which nothing happens is looked at as often as this.
const LOOK: Duration = Duration::from_secs(30);

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
    #[inline(never)]
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
    #[inline(never)]
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
    #[inline(never)]
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

    #[inline(never)]
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

    #[inline(never)]
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
    #[inline(never)]
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
        let comparison = compare(app.name(), (&spec, &project), &files, &mut self.parsed, cluster, sim);
        let options = Options::read(sync.at("syncOptions"));
        if let Some((phase, message)) = objection(app, &project, &comparison, &options) {
            state.put("phase", phase);
            state.put("message", message);
            return Some(files);
        }
        let started = time_at(state, "startedAt").unwrap_or_else(|| sim.now());
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
            confirmed: is_approved(app, started),
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
    #[inline(never)]
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

/// Whether somebody has allowed to prune what asks for it, since the operation began.
fn is_approved(app: &Object, started: Time) -> bool {
    Time::parse_rfc3339(app.annotation("argocd.argoproj.io/deletion-approved")).is_some_and(|at| at >= started)
}

/// Why nothing of a comparison may be synced: the operation's phase and message.
#[inline(never)]
fn objection(
    app: &Object,
    project: &Project,
    comparison: &Comparison,
    options: &Options,
) -> Option<(&'static str, String)> {
    for (kind, messages) in [("InvalidSpecError", &project.faults(&app.value)), ("ComparisonError", &comparison.errors)]
    {
        if !messages.is_empty() {
            let told: Vec<String> = messages.iter().map(|message| [kind, ": ", message].concat()).collect();
            return Some(("Error", told.join(";")));
        }
    }
    if let Some(option) = options.missing() {
        let what = format!("the sync option {option} is real Argo CD, but not part of this sandbox yet");
        return Some(("Error", what));
    }
    let shared = comparison.warnings.iter().find(|warning| warning.0 == "SharedResourceWarning");
    let shared = shared.filter(|_| options.has("FailOnSharedResource=true"));
    shared.map(|(_, message)| ("Failed", ["Shared resource found: ", message].concat()))
}
