//! Pods.

use super::super::kube::Kube;
use super::containers::{containers, spread, volumes};
use super::parts::{Writer, annotations, controller, labels, time, tolerations};
use cluster::{Object, human_duration, time_at};
use manifest::Value;

pub(super) fn write(kube: &Kube<'_, '_>, pod: &Object, w: &mut Writer) {
    let value = &pod.value;
    w.pair(0, "Name", pod.name());
    w.pair(0, "Namespace", pod.namespace());
    if let Some(priority) = value.int_at("spec.priority") {
        w.pair(0, "Priority", priority);
    }
    for (title, path) in [
        ("Priority Class Name", "spec.priorityClassName"),
        ("Runtime Class Name", "spec.runtimeClassName"),
        ("Service Account", "spec.serviceAccountName"),
    ] {
        if !value.str_at(path).is_empty() {
            w.pair(0, title, value.str_at(path));
        }
    }
    match value.str_at("spec.nodeName") {
        "" => w.pair(0, "Node", "<none>"),
        node => w.pair(0, "Node", format!("{node}/{}", value.str_at("status.hostIP"))),
    }
    if !value.at("status.startTime").is_null() {
        w.pair(0, "Start Time", time(value, "status.startTime"));
    }
    labels(w, "Labels", pod.labels());
    annotations(w, "Annotations", value.map_at("metadata.annotations"));
    let phase = value.str_at("status.phase");
    match time_at(value, "metadata.deletionTimestamp").filter(|_| !matches!(phase, "Failed" | "Succeeded")) {
        Some(at) => {
            let lasts = human_duration(kube.cx.now().since(at));
            w.pair(0, "Status", format!("Terminating (lasts {lasts})"));
            let grace = value.int_at("metadata.deletionGracePeriodSeconds").unwrap_or(0);
            w.pair(0, "Termination Grace Period", format!("{grace}s"));
        }
        None => w.pair(0, "Status", phase),
    }
    for (title, path) in [
        ("Reason", "status.reason"),
        ("Message", "status.message"),
        ("SeccompProfile", "spec.securityContext.seccompProfile.type"),
        ("LocalhostProfile", "spec.securityContext.seccompProfile.localhostProfile"),
    ] {
        if !value.str_at(path).is_empty() {
            w.pair(0, title, value.str_at(path));
        }
    }
    w.pair(0, "IP", value.str_at("status.podIP"));
    let ips = value.list_at("status.podIPs");
    if ips.is_empty() {
        w.line(0, "IPs:\t<none>");
    } else {
        w.line(0, "IPs:");
        for ip in ips {
            w.pair(1, "IP", ip.str_at("ip"));
        }
    }
    let owner = controller(pod);
    if !owner.is_empty() {
        w.pair(0, "Controlled By", owner);
    }
    if !value.str_at("status.nominatedNodeName").is_empty() {
        w.pair(0, "NominatedNodeName", value.str_at("status.nominatedNodeName"));
    }
    of_containers(value, w);
    rest(value, w);
}

fn of_containers(value: &Value, w: &mut Writer) {
    let spec = value.at("spec");
    for (title, field, statuses) in [
        ("Init Containers", "initContainers", "status.initContainerStatuses"),
        ("Containers", "containers", "status.containerStatuses"),
        ("Ephemeral Containers", "ephemeralContainers", "status.ephemeralContainerStatuses"),
    ] {
        if field == "containers" || !spec.list_at(field).is_empty() {
            containers(w, title, spec.list_at(field), value.list_at(statuses), "", Some(value));
        }
    }
}

/// What stands below the containers.
fn rest(value: &Value, w: &mut Writer) {
    let spec = value.at("spec");
    let gates = spec.list_at("readinessGates");
    if !gates.is_empty() {
        w.line(0, "Readiness Gates:");
        w.line(1, "Type\tStatus");
    }
    for gate in gates {
        let kind = gate.str_at("conditionType");
        let status = cluster::condition(value, kind).map_or("<none>", |condition| condition.str_at("status"));
        w.line(1, &format!("{kind} \t{status} "));
    }
    let conditions = value.list_at("status.conditions");
    if !conditions.is_empty() {
        w.line(0, "Conditions:");
        w.line(1, "Type\tStatus");
        for condition in conditions {
            w.line(1, &format!("{} \t{} ", condition.str_at("type"), condition.str_at("status")));
        }
    }
    volumes(w, spec.list_at("volumes"), "");
    w.pair(0, "QoS Class", value.str_at("status.qosClass"));
    labels(w, "Node-Selectors", spec.map_at("nodeSelector"));
    tolerations(w, "Tolerations", spec.list_at("tolerations"));
    spread(w, spec.list_at("topologySpreadConstraints"), "");
}
