//! Encore and other programs: how they start, answer, slow down and fail; and the customers who call them.
//!
//! Load in, signals out: it decides no Kubernetes thing. Whoever runs containers says when one starts and stops and
//! which of them stand behind a service ([`Network`]); it says when one exits by itself ([`Workload::fire`]).

mod builtin;
mod container;
mod curve;
mod http;
mod keys;
mod meter;
mod program;
mod traffic;

pub use container::{Container, Exit, Key, LogLine, Start};
pub use http::{Response, TIMED_OUT, chosen};
pub use meter::{BUCKETS, Counter, Meter};
pub use program::{Program, ProgramError};
pub use traffic::{Customers, Sample, Served};

use order::OrdMap;
use serde::{Deserialize, Serialize};
use sim::{Causes, Due, EventId, Log, Sim, Timers};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

/// How requests find containers: what the cluster's Services do.
pub trait Network {
    /// The ready containers behind a service: `None` where there is no such service.
    /// Each with the port that requests go to.
    fn endpoints(&self, namespace: &str, service: &str) -> Option<Vec<(Key, u16)>>;

    /// The service, its namespace and port behind a host name of the outside world (`shop.encore`).
    fn host(&self, name: &str) -> Option<(String, String)>;

    /// Whether a container's pod may talk to another one's port; without one it is the requester who asks.
    fn passes(&self, _from: Option<&Key>, _to: &Key, _port: u16) -> bool {
        true
    }

    /// The events that led to a container.
    fn causes(&self, key: &Key) -> Causes;

    /// Whether a pod is still known: what is gone is forgotten with its logs.
    fn exists(&self, namespace: &str, pod: &str) -> bool;
}

/// Traffic is computed this often.
const TICK: Duration = Duration::from_secs(1);
/// This much history is kept of each service.
const HISTORY: usize = 300;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Timer {
    Tick,
    /// The n-th life of a container ends by itself.
    Exit(Key, u64),
}

/// All programs and their customers.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Workload {
    containers: OrdMap<Key, Arc<Container>>,
    /// Logs of the life before this one.
    previous_logs: OrdMap<Key, Log<LogLine>>,
    customers: Option<Customers>,
    /// Latest samples by `namespace/service`, oldest first; shared by forks.
    samples: OrdMap<String, VecDeque<Arc<Sample>>>,
    recent: VecDeque<Served>,
    timers: Timers<Timer>,
    next_life: u64,
    /// What customers were told last: versions, and whether it failed.
    last_story: Option<(Vec<String>, bool)>,
    story_event: Option<EventId>,
    /// Only where somebody scrapes.
    pub meter: Option<Box<Meter>>,
}

impl Workload {
    /// Customers begin to come.
    pub fn open_doors(&mut self, sim: &mut Sim, customers: Customers) {
        if self.customers.replace(customers).is_none() {
            let at = sim.now() + TICK;
            self.timers.set(sim, at, Timer::Tick);
        }
    }

    pub fn customers(&self) -> Option<&Customers> {
        self.customers.as_ref()
    }

    pub fn next_due(&self) -> Option<Due> {
        self.timers.next_due()
    }

    /// Lets the earliest due thing happen; containers that exit by it.
    #[inline(never)]
    pub fn fire(&mut self, sim: &mut Sim, network: &dyn Network) -> Vec<Exit> {
        match self.timers.pop() {
            Some((_, Timer::Tick)) => {
                self.tick(sim, network);
                let at = sim.now() + TICK;
                self.timers.set(sim, at, Timer::Tick);
                Vec::new()
            }
            Some((_, Timer::Exit(key, life))) => self.exit_by_itself(sim, &key, life).into_iter().collect(),
            None => Vec::new(),
        }
    }

    pub fn container(&self, key: &Key) -> Option<&Container> {
        self.containers.get(key).map(|container| &**container)
    }

    pub fn containers(&self) -> impl Iterator<Item = (&Key, &Container)> {
        self.containers.iter().map(|(key, container)| (key, &**container))
    }

    /// Samples of a service, oldest first, one a second.
    pub fn history(&self, namespace: &str, service: &str) -> impl DoubleEndedIterator<Item = &Sample> {
        self.samples.get(&format!("{namespace}/{service}")).into_iter().flatten().map(|sample| &**sample)
    }

    /// Requests of customers, newest first.
    pub fn recent(&self) -> impl Iterator<Item = &Served> {
        self.recent.iter()
    }

    /// The event that last changed what customers get.
    pub fn story_event(&self) -> Option<EventId> {
        self.story_event
    }
}

#[cfg(test)]
mod tests;
