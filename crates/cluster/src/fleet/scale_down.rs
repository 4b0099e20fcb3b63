//! Nodes that nobody needs any more go back (`core/scaledown/planner`, `eligibility`, `unneeded`).

use super::drain::pods_to_move;
use super::estimate::{allocatable, ratio};
use super::{Fleet, living};
use crate::engine::Cluster;
use crate::kinds;
use crate::node_load::{Amounts, pod_requests};
use crate::object::{Object, condition_true};
use crate::recorder::Note;
use crate::scheduler::Rehearsal;
use manifest::float_text;
use order::{Arrange, OrdMap, OrdSet};
use sim::{Causes, Sim, Time};
use std::sync::Arc;
use std::time::Duration;

/// `--scale-down-unneeded-time`
const UNNEEDED: Duration = Duration::from_secs(600);
/// `--scale-down-delay-after-add`
const AFTER_ADD: Duration = Duration::from_secs(600);
/// `--scale-down-delay-after-failure`
const AFTER_FAILURE: Duration = Duration::from_secs(180);
/// `--unremovable-node-recheck-timeout`
const RECHECK: Duration = Duration::from_secs(300);
/// `--max-scale-down-parallelism` and `--max-drain-parallelism`
const AT_ONCE: usize = 10;
const DRAINS_AT_ONCE: usize = 1;
const DISABLED: &str = "cluster-autoscaler.kubernetes.io/scale-down-disabled";

/// `utilization.Info`: shares of processor and memory that are asked for.
pub(super) struct Utilization {
    cpu: f64,
    memory: f64,
}

impl Utilization {
    fn of(cluster: &Cluster, node: &Object) -> Self {
        let here = living(&cluster.store, node.name());
        let asked = here.fold(Amounts::default(), |sum, pod| sum.plus(pod_requests(&pod.value).0, 1));
        let all = allocatable(node);
        Self { cpu: ratio(asked.cpu_milli, all.cpu_milli), memory: ratio(asked.memory_bytes, all.memory_bytes) }
    }

    /// `--scale-down-utilization-threshold` is a half.
    fn low(&self) -> bool {
        self.cpu.max(self.memory) <= 0.5
    }

    /// As Go prints the struct.
    fn text(&self) -> String {
        let (name, most) = if self.cpu > self.memory { ("cpu", self.cpu) } else { ("memory", self.memory) };
        format!("{{{} {} 0 0 {name} {}}}", float_text(self.cpu), float_text(self.memory), float_text(most))
    }
}

impl Cluster {
    /// Notes which nodes could go, and sends away those that could for long.
    pub(super) fn scale_down(&mut self, sim: &mut Sim) {
        let now = sim.now();
        let moving = self.note_unneeded(now);
        let Some(fleet) = self.fleet.as_ref() else { return };
        let cools = |since: Option<Time>, delay: Duration| since.is_some_and(|since| since + delay > now);
        if cools(fleet.scaled_up, AFTER_ADD) || cools(fleet.failed, AFTER_FAILURE) {
            return;
        }
        let due = fleet.unneeded.iter().filter(|(_, since)| **since + UNNEEDED < now);
        let due: Vec<Arc<str>> = due.map(|(name, _)| name.clone()).collect();
        // Empty ones first.
        let (empty, full): (Vec<_>, Vec<_>) =
            due.into_iter().partition(|name| moving.get(name).is_none_or(|pods| pods.is_empty()));
        for name in empty.into_iter().chain(full) {
            let Some(fleet) = self.fleet.as_ref() else { return };
            let pods = moving.get(&name).cloned().unwrap_or_default();
            let leaving = || fleet.leaving.values().filter(|leaving| !leaving.gone);
            let drains = leaving().filter(|leaving| !leaving.pods.is_empty()).count();
            if leaving().count() >= AT_ONCE || (!pods.is_empty() && drains >= DRAINS_AT_ONCE) || least(fleet, &name) {
                continue;
            }
            self.send_away(sim, &name, &pods);
        }
    }

    fn send_away(&mut self, sim: &mut Sim, name: &str, pods: &[Arc<Object>]) {
        let Some(node) = self.store.get(kinds::NODE, "", name).cloned() else { return };
        let note = if pods.is_empty() {
            Note::normal("ScaleDownEmpty", format!("Scale-down: removing empty node {name:?}"))
        } else {
            let names: Vec<&str> = pods.iter().map(|pod| pod.name()).collect();
            let (used, names) = (Utilization::of(self, &node).text(), names.join(","));
            let told = format!("Scale-down: removing node {name}, utilization: {used}, pods to reschedule: {names}");
            Note::normal("ScaleDown", told)
        };
        self.tell_fleet(sim, note);
        self.begin_drain(sim, &node, pods, &Causes::none());
    }

    /// Finds the nodes that could go now, with the pods that would move.
    fn note_unneeded(&mut self, now: Time) -> OrdMap<Arc<str>, Vec<Arc<Object>>> {
        let mut moving: OrdMap<Arc<str>, Vec<Arc<Object>>> = OrdMap::new();
        let Some(fleet) = self.fleet.as_ref() else { return moving };
        let mut candidates: Vec<Arc<Object>> =
            fleet.members.keys().filter_map(|name| self.store.get(kinds::NODE, "", name)).cloned().collect();
        candidates.retain(|node| {
            !fleet.leaving.contains_key(&node.key.name)
                && fleet.needed.get(&node.key.name).is_none_or(|until| *until <= now)
                && node.annotation(DISABLED) != "true"
                && condition_true(&node.value, "Ready")
                && Utilization::of(self, node).low()
        });
        // What could go before is looked at first.
        candidates.arrange_by_key(|node| !fleet.unneeded.contains_key(&node.key.name));
        let mut rehearsal: Option<Rehearsal> = None;
        let mut needed: Vec<Arc<str>> = Vec::new();
        let mut gone: OrdSet<Arc<str>> = fleet.leaving.keys().cloned().collect();
        for node in candidates {
            let name = node.key.name.clone();
            let Some(pods) = pods_to_move(&self.store, &name, now) else {
                needed.push(name);
                continue;
            };
            if !pods.is_empty() {
                let start = || Rehearsal::new(&self.store);
                let mut next = rehearsal.clone().unwrap_or_else(start);
                let allowed = |other: &str| *other != *name && !gone.contains(other);
                if !pods.iter().all(|pod| next.place_anywhere(pod, allowed)) {
                    needed.push(name);
                    continue;
                }
                rehearsal = Some(next);
            }
            gone.insert(name.clone());
            moving.insert(name, pods);
        }
        if let Some(fleet) = self.fleet.as_mut() {
            fleet.needed.extend(needed.into_iter().map(|name| (name, now + RECHECK)));
            let since = |name: &Arc<str>| fleet.unneeded.get(name).copied().unwrap_or(now);
            fleet.unneeded = moving.keys().map(|name| (name.clone(), since(name))).collect();
        }
        moving
    }
}

/// Whether the node's group has no more nodes than it must have.
fn least(fleet: &Fleet, name: &str) -> bool {
    let Some(number) = fleet.members.get(name) else { return true };
    let Some(group) = fleet.groups.get(usize::try_from(*number).unwrap_or(usize::MAX)) else { return true };
    let going =
        fleet.leaving.iter().filter(|(name, leaving)| !leaving.gone && fleet.members.get(&**name) == Some(number));
    group.target.saturating_sub(u32::try_from(going.count()).unwrap_or(0)) <= group.min
}
