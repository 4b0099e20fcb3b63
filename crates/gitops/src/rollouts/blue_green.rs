//! Blue-green: two sets side by side, and services that are switched (`rollout/bluegreen.go`).

use super::pauses::{self, BLUE_GREEN, INCONCLUSIVE};
use super::sets::{Sizes, hash_of, revision};
use super::work::Work;
use order::Arrange;
use std::time::Duration;

impl Work<'_> {
    fn active(&self) -> String {
        self.strategy().str_at("activeService").to_string()
    }

    pub fn roll_blue_green(&mut self) {
        let preview = self.strategy().str_at("previewService").to_string();
        let hash = hash_of(self.sets.latest()).to_string();
        if !preview.is_empty() && !self.halted() {
            self.switch_service(&preview, &hash);
        }
        if !self.template_changed() {
            self.restart();
            self.size_blue_green();
            self.pause_preview();
            self.switch_active();
            self.reconcile_runs();
        }
        self.finish_blue_green(&preview);
    }

    pub fn size_blue_green(&mut self) {
        self.keep_new_and_stable();
        let replicas = self.replicas();
        if let Some(at) = self.sets.stable {
            self.scale(at, replicas);
        }
        self.size_new();
        self.shrink_old();
        self.forget_oldest();
    }

    /// What the new set is to have before it is active.
    fn new_size(&self) -> i64 {
        let (replicas, status) = (self.replicas(), self.status());
        let Some(preview) = self.strategy().int_at("previewReplicaCount") else { return replicas };
        let hash = hash_of(self.sets.latest());
        let active = self.sets.by_hash(status.str_at("blueGreen.activeSelector"));
        if active.is_none_or(|set| hash_of(Some(set)) == hash) || status.bool_at("promoteFull") {
            return replicas;
        }
        if hash != status.str_at("currentPodHash") {
            return preview;
        }
        let paused = self.spec().bool_at("paused") || !status.list_at("pauseConditions").is_empty();
        if !paused && status.bool_at("blueGreen.scaleUpPreviewCheckPoint") { replicas } else { preview }
    }

    fn size_new(&mut self) {
        let Some(at) = self.sets.new else { return };
        let mut size = self.new_size();
        if self.delays_on_abort() {
            let set = self.sets.all[at].clone();
            if set.annotation(super::SCALE_DOWN).is_empty() {
                if let Some(delay) = self.abort_delay() {
                    self.delay_scale_down(at, delay);
                    self.wake_in(delay);
                }
                return;
            }
            match self.time_left(&set) {
                Some(left) => return self.wake_in(left),
                None => size = 0,
            }
        }
        self.scale(at, size);
    }

    /// Old sets go after their delay.
    fn shrink_old(&mut self) {
        if pauses::pause(self.status(), INCONCLUSIVE).is_some() {
            return;
        }
        let mut others = self.sets.others();
        others.arrange_by_key(|at| -revision(&self.sets.all[*at]));
        let most = usize::try_from(self.strategy().int_at("scaleDownDelayRevisionLimit").unwrap_or(i64::MAX));
        let most = most.unwrap_or(usize::MAX);
        let (mut delayed, replicas) = (0, self.replicas());
        for at in others {
            let set = self.sets.all[at].clone();
            if Sizes::of(&set).wanted == 0 || self.referenced(hash_of(Some(&set))) {
                continue;
            }
            let mut size = 0;
            if set.annotation(super::SCALE_DOWN).is_empty() {
                if delayed < most {
                    delayed += 1;
                    size = Sizes::of(&set).wanted;
                    let delay = self.scale_down_delay();
                    self.delay_scale_down(at, delay);
                    self.wake_in(delay);
                }
            } else {
                delayed += 1;
                if let Some(left) = self.time_left(&set).filter(|_| delayed <= most) {
                    self.wake_in(left);
                    size = replicas;
                }
            }
            self.scale(at, size);
        }
    }

    fn referenced(&self, hash: &str) -> bool {
        let status = self.status();
        let paths = ["stableRS", "currentPodHash", "blueGreen.activeSelector", "blueGreen.previewSelector"];
        paths.iter().any(|path| status.str_at(path) == hash)
            || super::service_names(self.spec()).iter().any(|(_, name)| self.selected(name) == hash)
    }

    /// The new set is as big as it is to be before the switch.
    fn ready_for_pause(&self) -> bool {
        let Some(set) = self.sets.latest() else { return false };
        let sizes = Sizes::of(set);
        match self.strategy().int_at("previewReplicaCount") {
            Some(_) if !self.status().bool_at("blueGreen.scaleUpPreviewCheckPoint") => {
                let size = self.new_size();
                sizes.wanted == size && sizes.available == size
            }
            _ => self.saturated(set),
        }
    }

    fn fast_tracked(&self) -> bool {
        let selected = self.selected(&self.active());
        self.fast_rollback()
            || self.status().bool_at("promoteFull")
            || selected.is_empty()
            || selected == hash_of(self.sets.latest())
    }

    fn pre_promotion_is_over(&self) -> bool {
        let done = |run: &std::sync::Arc<cluster::Object>| run.value.str_at("status.phase") == "Successful";
        self.strategy().at("prePromotionAnalysis").is_null() || self.runs.pre.as_ref().is_some_and(done)
    }

    fn pause_preview(&mut self) {
        if self.status().bool_at("abort") || !self.ready_for_pause() || self.halted() {
            return;
        }
        let by_hand = self.strategy().at("autoPromotionEnabled").as_bool() == Some(false);
        let secs = u64::try_from(self.strategy().int_at("autoPromotionSeconds").unwrap_or(0)).unwrap_or(0);
        let needs = by_hand || secs > 0;
        if self.fast_tracked() || self.status().bool_at("blueGreen.scaleUpPreviewCheckPoint") || !needs {
            return self.pauses.remove.push(BLUE_GREEN);
        }
        if !self.pre_promotion_is_over() {
            return;
        }
        match pauses::pause(self.status(), BLUE_GREEN) {
            None => {
                if !self.status().bool_at("controllerPause") {
                    self.pauses.add.push(BLUE_GREEN);
                    if secs > 0 && !by_hand {
                        self.wake_in(Duration::from_secs(secs));
                    }
                }
            }
            Some(_) if self.preview_is_over() => self.pauses.remove.push(BLUE_GREEN),
            Some(one) if secs > 0 => {
                let left = (pauses::since(one) + Duration::from_secs(secs)).since(self.sim.now());
                self.wake_in(left);
            }
            Some(_) => {}
        }
    }

    fn switch_active(&mut self) {
        let Some(set) = self.sets.latest().cloned() else { return };
        if self.halted() || !self.ready_for_pause() || !self.saturated(&set) {
            return;
        }
        let active = self.active();
        let mut hash = self.selected(&active);
        if self.fast_tracked() || self.preview_is_over() && self.pre_promotion_is_over() {
            hash = hash_of(Some(&set)).to_string();
        }
        if self.status().bool_at("abort") {
            hash = self.status().str_at("stableRS").to_string();
        }
        self.switch_service(&active, &hash);
    }

    fn full_switch(&self) -> Option<&'static str> {
        let active = self.next.str_at("blueGreen.activeSelector");
        if self.sets.stable.is_none() || active.is_empty() {
            return Some("Initial deploy");
        }
        if active != self.next.str_at("currentPodHash") {
            return None;
        }
        if self.status().bool_at("promoteFull") {
            return Some("Full promotion requested");
        }
        if self.fast_rollback() {
            return Some(if self.within_window() { "Rollback within window" } else { "Fast rollback" });
        }
        if self.pauses.aborted(self.status()) {
            return None;
        }
        let done = |run: &std::sync::Arc<cluster::Object>| run.value.str_at("status.phase") == "Successful";
        let wants = !self.strategy().at("postPromotionAnalysis").is_null();
        if wants && !self.runs.post.as_ref().is_some_and(done) {
            return None;
        }
        Some("Completed blue-green update")
    }

    fn finish_blue_green(&mut self, preview: &str) {
        self.base_status();
        if self.template_changed() {
            self.reset();
        }
        if self.status().bool_at("promoteFull") || self.within_window() {
            self.pauses.clear = true;
            self.pauses.no_abort = true;
        }
        for (field, service) in [("previewSelector", preview.to_string()), ("activeSelector", self.active())] {
            let hash = self.selected(&service);
            if !hash.is_empty() {
                self.next.at_mut("blueGreen").put(field, hash);
            }
        }
        if let Some(reason) = self.full_switch() {
            self.promote_stable(reason);
        } else if self.check_point() {
            self.next.at_mut("blueGreen").put("scaleUpPreviewCheckPoint", true);
        }
        let active = self.sets.by_hash(self.next.str_at("blueGreen.activeSelector")).cloned();
        if let Some(set) = active {
            let sizes = Sizes::of(&set);
            self.next.put("HPAReplicas", sizes.have);
            self.next.put("availableReplicas", sizes.available);
            self.next.put("readyReplicas", sizes.ready);
            let selector = Self::selector_text(set.value.at("spec.selector"));
            self.next.put("selector", selector);
        }
        self.persist();
    }

    /// The preview has been seen, and may grow.
    fn check_point(&self) -> bool {
        let Some(preview) = self.strategy().int_at("previewReplicaCount") else { return false };
        if self.status().bool_at("blueGreen.scaleUpPreviewCheckPoint") {
            return true;
        }
        self.pre_promotion_is_over()
            && self.preview_is_over()
            && self.sets.latest().is_some_and(|set| Sizes::of(set).available == preview)
    }
}
