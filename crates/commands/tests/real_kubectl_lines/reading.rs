//! What is read from a server.

/// What is read from a server, and changes that are only rehearsed.
pub const READING: &[&str] = &[
    "kubectl get pod foo -o yaml",
    "kubectl get deploy,svc -o name",
    "kubectl get pod nope",
    "kubectl describe pod foo",
    "kubectl describe deploy web",
    "kubectl describe rs",
    "kubectl describe svc web",
    "kubectl describe node node-1",
    "kubectl describe ns default",
    "kubectl describe cm kube-root-ca.crt",
    "kubectl describe pods -l app=web",
    "kubectl expose deploy web --dry-run=client -o yaml",
    "kubectl expose deploy web --port=5 --target-port=http --name=x --type=NodePort --dry-run=client -o yaml",
    "kubectl expose pod foo --dry-run=client",
    "kubectl expose pod foo --port=80 --dry-run=client -o yaml",
    "kubectl expose svc web --name=y --dry-run=client -o yaml",
    "kubectl expose node node-1",
    "kubectl expose deploy web --port=5 --dry-run=client",
    "kubectl expose deploy nope --port=5",
    "kubectl autoscale deploy web --min=2 --max=5 --cpu-percent=80 --dry-run=client -o yaml",
    "kubectl autoscale deploy web --max=5 --dry-run=client",
    "kubectl autoscale svc web --max=5 --dry-run=client",
    "kubectl label pod foo a=c --dry-run=client",
    "kubectl label pod foo a=c --overwrite --dry-run=client",
    "kubectl label pods --all z=1 --dry-run=client",
    "kubectl label deploy,svc web --list",
    "kubectl annotate pod foo x=y --overwrite --dry-run=client",
    r#"kubectl patch deploy web -p '{"spec":{"replicas":5}}' --dry-run=client -o jsonpath={.spec.replicas}"#,
    r#"kubectl patch deploy web -p '{"spec":{"replicas":5}}' --dry-run=client"#,
    "kubectl cordon node-1 --dry-run=client",
    "kubectl uncordon node-1",
    "kubectl taint node node-1 a=b:NoSchedule --dry-run=client",
    "kubectl taint node node-1 a-",
    "kubectl taint node nope a=b:NoSchedule",
    "kubectl cordon nope",
    "kubectl wait --for=condition=Ready pod/nope",
    "kubectl wait --for=delete pod/nope",
    "kubectl wait --for=condition=Ready pod/foo --timeout=0",
    "kubectl wait --for=condition=Nope pod/foo --timeout=0",
    "kubectl scale deploy web --replicas=7 --dry-run=client",
];

/// What the cluster has before.
pub const SETUP: &str = "kubectl apply -f pod.yaml -f dep.yaml >/dev/null; kubectl rollout status deploy/web >/dev/null; kubectl wait \
     --for=condition=Ready pod/foo >/dev/null; sleep 5";
