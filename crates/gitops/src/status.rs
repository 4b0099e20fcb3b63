//! Writing an Application's status: only when it changes, so that a quiet application makes no noise.

use crate::compare::{Comparison, Item};
use crate::engine::SourceFiles;
use crate::hooks;
use crate::operation::CONTROLLER;
use crate::order::wave;
use cluster::{Cluster, Object, Writer};
use manifest::{Value, object};
use order::Arrange;
use sim::{Causes, Sim, Subject, Time};

/// What stands before the words of a source that cannot be read.
pub(crate) const UNREAD: &str = "Failed to load target state: failed to generate manifest for source 1 of 1: ";

/// A condition's type and message.
pub(crate) type Condition = (&'static str, String);

pub(crate) fn store(sim: &mut Sim, cluster: &mut Cluster, app: &Object, mut value: Value, causes: &Causes) {
    let same = |part: &str| value.at(part) == app.value.at(part);
    if same("status") && same("metadata") && same("operation") {
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

/// Conditions with the time since when each is so.
#[inline(never)]
fn set_conditions(value: &mut Value, app: &Object, conditions: &[Condition], now: Time) {
    let before = app.value.list_at("status.conditions");
    let one = |(kind, message): &Condition| {
        let known = before.iter().find(|old| old.str_at("type") == *kind && old.str_at("message") == message);
        let since = known.map(|old| old.at("lastTransitionTime").clone());
        let since = since.filter(|since| !since.is_null()).unwrap_or_else(|| now.rfc3339().into());
        object! { "lastTransitionTime" => since, "message" => message, "type" => *kind }
    };
    if conditions.is_empty() {
        value.remove("status.conditions");
    } else {
        value.set("status.conditions", Value::list(conditions.iter().map(one).collect()));
    }
}

#[inline(never)]
pub(crate) fn write(
    sim: &mut Sim,
    cluster: &mut Cluster,
    app: &Object,
    files: &SourceFiles,
    comparison: &Comparison,
    conditions: &[Condition],
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
    let mut told = object! { "status" => health.word() };
    let before = app.value.at("status.health");
    match before.at("lastTransitionTime") {
        since if before.str_at("status") == health.word() && !since.is_null() => {
            told.put("lastTransitionTime", since.clone());
        }
        _ => told.put("lastTransitionTime", sim.now().rfc3339()),
    }
    value.set("status.health", told);
    let mut items: Vec<&Item> = comparison.items.iter().collect();
    items.arrange_by_key(|item| [&item.group, "/", &item.kind, "/", &item.key.namespace, "/", &item.key.name].concat());
    let resources: Vec<Value> = items.into_iter().map(resource).collect();
    value.set("status.resources", Value::list(resources));
    value.set("status.sourceType", files.source_type);
    let images = images(comparison);
    value.set("status.summary", object! { "images" => Value::list(images) });
    set_conditions(&mut value, app, conditions, sim.now());
    if value.at("status") != app.value.at("status") {
        value.set("status.reconciledAt", sim.now().rfc3339());
        announce(sim, app, sync.word(), health.word(), &files.revision, causes);
    }
    store(sim, cluster, app, value, causes);
}

fn compared_to(app: &Object) -> Value {
    let spec = app.value.at("spec");
    let mut to = object! { "source" => spec.at("source").clone(), "destination" => spec.at("destination").clone() };
    if !spec.at("ignoreDifferences").is_null() {
        to.put("ignoreDifferences", spec.at("ignoreDifferences").clone());
    }
    to
}

#[inline(never)]
fn resource(item: &Item) -> Value {
    let mut one = object! { "kind" => &item.kind, "name" => item.key.name.to_string(), "version" => &item.version };
    let texts = [("status", item.sync.word()), ("group", &item.group), ("namespace", &item.key.namespace)];
    for (field, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
        one.put(field, text);
    }
    if let Some((health, message)) = &item.health {
        let mut told = object! { "status" => health.word() };
        if !message.is_empty() {
            told.put("message", message);
        }
        one.put("health", told);
    }
    if item.is_hook() {
        one.put("hook", true);
    }
    if item.is_extra() {
        one.put("requiresPruning", true);
    }
    if let Some(wave) = item.target.as_ref().map(wave).filter(|wave| *wave != 0) {
        one.put("syncWave", wave);
    }
    if item.live.as_ref().is_some_and(|live| hooks::has_option(&live.value, "Prune=confirm")) {
        one.put("requiresDeletionConfirmation", true);
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
#[inline(never)]
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
#[inline(never)]
pub(crate) fn write_broken(
    sim: &mut Sim,
    cluster: &mut Cluster,
    app: &Object,
    conditions: &[Condition],
    causes: &Causes,
) {
    let mut value = without_refresh(app);
    value.set("status.sync.status", "Unknown");
    value.set("status.sync.comparedTo", compared_to(app));
    // A spec that is wrong tells nothing of what runs.
    if value.at("status.health").is_null() || conditions.iter().any(|condition| condition.0 == "InvalidSpecError") {
        let since = app.value.at("status.health.lastTransitionTime").clone();
        value.set("status.health", object! { "status" => "Unknown" });
        if app.value.str_at("status.health.status") == "Unknown" && !since.is_null() {
            value.set("status.health.lastTransitionTime", since);
        } else {
            value.set("status.health.lastTransitionTime", sim.now().rfc3339());
        }
    }
    set_conditions(&mut value, app, conditions, sim.now());
    if value.at("status") != app.value.at("status") {
        let told = conditions.first().map_or("", |condition| condition.1.as_str());
        let text = format!("{}: {told}", app.name());
        sim.record("argocd", "argocd-application-controller", Subject::new("Application", app.name()), text, causes);
    }
    store(sim, cluster, app, value, causes);
}
