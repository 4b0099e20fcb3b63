//! Who may do what, and what is used: `kubectl auth`, `--as`, `--token`, `kubectl top`.

mod in_cluster;

use in_cluster::Session;

const ROBOT: &str = "--as=system:serviceaccount:default:robot";

fn with_robot() -> Session {
    let mut s = Session::new();
    s.ok("kubectl create sa robot");
    s.ok("kubectl create role reader --verb=get,list --resource=pods,pods/log");
    s.ok("kubectl create rolebinding reads --role=reader --serviceaccount=default:robot");
    s
}

#[test]
fn questions_about_permission_are_answered() {
    let mut s = with_robot();
    assert_eq!(s.ok("kubectl auth can-i create pods"), "yes\n");
    assert_eq!(s.ok(&format!("kubectl auth can-i list po {ROBOT}")), "yes\n");
    let (out, err, code) = s.run(&format!("kubectl auth can-i delete pods {ROBOT}"));
    assert_eq!((out.as_str(), err.as_str(), code), ("no\n", "", 1));
    let (out, _, code) = s.run(&format!("kubectl auth can-i get pods --subresource=exec -q {ROBOT}"));
    assert_eq!((out.as_str(), code), ("", 1));
    let (out, err, code) = s.run(&format!("kubectl auth can-i list nodes {ROBOT}"));
    assert_eq!((out.as_str(), code), ("no\n", 1));
    assert_eq!(err, "Warning: resource 'nodes' is not namespace scoped\n\n");
    let (_, err, _) = s.run("kubectl auth can-i fly birds");
    assert_eq!(
        err,
        "Warning: the server doesn't have a resource type 'birds'\n\nWarning: verb 'fly' is not a known verb\n\n"
    );
    s.ok("kubectl create clusterrole health --verb=get --non-resource-url='/health*'");
    s.ok("kubectl create clusterrolebinding health --clusterrole=health --group=system:serviceaccounts");
    assert_eq!(s.ok(&format!("kubectl auth can-i get /healthz {ROBOT}")), "yes\n");
    assert_eq!(s.ok("kubectl auth can-i '*' '*'"), "yes\n");
    let list = s.ok(&format!("kubectl auth can-i --list {ROBOT}"));
    let mut lines = list.lines();
    assert_eq!(
        lines.next().map(|line| line.split("  ").map(str::trim).filter(|w| !w.is_empty()).collect::<Vec<_>>()),
        Some(vec!["Resources", "Non-Resource URLs", "Resource Names", "Verbs"])
    );
    assert!(list.lines().any(|line| line.starts_with("pods/log ") && line.ends_with("[get list]")), "{list}");
}

#[test]
fn one_is_told_who_one_is() {
    let mut s = with_robot();
    assert_eq!(
        s.ok("kubectl auth whoami"),
        "ATTRIBUTE   VALUE\nUsername    learner\nGroups      [system:masters system:authenticated]\n"
    );
    let out =
        s.ok("kubectl --token=$(kubectl create token robot) auth whoami -o jsonpath='{.status.userInfo.username}'");
    assert_eq!(out, "system:serviceaccount:default:robot");
    let err = s.fails("kubectl --token=a.b.c get pods");
    assert_eq!(err, "error: You must be logged in to the server (Unauthorized)\n");
}

#[test]
fn what_is_not_allowed_is_refused() {
    let mut s = with_robot();
    s.ok("kubectl apply -f web.yaml; kubectl rollout status deploy/web");
    assert!(s.ok(&format!("kubectl get pods {ROBOT}")).contains("web-"));
    let who = "User \"system:serviceaccount:default:robot\"";
    for (line, told) in [
        (
            "get deploy",
            "deployments.apps is forbidden: {} cannot list resource \"deployments\" in API group \"apps\" in the namespace \"default\"",
        ),
        ("get pods -A", "pods is forbidden: {} cannot list resource \"pods\" in API group \"\" at the cluster scope"),
        (
            "get pod x -n kube-system",
            "pods \"x\" is forbidden: {} cannot get resource \"pods\" in API group \"\" in the namespace \"kube-system\"",
        ),
        (
            "create cm a",
            "failed to create configmap: configmaps is forbidden: {} cannot create resource \"configmaps\" in API group \"\" in the namespace \"default\"",
        ),
        (
            "delete deploy web",
            "deployments.apps \"web\" is forbidden: {} cannot delete resource \"deployments\" in API group \"apps\" in the namespace \"default\"",
        ),
        (
            "exec deploy/web",
            "deployments.apps \"web\" is forbidden: {} cannot get resource \"deployments\" in API group \"apps\" in the namespace \"default\"",
        ),
    ] {
        let line = if line.starts_with("exec") { format!("{ROBOT} {line} -- ls") } else { format!("{line} {ROBOT}") };
        let err = s.fails(&format!("kubectl {line}"));
        let told = told.replace("{}", who);
        let told = if told.starts_with("failed") {
            format!("error: {told}\n")
        } else {
            format!("Error from server (Forbidden): {told}\n")
        };
        assert_eq!(err, told, "{line}");
    }
    let pod = s.ok("kubectl get pods -o jsonpath='{.items[0].metadata.name}'");
    let err = s.fails(&format!("kubectl {ROBOT} exec {pod} -- ls"));
    assert!(err.contains("cannot create resource \"pods/exec\" in API group \"\""), "{err}");
    s.ok(&format!("kubectl logs {pod} {ROBOT}"));
}

#[test]
fn what_pods_and_nodes_use_is_shown() {
    let mut s = Session::new();
    s.ok("kubectl apply -f web.yaml; kubectl rollout status deploy/web");
    s.ok("sleep 2");
    assert_eq!(
        s.fails("kubectl top pod -l app=nothing; kubectl top pod"),
        "No resources found in default namespace.\nerror: metrics not available yet\n"
    );
    s.wait(60);
    let out = s.ok("kubectl top pod");
    assert!(out.starts_with("NAME                   CPU(cores)   MEMORY(bytes)   \nweb-"), "{out}");
    assert!(out.lines().all(|line| line.ends_with("   ")), "{out}");
    let sum = s.ok("kubectl top pod --sum --containers -A");
    assert!(sum.starts_with("NAMESPACE   POD "), "{sum}");
    assert_eq!(sum.lines().count(), 5, "{sum}");
    let nodes = s.ok("kubectl top nodes --sort-by=cpu");
    assert!(nodes.starts_with("NAME     CPU(cores)   CPU(%)   MEMORY(bytes)   MEMORY(%)   \nnode-"), "{nodes}");
    assert_eq!(s.fails("kubectl top pod nope"), "Error from server (NotFound): pods \"nope\" not found\n");
    assert_eq!(s.fails("kubectl top node --sort-by=x"), "error: --sort-by accepts only cpu or memory\n");
}

/// The rows of a kubeadm cluster's `kubectl auth can-i --list --as ann`; `gateway/tests/real_kubectl` judges their order.
#[test]
fn a_plain_user_may_what_everybody_may() {
    let mut s = with_robot();
    let list = s.ok("kubectl auth can-i --list --as ann");
    let mut found: Vec<String> =
        list.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    let urls = "/api/* /api /apis/* /apis /healthz /healthz /livez /livez /openapi/* /openapi /readyz /readyz /version/ /version/ \
                /version /version";
    let mut wanted: Vec<String> = [
        "selfsubjectreviews.authentication.k8s.io",
        "selfsubjectaccessreviews.authorization.k8s.io",
        "selfsubjectrulesreviews.authorization.k8s.io",
    ]
    .iter()
    .map(|name| format!("{name} [] [] [create]"))
    .collect();
    wanted.extend(urls.split_whitespace().map(|url| format!("[{url}] [] [get]")));
    found.sort();
    wanted.sort();
    assert_eq!(found, wanted);
}
