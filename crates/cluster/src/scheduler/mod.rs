//! The scheduler: filters the nodes, scores those that fit, binds; and says why when none does
//! (Kubernetes 1.32, `pkg/scheduler`, the default plugins that look at requests, taints, selectors and `nodeName`).

mod claims;
mod nodes;

pub(crate) use nodes::{suits, untolerated};

use crate::api::Writer;
use crate::engine::{Cluster, Item};
use crate::node_load::{Amounts, NodeLoad, Taint, pod_requests};
use crate::object::{Key, Object};
use crate::pods::set_condition;
use crate::recorder::Note;
use crate::store::Store;
use claims::Claims;
use manifest::{Value, object};
use nodes::{preference, tolerates};
use order::{Arrange, OrdMap};
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
    next_start: usize,
    busy_until: Time,
}

impl Waiting {
    pub(crate) fn forget(&mut self, pod: &Key) {
        self.unschedulable.remove(pod);
    }
}

/// What a pod asks of a node.
struct Demand<'p> {
    pod: &'p Object,
    asked: Amounts,
    scored: Amounts,
    tolerations: &'p [Value],
    claims: Claims,
}

impl Demand<'_> {
    /// Why the node does not take the pod; the flag says whether evicting others could help.
    fn refused(&self, store: &Store, name: &str, node: &NodeLoad) -> Vec<(String, bool)> {
        if node.unschedulable && !tolerates(self.tolerations, &unschedulable_taint()) {
            return vec![("node(s) were unschedulable".into(), false)];
        }
        if let Some(taint) = untolerated(self.tolerations, &node.taints) {
            return vec![(format!("node(s) had untolerated taint {{{}: {}}}", taint.key, taint.value), false)];
        }
        let labels = node.labels.entries();
        if !suits(self.pod.value.at("spec"), labels, name) {
            return vec![("node(s) didn't match Pod's node affinity/selector".into(), false)];
        }
        if let Some(why) = self.claims.refused(store, labels, name) {
            return vec![(why.into(), false)];
        }
        let mut short = Vec::new();
        if node.pods_count + 1 > node.pods_max {
            short.push(("Too many pods".to_string(), true));
        }
        let free = [
            ("cpu", self.asked.cpu_milli, node.allocatable.cpu_milli, node.requested.cpu_milli),
            ("memory", self.asked.memory_bytes, node.allocatable.memory_bytes, node.requested.memory_bytes),
            (
                "ephemeral-storage",
                self.asked.ephemeral_bytes,
                node.allocatable.ephemeral_bytes,
                node.requested.ephemeral_bytes,
            ),
        ];
        for (name, asked, all, used) in free {
            if asked > 0 && asked > all - used {
                short.push((format!("Insufficient {name}"), asked <= all));
            }
        }
        short
    }

    /// Out of 300 and more: taints thrice, free room and its balance once each.
    fn score(&self, name: &str, node: &NodeLoad) -> i64 {
        let soft =
            node.taints.iter().filter(|t| t.effect == "PreferNoSchedule" && !tolerates(self.tolerations, t)).count();
        let share =
            |asked: i64, used: i64, all: i64| if all <= 0 { 1_000_000 } else { (asked + used) * 1_000_000 / all };
        let cpu = share(self.scored.cpu_milli, node.scored.cpu_milli, node.allocatable.cpu_milli);
        let memory = share(self.scored.memory_bytes, node.scored.memory_bytes, node.allocatable.memory_bytes);
        let free = |share: i64| (1_000_000 - share.min(1_000_000)) / 10_000;
        let least = i64::midpoint(free(cpu), free(memory));
        let balance = 100 - (cpu.min(1_000_000) - memory.min(1_000_000)).abs() / 2 / 10_000;
        let liked = preference(self.pod.value.at("spec"), node.labels.entries(), name).min(100);
        300_i64 * i64::from(soft == 0) + 2 * liked + least + balance
    }
}

fn unschedulable_taint() -> Taint {
    Taint { key: "node.kubernetes.io/unschedulable".into(), value: String::new(), effect: "NoSchedule".into() }
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
        let (asked, scored) = pod_requests(&pod.value);
        let claims = match Claims::of(&self.store, &pod) {
            Ok(claims) => claims,
            Err(why) => {
                let count = self.store.node_loads().count();
                let head = format!("0/{count} nodes are available");
                let told =
                    format!("{head}: {why}. preemption: {head}: {count} Preemption is not helpful for scheduling.");
                return self.unschedulable(sim, &pod, &told, causes);
            }
        };
        let demand = Demand { pod: &pod, asked, scored, tolerations: pod.value.list_at("spec.tolerations"), claims };
        match self.choose(sim, &demand) {
            Ok(node) if demand.claims.wait() => self.select_node(sim, &demand.claims, &pod, &node),
            Ok(node) => self.bind(sim, &pod, &node, causes),
            Err(why) => self.unschedulable(sim, &pod, &why, causes),
        }
    }

    /// The best node, chance deciding among equals; or the words of a fit error.
    fn choose(&mut self, sim: &mut Sim, demand: &Demand<'_>) -> Result<Arc<str>, String> {
        let nodes: Vec<(&Arc<str>, &Arc<NodeLoad>)> = self.store.node_loads().collect();
        if nodes.is_empty() {
            return Err("no nodes available to schedule pods".into());
        }
        let enough = enough(nodes.len());
        let (mut best, mut equals, mut found) = (None::<(i64, Arc<str>)>, 0_u64, 0);
        let mut reasons: OrdMap<String, usize> = OrdMap::new();
        let mut hopeless = 0;
        let start = self.waiting.next_start % nodes.len();
        for step in 0..nodes.len() {
            let (name, node) = nodes[(start + step) % nodes.len()];
            let refused = demand.refused(&self.store, name, node);
            if !refused.is_empty() {
                hopeless += usize::from(refused.iter().any(|(_, helps)| !helps));
                for (reason, _) in refused {
                    *reasons.entry(reason).or_default() += 1;
                }
                continue;
            }
            let score = demand.score(name, node);
            match &best {
                Some((top, _)) if score < *top => {}
                Some((top, _)) if score == *top => {
                    equals += 1;
                    if sim.rng().below(equals) == 0 {
                        best = Some((score, name.clone()));
                    }
                }
                _ => {
                    (best, equals) = (Some((score, name.clone())), 1);
                }
            }
            found += 1;
            if found >= enough {
                self.waiting.next_start = (start + step + 1) % nodes.len();
                break;
            }
        }
        best.map(|(_, name)| name).ok_or_else(|| fit_error(nodes.len(), &reasons, hopeless))
    }

    fn bind(&mut self, sim: &mut Sim, pod: &Arc<Object>, node: &Arc<str>, causes: &Causes) {
        self.waiting.forget(&pod.key);
        let now = sim.now().rfc3339();
        let text = format!("scheduled on {node}");
        let id = sim.record("cluster", "default-scheduler", self.subject(pod), text, &pod.created_by.and(causes));
        let mut value = pod.value.clone();
        value.set("spec.nodeName", node);
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

/// `framework.FitError`: each reason with its count, sorted.
fn fit_error(nodes: usize, reasons: &OrdMap<String, usize>, hopeless: usize) -> String {
    let mut told: Vec<String> = reasons.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
    told.arrange();
    let mut victims = Vec::new();
    if hopeless > 0 {
        victims.push(format!("{hopeless} Preemption is not helpful for scheduling"));
    }
    if nodes > hopeless {
        victims.push(format!("{} No preemption victims found for incoming pod", nodes - hopeless));
    }
    victims.arrange();
    let head = format!("0/{nodes} nodes are available");
    format!("{head}: {}. preemption: {head}: {}.", told.join(", "), victims.join(", "))
}
