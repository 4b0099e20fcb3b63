//! The metrics API (`metrics.k8s.io/v1beta1`): what pods and nodes use, asked of the runtime port when somebody looks.
//!
//! Unlike metrics-server: a figure is what is used at the last scrape's moment of asking, not an average over a window.

use crate::engine::Cluster;
use crate::kinds;
use crate::object::{Key, Object};
use crate::runtime::{Runtime, Usage};
use manifest::{Value, object};
use sim::{Sim, Time};
use std::sync::Arc;
use std::time::Duration;

/// metrics-server scrapes this often.
pub(crate) const SCRAPE: Duration = Duration::from_secs(15);
/// A container is in a scrape once it has run this long.
const SEEN_AFTER: Duration = Duration::from_secs(10);
/// What a node uses beside its pods.
const NODE_CPU_MILLI: i64 = 60;
pub(crate) const NODE_MEMORY_BYTES: i64 = 420 << 20;

/// What the containers of a pod use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PodUsage {
    pub containers: Vec<(Arc<str>, Usage)>,
}

impl PodUsage {
    pub fn total(&self) -> Usage {
        self.containers.iter().fold(Usage::default(), |sum, (_, usage)| Usage {
            cpu_milli: sum.cpu_milli + usage.cpu_milli,
            memory_bytes: sum.memory_bytes + usage.memory_bytes,
        })
    }
}

/// The moment of the last scrape.
pub(crate) fn scraped(now: Time) -> Time {
    Time::from_unix_secs(now.unix_secs() / SCRAPE.as_secs() * SCRAPE.as_secs())
}

impl Cluster {
    /// What a pod uses; nothing before its containers were scraped.
    pub fn pod_usage(&self, sim: &Sim, runtime: &dyn Runtime, key: &Key) -> Option<PodUsage> {
        let fresh = |(_, since): (&Arc<str>, Time)| since + SEEN_AFTER > scraped(sim.now());
        if self.pods.get(key)?.running().any(fresh) {
            return None;
        }
        self.usage_now(sim, runtime, key)
    }

    /// What the running containers of a pod use at this moment; nothing where that is not known of each.
    pub(crate) fn usage_now(&self, sim: &Sim, runtime: &dyn Runtime, key: &Key) -> Option<PodUsage> {
        let run = self.pods.get(key)?;
        let mut usage = PodUsage::default();
        for (name, _) in run.running() {
            usage.containers.push((name.clone(), runtime.usage(sim, &run.reference(key, name))?));
        }
        (!usage.containers.is_empty()).then_some(usage)
    }

    /// `PodMetrics` of one namespace or of all, in the order of the pods.
    pub fn pod_metrics(&self, sim: &Sim, runtime: &dyn Runtime, namespace: Option<&str>) -> Vec<Value> {
        let pods = self.store.all(kinds::POD, namespace);
        pods.filter_map(|pod| Some(pod_metrics(pod, &self.pod_usage(sim, runtime, &pod.key)?, sim.now()))).collect()
    }

    /// What a node uses.
    pub fn node_usage(&self, sim: &Sim, runtime: &dyn Runtime, node: &str) -> Usage {
        let pods = self.store.pods_on(node).filter_map(|pod| self.pod_usage(sim, runtime, &pod.key));
        pods.fold(Usage { cpu_milli: NODE_CPU_MILLI, memory_bytes: NODE_MEMORY_BYTES }, |sum, pod| {
            let pod = pod.total();
            Usage { cpu_milli: sum.cpu_milli + pod.cpu_milli, memory_bytes: sum.memory_bytes + pod.memory_bytes }
        })
    }

    /// `NodeMetrics` of every node that answers.
    pub fn node_metrics(&self, sim: &Sim, runtime: &dyn Runtime) -> Vec<Value> {
        let nodes = self.store.all(kinds::NODE, None);
        let ready = nodes.filter(|node| crate::object::condition_true(&node.value, "Ready"));
        ready
            .map(|node| {
                object! {
                    "apiVersion" => "metrics.k8s.io/v1beta1", "kind" => "NodeMetrics",
                    "metadata" => metadata(node, sim.now()), "timestamp" => scraped(sim.now()).rfc3339(),
                    "usage" => amounts(self.node_usage(sim, runtime, node.name())), "window" => "20.045s",
                }
            })
            .collect()
    }
}

fn metadata(object: &Object, now: Time) -> Value {
    let mut metadata = object! { "creationTimestamp" => now.rfc3339(), "name" => &object.key.name };
    if !object.namespace().is_empty() {
        metadata.put("namespace", &object.key.namespace);
    }
    if !object.labels().is_empty() {
        metadata.put("labels", object.value.at("metadata.labels").clone());
    }
    metadata
}

fn amounts(usage: Usage) -> Value {
    let cpu = if usage.cpu_milli == 0 { "0".into() } else { format!("{}n", usage.cpu_milli * 1_000_000) };
    object! { "cpu" => cpu, "memory" => format!("{}Ki", usage.memory_bytes / 1_024) }
}

fn pod_metrics(pod: &Object, usage: &PodUsage, now: Time) -> Value {
    let container = |(name, usage): &(Arc<str>, Usage)| object! { "name" => name, "usage" => amounts(*usage) };
    object! {
        "apiVersion" => "metrics.k8s.io/v1beta1", "kind" => "PodMetrics",
        "containers" => usage.containers.iter().map(container).collect::<Vec<_>>(),
        "metadata" => metadata(pod, now), "timestamp" => scraped(now).rfc3339(), "window" => "15.032s",
    }
}
