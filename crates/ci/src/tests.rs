use crate::expr::{Scope, condition, interpolate};
use crate::{Ask, Ci, Outcome, PullEvent, Push, State, Workflow};
use manifest::Value;
use sim::{Causes, Sim, Time};

const RELEASE: &str = "
name: Release
on:
  push:
    branches: [main]
env:
  IMAGE: registry.encore/web
jobs:
  test:
    runs-on: ubuntu-latest
    outputs:
      tag: ${{ steps.tag.outputs.short }}
    steps:
      - uses: actions/checkout@v4
      - id: tag
        run: echo short=1 >> $GITHUB_OUTPUT
      - if: failure()
        run: echo never
  build:
    needs: test
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: docker/build-push-action@v6
        with:
          push: true
          tags: ${{ env.IMAGE }}:${{ needs.test.outputs.tag }}
";

pub(crate) fn push(text: &str) -> Push {
    Push {
        repo: "encore/web".into(),
        branch: "main".into(),
        tag: false,
        event: "push".into(),
        changed: Vec::new(),
        inputs: Value::Null,
        commit: "4f2c91e000000000000000000000000000000000".into(),
        subject: "New headline".into(),
        actor: "learner".into(),
        pull: None,
        default: true,
        body: Value::Null,
        chain: 0,
        workflows: vec![(".github/workflows/release.yml".into(), text.into())],
        causes: Causes::none(),
    }
}

/// Runs until nothing is due; `answer` gives the outcome of each ask.
pub(crate) fn drive(ci: &mut Ci, sim: &mut Sim, answer: &mut dyn FnMut(&Ask) -> Outcome) -> Vec<Ask> {
    let mut seen = Vec::new();
    while let Some(due) = ci.next_due() {
        sim.advance_to(due.at);
        for ask in ci.fire(sim) {
            if let Ask::Checkout { token, .. } | Ask::Script { token, .. } | Ask::Build { token, .. } = &ask {
                let outcome = answer(&ask);
                ci.done(sim, *token, outcome);
            }
            seen.push(ask);
        }
        assert!(seen.len() < 1_000, "a run ends");
    }
    seen
}

#[test]
fn a_push_runs_jobs_in_order_and_outputs_travel() {
    let (mut ci, mut sim) = (Ci::default(), Sim::new(1, Time::from_unix_secs(1_000)));
    ci.push(&mut sim, &push(RELEASE));
    let asks = drive(&mut ci, &mut sim, &mut |ask| match ask {
        Ask::Script { .. } => Outcome { outputs: [("short".into(), "4f2c91e".into())].into(), ..Outcome::default() },
        _ => Outcome::default(),
    });
    let run = ci.run(1).expect("the push started it");
    assert_eq!(run.state, State::Passed, "{run:#?}");
    assert_eq!(run.jobs[0].steps[2].state, State::Skipped);
    let tags: Vec<_> = asks
        .iter()
        .filter_map(|ask| match ask {
            Ask::Build { tags, .. } => Some(tags.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(tags, [["registry.encore/web:4f2c91e"]]);
}

#[test]
fn a_failing_test_stops_the_build() {
    let (mut ci, mut sim) = (Ci::default(), Sim::new(1, Time::from_unix_secs(1_000)));
    ci.push(&mut sim, &push(RELEASE));
    let asks = drive(&mut ci, &mut sim, &mut |ask| match ask {
        Ask::Script { .. } => Outcome { code: 1, log: "broken\n".into(), ..Outcome::default() },
        _ => Outcome::default(),
    });
    let run = ci.run(1).expect("the push started it");
    assert_eq!((run.state, run.jobs[1].state), (State::Failed, State::Skipped));
    assert!(run.jobs[0].steps[1].log.ends_with("Error: Process completed with exit code 1.\n"));
    assert!(!asks.iter().any(|ask| matches!(ask, Ask::Build { .. })));
}

#[test]
fn other_branches_and_broken_files_are_told_apart() {
    let (mut ci, mut sim) = (Ci::default(), Sim::new(1, Time::from_unix_secs(1_000)));
    ci.push(&mut sim, &Push { branch: "topic".into(), ..push(RELEASE) });
    assert!(ci.runs().is_empty());
    let event = PullEvent {
        number: 7,
        action: "opened".into(),
        title: "A topic".into(),
        base: "main".into(),
        head: "topic".into(),
        draft: false,
    };
    let script = "on: pull_request\njobs: {a: {runs-on: x, steps: [{run: a}]}}";
    ci.push(&mut sim, &push(script));
    assert!(ci.runs().is_empty(), "a push is no pull request");
    ci.push(&mut sim, &Push { branch: "topic".into(), pull: Some(event), ..push(script) });
    assert_eq!(ci.runs().last().unwrap().branch, "topic");
    for (text, says) in [
        ("on: push\njobs: {a: {runs-on: x, steps: [{run: a, uses: b}]}}", "both"),
        ("on: push\njobs: {a: {runs-on: x, needs: b, steps: [{run: a}]}}", "unknown job 'b'"),
        ("on: push\njobs: {a: {steps: [{run: a}]}}", "runs-on"),
        ("on: push\njobs: {a: {runs-on: x, container: a, steps: [{run: a}]}}", "not part of this sandbox"),
        ("on: push\njobs: {a: {runs-on: x, strategy: {bad: 1}, steps: [{run: a}]}}", "Unexpected value 'bad'"),
        ("on: push\njobs: {a: {runs-on: x, permissions: {contents: all}, steps: [{run: a}]}}", "value 'all'"),
        ("on: push\njobs: {a: {runs-on: x, concurrency: {}, steps: [{run: a}]}}", "missing: group"),
        ("on: push\njobs: {1a: {runs-on: x, steps: [{run: a}]}}", "The identifier '1a' is invalid"),
        ("on: [push\n", "yaml syntax"),
        ("jobs: {}", "Required property"),
    ] {
        let error = Workflow::parse("w.yml", text).expect_err(text);
        assert!(error.to_string().contains(says), "{text}: {error}");
    }
}

#[test]
fn expressions_mean_what_the_real_runner_s_do() {
    let contexts = Value::from_yaml("{github: {ref: refs/heads/main, count: 3}, vars: {list: [a, B]}}").expect("yaml");
    let scope = Scope::of(&contexts);
    for (text, expect) in [
        ("${{ github.ref }}", "refs/heads/main"),
        ("${{ github.REF == 'REFS/heads/main' }}", "true"),
        ("${{ github.missing.deeper }}|", "|"),
        ("${{ github.count == '3' && 'yes' || 'no' }}", "yes"),
        ("${{ contains(vars.list, 'b') }} ${{ join(vars.list, '-') }}", "true a-B"),
        ("${{ format('{0}{{}}{1}', 'x', 2) }}", "x{}2"),
        ("${{ 'it''s' }}", "it's"),
        ("${{ !false && 1 < 2 }}", "true"),
        ("${{ startsWith(github.ref, 'refs/tags/') }}", "false"),
    ] {
        assert_eq!(interpolate(text, scope).as_deref(), Ok(expect), "{text}");
    }
    assert!(interpolate("${{ nosuch( }}", scope).is_err());
    assert_eq!(condition("false", scope), Ok(false));
    assert_eq!(condition("${{ false }} ", scope), Ok(false));
    assert_eq!(condition("a ${{ false }}", scope), Ok(true), "text around it makes it a true string");
    let failed = Scope { failed: true, ..scope };
    assert_eq!(condition("true", failed), Ok(false), "success() is implied");
    assert_eq!(condition("always()", failed), Ok(true));
    for n in 0..2_000_u64 {
        let mut rng = sim::Rng::new(n);
        let junk: String =
            (0..rng.below(30)).map(|_| char::from(b"abc.()[]'!&|=<>0,-{}$ "[rng.below(22) as usize])).collect();
        // Any text gives a value or an error.
        let _: Result<bool, String> = condition(&junk, scope);
    }
}
