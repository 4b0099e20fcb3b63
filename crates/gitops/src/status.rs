//! Writing an Application's status: only when it changes, so that a quiet application makes no noise.

use crate::compare::Comparison;
use crate::engine::{ArgoCd, SourceFiles};
use crate::operation::{CONTROLLER, Operation, Outcome};
use cluster::{Cluster, Object, Writer};
use manifest::{Value, list, object};
use order::Arrange;
use sim::{Causes, EventId, Sim, Subject};

const HISTORY_MAX: usize = 10;

fn store(sim: &mut Sim, cluster: &mut Cluster, app: &Object, mut value: Value, causes: &Causes) {
    if value.at("status") == app.value.at("status") && value.at("metadata") == app.value.at("metadata") {
        return;
    }
    // The real controller's patches carry no resource version either.
    value.remove("metadata.resourceVersion");
    let written = cluster.update(sim, app.key.kind, app.namespace(), value, &Writer::new(CONTROLLER, causes.clone()));
    debug_assert!(written.is_ok(), "an application's own status is always acceptable: {written:?}");
}

fn without_refresh(app: &Object) -> Value {
    let mut value = app.value.clone();
    if app.value.at("metadata").get("annotations").is_some_and(|a| a.get("argocd.argoproj.io/refresh").is_some()) {
        value.at_mut("metadata.annotations").make_map().remove("argocd.argoproj.io/refresh");
    }
    value
}

pub(crate) fn write(
    sim: &mut Sim,
    cluster: &mut Cluster,
    app: &Object,
    files: &SourceFiles,
    comparison: &Comparison,
    causes: &Causes,
) {
    let mut value = without_refresh(app);
    let (sync, health) = (comparison.sync(), comparison.health());
    value.set(
        "status.sync",
        object! {
            "comparedTo" => compared_to(app), "revision" => &comparison.revision, "status" => sync.word(),
        },
    );
    value.set("status.health", object! { "status" => health.word() });
    let resources: Vec<Value> = comparison.items.iter().map(resource).collect();
    value.set("status.resources", Value::list(resources));
    value.set("status.sourceType", files.source_type);
    let images = images(comparison);
    value.set("status.summary", object! { "images" => Value::list(images) });
    let errors: Vec<Value> =
        comparison.errors.iter().map(|message| object! { "type" => "ComparisonError", "message" => message }).collect();
    if errors.is_empty() {
        value.remove("status.conditions");
    } else {
        value.set("status.conditions", Value::list(errors));
    }
    if value.at("status") != app.value.at("status") {
        value.set("status.reconciledAt", sim.now().rfc3339());
        announce(sim, app, sync.word(), health.word(), &files.revision, causes);
    }
    store(sim, cluster, app, value, causes);
}

fn compared_to(app: &Object) -> Value {
    let spec = app.value.at("spec");
    object! { "source" => spec.at("source").clone(), "destination" => spec.at("destination").clone() }
}

fn resource(item: &crate::compare::Item) -> Value {
    let mut one = object! {
        "kind" => &item.kind, "name" => item.key.name.to_string(), "status" => item.sync.word(), "version" => &item.version,
    };
    if !item.group.is_empty() {
        one.put("group", &item.group);
    }
    if !item.key.namespace.is_empty() {
        one.put("namespace", item.key.namespace.to_string());
    }
    if let Some((health, message)) = &item.health {
        let mut told = object! { "status" => health.word() };
        if !message.is_empty() {
            told.put("message", message);
        }
        one.put("health", told);
    }
    if item.target.is_none() {
        one.put("requiresPruning", true);
    }
    one
}

fn images(comparison: &Comparison) -> Vec<Value> {
    let live = comparison.items.iter().filter_map(|item| item.live.as_ref());
    let mut images: Vec<String> = live
        .flat_map(|object| object.value.list_at("spec.template.spec.containers").to_vec())
        .map(|container| container.str_at("image").to_string())
        .collect();
    images.arrange();
    images.dedup();
    images.into_iter().map(Value::from).collect()
}

/// An event where the sync or the health changed.
fn announce(sim: &mut Sim, app: &Object, sync: &str, health: &str, revision: &str, causes: &Causes) {
    let (was_sync, was_health) = (app.value.str_at("status.sync.status"), app.value.str_at("status.health.status"));
    let subject = || Subject::new("Application", app.name());
    let short = revision.get(..7).unwrap_or(revision);
    if was_sync != sync {
        let text = format!("{} is {sync} with {short}", app.name());
        sim.record("argocd", "argocd-application-controller", subject(), text, causes);
    }
    if was_health != health {
        let text = format!("{} is {health}", app.name());
        sim.record("argocd", "argocd-application-controller", subject(), text, causes);
    }
}

/// The source cannot be read, or the spec is wrong.
pub(crate) fn write_broken(
    sim: &mut Sim,
    cluster: &mut Cluster,
    app: &Object,
    kind: &str,
    message: &str,
    causes: &Causes,
) {
    let mut value = without_refresh(app);
    value.set("status.sync.status", "Unknown");
    value.set("status.sync.comparedTo", compared_to(app));
    if value.at("status.health").is_null() {
        value.set("status.health", object! { "status" => "Unknown" });
    }
    value.set("status.conditions", list![object! { "type" => kind, "message" => message }]);
    if value.at("status") != app.value.at("status") {
        let text = format!("{}: {message}", app.name());
        sim.record("argocd", "argocd-application-controller", Subject::new("Application", app.name()), text, causes);
    }
    store(sim, cluster, app, value, causes);
}

pub(crate) fn operation_running(sim: &mut Sim, cluster: &mut Cluster, app: &Object, operation: &Operation) {
    let mut value = app.value.clone();
    let by = if operation.automated {
        object! { "automated" => true }
    } else {
        object! { "username" => &operation.by }
    };
    value.set(
        "status.operationState",
        object! {
            "message" => "waiting for the sync to start", "phase" => "Running", "startedAt" => sim.now().rfc3339(),
            "operation" => object! { "initiatedBy" => by, "sync" => object! { "prune" => operation.prune } },
        },
    );
    let text = format!("Sync of {} started", app.name());
    let subject = Subject::new("Application", app.name());
    sim.record("argocd", "argocd-application-controller", subject, text, &operation.causes);
    store(sim, cluster, app, value, &operation.causes);
}

#[expect(clippy::too_many_arguments, reason = "the pieces of one status")]
pub(crate) fn operation_done(
    argocd: &ArgoCd,
    sim: &mut Sim,
    cluster: &mut Cluster,
    app: &str,
    operation: &Operation,
    files: Option<&SourceFiles>,
    Outcome { result, resources }: &Outcome,
    retry: bool,
    event: EventId,
) {
    let Some(object) = argocd.object(cluster, app).cloned() else { return };
    let mut value = object.value.clone();
    let (phase, message) = match result {
        Ok(message) => ("Succeeded", message.clone()),
        Err(message) if retry => ("Running", format!("{message}. Retrying attempt #{}", operation.attempt + 1)),
        Err(message) if operation.attempt > 0 => {
            ("Failed", format!("{message} (retried {} times).", operation.attempt))
        }
        Err(message) => ("Failed", message.clone()),
    };
    value.set("status.operationState.phase", phase);
    value.set("status.operationState.message", message.as_str());
    if !retry {
        value.set("status.operationState.finishedAt", sim.now().rfc3339());
    }
    if let Some(files) = files {
        let mut told = object! {
            "revision" => &files.revision, "source" => object.value.at("spec.source").clone(),
        };
        if !resources.is_empty() {
            told.put("resources", Value::list(resources.clone()));
        }
        value.set("status.operationState.syncResult", told);
        if result.is_ok() && !operation.heal {
            push_history(&mut value, &object, operation, files, sim);
        }
    }
    store(sim, cluster, &object, value, &Causes::one(event));
}

fn push_history(value: &mut Value, app: &Object, operation: &Operation, files: &SourceFiles, sim: &Sim) {
    let history = app.value.list_at("status.history");
    let id = history.last().and_then(|last| last.int_at("id")).map_or(0, |id| id + 1);
    let by = if operation.automated {
        object! { "automated" => true }
    } else {
        object! { "username" => &operation.by }
    };
    let now = sim.now().rfc3339();
    let entry = object! {
        "id" => id, "revision" => &files.revision, "deployedAt" => now.as_str(), "deployStartedAt" => now.as_str(),
        "initiatedBy" => by, "source" => app.value.at("spec.source").clone(),
    };
    let mut all: Vec<Value> = history.to_vec();
    all.push(entry);
    let skip = all.len().saturating_sub(HISTORY_MAX);
    value.set("status.history", Value::list(all.split_off(skip)));
}
