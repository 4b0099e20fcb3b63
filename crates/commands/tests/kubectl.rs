//! kubectl in a world with a cluster of three nodes: transcripts of what a learner sees.

mod in_cluster;

use in_cluster::Session;

/// Random parts of names, and what follows from their length.
fn masked(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let words: Vec<String> = line.split(' ').map(mask_word).collect();
        out.push_str(words.join(" ").trim_end());
        out.push('\n');
    }
    out
}

fn mask_word(word: &str) -> String {
    match word.split_once("web-") {
        Some((before, _)) => format!("{before}web-*"),
        None => word.to_string(),
    }
}

#[test]
fn apply_rollout_get_and_undo() {
    let mut s = Session::new();
    assert_eq!(s.ok("kubectl apply -f web.yaml"), "deployment.apps/web created\nservice/web created\n");
    let out = s.ok("kubectl rollout status deployment/web");
    assert!(out.starts_with("Waiting for deployment"), "{out}");
    assert!(out.ends_with("deployment \"web\" successfully rolled out\n"), "{out}");
    assert_eq!(s.ok("kubectl apply -f web.yaml"), "deployment.apps/web unchanged\nservice/web unchanged\n");
    let out = s.ok("kubectl get deploy web");
    assert!(
        out.starts_with("NAME   READY   UP-TO-DATE   AVAILABLE   AGE\nweb    2/2     2            2           "),
        "{out}"
    );
    let out = s.ok("kubectl get pods");
    let first = out.lines().next().unwrap_or("");
    assert_eq!(first.split_whitespace().collect::<Vec<_>>(), ["NAME", "READY", "STATUS", "RESTARTS", "AGE"]);
    assert_eq!(out.lines().filter(|line| line.contains("1/1     Running   0          ")).count(), 2, "{out}");
    assert_eq!(s.ok("kubectl set image deployment/web web=nginx:1.28"), "deployment.apps/web image updated\n");
    s.ok("kubectl rollout status deployment/web");
    // The last old pod is still on its way out.
    s.wait(5);
    assert_eq!(s.ok("kubectl get pods -o jsonpath='{.items[*].spec.containers[*].image}'"), "nginx:1.28 nginx:1.28");
    assert_eq!(
        s.ok("kubectl rollout history deployment/web"),
        "deployment.apps/web \nREVISION  CHANGE-CAUSE\n1         <none>\n2         <none>\n\n"
    );
    assert_eq!(s.ok("kubectl rollout undo deployment/web"), "deployment.apps/web rolled back\n");
    s.ok("kubectl rollout status deployment/web");
    assert_eq!(s.ok("kubectl get deploy web -o jsonpath='{.spec.template.spec.containers[0].image}'"), "nginx:1.27");
    let history = s.ok("kubectl rollout history deployment/web");
    assert!(history.contains("\n2         <none>\n3         <none>\n"), "{history}");
    assert_eq!(s.ok("kubectl rollout restart deploy web"), "deployment.apps/web restarted\n");
    s.ok("kubectl rollout status deploy web");
    assert_eq!(s.ok("kubectl scale deploy/web --replicas=4"), "deployment.apps/web scaled\n");
    s.ok("kubectl rollout status deploy web");
    s.wait(5);
    assert_eq!(s.ok("kubectl get pods --no-headers | wc -l").trim(), "4");
}

#[test]
fn tables_of_several_kinds() {
    let mut s = Session::new();
    s.ok("kubectl apply -f web.yaml; kubectl rollout status deploy/web");
    let all = s.ok("kubectl get all");
    let heads: Vec<&str> = all.split("\n\n").map(|part| part.split_whitespace().next().unwrap_or("")).collect();
    assert_eq!(heads, ["NAME"; 4], "{all}");
    assert!(all.contains("\npod/web-") && all.contains("service/kubernetes   ClusterIP   10.96.0.1 "), "{all}");
    assert!(all.contains("\ndeployment.apps/web ") && all.contains("\nreplicaset.apps/web-"), "{all}");
    let wide = s.ok("kubectl get svc web -o wide");
    assert!(
        wide.starts_with("NAME   TYPE        CLUSTER-IP")
            && wide.contains("80/TCP")
            && wide.trim_end().ends_with("app=web"),
        "{wide}"
    );
    let spaces = s.ok("kubectl get ns");
    assert_eq!(spaces.lines().count(), 5, "{spaces}");
    let everywhere = s.ok("kubectl get deploy -A");
    assert!(everywhere.starts_with("NAMESPACE   NAME   READY"), "{everywhere}");
    let labels = s.ok("kubectl get deploy --show-labels -L app");
    assert!(labels.lines().next().is_some_and(|l| l.ends_with("AGE   APP   LABELS")), "{labels}");
    assert_eq!(s.ok("kubectl get deploy,svc -o name"), "deployment.apps/web\nservice/kubernetes\nservice/web\n");
    assert_eq!(
        s.ok("kubectl get svc -o custom-columns=N:.metadata.name,P:.spec.ports[*].port,X:.spec.nope"),
        "N            P     X\nkubernetes   443   <none>\nweb          80    <none>\n"
    );
    let yaml = s.ok("kubectl get svc web -o yaml");
    assert!(
        yaml.starts_with(
            "apiVersion: v1\nkind: Service\nmetadata:\n  annotations:\n    kubectl.kubernetes.io/last-applied"
        ),
        "{yaml}"
    );
    let list = s.ok("kubectl get svc -o json");
    assert!(
        list.starts_with("{\n    \"apiVersion\": \"v1\",\n    \"items\": [\n")
            && list.ends_with(
                "    \"kind\": \"List\",\n    \"metadata\": {\n        \"resourceVersion\": \"\"\n    }\n}\n"
            )
    );
    assert_eq!(
        s.ok("kubectl get nodes -o jsonpath='{range .items[*]}{.metadata.name}{\"\\t\"}{.status.conditions[?(@.type==\"Ready\")].status}{\"\\n\"}{end}'"),
        "node-1\tTrue\nnode-2\tTrue\nnode-3\tTrue\n"
    );
    assert!(s.ok("kubectl get events --sort-by=.lastTimestamp").starts_with("LAST SEEN   TYPE "));
    assert_eq!(s.run("kubectl get pods -n empty").1, "No resources found in empty namespace.\n");
}

#[test]
fn mistakes_are_told_as_the_real_client_does() {
    let mut s = Session::new();
    for (line, told) in [
        ("kubectl frobnicate", "error: unknown command \"frobnicate\" for \"kubectl\"\n"),
        ("kubectl gte pods", "error: unknown command \"gte\" for \"kubectl\"\n\nDid you mean this?\n\tget\n"),
        ("kubectl get --foo", "error: unknown flag: --foo\nSee 'kubectl get --help' for usage.\n"),
        ("kubectl get -z", "error: unknown shorthand flag: 'z' in -z\nSee 'kubectl get --help' for usage.\n"),
        ("kubectl rollout foo", "error: unknown command \"foo\"\nSee 'kubectl rollout -h' for help and examples\n"),
        ("kubectl get foo", "error: the server doesn't have a resource type \"foo\"\n"),
        ("kubectl get pod nope", "Error from server (NotFound): pods \"nope\" not found\n"),
        ("kubectl delete deploy nope", "Error from server (NotFound): deployments.apps \"nope\" not found\n"),
        ("kubectl scale deploy x", "error: required flag(s) \"replicas\" not set\n"),
        ("kubectl rollout status", "error: required resource not specified\n"),
        ("kubectl apply -f nope.yaml", "error: the path \"nope.yaml\" does not exist\n"),
        ("kubectl attach web", "error: kubectl attach is real, but not part of this sandbox yet\n"),
        ("kubectl set subject rolebinding x", "error: kubectl set subject is real, but not part of this sandbox yet\n"),
        ("kubectl get pods --chunk-size=5", "error: --chunk-size is real, but not part of this sandbox yet\n"),
        (
            "kubectl get pods -o nice",
            "error: unable to match a printer suitable for the output format \"nice\", allowed formats are: custom-columns,custom-columns-file,go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,name,template,templatefile,wide,yaml\n",
        ),
        (
            "printf 'a: b: c' | kubectl apply -f -",
            "error: error parsing STDIN: error converting YAML to JSON: yaml: mapping values are not allowed in this context\n",
        ),
        (
            "printf 'a: 1' | kubectl apply -f -",
            "error: unable to decode \"STDIN\": Object 'Kind' is missing in '{\"a\":1}'\n",
        ),
        (
            "printf 'apiVersion: v2\\nkind: Foo\\nmetadata: {name: x}' | kubectl apply -f -",
            "error: resource mapping not found for name: \"x\" namespace: \"\" from \"STDIN\": no matches for kind \"Foo\" in version \"v2\"\nensure CRDs are installed first\n",
        ),
    ] {
        assert_eq!(s.fails(line), told, "{line}");
    }
    let told = s.fails("sed s/containers/containerz/ web.yaml | kubectl apply -f -");
    assert_eq!(
        told,
        "Error from server (BadRequest): error when creating \"STDIN\": Deployment in version \"v1\" cannot be handled as a Deployment: strict decoding error: unknown field \"spec.template.spec.containerz\"\n"
    );
    let told = s.fails("sed 's/replicas: 2/replicas: -2/; s/image: nginx:1.27//' web.yaml | kubectl apply -f -");
    assert_eq!(
        told,
        "The Deployment \"web\" is invalid: \n* spec.replicas: Invalid value: -2: must be greater than or equal to 0\n* spec.template.spec.containers[0].image: Required value\n"
    );
    let told = s.fails("kubectl apply -n nowhere -f web.yaml");
    assert!(
        told.starts_with(
            "Error from server (NotFound): error when creating \"web.yaml\": namespaces \"nowhere\" not found\n"
        ),
        "{told}"
    );
}

#[test]
fn describe_tells_all() {
    let mut s = Session::new();
    s.ok("kubectl apply -f web.yaml; kubectl rollout status deploy/web");
    let out = s.ok("kubectl describe deploy web");
    for part in [
        "Name:                   web\nNamespace:              default\nCreationTimestamp:      Fri, 05 Jun 2026 18:42:1",
        "Labels:                 app=web\nAnnotations:            deployment.kubernetes.io/revision: 1\nSelector:               app=web\n",
        "Replicas:               2 desired | 2 updated | 2 total | 2 available | 0 unavailable\n",
        "StrategyType:           RollingUpdate\nMinReadySeconds:        0\nRollingUpdateStrategy:  25% max unavailable, 25% max surge\n",
        "Pod Template:\n  Labels:  app=web\n  Containers:\n   web:\n    Image:         nginx:1.27\n    Port:          80/TCP\n    Host Port:     0/TCP\n",
        "    Readiness:     http-get http://:80/ delay=0s timeout=1s period=10s #success=1 #failure=3\n",
        "    Environment:   <none>\n    Mounts:        <none>\n  Volumes:         <none>\n  Node-Selectors:  <none>\n  Tolerations:     <none>\n",
        "Conditions:\n  Type           Status  Reason\n  ----           ------  ------\n  Available      True    MinimumReplicasAvailable\n  Progressing    True    NewReplicaSetAvailable\n",
        "OldReplicaSets:  <none>\nNewReplicaSet:   web-",
        "Events:\n  Type    Reason             Age   From                   Message\n  ----    ------             ----  ----                   -------\n  Normal  ScalingReplicaSet ",
    ] {
        assert!(out.contains(part), "{part}\nis missing in\n{out}");
    }
    let out = masked(&s.ok("kubectl describe pods -l app=web"));
    for part in [
        "Controlled By:  ReplicaSet/web-*",
        "    State:          Running\n      Started:      Fri, 05 Jun 2026",
        "QoS Class:",
        "node.kubernetes.io/not-ready:NoExecute op=Exists for 300s",
        "Started container web",
    ] {
        assert!(out.contains(part), "{part}\nis missing in\n{out}");
    }
    let out = s.ok("kubectl describe svc web");
    assert!(out.contains("\nPort:                     <unset>  80/TCP\nTargetPort:               80/TCP\nEndpoints:                10.244."), "{out}");
    let out = s.ok("kubectl describe node node-1");
    assert!(out.contains("Allocated resources:\n  (Total limits may be over 100 percent, i.e., overcommitted.)\n  Resource           Requests  Limits\n"), "{out}");
    assert!(
        s.ok("kubectl describe ns default")
            .ends_with("Status:       Active\n\nNo resource quota.\n\nNo LimitRange resource.\n")
    );
    assert!(
        s.ok("kubectl describe cm kube-root-ca.crt")
            .contains("\nData\n====\nca.crt:\n----\n-----BEGIN CERTIFICATE-----\n")
    );
}

#[test]
fn logs_of_pods_and_deployments() {
    let mut s = Session::new();
    s.ok("kubectl apply -f web.yaml; kubectl rollout status deploy/web");
    let name = s.ok("kubectl get pods -o jsonpath='{.items[0].metadata.name}'");
    let (_, err, code) = s.run("kubectl logs deploy/web");
    assert!(code == 0 && err.starts_with("Found 2 pods, using pod/web-"), "{err}");
    s.ok(&format!("kubectl logs {name} --tail=5 --timestamps"));
    assert_eq!(
        s.fails(&format!("kubectl logs {name} -p")),
        format!("Error from server (BadRequest): previous terminated container \"web\" in pod \"{name}\" not found\n")
    );
    assert_eq!(
        s.fails(&format!("kubectl logs {name} -c nope")),
        format!("error: container nope is not valid for pod {name}\n")
    );
    assert!(
        s.fails("kubectl logs").starts_with("error: expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\n")
    );
}

#[test]
fn deleting_waits_until_it_is_gone() {
    let mut s = Session::new();
    s.ok("kubectl create namespace shop; kubectl apply -n shop -f web.yaml; kubectl rollout status -n shop deploy/web");
    let name = s.ok("kubectl get pods -n shop -o jsonpath='{.items[0].metadata.name}'");
    assert_eq!(s.ok(&format!("kubectl delete pod {name} -n shop")), format!("pod \"{name}\" deleted\n"));
    assert!(s.fails(&format!("kubectl get pod {name} -n shop")).contains("NotFound"));
    assert_eq!(
        s.ok("kubectl delete -n shop -f web.yaml"),
        "deployment.apps \"web\" deleted\nservice \"web\" deleted\n"
    );
    assert_eq!(s.ok("kubectl delete ns shop"), "namespace \"shop\" deleted\n");
    assert!(s.fails("kubectl get ns shop").contains("namespaces \"shop\" not found"));
    assert_eq!(s.fails("kubectl delete pods"), "error: resource(s) were provided, but no name was specified\n");
}

#[test]
fn a_stuck_rollout_is_told() {
    let mut s = Session::new();
    s.ok("kubectl apply -f web.yaml; kubectl rollout status deploy/web");
    s.ok("kubectl set image deploy/web web=nowhere.example/none:1");
    let (out, err, code) = s.run("kubectl rollout status deploy/web");
    assert_eq!((err.as_str(), code), ("error: deployment \"web\" exceeded its progress deadline\n", 1));
    assert!(
        out.contains(
            "Waiting for deployment \"web\" rollout to finish: 1 out of 2 new replicas have been updated...\n"
        ),
        "{out}"
    );
    let pods = s.ok("kubectl get pods");
    assert!(pods.contains("ImagePullBackOff") || pods.contains("ErrImagePull"), "{pods}");
    let events = s.ok("kubectl events --types=Warning");
    assert!(
        events.starts_with("LAST SEEN ") && events.contains("Failed to pull image \"nowhere.example/none:1\""),
        "{events}"
    );
    let (out, err, code) = s.run("kubectl rollout status deploy/web --timeout=5s");
    assert_eq!((out.as_str(), code), ("", 1), "{err}");
}

#[test]
fn contexts_versions_and_kinds() {
    let mut s = Session::new();
    assert_eq!(s.ok("kubectl config current-context"), "encore\n");
    assert_eq!(
        s.ok("kubectl config get-contexts"),
        "CURRENT   NAME     CLUSTER   AUTHINFO   NAMESPACE\n*         encore   encore    learner    \n"
    );
    assert_eq!(s.ok("kubectl config set-context --current --namespace=kube-system"), "Context \"encore\" modified.\n");
    assert!(s.ok("cat .kube/config").contains("    namespace: kube-system\n"));
    assert!(s.run("kubectl get pods").1.contains("in kube-system namespace"));
    let version = s.ok("kubectl version");
    assert!(version.starts_with("Client Version: v1.32.") && version.contains("\nServer Version: v1.32."), "{version}");
    assert!(
        s.ok("kubectl cluster-info").starts_with("Kubernetes control plane is running at https://127.0.0.1:6443\n")
    );
    let kinds = s.ok("kubectl api-resources");
    assert!(
        kinds.lines().any(|line| line.split_whitespace().eq([
            "deployments",
            "deploy",
            "apps/v1",
            "true",
            "Deployment"
        ])),
        "{kinds}"
    );
    assert!(s.ok("kubectl").starts_with("kubectl controls the Kubernetes cluster manager.\n"));
    assert!(s.ok("kubectl get --help").contains("\nUsage:\n  kubectl get [(-o|"));
    s.wait(1);
}

#[test]
fn a_watch_follows_until_it_is_stopped() {
    let mut s = Session::new();
    let (out, _, _) =
        s.run("kubectl apply -f web.yaml; kubectl get pods -w > watched & sleep 30; kill %1 2>/dev/null; cat watched");
    for status in ["Pending", "ContainerCreating", "Running"] {
        assert!(out.contains(status), "{status} is missing in\n{out}");
    }
    let yaml = s.ok("kubectl create deployment x --image=nginx --dry-run=client -o yaml");
    assert!(yaml.contains("      - image: nginx\n        name: nginx\n        resources: {}\nstatus: {}\n"), "{yaml}");
}
