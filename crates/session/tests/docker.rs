//! Docker in a session: a build, its image in the cluster, undo; and the session replayed from its journal is the same world.

use screen::Input;
use session::Session;

fn typed(session: &mut Session, line: &str) -> String {
    session.act(Input::Line { terminal: 1, text: line.into() });
    let text = session.now().world.terminal(world::TerminalId(1)).expect("it is open").plain_text();
    text.rsplit_once(line).map(|(_, after)| after.trim_start_matches('\n').to_string()).unwrap_or_default()
}

fn replays(session: &Session) {
    assert_eq!(session.replay_all().state_hash(), session.now().state_hash());
}

#[test]
fn a_build_in_a_terminal_is_replayed_to_the_bit() {
    let mut session = Session::start(testkit::first_lesson(), 1, "test").expect("lesson 0 starts");
    typed(&mut session, "mkdir ~/job && cd ~/job");
    typed(
        &mut session,
        "printf 'FROM alpine:3.20\\nRUN apk add --no-cache jq && sleep 2 && echo done\\nCMD [\"echo\", \"encore\"]\\n' > Dockerfile",
    );
    let log = typed(&mut session, "docker build -t registry.encore/job:1 .");
    assert!(log.contains("Installing jq") && log.contains("naming to registry.encore/job:1 done"), "{log}");
    assert!(typed(&mut session, "docker run --rm registry.encore/job:1").starts_with("encore\n"));
    typed(&mut session, "docker run -d --name sleeper alpine:3.20 sleep 500");
    assert!(typed(&mut session, "docker ps --format '{{.Names}}'").starts_with("sleeper\n"));
    replays(&session);
    typed(&mut session, "docker push -q registry.encore/job:1");
    typed(&mut session, "docker rm -f sleeper");
    replays(&session);
}

#[test]
fn a_pipeline_builds_the_image_that_the_cluster_runs() {
    let mut session = Session::start(testkit::first_lesson(), 1, "test").expect("lesson 0 starts");
    typed(
        &mut session,
        "cd ~/web && sed -i 's/^headline:.*/headline: \"Layers\"/' encore.yaml && git commit -qam 'Layers' && git push -q",
    );
    session.act(Input::Advance { to_micros: session.now().now().as_micros() + 180_000_000 });
    let world = &session.now().world;
    let run = world.ci.runs().last().expect("the push started one");
    assert_eq!(run.state, ci::State::Passed, "{run:#?}");
    let built = world.registry.tags().map(|(_, _, digest)| digest.to_string()).any(|digest| {
        world.registry.resolve(&["registry.encore/web@", &digest].concat()).is_ok_and(|image| {
            image.revision.as_deref() == Some(&run.commit)
                && image.layers.len() == 1
                && world.registry.layer(&image.layers[0]).is_some()
        })
    });
    assert!(built, "the image has a layer that can be looked into");
    replays(&session);
}
