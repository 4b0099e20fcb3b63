//! Things broken on purpose in lesson 0's world: Kubernetes and Argo CD answer, and a replay answers the same.

use screen::{Fault, Input};
use session::Session;
use std::time::Duration;
use testkit::first_lesson as lesson;

fn fresh() -> Session {
    Session::start(lesson(), 1, "test").expect("lesson 0 starts")
}

fn wait(session: &mut Session, time: Duration) {
    let to_micros = session.now().now().as_micros() + u64::try_from(time.as_micros()).expect("short");
    session.act(Input::Advance { to_micros });
}

fn typed(session: &mut Session, line: &str) -> String {
    session.act(Input::Line { terminal: 1, text: line.into() });
    let text = session.now().world.terminal(world::TerminalId(1)).expect("it is open").plain_text();
    text.rsplit_once(line).map(|(_, after)| after.to_string()).unwrap_or_default()
}

#[test]
fn a_node_without_power_is_found_out_and_its_pods_move() {
    let mut session = fresh();
    let pod = session.now().world.cluster.store().all(cluster::POD, Some("shop")).next().expect("a pod").clone();
    let node = pod.value.str_at("spec.nodeName").to_string();
    session.act(Input::Fault(Fault::CutPower { node: node.clone() }));
    assert!(typed(&mut session, "kubectl get nodes").contains(" Ready "), "nobody knows yet");
    wait(&mut session, Duration::from_secs(70));
    let nodes = typed(&mut session, "kubectl get nodes");
    assert!(nodes.lines().any(|line| line.starts_with(&node) && line.contains("NotReady")), "{nodes}");
    wait(&mut session, Duration::from_secs(400));
    let placed: Vec<String> = session
        .now()
        .world
        .cluster
        .store()
        .all(cluster::POD, Some("shop"))
        .filter(|pod| cluster::pod_ready(pod))
        .map(|pod| pod.value.str_at("spec.nodeName").to_string())
        .collect();
    assert!(!placed.is_empty() && placed.iter().all(|other| *other != node), "{placed:?} beside {node}");
    session.act(Input::Fault(Fault::PowerOn { node: node.clone() }));
    wait(&mut session, Duration::from_secs(60));
    let nodes = typed(&mut session, "kubectl get nodes");
    assert!(nodes.lines().any(|line| line.starts_with(&node) && line.contains(" Ready ")), "{nodes}");
    assert_eq!(session.replay_all().state_hash(), session.now().state_hash());
}

#[test]
fn a_bad_image_is_seen_in_events_and_argo_cd_takes_it_back() {
    let mut session = fresh();
    session.act(Input::Fault(Fault::BadImage { namespace: "shop".into(), deployment: "web".into() }));
    wait(&mut session, Duration::from_secs(60));
    let events = typed(&mut session, "kubectl get events -n shop");
    assert!(events.contains("no-such-tag"), "{events}");
    let pods = typed(&mut session, "kubectl get pods -n shop");
    assert!(pods.lines().any(|line| line.starts_with("web-") && line.contains("1/1")), "{pods}");
    let image = "kubectl get deployment web -n shop -o jsonpath='{.spec.template.spec.containers[0].image}'";
    assert!(!typed(&mut session, image).contains("no-such-tag"), "Git says what is to run");
    assert_eq!(session.replay_all().state_hash(), session.now().state_hash());
}

#[test]
fn what_is_not_there_is_refused_in_the_api_s_words() {
    let mut session = fresh();
    let before = session.now().state_hash();
    session.act(Input::Fault(Fault::CutPower { node: "node-99".into() }));
    session.act(Input::Fault(Fault::Drift { namespace: "shop".into(), deployment: "nope".into() }));
    assert_ne!(before, session.now().state_hash(), "that it was tried is told");
    assert_eq!(session.replay_all().state_hash(), session.now().state_hash());
}
