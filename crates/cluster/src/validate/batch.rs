//! Jobs and cron jobs (Kubernetes 1.32, `pkg/apis/batch/validation`).

use super::not_negative;
use super::pod::template_spec;
use crate::status::FieldError;
use manifest::Value;
use sim::{Schedule, Zone};

pub(crate) fn job(job: &Value, old: Option<&Value>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    job_spec(&mut errors, job, "spec");
    if let Some(old) = old {
        for field in ["spec.completions", "spec.selector", "spec.completionMode", "spec.podFailurePolicy"] {
            let elastic = field == "spec.completions"
                && job.str_at("spec.completionMode") == "Indexed"
                && job.at("spec.completions") == job.at("spec.parallelism");
            if old.at(field) != job.at(field) && !elastic {
                errors.push(FieldError::invalid(field, job.at(field), "field is immutable"));
            }
        }
        let suspended = old.bool_at("spec.suspend") && old.at("status.startTime").is_null();
        if old.at("spec.template") != job.at("spec.template") && !suspended {
            // Unlike kubernetes: the template is not printed in Go syntax.
            let shown = "core.PodTemplateSpec{...}";
            errors.push(FieldError::invalid_shown("spec.template", shown, "field is immutable"));
        }
    }
    errors
}

fn job_spec(errors: &mut Vec<FieldError>, job: &Value, path: &str) {
    for field in [
        "parallelism",
        "completions",
        "activeDeadlineSeconds",
        "backoffLimit",
        "ttlSecondsAfterFinished",
        "backoffLimitPerIndex",
        "maxFailedIndexes",
    ] {
        not_negative(errors, job, &format!("{path}.{field}"));
    }
    let spec = job.at(path);
    match spec.str_at("completionMode") {
        "NonIndexed" | "" => {}
        "Indexed" => {
            if spec.at("completions").is_null() {
                let why = "when completion mode is Indexed";
                errors.push(FieldError::required(format!("{path}.completions"), why));
            }
        }
        _ => {
            let known = ["Indexed", "NonIndexed"];
            let at = format!("{path}.completionMode");
            errors.push(FieldError::unsupported(at, spec.at("completionMode"), &known));
        }
    }
    failure_policy(errors, spec, path);
    template_spec(errors, spec.at("template.spec"), &format!("{path}.template.spec"));
    let policy = spec.at("template.spec.restartPolicy");
    let at = format!("{path}.template.spec.restartPolicy");
    match policy.as_str() {
        Some("Always") => errors.push(FieldError::required(at, "valid values: \"OnFailure\", \"Never\"")),
        Some("OnFailure" | "Never") | None => {}
        Some(_) => errors.push(FieldError::unsupported(at, policy, &["OnFailure", "Never"])),
    }
}

fn failure_policy(errors: &mut Vec<FieldError>, spec: &Value, path: &str) {
    let rules = spec.list_at("podFailurePolicy.rules");
    if !rules.is_empty() && spec.str_at("template.spec.restartPolicy") != "Never" {
        let at = format!("{path}.template.spec.restartPolicy");
        let why = "only \"Never\" is supported when podFailurePolicy is specified";
        errors.push(FieldError::invalid(at, spec.at("template.spec.restartPolicy"), why));
    }
    for (at, rule) in rules.iter().enumerate() {
        let here = format!("{path}.podFailurePolicy.rules[{at}]");
        if !matches!(rule.str_at("action"), "Count" | "FailIndex" | "FailJob" | "Ignore") {
            let known = ["Count", "FailIndex", "FailJob", "Ignore"];
            errors.push(FieldError::unsupported(format!("{here}.action"), rule.at("action"), &known));
        }
        let (exit, conditions) = (rule.at("onExitCodes"), rule.list_at("onPodConditions"));
        if exit.is_null() && conditions.is_empty() {
            let why = "specifying one of OnExitCodes and OnPodConditions is required";
            errors.push(FieldError::invalid_shown(format!("{here}.onExitCodes"), "null", why));
        }
        if !exit.is_null() && !matches!(exit.str_at("operator"), "In" | "NotIn") {
            let at = format!("{here}.onExitCodes.operator");
            errors.push(FieldError::unsupported(at, exit.at("operator"), &["In", "NotIn"]));
        }
    }
}

pub(crate) fn cron_job(cron: &Value, _: Option<&Value>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let spec = cron.at("spec");
    if cron.str_at("metadata.name").len() > 52 {
        errors.push(FieldError::invalid(
            "metadata.name",
            cron.at("metadata.name"),
            "must be no more than 52 characters",
        ));
    }
    let schedule = spec.str_at("schedule");
    if schedule.is_empty() {
        errors.push(FieldError::required("spec.schedule", ""));
    } else if let Err(why) = Schedule::parse(schedule) {
        errors.push(FieldError::invalid("spec.schedule", spec.at("schedule"), &why));
    }
    if let Some(zone) = spec.get("timeZone").and_then(Value::as_str) {
        if zone.is_empty() {
            let why = "timeZone must be nil or non-empty string";
            errors.push(FieldError::invalid("spec.timeZone", spec.at("timeZone"), why));
        } else if Zone::find(zone).is_none() {
            let why = format!("unknown time zone {zone}");
            errors.push(FieldError::invalid("spec.timeZone", spec.at("timeZone"), &why));
        }
    }
    for field in ["startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit"] {
        not_negative(&mut errors, cron, &format!("spec.{field}"));
    }
    if !matches!(spec.str_at("concurrencyPolicy"), "Allow" | "Forbid" | "Replace") {
        let known = ["Allow", "Forbid", "Replace"];
        errors.push(FieldError::unsupported("spec.concurrencyPolicy", spec.at("concurrencyPolicy"), &known));
    }
    job_spec(&mut errors, cron, "spec.jobTemplate.spec");
    errors
}
