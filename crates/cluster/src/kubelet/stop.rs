//! Stopping: grace, preStop hooks, and the end of a pod.

use super::eviction;
use super::run::{ContainerRun, PodRun, Step, container_spec};
use crate::api::Writer;
use crate::engine::Cluster;
use crate::object::{Key, Object, time_at};
use crate::recorder::Note;
use crate::runtime::{ContainerRef, Runtime};
use manifest::Value;
use sim::{Causes, Sim, Time};
use std::sync::Arc;
use std::time::Duration;

const KILLED: i32 = 137;

impl Cluster {
    /// The pod is marked: every running container is asked to stop.
    #[inline(never)]
    pub(super) fn stop_pod(&mut self, sim: &mut Sim, runtime: &mut dyn Runtime, pod: &Arc<Object>) {
        let key = &pod.key;
        let Some(run) = self.pods.get(key).cloned() else { return };
        if run.stopping {
            return;
        }
        self.edit(key, |run| {
            run.stopping = true;
            run.because = run.because.and(&pod.written_by);
        });
        self.stop_next(sim, runtime, key);
    }

    /// Ends a pod for a reason of the kubelet's own; its status tells it once all containers have stopped.
    #[inline(never)]
    pub(crate) fn end_pod(
        &mut self,
        sim: &mut Sim,
        runtime: &mut dyn Runtime,
        key: &Key,
        (reason, message): (&'static str, &str),
    ) {
        let (Some(pod), Some(run)) = (self.store.get_key(key).cloned(), self.pods.get(key).cloned()) else { return };
        if run.stopping || run.over {
            return;
        }
        self.event(sim, &pod, Note::warning(reason, message).on(&run.node, None));
        let text = format!("ended by the kubelet: {reason}: {message}");
        let because = sim.record("cluster", "kubelet", self.subject(&pod), text, &run.because);
        self.edit(key, |run| {
            run.over = true;
            run.because = because.into();
            run.verdict = Some(Box::new((reason.into(), message.into())));
        });
        self.stop_next(sim, runtime, key);
    }

    /// Stops what has to stop next: all but the sidecars, then these one by one, the last first; then the pod is over.
    #[inline(never)]
    pub(super) fn stop_next(&mut self, sim: &mut Sim, runtime: &mut dyn Runtime, key: &Key) {
        let (Some(pod), Some(run)) = (self.store.get_key(key).cloned(), self.pods.get(key).cloned()) else { return };
        let running = || (0_u16..).zip(&run.containers).filter(|(_, c)| c.running());
        let mut next: Vec<u16> = running().filter(|(_, c)| !c.sidecar).map(|(at, _)| at).collect();
        if next.is_empty() {
            next.extend(running().last().map(|(at, _)| at));
        }
        if next.is_empty() {
            if run.stopping {
                return self.finish_deletion(sim, key);
            }
            return self.publish(sim, key);
        }
        for at in next {
            let Some(container) = run.container(at).filter(|c| !c.stopping) else { continue };
            let told = format!("Stopping container {}", container.name);
            self.event(sim, &pod, Note::normal("Killing", told).on(&run.node, Some(&container.name)));
            self.begin_stop(sim, runtime, key, at);
        }
    }

    /// Runs the preStop hook of a container, then asks it to stop.
    pub(super) fn begin_stop(&mut self, sim: &mut Sim, runtime: &mut dyn Runtime, key: &Key, at: u16) {
        let (Some(pod), Some(run)) = (self.store.get_key(key).cloned(), self.pods.get(key).cloned()) else { return };
        let Some(container) = run.container(at) else { return };
        let hook = pre_stop(container_spec(&pod, run.inits, at)).min(grace(&pod, &run, sim.now()));
        if hook.is_zero() {
            self.terminate(sim, runtime, key, at, container.epoch);
        } else {
            self.set_timer(sim, key, &run.uid, hook, Step::Kill { container: at, epoch: container.epoch });
        }
    }

    /// Asks one container to stop; when its grace is over it is killed.
    #[inline(never)]
    pub(super) fn terminate(&mut self, sim: &mut Sim, runtime: &mut dyn Runtime, key: &Key, at: u16, epoch: u32) {
        let (Some(pod), Some(run)) = (self.store.get_key(key).cloned(), self.pods.get(key).cloned()) else { return };
        let Some(container) = run.container(at).filter(|c| c.epoch == epoch && c.running() && !c.stopping) else {
            return;
        };
        let stopped = runtime.stop(sim, &reference(key, &run, container));
        let hook = if run.stopping { Duration::ZERO } else { pre_stop(container_spec(&pod, run.inits, at)) };
        // A hook that used up the grace leaves two seconds (kuberuntime `minimumGracePeriodInSeconds`).
        let left = grace(&pod, &run, sim.now()).saturating_sub(hook).max(Duration::from_secs(2));
        let (after, exit_code) = if stopped.after > left { (left, KILLED) } else { (stopped.after, stopped.exit_code) };
        self.edit(key, |run| {
            if let Some(container) = run.container_mut(at) {
                container.stopping = true;
            }
        });
        let step = Step::Stopped { container: at, epoch, exit_code, reason: "".into(), because: Causes::none() };
        self.set_timer(sim, key, &run.uid, after, step);
    }

    /// Every container has stopped: the pod leaves the store.
    #[inline(never)]
    pub(super) fn finish_deletion(&mut self, sim: &mut Sim, key: &Key) {
        let run = self.forget_pod(key);
        let because = self.store.get_key(key).map(|pod| pod.written_by.clone()).unwrap_or_default();
        if let Some(pod) = self.store.get_key(key).filter(|pod| pod.deleting()).cloned() {
            let writer = Writer::new("kubelet", because.clone());
            if !pod.finalizers().is_empty() {
                return self.last_words(sim, &pod, &writer);
            }
            let told = run.map_or_else(Causes::none, |run| run.because.clone());
            self.remove(sim, key, &Writer::new("kubelet", because.and(&told)));
        }
    }

    /// Nothing of a pod runs any more, but somebody's finalizer keeps the object.
    #[inline(never)]
    fn last_words(&mut self, sim: &mut Sim, pod: &Arc<Object>, writer: &Writer) {
        let mut value = pod.value.clone();
        value.set("metadata.deletionGracePeriodSeconds", 0);
        if !crate::pods::finished(pod) {
            value.set("status.phase", "Failed");
        }
        if value != pod.value {
            let new = self.store_version(pod, value, pod.spec_by.clone(), writer.causes.clone());
            self.notify(sim, Some(pod), Some(&new));
        }
    }

    /// The pod is gone from the store (deleted by force): its containers are killed.
    #[inline(never)]
    pub(super) fn kill_orphan(&mut self, sim: &mut Sim, runtime: &mut dyn Runtime, key: &Key, run: &PodRun) {
        for container in run.containers.iter().filter(|c| c.running() && !c.stopping) {
            runtime.stop(sim, &reference(key, run, container));
        }
        self.forget_pod(key);
    }

    pub(super) fn forget_pod(&mut self, key: &Key) -> Option<Arc<PodRun>> {
        let run = self.pods.remove(key)?;
        if let Some(node) = self.nodes.get_mut(&run.node) {
            Arc::make_mut(node).release(run.ip);
        }
        Some(run)
    }
}

pub(super) fn reference(key: &Key, run: &PodRun, container: &ContainerRun) -> ContainerRef {
    run.reference(key, &container.name)
}

fn seconds(n: i64) -> Duration {
    Duration::from_secs(u64::try_from(n).unwrap_or(0))
}

/// What is left of the grace period of a pod that goes, or all of it.
fn grace(pod: &Object, run: &PodRun, now: Time) -> Duration {
    if run.verdict.as_deref().is_some_and(|(reason, _)| **reason == *eviction::REASON) {
        return eviction::GRACE;
    }
    match time_at(&pod.value, "metadata.deletionTimestamp") {
        Some(ends) => ends.since(now),
        None => seconds(pod.value.int_at("spec.terminationGracePeriodSeconds").unwrap_or(30)),
    }
}

/// How long the preStop hook takes.
/// Unlike kubernetes: hooks other than `sleep` (as an action, or as a command) take no time.
#[inline(never)]
fn pre_stop(spec: &Value) -> Duration {
    let hook = spec.at("lifecycle.preStop");
    if let Some(secs) = hook.int_at("sleep.seconds") {
        return seconds(secs);
    }
    let words: Vec<&str> =
        hook.list_at("exec.command").iter().filter_map(Value::as_str).flat_map(str::split_whitespace).collect();
    let at = words.iter().position(|word| word.ends_with("sleep"));
    let secs = at.and_then(|at| words.get(at + 1)).and_then(|word| word.trim_end_matches(['s', ';']).parse().ok());
    seconds(secs.unwrap_or(0))
}
