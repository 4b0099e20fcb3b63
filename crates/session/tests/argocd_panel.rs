//! Argo CD's panel: syncing as one says, going back, ending an operation, and what holds a sync back.

use screen::{App, ArgoCdAct, Input, SyncHow, SyncedResource};
use session::Session;

fn typed(session: &mut Session, line: &str) {
    session.act(Input::Line { terminal: 1, text: line.into() });
}

fn wait(session: &mut Session, secs: u64) {
    let to_micros = session.now().now().as_micros() + secs * 1_000_000;
    session.act(Input::Advance { to_micros });
}

/// What the panel says to a press.
fn press(session: &mut Session, act: ArgoCdAct) -> Vec<String> {
    session.take_said();
    session.act(Input::ArgoCd { app: "encore".into(), act });
    session.take_said().into_iter().map(|said| said.text).collect()
}

fn app(session: &Session) -> App {
    view::argocd(&session.now().world).apps.into_iter().find(|app| app.name == "encore").expect("it is there")
}

fn replicas(session: &Session, name: &str) -> Option<i64> {
    let store = session.now().world.cluster.store();
    store.get(cluster::DEPLOYMENT, "shop", name).and_then(|one| one.value.int_at("spec.replicas"))
}

fn replays(session: &Session) {
    assert_eq!(session.replay_all().state_hash(), session.now().state_hash());
}

/// Lesson 0 with nothing automated, and two commits: fewer of `web`, then fewer of `cart`.
fn by_hand() -> Session {
    let mut session = Session::start(testkit::first_lesson(), 1, "test").expect("lesson 0 starts");
    typed(&mut session, "argocd app set encore --sync-policy none");
    typed(&mut session, "git clone -q https://forge.encore/encore/deploy.git ~/deploy && cd ~/deploy");
    for name in ["web", "cart"] {
        typed(&mut session, &format!("sed -i 's/replicas: [0-9]*/replicas: 1/' apps/{name}.yaml"));
    }
    typed(&mut session, "git commit -qam 'One of each is enough' && git push -q");
    wait(&mut session, 10);
    assert_eq!(app(&session).sync, "OutOfSync");
    session
}

fn only(name: &str) -> Vec<SyncedResource> {
    let of = |text: &str| text.to_string();
    vec![SyncedResource { group: of("apps"), kind: of("Deployment"), namespace: of("shop"), name: of(name) }]
}

#[test]
fn a_sync_can_be_tried_and_confined_to_a_resource() {
    let mut session = by_hand();
    let before = [replicas(&session, "web"), replicas(&session, "cart")];
    let how = |with: &[&str], only| SyncHow { with: with.iter().map(|word| (*word).to_string()).collect(), only };
    assert!(press(&mut session, ArgoCdAct::Sync(Some(how(&["dry-run"], Vec::new())))).is_empty());
    wait(&mut session, 10);
    assert_eq!([replicas(&session, "web"), replicas(&session, "cart")], before, "it was only tried");
    assert_eq!(app(&session).operation, "Succeeded");
    assert!(press(&mut session, ArgoCdAct::Sync(Some(how(&["apply-only"], only("cart"))))).is_empty());
    wait(&mut session, 10);
    assert_eq!([replicas(&session, "web"), replicas(&session, "cart")], [before[0], Some(1)]);
    assert_eq!(app(&session).sync, "OutOfSync");
    assert!(press(&mut session, ArgoCdAct::Sync(Some(how(&["PruneLast=true"], Vec::new())))).is_empty());
    wait(&mut session, 10);
    let told = app(&session);
    assert_eq!((told.operation.as_str(), told.sync.as_str()), ("Succeeded", "Synced"), "{}", told.message);
    replays(&session);
}

#[test]
fn an_option_of_the_policy_holds_until_another_is_ticked() {
    let mut session = by_hand();
    typed(&mut session, "argocd app set encore --sync-option FailOnSharedResource=true --sync-option Prune=false");
    assert_eq!(app(&session).options, ["FailOnSharedResource=true", "Prune=false"]);
    let sync = |session: &Session| {
        let world = &session.now().world;
        let app = world.argocd.applications(&world.cluster).next().expect("it is there");
        app.value.at("status.operationState.operation.sync.syncOptions").to_yaml()
    };
    press(&mut session, ArgoCdAct::Sync(None));
    wait(&mut session, 10);
    assert_eq!(sync(&session), "- FailOnSharedResource=true\n- Prune=false\n");
    press(&mut session, ArgoCdAct::Sync(Some(SyncHow { with: vec!["PruneLast=true".into()], only: Vec::new() })));
    wait(&mut session, 10);
    assert_eq!(sync(&session), "- PruneLast=true\n");
}

#[test]
fn the_history_is_a_way_back_unless_argo_cd_syncs_by_itself() {
    let mut session = by_hand();
    press(&mut session, ArgoCdAct::Sync(None));
    wait(&mut session, 10);
    let newest = app(&session).history.first().expect("a deployment").id;
    typed(&mut session, "argocd app set encore --sync-policy automated");
    let refusal = "rollback cannot be initiated when auto-sync is enabled";
    assert_eq!(press(&mut session, ArgoCdAct::Rollback(newest - 1)), [refusal]);
    typed(&mut session, "argocd app set encore --sync-policy none");
    assert!(press(&mut session, ArgoCdAct::Rollback(newest - 1)).is_empty());
    wait(&mut session, 10);
    assert_eq!((replicas(&session, "web"), app(&session).sync.as_str()), (Some(3), "OutOfSync"));
    assert_eq!(
        press(&mut session, ArgoCdAct::Rollback(77)),
        ["application argocd/encore does not have deployment with id 77"]
    );
    replays(&session);
}

#[test]
fn a_window_that_is_closed_is_told_and_holds() {
    let mut session = by_hand();
    typed(
        &mut session,
        "argocd proj windows add default --kind deny --schedule '* * * * *' --duration 1h --applications '*'",
    );
    let told = app(&session);
    assert_eq!((told.windows, told.held_back), (vec!["deny, * * * * * for 1h: open now".to_string()], true));
    assert_eq!(press(&mut session, ArgoCdAct::Sync(None)), ["cannot sync: blocked by sync window"]);
    typed(&mut session, "argocd proj windows enable-manual-sync default 0");
    assert!(!app(&session).held_back);
    assert!(press(&mut session, ArgoCdAct::Sync(None)).is_empty());
    replays(&session);
}

#[test]
fn an_operation_that_waits_can_be_ended() {
    let mut session = by_hand();
    let nothing = "Unable to terminate operation. No operation is in progress";
    assert_eq!(press(&mut session, ArgoCdAct::Terminate), [nothing]);
    let hook = "apiVersion: batch/v1\\nkind: Job\\nmetadata: {name: wait, annotations: {argocd.argoproj.io/hook: PreSync}}\\n\
        spec: {template: {spec: {restartPolicy: Never, containers: [{name: wait, image: busybox:1.37, command: [sleep, \"3600\"]}]}}}";
    typed(
        &mut session,
        &format!("printf '{hook}\\n' > apps/wait.yaml; git add . && git commit -qm Wait && git push -q"),
    );
    wait(&mut session, 10);
    press(&mut session, ArgoCdAct::Sync(None));
    wait(&mut session, 20);
    assert_eq!(app(&session).operation, "Running");
    assert!(press(&mut session, ArgoCdAct::Terminate).is_empty());
    wait(&mut session, 10);
    assert_eq!(app(&session).operation, "Failed");
    replays(&session);
}
