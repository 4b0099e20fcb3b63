//! One look of the controller at one Rollout: what it may ask and write, and the order of a reconciliation
//! (`rollout/controller.go`).

use super::analysis::Runs;
use super::conditions::with_condition;
use super::kinds::CONTROLLER;
use super::pauses::Pauses;
use super::sets::Sets;
use super::valid;
use cluster::{Cluster, Object, Writer, condition, safe_hash, template_hash};
use manifest::{Value, object};
use sim::{Causes, Sim, Subject};
use std::sync::Arc;
use std::time::Duration;

/// A Rollout that is not valid is looked at again: what it names may come.
const INVALID_AGAIN: Duration = Duration::from_secs(20);

pub(crate) struct Work<'a> {
    pub sim: &'a mut Sim,
    pub cluster: &'a mut Cluster,
    pub object: Arc<Object>,
    pub causes: Causes,
    /// The status that it comes to.
    pub next: Value,
    pub sets: Sets,
    pub runs: Runs,
    pub pauses: Pauses,
    /// The new set was to go, and its time was not up.
    pub new_was_delayed: bool,
    pub wake: Option<Duration>,
    /// The template that `workloadRef` names.
    resolved: Value,
}

/// The reference by which a Rollout owns an object.
pub(crate) fn owner_reference(owner: &Object) -> Value {
    object! {
        "apiVersion" => owner.value.at("apiVersion").clone(), "blockOwnerDeletion" => true, "controller" => true,
        "kind" => owner.value.at("kind").clone(), "name" => &owner.key.name, "uid" => &owner.uid,
    }
}

impl<'a> Work<'a> {
    pub fn new(sim: &'a mut Sim, cluster: &'a mut Cluster, object: Arc<Object>, causes: Causes) -> Self {
        let causes = causes.and(&object.spec_by);
        Self {
            sim,
            cluster,
            object,
            causes,
            next: Value::map(),
            sets: Sets::default(),
            runs: Runs::default(),
            pauses: Pauses::default(),
            new_was_delayed: false,
            wake: None,
            resolved: Value::Null,
        }
    }

    pub fn spec(&self) -> &Value {
        self.object.value.at("spec")
    }

    /// The status as it is written now.
    pub fn status(&self) -> &Value {
        self.object.value.at("status")
    }

    pub fn blue_green(&self) -> bool {
        !self.spec().at("strategy.blueGreen").is_null()
    }

    pub fn strategy(&self) -> &Value {
        self.spec().at(if self.blue_green() { "strategy.blueGreen" } else { "strategy.canary" })
    }

    pub fn steps(&self) -> &[Value] {
        self.spec().list_at("strategy.canary.steps")
    }

    pub fn template(&self) -> &Value {
        if self.resolved.is_null() { self.spec().at("template") } else { self.resolved.at("template") }
    }

    pub fn selector(&self) -> &Value {
        if self.resolved.is_null() { self.spec().at("selector") } else { self.resolved.at("selector") }
    }

    pub fn hash(&self) -> String {
        template_hash(self.template(), self.status().int_at("collisionCount").unwrap_or(0))
    }

    pub fn steps_hash(&self) -> String {
        if self.blue_green() {
            return String::new();
        }
        let steps: Value = self.steps().iter().cloned().collect();
        safe_hash(&steps.to_json())
    }

    pub fn writer(&self) -> Writer {
        Writer::new(CONTROLLER, self.causes.clone())
    }

    /// Looks again after this long, or earlier where that is planned already.
    pub fn wake_in(&mut self, after: Duration) {
        self.wake = Some(self.wake.map_or(after, |planned| planned.min(after)));
    }

    /// An event of the API.
    pub fn event(&mut self, warning: bool, reason: &'static str, message: &str) {
        let told = matches!(
            reason,
            "RolloutUpdated"
                | "RolloutStepCompleted"
                | "RolloutPaused"
                | "RolloutResumed"
                | "RolloutAborted"
                | "RolloutCompleted"
                | "SwitchService"
                | "SkipSteps"
        );
        if told {
            let name = self.object.name().to_string();
            let text = [&name, ": ", message].concat();
            let subject = Subject::new("Rollout", name.as_str());
            let event = self.sim.record("rollouts", CONTROLLER, subject, text, &self.causes);
            self.causes = self.causes.and(&Causes::one(event));
        }
        self.cluster.tell(self.sim, &self.object, (warning, reason, message), "rollouts-controller");
    }

    pub fn write_status(&mut self, status: Value) -> bool {
        if *self.status() == status {
            return false;
        }
        let mut value = self.object.value.clone();
        value.put("status", status);
        value.remove("metadata.resourceVersion");
        let (kind, namespace) = (self.object.key.kind, self.object.namespace().to_string());
        let writer = self.writer();
        if let Ok(object) = self.cluster.update_status(self.sim, kind, &namespace, &value, &writer) {
            self.object = object;
        }
        true
    }

    /// Conditions alone, with the phase that they come to; whether that changed anything.
    pub fn patch_conditions(&mut self, conditions: &[(&str, &str, &str, &str)]) -> bool {
        let mut status = match self.status() {
            Value::Map(_) => self.status().clone(),
            _ => Value::map(),
        };
        let now = self.sim.now().rfc3339();
        for one in conditions {
            with_condition(&mut status, *one, &now);
        }
        status.put("observedGeneration", self.object.generation().to_string());
        self.write_phase(&mut status);
        self.write_status(status)
    }

    fn resolve(&mut self) -> Result<(), String> {
        let reference = self.spec().at("workloadRef").clone();
        if reference.is_null() {
            return Ok(());
        }
        let (api, kind, name) = (reference.str_at("apiVersion"), reference.str_at("kind"), reference.str_at("name"));
        let invalid = |told: &str| format!("spec.workloadRef: Invalid value: {}: {told}", reference.to_json());
        if kind != "Deployment" {
            return Err(invalid(
                "only Deployments may be referred to: others are real, but not part of this sandbox yet",
            ));
        }
        if !matches!(reference.str_at("scaleDown"), "" | "never") {
            return Err(invalid("scaleDown is real, but not part of this sandbox yet"));
        }
        let info = self.cluster.store().kinds().of_manifest(api, kind).map(|info| info.id);
        let found = info.and_then(|kind| self.cluster.store().get(kind, self.object.namespace(), name));
        let Some(found) = found else { return Err(invalid(&format!("deployments.apps \"{name}\" not found"))) };
        let mut template = found.value.at("spec.template").clone();
        template.remove("metadata.creationTimestamp");
        self.resolved = object! { "template" => template, "selector" => found.value.at("spec.selector").clone() };
        Ok(())
    }

    /// One reconciliation.
    pub fn run(&mut self) {
        if self.object.deleting() {
            return;
        }
        let fault = self
            .resolve()
            .err()
            .or_else(|| valid::fault(Some(self.cluster), &self.object).or_else(|| self.analysis_fault()));
        if let Some(fault) = fault {
            let told = format!("The Rollout \"{}\" is invalid: {fault}", self.object.name());
            self.invalid(&told);
            return self.wake_in(INVALID_AGAIN);
        }
        let hash = self.hash();
        self.sets = Sets::read(self.cluster.store(), &self.object, &hash);
        if let Some(same) = self.same_set(&hash) {
            self.sets = Sets::read(self.cluster.store(), &self.object, &same);
        }
        if self.sets.new.is_none() {
            return self.make_set(&hash);
        }
        if self.spec().at("replicas").is_null() {
            self.patch_own(&object! { "spec" => object! { "replicas" => 1_i64 } });
            return;
        }
        self.runs = Runs::read(self.cluster, &self.object);
        self.begin();
        if self.check_paused() {
            return;
        }
        self.sync_revision();
        if self.scaling() {
            return self.only_sizes();
        }
        if self.blue_green() { self.roll_blue_green() } else { self.roll_canary() }
    }

    fn invalid(&mut self, told: &str) {
        let known = condition(&self.object.value, "InvalidSpec").map(|one| one.str_at("message").to_string());
        if known.as_deref() == Some(told)
            && self.status().str_at("observedGeneration") == self.object.generation().to_string()
        {
            return;
        }
        let mut status = match self.status() {
            Value::Map(_) => self.status().clone(),
            _ => Value::map(),
        };
        status.at_mut("conditions").make_list().retain(|one| one.str_at("type") != "InvalidSpec");
        let now = self.sim.now().rfc3339();
        with_condition(&mut status, ("InvalidSpec", "True", "InvalidSpec", told), &now);
        status.put("observedGeneration", self.object.generation().to_string());
        self.write_phase(&mut status);
        self.write_status(status);
        let name = self.object.name().to_string();
        let text = [&name, ": ", told].concat();
        let (subject, causes) = (Subject::new("Rollout", name.as_str()), self.causes.clone());
        self.sim.record("rollouts", CONTROLLER, subject, text, &causes);
    }

    /// What a new status keeps of the old one.
    fn begin(&mut self) {
        let old = self.status().clone();
        for field in ["restartedAt", "collisionCount", "conditions"] {
            if !old.at(field).is_null() {
                self.next.put(field, old.at(field).clone());
            }
        }
        self.next.at_mut("conditions").make_list().retain(|one| one.str_at("type") != "InvalidSpec");
        self.next.put("blueGreen", Value::map());
        self.next.put("canary", Value::map());
        let promoted = !old.str_at("stableRS").is_empty() && old.str_at("stableRS") == old.str_at("currentPodHash");
        if promoted && old.bool_at("abort") {
            self.pauses.no_abort = true;
        }
        if let Some(set) = self.sets.latest().cloned() {
            self.new_was_delayed = self.time_left(&set).is_some();
        }
    }

    /// The Rollout was resized: sizes and nothing else.
    fn only_sizes(&mut self) {
        let mut next = match self.status() {
            Value::Map(_) => self.status().clone(),
            _ => Value::map(),
        };
        if self.blue_green() {
            self.size_blue_green();
        } else {
            self.size_canary();
        }
        next.put("availableReplicas", self.sets.sum(|s| s.available));
        next.put("HPAReplicas", self.sets.sum(|s| s.have));
        self.next = next;
        self.persist();
    }

    /// The fields that every strategy has.
    pub fn base_status(&mut self) {
        let hash = super::sets::hash_of(self.sets.latest()).to_string();
        let stable = self.status().str_at("stableRS").to_string();
        let updated = self.sets.latest().map_or(0, |set| super::Sizes::of(set).have);
        let promote = hash != stable && self.status().bool_at("promoteFull");
        self.next.put("currentPodHash", hash);
        for (field, count) in [
            ("replicas", self.sets.sum(|s| s.have)),
            ("updatedReplicas", updated),
            ("readyReplicas", self.sets.sum(|s| s.ready)),
            ("availableReplicas", self.sets.sum(|s| s.available)),
            ("HPAReplicas", self.sets.sum(|s| s.have)),
        ] {
            self.next.put(field, count);
        }
        if promote {
            self.next.put("promoteFull", true);
        }
        if !stable.is_empty() {
            self.next.put("stableRS", stable);
        }
        let selector = Self::selector_text(self.selector());
        self.next.put("selector", selector);
    }

    /// A new update begins.
    pub fn reset(&mut self) {
        self.pauses.clear = true;
        self.pauses.no_abort = true;
        let restart = self.spec().at("restartAt").clone();
        if !restart.is_null() {
            self.next.put("restartedAt", restart);
        }
        self.next.remove("promoteFull");
        self.next.put("canary", Value::map());
        for field in ["prePromotionAnalysisRunStatus", "postPromotionAnalysisRunStatus", "scaleUpPreviewCheckPoint"] {
            self.next.at_mut("blueGreen").make_map().remove(field);
        }
        if self.steps().is_empty() {
            self.next.remove("currentStepIndex");
        } else {
            self.next.put("currentStepIndex", 0_i64);
        }
    }

    /// The new set is the stable one from now on.
    pub fn promote_stable(&mut self, reason: &str) {
        self.pauses.clear = true;
        self.pauses.no_abort = true;
        self.next.remove("promoteFull");
        self.next.at_mut("blueGreen").make_map().remove("scaleUpPreviewCheckPoint");
        let count = i64::try_from(self.steps().len()).unwrap_or(0);
        if !self.blue_green() {
            if count > 0 {
                self.next.put("currentStepIndex", count);
            } else {
                self.next.remove("currentStepIndex");
            }
        }
        let hash = self.next.str_at("currentPodHash").to_string();
        if self.next.str_at("stableRS") != hash {
            let revision = super::sets::revision(&self.object);
            let told = format!("Rollout completed update to revision {revision} ({hash}): {reason}");
            self.next.put("stableRS", hash);
            self.event(false, "RolloutCompleted", &told);
        }
    }
}
