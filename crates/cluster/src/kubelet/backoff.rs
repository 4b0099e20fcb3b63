//! The kubelet's back-off: 10 s, doubled up to 300 s, forgotten after ten minutes of peace
//! (client-go `util/flowcontrol/backoff.go`).

use serde::{Deserialize, Serialize};
use sim::Time;
use std::time::Duration;

const FIRST: Duration = Duration::from_secs(10);
const MAX: Duration = Duration::from_secs(300);

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Backoff {
    wait: Duration,
    updated: Time,
}

impl Backoff {
    fn expired(&self, at: Time) -> bool {
        at.since(self.updated) > MAX * 2
    }

    /// How long to wait after something went wrong at `since`; zero for the first time.
    pub(super) fn left(&self, since: Time, now: Time) -> Duration {
        if self.wait.is_zero() || self.expired(since) {
            return Duration::ZERO;
        }
        (since + self.wait).since(now)
    }

    /// How long to wait after the last try.
    pub(super) fn left_since_try(&self, now: Time) -> Duration {
        (self.updated + self.wait).since(now)
    }

    pub(super) fn wait(&self) -> Duration {
        self.wait
    }

    /// Counts a try at `now`: the next failure waits longer.
    pub(super) fn next(&mut self, now: Time) {
        self.wait = if self.wait.is_zero() || self.expired(now) { FIRST } else { (self.wait * 2).min(MAX) };
        self.updated = now;
    }
}

/// `10s`, `1m20s`, `5m0s`, as Go prints durations.
pub(super) fn go_duration(span: Duration) -> String {
    let secs = span.as_secs();
    if secs >= 60 { format!("{}m{}s", secs / 60, secs % 60) } else { format!("{secs}s") }
}
