//! What pods and nodes use, as the metrics API tells it.

use crate::World;
use crate::runtime::Port;
use cluster::Status;
use manifest::Value;

impl World {
    /// A port that only looks.
    fn port<'a>(&'a self, workload: &'a mut workload::Workload) -> Port<'a> {
        Port {
            workload,
            registry: &self.registry,
            programs: &self.programs,
            machines: &self.machines,
            commands: Vec::new(),
        }
    }

    /// `PodMetrics` of one namespace or of all.
    pub fn pod_metrics(&self, namespace: Option<&str>) -> Vec<Value> {
        let mut workload = self.workload.clone();
        let port = self.port(&mut workload);
        self.cluster.pod_metrics(&self.sim, &port, namespace)
    }

    /// The `PodMetrics` of one pod, or metrics-server's words.
    pub fn metrics_of_pod(&self, namespace: &str, name: &str) -> Result<Value, Status> {
        self.cluster.get(cluster::POD, namespace, name)?;
        let all = self.pod_metrics(Some(namespace));
        let missing = || Status::not_found(("metrics.k8s.io", "podmetrics"), &format!("{namespace}/{name}"));
        all.into_iter().find(|pod| pod.str_at("metadata.name") == name).ok_or_else(missing)
    }

    /// The `NodeMetrics` of one node.
    pub fn metrics_of_node(&self, name: &str) -> Result<Value, Status> {
        self.cluster.get(cluster::NODE, "", name)?;
        let missing = || Status::not_found(("metrics.k8s.io", "nodemetrics"), name);
        self.node_metrics().into_iter().find(|node| node.str_at("metadata.name") == name).ok_or_else(missing)
    }

    /// `NodeMetrics` of every node that answers.
    pub fn node_metrics(&self) -> Vec<Value> {
        let mut workload = self.workload.clone();
        let port = self.port(&mut workload);
        self.cluster.node_metrics(&self.sim, &port)
    }
}
