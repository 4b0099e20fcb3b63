use crate::{Customers, Key, Network, Program, Start, Workload};
use manifest::Value;
use order::OrdMap;
use sim::{Causes, Sim, Time, state_hash};
use std::sync::Arc;
use std::time::Duration;

#[derive(Default)]
struct Fixed(OrdMap<String, Vec<(Key, u16)>>);

impl Network for Fixed {
    fn endpoints(&self, _: &str, service: &str) -> Option<Vec<(Key, u16)>> {
        self.0.get(service).cloned()
    }
    fn host(&self, _: &str) -> Option<(String, String)> {
        Some(("shop".into(), "web".into()))
    }
    fn causes(&self, _: &Key) -> Causes {
        Causes::none()
    }
    fn exists(&self, _: &str, _: &str) -> bool {
        true
    }
}

fn program(text: &str) -> Arc<Program> {
    Arc::new(Program::read(&Value::from_yaml(text).expect("yaml")).expect("a program"))
}

struct Scene {
    sim: Sim,
    work: Workload,
    net: Fixed,
}

impl Scene {
    fn new() -> Self {
        let mut sim = Sim::new(3, Time::from_unix_secs(1_780_684_930));
        let mut work = Workload::default();
        let (namespace, service) = ("shop".into(), "web".into());
        work.open_doors(
            &mut sim,
            Customers { host: "shop.encore".into(), namespace, service, rate: 100.0, daily: 0.2 },
        );
        Self { sim, work, net: Fixed::default() }
    }

    fn start(&mut self, service: &str, pod: &str, text: &str, env: &[(&str, &str)]) -> Key {
        let key = Key::new("shop", pod, service);
        let env = env.iter().map(|(k, v)| ((*k).to_string(), (*v).to_string())).collect();
        let program = program(text);
        let port = program.port;
        let start =
            Start { key: key.clone(), program, env, cpu_cores: Some(1.0), memory_limit: None, causes: Causes::none() };
        self.work.start(&mut self.sim, start);
        self.net.0.entry(service.into()).or_default().push((key.clone(), port));
        key
    }

    fn run(&mut self, secs: u64) -> Vec<crate::Exit> {
        let end = self.sim.now() + Duration::from_secs(secs);
        let mut exits = Vec::new();
        while let Some(due) = self.work.next_due().filter(|due| due.at <= end) {
            self.sim.advance_to(due.at);
            exits.extend(self.work.fire(&mut self.sim, &self.net));
        }
        self.sim.advance_to(end);
        exits
    }

    fn last(&self) -> crate::Sample {
        self.work.history("shop", "web").next_back().expect("a second has passed").clone()
    }
}

const WEB: &str =
    "{name: web, version: '1.8', headline: Hello, port: 8080, startup: 2s, requests: [{path: /, calls: [catalog]}]}";
const CATALOG: &str = "{name: catalog, version: '2', port: 8080, startup: 1s}";

#[test]
fn customers_get_the_versions_that_run() {
    let mut scene = Scene::new();
    scene.start("web", "a", WEB, &[]);
    scene.start("catalog", "c", CATALOG, &[]);
    scene.run(10);
    let sample = scene.last();
    assert!(sample.errors < 0.01 && sample.requests > 60.0, "{sample:?}");
    assert_eq!(sample.versions.keys().collect::<Vec<_>>(), ["1.8"]);
    scene.start("web", "b", &WEB.replace("1.8", "1.9"), &[]);
    scene.run(10);
    let sample = scene.last();
    let share = sample.versions["1.9"] / sample.requests;
    assert!((share - 0.5).abs() < 0.01, "{sample:?}");
    let story: Vec<_> = scene.sim.events().iter().map(|event| event.text.to_string()).collect();
    assert!(story.contains(&"All customers get version 1.8".to_string()), "{story:?}");
    assert!(story.contains(&"Customers get versions 1.8 and 1.9".to_string()), "{story:?}");
}

#[test]
fn a_missing_service_behind_breaks_the_one_before() {
    let mut scene = Scene::new();
    scene.start("web", "a", WEB, &[]);
    scene.run(5);
    let sample = scene.last();
    assert!(sample.errors > sample.requests * 0.99, "{sample:?}");
    let response = scene.work.request(&scene.net, ("shop", "web"), ("/", ""), scene.sim.now(), 0).expect("web answers");
    assert_eq!((response.status, response.body.as_str()), (502, "web cannot reach catalog\n"));
}

#[test]
fn too_much_load_is_slow_then_fails() {
    let mut scene = Scene::new();
    scene.start("web", "a", "{name: web, version: '1', port: 80, startup: 0s, cpu_ms_per_request: 20}", &[]);
    scene.run(5);
    let sample = scene.last();
    assert!(sample.p99_ms > 400.0 && sample.errors > 20.0, "{sample:?}");
}

#[test]
fn programs_end_as_their_manifest_says() {
    let mut scene = Scene::new();
    let key = scene.start("web", "a", "{name: web, version: '1', port: 80, needs_env: [CATALOG_URL]}", &[]);
    let exits = scene.run(3);
    assert_eq!(exits.len(), 1);
    assert_eq!((exits[0].code, &exits[0].key), (1, &key));
    let logs = scene.work.logs(&key, true).expect("the dead leave logs");
    assert!(logs.last().expect("last words").text.contains("CATALOG_URL is not set"));
    let fault =
        "{name: web, version: '1', port: 80, faults: [{when: \"env.MODE == 'bad'\", after: 2s, exit: 3, say: boom}]}";
    scene.start("web", "b", fault, &[("MODE", "good")]);
    assert!(scene.run(5).is_empty());
    scene.start("web", "c", fault, &[("MODE", "bad")]);
    assert_eq!(scene.run(5)[0].code, 3);
}

#[test]
fn the_same_seed_gives_the_same_second() {
    let run = || {
        let mut scene = Scene::new();
        scene.start("web", "a", WEB, &[]);
        scene.start("catalog", "c", CATALOG, &[]);
        scene.run(120);
        (state_hash(&scene.work), state_hash(&scene.sim))
    };
    assert_eq!(run(), run());
}

#[test]
fn wrong_manifests_are_told_what_is_wrong() {
    for (text, says) in [
        ("{name: web, prot: 80}", "unknown setting \"prot\""),
        ("{version: 1}", "\"name\" is missing"),
        ("{name: web, port: 99999}", "not a port"),
        ("{name: web, startup: soon}", "is no time"),
        ("{name: web, faults: [{when: maybe}]}", "is no condition"),
    ] {
        let error = Program::read(&Value::from_yaml(text).expect("yaml")).expect_err(text);
        assert!(error.0.contains(says), "{text}: {error}");
    }
    assert_eq!(Program::public("docker.io/library/nginx", "1.27").expect("known").port, 80);
    assert!(Program::public("nosuch", "1").is_none());
}

const PAYMENTS: &str = "{name: payments, version: p1, port: 8080, startup: 1s, accepts_keys: KEYS}";
const BUYER: &str = "{name: web, version: w1, port: 8080, sends_key: KEY, requests: [{path: /, calls: [payments]}]}";

fn failures(scene: &Scene, service: &str) -> f64 {
    let sample = scene.work.history("shop", service).next_back().expect("a second has passed");
    sample.errors / sample.requests
}

fn logged(scene: &Scene, key: &Key) -> Vec<String> {
    scene.work.logs(key, false).expect("it runs").iter().map(|line| line.text.to_string()).collect()
}

#[test]
fn a_program_serves_who_shows_one_of_its_keys() {
    let mut scene = Scene::new();
    let payments = scene.start("payments", "payments-1", PAYMENTS, &[("KEYS", "old-0123-aaaa, new-0123-bbbb")]);
    scene.start("web", "web-1", BUYER, &[("KEY", "old-0123-aaaa")]);
    scene.run(31);
    assert!(failures(&scene, "payments") == 0.0 && failures(&scene, "web") == 0.0);
    let told = logged(&scene, &payments);
    assert!(told.iter().any(|line| line.ends_with("requests with the key …aaaa served")), "{told:?}");
    let now = scene.sim.now();
    let ask = |shows: &str| scene.work.request(&scene.net, ("shop", "payments"), ("/", shows), now, 0).expect("there");
    assert_eq!((ask("new-0123-bbbb").status, ask("old-0123-aaaa").status), (200, 200));
    assert_eq!((ask("").status, ask("old-0123-aaaa, new-0123-bbbb").status), (401, 401));
    assert_eq!(ask("").reason, "Unauthorized");
    let health = scene.work.ask(&payments, 8080, ("/healthz", ""), now).expect("it listens");
    assert_eq!(health.status, 200);
}

/// One of two callers still shows a key that is not taken any more: what it asks for fails, and only that.
#[test]
fn a_refused_key_fails_its_callers_share() {
    let mut scene = Scene::new();
    scene.work.meter = Some(Box::default());
    let payments = scene.start("payments", "payments-1", PAYMENTS, &[("KEYS", "new-0123-bbbb")]);
    scene.start("web", "web-1", BUYER, &[("KEY", "old-0123-aaaa")]);
    scene.start("web", "web-2", BUYER, &[("KEY", "new-0123-bbbb")]);
    scene.run(31);
    assert!((failures(&scene, "web") - 0.5).abs() < 1e-9, "{}", failures(&scene, "web"));
    let told = logged(&scene, &payments);
    assert!(told.iter().any(|line| line.ends_with("the key …aaaa refused with 401")), "{told:?}");
    assert!(told.iter().any(|line| line.ends_with("the key …bbbb served")), "{told:?}");
    let counter = scene.work.meter.as_ref().and_then(|meter| meter.counters().next()).expect("counted").2;
    assert!(counter.codes.keys().copied().eq([200, 401]), "{:?}", counter.codes);
    let now = scene.sim.now();
    let asked = scene.work.request(&scene.net, ("shop", "web"), ("/", ""), now, 0).expect("there");
    assert_eq!((asked.status, asked.body.as_str()), (502, "web: payments answered 401 Unauthorized\n"));
}

/// The ticker names the version that failed.
#[test]
fn a_failed_request_says_of_which_version() {
    let mut scene = Scene::new();
    let bad = "{name: web, version: bad, port: 8080, error_ratio: 0.5}";
    let good = "{name: web, version: good, port: 8080}";
    scene.start("web", "web-1", bad, &[]);
    scene.start("web", "web-2", good, &[]);
    scene.run(8);
    let seen: Vec<_> = scene.work.recent().filter(|one| !one.version.is_empty()).collect();
    assert!(seen.iter().any(|one| one.status == 500), "{seen:?}");
    assert!(seen.iter().all(|one| one.status == 200 || one.version == "bad"), "{seen:?}");
    // Where nobody answers, no version does.
    let mut empty = Scene::new();
    empty.net.0.entry("web".into()).or_default();
    empty.run(8);
    assert!(empty.work.recent().all(|one| one.status == 503 && one.version.is_empty()));
}

/// Nobody is let in where the variable is not set, and a short key is not told.
#[test]
fn no_keys_means_nobody() {
    let mut scene = Scene::new();
    let payments = scene.start("payments", "payments-1", PAYMENTS, &[]);
    scene.start("web", "web-1", BUYER, &[("KEY", "abc")]);
    scene.run(31);
    assert!((failures(&scene, "payments") - 1.0).abs() < 1e-9);
    let told = logged(&scene, &payments);
    assert!(told.iter().any(|line| line.ends_with("the key … refused with 401")), "{told:?}");
}
