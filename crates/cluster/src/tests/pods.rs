//! Pods with sidecars, deadlines and probes that take their time.

use super::World;
use crate::{ContainerRef, DeleteOptions, Object, POD, pod_status};
use sim::Causes;
use std::time::Duration;

fn secs(n: u64) -> Duration {
    Duration::from_secs(n)
}

fn exit(world: &mut World, container: &str, code: i32) {
    let pod = world.pods()[0].clone();
    let container = ContainerRef {
        namespace: "default".into(),
        pod: pod.key.name.clone(),
        uid: pod.uid.clone(),
        container: container.into(),
    };
    world.cluster.container_exited(&mut world.sim, &container, code, "", &Causes::none());
}

fn state<'o>(pod: &'o Object, path: &str) -> &'o str {
    let state = pod.value.at(path).map_at("state");
    state.keys().next().map_or("", |key| key.as_ref())
}

const SIDECAR: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  restartPolicy: Never\n  initContainers:\n  \
    - {name: side, image: s, restartPolicy: Always, startupProbe: {httpGet: {port: 80}, periodSeconds: 1}}\n  \
    - {name: init, image: i}\n  containers:\n  - {name: main, image: m}\n";

#[test]
fn a_sidecar_starts_first_and_stops_last() {
    let mut world = World::new(1, 1);
    world.apply(SIDECAR);
    world.run(secs(12));
    assert_eq!(world.table(POD), "p|2/2|Running|0|12s\n");
    exit(&mut world, "side", 1);
    world.run(secs(5));
    let pod = world.pods()[0].clone();
    assert_eq!(pod.value.int_at("status.initContainerStatuses[0].restartCount"), Some(1), "it is started again");
    assert_eq!(state(&pod, "status.initContainerStatuses[1]"), "terminated", "the init container is not");
    exit(&mut world, "main", 0);
    world.run(secs(5));
    assert_eq!(world.table(POD).split('|').take(3).collect::<Vec<_>>(), ["p", "0/2", "Completed"]);
    let pod = world.pods()[0].clone();
    assert_eq!(pod.value.str_at("status.phase"), "Succeeded");
    assert_eq!(state(&pod, "status.initContainerStatuses[0]"), "terminated");
    let stopped: Vec<String> = world.events().into_iter().filter(|e| e.contains("Killing")).collect();
    assert_eq!(stopped, ["Normal Killing Stopping container side"]);
}

#[test]
fn deleting_stops_the_sidecar_after_the_rest() {
    let mut world = World::new(2, 1);
    world.apply(SIDECAR);
    world.run(secs(12));
    let options = DeleteOptions::default();
    world.cluster.delete(&mut world.sim, (POD, "default", "p"), options, &super::learner()).unwrap();
    world.run(Duration::from_millis(450));
    let pod = world.pods()[0].clone();
    assert_eq!(state(&pod, "status.containerStatuses[0]"), "terminated");
    assert_eq!(state(&pod, "status.initContainerStatuses[0]"), "running");
    assert_eq!(pod_status(&pod), "Terminating");
    world.run(secs(3));
    assert!(world.pods().is_empty());
}

#[test]
fn a_pod_ends_at_its_deadline() {
    let mut world = World::new(3, 1);
    world.apply(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  activeDeadlineSeconds: 20\n  containers:\n  \
         - {name: main, image: m}\n",
    );
    world.run(secs(25));
    let pod = world.pods()[0].clone();
    assert_eq!((pod.value.str_at("status.phase"), pod.value.str_at("status.reason")), ("Failed", "DeadlineExceeded"));
}

#[test]
fn a_startup_probe_holds_the_others_back() {
    let mut world = World::new(4, 1);
    world.programs.sick.insert("m".into());
    world.apply(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - name: main\n    image: m\n    \
         startupProbe: {httpGet: {port: 80}, periodSeconds: 2, failureThreshold: 10}\n    \
         livenessProbe: {httpGet: {port: 80}, periodSeconds: 1, failureThreshold: 1}\n",
    );
    world.run(secs(15));
    let told = |world: &World, what: &str| world.events().iter().any(|e| e.contains(what));
    assert!(told(&world, "Startup probe failed") && !told(&world, "Liveness probe failed"));
    world.programs.sick.clear();
    world.run(secs(5));
    assert_eq!(world.table(POD).split('|').nth(1), Some("1/1"));
    world.programs.sick.insert("m".into());
    world.run(secs(5));
    assert!(told(&world, "Container main failed liveness probe, will be restarted"));
}

#[test]
fn an_image_name_must_be_lowercase() {
    let mut world = World::new(5, 1);
    world.apply("apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: Nginx}]}\n");
    world.run(secs(5));
    assert_eq!(pod_status(&world.pods()[0]), "InvalidImageName");
}
