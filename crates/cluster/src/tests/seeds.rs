//! Random actions under many seeds: what must hold at every moment and at rest.

use super::{PROBED, World, deployment, learner};
use crate::engine::Item;
use crate::{
    ChangeKind, Cluster, DAEMONSET, DEPLOYMENT, DeleteOptions, EVENT, NodeShape, POD, PODDISRUPTIONBUDGET, PatchKind,
    REPLICASET, STATEFULSET,
};
use manifest::object;
use sim::{Causes, Rng, state_hash};
use std::time::Duration;

fn act(world: &mut World, rng: &mut Rng) {
    let name = ["web", "api", "cart"][usize::try_from(rng.below(3)).unwrap()];
    match rng.below(13) {
        0 | 1 => {
            let image = format!("{name}:{}", rng.below(3));
            let yaml = deployment(name, &image, u32::try_from(rng.below(6)).unwrap());
            world.apply(&if rng.below(2) == 0 { yaml + PROBED } else { yaml });
        }
        2 => {
            let patch = object! { "spec" => object! { "replicas" => i64::try_from(rng.below(8)).unwrap() } };
            // It may not exist yet.
            drop(world.cluster.patch(
                &mut world.sim,
                (DEPLOYMENT, "default", name),
                PatchKind::Merge,
                &patch,
                &learner(),
            ));
        }
        3 => {
            let pods = world.pods();
            if let Some(pod) = pods.get(usize::try_from(rng.below(8)).unwrap()) {
                let options =
                    DeleteOptions { grace_secs: (rng.below(2) == 0).then_some(0), ..DeleteOptions::default() };
                world.cluster.delete(&mut world.sim, (POD, "default", pod.name()), options, &learner()).unwrap();
            }
        }
        4 => {
            let image = format!("{name}:1");
            if !world.programs.sick.remove(&image) {
                world.programs.sick.insert(image);
            }
        }
        6 => {
            let node = format!("node-{:03}", rng.below(3));
            let on = world.cluster.node_runs(&node);
            let result = match on {
                true => world.cluster.kill_node(&mut world.sim, &node, &Causes::none()),
                false => world.cluster.revive_node(&mut world.sim, &node, &Causes::none()),
            };
            result.expect("the node exists");
        }
        7 => world.apply(&stateful(u32::try_from(rng.below(4)).unwrap(), rng.below(2))),
        8 => world.apply(&format!(
            "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {{name: {name}}}\nspec: {{maxUnavailable: {}, selector: \
             {{matchLabels: {{app: {name}}}}}}}\n",
            rng.below(2)
        )),
        9 => evict_any(world, rng),
        11 => {
            let image = format!("{name}:2");
            if !world.programs.missing.remove(&image) {
                world.programs.missing.insert(image);
            }
        }
        10 => world.apply(&format!("{DAEMON}{}'}}]}}\n", rng.below(2))),
        5 => drop(world.cluster.delete(
            &mut world.sim,
            (DEPLOYMENT, "default", name),
            DeleteOptions::default(),
            &learner(),
        )),
        _ => {}
    }
    world.run(Duration::from_millis(rng.below(9_000)));
}

/// What came later: memory that runs short, pods that need more nodes, controllers of the old kind.
fn act_more(world: &mut World, rng: &mut Rng) {
    let name = ["web", "api", "cart"][usize::try_from(rng.below(3)).unwrap()];
    match rng.below(4) {
        0 => {
            let image = format!("{name}:{}", rng.below(3));
            if world.programs.usage.remove(&image).is_none() {
                world.programs.usage.insert(image, (100, i64::try_from(1 + rng.below(3)).unwrap() << 30));
            }
        }
        1 => {
            let yaml = deployment("big", "big:1", u32::try_from(rng.below(9)).unwrap());
            world.apply(&(yaml + "        resources: {requests: {cpu: 1500m, memory: 64Mi}}\n"));
        }
        2 => world.apply(&format!(
            "apiVersion: v1\nkind: ReplicationController\nmetadata: {{name: old}}\nspec: {{replicas: {}, template: {{metadata: \
             {{labels: {{app: old}}}}, spec: {{containers: [{{name: c, image: 'old:1'}}]}}}}}}\n",
            rng.below(4)
        )),
        _ => world.run(Duration::from_secs(rng.below(400))),
    }
}

/// Four nodes, and with every third seed a group of up to six more.
fn begin(seed: u64) -> World {
    let mut world = World::new(seed, 4);
    if seed.is_multiple_of(3) {
        let shape = NodeShape::worker("burst", 4_000, 8 << 30);
        world.cluster.add_node_group(&mut world.sim, &shape, (0, 6), &Causes::none()).unwrap();
    }
    world
}

/// A budget must have allowed it, by the count of healthy pods before.
fn evict_any(world: &mut World, rng: &mut Rng) {
    let pods = world.pods();
    let Some(pod) = pods.get(usize::try_from(rng.below(8)).unwrap()) else { return };
    let budget = world.list(PODDISRUPTIONBUDGET).into_iter().find(|b| b.name() == pod.label("app"));
    let healthy = |world: &World| {
        let mine = world.pods().into_iter().filter(|p| p.label("app") == pod.label("app"));
        i64::try_from(mine.filter(|p| crate::pod_ready(p) && !p.deleting()).count()).unwrap()
    };
    let (before, counted) = (healthy(world), crate::pod_ready(pod) && !pod.deleting());
    let done = world.cluster.evict(&mut world.sim, ("default", pod.name()), DeleteOptions::default(), &learner());
    if let (Ok(_), Some(budget)) = (done, budget)
        && counted
    {
        let needs = budget.value.int_at("status.desiredHealthy").unwrap_or(0);
        assert!(before > needs, "an eviction broke the budget: {before} were healthy of {needs} that must be");
        assert!(healthy(world) >= needs);
    }
}

fn stateful(replicas: u32, version: u64) -> String {
    format!(
        "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {{name: db}}\nspec:\n  replicas: {replicas}\n  serviceName: db\n  \
         selector: {{matchLabels: {{app: db}}}}\n  template:\n    metadata: {{labels: {{app: db}}}}\n    spec:\n      \
         containers: [{{name: db, image: 'db:{version}'}}]\n  volumeClaimTemplates:\n  - metadata: {{name: data}}\n    spec: \
         {{accessModes: [ReadWriteOnce], resources: {{requests: {{storage: 1Gi}}}}}}\n"
    )
}

const DAEMON: &str = "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: log}\nspec:\n  selector: {matchLabels: {app: log}}\n  \
    template:\n    metadata: {labels: {app: log}}\n    spec: {containers: [{name: log, image: 'log:";

/// What must hold always.
fn check_always(world: &World, seed: u64) {
    let store = world.cluster.store();
    for (node, load) in store.node_loads() {
        let pods: Vec<_> = store.pods_on(node).collect();
        assert_eq!(pods.len(), load.pods().count(), "seed {seed}: the index of {node} is true");
        let live = pods.iter().filter(|pod| !crate::pods::finished(pod));
        let asked: i64 = live.map(|pod| crate::pod_requests(&pod.value).0.cpu_milli).sum();
        assert!(asked <= load.allocatable.cpu_milli, "seed {seed}: {node} holds more than it has");
    }
    let mut addresses = order::OrdSet::new();
    for pod in world.pods() {
        let ip = pod.value.str_at("status.podIP").to_string();
        assert!(ip.is_empty() || addresses.insert(ip), "seed {seed}: two pods have one address");
    }
}

/// What must hold once nothing happens any more.
fn check_at_rest(world: &mut World, seed: u64) {
    world.programs.sick.clear();
    world.programs.usage.clear();
    world.programs.missing.clear();
    for n in 0..4 {
        world.cluster.revive_node(&mut world.sim, &format!("node-{n:03}"), &Causes::none()).expect("the node exists");
    }
    // A node group needs ten minutes twice until it has given back what is not needed.
    world.run(Duration::from_secs(3_000));
    let nodes = i64::try_from(world.cluster.store().all(crate::NODE, None).count()).unwrap();
    for set in world.list(STATEFULSET) {
        let (wanted, ready) =
            (set.value.int_at("spec.replicas"), set.value.int_at("status.readyReplicas").unwrap_or(0));
        let shown = format!("{}{}{:#?}", world.table(POD), world.table(crate::PERSISTENTVOLUMECLAIM), world.events());
        assert_eq!(wanted, Some(ready), "seed {seed}: {} converges\n{shown}", set.name());
        assert_eq!(set.value.at("status.currentRevision"), set.value.at("status.updateRevision"), "seed {seed}");
    }
    for set in world.list(DAEMONSET) {
        let shown = format!("{}{}", world.table(POD), set.value.at("status").to_json());
        let ready = set.value.int_at("status.numberReady");
        assert_eq!(ready, Some(nodes), "seed {seed}: {} is everywhere\n{shown}", set.name());
    }
    for old in world.list(crate::REPLICATIONCONTROLLER) {
        let (wanted, ready) = (old.value.int_at("spec.replicas"), old.value.int_at("status.readyReplicas"));
        assert_eq!(wanted, Some(ready.unwrap_or(0)), "seed {seed}: {} converges", old.name());
    }
    for web in world.list(DEPLOYMENT) {
        let wanted = web.value.int_at("spec.replicas").unwrap();
        let have = web.value.int_at("status.availableReplicas").unwrap_or(0);
        assert_eq!(have, wanted, "seed {seed}: {} converges", web.name());
    }
    let store = world.cluster.store();
    for object in world.pods().iter().chain(&world.list(REPLICASET)) {
        let owner = store.by_uid(object.controller_uid());
        assert!(owner.is_some(), "seed {seed}: {} has lost its owner", object.key);
    }
    let mut before = store.version();
    for _ in 0..120 {
        world.run(Duration::from_secs(1));
        let written = world.cluster.store().changes_since(before).expect("a second is not long ago");
        // Events go after an hour, more of them than are remembered for longer.
        let written = written.iter().filter(|change| change.key().kind != EVENT || change.kind != ChangeKind::Deleted);
        let written: Vec<_> = written.map(|change| change.object().value.to_json()).collect();
        assert!(written.is_empty(), "seed {seed}: at rest nothing is written\n{}", written.join("\n"));
        before = world.cluster.store().version();
    }
    let before = world.cluster.store().version();
    reconcile_all(world);
    let written = world.cluster.store().changes_since(before).expect("it is not long ago");
    // A budget without pods says so each time it is looked at.
    let written = written.iter().filter(|change| change.key().kind != EVENT);
    let written: Vec<_> = written.map(|change| change.object().value.to_json()).collect();
    assert!(written.is_empty(), "seed {seed}: a second reconcile changes nothing\n{}", written.join("\n"));
}

/// Every controller and every kubelet looks at everything once more.
fn reconcile_all(world: &mut World) {
    let mut items = Vec::new();
    for object in world.list(DEPLOYMENT).iter().chain(&world.list(REPLICASET)).chain(&world.pods()) {
        items.push(match object.key.kind {
            DEPLOYMENT => Item::Deployment(object.key.clone()),
            REPLICASET => Item::ReplicaSet(object.key.clone()),
            _ => Item::Pod(object.key.clone()),
        });
        items.push(Item::Garbage(object.uid.clone()));
    }
    for kind in [STATEFULSET, DAEMONSET, PODDISRUPTIONBUDGET, crate::PERSISTENTVOLUMECLAIM] {
        items.extend(world.list(kind).iter().map(|object| Item::Of(object.key.clone())));
    }
    for kind in [crate::NODE, crate::PERSISTENTVOLUME] {
        items.extend(world.cluster.store().all(kind, None).map(|object| Item::Of(object.key.clone())));
    }
    for item in items {
        world.cluster.enqueue(&mut world.sim, item, Duration::ZERO, &Causes::none());
    }
    world.run(Duration::from_secs(1));
}

/// A few, with those that once found something: pods that were stopping when their node lost power (41, 454).
/// `SEEDS=1000` runs so many, `FROM=500` begins there.
fn seeds() -> Vec<u64> {
    let given = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let from = given("FROM").unwrap_or(1);
    match given("SEEDS") {
        Some(count) => (from..from + count).collect(),
        None => (from..from + 12).chain([41, 454]).collect(),
    }
}

#[test]
fn random_histories_converge_and_replay() {
    for seed in seeds() {
        let history = |checked: bool| {
            let mut rng = Rng::new(seed * 7_919);
            let mut more = Rng::new(seed * 104_729);
            let mut world = begin(seed);
            for _ in 0..25 {
                act(&mut world, &mut rng);
                if more.below(3) == 0 {
                    act_more(&mut world, &mut more);
                }
                if checked {
                    check_always(&world, seed);
                }
            }
            world
        };
        let mut world = history(true);
        if seed % 4 == 0 {
            assert_eq!(
                state_hash(&history(false).cluster),
                state_hash(&world.cluster),
                "seed {seed}: a replay is equal"
            );
        }
        check_at_rest(&mut world, seed);
    }
}

#[test]
fn a_snapshot_is_the_world() {
    for seed in [3, 4] {
        let mut rng = Rng::new(seed);
        let mut world = begin(seed);
        for _ in 0..12 {
            act(&mut world, &mut rng);
            act_more(&mut world, &mut rng);
            let bytes = postcard::to_allocvec(&world.cluster).unwrap();
            let again: Cluster = postcard::from_bytes(&bytes).unwrap();
            assert_eq!(state_hash(&again), state_hash(&world.cluster), "seed {seed}");
            let (mut one, mut two) = (world.clone(), World { cluster: again, ..world.clone() });
            one.run(Duration::from_secs(5));
            two.run(Duration::from_secs(5));
            assert_eq!(state_hash(&one.cluster), state_hash(&two.cluster), "seed {seed}: the copy lives on alike");
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_hash_and_another_does_not() {
    let history = |seed: u64| {
        let mut rng = Rng::new(99);
        let mut world = World::new(seed, 3);
        for _ in 0..10 {
            act(&mut world, &mut rng);
        }
        state_hash(&world.cluster)
    };
    assert_eq!(history(5), history(5));
    assert_ne!(history(5), history(6));
}
