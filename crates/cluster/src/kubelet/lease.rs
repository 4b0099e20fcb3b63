//! The lease that each kubelet renews (Kubernetes 1.32, `pkg/kubelet`: every 10 s, for 40 s). It is told when somebody
//! looks, and is no object of the store: a thousand nodes would write a hundred of them a second.

use crate::engine::Cluster;
use crate::status::Status;
use manifest::{Value, object};
use sim::Time;

const RENEWED_SECS: u64 = 10;

impl Cluster {
    /// The `Lease` of a node in `kube-node-lease`.
    #[inline(never)]
    pub fn node_lease(&self, now: Time, name: &str) -> Result<Value, Status> {
        let Some(node) = self.store.get(crate::kinds::NODE, "", name) else {
            return Err(Status::not_found(("coordination.k8s.io", "leases"), name));
        };
        let silent = self.nodes.get(name).and_then(|node| node.silent_since);
        let begin = node.created_at().unix_secs();
        let seen = silent.map_or(now, |since| since.min(now)).unix_secs().max(begin);
        let renewed = Time::from_unix_secs(begin + (seen - begin) / RENEWED_SECS * RENEWED_SECS);
        let owner = object! { "apiVersion" => "v1", "kind" => "Node", "name" => name, "uid" => &node.uid };
        Ok(object! {
            "apiVersion" => "coordination.k8s.io/v1", "kind" => "Lease",
            "metadata" => object! {
                "creationTimestamp" => node.created_at().rfc3339(), "name" => name, "namespace" => "kube-node-lease",
                "ownerReferences" => Value::list(vec![owner]),
            },
            "spec" => object! {
                "holderIdentity" => name, "leaseDurationSeconds" => 40,
                "renewTime" => renewed.rfc3339().replace('Z', ".000000Z"),
            },
        })
    }
}
