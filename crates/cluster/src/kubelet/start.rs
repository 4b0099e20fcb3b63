//! From a bound pod to running containers.

use super::env;
use super::eviction::MONITOR;
use super::run::{ContainerRun, Ended, PodRun, ProbeKind, State, Step, container_spec};
use crate::engine::{Cluster, Item};
use crate::object::{Key, Object};
use crate::recorder::Note;
use crate::runtime::Runtime;
use crate::setup::pod_network;
use manifest::word;
use sim::{Causes, Sim};
use std::sync::Arc;
use std::time::Duration;

/// A pod whose volumes are not there is looked at again after this.
const MOUNT_AGAIN: Duration = Duration::from_secs(4);
/// A container whose configuration is not there is looked at again after this.
const CONFIG_AGAIN: Duration = Duration::from_secs(10);

impl Cluster {
    /// The network is up: init containers one by one, or all containers at once.
    #[inline(never)]
    pub(super) fn sandbox_ready(&mut self, sim: &mut Sim, runtime: &mut dyn Runtime, key: &Key) {
        let (Some(pod), Some(run)) = (self.store.get_key(key).cloned(), self.pods.get(key).cloned()) else { return };
        if run.stopping || run.over {
            return;
        }
        if let Some(missing) = super::volumes::missing_volume(&self.store, &pod) {
            self.event(sim, &pod, Note::warning("FailedMount", missing).on(&run.node, None));
            return self.set_timer(sim, key, &run.uid, MOUNT_AGAIN, Step::Sandbox);
        }
        let Some(node) = self.nodes.get_mut(&run.node) else { return };
        let address = Arc::make_mut(node).take_address();
        self.edit(key, |run| {
            run.ip = address;
            run.sandbox = true;
        });
        self.publish(sim, key);
        if let Some(secs) = pod.value.int_at("spec.activeDeadlineSeconds") {
            let after = Duration::from_secs(u64::try_from(secs).unwrap_or(0));
            self.set_timer(sim, key, &run.uid, after, Step::Deadline);
        }
        if run.inits > 0 {
            return self.advance(sim, runtime, key);
        }
        for at in 0..u16::try_from(run.containers.len()).unwrap_or(0) {
            self.ensure_image(sim, runtime, key, at);
        }
    }

    #[inline(never)]
    pub(super) fn start_container(&mut self, sim: &mut Sim, runtime: &mut dyn Runtime, key: &Key, at: u16, epoch: u32) {
        let (Some(pod), Some(run)) = (self.store.get_key(key).cloned(), self.pods.get(key).cloned()) else { return };
        let Some(container) =
            run.container(at).filter(|c| c.epoch == epoch && !c.running() && !run.stopping && !run.over)
        else {
            return;
        };
        let name = container.name.clone();
        let ip = self.pod_ip(&run);
        let start = match env::container_start(&self.store, &pod, &run, at, &ip) {
            Ok(start) => start,
            Err(missing) => {
                let note = Note::warning("Failed", format!("Error: {missing}")).on(&run.node, Some(&name));
                self.event(sim, &pod, note);
                self.wait(key, at, "CreateContainerConfigError", &missing);
                self.publish(sim, key);
                return self.set_timer(sim, key, &run.uid, CONFIG_AGAIN, Step::Retry { container: at, epoch });
            }
        };
        let told = format!("Created container: {name}");
        self.event(sim, &pod, Note::normal("Created", told).on(&run.node, Some(&name)));
        let id: Arc<str> = container_id(sim);
        match runtime.start(sim, &start) {
            Ok(()) => {
                self.started(sim, key, &pod, at, &start.image, &id);
                self.advance(sim, runtime, key);
            }
            Err(why) => self.start_failed(sim, key, &pod, at, &why, &id),
        }
    }

    #[inline(never)]
    fn started(&mut self, sim: &mut Sim, key: &Key, pod: &Arc<Object>, at: u16, image: &str, id: &Arc<str>) {
        let Some(run) = self.pods.get(key).cloned() else { return };
        let Some(container) = run.container(at) else { return };
        let spec = container_spec(pod, run.inits, at);
        let told = format!("Started container {}", container.name);
        self.event(sim, pod, Note::normal("Started", told).on(&run.node, Some(&container.name)));
        let text = match container.restarts {
            0 => format!("container {} started", container.name),
            count => format!("container {} started again (restart {count})", container.name),
        };
        let because = sim.record("cluster", "kubelet", self.subject(pod), text, &run.because);
        let has = |probe: ProbeKind| spec.get(probe.field()).is_some_and(|p| !p.is_null());
        let (startup, readiness) = (has(ProbeKind::Startup), has(ProbeKind::Readiness));
        let now = sim.now();
        let init = run.is_init(at);
        self.edit(key, |run| {
            run.because = because.into();
            let Some(container) = run.container_mut(at) else { return };
            if let State::Ended(end) = &container.state {
                container.last = Some(end.clone());
            }
            *container = ContainerRun {
                state: State::Running { since: now },
                id: id.clone(),
                image: word(image),
                started: !startup,
                ready: !startup && !readiness && (!init || container.sidecar),
                stopping: false,
                readiness: super::run::Tally::default(),
                liveness: super::run::Tally::default(),
                startup: super::run::Tally::default(),
                ..container.clone()
            };
        });
        self.publish(sim, key);
        self.enqueue(sim, Item::Memory(run.node.clone()), MONITOR, &Causes::none());
        if startup {
            self.plan_probe(sim, key, at, ProbeKind::Startup);
        } else {
            self.plan_probe(sim, key, at, ProbeKind::Readiness);
            self.plan_probe(sim, key, at, ProbeKind::Liveness);
        }
    }

    #[inline(never)]
    fn start_failed(&mut self, sim: &mut Sim, key: &Key, pod: &Arc<Object>, at: u16, why: &str, id: &Arc<str>) {
        let Some(run) = self.pods.get(key).cloned() else { return };
        let Some(container) = run.container(at) else { return };
        self.event(sim, pod, Note::warning("Failed", format!("Error: {why}")).on(&run.node, Some(&container.name)));
        let text = format!("container {} could not start: {why}", container.name);
        let because = sim.record("cluster", "kubelet", self.subject(pod), text, &run.because);
        let now = sim.now();
        self.edit(key, |run| {
            run.because = because.into();
            if let Some(container) = run.container_mut(at) {
                container.state = State::Ended(Box::new(Ended {
                    exit_code: 128,
                    reason: "StartError".into(),
                    started: now,
                    finished: now,
                    id: id.clone(),
                }));
                container.epoch += 1;
            }
        });
        self.publish(sim, key);
        let epoch = container.epoch + 1;
        self.set_timer(sim, key, &run.uid, Duration::from_secs(1), Step::Retry { container: at, epoch });
    }

    /// A container that waited: its image again, or the program again, or a longer wait.
    #[inline(never)]
    pub(super) fn retry_container(&mut self, sim: &mut Sim, runtime: &mut dyn Runtime, key: &Key, at: u16, epoch: u32) {
        let (Some(pod), Some(run)) = (self.store.get_key(key).cloned(), self.pods.get(key).cloned()) else { return };
        let Some(container) =
            run.container(at).filter(|c| c.epoch == epoch && !c.running() && !run.stopping && !run.over)
        else {
            return;
        };
        let now = sim.now();
        match &container.state {
            State::Waiting { reason, .. } if matches!(reason.as_ref(), "ErrImagePull" | "ImagePullBackOff") => {
                let left = container.backoffs().pull.left_since_try(now);
                if left.is_zero() {
                    self.ensure_image(sim, runtime, key, at);
                } else {
                    self.pull_backs_off(sim, key, &pod, at, left);
                }
            }
            State::Ended(end) => {
                let left = container.backoffs().crash.left(end.finished, now);
                if left.is_zero() {
                    self.restart(sim, runtime, key, at);
                } else {
                    self.crash_loop(sim, key, &pod, at, left);
                }
            }
            State::Waiting { reason, .. } if **reason == *"CrashLoopBackOff" => self.restart(sim, runtime, key, at),
            State::Waiting { .. } => self.ensure_image(sim, runtime, key, at),
            State::Running { .. } => {}
        }
    }

    fn restart(&mut self, sim: &mut Sim, runtime: &mut dyn Runtime, key: &Key, at: u16) {
        let now = sim.now();
        self.edit(key, |run| {
            if let Some(container) = run.container_mut(at) {
                container.backoffs_mut().crash.next(now);
                container.restarts += 1;
            }
        });
        self.ensure_image(sim, runtime, key, at);
    }

    #[inline(never)]
    fn crash_loop(&mut self, sim: &mut Sim, key: &Key, pod: &Arc<Object>, at: u16, left: Duration) {
        let Some(run) = self.pods.get(key).cloned() else { return };
        let Some(container) = run.container(at) else { return };
        let name = &container.name;
        let place = format!("{}_{}({})", pod.name(), pod.namespace(), pod.uid);
        let told = format!("Back-off restarting failed container {name} in pod {place}");
        self.event(sim, pod, Note::warning("BackOff", told).on(&run.node, Some(name)));
        let wait = super::backoff::go_duration(container.backoffs().crash.wait());
        let message = format!("back-off {wait} restarting failed container={name} pod={place}");
        self.edit(key, |run| {
            if let Some(container) = run.container_mut(at)
                && let State::Ended(end) = &container.state
            {
                container.last = Some(end.clone());
            }
        });
        self.wait(key, at, "CrashLoopBackOff", &message);
        self.publish(sim, key);
        self.set_timer(sim, key, &run.uid, left, Step::Retry { container: at, epoch: container.epoch });
    }

    pub(super) fn wait(&mut self, key: &Key, at: u16, reason: &str, message: &str) {
        let state = State::Waiting { reason: word(reason), message: Some(message.into()) };
        self.edit(key, |run| {
            if let Some(container) = run.container_mut(at) {
                container.state = state;
            }
        });
    }

    /// A pod's images may be changed in place: those containers are stopped, and start again with the new image.
    #[inline(never)]
    pub(super) fn restart_changed(&mut self, sim: &mut Sim, runtime: &mut dyn Runtime, pod: &Arc<Object>) {
        let Some(run) = self.pods.get(&pod.key).cloned() else { return };
        for (at, container) in (0..).zip(&run.containers) {
            let image = container_spec(pod, run.inits, at).str_at("image");
            if container.running()
                && !container.stopping
                && (!run.is_init(at) || container.sidecar)
                && *container.image != *image
            {
                let told = format!("Container {} definition changed, will be restarted", container.name);
                self.event(sim, pod, Note::normal("Killing", told).on(&run.node, Some(&container.name)));
                self.begin_stop(sim, runtime, &pod.key, at);
            }
        }
    }

    /// `10.244.2.17`; empty before the sandbox is up.
    pub(super) fn pod_ip(&self, run: &PodRun) -> String {
        let number = self.nodes.get(&run.node).map_or(0, |node| node.number);
        if run.ip == 0 { String::new() } else { format!("{}.{}", pod_network(number), run.ip) }
    }
}

fn container_id(sim: &mut Sim) -> Arc<str> {
    let mut draw = || sim.rng().next_u64();
    format!("containerd://{:016x}{:016x}{:016x}{:016x}", draw(), draw(), draw(), draw()).into()
}
