//! Argo CD and a folder with a chart: it is rendered with the Application's values, a change by a commit rolls out.

use screen::Input;
use session::Session;

fn typed(session: &mut Session, line: &str) -> String {
    session.act(Input::Line { terminal: 1, text: line.into() });
    let text = session.now().world.terminal(world::TerminalId(1)).expect("it is open").plain_text();
    text.rsplit_once(line).map(|(_, after)| after.to_string()).unwrap_or_default()
}

fn wait(session: &mut Session, secs: u64) {
    let to_micros = session.now().now().as_micros() + secs * 1_000_000;
    session.act(Input::Advance { to_micros });
}

const APP: &str = "apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: hello, namespace: argocd}
spec:
  project: default
  source:
    repoURL: https://forge.encore/encore/deploy.git
    targetRevision: main
    path: hello
    helm:
      valueFiles: [prod.yaml]
      parameters: [{name: replicas, value: \"2\"}]
  destination: {server: https://kubernetes.default.svc, namespace: shop}
  syncPolicy: {automated: {prune: true, selfHeal: true}}
";

const TEMPLATE: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}-web}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: hello}}
  template:
    metadata: {labels: {app: hello}}
    spec: {containers: [{name: hello, image: \"nginx:{{ .Values.tag }}\"}]}
";

fn value(session: &Session, kind: cluster::KindId, namespace: &str, name: &str, path: &str) -> manifest::Value {
    let store = session.now().world.cluster.store();
    store.get(kind, namespace, name).map(|object| object.value.at(path).clone()).unwrap_or_default()
}

#[test]
fn argo_cd_renders_a_chart_and_a_new_value_rolls_out() {
    let mut session = Session::start(testkit::first_lesson(), 1, "test").expect("lesson 0 starts");
    let app_kind = session.now().world.argocd.kind();
    let app = |session: &Session, path: &str| value(session, app_kind, "argocd", "hello", path);
    let web = |session: &Session, path: &str| value(session, cluster::DEPLOYMENT, "shop", "hello-web", path);
    let image = "spec.template.spec.containers[0].image";
    typed(&mut session, "git clone -q https://forge.encore/encore/deploy.git ~/deploy && cd ~/deploy");
    typed(&mut session, "mkdir -p hello/templates");
    for (file, text) in [
        ("hello/Chart.yaml", "apiVersion: v2\nname: hello\nversion: 0.1.0\n"),
        ("hello/values.yaml", "replicas: 1\ntag: \"1.25\"\n"),
        ("hello/prod.yaml", "tag: \"1.27\"\n"),
        ("hello/templates/web.yaml", TEMPLATE),
        ("/tmp/app.yaml", APP),
    ] {
        typed(&mut session, &format!("printf '%b' '{}' > {file}", text.replace('\n', "\\n")));
    }
    typed(&mut session, "git add -A && git commit -qm 'Say hello' && git push -q");
    let made = typed(&mut session, "kubectl apply -f /tmp/app.yaml");
    assert!(made.contains("application.argoproj.io/hello created"), "{made}");
    wait(&mut session, 60);
    assert_eq!(web(&session, image), "nginx:1.27".into(), "{}", typed(&mut session, "argocd app get hello"));
    assert_eq!(web(&session, "spec.replicas"), 2.into());
    assert_eq!(app(&session, "status.sourceType"), "Helm".into());
    assert_eq!(app(&session, "status.sync.status"), "Synced".into());

    typed(&mut session, "sed -i s/1.27/1.28/ hello/prod.yaml && git commit -qam 'Newer' && git push -q");
    wait(&mut session, 60);
    assert_eq!(web(&session, image), "nginx:1.28".into());

    typed(&mut session, "echo '{{ required \"no name\" .Values.name }}' >> hello/templates/web.yaml");
    typed(&mut session, "git commit -qam 'Broken' && git push -q");
    wait(&mut session, 60);
    let told = app(&session, "status.conditions").to_json();
    let want = "execution error at (hello/templates/web.yaml:10:3): no name";
    assert!(told.contains(want), "{told}");
    assert_eq!(session.replay_all().state_hash(), session.now().state_hash());
}

const NGINX: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: {{ .Release.Name }}}}
  template:
    metadata: {labels: {app: {{ .Release.Name }}}}
    spec: {containers: [{name: web, image: \"nginx:{{ .Values.tag }}\"}]}
";

fn has(session: &mut Session, line: &str, wanted: &str) -> String {
    let told = typed(session, line);
    assert!(told.contains(wanted), "{line}\n{told}");
    told
}

#[test]
fn a_release_is_installed_upgraded_rolled_back_and_taken_away() {
    let mut session = Session::start(testkit::first_lesson(), 1, "test").expect("lesson 0 starts");
    let web = |session: &Session, path: &str| value(session, cluster::DEPLOYMENT, "shop", "front", path);
    let image = "spec.template.spec.containers[0].image";
    typed(&mut session, "mkdir -p ~/web/templates && cd ~");
    for (file, text) in [
        ("web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\nappVersion: \"9\"\n"),
        ("web/values.yaml", "replicas: 1\ntag: \"1.25\"\n"),
        ("web/templates/web.yaml", NGINX),
        ("web/templates/NOTES.txt", "Look at {{ .Release.Name }}, revision {{ .Release.Revision }}.\n"),
    ] {
        typed(&mut session, &format!("printf '%b' '{}' > {file}", text.replace('\n', "\\n")));
    }
    has(&mut session, "helm template x web --set tag=7", "image: \"nginx:7\"");
    has(&mut session, "helm list -n shop", "NAME\tNAMESPACE\tREVISION\tUPDATED\tSTATUS\tCHART\tAPP VERSION");
    has(&mut session, "helm upgrade front web -n shop", "Error: UPGRADE FAILED: \"front\" has no deployed releases");
    let told = has(&mut session, "helm install front web -n shop --wait", "NAME: front\n");
    for line in [
        "NAMESPACE: shop\n",
        "STATUS: deployed\n",
        "REVISION: 1\n",
        "TEST SUITE: None\n",
        "NOTES:\nLook at front, revision 1.\n",
    ] {
        assert!(told.contains(line), "{told}");
    }
    assert_eq!(web(&session, image), "nginx:1.25".into());
    assert_eq!(web(&session, "metadata.labels").get("app.kubernetes.io/managed-by"), Some(&"Helm".into()));
    let taken = "Error: INSTALLATION FAILED: cannot re-use a name that is still in use";
    has(&mut session, "helm install front web -n shop", taken);
    has(
        &mut session,
        "kubectl get secret -n shop --field-selector type=helm.sh/release.v1 -o name",
        "secret/sh.helm.release.v1.front.v1",
    );

    has(
        &mut session,
        "helm upgrade front web -n shop --set tag=1.27",
        "Release \"front\" has been upgraded. Happy Helming!\n",
    );
    assert_eq!(web(&session, image), "nginx:1.27".into());
    has(&mut session, "helm upgrade front web -n shop --reuse-values --set replicas=2", "REVISION: 3");
    assert_eq!((web(&session, image), web(&session, "spec.replicas")), ("nginx:1.27".into(), 2.into()));
    has(&mut session, "helm get values front -n shop", "USER-SUPPLIED VALUES:\nreplicas: 2\ntag: \"1.27\"\n");
    has(&mut session, "helm rollback front 1 -n shop", "Rollback was a success! Happy Helming!\n");
    assert_eq!((web(&session, image), web(&session, "spec.replicas")), ("nginx:1.25".into(), 1.into()));
    let told = has(&mut session, "helm history front -n shop", "REVISION\tUPDATED");
    for words in ["superseded", "Install complete", "Upgrade complete", "Rollback to 1", "web-0.1.0"] {
        assert!(told.contains(words), "{told}");
    }
    has(&mut session, "helm get manifest front -n shop", "# Source: web/templates/web.yaml\n");
    has(&mut session, "helm uninstall front -n shop", "release \"front\" uninstalled\n");
    assert_eq!(web(&session, image), manifest::Value::Null);
    has(&mut session, "helm status front -n shop", "Error: release: not found\n");
    has(&mut session, "helm wrong", "Error: unknown command \"wrong\" for \"helm\"\nRun 'helm --help' for usage.\n");
    has(
        &mut session,
        "helm lint web",
        "==> Linting web\n[INFO] Chart.yaml: icon is recommended\n\n1 chart(s) linted, 0 chart(s) failed\n",
    );
    has(&mut session, "helm repo list", "helm repo: real, but not part of this sandbox yet\n");
    assert_eq!(session.replay_all().state_hash(), session.now().state_hash());
}
