//! How fast and how large: figures are printed with `--nocapture`.

use super::{World, deployment};
use crate::POD;
use std::time::Duration;

/// One deployment on `nodes` nodes of 110 pods until all of it is available.
fn bring_up(pods: u32, nodes: usize) -> World {
    let mut world = World::new(1, nodes);
    world.apply(&deployment("web", "web:1", pods));
    for _ in 0..600 {
        world.run(Duration::from_secs(1));
        if world.available("web") == i64::from(pods) {
            break;
        }
    }
    assert_eq!(world.available("web"), i64::from(pods));
    assert_eq!(world.cluster.store().all(POD, None).count(), usize::try_from(pods).unwrap());
    world
}

#[test]
fn a_thousand_pods_come_up() {
    let world = bring_up(1_000, 10);
    let changes = world.cluster.store().version();
    assert!(changes < 1_000 * 20, "{changes} writes for a thousand pods");
}
