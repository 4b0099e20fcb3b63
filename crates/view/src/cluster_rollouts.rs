//! Deployments on their way from one version to the next: which pods are old, which are new.

use crate::cluster::state_of;
use cluster::Object;
use order::Arrange;
use screen::{PodState, Revision, Rollout};
use std::sync::Arc;
use world::World;

/// More pods than these are not drawn one by one.
const PODS_MAX: usize = 60;

/// The Deployments that are not yet as they should be.
pub fn rollouts(world: &World, namespace: Option<&str>) -> Vec<Rollout> {
    let store = world.cluster.store();
    let all = store.all(cluster::DEPLOYMENT, namespace);
    let shown = all.filter(|one| namespace.is_some() || !one.namespace().starts_with("kube-"));
    shown.filter_map(|deployment| rollout(world, deployment)).collect()
}

fn rollout(world: &World, deployment: &Object) -> Option<Rollout> {
    let store = world.cluster.store();
    let mut sets: Vec<&Arc<Object>> = store
        .owned_by(deployment.value.str_at("metadata.uid"))
        .filter(|set| set.key.kind == cluster::REPLICASET)
        .collect();
    let number = |set: &Object| set.annotation("deployment.kubernetes.io/revision").parse::<u32>().unwrap_or(0);
    sets.arrange_by_key(|set| number(set));
    let newest = sets.last().map(|set| set.name().to_string())?;
    let revision = |set: &&Arc<Object>| {
        let pods = store.owned_by(set.value.str_at("metadata.uid"));
        let pods = pods.map(|pod| state_of(pod, &cluster::pod_status(pod)));
        let image = set.value.list_at("spec.template.spec.containers").first().map_or("", |c| c.str_at("image"));
        let tag = image.rsplit_once(':').map_or(image, |(_, tag)| tag);
        Revision {
            version: tag.to_string(),
            wanted: count(set, "spec.replicas"),
            pods: pods.take(PODS_MAX).collect(),
        }
    };
    let is_empty = |one: &Revision| one.wanted == 0 && one.pods.is_empty();
    let mut revisions: Vec<Revision> =
        sets.iter().filter(|set| set.name() != newest).map(revision).filter(|one| !is_empty(one)).collect();
    let old = revisions.len();
    revisions.extend(sets.last().map(revision));
    let wanted = count(deployment, "spec.replicas");
    let whole = usize::try_from(wanted).unwrap_or(PODS_MAX).min(PODS_MAX);
    let settled = |one: &Revision| one.pods.len() == whole && one.pods.iter().all(|state| *state == PodState::Ready);
    if old == 0 && revisions.first().is_none_or(settled) {
        return None;
    }
    let words = words(&revisions, wanted);
    Some(Rollout { namespace: deployment.namespace().into(), name: deployment.name().into(), revisions, words })
}

fn count(object: &Object, path: &str) -> u32 {
    object.value.int_at(path).and_then(|n| u32::try_from(n).ok()).unwrap_or(0)
}

fn words(revisions: &[Revision], wanted: u32) -> String {
    let ready = |one: &Revision| one.pods.iter().filter(|state| **state == PodState::Ready).count();
    let Some((new, old)) = revisions.split_last() else { return String::new() };
    let serving: usize = old.iter().map(ready).sum();
    let mut words = [&ready(new).to_string(), " of ", &wanted.to_string(), " are ready"].concat();
    if !old.is_empty() {
        let be = if serving == 1 { " of the old ones still serves" } else { " of the old ones still serve" };
        words += &[", ", &serving.to_string(), be].concat();
    }
    words
}
