//! Which nodes can be emptied, and emptying them (`simulator/drainability`, `core/scaledown/actuation`).

use super::{ACTOR, Leaving, living};
use crate::api::{DeleteOptions, Writer};
use crate::controllers::disruption::budgets_of;
use crate::engine::Cluster;
use crate::kinds;
use crate::object::{Key, Object, time_at};
use crate::recorder::Note;
use crate::store::Store;
use manifest::{Value, object};
use sim::{Sim, Time};
use std::sync::Arc;
use std::time::Duration;

pub(super) const GOING: &str = "ToBeDeletedByClusterAutoscaler";
const SAFE: &str = "cluster-autoscaler.kubernetes.io/safe-to-evict";
const SAFE_VOLUMES: &str = "cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes";
/// `--max-pod-eviction-time`
const EVICTION_TIME: Duration = Duration::from_secs(120);
/// `--max-graceful-termination-sec`
const GRACE_MAX_SECS: i64 = 600;
/// How much longer than its grace a pod may take.
const HEADROOM_SECS: i64 = 30;

fn owner_kind(pod: &Object) -> &str {
    pod.controller().map_or("", |owner| owner.str_at("kind"))
}

/// A pod of a daemon set, which is not moved.
pub(super) fn daemon(pod: &Object) -> bool {
    owner_kind(pod) == "DaemonSet"
}

/// It should have ended long ago: `PodLongTerminatingExtraThreshold` is 30 s beyond its grace.
fn long_terminating(pod: &Object, now: Time) -> bool {
    let grace = pod.value.int_at("spec.terminationGracePeriodSeconds").unwrap_or(30).max(0);
    let more = Duration::from_secs(u64::try_from(grace + 30).unwrap_or(0));
    time_at(&pod.value, "metadata.deletionTimestamp").is_some_and(|at| at + more < now)
}

fn on_local_disk(pod: &Object) -> bool {
    let safe: Vec<&str> = pod.annotation(SAFE_VOLUMES).split(',').collect();
    pod.value.list_at("spec.volumes").iter().any(|volume| {
        let scratch = volume.get("emptyDir").is_some_and(|dir| dir.str_at("medium") != "Memory");
        (volume.get("hostPath").is_some() || scratch) && !safe.contains(&volume.str_at("name"))
    })
}

/// What a pod means for the node's going: it has to move, does not matter, or keeps the node.
enum Fate {
    Moves,
    Ignored,
    Blocks,
}

/// The rules of `drainability/rules`, in their order.
fn fate(store: &Store, pod: &Object, now: Time) -> Fate {
    if pod.value.at("metadata.annotations").get("kubernetes.io/config.mirror").is_some() || long_terminating(pod, now) {
        return Fate::Ignored;
    }
    let owner = owner_kind(pod);
    let known = ["DaemonSet", "Job", "ReplicaSet", "ReplicationController", "StatefulSet"].contains(&owner);
    if known && store.by_uid(pod.controller_uid()).is_none() {
        return Fate::Blocks;
    }
    if daemon(pod) {
        return Fate::Ignored;
    }
    if pod.annotation(SAFE) == "true" {
        return Fate::Moves;
    }
    let mut budgets = budgets_of(store, pod).peekable();
    let stuck = !["Job", "ReplicaSet", "ReplicationController", "StatefulSet"].contains(&owner)
        || (pod.namespace() == "kube-system" && budgets.peek().is_none())
        || pod.annotation(SAFE) == "false"
        || on_local_disk(pod)
        || budgets.any(|budget| budget.value.int_at("status.disruptionsAllowed").unwrap_or(0) < 1);
    if stuck { Fate::Blocks } else { Fate::Moves }
}

/// The pods that would have to move from a node; nothing where one of them keeps it.
pub(super) fn pods_to_move(store: &Store, node: &str, now: Time) -> Option<Vec<Arc<Object>>> {
    let mut moving = Vec::new();
    for pod in living(store, node) {
        match fate(store, pod, now) {
            Fate::Moves => moving.push(pod.clone()),
            Fate::Ignored => {}
            Fate::Blocks => return None,
        }
    }
    Some(moving)
}

impl Cluster {
    /// Marks a node and begins to empty it.
    pub(super) fn begin_drain(
        &mut self,
        sim: &mut Sim,
        node: &Arc<Object>,
        pods: &[Arc<Object>],
        because: &sim::Causes,
    ) {
        let now = sim.now();
        let id = sim.record("cluster", ACTOR, self.subject(node), "is not needed any more", because);
        let mut value = node.value.clone();
        let mark = object! { "effect" => "NoSchedule", "key" => GOING, "value" => now.unix_secs().to_string() };
        value.at_mut("spec.taints").make_list().push(mark);
        let writer = Writer::new(ACTOR, id.into());
        // The node was just read, so it can be written.
        let node = self.replace(sim, node, value, &writer).expect("the node is current");
        self.event(sim, &node, Note::normal("ScaleDown", "marked the node as toBeDeleted/unschedulable").by(ACTOR));
        let leaving = Leaving {
            since: now,
            pods: pods.iter().map(|pod| pod.key.clone()).collect(),
            gone: false,
            because: id.into(),
        };
        for pod in pods {
            self.event(sim, pod, Note::normal("ScaleDown", "deleting pod for node scale down").by(ACTOR));
        }
        let Some(fleet) = self.fleet.as_mut() else { return };
        fleet.leaving.insert(node.key.name.clone(), leaving.clone());
        if pods.is_empty() {
            self.give_back(sim, &node, leaving);
        } else {
            self.evict_from(sim, &node.key.name);
        }
    }

    /// Evicts what is left on a node, daemons too; the pods that their budgets hold back, with why.
    fn evict_from(&mut self, sim: &mut Sim, name: &str) -> Vec<(Arc<Object>, String)> {
        let because =
            self.fleet.as_ref().and_then(|fleet| fleet.leaving.get(name)).map(|leaving| leaving.because.clone());
        let writer = Writer::new(ACTOR, because.unwrap_or_default());
        let left: Vec<Arc<Object>> = living(&self.store, name).filter(|pod| !pod.deleting()).cloned().collect();
        let mut held = Vec::new();
        for pod in left {
            let own = pod.value.int_at("spec.terminationGracePeriodSeconds").unwrap_or(30);
            let options = DeleteOptions { grace_secs: Some(own.min(GRACE_MAX_SECS)), ..DeleteOptions::default() };
            if let Err(status) = self.evict(sim, (pod.namespace(), pod.name()), options, &writer)
                && !daemon(&pod)
            {
                held.push((pod, status.message));
            }
        }
        held
    }

    /// Nodes that are being emptied: again the pods that were held back, and the end of it.
    pub(super) fn go_on_draining(&mut self, sim: &mut Sim) {
        let Some(fleet) = self.fleet.as_ref() else { return };
        let draining = fleet.leaving.iter().filter(|(_, leaving)| !leaving.gone);
        let draining: Vec<(Arc<str>, Leaving)> = draining.map(|(name, one)| (name.clone(), one.clone())).collect();
        for (name, leaving) in draining {
            let Some(node) = self.store.get(kinds::NODE, "", &name).cloned() else { continue };
            let here =
                |key: &&Key| self.store.get_key(key).is_some_and(|pod| pod.value.str_at("spec.nodeName") == &*name);
            let left: Vec<Key> = leaving.pods.iter().filter(here).cloned().collect();
            if left.is_empty() {
                self.give_back(sim, &node, leaving);
                continue;
            }
            let held = self.evict_from(sim, &name);
            let age = sim.now().since(leaving.since);
            if !held.is_empty() && age >= EVICTION_TIME {
                let place = |pod: &Object| format!("{}/{}", pod.namespace(), pod.name());
                let errors: Vec<String> = (held.iter())
                    .map(|(pod, why)| {
                        format!("failed to evict pod {} within allowed timeout (last error: {why})", place(pod))
                    })
                    .collect();
                for (pod, _) in &held {
                    let note = Note::warning("ScaleDownFailed", "failed to delete pod for ScaleDown");
                    self.event(sim, pod, note.by(ACTOR));
                }
                let why = format!("Failed to drain node /{name}, due to following errors: [{}]", errors.join(" "));
                self.keep_after_all(sim, &node, &why);
                continue;
            }
            let graces = left.iter().filter_map(|key| self.store.get_key(key));
            let grace =
                graces.filter_map(|pod| pod.value.int_at("spec.terminationGracePeriodSeconds")).max().unwrap_or(30);
            let limit = Duration::from_secs(u64::try_from(grace.min(GRACE_MAX_SECS) + HEADROOM_SECS).unwrap_or(0));
            if held.is_empty() && age >= EVICTION_TIME + limit {
                self.keep_after_all(sim, &node, &format!("Failed to drain node /{name}: pods remaining after timeout"));
            }
        }
    }

    /// A node that could not be emptied stays.
    fn keep_after_all(&mut self, sim: &mut Sim, node: &Arc<Object>, why: &str) {
        let mut value = node.value.clone();
        let kept: Vec<Value> =
            value.list_at("spec.taints").iter().filter(|taint| taint.str_at("key") != GOING).cloned().collect();
        if kept.is_empty() {
            value.remove("spec.taints");
        } else {
            value.set("spec.taints", kept);
        }
        let told = format!("failed to drain and delete node: {why}");
        self.event(sim, node, Note::warning("ScaleDownFailed", told).by(ACTOR));
        // The node was just read, so it can be written.
        self.replace(sim, node, value, &Writer::new(ACTOR, node.written_by.clone())).expect("the node is current");
        if let Some(fleet) = self.fleet.as_mut() {
            fleet.leaving.remove(&node.key.name);
            fleet.unneeded.remove(&node.key.name);
            fleet.failed = Some(sim.now());
        }
    }
}
