//! What projects permit, and when.

use super::{NAMESPACE, Scene, config};

fn project(scene: &mut Scene, spec: &str) {
    let text =
        format!("{{apiVersion: argoproj.io/v1alpha1, kind: AppProject, metadata: {{name: team}}, spec: {spec}}}");
    scene.apply(NAMESPACE, &text);
}

#[test]
fn the_project_default_is_made_and_permits_all() {
    let mut scene = Scene::of(&config("a", "x", ""), "");
    scene.run(2);
    let made = scene.object("AppProject", "default").expect("it is made");
    assert_eq!(made.value.at("spec.sourceRepos").to_json(), r#"["*"]"#);
    scene.delete("AppProject", "default");
    scene.run(5);
    assert_eq!(scene.conditions(), ["InvalidSpecError: Application referencing project default which does not exist"]);
    assert_eq!(
        (scene.told("status.sync.status"), scene.told("status.health.status")),
        ("Unknown".into(), "Unknown".into())
    );
}

#[test]
fn an_application_that_its_project_does_not_permit_is_refused_in_words() {
    let mut scene = Scene::of(&config("a", "x", ""), "project: team");
    project(&mut scene, "{sourceRepos: ['https://forge/other/*'], destinations: [{server: '*', namespace: team-*}]}");
    scene.run(3);
    let to = "application destination server 'https://kubernetes.default.svc' and namespace 'shop' do not match any of the allowed destinations in project 'team'";
    assert_eq!(
        scene.conditions(),
        [
            "InvalidSpecError: application repo https://forge/team/web is not permitted in project 'team'".to_string(),
            format!("InvalidSpecError: {to}"),
        ]
    );
    project(&mut scene, "{sourceRepos: ['*'], destinations: [{server: '*', namespace: shop}]}");
    scene.run(3);
    assert_eq!((scene.conditions().len(), scene.told("status.sync.status")), (0, "OutOfSync".into()));
}

#[test]
fn kinds_are_denied_and_cluster_wide_ones_must_be_allowed() {
    let role = "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: all}\nrules: []\n";
    let mut scene = Scene::of(&(config("a", "x", "") + role), "project: team");
    project(
        &mut scene,
        "{sourceRepos: ['*'], destinations: [{server: '*', namespace: shop}], namespaceResourceBlacklist: [{group: '', kind: ConfigMap}]}",
    );
    scene.run(3);
    scene.sync("{}");
    scene.run(5);
    let told = "one or more synchronization tasks are not valid: resource :ConfigMap is not permitted in project team; resource rbac.authorization.k8s.io:ClusterRole is not permitted in project team";
    assert_eq!(scene.operation(), format!("Failed: {told}"));
    assert!(scene.told("status.resources").contains(r#""status":"Unknown""#));
}

#[test]
fn orphans_are_counted_where_the_project_asks() {
    let mut scene = Scene::of(&config("a", "x", ""), "project: team, syncPolicy: {automated: {}}");
    scene.apply("shop", "{apiVersion: v1, kind: ConfigMap, metadata: {name: stray}}");
    scene.apply("shop", "{apiVersion: v1, kind: Secret, metadata: {name: known}}");
    let spec = |more: &str| format!("{{sourceRepos: ['*'], destinations: [{{server: '*', namespace: shop}}], {more}}}");
    project(&mut scene, &spec("orphanedResources: {ignore: [{group: '', kind: Secret, name: known}]}"));
    scene.run(5);
    assert_eq!(scene.conditions(), ["OrphanedResourceWarning: Application has 1 orphaned resources"]);
    project(&mut scene, &spec("orphanedResources: {warn: false}"));
    scene.run(5);
    assert_eq!(scene.conditions(), Vec::<String>::new());
}

#[test]
fn a_window_holds_back_syncs_until_it_closes() {
    let mut scene = Scene::of(&config("a", "x", ""), "project: team, syncPolicy: {automated: {}}");
    let windows = "syncWindows: [{kind: deny, schedule: '0 12 * * *', duration: 10m, applications: ['*']}]";
    project(
        &mut scene,
        &format!("{{sourceRepos: ['*'], destinations: [{{server: '*', namespace: shop}}], {windows}}}"),
    );
    scene.run(300);
    assert!(scene.object("ConfigMap", "a").is_none());
    let operation = manifest::Value::from_yaml("{sync: {}}").expect("a valid text");
    let asked = scene.argocd.request(&mut scene.sim, &mut scene.cluster, "web", operation, &sim::Causes::none());
    let refusal = asked.expect_err("the window is open");
    assert_eq!((refusal.code, &*refusal.message), ("PermissionDenied", "cannot sync: blocked by sync window"));
    scene.run(600);
    assert!(scene.object("ConfigMap", "a").is_some(), "the next look after the window syncs");
}
