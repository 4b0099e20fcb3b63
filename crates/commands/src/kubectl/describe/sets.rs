//! Stateful sets and daemon sets.

use super::super::kube::Kube;
use super::containers::template;
use super::parts::{Writer, annotations, int_or_text, labels, on_one_line, rfc1123, selector};
use super::storage::claim_templates;
use super::workload::pods_status;
use cluster::Object;

pub(super) fn stateful_set(kube: &Kube<'_, '_>, object: &Object, w: &mut Writer) {
    let spec = object.value.at("spec");
    w.pair(0, "Name", object.name());
    w.pair(0, "Namespace", object.namespace());
    w.pair(0, "CreationTimestamp", rfc1123(object.created_at()));
    w.pair(0, "Selector", selector(spec.at("selector")));
    labels(w, "Labels", object.labels());
    annotations(w, "Annotations", object.value.map_at("metadata.annotations"));
    let wanted = spec.int_at("replicas").unwrap_or(0);
    let have = object.value.int_at("status.replicas").unwrap_or(0);
    w.pair(0, "Replicas", format!("{wanted} desired | {have} total"));
    w.pair(0, "Update Strategy", spec.str_at("updateStrategy.type"));
    let rolling = spec.at("updateStrategy.rollingUpdate");
    if let Some(partition) = rolling.int_at("partition") {
        w.pair(1, "Partition", partition);
        if !rolling.at("maxUnavailable").is_null() {
            w.pair(1, "MaxUnavailable", int_or_text(rolling.at("maxUnavailable")));
        }
    }
    pods_status(kube, object, w);
    template(spec.at("template"), w);
    claim_templates(spec.list_at("volumeClaimTemplates"), w);
}

pub(super) fn daemon_set(kube: &Kube<'_, '_>, object: &Object, w: &mut Writer) {
    let spec = object.value.at("spec");
    w.pair(0, "Name", object.name());
    w.pair(0, "Selector", selector(spec.at("selector")));
    w.pair(0, "Node-Selector", on_one_line(spec.map_at("template.spec.nodeSelector")));
    labels(w, "Labels", object.labels());
    annotations(w, "Annotations", object.value.map_at("metadata.annotations"));
    for (title, field) in [
        ("Desired Number of Nodes Scheduled", "desiredNumberScheduled"),
        ("Current Number of Nodes Scheduled", "currentNumberScheduled"),
        ("Number of Nodes Scheduled with Up-to-date Pods", "updatedNumberScheduled"),
        ("Number of Nodes Scheduled with Available Pods", "numberAvailable"),
        ("Number of Nodes Misscheduled", "numberMisscheduled"),
    ] {
        w.line(0, &format!("{title}: {}", object.value.at("status").int_at(field).unwrap_or(0)));
    }
    pods_status(kube, object, w);
    template(spec.at("template"), w);
}
