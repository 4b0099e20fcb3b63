//! Containers that end: by themselves, by a fault, or because they were asked to.

use super::run::{Ended, State, Step};
use crate::engine::Cluster;
use crate::kinds;
use crate::object::Key;
use crate::runtime::{ContainerRef, Runtime};
use sim::{Causes, Sim};
use std::sync::Arc;
use std::time::Duration;

/// The kubelet notices ends once a second.
const NOTICED: Duration = Duration::from_millis(1_000);

impl Cluster {
    /// A container ended by itself. `reason` is `Error`, `Completed` or `OOMKilled`; empty chooses by the exit code.
    #[inline(never)]
    pub fn container_exited(
        &mut self,
        sim: &mut Sim,
        container: &ContainerRef,
        exit_code: i32,
        reason: &str,
        causes: &Causes,
    ) {
        let key = Key::new(kinds::POD, container.namespace.clone(), container.pod.clone());
        let Some(run) = self.pods.get(&key).filter(|run| run.uid == container.uid).cloned() else { return };
        let Some((at, found)) = (0_u16..).zip(&run.containers).find(|(_, c)| c.name == container.container) else {
            return;
        };
        let step = Step::Stopped {
            container: at,
            epoch: found.epoch,
            exit_code,
            reason: reason.into(),
            because: causes.clone(),
        };
        self.set_timer(sim, &key, &run.uid, Duration::ZERO, step);
    }

    #[inline(never)]
    pub(super) fn exited(
        &mut self,
        sim: &mut Sim,
        runtime: &mut dyn Runtime,
        key: &Key,
        (at, epoch): (u16, u32),
        (exit_code, reason): (i32, &Arc<str>),
        because: &Causes,
    ) {
        let Some(run) = self.pods.get(key).cloned() else { return };
        let Some(container) = run.container(at).filter(|c| c.epoch == epoch) else { return };
        let State::Running { since } = container.state else { return };
        let asked = container.stopping || run.stopping;
        let reason: Arc<str> = match (reason.as_ref(), exit_code) {
            ("", 0) => "Completed".into(),
            ("", _) => "Error".into(),
            _ => reason.clone(),
        };
        let mut told = run.because.and(because);
        if !asked && (exit_code != 0 || !because.is_empty()) {
            let text = format!("container {} ended with exit code {exit_code} ({reason})", container.name);
            told = sim.record("cluster", "kubelet", self.subject_of(key), text, &told).into();
        }
        let now = sim.now();
        self.edit(key, |run| {
            run.because = told;
            let Some(container) = run.container_mut(at) else { return };
            let id = container.id.clone();
            container.state = State::Ended(Box::new(Ended { exit_code, reason, started: since, finished: now, id }));
            (container.ready, container.started, container.stopping) = (false, false, false);
            container.epoch += 1;
        });
        self.publish(sim, key);
        self.after_end(sim, runtime, key, at, exit_code);
    }

    /// What follows an end: the next to stop, the next init container, a restart, or nothing.
    #[inline(never)]
    fn after_end(&mut self, sim: &mut Sim, runtime: &mut dyn Runtime, key: &Key, at: u16, exit_code: i32) {
        let Some(run) = self.pods.get(key).cloned() else { return };
        if run.stopping || run.over {
            return self.stop_next(sim, runtime, key);
        }
        let Some(pod) = self.store.get_key(key) else { return };
        let policy = pod.value.str_at("spec.restartPolicy");
        let Some(container) = run.container(at) else { return };
        let again = match policy {
            _ if container.sidecar => true,
            _ if run.is_init(at) => exit_code != 0 && policy != "Never",
            "Never" => false,
            "OnFailure" => exit_code != 0,
            _ => true,
        };
        if again {
            return self.set_timer(sim, key, &run.uid, NOTICED, Step::Retry { container: at, epoch: container.epoch });
        }
        if run.is_init(at) && exit_code == 0 {
            return self.advance(sim, runtime, key);
        }
        let ended = |c: &super::run::ContainerRun| matches!(c.state, State::Ended(_));
        let all = run.containers[usize::from(run.inits)..].iter().all(ended);
        let settled = |c: &super::run::ContainerRun| match &c.state {
            State::Ended(end) => policy == "Never" || end.exit_code == 0,
            _ => false,
        };
        let done = all && run.containers[usize::from(run.inits)..].iter().all(settled);
        if done || run.is_init(at) {
            self.edit(key, |run| run.over = true);
            self.stop_next(sim, runtime, key);
        }
    }

    /// Begins the next init container whose turn it is; once all have done their part, the containers.
    #[inline(never)]
    pub(super) fn advance(&mut self, sim: &mut Sim, runtime: &mut dyn Runtime, key: &Key) {
        let Some(run) = self.pods.get(key).cloned() else { return };
        if run.initialized || run.over || run.stopping {
            return;
        }
        match run.next_init() {
            Some(at) if at >= run.begun => {
                self.edit(key, |run| run.begun = at + 1);
                self.ensure_image(sim, runtime, key, at);
            }
            Some(_) => {}
            None => {
                self.edit(key, |run| run.initialized = true);
                self.publish(sim, key);
                for next in run.inits..u16::try_from(run.containers.len()).unwrap_or(0) {
                    self.ensure_image(sim, runtime, key, next);
                }
            }
        }
    }
}
