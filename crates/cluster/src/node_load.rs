//! A node as the scheduler sees it: what it has, and the sums of what its pods ask for.

use crate::object::{Key, Object};
use crate::quantity::Quantity;
use manifest::Value;
use order::{OrdMap, OrdSet};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What a pod without requests counts for in scoring (kube-scheduler `DefaultMilliCPURequest`, `DefaultMemoryRequest`).
const CPU_UNASKED_MILLI: i64 = 100;
const MEMORY_UNASKED_BYTES: i64 = 200 * 1024 * 1024;

/// Processor in thousandths, memory in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amounts {
    pub cpu_milli: i64,
    pub memory_bytes: i64,
    /// Storage of the node's own disk.
    pub ephemeral_bytes: i64,
}

impl Amounts {
    /// The sum; the difference with a sign of -1.
    #[must_use]
    pub fn plus(self, other: Self, sign: i64) -> Self {
        Self {
            cpu_milli: self.cpu_milli + sign * other.cpu_milli,
            memory_bytes: self.memory_bytes + sign * other.memory_bytes,
            ephemeral_bytes: self.ephemeral_bytes + sign * other.ephemeral_bytes,
        }
    }

    /// The greater of each.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        Self {
            cpu_milli: self.cpu_milli.max(other.cpu_milli),
            memory_bytes: self.memory_bytes.max(other.memory_bytes),
            ephemeral_bytes: self.ephemeral_bytes.max(other.ephemeral_bytes),
        }
    }

    /// Reads `{cpu, memory, ephemeral-storage}`.
    pub fn read(amounts: &Value) -> Self {
        let read = |name: &str| amounts.get(name).and_then(quantity_of).unwrap_or_default();
        Self {
            cpu_milli: read("cpu").milli(),
            memory_bytes: read("memory").units(),
            ephemeral_bytes: read("ephemeral-storage").units(),
        }
    }
}

/// A quantity written as a text or as a number.
pub(crate) fn quantity_of(value: &Value) -> Option<Quantity> {
    match value {
        Value::Str(text) => Quantity::parse(text),
        Value::Int(n) => Some(Quantity(i128::from(*n) * 1_000)),
        Value::Float(x) => Quantity::parse(&manifest::float_text(*x)),
        _ => None,
    }
}

/// What a pod asks for: the sum over its containers and sidecars, or the most that its init containers need where that
/// is more; and its overhead. The second value counts defaults for what is not asked for.
pub fn pod_requests(pod: &Value) -> (Amounts, Amounts) {
    let (mut sum, mut scored) = (Amounts::default(), Amounts::default());
    for container in pod.list_at("spec.containers") {
        let (asked, counted) = container_requests(container);
        (sum, scored) = (sum.plus(asked, 1), scored.plus(counted, 1));
    }
    let (mut peak, mut peak_scored) = (Amounts::default(), Amounts::default());
    let (mut beside, mut beside_scored) = (Amounts::default(), Amounts::default());
    for container in pod.list_at("spec.initContainers") {
        let (asked, counted) = container_requests(container);
        if container.str_at("restartPolicy") == "Always" {
            (beside, beside_scored) = (beside.plus(asked, 1), beside_scored.plus(counted, 1));
            (peak, peak_scored) = (peak.max(beside), peak_scored.max(beside_scored));
        } else {
            (peak, peak_scored) = (peak.max(beside.plus(asked, 1)), peak_scored.max(beside_scored.plus(counted, 1)));
        }
    }
    let overhead = pod.at("spec.overhead");
    (sum, scored) = (sum.plus(beside, 1).max(peak), scored.plus(beside_scored, 1).max(peak_scored));
    if overhead.is_null() {
        return (sum, scored);
    }
    let overhead = Amounts::read(overhead);
    (sum.plus(overhead, 1), scored.plus(overhead, 1))
}

/// What a pod asks for beside processor, memory and storage: devices, huge pages. As a rule nothing.
pub(crate) fn other_requests(pod: &Value) -> OrdMap<Arc<str>, i64> {
    let mut sum: OrdMap<Arc<str>, i64> = OrdMap::new();
    let parts = |container: &Value| -> Vec<(Arc<str>, i64)> {
        let asked = container.map_at("resources.requests").iter();
        let other = asked.filter(|(name, _)| !["cpu", "memory", "ephemeral-storage"].contains(&&***name));
        other.map(|(name, amount)| (name.clone(), quantity_of(amount).unwrap_or_default().units())).collect()
    };
    for container in pod.list_at("spec.containers") {
        parts(container).into_iter().for_each(|(name, amount)| *sum.entry(name).or_default() += amount);
    }
    let mut beside: OrdMap<Arc<str>, i64> = OrdMap::new();
    let mut peak: OrdMap<Arc<str>, i64> = OrdMap::new();
    for container in pod.list_at("spec.initContainers") {
        let stays = container.str_at("restartPolicy") == "Always";
        for (name, amount) in parts(container) {
            let running = beside.get(&name).copied().unwrap_or(0) + amount;
            let most = peak.entry(name.clone()).or_default();
            *most = running.max(*most);
            if stays {
                beside.insert(name, running);
            }
        }
    }
    beside.into_iter().for_each(|(name, amount)| *sum.entry(name).or_default() += amount);
    for (name, most) in peak {
        let sum = sum.entry(name).or_default();
        *sum = most.max(*sum);
    }
    sum.retain(|_, amount| *amount > 0);
    sum
}

/// What one container asks for, without and with defaults.
fn container_requests(container: &Value) -> (Amounts, Amounts) {
    let asked = Amounts::read(container.at("resources.requests"));
    let counted = Amounts {
        cpu_milli: if asked.cpu_milli == 0 { CPU_UNASKED_MILLI } else { asked.cpu_milli },
        memory_bytes: if asked.memory_bytes == 0 { MEMORY_UNASKED_BYTES } else { asked.memory_bytes },
        ..asked
    };
    (asked, counted)
}

/// A taint of a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taint {
    pub key: String,
    pub value: String,
    pub effect: String,
}

/// One node's offer and load.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct NodeLoad {
    exists: bool,
    pub allocatable: Amounts,
    pub pods_max: i64,
    pub unschedulable: bool,
    pub taints: Vec<Taint>,
    /// `metadata.labels` of the node.
    pub labels: Value,
    /// What its pods ask for.
    pub requested: Amounts,
    /// The same with defaults for what is not asked for: for scoring.
    pub scored: Amounts,
    pub pods_count: i64,
    /// Devices and the like: what it has, and what its pods ask for.
    pub others: OrdMap<Arc<str>, (i64, i64)>,
    pods: OrdSet<Key>,
    /// Pods that do not want certain others near.
    shy: OrdSet<Key>,
}

impl NodeLoad {
    pub fn exists(&self) -> bool {
        self.exists
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.pods.is_empty()
    }

    pub fn pods(&self) -> impl Iterator<Item = &Key> {
        self.pods.iter()
    }

    /// Its pods with a required anti-affinity.
    pub(crate) fn shy(&self) -> impl Iterator<Item = &Key> {
        self.shy.iter()
    }

    /// Takes over what the node object says; `None` when the node is gone.
    pub(crate) fn describe(&mut self, node: Option<&Value>) {
        self.exists = node.is_some();
        let Some(node) = node else { return };
        let allocatable = node.at("status.allocatable");
        self.allocatable = Amounts::read(allocatable);
        self.pods_max = allocatable.get("pods").and_then(quantity_of).unwrap_or_default().units();
        for (_, (all, _)) in self.others.iter_mut() {
            *all = 0;
        }
        for (name, amount) in allocatable.entries().iter() {
            let amount = quantity_of(amount).unwrap_or_default().units();
            if amount > 0 && !["cpu", "memory", "ephemeral-storage", "pods"].contains(&&**name) {
                self.others.entry(name.clone()).or_default().0 = amount;
            }
        }
        self.unschedulable = node.bool_at("spec.unschedulable");
        self.labels = node.at("metadata.labels").clone();
        self.taints = node.list_at("spec.taints").iter().map(taint).collect();
    }

    pub(crate) fn add(&mut self, pod: &Object, counts: bool) {
        if self.pods.insert(pod.key.clone()) && counts {
            self.count(pod, 1);
        }
        if !pod.value.at("spec.affinity.podAntiAffinity").is_null() {
            self.shy.insert(pod.key.clone());
        }
    }

    pub(crate) fn remove(&mut self, pod: &Object, counted: bool) {
        if self.pods.remove(&pod.key) && counted {
            self.count(pod, -1);
        }
        if !self.shy.is_empty() {
            self.shy.remove(&pod.key);
        }
    }

    fn count(&mut self, pod: &Object, sign: i64) {
        let (asked, scored) = pod_requests(&pod.value);
        self.requested = self.requested.plus(asked, sign);
        self.scored = self.scored.plus(scored, sign);
        self.pods_count += sign;
        for (name, amount) in other_requests(&pod.value) {
            self.others.entry(name).or_default().1 += sign * amount;
        }
    }
}

fn taint(value: &Value) -> Taint {
    let text = |key: &str| value.str_at(key).to_string();
    Taint { key: text("key"), value: text("value"), effect: text("effect") }
}
