//! GitHub Actions in a session: a matrix on a push, files and tags, a run by hand, a run that is cancelled.

use session::Session;
use testkit::{assert_replays, first_lesson as lesson};

/// A session whose `~/web` has this workflow alone, pushed.
fn with_workflow(text: &str) -> Session {
    let mut session = Session::start(lesson(), 1, "test").expect("lesson 0 starts");
    session.run_line(&format!("cd ~/web; cat > .github/workflows/release.yml <<'END'\n{text}\nEND"));
    let said = session.run_line("git add -A; git commit -qm Workflow; git push -q; echo $?");
    assert!(said.ends_with("0\n"), "{said}");
    session
}

#[test]
fn a_matrix_runs_on_a_push_and_secrets_stay_hidden() {
    let text = "\
name: Test
on: {push: {branches: [main], paths-ignore: ['**.md']}}
jobs:
  test:
    runs-on: ubuntu-latest
    strategy: {fail-fast: false, matrix: {n: [1, 2], os: [a]}}
    steps:
      - run: |
          echo \"::group::Numbers\"
          echo \"::error file=a.js,line=3::number ${{ matrix.n }} ${{ secrets.GITHUB_TOKEN }}\"
          echo '# Done' >> $GITHUB_STEP_SUMMARY
          test ${{ matrix.n }} = 1";
    let mut session = with_workflow(text);
    session.run_line("gh run watch > /dev/null");
    let said = session.run_line("gh run view");
    for part in ["✓ test (1, a) in ", "X test (2, a) in ", "X number 1 ***\ntest (1, a): a.js#3\n"] {
        assert!(said.contains(part), "{part} in {said}");
    }
    let run = session.now().world.ci.runs().last().expect("the push started it").clone();
    assert_eq!(run.jobs[0].steps[0].log, "##[group]Numbers\nError: number 1 ***\n");
    assert_eq!(run.jobs[0].steps[0].summary, "# Done\n");
    let before = session.now().world.ci.runs().len();
    session.run_line("echo more >> README.md; git commit -qam Words; git push -q");
    assert_eq!(session.now().world.ci.runs().len(), before, "only Markdown has changed");
    session.run_line("echo more > new; git add new; git commit -qm New; git push -q");
    assert_eq!(session.now().world.ci.runs().len(), before + 1);
    assert_replays(&session);
}

#[test]
fn a_workflow_is_started_by_hand_and_by_a_tag_and_cancelled() {
    let text = "\
name: By hand
run-name: To ${{ inputs.place || github.ref_name }}
on:
  push: {tags: ['v*']}
  workflow_dispatch: {inputs: {place: {type: choice, options: [shop, desk]}}}
jobs:
  go:
    runs-on: ubuntu-latest
    steps: [{run: 'sleep 500'}, {if: cancelled(), run: echo sorry}]";
    let mut session = with_workflow(text);
    assert_eq!(session.now().world.ci.runs().len(), 0, "a branch does not start it");
    assert!(session.run_line("gh workflow list").contains("By hand"));
    let said = session.run_line("gh workflow run release.yml -f place=moon");
    assert!(said.contains("HTTP 422: Provided value 'moon' for input 'place' not in the list"), "{said}");
    let said = session.run_line("gh workflow run 'By hand' -f place=shop; sleep 20; gh run list | cat");
    assert!(said.contains("✓ Created workflow_dispatch event for release.yml at main"), "{said}");
    assert!(said.contains("in_progress\t\tTo shop\tBy hand\tmain\tworkflow_dispatch\t1\t"), "{said}");
    let said = session.run_line("gh run cancel 1; sleep 5; gh run view 1 --log | cut -f 3 | cut -d ' ' -f 2-");
    let words = "Error: The run was canceled by @learner.\nError: The operation was canceled.\nsorry\n";
    assert!(said.ends_with(words), "{said}");
    session.run_line("git tag -m One v1; git push -q origin v1; sleep 20");
    let run = session.now().world.ci.runs().last().expect("the tag started it").clone();
    assert_eq!((run.number, run.subject.as_str(), run.branch.as_str(), run.tag), (2, "To v1", "v1", true));
    assert_eq!(session.now().world.ci.runs()[0].state, ci::State::Cancelled);
    assert_replays(&session);
}
