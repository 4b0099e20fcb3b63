//! What the page gets for its messages.

use screen::{Control, FromWorker, Input, Motion, ToWorker, Update};
use session::{Desk, LessonFile};
use testkit::first_lesson as lesson;

/// Sends messages; gives how the clock moves after each of them, as the page was told last.
fn motions(messages: Vec<ToWorker>) -> Vec<Motion> {
    let mut desk = Desk::new("test");
    let mut motion = Motion::Paused;
    let mut all = Vec::new();
    for message in messages {
        let mut hear = |said: FromWorker| {
            let FromWorker::Updates(updates) = said else { return };
            for update in updates {
                if let Update::Clock(clock) = update {
                    motion = clock.motion;
                }
            }
        };
        desk.take(message, &mut hear, &mut || true);
        all.push(motion.clone());
    }
    all
}

fn open() -> ToWorker {
    let lesson = lesson();
    let file = LessonFile { plan: (*lesson.plan).clone(), page: (*lesson.page).clone() };
    ToWorker::Open { lesson: postcard::to_allocvec(&file).expect("plain data"), seed: 1, saved: None }
}

fn line(text: &str) -> ToWorker {
    ToWorker::Do(Input::Line { terminal: 1, text: text.into() })
}

#[test]
fn the_clock_goes_on_running_when_a_command_is_typed() {
    let play = ToWorker::Control(Control::Play { speed: 3 });
    let pause = ToWorker::Control(Control::Pause);
    let told = motions(vec![open(), play, ToWorker::Tick { millis: 16 }, line("ls"), pause, line("ls")]);
    let runs = Motion::Playing { speed: 3 };
    assert_eq!(told, [Motion::Paused, runs.clone(), runs.clone(), runs, Motion::Paused, Motion::Paused]);
}

#[test]
fn the_worked_solution_opens_at_once_with_the_hints_below_it() {
    let mut session = session::Session::start(lesson(), 1, "test").expect("lesson 0 starts");
    session.act(Input::Hint { step: "find".into(), rung: 0 });
    assert_eq!(session.now().progress.hints.get("find").map(|seen| (seen.count, seen.solution)), Some((1, false)));
    session.act(Input::Hint { step: "find".into(), rung: 3 });
    assert_eq!(session.now().progress.hints.get("find").map(|seen| (seen.count, seen.solution)), Some((4, true)));
}

/// A panel without content waits for ever if nobody tells it that there is none.
#[test]
fn the_page_hears_that_a_world_has_no_repository_and_no_application() {
    let deploy = testkit::compiled_from("containers", "08-deploy");
    let file = LessonFile { plan: deploy.plan, page: deploy.page };
    let lesson = postcard::to_allocvec(&file).expect("plain data");
    let mut heard = Vec::new();
    let mut hear = |said: FromWorker| {
        if let FromWorker::Updates(updates) = said {
            heard.extend(updates);
        }
    };
    Desk::new("test").take(ToWorker::Open { lesson, seed: 1, saved: None }, &mut hear, &mut || true);
    assert!(heard.iter().any(|update| matches!(update, Update::Git(git) if git.repos.is_empty())));
    assert!(heard.iter().any(|update| matches!(update, Update::ArgoCd(argocd) if argocd.apps.is_empty())));
}

/// What a canary's buttons type needs a terminal that stands at its prompt: one that was busy when the pods last changed.
#[test]
fn the_buttons_of_a_canary_come_back_with_the_prompt() {
    let canary = testkit::compiled_from("gitops", "24-canary");
    let file = LessonFile { plan: canary.plan, page: canary.page };
    let lesson = postcard::to_allocvec(&file).expect("plain data");
    let mut desk = Desk::new("test");
    let mut shown = None;
    let release =
        "cd ~/deploy && sed -i 's/web:7.0.0/web:7.2.0/' apps/web.yaml && git commit -qam bad && git push -q; sleep 75";
    for message in [ToWorker::Open { lesson, seed: 1, saved: None }, line(release)] {
        let mut hear = |said: FromWorker| {
            let FromWorker::Updates(updates) = said else { return };
            for update in updates {
                if let Update::Cluster(cluster) = update {
                    shown = cluster.rollouts.iter().find_map(|one| one.canary.clone());
                }
            }
        };
        desk.take(message, &mut hear, &mut || false);
        for _ in 0..2_000 {
            desk.take(ToWorker::Tick { millis: 16 }, &mut hear, &mut || false);
        }
    }
    let card = shown.expect("a canary that was given up is shown");
    assert!(!card.acts.is_empty());
    assert_eq!(card.terminal, 1, "the shell is back at its prompt");
}

/// Whoever goes into another repository sees that one; what was chosen in the panel stays until then.
#[test]
fn the_git_panel_goes_along() {
    let mut desk = Desk::new("test");
    let mut shown = Vec::new();
    let mut send = |message: ToWorker| {
        let mut last = None;
        let mut hear = |said: FromWorker| {
            let FromWorker::Updates(updates) = said else { return };
            for update in updates {
                if let Update::Git(git) = update {
                    last = Some(git.shown.clone());
                }
            }
        };
        desk.take(message, &mut hear, &mut || true);
        shown.push(last.unwrap_or_default());
    };
    send(open());
    send(line("git init -q ~/zoo && git init -q ~/yard && cd ~/zoo"));
    send(line("cd ../yard && ls"));
    send(ToWorker::Control(Control::ShowRepo("/home/learner/web".into())));
    send(line("touch new"));
    send(line("cd"));
    send(line("cd ~/zoo/.git"));
    let home = |name: &str| format!("/home/learner/{name}");
    assert_eq!(shown[0], home("web"));
    assert_eq!(shown[1..4], [home("zoo"), home("yard"), home("web")]);
    assert_eq!(shown[4], home("web"));
    assert_eq!(shown[6], home("zoo"));
}
