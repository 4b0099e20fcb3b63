//! `noderesources/fit_test.go`.

use super::pod;
use crate::kinds;
use crate::object::Key;
use crate::scheduler::Rehearsal;
use crate::scheduler::tables::object;
use crate::store::Store;
use manifest::Value;

/// `CPU MEMORY` and more as `NAME=AMOUNT`.
fn container(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let named = |(at, word): (usize, &&str)| match (word.split_once('='), at) {
        (Some((name, amount)), _) => format!("{name}: '{amount}'"),
        (None, 0) => format!("cpu: {word}m"),
        (None, _) => format!("memory: '{word}'"),
    };
    let requests: Vec<String> = words.iter().enumerate().map(named).collect();
    format!("{{resources: {{requests: {{{}}}}}}}", requests.join(", "))
}

fn spec(containers: &str, inits: &str) -> String {
    let list = |text: &str| text.split(',').filter(|one| !one.trim().is_empty()).map(container).collect::<Vec<_>>();
    format!("containers: [{}], initContainers: [{}]", list(containers).join(", "), list(inits).join(", "))
}

/// Why a node that has `allocatable`, with a pod that asks for `used`, does not take one with this spec.
fn refused(allocatable: &str, used: &str, spec_text: &str) -> Vec<String> {
    let mut rehearsal = Rehearsal::new(&Store::default());
    let node = format!("{{status: {{allocatable: {{{allocatable}}}}}}}");
    rehearsal.add(object(Key::new(kinds::NODE, "", "node"), Value::from_yaml(&node).unwrap()));
    let mut there = pod(&format!("{{nodeName: node, {}}}", spec(used, "")));
    there.key = Key::new(kinds::POD, "default", "there");
    rehearsal.add(there);
    rehearsal.refused(&pod(&format!("{{{spec_text}}}")), "node")
}

const A: &str = "example.com/aaa";
const HUGE: &str = "hugepages-2Mi";

/// `TestEnoughRequests`: all cases but the one with a resource that the scheduler's configuration ignores. The containers of
/// the pod that is there, of the pod, and its init containers; what is short.
#[test]
fn resources_fit_as_upstream() {
    let node = "cpu: 10m, memory: '20', pods: '32', example.com/aaa: '5', ephemeral-storage: '20', hugepages-2Mi: '5'";
    let (a10, a1, a3, a6) = (format!("1 1 {A}=10"), format!("1 1 {A}=1"), format!("1 1 {A}=3"), format!("1 1 {A}=6"));
    let (a33, a63) = (format!("{a3},{a3}"), format!("{a6},{a3}"));
    let (h10, h33) = (format!("1 1 {HUGE}=10"), format!("1 1 {HUGE}=3,1 1 {HUGE}=3"));
    let (a0, a5, a2, h2) = (format!("0 0 {A}=0"), format!("0 0 {A}=5"), format!("0 0 {A}=2"), format!("0 0 {HUGE}=2"));
    let cases: &[(&str, &str, &str, &[&str])] = &[
        ("10 20", "", "", &[]),
        ("10 20", "1 1", "", &["cpu", "memory"]),
        ("8 19", "1 1", "3 1", &["cpu"]),
        ("8 19", "1 1", "3 1,2 1", &["cpu"]),
        ("9 19", "1 1", "1 3", &["memory"]),
        ("9 19", "1 1", "1 3,1 2", &["memory"]),
        ("9 19", "1 1", "1 1", &[]),
        ("9 19", "1 1", "1 1,1 1", &[]),
        ("5 5", "1 1", "", &[]),
        ("9 5", "2 1", "", &["cpu"]),
        ("5 19", "1 2", "", &["memory"]),
        ("5 19", "5 1", "", &[]),
        ("5 19", "4 1", "5 1", &[]),
        ("0 0", "0 0 example.com/aaa=1", "", &[]),
        ("0 0", "0 0", "0 0 example.com/aaa=1", &[]),
        (&a0, &a10, "", &[A]),
        (&a0, "0 0", &a10, &[A]),
        (&a5, &a1, "", &[A]),
        (&a5, "0 0", &a1, &[A]),
        (&a2, &a33, "", &[A]),
        (&a2, "0 0", &a33, &[]),
        (&a2, "0 0", &a63, &[A]),
        ("0 0", "1 1 example.com/bbb=1", "", &["example.com/bbb"]),
        ("0 0", "0 0", "1 1 example.com/bbb=1", &["example.com/bbb"]),
        ("0 0", "1 1 kubernetes.io/something=10", "", &["kubernetes.io/something"]),
        ("0 0", "0 0", "1 1 subdomain.kubernetes.io/something=10", &["subdomain.kubernetes.io/something"]),
        ("0 0", &h10, "", &[HUGE]),
        ("0 0", "0 0", &h10, &[HUGE]),
        (&h2, &h33, "", &[HUGE]),
    ];
    for (used, asked, inits, short) in cases {
        let wanted: Vec<String> = short.iter().map(|name| format!("Insufficient {name}")).collect();
        assert_eq!(refused(node, used, &spec(asked, inits)), wanted, "{asked:?} after {inits:?} beside {used:?}");
    }
    let overhead =
        |cpu: &str, memory: &str| format!("{}, overhead: {{cpu: {cpu}, memory: '{memory}'}}", spec("1 1", ""));
    assert!(refused(node, "5 5", &overhead("3m", "13")).is_empty());
    assert_eq!(refused(node, "5 5", &overhead("1m", "15")), ["Insufficient memory"]);
}

/// `TestNotEnoughRequests`, `TestStorageRequests`: all cases.
#[test]
fn pods_and_storage_fit_as_upstream() {
    let one = "cpu: 10m, memory: '20', pods: '1'";
    for (used, asked, inits) in [("10 20", "", ""), ("5 5", "1 1", ""), ("5 19", "5 1", ""), ("5 19", "5 1", "5 1")] {
        assert_eq!(refused(one, used, &spec(asked, inits)), ["Too many pods"], "{asked:?} beside {used:?}");
    }
    let node = "cpu: 10m, memory: '20', pods: '32', ephemeral-storage: '20'";
    let cases: [(&str, &str, &[&str]); 4] = [
        ("10 10", "1 1", &["Insufficient cpu"]),
        ("2 10", "1 1", &[]),
        ("2 2", "0 0 ephemeral-storage=25", &["Insufficient ephemeral-storage"]),
        ("2 2", "0 0 ephemeral-storage=10", &[]),
    ];
    for (used, asked, short) in cases {
        assert_eq!(refused(node, used, &spec(asked, "")), short, "{asked:?} beside {used:?}");
    }
}
