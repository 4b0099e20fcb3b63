//! Deployments and replica sets.

use super::super::kube::Kube;
use super::containers::template;
use super::parts::{Writer, annotations, controller, int_or_text, labels, rfc1123};
use cluster::{LabelSelector, Object, POD, REPLICASET};
use manifest::Value;
use order::Arrange;
use std::sync::Arc;

fn number(object: &Object, path: &str) -> i64 {
    object.value.int_at(path).unwrap_or(0)
}

fn conditions(w: &mut Writer, conditions: &[Value]) {
    if conditions.is_empty() {
        return;
    }
    w.line(0, "Conditions:");
    w.line(1, "Type\tStatus\tReason");
    w.line(1, "----\t------\t------");
    for condition in conditions {
        let text = |field: &str| condition.str_at(field);
        w.line(1, &format!("{} \t{}\t{}", text("type"), text("status"), text("reason")));
    }
}

pub(super) fn deployment(kube: &Kube<'_, '_>, object: &Object, w: &mut Writer) {
    let spec = object.value.at("spec");
    w.pair(0, "Name", object.name());
    w.pair(0, "Namespace", object.namespace());
    w.pair(0, "CreationTimestamp", rfc1123(object.created_at()));
    labels(w, "Labels", object.labels());
    annotations(w, "Annotations", object.value.map_at("metadata.annotations"));
    w.pair(0, "Selector", LabelSelector::from_value(spec.at("selector")));
    w.pair(
        0,
        "Replicas",
        format!(
            "{} desired | {} updated | {} total | {} available | {} unavailable",
            number(object, "spec.replicas"),
            number(object, "status.updatedReplicas"),
            number(object, "status.replicas"),
            number(object, "status.availableReplicas"),
            number(object, "status.unavailableReplicas")
        ),
    );
    w.pair(0, "StrategyType", spec.str_at("strategy.type"));
    w.pair(0, "MinReadySeconds", number(object, "spec.minReadySeconds"));
    let rolling = spec.at("strategy.rollingUpdate");
    if !rolling.is_null() {
        let (unavailable, surge) = (int_or_text(rolling.at("maxUnavailable")), int_or_text(rolling.at("maxSurge")));
        w.pair(0, "RollingUpdateStrategy", format!("{unavailable} max unavailable, {surge} max surge"));
    }
    template(spec.at("template"), w);
    conditions(w, object.value.list_at("status.conditions"));
    replica_sets(kube, object, w);
}

/// The sets with pods of older templates, and the one of the newest.
fn replica_sets(kube: &Kube<'_, '_>, deployment: &Object, w: &mut Writer) {
    let current = deployment.annotation("deployment.kubernetes.io/revision");
    let mut sets: Vec<&Arc<Object>> =
        kube.store().owned_by(&deployment.uid).filter(|object| object.key.kind == REPLICASET).collect();
    sets.arrange_by_key(|set| set.created_at());
    let (new, old): (Vec<&Arc<Object>>, Vec<&Arc<Object>>) =
        sets.into_iter().partition(|set| set.annotation("deployment.kubernetes.io/revision") == current);
    let shown = |sets: Vec<&Arc<Object>>| {
        let one = |set: &Arc<Object>| {
            let (have, want) = (number(set, "status.replicas"), number(set, "spec.replicas"));
            format!("{} ({have}/{want} replicas created)", set.name())
        };
        let all: Vec<String> = sets.into_iter().map(one).collect();
        if all.is_empty() { "<none>".to_string() } else { all.join(", ") }
    };
    if !new.is_empty() || !old.is_empty() {
        w.pair(0, "OldReplicaSets", shown(old));
        w.pair(0, "NewReplicaSet", shown(new));
    }
}

pub(super) fn replica_set(kube: &Kube<'_, '_>, object: &Object, w: &mut Writer) {
    w.pair(0, "Name", object.name());
    w.pair(0, "Namespace", object.namespace());
    w.pair(0, "Selector", LabelSelector::of(object));
    labels(w, "Labels", object.labels());
    annotations(w, "Annotations", object.value.map_at("metadata.annotations"));
    let owner = controller(object);
    if !owner.is_empty() {
        w.pair(0, "Controlled By", owner);
    }
    let (have, want) = (number(object, "status.replicas"), number(object, "spec.replicas"));
    w.pair(0, "Replicas", format!("{have} current / {want} desired"));
    pods_status(kube, object, w);
    template(object.value.at("spec.template"), w);
    conditions(w, object.value.list_at("status.conditions"));
}

/// How many pods of a controller are in which phase.
pub(super) fn pods_status(kube: &Kube<'_, '_>, object: &Object, w: &mut Writer) {
    let phase = |name: &str| {
        let pods = kube.store().owned_by(&object.uid).filter(|pod| pod.key.kind == POD);
        pods.filter(|pod| pod.value.str_at("status.phase") == name).count()
    };
    let [running, waiting, succeeded, failed] = ["Running", "Pending", "Succeeded", "Failed"].map(phase);
    let text = format!("{running} Running / {waiting} Waiting / {succeeded} Succeeded / {failed} Failed");
    w.pair(0, "Pods Status", text);
}
