//! The deployment controller: keeps one replica set for each template and moves the replicas to the newest
//! (Kubernetes 1.32, `pkg/controller/deployment`).

use super::revisions::{self, Revisions};
use super::rolling::{self, Sizes};
use super::rollout_status;
use super::{Action, Reconciled, adopted};
use crate::kinds;
use crate::object::{Key, Object};
use crate::pods::{finished, int_or_percent};
use crate::selector::LabelSelector;
use manifest::Value;
use sim::Time;
use std::sync::Arc;

/// The parts of a deployment that its strategy needs.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub object: Arc<Object>,
    pub replicas: i64,
    pub max_surge: i64,
    pub max_unavailable: i64,
    pub recreate: bool,
    pub paused: bool,
}

impl Plan {
    #[inline(never)]
    fn read(object: &Arc<Object>) -> Self {
        let spec = object.value.at("spec");
        let replicas = spec.int_at("replicas").unwrap_or(1);
        let recreate = spec.str_at("strategy.type") == "Recreate";
        let rolling = spec.at("strategy.rollingUpdate");
        let max_surge = if recreate { 0 } else { int_or_percent(rolling.at("maxSurge"), replicas, true) };
        let mut max_unavailable =
            if recreate { 0 } else { int_or_percent(rolling.at("maxUnavailable"), replicas, false) };
        if !recreate && max_surge == 0 && max_unavailable == 0 {
            max_unavailable = 1;
        }
        let max_unavailable = max_unavailable.min(replicas);
        Self { object: object.clone(), replicas, max_surge, max_unavailable, recreate, paused: spec.bool_at("paused") }
    }

    pub(super) fn name(&self) -> &str {
        self.object.name()
    }
}

#[inline(never)]
pub(crate) fn reconcile(store: &crate::Store, key: &Key, now: Time) -> Reconciled {
    let Some(object) = store.get_key(key) else { return Reconciled::default() };
    let plan = Plan::read(object);
    let mut done = Reconciled::default();
    let selector = LabelSelector::from_value(object.value.at("spec.selector"));
    let orphans: Vec<&Arc<Object>> = (store.orphans(kinds::REPLICASET, object.namespace()))
        .filter(|set| !object.deleting() && !set.deleting() && selector.matches(set.labels()))
        .collect();
    if !orphans.is_empty() {
        let adopt = |set: &&Arc<Object>| Action::Update {
            base: (*set).clone(),
            value: adopted(set, object),
            because: object.spec_by.clone(),
        };
        done.actions.extend(orphans.iter().map(adopt));
        done.look_again(std::time::Duration::from_millis(5));
        return done;
    }
    let mut revisions = Revisions::of(store, object);
    if object.deleting() {
        rollout_status::write(&plan, &revisions, now, &mut done);
        return done;
    }
    if plan.paused || revisions.scaling(plan.replicas) {
        revisions::sync(&plan, &mut revisions, false, &mut done, store);
        rolling::scale_proportionally(&plan, &mut revisions, &mut done);
    } else if plan.recreate {
        recreate(store, &plan, &mut revisions, &mut done);
    } else {
        revisions::sync(&plan, &mut revisions, true, &mut done, store);
        if !revisions.blocked {
            rolling::roll(&plan, &mut revisions, &mut done);
        }
    }
    rollout_status::write(&plan, &revisions, now, &mut done);
    if rollout_status::complete(&plan, &revisions) {
        revisions::forget_oldest(&plan, &revisions, &mut done);
    }
    done
}

/// All old pods go before the first new one comes.
#[inline(never)]
fn recreate(store: &crate::Store, plan: &Plan, revisions: &mut Revisions, done: &mut Reconciled) {
    revisions::sync(plan, revisions, false, done, store);
    let mut scaled = false;
    for at in 0..revisions.old.len() {
        if Sizes::of(&revisions.old[at]).wanted > 0 {
            rolling::scale(plan, &mut revisions.old[at], 0, done);
            scaled = true;
        }
    }
    let still_there = |set: &Arc<Object>| store.owned_by(&set.uid).any(|pod| !finished(pod));
    if scaled || revisions.old.iter().any(still_there) {
        return;
    }
    revisions::sync(plan, revisions, true, done, store);
    if let Some(newest) = revisions.new.clone() {
        let mut newest = newest;
        rolling::scale(plan, &mut newest, plan.replicas, done);
        revisions.new = Some(newest);
    }
}

/// A template without the hash label that the controller adds.
pub(super) fn bare_template(template: &Value) -> Value {
    let mut bare = template.clone();
    if let Some(labels) = bare.at("metadata").get("labels")
        && labels.get("pod-template-hash").is_some()
    {
        bare.at_mut("metadata.labels").make_map().remove("pod-template-hash");
    }
    bare
}
