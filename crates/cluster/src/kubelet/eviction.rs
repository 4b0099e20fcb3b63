//! The kubelet's eviction manager for memory (Kubernetes 1.32, `pkg/kubelet/eviction`): a node that runs short of it says so,
//! and its pods have to go one by one. It measures only while something on the node may still grow, or while it is short.
//!
//! Unlike kubernetes: of the thresholds there is `memory.available<100Mi` alone: disks and process numbers never run short.

use crate::api::Writer;
use crate::engine::{Cluster, Item};
use crate::kinds;
use crate::metrics::{NODE_MEMORY_BYTES, PodUsage};
use crate::node_load::{Taint, pod_requests, quantity_of};
use crate::object::{Key, Object, condition_true};
use crate::pods::{finished, set_condition};
use crate::quantity::binary;
use crate::recorder::Note;
use crate::runtime::Runtime;
use crate::scheduler::{priority, tolerates};
use manifest::object;
use order::Arrange;
use serde::{Deserialize, Serialize};
use sim::{Causes, Sim, Time};
use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

/// From one look to the next.
pub(super) const MONITOR: Duration = Duration::from_secs(10);
/// `memory.available<100Mi`
const THRESHOLD_BYTES: i64 = 100 << 20;
/// `evictionPressureTransitionPeriod`: the condition stays that long after memory was short the last time.
const TRANSITION: Duration = Duration::from_secs(300);
/// An evicted pod is waited for this long, with a look each second.
const CLEANUP: Duration = Duration::from_secs(30);
const CLEANUP_LOOK: Duration = Duration::from_secs(1);
/// What an evicted pod gets to stop, before the least that every container gets.
pub(super) const GRACE: Duration = Duration::from_secs(1);
pub(super) const REASON: &str = "Evicted";
/// Pods of this priority and above are never evicted (`SystemCriticalPriority`).
const CRITICAL: i64 = 2_000_000_000;

/// A node that is short of memory.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Pressure {
    /// When it was found short the last time.
    observed: Time,
    /// The pod evicted last, and until when it is waited for.
    evicted: Option<(Key, Arc<str>, Time)>,
}

/// A pod as the ranking sees it.
pub(crate) struct Ranked {
    pod: Arc<Object>,
    usage: Option<PodUsage>,
    asked: i64,
}

impl Ranked {
    fn used(&self) -> i64 {
        self.usage.as_ref().map_or(0, |usage| usage.total().memory_bytes)
    }

    /// `rankMemoryPressure`: pods without figures first; then those that use more than they asked for, those of low
    /// priority, and those that use the most beyond what they asked for.
    pub(crate) fn rank(&self) -> (bool, bool, i64, i64) {
        let known = self.usage.is_some();
        let over = self.used() - self.asked;
        (known, known && over <= 0, priority(&self.pod), if known { -over } else { 0 })
    }

    #[cfg(test)]
    pub(crate) fn of(pod: Object, used_bytes: Option<i64>) -> Self {
        let total = |memory_bytes| crate::runtime::Usage { cpu_milli: 0, memory_bytes };
        let usage = used_bytes.map(|bytes| PodUsage { containers: vec![("c".into(), total(bytes))] });
        let asked = pod_requests(&pod.value).0.memory_bytes;
        Self { pod: Arc::new(pod), usage, asked }
    }

    /// `evictionMessage`
    #[inline(never)]
    fn message(&self, available: i64) -> String {
        let mut told = format!(
            "The node was low on resource: memory. Threshold quantity: {}, available: {}. ",
            binary(THRESHOLD_BYTES.into()),
            binary(available.max(0).into())
        );
        let specs =
            || self.pod.value.list_at("spec.containers").iter().chain(self.pod.value.list_at("spec.initContainers"));
        for (name, usage) in self.usage.iter().flat_map(|usage| &usage.containers) {
            let spec = specs().find(|spec| *spec.str_at("name") == **name);
            let asked = spec.and_then(|spec| quantity_of(spec.at("resources.requests.memory")));
            let asked = asked.map_or(0, crate::quantity::Quantity::units);
            if usage.memory_bytes > asked {
                let (used, asked) = (binary(usage.memory_bytes.into()), binary(asked.into()));
                // Writing to a text cannot fail.
                let _ = write!(
                    told,
                    "Container {name} was using {used}, request is {asked}, has larger consumption of memory. "
                );
            }
        }
        told
    }
}

impl Cluster {
    /// One round of the eviction manager.
    #[inline(never)]
    pub(crate) fn look_at_memory(&mut self, sim: &mut Sim, runtime: &mut dyn Runtime, name: &Arc<str>) {
        let now = sim.now();
        let Some(run) = self.nodes.get(name).filter(|run| run.silent_since.is_none()) else { return };
        let Some(node) = self.store.get(kinds::NODE, "", name) else { return };
        let capacity = node.value.at("status.capacity").get("memory").and_then(quantity_of).unwrap_or_default();
        let pressure = run.pressure.clone();
        if let Some((key, uid, until)) = pressure.as_ref().and_then(|pressure| pressure.evicted.as_ref())
            && *until > now
            && self.still_stops(key, uid)
        {
            return self.enqueue(sim, Item::Memory(name.clone()), CLEANUP_LOOK, &Causes::none());
        }
        let (ranked, grows) = self.rank_pods(sim, runtime, name);
        let available = capacity.units() - NODE_MEMORY_BYTES - ranked.iter().map(Ranked::used).sum::<i64>();
        if available >= THRESHOLD_BYTES {
            let short = pressure.filter(|pressure| now.since(pressure.observed) < TRANSITION);
            let again = grows || short.is_some();
            if short.is_none() {
                self.press(name, None);
                self.post_pressure(sim, name, false, &Causes::none());
            } else {
                self.press(name, short.map(|short| Pressure { evicted: None, ..short }));
            }
            if again {
                self.enqueue(sim, Item::Memory(name.clone()), MONITOR, &Causes::none());
            }
            return;
        }
        // What uses the most beyond what it asked for is what it comes from.
        let first = ranked.first().and_then(|one| self.pods.get(&one.pod.key));
        let causes = first.map(|run| run.because.clone()).unwrap_or_default();
        self.press(name, Some(Pressure { observed: now, evicted: None }));
        let short_by = self.post_pressure(sim, name, true, &causes);
        if let Some(node) = self.store.get(kinds::NODE, "", name).cloned() {
            let note = Note::warning("EvictionThresholdMet", "Attempting to reclaim memory");
            self.event(sim, &node, note.on(name, None));
        }
        let chosen = ranked.into_iter().find(|one| priority(&one.pod) < CRITICAL);
        let after = if chosen.is_some() { CLEANUP_LOOK } else { MONITOR };
        if let Some(chosen) = chosen {
            self.evict_for_memory(sim, runtime, name, &chosen, (available, &short_by));
        }
        self.enqueue(sim, Item::Memory(name.clone()), after, &Causes::none());
    }

    /// The pods that run on a node, the first to go first, and whether one of them may still grow.
    #[inline(never)]
    fn rank_pods(&self, sim: &Sim, runtime: &dyn Runtime, name: &str) -> (Vec<Ranked>, bool) {
        let mut grows = false;
        let mut ranked = Vec::new();
        for pod in self.store.pods_on(name) {
            let Some(run) = self.pods.get(&pod.key).filter(|run| !(finished(pod) || run.over && run.rests())) else {
                continue;
            };
            let grow = |(name, _): (&Arc<str>, Time)| !runtime.settled(sim, &run.reference(&pod.key, name));
            grows |= run.running().any(grow);
            let usage = self.usage_now(sim, runtime, &pod.key);
            ranked.push(Ranked { pod: pod.clone(), usage, asked: pod_requests(&pod.value).0.memory_bytes });
        }
        ranked.arrange_by_key(Ranked::rank);
        (ranked, grows)
    }

    #[inline(never)]
    fn evict_for_memory(
        &mut self,
        sim: &mut Sim,
        runtime: &mut dyn Runtime,
        node: &Arc<str>,
        chosen: &Ranked,
        (available, causes): (i64, &Causes),
    ) {
        let message = chosen.message(available);
        let key = &chosen.pod.key;
        let writer = Writer::new("kubelet", causes.clone());
        self.mark_disrupted(sim, &chosen.pod, ("TerminationByKubelet", &message), &writer);
        self.edit(key, |run| run.because = run.because.and(causes));
        self.end_pod(sim, runtime, key, (REASON, &message));
        let until = sim.now() + CLEANUP;
        let evicted = Some((key.clone(), chosen.pod.uid.clone(), until));
        self.press(node, Some(Pressure { observed: sim.now(), evicted }));
    }

    /// Whether an evicted pod still has running containers.
    fn still_stops(&self, key: &Key, uid: &Arc<str>) -> bool {
        self.pods.get(key).is_some_and(|run| run.uid == *uid && !run.rests())
    }

    fn press(&mut self, name: &str, pressure: Option<Pressure>) {
        if let Some(run) = self.nodes.get_mut(name)
            && (run.pressure.is_some() || pressure.is_some())
        {
            Arc::make_mut(run).pressure = pressure;
        }
    }

    /// Posts the condition `MemoryPressure` where it is another one by now; gives what the eviction is caused by.
    /// Unlike kubernetes: it is posted at once, not with the next of the status reports that a kubelet sends each 10 s.
    #[inline(never)]
    pub(super) fn post_pressure(&mut self, sim: &mut Sim, name: &str, short: bool, causes: &Causes) -> Causes {
        let Some(node) = self.store.get(kinds::NODE, "", name).cloned() else { return Causes::none() };
        let was = condition_true(&node.value, "MemoryPressure");
        if was == short {
            return if short { node.written_by.clone() } else { Causes::none() };
        }
        let stamp = sim.now().rfc3339();
        let (state, reason, message, told, text) = match short {
            true => (
                "True",
                "KubeletHasInsufficientMemory",
                "kubelet has insufficient memory available",
                "NodeHasInsufficientMemory",
                "is short of memory",
            ),
            false => (
                "False",
                "KubeletHasSufficientMemory",
                "kubelet has sufficient memory available",
                "NodeHasSufficientMemory",
                "has memory to spare again",
            ),
        };
        let mut status = node.value.at("status").clone();
        let condition = object! {
            "lastHeartbeatTime" => &stamp, "message" => message, "reason" => reason, "status" => state,
            "type" => "MemoryPressure",
        };
        set_condition(&mut status, condition, &stamp);
        let by: Causes = sim.record("cluster", "kubelet", self.subject(&node), text, causes).into();
        let host: Arc<str> = node.key.name.clone();
        let note = Note::normal(told, format!("Node {name} status is now: {told}"));
        self.event(sim, &node, note.on(&host, None));
        // The node was just read, so its status can be written.
        self.replace_status(sim, &node, status, &Writer::new("kubelet", by.clone())).expect("the node is in the store");
        by
    }

    /// Whether a kubelet takes no new pod of this kind: one without requests, while its node is short of memory.
    #[inline(never)]
    pub(super) fn refuses(&self, pod: &Object, node: &str) -> bool {
        let taint = Taint {
            key: "node.kubernetes.io/memory-pressure".into(),
            value: String::new(),
            effect: "NoSchedule".into(),
        };
        self.nodes.get(node).is_some_and(|run| run.pressure.is_some())
            && pod.value.str_at("status.qosClass") == "BestEffort"
            && priority(pod) < CRITICAL
            && !tolerates(pod.value.list_at("spec.tolerations"), &taint)
    }

    /// `rejectPod`
    #[inline(never)]
    pub(super) fn reject(&mut self, sim: &mut Sim, pod: &Arc<Object>, node: &Arc<str>) {
        let why = "The node had condition: [MemoryPressure]. ";
        self.event(sim, pod, Note::warning(REASON, why).on(node, None));
        let status = object! {
            "message" => format!("Pod was rejected: {why}"), "phase" => "Failed", "qosClass" => "BestEffort",
            "reason" => REASON, "startTime" => sim.now().rfc3339(),
        };
        let by = sim.record("cluster", "kubelet", self.subject(pod), "was rejected by the kubelet", &pod.written_by);
        // The pod was just read, so its status can be written.
        self.replace_status(sim, pod, status, &Writer::new("kubelet", by.into())).expect("the pod is in the store");
    }
}
