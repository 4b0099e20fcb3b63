//! Random actions under many seeds: what must hold at every moment and at rest.

use super::{PROBED, World, deployment, learner};
use crate::{Cluster, DEPLOYMENT, DeleteOptions, POD, PatchKind, REPLICASET};
use manifest::object;
use sim::{Rng, state_hash};
use std::time::Duration;

fn act(world: &mut World, rng: &mut Rng) {
    let name = ["web", "api", "cart"][usize::try_from(rng.below(3)).unwrap()];
    match rng.below(7) {
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

/// What must hold always.
fn check_always(world: &World, seed: u64) {
    let store = world.cluster.store();
    for (node, load) in store.node_loads() {
        let pods: Vec<_> = store.pods_on(node).collect();
        assert_eq!(pods.len(), load.pods().count(), "seed {seed}: the index of {node} is true");
        let asked: i64 = pods.iter().map(|pod| crate::pod_requests(&pod.value).0.cpu_milli).sum();
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
    world.run(Duration::from_secs(900));
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
    let before = store.version();
    world.run(Duration::from_secs(120));
    assert_eq!(world.cluster.store().version(), before, "seed {seed}: at rest nothing is written");
}

#[test]
fn random_histories_converge_and_replay() {
    for seed in 1..=12 {
        let mut rng = Rng::new(seed * 7_919);
        let mut world = World::new(seed, 4);
        for _ in 0..25 {
            act(&mut world, &mut rng);
            check_always(&world, seed);
        }
        check_at_rest(&mut world, seed);
    }
}

#[test]
fn a_snapshot_is_the_world() {
    for seed in [3, 4] {
        let mut rng = Rng::new(seed);
        let mut world = World::new(seed, 3);
        for _ in 0..12 {
            act(&mut world, &mut rng);
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
