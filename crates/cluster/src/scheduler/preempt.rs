//! Preemption: pods of lower priority make room (Kubernetes 1.32, `pkg/scheduler/framework/preemption`).

use super::demand::Demand;
use super::rehearse::priority;
use crate::api::Writer;
use crate::controllers::disruption::budgets_of;
use crate::engine::Cluster;
use crate::node_load::{Amounts, NodeLoad};
use crate::object::{Key, Object, time_at};
use crate::pods::finished;
use crate::recorder::Note;
use crate::store::Store;
use order::{Arrange, OrdMap, OrdSet};
use serde::{Deserialize, Serialize};
use sim::{Causes, Sim};
use std::cmp::Reverse;
use std::sync::Arc;

/// A pod that waits for its victims to go.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Nominated {
    node: Arc<str>,
    asked: Amounts,
    priority: i64,
}

/// What is kept on each node for waiting pods of no lower priority.
#[inline(never)]
pub(super) fn reserved(nominated: &OrdMap<Key, Nominated>, pod: &Object) -> OrdMap<Arc<str>, (Amounts, i64)> {
    let mut kept: OrdMap<Arc<str>, (Amounts, i64)> = OrdMap::new();
    for (key, other) in nominated.iter() {
        if *key != pod.key && other.priority >= priority(pod) {
            let (sum, count) = kept.entry(other.node.clone()).or_default();
            (*sum, *count) = (sum.plus(other.asked, 1), *count + 1);
        }
    }
    kept
}

/// A node with the pods that would have to go.
struct Candidate {
    node: Arc<str>,
    victims: Vec<Arc<Object>>,
    violations: usize,
}

impl Candidate {
    /// The least of these is best: budgets broken, highest priority, their sum, how many, started last.
    fn rank(&self) -> impl Ord + use<> {
        let priorities = self.victims.iter().map(|pod| priority(pod));
        let highest = priorities.clone().max().unwrap_or(0);
        let top = self.victims.iter().filter(|pod| priority(pod) == highest);
        let start = top.filter_map(|pod| time_at(&pod.value, "status.startTime")).min();
        (self.violations, highest, priorities.sum::<i64>(), self.victims.len(), Reverse(start), self.node.clone())
    }
}

/// The fewest pods of lower priority whose going makes room.
fn victims(store: &Store, demand: &Demand<'_>, name: &Arc<str>, node: &NodeLoad) -> Option<Candidate> {
    let own = priority(demand.pod);
    let lower = |pod: &&Arc<Object>| priority(pod) < own && !finished(pod);
    let mut weaker: Vec<Arc<Object>> = store.pods_on(name).filter(lower).cloned().collect();
    if weaker.is_empty() {
        return None;
    }
    let mut load = node.clone();
    weaker.iter().for_each(|pod| load.remove(pod, true));
    let mut gone: OrdSet<Key> = weaker.iter().map(|pod| pod.key.clone()).collect();
    let fits = |load: &NodeLoad, gone: &OrdSet<Key>| match demand.without(store, gone) {
        Some((peers, spread)) => demand.refused_with(store, name, load, (&peers, &spread)).is_empty(),
        None => demand.refused(store, name, load).is_empty(),
    };
    if !fits(&load, &gone) {
        return None;
    }
    // Those whose budget would be broken are spared first, then the more important and older ones.
    let mut left: OrdMap<Key, i64> = OrdMap::new();
    let mut breaks = |pod: &Object| {
        budgets_of(store, pod).any(|budget| {
            let allowed = budget.value.int_at("status.disruptionsAllowed").unwrap_or(0);
            let left = left.entry(budget.key.clone()).or_insert(allowed);
            *left -= 1;
            *left < 0
        })
    };
    weaker.arrange_by_key(|pod| (Reverse(priority(pod)), time_at(&pod.value, "status.startTime"), pod.key.clone()));
    let mut ordered: Vec<(bool, Arc<Object>)> = weaker.into_iter().map(|pod| (!breaks(&pod), pod)).collect();
    ordered.arrange_by(|a, b| a.0.cmp(&b.0));
    let (mut chosen, mut violations) = (Vec::new(), 0);
    for (safe, pod) in ordered {
        load.add(&pod, true);
        gone.remove(&pod.key);
        if !fits(&load, &gone) {
            load.remove(&pod, true);
            gone.insert(pod.key.clone());
            violations += usize::from(!safe);
            chosen.push(pod);
        }
    }
    Some(Candidate { node: name.clone(), victims: chosen, violations })
}

impl Cluster {
    /// Makes room for a pod that fits nowhere; what is to be said instead of the usual words where it may not.
    #[inline(never)]
    pub(super) fn preempt(
        &mut self,
        sim: &mut Sim,
        demand: &Demand<'_>,
        nodes: &[Arc<str>],
        causes: &Causes,
    ) -> Result<bool, &'static str> {
        let pod = demand.pod;
        if pod.value.str_at("spec.preemptionPolicy") == "Never" {
            return Err("not eligible due to preemptionPolicy=Never.");
        }
        let nominated = pod.value.str_at("status.nominatedNodeName");
        let going = |other: &&Arc<Object>| other.deleting() && priority(other) < priority(pod);
        if !nominated.is_empty() && self.store.pods_on(nominated).any(|other| going(&other)) {
            return Err("not eligible due to a terminating pod on the nominated node.");
        }
        let store = &self.store;
        let found = nodes.iter().filter_map(|name| victims(store, demand, name, store.node_load(name)?.as_ref()));
        let mut found: Vec<Candidate> = found.collect();
        if found.is_empty() {
            return Ok(false);
        }
        found.arrange_by_key(Candidate::rank);
        let Candidate { node, victims, .. } = found.remove(0);
        for victim in &victims {
            self.expel(sim, victim, pod, &node, causes);
        }
        let asked = demand.asked;
        let nomination = Nominated { node: node.clone(), asked, priority: priority(pod) };
        self.waiting.nominated.insert(pod.key.clone(), nomination);
        if let Some(current) = self.store.get_key(&pod.key).cloned() {
            let mut status = current.value.at("status").clone();
            status.put("nominatedNodeName", &node);
            let writer = Writer::new("kube-scheduler", pod.written_by.clone());
            // The pod was just read, so its status can be written.
            self.replace_status(sim, &current, status, &writer).expect("the pod is in the store");
        }
        Ok(true)
    }

    fn expel(&mut self, sim: &mut Sim, victim: &Arc<Object>, pod: &Object, node: &Arc<str>, causes: &Causes) {
        let text = format!("preempted by {} on {node}", pod.key);
        let because = pod.created_by.and(causes);
        let id = sim.record("cluster", "default-scheduler", self.subject(victim), text, &because);
        let writer = Writer::new("kube-scheduler", id.into());
        let told = format!("Preempted by pod {} on node {node}", pod.uid);
        self.event(sim, victim, Note::normal("Preempted", told).by("default-scheduler"));
        let told = "default-scheduler: preempting to accommodate a higher priority pod";
        self.mark_disrupted(sim, victim, ("PreemptionByScheduler", told), &writer);
        self.delete_if(sim, &victim.key, &victim.uid, &writer);
    }
}
