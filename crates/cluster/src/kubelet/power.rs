//! A node that dies and comes back: its kubelet does nothing while it is away, and finds its containers ended afterwards.

use super::run::{Ended, State, Step};
use super::stop::reference;
use crate::engine::{Cluster, Item};
use crate::kinds;
use crate::object::Key;
use crate::runtime::Runtime;
use crate::status::Status;
use sim::{Causes, Sim, Subject};
use std::sync::Arc;
use std::time::Duration;

/// From power to a kubelet that works.
const BOOT: Duration = Duration::from_secs(8);

impl Cluster {
    /// The machine loses its power: containers are gone, the kubelet is silent.
    pub fn kill_node(&mut self, sim: &mut Sim, name: &str, causes: &Causes) -> Result<(), Status> {
        self.power(sim, name, false, "lost its power", causes)
    }

    /// The machine starts again.
    pub fn revive_node(&mut self, sim: &mut Sim, name: &str, causes: &Causes) -> Result<(), Status> {
        self.power(sim, name, true, "starts again", causes)
    }

    /// Whether a node has power.
    pub fn node_runs(&self, name: &str) -> bool {
        self.nodes.get(name).is_some_and(|node| node.silent_since.is_none())
    }

    fn power(&mut self, sim: &mut Sim, name: &str, on: bool, text: &str, causes: &Causes) -> Result<(), Status> {
        let node = self.get(kinds::NODE, "", name)?.clone();
        if self.node_runs(name) == on {
            return Ok(());
        }
        let id = sim.record("cluster", "machine", Subject::new("Node", name.to_string()), text, causes);
        let after = if on { BOOT } else { Duration::ZERO };
        self.enqueue(sim, Item::Power(node.key.name.clone(), on), after, &Causes::one(id));
        Ok(())
    }

    /// Does what [`Cluster::kill_node`] and [`Cluster::revive_node`] asked for.
    #[inline(never)]
    pub(crate) fn switch(
        &mut self,
        sim: &mut Sim,
        runtime: &mut dyn Runtime,
        (name, on): (&Arc<str>, bool),
        causes: &Causes,
    ) {
        let now = sim.now();
        let Some(node) = self.nodes.get_mut(name) else { return };
        let node = Arc::make_mut(node);
        if node.silent_since.is_none() == on {
            return;
        }
        node.silent_since = (!on).then_some(now);
        node.pressure = None;
        let here: Vec<Key> =
            self.pods.iter().filter(|(_, run)| run.node == *name).map(|(key, _)| key.clone()).collect();
        for key in here {
            if on {
                self.wake(sim, runtime, &key, causes);
            } else {
                self.cut(sim, runtime, &key);
            }
        }
        if on {
            self.post_pressure(sim, name, false, causes);
            // Pods that were bound while it was away are new to it.
            let bound: Vec<Key> = self.store.pods_on(name).map(|pod| pod.key.clone()).collect();
            for key in bound {
                self.enqueue(sim, Item::Pod(key), Duration::from_secs(2), causes);
            }
        }
        self.enqueue(sim, Item::Of(Key::new(kinds::NODE, "", name.clone())), Duration::ZERO, causes);
    }

    /// The containers of a pod are gone; nobody writes that down.
    #[inline(never)]
    fn cut(&mut self, sim: &mut Sim, runtime: &mut dyn Runtime, key: &Key) {
        let Some(run) = self.pods.get(key).cloned() else { return };
        let now = sim.now();
        for container in run.containers.iter().filter(|c| c.running()) {
            runtime.stop(sim, &reference(key, &run, container));
        }
        self.edit(key, |run| {
            for container in &mut run.containers {
                container.epoch += 1;
                if let State::Running { since } = container.state {
                    let id = container.id.clone();
                    let ended = Ended { exit_code: 255, reason: "Unknown".into(), started: since, finished: now, id };
                    container.state = State::Ended(Box::new(ended));
                    (container.ready, container.started, container.stopping) = (false, false, false);
                }
            }
        });
    }

    /// The kubelet finds its pods again.
    #[inline(never)]
    fn wake(&mut self, sim: &mut Sim, runtime: &mut dyn Runtime, key: &Key, causes: &Causes) {
        let Some(run) = self.pods.get(key).cloned() else { return };
        self.edit(key, |run| run.because = run.because.and(causes));
        if run.stopping {
            // What it was stopping when the power went is gone.
            return self.stop_next(sim, runtime, key);
        }
        if !run.sandbox {
            self.set_timer(sim, key, &run.uid, Duration::from_secs(1), Step::Sandbox);
        }
        for (at, container) in (0_u16..).zip(&run.containers) {
            let began = !matches!(&container.state, State::Waiting { reason, .. } if **reason == *"PodInitializing");
            let done = matches!(&container.state, State::Ended(end) if run.is_init(at) && end.exit_code == 0);
            if run.sandbox && began && !done {
                let step = Step::Retry { container: at, epoch: container.epoch };
                self.set_timer(sim, key, &run.uid, Duration::from_secs(1), step);
            }
        }
        self.publish(sim, key);
    }
}
