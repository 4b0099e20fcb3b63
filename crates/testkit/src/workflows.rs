//! Workflows of lesson 0's shop window, run to their end.

use crate::first_lesson;
use session::Session;

/// Commits a workflow, and all else that lies about, pushes it with the tags, and waits until what it starts is over.
pub fn push_workflow(session: &mut Session, text: &str) {
    session.run_line(&format!("cd ~/web; cat > .github/workflows/release.yml <<'END'\n{text}\nEND"));
    let said = session.run_line("git add -A; git commit -qm Workflow; git push -q --follow-tags; echo $?");
    assert!(said.ends_with("0\n"), "{said}");
    session.run_line("gh run watch > /dev/null");
}

/// Lesson 0 with another workflow.
pub fn with_workflow(text: &str) -> Session {
    let mut session = Session::start(first_lesson(), 1, "test").expect("lesson 0 starts");
    push_workflow(&mut session, text);
    session
}

pub fn last_run(session: &Session) -> ci::Run {
    (**session.now().world.ci.runs().last().expect("the push started it")).clone()
}

/// What a step of the first job printed.
pub fn step_log(run: &ci::Run, step: usize) -> &str {
    &run.jobs[0].steps[step].log
}

/// The journal alone makes the same world.
pub fn assert_replays(session: &Session) {
    assert_eq!(session.replay_all().state_hash(), session.now().state_hash(), "a replay gives the same world");
}
