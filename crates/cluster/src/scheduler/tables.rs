//! Upstream's tables for the scheduler's filters and scores (Kubernetes 1.32, `pkg/scheduler/framework/plugins`). Their
//! numbers are taken over; words, form and checks are ours.

mod affinity;
mod fit;
mod spread;

use super::demand::{Demand, scores};
use super::nodes::untolerated;
use crate::kinds;
use crate::node_load::{Amounts, NodeLoad, Taint};
use crate::object::{Key, Object};
use crate::store::Store;
use manifest::Value;
use order::OrdMap;
use sim::Causes;

fn pod(spec: &str) -> Object {
    let value = Value::from_yaml(&format!("{{spec: {spec}}}")).unwrap();
    object(Key::new(kinds::POD, "default", "pod"), value)
}

fn object(key: Key, value: Value) -> Object {
    let none = Causes::none;
    let uid = key.to_string().into();
    Object { key, uid, version: 1, value, created_by: none(), spec_by: none(), written_by: none() }
}

/// `KEY=VALUE:EFFECT`, in which N is `NoSchedule` and P `PreferNoSchedule`.
fn taints(text: &str) -> Vec<Taint> {
    let one = |word: &str| {
        let (key, rest) = word.split_once('=').unwrap();
        let (value, effect) = rest.split_once(':').unwrap();
        Taint { key: key.into(), value: value.into(), effect: effect_of(effect).into() }
    };
    text.split_whitespace().map(one).collect()
}

fn effect_of(letter: &str) -> &'static str {
    match letter {
        "N" => "NoSchedule",
        "P" => "PreferNoSchedule",
        _ => "",
    }
}

/// The same for tolerations; `KEY=*:EFFECT` is `Exists`.
fn tolerations(text: &str) -> String {
    let one = |word: &str| {
        let (key, rest) = word.split_once('=').unwrap();
        let (value, effect) = rest.split_once(':').unwrap();
        let effect = effect_of(effect);
        match value {
            "*" => format!("{{key: {key}, operator: Exists, effect: '{effect}'}}"),
            _ => format!("{{key: {key}, operator: Equal, value: {value}, effect: '{effect}'}}"),
        }
    };
    let all: Vec<String> = text.split_whitespace().map(one).collect();
    format!("{{tolerations: [{}]}}", all.join(", "))
}

/// `tainttoleration/taint_toleration_test.go`, filter: the nine cases without the comparing operators (alpha after 1.32).
#[test]
fn taints_keep_pods_away_as_upstream() {
    let cases = [
        ("", "dedicated=user1:N", false),
        ("dedicated=user1:N", "dedicated=user1:N", true),
        ("dedicated=user2:N", "dedicated=user1:N", false),
        ("foo=*:N", "foo=bar:N", true),
        ("dedicated=user2:N foo=*:N", "dedicated=user2:N foo=bar:N", true),
        ("foo=bar:P", "foo=bar:N", false),
        ("foo=bar:", "foo=bar:N", true),
        ("dedicated=user2:N", "dedicated=user1:P", true),
        ("", "dedicated=user1:P", true),
    ];
    for (tolerated, tainted, fits) in cases {
        let pod = pod(&tolerations(tolerated));
        let tainted = taints(tainted);
        let found = untolerated(pod.value.list_at("spec.tolerations"), &tainted);
        assert_eq!(found.is_none(), fits, "{tolerated:?} on {tainted:?}");
    }
}

/// `tainttoleration/taint_toleration_test.go`, score: the five cases without the comparing operators. The difference of two
/// nodes' scores is three times that of their taints, for everything else is equal.
#[test]
fn taints_are_scored_as_upstream() {
    let cases: [(&str, &[(&str, i64)]); 5] = [
        ("foo=bar:P", &[("foo=bar:P", 100), ("foo=blah:P", 0)]),
        ("cpu=arm:P disk=ssd:P", &[("", 100), ("cpu=arm:P", 100), ("cpu=arm:P disk=ssd:P", 100)]),
        ("foo=bar:P", &[("", 100), ("cpu=arm:P", 50), ("cpu=arm:P disk=ssd:P", 0)]),
        ("cpu=arm:N disk=ssd:N", &[("", 100), ("cpu=arm:N", 100), ("cpu=arm:P disk=ssd:P", 0)]),
        ("", &[("", 100), ("cpu=arm:P", 0)]),
    ];
    for (tolerated, nodes) in cases {
        let pod = pod(&tolerations(tolerated));
        let store = Store::default();
        let demand = Demand::of(&store, &pod, OrdMap::new()).unwrap();
        let load = |tainted: &str| {
            let mut load = NodeLoad::default();
            load.taints = taints(tainted);
            load
        };
        let worths: Vec<_> = nodes.iter().map(|(tainted, _)| demand.worth("n", &load(tainted))).collect();
        let found = scores(&worths);
        for (at, (tainted, score)) in nodes.iter().enumerate() {
            assert_eq!(found[at] - found[0], 3 * (score - nodes[0].1), "{tolerated:?} on {tainted:?}");
        }
    }
}

/// `noderesources/balanced_allocation_test.go`: the four cases of processor and memory that differ, with the fractions that
/// their comments work out. Those with devices and with scalar resources are left out: we have neither.
/// Processor and memory of the node, what its pods and the pod ask for of them; the score.
#[test]
fn balance_is_scored_as_upstream() {
    let cases = [
        ((4_000, 10_000), (0, 0), (3_000, 5_000), 87),
        ((6_000, 10_000), (0, 0), (3_000, 5_000), 100),
        ((10_000, 20_000), (3_000, 0), (3_000, 5_000), 82),
        ((10_000, 20_000), (3_000, 5_000), (3_000, 5_000), 95),
        ((10_000, 50_000), (3_000, 5_000), (3_000, 5_000), 80),
        ((6_000, 10_000), (3_000, 0), (3_000, 0), 50),
        ((6_000, 10_000), (3_000, 5_000), (3_000, 0), 75),
        ((3_500, 40_000), (0, 0), (3_000, 5_000), 63),
    ];
    for (all, used, asked, score) in cases {
        let amounts = |(cpu_milli, memory_bytes)| Amounts { cpu_milli, memory_bytes, ..Amounts::default() };
        let found = super::demand::balance(amounts(asked), amounts(used), amounts(all));
        assert_eq!(found, score, "{asked:?} beside {used:?} on {all:?}");
    }
}
