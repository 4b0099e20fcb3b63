//! Jobs and cron jobs (Kubernetes 1.32, `pkg/apis/batch/v1/defaults.go`).

use super::{default, template};
use manifest::Value;

pub(crate) fn job(job: &mut Value) {
    // Jobs without both are one pod; those with only a parallelism are work queues.
    if job.at("spec.completions").is_null() && job.at("spec.parallelism").is_null() {
        default(job, "spec.completions", 1);
    }
    default(job, "spec.parallelism", 1);
    default(job, "spec.backoffLimit", 6);
    default(job, "spec.completionMode", "NonIndexed");
    default(job, "spec.suspend", false);
    default(job, "spec.manualSelector", false);
    let policy = if job.at("spec.podFailurePolicy").is_null() { "TerminatingOrFailed" } else { "Failed" };
    default(job, "spec.podReplacementPolicy", policy);
    for at in 0..job.list_at("spec.podFailurePolicy.rules").len() {
        for pattern in 0..job.list_at(&format!("spec.podFailurePolicy.rules[{at}].onPodConditions")).len() {
            default(job, &format!("spec.podFailurePolicy.rules[{at}].onPodConditions[{pattern}].status"), "True");
        }
    }
    template(job);
    default(job, "status", Value::map());
}

pub(crate) fn cron_job(cron: &mut Value) {
    default(cron, "spec.concurrencyPolicy", "Allow");
    default(cron, "spec.suspend", false);
    default(cron, "spec.successfulJobsHistoryLimit", 3);
    default(cron, "spec.failedJobsHistoryLimit", 1);
    default(cron, "spec.jobTemplate.metadata.creationTimestamp", Value::Null);
    let mut inner = cron.at("spec.jobTemplate").clone();
    template(&mut inner);
    cron.set("spec.jobTemplate", inner);
    default(cron, "status", Value::map());
}

/// The selector and the labels that every job's pods get, once its uid is known.
pub(crate) fn job_identity(job: &mut Value, uid: &str) {
    if job.bool_at("spec.manualSelector") {
        return;
    }
    let name = job.str_at("metadata.name").to_string();
    let mut labels = job.at("spec.template.metadata.labels").clone();
    for prefix in ["batch.kubernetes.io/", ""] {
        labels.put(&format!("{prefix}controller-uid"), uid);
        labels.put(&format!("{prefix}job-name"), name.as_str());
    }
    job.set("spec.template.metadata.labels", labels);
    job.at_mut("spec.selector.matchLabels").put("batch.kubernetes.io/controller-uid", uid);
}
