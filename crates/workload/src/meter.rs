//! What each container has answered so far: counters for whoever scrapes them.

use crate::{Key, Workload};
use order::OrdMap;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Upper ends of the buckets of latency in seconds, as client libraries have them.
pub const BUCKETS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// How much later than the median the slowest hundredth is, and how many deviations that is.
const TAIL: f64 = 3.2;
const TAIL_SIGMAS: f64 = 2.326;
/// What a program takes that nobody calls.
const IDLE_CORES: f64 = 0.001;

/// A container's part of a flow.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub key: Key,
    pub life: u64,
    /// Of the requests.
    pub share: f64,
    /// Of its own requests: those that it failed itself, with this status, and those that failed behind it.
    pub failed: f64,
    pub status: u16,
    pub broken: f64,
    pub p50: f64,
}

/// What one container has done for one service since it started.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Counter {
    life: u64,
    /// Requests by status.
    pub codes: OrdMap<u16, f64>,
    /// Requests that took no longer than each of [`BUCKETS`].
    pub buckets: [f64; 11],
    pub requests: f64,
    pub seconds: f64,
}

/// All counters.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Meter {
    /// By container and service.
    counters: OrdMap<(Key, Arc<str>), Arc<Counter>>,
    /// Seconds of CPU, with the life that they are of.
    cpu: OrdMap<Key, (u64, f64)>,
}

/// The share of requests that are answered within `ratio` times the median.
fn within(ratio: f64) -> f64 {
    let sigma = libm::log(TAIL) / TAIL_SIGMAS;
    0.5 * (1.0 + libm::erf(libm::log(ratio) / (sigma * std::f64::consts::SQRT_2)))
}

impl Meter {
    /// Counts one second of a service.
    #[inline(never)]
    pub(crate) fn count(&mut self, service: &str, rate: f64, parts: &[Part]) {
        for part in parts {
            let counter = self.counters.entry((part.key.clone(), service.into())).or_default();
            if counter.life != part.life {
                *counter = Arc::new(Counter { life: part.life, ..Counter::default() });
            }
            let counter = Arc::make_mut(counter);
            let own = rate * part.share;
            let (failed, broken) = (own * part.failed, own * (1.0 - part.failed) * part.broken);
            for (status, count) in [(200, own - failed - broken), (part.status, failed), (502, broken)] {
                if count > 0.0 {
                    *counter.codes.entry(status).or_default() += count;
                }
            }
            let median = part.p50 / 1_000.0;
            for (bucket, end) in counter.buckets.iter_mut().zip(BUCKETS) {
                *bucket += own * within(end / median);
            }
            let sigma = libm::log(TAIL) / TAIL_SIGMAS;
            counter.requests += own;
            counter.seconds += own * median * libm::exp(sigma * sigma / 2.0);
        }
    }

    pub(crate) fn retain(&mut self, gone: &dyn Fn(&Key) -> bool) {
        self.counters.retain(|(key, _), _| !gone(key));
        self.cpu.retain(|key, _| !gone(key));
    }

    pub fn counters(&self) -> impl Iterator<Item = (&Key, &str, &Counter)> {
        self.counters.iter().map(|((key, service), counter)| (key, &**service, &**counter))
    }

    /// Seconds of CPU that a container has used in its life.
    pub fn cpu_seconds(&self, key: &Key) -> f64 {
        self.cpu.get(key).map_or(0.0, |(_, seconds)| *seconds)
    }
}

impl Workload {
    /// Adds a second of CPU.
    pub(crate) fn meter_cpu(&mut self) {
        let Some(meter) = &mut self.meter else { return };
        for (key, container) in &self.containers {
            let used = meter.cpu.entry(key.clone()).or_default();
            if used.0 != container.life {
                *used = (container.life, 0.0);
            }
            used.1 += container.cpu_used_cores.max(IDLE_CORES);
        }
    }
}
