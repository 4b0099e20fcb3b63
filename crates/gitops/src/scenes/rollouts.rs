//! Argo Rollouts over a cluster, with figures that a test decides.

mod spec;

use super::{Programs, learner};
use crate::rollouts::{self, Meters, Moment, Page, REVISION, Rollouts, SCALE_DOWN, Sizes, sets_of};
use cluster::{Cluster, NodeShape, Object, PatchKind, SERVICE};
use manifest::{Value, object};
use sim::{Causes, Sim, Time};
use std::sync::Arc;
use std::time::Duration;

/// What each query gives; a page is `{"ok": …}`.
struct Figures(Value);

impl Meters for Figures {
    fn query(&mut self, _: Moment<'_>, _: &str, query: &str) -> Result<Value, String> {
        if query == "broken" { Err("bad_data: no".into()) } else { Ok(self.0.clone()) }
    }

    fn get(&mut self, _: Moment<'_>, _: &str) -> Result<Page, String> {
        Ok(Page { status: 200, body: format!("{{\"ok\": {}}}", self.0.to_json()) })
    }
}

struct Scene {
    sim: Sim,
    cluster: Cluster,
    rollouts: Rollouts,
    programs: Programs,
    figures: Figures,
}

const TEMPLATE: &str = "
apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: {name: judge}
spec:
  args: [{name: who}]
  metrics:
  - name: share
    interval: 10s
    failureLimit: 1
    count: 3
    successCondition: result[0] > 0.9
    failureCondition: result[0] < 0.5
    provider: {prometheus: {address: 'http://p:9090', query: 'share{who=\"{{args.who}}\"}'}}
";

const JUDGED: &str =
    "templates: [{templateName: judge}], args: [{name: who, valueFrom: {podTemplateHashValue: Latest}}]";

impl Scene {
    fn new() -> Self {
        let mut sim = Sim::new(7, Time::parse_rfc3339("2026-06-05T12:00:00Z").expect("a time"));
        let mut cluster = Cluster::new(&mut sim);
        let shape = NodeShape::worker("node", 64_000, 64 << 30);
        cluster.add_node(&mut sim, &shape, &Causes::none()).expect("a valid node");
        rollouts::install(&mut cluster, &mut sim, &learner()).expect("a fresh cluster");
        let (rollouts, programs) = (Rollouts::default(), Programs::default());
        let figures = Figures(Value::list(vec![Value::Float(1.0)]));
        let mut scene = Self { sim, cluster, rollouts, programs, figures };
        scene.apply("{apiVersion: v1, kind: Namespace, metadata: {name: shop}}");
        for name in ["web", "web-preview"] {
            let ports = "ports: [{port: 80}]";
            scene.apply(&format!(
                "{{apiVersion: v1, kind: Service, metadata: {{name: {name}}}, spec: {{selector: {{app: web}}, {ports}}}}}"
            ));
        }
        scene.apply(TEMPLATE);
        scene
    }

    /// With a Rollout `web` of this strategy and more, healthy.
    fn of(strategy: &str, more: &str) -> Self {
        let mut scene = Self::new();
        scene.rollout(1, strategy, more);
        scene.run(60);
        assert_eq!(scene.phase(), "Healthy ");
        scene
    }

    fn rollout(&mut self, version: u32, strategy: &str, more: &str) {
        let pod = format!(
            "{{metadata: {{labels: {{app: web}}}}, spec: {{containers: [{{name: web, image: web-{version}}}]}}}}"
        );
        self.apply(&format!(
            "{{apiVersion: argoproj.io/v1alpha1, kind: Rollout, metadata: {{name: web}}, spec: {{replicas: 4, selector: \
             {{matchLabels: {{app: web}}}}, template: {pod}, strategy: {{{strategy}}}, {more}}}}}"
        ));
    }

    fn apply(&mut self, yaml: &str) {
        let value = Value::from_yaml(yaml).expect("a valid text");
        let info = self.cluster.store().kinds().of_manifest(value.str_at("apiVersion"), value.str_at("kind"));
        let info = info.cloned().expect("a known kind");
        let space = if info.namespaced { "shop" } else { "" };
        self.cluster.apply(&mut self.sim, info.id, space, &value, &learner()).expect("a valid object");
        self.rollouts.watch(&mut self.sim, &self.cluster);
    }

    fn run(&mut self, secs: u64) {
        let until = self.sim.now() + Duration::from_secs(secs);
        loop {
            let (ours, own) = (self.rollouts.next_due(), self.cluster.next_due());
            let next = [ours, own].into_iter().flatten().min();
            let Some(due) = next.filter(|due| due.at <= until) else { break };
            self.sim.advance_to(due.at.max(self.sim.now()));
            if ours == next {
                self.rollouts.fire(&mut self.sim, &mut self.cluster, &mut self.figures);
            } else {
                self.cluster.fire(&mut self.sim, &mut self.programs);
            }
            self.rollouts.watch(&mut self.sim, &self.cluster);
        }
        self.sim.advance_to(until);
    }

    fn object(&self, kind: &str, name: &str) -> Arc<Object> {
        let kind = self.cluster.store().kinds().find(kind).expect("a known kind").id;
        self.cluster.store().get(kind, "shop", name).cloned().expect("the object is there")
    }

    fn web(&self) -> Arc<Object> {
        self.object("Rollout", "web")
    }

    /// Phase and message.
    fn phase(&self) -> String {
        let value = &self.web().value;
        [value.str_at("status.phase"), value.str_at("status.message")].join(" ")
    }

    /// `revision:wanted/available` of each set, oldest first.
    fn sizes(&self) -> String {
        let set = |set: &Arc<Object>| {
            let sizes = Sizes::of(set);
            format!("{}:{}/{}", set.annotation(REVISION), sizes.wanted, sizes.available)
        };
        sets_of(self.cluster.store(), &self.web()).iter().map(set).collect::<Vec<_>>().join(" ")
    }

    fn step(&self) -> i64 {
        self.web().value.int_at("status.currentStepIndex").unwrap_or(-1)
    }

    fn spec(&mut self, change: Value) {
        let web = self.web();
        let patch = object! { "spec" => change };
        let place = (web.key.kind, "shop", "web");
        self.cluster.patch(&mut self.sim, place, PatchKind::Merge, &patch, &learner()).expect("a valid patch");
        self.rollouts.watch(&mut self.sim, &self.cluster);
    }

    /// Writes into the status, as the plugin does.
    fn status(&mut self, change: &Value) {
        let web = self.web();
        let mut value = web.value.clone();
        value.remove("metadata.resourceVersion");
        value.put("status", manifest::json_merge(web.value.at("status"), change));
        self.cluster.update_status(&mut self.sim, web.key.kind, "shop", &value, &learner()).expect("a valid status");
        self.rollouts.watch(&mut self.sim, &self.cluster);
    }

    fn promote(&mut self) {
        self.status(&object! { "pauseConditions" => Value::Null });
    }

    /// The image's version that a service's pods have.
    fn behind(&self, service: &str) -> String {
        let service = self.cluster.store().get(SERVICE, "shop", service).cloned().expect("it is there");
        let hash = service.value.map_at("spec.selector").get(rollouts::HASH).and_then(Value::as_str).unwrap_or("none");
        let sets = sets_of(self.cluster.store(), &self.web());
        let set = sets.iter().find(|set| set.label(rollouts::HASH) == hash);
        set.map_or("-", |set| set.value.str_at("spec.template.spec.containers[0].image")).to_string()
    }

    /// Nothing is written any more.
    fn rests(&mut self) {
        let version = self.cluster.store().version();
        self.run(20);
        let web = self.web();
        assert!(web.version <= version, "{:?}", web.value.at("status").to_json());
    }

    fn runs(&self) -> Vec<Arc<Object>> {
        let kind = self.cluster.store().kinds().find("AnalysisRun").expect("a known kind").id;
        self.cluster.store().all(kind, Some("shop")).cloned().collect()
    }
}

const STEPS: &str = "canary: {steps: [{setWeight: 25}, {pause: {}}, {setWeight: 50}, {pause: {duration: 30}}]}";

#[test]
fn a_canary_goes_by_its_steps() {
    let mut scene = Scene::of(STEPS, "");
    assert_eq!((scene.sizes(), scene.step()), ("1:4/4".into(), 4));
    scene.rollout(2, STEPS, "");
    scene.run(300);
    assert_eq!(scene.phase(), "Paused CanaryPauseStep");
    assert_eq!((scene.sizes(), scene.step()), ("1:3/3 2:1/1".into(), 1));
    assert_eq!(rollouts::set_weight(&scene.web().value), 25);
    scene.rests();
    scene.promote();
    scene.run(10);
    assert_eq!((scene.sizes(), scene.step()), ("1:2/2 2:2/2".into(), 3));
    scene.run(60);
    assert_eq!((scene.phase(), scene.sizes()), ("Healthy ".into(), "1:0/0 2:4/4".into()));
    scene.rests();
    // Back to what was before: that takes all steps again, for it is no longer the stable one.
    scene.rollout(1, STEPS, "");
    scene.run(60);
    assert_eq!((scene.phase(), scene.sizes()), ("Paused CanaryPauseStep".into(), "3:1/1 2:3/3".into()));
    scene.status(&object! { "promoteFull" => true });
    scene.run(60);
    assert_eq!((scene.phase(), scene.sizes(), scene.step()), ("Healthy ".into(), "3:4/4 2:0/0".into(), 4));
}

#[test]
fn an_abort_brings_the_stable_set_back_and_a_retry_begins_anew() {
    let mut scene = Scene::of(STEPS, "");
    scene.rollout(2, STEPS, "");
    scene.run(30);
    scene.status(&object! { "abort" => true });
    scene.run(30);
    assert_eq!(scene.phase(), "Degraded RolloutAborted: Rollout aborted update to revision 2");
    assert_eq!((scene.sizes(), scene.step()), ("1:4/4 2:0/0".into(), 0));
    assert_eq!(rollouts::set_weight(&scene.web().value), 0);
    scene.rests();
    scene.status(&object! { "abort" => false });
    scene.run(30);
    assert_eq!((scene.phase(), scene.sizes()), ("Paused CanaryPauseStep".into(), "1:3/3 2:1/1".into()));
    // Back to the stable template: no step is taken.
    scene.rollout(1, STEPS, "");
    scene.run(30);
    assert_eq!((scene.phase(), scene.step()), ("Healthy ".into(), 4));
    assert_eq!(scene.sizes(), "3:4/4 2:0/0");
}

/// An `undo` writes the set's own template, with all defaults: it is the stable one still, and so is the one without them.
#[test]
fn a_template_with_its_defaults_is_the_same_one() {
    let mut scene = Scene::of(STEPS, "");
    let bare = scene.web().value.at("spec.template").clone();
    let set = sets_of(scene.cluster.store(), &scene.web())[0].clone();
    let mut full = set.value.at("spec.template").clone();
    full.at_mut("metadata.labels").remove(rollouts::HASH);
    assert_ne!(full, bare);
    for template in [full, bare] {
        scene.spec(object! { "template" => template });
        scene.run(30);
        assert_eq!((scene.phase(), scene.sizes()), ("Healthy ".into(), "1:4/4".into()));
        assert_eq!(scene.web().value.str_at("status.stableRS"), set.label(rollouts::HASH));
        scene.rests();
    }
}

#[test]
fn a_paused_rollout_is_resized_all_the_same() {
    let mut scene = Scene::of(STEPS, "");
    scene.rollout(2, STEPS, "");
    scene.run(30);
    scene.spec(object! { "replicas" => 8_i64 });
    scene.run(30);
    assert_eq!((scene.phase(), scene.sizes()), ("Paused CanaryPauseStep".into(), "1:6/6 2:2/2".into()));
    assert_eq!(scene.web().value.int_at("status.HPAReplicas"), Some(8));
    scene.spec(object! { "paused" => true });
    scene.run(5);
    assert_eq!(scene.phase(), "Paused manually paused");
}

#[test]
fn what_cannot_come_up_is_late_and_may_give_itself_up() {
    let late = "progressDeadlineSeconds: 60";
    let mut scene = Scene::of(STEPS, late);
    scene.spec(object! { "template" => object! { "spec" => object! { "containers" => manifest::list![object! { "name" => "web", "image" => "web-none" }] } } });
    scene.run(120);
    let name = sets_of(scene.cluster.store(), &scene.web()).last().expect("a new set").name().to_string();
    let told = format!("ProgressDeadlineExceeded: ReplicaSet \"{name}\" has timed out progressing.");
    assert_eq!((scene.phase(), scene.sizes()), (format!("Degraded {told}"), "1:3/3 2:1/0".into()));
    scene.spec(object! { "progressDeadlineAbort" => true });
    scene.run(60);
    let told = "Degraded RolloutAborted: Rollout aborted update to revision 2: ReplicaSet";
    assert!(scene.phase().starts_with(told), "{}", scene.phase());
    assert_eq!(scene.sizes(), "1:4/4 2:0/0");
}

#[test]
fn a_step_waits_for_its_analysis() {
    let steps =
        format!("canary: {{steps: [{{setWeight: 25}}, {{analysis: {{{JUDGED}}}}}, {{pause: {{duration: 10}}}}]}}");
    let mut scene = Scene::of(&steps, "");
    scene.rollout(2, &steps, "");
    scene.run(15);
    let [run] = &scene.runs()[..] else { panic!("{:?}", scene.runs()) };
    let hash = scene.web().value.str_at("status.currentPodHash").to_string();
    assert_eq!(run.name(), format!("web-{hash}-2-1"));
    assert_eq!(run.value.str_at("status.phase"), "Running");
    let result = run.value.at("status.metricResults[0]");
    assert_eq!(result.str_at("metadata.ResolvedPrometheusQuery"), format!("share{{who=\"{hash}\"}}"));
    assert_eq!(result.list_at("measurements")[0].str_at("value"), "[1]");
    scene.run(60);
    assert_eq!(scene.phase(), "Healthy ");
    assert_eq!(scene.runs()[0].value.str_at("status.phase"), "Successful");

    // Neither good nor bad: it is for somebody to decide.
    scene.figures.0 = Value::list(vec![Value::Float(0.7)]);
    scene.rollout(3, &steps, "");
    scene.run(60);
    assert_eq!(scene.phase(), "Paused InconclusiveAnalysisRun");
    let run = scene.runs().into_iter().find(|run| run.annotation(REVISION) == "3").expect("the third's");
    let told = "Metric \"share\" assessed Inconclusive due to inconclusive (1) > inconclusiveLimit (0)";
    assert_eq!(run.value.str_at("status.message"), told);

    scene.figures.0 = Value::list(vec![Value::Float(0.1)]);
    scene.rollout(4, &steps, "");
    scene.run(60);
    let told = "Degraded RolloutAborted: Rollout aborted update to revision 4: Step-based analysis phase error/failed: \
                Metric \"share\" assessed Failed due to failed (2) > failureLimit (1)";
    assert_eq!(scene.phase(), told);
    scene.rests();

    // No figures at all.
    scene.figures.0 = Value::list(Vec::new());
    scene.rollout(5, &steps, "");
    scene.run(120);
    let told = "assessed Error due to consecutiveErrors (5) > consecutiveErrorLimit (4): \"Error Message: reflect: slice \
                index out of range\"";
    assert!(scene.phase().ends_with(told), "{}", scene.phase());
}

#[test]
fn blue_and_green_are_switched() {
    let strategy = "blueGreen: {activeService: web, previewService: web-preview, autoPromotionEnabled: false}";
    let mut scene = Scene::of(strategy, "");
    assert_eq!((scene.behind("web"), scene.behind("web-preview")), ("web-1".into(), "web-1".into()));
    scene.rollout(2, strategy, "");
    scene.run(60);
    assert_eq!((scene.phase(), scene.sizes()), ("Paused BlueGreenPause".into(), "1:4/4 2:4/4".into()));
    assert_eq!((scene.behind("web"), scene.behind("web-preview")), ("web-1".into(), "web-2".into()));
    scene.rests();
    scene.promote();
    scene.run(10);
    assert_eq!((scene.phase(), scene.behind("web")), ("Healthy ".into(), "web-2".into()));
    // The old one stays for a while.
    assert_eq!(scene.sizes(), "1:4/4 2:4/4");
    let old = sets_of(scene.cluster.store(), &scene.web())[0].clone();
    assert!(!old.annotation(SCALE_DOWN).is_empty());
    scene.run(60);
    assert_eq!(scene.sizes(), "1:0/0 2:4/4");
    scene.rests();
}

#[test]
fn blue_and_green_are_judged_before_and_after() {
    let strategy = format!(
        "blueGreen: {{activeService: web, previewService: web-preview, autoPromotionSeconds: 20, prePromotionAnalysis: {{{JUDGED}}}, \
         postPromotionAnalysis: {{{JUDGED}}}}}"
    );
    let mut scene = Scene::of(&strategy, "");
    scene.rollout(2, &strategy, "");
    scene.run(150);
    assert_eq!((scene.phase(), scene.behind("web")), ("Healthy ".into(), "web-2".into()));
    let phases: Vec<String> = scene.runs().iter().map(|run| run.value.str_at("status.phase").to_string()).collect();
    assert_eq!(phases, ["Successful", "Successful"]);
    scene.figures.0 = Value::list(vec![Value::Float(0.1)]);
    scene.rollout(3, &strategy, "");
    scene.run(60);
    let told = "Degraded RolloutAborted: Rollout aborted update to revision 3: Blue/green pre-promotion analysis phase \
                error/failed: Metric \"share\" assessed Failed due to failed (2) > failureLimit (1)";
    assert_eq!((scene.phase(), scene.behind("web")), (told.into(), "web-2".into()));
    scene.run(60);
    assert!(scene.sizes().ends_with("3:0/0"), "{}", scene.sizes());
}
