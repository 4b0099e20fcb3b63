//! Sync options, compare options and differences that are ignored.

use super::{Scene, config, deployment};

#[test]
fn ignored_fields_are_no_difference_and_stay_as_they_are_when_asked() {
    let rules = "ignoreDifferences: [{group: apps, kind: Deployment, jsonPointers: [/spec/replicas]}]";
    let mut plain = Scene::of(&deployment("web", "web", 2, ""), "syncPolicy: {automated: {selfHeal: true}}");
    plain.run(20);
    plain.patch("Deployment", "web", "{spec: {replicas: 5}}");
    plain.run(20);
    let replicas = |scene: &Scene| scene.object("Deployment", "web").and_then(|web| web.value.int_at("spec.replicas"));
    assert_eq!(replicas(&plain), Some(2), "without a rule it is healed");
    let mut scene =
        Scene::of(&deployment("web", "web", 2, ""), &format!("{rules}, syncPolicy: {{automated: {{selfHeal: true}}}}"));
    scene.run(20);
    scene.patch("Deployment", "web", "{spec: {replicas: 5}}");
    scene.run(20);
    assert_eq!((scene.told("status.sync.status"), replicas(&scene)), ("Synced".into(), Some(5)));
    // A sync for another reason writes what Git says, unless it is told not to.
    scene.push(&deployment("web", "web:2", 2, ""));
    scene.run(20);
    assert_eq!(replicas(&scene), Some(2));
    scene.patch("Application", "web", "{spec: {syncPolicy: {syncOptions: [RespectIgnoreDifferences=true]}}}");
    scene.patch("Deployment", "web", "{spec: {replicas: 5}}");
    scene.push(&deployment("web", "web:3", 2, ""));
    scene.run(20);
    assert_eq!(replicas(&scene), Some(5));
    let image = scene
        .object("Deployment", "web")
        .map(|web| web.value.str_at("spec.template.spec.containers[0].image").to_string());
    assert_eq!(image.as_deref(), Some("web:3"));
}

#[test]
fn the_namespace_is_made_where_that_is_asked_for() {
    let mut scene = Scene::of(&config("a", "x", ""), "");
    scene.patch("Application", "web", "{spec: {destination: {namespace: fresh}}}");
    scene.run(2);
    scene.sync("{}");
    scene.run(5);
    assert_eq!(
        scene.operation(),
        "Failed: one or more objects failed to apply, reason: namespaces \"fresh\" not found"
    );
    scene.sync("{syncOptions: [CreateNamespace=true]}");
    scene.run(8);
    assert!(scene.operation().starts_with("Succeeded"), "{}", scene.operation());
    assert!(scene.object("Namespace", "fresh").is_some());
    assert_eq!(scene.results()[0], "PreSync Namespace/fresh Synced Running namespace/fresh created");
    assert_eq!(scene.told("status.sync.status"), "Synced");
}

#[test]
fn what_is_not_to_be_pruned_stays() {
    let keep = "argocd.argoproj.io/sync-options: Prune=false";
    let extra = "argocd.argoproj.io/compare-options: IgnoreExtraneous";
    let ask = "argocd.argoproj.io/sync-options: Prune=confirm";
    let all =
        config("keep", "x", keep) + &config("extra", "x", extra) + &config("ask", "x", ask) + &config("a", "x", "");
    let mut scene = Scene::of(&all, "");
    scene.run(2);
    scene.sync("{}");
    scene.run(5);
    scene.push(&(config("extra", "x", extra) + &config("ask", "x", ask) + &config("a", "x", "")));
    scene.run(2);
    scene.sync("{prune: true}");
    scene.run(5);
    assert!(
        scene.results().contains(&"Sync ConfigMap/keep PruneSkipped Succeeded ignored (no prune)".into()),
        "{:?}",
        scene.results()
    );
    scene.push(&(config("keep", "x", keep) + &config("ask", "x", ask) + &config("a", "x", "")));
    scene.run(2);
    assert_eq!(scene.told("status.sync.status"), "Synced", "extraneous things may be ignored");
    scene.push(&(config("keep", "x", keep) + &config("extra", "x", extra) + &config("a", "x", "")));
    scene.run(2);
    scene.sync("{prune: true}");
    scene.run(5);
    assert_eq!(scene.operation(), "Running: waiting for pruning confirmation of /ConfigMap/ask");
    let at = scene.sim.now().rfc3339();
    let approve = format!("{{metadata: {{annotations: {{argocd.argoproj.io/deletion-approved: '{at}'}}}}}}");
    scene.patch("Application", "web", &approve);
    scene.run(40);
    assert!(scene.object("ConfigMap", "ask").is_none());
    assert!(scene.operation().starts_with("Succeeded"), "{}", scene.operation());
}

#[test]
fn objects_are_replaced_applied_on_the_server_and_made_anew() {
    let web = |label: &str| deployment("web", "web", 1, "").replace("app: web", &format!("app: {label}"));
    let mut scene = Scene::of(&web("web"), "");
    scene.run(2);
    scene.sync("{}");
    scene.run(10);
    let first = scene.object("Deployment", "web").expect("it was made").uid.clone();
    scene.sync("{syncOptions: [Replace=true]}");
    scene.run(5);
    assert_eq!(scene.results(), ["Sync Deployment/web Synced Running deployment.apps/web replaced"]);
    scene.sync("{syncOptions: [ServerSideApply=true]}");
    scene.run(5);
    assert_eq!(scene.results(), ["Sync Deployment/web Synced Running deployment.apps/web serverside-applied"]);
    let web_now = scene.object("Deployment", "web").expect("it is there");
    assert_eq!(web_now.value.str_at("metadata.managedFields[0].manager"), "argocd-controller");
    scene.push(&web("other"));
    scene.run(2);
    scene.sync("{}");
    scene.run(5);
    assert!(scene.operation().contains("field is immutable"), "{}", scene.operation());
    scene.sync("{syncStrategy: {apply: {force: true}}}");
    scene.run(5);
    assert!(scene.operation().starts_with("Succeeded"), "{}", scene.operation());
    assert!(scene.object("Deployment", "web").expect("it was made anew").uid != first);
}

#[test]
fn what_is_as_it_should_be_may_be_left_alone_and_a_dry_run_changes_nothing() {
    let mut scene = Scene::of(&(config("a", "x", "") + &config("b", "x", "")), "");
    scene.run(2);
    scene.sync("{dryRun: true}");
    scene.run(5);
    assert_eq!(scene.results()[0], "Sync ConfigMap/a Synced Succeeded configmap/a created (dry run)");
    assert!(scene.object("ConfigMap", "a").is_none() && scene.told("status.history").is_empty());
    scene.sync("{}");
    scene.run(5);
    scene.push(&(config("a", "new", "") + &config("b", "x", "")));
    scene.run(2);
    scene.sync("{syncOptions: [ApplyOutOfSyncOnly=true]}");
    scene.run(5);
    assert_eq!(scene.results(), ["Sync ConfigMap/a Synced Running configmap/a configured"]);
    scene.push(&(config("a", "z", "") + &config("b", "z", "")));
    scene.run(2);
    scene.sync("{resources: [{kind: ConfigMap, name: b}]}");
    scene.run(5);
    assert_eq!(scene.results(), ["Sync ConfigMap/b Synced Running configmap/b configured"]);
    assert_eq!(scene.told("status.sync.status"), "OutOfSync");
}

#[test]
fn a_manifest_that_is_wrong_is_found_before_anything_is_applied() {
    let wrong = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\ndata: [1]\n";
    let mut scene = Scene::of(&(config("a", "x", "") + wrong), "");
    scene.run(2);
    scene.sync("{}");
    scene.run(5);
    assert_eq!(scene.operation(), "Failed: one or more objects failed to apply (dry run)");
    assert!(scene.object("ConfigMap", "a").is_none());
    scene.sync("{syncOptions: [Validate=false]}");
    scene.run(5);
    assert!(
        scene.operation().starts_with("Failed: one or more synchronization tasks completed unsuccessfully, reason: "),
        "{}",
        scene.operation()
    );
    assert!(scene.object("ConfigMap", "a").is_some(), "without the check the others are applied");
}

#[test]
fn an_object_of_two_applications_is_told_of() {
    let mut scene = Scene::of(&config("a", "x", ""), "syncPolicy: {automated: {}}");
    scene.run(5);
    scene.app("other", "");
    scene.run(5);
    let other = scene.object("Application", "other").expect("it is there");
    assert_eq!(
        other.value.str_at("status.conditions[0].message"),
        "ConfigMap/a is part of applications argocd/other and web"
    );
    let mut twice = Scene::of(&(config("a", "x", "") + &config("a", "z", "")), "");
    twice.run(2);
    let told = "RepeatedResourceWarning: Resource /ConfigMap/shop/a appeared 2 times among application resources.";
    assert_eq!(twice.conditions(), [told]);
}
