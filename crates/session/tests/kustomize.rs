//! Argo CD and a folder with a kustomization: it is rendered, a new tag by a commit rolls out, what is wrong is told.

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
  source: {repoURL: https://forge.encore/encore/deploy.git, targetRevision: main, path: overlays/prod}
  destination: {server: https://kubernetes.default.svc, namespace: shop}
  syncPolicy: {automated: {prune: true, selfHeal: true}}
";

const DEPLOYMENT: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: hello}
spec:
  replicas: 1
  selector: {matchLabels: {app: hello}}
  template:
    metadata: {labels: {app: hello}}
    spec: {containers: [{name: hello, image: nginx}]}
";

const OVERLAY: &str = "resources: [../../base]
namePrefix: prod-
images: [{name: nginx, newTag: \"1.27\"}]
";

fn value(session: &Session, kind: cluster::KindId, namespace: &str, name: &str, path: &str) -> String {
    let store = session.now().world.cluster.store();
    store.get(kind, namespace, name).map(|object| object.value.str_at(path).to_string()).unwrap_or_default()
}

#[test]
fn argo_cd_renders_an_overlay_and_a_new_tag_rolls_out() {
    let mut session = Session::start(testkit::first_lesson(), 1, "test").expect("lesson 0 starts");
    let app_kind = session.now().world.argocd.kind();
    let app = |session: &Session, path: &str| value(session, app_kind, "argocd", "hello", path);
    let image = |session: &Session| {
        value(session, cluster::DEPLOYMENT, "shop", "prod-hello", "spec.template.spec.containers[0].image")
    };
    typed(&mut session, "git clone -q https://forge.encore/encore/deploy.git ~/deploy && cd ~/deploy");
    typed(&mut session, "mkdir -p base overlays/prod; printf 'resources: [hello.yaml]\\n' > base/kustomization.yaml");
    for (file, text) in
        [("base/hello.yaml", DEPLOYMENT), ("overlays/prod/kustomization.yaml", OVERLAY), ("/tmp/app.yaml", APP)]
    {
        typed(&mut session, &format!("printf '%b' '{}' > {file}", text.replace('\n', "\\n")));
    }
    typed(&mut session, "git add -A && git commit -qm 'Say hello' && git push -q");
    let made = typed(&mut session, "kubectl apply -f /tmp/app.yaml");
    assert!(made.contains("application.argoproj.io/hello created"), "{made}");
    wait(&mut session, 60);
    assert_eq!(image(&session), "nginx:1.27", "{}", typed(&mut session, "argocd app get hello"));
    assert_eq!(app(&session, "status.sourceType"), "Kustomize");
    assert_eq!(app(&session, "status.sync.status"), "Synced");

    typed(
        &mut session,
        "sed -i s/1.27/1.28/ overlays/prod/kustomization.yaml && git commit -qam 'Newer' && git push -q",
    );
    wait(&mut session, 60);
    assert_eq!(image(&session), "nginx:1.28");
    assert_eq!(app(&session, "status.health.status"), "Healthy");
    let sets = typed(&mut session, "kubectl get rs -n shop");
    assert_eq!(sets.matches("prod-hello-").count(), 2, "{sets}");

    // The Application's own words win over the file's.
    let change = r#"kubectl patch application hello -n argocd --type merge -p '{"spec":{"source":{"kustomize":{"images":["nginx:1.27"],"nameSuffix":"-x"}}}}'"#;
    typed(&mut session, change);
    wait(&mut session, 300);
    assert_eq!(
        value(&session, cluster::DEPLOYMENT, "shop", "prod-hello-x", "spec.template.spec.containers[0].image"),
        "nginx:1.27",
        "{}",
        typed(&mut session, "argocd app get hello")
    );

    typed(
        &mut session,
        "echo '- ../nope' > /dev/null; sed -i 's/.base/nope/' overlays/prod/kustomization.yaml && git commit -qam Oops && git push -q",
    );
    wait(&mut session, 60);
    let told = app(&session, "status.conditions[0].message");
    let start = "Failed to load target state: failed to generate manifest for source 1 of 1: rpc error: code = Unknown desc = \
         `kustomize build <path to cached source>/overlays/prod` failed exit status 1: Error: accumulating resources: ";
    assert!(told.starts_with(start), "{told}");
    assert!(told.contains("evalsymlink failure on '<path to cached source>/"), "{told}");
    assert_eq!(app(&session, "status.conditions[0].type"), "ComparisonError");
    assert_eq!(session.replay_all().state_hash(), session.now().state_hash());
}
