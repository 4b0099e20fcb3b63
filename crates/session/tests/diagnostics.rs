//! What the editor says while one types: in the words of the tool that will read the file, at its line.

use screen::{Diagnostic, Input};
use session::Session;

fn start() -> Session {
    Session::start(testkit::first_lesson(), 1, "test").expect("lesson 0 starts")
}

fn typed(session: &mut Session, line: &str) {
    session.act(Input::Line { terminal: 1, text: line.into() });
}

/// `line:column message`, with `warning: ` before what only warns.
fn told(session: &Session, path: &str, text: &str) -> Vec<String> {
    let say = |one: Diagnostic| {
        format!("{}:{} {}{}", one.line, one.column, if one.warning { "warning: " } else { "" }, one.message)
    };
    view::diagnose(&session.now().world, path, text).into_iter().map(say).collect()
}

const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: registry.encore/web:1
";

#[test]
fn objects_are_read_as_the_api_server_reads_them() {
    let session = start();
    let path = "/home/learner/web/web.yaml";
    assert!(told(&session, path, DEPLOYMENT).is_empty(), "what is right, and there already, is right");
    let with = |from: &str, to: &str| told(&session, path, &DEPLOYMENT.replace(from, to));
    assert_eq!(with("replicas: 3", "replicaz: 3"), ["7:3 unknown field \"spec.replicaz\""]);
    let wrong = "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32";
    assert_eq!(with("replicas: 3", "replicas: three"), [format!("7:3 {wrong}")]);
    let missing = "spec.template.spec.containers[0].name: Required value";
    assert_eq!(with("- name: web\n        image", "- image"), [format!("13:9 {missing}")]);
    let labels = "`selector` does not match template `labels`";
    let found = with("{labels: {app: web}}", "{labels: {app: shop}}");
    assert!(found.len() == 1 && found[0].starts_with("10:") && found[0].ends_with(labels), "{found:?}");
    let unknown = "no matches for kind \"Deploymnt\" in version \"apps/v1\"; ensure CRDs are installed first";
    assert_eq!(with("kind: Deployment", "kind: Deploymnt"), [format!("2:1 warning: {unknown}")]);
    let elsewhere = DEPLOYMENT.replace("namespace: shop", "namespace: not-there-yet");
    assert!(told(&session, path, &elsewhere).is_empty(), "a namespace may be made later");
    let both = format!("{DEPLOYMENT}---\napiVersion: v1\nkind: Service\nmetadata: {{name: x}}\nspec: {{prots: []}}\n");
    assert_eq!(told(&session, path, &both)[0], "19:8 unknown field \"spec.prots\"");
}

#[test]
fn kustomizations_are_built_with_what_is_typed() {
    let mut session = start();
    typed(&mut session, "mkdir -p k && cd k && kubectl create configmap a --dry-run=client -o yaml > a.yaml");
    let path = "/home/learner/k/kustomization.yaml";
    assert!(told(&session, path, "resources:\n- a.yaml\n").is_empty());
    let found = told(&session, path, "resource:\n- a.yaml\n");
    assert!(
        found.len() == 1 && found[0].starts_with("1:1 ") && found[0].contains("unknown field \"resource\""),
        "{found:?}"
    );
    let found = told(&session, path, "namePrefix: x-\nresources:\n- a.yaml\n- b.yaml\n");
    assert!(found[0].starts_with("4:1 ") && found[0].contains("no such file or directory"), "{found:?}");
    let found = told(&session, path, "bases:\n- a.yaml\n");
    assert!(found.iter().any(|one| one.contains("warning: ") && one.contains("'bases' is deprecated")), "{found:?}");
    // A patch is no whole object; a wrong field of it is wrong all the same.
    typed(&mut session, "printf 'resources: [a.yaml]\\npatches: [{path: p.yaml}]\\n' > kustomization.yaml");
    let patch = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 2}\n";
    assert!(told(&session, "/home/learner/k/p.yaml", patch).is_empty());
    assert!(!told(&session, "/home/learner/k/q.yaml", patch).is_empty(), "anywhere else it is one that lacks much");
    let wrong = told(&session, "/home/learner/k/p.yaml", &patch.replace("replicas", "replica"));
    assert_eq!(wrong, ["4:8 unknown field \"spec.replica\""]);
}

#[test]
fn charts_are_linted_with_what_is_typed() {
    let mut session = start();
    typed(&mut session, "helm create stage && rm -r stage/templates/tests");
    let template = "/home/learner/stage/templates/service.yaml";
    let read = |session: &Session, path: &str| {
        let world = &session.now().world;
        world.machine(&world::MachineId::workstation()).expect("it is there").files.read_text(path).expect("a file")
    };
    let text = read(&session, template);
    assert!(told(&session, template, &text).is_empty(), "braces are no wrong YAML");
    let found = told(&session, template, &format!("{text}{{{{ if }}}}\n"));
    let line = text.lines().count() + 1;
    assert!(
        found.len() == 1 && found[0].starts_with(&format!("{line}:1 parse error at (stage/templates/")),
        "{found:?}"
    );
    let found = told(&session, template, &format!("{text}x: {{{{ .Values.a.b.c }}}}\n"));
    assert!(
        found.len() == 1 && found[0].starts_with(&format!("{line}:")) && found[0].contains("nil pointer"),
        "{found:?}"
    );
    let chart = "/home/learner/stage/Chart.yaml";
    let text = read(&session, chart);
    assert!(told(&session, chart, &text).is_empty());
    let found = told(&session, chart, &text.replace("version: 0.1.0", "version: one"));
    assert!(found.iter().any(|one| one.contains("version 'one' is not a valid SemVer")), "{found:?}");
    let values = "/home/learner/stage/values.yaml";
    let found = told(&session, values, &read(&session, values).replace("service:", "servise:"));
    assert!(found.iter().any(|one| one.contains("nil pointer evaluating interface {}.")), "{found:?}");
}

#[test]
fn applications_are_read_as_argo_cd_reads_them() {
    let session = start();
    let path = "/home/learner/app.yaml";
    let app = "\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: two, namespace: argocd}
spec:
  project: default
  source:
    repoURL: https://forge.encore/encore/deploy.git
    path: apps
  destination: {server: https://kubernetes.default.svc, namespace: shop}
";
    assert!(told(&session, path, app).is_empty());
    let with = |from: &str, to: &str| told(&session, path, &app.replace(from, to));
    let found = with("project:", "projekt:");
    assert!(found[0].starts_with("5:3 warning: ") && found[0].ends_with("unknown field \"spec.projekt\""), "{found:?}");
    let found = with("path: apps", "path: app");
    assert!(found[0].starts_with("8:5 warning: ") && found[0].contains("app path does not exist"), "{found:?}");
    let found = with("encore/deploy.git", "encore/nothing.git");
    assert!(found[0].starts_with("7:5 warning: ") && found[0].contains("repository not found"), "{found:?}");
    let found = with("project: default", "project: team");
    assert!(found[0].starts_with("5:3 warning: ") && found[0].contains("project \"team\""), "{found:?}");
}

#[test]
fn workflows_are_read_as_the_pipelines_read_them() {
    let session = start();
    let path = "/home/learner/web/.github/workflows/release.yaml";
    let text = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n    - run: echo\n      if: ${{ github.nope( }}\n";
    let found = told(&session, path, text);
    assert!(found.len() == 1 && found[0].starts_with("7:"), "{found:?}");
}
