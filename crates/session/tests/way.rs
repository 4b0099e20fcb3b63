//! The way of one commit, from the push to the customers, at every moment of it.

use screen::{Input, Station};
use session::Session;
use std::time::Duration;
use testkit::first_lesson as lesson;

fn wait(session: &mut Session, secs: u64) {
    wait_millis(session, secs * 1_000);
}

fn wait_millis(session: &mut Session, millis: u64) {
    let to_micros = (session.now().now() + Duration::from_millis(millis)).as_micros();
    session.act(Input::Advance { to_micros });
}

fn typed(session: &mut Session, line: &str) {
    session.act(Input::Line { terminal: 1, text: line.into() });
}

fn stations(session: &Session) -> Vec<Station> {
    view::pipelines(&session.shown().world, None).way
}

fn states(session: &Session) -> Vec<(String, String)> {
    stations(session).into_iter().map(|station| (station.name, station.state)).collect()
}

fn state<'s>(states: &'s [(String, String)], name: &str) -> &'s str {
    states.iter().find(|(known, _)| known == name).map_or("", |(_, state)| state)
}

#[test]
fn a_commit_is_followed_to_the_customers_and_back_in_time() {
    let mut session = Session::start(lesson(), 1, "test").expect("lesson 0 starts");
    typed(&mut session, "cd web && echo hi > note.txt && git add . && git commit -qm Note && git push -q");
    let pushed = session.journal().path().len();
    let early = states(&session);
    assert_eq!((state(&early, "Commit"), state(&early, "Pipeline")), ("done", "running"), "{early:?}");
    assert_eq!(state(&early, "Customers"), "idle", "{early:?}");
    // Nothing is told before what it stands on.
    for step in 0..900 {
        wait_millis(&mut session, if step < 600 { 100 } else { 1_000 });
        let now = stations(&session);
        // A pipeline goes on behind its image, and a rollout while the first pods serve.
        let fixed = now.iter().filter(|station| !["Pipeline", "Cluster"].contains(&station.name.as_str()));
        let after = fixed.skip_while(|station| station.state == "done");
        assert!(after.clone().all(|station| station.state != "done"), "{now:?}");
        let begins = ["not yet", "on its way", "Sync of encore", "Synced encore to ", "encore is "];
        assert!(begins.iter().any(|begin| now[4].text.starts_with(begin)), "{now:?}");
    }
    let done = stations(&session);
    assert!(done.iter().all(|station| station.state == "done"), "{done:?}");
    assert_eq!(done.len(), 7);
    assert!(done[3].text.starts_with("encore/deploy@"), "{done:?}");
    assert!(done[4].text.starts_with("encore is "), "{done:?}");
    assert_eq!(done[6].text, "100 % get it");
    // The picture is that of the moment that is looked at.
    session.seek(Some(pushed));
    assert_eq!(states(&session), early);
}

#[test]
fn a_commit_that_fails_goes_no_further() {
    let mut session = Session::start(lesson(), 1, "test").expect("lesson 0 starts");
    typed(&mut session, "cd web && rm package.json encore.yaml; git commit -qam Gone && git push -q");
    wait(&mut session, 200);
    let now = stations(&session);
    assert_eq!((now[1].state.as_str(), now[2].text.as_str()), ("failed", "not reached"), "{now:?}");
    assert_eq!((now[3].state.as_str(), now[6].text.as_str()), ("failed", "not reached"), "{now:?}");
}

fn start(name: &str) -> Session {
    let compiled = testkit::compiled_from("cicd", name);
    Session::start(session::Lesson::new(compiled.plan, compiled.page), 1, "test").expect("the lesson starts")
}

#[test]
fn an_image_is_found_under_whatever_name_it_has() {
    let mut session = start("16-promote-by-digest");
    typed(
        &mut session,
        "cd ~/web && sed -i 's/^headline: .*/headline: \"Doors at six\"/' encore.yaml && git commit -qam Doors && git push -q",
    );
    wait(&mut session, 240);
    let now = stations(&session);
    assert_eq!((now[2].text.as_str(), now[2].state.as_str()), ("web:rc", "done"), "{now:?}");
    typed(&mut session, "kubectl get deployment web -n shop -o jsonpath='{.spec.template.spec.containers[0].image}'");
    assert_ne!(now[6].state, "done", "customers get what production names: {now:?}");
    // A tag that has moved on means another image.
    let first = session.journal().path().len();
    typed(
        &mut session,
        "git commit -q --allow-empty -m Again && sed -i 's/^headline: .*/headline: \"Doors at seven\"/' encore.yaml && git commit -qam Seven && git push -q",
    );
    wait(&mut session, 240);
    let newer = stations(&session);
    assert_eq!(newer[2].text, "web:rc", "{newer:?}");
    let old = session.shown().world.ci.runs().iter().rev().nth(1).map(|run| run.number);
    let old = view::pipelines(&session.shown().world, old).way;
    assert!(old[2].text.starts_with("web@"), "{old:?}");
    session.seek(Some(first));
    assert_eq!(stations(&session)[2].text, "web:rc");
}

#[test]
fn a_world_in_which_nothing_runs_ends_at_the_registry() {
    let session = start("12-github-actions");
    let world = &session.shown().world;
    let leaked =
        world.ci.runs().iter().find(|run| run.state == ci::State::Failed).expect("the lesson begins with a leak");
    let way = view::pipelines(world, Some(leaked.number)).way;
    let names: Vec<&str> = way.iter().map(|station| station.name.as_str()).collect();
    assert_eq!(names, ["Commit", "Pipeline", "Registry"]);
    assert_eq!((way[1].state.as_str(), way[2].state.as_str()), ("failed", "done"), "{way:?}");
    assert!(way[2].text.starts_with("web:") && way[2].text.len() == 11, "{way:?}");
}
