//! Pods that have to leave their node, and those that come for them: evictions, drains, nodes that are lost. They are
//! drawn as rollouts are: what goes above, what comes below.

use crate::cluster::state_of;
use crate::time::clock_text;
use cluster::{Object, condition, condition_true};
use manifest::Value;
use order::{OrdMap, OrdSet};
use screen::{PodState, Rollout};
use sim::Time;
use std::time::Duration;
use world::World;

/// A pod that is gone is told of for as long, if nothing comes for it sooner.
const TOLD: Duration = Duration::from_secs(120);
/// In a larger cluster pods are numbers on a map.
const PODS_MAX: usize = 5_000;

/// The pods of one controller that leave.
#[derive(Clone)]
struct Leaving<'w> {
    pods: Vec<&'w Object>,
    /// When the first was told to.
    since: Time,
    why: String,
}

/// By the uid of each controller whose pods leave.
#[inline(never)]
pub(crate) fn moves(world: &World, namespace: Option<&str>) -> Vec<(String, Rollout)> {
    let store = world.cluster.store();
    if store.all(cluster::POD, namespace).nth(PODS_MAX).is_some() {
        return Vec::new();
    }
    let lost = store.all(cluster::NODE, None).filter(|node| !condition_true(&node.value, "Ready"));
    let lost: OrdMap<String, Time> =
        lost.filter_map(|node| Some((node.name().into(), changed(node, "Ready")?))).collect();
    let mut leaving: OrdMap<String, Leaving<'_>> = OrdMap::new();
    let mut alone = Vec::new();
    let here = |pod: &&std::sync::Arc<Object>| namespace.is_none_or(|space| pod.namespace() == space);
    let lately = |(_, since): &(String, Time)| world.now().since(*since) < TOLD;
    let gone = store.gone(cluster::POD).filter(here);
    let gone = gone.filter(|pod| reason(pod, &OrdMap::new()).as_ref().is_some_and(lately));
    for pod in gone.chain(store.all(cluster::POD, namespace)) {
        let shown = namespace.is_some() || !pod.namespace().starts_with("kube-");
        let Some((why, since)) = reason(pod, &lost).filter(|_| shown) else { continue };
        match controller(pod) {
            Some(("DaemonSet", _)) => {}
            Some((_, uid)) => {
                let all = leaving.entry(uid.into()).or_insert_with(|| Leaving { pods: Vec::new(), since, why });
                all.since = all.since.min(since);
                all.pods.push(pod);
            }
            None => alone.push((pod, why)),
        }
    }
    let moved = leaving.iter().filter_map(|(uid, leaving)| Some((uid.clone(), moved(world, uid, leaving)?)));
    let mut all: Vec<(String, Rollout)> = moved.collect();
    // Nobody makes another one of these; an evicted one stays until somebody deletes it.
    for (pod, why) in alone.into_iter().filter(|(pod, _)| stays(world, pod)) {
        let why = [&why, "; no controller makes another"].concat();
        all.push((String::new(), card(pod, pod.name(), vec![state(pod)], node(pod).into(), why)));
    }
    all
}

fn node(pod: &Object) -> &str {
    pod.value.str_at("spec.nodeName")
}

fn state(pod: &Object) -> PodState {
    state_of(pod, &cluster::pod_status(pod))
}

/// Whether it is still there, and something in it may run.
fn stays(world: &World, pod: &Object) -> bool {
    pod.value.str_at("status.phase") != "Failed" && world.cluster.store().by_uid(&pod.uid).is_some()
}

/// Kind and uid.
fn controller(pod: &Object) -> Option<(&str, &str)> {
    let owners = pod.value.list_at("metadata.ownerReferences");
    owners.iter().find(|owner| owner.bool_at("controller")).map(|owner| (owner.str_at("kind"), owner.str_at("uid")))
}

fn changed(object: &Object, kind: &str) -> Option<Time> {
    Time::parse_rfc3339(condition(&object.value, kind)?.str_at("lastTransitionTime"))
}

/// Why a pod leaves, and since when.
#[inline(never)]
fn reason(pod: &Object, lost: &OrdMap<String, Time>) -> Option<(String, Time)> {
    let target = condition(&pod.value, "DisruptionTarget").filter(|target| target.str_at("status") == "True");
    if let Some(target) = target {
        let why = match target.str_at("reason") {
            "DeletionByTaintManager" => "taken off a node that may not keep it",
            "EvictionByEvictionAPI" => "evicted, as a drain does",
            "PreemptionByScheduler" => "preempted by a more important pod",
            "TerminationByKubelet" => "evicted: its node ran short of memory",
            other => other,
        };
        return Some((why.into(), changed(pod, "DisruptionTarget")?));
    }
    let since = *lost.get(node(pod))?;
    let waits = |t: &&Value| t.str_at("key") == "node.kubernetes.io/unreachable";
    let wait = pod.value.list_at("spec.tolerations").iter().find(waits)?.int_at("tolerationSeconds")?;
    let leaves = since + Duration::from_secs(u64::try_from(wait).ok()?);
    let why =
        ["not heard from since ", &clock_text(since), "; leaves at ", &clock_text(leaves), " unless it comes back"];
    Some((why.concat(), since))
}

/// What comes for those that leave; nothing once all of it is ready.
#[inline(never)]
fn moved(world: &World, uid: &str, leaving: &Leaving<'_>) -> Option<Rollout> {
    let gone: OrdSet<&str> = leaving.pods.iter().map(|pod| pod.name()).collect();
    let siblings = world.cluster.store().owned_by(uid);
    let fresh = |pod: &&std::sync::Arc<Object>| !gone.contains(pod.name()) && pod.created_at() >= leaving.since;
    let come: Vec<_> = siblings.filter(fresh).take(leaving.pods.len()).collect();
    let ready = come.iter().filter(|pod| state(pod) == PodState::Ready).count();
    if ready == leaving.pods.len() && !leaving.pods.iter().any(|pod| stays(world, pod)) {
        return None;
    }
    let first = leaving.pods.first()?;
    let waits = leaving.pods.iter().all(|pod| condition(&pod.value, "DisruptionTarget").is_none());
    let mut words = leaving.why.clone();
    if !waits {
        words += &["; ", &ready.to_string(), " of ", &leaving.pods.len().to_string(), " run again elsewhere"].concat();
    }
    let names = |pods: &mut dyn Iterator<Item = &Object>| -> String {
        let nodes: OrdSet<&str> = pods.map(node).filter(|node| !node.is_empty()).collect();
        nodes.into_iter().collect::<Vec<_>>().join(", ")
    };
    let left = names(&mut leaving.pods.iter().copied());
    let mut card = card(first, first.name(), leaving.pods.iter().map(|pod| state(pod)).collect(), left, words);
    card.name = card.name.rsplit_once('-').map_or(card.name.clone(), |(name, _)| name.into());
    card.new = come.iter().map(|pod| state(pod)).collect();
    card.new_version = names(&mut come.iter().map(|pod| &***pod));
    card.open = if waits { 0 } else { u32::try_from(leaving.pods.len() - come.len()).unwrap_or(0) };
    Some(card)
}

fn card(of: &Object, name: &str, old: Vec<PodState>, old_version: String, words: String) -> Rollout {
    let (namespace, name) = (of.namespace().into(), name.into());
    Rollout {
        namespace,
        name,
        old_version,
        old,
        new_version: String::new(),
        new: Vec::new(),
        open: 0,
        words,
        canary: None,
    }
}
