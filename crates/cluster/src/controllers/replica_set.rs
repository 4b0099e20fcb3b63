//! The replica set controller: as many pods as wanted, and no more (Kubernetes 1.32, `pkg/controller/replicaset`).

use super::{Action, Reconciled, adopted, owner_reference};
use crate::crew::Crew;
use crate::defaults;
use crate::kinds;
use crate::object::{Key, Object, time_at};
use crate::pods::{active, pod_available, pod_ready};
use crate::selector::LabelSelector;
use crate::store::Store;
use manifest::{Value, list, object};
use order::Arrange;
use sim::Time;
use std::cmp::Reverse;
use std::sync::Arc;
use std::time::Duration;

/// Pods made or deleted in one round.
const BURST: usize = 500;

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
            delete(set, pods(store, set), (have - wanted).min(BURST), &mut done);
        }
    }
    status(store, set, crew, now, &mut done);
    done
}

fn pods<'s>(store: &'s Store, set: &Object) -> Vec<&'s Arc<Object>> {
    store.owned_by(&set.uid).filter(|pod| pod.key.kind == kinds::POD && active(pod)).collect()
}

/// Takes over matching pods that nobody controls, and lets go of own ones that no longer match.
fn claim(store: &Store, set: &Arc<Object>, crew: &Crew, done: &mut Reconciled) {
    let selector = LabelSelector::from_value(set.value.at("spec.selector"));
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

/// controller_utils `ActivePodsWithRanks`: those go first that are the least loss.
pub(super) fn rank(pod: &Object) -> impl Ord + use<> {
    let phase = match pod.value.str_at("status.phase") {
        "Pending" => 0,
        "Unknown" => 1,
        _ => 2,
    };
    let cost: i64 = pod.annotation("controller.kubernetes.io/pod-deletion-cost").parse().unwrap_or(0);
    let ready_since = crate::object::condition(&pod.value, "Ready").and_then(|c| time_at(c, "lastTransitionTime"));
    let restarts: i64 = pod
        .value
        .list_at("status.containerStatuses")
        .iter()
        .filter_map(|c| c.int_at("restartCount"))
        .max()
        .unwrap_or(0);
    (
        (!pod.value.str_at("spec.nodeName").is_empty(), phase, pod_ready(pod), cost),
        Reverse(ready_since.filter(|_| pod_ready(pod))),
        Reverse(restarts),
        Reverse(pod.created_at()),
    )
}

fn delete(set: &Arc<Object>, mut ranked: Vec<&Arc<Object>>, count: usize, done: &mut Reconciled) {
    ranked.arrange_by_key(|pod| (rank(pod), pod.key.name.clone()));
    for pod in ranked.into_iter().take(count) {
        let because = set.spec_by.clone();
        done.actions.push(Action::Delete { key: pod.key.clone(), uid: pod.uid.clone(), because });
        let note = crate::recorder::Note::normal("SuccessfulDelete", format!("Deleted pod: {}", pod.name()));
        done.actions.push(Action::Event { about: set.clone(), note });
    }
}

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
