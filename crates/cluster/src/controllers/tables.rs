//! Upstream's tables for deployments and replica sets (Kubernetes 1.32, `pkg/controller`). Their numbers are taken over;
//! words, form and checks are ours.

use super::Reconciled;
use super::deployment::Plan;
use super::ranking::Rank;
use super::revisions::Revisions;
use super::rolling::{self, Sizes};
use crate::kinds;
use crate::object::{Key, Object};
use manifest::{Value, object};
use sim::{Causes, Time};
use std::cmp::Ordering;
use std::sync::Arc;
use std::time::Duration;

fn stored(kind: crate::KindId, name: &str, value: Value) -> Arc<Object> {
    let none = Causes::none;
    let (created_by, spec_by, written_by) = (none(), none(), none());
    let key = Key::new(kind, "default", name);
    Arc::new(Object { key, uid: "".into(), version: 1, value, created_by, spec_by, written_by })
}

fn set(name: &str, wanted: i64, available: i64) -> Arc<Object> {
    let status = object! { "replicas" => wanted, "availableReplicas" => available };
    stored(kinds::REPLICASET, name, object! { "spec" => object! { "replicas" => wanted }, "status" => status })
}

fn plan(replicas: i64, max_surge: i64, max_unavailable: i64) -> Plan {
    let object = stored(kinds::DEPLOYMENT, "web", Value::map());
    Plan { object, replicas, max_surge, max_unavailable, recreate: false, paused: false }
}

/// Sizes of the newest and of the old set after one step of a rolling update.
fn step(plan: &Plan, new: (i64, i64), old: (i64, i64)) -> (i64, i64) {
    let mut revisions =
        Revisions { new: Some(set("new", new.0, new.1)), old: vec![set("old", old.0, old.1)], ..Revisions::default() };
    rolling::roll(plan, &mut revisions, &mut Reconciled::default());
    (Sizes::of(revisions.new.as_ref().unwrap()).wanted, Sizes::of(&revisions.old[0]).wanted)
}

/// `deployment/rolling_test.go`, `reconcileNewReplicaSet`: all five cases. Replicas wanted, surge, old, new; the new size.
#[test]
fn the_new_set_grows_as_upstream() {
    let cases = [(10, 0, 10, 0, 0), (10, 2, 10, 0, 2), (10, 2, 5, 0, 7), (10, 2, 10, 2, 2), (10, 2, 2, 11, 10)];
    for (replicas, surge, old, new, expected) in cases {
        // Nothing is available: then no old pod may go, and only the new set is changed.
        let (grown, _) = step(&plan(replicas, surge, 0), (new, 0), (old, 0));
        assert_eq!(grown, expected, "{replicas} wanted, surge {surge}, old {old}, new {new}");
    }
}

/// `deployment/rolling_test.go`: all five cases of `reconcileOldReplicaSets`, three of the five of
/// `scaleDownOldReplicaSetsForRollingUpdate` and two of the four of `cleanupUnhealthyReplicas`. The others call one half of
/// the step by itself, and ours is one. Wanted, surge, how many may be missing (one where both would be none), old and its
/// available pods, new and its; the old size.
#[test]
fn the_old_set_shrinks_as_upstream() {
    let cases = [
        (10, 0, 1, (10, 10), (0, 0), 9),
        (10, 0, 2, (10, 10), (0, 0), 8),
        (10, 0, 2, (10, 8), (0, 0), 8),
        (10, 0, 2, (10, 9), (0, 0), 8),
        (10, 0, 2, (8, 8), (2, 0), 8),
        (10, 0, 2, (0, 0), (10, 10), 0),
        (10, 0, 1, (10, 8), (0, 0), 9),
        (10, 2, 0, (10, 8), (2, 0), 10),
    ];
    for (replicas, surge, unavailable, old, new, expected) in cases {
        let (_, shrunk) = step(&plan(replicas, surge, unavailable), new, old);
        assert_eq!(shrunk, expected, "{replicas} wanted, {unavailable} may be missing, old {old:?}, new {new:?}");
    }
}

/// A pod: node, phase, ready since so many hours (`-` not ready, `?` without a time), restarts, hours since it was made
/// (`?` never), cost.
fn pod(line: &str, now: Time) -> Arc<Object> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let ago = |text: &str| {
        let hours = text.parse::<u64>().ok()?;
        Some((now - Duration::from_secs(3_600 * hours)).rfc3339())
    };
    let mut value = object! {
        "spec" => object! { "nodeName" => if words[0] == "none" { "" } else { words[0] } },
        "status" => object! { "phase" => words[1] },
    };
    if words[2] != "-" {
        let mut ready = object! { "type" => "Ready", "status" => "True" };
        if let Some(since) = ago(words[2]) {
            ready.put("lastTransitionTime", since);
        }
        value.set("status.conditions", Value::list(vec![ready]));
        let restarts = words[3].parse::<i64>().unwrap();
        value.set("status.containerStatuses", Value::list(vec![object! { "restartCount" => restarts }]));
    }
    if let Some(made) = ago(words[4]) {
        value.set("metadata.creationTimestamp", made);
    }
    if words[5] != "0" {
        value.at_mut("metadata.annotations").put("controller.kubernetes.io/pod-deletion-cost", words[5]);
    }
    stored(kinds::POD, "pod", value)
}

const NONE: &str = "none Pending - 0 ? 0";
const PENDING: &str = "n Pending - 0 ? 0";
const UNKNOWN: &str = "n Unknown - 0 ? 0";
const UNREADY: &str = "n Running - 0 ? 0";
const TIMELESS: &str = "n Running ? 0 ? 0";
const NOW: &str = "n Running 0 0 0 0";
const MONTH: &str = "n Running 720 0 720 0";
const RESTARTED: &str = "n Running 0 9001 0 0";
const OLD: &str = "n Running 0 0 720 0";

/// `controller_utils_test.go`, `TestSortingActivePodsWithRanks`: all equalities, and all inequalities but the one with the
/// deletion cost switched off, which we cannot switch off.
#[test]
fn pods_are_ranked_for_deletion_as_upstream() {
    let now = Time::from_unix_secs(1_780_000_000);
    let compare = |a: (&str, usize), b: (&str, usize)| {
        Rank::of(&pod(a.0, now), a.1).compare(&Rank::of(&pod(b.0, now), b.1), Some(now))
    };
    let same = [NONE, PENDING, UNKNOWN, UNREADY, OLD, NOW, MONTH, RESTARTED];
    let (five, eight) = ("none Pending - 0 5 0", "none Pending - 0 8 0");
    let (ready_five, ready_eight) = ("none Running 5 0 720 0", "none Running 8 0 720 0");
    for (a, b) in same.iter().map(|p| (*p, *p)).chain([(five, eight), (ready_five, ready_eight)]) {
        assert_eq!(compare((a, 1), (b, 1)), Ordering::Equal, "{a} is as {b}");
    }
    let (cheap, dear) = ("n Running 0 0 720 10", "n Running 0 0 720 100");
    let ready_two = "none Running 2 0 720 0";
    let less = [
        ((NONE, 1), (PENDING, 2)),
        ((NONE, 2), (PENDING, 1)),
        ((PENDING, 1), (UNKNOWN, 2)),
        ((UNKNOWN, 1), (UNREADY, 2)),
        ((UNREADY, 1), (TIMELESS, 1)),
        ((TIMELESS, 1), (NOW, 1)),
        ((NOW, 2), (TIMELESS, 1)),
        ((NOW, 1), (MONTH, 1)),
        ((NOW, 2), (MONTH, 1)),
        ((RESTARTED, 1), (NOW, 1)),
        ((NOW, 2), (RESTARTED, 1)),
        ((NOW, 1), (OLD, 1)),
        ((OLD, 2), (NOW, 1)),
        ((cheap, 2), (dear, 1)),
        ((ready_two, 1), (ready_five, 1)),
    ];
    for (a, b) in less {
        assert_eq!((compare(a, b), compare(b, a)), (Ordering::Less, Ordering::Greater), "{a:?} goes before {b:?}");
    }
}

/// `controller_utils_test.go`, `TestSortingActivePods`: the nine pods in their order, as jobs rank them.
#[test]
fn pods_of_jobs_are_ranked_as_upstream() {
    let now = Time::from_unix_secs(1_780_000_000);
    let order = [
        NONE,
        PENDING,
        UNKNOWN,
        UNREADY,
        TIMELESS,
        "n Running 0 3 ? 0",
        "n Running 720 3 ? 0",
        "n Running 720 2 0 0",
        "n Running 720 2 720 0",
    ];
    for pair in order.windows(2) {
        let [a, b] = [pair[0], pair[1]].map(|line| Rank::plain(&pod(line, now)));
        assert_eq!(a.compare(&b, None), Ordering::Less, "{pair:?}");
    }
}
