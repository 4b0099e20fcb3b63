//! The disruption controller: how many pods of a budget may be evicted now
//! (Kubernetes 1.32, `pkg/controller/disruption`).

use super::{Action, Reconciled};
use crate::kinds::{self, KindId};
use crate::object::{Key, Object};
use crate::pods::{finished, int_or_percent, pod_ready, set_condition};
use crate::recorder::Note;
use crate::selector::LabelSelector;
use crate::store::Store;
use manifest::{Value, object};
use order::OrdMap;
use sim::Time;
use std::sync::Arc;

/// A budget without a selector covers nothing; one with an empty selector the whole namespace.
pub(crate) fn covers(budget: &Object, pod: &Object) -> bool {
    let selector = budget.value.at("spec.selector");
    !selector.is_null() && LabelSelector::from_value(selector).matches(pod.labels())
}

/// The budgets of a pod.
pub(crate) fn budgets_of<'s>(store: &'s Store, pod: &'s Object) -> impl Iterator<Item = &'s Arc<Object>> {
    store.all(kinds::PODDISRUPTIONBUDGET, Some(pod.namespace())).filter(move |budget| covers(budget, pod))
}

#[inline(never)]
pub(crate) fn reconcile(store: &Store, key: &Key, now: Time) -> Reconciled {
    let mut done = Reconciled::default();
    let Some(budget) = store.get_key(key) else { return done };
    let pods = store.all(kinds::POD, Some(budget.namespace()));
    let pods: Vec<&Arc<Object>> = pods.filter(|pod| covers(budget, pod) && !finished(pod)).collect();
    if pods.is_empty() {
        let note = Note::normal("NoPods", "No matching pods found");
        done.actions.push(Action::Event { about: budget.clone(), note });
    }
    let mut status = budget.value.at("status").clone();
    let (expected, desired) = match wanted(store, budget, &pods) {
        Ok(counts) => counts,
        Err(why) => {
            let told = format!("Failed to calculate the number of expected pods: {why}");
            let note = Note::warning("CalculateExpectedPodCountFailed", told);
            done.actions.push(Action::Event { about: budget.clone(), note });
            (0, 0)
        }
    };
    // Evicted pods count as gone until they are marked.
    let mut disrupted = status.at("disruptedPods").clone();
    let still = |name: &str| pods.iter().any(|pod| *pod.key.name == *name && !pod.deleting());
    if let Some(map) = disrupted.as_map() {
        let gone: Vec<Arc<str>> = map.keys().filter(|name| !still(name)).cloned().collect();
        gone.iter().for_each(|name| drop(disrupted.make_map().remove(name)));
    }
    let healthy = |pod: &&&Arc<Object>| pod_ready(pod) && !pod.deleting() && disrupted.get(pod.name()).is_none();
    let current = i64::try_from(pods.iter().filter(healthy).count()).unwrap_or(0);
    let allowed = if expected <= 0 { 0 } else { (current - desired).max(0) };
    status.put("currentHealthy", current);
    status.put("desiredHealthy", desired);
    status.put("disruptionsAllowed", allowed);
    status.put("expectedPods", expected);
    status.put("observedGeneration", budget.generation());
    if disrupted.is_zero() {
        status.remove("disruptedPods");
    } else {
        status.put("disruptedPods", disrupted);
    }
    let (state, reason) = if allowed > 0 { ("True", "SufficientPods") } else { ("False", "InsufficientPods") };
    let condition = object! {
        "message" => "", "observedGeneration" => budget.generation(), "reason" => reason, "status" => state,
        "type" => "DisruptionAllowed",
    };
    set_condition(&mut status, condition, &now.rfc3339());
    if status != *budget.value.at("status") {
        done.actions.push(Action::Status { base: budget.clone(), status });
    }
    done
}

/// How many pods there should be, and how many of them must be healthy.
#[inline(never)]
fn wanted(store: &Store, budget: &Object, pods: &[&Arc<Object>]) -> Result<(i64, i64), String> {
    let spec = budget.value.at("spec");
    let least = spec.at("minAvailable");
    let here = i64::try_from(pods.len()).unwrap_or(0);
    if let Value::Int(least) = least {
        return Ok((here, *least));
    }
    let expected = scale_of(store, pods)?;
    if !spec.at("maxUnavailable").is_null() {
        let most = int_or_percent(spec.at("maxUnavailable"), expected, true);
        return Ok((expected, (expected - most).max(0)));
    }
    Ok((expected, int_or_percent(least, expected, true)))
}

/// The sum of the sizes of the pods' controllers.
#[inline(never)]
fn scale_of(store: &Store, pods: &[&Arc<Object>]) -> Result<i64, String> {
    let mut sizes: OrdMap<Arc<str>, i64> = OrdMap::new();
    for pod in pods {
        let mut owner = store.by_uid(pod.controller_uid());
        // A replica set of a deployment counts as the deployment.
        if let Some(above) = owner.and_then(|owner| store.by_uid(owner.controller_uid())) {
            owner = Some(above);
        }
        let known: [KindId; 4] =
            [kinds::DEPLOYMENT, kinds::REPLICASET, kinds::STATEFULSET, kinds::REPLICATIONCONTROLLER];
        match owner.filter(|owner| known.contains(&owner.key.kind)) {
            Some(owner) => {
                sizes.insert(owner.uid.clone(), owner.value.int_at("spec.replicas").unwrap_or(1));
            }
            None => return Err(format!("found no controllers for pod {:?}", pod.name())),
        }
    }
    Ok(sizes.values().sum())
}
