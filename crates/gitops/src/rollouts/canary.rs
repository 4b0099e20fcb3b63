//! The canary (`rollout/canary.go`).

use super::info::{current_step, set_weight, step_text};
use super::pauses::{self, STEP};
use super::sets::{Sizes, revision};
use super::weights::{self, Plan};
use super::work::Work;
use manifest::Value;
use order::Arrange;
use std::time::Duration;

impl Work<'_> {
    pub fn roll_canary(&mut self) {
        if self.template_or_steps_changed() {
            return self.finish_canary();
        }
        if self.restart() > 0 {
            return;
        }
        self.forget_oldest();
        self.point_services();
        self.reconcile_runs();
        if !self.pauses.add.is_empty() || self.size_canary() || self.pause_at_step() {
            return self.finish_canary();
        }
        self.finish_canary();
    }

    pub fn template_or_steps_changed(&self) -> bool {
        let known = self.status().str_at("currentStepHash");
        known.is_empty() || known != self.steps_hash() || self.template_changed()
    }

    pub fn template_changed(&self) -> bool {
        let known = self.status().str_at("currentPodHash");
        !known.is_empty() && known != super::sets::hash_of(self.sets.latest())
    }

    /// What the canary is to have now.
    fn weight(&self) -> i64 {
        let status = self.status();
        let stable = status.str_at("stableRS");
        if status.bool_at("promoteFull") || stable.is_empty() || status.str_at("currentPodHash") == stable {
            return 100;
        }
        set_weight(&self.object.value)
    }

    fn plan(&self) -> Plan {
        let (max_surge, max_unavailable) = self.fence_posts();
        Plan { replicas: self.replicas(), max_surge, max_unavailable, weight: self.weight() }
    }

    fn wanted(&self) -> (i64, i64) {
        let new = self.sets.latest().map(|set| Sizes::of(set));
        weights::next_sizes(self.plan(), new, self.sets.other_stable(), self.sets.sum_others(|s| s.wanted))
    }

    /// Sizes one set or more; whether that changed anything.
    pub fn size_canary(&mut self) -> bool {
        if self.halted() {
            return false;
        }
        self.keep_new_and_stable();
        if let Some(at) = self.sets.stable.filter(|_| self.sets.other_stable().is_some()) {
            let (_, size) = self.wanted();
            if self.scale(at, size) {
                return true;
            }
        }
        if let Some(at) = self.sets.new {
            let (size, _) = self.wanted();
            if self.scale(at, size) {
                return true;
            }
        }
        self.shrink_others()
    }

    /// Sets of updates that were given up go, as far as there are enough pods.
    fn shrink_others(&mut self) -> bool {
        let mut others = self.sets.others();
        if self.sets.sum_others(|s| s.wanted) == 0 {
            return false;
        }
        let mut scaled = false;
        for at in others.clone() {
            let sizes = Sizes::of(&self.sets.all[at]);
            if sizes.wanted > sizes.available {
                scaled |= self.scale(at, sizes.available);
            }
        }
        let least = self.replicas() - self.fence_posts().1;
        let mut spare = self.sets.sum(|s| s.available) - least;
        others.arrange_by_key(|at| -revision(&self.sets.all[*at]));
        for at in others {
            let wanted = Sizes::of(&self.sets.all[at]).wanted;
            if spare <= 0 {
                break;
            }
            let size = (wanted - spare).max(0);
            if wanted > 0 {
                scaled |= self.scale(at, size);
                spare -= wanted - size;
            }
        }
        scaled
    }

    /// Begins the pause of a step, or waits for its end.
    fn pause_at_step(&mut self) -> bool {
        if self.spec().bool_at("paused") || self.status().bool_at("promoteFull") {
            return false;
        }
        let (_, step) = current_step(&self.object.value);
        if step.at("pause").is_null() {
            return false;
        }
        let (step, now) = (step.clone(), self.sim.now());
        match pauses::pause(self.status(), STEP) {
            None => {
                if !self.status().bool_at("controllerPause") {
                    self.pauses.add.push(STEP);
                    self.wake_for(&step, now);
                }
            }
            Some(one) => {
                let since = pauses::since(one);
                self.wake_for(&step, since);
            }
        }
        true
    }

    fn wake_for(&mut self, step: &Value, since: sim::Time) {
        let duration = step.at("pause.duration");
        if duration.is_null() {
            return;
        }
        let end = since + Duration::from_secs(u64::try_from(pauses::pause_secs(duration)).unwrap_or(0));
        let left = end.since(self.sim.now());
        self.wake_in(left.max(Duration::from_millis(10)));
    }

    /// Whether every set has what the step asks for.
    fn at_wanted_sizes(&self) -> bool {
        let new = self.sets.latest().map(|set| Sizes::of(set));
        let (want_new, want_stable) = self.wanted();
        let progressed = match self.strategy().at("replicaProgressThreshold") {
            Value::Null => new.is_some_and(|set| set.wanted == want_new && set.available == want_new),
            threshold => {
                let available = new.map_or(0, |set| set.available);
                let value = threshold.int_at("value").unwrap_or(0);
                match threshold.str_at("type") {
                    "Percentage" => want_new == 0 || available * 100 >= value * want_new,
                    _ => available >= value,
                }
            }
        };
        let stable = self.sets.stable().map(|set| Sizes::of(set));
        progressed
            && stable.is_some_and(|set| set.wanted == want_stable && set.have == want_stable)
            && self.sets.sum_others(|s| s.available) == 0
    }

    fn step_is_over(&self) -> bool {
        if self.spec().bool_at("paused") {
            return false;
        }
        let (_, step) = current_step(&self.object.value);
        if !step.at("pause").is_null() {
            return self.pause_is_over(step);
        }
        if !step.at("setWeight").is_null() {
            return self.at_wanted_sizes();
        }
        let done = |run: &std::sync::Arc<cluster::Object>| run.value.str_at("status.phase") == "Successful";
        !step.at("analysis").is_null() && self.runs.step.as_ref().is_some_and(done)
    }

    fn full_promotion(&self) -> Option<String> {
        if self.sets.stable.is_none() {
            return Some("Initial deploy".into());
        }
        if self.pauses.aborted(self.status()) {
            return None;
        }
        let available = self.sets.latest().map_or(0, |set| Sizes::of(set).available);
        if available < self.replicas() {
            return None;
        }
        if self.status().bool_at("promoteFull") {
            return Some("Full promotion requested".into());
        }
        if self.fast_rollback() {
            return Some(if self.within_window() { "Rollback within window" } else { "Fast rollback" }.into());
        }
        let count = self.steps().len();
        let at = current_step(&self.object.value).0;
        (count == 0 || at == Some(count)).then(|| format!("Completed all {count} canary steps"))
    }

    fn finish_canary(&mut self) {
        self.base_status();
        let count = i64::try_from(self.steps().len()).unwrap_or(0);
        let hash = self.steps_hash();
        self.next.put("currentStepHash", hash);
        if self.template_or_steps_changed() {
            self.reset();
            let to_stable = self.status().str_at("stableRS") == super::sets::hash_of(self.sets.latest());
            let told = if to_stable && !self.status().str_at("stableRS").is_empty() {
                "Rollback to stable ReplicaSets"
            } else if self.within_window() && self.sets.latest().is_some_and(|set| Sizes::of(set).wanted > 0) {
                "Rollback to active ReplicaSets within RollbackWindow"
            } else {
                ""
            };
            if count > 0 && !told.is_empty() {
                self.event(false, "SkipSteps", told);
                self.next.put("currentStepIndex", count);
            }
            return self.persist();
        }
        let mut index = current_step(&self.object.value).0.map(|at| i64::try_from(at).unwrap_or(0));
        if self.status().bool_at("promoteFull") || self.within_window() {
            self.pauses.clear = true;
            self.pauses.no_abort = true;
            index = (count > 0).then_some(count);
        }
        if let Some(reason) = self.full_promotion() {
            self.promote_stable(&reason);
            return self.persist();
        }
        if self.pauses.aborted(self.status()) {
            if count > 0 {
                let promoted = self.next.str_at("stableRS") == self.next.str_at("currentPodHash");
                self.next.put("currentStepIndex", if promoted { count } else { 0 });
            }
            return self.persist();
        }
        if self.step_is_over()
            && let Some(at) = index
        {
            let text = step_text(current_step(&self.object.value).1);
            index = Some(at + 1);
            self.next.at_mut("canary").make_map().remove("currentStepAnalysisRunStatus");
            let told = format!("Rollout step {}/{count} completed ({text})", at + 1);
            self.event(false, "RolloutStepCompleted", &told);
            self.pauses.remove.push(STEP);
        }
        if let Some(at) = index {
            self.next.put("currentStepIndex", at);
        }
        self.persist();
    }
}
