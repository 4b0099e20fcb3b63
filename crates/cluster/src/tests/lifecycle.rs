//! Pods: crashes, probes, init containers, configuration, scheduling, deletion.

use super::{PROBED, World, deployment, learner};
use crate::{CONFIGMAP, DeleteOptions, KindId, NAMESPACE, POD, Writer, pod_status};
use manifest::{Value, object};
use sim::Causes;
use std::time::Duration;

fn secs(n: u64) -> Duration {
    Duration::from_secs(n)
}

fn has(world: &World, told: &str) -> bool {
    let events = world.events();
    let found = events.iter().any(|event| event.contains(told));
    assert!(found, "{told} is missing in\n{}", events.join("\n"));
    found
}

#[test]
fn a_crashing_program_backs_off() {
    let mut world = World::new(1, 1);
    world.programs.broken.insert("web:1".into());
    world.apply(&deployment("web", "web:1", 1));
    world.run(secs(8));
    assert_eq!(pod_status(&world.pods()[0]), "CrashLoopBackOff");
    let restarts = |world: &World| world.pods()[0].value.int_at("status.containerStatuses[0].restartCount").unwrap();
    assert_eq!(restarts(&world), 1, "the first restart is immediate");
    world.run(secs(60));
    assert_eq!(restarts(&world), 3, "then after 10 s and 20 s");
    let status = world.pods()[0].value.at("status.containerStatuses[0]").clone();
    assert_eq!(status.str_at("lastState.terminated.reason"), "Error");
    assert!(
        status.str_at("state.waiting.message").starts_with("back-off 40s restarting failed container=web pod=web-")
    );
    assert!(has(&world, "Warning BackOff Back-off restarting failed container web in pod web-"));
    assert_eq!(world.table(POD).split('|').nth(1), Some("0/1"));
}

#[test]
fn probes_gate_readiness_and_restart() {
    let mut world = World::new(2, 1);
    world.apply(&(deployment("web", "web:1", 1) + PROBED));
    world.run(secs(10));
    assert_eq!(world.available("web"), 1);
    world.programs.sick.insert("web:1".into());
    world.run(secs(8));
    assert_eq!(world.available("web"), 0);
    assert!(has(&world, "Warning Unhealthy Readiness probe failed: HTTP probe failed with statuscode: 500"));
    world.run(secs(12));
    assert!(has(&world, "Normal Killing Container web failed liveness probe, will be restarted"));
    world.programs.sick.clear();
    world.run(secs(30));
    assert_eq!(world.available("web"), 1);
    assert!(world.pods()[0].value.int_at("status.containerStatuses[0].restartCount").unwrap() >= 1);
}

#[test]
fn init_containers_run_first_and_jobs_complete() {
    let mut world = World::new(3, 1);
    world.apply(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  restartPolicy: Never\n  initContainers:\n  \
         - {name: one, image: i}\n  - {name: two, image: i}\n  containers:\n  - {name: main, image: m}\n",
    );
    world.run(Duration::from_millis(1_500));
    assert_eq!(pod_status(&world.pods()[0]), "Init:0/2");
    world.run(secs(10));
    assert_eq!(pod_status(&world.pods()[0]), "Running");
    let pod = world.pods()[0].clone();
    let main = crate::ContainerRef {
        namespace: "default".into(),
        pod: "p".into(),
        uid: pod.uid.clone(),
        container: "main".into(),
    };
    world.cluster.container_exited(&mut world.sim, &main, 0, "", &Causes::none());
    world.run(secs(2));
    assert_eq!(pod_status(&world.pods()[0]), "Completed");
    assert_eq!(world.pods()[0].value.str_at("status.phase"), "Succeeded");
}

#[test]
fn out_of_memory_is_told_with_its_cause() {
    let mut world = World::new(4, 1);
    world.apply(&deployment("web", "web:1", 1));
    world.run(secs(10));
    let pod = world.pods()[0].clone();
    let cause = world.sim.record("shop", "traffic", sim::Subject::new("Traffic", "sale"), "spike", &Causes::none());
    let web = crate::ContainerRef {
        namespace: "default".into(),
        pod: pod.key.name.clone(),
        uid: pod.uid.clone(),
        container: "web".into(),
    };
    world.cluster.container_exited(&mut world.sim, &web, 137, "OOMKilled", &cause.into());
    world.run(Duration::from_millis(500));
    let pod = world.pods()[0].clone();
    assert_eq!(pod_status(&pod), "OOMKilled");
    assert!(world.sim.chain(&pod.written_by).contains(&cause));
}

#[test]
fn configuration_is_resolved_or_waited_for() {
    let mut world = World::new(5, 1);
    world.programs.keep_starts = true;
    let env = "        env:\n        - {name: MODE, valueFrom: {configMapKeyRef: {name: conf, key: mode}}}\n        \
               - {name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}\n        \
               - {name: BOTH, value: $(MODE)-$(POD)}\n        args: [--mode=$(MODE)]\n";
    world.apply(&(deployment("web", "web:1", 1) + env));
    world.run(secs(6));
    assert_eq!(pod_status(&world.pods()[0]), "CreateContainerConfigError");
    assert!(has(&world, "Warning Failed Error: configmap \"conf\" not found"));
    let map = object! { "metadata" => object! { "name" => "conf" }, "data" => object! { "mode" => "fast" } };
    world.cluster.create(&mut world.sim, CONFIGMAP, "default", map, &learner()).unwrap();
    world.run(secs(15));
    assert_eq!(pod_status(&world.pods()[0]), "Running");
    let start = &world.programs.started[0];
    let name = start.pod.to_string();
    assert_eq!(start.args, ["--mode=fast"]);
    assert!(start.env.contains(&("BOTH".to_string(), format!("fast-{name}"))), "{:?}", start.env);
}

#[test]
fn a_volume_without_its_config_map_is_told() {
    let mut world = World::new(6, 1);
    let volume =
        "        volumeMounts: [{name: c, mountPath: /etc/c}]\n      volumes: [{name: c, configMap: {name: conf}}]\n";
    world.apply(&(deployment("web", "web:1", 1) + volume));
    world.run(secs(20));
    assert_eq!(pod_status(&world.pods()[0]), "ContainerCreating");
    assert!(has(
        &world,
        "Warning FailedMount MountVolume.SetUp failed for volume \"c\" : configmap \"conf\" not found"
    ));
}

#[test]
fn what_does_not_fit_waits_and_says_why() {
    let mut world = World::new(7, 3);
    let greedy = deployment("big", "web:1", 1)
        .replace("        ports", "        resources: {requests: {cpu: '8'}}\n        ports");
    world.apply(&greedy);
    world.run(secs(5));
    assert_eq!(pod_status(&world.pods()[0]), "Pending");
    assert!(has(
        &world,
        "Warning FailedScheduling 0/3 nodes are available: 3 Insufficient cpu. preemption: 0/3 nodes are available: \
         3 Preemption is not helpful for scheduling."
    ));
    let shape = crate::NodeShape::worker("big-node", 16_000, 8 << 30);
    world.cluster.add_node(&mut world.sim, &shape, &Causes::none()).unwrap();
    world.run(secs(10));
    assert_eq!(world.pods()[0].value.str_at("spec.nodeName"), "big-node");
}

#[test]
fn the_scheduler_fills_nodes_and_no_further() {
    let mut world = World::new(8, 3);
    let half = deployment("web", "web:1", 9)
        .replace("        ports", "        resources: {requests: {cpu: 1500m}}\n        ports");
    world.apply(&half);
    world.run(secs(20));
    let running = world.pods().iter().filter(|pod| pod_status(pod) == "Running").count();
    assert_eq!(running, 6, "two pods of 1.5 processors fit each node of four");
    assert!(has(
        &world,
        "3 Insufficient cpu. preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod."
    ));
}

#[test]
fn deleting_a_pod_takes_its_grace_and_brings_another() {
    let mut world = World::new(9, 1);
    world.apply(&deployment("web", "web:1", 1));
    world.run(secs(10));
    let name = world.pods()[0].key.name.clone();
    world.cluster.delete(&mut world.sim, (POD, "default", &name), DeleteOptions::default(), &learner()).unwrap();
    world.run(Duration::from_millis(200));
    assert_eq!(pod_status(&world.get(POD, &name)), "Terminating");
    world.run(secs(10));
    assert!(world.pods().len() == 1 && world.pods()[0].key.name != name);
    assert!(has(&world, "Normal Killing Stopping container web"));
    let now = DeleteOptions { grace_secs: Some(0), ..DeleteOptions::default() };
    let name = world.pods()[0].key.name.clone();
    world.cluster.delete(&mut world.sim, (POD, "default", &name), now, &learner()).unwrap();
    assert!(world.cluster.get(POD, "default", &name).is_err());
}

#[test]
fn a_namespace_takes_everything_along() {
    let mut world = World::new(10, 1);
    let space = object! { "metadata" => object! { "name" => "shop" } };
    world.cluster.create(&mut world.sim, NAMESPACE, "", space, &learner()).unwrap();
    let value = Value::from_yaml(&deployment("web", "web:1", 2)).unwrap();
    world.cluster.create(&mut world.sim, crate::DEPLOYMENT, "shop", value.clone(), &learner()).unwrap();
    world.run(secs(10));
    assert_eq!(count(&world, POD), 2);
    world.cluster.delete(&mut world.sim, (NAMESPACE, "", "shop"), DeleteOptions::default(), &learner()).unwrap();
    let refused = world.cluster.create(&mut world.sim, crate::DEPLOYMENT, "shop", value, &learner()).unwrap_err();
    assert_eq!(
        refused.message,
        "deployments.apps \"web\" is forbidden: unable to create new content in namespace shop because it is being terminated"
    );
    world.run(secs(40));
    assert!(world.cluster.get(NAMESPACE, "", "shop").is_err());
    assert_eq!(count(&world, POD) + count(&world, CONFIGMAP), 0);
}

fn count(world: &World, kind: KindId) -> usize {
    world.cluster.store().all(kind, Some("shop")).count()
}

#[test]
fn similar_events_are_combined() {
    let mut world = World::new(11, 2);
    world.apply(&deployment("web", "web:1", 40));
    world.run(secs(30));
    let events = world.events();
    let created: Vec<_> = events.iter().filter(|event| event.contains("SuccessfulCreate")).collect();
    assert_eq!(created.len(), 10);
    assert!(created.iter().any(|event| event.contains("(combined from similar events): Created pod: web-")));
    let writer = Writer::new("kubectl", Causes::none());
    assert!(!writer.dry_run);
}
