//! A fresh cluster: its namespaces, the API's own Service, addresses, and nodes on demand.

use crate::api::Writer;
use crate::engine::Cluster;
use crate::kinds;
use crate::node_load::Taint;
use crate::object::Object;
use crate::status::Status;
use manifest::{Map, Value, list, object, word};
use order::OrdSet;
use serde::{Deserialize, Serialize};
use sim::{Causes, Sim};
use std::sync::Arc;

/// Cluster IPs and node ports that are given away.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Addresses {
    next_ip: u32,
    next_port: i64,
    ports: OrdSet<i64>,
}

impl Default for Addresses {
    fn default() -> Self {
        Self { next_ip: 0x9d, next_port: 30_021, ports: OrdSet::new() }
    }
}

const PORTS: std::ops::RangeInclusive<i64> = 30_000..=32_767;

impl Addresses {
    /// The next address of 10.96.0.0/12, scattered so that neighbours do not look alike.
    pub(crate) fn cluster_ip(&mut self) -> String {
        self.next_ip += 1;
        let scattered = self.next_ip.wrapping_mul(40_503) & 0xf_ffff;
        format!("10.{}.{}.{}", 96 + (scattered >> 16), (scattered >> 8) & 0xff, (scattered & 0xff).max(1))
    }

    pub(crate) fn port_taken(&self, port: i64) -> bool {
        self.ports.contains(&port)
    }

    pub(crate) fn take_port(&mut self, port: i64) {
        self.ports.insert(port);
    }

    pub(crate) fn port(&mut self) -> i64 {
        loop {
            self.next_port = 30_000 + (self.next_port - 30_000 + 1_013) % 2_768;
            if PORTS.contains(&self.next_port) && self.ports.insert(self.next_port) {
                return self.next_port;
            }
            if self.ports.len() > 2_700 {
                return self.next_port;
            }
        }
    }

    /// Takes back what a deleted Service had.
    pub(crate) fn release(&mut self, service: &Value) {
        for port in service.list_at("spec.ports") {
            self.ports.remove(&port.int_at("nodePort").unwrap_or(0));
        }
    }
}

/// A node to add.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeShape {
    pub name: String,
    pub cpu_milli: i64,
    pub memory_bytes: i64,
    pub pods_max: i64,
    pub control_plane: bool,
    pub labels: Vec<(String, String)>,
    pub taints: Vec<Taint>,
}

impl NodeShape {
    /// A worker of this size with room for 110 pods.
    pub fn worker(name: impl Into<String>, cpu_milli: i64, memory_bytes: i64) -> Self {
        let (name, labels, taints) = (name.into(), Vec::new(), Vec::new());
        Self { name, cpu_milli, memory_bytes, pods_max: 110, control_plane: false, labels, taints }
    }

    /// A control-plane node, which takes no other pods.
    pub fn control_plane(name: impl Into<String>, cpu_milli: i64, memory_bytes: i64) -> Self {
        Self { control_plane: true, ..Self::worker(name, cpu_milli, memory_bytes) }
    }
}

/// The version of every part of the cluster.
pub const VERSION: &str = "v1.32.5";

impl Cluster {
    /// A cluster without nodes, as `kubeadm init` leaves it.
    pub fn new(sim: &mut Sim) -> Self {
        let mut cluster = Self::empty();
        let writer = Writer::new("kube-apiserver", Causes::none());
        for name in ["default", "kube-node-lease", "kube-public", "kube-system"] {
            let namespace = object! { "metadata" => object! { "name" => name } };
            cluster.create(sim, kinds::NAMESPACE, "", namespace, &writer).expect("the first namespaces are valid");
        }
        for (name, value, what) in
            [("system-cluster-critical", 2_000_000_000_i64, "cluster"), ("system-node-critical", 2_000_001_000, "node")]
        {
            let place =
                if what == "node" { "moved from their current node" } else { "moved to another node if necessary" };
            let told = format!("Used for system critical pods that must run in the cluster, but can be {place}.");
            let told =
                if what == "node" { told.replace("in the cluster, but can be", "and must not be") } else { told };
            let class = object! { "description" => told, "metadata" => object! { "name" => name }, "value" => value };
            cluster.create(sim, kinds::PRIORITYCLASS, "", class, &writer).expect("the class above is valid");
        }
        cluster.found_roles(sim, &writer);
        let annotations = object! { "storageclass.kubernetes.io/is-default-class" => "true" };
        let class = object! {
            "metadata" => object! { "annotations" => annotations, "name" => "standard" },
            "provisioner" => "rancher.io/local-path", "volumeBindingMode" => "WaitForFirstConsumer",
        };
        cluster.create(sim, kinds::STORAGECLASS, "", class, &writer).expect("the class above is valid");
        let labels = object! { "component" => "apiserver", "provider" => "kubernetes" };
        let port = object! { "name" => "https", "port" => 443, "protocol" => "TCP", "targetPort" => 6443 };
        let service = object! {
            "metadata" => object! { "name" => "kubernetes", "labels" => labels },
            "spec" => object! { "clusterIP" => "10.96.0.1", "ports" => list![port] },
        };
        cluster.create(sim, kinds::SERVICE, "default", service, &writer).expect("the API's own Service is valid");
        let slice = object! {
            "addressType" => "IPv4",
            "endpoints" => list![object! { "addresses" => list!["192.168.49.2"], "conditions" => object! { "ready" => true } }],
            "metadata" => object! { "name" => "kubernetes", "labels" => object! { "kubernetes.io/service-name" => "kubernetes" } },
            "ports" => list![object! { "name" => "https", "port" => 6443, "protocol" => "TCP" }],
        };
        cluster
            .create(sim, kinds::ENDPOINTSLICE, "default", slice, &writer)
            .expect("the API's own endpoints are valid");
        cluster
    }

    /// Adds a node that is ready.
    /// Unlike kubernetes: a node's conditions have no heartbeat; they change when something happens to it.
    pub fn add_node(&mut self, sim: &mut Sim, shape: &NodeShape, causes: &Causes) -> Result<Arc<Object>, Status> {
        let number = self.next_node_number();
        let value = node_value(shape, number, &sim.now().rfc3339());
        let node = self.create(sim, kinds::NODE, "", value, &Writer::new("kubelet", causes.clone()))?;
        self.join(&node.key.name, number);
        Ok(node)
    }

    /// What kube-controller-manager puts into every new namespace: the cluster's certificate, and the service account.
    pub(crate) fn furnish(&mut self, sim: &mut Sim, namespace: &Object) {
        let writer = Writer::new("service-account-controller", namespace.created_by.clone());
        let account = object! { "metadata" => object! { "name" => "default" } };
        // The namespace is new, so that the names are free there.
        self.create(sim, kinds::SERVICEACCOUNT, namespace.name(), account, &writer).expect("a new namespace is empty");
        self.publish_root_ca(sim, namespace);
    }

    fn publish_root_ca(&mut self, sim: &mut Sim, namespace: &Object) {
        let note = "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as \
                    the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of \
                    Kubernetes clusters.";
        let value = object! {
            "data" => object! { "ca.crt" => "-----BEGIN CERTIFICATE-----\n(simulated)\n-----END CERTIFICATE-----\n" },
            "metadata" => object! {
                "name" => "kube-root-ca.crt", "annotations" => object! { "kubernetes.io/description" => note },
            },
        };
        let writer = Writer::new("root-ca-cert-publisher", namespace.created_by.clone());
        self.create(sim, kinds::CONFIGMAP, namespace.name(), value, &writer).expect("a new namespace has room for it");
    }
}

/// The first three parts of the addresses of a node's pods; more than 256 nodes go on in other networks.
pub(crate) fn pod_network(number: u32) -> String {
    let second = if number < 256 { 244 } else { 127 + (number / 256).min(116) };
    format!("10.{second}.{}", number % 256)
}

/// The address of a node.
fn node_address(number: u32) -> String {
    let number = number + 2;
    format!("192.168.{}.{}", 49 + (number / 256).min(206), number % 256)
}

/// The object of a node: `number` places its addresses.
pub(crate) fn node_value(shape: &NodeShape, number: u32, now: &str) -> Value {
    let mut labels: Map = shape.labels.iter().map(|(k, v)| (word(k), Value::from(v))).collect();
    labels.insert("kubernetes.io/hostname", shape.name.as_str().into());
    for (key, value) in [("kubernetes.io/arch", "amd64"), ("kubernetes.io/os", "linux")] {
        labels.insert(key, value.into());
        labels.insert(format!("beta.{key}"), value.into());
    }
    let range = format!("{}.0/24", pod_network(number));
    let mut spec = object! { "podCIDR" => &*range, "podCIDRs" => list![&*range] };
    let taint = |taint: &Taint| object! { "effect" => &taint.effect, "key" => &taint.key, "value" => &taint.value };
    let mut taints: Vec<Value> = shape.taints.iter().map(taint).collect();
    if shape.control_plane {
        labels.insert("node-role.kubernetes.io/control-plane", "".into());
        taints.push(object! { "effect" => "NoSchedule", "key" => "node-role.kubernetes.io/control-plane" });
    }
    if !taints.is_empty() {
        spec.put("taints", taints);
    }
    object! {
        "metadata" => object! { "name" => &shape.name, "labels" => labels },
        "spec" => spec,
        "status" => node_status(shape, number, now),
    }
}

fn node_status(shape: &NodeShape, number: u32, now: &str) -> Value {
    let amounts = |memory: i64| {
        object! {
            "cpu" => cpu_text(shape.cpu_milli), "ephemeral-storage" => "61255492Ki", "hugepages-2Mi" => "0",
            "memory" => format!("{}Ki", memory / 1_024), "pods" => shape.pods_max.to_string(),
        }
    };
    let condition = |kind: &str, status: &str, reason: &str, message: &str| {
        object! {
            "lastHeartbeatTime" => now, "lastTransitionTime" => now, "message" => message, "reason" => reason,
            "status" => status, "type" => kind,
        }
    };
    object! {
        "addresses" => list![
            object! { "address" => node_address(number), "type" => "InternalIP" },
            object! { "address" => &shape.name, "type" => "Hostname" },
        ],
        "allocatable" => amounts(shape.memory_bytes),
        "capacity" => amounts(shape.memory_bytes),
        "conditions" => list![
            condition("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
            condition("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
            condition("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
            condition("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
        ],
        "daemonEndpoints" => object! { "kubeletEndpoint" => object! { "Port" => 10250 } },
        "nodeInfo" => object! {
            "architecture" => "amd64", "bootID" => format!("b007{number:04}-0000-4000-8000-000000000000"),
            "containerRuntimeVersion" => "containerd://1.7.24", "kernelVersion" => "6.8.0-51-generic",
            "kubeProxyVersion" => VERSION, "kubeletVersion" => VERSION,
            "machineID" => format!("{number:032x}"), "operatingSystem" => "linux",
            "osImage" => "Ubuntu 22.04.5 LTS", "systemUUID" => format!("5e11{number:04}-0000-4000-8000-000000000000"),
        },
    }
}

fn cpu_text(milli: i64) -> String {
    if milli % 1_000 == 0 { (milli / 1_000).to_string() } else { format!("{milli}m") }
}
