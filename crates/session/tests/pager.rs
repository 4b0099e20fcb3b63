//! A pager takes the terminal until `q`; short texts and pipes go through; Git pages where it is told to.

use screen::Input;
use session::Session;
use world::{Foreground, Paging, TerminalId};

fn bare() -> Session {
    Session::bare("test").expect("an empty world starts")
}

fn type_line(session: &mut Session, line: &str) {
    let terminal = session.now().terminal.0;
    session.act(Input::Line { terminal, text: line.into() });
}

fn paging(session: &Session) -> Option<&Paging> {
    session.now().world.terminal(session.now().terminal)?.paging.as_ref()
}

fn text(session: &Session) -> String {
    session.now().world.terminal(TerminalId(1)).map(world::Terminal::plain_text).unwrap_or_default()
}

#[test]
fn less_shows_a_text_until_q() {
    let mut session = bare();
    type_line(&mut session, "seq 100 > n; seq 3 > short; less -N n short");
    let shown = paging(&session).expect("it is open");
    assert_eq!((shown.name.as_str(), shown.file, shown.numbers), ("n", (1, 2), true));
    assert!(shown.text.starts_with("1\n2\n"));
    assert_eq!(session.now().foreground(), Foreground::Reading);
    type_line(&mut session, ":n");
    assert_eq!(paging(&session).map(|shown| (shown.name.as_str(), shown.file)), Some(("short", (2, 2))));
    type_line(&mut session, "q");
    assert_eq!(paging(&session), None);
    assert!(text(&session).ends_with("less -N n short\n"), "nothing is left of it: {}", text(&session));
    type_line(&mut session, "less -F short; seq 30 | less | wc -l; seq 30 | less");
    assert!(text(&session).ends_with("1\n2\n3\n30\n"), "{}", text(&session));
    assert!(paging(&session).expect("a pipe is read, and keys come from the terminal").name.is_empty());
    type_line(&mut session, "q");
    type_line(&mut session, "less nowhere; less -Z n; less");
    let said = "nowhere: No such file or directory\nThere is no Z option (\"less --help\" for help)\n\
                Missing filename (\"less --help\" for help)\n";
    assert!(text(&session).ends_with(said), "{}", text(&session));
    assert_eq!(session.replay_all().state_hash(), session.now().state_hash());
}

#[test]
fn ctrl_z_puts_a_pager_aside() {
    let mut session = bare();
    type_line(&mut session, "seq 100 > n; less n");
    session.act(Input::Suspend { terminal: 1 });
    assert_eq!(paging(&session), None);
    assert!(text(&session).contains("[1]+  Stopped                 less n"), "{}", text(&session));
    type_line(&mut session, "fg");
    assert!(paging(&session).is_some());
    type_line(&mut session, "q");
    type_line(&mut session, "jobs; echo done");
    assert!(text(&session).ends_with("done\n") && !text(&session).contains("[1]-"), "{}", text(&session));
}

#[test]
fn git_pages_long_output_and_only_where_it_may() {
    let mut session = bare();
    type_line(
        &mut session,
        "git config --global user.name A; git config --global user.email a@b; git init -q r; cd r; seq 100 > n; git add .; git commit -qm one",
    );
    type_line(&mut session, "git log --oneline");
    assert!(paging(&session).is_none() && text(&session).ends_with(" one\n"), "short: {}", text(&session));
    type_line(&mut session, "git show");
    let shown = paging(&session).expect("a hundred lines are more than a screen");
    assert!(shown.text.contains("\x1b[32m+"), "in colours");
    type_line(&mut session, "q");
    assert_eq!(session.now().foreground(), Foreground::Prompt);
    for quiet in
        ["git --no-pager show", "GIT_PAGER=cat git show", "git -c core.pager= show", "git -c pager.show=false show"]
    {
        type_line(&mut session, quiet);
        assert!(paging(&session).is_none(), "{quiet}");
    }
    type_line(&mut session, "git config --global core.pager 'head -1'; git show; git status -s");
    assert!(text(&session).lines().last().is_some_and(|line| line.starts_with("commit ")), "{}", text(&session));
}
