//! Why a Rollout stands still, and whether it was given up (`rollout/pause.go`).

use super::work::Work;
use manifest::{Value, object};
use sim::Time;

pub(crate) const STEP: &str = "CanaryPauseStep";
pub(crate) const BLUE_GREEN: &str = "BlueGreenPause";
pub(crate) const INCONCLUSIVE: &str = "InconclusiveAnalysisRun";

/// What one look adds and takes away.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pauses {
    pub add: Vec<&'static str>,
    pub remove: Vec<&'static str>,
    pub clear: bool,
    /// With what is said about it.
    pub abort: Option<String>,
    pub no_abort: bool,
}

impl Pauses {
    pub fn aborted(&self, status: &Value) -> bool {
        !self.no_abort && (self.abort.is_some() || status.bool_at("abort"))
    }
}

/// The pause of a reason, where there is one.
pub(crate) fn pause<'s>(status: &'s Value, reason: &str) -> Option<&'s Value> {
    status.list_at("pauseConditions").iter().find(|one| one.str_at("reason") == reason)
}

pub(crate) fn since(pause: &Value) -> Time {
    Time::parse_rfc3339(pause.str_at("startTime")).unwrap_or_default()
}

/// Seconds of a pause: a number, or a text with a unit; below zero where it is neither.
pub(crate) fn pause_secs(duration: &Value) -> i64 {
    match duration {
        Value::Int(secs) => *secs,
        Value::Str(text) => text.parse().unwrap_or_else(|_| {
            super::duration(text).map_or(-1, |found| i64::try_from(found.as_secs()).unwrap_or(i64::MAX))
        }),
        _ => 0,
    }
}

impl Work<'_> {
    /// Abort, pauses and `controllerPause` of the new status.
    pub fn write_pauses(&mut self) {
        let now = self.sim.now().rfc3339();
        if self.pauses.aborted(self.status()) {
            let at = self.status().str_at("abortedAt").to_string();
            self.next.put("abort", true);
            self.next.put("abortedAt", if at.is_empty() { now } else { at });
            return;
        }
        if self.pauses.clear {
            return;
        }
        let old = self.status().list_at("pauseConditions");
        let mut all: Vec<Value> =
            old.iter().filter(|one| !self.pauses.remove.contains(&one.str_at("reason"))).cloned().collect();
        let mut controlled = self.status().bool_at("controllerPause");
        for reason in &self.pauses.add {
            if pause(self.status(), reason).is_none() {
                all.push(object! { "reason" => *reason, "startTime" => now.as_str() });
                controlled = true;
            }
        }
        if all.is_empty() {
            return;
        }
        if controlled {
            self.next.put("controllerPause", true);
        }
        self.next.put("pauseConditions", Value::list(all));
    }

    /// Whether a pause step is over: its time is up, or somebody promoted it.
    pub fn pause_is_over(&self, step: &Value) -> bool {
        let (status, duration) = (self.status(), step.at("pause.duration"));
        match pause(status, STEP) {
            None => status.bool_at("controllerPause"),
            Some(_) if duration.is_null() => false,
            Some(one) => {
                let secs = u64::try_from(pause_secs(duration)).unwrap_or(0);
                self.sim.now() >= since(one) + std::time::Duration::from_secs(secs)
            }
        }
    }

    /// Nothing moves while somebody has paused it, or an analysis was inconclusive.
    pub fn halted(&self) -> bool {
        self.spec().bool_at("paused") || pause(self.status(), INCONCLUSIVE).is_some()
    }

    /// Whether blue-green's pause is over.
    pub fn preview_is_over(&self) -> bool {
        let status = self.status();
        let paused = pause(status, BLUE_GREEN);
        if !self.pauses.add.is_empty() {
            return false;
        }
        if status.bool_at("blueGreen.scaleUpPreviewCheckPoint") {
            return true;
        }
        if self.strategy().at("autoPromotionEnabled").as_bool() == Some(false) {
            return status.bool_at("controllerPause") && paused.is_none();
        }
        let secs = u64::try_from(self.strategy().int_at("autoPromotionSeconds").unwrap_or(0)).unwrap_or(0);
        secs == 0 || paused.is_some_and(|one| self.sim.now() >= since(one) + std::time::Duration::from_secs(secs))
    }
}
