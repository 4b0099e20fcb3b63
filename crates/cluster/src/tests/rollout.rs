//! Deployments that roll out, roll back, stick and scale.

use super::{PROBED, World, deployment, learner};
use crate::{DEPLOYMENT, DeleteOptions, ENDPOINTSLICE, POD, PatchKind, Propagation, REPLICASET, condition};
use expect_test::expect;
use manifest::{Value, object};
use std::time::Duration;

fn secs(n: u64) -> Duration {
    Duration::from_secs(n)
}

#[test]
fn a_deployment_comes_up() {
    let mut world = World::new(1, 3);
    world.apply(&deployment("web", "web:1", 3));
    world.run(secs(10));
    expect![["web|3/3|3|3|10s\n"]].assert_eq(&world.table(DEPLOYMENT));
    let pods = world.pods();
    assert_eq!(pods.len(), 3);
    let pod = &pods[0];
    assert_eq!(crate::pod_status(pod), "Running");
    assert!(pod.value.str_at("status.podIP").starts_with("10.244."));
    assert_eq!(pod.value.str_at("spec.serviceAccountName"), "default");
    let spread: order::OrdSet<_> = pods.iter().map(|p| p.value.str_at("spec.nodeName").to_string()).collect();
    assert_eq!(spread.len(), 3, "equal pods spread over equal nodes");
    let events = world.events().join("\n");
    for told in [
        "ScalingReplicaSet Scaled up replica set web-",
        "SuccessfulCreate Created pod: web-",
        "Scheduled Successfully assigned default/web-",
        "Pulling Pulling image \"web:1\"",
        "Pulled Successfully pulled image \"web:1\" in 1.234s (1.234s including waiting). Image size: 50000000 bytes.",
        "Created Created container: web",
        "Started Started container web",
    ] {
        assert!(events.contains(told), "{told} is missing in\n{events}");
    }
    let web = world.get(DEPLOYMENT, "web");
    assert_eq!(web.annotation("deployment.kubernetes.io/revision"), "1");
    assert_eq!(condition(&web.value, "Progressing").unwrap().str_at("reason"), "NewReplicaSetAvailable");
    assert_eq!(web.value.int_at("status.observedGeneration"), Some(1));
}

#[test]
fn a_rolling_update_keeps_enough_pods_and_ends_on_the_new_template() {
    let mut world = World::new(2, 3);
    world.apply(&(deployment("web", "web:1", 4) + PROBED));
    world.run(secs(15));
    world.apply(&(deployment("web", "web:2", 4) + PROBED));
    let until = world.sim.now() + secs(60);
    while world.cluster.next_due().is_some_and(|due| due.at <= until) {
        world.fire();
        let web = world.get(DEPLOYMENT, "web");
        assert!(world.available("web") >= 3, "maxUnavailable is 25 %");
        assert!(web.value.int_at("status.replicas").unwrap_or(0) <= 5, "maxSurge is 25 %");
    }
    let pods = world.pods();
    assert!(pods.len() == 4 && pods.iter().all(|pod| pod.value.str_at("spec.containers[0].image") == "web:2"));
    let mut sizes: Vec<_> = world
        .list(REPLICASET)
        .iter()
        .map(|set| (set.annotation("deployment.kubernetes.io/revision").to_string(), set.value.int_at("spec.replicas")))
        .collect();
    sizes.sort();
    assert_eq!(sizes, [("1".to_string(), Some(0)), ("2".to_string(), Some(4))]);
    assert_eq!(world.get(DEPLOYMENT, "web").value.int_at("metadata.generation"), Some(2));
}

#[test]
fn a_bad_image_sticks_and_keeps_the_old_pods() {
    let mut world = World::new(3, 3);
    world.programs.missing.insert("web:bad".into());
    world.apply(&deployment("web", "web:1", 3));
    world.run(secs(10));
    world.apply(&deployment("web", "web:bad", 3));
    world.run(secs(60));
    assert_eq!(world.available("web"), 3);
    let sick: Vec<_> = world.pods().iter().map(|pod| crate::pod_status(pod)).filter(|s| s != "Running").collect();
    assert_eq!(sick, ["ImagePullBackOff"]);
    let events = world.events().join("\n");
    for told in [
        "Warning Failed Failed to pull image \"web:bad\": failed to resolve reference",
        "Warning Failed Error: ErrImagePull",
        "Normal BackOff Back-off pulling image \"web:bad\"",
        "Warning Failed Error: ImagePullBackOff",
    ] {
        assert!(events.contains(told), "{told} is missing in\n{events}");
    }
    world.run(secs(620));
    let web = world.get(DEPLOYMENT, "web");
    let progressing = condition(&web.value, "Progressing").unwrap();
    assert_eq!((progressing.str_at("status"), progressing.str_at("reason")), ("False", "ProgressDeadlineExceeded"));
    // Going back to the first template makes it the newest revision.
    world.apply(&deployment("web", "web:1", 3));
    world.run(secs(20));
    let web = world.get(DEPLOYMENT, "web");
    assert_eq!((web.annotation("deployment.kubernetes.io/revision"), world.pods().len()), ("3", 3));
    let first = world.list(REPLICASET).into_iter().find(|set| set.value.int_at("spec.replicas") == Some(3)).unwrap();
    assert_eq!(first.annotation("deployment.kubernetes.io/revision-history"), "1");
}

#[test]
fn recreate_stops_all_before_it_starts_any() {
    let mut world = World::new(4, 2);
    let yaml = |image: &str| {
        deployment("web", image, 3).replace("spec:\n  replicas", "spec:\n  strategy: {type: Recreate}\n  replicas")
    };
    world.apply(&yaml("web:1"));
    world.run(secs(10));
    world.apply(&yaml("web:2"));
    let until = world.sim.now() + secs(30);
    while world.cluster.next_due().is_some_and(|due| due.at <= until) {
        world.fire();
        let images: order::OrdSet<_> =
            world.pods().iter().map(|pod| pod.value.str_at("spec.containers[0].image").to_string()).collect();
        assert!(images.len() <= 1, "old and new never run together");
    }
    assert_eq!((world.available("web"), world.programs.stopped), (3, 3));
}

#[test]
fn scaling_down_takes_the_youngest_and_services_follow() {
    let mut world = World::new(5, 3);
    world.apply(&deployment("web", "web:1", 2));
    world.apply("apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  selector: {app: web}\n  ports: [{port: 80, targetPort: 8080}]\n");
    world.run(secs(10));
    let first: Vec<_> = world.pods().iter().map(|pod| pod.key.clone()).collect();
    let scale = |world: &mut World, n: i64| {
        let patch = object! { "spec" => object! { "replicas" => n } };
        world
            .cluster
            .patch(&mut world.sim, (DEPLOYMENT, "default", "web"), PatchKind::Merge, &patch, &learner())
            .unwrap();
        world.run(secs(10));
    };
    scale(&mut world, 5);
    let addresses = |world: &World| {
        let slices = world.list(ENDPOINTSLICE);
        let web = slices.iter().find(|slice| slice.label("kubernetes.io/service-name") == "web").unwrap().clone();
        web.value.list_at("endpoints").iter().filter(|e| e.bool_at("conditions.ready")).count()
    };
    assert_eq!((world.pods().len(), addresses(&world)), (5, 5));
    scale(&mut world, 2);
    assert_eq!(world.pods().iter().map(|pod| pod.key.clone()).collect::<Vec<_>>(), first);
    assert_eq!(addresses(&world), 2);
    assert!(world.events().iter().any(|e| e.contains("Scaled down replica set web-") && e.ends_with("from 5 to 2")));
}

#[test]
fn deleting_takes_dependants_along_or_orphans_them() {
    for (propagation, left) in [(Propagation::Background, 0), (Propagation::Foreground, 0), (Propagation::Orphan, 2)] {
        let mut world = World::new(6, 2);
        world.apply(&deployment("web", "web:1", 2));
        world.run(secs(10));
        let options = DeleteOptions { propagation, grace_secs: None };
        world.cluster.delete(&mut world.sim, (DEPLOYMENT, "default", "web"), options, &learner()).unwrap();
        world.run(secs(40));
        assert!(world.list(DEPLOYMENT).is_empty());
        assert_eq!((world.pods().len(), world.list(REPLICASET).len()), (left, left / 2), "{propagation:?}");
    }
}

#[test]
fn a_paused_deployment_waits() {
    let mut world = World::new(7, 2);
    world.apply(&deployment("web", "web:1", 2));
    world.run(secs(10));
    let pause = |world: &mut World, on: bool| {
        let patch = object! { "spec" => object! { "paused" => on } };
        world
            .cluster
            .patch(&mut world.sim, (DEPLOYMENT, "default", "web"), PatchKind::Merge, &patch, &learner())
            .unwrap();
    };
    pause(&mut world, true);
    let patch = Value::from_yaml("spec: {template: {spec: {containers: [{name: web, image: 'web:2'}]}}}").unwrap();
    world
        .cluster
        .patch(&mut world.sim, (DEPLOYMENT, "default", "web"), PatchKind::Strategic, &patch, &learner())
        .unwrap();
    world.run(secs(10));
    assert!(world.pods().iter().all(|pod| pod.value.str_at("spec.containers[0].image") == "web:1"));
    pause(&mut world, false);
    world.run(secs(20));
    assert!(world.pods().iter().all(|pod| pod.value.str_at("spec.containers[0].image") == "web:2"));
}

#[test]
fn every_pod_names_its_own_cause() {
    let mut world = World::new(8, 3);
    for name in ["a", "b"] {
        let id =
            world.sim.record("git", "learner", sim::Subject::new("Commit", name), "committed", &sim::Causes::none());
        let value = Value::from_yaml(&deployment(name, "web:1", 2)).unwrap();
        let writer = crate::Writer::new("argocd-controller", id.into());
        world.cluster.create(&mut world.sim, DEPLOYMENT, "default", value, &writer).unwrap();
    }
    world.run(secs(10));
    for pod in world.pods() {
        let chain = world.sim.chain(&pod.written_by);
        let commits: Vec<_> = chain.iter().filter_map(|id| world.sim.event(*id)).filter(|e| e.topic == "git").collect();
        assert_eq!(commits.len(), 1, "{} has one commit behind it", pod.name());
        assert_eq!(*commits[0].subject.name, *pod.label("app"));
    }
    assert_eq!(world.list(POD).len(), 4);
}
