//! Phases, waves, hooks and pruning.

use super::{Scene, config, deployment, job};

const HOOK: &str = "argocd.argoproj.io/hook";
const POLICY: &str = "argocd.argoproj.io/hook-delete-policy";
const WAVE: &str = "argocd.argoproj.io/sync-wave";

#[test]
fn a_sync_without_waves_is_over_when_all_is_applied() {
    let mut scene = Scene::of(&(config("a", "x", "") + &deployment("web", "web-none", 1, "")), "");
    scene.run(3);
    assert_eq!(
        (scene.told("status.sync.status"), scene.told("status.health.status")),
        ("OutOfSync".into(), "Missing".into())
    );
    scene.sync("{}");
    scene.run(4);
    assert_eq!(scene.operation(), "Succeeded: successfully synced (all tasks run)");
    assert_eq!(
        scene.results(),
        [
            "Sync ConfigMap/a Synced Running configmap/a created",
            "Sync Deployment/web Synced Running deployment.apps/web created",
        ]
    );
    scene.run(10);
    assert_eq!(
        (scene.told("status.sync.status"), scene.told("status.health.status")),
        ("Synced".into(), "Progressing".into())
    );
    assert_eq!(scene.told("operation"), "");
}

#[test]
fn hooks_run_before_and_after_and_the_next_sync_makes_them_anew() {
    let all = job("before", "migrate-ok", &format!("{HOOK}: PreSync"))
        + &config("a", "x", "")
        + &job("after", "smoke-ok", &format!("{HOOK}: PostSync, {POLICY}: HookSucceeded"));
    let mut scene = Scene::of(&all, "");
    scene.run(2);
    assert_eq!(
        scene.told("status.resources"),
        r#"[{"health":{"status":"Missing"},"kind":"ConfigMap","name":"a","namespace":"shop","status":"OutOfSync","version":"v1"}]"#
    );
    scene.sync("{}");
    scene.run(2);
    assert_eq!(scene.operation(), "Running: waiting for completion of hook batch/Job/before");
    assert!(scene.object("ConfigMap", "a").is_none(), "nothing is applied while a PreSync hook runs");
    let finalizers =
        scene.object("Job", "before").expect("the hook is there").value.at("metadata.finalizers").to_json();
    assert!(finalizers.contains("argocd.argoproj.io/hook-finalizer"), "{finalizers}");
    scene.run(40);
    assert_eq!(scene.operation(), "Succeeded: successfully synced (no more tasks)");
    let results = scene.results();
    assert!(results[0].starts_with("PreSync Job/before Synced Succeeded"), "{results:?}");
    assert!(results[1].starts_with("Sync ConfigMap/a Synced Succeeded"), "{results:?}");
    assert!(results[2].starts_with("PostSync Job/after Synced Succeeded"), "{results:?}");
    let before = scene.object("Job", "before").expect("a hook stays until the next one");
    assert!(scene.object("Job", "after").is_none(), "HookSucceeded deletes it");
    assert_eq!(scene.told("status.sync.status"), "Synced");
    scene.sync("{}");
    scene.run(60);
    let again = scene.object("Job", "before").expect("it ran again");
    assert!(again.uid != before.uid, "BeforeHookCreation deletes the hook of before");
    assert_eq!(scene.operation(), "Succeeded: successfully synced (no more tasks)");
}

#[test]
fn a_hook_that_fails_fails_the_sync_and_the_sync_fail_hook_runs() {
    let all = job("before", "migrate-bad", &format!("{HOOK}: PreSync"))
        + &config("a", "x", "")
        + &job("undo", "undo-ok", &format!("{HOOK}: SyncFail"));
    let mut scene = Scene::of(&all, "");
    scene.run(2);
    scene.sync("{}");
    scene.run(60);
    assert_eq!(scene.operation(), "Failed: one or more synchronization tasks completed unsuccessfully");
    let results = scene.results();
    assert!(
        results[0].starts_with("PreSync Job/before Synced Failed Job has reached the specified backoff limit"),
        "{results:?}"
    );
    assert!(results[1].starts_with("SyncFail Job/undo Synced Succeeded"), "{results:?}");
    assert!(scene.object("ConfigMap", "a").is_none());
}

#[test]
fn a_wave_waits_for_the_health_of_the_one_before() {
    let all = deployment("db", "db", 1, &format!("{WAVE}: '-1'"))
        + &config("a", "x", "")
        + &deployment("web", "web-none", 1, &format!("{WAVE}: '5'"));
    let mut scene = Scene::of(&all, "");
    scene.run(2);
    scene.sync("{}");
    scene.run(2);
    assert_eq!(scene.operation(), "Running: waiting for healthy state of apps/Deployment/db");
    assert!(scene.object("ConfigMap", "a").is_none());
    scene.run(20);
    assert!(scene.object("Deployment", "web").is_some(), "the last wave is applied");
    assert_eq!(scene.operation(), "Succeeded: successfully synced (all tasks run)");
    let mut stuck = Scene::of(&(deployment("db", "db-none", 1, &format!("{WAVE}: '-1'")) + &config("a", "x", "")), "");
    stuck.run(2);
    stuck.sync("{}");
    stuck.run(120);
    assert_eq!(stuck.operation(), "Running: waiting for healthy state of apps/Deployment/db");
    assert!(stuck.object("ConfigMap", "a").is_none());
    // Somebody ends it.
    stuck.argocd.terminate(&mut stuck.sim, &mut stuck.cluster, "web", &sim::Causes::none()).expect("it runs");
    stuck.run(2);
    assert_eq!(stuck.operation(), "Failed: Operation terminated");
}

#[test]
fn a_hook_that_never_ends_is_taken_away_with_its_operation() {
    let all = job("before", "migrate", &format!("{HOOK}: PreSync")) + &config("a", "x", "");
    let mut scene = Scene::of(&all, "");
    scene.run(2);
    scene.sync("{}");
    scene.run(300);
    assert_eq!(scene.operation(), "Running: waiting for completion of hook batch/Job/before");
    scene.argocd.terminate(&mut scene.sim, &mut scene.cluster, "web", &sim::Causes::none()).expect("it runs");
    scene.run(20);
    assert_eq!(scene.operation(), "Failed: Operation terminated");
    assert!(scene.results()[0].ends_with("Synced Failed Terminated"), "{:?}", scene.results());
    assert!(scene.object("Job", "before").is_none());
}

#[test]
fn helms_hooks_are_argo_cds_and_its_tests_are_left_out() {
    let all = job(
        "migrate",
        "migrate-ok",
        "helm.sh/hook: 'pre-install,pre-upgrade', helm.sh/hook-weight: '-5', helm.sh/hook-delete-policy: hook-succeeded",
    ) + &job("test", "test-ok", "helm.sh/hook: test")
        + &job("skipped", "skip-ok", &format!("{HOOK}: Skip"))
        + &config("a", "x", "");
    let mut scene = Scene::of(&all, "");
    scene.run(2);
    scene.sync("{}");
    scene.run(40);
    let results = scene.results();
    assert_eq!(results.len(), 2, "{results:?}");
    assert!(results[0].starts_with("PreSync Job/migrate Synced Succeeded"), "{results:?}");
    assert!(scene.object("Job", "test").is_none() && scene.object("Job", "skipped").is_none());
    assert!(scene.object("Job", "migrate").is_none());
}

#[test]
fn what_git_no_longer_asks_for_waits_for_prune_and_goes_backwards() {
    let at = |wave: i32| format!("{WAVE}: '{wave}'");
    let all = config("a", "x", &at(1)) + &config("b", "x", &at(2)) + &config("c", "x", "");
    let mut scene = Scene::of(&all, "");
    scene.run(2);
    scene.sync("{}");
    scene.run(20);
    assert_eq!(scene.operation(), "Succeeded: successfully synced (all tasks run)");
    scene.push(&config("c", "x", ""));
    scene.run(2);
    scene.sync("{}");
    scene.run(12);
    assert!(scene.results().contains(&"Sync ConfigMap/a PruneSkipped Succeeded ignored (requires pruning)".into()));
    assert_eq!(scene.told("status.sync.status"), "OutOfSync");
    scene.sync("{prune: true}");
    scene.run(2);
    assert!(
        scene.object("ConfigMap", "b").is_none() || scene.object("ConfigMap", "a").is_some(),
        "the last wave goes first"
    );
    scene.run(20);
    assert_eq!(scene.told("status.sync.status"), "Synced");
    let order: Vec<String> = scene.results().into_iter().filter(|line| line.contains("Pruned")).collect();
    assert_eq!(order, ["Sync ConfigMap/b Pruned Succeeded pruned", "Sync ConfigMap/a Pruned Succeeded pruned"]);
}

#[test]
fn a_definition_and_its_objects_come_in_one_sync() {
    let crd = "---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: things.x.io}\nspec: {group: x.io, scope: Namespaced, names: {kind: Thing, plural: things, singular: thing}, versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}]}\n";
    let thing = "---\napiVersion: x.io/v1\nkind: Thing\nmetadata: {name: one}\nspec: {a: 1}\n";
    let mut alone = Scene::of(thing, "");
    alone.run(2);
    assert_eq!(alone.told("status.sync.status"), "OutOfSync");
    alone.sync("{}");
    alone.run(4);
    let told = "Failed: one or more synchronization tasks are not valid: The Kubernetes API could not find x.io/Thing for requested resource shop/one. Make sure the \"Thing\" CRD is installed on the destination cluster.";
    assert_eq!(alone.operation(), told);
    let mut scene = Scene::of(&[thing, crd].concat(), "");
    scene.run(2);
    scene.sync("{}");
    scene.run(10);
    assert_eq!(scene.operation(), "Succeeded: successfully synced (all tasks run)");
    assert!(scene.object("Thing", "one").is_some());
    assert_eq!(scene.told("status.sync.status"), "Synced");
}
