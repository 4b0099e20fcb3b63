//! `kubectl describe`: an object in full, with what was told about it.

pub(super) mod access;
mod autoscaler;
mod containers;
mod core;
mod jobs;
mod limits;
mod network;
mod node;
mod parts;
mod pod;
mod policy;
mod service;
mod sets;
mod storage;
mod workload;

use super::arguments::selectors;
use super::files::{self, Loaded};
use super::flags::{Given, on, switch, text, texts};
use super::kube::{Answer, Kube, Stop};
use super::{Command, Next, Phase};
use cluster::{
    CLUSTERROLE, CLUSTERROLEBINDING, CONFIGMAP, CRONJOB, DAEMONSET, DEPLOYMENT, ENDPOINTS, ENDPOINTSLICE, EVENT,
    HORIZONTALPODAUTOSCALER, INGRESS, INGRESSCLASS, JOB, LIMITRANGE, NAMESPACE, NETWORKPOLICY, NODE, Object,
    PERSISTENTVOLUME, PERSISTENTVOLUMECLAIM, POD, PODDISRUPTIONBUDGET, PRIORITYCLASS, REPLICASET,
    REPLICATIONCONTROLLER, RESOURCEQUOTA, ROLE, ROLEBINDING, SECRET, SERVICE, SERVICEACCOUNT, STATEFULSET,
    STORAGECLASS,
};
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
        texts("filename", 'f', "Files that name the resources."),
        switch("recursive", 'R', "Go into the folders that -f names."),
        text("selector", 'l', "", "Selector (label query) to filter on."),
        on("show-events", "Display events related to the described object."),
    ],
    missing: &["chunk-size", "kustomize", "k"],
    run,
};

fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let names = given.all("filename");
    if given.operands.is_empty() && names.is_empty() {
        return Err(Stop::error(
            "You must specify the type of resource to describe. Use \"kubectl api-resources\" for a complete list of \
             supported resources.",
        ));
    }
    let all = given.has("all-namespaces");
    let chosen = selectors(given.text("selector"), "")?;
    if !names.is_empty() {
        let Loaded::Ready(manifests) = files::load(kube, &names, given.has("recursive"))? else {
            return Ok(Next::Wait(Phase::Start, world::Step::Stdin));
        };
        let mut objects = Vec::new();
        for manifest in &manifests {
            objects.push(kube.get(manifest.kind.id, &manifest.namespace, manifest.value.str_at("metadata.name"))?);
        }
        return print(kube, &objects, given.has("show-events"));
    }
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
    print(kube, &objects, given.has("show-events"))
}

fn print(kube: &mut Kube<'_, '_>, objects: &[Arc<Object>], events: bool) -> Answer {
    let texts: Vec<String> = objects.iter().map(|object| describe(kube, object, events)).collect();
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
    let w = &mut w;
    match object.key.kind {
        POD => pod::write(kube, object, w),
        DEPLOYMENT => workload::deployment(kube, object, w),
        REPLICASET | REPLICATIONCONTROLLER => workload::replica_set(kube, object, w),
        STATEFULSET => sets::stateful_set(kube, object, w),
        DAEMONSET => sets::daemon_set(kube, object, w),
        JOB => jobs::job(object, w),
        CRONJOB => jobs::cron_job(object, w),
        HORIZONTALPODAUTOSCALER => autoscaler::write(object, w),
        SERVICE => service::write(kube, object, w),
        ENDPOINTSLICE => service::endpoint_slice(object, w),
        ENDPOINTS => service::endpoints_object(object, w),
        INGRESS => network::ingress(kube, object, w),
        INGRESSCLASS => network::ingress_class(object, w),
        NETWORKPOLICY => network::policy(object, w),
        PERSISTENTVOLUME => storage::volume(kube, object, w),
        PERSISTENTVOLUMECLAIM => storage::claim(kube, object, w),
        STORAGECLASS => storage::class_of_storage(object, w),
        NODE => node::write(kube, object, w),
        CONFIGMAP => core::config_map(object, w),
        SECRET => core::secret(object, w),
        NAMESPACE => core::namespace(kube, object, w),
        SERVICEACCOUNT => access::account(kube, object, w),
        ROLE | CLUSTERROLE => access::role(object, w),
        ROLEBINDING | CLUSTERROLEBINDING => access::binding(object, w),
        RESOURCEQUOTA => limits::quota(object, w),
        LIMITRANGE => limits::limit_range(object, w),
        PODDISRUPTIONBUDGET => policy::budget(object, w),
        PRIORITYCLASS => policy::priority(object, w),
        _ => core::any(object, w),
    }
    let events = !WITHOUT_EVENTS.contains(&object.key.kind);
    if events && show_events {
        write_events(kube, object, w);
    }
    std::mem::take(w).finish()
}

/// Kinds that the real client describes without their events.
const WITHOUT_EVENTS: [cluster::KindId; 9] =
    [NAMESPACE, SECRET, NETWORKPOLICY, RESOURCEQUOTA, LIMITRANGE, ROLE, CLUSTERROLE, ROLEBINDING, CLUSTERROLEBINDING];

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
        let source = value.str_at("source.component");
        let from = if source.is_empty() { value.str_at("reportingComponent") } else { source };
        w.line(1, &format!("{kind}\t{reason}\t{age}\t{from}\t{message}"));
    }
}

/// The pod template of a revision, for `rollout history --revision` and `rollout undo --dry-run`.
pub(super) fn template_text(template: &manifest::Value) -> String {
    let mut w = Writer::default();
    containers::template(template, &mut w);
    // The real client writes these tabs as they are.
    w.text
}
