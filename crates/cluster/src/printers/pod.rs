//! Pods.

use super::{Cell, Printer, age, none_if_empty, since};
use crate::object::{Object, condition_true, time_at};
use manifest::Value;
use sim::Time;

pub(crate) const POD: Printer = Printer {
    columns: &[
        ("NAME", false),
        ("READY", false),
        ("STATUS", false),
        ("RESTARTS", false),
        ("AGE", false),
        ("IP", true),
        ("NODE", true),
        ("NOMINATED NODE", true),
        ("READINESS GATES", true),
    ],
    row,
};

/// What the STATUS column adds up from the states of the containers.
struct Summary {
    reason: String,
    ready: usize,
    restarts: i64,
    last_restart: Option<Time>,
    /// The same of the sidecars alone.
    sidecar_restarts: (i64, Option<Time>),
}

/// An init container that keeps running.
fn sidecar(spec: &Value) -> bool {
    spec.str_at("restartPolicy") == "Always"
}

/// The STATUS column: `Running`, `CrashLoopBackOff`, `Init:0/1`, `Terminating` …
pub fn pod_status(pod: &Object) -> String {
    summary(&pod.value).reason
}

fn row(pod: &Object, now: Time) -> Vec<Cell> {
    let summary = summary(&pod.value);
    let sidecars = pod.value.list_at("spec.initContainers").iter().filter(|c| sidecar(c)).count();
    let total = pod.value.list_at("spec.containers").len() + sidecars;
    let restarts = match summary.last_restart.filter(|_| summary.restarts > 0) {
        Some(at) => format!("{} ({} ago)", summary.restarts, since(Some(at), now)),
        None => summary.restarts.to_string(),
    };
    let text = |path: &str| none_if_empty(pod.value.str_at(path).to_string());
    vec![
        pod.name().to_string(),
        format!("{}/{total}", summary.ready),
        summary.reason,
        restarts,
        age(pod, now),
        text("status.podIP"),
        text("spec.nodeName"),
        text("status.nominatedNodeName"),
        "<none>".into(),
    ]
}

fn summary(pod: &Value) -> Summary {
    let phase = pod.str_at("status.phase");
    let told = pod.str_at("status.reason");
    let reason = if told.is_empty() { phase } else { told }.to_string();
    let mut summary = Summary { reason, ready: 0, restarts: 0, last_restart: None, sidecar_restarts: (0, None) };
    let initializing = init_containers(pod, &mut summary);
    if !initializing || condition_true(pod, "Initialized") {
        (summary.restarts, summary.last_restart) = summary.sidecar_restarts;
        containers(pod, &mut summary);
    }
    if !pod.at("metadata.deletionTimestamp").is_null() {
        if told == "NodeLost" {
            summary.reason = "Unknown".into();
        } else if !matches!(phase, "Succeeded" | "Failed") {
            summary.reason = "Terminating".into();
        }
    }
    summary
}

fn count_restarts(container: &Value, summary: &mut Summary) {
    summary.restarts += container.int_at("restartCount").unwrap_or(0);
    let last = time_at(container, "lastState.terminated.finishedAt");
    summary.last_restart = summary.last_restart.max(last);
}

fn ended(state: &Value) -> String {
    match state.str_at("reason") {
        "" if state.int_at("signal").unwrap_or(0) != 0 => format!("Signal:{}", state.int_at("signal").unwrap_or(0)),
        "" => format!("ExitCode:{}", state.int_at("exitCode").unwrap_or(0)),
        reason => reason.to_string(),
    }
}

/// Whether an init container still has to end well; then the reason says which.
fn init_containers(pod: &Value, summary: &mut Summary) -> bool {
    let total = pod.list_at("spec.initContainers").len();
    for (at, container) in pod.list_at("status.initContainerStatuses").iter().enumerate() {
        count_restarts(container, summary);
        let beside = pod.list_at("spec.initContainers").get(at).is_some_and(sidecar);
        if beside {
            summary.sidecar_restarts.0 += container.int_at("restartCount").unwrap_or(0);
            let last = time_at(container, "lastState.terminated.finishedAt");
            summary.sidecar_restarts.1 = summary.sidecar_restarts.1.max(last);
        }
        let (state, waiting) = (container.at("state.terminated"), container.str_at("state.waiting.reason"));
        if !state.is_null() && state.int_at("exitCode") == Some(0) {
            continue;
        }
        if beside && container.bool_at("started") {
            summary.ready += usize::from(container.bool_at("ready"));
            continue;
        }
        summary.reason = if !state.is_null() {
            format!("Init:{}", ended(state))
        } else if !waiting.is_empty() && waiting != "PodInitializing" {
            format!("Init:{waiting}")
        } else {
            format!("Init:{at}/{total}")
        };
        return true;
    }
    false
}

fn containers(pod: &Value, summary: &mut Summary) {
    let mut running = false;
    for container in pod.list_at("status.containerStatuses").iter().rev() {
        count_restarts(container, summary);
        let (waiting, terminated) = (container.str_at("state.waiting.reason"), container.at("state.terminated"));
        if !waiting.is_empty() {
            summary.reason = waiting.to_string();
        } else if !terminated.is_null() {
            summary.reason = ended(terminated);
        } else if container.bool_at("ready") && !container.at("state.running").is_null() {
            running = true;
            summary.ready += 1;
        }
    }
    if summary.reason == "Completed" && running {
        summary.reason = if condition_true(pod, "Ready") { "Running" } else { "NotReady" }.into();
    }
}
