//! Node groups and their autoscaler: nodes come for pods that fit nowhere, and go when nobody needs them.

use super::{World, deployment};
use crate::{CONFIGMAP, Expander, NODE, NodeShape, POD, PatchKind, Taint};
use manifest::{Value, object};
use sim::Causes;
use std::time::Duration;

const ASKS: &str = "        resources: {requests: {cpu: '1', memory: 1Gi}}\n";

fn group(world: &mut World, name: &str, cpu_milli: i64, sizes: (u32, u32)) {
    let shape = NodeShape::worker(name, cpu_milli, 8 << 30);
    world.cluster.add_node_group(&mut world.sim, &shape, sizes, &Causes::none()).unwrap();
}

fn nodes(world: &World) -> Vec<String> {
    world.cluster.store().all(NODE, None).map(|node| node.name().to_string()).collect()
}

fn status(world: &World) -> Value {
    let map = world.cluster.get(CONFIGMAP, "kube-system", "cluster-autoscaler-status").unwrap();
    Value::from_yaml(map.value.str_at("data.status")).unwrap()
}

/// `Reason Message` of all events of the whole cluster.
fn told(world: &World) -> Vec<String> {
    let all = world.cluster.store().all(crate::EVENT, None);
    all.map(|e| format!("{} {}", e.value.str_at("reason"), e.value.str_at("message"))).collect()
}

fn scale(world: &mut World, name: &str, replicas: i64) {
    let patch = object! { "spec" => object! { "replicas" => replicas } };
    let what = (crate::DEPLOYMENT, "default", name);
    world.cluster.patch(&mut world.sim, what, PatchKind::Merge, &patch, &super::learner()).unwrap();
}

/// One node of its own, and a group of one to five nodes with four processors each.
fn world() -> World {
    let mut world = World::new(1, 1);
    group(&mut world, "burst", 4_000, (1, 5));
    world.run(Duration::from_secs(30));
    world
}

#[test]
fn nodes_come_for_pods_that_fit_nowhere_and_go_again() {
    let mut world = world();
    assert_eq!(nodes(&world), ["burst-1", "node-000"]);
    assert_eq!(status(&world).at("nodeGroups[0].health.cloudProviderTarget"), &Value::Int(1));
    world.apply(&(deployment("web", "web:1", 14) + ASKS));
    world.run(Duration::from_secs(25));
    // Eight fit; six more need two nodes of four.
    let events = told(&world);
    for wanted in [
        "TriggeredScaleUp pod triggered scale-up: [{burst 1->3 (max: 5)}]",
        "ScaledUpGroup Scale-up: setting group burst size to 3 instead of 1 (max: 5)",
        "ScaledUpGroup Scale-up: group burst size set to 3 instead of 1 (max: 5)",
    ] {
        assert!(events.iter().any(|event| event == wanted), "{wanted} is missing of {events:#?}");
    }
    assert_eq!(status(&world).str_at("nodeGroups[0].scaleUp.status"), "InProgress");
    world.run(Duration::from_secs(90));
    assert_eq!(nodes(&world), ["burst-1", "burst-2", "burst-3", "node-000"]);
    assert_eq!(world.available("web"), 14);
    assert_eq!(status(&world).str_at("clusterWide.scaleUp.status"), "NoActivity");
    // Nothing is left to do for them: after ten minutes they go, down to the least number.
    scale(&mut world, "web", 1);
    world.run(Duration::from_secs(560));
    assert_eq!(nodes(&world).len(), 4);
    world.run(Duration::from_secs(240));
    assert_eq!(nodes(&world).len(), 2, "{:?}", told(&world));
    assert_eq!(world.available("web"), 1);
    let events = told(&world);
    assert!(events.iter().any(|event| event.starts_with("ScaleDownEmpty Scale-down: removing empty node \"burst-")));
    assert!(events.iter().any(|event| event == "ScaleDown nodes removed by cluster autoscaler"));
}

#[test]
fn a_node_with_little_on_it_is_drained_where_its_pods_find_room() {
    let mut world = world();
    world.apply(&(deployment("web", "web:1", 9) + ASKS));
    world.run(Duration::from_secs(120));
    assert_eq!(nodes(&world).len(), 3);
    scale(&mut world, "web", 3);
    world.run(Duration::from_secs(900));
    assert_eq!(nodes(&world).len(), 2, "{:#?}", told(&world));
    assert_eq!(world.available("web"), 3);
}

#[test]
fn what_may_not_be_evicted_keeps_its_node() {
    for (kept, annotations) in [(true, "'false'"), (false, "'true'")] {
        let mut world = World::new(1, 0);
        group(&mut world, "burst", 4_000, (0, 5));
        let spread = deployment("web", "web:1", 2) + ASKS;
        let spread = spread.replace(
            "metadata: {labels: {app: web}}",
            &format!(
                "metadata: {{labels: {{app: web}}, annotations: {{cluster-autoscaler.kubernetes.io/safe-to-evict: {annotations}}}}}"
            ),
        );
        let apart = "      affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: \
                     kubernetes.io/hostname, labelSelector: {matchLabels: {app: web}}}]}}\n";
        world.apply(&(spread + apart));
        world.run(Duration::from_secs(200));
        assert_eq!(nodes(&world).len(), 2, "each wants a node of its own: {:#?}", told(&world));
        // A second look: without the rule both fit on one.
        let patch =
            object! { "spec" => object! { "template" => object! { "spec" => object! { "affinity" => Value::Null } } } };
        let what = (crate::DEPLOYMENT, "default", "web");
        world.cluster.patch(&mut world.sim, what, PatchKind::Merge, &patch, &super::learner()).unwrap();
        world.run(Duration::from_secs(1_500));
        let on: order::OrdSet<String> =
            world.pods().iter().map(|pod| pod.value.str_at("spec.nodeName").to_string()).collect();
        if on.len() == 2 {
            assert_eq!(nodes(&world).len() == 2, kept, "{annotations}: {:#?}", told(&world));
        }
        assert_eq!(world.available("web"), 2);
    }
}

#[test]
fn a_budget_that_allows_nothing_keeps_a_node() {
    let mut world = World::new(3, 1);
    group(&mut world, "burst", 4_000, (0, 5));
    world.apply(&(deployment("web", "web:1", 5) + ASKS));
    world.run(Duration::from_secs(150));
    assert_eq!(nodes(&world).len(), 2);
    world.apply(
        "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: web}\nspec: {minAvailable: 5, selector: \
         {matchLabels: {app: web}}}\n",
    );
    scale(&mut world, "web", 4);
    world.run(Duration::from_secs(1_500));
    let alone = world.pods().iter().all(|pod| pod.value.str_at("spec.nodeName") == "node-000");
    assert_eq!(nodes(&world).len(), if alone { 1 } else { 2 }, "{:#?}", told(&world));
}

#[test]
fn what_no_group_can_hold_is_told() {
    let mut world = World::new(1, 0);
    let mut shape = NodeShape::worker("gold", 4_000, 8 << 30);
    shape.taints = vec![Taint { key: "tier".into(), value: "gold".into(), effect: "NoSchedule".into() }];
    world.cluster.add_node_group(&mut world.sim, &shape, (0, 5), &Causes::none()).unwrap();
    group(&mut world, "small", 500, (0, 5));
    group(&mut world, "full", 4_000, (1, 1));
    world.apply(&(deployment("web", "web:1", 5) + ASKS));
    world.run(Duration::from_secs(60));
    let told = told(&world);
    let wanted = "NotTriggerScaleUp pod didn't trigger scale-up: 1 Insufficient cpu, 1 max node group size reached, 1 node(s) had \
                  untolerated taint {tier: gold}";
    assert!(told.iter().any(|event| event == wanted), "{told:#?}");
    assert_eq!(nodes(&world), ["full-1"]);
    assert_eq!(world.pods().iter().filter(|pod| pod.value.str_at("spec.nodeName").is_empty()).count(), 1);
}

#[test]
fn the_least_wasteful_group_is_chosen() {
    for seed in 0..4 {
        let mut world = World::new(seed, 0);
        group(&mut world, "large", 16_000, (0, 5));
        group(&mut world, "right", 2_000, (0, 5));
        world.cluster.set_expander(Expander::LeastWaste);
        world.apply(&(deployment("web", "web:1", 2) + ASKS));
        world.run(Duration::from_secs(120));
        assert_eq!(nodes(&world), ["right-1"]);
    }
}

#[test]
fn a_cluster_without_groups_knows_no_autoscaler() {
    let mut world = World::new(1, 1);
    world.apply(&(deployment("web", "web:1", 9) + ASKS));
    world.run(Duration::from_secs(60));
    assert!(world.cluster.get(CONFIGMAP, "kube-system", "cluster-autoscaler-status").is_err());
    assert!(!told(&world).iter().any(|event| event.contains("scale-up")));
    assert_eq!(world.list(POD).len(), 9);
}
