//! Network policies and ingresses, as curl meets them.

mod in_cluster;

use in_cluster::Session;

const POLICY: &str = r#"kubectl apply -f - <<'END'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: friends}
spec:
  podSelector: {matchLabels: {app: web}}
  ingress: [{from: [{podSelector: {matchLabels: {role: friend}}}], ports: [{port: 80}]}]
END"#;

#[test]
fn a_policy_lets_only_friends_in() {
    let mut s = Session::new();
    s.ok("kubectl apply -f web.yaml; kubectl run friend --image=nginx --labels=role=friend; kubectl run stranger --image=nginx");
    s.ok("kubectl rollout status deploy/web; kubectl wait --for=condition=Ready pod/friend pod/stranger");
    s.wait(5);
    let from = |pod: &str| format!("kubectl exec {pod} -- curl -s -o /dev/null -w '%{{http_code}}' web");
    assert_eq!(s.ok(&from("friend")), "200");
    assert_eq!(s.ok(&from("stranger")), "200");
    s.ok(POLICY);
    assert_eq!(s.ok(&from("friend")), "200");
    let (out, err, code) = s.run("kubectl exec stranger -- curl -sS -m 2 web");
    assert_eq!((out.as_str(), code), ("", 28), "{err}");
    assert!(err.starts_with("curl: (28) Connection timed out after 2"), "{err}");
    // Nor may anybody from outside.
    assert_eq!(s.run("curl -s web.default").2, 28);
    s.ok("kubectl label pod stranger role=friend");
    assert_eq!(s.ok(&from("stranger")), "200");
    s.ok("kubectl delete netpol friends");
    assert_eq!(s.run("curl -s -o /dev/null web.default").2, 0);
}

#[test]
fn an_ingress_routes_by_host_and_path() {
    let mut s = Session::new();
    s.ok("kubectl apply -f web.yaml; kubectl rollout status deploy/web");
    assert_eq!(s.run("curl -s shop.example.com").2, 6);
    s.ok("kubectl create ingress shop --class=nginx --rule='shop.example.com/*=web:80' --rule='shop.example.com/gone=gone:80'");
    // Without a controller that serves its class, nobody answers.
    assert_eq!(s.run("curl -s shop.example.com").2, 6);
    s.ok("printf 'apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: nginx}\nspec: {controller: k8s.io/ingress-nginx}\n' | kubectl apply -f -");
    s.ok("kubectl label ingress shop a=b");
    s.wait(5);
    let code = |s: &mut Session, what: &str| s.ok(&format!("curl -s -o /dev/null -w '%{{http_code}}' {what}"));
    assert_eq!(code(&mut s, "shop.example.com"), "200");
    assert_eq!(code(&mut s, "shop.example.com/gone"), "503");
    assert_eq!(code(&mut s, "-H 'Host: shop.example.com' 192.168.49.2"), "200");
    assert_eq!(s.ok("curl -s 192.168.49.2"), "default backend - 404");
}
