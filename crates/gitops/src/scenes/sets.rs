//! ApplicationSets.

use super::{NAMESPACE, Scene};

const SOURCE: &str = "source: {repoURL: 'https://forge/team/web', path: '{{path}}', targetRevision: main}";
const TO: &str = "destination: {server: 'https://kubernetes.default.svc', namespace: '{{env}}'}";

fn set(scene: &mut Scene, generators: &str, name: &str, more: &str) {
    let template = format!("template: {{metadata: {{name: '{name}'}}, spec: {{project: default, {SOURCE}, {TO}}}}}");
    let text = format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {{name: all}}\nspec: {{generators: {generators}, {template}{more}}}"
    );
    scene.apply(NAMESPACE, &text);
}

fn apps(scene: &Scene) -> Vec<String> {
    let line = |app: &std::sync::Arc<cluster::Object>| {
        let spec = app.value.at("spec");
        format!("{} {} {}", app.name(), spec.str_at("source.path"), spec.str_at("destination.namespace"))
    };
    scene.argocd.applications(&scene.cluster).map(line).collect()
}

fn condition(scene: &Scene, kind: &str) -> String {
    let set = scene.object("ApplicationSet", "all").expect("it is there");
    let one = cluster::condition(&set.value, kind).expect("the condition is there");
    [one.str_at("status"), one.str_at("message")].join(" ")
}

#[test]
fn a_list_makes_applications_and_takes_them_away() {
    let mut scene = Scene::new();
    let list = |envs: &[&str]| {
        let all: Vec<String> = envs.iter().map(|env| format!("{{env: {env}, path: apps}}")).collect();
        format!("[{{list: {{elements: [{}]}}}}]", all.join(", "))
    };
    scene.repo.revisions.push(super::config("a", "x", ""));
    set(&mut scene, &list(&["dev", "prod"]), "web-{{ env }}", "");
    scene.run(3);
    assert_eq!(apps(&scene), ["web-dev apps dev", "web-prod apps prod"]);
    assert_eq!(condition(&scene, "ResourcesUpToDate"), "True All applications have been generated successfully");
    let app = scene.object("Application", "web-dev").expect("it was made");
    assert_eq!(app.value.str_at("metadata.finalizers[0]"), "resources-finalizer.argocd.argoproj.io");
    // What somebody changes by hand is changed back; what is deleted comes again.
    scene.patch("Application", "web-dev", "{spec: {source: {path: other}}}");
    scene.delete("Application", "web-prod");
    scene.run(5);
    assert_eq!(apps(&scene), ["web-dev apps dev", "web-prod apps prod"]);
    set(&mut scene, &list(&["prod", "stage"]), "web-{{ env }}", "");
    scene.run(10);
    assert_eq!(apps(&scene), ["web-prod apps prod", "web-stage apps stage"]);
    let at_rest = scene.cluster.store().version();
    scene.run(30);
    assert_eq!(scene.cluster.store().version(), at_rest, "a set at rest writes nothing");
    scene.delete("ApplicationSet", "all");
    scene.run(30);
    assert_eq!(apps(&scene), Vec::<String>::new());
}

#[test]
fn policies_hold_back_changes_and_deletions() {
    let mut scene = Scene::new();
    let only = ", syncPolicy: {applicationsSync: create-only, preserveResourcesOnDeletion: true}";
    set(&mut scene, "[{list: {elements: [{env: dev, path: apps}]}}]", "web-{{env}}", only);
    scene.run(3);
    set(&mut scene, "[{list: {elements: [{env: dev, path: new}, {env: prod, path: new}]}}]", "web-{{env}}", only);
    scene.run(3);
    assert_eq!(apps(&scene), ["web-dev apps dev", "web-prod new prod"]);
    set(&mut scene, "[{list: {elements: [{env: prod, path: new}]}}]", "web-{{env}}", only);
    scene.run(3);
    assert_eq!(apps(&scene).len(), 2);
    assert!(scene.object("Application", "web-dev").is_some_and(|app| app.finalizers().is_empty()));
}

#[test]
fn folders_and_files_of_a_repository_make_applications() {
    let mut scene = Scene::new();
    for (path, text) in [
        ("apps/Cart/all.yaml", ""),
        ("apps/old/all.yaml", ""),
        ("apps/web/base/all.yaml", ""),
        ("clusters/dev/config.json", r#"{"env": "dev", "team": {"name": "a"}}"#),
        ("clusters/prod/config.json", r#"{"env": "prod", "team": {"name": "b"}}"#),
    ] {
        scene.repo.tree.push((path.into(), text.into()));
    }
    let git = "repoURL: 'https://forge/team/web', revision: main";
    let folders = format!(
        "[{{git: {{{git}, directories: [{{path: apps/*}}, {{path: apps/old, exclude: true}}], values: {{tier: '{{{{path[0]}}}}'}}}}}}]"
    );
    set(&mut scene, &folders, "{{path.basenameNormalized}}-{{values.tier}}", "");
    scene.run(3);
    assert_eq!(apps(&scene), ["cart-apps apps/Cart {{env}}", "web-apps apps/web {{env}}"]);
    // A new folder is seen by the next look, at the latest after three minutes.
    scene.repo.tree.insert(0, ("apps/api/all.yaml".into(), String::new()));
    scene.run(200);
    assert_eq!(apps(&scene).len(), 3);
    let files = format!("[{{git: {{{git}, files: [{{path: 'clusters/**/config.json'}}]}}}}]");
    set(&mut scene, &files, "{{team.name}}-{{path.basename}}", "");
    scene.run(10);
    assert_eq!(apps(&scene), ["a-dev clusters/dev dev", "b-prod clusters/prod prod"]);
}

#[test]
fn generators_are_multiplied_and_merged() {
    let mut scene = Scene::new();
    let list = |elements: &str| format!("{{list: {{elements: [{elements}]}}}}");
    let (envs, parts) = (list("{env: dev}, {env: prod}"), list("{path: web}, {path: cart}"));
    set(&mut scene, &format!("[{{matrix: {{generators: [{envs}, {parts}]}}}}]"), "{{path}}-{{env}}", "");
    scene.run(3);
    assert_eq!(apps(&scene), ["cart-dev cart dev", "cart-prod cart prod", "web-dev web dev", "web-prod web prod"]);
    let over = list("{env: prod, path: big}");
    let base = list("{env: dev, path: small}, {env: prod, path: small}");
    set(&mut scene, &format!("[{{merge: {{mergeKeys: [env], generators: [{base}, {over}]}}}}]"), "web-{{env}}", "");
    scene.run(10);
    assert_eq!(apps(&scene), ["web-dev small dev", "web-prod big prod"]);
    set(&mut scene, &format!("[{{matrix: {{generators: [{envs}]}}}}]"), "web-{{env}}", "");
    scene.run(3);
    assert_eq!(condition(&scene, "ErrorOccurred"), "True found less than two generators, Matrix support only two");
    assert_eq!(apps(&scene).len(), 2, "what is there stays when parameters cannot be made");
}

#[test]
fn go_templates_are_filled_by_their_own_language() {
    let mut scene = Scene::new();
    let text = "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: all}\nspec:\n  goTemplate: true\n  goTemplateOptions: [missingkey=error]\n  generators: [{list: {elements: [{env: {name: dev}, path: apps}]}}]\n  template: {metadata: {name: 'web-{{ .env.name }}'}, spec: {project: default, source: {repoURL: r, path: '{{ .path }}'}, destination: {server: 'https://kubernetes.default.svc', namespace: '{{ .env.name }}'}}}\n";
    scene.apply(NAMESPACE, text);
    scene.run(3);
    assert_eq!(apps(&scene), ["web-dev apps dev"]);
    scene.apply(NAMESPACE, &text.replace("{{ .path }}", "{{ .paht }}"));
    scene.run(3);
    assert!(
        condition(&scene, "ErrorOccurred")
            .starts_with("True failed to execute go template {{ .paht }}: map has no entry")
    );
}

#[test]
fn what_is_wrong_or_not_here_is_told() {
    let mut scene = Scene::new();
    set(&mut scene, "[{list: {elements: [{env: dev, path: a}, {env: prod, path: b}]}}]", "web", "");
    scene.run(3);
    assert_eq!(
        condition(&scene, "ErrorOccurred"),
        "True ApplicationSet all contains applications with duplicate name: web"
    );
    set(&mut scene, "[{pullRequest: {github: {}}}]", "web", "");
    scene.run(3);
    let told = "False the generator pullRequest is real Argo CD, but not part of this sandbox yet";
    assert_eq!(condition(&scene, "ParametersGenerated"), told);
}
