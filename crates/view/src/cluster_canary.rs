//! Rollouts of Argo Rollouts in motion: steps, weights, measurements, and what one may do.

use crate::cluster::state_of;
use crate::cluster_rollouts::version;
use cluster::Object;
use gitops::rollouts::{ANALYSIS_RUN, HASH, ROLLOUT, Sizes, kind_of, phase_of, set_weight, sets_of, step_text};
use manifest::Value;
use screen::{Canary, PodState, Rollout};
use std::sync::Arc;
use world::World;

/// More pods than these are not drawn one by one.
const PODS_MAX: usize = 60;

/// The Rollouts that are not yet as they should be.
#[inline(never)]
pub(crate) fn canaries(world: &World, namespace: Option<&str>) -> Vec<Rollout> {
    // Only where Argo Rollouts is: its part of the worker is not fetched for other worlds.
    if world.rollouts.is_none() {
        return Vec::new();
    }
    let Some(kind) = kind_of(&world.cluster, ROLLOUT) else { return Vec::new() };
    let all = world.cluster.store().all(kind, namespace);
    all.filter_map(|rollout| canary(world, rollout)).collect()
}

fn canary(world: &World, rollout: &Object) -> Option<Rollout> {
    let store = world.cluster.store();
    let (value, status) = (&rollout.value, rollout.value.at("status"));
    let (phase, message) = phase_of(value);
    if phase == "Healthy" {
        return None;
    }
    let sets = sets_of(store, rollout);
    let states = |set: &Object| -> Vec<PodState> {
        store.owned_by(&set.uid).map(|pod| state_of(pod, &cluster::pod_status(pod))).collect()
    };
    let newest = sets.iter().find(|set| set.label(HASH) == status.str_at("currentPodHash"));
    let mut card = Rollout {
        namespace: rollout.namespace().into(),
        name: rollout.name().into(),
        old_version: String::new(),
        old: Vec::new(),
        new_version: newest.map(|set| version(set)).unwrap_or_default(),
        new: newest.map(|set| states(set)).unwrap_or_default(),
        open: 0,
        words: if message.is_empty() { phase.clone() } else { [&phase, ": ", &*message].concat() },
        canary: None,
    };
    for set in sets.iter().filter(|set| newest.is_none_or(|new| new.uid != set.uid)) {
        let pods = states(set);
        if !pods.is_empty() {
            card.old_version = version(set);
            card.old.extend(pods);
        }
    }
    let wanted = newest.map_or(0, |set| usize::try_from(Sizes::of(set).wanted).unwrap_or(0));
    card.open = u32::try_from(wanted.saturating_sub(card.new.len()).min(PODS_MAX)).unwrap_or(0);
    card.old.truncate(PODS_MAX);
    card.new.truncate(PODS_MAX);
    let at = usize::try_from(status.int_at("currentStepIndex").unwrap_or(0)).unwrap_or(0);
    let is_canary = value.at("spec.strategy.blueGreen").is_null();
    let steps = value.list_at("spec.strategy.canary.steps").iter().map(step_text).collect();
    let run = newest_run(world, rollout);
    card.canary = Some(Canary {
        steps,
        at: u32::try_from(at).unwrap_or(u32::MAX),
        set_weight: is_canary.then(|| percent(set_weight(value))),
        actual_weight: percent(share(&card)),
        run: run.as_ref().map(|run| [run.name(), ": ", run.value.str_at("status.phase")].concat()).unwrap_or_default(),
        metrics: run.map(|run| metrics(&run.value)).unwrap_or_default(),
        acts: acts(rollout, &phase),
        terminal: world.terminals().map(|(id, _)| id).find(|id| world.running(*id).is_none()).map_or(0, |id| id.0),
    });
    Some(card)
}

fn percent(number: i64) -> u32 {
    u32::try_from(number.clamp(0, 100)).unwrap_or(0)
}

/// The share of the new pods among those that are ready.
fn share(card: &Rollout) -> i64 {
    let ready = |pods: &[PodState]| pods.iter().filter(|state| **state == PodState::Ready).count();
    let (new, old) = (ready(&card.new), ready(&card.old));
    (new * 100).checked_div(new + old).and_then(|share| i64::try_from(share).ok()).unwrap_or(0)
}

/// The run that judges, or the last one that did.
fn newest_run(world: &World, rollout: &Object) -> Option<Arc<Object>> {
    let kind = kind_of(&world.cluster, ANALYSIS_RUN)?;
    let hash = rollout.value.str_at("status.currentPodHash");
    let own = world.cluster.store().owned_by(&rollout.uid).filter(|run| run.key.kind == kind);
    own.filter(|run| run.label(HASH) == hash).max_by_key(|run| run.created_at()).cloned()
}

fn metrics(run: &Value) -> Vec<(String, String)> {
    let shown = |one: &Value| {
        let (value, told) = (one.str_at("value"), one.str_at("message"));
        [one.str_at("phase"), " ", &if value.is_empty() { told } else { value }.replace('\n', " ")].concat()
    };
    let of = |result: &Value| result.list_at("measurements").iter().map(shown).collect::<Vec<_>>().join("\n");
    run.list_at("status.metricResults").iter().map(|result| (result.str_at("name").into(), of(result))).collect()
}

/// Labels with the lines that do it.
fn acts(rollout: &Object, phase: &str) -> Vec<(String, String)> {
    let aborted = rollout.value.bool_at("status.abort");
    let words: &[(&str, &str)] = match phase {
        _ if aborted => &[("Retry", "retry rollout")],
        "Paused" | "Progressing" => &[("Promote", "promote"), ("Abort", "abort")],
        _ => &[],
    };
    let line = |verb: &str| ["kubectl argo rollouts ", verb, " ", rollout.name(), " -n ", rollout.namespace()].concat();
    words.iter().map(|(label, verb)| ((*label).to_string(), line(verb))).collect()
}
