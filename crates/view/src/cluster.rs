//! The Cluster panel: nodes with their pods, and what happened.

use cluster::{Object, pod_requests, pod_status};
use manifest::Value;
use screen::{Cluster, EventRow, Node, Pod, PodState};
use sim::Time;
use world::World;

const EVENTS_MAX: usize = 60;

/// With more pods or nodes than these, nodes are tiles of a map with numbers in them.
const PODS_MAX: usize = 400;
const NODES_MAX: usize = 24;

/// What the learner chose to look at.
#[derive(Debug, Default)]
pub struct ClusterLook {
    pub namespace: Option<String>,
    /// On a map.
    pub node: Option<String>,
    pub kind: Option<String>,
}

/// Pods of one namespace, or of all; system namespaces are hidden unless chosen.
#[inline(never)]
pub fn cluster(world: &World, look: &ClusterLook) -> Cluster {
    let store = world.cluster.store();
    let namespace = look.namespace.as_deref();
    let system = |name: &str| name.starts_with("kube-");
    let namespaces = store.all(cluster::NAMESPACE, None).map(|n| n.name().to_string()).filter(|n| !system(n)).collect();
    let pod_count = store.all(cluster::POD, namespace).count();
    let nodes = store.all(cluster::NODE, None).count();
    let map = pod_count > PODS_MAX || nodes > NODES_MAX;
    let node = look.node.as_deref().filter(|_| map);
    let nodes = store.all(cluster::NODE, None);
    let nodes = nodes.map(|one| node_of(world, one, namespace, [map, !map || node == Some(one.name())])).collect();
    let waiting = store.all(cluster::POD, namespace).filter(|pod| pod.value.str_at("spec.nodeName").is_empty());
    let (kinds, table, more) = match &look.kind {
        Some(kind) => crate::cluster_objects::objects(world, kind, namespace),
        None => Default::default(),
    };
    Cluster {
        namespaces,
        namespace: look.namespace.clone(),
        nodes,
        unscheduled: waiting.take(PODS_MAX).map(|pod| pod_of(pod)).collect(),
        map,
        node: node.map(str::to_string),
        deployments: deployments(world, namespace),
        rollouts: crate::cluster_rollouts::rollouts(world, namespace),
        kinds,
        kind: look.kind.clone().unwrap_or_default(),
        table,
        more,
        pod_count: u32::try_from(pod_count).unwrap_or(u32::MAX),
        events: events(world, namespace),
    }
}

fn deployments(world: &World, namespace: Option<&str>) -> Vec<(String, String)> {
    let all = world.cluster.store().all(cluster::DEPLOYMENT, namespace);
    let shown = all.filter(|one| namespace.is_some() || !one.namespace().starts_with("kube-"));
    shown.map(|one| (one.namespace().to_string(), one.name().to_string())).collect()
}

fn percent(part: i64, whole: i64) -> u32 {
    u32::try_from((part * 100).checked_div(whole).unwrap_or(0).clamp(0, 100)).unwrap_or(0)
}

#[inline(never)]
fn node_of(world: &World, node: &Object, namespace: Option<&str>, [map, listed]: [bool; 2]) -> Node {
    let amount = |path: &str| {
        let text = node.value.at("status.allocatable").get(path).and_then(Value::as_str).unwrap_or("0");
        cluster::Quantity::parse(text).unwrap_or_default()
    };
    let (mut cpu, mut memory) = (0, 0);
    for pod in world.cluster.store().pods_on(node.name()) {
        let wanted = pod_requests(&pod.value);
        cpu += wanted.0.cpu_milli;
        memory += wanted.0.memory_bytes;
    }
    let here = || {
        let all = world.cluster.store().pods_on(node.name());
        all.filter(|pod| namespace.is_none_or(|space| pod.namespace() == space))
    };
    let (mut pods, mut counts) = (Vec::new(), Vec::new());
    if listed {
        pods.extend(here().map(|pod| pod_of(pod)));
    }
    if map {
        counts.resize(PodState::ALL.len(), 0);
        here().for_each(|pod| counts[state_of(pod, &pod_status(pod)) as usize] += 1);
    }
    Node {
        name: node.name().to_string(),
        ready: cluster::condition_true(&node.value, "Ready"),
        powered: world.cluster.node_runs(node.name()),
        cpu_percent: percent(cpu, amount("cpu").milli()),
        memory_percent: percent(memory, amount("memory").units()),
        pods,
        counts,
    }
}

#[inline(never)]
fn pod_of(pod: &Object) -> Pod {
    let value = &pod.value;
    let status = pod_status(pod);
    let containers = value.list_at("status.containerStatuses");
    let ready = containers.iter().filter(|c| c.bool_at("ready")).count();
    let restarts: i64 = containers.iter().filter_map(|c| c.int_at("restartCount")).sum();
    let image = value.list_at("spec.containers").first().map_or("", |c| c.str_at("image"));
    let app =
        ["app", "app.kubernetes.io/name", "k8s-app"].into_iter().map(|key| pod.label(key)).find(|l| !l.is_empty());
    let suffix = pod.name().rsplit_once('-').map_or("", |(_, suffix)| suffix);
    Pod {
        namespace: pod.namespace().into(),
        name: pod.name().into(),
        app: app.unwrap_or_else(|| pod.name()).to_string(),
        suffix: suffix.into(),
        version: if image.contains([':', '@']) { crate::image_version(image) } else { String::new() },
        state: state_of(pod, &status),
        ready: format!("{ready}/{}", value.list_at("spec.containers").len()),
        restarts: u32::try_from(restarts).unwrap_or(0),
        status,
    }
}

#[inline(never)]
pub(crate) fn state_of(pod: &Object, status: &str) -> PodState {
    if pod.deleting() {
        return PodState::Terminating;
    }
    let pulling = |c: &Value| c.str_at("state.waiting.reason") == "ContainerCreating";
    match status {
        "Pending" => PodState::Pending,
        "Completed" | "Succeeded" => PodState::Completed,
        "Running" if cluster::pod_ready(pod) => PodState::Ready,
        "Running" => {
            // Fresh ones are starting; those that have been up for a while and are not ready have a problem.
            let restarted =
                pod.value.list_at("status.containerStatuses").iter().any(|c| c.int_at("restartCount") > Some(0));
            if restarted { PodState::NotReady } else { PodState::Starting }
        }
        "ContainerCreating" | "PodInitializing" => {
            let all = pod.value.list_at("status.containerStatuses");
            if all.iter().any(pulling) || all.is_empty() { PodState::Pulling } else { PodState::Starting }
        }
        _ => PodState::Crash,
    }
}

#[inline(never)]
fn events(world: &World, namespace: Option<&str>) -> Vec<EventRow> {
    let now = world.now();
    let last = |event: &Object| {
        let text = event.value.str_at("lastTimestamp");
        Time::parse_rfc3339(text).unwrap_or(event.created_at())
    };
    // Whatever happens again is written again: the order of writing is the order of times.
    let rows = world.cluster.store().newest(cluster::EVENT, namespace, EVENTS_MAX).into_iter().map(|event| {
        let value = &event.value;
        let time = last(event);
        let same_day = now.since(time).as_secs() < 86_400;
        EventRow {
            time: if same_day { crate::clock_text(time) } else { crate::when(time, now) },
            warning: value.str_at("type") == "Warning",
            reason: value.str_at("reason").into(),
            object: format!(
                "{}/{}",
                value.str_at("involvedObject.kind").to_ascii_lowercase(),
                value.str_at("involvedObject.name")
            ),
            message: value.str_at("message").into(),
            count: value.int_at("count").and_then(|n| u32::try_from(n).ok()).unwrap_or(1),
        }
    });
    rows.collect()
}
