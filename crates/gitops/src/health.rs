//! Health, as gitops-engine's `pkg/health` judges the built-in kinds, and the scripts that come with Argo CD those that
//! this world has (`resource_customizations`).

use crate::health_flux::{disruption_budget, toolkit};
use crate::hooks::annotation;
use cluster::{Object, condition, condition_true};
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
    judge(&object.value)
}

#[inline(never)]
pub(crate) fn judge(value: &Value) -> Option<(Health, String)> {
    let held = || value.list_at("metadata.finalizers").iter().any(|one| one.as_str() == Some(crate::hooks::FINALIZER));
    if !value.at("metadata.deletionTimestamp").is_null() && !held() {
        return Some((Health::Progressing, "Pending deletion".into()));
    }
    let group = value.str_at("apiVersion").split_once('/').map_or("", |(group, _)| group);
    match (group, value.str_at("kind")) {
        ("apps", "Deployment") => Some(deployment(value)),
        ("apps", "ReplicaSet") => Some(replica_set(value)),
        ("apps", "StatefulSet") => Some(stateful_set(value)),
        ("apps", "DaemonSet") => Some(daemon_set(value)),
        ("", "Pod") => Some(pod(value)),
        ("", "Service") => Some(service(value)),
        ("", "PersistentVolumeClaim") => Some(claim(value)),
        ("batch", "Job") => Some(job(value)),
        ("batch", "CronJob") => Some(cron_job(value)),
        ("networking.k8s.io" | "extensions", "Ingress") => Some(ingress(value)),
        ("autoscaling", "HorizontalPodAutoscaler") => Some(autoscaler(value)),
        ("apiregistration.k8s.io", "APIService") => Some(api_service(value)),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => Some(definition(value)),
        ("argoproj.io", "ApplicationSet") => Some(application_set(value)),
        ("argoproj.io", "Workflow") => Some(workflow(value)),
        ("bitnami.com", "SealedSecret") => Some(sealed_secret(value)),
        ("policy", "PodDisruptionBudget") => Some(disruption_budget(value)),
        (group, _) if group.ends_with(".toolkit.fluxcd.io") => toolkit(value),
        ("argoproj.io", "Rollout") => Some(crate::rollouts::health::rollout(value)),
        ("argoproj.io", "AnalysisRun" | "Experiment") => Some(crate::rollouts::health::analysis_run(value)),
        _ => None,
    }
}

fn count(value: &Value, path: &str) -> i64 {
    value.int_at(path).unwrap_or(0)
}

#[inline(never)]
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

#[inline(never)]
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

#[inline(never)]
fn pod(value: &Value) -> (Health, String) {
    let told = || value.str_at("status.message").to_string();
    let statuses = value.list_at("status.containerStatuses");
    let policy = value.str_at("spec.restartPolicy");
    let named = annotation(value, "argocd.argoproj.io/ignore-restart-policy") == Some("true");
    let runs_on = matches!(policy, "" | "Always") || (named && !crate::hooks::is_hook(value));
    let bad = |status: &&Value| {
        let reason = status.str_at("state.waiting.reason");
        reason.starts_with("Err") || reason.ends_with("Error") || reason.ends_with("BackOff")
    };
    let waiting: Vec<&str> = statuses.iter().filter(bad).map(|status| status.str_at("state.waiting.message")).collect();
    if runs_on && !waiting.is_empty() {
        return (Health::Degraded, waiting.join(", "));
    }
    match value.str_at("status.phase") {
        "Pending" => (Health::Progressing, told()),
        "Succeeded" => (Health::Healthy, told()),
        "Failed" if !told().is_empty() => (Health::Degraded, told()),
        "Failed" => {
            let all = value.list_at("status.initContainerStatuses").iter().chain(statuses);
            (Health::Degraded, all.filter_map(failure).next().unwrap_or_default())
        }
        "Running" if runs_on && condition_true(value, "Ready") => (Health::Healthy, told()),
        "Running" if runs_on => {
            let restarted = statuses.iter().any(|status| !status.at("lastState.terminated").is_null());
            (if restarted { Health::Degraded } else { Health::Progressing }, told())
        }
        "Running" => (Health::Progressing, told()),
        _ => (Health::Unknown, told()),
    }
}

/// Why a container of a pod that failed has ended.
fn failure(status: &Value) -> Option<String> {
    let end = status.at("state.terminated");
    let code = end.int_at("exitCode").unwrap_or(0);
    match (end.str_at("message"), end.str_at("reason")) {
        ("", "OOMKilled") => Some("OOMKilled".into()),
        ("", _) if code != 0 => Some(format!("container \"{}\" failed with exit code {code}", status.str_at("name"))),
        ("", _) => None,
        (message, _) => Some(message.into()),
    }
}

fn service(value: &Value) -> (Health, String) {
    let balancer = value.str_at("spec.type") == "LoadBalancer";
    let pending = balancer && value.list_at("status.loadBalancer.ingress").is_empty();
    (if pending { Health::Progressing } else { Health::Healthy }, String::new())
}

#[inline(never)]
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

#[inline(never)]
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

#[inline(never)]
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

/// Version 1 keeps its conditions in an annotation. One that is bad decides before one that is good.
#[inline(never)]
fn autoscaler(value: &Value) -> (Health, String) {
    const BAD: [(&str, &str); 8] = [
        ("AbleToScale", "FailedGetScale"),
        ("AbleToScale", "FailedUpdateScale"),
        ("ScalingActive", "FailedGetResourceMetric"),
        ("ScalingActive", "FailedGetObjectMetric"),
        ("ScalingActive", "FailedGetPodsMetric"),
        ("ScalingActive", "FailedGetExternalMetric"),
        ("ScalingActive", "FailedComputeMetricsReplicas"),
        ("ScalingActive", "InvalidSelector"),
    ];
    let text = annotation(value, "autoscaling.alpha.kubernetes.io/conditions").unwrap_or_default();
    let conditions = match value.str_at("apiVersion") {
        "autoscaling/v1" => Value::from_json(text).unwrap_or_default(),
        _ => value.at("status.conditions").clone(),
    };
    let find = |fits: &dyn Fn(&&Value) -> bool| {
        conditions.items().iter().find(fits).map(|condition| condition.str_at("message").to_string())
    };
    if let Some(message) = find(&|one| BAD.contains(&(one.str_at("type"), one.str_at("reason")))) {
        return (Health::Degraded, message);
    }
    let good =
        |one: &&Value| matches!(one.str_at("type"), "AbleToScale" | "ScalingLimited") && one.str_at("status") == "True";
    match find(&good) {
        Some(message) => (Health::Healthy, message),
        None => (Health::Progressing, "Waiting to Autoscale".into()),
    }
}

fn api_service(value: &Value) -> (Health, String) {
    let Some(available) = condition(value, "Available") else {
        return (Health::Progressing, "Waiting to be processed".into());
    };
    let told = [available.str_at("reason"), ": ", available.str_at("message")].concat();
    (if available.str_at("status") == "True" { Health::Healthy } else { Health::Progressing }, told)
}

fn workflow(value: &Value) -> (Health, String) {
    let health = match value.str_at("status.phase") {
        "" | "Pending" | "Running" => Health::Progressing,
        "Succeeded" => Health::Healthy,
        "Failed" | "Error" => Health::Degraded,
        _ => Health::Unknown,
    };
    (health, value.str_at("status.message").into())
}

/// `resource_customizations/apiextensions.k8s.io/CustomResourceDefinition`.
#[inline(never)]
fn definition(value: &Value) -> (Health, String) {
    let conditions = value.list_at("status.conditions");
    if conditions.is_empty() {
        return (Health::Progressing, "Status conditions not found".into());
    }
    for one in conditions {
        let told = |health, text: &str| (health, [text, one.str_at("message")].concat());
        match (one.str_at("type"), one.str_at("status")) {
            ("Terminating", "True") => return told(Health::Progressing, "CRD is terminating: "),
            ("NamesAccepted", "False") => return told(Health::Degraded, "CRD names have not been accepted: "),
            ("NonStructuralSchema", "True") => return told(Health::Degraded, "Schema violations found: "),
            ("Established", status) if status != "True" && one.str_at("reason") == "Installing" => {
                return (Health::Progressing, "CRD is being installed".into());
            }
            _ => {}
        }
    }
    if condition_true(value, "Established") {
        return (Health::Healthy, "CRD is healthy".into());
    }
    (Health::Degraded, "CRD is not established".into())
}

/// `resource_customizations/batch/CronJob`.
#[inline(never)]
fn cron_job(value: &Value) -> (Health, String) {
    let status = value.at("status");
    let (last, succeeded) = (status.str_at("lastScheduleTime"), status.str_at("lastSuccessfulTime"));
    let (health, told) = match () {
        () if value.bool_at("spec.suspend") => (Health::Healthy, "CronJob is Suspended"),
        () if status.is_null() => (Health::Progressing, "Waiting for CronJob"),
        () if last.is_empty() => (Health::Healthy, "CronJob has not been scheduled yet"),
        () if succeeded.is_empty() => {
            (Health::Healthy, "The CronJob never completed successfully. It may not be healthy")
        }
        () if !status.list_at("active").is_empty() => {
            (Health::Healthy, "The job is running. Its last execution may not have been successful")
        }
        () if succeeded < last => (Health::Degraded, "CronJob has not completed its last execution successfully"),
        () => (Health::Healthy, "CronJob has completed its last execution successfully"),
    };
    (health, told.into())
}

/// `resource_customizations/bitnami.com/SealedSecret`.
#[inline(never)]
fn sealed_secret(value: &Value) -> (Health, String) {
    let synced = cluster::condition(value, "Synced");
    match synced.map(|one| (one.str_at("status"), one.str_at("message").to_string())) {
        Some(("False", told)) => (Health::Degraded, told),
        Some(("True", told)) => (Health::Healthy, told),
        _ => (Health::Progressing, "Waiting for Sealed Secret to be decrypted".into()),
    }
}

/// `resource_customizations/argoproj.io/ApplicationSet`.
#[inline(never)]
fn application_set(value: &Value) -> (Health, String) {
    let is = |kind: &str, status: &str| condition(value, kind).filter(|one| one.str_at("status") == status);
    let found = is("ErrorOccurred", "True").map(|one| (Health::Degraded, one));
    let found = found.or_else(|| is("ResourcesUpToDate", "False").map(|one| (Health::Degraded, one)));
    let found = found.or_else(|| is("RolloutProgressing", "True").map(|one| (Health::Progressing, one)));
    let found = found.or_else(|| is("ResourcesUpToDate", "True").map(|one| (Health::Healthy, one)));
    match found {
        Some((health, one)) => (health, one.str_at("message").into()),
        None => (Health::Progressing, "Waiting for the status to be reported".into()),
    }
}
