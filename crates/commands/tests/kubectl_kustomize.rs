//! `kubectl kustomize` and `-k` in a world with a cluster: what a learner sees.

mod in_cluster;

use in_cluster::Session;

/// A base beside the home's `web.yaml`, and an overlay.
fn with_overlay() -> Session {
    let mut s = Session::new();
    s.ok("mkdir -p base overlays/prod && cp web.yaml base/ && printf 'resources: [web.yaml]\n' > base/kustomization.yaml");
    s.ok(
        "printf 'resources: [../../base]\nnamePrefix: prod-\nimages:\n- {name: nginx, newTag: \"1.28\"}\nreplicas:\n- {name: web, count: 1}\nconfigMapGenerator:\n- name: settings\n  literals: [mode=prod]\n' > overlays/prod/kustomization.yaml",
    );
    s
}

#[test]
fn a_folder_is_rendered_and_written() {
    let mut s = with_overlay();
    let out = s.ok("kubectl kustomize overlays/prod");
    assert!(out.starts_with("apiVersion: v1\ndata:\n  mode: prod\nkind: ConfigMap\n"), "{out}");
    assert!(out.contains("\n  name: prod-settings-") && out.contains("image: nginx:1.28"), "{out}");
    assert_eq!(s.ok("cd overlays/prod && kubectl kustomize"), out);
    s.ok("kubectl kustomize overlays/prod -o all.yaml && mkdir parts && kubectl kustomize overlays/prod -o parts");
    assert_eq!(s.ok("cat all.yaml"), out);
    let parts = s.ok("ls parts");
    assert!(
        parts.contains("apps_v1_deployment_prod-web.yaml\n") && parts.contains("v1_service_prod-web.yaml\n"),
        "{parts}"
    );
    assert_eq!(
        s.fails("kubectl kustomize parts"),
        "error: unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory \
         '/home/learner/parts'\n"
    );
    assert_eq!(
        s.fails("kubectl kustomize all.yaml"),
        "error: must build at directory: 'all.yaml': file is not directory\n"
    );
    assert_eq!(
        s.fails("kubectl kustomize --enable-helm base"),
        "error: --enable-helm is real, but not part of this sandbox yet\n"
    );
    s.ok("printf 'bases: [../base]\n' > parts/kustomization.yaml");
    let (out, err, code) = s.run("kubectl kustomize parts");
    assert!(code == 0 && out.contains("name: web"), "{out}{err}");
    assert_eq!(
        err,
        "# Warning: 'bases' is deprecated. Please use 'resources' instead. Run 'kustomize edit fix' to update your \
         Kustomization automatically.\n"
    );
}

#[test]
fn a_folder_is_applied_looked_at_and_deleted() {
    let mut s = with_overlay();
    let made = s.ok("kubectl apply -k overlays/prod");
    assert!(made.starts_with("configmap/prod-settings-"), "{made}");
    assert!(made.ends_with(" created\nservice/prod-web created\ndeployment.apps/prod-web created\n"), "{made}");
    s.ok("kubectl rollout status deploy/prod-web");
    assert_eq!(
        s.ok("kubectl get deploy prod-web -o jsonpath='{.spec.template.spec.containers[0].image}'"),
        "nginx:1.28"
    );
    assert_eq!(s.ok("kubectl diff -k overlays/prod"), "");
    s.ok("sed -i 's/count: 1/count: 2/' overlays/prod/kustomization.yaml");
    let (diff, _, code) = s.run("kubectl diff -k overlays/prod");
    assert!(code == 1 && diff.contains("-  replicas: 1\n+  replicas: 2\n"), "{diff}");
    let got = s.ok("kubectl get -k overlays/prod -o name");
    assert!(got.contains("deployment.apps/prod-web\n") && got.lines().count() == 3, "{got}");
    assert_eq!(s.fails("kubectl apply -f web.yaml -k base"), "error: only one of -f or -k can be specified\n");
    assert_eq!(s.fails("kubectl apply -R -k base"), "error: the -k flag can't be used with -f or -R\n");
    let gone = s.ok("kubectl delete -k overlays/prod");
    assert!(gone.contains("deployment.apps \"prod-web\" deleted\n"), "{gone}");
    assert_eq!(s.ok("kubectl create -k base"), "service/web created\ndeployment.apps/web created\n");
    assert_eq!(s.ok("kubectl replace -k base"), "service/web replaced\ndeployment.apps/web replaced\n");
}
