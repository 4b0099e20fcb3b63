//! Commands that open the editor wait for it, whatever opens and closes it.

use screen::Input;
use session::Session;
use testkit::first_lesson as lesson;
use world::Foreground;

const FILE: &str = "/home/learner/web/.git/COMMIT_EDITMSG";

fn started() -> Session {
    Session::start(lesson(), 1, "test").expect("lesson 0 starts")
}

fn type_line(session: &mut Session, text: &str) {
    let terminal = session.now().terminal.0;
    session.act(Input::Line { terminal, text: text.into() });
}

fn editing(session: &Session) -> Option<String> {
    let moment = session.now();
    let open = moment.world.terminal(moment.terminal)?.editing.as_ref()?;
    Some(open.path.clone())
}

/// What is printed for a line.
fn answer(session: &mut Session, line: &str) -> String {
    session.run_line(line)
}

#[test]
fn a_commit_without_a_message_waits_for_the_editor() {
    let mut session = started();
    type_line(&mut session, "cd ~/web; echo x > x; git add x");
    type_line(&mut session, "git commit");
    assert_eq!(editing(&session).as_deref(), Some(FILE));
    assert_eq!(session.now().foreground(), Foreground::Reading);
    let screen = view::terminal(
        session.now().terminal,
        session.now().world.terminal(session.now().terminal).expect("it is there"),
        Foreground::Reading,
        0,
        None,
    );
    assert_eq!(screen.editing.map(|open| open.close).as_deref(), Some(":wq"));
    let told = |line: &str| line.starts_with("hint: Waiting for your editor");
    assert!(screen.partial.0.iter().any(|span| told(&span.text)), "{:?}", screen.partial);
    session.act(Input::Save { path: FILE.into(), text: "Written in the panel\n\n# a comment\n".into() });
    type_line(&mut session, ":wq");
    assert_eq!(editing(&session), None);
    assert_eq!(answer(&mut session, "git log -1 --format=%B"), "Written in the panel\n\n");
    assert_eq!(session.replay_all().state_hash(), session.now().state_hash());
    // A snapshot in the middle of it goes on, too.
    session.undo();
    session.undo();
    assert_eq!(editing(&session).as_deref(), Some(FILE));
    let saved = session.save(true);
    let (mut opened, notice) = Session::open(lesson(), &saved, "test").expect("own bytes open");
    assert_eq!(notice, None);
    type_line(&mut opened, ":wq");
    assert_eq!(answer(&mut opened, "git log -1 --format=%s"), "Written in the panel\n");
}

#[test]
fn an_editor_can_be_left_without_a_word_or_with_a_bad_one() {
    let mut session = started();
    type_line(&mut session, "cd ~/web; echo x > x; git add x");
    type_line(&mut session, "git commit");
    assert_eq!(answer(&mut session, ":q!"), "Aborting commit due to empty commit message.\n");
    type_line(&mut session, "git commit");
    let said = answer(&mut session, ":cq");
    assert!(said.contains("error: there was a problem with the editor 'vi'"), "{said}");
    type_line(&mut session, "vi README.md");
    assert!(answer(&mut session, ":nonsense").starts_with("E492: Not an editor command: nonsense"));
    let terminal = session.now().terminal.0;
    session.act(Input::Interrupt { terminal });
    assert_eq!((editing(&session), session.now().foreground()), (None, Foreground::Prompt));
}

#[test]
fn files_are_edited_one_after_another_and_code_does_not_wait() {
    let mut session = started();
    type_line(&mut session, "cd ~/web");
    type_line(&mut session, "nano new-file encore.yaml");
    assert_eq!(editing(&session).as_deref(), Some("/home/learner/web/new-file"));
    let file = view::file(&session.now().world, "/home/learner/web/new-file").expect("it can be made");
    assert_eq!((file.text.as_str(), file.read_only), ("", None));
    type_line(&mut session, "^X");
    assert_eq!(editing(&session).as_deref(), Some("/home/learner/web/encore.yaml"));
    type_line(&mut session, "^X");
    assert_eq!(editing(&session), None);
    assert_eq!(answer(&mut session, "code encore.yaml:3"), "");
    assert_eq!(editing(&session).as_deref(), Some("/home/learner/web/encore.yaml"));
    assert_eq!(session.now().foreground(), Foreground::Prompt);
    assert_eq!(answer(&mut session, "vi a/b/c; echo $?"), "\"a/b/c\" E212: Can't open file for writing\n1\n");
    assert_eq!(answer(&mut session, "echo x | vi x").lines().last(), Some("Vim: Finished."));
    assert_eq!(editing(&session), None);
}
