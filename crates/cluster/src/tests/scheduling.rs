//! Where pods go, and which make room for others.

use super::{World, deployment, learner};
use crate::{NODE, NodeShape, Object, POD, condition};
use manifest::Value;
use order::OrdMap;
use sim::Causes;
use std::sync::Arc;
use std::time::Duration;

fn secs(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// Three zones of two nodes each.
fn zones(seed: u64) -> World {
    let mut world = World::new(seed, 0);
    for n in 0..6 {
        let mut shape = NodeShape::worker(format!("n{n}"), 4_000, 8 << 30);
        shape.labels.push(("topology.kubernetes.io/zone".into(), format!("z{}", n % 3)));
        world.cluster.add_node(&mut world.sim, &shape, &Causes::none()).unwrap();
    }
    world
}

fn by<'w>(world: &World, key: &str, pods: impl Iterator<Item = &'w Arc<Object>>) -> Vec<i64> {
    let mut counts: OrdMap<String, i64> = OrdMap::new();
    for pod in pods.filter(|pod| !pod.value.str_at("spec.nodeName").is_empty()) {
        let node = world.cluster.get(NODE, "", pod.value.str_at("spec.nodeName")).unwrap();
        *counts.entry(node.label(key).to_string()).or_default() += 1;
    }
    counts.into_values().collect()
}

fn told(world: &World, what: &str) {
    let events = world.events();
    assert!(events.iter().any(|e| e.starts_with(what)), "{what}\n{}", events.join("\n"));
}

#[test]
fn spread_constraints_hold() {
    let mut world = zones(1);
    let spread = "      topologySpreadConstraints:\n      - {maxSkew: 1, topologyKey: topology.kubernetes.io/zone, \
                  whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: web}}}\n";
    world.apply(&(deployment("web", "web:1", 9) + spread));
    world.run(secs(10));
    let pods = world.pods();
    assert_eq!(by(&world, "topology.kubernetes.io/zone", pods.iter()), [3, 3, 3]);
}

#[test]
fn pods_keep_apart_and_together() {
    let mut world = zones(2);
    let apart = "      affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: \
                 kubernetes.io/hostname, labelSelector: {matchLabels: {app: web}}}]}}\n";
    world.apply(&(deployment("web", "web:1", 7) + apart));
    world.run(secs(10));
    let pods = world.pods();
    assert_eq!(by(&world, "kubernetes.io/hostname", pods.iter()), [1; 6]);
    told(
        &world,
        "Warning FailedScheduling 0/6 nodes are available: 6 node(s) didn't match pod anti-affinity rules. preemption: 0/6 nodes \
         are available: 6 No preemption victims found for incoming pod.",
    );
    let near = "      affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: \
                topology.kubernetes.io/zone, labelSelector: {matchLabels: {app: api}}}]}}\n";
    world.apply(&(deployment("api", "web:1", 4) + near));
    world.run(secs(10));
    let pods: Vec<_> = world.pods().into_iter().filter(|pod| pod.label("app") == "api").collect();
    assert_eq!(by(&world, "topology.kubernetes.io/zone", pods.iter()), [4], "all where the first one is");
}

#[test]
fn node_affinity_chooses_and_prefers() {
    let mut world = zones(3);
    let rest = "      affinity:\n        nodeAffinity:\n          requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: \
                [{matchExpressions: [{key: topology.kubernetes.io/zone, operator: NotIn, values: [z0]}]}]}\n          \
                preferredDuringSchedulingIgnoredDuringExecution: [{weight: 100, preference: {matchExpressions: [{key: \
                topology.kubernetes.io/zone, operator: In, values: [z2]}]}}]\n";
    world.apply(&(deployment("web", "web:1", 4) + rest));
    world.run(secs(10));
    assert_eq!(by(&world, "topology.kubernetes.io/zone", world.pods().iter()), [4]);
    let none = rest.replace("[z0]", "[z0, z1, z2]");
    world.apply(&(deployment("none", "web:1", 1) + &none));
    world.run(secs(3));
    told(
        &world,
        "Warning FailedScheduling 0/6 nodes are available: 6 node(s) didn't match Pod's node affinity/selector. preemption: 0/6 \
         nodes are available: 6 Preemption is not helpful for scheduling.",
    );
}

fn pod(name: &str, cpu: &str, class: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\nspec:\n  priorityClassName: {class}\n  containers: [{{name: c, \
         image: i, resources: {{requests: {{cpu: '{cpu}'}}}}}}]\n"
    )
}

#[test]
fn the_important_make_the_others_go() {
    let mut world = World::new(4, 2);
    for (name, value) in [("low", 10), ("high", 1_000)] {
        world.apply(&format!(
            "apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {{name: {name}}}\nvalue: {value}\n"
        ));
    }
    for name in ["a", "b", "c", "d"] {
        world.apply(&pod(name, "1800m", "low"));
    }
    world.run(secs(10));
    world.apply(&pod("vip", "3", "high"));
    world.run(Duration::from_millis(100));
    let vip = world.get(POD, "vip");
    assert!(!vip.value.str_at("status.nominatedNodeName").is_empty());
    told(&world, "Warning FailedScheduling 0/2 nodes are available: 2 Insufficient cpu.");
    world.run(secs(60));
    let pods = world.pods();
    assert_eq!(pods.len(), 3, "both of one node had to go");
    assert_eq!(world.get(POD, "vip").value.str_at("status.phase"), "Running");
    told(&world, "Normal Preempted Preempted by pod ");
    let refused = Value::from_yaml(&pod("x", "1", "none")).unwrap();
    let refused = world.cluster.create(&mut world.sim, POD, "default", refused, &learner()).unwrap_err();
    assert_eq!(refused.message, "pods \"x\" is forbidden: no PriorityClass with name none was found");
    assert!(condition(&vip.value, "PodScheduled").is_some());
}

#[test]
fn host_ports_are_taken_once() {
    let mut world = World::new(5, 1);
    for name in ["a", "b"] {
        world.apply(&format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\nspec: {{containers: [{{name: c, image: i, ports: [{{containerPort: 80, hostPort: 80}}]}}]}}\n"
        ));
    }
    world.run(secs(5));
    told(
        &world,
        "Warning FailedScheduling 0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.",
    );
}
