//! The doors to Sealed Secrets: its installation, and what its service answers.

use crate::World;
use manifest::Value;
use sim::Causes;

impl World {
    pub(crate) fn fire_sealed(&mut self) {
        self.sealed.fire(&mut self.sim, &mut self.cluster);
        self.watch_stores();
    }

    #[inline(never)]
    pub(crate) fn watch_sealed(&mut self) {
        self.sealed.watch(&mut self.sim, &mut self.cluster);
    }

    /// Installs the controller, as `kubectl apply -f controller.yaml` does.
    pub fn install_sealed_secrets(&mut self, causes: &Causes) -> Result<(), cluster::Status> {
        let writer = cluster::Writer::new("kubectl", causes.clone());
        self.sealed.on = true;
        gitops::sealed::install(&mut self.cluster, &mut self.sim, &writer)
    }

    /// `/v1/rotate` of the controller's service; nothing where nobody answers.
    pub fn rotate_sealed(&mut self, sealed: &Value) -> Option<Result<Value, String>> {
        self.sealed.rotate(&mut self.sim, sealed)
    }

    /// Fills bytes by the world's chance.
    pub fn chance(&mut self) -> impl FnMut(&mut [u8]) + '_ {
        gitops::sealed::chance(&mut self.sim)
    }
}
