//! Argo Rollouts in a session: canaries on the traffic of customers, judged by Prometheus' figures, and the plugin's words.

use lesson::compile::Folder;
use manifest::Value;
use session::{Lesson, Session};

const WORLD: &str = r#"
seed: 1
start: "2026-06-26T19:58:00Z"
machines:
  - name: workstation
    user: learner
    home: /home/learner
    files:
      ~/.kube/config: home/kubeconfig
nodes:
  - {name: stage-left, cpu: "4", memory: 8Gi}
  - {name: stage-right, cpu: "4", memory: 8Gi}
rollouts: true
namespaces: [shop]
objects:
  - apiVersion: v1
    kind: Service
    metadata: {name: web, namespace: shop}
    spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
  - apiVersion: argoproj.io/v1alpha1
    kind: AnalysisTemplate
    metadata: {name: success-rate, namespace: shop}
    spec:
      args: [{name: hash}]
      metrics:
        - name: success-rate
          interval: 20s
          initialDelay: 40s
          failureLimit: 2
          successCondition: result[0] >= 0.95
          provider:
            prometheus:
              address: http://prometheus.monitoring:9090
              query: >-
                sum(rate(http_requests_total{service="web",code!~"5..",rollouts_pod_template_hash="{{args.hash}}"}[1m])) /
                sum(rate(http_requests_total{service="web",rollouts_pod_template_hash="{{args.hash}}"}[1m]))
images:
  - {name: "registry.encore/web:1", program: programs/one.yaml, size: 18400000}
  - {name: "registry.encore/web:2", program: programs/two.yaml, size: 18400000}
  - {name: "registry.encore/web:3", program: programs/three.yaml, size: 18400000}
traffic:
  service: shop/web
  requests_per_sec: 40
until:
  within: 120s
  check: shop('web').rps > 0
"#;

const ROLLOUT: &str = r#"
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: web, namespace: shop}
spec:
  replicas: 5
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: registry.encore/web:1
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {path: /healthz, port: 8080}, periodSeconds: 2}
  strategy:
"#;

const CANARY: &str = r#"
    canary:
      analysis:
        templates: [{templateName: success-rate}]
        startingStep: 1
        args: [{name: hash, valueFrom: {podTemplateHashValue: Latest}}]
      steps: [{setWeight: 20}, {pause: {duration: 2m}}, {setWeight: 60}, {pause: {duration: 1m}}]
"#;

/// A session of the world with a Rollout of this strategy in `web.yaml`, applied and healthy.
fn start(strategy: &str) -> Session {
    let mut folder = Folder::new();
    let root = testkit::root().join("lessons/gitops/21-rollback-by-revert");
    let lesson = |name: &str| std::fs::read_to_string(root.join(name)).expect("lesson 21 is there");
    for name in ["lesson.md", "quiz.yaml", "words.svg"] {
        folder.insert(name.into(), lesson(name));
    }
    folder.insert("world.yaml".into(), WORLD.into());
    folder.insert("files/home/kubeconfig".into(), lesson("files/home/kubeconfig"));
    for (name, version, errors) in [("one", 1, 0.0), ("two", 2, 0.0), ("three", 3, 0.3)] {
        let program = format!("name: web\nversion: \"{version}\"\nport: 8080\nerror_ratio: {errors}\n");
        folder.insert(format!("files/programs/{name}.yaml"), program);
    }
    let mut compiled = lesson::compile::lesson("gitops", "21-rollback-by-revert", &folder);
    let made = compiled.lesson.take().unwrap_or_else(|| panic!("{:?}", compiled.diagnostics));
    let mut session = Session::start(Lesson::new(made.plan, made.page), 1, "test").expect("the world starts");
    session.run_line(&format!("cat > web.yaml <<'END'\n{ROLLOUT}{strategy}END"));
    assert_eq!(session.run_line("kubectl apply -f web.yaml"), "rollout.argoproj.io/web created\n");
    let said = session.run_line("kubectl argo rollouts status web");
    assert!(said.ends_with("Healthy\n"), "{said}");
    session
}

fn wait(session: &mut Session, secs: u64) {
    let to_micros = session.now().now().as_micros() + secs * 1_000_000;
    session.act(screen::Input::Advance { to_micros });
}

fn object(session: &Session, kind: &str, name: &str) -> Value {
    let store = session.now().world.cluster.store();
    let kind = store.kinds().iter().find(|info| *info.kind == *kind).expect("the kind is there").id;
    store.get(kind, "shop", name).map(|object| object.value.clone()).unwrap_or_default()
}

fn shown(session: &mut Session) -> String {
    session.run_line("kubectl argo rollouts get rollout web --no-color")
}

fn replays(session: &Session) {
    assert_eq!(session.replay_all().state_hash(), session.now().state_hash());
}

#[test]
fn a_good_release_goes_through_and_a_bad_one_is_given_up() {
    let mut session = start(CANARY);
    let text = shown(&mut session);
    for line in [
        "Status:          ✔ Healthy\n",
        "  Step:          4/4\n",
        "  SetWeight:     100\n",
        "Images:          registry.encore/web:1 (stable)\n",
        "  Available:     5\n",
        "└──# revision:1 ",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    assert_eq!(
        session.run_line("kubectl argo rollouts set image web web=registry.encore/web:2"),
        "rollout \"web\" image updated\n"
    );
    wait(&mut session, 60);
    let text = shown(&mut session);
    for line in [
        "Status:          ॥ Paused\n",
        "Message:         CanaryPauseStep\n",
        "  Step:          1/4\n",
        "  SetWeight:     20\n",
        "  ActualWeight:  20\n",
        "Images:          registry.encore/web:1 (stable)\n                 registry.encore/web:2 (canary)\n",
        "AnalysisRun  ◌ Running",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    let said = session.run_line("kubectl argo rollouts status web");
    assert!(said.ends_with("Healthy\n"), "{said}");
    assert!(said.contains("Paused - CanaryPauseStep\n"), "{said}");

    // Three in ten of its requests fail.
    session.run_line("kubectl argo rollouts set image web web=registry.encore/web:3");
    let said = session.run_line("kubectl argo rollouts status web; echo $?");
    let why = "RolloutAborted: Rollout aborted update to revision 3: Background analysis phase error/failed: Metric \
               \"success-rate\" assessed Failed due to failed (3) > failureLimit (2)";
    assert!(said.contains(&format!("Error: The rollout is in a degraded state with message: {why}\n1\n")), "{said}");
    wait(&mut session, 30);
    let text = shown(&mut session);
    for line in [
        "Status:          ✖ Degraded\n",
        "  Step:          0/4\n",
        "  SetWeight:     0\n",
        "  ActualWeight:  0\n",
        "✖ 3",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    assert_eq!(
        object(&session, "Rollout", "web").str_at("spec.template.spec.containers[0].image"),
        "registry.encore/web:3"
    );
    let said = session.run_line("kubectl argo rollouts undo web && kubectl argo rollouts status web");
    assert!(said.starts_with("rollout 'web' undo\n") && said.ends_with("Healthy\n"), "{said}");
    replays(&session);
}

#[test]
fn the_plugin_asks_and_tells_as_the_real_one() {
    let mut session = start("\n    canary:\n      steps: [{setWeight: 40}, {pause: {}}]\n");
    let said = session.run_line("kubectl argo rollouts list rollouts");
    assert_eq!(
        said,
        "NAME        STRATEGY   STATUS        STEP  SET-WEIGHT  READY  DESIRED  UP-TO-DATE  AVAILABLE\n\
         web         Canary     Healthy       2/2   100         5/5    5        5           5        \n"
    );
    assert_eq!(session.run_line("kubectl argo rollouts list ro -n default; echo $?"), "No resources found.\n0\n");
    for (line, told) in [
        ("get rollout nobody", "Error: rollout.argoproj.io \"nobody\" not found\n1\n"),
        ("promote nobody", "Error: rollouts.argoproj.io \"nobody\" not found\n1\n"),
        ("get experiment x", "kubectl argo rollouts get experiment: real, but not part of this sandbox yet\n1\n"),
        ("dashboard", "kubectl argo rollouts dashboard: real, but not part of this sandbox yet\n1\n"),
        ("frobnicate", "Error: unknown command \"frobnicate\" for \"kubectl-argo-rollouts\"\n1\n"),
        (
            "status web --timeout soon",
            "Error: invalid argument \"soon\" for \"-t, --timeout\" flag: time: invalid duration \"soon\"\n1\n",
        ),
        (
            "promote web -a -c",
            "Flag --skip-current-step has been deprecated, use without the flag instead ex: promote ROLLOUT_NAME\nFlag --skip-all-steps has been deprecated, use --full instead\nError: Cannot use skip-current-step and skip-all-steps flags at the same time\n1\n",
        ),
        ("undo web", "Error: no revision found for rollout \"web\"\n1\n"),
        ("set image web x=y", "Error: unable to find container named \"x\"\n1\n"),
        ("status web --watch=false", "Healthy\n0\n"),
        ("lint -f web.yaml", "0\n"),
        ("version --short", "kubectl-argo-rollouts: v1.8.3\n0\n"),
    ] {
        assert_eq!(session.run_line(&format!("kubectl argo rollouts {line}; echo $?")), told, "{line}");
    }
}

#[test]
fn the_plugin_and_the_panel_show_a_canary_and_move_it() {
    let mut session = start("\n    canary:\n      steps: [{setWeight: 40}, {pause: {}}]\n");
    session.run_line("kubectl argo rollouts set image web web=registry.encore/web:2");
    let said = session.run_line("kubectl argo rollouts status web -t 30s; echo $?");
    assert!(said.ends_with("Paused - CanaryPauseStep\nError: Rollout status watch exceeded timeout\n1\n"), "{said}");
    let text = shown(&mut session);
    let lines: Vec<&str> = text.lines().collect();
    let tree = lines.iter().position(|line| line.starts_with("NAME")).expect("a tree");
    assert_eq!(lines[tree + 1].split_whitespace().take(5).collect::<Vec<_>>(), ["⟳", "web", "Rollout", "॥", "Paused"]);
    assert!(lines[tree + 2].starts_with("├──# revision:2"), "{text}");
    assert!(lines[tree + 3].starts_with("│  └──⧉ web-") && lines[tree + 3].ends_with("canary"), "{text}");
    assert!(lines[tree + 4].starts_with("│     ├──□ web-") && lines[tree + 4].ends_with("ready:1/1"), "{text}");
    assert!(lines[tree + 6].starts_with("└──# revision:1"), "{text}");
    let panel = view::cluster(
        &session.now().world,
        &view::ClusterLook { namespace: Some("shop".into()), ..Default::default() },
    );
    let card = panel.rollouts.iter().find_map(|one| one.canary.clone()).expect("it is shown in motion");
    assert_eq!(
        (card.steps, card.at, card.set_weight, card.actual_weight),
        (vec!["setWeight: 40".into(), "pause".into()], 1, Some(40), 40)
    );
    assert_eq!(card.acts[0], ("Promote".into(), "kubectl argo rollouts promote web -n shop".into()));
    assert_eq!(session.run_line("kubectl argo rollouts promote web"), "rollout 'web' promoted\n");
    assert!(session.run_line("kubectl argo rollouts status web").ends_with("Healthy\n"));
    session.run_line("kubectl argo rollouts set image web web=registry.encore/web:1");
    wait(&mut session, 20);
    assert_eq!(session.run_line("kubectl argo rollouts abort web"), "rollout 'web' aborted\n");
    wait(&mut session, 20);
    let said = session.run_line("kubectl argo rollouts retry rollout web && kubectl argo rollouts promote web --full");
    assert_eq!(said, "rollout 'web' retried\nrollout 'web' fully promoted\n");
    assert!(session.run_line("kubectl argo rollouts status web").ends_with("Healthy\n"));
    let said = session.run_line(
        "kubectl argo rollouts pause web && kubectl argo rollouts promote web && kubectl argo rollouts restart web",
    );
    assert_eq!(said, "rollout 'web' paused\nrollout 'web' promoted\nrollout 'web' restarts in 0s\n");
    wait(&mut session, 200);
    let said = session.run_line("kubectl get ro,ar -n shop");
    assert!(said.contains("DESIRED   CURRENT   UP-TO-DATE   AVAILABLE"), "{said}");
    assert_eq!(session.run_line("kubectl scale ro/web --replicas=3"), "rollout.argoproj.io/web scaled\n");
    wait(&mut session, 30);
    assert_eq!(object(&session, "Rollout", "web").int_at("status.availableReplicas"), Some(3));
    replays(&session);
}

#[test]
fn prometheus_answers_inside_of_the_cluster() {
    let mut session = start("\n    canary: {}\n");
    wait(&mut session, 90);
    let ask = |session: &mut Session, query: &str| {
        session.run_line(&format!("curl -s 'http://prometheus.monitoring:9090/api/v1/query?query={query}'"))
    };
    let text = ask(&mut session, "sum(rate(http_requests_total[1m]))");
    let value = Value::from_json(&text).unwrap_or_else(|_| panic!("{text}"));
    assert_eq!((value.str_at("status"), value.str_at("data.resultType")), ("success", "vector"));
    let rate: f64 = value.at("data.result[0].value").items()[1].as_str().expect("a number").parse().expect("a number");
    assert!((25.0..55.0).contains(&rate), "{text}");
    let text = ask(&mut session, "count(up==1)");
    assert!(text.contains("\"result\":[{\"metric\":{},\"value\":["), "{text}");
    let text = ask(&mut session, "rate(up)");
    assert!(text.starts_with("{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"invalid parameter \\\"query\\\": 1:6: parse error:"), "{text}");
    let text =
        ask(&mut session, "histogram_quantile(0.5,sum%20by%20(le)(rate(http_request_duration_seconds_bucket[1m])))");
    assert!(text.contains("\"success\""), "{text}");
    replays(&session);
}

#[test]
fn experimental_functions_want_the_flag_of_prometheus() {
    let mut session = start("\n    canary: {}\n");
    wait(&mut session, 60);
    let ask = |session: &mut Session, query: &str| {
        session.run_line(&format!("curl -s 'http://prometheus.monitoring:9090/api/v1/query?query={query}'"))
    };
    let refused = ask(&mut session, "mad_over_time(up[1m])");
    assert!(refused.contains("1:1: parse error: function \\\"mad_over_time\\\" is not enabled"), "{refused}");
    let said = session.run_line(
        "kubectl patch deployment prometheus -n monitoring --type=json -p '[{\"op\": \"add\", \"path\": \
         \"/spec/template/spec/containers/0/args/-\", \"value\": \
         \"--enable-feature=exemplar-storage,promql-experimental-functions\"}]'",
    );
    assert_eq!(said, "deployment.apps/prometheus patched\n");
    wait(&mut session, 90);
    let text = ask(&mut session, "count(limitk(2,up))%20%2B%20max_of(1,0)");
    assert!(text.contains("\"metric\":{},\"value\":[") && text.contains(",\"3\"]"), "{text}");
    replays(&session);
}
