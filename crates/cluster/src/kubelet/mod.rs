//! The kubelets: they bring the pods of their nodes to life through the runtime port, probe them, restart them, and
//! stop them. One file a concern; this one holds their state and the order of the steps.

mod backoff;
mod env;
mod eviction;
mod images;
mod lease;
mod lifecycle;
mod power;
mod probes;
mod run;
mod start;
mod status;
mod stop;
mod volumes;

#[cfg(test)]
pub(crate) use eviction::Ranked;
pub(crate) use run::{NodeRun, PodRun, Step};

use crate::engine::Cluster;
use crate::object::Key;
use crate::runtime::Runtime;
use sim::Sim;
use std::sync::Arc;
use std::time::Duration;

impl Cluster {
    /// Looks at a pod that was bound, changed, marked or taken away.
    pub(crate) fn sync_pod(&mut self, sim: &mut Sim, runtime: &mut dyn Runtime, key: &Key) {
        let pod = self.store.get_key(key).cloned();
        let run = self.pods.get(key).cloned();
        let node = match (&pod, &run) {
            (_, Some(run)) => run.node.clone(),
            (Some(pod), None) => pod.value.str_at("spec.nodeName").into(),
            (None, None) => return,
        };
        if self.nodes.get(&node).is_some_and(|node| node.silent_since.is_some()) {
            if pod.is_none() {
                self.forget_pod(key);
            }
            return;
        }
        match (pod, run) {
            (None, None) => {}
            (None, Some(run)) => self.kill_orphan(sim, runtime, key, &run),
            (Some(pod), Some(run)) if run.uid != pod.uid => {
                self.kill_orphan(sim, runtime, key, &run);
                self.sync_pod(sim, runtime, key);
            }
            (Some(pod), None) if pod.deleting() => self.finish_deletion(sim, key),
            (Some(pod), None) => {
                let node: Arc<str> = pod.value.str_at("spec.nodeName").into();
                if self.store.node_load(&node).is_none_or(|load| !load.exists()) || crate::pods::finished(&pod) {
                    return;
                }
                if self.refuses(&pod, &node) {
                    return self.reject(sim, &pod, &node);
                }
                let run = PodRun::new(&pod, node);
                self.pods.insert(key.clone(), Arc::new(run));
                // Setting up the sandbox and its network.
                let after = Duration::from_millis(280 + sim.rng().below(420));
                self.publish(sim, key);
                self.set_timer(sim, key, &pod.uid, after, Step::Sandbox);
            }
            (Some(pod), Some(_)) if pod.deleting() => self.stop_pod(sim, runtime, &pod),
            (Some(pod), Some(_)) => self.restart_changed(sim, runtime, &pod),
        }
    }

    /// Does one timed step of a pod, unless it is another pod by now.
    pub(crate) fn kubelet_step(
        &mut self,
        sim: &mut Sim,
        runtime: &mut dyn Runtime,
        key: &Key,
        uid: &Arc<str>,
        step: Step,
    ) {
        let Some(run) = self.pods.get(key).filter(|run| run.uid == *uid) else { return };
        if self.nodes.get(&run.node).is_some_and(|node| node.silent_since.is_some()) {
            return;
        }
        match step {
            Step::Sandbox => self.sandbox_ready(sim, runtime, key),
            Step::Pulled { container, image, pulled, epoch } => {
                let (pulled, took, waited) = *pulled;
                self.image_pulled(sim, runtime, key, (container, epoch), &image, pulled, (took, waited));
            }
            Step::Start { container, epoch } => self.start_container(sim, runtime, key, container, epoch),
            Step::Retry { container, epoch } => self.retry_container(sim, runtime, key, container, epoch),
            Step::Probe { container, epoch, probe } => self.probe(sim, runtime, key, container, epoch, probe),
            Step::Stopped { container, epoch, exit_code, reason, because } => {
                self.exited(sim, runtime, key, (container, epoch), (exit_code, &reason), &because);
            }
            Step::Deadline => {
                let message = "Pod was active on the node longer than the specified deadline";
                self.end_pod(sim, runtime, key, ("DeadlineExceeded", message));
            }
            Step::Kill { container, epoch } => self.terminate(sim, runtime, key, container, epoch),
        }
    }

    /// Changes the state of a running pod.
    fn edit(&mut self, key: &Key, change: impl FnOnce(&mut PodRun)) {
        if let Some(run) = self.pods.get_mut(key) {
            change(Arc::make_mut(run));
        }
    }
}
