//! Matrices, limits, groups: what jobs do beside running their steps.

use crate::tests::{drive, push};
use crate::{Ask, Ci, Outcome, Push, Run, State, Workflow};
use order::OrdMap;
use sim::{Sim, Time};

fn world() -> (Ci, Sim) {
    (Ci::default(), Sim::new(1, Time::from_unix_secs(1_000)))
}

/// The run of a workflow whose scripts end as `code` says.
fn run_of(text: &str, code: impl Fn(&str) -> i32) -> (Run, Vec<Ask>) {
    let (mut ci, mut sim) = world();
    ci.push(&mut sim, &push(text));
    let asks = drive(&mut ci, &mut sim, &mut |ask| match ask {
        Ask::Script { script, .. } => {
            let outputs = script.strip_prefix("out ").map(|value| ("v".to_string(), value.to_string()));
            Outcome { code: code(script), outputs: outputs.into_iter().collect(), ..Outcome::default() }
        }
        _ => Outcome::default(),
    });
    (ci.run(1).expect("the push started it").clone(), asks)
}

fn names(run: &Run) -> Vec<(&str, State)> {
    run.jobs.iter().map(|job| (job.name.as_str(), job.state)).collect()
}

const MATRIX: &str = "
on: push
run-name: By @${{ github.actor }}
defaults: {run: {working-directory: app}}
jobs:
  test:
    runs-on: ${{ matrix.os }}
    strategy:
      fail-fast: false
      max-parallel: 1
      matrix:
        version: [18, 20]
        os: [ubuntu, windows]
        exclude: [{version: 18, os: windows}]
        include: [{version: 22, os: ubuntu, experimental: true}]
    continue-on-error: ${{ matrix.experimental == true }}
    outputs: {v: '${{ steps.o.outputs.v }}'}
    steps:
      - {id: o, run: 'out ${{ matrix.version }} of ${{ strategy.job-total }}'}
  last:
    needs: [test]
    runs-on: x
    steps: [{run: 'echo ${{ needs.test.outputs.v }} ${{ needs.test.result }}'}]
";

#[test]
fn a_matrix_makes_jobs_of_which_one_may_fail() {
    let (run, asks) = run_of(MATRIX, |script| i32::from(script.starts_with("out 22")));
    assert_eq!(
        names(&run),
        [
            ("test (18, ubuntu)", State::Passed),
            ("test (20, ubuntu)", State::Passed),
            ("test (20, windows)", State::Passed),
            ("test (22, ubuntu, true)", State::Failed),
            ("last", State::Passed),
        ]
    );
    assert_eq!((run.state, run.subject.as_str()), (State::Passed, "By @learner"));
    let scripts: Vec<_> = asks
        .iter()
        .filter_map(|ask| match ask {
            Ask::Script { script, directory, .. } => Some((script.as_str(), directory.as_str())),
            _ => None,
        })
        .collect();
    assert_eq!(scripts[0], ("out 18 of 4", "/home/runner/work/web/web/app"));
    assert_eq!(scripts[4].0, "echo 22 of 4 success", "a forgiven failure is a success to those that need it");
    let starts: Vec<_> = run.jobs[..4].iter().map(|job| (job.started, job.finished)).collect();
    assert!(starts.windows(2).all(|two| two[1].0 >= two[0].1), "one at a time: {starts:?}");
}

#[test]
fn a_failure_ends_the_others_of_its_matrix() {
    let text = "
on: push
jobs:
  list:
    runs-on: x
    outputs: {all: '${{ steps.o.outputs.v }}'}
    steps: [{id: o, run: 'out [1, 2, 3]'}]
  test:
    needs: list
    runs-on: x
    strategy: {matrix: {n: '${{ fromJSON(needs.list.outputs.all) }}'}}
    steps:
      - run: n${{ matrix.n }}
      - run: second
      - {if: always(), run: at the end}
";
    let (run, asks) = run_of(text, |script| i32::from(script == "n1"));
    assert_eq!(
        names(&run),
        [
            ("list", State::Passed),
            ("test (1)", State::Failed),
            ("test (2)", State::Cancelled),
            ("test (3)", State::Cancelled)
        ]
    );
    assert_eq!(run.state, State::Failed);
    let ends = |ask: &&Ask| matches!(ask, Ask::Script { script, .. } if script == "at the end");
    assert_eq!(asks.iter().filter(ends).count(), 3, "always() runs in cancelled jobs, too");
}

#[test]
fn what_runs_too_long_is_ended() {
    let text = "
on: push
jobs:
  a:
    runs-on: x
    steps: [{run: sleep, timeout-minutes: 5, continue-on-error: true}, {run: sleep}]
    timeout-minutes: 20
";
    let (mut ci, mut sim) = world();
    ci.push(&mut sim, &push(text));
    let mut stops = 0;
    while let Some(due) = ci.next_due() {
        sim.advance_to(due.at);
        // No script ever ends by itself.
        stops += ci.fire(&mut sim).iter().filter(|ask| matches!(ask, Ask::Stop { .. })).count();
    }
    let run = ci.run(1).unwrap();
    assert_eq!((stops, run.state, sim.now().unix_secs()), (2, State::Cancelled, 1_000 + 2 + 20 * 60));
    let logs: Vec<&str> = run.jobs[0].steps.iter().map(|step| step.log.as_str()).collect();
    assert_eq!(logs[0], "Error: The action 'Run sleep' has timed out after 5 minutes.\n");
    assert_eq!(
        logs[1],
        "Error: The job running on runner runner-1-a has exceeded the maximum execution time of 20 minutes.\n\
         Error: The operation was canceled.\n"
    );
}

#[test]
fn of_a_group_one_runs_and_one_waits() {
    let text = |cancel: bool| {
        format!(
            "on: push\nconcurrency: {{group: 'g-${{{{ github.ref }}}}', cancel-in-progress: {cancel}}}\n\
             jobs: {{a: {{runs-on: x, steps: [{{run: a}}]}}}}"
        )
    };
    for (cancel, expected) in [
        (false, [State::Passed, State::Cancelled, State::Passed]),
        (true, [State::Cancelled, State::Cancelled, State::Passed]),
    ] {
        let (mut ci, mut sim) = world();
        for _ in 0..3 {
            ci.push(&mut sim, &push(&text(cancel)));
        }
        drive(&mut ci, &mut sim, &mut |_| Outcome::default());
        let states: Vec<_> = ci.runs().iter().map(|run| run.state).collect();
        assert_eq!(states, expected, "{cancel}");
    }
    let job = "on: push\njobs: {a: {runs-on: x, concurrency: one, steps: [{run: a}]}}";
    let (mut ci, mut sim) = world();
    (0..2).for_each(|_| ci.push(&mut sim, &push(job)));
    drive(&mut ci, &mut sim, &mut |_| Outcome::default());
    let [one, two] = ci.runs() else { panic!("two runs") };
    assert_eq!((one.state, two.state), (State::Passed, State::Passed));
    assert!(two.jobs[0].started >= one.jobs[0].finished);
}

#[test]
fn a_person_starts_it_with_inputs() {
    let text = "
on:
  workflow_dispatch:
    inputs:
      level: {type: choice, options: [low, high], default: low}
      dry: {type: boolean}
      name: {required: true}
jobs: {a: {runs-on: x, steps: [{run: 'go ${{ inputs.level }} ${{ inputs.dry == false }} ${{ github.event_name }}'}]}}
";
    let (mut ci, mut sim) = world();
    let given = |pairs: &[(&str, &str)]| -> OrdMap<String, String> {
        pairs.iter().map(|(key, value)| ((*key).to_string(), (*value).to_string())).collect()
    };
    for (pairs, says) in [
        (&[][..], "Required input 'name' not provided"),
        (&[("name", "x"), ("nam", "y")][..], "Unexpected inputs provided: [\"nam\"]"),
        (&[("name", "x"), ("level", "mid")][..], "not in the list of allowed values"),
    ] {
        let said = ci.dispatch(&mut sim, &push(text), &given(pairs)).unwrap_err();
        assert!(said.contains(says), "{said}");
    }
    let no = ci.dispatch(&mut sim, &push("on: push\njobs: {a: {runs-on: x, steps: [{run: a}]}}"), &given(&[]));
    assert_eq!(no, Err("Workflow does not have 'workflow_dispatch' trigger".into()));
    ci.push(&mut sim, &push(text));
    assert!(ci.runs().is_empty(), "a push does not start it");
    assert_eq!(ci.dispatch(&mut sim, &push(text), &given(&[("name", "x"), ("level", "high")])), Ok(1));
    let asks = drive(&mut ci, &mut sim, &mut |_| Outcome::default());
    assert!(
        asks.iter().any(|ask| matches!(ask, Ask::Script { script, .. } if script == "go high true workflow_dispatch"))
    );
}

#[test]
fn tags_start_what_waits_for_them() {
    let (mut ci, mut sim) = world();
    let text = "on: {push: {tags: ['v*']}}\njobs: {a: {runs-on: x, steps: [{run: '${{ github.ref }} ${{ github.ref_type }}'}]}}";
    ci.push(&mut sim, &push(text));
    assert!(ci.runs().is_empty());
    ci.push(&mut sim, &Push { branch: "v1.2".into(), tag: true, ..push(text) });
    let asks = drive(&mut ci, &mut sim, &mut |_| Outcome::default());
    assert!(asks.iter().any(|ask| matches!(ask, Ask::Script { script, .. } if script == "refs/tags/v1.2 tag")));
}

#[test]
fn errors_stand_at_their_line() {
    let text = "on: push\njobs:\n  one:\n    runs-on: x\n    steps:\n      - run: a\n  two:\n    needs:\n      - one\n      \
                - three\n    runs-on: x\n    steps:\n      - run: a\n      - uses: b/c@v1\n        wit: {}\n  three:\n    \
                runs-on: x\n    needs: two\n    steps: [{run: a}]\n";
    let error = Workflow::parse("w.yml", text).unwrap_err();
    let says = "Job 'two' depends on job 'three' which creates a cycle in the dependency graph.";
    assert_eq!(error.all, [(10, 9, says.to_string()), (15, 9, "Unexpected value 'wit'".to_string())]);
    let error = Workflow::parse("w.yml", &text.replace("        wit: {}\n", "")).unwrap_err();
    assert_eq!((error.line, error.message.as_str()), (10, says));
}

#[test]
fn secrets_stay_secret_and_commands_work() {
    let text = "
on: push
jobs:
  a:
    runs-on: x
    outputs: {good: '${{ steps.s.outputs.v }}', bad: '${{ steps.s.outputs.w }}'}
    steps: [{id: s, run: say}, {run: again}]
";
    let (mut ci, mut sim) = world();
    ci.secrets.insert("KEY".into(), "hunter2".into());
    ci.push(&mut sim, &push(text));
    drive(&mut ci, &mut sim, &mut |ask| match ask {
        Ask::Script { script, .. } if script == "say" => Outcome {
            log: "key hunter2\n::add-mask::abc\n::set-output name=v::1\n::set-output name=w::hunter2!\n".into(),
            summary: "# hunter2".into(),
            ..Outcome::default()
        },
        _ => Outcome { log: "abc and ghs_encore\n".into(), ..Outcome::default() },
    });
    let job = &ci.run(1).unwrap().jobs[0];
    assert!(job.steps[0].log.starts_with("key ***\n::add-mask::***\nWarning: The `set-output` command"));
    assert_eq!((job.steps[0].summary.as_str(), job.steps[1].log.as_str()), ("# ***", "*** and ***\n"));
    assert_eq!((job.outputs.get("good").map(String::as_str), job.outputs.get("bad")), (Some("1"), None));
    assert_eq!(job.annotations.last().unwrap().message, "Skip output 'bad' since it may contain secret.");
}

#[test]
fn artifacts_go_from_job_to_job() {
    let text = "
on: push
jobs:
  make:
    runs-on: x
    steps:
      - {uses: actions/upload-artifact@v4, with: {name: site, path: dist}}
      - {uses: actions/upload-artifact@v4, with: {name: none, path: missing}}
      - {uses: actions/upload-artifact@v4, with: {name: site, path: dist}, continue-on-error: true}
  use:
    needs: make
    runs-on: x
    steps:
      - {uses: actions/download-artifact@v4, with: {name: site, path: out}}
      - {uses: actions/download-artifact@v4, with: {name: other}}
";
    let (mut ci, mut sim) = world();
    ci.push(&mut sim, &push(text));
    let mut written = Vec::new();
    while let Some(due) = ci.next_due() {
        sim.advance_to(due.at);
        for ask in ci.fire(&mut sim) {
            match ask {
                Ask::Pack { token, .. } => {
                    let files = [("dist/a.js", "a"), ("README.md", "r")];
                    let files = files.map(|(path, text)| (path.to_string(), text.as_bytes().to_vec()));
                    ci.packed(&mut sim, token, crate::Wants::Upload, files.to_vec());
                }
                Ask::Unpack { token, files, outcome, .. } => {
                    written.extend(files.keys().cloned());
                    ci.done(&mut sim, token, outcome);
                }
                _ => {}
            }
        }
    }
    let run = ci.run(1).unwrap();
    assert_eq!(written, ["/home/runner/work/web/web/out/a.js"]);
    let logs = |job: usize| run.jobs[job].steps.iter().map(|step| step.log.as_str()).collect::<Vec<_>>();
    assert!(logs(0)[0].contains("there will be 1 file uploaded"), "{:?}", logs(0));
    assert!(logs(0)[1].starts_with("Warning: No files were found with the provided path: missing."));
    assert!(logs(0)[2].contains("(409) Conflict"));
    assert!(logs(1)[1].contains("Artifact not found for name: other"));
    assert_eq!((run.jobs[0].state, run.jobs[1].state), (State::Passed, State::Failed));
}

#[test]
fn nobody_approves_for_thirty_days() {
    let (mut ci, mut sim) = world();
    let mut own = crate::Environment { reviewers: vec!["mia".into()], ..crate::Environment::default() };
    own.branches = vec!["main".into(), "release/*".into()];
    ci.settings_mut("encore/web").environments.insert("Production".into(), own);
    let text = "on: push\njobs: {a: {runs-on: x, environment: production, steps: [{run: a}]}}";
    ci.push(&mut sim, &push(text));
    while let Some(due) = ci.next_due().filter(|due| due.at < Time::from_unix_secs(90_000)) {
        sim.advance_to(due.at);
        ci.fire(&mut sim);
    }
    let run = ci.run(1).unwrap();
    assert_eq!((run.state, run.jobs[0].state), (State::Waiting, State::Waiting));
    assert!(ci.may_review(run, "production", "mia") && !ci.may_review(run, "production", "learner"));
    drive(&mut ci, &mut sim, &mut |_| Outcome::default());
    let words = "Error: The deployment was rejected or didn't satisfy other protection rules.\n";
    let run = ci.run(1).unwrap();
    assert_eq!((run.state, run.jobs[0].steps[0].log.as_str()), (State::Failed, words));
    ci.push(&mut sim, &Push { branch: "side".into(), ..push(text) });
    drive(&mut ci, &mut sim, &mut |_| Outcome::default());
    let words = "Error: Branch \"side\" is not allowed to deploy to production due to environment protection rules.\n";
    assert_eq!(ci.run(2).unwrap().jobs[0].steps[0].log, words);
}

#[test]
fn a_schedule_is_due_by_the_clock_and_not_too_often() {
    let (mut ci, mut sim) = world();
    let text = "on: {schedule: [{cron: '*/2 * * * *'}]}\njobs: {a: {runs-on: x, steps: [{run: a}]}}";
    ci.push(&mut sim, &push(text));
    let mut starts = Vec::new();
    while let Some(due) = ci.next_due().filter(|due| due.at < Time::from_unix_secs(3_000)) {
        sim.advance_to(due.at);
        for ask in ci.fire(&mut sim) {
            if let Ask::Start(start) = ask {
                starts.push(sim.now().unix_secs());
                ci.begin(&mut sim, &start, &push(text));
            }
        }
    }
    assert_eq!(starts, [1_080, 1_440, 1_800, 2_160, 2_520, 2_880], "every two minutes is every five at most");
    assert_eq!(ci.runs().len(), 6);
}
