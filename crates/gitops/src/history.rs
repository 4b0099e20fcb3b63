//! What an operation leaves: its event, its retries, its place in the history.

use crate::windows::parse_duration;
use manifest::{Value, list, object};
use sim::{Causes, Sim, Subject, Time};
use std::time::Duration;

/// What an operation that ends has come to.
pub(crate) struct End<'a> {
    pub app: &'a str,
    pub ok: bool,
    pub message: &'a str,
    pub heals: bool,
}

pub(crate) fn record(sim: &mut Sim, end: &End<'_>, revision: &str, causes: &Causes) -> sim::EventId {
    let End { app, message, .. } = end;
    let text = if end.ok {
        let how = if end.heals { "Healed" } else { "Synced" };
        format!("{how} {app} to {}: {message}", revision.get(..7).unwrap_or(revision))
    } else {
        format!("Sync of {app} failed: {message}")
    };
    sim.record("argocd", "argocd-application-controller", Subject::new("Application", *app), text, causes)
}

/// The next attempt starts anew, with the newest commit only where that was asked for.
#[inline(never)]
pub(crate) fn retry(state: &mut Value) {
    let count = state.int_at("retryCount").unwrap_or(1);
    let newest = state.bool_at("operation.retry.refresh");
    let how = if newest { " with latest revisions" } else { "" };
    state.put("message", format!("Retrying operation{how}. Attempt #{count}"));
    if newest {
        state.remove("operation.sync.revision");
    }
    state.make_map().remove("finishedAt");
    state.make_map().remove("syncResult");
}

/// `RetryStrategy.NextRetryAt`: 5 s, doubled each time, at most 3 minutes, where the application does not say otherwise.
#[inline(never)]
pub(crate) fn retry_at(retry: &Value, last: Time, count: i64) -> Time {
    let backoff = retry.at("backoff");
    let span = |field: &str, usual: u64| {
        let text = backoff.str_at(field);
        let seconds = text.parse().ok().map(Duration::from_secs);
        seconds.or_else(|| parse_duration(text)).unwrap_or(Duration::from_secs(usual))
    };
    let (mut wait, most) = (span("duration", 5), span("maxDuration", 180));
    let factor = u32::try_from(backoff.int_at("factor").unwrap_or(2)).unwrap_or(2);
    for _ in 0..count.clamp(0, 64) {
        wait = wait.saturating_mul(factor);
        if !most.is_zero() && wait > most {
            break;
        }
    }
    last + if most.is_zero() { wait } else { wait.min(most) }
}

/// Go's `time.Kitchen`: `6:42PM`.
pub(crate) fn kitchen(time: Time) -> String {
    let c = time.civil();
    let hour = if c.hour.is_multiple_of(12) { 12 } else { c.hour % 12 };
    format!("{hour}:{:02}{}", c.minute, if c.hour < 12 { "AM" } else { "PM" })
}

#[inline(never)]
pub(crate) fn push_history(value: &mut Value, state: &Value, now: Time) {
    let history = value.list_at("status.history");
    let id = history.last().and_then(|last| last.int_at("id")).map_or(0, |id| id + 1);
    let limit = value.int_at("spec.revisionHistoryLimit").and_then(|n| usize::try_from(n).ok()).unwrap_or(10);
    let entry = object! {
        "id" => id, "revision" => state.str_at("syncResult.revision"), "deployedAt" => now.rfc3339(),
        "deployStartedAt" => state.at("startedAt").clone(), "initiatedBy" => state.at("operation.initiatedBy").clone(),
        "source" => state.at("syncResult.source").clone(),
    };
    let mut all: Vec<Value> = history.to_vec();
    all.push(entry);
    let skip = all.len().saturating_sub(limit);
    value.set("status.history", if limit == 0 { list![] } else { Value::list(all.split_off(skip)) });
}

#[cfg(test)]
mod tests {
    use super::{kitchen, retry_at};
    use manifest::Value;
    use sim::Time;

    #[test]
    fn retries_wait_longer_each_time() {
        let waits = |text: &str| -> Vec<u64> {
            let retry = Value::from_yaml(text).expect("a valid text");
            let start = Time::from_unix_secs(1_000);
            (0..7).map(|count| retry_at(&retry, start, count).since(start).as_secs()).collect()
        };
        assert_eq!(waits("{limit: 5}"), [5, 10, 20, 40, 80, 160, 180]);
        assert_eq!(waits("{backoff: {duration: '2', factor: 3, maxDuration: 1m}}"), [2, 6, 18, 54, 60, 60, 60]);
        assert_eq!(waits("{backoff: {duration: 1m, factor: 1}}"), [60; 7]);
    }

    #[test]
    fn times_are_told_as_the_kitchen_clock_does() {
        let at = |text: &str| kitchen(Time::parse_rfc3339(text).expect("a time"));
        assert_eq!(at("2026-06-05T18:42:10Z"), "6:42PM");
        assert_eq!((at("2026-06-05T00:05:00Z"), at("2026-06-05T12:00:00Z")), ("12:05AM".into(), "12:00PM".into()));
    }
}
