//! The AnalysisRuns of a Rollout: which it has, which it makes, and what it makes of them (`rollout/analysis.go`).

use super::info::current_step;
use super::kinds::{self, ANALYSIS_RUN};
use super::pauses::{self, BLUE_GREEN, INCONCLUSIVE, STEP};
use super::sets::{HASH, hash_of};
use super::work::Work;
use cluster::{Cluster, Object, PatchKind};
use manifest::object;
use order::Arrange;
use std::sync::Arc;

const STEP_INDEX: &str = "step-index";

/// The runs that a Rollout is about, and all others of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Runs {
    pub step: Option<Arc<Object>>,
    pub background: Option<Arc<Object>>,
    pub pre: Option<Arc<Object>>,
    pub post: Option<Arc<Object>>,
    pub others: Vec<Arc<Object>>,
}

pub(crate) fn completed(phase: &str) -> bool {
    matches!(phase, "Successful" | "Failed" | "Error" | "Inconclusive")
}

pub(super) fn phase(run: &Object) -> &str {
    run.value.str_at("status.phase")
}

impl Runs {
    pub fn read(cluster: &Cluster, rollout: &Object) -> Self {
        let Some(kind) = kinds::kind_of(cluster, ANALYSIS_RUN) else { return Self::default() };
        let mut runs = Self::default();
        let own = cluster.store().owned_by(&rollout.uid).filter(|object| object.key.kind == kind);
        let status = rollout.value.at("status");
        for run in own.cloned() {
            let is = |path: &str| status.str_at(path) == run.name();
            if is("canary.currentStepAnalysisRunStatus.name") {
                runs.step = Some(run);
            } else if is("canary.currentBackgroundAnalysisRunStatus.name") {
                runs.background = Some(run);
            } else if is("blueGreen.prePromotionAnalysisRunStatus.name") {
                runs.pre = Some(run);
            } else if is("blueGreen.postPromotionAnalysisRunStatus.name") {
                runs.post = Some(run);
            } else {
                runs.others.push(run);
            }
        }
        runs
    }
}

/// A kind of run: what it is called, where the status names it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub label: &'static str,
    status: &'static str,
    says: &'static str,
}

const AT_STEP: Place = Place {
    label: "Step",
    status: "canary.currentStepAnalysisRunStatus",
    says: "Step-based analysis phase error/failed",
};
const BACKGROUND: Place = Place {
    label: "Background",
    status: "canary.currentBackgroundAnalysisRunStatus",
    says: "Background analysis phase error/failed",
};
const PRE: Place = Place {
    label: "PrePromotion",
    status: "blueGreen.prePromotionAnalysisRunStatus",
    says: "Blue/green pre-promotion analysis phase error/failed",
};
const POST: Place = Place {
    label: "PostPromotion",
    status: "blueGreen.postPromotionAnalysisRunStatus",
    says: "Blue/green post-promotion analysis phase error/failed",
};

impl Work<'_> {
    pub fn reconcile_runs(&mut self) {
        let status = self.status();
        let (stable, hash) = (status.str_at("stableRS").to_string(), status.str_at("currentPodHash"));
        let stop = stable == hash
            || self.pauses.aborted(status)
            || status.bool_at("promoteFull")
            || self.fast_rollback()
            || stable.is_empty();
        let mut now = Runs::default();
        if stop {
            let runs = self.runs.clone();
            for run in [runs.step, runs.background, runs.pre.clone(), runs.post.clone()].into_iter().flatten() {
                self.cancel(&run);
            }
            (now.pre, now.post) = (runs.pre, runs.post);
        } else if self.blue_green() {
            now.pre = self.promotion_run(PRE);
            self.act_on(now.pre.clone(), PRE);
            now.post = self.promotion_run(POST);
            self.act_on(now.post.clone(), POST);
        } else {
            now.step = self.step_run();
            now.background = self.background_run();
        }
        let others = self.runs.others.clone();
        let current = [&now.step, &now.background, &now.pre, &now.post];
        let old: Vec<Arc<Object>> = others
            .into_iter()
            .filter(|run| !current.iter().any(|one| one.as_ref().is_some_and(|one| one.name() == run.name())))
            .collect();
        for run in &old {
            self.cancel(run);
        }
        self.forget_runs(&old);
        for (run, place) in [(&now.post, POST), (&now.pre, PRE), (&now.step, AT_STEP), (&now.background, BACKGROUND)] {
            if let Some(run) = run {
                self.note_run(run, place);
            }
        }
        now.others = old;
        self.runs = now;
    }

    /// The status names the run; an event tells of a new phase.
    fn note_run(&mut self, run: &Arc<Object>, place: Place) {
        let before = self.status().at(place.status).clone();
        let now = phase(run).to_string();
        let mut shown = object! { "name" => run.name(), "status" => now.as_str() };
        if !run.value.str_at("status.message").is_empty() {
            shown.put("message", run.value.at("status.message").clone());
        }
        self.next.set(place.status, shown);
        if now.is_empty() {
            return;
        }
        let new = before.is_null();
        if new || before.str_at("name") == run.name() && before.str_at("status") != now {
            let old = if new { "NoPreviousStatus" } else { before.str_at("status") };
            let told = format!("{} Analysis Run '{}' Status New: '{now}' Previous: '{old}'", place.label, run.name());
            let reason = match now.as_str() {
                "Failed" => "AnalysisRunFailed",
                "Error" => "AnalysisRunError",
                "Inconclusive" => "AnalysisRunInconclusive",
                "Successful" => "AnalysisRunSuccessful",
                "Pending" => "AnalysisRunPending",
                _ => "AnalysisRunRunning",
            };
            self.event(matches!(now.as_str(), "Failed" | "Error"), reason, &told);
        }
    }

    /// Runs of old sets are kept as long as these, and not more than a few.
    fn forget_runs(&mut self, runs: &[Arc<Object>]) {
        let limit = |field: &str| self.spec().at("analysis").int_at(field).unwrap_or(5);
        let limits = [limit("successfulRunHistoryLimit"), limit("unsuccessfulRunHistoryLimit")];
        let mut newest: Vec<Arc<Object>> = runs.iter().filter(|run| completed(phase(run))).cloned().collect();
        newest.arrange_by(|a, b| (b.created_at(), b.name()).cmp(&(a.created_at(), a.name())));
        let mut seen = [0, 0];
        for run in newest {
            let at = usize::from(phase(&run) != "Successful");
            seen[at] += 1;
            if seen[at] > limits[at] || self.sets.by_hash(run.label(HASH)).is_none() {
                self.delete(&run);
            }
        }
    }

    fn cancel(&mut self, run: &Arc<Object>) {
        if run.value.bool_at("spec.terminate") || completed(phase(run)) {
            return;
        }
        let writer = self.writer();
        let patch = object! { "spec" => object! { "terminate" => true } };
        let place = (run.key.kind, run.namespace(), run.name());
        drop(self.cluster.patch(self.sim, place, PatchKind::Merge, &patch, &writer));
    }

    fn wants_new(&self, run: Option<&Arc<Object>>) -> bool {
        let Some(run) = run else { return true };
        let status = self.status();
        let paused = [STEP, BLUE_GREEN].iter().any(|reason| pauses::pause(status, reason).is_some());
        if status.bool_at("controllerPause") && !paused {
            return phase(run) == "Inconclusive";
        }
        !status.str_at("abortedAt").is_empty()
    }

    /// A run that ended badly stops the update, one that knows nothing pauses it.
    fn act_on(&mut self, run: Option<Arc<Object>>, place: Place) {
        let Some(run) = run else { return };
        match phase(&run) {
            "Inconclusive" => self.pauses.add.push(INCONCLUSIVE),
            "Error" | "Failed" => {
                let message = run.value.str_at("status.message");
                let more = if message.is_empty() { String::new() } else { [": ", message].concat() };
                self.causes = self.causes.and(&run.written_by);
                self.pauses.abort = Some([place.says, &more].concat());
            }
            _ => {}
        }
    }

    fn step_run(&mut self) -> Option<Arc<Object>> {
        let run = self.runs.step.clone();
        let status = self.status();
        if !status.list_at("pauseConditions").is_empty() || status.bool_at("abort") {
            return run;
        }
        let (index, step) = current_step(&self.object.value);
        let analysis = step.at("analysis").clone();
        let index = index.map(|at| at.to_string()).unwrap_or_default();
        let of_other = run.as_ref().is_some_and(|run| run.label(STEP_INDEX) != index);
        if analysis.list_at("templates").is_empty() || of_other {
            if let Some(run) = run {
                self.cancel(&run);
            }
            return None;
        }
        if self.wants_new(run.as_ref()) {
            return self.make_run(&analysis, &index, AT_STEP, &[(STEP_INDEX, &index)]).or(run);
        }
        self.act_on(run.clone(), AT_STEP);
        run
    }

    fn background_run(&mut self) -> Option<Arc<Object>> {
        let run = self.runs.background.clone();
        let analysis = self.strategy().at("analysis").clone();
        if analysis.list_at("templates").is_empty() {
            if let Some(run) = run {
                self.cancel(&run);
            }
            return None;
        }
        let at = current_step(&self.object.value).0.and_then(|at| i64::try_from(at).ok());
        let starts = analysis.int_at("startingStep");
        let early = matches!((at, starts), (Some(at), Some(starts)) if at < starts);
        if self.status().str_at("currentPodHash").is_empty() || early {
            return None;
        }
        if pauses::pause(self.status(), INCONCLUSIVE).is_some() {
            return run;
        }
        if self.wants_new(run.as_ref()) {
            return self.make_run(&analysis, "", BACKGROUND, &[]).or(run);
        }
        self.act_on(run.clone(), BACKGROUND);
        run
    }

    fn promotion_run(&mut self, place: Place) -> Option<Arc<Object>> {
        let pre = place.label == PRE.label;
        let run = if pre { self.runs.pre.clone() } else { self.runs.post.clone() };
        let analysis = self.strategy().at(if pre { "prePromotionAnalysis" } else { "postPromotionAnalysis" }).clone();
        let cancel = |work: &mut Self| {
            if let Some(run) = &run {
                work.cancel(run);
            }
        };
        if analysis.list_at("templates").is_empty() {
            cancel(self);
            return None;
        }
        let active = self.status().str_at("blueGreen.activeSelector");
        let hash = hash_of(self.sets.latest());
        let promoted = self.status().str_at("stableRS") == hash || hash.is_empty();
        let out_of_turn = if pre { active.is_empty() || active == hash } else { active != hash };
        let grown = |work: &Self| {
            let Some(set) = work.sets.latest() else { return false };
            match work.strategy().int_at("previewReplicaCount").filter(|_| pre) {
                Some(count) => {
                    let sizes = super::Sizes::of(set);
                    sizes.wanted == count && sizes.available == count
                }
                None => work.saturated(set),
            }
        };
        if promoted || out_of_turn || run.is_none() && !grown(self) {
            cancel(self);
            return run;
        }
        if pauses::pause(self.status(), INCONCLUSIVE).is_some() {
            return run;
        }
        if self.wants_new(run.as_ref()) {
            return self.make_run(&analysis, if pre { "pre" } else { "post" }, place, &[]).or(run);
        }
        run
    }
}
