//! Nodes that run short of memory: the condition, the taint, and the pods that go.

use super::{World, deployment};
use crate::kubelet::Ranked;
use crate::object::{Key, Object};
use crate::{NODE, POD, condition, condition_true};
use manifest::Value;
use sim::Causes;
use std::sync::Arc;
use std::time::Duration;

const GIB: i64 = 1 << 30;

fn node(world: &World, name: &str) -> Arc<Object> {
    world.cluster.get(NODE, "", name).unwrap().clone()
}

fn taints(world: &World, name: &str) -> Vec<String> {
    let node = node(world, name);
    node.value.list_at("spec.taints").iter().map(|t| format!("{}:{}", t.str_at("key"), t.str_at("effect"))).collect()
}

/// One node of 8 GiB, on which one pod uses what it asked for and another far more.
fn squeezed() -> World {
    let mut world = World::new(1, 1);
    let modest = "        resources: {requests: {memory: 3Gi}}\n";
    let greedy = "        resources: {requests: {memory: 1Gi}}\n";
    world.apply(&(deployment("modest", "modest:1", 1) + modest));
    world.apply(&(deployment("greedy", "greedy:1", 1) + greedy));
    world.programs.usage.insert("modest:1".into(), (10, 3 * GIB));
    world.programs.usage.insert("greedy:1".into(), (10, GIB));
    world.run(Duration::from_secs(60));
    assert!(!condition_true(&node(&world, "node-000").value, "MemoryPressure"));
    world.programs.usage.insert("greedy:1".into(), (10, 5 * GIB));
    world
}

#[test]
fn a_pod_that_takes_more_than_it_asked_for_is_evicted() {
    let mut world = squeezed();
    let began = world.sim.now();
    world.run(Duration::from_secs(20));
    let evicted = world.pods().into_iter().find(|pod| pod.value.str_at("status.reason") == "Evicted").unwrap();
    assert_eq!(evicted.label("app"), "greedy");
    assert_eq!(evicted.value.str_at("status.phase"), "Failed");
    let told = "The node was low on resource: memory. Threshold quantity: 100Mi, available: 0. Container greedy was using 5Gi, \
                request is 1Gi, has larger consumption of memory. ";
    assert_eq!(evicted.value.str_at("status.message"), told);
    let target = condition(&evicted.value, "DisruptionTarget").unwrap();
    assert_eq!((target.str_at("reason"), target.str_at("message")), ("TerminationByKubelet", told));
    let events = world.events();
    for wanted in [
        "Normal NodeHasInsufficientMemory Node node-000 status is now: NodeHasInsufficientMemory",
        "Warning EvictionThresholdMet Attempting to reclaim memory",
        &format!("Warning Evicted {told}"),
    ] {
        assert!(events.iter().any(|event| event == wanted), "{wanted} is missing of {events:#?}");
    }
    assert_eq!(taints(&world, "node-000"), ["node.kubernetes.io/memory-pressure:NoSchedule"]);
    let waits = world.pods().into_iter().find(|pod| pod.value.str_at("status.phase") == "Pending").unwrap();
    assert_eq!(waits.label("app"), "greedy");
    let why = condition(&waits.value, "PodScheduled").unwrap().str_at("message").to_string();
    assert!(why.contains("1 node(s) had untolerated taint {node.kubernetes.io/memory-pressure: }"), "{why}");
    // The one that keeps to its word stays; after five minutes the node takes pods again.
    world.programs.usage.insert("greedy:1".into(), (10, GIB));
    world.run(Duration::from_secs(270));
    assert!(condition_true(&node(&world, "node-000").value, "MemoryPressure"));
    world.run(Duration::from_secs(60));
    let condition = condition(&node(&world, "node-000").value, "MemoryPressure").unwrap().clone();
    assert_eq!((condition.str_at("status"), condition.str_at("reason")), ("False", "KubeletHasSufficientMemory"));
    assert!(crate::time_at(&condition, "lastTransitionTime").unwrap() > began + Duration::from_secs(300));
    assert!(taints(&world, "node-000").is_empty());
    assert_eq!((world.available("modest"), world.available("greedy")), (1, 1));
}

#[test]
fn pods_go_one_by_one_until_there_is_enough() {
    let mut world = World::new(2, 1);
    world.apply(&deployment("web", "web:1", 6));
    world.programs.usage.insert("web:1".into(), (10, GIB));
    world.run(Duration::from_secs(60));
    world.programs.usage.insert("web:1".into(), (10, 2 * GIB));
    world.run(Duration::from_secs(30));
    // 8 GiB hold three of 2 GiB beside what the system takes.
    assert_eq!(world.available("web"), 3);
}

#[test]
fn pods_without_requests_are_refused_and_critical_ones_spared() {
    let mut world = squeezed();
    world.run(Duration::from_secs(20));
    let pod = |name: &str, rest: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\nspec: {{nodeName: node-000, {rest}containers: [{{name: c, \
             image: 'web:1'}}]}}\n"
        )
    };
    world.apply(&pod("plain", ""));
    world.apply(&pod("critical", "priorityClassName: system-node-critical, "));
    world.run(Duration::from_secs(5));
    let plain = world.get(POD, "plain");
    assert_eq!(plain.value.str_at("status.reason"), "Evicted");
    assert_eq!(plain.value.str_at("status.message"), "Pod was rejected: The node had condition: [MemoryPressure]. ");
    assert_eq!(world.get(POD, "critical").value.str_at("status.phase"), "Running");
    world.programs.usage.insert("web:1".into(), (10, 7 * GIB));
    world.run(Duration::from_secs(30));
    assert_eq!(world.get(POD, "critical").value.str_at("status.phase"), "Running");
    assert_eq!(world.available("modest"), 0);
}

#[test]
fn a_node_that_starts_again_is_under_no_pressure() {
    let mut world = squeezed();
    world.run(Duration::from_secs(20));
    world.cluster.kill_node(&mut world.sim, "node-000", &Causes::none()).unwrap();
    world.run(Duration::from_secs(70));
    assert_eq!(condition(&node(&world, "node-000").value, "MemoryPressure").unwrap().str_at("status"), "Unknown");
    assert!(!taints(&world, "node-000").contains(&"node.kubernetes.io/memory-pressure:NoSchedule".to_string()));
    world.programs.usage.insert("greedy:1".into(), (10, GIB));
    world.cluster.revive_node(&mut world.sim, "node-000", &Causes::none()).unwrap();
    world.run(Duration::from_secs(60));
    assert_eq!(condition(&node(&world, "node-000").value, "MemoryPressure").unwrap().str_at("status"), "False");
    assert!(taints(&world, "node-000").is_empty());
}

fn pod(name: &str, priority: i64, asked: &str) -> Object {
    let requests =
        if asked.is_empty() { String::new() } else { format!(", resources: {{requests: {{memory: {asked}}}}}") };
    let value = format!("{{spec: {{priority: {priority}, containers: [{{name: c{requests}}}]}}}}");
    let (value, none) = (Value::from_yaml(&value).unwrap(), Causes::none);
    let key = Key::new(POD, "default", name);
    Object { key, uid: name.into(), version: 1, value, created_by: none(), spec_by: none(), written_by: none() }
}

/// Kubernetes 1.32, `pkg/kubelet/eviction/helpers_test.go`: `TestSortByMemory…`, `TestOrderedByExceedsRequestMemory`,
/// `TestOrderedByPriority`, `TestOrderedByPriorityMemory`: name, priority, request, and use in MiB. Left out are the tables
/// for disks, inodes and processes, which never run short here.
#[test]
fn pods_are_ranked_as_upstream() {
    let cases: [&[(&str, i64, &str, i64)]; 4] = [
        &[("exceeds-requests", 0, "100Mi", 150), ("below-requests", 0, "200Mi", 150)],
        &[("low-priority", -134, "", 0), ("medium-priority", 1, "", 0), ("high-priority", 12_534, "", 0)],
        &[("below-requests-low-usage", 0, "200Mi", 100), ("below-requests-high-usage", 0, "1Gi", 800)],
        &[
            ("above-requests-low-priority-high-usage", -1, "100Mi", 900),
            ("above-requests-low-priority-low-usage", -1, "100Mi", 200),
            ("above-requests-high-priority-high-usage", 12_534, "100Mi", 900),
            ("above-requests-high-priority-low-usage", 12_534, "100Mi", 200),
            ("below-requests-low-priority-high-usage", -1, "1Gi", 900),
            ("below-requests-low-priority-low-usage", -1, "1Gi", 200),
            ("below-requests-high-priority-high-usage", 12_534, "1Gi", 900),
            ("below-requests-high-priority-low-usage", 12_534, "1Gi", 200),
        ],
    ];
    for case in cases {
        let ranks: Vec<_> = case
            .iter()
            .map(|(name, priority, asked, used)| {
                (Ranked::of(pod(name, *priority, asked), Some(used << 20)).rank(), name)
            })
            .collect();
        for pair in ranks.windows(2) {
            assert!(pair[0].0 < pair[1].0, "{} goes before {}", pair[0].1, pair[1].1);
        }
    }
    let unknown = Ranked::of(pod("no-stats", 12_534, "1Gi"), None).rank();
    assert!(unknown < Ranked::of(pod("exceeds", -1, "1Mi"), Some(900 << 20)).rank(), "no figures: the first to go");
}
