//! Conditions, phase and message of a Rollout (`utils/conditions`, `utils/rollout`, `rollout/sync.go`).

use super::info::current_step;
use super::pauses::pause_secs;
use super::sets::{SCALE_DOWN, revision};
use super::work::Work;
use cluster::condition;
use manifest::{Value, object};
use sim::Time;
use std::time::Duration;

fn find<'s>(status: &'s Value, kind: &str) -> Option<&'s Value> {
    status.list_at("conditions").iter().find(|one| one.str_at("type") == kind)
}

fn reason<'s>(status: &'s Value, kind: &str) -> &'s str {
    find(status, kind).map_or("", |one| one.str_at("reason"))
}

/// Sets a condition, unless its state and reason are what they were; whether it did.
pub(crate) fn with_condition(
    status: &mut Value,
    (kind, state, why, told): (&str, &str, &str, &str),
    now: &str,
) -> bool {
    let old = find(status, kind).cloned().unwrap_or_default();
    if old.str_at("status") == state && old.str_at("reason") == why {
        return false;
    }
    let since = if old.str_at("status") == state { old.str_at("lastTransitionTime") } else { now };
    let new = object! {
        "lastTransitionTime" => since, "lastUpdateTime" => now, "message" => told, "reason" => why, "status" => state,
        "type" => kind,
    };
    let all = status.at_mut("conditions").make_list();
    all.retain(|one| one.str_at("type") != kind);
    all.push(new);
    true
}

fn without(status: &mut Value, kind: &str) {
    status.at_mut("conditions").make_list().retain(|one| one.str_at("type") != kind);
}

fn count(status: &Value, field: &str) -> i64 {
    status.int_at(field).unwrap_or(0)
}

fn promoted(status: &Value) -> bool {
    !status.str_at("stableRS").is_empty() && status.str_at("stableRS") == status.str_at("currentPodHash")
}

/// Phase and message as a status comes to them (`CalculateRolloutPhase`).
fn phase(spec: &Value, status: &Value) -> (&'static str, String) {
    for one in status.list_at("conditions") {
        let told = |name: &str| [name, ": ", one.str_at("message")].concat();
        if one.str_at("type") == "InvalidSpec" {
            return ("Degraded", told("InvalidSpec"));
        }
        if let why @ ("RolloutAborted" | "ProgressDeadlineExceeded") = one.str_at("reason") {
            return ("Degraded", told(why));
        }
    }
    if spec.bool_at("paused") {
        return ("Paused", "manually paused".into());
    }
    if let Some(one) = status.list_at("pauseConditions").first() {
        return ("Paused", one.str_at("reason").into());
    }
    let progressing = |told: &str| ("Progressing", told.to_string());
    let restart = spec.str_at("restartAt");
    if !restart.is_empty() && restart != status.str_at("restartedAt") {
        return progressing("rollout is restarting");
    }
    if count(status, "updatedReplicas") < spec.int_at("replicas").unwrap_or(1) {
        return progressing("more replicas need to be updated");
    }
    if count(status, "availableReplicas") < count(status, "updatedReplicas") {
        return progressing("updated replicas are still becoming available");
    }
    let blue_green = spec.at("strategy.blueGreen");
    if !blue_green.is_null() {
        let active = status.str_at("blueGreen.activeSelector");
        if active.is_empty() || active != status.str_at("currentPodHash") {
            return progressing("active service cutover pending");
        }
        if !promoted(status) {
            let run = status.str_at("blueGreen.postPromotionAnalysisRunStatus.status");
            let waits = !blue_green.at("postPromotionAnalysis").is_null()
                && !matches!(run, "Successful" | "Failed" | "Error" | "Inconclusive");
            return progressing(if waits {
                "waiting for analysis to complete"
            } else {
                "waiting for post-promotion verification to complete"
            });
        }
    } else if count(status, "replicas") > count(status, "updatedReplicas") {
        return progressing("old replicas are pending termination");
    } else if !promoted(status) {
        return progressing("waiting for all steps to complete");
    }
    ("Healthy", String::new())
}

/// The same for whoever looks from outside: what the controller has not seen yet counts (`GetRolloutPhase`).
pub fn phase_of(rollout: &Value) -> (String, String) {
    let status = rollout.at("status");
    let generation = rollout.int_at("metadata.generation").unwrap_or(0);
    let seen = status.str_at("observedGeneration").parse::<i64>();
    if seen.is_ok_and(|seen| seen < generation) {
        return ("Progressing".into(), "waiting for rollout spec update to be observed".into());
    }
    if status.bool_at("controllerPause") && status.list_at("pauseConditions").is_empty() {
        return ("Progressing".into(), "waiting for rollout to unpause".into());
    }
    if !status.str_at("phase").is_empty() {
        return (status.str_at("phase").into(), status.str_at("message").into());
    }
    let (phase, told) = phase(rollout.at("spec"), status);
    (phase.into(), told)
}

impl Work<'_> {
    pub fn write_phase(&self, status: &mut Value) {
        let (phase, message) = phase(self.spec(), status);
        status.put("phase", phase);
        status.remove("message");
        if !message.is_empty() {
            status.put("message", message);
        }
    }

    /// Pausing and resuming do not count as lack of progress; whether something was written.
    pub fn check_paused(&mut self) -> bool {
        if self.status().str_at("observedGeneration") != self.object.generation().to_string() {
            return false;
        }
        let status = self.status();
        let paused = !status.list_at("pauseConditions").is_empty() || self.spec().bool_at("paused");
        let why = reason(status, "Progressing");
        let aborted = why == "RolloutAborted";
        let mut all: Vec<(&str, &str, &str, &str)> = Vec::new();
        if paused != (why == "RolloutPaused") && !aborted && !promoted(status) {
            all.push(if paused {
                ("Progressing", "Unknown", "RolloutPaused", "Rollout is paused")
            } else {
                ("Progressing", "Unknown", "RolloutResumed", "Rollout is resumed")
            });
        }
        if !status.bool_at("abort") && aborted {
            all.push(("Progressing", "Unknown", "RolloutRetry", "Retrying Rollout after abort"));
        }
        let marked = condition(&self.object.value, "Paused").is_some_and(|one| one.str_at("status") == "True");
        if paused != marked && !aborted {
            let state = if paused { "True" } else { "False" };
            all.push(("Paused", state, "RolloutPaused", "Rollout is paused"));
        }
        !all.is_empty() && self.patch_conditions(&all)
    }

    /// Writes the new status, with all that follows from it.
    pub fn persist(&mut self) {
        self.next.put("observedGeneration", self.object.generation().to_string());
        self.abort_when_late();
        self.write_pauses();
        self.write_conditions();
        let mut next = self.next.clone();
        self.write_phase(&mut next);
        let before = self.status().clone();
        if !self.write_status(next) {
            return self.wake_for_deadline();
        }
        let paused = |status: &Value| !status.list_at("pauseConditions").is_empty();
        let now = self.status().clone();
        if paused(&now) && !paused(&before) {
            let why = now.list_at("pauseConditions")[0].str_at("reason").to_string();
            self.event(false, "RolloutPaused", &["Rollout is paused (", &why, ")"].concat());
        } else if paused(&before) && !paused(&now) && !now.bool_at("abort") {
            self.event(false, "RolloutResumed", "Rollout is resumed");
        }
        self.wake_for_deadline();
    }

    fn healthy(&self) -> bool {
        let (next, replicas) = (&self.next, self.replicas());
        let hash = next.str_at("currentPodHash");
        let done = if self.blue_green() {
            next.str_at("blueGreen.activeSelector") == hash
                && (self.strategy().str_at("previewService").is_empty()
                    || next.str_at("blueGreen.previewSelector") == hash)
        } else {
            let all = i64::try_from(self.steps().len()).unwrap_or(0);
            let executed = all == 0 || next.int_at("currentStepIndex").is_none_or(|at| at == all);
            executed && promoted(next) && count(next, "replicas") == replicas
        };
        count(next, "updatedReplicas") == replicas
            && count(next, "availableReplicas") == replicas
            && self.status().str_at("observedGeneration") == self.object.generation().to_string()
            && done
    }

    fn progressing(&self) -> bool {
        let (old, new) = (self.status(), &self.next);
        let differs = |path: &str| old.str_at(path) != new.str_at(path);
        let strategy = if self.blue_green() {
            differs("blueGreen.activeSelector") || differs("blueGreen.previewSelector")
        } else {
            let steps = (old.int_at("currentStepIndex"), new.int_at("currentStepIndex"));
            differs("stableRS")
                || differs("currentStepHash")
                || matches!(steps, (Some(before), Some(after)) if before != after)
        };
        let left = |status: &Value| count(status, "replicas") - count(status, "updatedReplicas");
        count(new, "updatedReplicas") != count(old, "updatedReplicas")
            || left(new) < left(old)
            || count(new, "readyReplicas") > count(old, "readyReplicas")
            || count(new, "availableReplicas") > count(old, "availableReplicas")
            || strategy
    }

    fn deadline(&self) -> Duration {
        let secs = self.spec().int_at("progressDeadlineSeconds").unwrap_or(600);
        Duration::from_secs(u64::try_from(secs).unwrap_or(0))
    }

    fn timed_out(&self, status: &Value) -> bool {
        let Some(one) = find(status, "Progressing") else { return false };
        match one.str_at("reason") {
            "RolloutAborted" | "RolloutPaused" => false,
            "ProgressDeadlineExceeded" => true,
            _ => {
                let from = Time::parse_rfc3339(one.str_at("lastUpdateTime")).unwrap_or_default();
                from + self.deadline() < self.sim.now()
            }
        }
    }

    /// Steps that may take as long as they like, and sets that wait for their end.
    fn untimed(&self) -> bool {
        let (_, step) = current_step(&self.object.value);
        let step = ["experiment", "analysis", "pause"].iter().any(|field| !step.at(field).is_null());
        let paused = condition(&self.object.value, "Paused").is_some_and(|one| one.str_at("status") == "True");
        let waits = |at: usize| !self.sets.all[at].annotation(SCALE_DOWN).is_empty();
        step || paused || self.sets.others().into_iter().any(waits)
    }

    fn late_message(&self) -> String {
        match self.sets.latest() {
            Some(set) => format!("ReplicaSet \"{}\" has timed out progressing.", set.name()),
            None => format!("Rollout \"{}\" has timed out progressing.", self.object.name()),
        }
    }

    fn abort_when_late(&mut self) {
        let late = self.spec().bool_at("progressDeadlineAbort")
            && !self.pauses.aborted(self.status())
            && !promoted(&self.next)
            && !self.progressing()
            && !self.untimed()
            && self.timed_out(self.status());
        if late {
            let told = self.late_message();
            self.pauses.abort = Some(told.clone());
            self.event(true, "RolloutAborted", &told);
        }
    }

    fn set(&mut self, one: (&str, &str, &str, &str)) -> bool {
        let now = self.sim.now().rfc3339();
        with_condition(&mut self.next, one, &now)
    }

    fn write_conditions(&mut self) {
        let paused = !self.next.list_at("pauseConditions").is_empty() || self.spec().bool_at("paused");
        let aborted = self.pauses.aborted(self.status());
        let mut became_unhealthy = false;
        if !paused && self.healthy() {
            self.set(("Healthy", "True", "RolloutHealthy", "Rollout is healthy"));
        } else if find(self.status(), "Healthy").is_some() {
            became_unhealthy = self.set(("Healthy", "False", "RolloutHealthy", "Rollout is not healthy"));
        }
        if aborted {
            let mut told = format!("Rollout aborted update to revision {}", revision(&self.object));
            if let Some(why) = self.pauses.abort.as_ref().filter(|why| !why.is_empty()) {
                told = [&told, ": ", why.as_str()].concat();
            }
            if self.set(("Progressing", "False", "RolloutAborted", &told)) {
                self.event(true, "RolloutAborted", &told);
            }
        } else {
            self.write_progress(became_unhealthy);
        }
        let enough = match self.blue_green() {
            true => {
                let active = self.sets.by_hash(self.next.str_at("blueGreen.activeSelector"));
                active.is_some_and(|set| self.saturated(set))
            }
            false => self.sets.sum(|s| s.available) >= self.replicas(),
        };
        self.set(if enough {
            ("Available", "True", "AvailableReason", "Rollout has minimum availability")
        } else {
            ("Available", "False", "AvailableReason", "Rollout does not have minimum availability")
        });
        self.write_failure();
        if promoted(&self.next) {
            self.set(("Completed", "True", "RolloutCompleted", "RolloutCompleted"));
        } else if self.set(("Completed", "False", "RolloutCompleted", "RolloutCompleted")) {
            let (revision, hash) = (revision(&self.object), self.next.str_at("currentPodHash").to_string());
            let told = format!("Rollout not completed, started update to revision {revision} ({hash})");
            self.event(false, "RolloutNotCompleted", &told);
        }
    }

    /// A set that cannot make its pods says so here too.
    fn write_failure(&mut self) {
        let failing = |set: &&std::sync::Arc<cluster::Object>| condition(&set.value, "ReplicaFailure").is_some();
        let found = self.sets.latest().filter(failing).or_else(|| self.sets.all.iter().find(failing));
        let one = found.and_then(|set| condition(&set.value, "ReplicaFailure")).cloned();
        match one {
            Some(one) => {
                let (state, why, told) = (one.str_at("status"), one.str_at("reason"), one.str_at("message"));
                self.set(("ReplicaFailure", state, why, told));
            }
            None => without(&mut self.next, "ReplicaFailure"),
        }
    }

    fn write_progress(&mut self, became_unhealthy: bool) {
        let name = self.sets.latest().map_or_else(String::new, |set| set.name().to_string());
        if self.healthy() {
            let told = format!("ReplicaSet \"{name}\" has successfully progressed.");
            self.set(("Progressing", "True", "NewReplicaSetAvailable", &told));
        } else if self.progressing() || became_unhealthy {
            let told = format!("ReplicaSet \"{name}\" is progressing.");
            let lost = ("Progressing", "True", "ReplicaSetNotAvailable", "Rollout does not have minimum availability");
            let moves = ("Progressing", "True", "ReplicaSetUpdated", told.as_str());
            let one = if promoted(&self.next) && became_unhealthy { lost } else { moves };
            // Its time moves with every progress.
            let old = find(&self.next, "Progressing").cloned().unwrap_or_default();
            without(&mut self.next, "Progressing");
            self.set(one);
            if old.str_at("status") == "True"
                && let Some(new) = self.next.at_mut("conditions").make_list().last_mut()
            {
                new.put("lastTransitionTime", old.at("lastTransitionTime").clone());
            }
        } else if !self.untimed() && self.timed_out(&self.next) {
            let told = self.late_message();
            self.set(("Progressing", "False", "ProgressDeadlineExceeded", &told));
        }
    }

    /// Looks again when it would be late.
    fn wake_for_deadline(&mut self) {
        let status = self.status();
        let Some(one) = find(status, "Progressing") else { return };
        let rests =
            matches!(one.str_at("reason"), "ProgressDeadlineExceeded" | "NewReplicaSetAvailable" | "RolloutPaused");
        if rests || status.bool_at("abort") || promoted(status) && status.str_at("phase") == "Healthy" || self.untimed()
        {
            return;
        }
        let from = Time::parse_rfc3339(one.str_at("lastUpdateTime")).unwrap_or_default();
        let left = (from + self.deadline()).since(self.sim.now());
        self.wake_in(left + Duration::from_secs(1));
    }
}

/// Whether a text is a pause's duration.
pub(crate) fn is_pause(duration: &Value) -> bool {
    duration.is_null() || pause_secs(duration) >= 0
}
