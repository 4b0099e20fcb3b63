//! `nodeaffinity/node_affinity_test.go`.

use super::pod;
use crate::node_load::NodeLoad;
use crate::scheduler::demand::{Demand, scores};
use crate::scheduler::nodes::{preference, suits};
use crate::store::Store;
use manifest::Value;
use order::OrdMap;

/// `KEY OP VALUE…`; a term is several of them with `&`, and terms are parted by `|`. `@` stands for the node's name.
fn terms(text: &str) -> String {
    let demand = |words: &str| {
        let words: Vec<&str> = words.split_whitespace().collect();
        let values: Vec<String> = words[2..].iter().map(|word| format!("'{}'", word.replace('~', " "))).collect();
        let key = if words[0] == "@" { "metadata.name" } else { words[0] };
        format!("{{key: {key}, operator: {}, values: [{}]}}", words[1], values.join(", "))
    };
    let term = |text: &str| {
        let part = |field: &str| {
            let mine = text.split('&').filter(|words| !words.trim().is_empty());
            let mine = mine.filter(|words| words.trim().starts_with('@') == (field == "matchFields"));
            format!("{field}: [{}]", mine.map(demand).collect::<Vec<_>>().join(", "))
        };
        format!("{{{}, {}}}", part("matchExpressions"), part("matchFields"))
    };
    text.split('|').map(term).collect::<Vec<_>>().join(", ")
}

fn labels(text: &str) -> Value {
    let pairs = text.split_whitespace().filter_map(|pair| pair.split_once('='));
    let mut map = Value::map();
    pairs.for_each(|(key, value)| map.put(key, value));
    map
}

/// Filter: all cases but the three with an affinity added by the scheduler's configuration, which ours has not, and the two
/// that call the filter by itself. Node selector, required terms (`-`: none), the node's labels and name; whether it fits.
#[test]
fn nodes_suit_as_upstream() {
    let cases = [
        ("foo=bar", "-", "", "", false),
        ("foo=bar", "-", "foo=bar", "", true),
        ("foo=bar", "-", "foo=bar baz=blah", "", true),
        ("foo=bar baz=blah", "-", "foo=bar", "", false),
        ("", "foo In bar value2", "foo=bar", "", true),
        ("", "kernel-version Gt 0204", "kernel-version=0206", "", true),
        ("", "mem-type NotIn DDR DDR2", "mem-type=DDR3", "", true),
        ("", "GPU Exists", "GPU=NVIDIA-GRID-K1", "", true),
        ("", "foo In value1 value2", "foo=bar", "", false),
        ("", "", "foo=bar", "", false),
        ("", "-", "foo=bar", "", true),
        ("", "GPU Exists & GPU NotIn AMD INTER", "GPU=NVIDIA-GRID-K1", "", true),
        ("", "GPU Exists & GPU In AMD INTER", "GPU=NVIDIA-GRID-K1", "", false),
        ("", "foo In bar value2 | diffkey In wrong value2", "foo=bar", "", true),
        ("foo=bar", "foo Exists", "foo=bar", "", true),
        ("foo=bar", "foo Exists", "foo=barrrrrr", "", false),
        ("", "foo NotIn invalid~value:~___@#$%^", "foo=bar", "", false),
        ("", "@ In node1", "", "node1", true),
        ("", "@ In node1", "", "node2", false),
        ("", "@ In node1 & @ In node2 | foo In bar", "foo=bar", "node2", true),
        ("", "@ In node1 & foo In bar", "foo=bar", "node2", false),
        ("", "@ In node1 & foo In bar", "foo=bar", "node1", true),
        ("", "@ In node1 | foo In not-match-to-bar", "foo=bar", "node2", false),
        ("", "@ In node1 | @ In node2", "", "node2", true),
        ("", "@ In node1 & @ In node2", "foo=bar", "node2", false),
    ];
    for (selector, required, labelled, name, fits) in cases {
        let mut spec = Value::map();
        if !selector.is_empty() {
            spec.put("nodeSelector", labels(selector));
        }
        if required != "-" {
            let text = format!("{{nodeSelectorTerms: [{}]}}", terms(required));
            let path = "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution";
            spec.set(path, Value::from_yaml(&text).unwrap());
        }
        let found = suits(&spec, labels(labelled).entries(), name);
        assert_eq!(found, fits, "{selector:?} and {required:?} on {name:?} with {labelled:?}");
    }
}

const ONE: &str = "[{weight: 2, preference: {matchExpressions: [{key: foo, operator: In, values: [bar]}]}}]";
const THREE: &str = "[{weight: 2, preference: {matchExpressions: [{key: foo, operator: In, values: [bar]}]}}, {weight: 4, \
     preference: {matchExpressions: [{key: key, operator: In, values: [value]}]}}, {weight: 5, preference: {matchExpressions: \
     [{key: foo, operator: In, values: [bar]}, {key: key, operator: In, values: [value]}, {key: az, operator: In, values: \
     [az1]}]}}]";

/// Score: the four cases without an affinity added by the scheduler's configuration. Ours counts it twice, beside what is
/// equal for all nodes.
#[test]
fn nodes_are_preferred_as_upstream() {
    let (one, two, three) = ("foo=bar", "key=value", "az=az1");
    let (four, five) = ("abc=az11 def=az22", "foo=bar key=value az=az1");
    let cases: [(&str, [(&str, i64); 3]); 4] = [
        ("[]", [(one, 0), (two, 0), (three, 0)]),
        (ONE, [(four, 0), (two, 0), (three, 0)]),
        (ONE, [(one, 100), (two, 0), (three, 0)]),
        (THREE, [(one, 18), (five, 100), (two, 36)]),
    ];
    for (preferred, nodes) in cases {
        let spec =
            format!("{{affinity: {{nodeAffinity: {{preferredDuringSchedulingIgnoredDuringExecution: {preferred}}}}}}}");
        let pod = pod(&spec);
        let store = Store::default();
        let demand = Demand::of(&store, &pod, OrdMap::new()).unwrap();
        let load = |labelled: &str| {
            let mut load = NodeLoad::default();
            load.labels = labels(labelled);
            load
        };
        let worths: Vec<_> = nodes.iter().map(|(labelled, _)| demand.worth("n", &load(labelled))).collect();
        let found = scores(&worths);
        let least = nodes.iter().position(|(_, score)| *score == 0).unwrap_or(0);
        for (at, (labelled, score)) in nodes.iter().enumerate() {
            let liked = preference(pod.value.at("spec"), labels(labelled).entries(), "n");
            assert_eq!(found[at] - found[least], 2 * (score - nodes[least].1), "{labelled} is worth {liked}");
        }
    }
}
