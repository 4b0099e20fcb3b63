//! Several terminals: each its own shell, folder, environment and program; a replay gives the same state.

use screen::{Input, ToWorker, Update};
use session::{Desk, Session};
use std::time::Duration;
use testkit::first_lesson as lesson;
use world::{Foreground, TERMINALS_MAX, TerminalId};

fn fresh() -> Session {
    Session::start(lesson(), 1, "test").expect("lesson 0 starts")
}

fn type_into(session: &mut Session, terminal: u32, line: &str) {
    session.act(Input::Line { terminal, text: line.into() });
}

fn text(session: &Session, terminal: u32) -> String {
    session.now().world.terminal(TerminalId(terminal)).expect("it is open").plain_text()
}

fn open(session: &Session) -> Vec<u32> {
    session.now().world.terminals().map(|(id, _)| id.0).collect()
}

#[test]
fn two_terminals_have_folders_variables_and_histories_of_their_own() {
    let mut session = fresh();
    type_into(&mut session, 1, "cd ~/web && X=one");
    session.act(Input::OpenTerminal { beside: 1 });
    assert_eq!(open(&session), [1, 2]);
    type_into(&mut session, 2, "pwd; echo [$X]; cd /tmp; history");
    assert!(text(&session, 2).contains("/home/learner/web\n[]\n    1  pwd; echo"), "{}", text(&session, 2));
    type_into(&mut session, 1, "pwd; echo [$X]; tty");
    assert!(text(&session, 1).contains("/home/learner/web\n[one]\n"), "{}", text(&session, 1));
    assert!(!text(&session, 1).contains("/tmp"));
    assert_eq!(session.replay_all().state_hash(), session.now().state_hash());
}

#[test]
fn one_watches_while_the_other_types() {
    let mut session = fresh();
    type_into(&mut session, 1, "touch /tmp/log; cd ~/web");
    session.act(Input::OpenTerminal { beside: 1 });
    type_into(&mut session, 2, "tail -f /tmp/log");
    assert_eq!(session.now().foreground(), Foreground::Following);
    assert!(session.now().settled(), "who follows holds nobody up");
    type_into(&mut session, 1, "echo a line >> /tmp/log; sleep 3");
    assert!(text(&session, 2).contains("tail -f /tmp/log\na line\n"), "{}", text(&session, 2));
    type_into(&mut session, 1, "echo more >> /tmp/log");
    for _ in 0..8 {
        session.pump(Duration::from_millis(200), &mut || true);
    }
    assert!(text(&session, 2).ends_with("more\n"), "{}", text(&session, 2));
    session.act(Input::Interrupt { terminal: 2 });
    assert_eq!(session.now().foreground(), Foreground::Prompt);
    assert!(text(&session, 2).ends_with("^C\n"), "the other shell is not touched: {}", text(&session, 2));
    assert_eq!(session.replay_all().state_hash(), session.now().state_hash());
}

#[test]
fn exit_ctrl_d_and_the_cross_close_a_terminal_but_not_the_last_one() {
    let mut session = fresh();
    let running = |session: &Session| session.now().world.process_count();
    let alone = running(&session);
    for close in [None, Some(Input::EndOfInput { terminal: 0 }), Some(Input::CloseTerminal { terminal: 0 })] {
        session.act(Input::OpenTerminal { beside: 1 });
        let terminal = *open(&session).last().expect("one was opened");
        let close = match close {
            None => Input::Line { terminal, text: "exit".into() },
            Some(Input::EndOfInput { .. }) => Input::EndOfInput { terminal },
            Some(_) => {
                type_into(&mut session, terminal, "sleep 1000 & tail -f ~/web/encore.yaml");
                assert!(running(&session) > alone + 2);
                Input::CloseTerminal { terminal }
            }
        };
        session.act(close);
        assert_eq!((open(&session), running(&session)), (vec![1], alone), "{terminal} is gone, and its programs");
        assert_eq!(session.now().terminal, TerminalId(1));
    }
    session.act(Input::CloseTerminal { terminal: 1 });
    assert_eq!(open(&session), [1], "the last one stays");
    type_into(&mut session, 1, "exit");
    assert!(session.now().world.terminal(TerminalId(1)).expect("it stays").is_over());
    session.act(Input::OpenTerminal { beside: 1 });
    assert_eq!(open(&session).len(), 1, "a new shell in its place");
    let newest = open(&session)[0];
    type_into(&mut session, newest, "pwd");
    assert!(text(&session, newest).contains("/home/learner\n"));
    assert_eq!(session.replay_all().state_hash(), session.now().state_hash());
}

#[test]
fn undo_a_snapshot_and_a_limit() {
    let lesson = lesson();
    let mut session = Session::start(lesson.clone(), 1, "test").expect("lesson 0 starts");
    for _ in 0..=TERMINALS_MAX {
        session.act(Input::OpenTerminal { beside: 1 });
    }
    assert_eq!(open(&session).len(), TERMINALS_MAX);
    assert!(session.take_said().iter().any(|said| said.text.contains("close one first")));
    for _ in 0..TERMINALS_MAX {
        session.undo();
    }
    assert_eq!(open(&session), [1, 2]);
    type_into(&mut session, 2, "tail -f ~/web/encore.yaml");
    let saved = session.save(true);
    let (mut opened, _) = Session::open(lesson, &saved, "test").expect("own bytes open");
    opened.settle();
    assert_eq!(open(&opened), [1, 2]);
    assert_eq!(opened.now().state_hash(), session.now().state_hash());
    type_into(&mut opened, 1, "echo '# new' >> ~/web/encore.yaml; sleep 2");
    assert!(text(&opened, 2).ends_with("# new\n"), "{}", text(&opened, 2));
}

#[test]
fn the_page_hears_which_terminals_are_open_and_what_each_prints() {
    let mut desk = Desk::new("test");
    let mut heard = Vec::new();
    let file = session::LessonFile { plan: (*lesson().plan).clone(), page: (*lesson().page).clone() };
    let lesson = postcard::to_allocvec(&file).expect("plain data");
    let messages = [
        ToWorker::Open { lesson, seed: 1, saved: None },
        ToWorker::Do(Input::OpenTerminal { beside: 1 }),
        ToWorker::Do(Input::Line { terminal: 2, text: "cd web; tail -f encore.yaml".into() }),
    ];
    for message in messages {
        desk.take(
            message,
            &mut |message| {
                if let screen::FromWorker::Updates(updates) = message {
                    heard.extend(updates);
                }
            },
            &mut || true,
        );
    }
    let tabs: Vec<Vec<(u32, String)>> = heard
        .iter()
        .filter_map(|update| match update {
            Update::Terminals(tabs) => Some(tabs.iter().map(|tab| (tab.terminal, tab.title.clone())).collect()),
            _ => None,
        })
        .collect();
    assert_eq!(tabs.first(), Some(&vec![(1, "~".to_owned())]));
    assert_eq!(tabs.last(), Some(&vec![(1, "~".to_owned()), (2, "tail -f encore.yaml".to_owned())]));
    let of_second = heard.iter().filter(|update| matches!(update, Update::Screen(screen) if screen.terminal == 2));
    assert!(of_second.count() >= 2);
}

#[test]
fn history_is_not_expanded_in_a_here_document() {
    let mut session = fresh();
    type_into(&mut session, 1, "cat > gate.yml <<END");
    type_into(&mut session, 1, "if: ${x:-} && !cancelled() !! !nobody");
    type_into(&mut session, 1, "END");
    type_into(&mut session, 1, "cat gate.yml");
    assert!(text(&session, 1).contains("\nif:  && !cancelled() !! !nobody\n"), "{}", text(&session, 1));
    type_into(&mut session, 1, "echo !nobody");
    assert!(text(&session, 1).contains("!nobody: event not found"), "{}", text(&session, 1));
}
