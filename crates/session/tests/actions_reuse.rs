//! GitHub Actions in a session: composite actions of the repository, and workflows that call workflows.

use session::Session;
use testkit::{assert_replays, first_lesson as lesson, last_run};

/// A session whose `~/web` has these files beside what it had, pushed.
fn pushed(files: &[(&str, &str)]) -> Session {
    let mut session = Session::start(lesson(), 1, "test").expect("lesson 0 starts");
    session.run_line("cd ~/web");
    for (path, text) in files {
        session.run_line(&format!("mkdir -p $(dirname {path}); cat > {path} <<'END'\n{text}\nEND"));
    }
    let said = session.run_line("git add -A; git commit -qm Workflow; git push -q; echo $?");
    assert!(said.ends_with("0\n"), "{said}");
    session
}

const RELEASE: &str = ".github/workflows/release.yml";
const GREET: &str = "\
name: Greet
inputs:
  who: {required: true}
  word: {default: 'Hello from ${{ github.repository }}'}
outputs:
  said: {value: '${{ steps.say.outputs.text }}'}
runs:
  using: composite
  steps:
    - id: say
      shell: bash
      run: |
        echo \"text=${{ inputs.word }}, ${{ inputs.who }}\" >> $GITHUB_OUTPUT
        echo \"$MOOD in ${{ github.action_path }}\"
        echo TRACE=1 >> $GITHUB_ENV
        mkdir -p bin && echo 'echo tool at work' > bin/tool && chmod +x bin/tool
        echo $PWD/bin >> $GITHUB_PATH
    - if: inputs.who == 'nobody'
      shell: bash
      run: echo never
    - uses: ./.github/actions/inner
      with: {strange: 1}
    - shell: bash
      run: tool";
const INNER: &str =
    "runs:\n  using: composite\n  steps:\n    - {shell: sh, run: 'echo deep $GITHUB_ACTION_PATH $MOOD'}";

#[test]
fn a_composite_action_runs_its_steps_within_the_step_that_calls_it() {
    let text = "\
on: push
jobs:
  go:
    runs-on: ubuntu-latest
    outputs: {said: '${{ steps.greet.outputs.said }}'}
    steps:
      - uses: actions/checkout@v4
      - id: greet
        uses: ./.github/actions/greet
        env: {MOOD: glad}
        with: {who: Crew}
      - run: echo \"${{ steps.greet.outputs.said }} $TRACE\"; tool";
    let mut session = pushed(&[
        (RELEASE, text),
        (".github/actions/greet/action.yml", GREET),
        (".github/actions/inner/action.yaml", INNER),
    ]);
    session.run_line("gh run watch > /dev/null");
    let run = last_run(&session);
    let steps = &run.jobs[0].steps;
    assert_eq!(run.state, ci::State::Passed, "{steps:#?}");
    let place = "/home/runner/work/web/web/.github/actions";
    assert_eq!(
        steps[1].log,
        format!(
            "##[group]Run ./.github/actions/greet\nwith:\n  who: Crew\n##[endgroup]\n##[group]Run echo \"text=Hello from \
             encore/web, Crew\" >> $GITHUB_OUTPUT\necho \"text=Hello from encore/web, Crew\" >> $GITHUB_OUTPUT\necho \
             \"$MOOD in {place}/greet\"\necho TRACE=1 >> $GITHUB_ENV\nmkdir -p bin && echo 'echo tool at work' > bin/tool \
             && chmod +x bin/tool\necho $PWD/bin >> $GITHUB_PATH\nshell: /usr/bin/bash --noprofile --norc -e -o pipefail \
             {{0}}\n##[endgroup]\nglad in {place}/greet\n##[group]Run ./.github/actions/inner\nwith:\n  strange: \
             1\n##[endgroup]\nWarning: Unexpected input(s) 'strange', valid inputs are ['']\n##[group]Run echo deep \
             $GITHUB_ACTION_PATH $MOOD\necho deep $GITHUB_ACTION_PATH $MOOD\nshell: /usr/bin/sh -e \
             {{0}}\n##[endgroup]\ndeep {place}/inner glad\n##[group]Run tool\ntool\nshell: /usr/bin/bash --noprofile \
             --norc -e -o pipefail {{0}}\n##[endgroup]\ntool at work\n"
        )
    );
    assert_eq!(steps[2].log, "Hello from encore/web, Crew 1\ntool at work\n");
    assert_replays(&session);
}

#[test]
fn an_action_that_is_not_there_or_wrong_says_so() {
    let text = "\
on: push
jobs:
  early: {runs-on: x, steps: [{uses: ./.github/actions/greet}]}
  wrong: {runs-on: x, steps: [{uses: actions/checkout@v4}, {uses: ./.github/actions/wrong}]}";
    let wrong = "runs:\n  using: composite\n  steps:\n    - run: echo ${{ secrets.X }}\n    - {shell: sh, run: '1'}";
    let mut session = pushed(&[(RELEASE, text), (".github/actions/wrong/action.yml", wrong)]);
    session.run_line("gh run watch > /dev/null");
    let run = last_run(&session);
    let place = "/home/runner/work/web/web/.github/actions";
    assert_eq!(
        run.jobs[0].steps[0].log,
        format!(
            "Error: Can't find 'action.yml', 'action.yaml' or 'Dockerfile' under '{place}/greet'. Did you forget to run \
             actions/checkout before running your local action?\n"
        )
    );
    assert_eq!(
        run.jobs[1].steps[1].log,
        format!(
            "Error: {place}/wrong/action.yml (Line: 4, Col: 7): Required property is missing: shell\nError: \
             {place}/wrong/action.yml (Line: 4, Col: 12): Unrecognized named-value: 'secrets'. Located at position 1 within \
             expression: secrets.X\nError: Failed to load {place}/wrong/action.yml\n"
        )
    );
}

#[test]
fn a_workflow_calls_another_whose_jobs_stand_under_its_name() {
    let build = "\
name: Build
on:
  workflow_call:
    inputs:
      place: {type: string, required: true}
      loud: {type: boolean, default: false}
    secrets: {KEY: {required: true}}
    outputs:
      built: {value: '${{ jobs.make.outputs.name }}'}
jobs:
  make:
    runs-on: x
    outputs: {name: '${{ steps.m.outputs.name }}'}
    steps:
      - id: m
        env: {KEY: '${{ secrets.KEY }}'}
        run: echo name=${{ inputs.place }}-${{ inputs.loud && 'LOUD' || 'low' }}-${#KEY} >> $GITHUB_OUTPUT
  check: {needs: make, runs-on: x, steps: [{run: 'echo ${{ needs.make.outputs.name }}'}]}";
    let text = "\
on: push
jobs:
  build:
    strategy: {matrix: {place: [shop, desk]}}
    uses: ./.github/workflows/build.yml
    with: {place: '${{ matrix.place }}', loud: true}
    secrets: {KEY: '${{ secrets.GITHUB_TOKEN }}'}
  ship: {name: Ship it, needs: build, runs-on: x, steps: [{run: 'echo ${{ needs.build.outputs.built }} ${{ needs.build.result }}'}]}";
    let mut session = pushed(&[(RELEASE, text), (".github/workflows/build.yml", build)]);
    session.run_line("gh run watch > /dev/null");
    let said = session.run_line("gh run view; gh run view --log | cut -f 1,3 | cut -d ' ' -f 1-3,5-");
    let run = last_run(&session);
    assert_eq!(run.state, ci::State::Passed, "{said}");
    for part in ["✓ build (shop) / make in ", "✓ build (desk) / check in ", "✓ Ship it in "] {
        assert!(said.contains(part), "{part} in {said}");
    }
    assert!(!said.contains("build (shop) in"), "a job that calls is not shown: {said}");
    let ship = run.jobs.iter().find(|job| job.name == "Ship it").expect("it is there");
    assert_eq!(ship.steps[0].log, "desk-LOUD-10 success\n");
    let model = view::pipelines(&session.now().world, None);
    let stages: Vec<Vec<&str>> =
        model.runs[0].stages.iter().map(|stage| stage.iter().map(|job| job.name.as_str()).collect()).collect();
    assert_eq!(
        stages,
        [
            vec!["build (shop) / make", "build (desk) / make"],
            vec!["build (shop) / check", "build (desk) / check"],
            vec!["Ship it"]
        ]
    );
    session.run_line("gh run rerun 1; gh run watch > /dev/null");
    assert_eq!(last_run(&session).state, ci::State::Passed);
    assert_replays(&session);
}

#[test]
fn what_cannot_be_called_is_told_when_the_run_starts() {
    let called = "on: {workflow_call: {inputs: {n: {type: number, required: true}}}}\njobs: {a: {runs-on: x, steps: [{run: ls}]}}";
    let caller = |what: &str| format!("on: push\njobs:\n  build:\n    uses: {what}");
    let error = |what: &str| {
        let session = pushed(&[(RELEASE, &caller(what)), (".github/workflows/build.yml", called)]);
        last_run(&session).error.unwrap_or_default()
    };
    let lost = error("./.github/workflows/lost.yml");
    assert!(
        lost.starts_with(
            "Invalid workflow file: .github/workflows/release.yml#L4\nerror parsing called \
             workflow\n\".github/workflows/release.yml\"\n-> \"./.github/workflows/lost.yml\"\n: workflow was not found."
        ),
        "{lost}"
    );
    assert_eq!(
        error("./.github/workflows/build.yml"),
        "Invalid workflow file: .github/workflows/release.yml#L4\nThe workflow is not valid. .github/workflows/release.yml (Line: 4, \
         Col: 11): Input n is required, but not provided while calling."
    );
    assert!(error("./.github/workflows/build.yml\n    with: {n: many}").ends_with(": Unexpected value 'many'"));
    assert!(
        error("other/repo/.github/workflows/x.yml@v1")
            .contains("a workflow of another repository is real GitHub Actions")
    );
    let around = error("./.github/workflows/release.yml");
    assert!(around.contains("workflow_call key is not defined"), "{around}");
}
