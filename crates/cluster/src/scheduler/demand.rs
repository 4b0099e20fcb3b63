//! What a pod asks of a node, and what a node is worth to it: the filters in the order of the default plugins.

use super::claims::Claims;
use super::nodes::{preference, suits, tolerates, untolerated};
use super::peers::Peers;
use super::spread::Spread;
use crate::node_load::{Amounts, NodeLoad, Taint, other_requests, pod_requests};
use crate::object::{Key, Object};
use crate::store::Store;
use manifest::{Map, Value};
use order::{OrdMap, OrdSet};
use std::sync::Arc;

pub(super) struct Demand<'p> {
    pub pod: &'p Object,
    pub asked: Amounts,
    scored: Amounts,
    tolerations: &'p [Value],
    pub claims: Claims,
    pub peers: Peers,
    pub spread: Spread,
    /// What is kept free on nodes for pods of no lower priority that wait for their victims to go.
    reserved: OrdMap<Arc<str>, (Amounts, i64)>,
    ports: Vec<(i64, String)>,
    /// Devices and the like.
    others: OrdMap<Arc<str>, i64>,
    /// It asks nothing of a node's labels.
    anywhere: bool,
}

/// The parts of a node's worth that are compared over all nodes that fit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Worth {
    base: i64,
    /// Taints that would rather have no such pod.
    soft: i64,
    liked: i64,
    near: i64,
    /// Pods of its kind nearby; nothing where a label is missing by which they are counted.
    crowd: Option<i64>,
}

fn host_ports(pod: &Object) -> Vec<(i64, String)> {
    let ports = pod.value.list_at("spec.containers").iter().flat_map(|c| c.list_at("ports"));
    let taken =
        ports.filter_map(|p| Some((p.int_at("hostPort").filter(|n| *n > 0)?, p.str_at("protocol").to_string())));
    taken.collect()
}

fn unschedulable_taint() -> Taint {
    Taint { key: "node.kubernetes.io/unschedulable".into(), value: String::new(), effect: "NoSchedule".into() }
}

impl<'p> Demand<'p> {
    /// The error holds for every node.
    pub(super) fn of(
        store: &Store,
        pod: &'p Object,
        reserved: OrdMap<Arc<str>, (Amounts, i64)>,
    ) -> Result<Self, String> {
        let (asked, scored) = pod_requests(&pod.value);
        Ok(Self {
            pod,
            asked,
            scored,
            tolerations: pod.value.list_at("spec.tolerations"),
            claims: Claims::of(store, pod)?,
            peers: Peers::of(store, pod, &OrdSet::new()),
            spread: Spread::of(store, pod, &OrdSet::new()),
            reserved,
            ports: host_ports(pod),
            others: other_requests(&pod.value),
            anywhere: ["nodeSelector", "affinity"].iter().all(|field| pod.value.at("spec").get(field).is_none()),
        })
    }

    /// The same with some pods gone.
    pub(super) fn without(&self, store: &Store, gone: &OrdSet<Key>) -> Option<(Peers, Spread)> {
        let plain = self.peers.is_empty() && self.spread.is_empty();
        (!plain).then(|| (Peers::of(store, self.pod, gone), Spread::of(store, self.pod, gone)))
    }

    /// Why the node does not take the pod; the flag says whether evicting others could help.
    pub(super) fn refused(&self, store: &Store, name: &str, node: &NodeLoad) -> Vec<(String, bool)> {
        self.refused_with(store, name, node, (&self.peers, &self.spread))
    }

    pub(super) fn refused_with(
        &self,
        store: &Store,
        name: &str,
        node: &NodeLoad,
        (peers, spread): (&Peers, &Spread),
    ) -> Vec<(String, bool)> {
        if node.unschedulable && !tolerates(self.tolerations, &unschedulable_taint()) {
            return vec![("node(s) were unschedulable".into(), false)];
        }
        if let Some(taint) = untolerated(self.tolerations, &node.taints) {
            return vec![(format!("node(s) had untolerated taint {{{}: {}}}", taint.key, taint.value), false)];
        }
        let labels = node.labels.entries();
        if !self.anywhere && !suits(self.pod.value.at("spec"), labels, name) {
            return vec![("node(s) didn't match Pod's node affinity/selector".into(), false)];
        }
        if !self.ports.is_empty() && self.port_taken(store, node) {
            return vec![("node(s) didn't have free ports for the requested pod ports".into(), true)];
        }
        let short = self.short(name, node);
        if !short.is_empty() {
            return short;
        }
        if let Some(why) = self.claims.refused(store, labels, name) {
            return vec![(why.into(), false)];
        }
        if let Some((why, helps)) = spread.refused(labels).or_else(|| peers.refused(labels)) {
            return vec![(why.into(), helps)];
        }
        Vec::new()
    }

    /// Fills in what is known only once all nodes that fit are known.
    pub(super) fn compare(&self, nodes: &[&NodeLoad], worths: &mut [Worth]) {
        if self.spread.has_soft() {
            let labels: Vec<&Map> = nodes.iter().map(|node| node.labels.entries()).collect();
            for (worth, crowd) in worths.iter_mut().zip(self.spread.crowds(&labels)) {
                worth.crowd = crowd;
            }
        }
    }

    fn port_taken(&self, store: &Store, node: &NodeLoad) -> bool {
        let here = node.pods().filter_map(|key| store.get_key(key)).filter(|pod| !crate::pods::finished(pod));
        here.flat_map(|pod| host_ports(pod)).any(|port| self.ports.contains(&port))
    }

    fn short(&self, name: &str, node: &NodeLoad) -> Vec<(String, bool)> {
        let mut short = Vec::new();
        let (kept, count) = self.reserved.get(name).copied().unwrap_or_default();
        if node.pods_count + count + 1 > node.pods_max {
            short.push(("Too many pods".to_string(), true));
        }
        let (asked, all, used) = (self.asked, node.allocatable, node.requested);
        for (name, asked, all, used) in [
            ("cpu", asked.cpu_milli, all.cpu_milli, used.cpu_milli + kept.cpu_milli),
            ("memory", asked.memory_bytes, all.memory_bytes, used.memory_bytes + kept.memory_bytes),
            (
                "ephemeral-storage",
                asked.ephemeral_bytes,
                all.ephemeral_bytes,
                used.ephemeral_bytes + kept.ephemeral_bytes,
            ),
        ] {
            if asked > 0 && asked > all - used {
                short.push((format!("Insufficient {name}"), asked <= all));
            }
        }
        for (name, asked) in &self.others {
            let (all, used) = node.others.get(name).copied().unwrap_or_default();
            if *asked > all - used {
                short.push((format!("Insufficient {name}"), *asked <= all));
            }
        }
        short
    }

    /// What a node that fits is worth: taints thrice, free room and its balance once each, and what is compared.
    pub(super) fn worth(&self, name: &str, node: &NodeLoad) -> Worth {
        let soft =
            node.taints.iter().filter(|t| t.effect == "PreferNoSchedule" && !tolerates(self.tolerations, t)).count();
        let cpu = share(self.scored.cpu_milli, node.scored.cpu_milli, node.allocatable.cpu_milli);
        let memory = share(self.scored.memory_bytes, node.scored.memory_bytes, node.allocatable.memory_bytes);
        let free = |share: i64| (1_000_000 - share.min(1_000_000)) / 10_000;
        let least = i64::midpoint(free(cpu), free(memory));
        let balance = balance(self.asked, node.requested, node.allocatable);
        let labels = node.labels.entries();
        Worth {
            base: least + balance,
            soft: i64::try_from(soft).unwrap_or(0),
            liked: if self.anywhere { 0 } else { preference(self.pod.value.at("spec"), labels, name) },
            near: self.peers.worth(labels),
            crowd: Some(0),
        }
    }
}

/// The share of a resource that is asked for, in millionths.
fn share(asked: i64, used: i64, all: i64) -> i64 {
    if all <= 0 { 1_000_000 } else { (asked + used) * 1_000_000 / all }
}

/// How evenly processor and memory are asked for, from 0 to 100 (`noderesources/balanced_allocation.go`).
pub(super) fn balance(asked: Amounts, used: Amounts, all: Amounts) -> i64 {
    let cpu = share(asked.cpu_milli, used.cpu_milli, all.cpu_milli).min(1_000_000);
    let memory = share(asked.memory_bytes, used.memory_bytes, all.memory_bytes).min(1_000_000);
    (1_000_000 - (cpu - memory).abs() / 2) / 10_000
}

/// The final scores: taints count thrice, node affinity, spread and affinity of pods count twice, each from 0 to 100.
pub(super) fn scores(worths: &[Worth]) -> Vec<i64> {
    let span = |field: fn(&Worth) -> i64| {
        let all = worths.iter().map(field);
        (all.clone().min().unwrap_or(0), all.max().unwrap_or(0))
    };
    let (_, liked) = span(|w| w.liked);
    let (_, soft) = span(|w| w.soft);
    let (near_min, near_max) = span(|w| w.near);
    let crowds = worths.iter().filter_map(|w| w.crowd);
    let (crowd_min, crowd_max) = (crowds.clone().min().unwrap_or(0), crowds.max().unwrap_or(0));
    let score = |worth: &Worth| {
        let liked = if liked > 0 { 100 * worth.liked / liked } else { 0 };
        let near = if near_max > near_min { 100 * (worth.near - near_min) / (near_max - near_min) } else { 0 };
        let room = match worth.crowd {
            None => 0,
            Some(_) if crowd_max == 0 => 100,
            Some(crowd) => 100 * (crowd_max + crowd_min - crowd) / crowd_max,
        };
        let clean = if soft > 0 { 100 - 100 * worth.soft / soft } else { 100 };
        worth.base + 3 * clean + 2 * (liked + near + room)
    };
    worths.iter().map(score).collect()
}
