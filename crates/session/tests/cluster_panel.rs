//! The Cluster panel: why something is not well, what a rollout looks like, and many nodes as a map.

use screen::{Cluster, Input, PodState};
use session::Session;
use std::time::Duration;
use testkit::first_lesson as lesson;

fn fresh() -> Session {
    Session::start(lesson(), 1, "test").expect("lesson 0 starts")
}

fn wait(session: &mut Session, secs: u64) {
    let to_micros = (session.now().now() + Duration::from_secs(secs)).as_micros();
    session.act(Input::Advance { to_micros });
}

fn typed(session: &mut Session, line: &str) {
    session.act(Input::Line { terminal: 1, text: line.into() });
}

fn trouble(session: &Session, kind: &str, name: &str) -> (String, String) {
    let (question, answer) = view::trouble(&session.now().world, kind, "shop", name);
    (question, answer.join("\n"))
}

fn panel(session: &Session) -> Cluster {
    view::cluster(&session.now().world, &view::ClusterLook::default())
}

/// The first pod whose name begins so and that is not ready.
fn ill_pod(session: &Session, start: &str) -> String {
    let pods = session.now().world.cluster.store().all(cluster::POD, Some("shop"));
    let mut ill = pods.filter(|pod| pod.name().starts_with(start) && !cluster::pod_ready(pod));
    ill.next().expect("a pod that is not ready").name().to_string()
}

#[test]
fn what_is_well_asks_nothing() {
    let session = fresh();
    let pod = session.now().world.cluster.store().all(cluster::POD, Some("shop")).next().expect("a pod").clone();
    assert_eq!(trouble(&session, "Pod", pod.name()), (String::new(), String::new()));
    assert_eq!(trouble(&session, "Deployment", "web"), (String::new(), String::new()));
    assert_eq!(trouble(&session, "Pod", "nobody"), (String::new(), String::new()));
    assert!(panel(&session).rollouts.is_empty(), "{:?}", panel(&session).rollouts);
}

#[test]
fn an_image_that_nobody_has_is_named() {
    let mut session = fresh();
    typed(&mut session, "kubectl create deployment front -n shop --image=nginx --replicas=3");
    wait(&mut session, 15);
    typed(&mut session, "kubectl set image deployment/front nginx=registry.encore/nope:1 -n shop");
    wait(&mut session, 30);
    let pod = ill_pod(&session, "front-");
    let (question, answer) = trouble(&session, "Pod", &pod);
    assert_eq!(question, "Why is it ImagePullBackOff?");
    assert!(answer.starts_with("The image ") && answer.contains("failed to pull and unpack"), "{answer}");
    let rollouts = panel(&session).rollouts;
    let [rollout] = rollouts.as_slice() else { panic!("{rollouts:?}") };
    assert_eq!((rollout.name.as_str(), rollout.old.len(), rollout.open), ("front", 3, 2));
    assert_eq!(rollout.new, [PodState::Crash]);
    assert!(rollout.words.starts_with("0 of 3 are ready, 3 of the old ones"), "{}", rollout.words);
}

#[test]
fn a_pod_that_fits_nowhere_is_told_how_much_is_free() {
    let mut session = fresh();
    typed(
        &mut session,
        "printf 'apiVersion: v1\\nkind: Pod\\nmetadata: {name: huge, namespace: shop}\\nspec:\\n  containers:\\n  - {name: huge, image: nginx, resources: {requests: {cpu: 64}}}\\n' | kubectl apply -f -",
    );
    wait(&mut session, 5);
    let (question, answer) = trouble(&session, "Pod", "huge");
    assert_eq!(question, "Why is it Pending?");
    assert!(answer.contains("Insufficient cpu") && answer.contains("It asks for 64 CPU"), "{answer}");
    assert_eq!(panel(&session).unscheduled.len(), 1);
}

#[test]
fn a_program_that_ends_says_with_which_code() {
    let mut session = fresh();
    typed(&mut session, "kubectl run ends -n shop --image=busybox -- sh -c 'echo no database; exit 3'");
    wait(&mut session, 40);
    let (question, answer) = trouble(&session, "Pod", "ends");
    assert!(question.contains("CrashLoopBackOff") || question.contains("Error"), "{question}");
    assert!(answer.contains("exit code 3") && answer.contains("no database"), "{answer}");
}

#[test]
fn many_pods_are_a_map_and_one_node_can_be_looked_into() {
    let mut session = fresh();
    typed(&mut session, "kubectl create deployment crowd -n shop --image=nginx --replicas=450");
    wait(&mut session, 60);
    let map = panel(&session);
    assert!(map.map && map.nodes.iter().all(|node| node.pods.is_empty()));
    let counted: u32 = map.nodes.iter().flat_map(|node| &node.counts).sum();
    assert_eq!(counted + u32::try_from(map.unscheduled.len()).expect("few"), map.pod_count);
    let look = view::ClusterLook {
        node: Some(map.nodes[0].name.clone()),
        kind: Some("Deployment".into()),
        ..view::ClusterLook::default()
    };
    let close = view::cluster(&session.now().world, &look);
    assert!(!close.nodes[0].pods.is_empty() && close.nodes[1].pods.is_empty());
    let row = close.table.iter().find(|row| row[1] == "crowd").expect("the new one");
    assert_eq!(close.table[0][..3], ["NAMESPACE", "NAME", "READY"]);
    assert!(row[0] == "shop" && row[2].ends_with("/450"), "{row:?}");
    assert!(close.kinds.iter().any(|kind| kind == "Node (3)"), "{:?}", close.kinds);
}

/// The node with most pods of the shop, and how many.
fn fullest(session: &Session) -> (String, usize) {
    let pods = session.now().world.cluster.store().all(cluster::POD, Some("shop"));
    let mut counts = std::collections::BTreeMap::new();
    pods.for_each(|pod| *counts.entry(pod.value.str_at("spec.nodeName").to_string()).or_default() += 1);
    counts.into_iter().max_by_key(|(_, count)| *count).expect("a pod has a node")
}

#[test]
fn a_drain_shows_what_leaves_and_what_comes() {
    let mut session = fresh();
    typed(&mut session, "kubectl create deployment front -n shop --image=nginx --replicas=4");
    wait(&mut session, 40);
    let (node, _) = fullest(&session);
    typed(&mut session, &format!("kubectl drain {node} --ignore-daemonsets --delete-emptydir-data --force &"));
    wait(&mut session, 1);
    let cards = panel(&session).rollouts;
    let moves: Vec<_> = cards.iter().filter(|card| card.old_version == node).collect();
    assert!(!moves.is_empty(), "{cards:?}");
    assert!(moves.iter().all(|card| card.words.starts_with("evicted, as a drain does; ")), "{moves:?}");
    assert!(moves.iter().all(|card| card.new.len() + card.open as usize == card.old.len()), "{moves:?}");
    assert!(moves.iter().all(|card| !card.new_version.contains(&node)), "{moves:?}");
    // They are soon gone, and told of until others serve in their place.
    let gone = |session: &Session| {
        let pods = session.now().world.cluster.store().all(cluster::POD, Some("shop"));
        pods.filter(|pod| pod.value.str_at("spec.nodeName") == node).count() == 0
    };
    let mut told = 0;
    for _ in 0..30 {
        wait(&mut session, 1);
        let waits = |pod: &std::sync::Arc<cluster::Object>| !cluster::pod_ready(pod);
        let starting = session.now().world.cluster.store().all(cluster::POD, Some("shop")).any(waits);
        let cards = panel(&session).rollouts;
        if gone(&session) && starting {
            assert!(cards.iter().any(|card| card.words.starts_with("evicted, as a drain does; ")), "{cards:?}");
            told += 1;
        }
    }
    assert!(told > 0, "nothing was starting after all had gone");
    wait(&mut session, 120);
    assert!(panel(&session).rollouts.is_empty(), "{:?}", panel(&session).rollouts);
}

#[test]
fn a_lost_node_says_when_its_pods_leave_and_then_where_to() {
    let mut session = fresh();
    let (node, _) = fullest(&session);
    session.act(Input::Fault(screen::Fault::CutPower { node: node.clone() }));
    wait(&mut session, 70);
    let cards = panel(&session).rollouts;
    let told = cards.iter().find(|card| card.old_version == node).unwrap_or_else(|| panic!("{cards:?}"));
    assert!(
        told.words.starts_with("not heard from since ") && told.words.ends_with(" unless it comes back"),
        "{told:?}"
    );
    assert!(told.new.is_empty() && told.open == 0, "nothing comes before they leave: {told:?}");
    wait(&mut session, 300);
    let cards = panel(&session).rollouts;
    let told = cards.iter().find(|card| card.old_version == node).unwrap_or_else(|| panic!("{cards:?}"));
    assert!(told.words.starts_with("taken off a node that may not keep it; "), "{told:?}");
    assert_eq!(told.new.len(), told.old.len(), "{told:?}");
    session.act(Input::Fault(screen::Fault::PowerOn { node }));
    wait(&mut session, 120);
    assert!(panel(&session).rollouts.is_empty(), "{:?}", panel(&session).rollouts);
    assert_eq!(session.replay_all().state_hash(), session.now().state_hash());
}
