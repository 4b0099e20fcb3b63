//! kubectl's commands that change objects, go into containers, wait, and empty nodes.

mod in_cluster;

use in_cluster::Session;

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: foo, labels: {a: b}, annotations: {x: z}}\nspec: {containers: \
     [{name: c, image: nginx}]}\n";

/// A session with the pod `foo`, running, and its manifest in `pod.yaml`.
fn with_pod() -> Session {
    let mut s = Session::new();
    s.ok(&format!("printf '%s' '{POD}' > pod.yaml; kubectl apply -f pod.yaml"));
    s.ok("kubectl wait --for=condition=Ready pod/foo");
    s
}

#[test]
fn labels_and_annotations() {
    let mut s = with_pod();
    for (line, told) in [
        ("kubectl label pod foo tier=front", "pod/foo labeled\n"),
        ("kubectl label pod foo tier=front", "pod/foo not labeled\n"),
        ("kubectl label pod/foo tier=back --overwrite", "pod/foo labeled\n"),
        ("kubectl label pod foo tier=x --overwrite --dry-run=client", "pod/foo labeled (dry run)\n"),
        ("kubectl label pod foo tier=x --overwrite --dry-run=server -o name", "pod/foo\n"),
        ("kubectl label pod foo --list", "a=b\ntier=back\n"),
        ("kubectl label pod foo nope-", "label \"nope\" not found.\npod/foo not labeled\n"),
        ("kubectl label pod foo tier-", "pod/foo unlabeled\n"),
        ("kubectl label pods --all new=1", "pod/foo labeled\n"),
        ("kubectl label pods -l new=1 new=2 --overwrite", "pod/foo labeled\n"),
        ("kubectl get pod foo -o jsonpath='{.metadata.labels}'", "{\"a\":\"b\",\"new\":\"2\"}"),
        ("kubectl annotate pod foo why='two words' more=1", "pod/foo annotated\n"),
        ("kubectl annotate pod foo more-", "pod/foo annotated\n"),
        ("kubectl get pod foo -o jsonpath='{.metadata.annotations.why}{.metadata.annotations.more}'", "two words"),
    ] {
        assert_eq!(s.ok(line), told, "{line}");
    }
    assert_eq!(s.fails("kubectl label pod foo a=c"), "error: 'a' already has a value (b), and --overwrite is false\n");
    assert_eq!(
        s.fails("kubectl annotate pod foo x=y"),
        "error: --overwrite is false but found the following declared annotation(s): 'x' already has a value (z)\n"
    );
    assert!(
        s.fails("kubectl label pod foo a=c --overwrite --resource-version=1")
            .starts_with("Error from server (Conflict): ")
    );
}

#[test]
fn patches_of_three_kinds() {
    let mut s = Session::new();
    s.ok("kubectl apply -f web.yaml; kubectl rollout status deploy/web");
    for (line, told) in [
        ("kubectl patch deploy web -p '{\"spec\":{\"replicas\":3}}'", "deployment.apps/web patched\n"),
        ("kubectl patch deploy web -p '{\"spec\":{\"replicas\":3}}'", "deployment.apps/web patched (no change)\n"),
        (
            "kubectl patch deploy web --type=merge -p '{\"metadata\":{\"labels\":{\"q\":\"r\"}}}'",
            "deployment.apps/web patched\n",
        ),
        (
            "kubectl patch deploy web --type json -p '[{\"op\":\"replace\",\"path\":\"/spec/replicas\",\"value\":1},{\"op\":\"remove\",\"path\":\"/metadata/labels/q\"}]'",
            "deployment.apps/web patched\n",
        ),
        (
            "kubectl patch deploy web -p 'spec: {template: {spec: {containers: [{name: web, image: nginx:1.28}]}}}'",
            "deployment.apps/web patched\n",
        ),
        (
            "kubectl get deploy web -o jsonpath='{.spec.replicas} {.metadata.labels} {..image}'",
            "1 {\"app\":\"web\"} nginx:1.28",
        ),
        (
            "kubectl patch deploy web --subresource=scale --type=merge -p '{\"spec\":{\"replicas\":2}}'",
            "scale.autoscaling/web patched\n",
        ),
        ("kubectl get deploy web -o jsonpath='{.spec.replicas}'", "2"),
    ] {
        assert_eq!(s.ok(line), told, "{line}");
    }
    assert_eq!(
        s.fails(
            "kubectl patch deploy web --type json -p '[{\"op\":\"test\",\"path\":\"/spec/replicas\",\"value\":9}]'"
        ),
        "The request is invalid: the server rejected our request due to an error in our request\n"
    );
    let told = s.fails("kubectl patch deploy web -p '{\"spec\":{\"replicas\":-1}}'");
    assert!(told.starts_with("The Deployment \"web\" is invalid: spec.replicas: Invalid value: -1: "), "{told}");
}

#[test]
fn programs_run_inside_of_containers() {
    let mut s = with_pod();
    assert_eq!(s.ok("kubectl exec foo -- cat /etc/hostname"), "foo\n");
    assert_eq!(s.ok("kubectl exec foo -- sh -c 'echo hi > /tmp/x; cat /tmp/x; pwd; echo $HOSTNAME'"), "hi\n/\nfoo\n");
    assert_eq!(s.ok("kubectl exec foo -c c -- cat /tmp/x"), "hi\n");
    assert_eq!(s.ok("echo abc | kubectl exec -i foo -- cat"), "abc\n");
    assert_eq!(s.ok("kubectl exec foo -- cat < web.yaml"), "");
    assert_eq!(
        s.run("kubectl exec foo -- sh -c 'exit 3'"),
        (String::new(), "command terminated with exit code 3\n".into(), 3)
    );
    assert_eq!(
        s.fails("kubectl exec foo -c nope -- ls"),
        "Error from server (BadRequest): container nope is not valid for pod foo\n"
    );
    assert_eq!(s.fails("kubectl exec nope -- ls"), "Error from server (NotFound): pods \"nope\" not found\n");
    assert!(
        s.fails("kubectl exec foo -- kubectl")
            .ends_with("exec: \"kubectl\": executable file not found in $PATH: unknown\n")
    );
    assert_eq!(s.ok("ls /tmp"), "");
    s.ok("kubectl delete pod foo; kubectl apply -f pod.yaml; kubectl wait --for=condition=Ready pod/foo");
    assert_eq!(s.ok("kubectl exec foo -- ls /tmp"), "", "a new life has new files");
}

#[test]
fn waiting_for_what_holds() {
    let mut s = Session::new();
    s.ok("kubectl apply -f web.yaml");
    for (line, told) in [
        ("kubectl wait --for=condition=Available deploy/web", "deployment.apps/web condition met\n"),
        ("kubectl wait --for=condition=available=TRUE deploy web", "deployment.apps/web condition met\n"),
        ("kubectl wait --for=jsonpath='{.status.readyReplicas}'=2 deploy/web", "deployment.apps/web condition met\n"),
        ("kubectl wait --for=jsonpath='{.status.replicas}' deploy/web -o name", "deployment.apps/web\n"),
        ("kubectl wait --for=create svc/web", "service/web condition met\n"),
        ("kubectl wait --for=delete pod/nope", ""),
        ("kubectl delete svc web --wait=false; kubectl wait --for=delete svc/web", "service \"web\" deleted\n"),
        (
            "(sleep 5; kubectl create ns late) & kubectl wait --for=create ns/late",
            "namespace/late created\nnamespace/late condition met\n",
        ),
    ] {
        assert_eq!(s.ok(line), told, "{line}");
    }
    assert_eq!(s.ok("kubectl wait --for=condition=Ready pod -l app=web | wc -l").trim(), "2");
    assert_eq!(
        s.fails("kubectl wait --for=condition=Nope deploy/web --timeout=5s"),
        "error: timed out waiting for the condition on deployments/web\n"
    );
    assert_eq!(
        s.fails("kubectl wait --for=condition=Nope deploy/web --timeout=0"),
        "error: condition not met for deployments/web\n"
    );
    assert_eq!(
        s.fails("kubectl wait --for=condition=Ready pod/nope"),
        "Error from server (NotFound): pods \"nope\" not found\n"
    );
    assert_eq!(s.fails("kubectl wait --for=condition=Ready pod -l a=b"), "error: no matching resources found\n");
}

#[test]
fn nodes_are_closed_emptied_and_tainted() {
    let mut s = with_pod();
    s.ok("kubectl apply -f web.yaml; kubectl rollout status deploy/web");
    let node = s.ok("kubectl get pod foo -o jsonpath='{.spec.nodeName}'");
    let run = |s: &mut Session, line: &str| s.ok(&line.replace("NODE", &node));
    assert_eq!(
        run(&mut s, "kubectl cordon NODE; kubectl cordon NODE"),
        format!("node/{node} cordoned\nnode/{node} already cordoned\n")
    );
    assert!(run(&mut s, "kubectl get node NODE").contains("Ready,SchedulingDisabled"));
    assert_eq!(
        s.fails(&format!("kubectl drain {node}")),
        format!(
            "error: unable to drain node \"{node}\" due to error: cannot delete Pods that declare no controller (use --force to override): default/foo, continuing command...\nThere are pending nodes to be drained:\n {node}\ncannot delete Pods that declare no controller (use --force to override): default/foo\n"
        )
    );
    let (out, err, code) = s.run(&format!("kubectl drain {node} --force"));
    assert_eq!((err.as_str(), code), ("Warning: deleting Pods that declare no controller: default/foo\n", 0));
    assert!(out.starts_with(&format!("node/{node} already cordoned\nevicting pod default/foo\n")), "{out}");
    assert!(out.contains("\npod/foo evicted\n") && out.ends_with(&format!("\nnode/{node} drained\n")), "{out}");
    assert_eq!(s.ok(&format!("kubectl get pods --field-selector spec.nodeName={node} -o name")), "");
    assert_eq!(run(&mut s, "kubectl uncordon NODE"), format!("node/{node} uncordoned\n"));
    for (line, told) in [
        ("kubectl taint nodes NODE a=b:NoSchedule", "node/NODE tainted\n"),
        ("kubectl taint nodes NODE a=c:NoSchedule --overwrite", "node/NODE modified\n"),
        (
            "kubectl get node NODE -o jsonpath='{.spec.taints}'",
            "[{\"effect\":\"NoSchedule\",\"key\":\"a\",\"value\":\"c\"}]",
        ),
        ("kubectl taint node NODE a-", "node/NODE untainted\n"),
    ] {
        assert_eq!(run(&mut s, line), told.replace("NODE", &node), "{line}");
    }
    assert_eq!(s.fails(&format!("kubectl taint node {node} q-")), "error: taint \"q\" not found\n");
    s.ok(&format!("kubectl taint node {node} a=b:NoSchedule"));
    assert_eq!(
        s.fails(&format!("kubectl taint node {node} a=z:NoSchedule")),
        format!("error: node {node} already has a taint(s) with same effect(s) and --overwrite is false\n")
    );
}

#[test]
fn parts_of_templates_and_whole_objects() {
    let mut s = Session::new();
    s.ok("kubectl apply -f web.yaml; kubectl rollout status deploy/web");
    for (line, told) in [
        ("kubectl set env deploy/web COLOR=red SIZE=2", "deployment.apps/web env updated\n"),
        ("kubectl set env deploy/web COLOR=red", ""),
        ("kubectl set env deploy/web SIZE-", "deployment.apps/web env updated\n"),
        ("kubectl set env deploy/web --list", "# Deployment web, container web\nCOLOR=red\n"),
        (
            "kubectl set resources deploy web --limits=cpu=200m,memory=64Mi",
            "deployment.apps/web resource requirements updated\n",
        ),
        ("kubectl set sa deploy web robot --dry-run=client", "deployment.apps/web serviceaccount updated (dry run)\n"),
        ("kubectl get deploy web -o jsonpath='{..limits}'", "{\"cpu\":\"200m\",\"memory\":\"64Mi\"}"),
        ("sed s/1.27/1.28/ web.yaml | kubectl replace -f -", "deployment.apps/web replaced\nservice/web replaced\n"),
        ("kubectl get deploy web -o jsonpath='{..image}{..limits}'", "nginx:1.28"),
        (
            "kubectl replace --force -f web.yaml",
            "deployment.apps \"web\" deleted\nservice \"web\" deleted\ndeployment.apps/web replaced\nservice/web replaced\n",
        ),
    ] {
        assert_eq!(s.ok(line), told, "{line}");
    }
    s.ok("kubectl rollout status deploy/web");
    assert_eq!(
        s.fails("sed 's/name: web/name: nope/' web.yaml | kubectl replace -f -").lines().next(),
        Some("Error from server (NotFound): error when replacing \"STDIN\": deployments.apps \"nope\" not found")
    );
}

#[test]
fn objects_from_flags() {
    let mut s = Session::new();
    for (line, told) in [
        ("kubectl run a --image=nginx --port=80 --expose", "service/a created\npod/a created\n"),
        ("kubectl wait --for=condition=Ready pod/a", "pod/a condition met\n"),
        ("kubectl create deployment web --image=nginx --replicas=2 --port=80", "deployment.apps/web created\n"),
        (
            "kubectl rollout status deploy/web >/dev/null; kubectl expose deploy web --name=front",
            "service/front exposed\n",
        ),
        ("kubectl get svc front -o jsonpath='{.spec.selector} {.spec.ports[0].targetPort}'", "{\"app\":\"web\"} 80"),
        ("kubectl create cm c --from-literal=a=b", "configmap/c created\n"),
        ("kubectl create svc nodeport n --tcp=80", "service/n created\n"),
        ("kubectl create ns shop", "namespace/shop created\n"),
    ] {
        assert_eq!(s.ok(line), told, "{line}");
    }
    for (line, told) in [
        (
            "kubectl create deployment web --image=x",
            "error: failed to create deployment: deployments.apps \"web\" already exists\n",
        ),
        ("kubectl create cm c", "error: failed to create configmap: configmaps \"c\" already exists\n"),
        (
            "kubectl create svc nodeport n --tcp=80",
            "error: failed to create NodePort service: services \"n\" already exists\n",
        ),
        ("kubectl create ns shop", "Error from server (AlreadyExists): namespaces \"shop\" already exists\n"),
        ("kubectl run a --image=nginx", "Error from server (AlreadyExists): pods \"a\" already exists\n"),
    ] {
        assert_eq!(s.fails(line), told, "{line}");
    }
}

#[test]
fn differences_and_editors() {
    let mut s = Session::new();
    s.ok("kubectl apply -f web.yaml; kubectl rollout status deploy/web");
    assert_eq!(s.ok("kubectl diff -f web.yaml"), "");
    let (out, err, code) = s.run("sed s/1.27/1.28/ web.yaml | kubectl diff -f -");
    assert_eq!((err.as_str(), code), ("", 1), "{out}");
    assert!(out.starts_with("diff -u -N /tmp/LIVE-"), "{out}");
    assert!(
        out.contains("/apps.v1.Deployment.default.web")
            && out.contains("\n-      - image: nginx:1.27\n+      - image: nginx:1.28\n"),
        "{out}"
    );
    assert_eq!(s.ok("ls /tmp"), "");
    for (line, told) in [
        ("EDITOR='sed -i s/1.27/1.28/' kubectl edit deploy/web", "deployment.apps/web edited\n"),
        ("kubectl get deploy web -o jsonpath='{..image}'", "nginx:1.28"),
        ("ls /tmp", ""),
    ] {
        assert_eq!(s.ok(line), told, "{line}");
    }
    assert_eq!(
        s.run("EDITOR=true kubectl edit deploy/web"),
        (String::new(), "Edit cancelled, no changes made.\n".into(), 0)
    );
    assert_eq!(
        s.fails("KUBE_EDITOR=false kubectl edit deploy web"),
        "error: there was a problem with the editor \"false\"\n"
    );
    let told = s.fails("KUBE_EDITOR='sed -i \"s/replicas: 2/replicas: -2/\"' kubectl edit deploy web");
    assert!(told.ends_with("error: Edit cancelled, no valid changes were saved.\n"), "{told}");
}
