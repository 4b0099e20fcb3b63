//! The replica set controller: as many pods as wanted, and no more (Kubernetes 1.32, `pkg/controller/replicaset`).

use super::ranking::Rank;
use super::{Action, Reconciled, adopted, owner_reference};
use crate::crew::Crew;
use crate::defaults;
use crate::kinds;
use crate::object::{Key, Object};
use crate::pods::{active, pod_available};
use crate::selector::LabelSelector;
use crate::store::Store;
use manifest::{Value, list, object};
use order::{Arrange, OrdMap};
use sim::Time;
use std::sync::Arc;
use std::time::Duration;

/// Pods made or deleted in one round.
const BURST: usize = 500;

#[inline(never)]
pub(crate) fn reconcile(store: &Store, key: &Key, now: Time) -> Reconciled {
    let Some(set) = store.get_key(key) else { return Reconciled::default() };
    let mut done = Reconciled::default();
    let nobody = Crew::default();
    let crew = store.crew(&set.uid).unwrap_or(&nobody);
    if !set.deleting() {
        claim(store, set, crew, &mut done);
    }
    let have = usize::try_from(crew.active).unwrap_or(0);
    let wanted = usize::try_from(set.value.int_at("spec.replicas").unwrap_or(1)).unwrap_or(0);
    if !set.deleting() {
        if have < wanted {
            create(set, (wanted - have).min(BURST), &mut done);
            if wanted - have > BURST {
                done.look_again(Duration::from_millis(5));
            }
        } else if have > wanted {
            delete(store, set, (have - wanted).min(BURST), now, &mut done);
        }
    }
    status(store, set, crew, now, &mut done);
    done
}

fn pods<'s>(store: &'s Store, set: &Object) -> Vec<&'s Arc<Object>> {
    store.owned_by(&set.uid).filter(|pod| pod.key.kind == kinds::POD && active(pod)).collect()
}

/// Takes over matching pods that nobody controls, and lets go of own ones that no longer match.
#[inline(never)]
fn claim(store: &Store, set: &Arc<Object>, crew: &Crew, done: &mut Reconciled) {
    let selector = LabelSelector::of(set);
    for pod in store.orphans(kinds::POD, set.namespace()).filter(|pod| active(pod) && selector.matches(pod.labels())) {
        let because = set.spec_by.clone();
        done.actions.push(Action::Update { base: pod.clone(), value: adopted(pod, set), because });
    }
    if crew.all(|labels| selector.matches(labels)) {
        return;
    }
    let lost = |pod: &&Arc<Object>| pod.key.kind == kinds::POD && !selector.matches(pod.labels());
    for pod in store.owned_by(&set.uid).filter(lost) {
        let mut value = pod.value.clone();
        value.at_mut("metadata.ownerReferences").make_list().retain(|owner| *owner.str_at("uid") != *set.uid);
        done.actions.push(Action::Update { base: pod.clone(), value, because: pod.written_by.clone() });
    }
}

#[inline(never)]
fn create(set: &Arc<Object>, count: usize, done: &mut Reconciled) {
    let template = set.value.at("spec.template");
    let mut metadata = object! {
        "generateName" => format!("{}-", set.name()), "ownerReferences" => list![owner_reference(set)],
    };
    for field in ["labels", "annotations"] {
        if let Some(part) = template.at("metadata").get(field).filter(|part| !part.is_zero()) {
            metadata.put(field, part.clone());
        }
    }
    let mut pod = object! {
        "apiVersion" => "v1", "kind" => "Pod", "metadata" => metadata, "spec" => template.at("spec").clone(),
    };
    defaults::pod(&mut pod);
    for _ in 0..count {
        done.actions.push(Action::Create {
            kind: kinds::POD,
            namespace: set.key.namespace.clone(),
            value: pod.clone(),
            because: set.spec_by.clone(),
            announce: Some((set.clone(), "SuccessfulCreate", "Created pod: ")),
        });
    }
}

/// How many pods of the sets of the same owner each node has (`getPodsRankedByRelatedPodsOnSameNode`).
#[inline(never)]
fn neighbours(store: &Store, set: &Object) -> OrdMap<Arc<str>, usize> {
    let family = match set.controller_uid() {
        "" => vec![set.uid.clone()],
        owner => {
            let sets = store.owned_by(owner).filter(|other| other.key.kind == kinds::REPLICASET);
            sets.map(|other| other.uid.clone()).collect()
        }
    };
    let mut counts: OrdMap<Arc<str>, usize> = OrdMap::new();
    for pod in family.iter().flat_map(|uid| store.owned_by(uid)).filter(|pod| active(pod)) {
        if let Some(node) = pod.value.at("spec.nodeName").as_text() {
            *counts.entry(node.clone()).or_default() += 1;
        }
    }
    counts
}

#[inline(never)]
fn delete(store: &Store, set: &Arc<Object>, count: usize, now: Time, done: &mut Reconciled) {
    let beside = neighbours(store, set);
    let on = |pod: &Object| beside.get(pod.value.str_at("spec.nodeName")).copied().unwrap_or(0);
    let mut ranked: Vec<(Rank, &Arc<Object>)> =
        pods(store, set).into_iter().map(|pod| (Rank::of(pod, on(pod)), pod)).collect();
    ranked.arrange_by(|a, b| a.0.compare(&b.0, Some(now)).then_with(|| a.1.key.name.cmp(&b.1.key.name)));
    for (_, pod) in ranked.into_iter().take(count) {
        let because = set.spec_by.clone();
        done.actions.push(Action::Delete { key: pod.key.clone(), uid: pod.uid.clone(), because });
        let note = crate::recorder::Note::normal("SuccessfulDelete", format!("Deleted pod: {}", pod.name()));
        done.actions.push(Action::Event { about: set.clone(), note });
    }
}

#[inline(never)]
fn status(store: &Store, set: &Arc<Object>, crew: &Crew, now: Time, done: &mut Reconciled) {
    let wait = set.value.int_at("spec.minReadySeconds").unwrap_or(0);
    let wanted = set.value.map_at("spec.template.metadata.labels");
    let labelled = crew.active_with(|labels| wanted.iter().all(|(key, value)| labels.get(key) == Some(value)));
    let (ready, mut available) = (crew.ready, crew.ready);
    if wait > 0 {
        available = 0;
        for pod in pods(store, set) {
            match pod_available(pod, wait, now) {
                Ok(()) => available += 1,
                Err(Some(at)) => done.look_again(at.since(now)),
                Err(None) => {}
            }
        }
    }
    let old = set.value.at("status");
    let mut status = old.clone();
    status.put("observedGeneration", set.generation());
    status.put("replicas", crew.active);
    for (field, n) in [("fullyLabeledReplicas", labelled), ("readyReplicas", ready), ("availableReplicas", available)] {
        if n > 0 {
            status.put(field, n);
        } else if status.get(field).is_some() {
            status.remove(field);
        }
    }
    if status != *old {
        done.actions.push(Action::Status { base: set.clone(), status: Value::clone(&status) });
    }
}
