//! The claims of a pod: bound volumes limit its nodes, others wait for the node that is chosen
//! (Kubernetes 1.32, `pkg/scheduler/framework/plugins/volumebinding`).

use crate::api::Writer;
use crate::controllers::volume::{SELECTED_NODE, class_of, fits, pick};
use crate::engine::Cluster;
use crate::kinds;
use crate::object::Object;
use crate::store::Store;
use manifest::{Map, Value};
use sim::Sim;
use std::sync::Arc;

/// What a pod's claims ask of a node.
#[derive(Default)]
pub(super) struct Claims {
    bound: Vec<Arc<Object>>,
    /// To be bound on the node that is chosen; the flag says that only volumes that are there will do.
    waiting: Vec<(Arc<Object>, bool)>,
}

impl Claims {
    /// Reads them; the error holds for every node.
    pub(super) fn of(store: &Store, pod: &Object) -> Result<Self, String> {
        let mut claims = Self::default();
        for volume in pod.value.list_at("spec.volumes") {
            let Some(source) = volume.get("persistentVolumeClaim") else { continue };
            let name = source.str_at("claimName");
            let Some(claim) = store.get(kinds::PERSISTENTVOLUMECLAIM, pod.namespace(), name) else {
                return Err(format!("persistentvolumeclaim \"{name}\" not found"));
            };
            if claim.deleting() {
                return Err(format!("persistentvolumeclaim \"{name}\" is being deleted"));
            }
            let volume = claim.value.str_at("spec.volumeName");
            if !volume.is_empty() {
                match store.get(kinds::PERSISTENTVOLUME, "", volume) {
                    Some(volume) => claims.bound.push(volume.clone()),
                    None => {
                        return Err(format!(
                            "persistentvolumeclaim \"{name}\" bound to non-existent persistentvolume \"{volume}\""
                        ));
                    }
                }
                continue;
            }
            let class = store.get(kinds::STORAGECLASS, "", class_of(&claim.value));
            match class.filter(|class| class.value.str_at("volumeBindingMode") == "WaitForFirstConsumer") {
                Some(class) => {
                    let fixed = class.value.str_at("provisioner") == "kubernetes.io/no-provisioner";
                    claims.waiting.push((claim.clone(), fixed));
                }
                None => return Err("pod has unbound immediate PersistentVolumeClaims".into()),
            }
        }
        Ok(claims)
    }

    /// Why a node does not do.
    pub(super) fn refused(&self, store: &Store, labels: &Map, node: &str) -> Option<&'static str> {
        if self.bound.iter().any(|volume| !fits(volume, labels, node)) {
            return Some("node(s) had volume node affinity conflict");
        }
        let missing = |(claim, fixed): &(Arc<Object>, bool)| *fixed && pick(store, claim, node).is_none();
        self.waiting.iter().any(missing).then_some("node(s) didn't find available persistent volumes to bind")
    }

    pub(super) fn wait(&self) -> bool {
        !self.waiting.is_empty()
    }
}

impl Cluster {
    /// Tells the waiting claims their node; the pod is bound once they are.
    pub(super) fn select_node(&mut self, sim: &mut Sim, claims: &Claims, pod: &Object, node: &str) {
        for (claim, _) in &claims.waiting {
            let Some(current) = self.store.get_key(&claim.key).cloned() else { continue };
            if current.annotation(SELECTED_NODE) == node {
                continue;
            }
            let mut value: Value = current.value.clone();
            value.at_mut("metadata.annotations").put(SELECTED_NODE, node);
            let writer = Writer::new("kube-scheduler", pod.created_by.clone());
            // The claim was just read, so it can be written.
            self.replace(sim, &current, value, &writer).expect("the claim is current");
        }
    }
}
