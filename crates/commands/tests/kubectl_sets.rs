//! Rollouts of stateful and daemon sets, server-side apply, selectors, and drains that respect budgets.

mod in_cluster;

use in_cluster::Session;

const SETS: &str = r#"kubectl create -f - <<'END'
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template: {metadata: {labels: {app: agent}}, spec: {containers: [{name: agent, image: "nginx:1.26"}]}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  replicas: 2
  selector: {matchLabels: {app: db}}
  template: {metadata: {labels: {app: db}}, spec: {containers: [{name: db, image: "nginx:1.26"}]}}
END"#;

#[test]
fn sets_roll_out_and_back() {
    let mut s = Session::new();
    s.ok(SETS);
    let out = s.ok("kubectl rollout status ds/agent");
    assert!(
        out.contains("Waiting for daemon set \"agent\" rollout to finish: 0 of 3 updated pods are available..."),
        "{out}"
    );
    assert!(out.ends_with("daemon set \"agent\" successfully rolled out\n"), "{out}");
    let out = s.ok("kubectl rollout status sts db");
    assert!(out.ends_with("partitioned roll out complete: 2 new pods have been updated...\n"), "{out}");
    s.ok("kubectl set image sts/db db=nginx:1.27");
    s.ok("kubectl set image ds/agent agent=nginx:1.27; kubectl rollout status sts/db; kubectl rollout status ds/agent");
    assert_eq!(
        s.ok("kubectl rollout history sts db"),
        "statefulset.apps/db \nREVISION  CHANGE-CAUSE\n1         <none>\n2         <none>\n\n"
    );
    let out = s.ok("kubectl rollout history ds/agent --revision=1");
    assert!(out.starts_with("daemonset.apps/agent with revision #1\nPod Template:\n  Labels:\tapp=agent\n"), "{out}");
    assert!(out.contains("Image:\tnginx:1.26"), "{out}");
    assert_eq!(s.ok("kubectl rollout undo sts/db"), "statefulset.apps/db rolled back\n");
    assert_eq!(s.ok("kubectl get sts db -o jsonpath='{.spec.template.spec.containers[0].image}'"), "nginx:1.26");
    assert_eq!(
        s.fails("kubectl rollout undo sts/db --to-revision=9"),
        "error: unable to find specified revision 9 in history\n"
    );
    assert_eq!(s.ok("kubectl rollout restart ds/agent"), "daemonset.apps/agent restarted\n");
    assert_eq!(
        s.fails("kubectl rollout pause ds/agent"),
        "error: daemonsets.apps \"agent\" pausing is not supported\n"
    );
}

#[test]
fn fields_have_managers() {
    let mut s = Session::new();
    assert_eq!(
        s.ok("kubectl apply --server-side -f web.yaml"),
        "deployment.apps/web serverside-applied\nservice/web serverside-applied\n"
    );
    assert_eq!(
        s.ok("kubectl apply --server-side -f web.yaml"),
        "deployment.apps/web serverside-applied\nservice/web serverside-applied\n"
    );
    s.ok("sed 's/replicas: 2/replicas: 5/' web.yaml > other.yaml");
    let err = s.fails("kubectl apply --server-side --field-manager=other -f other.yaml");
    assert!(err.starts_with("error: Apply failed with 1 conflict: conflict with \"kubectl\" using apps/v1: .spec.replicas\nPlease review the fields above--they currently have other managers. Here\nare the ways you can resolve this warning:\n* If you intend"), "{err}");
    assert!(
        err.ends_with("See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts\n"),
        "{err}"
    );
    s.ok("kubectl apply --server-side --field-manager=other --force-conflicts -f other.yaml");
    assert_eq!(s.ok("kubectl get deploy web -o jsonpath='{.spec.replicas}'"), "5");
    assert!(!s.ok("kubectl get deploy web -o yaml").contains("managedFields"));
    assert!(s.ok("kubectl get deploy web -o yaml --show-managed-fields").contains("manager: other"));
    assert_eq!(
        s.fails("kubectl apply --force-conflicts -f web.yaml"),
        "error: --force-conflicts only works with --server-side\n"
    );
}

#[test]
fn a_service_finds_other_pods() {
    let mut s = Session::new();
    s.ok("kubectl apply -f web.yaml");
    assert_eq!(s.ok("kubectl set selector svc web app=other,tier=x"), "service/web selector updated\n");
    assert_eq!(s.ok("kubectl get svc web -o jsonpath='{.spec.selector}'"), r#"{"app":"other","tier":"x"}"#);
    assert_eq!(
        s.fails("kubectl set selector deploy web app=x"),
        "error: setting a selector is only supported for Services\n"
    );
}

#[test]
fn a_budget_holds_a_drain_up() {
    let mut s = Session::new();
    s.ok("kubectl apply -f web.yaml; kubectl rollout status deploy/web; kubectl create pdb web --selector=app=web --min-available=2");
    s.wait(5);
    let node = s.ok("kubectl get pods -l app=web -o jsonpath='{.items[0].spec.nodeName}'");
    let (out, err, code) = s.run(&format!("kubectl drain {node} --timeout=12s"));
    assert_eq!(code, 1, "{out}{err}");
    let told = "(will retry after 5s): Cannot evict pod as it would violate the pod's disruption budget.\n";
    assert_eq!(err.matches(told).count(), 3, "{err}");
    s.ok(&format!("kubectl uncordon {node}; kubectl scale deploy web --replicas=3; kubectl rollout status deploy/web"));
    s.wait(5);
    let (out, err, code) = s.run(&format!("kubectl drain {node} --timeout=300s"));
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.contains(" evicted\n") && out.ends_with(&format!("node/{node} drained\n")), "{out}");
}

#[test]
fn endpoints_are_told_from_the_slices() {
    let mut s = Session::new();
    s.ok("kubectl apply -f web.yaml; kubectl rollout status deploy/web");
    s.wait(5);
    let out = s.ok("kubectl get ep web");
    assert!(out.starts_with("NAME   ENDPOINTS "), "{out}");
    assert_eq!(out.matches(":80").count(), 2, "{out}");
    assert_eq!(s.ok("kubectl get endpoints -o name"), "endpoints/web\n");
    assert!(s.ok("kubectl describe ep web").contains("Subsets:\n  Addresses:          10.244."));
    assert_eq!(s.ok("kubectl get ep web -o jsonpath='{.subsets[0].ports[0].port}'"), "80");
    assert_eq!(s.fails("kubectl get ep nope"), "Error from server (NotFound): endpoints \"nope\" not found\n");
}

#[test]
fn kinds_are_explained() {
    let mut s = Session::new();
    let out = s.ok("kubectl explain deploy.spec.replicas");
    assert_eq!(
        out,
        "GROUP:      apps\nKIND:       Deployment\nVERSION:    v1\n\nFIELD: replicas <integer>\n\n\nDESCRIPTION:\n    <empty>\n\n"
    );
    let out = s.ok("kubectl explain pod");
    assert!(out.starts_with("KIND:       Pod\nVERSION:    v1\n\nDESCRIPTION:\n    <empty>\nFIELDS:\n  apiVersion\t<string>\n    <no description>\n\n"), "{out}");
    let out = s.ok("kubectl explain svc.spec --recursive");
    assert!(out.contains("FIELD: spec <ServiceSpec>\n"), "{out}");
    assert!(out.contains("  ports\t<[]ServicePort>\n    appProtocol\t<string>\n"), "{out}");
    assert_eq!(s.fails("kubectl explain pod.spec.nope"), "error: field \"nope\" does not exist\n");
    assert_eq!(s.fails("kubectl explain nope"), "the server doesn't have a resource type \"nope\"\n");
}

#[test]
fn files_go_in_and_out() {
    let mut s = Session::new();
    s.ok(
        "kubectl apply -f web.yaml; kubectl rollout status deploy/web; mkdir -p d/e; echo hi > d/e/f; echo one > a.txt",
    );
    let pod = s.ok("kubectl get pods -l app=web -o jsonpath='{.items[0].metadata.name}'");
    assert_eq!(s.ok(&format!("kubectl cp a.txt {pod}:/root/b.txt")), "");
    assert_eq!(s.ok(&format!("kubectl exec {pod} -- cat /root/b.txt")), "one\n");
    s.ok(&format!("kubectl cp d default/{pod}:/root"));
    assert_eq!(s.ok(&format!("kubectl exec {pod} -- cat /root/d/e/f")), "hi\n");
    assert_eq!(s.ok(&format!("kubectl cp {pod}:/root/d back")), "tar: Removing leading `/' from member names\n");
    assert_eq!(s.ok("cat back/e/f"), "hi\n");
    assert_eq!(s.fails("kubectl cp a b"), "error: one of src or dest must be a remote file specification\n");
    assert_eq!(s.fails(&format!("kubectl cp nothere {pod}:/x")), "error: nothere doesn't exist in local filesystem\n");
}

#[test]
fn a_container_is_added_to_look_around() {
    let mut s = Session::new();
    s.ok("kubectl run one --image=nginx; kubectl wait --for=condition=Ready pod/one");
    let (out, err, code) =
        s.run("echo 'cat /etc/hostname; exit 3' | kubectl debug one -i --image=busybox -c dbg --profile=general");
    assert_eq!(
        (out.as_str(), err.as_str(), code),
        ("one\n", "If you don't see a command prompt, try pressing enter.\n", 0)
    );
    assert_eq!(
        s.ok("kubectl get pod one -o jsonpath='{.status.ephemeralContainerStatuses[0].state.terminated.exitCode}'"),
        "3"
    );
    assert!(s.ok("kubectl describe pod one").contains("Ephemeral Containers:\n  dbg:\n"));
    let (out, err, _) = s.run("kubectl debug one --image=busybox");
    assert!(out.starts_with("Defaulting debug container name to debugger-"), "{out}");
    assert!(err.starts_with("--profile=legacy is deprecated"), "{err}");
    let (out, _, code) = s.run("kubectl debug node/node-1 --image=busybox");
    assert!(code == 0 && out.starts_with("Creating debugging pod node-debugger-node-1-"), "{out}");
}
