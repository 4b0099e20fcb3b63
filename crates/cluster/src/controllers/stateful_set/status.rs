//! What a stateful set says about itself.

use super::Look;
use crate::controllers::Action;
use crate::controllers::history::HASH;
use crate::object::Object;
use crate::pods::{finished, pod_available, pod_ready};

impl Look<'_> {
    #[inline(never)]
    pub(super) fn status(&mut self) {
        let wait = self.set.value.int_at("spec.minReadySeconds").unwrap_or(0);
        let now = self.now;
        let made = self.pods.iter().filter(|pod| !finished(pod));
        let count = |ask: &dyn Fn(&Object) -> bool| i64::try_from(made.clone().filter(|p| ask(p)).count()).unwrap_or(0);
        let of = |revision: &str| count(&|pod| !pod.deleting() && pod.label(HASH) == revision);
        let running = |pod: &Object| pod.value.str_at("status.phase") == "Running" && pod_ready(pod);
        let all = count(&|_| true);
        let ready = count(&running);
        let available = count(&|pod| running(pod) && pod_available(pod, wait, now).is_ok());
        let (mut current, updated) = (of(&self.current), of(&self.history.update));
        let rolling = self.set.value.str_at("spec.updateStrategy.type") != "OnDelete";
        if rolling && updated == self.replicas && ready == self.replicas && all == self.replicas {
            self.current.clone_from(&self.history.update);
            current = updated;
        }
        let mut status = self.set.value.at("status").clone();
        status.put("observedGeneration", self.set.generation());
        status.put("collisionCount", 0);
        status.put("currentRevision", self.current.as_str());
        status.put("updateRevision", self.history.update.as_str());
        status.put("replicas", all);
        status.put("availableReplicas", available);
        for (field, n) in [("readyReplicas", ready), ("currentReplicas", current), ("updatedReplicas", updated)] {
            if n > 0 {
                status.put(field, n);
            } else {
                status.remove(field);
            }
        }
        if status != *self.set.value.at("status") {
            self.done.actions.push(Action::Status { base: self.set.clone(), status });
        }
    }
}
