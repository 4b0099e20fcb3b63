//! Environments of GitHub Actions in a session: jobs that wait for a review, a timer, a branch.

use screen::Input;
use session::Session;
use testkit::{assert_replays, first_lesson as lesson};

const TEXT: &str = "\
on: push
jobs:
  test: {runs-on: x, steps: [{run: echo tested}]}
  ship:
    needs: test
    runs-on: x
    environment: {name: production, url: 'https://shop.example/${{ vars.PLACE }}'}
    steps: [{run: 'echo ${{ secrets.KEY }} for ${{ vars.PLACE }}'}]";

/// A session with an environment that these rules (in JSON) guard, and the workflow pushed.
fn guarded(rules: &str) -> Session {
    let mut session = Session::start(lesson(), 1, "test").expect("lesson 0 starts");
    session.run_line("cd ~/web");
    let put =
        format!("echo '{rules}' | gh api -X PUT repos/{{owner}}/{{repo}}/environments/production --input - --jq .name");
    assert_eq!(session.run_line(&put), "production\n");
    session.run_line(&format!("cat > .github/workflows/release.yml <<'END'\n{TEXT}\nEND"));
    session.run_line("git add -A; git commit -qm Workflow; git push -q; sleep 60");
    session
}

fn me(session: &mut Session) -> String {
    session.run_line("gh api user --jq .id").trim().to_string()
}

fn rules(more: &str) -> String {
    let mut session = Session::start(lesson(), 1, "test").expect("lesson 0 starts");
    format!("{{\"reviewers\": [{{\"type\": \"User\", \"id\": {}}}]{more}}}", me(&mut session))
}

#[test]
fn a_job_waits_until_somebody_approves_by_gh() {
    let mut session = guarded(&rules(""));
    let said = session.run_line("gh run list | cut -f 1,3; gh run view 1 | grep ship");
    assert!(said.starts_with("waiting\trelease") || said.starts_with("waiting\t"), "{said}");
    assert!(said.contains("* ship (ID 102)"), "{said}");
    let path = "repos/{owner}/{repo}/actions/runs/1/pending_deployments";
    let said = session.run_line(&format!("gh api {path} --jq '.[0] | .environment.name, .current_user_can_approve'"));
    assert_eq!(said, "production\ntrue\n");
    let approve = format!(
        "gh api {path} -f state=approved -f comment='Ship it' -F \"environment_ids[]=$(gh api {path} --jq \
         '.[0].environment.id')\" --jq '.[0].environment'"
    );
    assert_eq!(session.run_line(&approve), "production\n");
    session.run_line("gh run watch > /dev/null");
    let run = session.now().world.ci.runs()[0].clone();
    assert_eq!(run.state, ci::State::Passed);
    assert_eq!(run.jobs[1].steps[0].log, "for\n");
    assert_eq!(run.jobs[1].gate.as_ref().map(|gate| gate.url.as_str()), Some("https://shop.example/"));
    let said = session
        .run_line("gh api repos/encore/web/actions/runs/1/approvals --jq '.[0] | .state, .comment, .user.login'");
    assert_eq!(said, "approved\nShip it\nlearner\n");
    let said = session.run_line(&approve.replace("$(gh", "1 $(gh"));
    assert!(said.contains("gh: "), "{said}");
    assert_replays(&session);
}

#[test]
fn the_panel_rejects_and_the_job_fails() {
    let mut session = guarded(&rules(""));
    let model = view::pipelines(&session.now().world, None);
    assert_eq!(model.runs[0].waiting, [("production".to_string(), true)]);
    session.act(Input::Review { run: 1, environment: "production".into(), approve: false });
    session.run_line("sleep 5");
    let run = session.now().world.ci.runs()[0].clone();
    assert_eq!((run.state, run.jobs[1].state), (ci::State::Failed, ci::State::Failed));
    let words = "Error: The deployment was rejected or didn't satisfy other protection rules.\n";
    assert_eq!(run.jobs[1].steps[0].log, words);
    assert_replays(&session);
}

#[test]
fn who_started_it_may_not_approve_where_that_is_forbidden() {
    let mut session = guarded(&rules(", \"prevent_self_review\": true"));
    let path = "repos/encore/web/actions/runs/1/pending_deployments";
    let said = session.run_line(&format!(
        "gh api {path} --jq '.[0].current_user_can_approve'; gh api {path} -f state=approved -f comment= -F \
         environment_ids[]=$(gh api {path} --jq '.[0].environment.id') > /dev/null"
    ));
    assert_eq!(said, "false\ngh: learner is not allowed to review deployments to production (HTTP 422)\n");
    assert_eq!(session.now().world.ci.runs()[0].state, ci::State::Waiting);
}

#[test]
fn a_timer_holds_a_job_and_a_branch_may_not_deploy() {
    let mut session = guarded("{\"wait_timer\": 10}");
    assert_eq!(session.now().world.ci.runs()[0].state, ci::State::Waiting);
    session.run_line("sleep 700");
    assert_eq!(session.now().world.ci.runs()[0].state, ci::State::Passed);
    let settings = session.now().world.ci.settings("encore/web").cloned().expect("the environment is set");
    assert_eq!(settings.environments["production"].wait_minutes, 10);
    session.run_line("gh api -X PUT repos/encore/web/environments/production -F 'deployment_branch_policy[protected_branches]=true' > /dev/null");
    let said = session.run_line("gh api repos/encore/web/environments/production --jq .deployment_branch_policy");
    assert_eq!(said, "null\n", "no branch is protected");
}
