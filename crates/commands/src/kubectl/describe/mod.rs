//! `kubectl describe`: an object in full, with what was told about it.

mod containers;
mod core;
mod node;
mod parts;
mod pod;
mod service;
mod workload;

use super::arguments::selectors;
use super::flags::{Given, on, switch, text};
use super::kube::{Answer, Kube, Stop};
use super::{Command, Next, columns};
use cluster::{CONFIGMAP, DEPLOYMENT, ENDPOINTSLICE, EVENT, NAMESPACE, NODE, Object, POD, REPLICASET, SERVICE};
use order::Arrange;
use parts::Writer;
use std::sync::Arc;

pub(crate) const COMMAND: Command = Command {
    path: "describe",
    operands: "(-f FILENAME | TYPE [NAME_PREFIX | -l label] | TYPE/NAME)",
    summary: "Show details of a specific resource or group of resources.",
    examples: &[
        ("Describe a node", "kubectl describe nodes node-1"),
        ("Describe a pod", "kubectl describe pods/web-5d8f-abcde"),
        ("Describe the pods of an app", "kubectl describe pods -l app=web"),
    ],
    flags: &[
        switch("all-namespaces", 'A', "In all namespaces."),
        text("selector", 'l', "", "Selector (label query) to filter on."),
        on("show-events", "Display events related to the described object."),
    ],
    missing: &["chunk-size", "filename", "f", "kustomize", "k", "recursive", "R"],
    run,
};

fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    if given.operands.is_empty() {
        return Err(Stop::error(
            "You must specify the type of resource to describe. Use \"kubectl api-resources\" for a complete list of \
             supported resources.",
        ));
    }
    let all = given.has("all-namespaces");
    let chosen = selectors(given.text("selector"), "")?;
    let wanted = kube.wanted(&given.operands)?;
    let objects = match kube.objects(&wanted, all, &chosen) {
        Err(stop) if stop.message.contains("(NotFound)") && !given.operands[0].contains('/') => {
            by_prefix(kube, &wanted, &stop)?
        }
        other => other?,
    };
    if objects.is_empty() {
        let place = if all { String::new() } else { format!(" in {} namespace.", kube.namespace) };
        kube.err(format!("No resources found{place}\n"));
        return Ok(Next::Done(0));
    }
    let texts: Vec<String> = objects.iter().map(|object| describe(kube, object, given.has("show-events"))).collect();
    kube.out(texts.join("\n\n"));
    Ok(Next::Done(0))
}

/// Where no object has the name, those whose names begin with it.
fn by_prefix(kube: &Kube<'_, '_>, wanted: &super::arguments::Wanted, stop: &Stop) -> Result<Vec<Arc<Object>>, Stop> {
    let mut found = Vec::new();
    for (kind, prefix) in &wanted.named {
        let all = kube.list(kind, false, &cluster::Selectors::default())?;
        found.extend(all.into_iter().filter(|object| object.name().starts_with(prefix.as_str())));
    }
    if found.is_empty() { Err(stop.clone()) } else { Ok(found) }
}

fn describe(kube: &Kube<'_, '_>, object: &Object, show_events: bool) -> String {
    let mut w = Writer::default();
    let mut events = true;
    match object.key.kind {
        POD => pod::write(kube, object, &mut w),
        DEPLOYMENT => workload::deployment(kube, object, &mut w),
        REPLICASET => workload::replica_set(kube, object, &mut w),
        SERVICE => service::write(kube, object, &mut w),
        ENDPOINTSLICE => service::endpoint_slice(object, &mut w),
        NODE => node::write(kube, object, &mut w),
        CONFIGMAP => core::config_map(object, &mut w),
        NAMESPACE => {
            core::namespace(object, &mut w);
            events = false;
        }
        _ => core::any(object, &mut w),
    }
    if events && show_events {
        write_events(kube, object, &mut w);
    }
    w.finish()
}

fn write_events(kube: &Kube<'_, '_>, object: &Object, w: &mut Writer) {
    let namespace = if object.namespace().is_empty() { None } else { Some(object.namespace()) };
    let about = |event: &&Arc<Object>| *event.value.str_at("involvedObject.uid") == *object.uid;
    let mut events: Vec<&Arc<Object>> = kube.store().all(EVENT, namespace).filter(about).collect();
    if events.is_empty() {
        return w.line(0, "Events:\t<none>");
    }
    w.flush();
    events.arrange_by_key(|event| cluster::time_at(&event.value, "lastTimestamp"));
    w.line(0, "Events:");
    w.line(1, "Type\tReason\tAge\tFrom\tMessage");
    w.line(1, "----\t------\t----\t----\t-------");
    for event in events {
        let value = &event.value;
        let message = value.str_at("message").trim();
        let age = super::events::interval(event, kube.cx.now());
        let (kind, reason) = (value.str_at("type"), value.str_at("reason"));
        let from = value.str_at("source.component");
        w.line(1, &format!("{kind}\t{reason}\t{age}\t{from}\t{message}"));
    }
}

/// The pod template of a revision, for `rollout history --revision` and `rollout undo --dry-run`.
pub(super) fn template_text(set: &Object) -> String {
    let mut w = Writer::default();
    containers::template(set.value.at("spec.template"), &mut w);
    columns::described(&w.text)
}
