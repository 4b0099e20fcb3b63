//! Who looks again when claims, volumes and the pods that use them change.

use super::{Pair, SEEN_AFTER, differs};
use crate::controllers::volume::{SELECTED_NODE, uses};
use crate::engine::{Cluster, Item};
use crate::kinds;
use crate::object::{Key, Object};
use sim::{Causes, Sim};
use std::sync::Arc;

impl Cluster {
    pub(super) fn claim_changed(&mut self, sim: &mut Sim, pair: Pair<'_>, claim: &Arc<Object>, spec_changed: bool) {
        let node = |o: Option<&Arc<Object>>| o.map(|o| o.annotation(SELECTED_NODE).to_string());
        if spec_changed || differs(pair, "metadata.deletionTimestamp") || node(pair.0) != node(pair.1) {
            self.enqueue(sim, Item::Of(claim.key.clone()), SEEN_AFTER, &claim.written_by);
        }
        if pair.1.is_none() {
            let volume = claim.value.str_at("spec.volumeName").to_string();
            let key = Key::new(kinds::PERSISTENTVOLUME, "", volume);
            self.enqueue(sim, Item::Of(key), SEEN_AFTER * 100, &claim.written_by);
        }
        if pair.0.is_none() || differs(pair, "spec.volumeName") {
            let waits = |pod: &&Arc<Object>| pod.value.str_at("spec.nodeName").is_empty() && uses(pod, claim.name());
            let namespace = claim.key.namespace.clone();
            let pods: Vec<_> = self.store.all(kinds::POD, Some(&namespace)).filter(waits).cloned().collect();
            for pod in pods {
                self.enqueue(sim, Item::Schedule(pod.key.clone()), SEEN_AFTER * 4, &claim.written_by);
            }
        }
    }

    pub(super) fn volume_changed(&mut self, sim: &mut Sim, pair: Pair<'_>, volume: &Arc<Object>) {
        self.enqueue(sim, Item::Of(volume.key.clone()), SEEN_AFTER, &volume.written_by);
        if pair.0.is_none() {
            self.claims_wait(sim, &volume.written_by);
        }
        if pair.1.is_none() {
            let claim = volume.value.at("spec.claimRef");
            let (namespace, name) = (claim.str_at("namespace").to_string(), claim.str_at("name").to_string());
            let key = Key::new(kinds::PERSISTENTVOLUMECLAIM, namespace, name);
            self.enqueue(sim, Item::Of(key), SEEN_AFTER, &volume.written_by);
        }
    }

    /// Claims without a volume look again.
    pub(super) fn claims_wait(&mut self, sim: &mut Sim, because: &Causes) {
        let all = self.store.all(kinds::PERSISTENTVOLUMECLAIM, None);
        let waiting: Vec<_> = all
            .filter(|claim| claim.value.str_at("spec.volumeName").is_empty())
            .map(|claim| claim.key.clone())
            .collect();
        for key in waiting {
            self.enqueue(sim, Item::Of(key), SEEN_AFTER, because);
        }
    }

    /// The claims of a pod that is over may be deleted now.
    pub(super) fn claims_of(&mut self, sim: &mut Sim, pod: &Arc<Object>) {
        for volume in pod.value.list_at("spec.volumes") {
            let name = volume.str_at("persistentVolumeClaim.claimName");
            let key = Key::new(kinds::PERSISTENTVOLUMECLAIM, pod.key.namespace.clone(), name);
            if self.store.get_key(&key).is_some_and(|claim| claim.deleting()) {
                self.enqueue(sim, Item::Of(key), SEEN_AFTER, &pod.written_by);
            }
        }
    }
}
