//! Health, as gitops-engine's `pkg/health` judges the built-in kinds.

use cluster::{Object, condition};
use manifest::Value;
use serde::{Deserialize, Serialize};

/// In the order of badness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Health {
    Healthy,
    Suspended,
    Progressing,
    Missing,
    Degraded,
    Unknown,
}

impl Health {
    pub fn word(self) -> &'static str {
        match self {
            Self::Healthy => "Healthy",
            Self::Suspended => "Suspended",
            Self::Progressing => "Progressing",
            Self::Missing => "Missing",
            Self::Degraded => "Degraded",
            Self::Unknown => "Unknown",
        }
    }
}

/// Health and its message; `None` for kinds that have no health, such as a ConfigMap.
pub fn health_of(object: &Object) -> Option<(Health, String)> {
    if object.deleting() {
        return Some((Health::Progressing, "Pending deletion".into()));
    }
    let value = &object.value;
    match value.str_at("kind") {
        "Deployment" => Some(deployment(value)),
        "ReplicaSet" => Some(replica_set(value)),
        "Pod" => Some(pod(object)),
        "Service" => Some(service(value)),
        _ => None,
    }
}

fn count(value: &Value, path: &str) -> i64 {
    value.int_at(path).unwrap_or(0)
}

fn deployment(value: &Value) -> (Health, String) {
    if value.bool_at("spec.paused") {
        return (Health::Suspended, "Deployment is paused".into());
    }
    if count(value, "metadata.generation") > count(value, "status.observedGeneration") {
        let message = "Waiting for rollout to finish: observed deployment generation less than desired generation";
        return (Health::Progressing, message.into());
    }
    if let Some(progress) = condition(value, "Progressing")
        && progress.str_at("reason") == "ProgressDeadlineExceeded"
    {
        let message = format!("Deployment \"{}\" exceeded its progress deadline", value.str_at("metadata.name"));
        return (Health::Degraded, message);
    }
    let (wanted, updated) = (value.int_at("spec.replicas").unwrap_or(1), count(value, "status.updatedReplicas"));
    let (all, available) = (count(value, "status.replicas"), count(value, "status.availableReplicas"));
    let wait = |text: String| (Health::Progressing, format!("Waiting for rollout to finish: {text}"));
    if updated < wanted {
        return wait(format!("{updated} out of {wanted} new replicas have been updated..."));
    }
    if all > updated {
        return wait(format!("{} old replicas are pending termination...", all - updated));
    }
    if available < updated {
        return wait(format!("{available} of {updated} updated replicas are available..."));
    }
    (Health::Healthy, String::new())
}

fn replica_set(value: &Value) -> (Health, String) {
    if count(value, "metadata.generation") > count(value, "status.observedGeneration") {
        let message = "Waiting for rollout to finish: observed replica set generation less than desired generation";
        return (Health::Progressing, message.into());
    }
    if let Some(failure) = condition(value, "ReplicaFailure").filter(|failure| failure.str_at("status") == "True") {
        return (Health::Degraded, failure.str_at("message").into());
    }
    let (wanted, available) = (value.int_at("spec.replicas").unwrap_or(1), count(value, "status.availableReplicas"));
    if available < wanted {
        let message =
            format!("Waiting for rollout to finish: {available} out of {wanted} new replicas are available...");
        return (Health::Progressing, message);
    }
    (Health::Healthy, String::new())
}

fn pod(object: &Object) -> (Health, String) {
    let value = &object.value;
    let restarts_always = matches!(value.str_at("spec.restartPolicy"), "" | "Always");
    for status in value.list_at("status.containerStatuses") {
        let reason = status.str_at("state.waiting.reason");
        let bad = reason.starts_with("Err") || reason.ends_with("Error") || reason.ends_with("BackOff");
        if restarts_always && bad {
            return (Health::Degraded, status.str_at("state.waiting.message").into());
        }
    }
    match value.str_at("status.phase") {
        "Pending" => (Health::Progressing, value.str_at("status.message").into()),
        "Succeeded" => (Health::Healthy, String::new()),
        "Failed" => (Health::Degraded, value.str_at("status.message").into()),
        "Running" if restarts_always && cluster::pod_ready(object) => (Health::Healthy, String::new()),
        "Running" if restarts_always => {
            let restarted = value
                .list_at("status.containerStatuses")
                .iter()
                .any(|status| !status.at("lastState.terminated").is_null());
            (if restarted { Health::Degraded } else { Health::Progressing }, String::new())
        }
        "Running" => (Health::Progressing, String::new()),
        _ => (Health::Unknown, String::new()),
    }
}

fn service(value: &Value) -> (Health, String) {
    let balancer = value.str_at("spec.type") == "LoadBalancer";
    let pending = balancer && value.list_at("status.loadBalancer.ingress").is_empty();
    (if pending { Health::Progressing } else { Health::Healthy }, String::new())
}
