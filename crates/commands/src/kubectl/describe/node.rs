//! Nodes.

use super::super::kube::Kube;
use super::parts::{Writer, annotations, int_or_text, labels, rfc1123, time};
use cluster::{Amounts, Object, human_duration, pod_requests};
use manifest::Value;
use order::Arrange;
use std::sync::Arc;

pub(super) fn write(kube: &Kube<'_, '_>, node: &Object, w: &mut Writer) {
    let (spec, status) = (node.value.at("spec"), node.value.at("status"));
    w.pair(0, "Name", node.name());
    let roles: Vec<&str> =
        node.labels().keys().filter_map(|key| key.strip_prefix("node-role.kubernetes.io/")).collect();
    w.pair(0, "Roles", if roles.is_empty() { "<none>".into() } else { roles.join(",") });
    labels(w, "Labels", node.labels());
    annotations(w, "Annotations", node.value.map_at("metadata.annotations"));
    w.pair(0, "CreationTimestamp", rfc1123(node.created_at()));
    taints(w, spec.list_at("taints"));
    w.pair(0, "Unschedulable", spec.bool_at("unschedulable"));
    lease(kube, node.name(), w);
    w.line(0, "Conditions:");
    w.line(1, "Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage");
    w.line(1, "----\t------\t-----------------\t------------------\t------\t-------");
    for condition in status.list_at("conditions") {
        let text = |field: &str| condition.str_at(field);
        let (beat, since) = (time(condition, "lastHeartbeatTime"), time(condition, "lastTransitionTime"));
        let (reason, message) = (text("reason"), text("message"));
        w.line(1, &format!("{} \t{} \t{beat} \t{since} \t{reason} \t{message}", text("type"), text("status")));
    }
    w.line(0, "Addresses:");
    for address in status.list_at("addresses") {
        w.pair(1, address.str_at("type"), address.str_at("address"));
    }
    for (title, field) in [("Capacity", "capacity"), ("Allocatable", "allocatable")] {
        w.line(0, &format!("{title}:"));
        for (name, amount) in status.map_at(field).iter() {
            let text = int_or_text(amount);
            w.pair(1, name, cluster::canonical(&text).unwrap_or(text));
        }
    }
    system(w, status.at("nodeInfo"));
    w.pair(0, "PodCIDR", spec.str_at("podCIDR"));
    let cidrs: Vec<&str> = spec.list_at("podCIDRs").iter().filter_map(Value::as_str).collect();
    w.pair(0, "PodCIDRs", cidrs.join(","));
    pods(kube, node, w);
}

fn lease(kube: &Kube<'_, '_>, name: &str, w: &mut Writer) {
    let lease = match kube.cx.world.cluster.node_lease(kube.cx.now(), name) {
        Ok(lease) => lease,
        Err(status) => return w.pair(0, "Lease", format!("Failed to get lease: {}", status.message)),
    };
    w.line(0, "Lease:");
    w.pair(1, "HolderIdentity", lease.str_at("spec.holderIdentity"));
    for (title, path) in [("AcquireTime", "spec.acquireTime"), ("RenewTime", "spec.renewTime")] {
        w.pair(1, title, if lease.at(path).is_null() { "<unset>".into() } else { time(&lease, path) });
    }
}

fn taints(w: &mut Writer, taints: &[Value]) {
    let mut all: Vec<String> = Vec::new();
    for taint in taints {
        let (key, value, effect) = (taint.str_at("key"), taint.str_at("value"), taint.str_at("effect"));
        all.push(if value.is_empty() { format!("{key}:{effect}") } else { format!("{key}={value}:{effect}") });
    }
    all.arrange();
    if all.is_empty() {
        all.push("<none>".into());
    }
    for (at, taint) in all.iter().enumerate() {
        w.line(0, &if at == 0 { format!("Taints:\t{taint}") } else { format!("\t{taint}") });
    }
}

fn system(w: &mut Writer, info: &Value) {
    w.line(0, "System Info:");
    for (title, field) in [
        ("Machine ID", "machineID"),
        ("System UUID", "systemUUID"),
        ("Boot ID", "bootID"),
        ("Kernel Version", "kernelVersion"),
        ("OS Image", "osImage"),
        ("Operating System", "operatingSystem"),
        ("Architecture", "architecture"),
        ("Container Runtime Version", "containerRuntimeVersion"),
        ("Kubelet Version", "kubeletVersion"),
        ("Kube-Proxy Version", "kubeProxyVersion"),
    ] {
        w.pair(1, title, info.str_at(field));
    }
}

/// What the containers of a pod may use: all of them with the sidecars, or the most that its init containers may.
fn limits(pod: &Value) -> Amounts {
    let of = |container: &Value| Amounts::read(container.at("resources.limits"));
    let (mut beside, mut peak) = (Amounts::default(), Amounts::default());
    for container in pod.list_at("spec.initContainers") {
        if container.str_at("restartPolicy") == "Always" {
            beside = beside.plus(of(container), 1);
            peak = peak.max(beside);
        } else {
            peak = peak.max(beside.plus(of(container), 1));
        }
    }
    pod.list_at("spec.containers").iter().fold(beside, |sum, container| sum.plus(of(container), 1)).max(peak)
}

fn cpu(milli: i64) -> String {
    if milli % 1_000 == 0 { (milli / 1_000).to_string() } else { format!("{milli}m") }
}

/// Bytes in the largest binary unit that leaves no rest.
fn bytes(amount: i64) -> String {
    let (mut amount, mut unit) = (amount, 0);
    while amount != 0 && amount % 1_024 == 0 && unit < 4 {
        amount /= 1_024;
        unit += 1;
    }
    format!("{amount}{}", ["", "Ki", "Mi", "Gi", "Ti"][unit])
}

fn share(part: i64, whole: i64) -> i64 {
    if whole == 0 { 0 } else { part * 100 / whole }
}

/// One of the amounts of a node.
#[derive(Debug, Clone, Copy)]
enum Part {
    Cpu,
    Memory,
    Storage,
}

impl Part {
    fn of(self, amounts: &Amounts) -> i64 {
        match self {
            Self::Cpu => amounts.cpu_milli,
            Self::Memory => amounts.memory_bytes,
            Self::Storage => amounts.ephemeral_bytes,
        }
    }

    fn shown(self, amounts: &Amounts) -> String {
        match self {
            Self::Cpu => cpu(self.of(amounts)),
            Self::Memory | Self::Storage => bytes(self.of(amounts)),
        }
    }
}

fn pods(kube: &Kube<'_, '_>, node: &Object, w: &mut Writer) {
    let ended = |pod: &&Arc<Object>| matches!(pod.value.str_at("status.phase"), "Succeeded" | "Failed");
    let pods: Vec<&Arc<Object>> = kube.store().pods_on(node.name()).filter(|pod| !ended(pod)).collect();
    let all = Amounts::read(node.value.at("status.allocatable"));
    w.pair(0, "Non-terminated Pods", format!("({} in total)", pods.len()));
    w.line(1, "Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge");
    w.line(1, "---------\t----\t\t------------\t----------\t---------------\t-------------\t---");
    let (mut asked, mut limited) = (Amounts::default(), Amounts::default());
    let with_share = |amount: String, part: i64, whole: i64| format!("{amount} ({}%)", share(part, whole));
    for pod in pods {
        let (requests, limits) = (pod_requests(&pod.value).0, limits(&pod.value));
        (asked, limited) = (asked.plus(requests, 1), limited.plus(limits, 1));
        let cells = [
            with_share(cpu(requests.cpu_milli), requests.cpu_milli, all.cpu_milli),
            with_share(cpu(limits.cpu_milli), limits.cpu_milli, all.cpu_milli),
            with_share(bytes(requests.memory_bytes), requests.memory_bytes, all.memory_bytes),
            with_share(bytes(limits.memory_bytes), limits.memory_bytes, all.memory_bytes),
            human_duration(kube.cx.now().since(pod.created_at())),
        ];
        w.line(1, &format!("{}\t{}\t\t{}", pod.namespace(), pod.name(), cells.join("\t")));
    }
    w.line(0, "Allocated resources:");
    w.line(1, "(Total limits may be over 100 percent, i.e., overcommitted.)");
    w.line(1, "Resource\tRequests\tLimits");
    w.line(1, "--------\t--------\t------");
    for (name, of) in [("cpu", Part::Cpu), ("memory", Part::Memory), ("ephemeral-storage", Part::Storage)] {
        let cell = |amounts: &Amounts| with_share(of.shown(amounts), of.of(amounts), of.of(&all));
        w.line(1, &format!("{name}\t{}\t{}", cell(&asked), cell(&limited)));
    }
    for (name, _) in node.value.map_at("status.allocatable").iter().filter(|(name, _)| name.starts_with("hugepages-")) {
        w.line(1, &format!("{name}\t0 (0%)\t0 (0%)"));
    }
}
