//! Metrics, and autoscalers that follow them.

use super::{World, deployment, learner};
use crate::{DEPLOYMENT, DeleteOptions, HORIZONTALPODAUTOSCALER, condition};
use std::time::Duration;

fn secs(n: u64) -> Duration {
    Duration::from_secs(n)
}

const REQUEST: &str = "        resources: {requests: {cpu: 200m}}\n";

fn autoscaled(cpu_milli: i64) -> World {
    let mut world = World::new(1, 4);
    world.programs.usage.insert("web:1".into(), (cpu_milli, 64 << 20));
    world.apply(&(deployment("web", "web:1", 2) + REQUEST));
    world.run(secs(60));
    world.apply(
        "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web}\nspec:\n  \
         scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}\n  maxReplicas: 8\n  metrics:\n  \
         - {type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}\n",
    );
    world
}

fn replicas(world: &World) -> i64 {
    world.get(DEPLOYMENT, "web").value.int_at("spec.replicas").unwrap()
}

fn reason(world: &World, kind: &str) -> String {
    let web = world.get(HORIZONTALPODAUTOSCALER, "web");
    condition(&web.value, kind).map(|c| c.str_at("reason").to_string()).unwrap_or_default()
}

#[test]
fn it_grows_at_once_and_shrinks_after_five_minutes() {
    let mut world = autoscaled(200);
    assert_eq!(world.table(HORIZONTALPODAUTOSCALER), "web|Deployment/web|cpu: <unknown>/50%|1|8|0|0s\n");
    world.run(secs(16));
    assert_eq!(replicas(&world), 4, "100 % of the request is twice the target");
    let told =
        "Normal SuccessfulRescale New size: 4; reason: cpu resource utilization (percentage of request) above target";
    assert!(world.events().iter().any(|e| e == told), "{:?}", world.events());
    assert_eq!(reason(&world, "AbleToScale"), "SucceededRescale");
    world.run(secs(60));
    assert_eq!(replicas(&world), 8, "the new ones use as much");
    world.run(secs(30));
    assert_eq!(reason(&world, "ScalingLimited"), "TooManyReplicas");
    world.programs.usage.insert("web:1".into(), (20, 64 << 20));
    world.run(secs(120));
    assert_eq!((replicas(&world), reason(&world, "AbleToScale").as_str()), (8, "ScaleDownStabilized"));
    world.run(secs(240));
    assert_eq!(replicas(&world), 2);
    assert!(world.table(HORIZONTALPODAUTOSCALER).starts_with("web|Deployment/web|cpu: 10%/50%|1|8|2|"));
    world.run(secs(600));
    let version = world.cluster.store().version();
    world.run(secs(600));
    assert_eq!((replicas(&world), world.cluster.store().version()), (1, version), "at rest nothing is written");
}

#[test]
fn what_is_missing_is_told() {
    let mut world = World::new(2, 2);
    world.apply(&deployment("web", "web:1", 2));
    world.apply(
        "apiVersion: autoscaling/v1\nkind: HorizontalPodAutoscaler\nmetadata: {name: web}\nspec:\n  \
         scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}\n  maxReplicas: 5\n  \
         targetCPUUtilizationPercentage: 60\n",
    );
    world.run(secs(16));
    assert_eq!(world.get(HORIZONTALPODAUTOSCALER, "web").value.str_at("apiVersion"), "autoscaling/v2");
    let has = |world: &World, told: &str| {
        let events = world.events();
        assert!(events.iter().any(|e| e.starts_with(told)), "{told}: {events:?}");
    };
    let unknown = "failed to get cpu utilization: unable to get metrics for resource cpu: no metrics returned from resource metrics API";
    has(&world, &format!("Warning FailedGetResourceMetric {unknown}"));
    let told = format!(
        "invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: {unknown}"
    );
    has(&world, &format!("Warning FailedComputeMetricsReplicas {told}"));
    assert_eq!(reason(&world, "ScalingActive"), "FailedGetResourceMetric");
    world.programs.usage.insert("web:1".into(), (100, 1 << 20));
    world.run(secs(45));
    has(
        &world,
        "Warning FailedGetResourceMetric failed to get cpu utilization: missing request for cpu in container web of Pod web-",
    );
    world.cluster.delete(&mut world.sim, (DEPLOYMENT, "default", "web"), DeleteOptions::default(), &learner()).unwrap();
    world.run(secs(30));
    has(&world, "Warning FailedGetScale deployments.apps \"web\" not found");
    let found = world.cluster.pod_metrics(&world.sim, &world.programs, None);
    assert!(found.is_empty());
}

#[test]
fn metrics_have_the_form_of_their_api() {
    let mut world = autoscaled(150);
    world.run(secs(5));
    let pods = world.cluster.pod_metrics(&world.sim, &world.programs, Some("default"));
    assert_eq!(pods.len(), 2);
    assert_eq!(pods[0].at("containers[0].usage").to_json(), r#"{"cpu":"150000000n","memory":"65536Ki"}"#);
    let nodes = world.cluster.node_metrics(&world.sim, &world.programs);
    assert_eq!(nodes.len(), 4);
    assert_eq!(nodes[0].str_at("kind"), "NodeMetrics");
}
