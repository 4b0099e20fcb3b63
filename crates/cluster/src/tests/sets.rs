//! Stateful sets with their volumes, and daemon sets.

use super::{World, learner};
use crate::{
    CONTROLLERREVISION, DAEMONSET, DeleteOptions, NodeShape, Object, PERSISTENTVOLUME, PERSISTENTVOLUMECLAIM, POD,
    PatchKind, STATEFULSET, Selectors,
};
use manifest::Value;
use sim::Causes;
use std::sync::Arc;
use std::time::Duration;

fn secs(n: u64) -> Duration {
    Duration::from_secs(n)
}

fn stateful(replicas: u32, rest: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {{name: db}}\nspec:\n  replicas: {replicas}\n  serviceName: db\n{rest}  \
         selector: {{matchLabels: {{app: db}}}}\n  template:\n    metadata: {{labels: {{app: db}}}}\n    spec:\n      \
         containers: [{{name: db, image: 'db:1', volumeMounts: [{{name: data, mountPath: /data}}]}}]\n  \
         volumeClaimTemplates:\n  - metadata: {{name: data}}\n    spec: {{accessModes: [ReadWriteOnce], resources: {{requests: {{storage: 1Gi}}}}}}\n"
    )
}

fn names(world: &World) -> Vec<String> {
    world.pods().iter().map(|pod| pod.name().to_string()).collect()
}

fn patch(world: &mut World, kind: crate::KindId, name: &str, yaml: &str) {
    let patch = Value::from_yaml(yaml).unwrap();
    world.cluster.patch(&mut world.sim, (kind, "default", name), PatchKind::Strategic, &patch, &learner()).unwrap();
}

fn volumes(world: &World) -> Vec<Arc<Object>> {
    let all = world.cluster.list(PERSISTENTVOLUME, None, &Selectors::default()).unwrap();
    all.into_iter().cloned().collect()
}

#[test]
fn a_stateful_set_comes_up_in_order_with_its_claims() {
    let mut world = World::new(1, 3);
    world.apply(&stateful(3, ""));
    world.run(secs(1));
    assert_eq!(names(&world), ["db-0"]);
    let claim = world.get(PERSISTENTVOLUMECLAIM, "data-db-0");
    assert_eq!(claim.value.str_at("spec.storageClassName"), "standard");
    world.run(secs(60));
    assert_eq!(names(&world), ["db-0", "db-1", "db-2"]);
    assert!(world.table(STATEFULSET).starts_with("db|3/3|"), "{}", world.table(STATEFULSET));
    assert!(world.table(PERSISTENTVOLUMECLAIM).starts_with("data-db-0|Bound|pvc-"));
    let pod = world.get(POD, "db-1");
    assert_eq!((pod.value.str_at("spec.hostname"), pod.label("apps.kubernetes.io/pod-index")), ("db-1", "1"));
    let told = "Normal SuccessfulCreate create Pod db-0 in StatefulSet db successful";
    assert!(world.events().iter().any(|e| e == told), "{:?}", world.events());
    let version = world.cluster.store().version();
    world.run(secs(300));
    assert_eq!(world.cluster.store().version(), version, "at rest nothing is written");
}

#[test]
fn a_pod_comes_back_with_its_volume_and_node() {
    let mut world = World::new(2, 3);
    world.apply(&stateful(2, ""));
    world.run(secs(60));
    let before = world.get(POD, "db-1");
    world.cluster.delete(&mut world.sim, (POD, "default", "db-1"), DeleteOptions::default(), &learner()).unwrap();
    world.run(secs(60));
    let after = world.get(POD, "db-1");
    assert_ne!(before.uid, after.uid);
    assert_eq!(before.value.at("spec.nodeName"), after.value.at("spec.nodeName"), "its volume is there");
    assert_eq!(volumes(&world).len(), 2);
}

#[test]
fn scaling_down_keeps_claims_and_deleting_them_frees_the_volumes() {
    let mut world = World::new(3, 3);
    world.apply(&stateful(3, ""));
    world.run(secs(60));
    patch(&mut world, STATEFULSET, "db", "spec: {replicas: 1}");
    world.run(secs(60));
    assert_eq!((names(&world).len(), world.list(PERSISTENTVOLUMECLAIM).len()), (1, 3));
    for name in ["data-db-0", "data-db-2"] {
        let at = (PERSISTENTVOLUMECLAIM, "default", name);
        world.cluster.delete(&mut world.sim, at, DeleteOptions::default(), &learner()).unwrap();
    }
    world.run(secs(10));
    assert_eq!(volumes(&world).len(), 2, "one is free, one is in use");
    assert!(world.table(PERSISTENTVOLUMECLAIM).starts_with("data-db-0|Terminating|"));
}

#[test]
fn updates_roll_from_the_top_down_to_the_partition() {
    let mut world = World::new(4, 3);
    world.apply(&stateful(3, "  updateStrategy: {rollingUpdate: {partition: 1}}\n"));
    world.run(secs(60));
    patch(&mut world, STATEFULSET, "db", "spec: {template: {spec: {containers: [{name: db, image: 'db:2'}]}}}");
    world.run(secs(120));
    let images = |world: &World| {
        world.pods().iter().map(|p| p.value.str_at("spec.containers[0].image").to_string()).collect::<Vec<_>>()
    };
    assert_eq!(images(&world), ["db:1", "db:2", "db:2"]);
    let set = world.get(STATEFULSET, "db");
    assert_eq!(set.value.int_at("status.updatedReplicas"), Some(2));
    assert_ne!(set.value.at("status.currentRevision"), set.value.at("status.updateRevision"));
    assert_eq!(world.list(CONTROLLERREVISION).len(), 2);
    patch(&mut world, STATEFULSET, "db", "spec: {updateStrategy: {rollingUpdate: {partition: 0}}}");
    world.run(secs(60));
    assert_eq!(images(&world), ["db:2", "db:2", "db:2"]);
    let set = world.get(STATEFULSET, "db");
    assert_eq!(set.value.at("status.currentRevision"), set.value.at("status.updateRevision"));
}

#[test]
fn claims_say_why_they_wait() {
    let mut world = World::new(5, 1);
    world.apply(
        "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: c}\nspec: {storageClassName: '', accessModes: [ReadWriteOnce], \
         resources: {requests: {storage: 1Gi}}}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  volumes: [{name: v, \
         persistentVolumeClaim: {claimName: c}}]\n  containers: [{name: c, image: i}]\n",
    );
    world.run(secs(5));
    let has = |world: &World, told: &str| assert!(world.events().iter().any(|e| e == told), "{:?}", world.events());
    has(&world, "Normal FailedBinding no persistent volumes available for this claim and no storage class is set");
    has(
        &world,
        "Warning FailedScheduling 0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/1 nodes \
         are available: 1 Preemption is not helpful for scheduling.",
    );
    world.apply(
        "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: disk}\nspec: {capacity: {storage: 5Gi}, accessModes: [ReadWriteOnce], \
         hostPath: {path: /mnt}}\n",
    );
    world.run(secs(20));
    assert_eq!(
        world.table(PERSISTENTVOLUMECLAIM).split('|').take(5).collect::<Vec<_>>(),
        ["c", "Bound", "disk", "5Gi", "RWO"]
    );
    assert_eq!(world.get(POD, "p").value.str_at("status.phase"), "Running");
    world.cluster.delete(&mut world.sim, (POD, "default", "p"), DeleteOptions::default(), &learner()).unwrap();
    let at = (PERSISTENTVOLUMECLAIM, "default", "c");
    world.cluster.delete(&mut world.sim, at, DeleteOptions::default(), &learner()).unwrap();
    world.run(secs(40));
    assert_eq!(volumes(&world)[0].value.str_at("status.phase"), "Released");
}

const DAEMON: &str = "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: log}\nspec:\n  selector: {matchLabels: {app: log}}\n  \
    template:\n    metadata: {labels: {app: log}}\n    spec: {containers: [{name: log, image: 'log:1'}]}\n";

#[test]
fn a_daemon_set_runs_on_every_node_that_suits() {
    let mut world = World::new(6, 3);
    let control = NodeShape::control_plane("control", 4_000, 8 << 30);
    world.cluster.add_node(&mut world.sim, &control, &Causes::none()).unwrap();
    world.apply(DAEMON);
    world.run(secs(10));
    assert_eq!(world.table(DAEMONSET), "log|3|3|3|3|3|<none>|10s\n");
    let node = NodeShape::worker("late", 4_000, 8 << 30);
    world.cluster.add_node(&mut world.sim, &node, &Causes::none()).unwrap();
    world.run(secs(10));
    assert_eq!(world.pods().len(), 4);
    patch(&mut world, DAEMONSET, "log", "spec: {template: {spec: {containers: [{name: log, image: 'log:2'}]}}}");
    let mut least = 4;
    for _ in 0..200 {
        world.run(Duration::from_millis(500));
        let ready = world.pods().iter().filter(|pod| crate::pod_ready(pod) && !pod.deleting()).count();
        least = least.min(ready);
    }
    assert!(world.pods().iter().all(|pod| pod.value.str_at("spec.containers[0].image") == "log:2"));
    assert_eq!((least, world.pods().len()), (3, 4), "one at a time");
    patch(&mut world, DAEMONSET, "log", "spec: {template: {spec: {nodeSelector: {kubernetes.io/hostname: late}}}}");
    world.run(secs(60));
    assert_eq!(names(&world).len(), 1);
    let version = world.cluster.store().version();
    world.run(secs(300));
    assert_eq!(world.cluster.store().version(), version, "at rest nothing is written");
}

#[test]
fn a_daemon_set_can_surge() {
    let mut world = World::new(7, 3);
    world.apply(
        &DAEMON
            .replace("  template", "  updateStrategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}\n  template"),
    );
    world.run(secs(10));
    patch(&mut world, DAEMONSET, "log", "spec: {template: {spec: {containers: [{name: log, image: 'log:2'}]}}}");
    let mut least = 3;
    for _ in 0..200 {
        world.run(Duration::from_millis(500));
        let ready = world.pods().iter().filter(|pod| crate::pod_ready(pod) && !pod.deleting()).count();
        least = least.min(ready);
    }
    let images: Vec<_> = world.pods().iter().map(|p| p.value.str_at("spec.containers[0].image").to_string()).collect();
    assert_eq!((least, images), (3, vec!["log:2".to_string(); 3]));
}
