//! What manifests of public applications hold: images, probes, and objects that others do not wait for.

mod in_cluster;

use in_cluster::Session;

/// Public images: a shop that answers gRPC and TCP probes, a database that wants its password, and a job that looks at
/// the shop from inside.
const SHOP: &str = r#"kubectl create -f - <<'END'
apiVersion: v1
kind: Service
metadata: {name: shop}
spec: {selector: {app: shop}, ports: [{name: http, port: 9898}, {name: grpc, port: 9999}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
      - name: shop
        image: ghcr.io/stefanprodan/podinfo:6.14.1
        command: [./podinfo, --port=9898]
        livenessProbe: {grpc: {port: 9999}}
        readinessProbe: {httpGet: {path: /readyz, port: 9898}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      containers:
      - name: mysql
        image: mysql:8.0
        env: [{name: MYSQL_ALLOW_EMPTY_PASSWORD, value: "1"}]
        readinessProbe: {tcpSocket: {port: 3306}}
      - name: zk
        image: registry.k8s.io/kubernetes-zookeeper:1.0-3.4.10
        command: [sh, -c, "start-zookeeper --servers=1"]
        readinessProbe: {exec: {command: [sh, -c, zookeeper-ready 2181]}}
---
apiVersion: batch/v1
kind: Job
metadata: {name: look}
spec:
  template:
    spec:
      restartPolicy: OnFailure
      containers:
      - {name: look, image: "busybox:1.36", command: [sh, -c, "until wget -qO- http://shop:9898; do sleep 2; done"]}
END"#;

#[test]
fn public_images_run_what_they_are_known_for() {
    let mut s = Session::new();
    s.ok(SHOP);
    s.ok("kubectl rollout status deploy/shop && kubectl rollout status sts/db");
    s.ok("kubectl wait --for=condition=Complete job/look --timeout=60s");
    let log = s.ok("kubectl logs job/look");
    assert!(log.ends_with("greetings from podinfo\npodinfo 6.14.1\n"), "{log}");
    s.ok("kubectl run typo --image=mysqll:8.0; kubectl run bare --image=mysql:8.0");
    s.wait(30);
    assert_eq!(s.ok("kubectl logs bare | tail -1 | cut -d' ' -f1"), "fatal:\n");
    let reason = s.ok("kubectl get pod typo -o jsonpath='{.status.containerStatuses[0].state.waiting.reason}'");
    assert!(["ErrImagePull", "ImagePullBackOff"].contains(&reason.as_str()), "{reason}");
}

#[test]
fn wget_speaks_as_in_busybox() {
    let mut s = Session::new();
    s.ok("kubectl apply -f web.yaml; kubectl rollout status deploy/web; kubectl run box --image=busybox -- sleep 1d");
    s.ok("kubectl wait --for=condition=Ready pod/box");
    let ip = s.ok("kubectl get svc web -o jsonpath='{.spec.clusterIP}'");
    let mut inside = |line: &str| {
        let (out, err, code) = s.run(&format!("kubectl exec box -- sh -c '{line}'"));
        (out, err.replace("command terminated with exit code 1\n", ""), code)
    };
    let (page, err, code) = inside("wget -q -O - web");
    assert_eq!((err.as_str(), code), ("", 0));
    assert!(page.starts_with("Welcome to nginx!\n"), "{page}");
    let bar = format!("100% |{}| {:>5}  0:00:00 ETA", "*".repeat(32), page.len());
    let said = format!(
        "Connecting to web ({ip}:80)\nsaving to \"index.html\"\nindex.html           {bar}\n\"index.html\" saved\n"
    );
    assert_eq!(inside("cd /tmp && wget http://web/"), (String::new(), said.replace('"', "'"), 0));
    assert_eq!(
        inside("cd /tmp && wget -q web"),
        (String::new(), "wget: can't open 'index.html': File exists\n".into(), 1)
    );
    assert_eq!(inside("wget --spider web").1, format!("Connecting to web ({ip}:80)\nremote file exists\n"));
    let refused = format!("wget: can't connect to remote host ({ip}): Connection refused\n");
    assert_eq!(inside("wget -q -T 2 -O- web:81").1, refused);
    assert_eq!(inside("wget -qO- nosuch").1, "wget: bad address 'nosuch'\n");
    assert_eq!(inside("wget -qO- web/nosuch").1, "wget: server returned error: HTTP/1.1 404 Not Found\n");
    let (_, err, _) = inside("wget -qSO /dev/null web");
    assert!(err.starts_with("  HTTP/1.1 200 OK\n  Content-Type: "), "{err}");
    // The workstation's would be GNU Wget.
    assert_eq!(s.run("wget web").1, "wget: real, but not part of this sandbox yet\n");
}

const ODD: &str = r#"apiVersion: metrics.example/v9
kind: Gauge
metadata: {name: g}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: readers}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects: [{kind: ServiceAccount, name: reader}]
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: fast}
provisioner: k8s.io/minikube-hostpath
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      containers: [{name: db, image: redis, volumeMounts: [{name: data, mountPath: /data}]}]
      volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
  volumeClaimTemplates:
  - metadata: {name: data, annotations: {volume.beta.kubernetes.io/storage-class: fast}}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
"#;

#[test]
fn one_unknown_kind_keeps_no_other_object_back() {
    let mut s = Session::new();
    let (out, err, code) = s.run(&format!("cat > odd.yaml <<'END'\n{ODD}END\nkubectl apply -f odd.yaml"));
    assert_eq!(
        (err.as_str(), code),
        (
            "error: resource mapping not found for name: \"g\" namespace: \"\" from \"odd.yaml\": no matches for kind \"Gauge\" \
             in version \"metrics.example/v9\"\nensure CRDs are installed first\n",
            1
        )
    );
    assert_eq!(
        out,
        "rolebinding.rbac.authorization.k8s.io/readers created\nstorageclass.storage.k8s.io/fast created\n\
         statefulset.apps/db created\n"
    );
    s.ok("kubectl rollout status sts/db");
    // The volume that a claim has the name of gives way to it, and the old annotation names its class.
    assert_eq!(s.ok("kubectl get pv -o jsonpath='{.items[0].spec.storageClassName}'"), "fast");
    // A role binding's account is one of its own namespace.
    assert_eq!(s.ok("kubectl auth can-i list pods --as system:serviceaccount:default:reader"), "yes\n");
}
