//! `podtopologyspread/filtering_test.go` and `scoring_test.go`.

use super::object;
use crate::kinds;
use crate::object::{Key, Object};
use crate::scheduler::demand::{Demand, scores};
use crate::scheduler::spread::Spread;
use crate::store::Store;
use manifest::Value;
use order::{OrdMap, OrdSet};
use std::sync::Arc;

/// Nodes by name with labels in the order of their writing: `a zone=zone1 node=node-a`, parted by commas; `!` is a taint.
fn store(nodes: &str, pods: &str) -> (Store, Vec<String>) {
    let mut store = Store::default();
    let mut names = Vec::new();
    for text in nodes.split(',') {
        let mut words = text.split_whitespace();
        let name = words.next().unwrap();
        let mut node = Value::map();
        for word in words {
            match word.split_once('=') {
                Some((key, value)) => node.at_mut("metadata.labels").put(key, value),
                None => node.set("spec.taints", Value::from_yaml("[{key: k, value: v, effect: NoSchedule}]").unwrap()),
            }
        }
        store.put(Arc::new(object(Key::new(kinds::NODE, "", name), node)));
        names.push(name.to_string());
    }
    for (at, text) in pods.split(',').filter(|text| !text.trim().is_empty()).enumerate() {
        store.put(Arc::new(there(at, text)));
    }
    (store, names)
}

/// `NODE LABEL…`; `!` in front of the node: it is being deleted, `@`: it is of another namespace.
fn there(at: usize, text: &str) -> Object {
    let mut words = text.split_whitespace();
    let node = words.next().unwrap();
    let space = if node.starts_with('@') { "ns1" } else { "default" };
    let mut value = Value::map();
    words.for_each(|label| value.at_mut("metadata.labels").put(label, ""));
    value.set("spec.nodeName", node.trim_start_matches(['!', '@']));
    if node.starts_with('!') {
        value.set("metadata.deletionTimestamp", "2026-06-05T18:42:10Z");
    }
    object(Key::new(kinds::POD, space, format!("pod-{at}")), value)
}

/// `SKEW KEY SELECTOR [more]`, parted by commas: the selector is a label that has to exist.
fn pod(labels: &str, hard: bool, rules: &str, spec: &str) -> Object {
    let rule = |text: &str| {
        let mut words = text.split_whitespace();
        let mut next = || words.next().unwrap_or_default();
        let (skew, key, selector) = (next(), next(), next());
        let when = if hard { "DoNotSchedule" } else { "ScheduleAnyway" };
        let selector = match selector {
            "-" => String::new(),
            "*" => "labelSelector: {}, ".into(),
            label => format!("labelSelector: {{matchExpressions: [{{key: {label}, operator: Exists}}]}}, "),
        };
        let rest: Vec<&str> = words.collect();
        format!(
            "{{maxSkew: {skew}, topologyKey: {key}, {selector}whenUnsatisfiable: {when}{}}}",
            rest.concat().replace('~', " ")
        )
    };
    let rules: Vec<String> = rules.split(';').map(rule).collect();
    let text = format!("{{spec: {{{spec}topologySpreadConstraints: [{}]}}}}", rules.join(", "));
    let mut value = Value::from_yaml(&text).unwrap();
    labels.split_whitespace().for_each(|label| value.at_mut("metadata.labels").put(label, ""));
    object(Key::new(kinds::POD, "default", "incoming"), value)
}

const FOUR: &str =
    "a zone=zone1 node=node-a,b zone=zone1 node=node-b,x zone=zone2 node=node-x,y zone=zone2 node=node-y";
const THREE: &str = "a node=node-a,b node=node-b,c node=node-c";
const SPREAD_2103: &str = "a foo,a foo,b foo,y foo,y foo,y foo";
const INCLUDED: &str = "a node=node-a foo=,b node=node-b foo=,x node=node-x foo=,y node=node-y";
const TAINTED: &str = "a node=node-a,b node=node-b,x node=node-x,y node=node-y !";

/// `TestSingleConstraint` and `TestMultipleConstraints` (one file in 1.32): those that are written without the feature gates of
/// inclusion policies, and those with them on. The last word tells of each node: `f` fits, `n` not, `l` lacks a label.
const FILTERED: &[[&str; 6]] = &[
    ["foo", "1 zone foo", "", "a zone=zone1,b zon=zone1,x zone=zone2,y zone=zone2", "a foo,b foo,x foo,y foo", "flnn"],
    ["foo", "1 rack foo", "", "a zone=zone1,x zone=zone2", "", "ll"],
    ["foo", "1 node foo", "", FOUR, SPREAD_2103, "nnfn"],
    ["foo", "2 node foo", "", FOUR, SPREAD_2103, "nffn"],
    ["bar", "1 node foo", "", FOUR, SPREAD_2103, "nffn"],
    [
        "foo",
        "1 node foo",
        "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: \
            [{matchExpressions: [{key: node, operator: In, values: [node-a, node-y]}]}]}}}, ",
        FOUR,
        SPREAD_2103,
        "fffn",
    ],
    ["foo", "1 node foo", "", "a node=node-a,b node=node-b", "!a foo,b foo", "fn"],
    [
        "foo",
        "1 zone foo",
        "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: \
            [{matchExpressions: [{key: node, operator: NotIn, values: [node-b]}]}]}}}, ",
        FOUR,
        "b foo,b foo,y foo",
        "ffnn",
    ],
    ["foo", "2 node foo ,minDomains:~4", "", THREE, "a foo,a foo,b foo,b foo,c foo", "nnf"],
    ["foo", "2 node foo ,minDomains:~2", "", THREE, "a foo,a foo,b foo,b foo,c foo", "fff"],
    ["foo", "2 zone foo ,minDomains:~3", "", FOUR, "a foo,b foo,y foo", "nnff"],
    ["foo", "2 zone foo ,minDomains:~1", "", FOUR, "a foo,b foo,y foo", "ffff"],
    ["foo", "1 node foo", "nodeSelector: {foo: ''}, ", INCLUDED, "a foo,b foo,y foo", "nnff"],
    [
        "foo",
        "1 node foo ,nodeAffinityPolicy:~Ignore",
        "nodeSelector: {foo: ''}, ",
        INCLUDED,
        "a foo,b foo,y foo",
        "nnfn",
    ],
    ["foo", "1 node foo ,nodeTaintsPolicy:~Honor", "", TAINTED, "a foo,b foo,y foo", "nnff"],
    ["foo", "1 node foo", "", TAINTED, "a foo,b foo,y foo", "nnfn"],
    ["foo", "1 zone foo;1 node foo", "", FOUR, SPREAD_2103, "nnfn"],
    ["foo", "1 zone foo;1 node foo", "", FOUR, "a foo,a foo,b foo,y foo,y foo,y foo,y foo", "nnnn"],
    ["foo bar", "1 zone foo;1 node bar", "", FOUR, "a foo,y bar", "nnfn"],
    ["foo bar", "1 zone foo;1 node bar", "", FOUR, "a foo,x bar,y bar", "nnnn"],
    ["foo bar", "1 zone foo;1 node bar", "", FOUR, "a foo,a foo bar,y foo,y foo bar,y foo", "nfnn"],
    ["bar", "1 zone foo;1 node bar", "", FOUR, "a foo,x bar,y bar", "ffnn"],
    [
        "foo",
        "1 zone foo;1 node foo",
        "",
        "a zone=zone1 node=node-a,b zone=zone1 node=node-b,x zone=zone2,y zone=zone2 \
            node=node-y",
        "a foo,y foo",
        "nfln",
    ],
];

#[test]
fn constraints_filter_as_upstream() {
    for [labels, rules, spec, nodes, pods, wanted] in FILTERED {
        let (store, names) = store(nodes, pods);
        let pod = pod(labels, true, rules, spec);
        let spread = Spread::of(&store, &pod, &OrdSet::new());
        let verdict = |name: &String| {
            let load = store.node_load(name).unwrap();
            match spread.refused(load.labels.entries()) {
                None => 'f',
                Some((_, true)) => 'n',
                Some((_, false)) => 'l',
            }
        };
        let found: String = names.iter().map(verdict).collect();
        assert_eq!(found, *wanted, "{rules} of a pod with {labels} beside {pods} on {nodes}");
    }
}

const HOSTS: &str =
    "a kubernetes.io/hostname=a,b kubernetes.io/hostname=b,c kubernetes.io/hostname=c,d kubernetes.io/hostname=d";
const ZONED: &str = "a zone=1 kubernetes.io/hostname=a,b zone=1 kubernetes.io/hostname=b,x zone=2 kubernetes.io/hostname=x,y \
     zone=2 kubernetes.io/hostname=y";

const TWO: &str = "a kubernetes.io/hostname=a,b kubernetes.io/hostname=b";

/// The pod's labels, its constraints and what else its spec says; the nodes; the pods there; the scores.
type Scored<'t> = (&'t str, &'t str, &'t str, &'t str, &'t str, &'t [(&'t str, i64)]);

/// `TestPodTopologySpreadScore`: all cases but those with the defaults of the system or of the configuration, which ours has
/// not. Nodes that are not named do not fit; ours counts the score twice, beside what is equal for all nodes.
const SCORES: &[Scored<'_>] = &[
    ("foo", "1 kubernetes.io/hostname foo", "", TWO, "", &[("a", 100), ("b", 100)]),
    ("foo", "1 kubernetes.io/hostname foo", "", TWO, "a foo,a foo,b foo", &[("a", 100)]),
    ("foo", "1 kubernetes.io/hostname foo", "", TWO, "a foo,b foo", &[("a", 100), ("b", 100)]),
    (
        "foo",
        "1 kubernetes.io/hostname foo",
        "",
        HOSTS,
        "a foo,a foo,b foo,d foo,d foo,d foo",
        &[("a", 20), ("b", 60), ("c", 100), ("d", 0)],
    ),
    (
        "foo",
        "1 kubernetes.io/hostname -",
        "",
        HOSTS,
        "a foo,a foo,b foo,d foo,d foo,d foo",
        &[("a", 100), ("b", 100), ("c", 100), ("d", 100)],
    ),
    (
        "foo",
        "2 kubernetes.io/hostname foo",
        "",
        HOSTS,
        "a foo,a foo,b foo,d foo,d foo,d foo",
        &[("a", 33), ("b", 66), ("c", 100), ("d", 16)],
    ),
    (
        "foo",
        "3 kubernetes.io/hostname foo",
        "",
        HOSTS,
        "a foo,a foo,a foo,a foo,b foo,b foo,b foo,c foo,c foo,d foo",
        &[("a", 44), ("b", 66), ("c", 77), ("d", 100)],
    ),
    (
        "foo",
        "1 kubernetes.io/hostname foo",
        "",
        ZONED,
        "a foo,a foo,a foo,a foo,b foo,b foo,x foo,y foo,y foo,y foo",
        &[("a", 33), ("b", 83), ("x", 100)],
    ),
    (
        "foo",
        "1 kubernetes.io/hostname foo",
        "",
        "a kubernetes.io/hostname=a,b n=b,x kubernetes.io/hostname=x,y \
            kubernetes.io/hostname=y",
        "a foo,a foo,a foo,a foo,b foo,b foo,x foo,y foo,y foo,y foo",
        &[("a", 16), ("b", 0), ("x", 100)],
    ),
    (
        "foo",
        "1 zone foo",
        "",
        ZONED,
        "a foo,a foo,a foo,a foo,b foo,b foo,x foo,y foo,y foo,y foo",
        &[("a", 75), ("b", 75), ("x", 100)],
    ),
    (
        "foo",
        "1 zone foo;1 kubernetes.io/hostname foo",
        "",
        ZONED,
        "a foo,a foo,b foo,x foo,x foo,y foo,y foo,y foo,y foo",
        &[("a", 100), ("x", 63)],
    ),
    (
        "foo bar",
        "1 zone foo;1 zone bar",
        "",
        ZONED,
        "a foo bar,a foo,b foo bar,y foo,y foo bar,y foo",
        &[("a", 85), ("x", 100)],
    ),
    (
        "foo bar",
        "1 zone foo;1 kubernetes.io/hostname bar",
        "",
        ZONED,
        "a foo,b foo bar,y foo,y bar",
        &[("a", 60), ("b", 20), ("x", 100), ("y", 60)],
    ),
    (
        "foo bar",
        "1 zone foo;1 kubernetes.io/hostname bar",
        "",
        ZONED,
        "b bar,x foo,y foo bar",
        &[("a", 100), ("b", 60), ("x", 40), ("y", 0)],
    ),
    (
        "foo bar",
        "1 zone foo;1 kubernetes.io/hostname bar",
        "",
        ZONED,
        "a foo,b foo bar,y foo,y bar",
        &[("a", 50), ("b", 25), ("x", 100)],
    ),
    ("foo", "1 kubernetes.io/hostname foo", "", TWO, "@a foo,a foo,b foo,b foo", &[("a", 100), ("b", 33)]),
    ("foo", "1 kubernetes.io/hostname foo", "", TWO, "!a foo,b foo", &[("a", 100), ("b", 0)]),
    ("foo", "2 node foo", "", THREE, "a foo,a foo,b foo,b foo,c foo", &[("a", 75), ("b", 75), ("c", 100)]),
    (
        "foo",
        "1 node foo",
        "nodeSelector: {foo: ''}, ",
        "a node=node-a foo=,b node=node-b foo=,c node=node-c",
        "a foo,a foo,b foo,c foo",
        &[("a", 0), ("b", 33), ("c", 100)],
    ),
    (
        "foo",
        "1 node foo ,nodeAffinityPolicy:~Ignore",
        "nodeSelector: {foo: ''}, ",
        "a node=node-a foo=,b node=node-b foo=,c node=node-c",
        "a foo,a foo,b foo,c foo",
        &[("a", 66), ("b", 100), ("c", 100)],
    ),
    (
        "foo",
        "1 node foo ,nodeTaintsPolicy:~Honor",
        "",
        "a node=node-a,b node=node-b,c node=node-c !",
        "a foo,a foo,b foo,c foo",
        &[("a", 0), ("b", 33), ("c", 100)],
    ),
    (
        "foo",
        "1 node foo",
        "",
        "a node=node-a,b node=node-b,c node=node-c !",
        "a foo,a foo,b foo,c foo",
        &[("a", 66), ("b", 100), ("c", 100)],
    ),
    (
        "foo bar",
        "1 zone * ,matchLabelKeys:~[foo];1 kubernetes.io/hostname * ,matchLabelKeys:~[bar]",
        "",
        ZONED,
        "a foo,b foo bar,x foo,x bar",
        &[("a", 60), ("b", 20), ("x", 60), ("y", 100)],
    ),
];

#[test]
fn constraints_score_as_upstream() {
    for (labels, rules, spec, nodes, pods, wanted) in SCORES {
        let (store, _) = store(nodes, pods);
        let pod = pod(labels, false, rules, spec);
        let demand = Demand::of(&store, &pod, OrdMap::new()).unwrap();
        let loads: Vec<_> = wanted.iter().map(|(name, _)| store.node_load(name).unwrap().as_ref()).collect();
        let mut worths: Vec<_> = wanted.iter().zip(&loads).map(|((name, _), load)| demand.worth(name, load)).collect();
        demand.compare(&loads, &mut worths);
        let found = scores(&worths);
        for (at, (name, score)) in wanted.iter().enumerate() {
            assert_eq!(found[at] - found[0], 2 * (score - wanted[0].1), "{name} by {rules} beside {pods} on {nodes}");
        }
    }
}
