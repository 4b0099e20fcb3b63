//! Syncs that nobody asks for, retries, history, rollback and deletion.

use super::{Scene, config, deployment};
use sim::Causes;

const AUTO: &str = "syncPolicy: {automated: {prune: true, selfHeal: true}}";

#[test]
fn healing_waits_longer_each_time() {
    let mut scene = Scene::of(&config("a", "x", ""), AUTO);
    scene.run(5);
    assert_eq!(scene.told("status.sync.status"), "Synced");
    let mut waits = Vec::new();
    for _ in 0..5 {
        scene.patch("ConfigMap", "a", "{data: {a: drift}}");
        let since = scene.sim.now();
        let drifted = |scene: &Scene| scene.object("ConfigMap", "a").is_none_or(|a| a.value.str_at("data.a") != "x");
        for _ in 0..400 {
            if drifted(&scene) {
                scene.run(1);
            }
        }
        waits.push(scene.sim.now().since(since).as_secs());
        scene.run(1);
    }
    assert_eq!(waits, [2, 2, 6, 18, 54]);
    assert_eq!(scene.told("status.operationState.operation.sync.selfHealAttemptsCount"), "5");
    assert_eq!(scene.object("Application", "web").map(|app| app.value.list_at("status.history").len()), Some(1));
}

#[test]
fn a_failed_sync_is_tried_again_and_then_told_as_a_condition() {
    let wrong = deployment("web", "web", 1, "").replace("matchLabels: {app: web}", "matchLabels: {app: other}");
    let mut scene = Scene::of(&wrong, "syncPolicy: {automated: {}, retry: {limit: 2, backoff: {duration: 10s}}}");
    scene.run(4);
    let told = scene.operation();
    assert!(
        told.starts_with("Running: one or more objects failed to apply, reason: Deployment.apps \"web\" is invalid"),
        "{told}"
    );
    assert!(told.ends_with(". Retrying attempt #1 at 12:00PM."), "{told}");
    // A fix that comes meanwhile is not taken: the operation stays with its commit.
    scene.push(&deployment("web", "web", 1, ""));
    scene.run(5);
    assert!(scene.object("Deployment", "web").is_none());
    scene.run(80);
    assert!(scene.object("Deployment", "web").is_some(), "the new commit is synced when the retries are over");
    let mut stays = Scene::of(&wrong, "syncPolicy: {automated: {}, retry: {limit: 2, backoff: {duration: 1s}}}");
    stays.run(20);
    assert!(stays.operation().ends_with(" (retried 2 times)."), "{}", stays.operation());
    let conditions = stays.conditions();
    assert!(
        conditions[0].starts_with("SyncError: Failed last sync attempt to [1]: one or more objects failed"),
        "{conditions:?}"
    );
}

#[test]
fn all_resources_are_not_wiped_out() {
    let mut scene = Scene::of(&config("a", "x", ""), AUTO);
    scene.run(5);
    scene.push("");
    scene.run(5);
    assert!(scene.object("ConfigMap", "a").is_some());
    assert_eq!(scene.conditions(), ["SyncError: Skipping sync attempt to [2]: auto-sync will wipe out all resources"]);
}

#[test]
fn ten_deployments_are_kept_and_an_earlier_one_comes_back_unless_syncs_are_automated() {
    let mut scene = Scene::of(&config("a", "'1'", ""), AUTO);
    for n in 2..=12 {
        scene.run(5);
        scene.push(&config("a", &format!("'{n}'"), ""));
    }
    scene.run(5);
    let app = scene.object("Application", "web").expect("it is there");
    let ids: Vec<i64> = app.value.list_at("status.history").iter().filter_map(|entry| entry.int_at("id")).collect();
    assert_eq!(ids, [2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    let back = |scene: &mut Scene, id| {
        let Scene { sim, cluster, argocd, .. } = scene;
        argocd.rollback((sim, cluster), "web", id, false, &Causes::none())
    };
    let refusal = back(&mut scene, 5).expect_err("auto-sync is on");
    assert_eq!(
        (refusal.code, &*refusal.message),
        ("FailedPrecondition", "rollback cannot be initiated when auto-sync is enabled")
    );
    scene.patch("Application", "web", "{spec: {syncPolicy: null}}");
    let refusal = back(&mut scene, 0).expect_err("it is forgotten");
    assert_eq!(refusal.message, "application argocd/web does not have deployment with id 0");
    back(&mut scene, 5).expect("it is let begin");
    scene.run(5);
    assert_eq!(scene.object("ConfigMap", "a").map(|a| a.value.str_at("data.a").to_string()).as_deref(), Some("6"));
    assert_eq!(scene.told("status.sync.status"), "OutOfSync");
    assert_eq!(scene.told("status.operationState.syncResult.revision"), "6");
}

#[test]
fn an_application_goes_with_its_resources_where_its_finalizer_says_so() {
    let finalizer = "{metadata: {finalizers: [resources-finalizer.argocd.argoproj.io]}}";
    let keep = "argocd.argoproj.io/sync-options: Delete=false";
    let mut scene = Scene::of(&(deployment("web", "web", 2, "") + &config("keep", "x", keep)), AUTO);
    scene.run(10);
    scene.patch("Application", "web", finalizer);
    scene.delete("Application", "web");
    assert!(scene.object("Application", "web").is_some(), "it waits for its resources");
    scene.run(60);
    assert!(scene.object("Application", "web").is_none() && scene.object("Deployment", "web").is_none());
    assert!(scene.object("ConfigMap", "keep").is_some());
    let mut orphans = Scene::of(&config("a", "x", ""), AUTO);
    orphans.run(5);
    orphans.delete("Application", "web");
    orphans.run(5);
    assert!(orphans.object("ConfigMap", "a").is_some() && orphans.object("Application", "web").is_none());
}

#[test]
fn an_operation_written_into_the_object_is_done() {
    let mut scene = Scene::of(&config("a", "x", ""), "");
    scene.run(2);
    scene.patch("Application", "web", "{operation: {initiatedBy: {username: me}, sync: {}}}");
    scene.run(5);
    assert!(scene.object("ConfigMap", "a").is_some());
    assert_eq!(
        (scene.told("operation"), scene.told("status.history[0].initiatedBy.username")),
        (String::new(), "me".into())
    );
}
