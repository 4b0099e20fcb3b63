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
