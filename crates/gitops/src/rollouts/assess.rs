//! What is wrong with a metric, and what its measurements come to (`assessMetricStatus`).

use super::kinds::CONTROLLER;
use super::{analysis::completed, duration, measure};
use cluster::Writer;
use manifest::Value;
use sim::Time;
use std::time::Duration;

/// Errors in a row, unless a metric says otherwise.
const ERRORS_MAX: i64 = 4;

/// A count, which may be a text.
pub(super) fn count(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

pub(super) fn number(value: &Value, path: &str) -> i64 {
    value.int_at(path).unwrap_or(0)
}

/// From best to worst.
pub(super) fn badness(phase: &str) -> usize {
    ["Successful", "Running", "Pending", "Inconclusive", "Error", "Failed"]
        .iter()
        .position(|one| *one == phase)
        .unwrap_or(0)
}

/// How often a metric is measured: nothing is for ever.
pub(super) fn effective_count(metric: &Value) -> Option<i64> {
    let wanted = count(metric.at("count")).unwrap_or(0);
    match wanted {
        0 if metric.str_at("interval").is_empty() => Some(1),
        0 => None,
        count => Some(count),
    }
}

/// What is wrong with a metric.
pub(super) fn metric_fault(metric: &Value) -> Option<String> {
    let own = |field: &str| count(metric.at(field)).unwrap_or(0);
    let (times, failures, successes) = (own("count"), own("failureLimit"), own("consecutiveSuccessLimit"));
    let told = if successes < 0 {
        "consecutiveSuccessLimit must be >= 0".to_string()
    } else if failures < -1 {
        "failureLimit must be >= 0, or -1 to be disabled".into()
    } else if successes == 0 && failures == -1 {
        "failureLimit and consecutiveSuccessLimit cannot both be disabled".into()
    } else if own("inconclusiveLimit") < 0 {
        "inconclusiveLimit must be >= 0".into()
    } else if own("consecutiveErrorLimit") < 0 {
        "consecutiveErrorLimit must be >= 0".into()
    } else if times > 0 && failures >= 0 && times < failures {
        "count must be >= failureLimit".into()
    } else if times > 0 && times < own("inconclusiveLimit") {
        "count must be >= inconclusiveLimit".into()
    } else if times > 1 && metric.str_at("interval").is_empty() {
        "interval must be specified when count > 1".into()
    } else {
        for (field, name) in [("interval", "interval"), ("initialDelay", "startDelay")] {
            let text = metric.str_at(field);
            if !text.is_empty() && duration(text).is_none() {
                return Some(format!("invalid {name} string: time: invalid duration \"{text}\""));
            }
        }
        return measure::provider_fault(metric.at("provider"));
    };
    Some(told)
}

/// Whether a metric has failed, erred or knows nothing, and why.
pub(super) fn assess_bad(metric: &Value, result: &Value) -> Option<(&'static str, String)> {
    let mut found = None;
    let limit = |field: &str, fallback: i64| count(metric.at(field)).unwrap_or(fallback);
    let (failed, most) = (number(result, "failed"), limit("failureLimit", 0));
    if most >= 0 && failed > most {
        found = Some(("Failed", format!("failed ({failed}) > failureLimit ({most})")));
    }
    let (unknown, most) = (number(result, "inconclusive"), limit("inconclusiveLimit", 0));
    if unknown > most {
        found = Some(("Inconclusive", format!("inconclusive ({unknown}) > inconclusiveLimit ({most})")));
    }
    let (errors, most) = (number(result, "consecutiveError"), limit("consecutiveErrorLimit", ERRORS_MAX));
    if errors > most {
        found = Some(("Error", format!("consecutiveErrors ({errors}) > consecutiveErrorLimit ({most})")));
    }
    found
}

pub(super) fn assess(metric: &Value, result: &Value, terminating: bool) -> &'static str {
    let done = ["Successful", "Failed", "Error", "Inconclusive"];
    if let Some(phase) = done.iter().find(|phase| **phase == result.str_at("phase")) {
        return phase;
    }
    let Some(last) = result.list_at("measurements").last() else {
        return if terminating { "Successful" } else { "Pending" };
    };
    if !completed(last.str_at("phase")) {
        return "Running";
    }
    if let Some((phase, _)) = assess_bad(metric, result) {
        return phase;
    }
    let wanted = count(metric.at("consecutiveSuccessLimit")).unwrap_or(0);
    if wanted > 0 && number(result, "consecutiveSuccess") >= wanted {
        return "Successful";
    }
    if effective_count(metric).is_some_and(|times| number(result, "count") >= times) {
        let limited = count(metric.at("failureLimit")).unwrap_or(0) >= 0;
        return match (wanted > 0, limited) {
            (true, true) => "Inconclusive",
            (true, false) => "Failed",
            _ => "Successful",
        };
    }
    if terminating { "Successful" } else { "Running" }
}

impl super::run::Run<'_> {
    /// What `ttlStrategy` says of a run that is over.
    pub(super) fn forget(&mut self, spec: &Value) -> Option<Duration> {
        let ttl = spec.at("ttlStrategy");
        let own =
            if self.status.str_at("phase") == "Successful" { "secondsAfterSuccess" } else { "secondsAfterFailure" };
        let secs = ttl.int_at(own).or_else(|| ttl.int_at("secondsAfterCompletion"))?;
        let end = Time::parse_rfc3339(self.status.str_at("completedAt"))?;
        let due = end + Duration::from_secs(u64::try_from(secs).unwrap_or(0));
        if self.sim.now() <= due {
            return Some(due.since(self.sim.now()) + Duration::from_secs(1));
        }
        let writer = Writer::new(CONTROLLER, self.causes.clone());
        let place = (self.object.key.kind, self.object.namespace(), self.object.name());
        drop(self.cluster.delete(self.sim, place, cluster::DeleteOptions::default(), &writer));
        None
    }
}
