//! Budgets, evictions, and nodes that die, are tainted or cordoned.

use super::{World, deployment, learner};
use crate::{
    DEPLOYMENT, DeleteOptions, NODE, POD, PODDISRUPTIONBUDGET, PatchKind, REPLICASET, Status, condition, pod_ready,
    pod_status,
};
use manifest::Value;
use sim::Causes;
use std::time::Duration;

fn secs(n: u64) -> Duration {
    Duration::from_secs(n)
}

fn budget(rest: &str) -> String {
    format!(
        "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {{name: web}}\nspec: {{selector: {{matchLabels: {{app: web}}}}, {rest}}}\n"
    )
}

fn evict(world: &mut World, pod: &str) -> Result<(), Status> {
    world.cluster.evict(&mut world.sim, ("default", pod), DeleteOptions::default(), &learner()).map(drop)
}

#[test]
fn evictions_stop_at_the_budget() {
    let mut world = World::new(1, 3);
    world.apply(&deployment("web", "web:1", 3));
    world.apply(&budget("minAvailable: 2"));
    world.run(secs(10));
    assert_eq!(world.table(PODDISRUPTIONBUDGET), "web|2|N/A|1|10s\n");
    let names: Vec<String> = world.pods().iter().map(|pod| pod.name().to_string()).collect();
    evict(&mut world, &names[0]).unwrap();
    let refused = evict(&mut world, &names[1]).unwrap_err();
    assert_eq!((refused.code, refused.reason.as_str()), (429, "TooManyRequests"));
    assert_eq!(refused.message, "Cannot evict pod as it would violate the pod's disruption budget.");
    world.run(Duration::from_millis(50));
    let refused = evict(&mut world, &names[1]).unwrap_err();
    let told = "The disruption budget web needs 2 healthy pods and has 2 currently";
    assert_eq!(refused.details.causes[0].message, told);
    let pod = world.get(POD, &names[0]);
    assert_eq!(condition(&pod.value, "DisruptionTarget").unwrap().str_at("reason"), "EvictionByEvictionAPI");
    world.run(secs(20));
    evict(&mut world, &names[1]).unwrap();
}

#[test]
fn percentages_count_what_the_controllers_want() {
    let mut world = World::new(2, 3);
    world.apply(&deployment("web", "web:1", 4));
    world.apply(&budget("maxUnavailable: 30%"));
    world.run(secs(10));
    assert_eq!(world.table(PODDISRUPTIONBUDGET), "web|N/A|30%|2|10s\n");
    let both =
        Value::from_yaml(&budget("minAvailable: 1, maxUnavailable: 1").replace("name: web}", "name: b}")).unwrap();
    let refused = world.cluster.create(&mut world.sim, PODDISRUPTIONBUDGET, "default", both, &learner()).unwrap_err();
    assert!(refused.message.ends_with("minAvailable and maxUnavailable cannot be both set"), "{}", refused.message);
}

fn ready(world: &World) -> usize {
    world.pods().iter().filter(|pod| pod_ready(pod)).count()
}

#[test]
fn a_dead_node_loses_its_pods_after_five_minutes() {
    let mut world = World::new(3, 3);
    world.apply(&deployment("web", "web:1", 6));
    world.run(secs(10));
    world.cluster.kill_node(&mut world.sim, "node-001", &Causes::none()).unwrap();
    world.run(secs(30));
    assert_eq!(ready(&world), 6, "nobody has noticed");
    world.run(secs(30));
    let node = world.cluster.get(NODE, "", "node-001").unwrap().clone();
    assert_eq!(condition(&node.value, "Ready").unwrap().str_at("reason"), "NodeStatusUnknown");
    let nodes = crate::table(world.cluster.store(), NODE, &[node], world.sim.now());
    assert_eq!(nodes.rows[0][1], "NotReady");
    let gone = 6 - ready(&world);
    assert!(gone > 0);
    world.run(secs(280));
    assert_eq!(world.pods().len(), 6, "they are tolerated for 300 s");
    world.run(secs(60));
    assert_eq!((ready(&world), world.pods().len()), (6, 6 + gone), "the old ones cannot be stopped");
    assert!(
        world
            .events()
            .iter()
            .any(|e| e.starts_with("Normal TaintManagerEviction Marking for deletion Pod default/web-"))
    );
    world.cluster.revive_node(&mut world.sim, "node-001", &Causes::none()).unwrap();
    world.run(secs(60));
    assert_eq!((ready(&world), world.pods().len()), (6, 6));
    let node = world.cluster.get(NODE, "", "node-001").unwrap();
    assert!(node.value.list_at("spec.taints").is_empty());
    let version = world.cluster.store().version();
    world.run(secs(300));
    assert_eq!(world.cluster.store().version(), version, "at rest nothing is written");
}

#[test]
fn a_short_power_cut_restarts_containers() {
    let mut world = World::new(4, 1);
    world.apply(&deployment("web", "web:1", 2));
    world.run(secs(10));
    world.cluster.kill_node(&mut world.sim, "node-000", &Causes::none()).unwrap();
    world.run(secs(20));
    world.cluster.revive_node(&mut world.sim, "node-000", &Causes::none()).unwrap();
    world.run(secs(60));
    assert_eq!((ready(&world), world.list(REPLICASET).len()), (2, 1));
    assert!(world.pods().iter().all(|pod| pod.value.int_at("status.containerStatuses[0].restartCount") == Some(1)));
}

#[test]
fn taints_and_cordons() {
    let mut world = World::new(5, 2);
    world.apply(&deployment("web", "web:1", 4));
    world.run(secs(10));
    let patch = |world: &mut World, node: &str, yaml: &str| {
        let patch = Value::from_yaml(yaml).unwrap();
        world.cluster.patch(&mut world.sim, (NODE, "", node), PatchKind::Strategic, &patch, &learner()).unwrap();
    };
    patch(&mut world, "node-000", "spec: {unschedulable: true}");
    world.run(secs(1));
    let node = world.cluster.get(NODE, "", "node-000").unwrap();
    assert_eq!(node.value.str_at("spec.taints[0].key"), "node.kubernetes.io/unschedulable");
    patch(&mut world, "node-001", "spec: {taints: [{key: gone, effect: NoExecute}]}");
    world.run(secs(60));
    let pods = world.pods();
    assert!(pods.iter().all(|pod| pod.value.str_at("spec.nodeName") != "node-001"));
    let told = "Warning FailedScheduling 0/2 nodes are available: 1 node(s) had untolerated taint {gone: }, 1 node(s) were \
                unschedulable. preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.";
    assert!(world.events().iter().any(|e| e.starts_with(told)), "{:?}", world.events());
    patch(&mut world, "node-000", "spec: {unschedulable: false}");
    world.run(secs(30));
    assert_eq!(world.available("web"), 4);
    assert!(world.cluster.get(NODE, "", "node-000").unwrap().value.list_at("spec.taints").is_empty());
    assert!(world.pods().iter().all(|pod| pod_status(pod) == "Running"));
    world.cluster.delete(&mut world.sim, (NODE, "", "node-000"), DeleteOptions::default(), &learner()).unwrap();
    world.run(secs(60));
    assert!(
        world.pods().iter().all(|pod| pod.value.str_at("spec.nodeName").is_empty()),
        "the pods of a deleted node go"
    );
    assert_eq!(world.get(DEPLOYMENT, "web").value.int_at("status.availableReplicas"), None);
}
