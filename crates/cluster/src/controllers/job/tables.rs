//! Upstream's tables for the back-off of jobs (Kubernetes 1.32, `pkg/controller/job/backoff_utils_test.go`). Their numbers
//! are taken over; words, form and checks are ours. Left out: the back-off of each index by itself
//! (`TestGetRemainingBackoffTimePerIndex`), which ours has not.

use super::pods::{finished_at, record, remaining};
use crate::kinds;
use crate::object::{Key, Object};
use manifest::Value;
use sim::{Causes, Time};
use std::sync::Arc;
use std::time::Duration;

fn at(secs: i64) -> Time {
    Time::parse_rfc3339("2009-11-10T23:00:00Z").unwrap() + Duration::from_secs(100)
        - Duration::from_secs((100 - secs).try_into().unwrap())
}

fn stamp(secs: i64) -> String {
    at(secs).rfc3339()
}

fn pod(text: &str) -> Arc<Object> {
    let (value, none) = (Value::from_yaml(text).unwrap(), Causes::none);
    let (created_by, spec_by, written_by) = (none(), none(), none());
    Arc::new(Object {
        key: Key::new(kinds::POD, "default", "p"),
        uid: "".into(),
        version: 1,
        value,
        created_by,
        spec_by,
        written_by,
    })
}

fn ended(phase: &str, secs: i64) -> Arc<Object> {
    let stamp = stamp(secs);
    pod(&format!(
        "{{status: {{phase: {phase}, containerStatuses: [{{state: {{terminated: {{finishedAt: '{stamp}'}}}}}}]}}}}"
    ))
}

/// `TestNewBackoffRecord`: all cases but the one with failures of pods that are gone, for ours counts the pods that are there.
/// Its milliseconds are seconds here. When pods succeeded, when they failed; how many failures count, and the last.
#[test]
fn failures_count_as_upstream() {
    type Case<'c> = (&'c [i64], &'c [i64], u32, Option<i64>);
    let cases: [Case<'_>; 7] = [
        (&[], &[0], 1, Some(0)),
        (&[], &[0, -1], 2, Some(0)),
        (&[0], &[-2, -1], 0, None),
        (&[-2], &[0, -4, -3, -1], 2, Some(0)),
        (&[0], &[0], 0, None),
        (&[], &[], 0, None),
        (&[0], &[], 0, None),
    ];
    for (won, lost, count, last) in cases {
        let won = won.iter().map(|secs| ended("Succeeded", *secs));
        let pods: Vec<Arc<Object>> = won.chain(lost.iter().map(|secs| ended("Failed", *secs))).collect();
        let found = record(pods.iter());
        assert_eq!(found, last.map(|secs| (at(secs), count)), "{pods:?}");
    }
}

/// `TestGetFinishedTime`: all cases.
#[test]
fn pods_finish_as_upstream() {
    let done = |secs: i64| format!("{{state: {{terminated: {{finishedAt: '{}'}}}}}}", stamp(secs));
    let statuses = |all: &[String]| format!("containerStatuses: [{}]", all.join(", "));
    let (runs, blank) = ("{state: {running: {}}}".to_string(), "{state: {terminated: {}}}".to_string());
    let ready = |state: &str, secs: i64| {
        format!("conditions: [{{type: Ready, status: '{state}', lastTransitionTime: '{}'}}]", stamp(secs))
    };
    let deleted = |rest: &str| format!("metadata: {{deletionTimestamp: '{}'{rest}}}", stamp(0));
    let cases = [
        (format!("{{status: {{{}}}}}", statuses(&[done(-1), done(0), done(-2)])), 0),
        (format!("{{status: {{{}}}, {}}}", statuses(&[done(-1), runs.clone(), done(-2)]), deleted("")), 0),
        (format!("{{status: {{{}}}, {}}}", statuses(std::slice::from_ref(&runs)), deleted("")), 0),
        (format!("{{status: {{{}}}, {}}}", statuses(&[runs]), deleted(", deletionGracePeriodSeconds: 30")), -30),
        (format!("{{status: {{{}, {}}}}}", statuses(std::slice::from_ref(&blank)), ready("False", 0)), 0),
        (
            format!(
                "{{status: {{{}, {}}}, {}}}",
                statuses(std::slice::from_ref(&blank)),
                ready("True", -30),
                deleted("")
            ),
            0,
        ),
        (format!("{{status: {{{}}}, metadata: {{creationTimestamp: '{}'}}}}", statuses(&[blank]), stamp(0)), 0),
        (
            format!(
                "{{spec: {{initContainers: [{{name: sidecar, restartPolicy: Always}}]}}, status: {{{}, initContainerStatuses: \
                 [{{name: sidecar, state: {{terminated: {{finishedAt: '{}'}}}}}}]}}}}",
                statuses(&[done(-1)]),
                stamp(0)
            ),
            0,
        ),
    ];
    for (text, secs) in cases {
        assert_eq!(finished_at(&pod(&text)), at(secs), "{text}");
    }
}

/// `TestGetRemainingBackoffTime`: all cases. Failures, how long ago the last was; how long to wait, of 5 s doubled up to 700 s.
#[test]
fn jobs_wait_as_upstream() {
    let cases = [(0, 0, 0), (1, 0, 5), (1, 1, 4), (1, 5, 0), (1, 6, 0), (3, 0, 20), (8, 0, 640), (9, 0, 700)];
    for (failures, ago, wait) in cases {
        let record = (failures > 0).then(|| (at(0), failures));
        let limits = (Duration::from_secs(5), Duration::from_secs(700));
        assert_eq!(remaining(record, at(ago), limits).as_secs(), wait, "{failures} failures, {ago} s ago");
    }
}
