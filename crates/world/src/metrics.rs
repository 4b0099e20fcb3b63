//! What pods and nodes use, as the metrics API tells it.

use crate::World;
use crate::runtime::Port;
use manifest::Value;

impl World {
    /// `PodMetrics` of one namespace or of all.
    pub fn pod_metrics(&self, namespace: Option<&str>) -> Vec<Value> {
        let mut workload = self.workload.clone();
        let port = Port { workload: &mut workload, registry: &self.registry };
        self.cluster.pod_metrics(&self.sim, &port, namespace)
    }

    /// `NodeMetrics` of every node that answers.
    pub fn node_metrics(&self) -> Vec<Value> {
        let mut workload = self.workload.clone();
        let port = Port { workload: &mut workload, registry: &self.registry };
        self.cluster.node_metrics(&self.sim, &port)
    }
}
