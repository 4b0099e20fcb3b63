//! Health of Flux' kinds and of disruption budgets, as Argo CD's scripts judge them (`resource_customizations`).

use crate::health::Health;
use manifest::Value;

fn told(health: Health, message: impl Into<String>) -> (Health, String) {
    (health, message.into())
}

/// A kind of Flux: enough of its conditions must be good, two must be under way.
#[inline(never)]
pub(crate) fn toolkit(value: &Value) -> Option<(Health, String)> {
    let kind = value.str_at("kind");
    // Those of notifications have no script.
    (!matches!(kind, "Alert" | "Provider")).then(|| judge(value, kind))
}

fn judge(value: &Value, kind: &str) -> (Health, String) {
    if kind != "ImagePolicy" && value.bool_at("spec.suspend") {
        return told(Health::Suspended, [kind, " is suspended"].concat());
    }
    if kind == "HelmRepository" && value.str_at("spec.type") == "oci" {
        let message = "Helm repositories of type 'oci' do not contain any information in the status.";
        return told(Health::Healthy, message);
    }
    if value.at("status.conditions").is_null() {
        return told(Health::Progressing, "Status unknown");
    }
    // What counts as under way: of image policies and repositories a Ready that is false, and these reasons only.
    let (unready, reasons): (&str, &[&str]) = match kind {
        "ImagePolicy" => ("False", &["NewGeneration", "AccessingRepository", "ApplyingPolicy"]),
        "ImageRepository" => ("False", &["NewGeneration", "Scanning"]),
        _ => ("Unknown", &[]),
    };
    // What must be true beside Ready.
    let beside: &[&str] = match kind {
        "HelmRelease" => &["Released", "TestSuccess"],
        "GitRepository" | "HelmChart" | "HelmRepository" | "Bucket" | "OCIRepository" => &["ArtifactInStorage"],
        _ => &[],
    };
    let (mut moving, mut good, mut message) = (0, 0, String::new());
    for condition in value.list_at("status.conditions") {
        let (status, reason) = (condition.str_at("status"), condition.str_at("reason"));
        match condition.str_at("type") {
            "Ready" => {
                good += i32::from(status == "True");
                moving += i32::from(status == unready);
                message = reason.into();
            }
            "Reconciling" if status == "True" => moving += i32::from(reasons.is_empty() || reasons.contains(&reason)),
            "ArtifactOutdated" if status == "True" && beside == ["ArtifactInStorage"] => {
                message = [&message, " ", reason].concat();
            }
            other if status == "True" && beside.contains(&other) => good += 1,
            _ => {}
        }
    }
    let health = match (moving, good) {
        (2, _) if kind != "Receiver" => Health::Progressing,
        (_, good) if good == 1 + i32::from(!beside.is_empty()) => Health::Healthy,
        _ => Health::Degraded,
    };
    told(health, message)
}

/// Too few pods are no fault of the budget.
#[inline(never)]
pub(crate) fn disruption_budget(value: &Value) -> (Health, String) {
    let all = value.list_at("status.conditions");
    let bad = |one: &&Value| one.str_at("status") == "False" && one.str_at("reason") != "InsufficientPods";
    let (health, condition) = match all.iter().find(bad) {
        Some(one) => (Health::Degraded, one),
        None => match all.last() {
            Some(one) => (Health::Healthy, one),
            None => return told(Health::Progressing, "Waiting for status"),
        },
    };
    told(health, ["PodDisruptionBudget has ", condition.str_at("reason")].concat())
}
