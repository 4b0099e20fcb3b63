//! The scheduler: filters the nodes, scores those that fit, binds; and says why when none does
//! (Kubernetes 1.32, `pkg/scheduler`, the default plugins).

mod claims;
mod demand;
mod nodes;
mod peers;
mod preempt;
mod rehearse;
mod spread;
#[cfg(test)]
mod tables;

pub(crate) use nodes::{suits, tolerates, untolerated};
pub(crate) use rehearse::{Rehearsal, priority};

use crate::api::Writer;
use crate::engine::{Cluster, Item};
use crate::node_load::NodeLoad;
use crate::object::{Key, Object};
use crate::pods::set_condition;
use crate::recorder::Note;
use demand::{Demand, Worth, scores};
use manifest::{Value, object, shared, word};
use order::{Arrange, OrdMap};
use preempt::Nominated;
use serde::{Deserialize, Serialize};
use sim::{Causes, Sim, Time};
use std::sync::Arc;
use std::time::Duration;

/// Virtual time that one decision takes: about 500 pods a second.
const CYCLE: Duration = Duration::from_millis(2);
const BACKOFF_FIRST: Duration = Duration::from_secs(1);
const BACKOFF_MAX: Duration = Duration::from_secs(10);
/// A pod that did not fit is tried again after this even when nothing changed.
const FLUSH: Duration = Duration::from_secs(300);
/// Fewer nodes than this are all looked at.
const NODES_MIN: usize = 100;

/// Pods that fitted nowhere, and the scheduler's place in its round over the nodes.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Waiting {
    /// Tries so far.
    unschedulable: OrdMap<Key, u32>,
    /// Pods that wait for others to make room.
    nominated: OrdMap<Key, Nominated>,
    next_start: usize,
    busy_until: Time,
}

impl Waiting {
    /// The pods that fitted nowhere.
    pub(crate) fn unschedulable(&self) -> impl Iterator<Item = &Key> {
        self.unschedulable.keys()
    }

    pub(crate) fn forget(&mut self, pod: &Key) {
        self.unschedulable.remove(pod);
        self.nominated.remove(pod);
    }
}

impl Cluster {
    /// Puts a pod into the scheduling queue.
    pub(crate) fn wants_node(&mut self, sim: &mut Sim, pod: &Arc<Object>) {
        if pod.deleting() || pod.value.str_at("spec.schedulerName") != "default-scheduler" {
            return;
        }
        let start = self.waiting.busy_until.max(sim.now() + Duration::from_millis(3));
        self.waiting.busy_until = start + CYCLE;
        self.enqueue(sim, Item::Schedule(pod.key.clone()), start.since(sim.now()), &pod.written_by);
    }

    /// Something made room: every waiting pod tries again, after its backoff.
    pub(crate) fn retry_unschedulable(&mut self, sim: &mut Sim, causes: &Causes) {
        let waiting: Vec<(Key, u32)> =
            self.waiting.unschedulable.iter().map(|(key, tries)| (key.clone(), *tries)).collect();
        for (key, tries) in waiting {
            let after = (BACKOFF_FIRST * 2_u32.pow(tries.saturating_sub(1).min(4))).min(BACKOFF_MAX);
            self.enqueue(sim, Item::Schedule(key), after, causes);
        }
    }

    pub(crate) fn schedule(&mut self, sim: &mut Sim, key: &Key, causes: &Causes) {
        let Some(pod) = self.store.get_key(key).cloned() else { return };
        if pod.deleting() || !pod.value.str_at("spec.nodeName").is_empty() {
            self.waiting.forget(key);
            return;
        }
        let demand = match Demand::of(&self.store, &pod, preempt::reserved(&self.waiting.nominated, &pod)) {
            Ok(demand) => demand,
            Err(why) => {
                let count = self.store.nodes_count();
                let head = format!("0/{count} nodes are available");
                let told =
                    format!("{head}: {why}. preemption: {head}: {count} Preemption is not helpful for scheduling.");
                return self.unschedulable(sim, &pod, &told, causes);
            }
        };
        match self.choose(sim, &demand) {
            Ok(node) if demand.claims.wait() => self.select_node(sim, &demand.claims, &pod, &node),
            Ok(node) => self.bind(sim, &pod, &node, causes),
            Err(misfit) => {
                let preempted = self.preempt(sim, &demand, &misfit.hopeful, causes);
                let current = self.store.get_key(key).cloned().unwrap_or(pod);
                self.unschedulable(sim, &current, &misfit.told(preempted), causes);
            }
        }
    }

    /// The best node, chance deciding among equals; or why there is none.
    fn choose(&mut self, sim: &mut Sim, demand: &Demand<'_>) -> Result<Arc<str>, Misfit> {
        let count = self.store.nodes_count();
        let enough = enough(count);
        let mut misfit = Misfit { nodes: count, ..Misfit::default() };
        let (mut found, mut nodes): (Vec<(&Arc<str>, Worth)>, Vec<&NodeLoad>) = (Vec::new(), Vec::new());
        let start = self.waiting.next_start;
        let (places, round) = self.store.round(start);
        for (step, (name, node)) in round.enumerate().filter(|(_, (_, node))| node.exists()) {
            let refused = demand.refused(&self.store, name, node);
            if !refused.is_empty() {
                if refused.iter().all(|(_, helps)| *helps) {
                    misfit.hopeful.push(name.clone());
                }
                for (reason, _) in refused {
                    *misfit.reasons.entry(reason).or_default() += 1;
                }
                continue;
            }
            found.push((name, demand.worth(name, node)));
            nodes.push(node);
            if found.len() >= enough {
                self.waiting.next_start = (start % places + step + 1) % places;
                break;
            }
        }
        let mut worths: Vec<Worth> = found.iter().map(|(_, worth)| *worth).collect();
        demand.compare(&nodes, &mut worths);
        let (mut best, mut equals) = (None::<(i64, &Arc<str>)>, 0_u64);
        for ((name, _), score) in found.iter().zip(scores(&worths)) {
            match best {
                Some((top, _)) if score < top => {}
                Some((top, _)) if score == top => {
                    equals += 1;
                    if sim.rng().below(equals) == 0 {
                        best = Some((score, *name));
                    }
                }
                _ => (best, equals) = (Some((score, *name)), 1),
            }
        }
        best.map(|(_, name)| name.clone()).ok_or(misfit)
    }

    fn bind(&mut self, sim: &mut Sim, pod: &Arc<Object>, node: &Arc<str>, causes: &Causes) {
        self.waiting.forget(&pod.key);
        let now = word(&sim.now().rfc3339());
        let text = format!("scheduled on {node}");
        let id = sim.record("cluster", "default-scheduler", self.subject(pod), text, &pod.created_by.and(causes));
        let mut value = pod.value.clone();
        let mut spec = value.at("spec").clone();
        spec.put("nodeName", node);
        // The pods of one template on one node share it.
        value.put("spec", shared(spec));
        let mut status = value.at("status").clone();
        let scheduled = object! { "lastProbeTime" => Value::Null, "status" => "True", "type" => "PodScheduled" };
        set_condition(&mut status, scheduled, &now);
        value.put("status", status);
        let new = self.store_version(pod, value, pod.spec_by.clone(), id.into());
        let told = format!("Successfully assigned {}/{} to {node}", pod.namespace(), pod.name());
        self.event(sim, &new, Note::normal("Scheduled", told).by("default-scheduler"));
        self.notify(sim, Some(pod), Some(&new));
    }

    fn unschedulable(&mut self, sim: &mut Sim, pod: &Arc<Object>, why: &str, causes: &Causes) {
        let tries = self.waiting.unschedulable.entry(pod.key.clone()).or_default();
        *tries = tries.saturating_add(1);
        let first = *tries == 1;
        self.event(sim, pod, Note::warning("FailedScheduling", why).by("default-scheduler"));
        let mut status = pod.value.at("status").clone();
        let condition = object! {
            "lastProbeTime" => Value::Null, "message" => why, "reason" => "Unschedulable", "status" => "False",
            "type" => "PodScheduled",
        };
        let mut by = pod.written_by.clone();
        if first {
            let text = format!("cannot be scheduled: {why}");
            by =
                sim.record("cluster", "default-scheduler", self.subject(pod), text, &pod.created_by.and(causes)).into();
        }
        if set_condition(&mut status, condition, &sim.now().rfc3339()) {
            let writer = Writer::new("kube-scheduler", by);
            // The pod was just read, so its status can be written.
            self.replace_status(sim, pod, status, &writer).expect("the pod is in the store");
        }
        self.enqueue(sim, Item::Schedule(pod.key.clone()), FLUSH, &Causes::none());
    }
}

/// Kubernetes 1.32, `schedule_one.go` `numFeasibleNodesToFind`.
fn enough(nodes: usize) -> usize {
    if nodes < NODES_MIN {
        return nodes;
    }
    let percent = 50_usize.saturating_sub(nodes / 125).max(5);
    (nodes * percent / 100).max(NODES_MIN)
}

/// `framework.FitError`: why no node fits.
#[derive(Default)]
struct Misfit {
    nodes: usize,
    reasons: OrdMap<String, usize>,
    /// Nodes on which evictions could help.
    hopeful: Vec<Arc<str>>,
}

impl Misfit {
    /// Each reason with its count, sorted, and what preemption came to.
    fn told(&self, preempted: Result<bool, &'static str>) -> String {
        let nodes = self.nodes;
        if nodes == 0 {
            return "no nodes available to schedule pods".into();
        }
        let mut told: Vec<String> = self.reasons.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
        told.arrange();
        let head = format!("0/{nodes} nodes are available");
        let told = format!("{head}: {}.", told.join(", "));
        match preempted {
            Ok(true) => return told,
            Err(why) => return format!("{told} preemption: {why}"),
            Ok(false) => {}
        }
        let hopeless = nodes - self.hopeful.len();
        let mut victims = Vec::new();
        if hopeless > 0 {
            victims.push(format!("{hopeless} Preemption is not helpful for scheduling"));
        }
        if nodes > hopeless {
            victims.push(format!("{} No preemption victims found for incoming pod", nodes - hopeless));
        }
        victims.arrange();
        format!("{told} preemption: {head}: {}.", victims.join(", "))
    }
}
