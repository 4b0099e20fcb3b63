//! Deployments on their way from one version to the next: which pods are old, which are new; and pods that leave their node.

use crate::cluster::state_of;
use cluster::Object;
use screen::{PodState, Rollout};
use world::World;

/// More pods than these are not drawn one by one.
const PODS_MAX: usize = 60;

/// The Deployments that are not yet as they should be, and what leaves its node.
pub fn rollouts(world: &World, namespace: Option<&str>) -> Vec<Rollout> {
    let store = world.cluster.store();
    let moves = crate::cluster_moves::moves(world, namespace);
    let moving = |set: &Object| moves.iter().any(|(uid, _)| *uid == *set.uid);
    let all = store.all(cluster::DEPLOYMENT, namespace);
    let shown = all.filter(|one| namespace.is_some() || !one.namespace().starts_with("kube-"));
    let mut all: Vec<Rollout> = shown.filter_map(|deployment| rollout(world, deployment, &moving)).collect();
    all.extend(moves.into_iter().map(|(_, card)| card));
    all
}

/// Nothing where only pods of its newest set leave, which is told by itself.
#[inline(never)]
fn rollout(world: &World, deployment: &Object, moving: &dyn Fn(&Object) -> bool) -> Option<Rollout> {
    let store = world.cluster.store();
    let sets =
        || store.owned_by(deployment.value.str_at("metadata.uid")).filter(|set| set.key.kind == cluster::REPLICASET);
    let number = |set: &Object| set.annotation("deployment.kubernetes.io/revision").parse::<u32>().unwrap_or(0);
    let newest = sets().max_by_key(|set| number(set))?;
    let wanted = count(deployment, "spec.replicas");
    let mut rollout = Rollout {
        namespace: deployment.namespace().into(),
        name: deployment.name().into(),
        old_version: String::new(),
        old: Vec::new(),
        new_version: version(newest),
        new: states(world, newest),
        open: 0,
        words: String::new(),
    };
    for set in sets().filter(|set| set.name() != newest.name()) {
        let pods = states(world, set);
        if !pods.is_empty() {
            rollout.old_version = version(set);
            rollout.old.extend(pods);
        }
    }
    let (new, serving) = (ready(&rollout.new), ready(&rollout.old));
    if rollout.old.is_empty() && (moving(newest) || new == wanted && rollout.new.len() == new) {
        return None;
    }
    rollout.open = u32::try_from(wanted.saturating_sub(rollout.new.len()).min(PODS_MAX)).unwrap_or(0);
    rollout.words = [&new.to_string(), " of ", &wanted.to_string(), " are ready"].concat();
    if !rollout.old.is_empty() {
        let be = if serving == 1 { " of the old ones still serves" } else { " of the old ones still serve" };
        rollout.words += &[", ", &serving.to_string(), be].concat();
    }
    rollout.old.truncate(PODS_MAX);
    rollout.new.truncate(PODS_MAX);
    Some(rollout)
}

fn count(object: &Object, path: &str) -> usize {
    object.value.int_at(path).and_then(|n| usize::try_from(n).ok()).unwrap_or(0)
}

/// The tag of the image.
fn version(set: &Object) -> String {
    let image = set.value.list_at("spec.template.spec.containers").first().map_or("", |c| c.str_at("image"));
    crate::image_version(image)
}

fn states(world: &World, set: &Object) -> Vec<PodState> {
    let pods = world.cluster.store().owned_by(set.value.str_at("metadata.uid"));
    pods.map(|pod| state_of(pod, &cluster::pod_status(pod))).collect()
}

fn ready(pods: &[PodState]) -> usize {
    pods.iter().filter(|state| **state == PodState::Ready).count()
}
