//! The stateful set controller: pods with names of their own, one after the other
//! (Kubernetes 1.32, `pkg/controller/statefulset`).

mod identity;
mod status;

use super::history::{HASH, History};
use super::{Action, Reconciled, adopted};
use crate::kinds;
use crate::object::{Key, Object};
use crate::pods::{finished, pod_available, pod_ready};
use crate::recorder::Note;
use crate::selector::LabelSelector;
use crate::store::Store;
use identity::{claims, ordinal, pod_of};
use manifest::Value;
use order::Arrange;
use sim::Time;
use std::sync::Arc;

/// One look at a stateful set.
struct Look<'a> {
    store: &'a Store,
    set: &'a Arc<Object>,
    now: Time,
    history: History,
    /// The revision that pods below the partition have.
    current: String,
    first: i64,
    replicas: i64,
    pods: Vec<&'a Arc<Object>>,
    done: Reconciled,
}

#[inline(never)]
pub(crate) fn reconcile(store: &Store, key: &Key, now: Time) -> Reconciled {
    let Some(set) = store.get_key(key) else { return Reconciled::default() };
    let mut done = Reconciled::default();
    if set.deleting() {
        return done;
    }
    adopt(store, set, &mut done);
    let history = History::sync(store, set, &mut done);
    let current = match set.value.str_at("status.currentRevision") {
        "" => history.update.clone(),
        name => name.to_string(),
    };
    let mut look = Look {
        store,
        set,
        now,
        current,
        history,
        first: set.value.int_at("spec.ordinals.start").unwrap_or(0),
        replicas: set.value.int_at("spec.replicas").unwrap_or(1),
        pods: store.owned_by(&set.uid).filter(|pod| pod.key.kind == kinds::POD).collect(),
        done,
    };
    look.run();
    look.claims_of_gone_pods();
    look.status();
    let live = [look.current.as_str(), look.history.update.as_str()];
    look.history.forget(store, set, &live, &mut look.done);
    look.done
}

fn adopt(store: &Store, set: &Arc<Object>, done: &mut Reconciled) {
    let selector = LabelSelector::from_value(set.value.at("spec.selector"));
    let fits =
        |pod: &&Arc<Object>| !pod.deleting() && selector.matches(pod.labels()) && ordinal(set, pod.name()).is_some();
    for pod in store.orphans(kinds::POD, set.namespace()).filter(fits) {
        let because = set.spec_by.clone();
        done.actions.push(Action::Update { base: pod.clone(), value: adopted(pod, set), because });
    }
}

impl Look<'_> {
    fn pod(&self, ordinal: i64) -> Option<&Arc<Object>> {
        let name = format!("{}-{ordinal}", self.set.name());
        self.pods.iter().find(|pod| *pod.key.name == *name).copied()
    }

    fn partition(&self) -> i64 {
        self.set.value.int_at("spec.updateStrategy.rollingUpdate.partition").unwrap_or(0)
    }

    #[inline(never)]
    fn healthy(&mut self, pod: &Object) -> bool {
        let wait = self.set.value.int_at("spec.minReadySeconds").unwrap_or(0);
        let running = pod.value.str_at("status.phase") == "Running" && pod_ready(pod) && !pod.deleting();
        match pod_available(pod, wait, self.now) {
            Ok(()) => running,
            Err(Some(at)) => {
                self.done.look_again(at.since(self.now));
                false
            }
            Err(None) => false,
        }
    }

    #[inline(never)]
    fn run(&mut self) {
        let ordered = self.set.value.str_at("spec.podManagementPolicy") != "Parallel";
        let mut waits = false;
        for ordinal in self.first..self.first + self.replicas {
            let Some(pod) = self.pod(ordinal).cloned() else {
                self.create(ordinal);
                if ordered {
                    return;
                }
                continue;
            };
            if finished(&pod) && !pod.deleting() {
                let (reason, what) = match pod.value.str_at("status.phase") {
                    "Failed" => ("RecreatingFailedPod", "failed"),
                    _ => ("RecreatingTerminatedPod", "terminated"),
                };
                let place = format!("{}/{}", self.set.namespace(), self.set.name());
                let told = format!("StatefulSet {place} is recreating {what} Pod {}", pod.name());
                let note = if what == "failed" { Note::warning(reason, told) } else { Note::normal(reason, told) };
                self.done.actions.push(Action::Event { about: self.set.clone(), note });
                self.delete(&pod);
                waits = true;
            } else if !self.healthy(&pod) {
                waits = true;
            }
            if waits && ordered {
                return;
            }
        }
        if self.shrink(ordered) && ordered {
            return;
        }
        if self.set.value.str_at("spec.updateStrategy.type") != "OnDelete" {
            self.roll();
        }
    }

    /// Takes away what is beyond the size, the highest first; says whether there was any.
    #[inline(never)]
    fn shrink(&mut self, ordered: bool) -> bool {
        let mut extra: Vec<(i64, Arc<Object>)> = (self.pods.iter())
            .filter_map(|pod| Some((ordinal(self.set, pod.name())?, Arc::clone(pod))))
            .filter(|(at, _)| *at < self.first || *at >= self.first + self.replicas)
            .collect();
        extra.arrange_by_key(|(at, _)| -at);
        for (_, pod) in &extra {
            if !pod.deleting() {
                self.delete(pod);
            }
            if ordered {
                break;
            }
        }
        !extra.is_empty()
    }

    /// One step of a rolling update, from the highest ordinal down to the partition.
    #[inline(never)]
    fn roll(&mut self) {
        for ordinal in (self.first + self.partition()..self.first + self.replicas).rev() {
            let Some(pod) = self.pod(ordinal).cloned() else { return };
            if pod.label(HASH) != self.history.update && !pod.deleting() {
                return self.delete(&pod);
            }
            if !self.healthy(&pod) {
                return;
            }
        }
    }

    #[inline(never)]
    fn create(&mut self, ordinal: i64) {
        let (set, store) = (self.set, self.store);
        let old = match self.set.value.at("spec.updateStrategy.rollingUpdate").as_map() {
            Some(_) => ordinal < self.first + self.partition(),
            None => ordinal < self.first + self.set.value.int_at("status.currentReplicas").unwrap_or(0),
        };
        let revision = if old { self.current.clone() } else { self.history.update.clone() };
        let template = self.history.template(&revision).unwrap_or_else(|| set.value.at("spec.template").clone());
        let name = format!("{}-{ordinal}", set.name());
        for claim in claims(set, ordinal) {
            let claim_name = claim.str_at("metadata.name").to_string();
            if store.get(kinds::PERSISTENTVOLUMECLAIM, set.namespace(), &claim_name).is_some() {
                continue;
            }
            self.add(kinds::PERSISTENTVOLUMECLAIM, claim);
            let told = format!("create Claim {claim_name} Pod {name} in StatefulSet {} success", set.name());
            self.tell("SuccessfulCreate", told);
        }
        self.add(kinds::POD, pod_of(set, ordinal, &template, &revision));
        self.tell("SuccessfulCreate", format!("create Pod {name} in StatefulSet {} successful", set.name()));
    }

    fn add(&mut self, kind: kinds::KindId, value: Value) {
        self.done.actions.push(Action::Create {
            kind,
            namespace: self.set.key.namespace.clone(),
            value,
            because: self.set.spec_by.clone(),
            announce: Some((self.set.clone(), "FailedCreate", "")),
        });
    }

    fn tell(&mut self, reason: &'static str, told: String) {
        let note = Note::normal(reason, told);
        self.done.actions.push(Action::Event { about: self.set.clone(), note });
    }

    fn delete(&mut self, pod: &Arc<Object>) {
        let because = self.set.spec_by.clone();
        self.done.actions.push(Action::Delete { key: pod.key.clone(), uid: pod.uid.clone(), because });
        let told = format!("delete Pod {} in StatefulSet {} successful", pod.name(), self.set.name());
        self.tell("SuccessfulDelete", told);
    }

    /// `persistentVolumeClaimRetentionPolicy.whenScaled: Delete`.
    #[inline(never)]
    fn claims_of_gone_pods(&mut self) {
        if self.set.value.str_at("spec.persistentVolumeClaimRetentionPolicy.whenScaled") != "Delete" {
            return;
        }
        let beyond = |at: i64| at < self.first || at >= self.first + self.replicas;
        for template in self.set.value.list_at("spec.volumeClaimTemplates") {
            let prefix = format!("{}-", template.str_at("metadata.name"));
            for claim in self.store.all(kinds::PERSISTENTVOLUMECLAIM, Some(self.set.namespace())) {
                let at = claim.name().strip_prefix(&prefix).and_then(|rest| ordinal(self.set, rest));
                if at.is_some_and(|at| beyond(at) && self.pod(at).is_none()) && !claim.deleting() {
                    let (key, uid) = (claim.key.clone(), claim.uid.clone());
                    self.done.actions.push(Action::Delete { key, uid, because: self.set.spec_by.clone() });
                }
            }
        }
    }
}
