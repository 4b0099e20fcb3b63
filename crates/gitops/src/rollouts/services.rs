//! Services that follow a set: a label of it in their selector (`rollout/service.go`).

use super::sets::{HASH, available};
use super::work::Work;
use cluster::{Object, PatchKind, SERVICE};
use manifest::object;
use std::sync::Arc;

pub(crate) const MANAGED: &str = "argo-rollouts.argoproj.io/managed-by-rollouts";

impl Work<'_> {
    pub fn service(&self, name: &str) -> Option<Arc<Object>> {
        self.cluster.store().get(SERVICE, self.object.namespace(), name).cloned()
    }

    /// The hash that a service selects by; empty where it selects by none.
    pub fn selected(&self, name: &str) -> String {
        let service = self.service(name);
        let selector = service.as_ref().map(|service| service.value.map_at("spec.selector"));
        selector.and_then(|map| map.get(HASH)?.as_str().map(String::from)).unwrap_or_default()
    }

    pub fn switch_service(&mut self, name: &str, hash: &str) {
        let Some(service) = self.service(name) else { return };
        let old = self.selected(name);
        let managed = !service.annotation(MANAGED).is_empty();
        if old == hash && managed {
            return;
        }
        let mut patch = object! { "spec" => object! { "selector" => object! { HASH => hash } } };
        if !managed {
            let owner = object! { MANAGED => self.object.name() };
            patch.put("metadata", object! { "annotations" => owner });
        }
        let writer = self.writer();
        let place = (SERVICE, service.namespace(), name);
        if self.cluster.patch(self.sim, place, PatchKind::Merge, &patch, &writer).is_ok() {
            let told = format!("Switched selector for service '{name}' from '{old}' to '{hash}'");
            self.event(false, "SwitchService", &told);
        }
    }

    fn follow(&mut self, name: &str, set: Option<Arc<Object>>) {
        let Some(set) = set.filter(|_| !name.is_empty()) else { return };
        let Some(service) = self.service(name) else { return };
        let wanted = set.label(HASH).to_string();
        if self.selected(name) != wanted {
            // One that is taken over waits for all pods, others for one.
            let adopts = service.annotation(MANAGED).is_empty();
            let sizes = super::Sizes::of(&set);
            if adopts && !available(&set) || sizes.available == 0 {
                return;
            }
        }
        self.switch_service(name, &wanted);
    }

    /// The canary's services.
    pub fn point_services(&mut self) {
        let (stable, canary) =
            (self.strategy().str_at("stableService").to_string(), self.strategy().str_at("canaryService").to_string());
        let set = self.sets.stable().cloned();
        self.follow(&stable, set.clone());
        let set = if self.pauses.aborted(self.status()) { set } else { self.sets.latest().cloned() };
        self.follow(&canary, set);
    }
}
