//! Argo CD's scripts for these kinds (`resource_customizations/argoproj.io`).

use super::conditions::phase_of;
use crate::health::Health;
use manifest::Value;

const WORKLOAD: &str = "rollout.argoproj.io/workload-generation";

/// A Rollout: what it says of itself, where a pause is a suspension.
/// Unlike argocd: one without a phase, which only Argo Rollouts before 1.0 leaves, is judged in the words of its plugin.
pub(crate) fn rollout(value: &Value) -> (Health, String) {
    let status = value.at("status");
    let generation = value.int_at("metadata.generation").unwrap_or(0);
    let observed = status.str_at("observedGeneration").parse::<i64>();
    let workload = value.map_at("metadata.annotations").get(WORKLOAD).and_then(Value::as_str).unwrap_or("");
    let stale = !value.at("spec.workloadRef").is_null() && workload != status.str_at("workloadObservedGeneration");
    if status.is_null() || stale || observed.is_ok_and(|observed| observed < generation) {
        return (Health::Progressing, "Waiting for rollout spec update to be observed".into());
    }
    let own = (status.str_at("phase").to_string(), status.str_at("message").to_string());
    let (phase, message) = if own.0.is_empty() { phase_of(value) } else { own };
    let health = match phase.as_str() {
        "Healthy" => Health::Healthy,
        "Paused" => Health::Suspended,
        "Degraded" => Health::Degraded,
        "Progressing" => Health::Progressing,
        _ => Health::Unknown,
    };
    (health, message)
}

/// An AnalysisRun, or an Experiment, which is judged alike.
pub(crate) fn analysis_run(value: &Value) -> (Health, String) {
    let run = value.str_at("kind") == "AnalysisRun";
    let (name, small) = if run { ("Analysis run", "analysis run") } else { ("Experiment", "experiment") };
    let status = value.at("status");
    if status.is_null() {
        let told = ["Waiting for ", small, " to finish: status has not been reconciled."].concat();
        return (Health::Progressing, told);
    }
    let (health, words) = match status.str_at("phase") {
        "Successful" => (Health::Healthy, if run { " completed successfully" } else { " is successful" }),
        "Failed" => (Health::Degraded, if run { " failed" } else { " has failed" }),
        "Pending" if !run => return (Health::Progressing, "Experiment is pending".into()),
        "Error" => (Health::Degraded, " had an error"),
        "Inconclusive" => (Health::Unknown, " was inconclusive"),
        _ => return (Health::Progressing, [name, " is running"].concat()),
    };
    let told = status.str_at("message");
    (health, if told.is_empty() || !run { [name, words].concat() } else { told.into() })
}
