//! Pull requests from opening to merging, and what protected branches refuse.

use screen::Input;
use session::Session;
use testkit::first_lesson as lesson;
use world::{BranchRules, Mergeable, PullState, Review, Verdict};

const REPO: &str = "encore/web";

/// A world in which `main` of `encore/web` is protected, with a branch `topic` that has two commits and is pushed.
fn with_topic(rules: BranchRules) -> Session {
    let start = Session::start(lesson(), 1, "test").expect("lesson 0 starts");
    let mut session = changed(&start, |world| world.protect(REPO, "main", rules));
    let lines = [
        "cd ~/web; git switch -qc topic",
        "echo one > one; git add one; git commit -qm 'Add one'; echo two > two; git add two; git commit -qm 'Add two'",
        "git push -qu origin topic",
    ];
    for line in lines {
        type_line(&mut session, line);
    }
    session
}

/// A session that goes on in a world in which something else was done, too.
fn changed(session: &Session, change: impl FnOnce(&mut world::World)) -> Session {
    let mut moment = session.now().clone();
    change(&mut moment.world);
    Session::from_start(lesson(), moment, 1, "test")
}

fn type_line(session: &mut Session, text: &str) {
    let terminal = session.now().terminal.0;
    session.act(Input::Line { terminal, text: text.into() });
}

fn pull_request() -> BranchRules {
    BranchRules { pull_request: true, ..BranchRules::default() }
}

#[test]
fn a_protected_branch_takes_no_push() {
    let mut session = with_topic(pull_request());
    let said = session.run_line("git switch -q main; git commit -q --allow-empty -m x; git push; echo $?");
    assert_eq!(
        said,
        "remote: error: GH006: Protected branch update failed for refs/heads/main.\nremote: \n\
         remote: - Changes must be made through a pull request.\nTo https://forge.encore/encore/web.git\n \
         ! [remote rejected] main -> main (protected branch hook declined)\n\
         error: failed to push some refs to 'https://forge.encore/encore/web.git'\n1\n"
    );
    let said = session.run_line("git push --force origin topic~2^:main");
    assert!(said.contains("- Cannot force-push to this branch"), "{said}");
    let said = session.run_line("git push origin :main");
    assert!(said.contains("- Cannot delete this branch"), "{said}");
    assert!(session.run_line("git push origin :topic").contains("[deleted]"));
}

#[test]
fn a_pull_request_is_opened_seen_and_merged() {
    let mut session = with_topic(pull_request());
    let said = session.run_line("gh pr create --title 'Add both' --body 'One and two'");
    assert_eq!(
        said,
        "\nCreating pull request for topic into main in encore/web\n\nhttps://forge.encore/encore/web/pull/1\n"
    );
    let said = session.run_line("gh pr create --fill");
    assert!(said.starts_with("a pull request for branch \"topic\" into branch \"main\" already exists:\n"), "{said}");
    let said = session.run_line("gh pr list");
    assert!(said.contains("#1  Add both  topic   less than a minute ago"), "{said}");
    assert_eq!(session.run_line("gh pr diff --name-only"), "one\ntwo\n");
    let said = session.run_line("gh pr view | head -3");
    assert_eq!(said, "title:\tAdd both\nstate:\tOPEN\nauthor:\tlearner\n");
    let said = session.run_line("gh pr review --approve");
    assert_eq!(
        said,
        "failed to create review: GraphQL: Review Can not approve your own pull request (addPullRequestReview)\n"
    );
    let said = session.run_line("gh pr merge --squash --delete-branch");
    assert_eq!(
        said,
        "✓ Squashed and merged pull request encore/web#1 (Add both)\n✓ Deleted local branch topic and switched to branch main\n✓ Deleted remote branch topic\n"
    );
    let said = session.run_line("git log -1 --format='%s|%b|%cn' ; git branch -a; git status -sb | head -1");
    assert!(said.starts_with("Add both (#1)|* Add one\n\n* Add two\n|Forge\n* main\n"), "{said}");
    assert!(said.ends_with("## main...origin/main\n"), "{said}");
    // The push that the merge is starts the pipeline, and its cause is the pull request.
    let world = &session.now().world;
    assert_eq!(world.pull(REPO, 1).map(|pull| pull.state), Some(PullState::Merged));
    assert!(world.ci.runs().iter().any(|run| run.branch == "main" && run.subject.starts_with("Add both (#1)")));
    assert_eq!(session.replay_all().world.pulls(REPO), session.now().world.pulls(REPO));
}

#[test]
fn merge_commit_and_rebase_keep_the_commits() {
    let mut session = with_topic(pull_request());
    session.run_line("gh pr create --fill; gh pr merge -m");
    let said =
        session.run_line("git fetch -q; git log --format=%s origin/main -1; git rev-list --count origin/main ^HEAD~2");
    assert_eq!(said, "Merge pull request #1 from encore/topic\n3\n");
    let mut session = with_topic(pull_request());
    session.run_line("gh pr create --fill; gh pr merge -r");
    let said = session.run_line("git fetch -q; git log --format='%s by %an' origin/main -2; git merge-base --is-ancestor topic origin/main; echo $?");
    let author = session.run_line("git config user.name");
    assert_eq!(said, format!("Add two by {0}\nAdd one by {0}\n1\n", author.trim()));
}

#[test]
fn rules_ask_for_reviews_and_checks() {
    let rules = BranchRules { pull_request: true, approvals: 1, checks: vec!["test".into()], ..BranchRules::default() };
    let mut session = with_topic(rules);
    session.run_line("gh pr create --fill");
    let said = session.run_line("gh pr merge --merge; echo $?");
    assert!(
        said.starts_with("X Pull request encore/web#1 is not mergeable: the base branch policy prohibits the merge.\n"),
        "{said}"
    );
    assert!(
        said.contains("- 1 more approving review required.\n- Required status check \"test\" is expected.\n1\n"),
        "{said}"
    );
    assert_eq!(session.run_line("gh pr checks; echo $?"), "no checks reported on the 'topic' branch\n1\n");
    let mut session = changed(&session, |world| {
        let at = world.now();
        let review = Review { author: "ida".into(), verdict: Verdict::Approved, body: String::new(), at };
        world.review_pull(REPO, 1, review, &sim::Causes::none()).expect("ida may");
        world.protect(REPO, "main", BranchRules { pull_request: true, approvals: 1, ..BranchRules::default() });
    });
    assert!(session.run_line("gh pr view").contains("Reviewers: ida (Approved)"));
    assert!(session.run_line("gh pr merge --merge").starts_with("✓ Merged pull request encore/web#1"));
}

#[test]
fn a_conflict_is_told_and_can_be_resolved() {
    let mut session = with_topic(BranchRules::default());
    session.run_line("gh pr create --title t --body b; git switch -q main; echo other > one; git add one; git commit -qm other; git push -q");
    let world = &session.now().world;
    let pull = world.pull(REPO, 1).expect("it is open");
    assert_eq!(world.mergeable(REPO, pull), Mergeable::Conflicts);
    let said = session.run_line("gh pr merge 1 -s");
    assert!(said.ends_with("gh pr checkout 1 && git fetch origin main && git merge origin/main\n"), "{said}");
    session.run_line("gh pr checkout 1 && git fetch -q origin main && git merge -q origin/main; echo one > one; git add one; git commit -qm merged; git push -q");
    assert!(session.run_line("gh pr merge 1 -s").starts_with("✓ Squashed"));
    assert_eq!(session.run_line("gh pr merge 1 -s"), "! Pull request encore/web#1 was already merged\n");
    assert_eq!(
        session.run_line("gh pr frobnicate; gh pr edit; cd /; gh pr list").lines().next(),
        Some("unknown command \"frobnicate\" for \"gh pr\"")
    );
}

/// A workflow for pull requests runs when one is opened and when its head moves, and is what `main` waits for.
#[test]
fn pull_requests_start_their_checks() {
    let rules = BranchRules { pull_request: true, checks: vec!["unit".into()], ..BranchRules::default() };
    let mut session = with_topic(rules);
    for line in [
        "mkdir -p .github/workflows",
        "printf '%s\\n' 'name: Check' 'on: {pull_request: {branches: [main]}}' 'jobs:' '  unit:' \
         '    runs-on: ubuntu-latest' '    steps:' '      - uses: actions/checkout@v4' \
         '      - run: echo \"$GITHUB_EVENT_NAME $GITHUB_REF $GITHUB_HEAD_REF to $GITHUB_BASE_REF\"' \
         '      - run: test -f one && ! test -f broken' > .github/workflows/check.yml",
        "git add .; git commit -qm 'Check pull requests'; git push -q",
    ] {
        type_line(&mut session, line);
    }
    assert_eq!(session.run_line("gh pr checks 2>&1"), "no pull requests found for branch \"topic\"\n");
    session.run_line("gh pr create --fill");
    let said = session.run_line("gh pr merge --squash; gh pr checks | cut -f1,2; echo ${PIPESTATUS[0]}");
    assert!(said.contains("the base branch policy prohibits the merge"), "{said}");
    assert!(said.ends_with("unit\tpending\n8\n"), "{said}");
    let said = session.run_line("sleep 60; gh pr checks | cut -f1,2");
    assert_eq!(said, "unit\tpass\n");
    let listed = session.run_line("gh run list -L 1 | cut -f1-7");
    assert_eq!(listed, "completed\tsuccess\ttopic\tCheck\ttopic\tpull_request\t1\n");
    let said = session.run_line("gh run view 1");
    assert!(said.contains("✓ topic Check encore/web#1 · 1\nTriggered via pull_request about 1 minute ago\n"), "{said}");
    assert!(said.contains("JOBS\n✓ unit in "), "{said}");
    assert!(session.run_line("gh run view 1 --log | grep -c refs/pull/1/merge").starts_with('1'));
    let world = &session.now().world;
    let run = world.ci.runs().iter().rev().find(|run| run.workflow_name == "Check").expect("it ran");
    let log = &run.jobs[0].steps[1].log;
    assert!(log.contains("pull_request refs/pull/1/merge topic to main"), "{log}");
    session.run_line("touch broken; git add broken; git commit -qm 'Break it'; git push -q; sleep 5");
    let said =
        session.run_line("gh run watch --exit-status | tail -3; echo ${PIPESTATUS[0]}; gh run rerun nope; echo $?");
    assert!(said.contains("  X Run test -f one"), "{said}");
    assert!(said.contains("\n1\nfailed to get run: HTTP 404: Not Found ("), "{said}");
    let said = session.run_line("gh run view --log-failed | tail -1 | cut -f1,2; gh run view --exit-status | tail -3");
    assert!(said.starts_with("unit\tRun test -f one"), "{said}");
    assert!(said.contains("To see what failed, try: gh run view 2 --log-failed\n"), "{said}");
    let said = session.run_line("gh pr checks | cut -f1,2; echo ${PIPESTATUS[0]}; gh pr merge --squash");
    assert!(said.starts_with("unit\tfail\n1\n"), "{said}");
    session.run_line("git rm -q broken; git commit -qm 'Mend it'; git push -q; sleep 60");
    let said = session.run_line("gh pr merge --squash; gh pr view | head -2 | tail -1");
    assert!(said.ends_with("state:\tMERGED\n"), "{said}");
    let runs = session.now().world.ci.runs().iter().filter(|run| run.workflow_name == "Check").count();
    assert_eq!(runs, 3, "opened, and two pushes");
}
