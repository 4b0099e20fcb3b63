//! `spec.restartAt`: pods that are older are evicted, a few at a time (`rollout/restart.go`).

use super::work::Work;
use cluster::pod_available;
use std::time::Duration;

/// Pods that could not go yet are looked at again.
const AGAIN: Duration = Duration::from_secs(30);

impl Work<'_> {
    /// How many pods were evicted.
    pub fn restart(&mut self) -> usize {
        let (Some(at), now) = (self.moment("spec.restartAt"), self.sim.now()) else { return 0 };
        if self.status().str_at("restartedAt") == self.spec().str_at("restartAt") {
            return 0;
        }
        if now <= at {
            self.wake_in(at.since(now) + Duration::from_millis(1));
            return 0;
        }
        let wait = self.spec().int_at("minReadySeconds").unwrap_or(0);
        let pods = self.pods();
        let live = pods.iter().filter(|pod| !pod.deleting() && pod_available(pod, wait, now).is_ok()).count();
        let at_once = self.fence_posts().1.max(1);
        let least = self.replicas().max(self.sets.sum(|s| s.wanted)) - at_once;
        let mut may = i64::try_from(live).unwrap_or(0) - least;
        let (mut old, mut gone) = (0, 0);
        for pod in pods.iter().filter(|pod| pod.created_at() < at) {
            old += 1;
            if may <= 0 || pod.deleting() {
                continue;
            }
            let writer = self.writer();
            let place = (pod.namespace(), pod.name());
            if self.cluster.evict(self.sim, place, cluster::DeleteOptions::default(), &writer).is_ok() {
                may -= 1;
                gone += 1;
            }
        }
        if old == gone {
            let restart = self.spec().at("restartAt").clone();
            self.next.put("restartedAt", restart);
        } else {
            self.wake_in(AGAIN);
        }
        gone
    }
}
