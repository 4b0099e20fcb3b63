//! GitHub Actions in a session: workflows that the clock starts, and those that another workflow's end starts.

use session::Session;
use testkit::{assert_replays, first_lesson as lesson};

fn pushed(files: &[(&str, &str)]) -> Session {
    let mut session = Session::start(lesson(), 1, "test").expect("lesson 0 starts");
    session.run_line("cd ~/web");
    for (path, text) in files {
        session.run_line(&format!("cat > .github/workflows/{path} <<'END'\n{text}\nEND"));
    }
    let said = session.run_line("git add -A; git commit -qm Workflow; git push -q; echo $?");
    assert!(said.ends_with("0\n"), "{said}");
    session
}

/// A line waits for a quarter of an hour at most.
fn hours(session: &mut Session, count: u32) {
    (0..count * 5).for_each(|_| drop(session.run_line("sleep 719")));
}

#[test]
fn a_schedule_starts_a_workflow_of_the_default_branch() {
    let text = "\
name: Nightly
on: {schedule: [{cron: '30 * * * *'}, {cron: '*/1 3 * * *'}], workflow_dispatch: }
jobs: {go: {runs-on: x, steps: [{run: 'echo ${{ github.event_name }} ${{ github.event.schedule }} ${{ github.ref }}'}]}}";
    let mut session = pushed(&[("release.yml", text)]);
    assert_eq!(session.now().world.ci.runs().len(), 0, "the push starts nothing");
    hours(&mut session, 1);
    let run = session.now().world.ci.runs()[0].clone();
    assert_eq!(run.jobs[0].steps[0].log, "schedule 30 * * * * refs/heads/main\n");
    assert_eq!(run.created.civil().minute, 30);
    assert_eq!(session.now().world.ci.runs().len(), 1);
    // Another branch changes nothing; what is taken from main ends.
    session.run_line("git switch -qc other; git rm -q .github/workflows/release.yml; git commit -qm Gone; git push -q -u origin other");
    hours(&mut session, 1);
    assert_eq!(session.now().world.ci.runs().len(), 2);
    session.run_line("git switch -q main; git merge -q other; git push -q");
    hours(&mut session, 2);
    assert_eq!(session.now().world.ci.runs().len(), 2);
    assert_replays(&session);
}

#[test]
fn the_end_of_a_run_starts_those_that_wait_for_it() {
    let build = "name: Build\non: push\njobs: {go: {runs-on: x, steps: [{run: exit 1}]}}";
    let after = "\
name: After
on: {workflow_run: {workflows: [Build], types: [completed], branches: [main]}}
jobs:
  good: {if: \"github.event.workflow_run.conclusion == 'success'\", runs-on: x, steps: [{run: echo good}]}
  bad:
    if: github.event.workflow_run.conclusion == 'failure'
    runs-on: x
    steps: [{run: 'echo ${{ github.event.workflow_run.name }} ${{ github.event.action }}'}]";
    let mut session = pushed(&[("release.yml", build), ("after.yml", after)]);
    session.run_line("sleep 120");
    let runs = session.now().world.ci.runs().to_vec();
    assert_eq!(runs.len(), 2);
    assert_eq!((runs[1].workflow_name.as_str(), runs[1].event_name.as_str()), ("After", "workflow_run"));
    assert_eq!(runs[1].jobs[0].state, ci::State::Skipped);
    assert_eq!(runs[1].jobs[1].steps[0].log, "Build completed\n");
    session.run_line("git switch -qc side; git commit -q --allow-empty -m Side; git push -q -u origin side; sleep 120");
    assert_eq!(session.now().world.ci.runs().len(), 3, "only main's runs count");
    assert_replays(&session);
}

#[test]
fn several_errors_are_told_at_once() {
    let text = "\
on: {push: , pushh: }
jobs:
  one:
    runs-on: x
    stepz: []
    steps:
      - {run: ls, shel: bash}
      - {name: nothing}
      - run: echo ${{ oops.x }}
  two: {needs: three, runs-on: x, steps: [{run: ls}]}";
    let session = pushed(&[("release.yml", text)]);
    let error = session.now().world.ci.runs()[0].error.clone().expect("it is no workflow");
    let expected = "\
Invalid workflow file: .github/workflows/release.yml#L1
(Line: 1, Col: 14): Unexpected value 'pushh'
(Line: 5, Col: 5): Unexpected value 'stepz'
(Line: 7, Col: 19): Unexpected value 'shel'
(Line: 8, Col: 10): There's not enough info to determine what you meant. Add one of these properties: parallel, run, shell, uses, \
with, working-directory
(Line: 9, Col: 14): Unrecognized named-value: 'oops'. Located at position 1 within expression: oops.x
(Line: 10, Col: 16): Job 'two' depends on unknown job 'three'.";
    assert_eq!(error, expected);
}
