//! The node life cycle and taint eviction controllers: a node that is silent, and the pods that must leave
//! (Kubernetes 1.32, `pkg/controller/nodelifecycle`, `pkg/controller/tainteviction`, `pkg/controller/podgc`).

use super::{Action, Reconciled};
use crate::object::{Key, Object, condition, condition_true, time_at};
use crate::pods::{finished, pod_ready, set_condition};
use crate::recorder::Note;
use crate::store::Store;
use manifest::{Value, object};
use sim::Time;
use std::sync::Arc;
use std::time::Duration;

/// `--node-monitor-grace-period`
const GRACE: Duration = Duration::from_secs(50);
/// Pods of a node that is gone are kept this long.
const QUARANTINE: Duration = Duration::from_secs(40);
const UNREACHABLE: &str = "node.kubernetes.io/unreachable";
const NOT_READY: &str = "node.kubernetes.io/not-ready";
const UNSCHEDULABLE: &str = "node.kubernetes.io/unschedulable";
const MEMORY_PRESSURE: &str = "node.kubernetes.io/memory-pressure";

/// `silent` is the moment from which on the node says nothing.
#[inline(never)]
pub(crate) fn reconcile(store: &Store, key: &Key, now: Time, silent: Option<Time>) -> Reconciled {
    let mut done = Reconciled::default();
    let Some(node) = store.get_key(key) else {
        for pod in store.pods_on(&key.name) {
            done.actions.push(Action::Remove { key: pod.key.clone(), because: pod.written_by.clone() });
        }
        return done;
    };
    let lost = silent.is_some_and(|since| since + GRACE <= now);
    if let Some(since) = silent.filter(|_| !lost) {
        done.look_again((since + GRACE).since(now));
    }
    let was_lost = condition(&node.value, "Ready").is_some_and(|c| c.str_at("status") == "Unknown");
    if lost != was_lost {
        done.actions.push(Action::Status { base: node.clone(), status: status(node, lost, now) });
        let what = if lost { "NodeNotReady" } else { "NodeReady" };
        let note = Note::normal(what, format!("Node {} status is now: {what}", node.name()));
        done.actions.push(Action::Event { about: node.clone(), note });
        let text = if lost { "does not answer any more" } else { "answers again" };
        done.actions.push(Action::Record { about: node.clone(), text: text.into() });
        if lost {
            store.pods_on(node.name()).filter(|pod| pod_ready(pod)).for_each(|pod| not_ready(pod, now, &mut done));
        }
    }
    let value = with_taints(node, lost, now);
    if value != node.value {
        // The taints are written first: the status is written onto whatever is current.
        done.actions
            .insert(0, Action::Update { base: node.clone(), value: value.clone(), because: node.written_by.clone() });
    }
    for pod in store.pods_on(node.name()).filter(|pod| !pod.deleting() && !finished(pod)) {
        evict(pod, value.list_at("spec.taints"), now, &mut done);
    }
    done
}

/// Every condition of a silent node is unknown; one that speaks again says what it said.
#[inline(never)]
fn status(node: &Object, lost: bool, now: Time) -> Value {
    let mut status = node.value.at("status").clone();
    let stamp = now.rfc3339();
    for (kind, good, reason, message) in [
        ("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
        ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
        ("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
        ("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
    ] {
        let (state, reason, message) = match lost {
            true => ("Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status."),
            false => (good, reason, message),
        };
        let new = object! {
            "lastHeartbeatTime" => &stamp, "message" => message, "reason" => reason, "status" => state, "type" => kind,
        };
        set_condition(&mut status, new, &stamp);
    }
    status
}

/// `MarkPodsNotReady`
fn not_ready(pod: &Arc<Object>, now: Time, done: &mut Reconciled) {
    let mut status = pod.value.at("status").clone();
    let mut new = condition(&pod.value, "Ready").cloned().unwrap_or_default();
    new.put("status", "False");
    set_condition(&mut status, new, &now.rfc3339());
    done.actions.push(Action::Status { base: pod.clone(), status });
    let note = Note::warning("NodeNotReady", "Node is not ready");
    done.actions.push(Action::Event { about: pod.clone(), note });
}

/// The taints that follow from the node's state.
#[inline(never)]
fn with_taints(node: &Object, lost: bool, now: Time) -> Value {
    let mut value = node.value.clone();
    let mut taints = value.list_at("spec.taints").to_vec();
    let has = |taints: &[Value], key: &str, effect: &str| {
        taints.iter().any(|t| t.str_at("key") == key && t.str_at("effect") == effect)
    };
    let rules = [
        (UNREACHABLE, "NoSchedule", lost),
        (UNREACHABLE, "NoExecute", lost),
        (NOT_READY, "NoSchedule", false),
        (NOT_READY, "NoExecute", false),
        (MEMORY_PRESSURE, "NoSchedule", !lost && condition_true(&node.value, "MemoryPressure")),
        (UNSCHEDULABLE, "NoSchedule", node.value.bool_at("spec.unschedulable")),
    ];
    for (key, effect, wanted) in rules {
        if !wanted {
            taints.retain(|t| !(t.str_at("key") == key && t.str_at("effect") == effect));
        } else if !has(&taints, key, effect) {
            taints.push(object! { "effect" => effect, "key" => key, "timeAdded" => now.rfc3339() });
        }
    }
    // Unlike kubernetes: a NoExecute taint always says since when.
    for taint in taints.iter_mut().filter(|t| t.str_at("effect") == "NoExecute" && t.get("timeAdded").is_none()) {
        taint.put("timeAdded", now.rfc3339());
    }
    if !taints.is_empty() {
        value.set("spec.taints", taints);
    } else if value.at("spec").get("taints").is_some() {
        value.remove("spec.taints");
    }
    value
}

/// When a pod must leave because of the taints; nothing where it may stay.
#[inline(never)]
fn leaves(pod: &Object, taints: &[Value], now: Time) -> Option<Time> {
    let tolerations = pod.value.list_at("spec.tolerations");
    let fits = |t: &&Value, taint: &Value| {
        let exists = t.str_at("operator") == "Exists";
        matches!(t.str_at("effect"), "" | "NoExecute")
            && (t.at("key") == taint.at("key") || (t.str_at("key").is_empty() && exists))
            && (exists || t.str_at("value") == taint.str_at("value"))
    };
    let mut first: Option<Time> = None;
    for taint in taints.iter().filter(|t| t.str_at("effect") == "NoExecute") {
        let since = time_at(taint, "timeAdded").unwrap_or(now);
        let mut mine = tolerations.iter().filter(|t| fits(t, taint)).peekable();
        if mine.peek().is_none() {
            return Some(now);
        }
        let waits: Vec<i64> = mine.filter_map(|t| t.int_at("tolerationSeconds")).collect();
        if let Some(wait) = waits.into_iter().min() {
            let at = since + Duration::from_secs(u64::try_from(wait).unwrap_or(0));
            first = Some(first.map_or(at, |had| had.min(at)));
        }
    }
    first
}

#[inline(never)]
fn evict(pod: &Arc<Object>, taints: &[Value], now: Time, done: &mut Reconciled) {
    match leaves(pod, taints, now) {
        None => {}
        Some(at) if at > now => done.look_again(at.since(now)),
        Some(_) => {
            let told = format!("Marking for deletion Pod {}/{}", pod.namespace(), pod.name());
            let note = Note::normal("TaintManagerEviction", told);
            done.actions.push(Action::Event { about: pod.clone(), note });
            let mut status = pod.value.at("status").clone();
            let condition = object! {
                "lastProbeTime" => Value::Null, "message" => "Taint manager: deleting due to NoExecute taint",
                "reason" => "DeletionByTaintManager", "status" => "True", "type" => "DisruptionTarget",
            };
            set_condition(&mut status, condition, &now.rfc3339());
            done.actions.push(Action::Status { base: pod.clone(), status });
            let (key, uid) = (pod.key.clone(), pod.uid.clone());
            done.actions.push(Action::Delete { key, uid, because: pod.written_by.clone() });
        }
    }
}

/// How long the pods of a node that was deleted stay.
pub(crate) fn quarantine() -> Duration {
    QUARANTINE
}
