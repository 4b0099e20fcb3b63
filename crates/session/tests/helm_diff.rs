//! `helm diff`, and what `--atomic` takes back.

use screen::Input;
use session::Session;

/// What a line prints on both streams, and its exit code.
fn told(session: &mut Session, line: &str) -> (String, String) {
    let whole = format!("{line} > /tmp/out 2>&1; echo $? > /tmp/code");
    session.act(Input::Line { terminal: 1, text: whole });
    let files = session.now().world.machine(&world::MachineId::workstation()).expect("it is there").files.clone();
    let read = |path: &str| files.read_text(path).unwrap_or_default();
    (read("/tmp/out"), read("/tmp/code").trim().to_string())
}

const TEMPLATE: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: {{ .Release.Name }}}}
  template:
    metadata: {labels: {app: {{ .Release.Name }}}}
    spec: {containers: [{name: web, image: \"{{ .Values.image }}\"}]}
{{- if .Values.word }}
---
apiVersion: v1
kind: Secret
metadata: {name: {{ .Release.Name }}-word}
stringData: {word: {{ .Values.word }}, same: again}
{{- end }}
";

fn start() -> Session {
    let mut session = Session::start(testkit::first_lesson(), 1, "test").expect("lesson 0 starts");
    told(&mut session, "mkdir -p ~/web/templates");
    for (file, text) in [
        ("web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n"),
        ("web/values.yaml", "replicas: 1\nimage: nginx:1.25\nword: \"\"\n"),
        ("web/templates/web.yaml", TEMPLATE),
    ] {
        let line = format!("printf '%b' '{}' > ~/{file}", text.replace('\n', "\\n"));
        session.act(Input::Line { terminal: 1, text: line });
    }
    session
}

#[test]
fn an_upgrade_is_shown_before_it_is_made() {
    let mut session = start();
    let (out, code) = told(&mut session, "helm diff upgrade front web -n shop");
    assert!(
        out.starts_with(
            "Error: Failed to get release front in namespace shop: exit status 1: Error: release: not found"
        ),
        "{out}"
    );
    assert_eq!(code, "1");
    let (out, _) = told(&mut session, "helm diff upgrade front web -n shop --allow-unreleased -C 0");
    assert!(out.contains("Release was not present in Helm."), "{out}");
    assert!(
        out.contains("shop, front, Deployment (apps) has been added:\n+ # Source: web/templates/web.yaml\n"),
        "{out}"
    );
    told(&mut session, "helm install front web -n shop");
    assert_eq!(
        told(&mut session, "helm diff upgrade front web -n shop --detailed-exitcode"),
        (String::new(), "0".into())
    );
    let change = "helm diff upgrade front web -n shop --set replicas=2 --detailed-exitcode";
    let (out, code) = told(&mut session, &format!("{change} -C 1"));
    let want = "\
shop, front, Deployment (apps) has changed:
...
  spec:
-   replicas: 1
+   replicas: 2
    selector: {matchLabels: {app: front}}
...
Error: identified at least one change, exiting with non-zero exit code (detailed-exitcode parameter enabled)
Error: plugin \"diff\" exited with error
";
    assert_eq!((out.as_str(), code.as_str()), (want, "2"));
    let (out, _) = told(&mut session, &format!("{change} --output simple"));
    assert!(out.contains("to be changed.\nPlan: 0 to add, 1 to change, 0 to destroy.\n"), "{out}");
    assert_eq!(session.replay_all().state_hash(), session.now().state_hash());
}

#[test]
fn revisions_are_compared_and_secrets_are_not_told() {
    let mut session = start();
    told(&mut session, "helm install front web -n shop --set word=hunter2");
    told(&mut session, "helm upgrade front web -n shop --set word=swordfish");
    told(&mut session, "helm upgrade front web -n shop --set word=");
    let (out, code) = told(&mut session, "helm diff revision front 1 2 -n shop");
    assert!(out.contains("shop, front-word, Secret (v1) has changed:"), "{out}");
    assert!(out.contains("-   word: '-------- # (7 bytes)'\n+   word: '++++++++ # (9 bytes)'\n"), "{out}");
    assert!(out.contains("    same: 'REDACTED # (5 bytes)'\n"), "{out}");
    assert!(!out.contains("hunter2") && code == "0", "{out}");
    let (out, _) = told(&mut session, "helm diff revision front 1 2 -n shop --show-secrets");
    assert!(out.contains("- stringData: {word: hunter2, same: again}"), "{out}");
    let (out, _) = told(&mut session, "helm diff rollback front 1 -n shop --suppress-secrets");
    assert!(
        out.contains(
            "front-word, Secret (v1) has been added:\n+ Changes suppressed on sensitive content of type Secret\n"
        ),
        "{out}"
    );
    let (out, _) = told(&mut session, "helm diff rollback front 9 -n shop");
    assert!(out.contains("Error: release: not found"), "{out}");
}

#[test]
fn an_atomic_upgrade_that_does_not_come_up_is_taken_back() {
    let mut session = start();
    told(&mut session, "helm install front web -n shop --wait");
    let (out, code) = told(
        &mut session,
        "helm upgrade front web -n shop --atomic --timeout 40s --set image=registry.encore/nobody/has:this",
    );
    assert!(
        out.contains("Error: UPGRADE FAILED: release front failed, and has been rolled back due to atomic being set: "),
        "{out}"
    );
    assert_eq!(code, "1");
    let (out, _) = told(
        &mut session,
        "kubectl get deployment front -n shop -o jsonpath='{.spec.template.spec.containers[0].image}'",
    );
    assert_eq!(out, "nginx:1.25");
    let (out, _) = told(&mut session, "helm history front -n shop");
    assert!(out.contains("Rollback to 1"), "{out}");
    let (out, code) = told(
        &mut session,
        "helm install back web -n shop --atomic --timeout 40s --set image=registry.encore/nobody/has:this",
    );
    assert!(
        out.contains(
            "Error: INSTALLATION FAILED: release back failed, and has been uninstalled due to atomic being set: "
        ),
        "{out}"
    );
    assert_eq!(code, "1");
    let (out, _) = told(&mut session, "kubectl get deployment back -n shop");
    assert!(out.contains("deployments.apps \"back\" not found"), "{out}");
    assert_eq!(session.replay_all().state_hash(), session.now().state_hash());
}
