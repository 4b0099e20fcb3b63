//! Argo CD beside its normal course: where it looks, what wakes it, what it refuses, what it tells of each resource.

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

fn start() -> Session {
    Session::start(testkit::first_lesson(), 1, "test").expect("lesson 0 starts")
}

fn patch(session: &mut Session, spec: &str) -> String {
    typed(session, &format!("kubectl patch application encore -n argocd --type merge -p '{{\"spec\":{spec}}}'"))
}

fn app(session: &Session, path: &str) -> String {
    let world = &session.now().world;
    let app = world.argocd.applications(&world.cluster).next().expect("lesson 0 has an application");
    app.value.str_at(path).to_string()
}

fn replicas(session: &Session) -> Option<i64> {
    let store = session.now().world.cluster.store();
    store.get(cluster::DEPLOYMENT, "shop", "web").and_then(|web| web.value.int_at("spec.replicas"))
}

#[test]
fn an_application_outside_of_its_own_namespace_is_none() {
    let mut session = start();
    let copy =
        "kubectl get application encore -n argocd -o json | jq 'del(.status, .metadata) | .metadata = {name: \"two\"}'";
    let made = typed(&mut session, &format!("{copy} | kubectl apply -n shop -f -"));
    assert!(made.contains("application.argoproj.io/two created"), "{made}");
    wait(&mut session, 300);
    let status =
        typed(&mut session, "kubectl get application two -n shop -o jsonpath='{.status}'; argocd app list -o name");
    assert_eq!(status.trim_start().lines().next(), Some("argocd/encore"), "{status}");
}

#[test]
fn healing_starts_when_it_is_switched_on_and_not_before() {
    let mut session = start();
    patch(&mut session, r#"{"syncPolicy":{"automated":{"selfHeal":false}}}"#);
    typed(&mut session, "kubectl scale deployment/web -n shop --replicas=1");
    wait(&mut session, 200);
    assert_eq!((replicas(&session), app(&session, "status.sync.status").as_str()), (Some(1), "OutOfSync"));
    patch(&mut session, r#"{"syncPolicy":{"automated":{"selfHeal":true}}}"#);
    wait(&mut session, 8);
    assert_eq!(replicas(&session), Some(3));
}

#[test]
fn another_source_is_compared_at_once_and_a_broken_one_is_told_once() {
    let mut session = start();
    patch(&mut session, r#"{"source":{"path":"nowhere"}}"#);
    wait(&mut session, 3);
    assert_eq!(app(&session, "status.sync.status"), "Unknown");
    assert!(app(&session, "status.conditions[0].message").ends_with("nowhere: app path does not exist"));
    let version = session.now().world.cluster.store().version();
    wait(&mut session, 3);
    let world = &session.now().world;
    let object = world.argocd.applications(&world.cluster).next().expect("it is there");
    let own: u64 = object.value.str_at("metadata.resourceVersion").parse().expect("a number");
    assert!(own <= version, "a broken application is written again and again");
    patch(&mut session, r#"{"source":{"path":"apps"}}"#);
    wait(&mut session, 3);
    assert_eq!(app(&session, "status.sync.status"), "Synced");
}

#[test]
fn what_is_not_part_of_the_sandbox_is_refused_in_words() {
    for (spec, told) in [
        (
            r#"{"ignoreDifferences":[{"kind":"Deployment","jqPathExpressions":[".spec"]}]}"#,
            "spec.ignoreDifferences.jqPathExpressions is real Argo CD, but",
        ),
        (
            r#"{"syncPolicy":{"syncOptions":["ClientSideApplyMigration=false"]}}"#,
            "the sync option ClientSideApplyMigration=false is real Argo CD, but",
        ),
        (r#"{"source":{"ref":"values"}}"#, "spec.source.ref is real Argo CD, but"),
    ] {
        let mut session = start();
        patch(&mut session, spec);
        let got = typed(&mut session, "argocd app get encore --refresh");
        assert!(got.contains("InvalidSpecError") && got.contains(told), "{got}");
    }
}

#[test]
fn a_sync_tells_what_it_did_with_each_resource() {
    let mut session = start();
    patch(&mut session, r#"{"syncPolicy":null}"#);
    typed(&mut session, "kubectl scale deployment/web -n shop --replicas=1");
    typed(&mut session, "git clone -q https://forge.encore/encore/deploy.git ~/deploy && cd ~/deploy");
    typed(&mut session, "git rm -q apps/notify.yaml && git commit -qm 'No more mail' && git push -q");
    wait(&mut session, 5);
    let told = typed(&mut session, "argocd app sync encore; echo code $?");
    for words in ["deployment.apps/web configured", "service/web unchanged", "ignored (requires pruning)", "code 1"] {
        assert!(told.contains(words), "no “{words}” in {told}");
    }
    typed(&mut session, "argocd app sync encore --prune > /dev/null");
    let told = typed(&mut session, "argocd app get encore | grep -cE 'Pruned +pruned'");
    assert_eq!(told.trim_start().lines().next(), Some("2"), "{told}");
}
