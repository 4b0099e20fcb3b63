//! `--wait`: whether objects are as ready as Helm wants them, and whether a hook is over. Helm 3.17, `pkg/kube/ready.go`.

use super::objects::Place;
use crate::kubectl::Kube;
use manifest::Value;

/// A share of a number, or a number: `25%`.
fn share(value: &Value, of: i64, default: i64) -> i64 {
    match value {
        Value::Int(n) => *n,
        Value::Str(text) => text.trim_end_matches('%').parse::<i64>().map_or(default, |percent| of * percent / 100),
        _ => default,
    }
}

/// Whether one object needs no more waiting.
pub(super) fn ready(kube: &Kube<'_, '_>, place: &Place, jobs: bool) -> bool {
    let Some(object) = kube.store().get(place.0, &place.1, &place.2) else {
        return false;
    };
    let value = &object.value;
    let status = |field: &str| value.at("status").int_at(field).unwrap_or(0);
    let seen = || status("observedGeneration") >= value.int_at("metadata.generation").unwrap_or(0);
    let replicas = value.int_at("spec.replicas").unwrap_or(1);
    match value.str_at("kind") {
        "Pod" => condition(value, "Ready"),
        "Job" => !jobs || status("succeeded") >= value.int_at("spec.completions").unwrap_or(1),
        "Deployment" => {
            let rolling = value.at("spec.strategy.rollingUpdate.maxUnavailable");
            let less = if value.str_at("spec.strategy.type") == "Recreate" {
                0
            } else {
                share(rolling, replicas, replicas / 4)
            };
            // Helm asks the new ReplicaSet; old pods that are left are taken for ready ones here.
            let old = status("replicas") - status("updatedReplicas");
            let fresh = status("updatedReplicas").min(status("readyReplicas") - old);
            value.bool_at("spec.paused") || (seen() && fresh >= replicas - less)
        }
        "StatefulSet" => {
            seen()
                && status("updatedReplicas").max(status("currentReplicas")) >= replicas
                && status("readyReplicas") >= replicas
        }
        "DaemonSet" => {
            let wanted = status("desiredNumberScheduled");
            let less = share(value.at("spec.updateStrategy.rollingUpdate.maxUnavailable"), wanted, 1);
            seen() && status("updatedNumberScheduled") >= wanted && status("numberReady") >= wanted - less
        }
        "ReplicaSet" | "ReplicationController" => status("readyReplicas") >= replicas,
        "PersistentVolumeClaim" => value.str_at("status.phase") == "Bound",
        "Service" if value.str_at("spec.type") == "LoadBalancer" => {
            !value.list_at("status.loadBalancer.ingress").is_empty()
        }
        _ => true,
    }
}

fn condition(value: &Value, name: &str) -> bool {
    let fits = |entry: &&Value| entry.str_at("type") == name;
    value.list_at("status.conditions").iter().find(fits).is_some_and(|entry| entry.str_at("status") == "True")
}

/// What became of a hook: nothing yet, or its end.
pub(super) fn hook(kube: &Kube<'_, '_>, place: &Place) -> Option<Result<(), String>> {
    let object = kube.store().get(place.0, &place.1, &place.2)?;
    let value = &object.value;
    match value.str_at("kind") {
        "Job" if condition(value, "Complete") => Some(Ok(())),
        "Job" => {
            let failed = |entry: &&Value| entry.str_at("type") == "Failed" && entry.str_at("status") == "True";
            let found = value.list_at("status.conditions").iter().find(failed)?;
            Some(Err(format!("job {} failed: {}", place.2, found.str_at("reason"))))
        }
        "Pod" => match value.str_at("status.phase") {
            "Succeeded" => Some(Ok(())),
            "Failed" => Some(Err(format!("pod {} failed", place.2))),
            _ => None,
        },
        _ => Some(Ok(())),
    }
}
