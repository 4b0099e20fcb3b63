//! The status that a kubelet writes: phase, conditions and the state of each container.

use super::run::{ContainerRun, Ended, NodeRun, PodRun, State, container_spec};
use crate::api::Writer;
use crate::engine::Cluster;
use crate::kinds;
use crate::object::{Key, Object};
use crate::pods::pod_ready;
use manifest::{Value, list, object, shared, word};
use sim::Sim;
use std::sync::Arc;

impl Cluster {
    /// Writes the pod's status where it differs from what the store has.
    #[inline(never)]
    pub(super) fn publish(&mut self, sim: &mut Sim, key: &Key) {
        let (Some(pod), Some(run)) = (self.store.get_key(key).cloned(), self.pods.get(key).cloned()) else { return };
        let now = word(&sim.now().rfc3339());
        let host = self.host_ip(&run.node);
        let status = compute(&pod, &run, &self.pod_ip(&run), &host, &now);
        if status == *pod.value.at("status") {
            return;
        }
        let was_ready = pod_ready(&pod);
        let ready = |c: &Value| c.str_at("type") == "Ready" && c.str_at("status") == "True";
        let is_ready = status.list_at("conditions").iter().any(ready);
        let mut by = run.because.clone();
        if was_ready != is_ready {
            let text = if is_ready { "became ready" } else { "is no longer ready" };
            by = sim.record("cluster", "kubelet", self.subject(&pod), text, &run.because).into();
            self.edit(key, |run| run.because = by.clone());
        }
        // The pod was just read, so its status can be written.
        self.replace_status(sim, &pod, status, &Writer::new("kubelet", by)).expect("the pod is in the store");
    }

    fn host_ip(&self, node: &str) -> Arc<str> {
        let addresses = self.store.get(kinds::NODE, "", node).map(|node| node.value.list_at("status.addresses"));
        let internal = addresses.unwrap_or(&[]).iter().find(|a| a.str_at("type") == "InternalIP");
        internal.and_then(|a| a.at("address").as_text().cloned()).unwrap_or_else(|| "".into())
    }

    pub(crate) fn next_node_number(&self) -> u32 {
        self.nodes.values().map(|node| node.number + 1).max().unwrap_or(0)
    }

    pub(crate) fn join(&mut self, node: &Arc<str>, number: u32) {
        self.nodes.insert(node.clone(), Arc::new(NodeRun::numbered(number)));
    }
}

#[inline(never)]
fn compute(pod: &Object, run: &PodRun, ip: &str, host: &Arc<str>, now: &Arc<str>) -> Value {
    let mut status = pod.value.at("status").clone();
    let (inits, mains) = run.containers.split_at(usize::from(run.inits));
    let phase = phase(pod, run, mains);
    status.put("phase", phase);
    if let Some((reason, message)) = run.verdict.as_deref().filter(|_| phase == "Failed") {
        status.put("reason", reason);
        status.put("message", message);
    }
    if status.get("startTime").is_none() {
        status.put("startTime", now);
        status.put("hostIP", host);
        status.put("hostIPs", shared(list![shared(object! { "ip" => host })]));
    }
    if !ip.is_empty() && status.get("podIP").is_none() {
        status.put("podIP", ip);
        status.put("podIPs", list![object! { "ip" => ip }]);
    }
    if !inits.is_empty() {
        let all: Value = (0..).zip(inits).map(|(at, c)| container_status(pod, run, at, c)).collect();
        status.put("initContainerStatuses", all);
    }
    let all: Value = (run.inits..).zip(mains).map(|(at, c)| container_status(pod, run, at, c)).collect();
    status.put("containerStatuses", all);
    conditions(&mut status, run, phase, now);
    status
}

/// kubelet `getPhase`.
#[inline(never)]
fn phase(pod: &Object, run: &PodRun, mains: &[ContainerRun]) -> &'static str {
    let policy = pod.value.str_at("spec.restartPolicy");
    let any_runs = run.containers.iter().any(ContainerRun::running);
    if run.verdict.is_some() && !any_runs {
        return "Failed";
    }
    if !run.initialized {
        let broken = |c: &ContainerRun| matches!(&c.state, State::Ended(end) if end.exit_code != 0 && !c.sidecar);
        let failed = policy == "Never" && run.containers[..usize::from(run.inits)].iter().any(broken);
        return if failed && !any_runs { "Failed" } else { "Pending" };
    }
    let (mut waiting, mut running, mut stopped, mut succeeded) = (0, 0, 0, 0);
    for container in mains {
        match &container.state {
            State::Running { .. } => running += 1,
            State::Waiting { .. } if container.last.is_none() => waiting += 1,
            State::Waiting { .. } => stopped += 1,
            State::Ended(end) => {
                stopped += 1;
                succeeded += i32::from(end.exit_code == 0);
            }
        }
    }
    match policy {
        _ if waiting > 0 => "Pending",
        _ if running > 0 || any_runs => "Running",
        _ if run.stopping && stopped == succeeded => "Succeeded",
        _ if run.stopping => "Failed",
        "Always" => "Running",
        _ if stopped == succeeded => "Succeeded",
        "Never" => "Failed",
        _ => "Running",
    }
}

#[inline(never)]
fn conditions(status: &mut Value, run: &PodRun, phase: &str, now: &Arc<str>) {
    let unready: Vec<&str> = run.lasting().filter(|c| !c.ready).map(|c| c.name.as_ref()).collect();
    let waited_for = |c: &&ContainerRun| match &c.state {
        State::Ended(end) => c.sidecar || end.exit_code != 0,
        State::Running { .. } => !(c.sidecar && c.started),
        State::Waiting { .. } => true,
    };
    let inits = run.containers[..usize::from(run.inits)].iter().filter(|_| !run.initialized);
    let incomplete: Vec<&str> = inits.filter(waited_for).map(|c| c.name.as_ref()).collect();
    let names = |all: &[&str]| all.join(" ");
    let ready = match (phase, unready.is_empty()) {
        (_, true) => None,
        ("Succeeded", _) => Some(("PodCompleted", String::new())),
        ("Failed", _) => Some(("PodFailed", String::new())),
        _ => Some(("ContainersNotReady", format!("containers with unready status: [{}]", names(&unready)))),
    };
    let initialized = match (phase, incomplete.is_empty()) {
        (_, true) => None,
        _ => Some(("ContainersNotInitialized", format!("containers with incomplete status: [{}]", names(&incomplete)))),
    };
    let sandbox = if run.sandbox && !(run.stopping && phase != "Running") { None } else { Some(("", String::new())) };
    let old = status.list_at("conditions").to_vec();
    let make = |kind: &str, wrong: Option<(&str, String)>| condition(&old, kind, wrong, now);
    let scheduled = old.iter().find(|c| c.str_at("type") == "PodScheduled").cloned();
    let new = [
        make("PodReadyToStartContainers", sandbox),
        make("Initialized", initialized),
        make("Ready", ready.clone()),
        make("ContainersReady", ready),
        scheduled.unwrap_or_else(|| make("PodScheduled", None)),
    ];
    // Conditions of others, such as DisruptionTarget, stay behind the kubelet's own.
    let own = |c: &&Value| !new.iter().any(|mine| mine.at("type") == c.at("type"));
    let others: Vec<Value> = old.iter().filter(own).cloned().collect();
    status.put("conditions", new.into_iter().chain(others).collect::<Value>());
}

#[inline(never)]
fn condition(old: &[Value], kind: &str, wrong: Option<(&str, String)>, now: &Arc<str>) -> Value {
    let old = old.iter().find(|c| c.str_at("type") == kind);
    let state = if wrong.is_none() { "True" } else { "False" };
    let (reason, message) = wrong.unwrap_or_default();
    let same = old.filter(|c| c.str_at("status") == state);
    if let Some(old) = same.filter(|c| c.str_at("reason") == reason && c.str_at("message") == message) {
        return old.clone();
    }
    let since = same.and_then(|c| c.at("lastTransitionTime").as_text()).unwrap_or(now);
    let mut new = object! {
        "lastProbeTime" => Value::Null, "lastTransitionTime" => since, "status" => state, "type" => kind,
    };
    if !reason.is_empty() {
        new.put("reason", reason);
    }
    if !message.is_empty() {
        new.put("message", message);
    }
    shared(new)
}

#[inline(never)]
fn container_status(pod: &Object, run: &PodRun, at: u16, container: &ContainerRun) -> Value {
    let image = container_spec(pod, run.inits, at).at("image").clone();
    let mut status = object! {
        "image" => image, "imageID" => &container.image_id, "lastState" => last_state(container),
        "name" => &container.name, "ready" => if run.is_init(at) && !container.sidecar { done(container) } else { container.ready },
        "restartCount" => container.restarts, "started" => container.running() && container.started,
        "state" => state(&container.state),
    };
    if !container.id.is_empty() {
        status.put("containerID", &container.id);
    }
    status
}

fn done(container: &ContainerRun) -> bool {
    matches!(&container.state, State::Ended(end) if end.exit_code == 0)
}

fn last_state(container: &ContainerRun) -> Value {
    container.last.as_deref().map_or_else(Value::map, terminated)
}

#[inline(never)]
fn state(state: &State) -> Value {
    match state {
        State::Running { since } => {
            shared(object! { "running" => shared(object! { "startedAt" => &*since.rfc3339() }) })
        }
        State::Ended(end) => terminated(end),
        State::Waiting { reason, message } => {
            let mut waiting = object! { "reason" => reason };
            if let Some(message) = message {
                waiting.put("message", message);
            }
            shared(object! { "waiting" => shared(waiting) })
        }
    }
}

fn terminated(end: &Ended) -> Value {
    object! {
        "terminated" => object! {
            "containerID" => &end.id, "exitCode" => end.exit_code, "finishedAt" => end.finished.rfc3339(),
            "reason" => &end.reason, "startedAt" => end.started.rfc3339(),
        },
    }
}
