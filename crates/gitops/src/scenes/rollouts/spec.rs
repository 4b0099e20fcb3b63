//! What a spec may say, and what a restart and a Deployment's template do.

use super::*;

#[test]
fn what_is_wrong_with_a_spec_is_told() {
    for (strategy, told) in [
        (
            "",
            "spec.strategy.strategy: Required value: Rollout has missing field '.spec.strategy.canary or .spec.strategy.blueGreen'",
        ),
        (
            "canary: {trafficRouting: {nginx: {stableIngress: web}}}",
            "spec.strategy.canary.trafficRouting: Forbidden: is real Argo Rollouts, but not part of this sandbox yet",
        ),
        (
            "canary: {steps: [{setWeight: 101}]}",
            "spec.strategy.steps[0].setWeight: Invalid value: 101: SetWeight needs to be between 0 and 100",
        ),
        (
            "canary: {steps: [{setCanaryScale: {weight: 5}}]}",
            "spec.strategy.trafficRouting: Required value: SetCanaryScale requires TrafficRouting to be set",
        ),
        (
            "canary: {analysis: {templates: [{templateName: none}]}}",
            "spec.strategy.canary.analysis.templates: Invalid value: \"none\": AnalysisTemplate 'none' not found",
        ),
        (
            "canary: {analysis: {templates: [{templateName: judge}]}}",
            "spec.strategy.canary.analysis.templates: Invalid value: \"judge\": args.who was not resolved",
        ),
        (
            "blueGreen: {activeService: nobody}",
            "spec.strategy.blueGreen.activeService: Invalid value: \"nobody\": service \"nobody\" not found",
        ),
    ] {
        let mut scene = Scene::new();
        scene.rollout(1, strategy, "");
        scene.run(30);
        assert_eq!(
            scene.phase(),
            format!("Degraded InvalidSpec: The Rollout \"web\" is invalid: {told}"),
            "{strategy}"
        );
        scene.rests();
        // Mended, it goes on.
        scene.spec(object! { "strategy" => object! { "canary" => object! { "maxSurge" => 1_i64, "steps" => Value::Null, "analysis" => Value::Null, "trafficRouting" => Value::Null }, "blueGreen" => Value::Null } });
        scene.run(60);
        assert_eq!(scene.phase(), "Healthy ", "{strategy}");
    }
}

#[test]
fn a_restart_replaces_pods_a_few_at_a_time() {
    let mut scene = Scene::of("canary: {}", "");
    let before: Vec<String> = names(&scene);
    let now = scene.sim.now().rfc3339();
    scene.spec(object! { "restartAt" => now });
    scene.run(1);
    assert_eq!(scene.phase(), "Progressing rollout is restarting");
    scene.run(200);
    assert_eq!((scene.phase(), scene.sizes()), ("Healthy ".into(), "1:4/4".into()));
    assert!(names(&scene).iter().all(|name| !before.contains(name)));
}

fn names(scene: &Scene) -> Vec<String> {
    let sets = sets_of(scene.cluster.store(), &scene.web());
    let pods = sets.iter().flat_map(|set| scene.cluster.store().owned_by(&set.uid));
    pods.map(|pod| pod.name().to_string()).collect()
}

#[test]
fn a_template_may_be_a_deployments() {
    let mut scene = Scene::new();
    let pod = "{metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: web-1}]}}";
    scene.apply(&format!("{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: old}}, spec: {{replicas: 0, selector: {{matchLabels: {{app: web}}}}, template: {pod}}}}}"));
    scene.apply("{apiVersion: argoproj.io/v1alpha1, kind: Rollout, metadata: {name: web}, spec: {replicas: 2, workloadRef: {apiVersion: apps/v1, kind: Deployment, name: old}, strategy: {canary: {}}}}");
    scene.run(60);
    assert_eq!((scene.phase(), scene.sizes()), ("Healthy ".into(), "1:2/2".into()));
}
