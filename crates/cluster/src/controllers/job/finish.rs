//! How a job ends: enough successes, too many failures, or its deadline.

use super::{Look, int};
use crate::object::{Object, time_at};
use crate::recorder::Note;
use manifest::{Value, object};
use std::sync::Arc;
use std::time::Duration;

fn last(status: &Value) -> Option<&Value> {
    let ends = |c: &&Value| matches!(c.str_at("type"), "Complete" | "Failed") && c.str_at("status") == "True";
    status.list_at("conditions").iter().find(ends)
}

pub(super) fn ended(status: &Value) -> bool {
    last(status).is_some()
}

pub(super) fn ended_at(status: &Value) -> Option<sim::Time> {
    time_at(last(status)?, "lastTransitionTime")
}

impl Look<'_> {
    /// Why the job cannot succeed any more.
    #[inline(never)]
    pub(super) fn over(&mut self, active: &[Arc<Object>]) -> Option<(String, String)> {
        // Somebody has ended it by hand.
        if let Some(target) = crate::object::condition(&object! { "status" => self.status.clone() }, "FailureTarget")
            && target.str_at("status") == "True"
        {
            return Some((target.str_at("reason").into(), target.str_at("message").into()));
        }
        let limit = self.spec().int_at("backoffLimit").unwrap_or(6);
        let restarts: i64 = match self.spec().str_at("template.spec.restartPolicy") {
            "OnFailure" => active.iter().map(|pod| restarts(&pod.value)).sum(),
            _ => 0,
        };
        let often = if limit == 0 { restarts > 0 } else { restarts >= limit && restarts > 0 };
        if int(&self.status, "failed") > limit || often {
            let message = "Job has reached the specified backoff limit";
            return Some(("BackoffLimitExceeded".into(), message.into()));
        }
        let (Some(deadline), Some(started)) = (self.spec().int_at("activeDeadlineSeconds"), self.started()) else {
            return None;
        };
        let ends = started + Duration::from_secs(u64::try_from(deadline).unwrap_or(0));
        if self.spec().bool_at("suspend") {
            return None;
        }
        if ends <= self.now {
            return Some(("DeadlineExceeded".into(), "Job was active longer than specified deadline".into()));
        }
        self.done.look_again(ends.since(self.now));
        None
    }

    /// Whether enough pods have succeeded.
    pub(super) fn enough(&self, active: &[Arc<Object>]) -> bool {
        let have = int(&self.status, "succeeded");
        match self.spec().int_at("completions") {
            Some(completions) => have >= completions,
            None => have > 0 && active.is_empty(),
        }
    }

    pub(super) fn fail(&mut self, reason: &str, message: &str) {
        for kind in ["FailureTarget", "Failed"] {
            self.condition(kind, "True", reason, message);
        }
        self.note(Note { reason: known(reason), ..Note::warning("", message) });
        self.record(&format!("failed: {reason}"));
    }

    pub(super) fn complete(&mut self) {
        for kind in ["SuccessCriteriaMet", "Complete"] {
            self.condition(kind, "True", "CompletionsReached", "Reached expected number of succeeded pods");
        }
        self.status.put("completionTime", self.now.rfc3339());
        self.note(Note::normal("Completed", "Job completed"));
        self.record("completed");
    }

    fn record(&mut self, text: &str) {
        let about = self.job.clone();
        self.done.actions.push(super::Action::Record { about, text: text.to_string() });
    }
}

fn known(reason: &str) -> &'static str {
    match reason {
        "BackoffLimitExceeded" => "BackoffLimitExceeded",
        "DeadlineExceeded" => "DeadlineExceeded",
        "ManuallyTerminated" => "ManuallyTerminated",
        _ => "PodFailurePolicy",
    }
}

fn restarts(pod: &Value) -> i64 {
    let empty = object! {};
    let all = |path: &str| pod.list_at(path).iter().map(|s| s.int_at("restartCount").unwrap_or(0)).sum::<i64>();
    let running = matches!(pod.str_at("status.phase"), "Running" | "Pending");
    if running && *pod != empty { all("status.containerStatuses") + all("status.initContainerStatuses") } else { 0 }
}
