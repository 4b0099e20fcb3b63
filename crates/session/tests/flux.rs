//! Flux in a session: what its controllers do with commits, hands, releases and images, and what `flux` prints of it.

use cluster::{DEPLOYMENT, KindId};
use manifest::Value;
use screen::Input;
use session::{Lesson, Session};

const GIVE_UP: &str = "--timeout=20s";

fn typed(session: &mut Session, line: &str) -> String {
    session.act(Input::Line { terminal: 1, text: line.into() });
    let text = session.now().world.terminal(world::TerminalId(1)).expect("it is open").plain_text();
    text.rsplit_once(line).map(|(_, after)| after.trim_start().to_string()).unwrap_or_default()
}

fn wait(session: &mut Session, secs: u64) {
    let to_micros = session.now().now().as_micros() + secs * 1_000_000;
    session.act(Input::Advance { to_micros });
}

fn write(session: &mut Session, file: &str, text: &str) {
    typed(session, &format!("printf '%b' '{}' > {file}", text.replace('\n', "\\n").replace('\'', "'\\''")));
}

/// The world of lesson 22: `shop` is suspended, and `base` names a file that is not there.
fn start() -> Session {
    let compiled = testkit::compiled_from("gitops", "22-flux");
    Session::start(Lesson::new(compiled.plan, compiled.page), 1, "test").expect("lesson 22 starts")
}

/// The same, mended.
fn mended() -> Session {
    let mut session = start();
    typed(
        &mut session,
        "cd ~/pier && git mv base/house.yaml base/house-rules.yaml && git commit -qm Mended && git push -q",
    );
    typed(&mut session, "flux resume kustomization shop");
    wait(&mut session, 90);
    session
}

fn at(session: &Session, kind: KindId, namespace: &str, name: &str, path: &str) -> Value {
    let store = session.now().world.cluster.store();
    store.get(kind, namespace, name).map(|object| object.value.at(path).clone()).unwrap_or_default()
}

fn flux(session: &Session, kind: &str, namespace: &str, name: &str) -> Value {
    let mut kinds = session.now().world.cluster.store().kinds().iter();
    let kind = kinds.find(|info| info.group.ends_with("toolkit.fluxcd.io") && *info.kind == *kind);
    at(session, kind.expect("Flux is installed").id, namespace, name, "")
}

fn ready(value: &Value) -> (String, String) {
    let found = cluster::condition(value, "Ready").cloned().unwrap_or_default();
    (found.str_at("reason").into(), found.str_at("message").into())
}

fn shop(session: &Session) -> Value {
    flux(session, "Kustomization", "flux-system", "shop")
}

fn replays(session: &Session) {
    assert_eq!(session.replay_all().state_hash(), session.now().state_hash());
}

#[test]
fn a_suspended_kustomization_stays_as_it_was_and_a_resumed_one_waits_for_what_it_depends_on() {
    let mut session = start();
    let old = shop(&session).str_at("status.lastAppliedRevision").to_string();
    wait(&mut session, 1_200);
    assert_eq!(shop(&session).str_at("status.lastAppliedRevision"), old);
    assert_eq!(ready(&shop(&session)).0, "ReconciliationSucceeded");
    let told = typed(&mut session, &format!("flux resume kustomization shop {GIVE_UP}"));
    assert_eq!(
        told.lines().take(5).collect::<Vec<_>>(),
        [
            "► resuming kustomization shop in flux-system namespace",
            "✔ kustomization resumed",
            "◎ waiting for Kustomization reconciliation",
            "✗ Kustomization shop reconciliation failed: context deadline exceeded",
            "✗ reconciliation failed for 1 Kustomization(s)",
        ]
    );
    assert_eq!(
        ready(&shop(&session)),
        ("DependencyNotReady".into(), "dependency 'flux-system/base' is not ready".into())
    );
    let base = flux(&session, "Kustomization", "flux-system", "base");
    assert_eq!(ready(&base).0, "BuildFailed");
    assert!(ready(&base).1.starts_with("kustomize build failed: accumulating resources"), "{base:?}");

    // Mended: the source fetches it, `base` is applied at once, `shop` at its next question.
    typed(
        &mut session,
        "cd ~/pier && git mv base/house.yaml base/house-rules.yaml && git commit -qm Mended && git push -q",
    );
    let told = typed(&mut session, "flux reconcile kustomization base --with-source");
    for line in [
        "► annotating GitRepository pier in flux-system namespace",
        "✔ GitRepository annotated",
        "◎ waiting for GitRepository reconciliation",
        "✔ fetched revision main@sha1:",
        "► annotating Kustomization base in flux-system namespace",
        "✔ applied revision main@sha1:",
    ] {
        assert!(told.contains(line), "{line}: {told}");
    }
    wait(&mut session, 60);
    assert_eq!(ready(&shop(&session)).0, "ReconciliationSucceeded");
    let image = "spec.template.spec.containers[0].image";
    assert_eq!(at(&session, DEPLOYMENT, "shop", "web", image).as_str(), Some("registry.encore/web:3.1.0"));
    replays(&session);
}

#[test]
fn hands_are_corrected_at_the_interval_and_what_leaves_git_is_pruned() {
    let mut session = mended();
    let replicas = |session: &Session| at(session, DEPLOYMENT, "shop", "cart", "spec.replicas").as_i64();
    typed(&mut session, "kubectl scale deployment cart --replicas=4 && kubectl set env deployment/cart A=b");
    wait(&mut session, 60);
    assert_eq!(replicas(&session), Some(4), "not before the interval");
    wait(&mut session, 600);
    assert_eq!(replicas(&session), Some(1));
    assert!(at(&session, DEPLOYMENT, "shop", "cart", "spec.template.spec.containers[0].env").is_zero());

    let version = session.now().world.cluster.store().get(DEPLOYMENT, "shop", "web").map(|web| web.version);
    typed(
        &mut session,
        "git rm -q shop/catalog.yaml && sed -i /catalog/d shop/kustomization.yaml && git commit -qam Less && git push -q",
    );
    wait(&mut session, 120);
    assert!(at(&session, DEPLOYMENT, "shop", "catalog", "").is_null());
    assert_eq!(shop(&session).list_at("status.inventory.entries").len(), 4);
    let after = session.now().world.cluster.store().get(DEPLOYMENT, "shop", "web").map(|web| web.version);
    assert_eq!(version, after, "what did not change is not written");
    let told = typed(&mut session, "flux events --for Kustomization/shop | grep -A1 deleted");
    assert!(told.contains("Deployment/shop/catalog deleted"), "{told}");
    replays(&session);
}

#[test]
fn a_health_check_fails_after_its_timeout_and_dependants_and_deletion_follow() {
    let mut session = mended();
    typed(&mut session, "sed -i s/web:3.1.0/web:9/ shop/web.yaml && git commit -qam Nine && git push -q");
    wait(&mut session, 300);
    let (reason, message) = ready(&shop(&session));
    assert_eq!(reason, "HealthCheckFailed");
    assert!(
        message.starts_with(
            "health check failed after 3m0s: timeout waiting for: [Deployment/shop/web status: 'InProgress']"
        ),
        "{message}"
    );
    typed(&mut session, "flux delete kustomization pier --silent");
    wait(&mut session, 10);
    let store = session.now().world.cluster.store();
    assert_eq!(store.all(DEPLOYMENT, Some("shop")).count(), 0, "those that it made went, and theirs with them");
    assert!(flux(&session, "Kustomization", "flux-system", "base").is_null());
    replays(&session);
}

const RELEASE: &str = "apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: hello, namespace: shop}
spec:
  interval: 5m
  timeout: 1m
  chart: {spec: {chart: ./hello, sourceRef: {kind: GitRepository, name: pier, namespace: flux-system}}}
  upgrade: {remediation: {retries: 1}}
  valuesFrom: [{kind: ConfigMap, name: hello-values}]
  values: {replicas: 2}
";

const TEMPLATE: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: hello}}
  template:
    metadata: {labels: {app: hello}}
    spec: {containers: [{name: hello, image: \"nginx{{ .Values.more }}:{{ .Values.tag }}\"}]}
";

#[test]
fn a_release_is_installed_upgraded_rolled_back_and_taken_away() {
    let mut session = mended();
    typed(&mut session, "mkdir -p hello/templates");
    for (file, text) in [
        ("hello/Chart.yaml", "apiVersion: v2\nname: hello\nversion: 0.1.0\n"),
        ("hello/values.yaml", "replicas: 1\ntag: \"1.25\"\nmore: \"\"\n"),
        ("hello/templates/web.yaml", TEMPLATE),
        ("/tmp/hello.yaml", RELEASE),
    ] {
        write(&mut session, file, text);
    }
    typed(&mut session, "git add -A && git commit -qm Hello && git push -q && flux reconcile source git pier");
    typed(
        &mut session,
        "kubectl create configmap hello-values --from-literal=values.yaml='tag: \"1.26\"'; kubectl apply -f /tmp/hello.yaml",
    );
    wait(&mut session, 60);
    let image = |session: &Session| {
        at(session, DEPLOYMENT, "shop", "hello", "spec.template.spec.containers[0].image")
            .as_str()
            .unwrap_or("")
            .to_string()
    };
    assert_eq!(image(&session), "nginx:1.26");
    let release = |session: &Session| flux(session, "HelmRelease", "shop", "hello");
    let told = "Helm install succeeded for release shop/hello.v1 with chart hello@0.1.0";
    assert_eq!(ready(&release(&session)), ("InstallSucceeded".into(), told.into()));
    let table = typed(&mut session, "flux get helmreleases -n shop");
    assert!(table.contains(told), "{table}");
    let traced = typed(&mut session, "flux trace deployment hello -n shop");
    assert!(traced.contains("HelmRelease:    hello\n") && traced.contains("HelmChart:      shop-hello\n"), "{traced}");

    // A chart of the same version is not made anew, whatever its files say.
    typed(&mut session, "sed -i s/nginx/nothing/ hello/templates/web.yaml && git commit -qam Same && git push -q");
    wait(&mut session, 400);
    assert_eq!(image(&session), "nginx:1.26");
    typed(&mut session, "sed -i s/0.1.0/0.2.0/ hello/Chart.yaml && git commit -qam Two && git push -q");
    wait(&mut session, 420);
    assert_eq!(image(&session), "nginx:1.26", "rolled back");
    let status = release(&session);
    assert_eq!(ready(&status).0, "RollbackSucceeded");
    let stalled = cluster::condition(&status, "Stalled").cloned().unwrap_or_default();
    assert_eq!(stalled.str_at("message"), "Failed to upgrade after 2 attempt(s)");
    let history = typed(&mut session, "helm history hello -n shop");
    assert_eq!((history.matches("failed").count() >= 2, history.contains("Rollback to 1")), (true, true), "{history}");

    typed(&mut session, "flux delete helmrelease hello -n shop --silent");
    wait(&mut session, 10);
    assert!(at(&session, DEPLOYMENT, "shop", "hello", "").is_null());
    assert!(flux(&session, "HelmChart", "flux-system", "shop-hello").is_null());
    replays(&session);
}

const IMAGES: &str = "apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: {name: web, namespace: flux-system}
spec: {image: registry.encore/web, interval: 1m}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {name: web, namespace: flux-system}
spec: {imageRepositoryRef: {name: web}, policy: {semver: {range: \"<3.1.0\"}}}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageUpdateAutomation
metadata: {name: pier, namespace: flux-system}
spec:
  interval: 5m
  sourceRef: {kind: GitRepository, name: pier}
  git: {commit: {author: {name: fluxcdbot, email: bot@encore.example}, messageTemplate: Newest image}}
  update: {path: ./shop, strategy: Setters}
";

#[test]
fn image_automation_commits_what_a_policy_chose_and_the_commit_is_delivered() {
    let mut session = mended();
    write(&mut session, "/tmp/images.yaml", IMAGES);
    typed(&mut session, "sed -i 's|web:3.1.0|web:3.1.0 # {\"$imagepolicy\": \"flux-system:web\"}|' shop/web.yaml");
    typed(&mut session, "git commit -qam Marker && git push -q && kubectl apply -f /tmp/images.yaml");
    wait(&mut session, 180);
    typed(&mut session, "git pull -q");
    let log = typed(&mut session, "git log -1 --format='%an %s' && grep image: shop/web.yaml");
    assert!(log.starts_with("fluxcdbot Newest image"), "{log}");
    assert!(log.contains("image: registry.encore/web:3.0.0 # {\"$imagepolicy\": \"flux-system:web\"}"), "{log}");
    let image = at(&session, DEPLOYMENT, "shop", "web", "spec.template.spec.containers[0].image");
    assert_eq!(image.as_str(), Some("registry.encore/web:3.0.0"));
    let told = typed(&mut session, "flux get images policy");
    assert!(told.contains("Latest image tag for registry.encore/web resolved to 3.0.0"), "{told}");
    replays(&session);
}

#[test]
fn a_controller_without_a_pod_does_nothing_until_it_has_one_again() {
    let mut session = mended();
    typed(&mut session, "kubectl scale deployment kustomize-controller -n flux-system --replicas=0");
    wait(&mut session, 30);
    typed(&mut session, "sed -i 's/replicas: 1/replicas: 2/' shop/cart.yaml && git commit -qam Two && git push -q");
    wait(&mut session, 900);
    let replicas = |session: &Session| at(session, DEPLOYMENT, "shop", "cart", "spec.replicas").as_i64();
    assert_eq!(replicas(&session), Some(1));
    let told = typed(&mut session, "flux check");
    assert!(told.contains("✗ kustomize-controller: deployment not ready") && told.contains("✗ check failed"), "{told}");
    typed(&mut session, "kubectl scale deployment kustomize-controller -n flux-system --replicas=1");
    wait(&mut session, 90);
    assert_eq!(replicas(&session), Some(2));
    let log = typed(&mut session, "flux logs --kind Kustomization --name shop --tail=1");
    assert!(log.contains(" info Kustomization/shop.flux-system - Reconciliation finished in "), "{log}");
    replays(&session);
}

#[test]
fn variables_patches_images_and_a_namespace_go_into_the_build() {
    let mut session = mended();
    let spec = "apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: two, namespace: flux-system}
spec:
  interval: 5m
  prune: true
  path: ./two
  targetNamespace: shop
  sourceRef: {kind: GitRepository, name: pier}
  images: [{name: nginx, newTag: \"1.27\"}]
  patches: [{patch: \"[{op: add, path: /metadata/labels, value: {a: b}}]\", target: {kind: Deployment}}]
  postBuild: {substitute: {count: \"2\"}, substituteFrom: [{kind: ConfigMap, name: nobody, optional: true}]}
";
    let deployment = "apiVersion: apps/v1
kind: Deployment
metadata: {name: two}
spec:
  replicas: ${count}
  selector: {matchLabels: {app: two}}
  template:
    metadata: {labels: {app: two}}
    spec: {containers: [{name: two, image: nginx, env: [{name: A, value: \"${unset:=x}\"}]}]}
";
    typed(&mut session, "mkdir two");
    write(&mut session, "two/two.yaml", deployment);
    write(&mut session, "/tmp/two.yaml", spec);
    typed(&mut session, "git add -A && git commit -qm Two && git push -q && kubectl apply -f /tmp/two.yaml");
    wait(&mut session, 75);
    let two = at(&session, DEPLOYMENT, "shop", "two", "");
    assert_eq!(two.int_at("spec.replicas"), Some(2), "{}", typed(&mut session, "flux get kustomizations two"));
    assert_eq!(two.str_at("spec.template.spec.containers[0].image"), "nginx:1.27");
    assert_eq!(two.str_at("spec.template.spec.containers[0].env[0].value"), "x");
    assert_eq!(two.str_at("metadata.labels.a"), "b");
    // What is not here is said, and nothing is done.
    let change = r#"kubectl patch kustomization two -n flux-system --type merge -p '{"spec":{"kubeConfig":{"secretRef":{"name":"other"}}}}'"#;
    typed(&mut session, change);
    wait(&mut session, 5);
    let two = flux(&session, "Kustomization", "flux-system", "two");
    assert_eq!(ready(&two).1, "spec.kubeConfig is real Flux, but not part of this sandbox yet");
    replays(&session);
}

#[test]
fn the_shop_shows_flux_among_its_stations() {
    let session = start();
    let shop = view::shop(&session.now().world);
    let told = shop.stations.iter().map(|station| format!("{}: {}", station.name, station.text)).collect::<Vec<_>>();
    assert!(told.contains(&"Flux: 2 of 3 ready, 1 suspended".to_string()), "{told:?}");
}

#[test]
fn the_events_say_what_the_way_of_a_commit_reads() {
    let session = mended();
    let log = session.now().world.sim.events();
    let tells = |event: &sim::Event| {
        &*event.topic == "flux"
            && &*event.subject.kind == "Kustomization"
            && event.text.starts_with("shop: Reconciliation finished in ")
    };
    assert!(log.iter().any(tells), "{:?}", log.last());
}
