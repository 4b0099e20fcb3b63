//! A sync: everything is tried first, then applied in order, then what Git no longer asks for is pruned.

use crate::app::Spec;
use crate::compare::{Comparison, Item, SyncState, compare};
use crate::engine::{ArgoCd, SourceFiles, Sources, Tick};
use crate::order::sort_key;
use crate::parsed::ParsedFiles;
use crate::status;
use cluster::{Apply, Cluster, DeleteOptions, Writer};
use manifest::{Value, object};
use order::Arrange;
use serde::{Deserialize, Serialize};
use sim::{Causes, Sim, Subject};
use std::time::Duration;

/// The field manager, and the actor of what it writes.
pub(crate) const CONTROLLER: &str = "argocd-controller";

/// From "Running" to the effect.
const TAKES: Duration = Duration::from_secs(1);
/// Retries: 5 s, ×2, at most 3 minutes.
const RETRY_FIRST_SECS: u64 = 5;
const RETRY_MAX_SECS: u64 = 180;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Operation {
    pub automated: bool,
    pub by: String,
    pub prune: bool,
    /// Only what drifted: the revision was synced before.
    pub heal: bool,
    pub started: bool,
    pub attempt: u32,
    pub retries: u32,
    pub causes: Causes,
}

impl Operation {
    pub fn manual(by: &str, prune: bool, causes: Causes) -> Self {
        Self { automated: false, by: by.into(), prune, heal: false, started: false, attempt: 0, retries: 0, causes }
    }

    pub fn automated(prune: bool, heal: bool, retries: u32, causes: Causes) -> Self {
        Self { automated: true, by: String::new(), prune, heal, started: false, attempt: 0, retries, causes }
    }
}

impl ArgoCd {
    pub(crate) fn operate(&mut self, sim: &mut Sim, cluster: &mut Cluster, sources: &dyn Sources, app: &str) {
        let Some(object) = self.object(cluster, app).cloned() else { return };
        let Some(operation) = self.apps.get_mut(app).and_then(|memory| memory.operation.as_mut()) else { return };
        if !operation.started {
            operation.started = true;
            let operation = operation.clone();
            let at = sim.now() + TAKES;
            self.timers.set(sim, at, Tick::Operation(app.to_string()));
            status::operation_running(sim, cluster, &object, &operation);
            return;
        }
        let operation = operation.clone();
        let read = Spec::read(&object).and_then(|spec| {
            let files = sources.manifests(&spec)?;
            Ok((spec, files))
        });
        let (outcome, files) = match read {
            Ok((spec, files)) => (run(sim, cluster, app, &spec, &files, &mut self.parsed, &operation), Some(files)),
            Err(message) => (Outcome::failed(message, Vec::new()), None),
        };
        let result = &outcome.result;
        let retry = result.is_err() && operation.attempt < operation.retries;
        let causes = files
            .as_ref()
            .and_then(|files| files.event)
            .map_or(operation.causes.clone(), |e| operation.causes.and(&e.into()));
        let (text, ok) = match (result, &files) {
            (Ok(message), Some(files)) => {
                let how = if operation.heal { "Healed" } else { "Synced" };
                let short = files.revision.get(..7).unwrap_or(&files.revision);
                (format!("{how} {app} to {short}: {message}"), true)
            }
            (Err(message), _) => (format!("Sync of {app} failed: {message}"), false),
            (Ok(message), None) => (message.clone(), true),
        };
        let event =
            sim.record("argocd", "argocd-application-controller", Subject::new("Application", app), text, &causes);
        status::operation_done(self, sim, cluster, app, &operation, files.as_ref(), &outcome, retry, event);
        let Some(memory) = self.apps.get_mut(app) else { return };
        if retry {
            let wait = (RETRY_FIRST_SECS << operation.attempt.min(6)).min(RETRY_MAX_SECS);
            if let Some(operation) = &mut memory.operation {
                operation.attempt += 1;
            }
            let at = sim.now() + Duration::from_secs(wait);
            self.timers.set(sim, at, Tick::Operation(app.to_string()));
        } else {
            memory.operation = None;
            if ok {
                memory.tried = files.map(|files| files.revision);
            }
            self.refresh(sim, app, &Causes::one(event));
        }
    }
}

/// What an operation came to: its message, and what was done with each resource.
pub(crate) struct Outcome {
    pub result: Result<String, String>,
    /// As `status.operationState.syncResult.resources` lists them.
    pub resources: Vec<Value>,
}

impl Outcome {
    fn failed(message: String, resources: Vec<Value>) -> Self {
        Self { result: Err(message), resources }
    }
}

/// One resource's line: `Synced`, `SyncFailed`, `Pruned` or `PruneSkipped`, and words.
fn told(item: &Item, status: &str, message: &str) -> Value {
    let phase = match status {
        "Synced" => "Running",
        "SyncFailed" => "Failed",
        _ => "Succeeded",
    };
    let mut line = object! {
        "hookPhase" => phase, "kind" => &item.kind, "message" => message, "name" => item.key.name.to_string(),
        "namespace" => item.key.namespace.to_string(), "status" => status, "syncPhase" => "Sync",
        "version" => &item.version,
    };
    if !item.group.is_empty() {
        line.put("group", &item.group);
    }
    line
}

/// As `kubectl apply` says it: `deployment.apps/web configured`.
fn applied(item: &Item, how: Apply) -> String {
    let mut text = item.kind.to_lowercase();
    if !item.group.is_empty() {
        text.push('.');
        text.push_str(&item.group);
    }
    text.push('/');
    text.push_str(&item.key.name);
    text.push_str(match how {
        Apply::Created => " created",
        Apply::Configured => " configured",
        Apply::Unchanged => " unchanged",
    });
    text
}

const FAILED: &str = "one or more objects failed to apply, reason: ";

/// Applies, and prunes.
fn run(
    sim: &mut Sim,
    cluster: &mut Cluster,
    app: &str,
    spec: &Spec,
    files: &SourceFiles,
    parsed: &mut ParsedFiles,
    operation: &Operation,
) -> Outcome {
    let causes = files.event.map_or(operation.causes.clone(), |event| operation.causes.and(&event.into()));
    let writer = Writer::new(CONTROLLER, causes);
    if spec.policy.create_namespace && cluster.store().get(cluster::NAMESPACE, "", &spec.namespace).is_none() {
        let namespace = object! { "metadata" => object! { "name" => &spec.namespace } };
        if let Err(error) = cluster.create(sim, cluster::NAMESPACE, "", namespace, &writer) {
            return Outcome::failed(error.to_string(), Vec::new());
        }
    }
    let comparison = compare(app, spec, files, parsed, cluster, sim);
    if let Some(error) = comparison.errors.first() {
        return Outcome::failed(error.clone(), Vec::new());
    }
    let tasks = tasks(&comparison, operation.heal);
    let (mut failed, mut resources) = (Vec::new(), Vec::new());
    // Everything is tried before anything is done. An object in a namespace that the same sync makes is not.
    let makes: Vec<&str> = tasks.iter().filter(|item| item.kind == "Namespace").map(|item| &*item.key.name).collect();
    for item in tasks.iter().filter(|item| !makes.contains(&&*item.key.namespace)) {
        let dry = writer.clone().dry_run(true);
        if let Err(error) = apply(&mut sim.clone(), cluster, item, &dry) {
            resources.push(told(item, "SyncFailed", &error));
            failed.push(error);
        }
    }
    if !failed.is_empty() {
        return Outcome::failed(format!("{FAILED}{}", failed.join(",")), resources);
    }
    for item in &tasks {
        match apply(sim, cluster, item, &writer) {
            Ok(how) => resources.push(told(item, "Synced", &applied(item, how))),
            Err(error) => {
                resources.push(told(item, "SyncFailed", &error));
                failed.push(error);
            }
        }
    }
    let mut waiting = 0;
    for item in comparison.items.iter().filter(|item| item.target.is_none()) {
        if !operation.prune {
            waiting += 1;
            resources.push(told(item, "PruneSkipped", "ignored (requires pruning)"));
            continue;
        }
        let place = (item.key.kind, &*item.key.namespace, &*item.key.name);
        match cluster.delete(sim, place, DeleteOptions::default(), &writer) {
            Ok(_) => resources.push(told(item, "Pruned", "pruned")),
            Err(error) => {
                resources.push(told(item, "SyncFailed", &error.to_string()));
                failed.push(error.to_string());
            }
        }
    }
    let result = match (failed.is_empty(), waiting) {
        (false, _) => Err(format!("{FAILED}{}", failed.join(","))),
        (true, 0) => Ok("successfully synced (all tasks run)".into()),
        (true, _) => Ok("successfully synced (no more tasks)".into()),
    };
    Outcome { result, resources }
}

fn apply(sim: &mut Sim, cluster: &mut Cluster, item: &Item, writer: &Writer) -> Result<Apply, String> {
    let target = item.target.as_ref().expect("a task has a target");
    let done = cluster.apply(sim, item.key.kind, &item.key.namespace, target, writer);
    done.map(|(how, _)| how).map_err(|error| error.to_string())
}

/// What is to be applied, in order. A heal touches only what drifted.
fn tasks(comparison: &Comparison, heal: bool) -> Vec<&Item> {
    let mut tasks: Vec<&Item> = comparison
        .items
        .iter()
        .filter(|item| item.target.is_some() && (!heal || item.sync != SyncState::Synced))
        .collect();
    tasks.arrange_by_key(|item| sort_key(item.target.as_ref().expect("only items with a target were kept")));
    tasks
}
