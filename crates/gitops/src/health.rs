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
        "StatefulSet" => Some(stateful_set(value)),
        "DaemonSet" => Some(daemon_set(value)),
        "Job" => Some(job(value)),
        "PersistentVolumeClaim" => Some(claim(value)),
        "Ingress" => Some(ingress(value)),
        "HorizontalPodAutoscaler" => Some(autoscaler(value)),
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

fn stateful_set(value: &Value) -> (Health, String) {
    let status = |field: &str| count(value, &format!("status.{field}"));
    let progressing = |text: String| (Health::Progressing, text);
    let observed = status("observedGeneration");
    if observed == 0 || count(value, "metadata.generation") > observed {
        return progressing("Waiting for statefulset spec update to be observed...".into());
    }
    let (wanted, ready) = (value.int_at("spec.replicas").unwrap_or(1), status("readyReplicas"));
    if ready < wanted {
        return progressing(format!("Waiting for {} pods to be ready...", wanted - ready));
    }
    let (strategy, updated) = (value.at("spec.updateStrategy"), status("updatedReplicas"));
    let rolling = strategy.at("rollingUpdate");
    if strategy.str_at("type") == "RollingUpdate" && !rolling.is_null() {
        let left = wanted - rolling.int_at("partition").unwrap_or(0);
        if !rolling.at("partition").is_null() && updated < left {
            let told = "Waiting for partitioned roll out to finish:";
            return progressing(format!("{told} {updated} out of {left} new pods have been updated..."));
        }
        return (Health::Healthy, format!("partitioned roll out complete: {updated} new pods have been updated..."));
    }
    if strategy.str_at("type") == "OnDelete" {
        return (Health::Healthy, format!("statefulset has {ready} ready pods"));
    }
    let (new, now) = (value.str_at("status.updateRevision"), value.str_at("status.currentRevision"));
    if new != now {
        let told = "waiting for statefulset rolling update to complete";
        return progressing(format!("{told} {updated} pods at revision {new}..."));
    }
    let have = status("currentReplicas");
    (Health::Healthy, format!("statefulset rolling update complete {have} pods at revision {now}..."))
}

fn daemon_set(value: &Value) -> (Health, String) {
    let status = |field: &str| count(value, &format!("status.{field}"));
    if count(value, "metadata.generation") > status("observedGeneration") {
        let message = "Waiting for rollout to finish: observed daemon set generation less than desired generation";
        return (Health::Progressing, message.into());
    }
    let (wanted, updated) = (status("desiredNumberScheduled"), status("updatedNumberScheduled"));
    if value.str_at("spec.updateStrategy.type") == "OnDelete" {
        return (Health::Healthy, format!("daemon set {updated} out of {wanted} new pods have been updated"));
    }
    let waiting = format!("Waiting for daemon set {:?} rollout to finish:", value.str_at("metadata.name"));
    if updated < wanted {
        return (Health::Progressing, format!("{waiting} {updated} out of {wanted} new pods have been updated..."));
    }
    let available = status("numberAvailable");
    if available < wanted {
        return (Health::Progressing, format!("{waiting} {available} of {wanted} updated pods are available..."));
    }
    (Health::Healthy, String::new())
}

fn job(value: &Value) -> (Health, String) {
    let (mut over, mut failed, mut suspended, mut message) = (false, false, false, "");
    for condition in value.list_at("status.conditions") {
        let told = condition.str_at("message");
        match condition.str_at("type") {
            "Failed" => (over, failed, message) = (true, true, told),
            "Complete" => (over, message) = (true, told),
            "Suspended" => {
                (over, message) = (true, told);
                suspended = condition.str_at("status") == "True";
            }
            _ => {}
        }
    }
    let health = match () {
        () if !over => Health::Progressing,
        () if failed => Health::Degraded,
        () if suspended => Health::Suspended,
        () => Health::Healthy,
    };
    (health, message.into())
}

fn claim(value: &Value) -> (Health, String) {
    let health = match value.str_at("status.phase") {
        "Lost" => Health::Degraded,
        "Pending" => Health::Progressing,
        "Bound" => Health::Healthy,
        _ => Health::Unknown,
    };
    (health, String::new())
}

fn ingress(value: &Value) -> (Health, String) {
    let waits = value.list_at("status.loadBalancer.ingress").is_empty();
    (if waits { Health::Progressing } else { Health::Healthy }, String::new())
}

/// The first condition that is good or bad decides.
fn autoscaler(value: &Value) -> (Health, String) {
    const BAD: [(&str, &str); 4] = [
        ("AbleToScale", "FailedGetScale"),
        ("AbleToScale", "FailedUpdateScale"),
        ("ScalingActive", "FailedGetResourceMetric"),
        ("ScalingActive", "InvalidSelector"),
    ];
    for condition in value.list_at("status.conditions") {
        let (kind, message) = (condition.str_at("type"), condition.str_at("message"));
        if BAD.contains(&(kind, condition.str_at("reason"))) {
            return (Health::Degraded, message.into());
        }
        if matches!(kind, "AbleToScale" | "ScalingLimited") && condition.str_at("status") == "True" {
            return (Health::Healthy, message.into());
        }
    }
    (Health::Progressing, "Waiting to Autoscale".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use manifest::Value;

    /// Judged as gitops-engine's own examples of these kinds are.
    #[test]
    fn kinds_are_judged() {
        let of = |text: &str| Value::from_yaml(text).expect("a valid text");
        let set = "metadata: {generation: 2}\nspec: {replicas: 3, updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 0}}}\n";
        let told = stateful_set(&of(&format!("{set}status: {{observedGeneration: 2, readyReplicas: 1}}")));
        assert_eq!(told, (Health::Progressing, "Waiting for 2 pods to be ready...".into()));
        let told =
            stateful_set(&of(&format!("{set}status: {{observedGeneration: 2, readyReplicas: 3, updatedReplicas: 3}}")));
        assert_eq!(told.0, Health::Healthy);
        let failed = of("status: {conditions: [{type: Failed, status: 'True', message: too many}]}");
        assert_eq!(job(&failed), (Health::Degraded, "too many".into()));
        assert_eq!(job(&of("status: {active: 1}")).0, Health::Progressing);
        assert_eq!(claim(&of("status: {phase: Lost}")).0, Health::Degraded);
        assert_eq!(ingress(&of("status: {loadBalancer: {ingress: [{ip: 1.2.3.4}]}}")).0, Health::Healthy);
        let scaler = of(
            "status: {conditions: [{type: ScalingActive, status: 'False', reason: FailedGetResourceMetric, message: m}]}",
        );
        assert_eq!(autoscaler(&scaler), (Health::Degraded, "m".into()));
        let daemons = of(
            "metadata: {generation: 1, name: a}\nstatus: {observedGeneration: 1, desiredNumberScheduled: 2, updatedNumberScheduled: 1}",
        );
        assert_eq!(daemon_set(&daemons).0, Health::Progressing);
    }
}
