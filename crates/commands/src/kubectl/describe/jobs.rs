//! Jobs and cron jobs.

use super::containers::template;
use super::parts::{Writer, controller, head, if_set, or_unset, selector, time};
use cluster::{Object, human_duration, time_at};
use manifest::Value;

pub(super) fn job(object: &Object, w: &mut Writer) {
    let (spec, status) = (object.value.at("spec"), object.value.at("status"));
    w.pair(0, "Name", object.name());
    w.pair(0, "Namespace", object.namespace());
    w.pair(0, "Selector", selector(spec.at("selector")));
    super::parts::labels(w, "Labels", object.labels());
    super::parts::annotations(w, "Annotations", object.value.map_at("metadata.annotations"));
    let owner = controller(object);
    if !owner.is_empty() {
        w.pair(0, "Controlled By", owner);
    }
    if_set(w, "Parallelism", spec.at("parallelism"));
    w.pair(0, "Completions", or_unset(spec.at("completions")));
    if_set(w, "Completion Mode", spec.at("completionMode"));
    if_set(w, "Suspend", spec.at("suspend"));
    if_set(w, "Backoff Limit", spec.at("backoffLimit"));
    if_set(w, "TTL Seconds After Finished", spec.at("ttlSecondsAfterFinished"));
    let (began, ended) = (time_at(status, "startTime"), time_at(status, "completionTime"));
    if began.is_some() {
        w.pair(0, "Start Time", time(status, "startTime"));
    }
    if ended.is_some() {
        w.pair(0, "Completed At", time(status, "completionTime"));
    }
    if let (Some(began), Some(ended)) = (began, ended) {
        w.pair(0, "Duration", human_duration(ended.since(began)));
    }
    if let Some(secs) = spec.int_at("activeDeadlineSeconds") {
        w.pair(0, "Active Deadline Seconds", format!("{secs}s"));
    }
    let count = |field: &str| status.int_at(field).unwrap_or(0);
    let ready = status.int_at("ready").map_or_else(String::new, |n| format!(" ({n} Ready)"));
    let (active, won, lost) = (count("active"), count("succeeded"), count("failed"));
    w.pair(0, "Pods Statuses", format!("{active} Active{ready} / {won} Succeeded / {lost} Failed"));
    if spec.str_at("completionMode") == "Indexed" {
        w.pair(0, "Completed Indexes", indexes(status.str_at("completedIndexes")));
    }
    template(spec.at("template"), w);
}

/// The first indexes, up to a comma behind the fiftieth letter.
fn indexes(all: &str) -> String {
    if all.is_empty() {
        return "<none>".into();
    }
    match all.get(50..).and_then(|rest| rest.find(',')) {
        Some(at) => format!("{}...", &all[..=50 + at]),
        None => all.to_string(),
    }
}

pub(super) fn cron_job(object: &Object, w: &mut Writer) {
    let (spec, status) = (object.value.at("spec"), object.value.at("status"));
    head(w, object);
    w.pair(0, "Schedule", spec.str_at("schedule"));
    w.pair(0, "Concurrency Policy", spec.str_at("concurrencyPolicy"));
    let suspend = match spec.at("suspend").as_bool() {
        None => "<unset>",
        Some(true) => "True",
        Some(false) => "False",
    };
    w.pair(0, "Suspend", suspend);
    w.pair(0, "Successful Job History Limit", or_unset(spec.at("successfulJobsHistoryLimit")));
    w.pair(0, "Failed Job History Limit", or_unset(spec.at("failedJobsHistoryLimit")));
    let secs = |value: &Value| value.as_i64().map_or_else(|| "<unset>".into(), |n| format!("{n}s"));
    w.pair(0, "Starting Deadline Seconds", secs(spec.at("startingDeadlineSeconds")));
    let job = spec.at("jobTemplate.spec");
    let chosen = job.at("selector");
    w.pair(0, "Selector", if chosen.is_null() { "<unset>".into() } else { selector(chosen) });
    w.pair(0, "Parallelism", or_unset(job.at("parallelism")));
    w.pair(0, "Completions", or_unset(job.at("completions")));
    if let Some(secs) = job.int_at("activeDeadlineSeconds") {
        w.pair(0, "Active Deadline Seconds", format!("{secs}s"));
    }
    template(job.at("template"), w);
    let last = status.at("lastScheduleTime");
    w.pair(0, "Last Schedule Time", if last.is_null() { "<unset>".into() } else { time(status, "lastScheduleTime") });
    let active: Vec<&str> = status.list_at("active").iter().map(|job| job.str_at("name")).collect();
    w.pair(0, "Active Jobs", if active.is_empty() { "<none>".into() } else { active.join(", ") });
}
