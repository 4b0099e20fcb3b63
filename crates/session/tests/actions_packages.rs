//! GitHub Actions in a session: old versions of a package, caches of the set-up actions, secrets and variables by `gh`.

use session::Session;
use testkit::{assert_replays, first_lesson as lesson, last_run, push_workflow, step_log, with_workflow};

/// Three images of a package of its own, the first of them without a tag.
const BUILDS: &str = "cd ~/web; for n in 1 2 3; do t=registry.encore/tool:$([ $n = 1 ] && echo 2 || echo $n); docker build -q --label n=$n -t $t .; \
    docker push -q $t; sleep 60; done > /dev/null";
const VERSIONS: &str = "gh api /orgs/encore/packages/container/tool/versions -q '.[] | \"\\(.id) \\(.metadata.container.tags | join(\",\"))\"'";

fn prune(permissions: &str, with: &str) -> String {
    format!(
        "on: push\npermissions: {{packages: {permissions}}}\njobs:\n  go:\n    runs-on: x\n    steps:\n      - uses: \
         actions/delete-package-versions@v5\n        with: {{package-name: tool, package-type: container, {with}}}"
    )
}

#[test]
fn old_versions_of_a_package_go_where_the_token_may_write() {
    let mut session = Session::start(lesson(), 1, "test").expect("lesson 0 starts");
    session.run_line(BUILDS);
    let tags = |session: &mut Session| {
        let said = session.run_line(VERSIONS);
        said.lines().map(|line| line.split_once(' ').map_or("?", |(_, tags)| tags).to_string()).collect::<Vec<_>>()
    };
    assert_eq!(tags(&mut session), ["3", "2", ""], "the newest first");
    push_workflow(&mut session, &prune("read", "min-versions-to-keep: 1"));
    let denied = last_run(&session);
    assert!(
        step_log(&denied, 0).contains(
            "Error: delete version API failed. Resource not accessible by integration \n0 versions deleted till now."
        ),
        "{}",
        step_log(&denied, 0)
    );
    push_workflow(&mut session, &prune("write", "delete-only-untagged-versions: 'true'"));
    assert_eq!(step_log(&last_run(&session), 0), "Total versions deleted till now: 1\n");
    assert_eq!(tags(&mut session), ["3", "2"]);
    push_workflow(&mut session, &prune("write", "num-old-versions-to-delete: 2, min-versions-to-keep: 1"));
    assert!(step_log(&last_run(&session), 0).starts_with("Error: Invalid input combination\n"));
    push_workflow(&mut session, &prune("write", "num-old-versions-to-delete: 5"));
    assert!(
        step_log(&last_run(&session), 0).contains("You cannot delete the last version of a package."),
        "{}",
        step_log(&last_run(&session), 0)
    );
    assert_eq!(tags(&mut session), ["3"]);
    let said = session.run_line("docker rmi -f registry.encore/tool:2 > /dev/null; docker pull -q registry.encore/tool:2; gh api /users/encore/packages/container/none/versions; gh api -X DELETE /orgs/encore/packages/container/tool; gh api '/orgs/encore/packages?package_type=container' -q '.[].name' | grep -c tool");
    assert!(
        said.contains("not found") && said.contains("gh: Package not found. (HTTP 404)") && said.ends_with("\n0\n"),
        "{said}"
    );
    assert_replays(&session);
}

#[test]
fn a_set_up_action_keeps_what_its_tool_loads() {
    let text = "\
on: push
jobs:
  go:
    runs-on: x
    steps:
      - uses: actions/checkout@v4
      - {id: n, uses: actions/setup-node@v4, with: {node-version: 22, cache: npm}}
      - run: mkdir -p ~/.npm; ls ~/.npm; echo x > ~/.npm/one; echo ${{ steps.n.outputs.cache-hit }}
      - {uses: actions/setup-go@v5, with: {go-version: '1.24'}}
      - {continue-on-error: true, uses: actions/setup-java@v4, with: {distribution: temurin, java-version: 21, cache: maven}}";
    let mut session = with_workflow(text);
    let bare = last_run(&session);
    let why = "Error: Dependencies lock file is not found in /home/runner/work/web/web. Supported file patterns: \
               package-lock.json,npm-shrinkwrap.json,yarn.lock\n";
    assert!(step_log(&bare, 1).contains(why), "{}", step_log(&bare, 1));
    session.run_line("cd ~/web; echo '{}' > package-lock.json");
    push_workflow(&mut session, &format!("{text}\n# once more"));
    let first = last_run(&session);
    assert!(step_log(&first, 1).ends_with("npm cache is not found\n"), "{}", step_log(&first, 1));
    let warned = "Warning: Restore cache failed: Dependencies file is not found in /home/runner/work/web/web. Supported file pattern: go.sum\n";
    assert!(step_log(&first, 3).ends_with(warned), "{}", step_log(&first, 3));
    let none = "Error: No file in /home/runner/work/web/web matched to [**/pom.xml], make sure you have checked out the target repository\n";
    assert!(step_log(&first, 4).contains(none), "{}", step_log(&first, 4));
    let post = &first.jobs[0].steps[5];
    assert_eq!(post.name, "Post Run actions/setup-node@v4");
    assert!(post.log.contains("Cache saved with the key: node-cache-Linux-x64-npm-"), "{}", post.log);
    push_workflow(&mut session, text);
    let again = last_run(&session);
    assert!(step_log(&again, 1).contains("Cache restored from key: node-cache-Linux-x64-npm-"));
    assert_eq!(step_log(&again, 2), "one\ntrue\n");
    assert!(again.jobs[0].steps[5].log.starts_with("Cache hit occurred on the primary key node-cache-Linux-x64-npm-"));
    assert_replays(&session);
}

#[test]
fn secrets_and_variables_are_set_by_gh() {
    let mut session = Session::start(lesson(), 1, "test").expect("lesson 0 starts");
    let said = session.run_line(
        "cd ~/web; gh secret set api_key -b s3cret; echo -n again | gh secret set OTHER; gh variable set PLACE -b north; gh variable set \
         PLACE -b south; gh variable get place; gh secret set 1x -b a; gh secret delete NONE; gh secret list | cut -f 1; gh variable list | cut -f 1,2",
    );
    for part in [
        "✓ Set Actions secret API_KEY for encore/web\n",
        "✓ Created variable PLACE for encore/web\n",
        "✓ Updated variable PLACE for encore/web\nsouth\n",
        "failed to set secret \"1x\": HTTP 422: Secret names can only contain alphanumeric characters",
        "failed to delete secret NONE: HTTP 404: Not Found (https://api.forge.encore/repos/encore/web/actions/secrets/NONE)",
        "API_KEY\nOTHER\nPLACE\tsouth\n",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
    push_workflow(
        &mut session,
        "on: push\njobs:\n  go:\n    runs-on: x\n    steps:\n      - run: echo ${{ vars.PLACE }} ${{ secrets.API_KEY }} ${{ secrets.OTHER == \
         'again' }}\n      - {env: {GH_TOKEN: '${{ github.token }}'}, run: gh secret set X -b y -R encore/web}",
    );
    assert_eq!(step_log(&last_run(&session), 0), "south *** true\n");
    assert!(step_log(&last_run(&session), 1).contains("HTTP 403: Resource not accessible by integration"));
    session.run_line("gh secret delete api_key; gh variable delete PLACE");
    assert_eq!(session.run_line("gh variable list"), "no variables found\n");
    assert_replays(&session);
}

#[test]
fn a_context_may_not_stand_everywhere() {
    let mut session = Session::start(lesson(), 1, "test").expect("lesson 0 starts");
    let text = "on: push\njobs:\n  go:\n    runs-on: ${{ env.X }}\n    if: secrets.A\n    steps:\n      - {if: secrets.A, run: ls}\n      - run: echo ${{ always() }}";
    session.run_line(&format!("cd ~/web; cat > .github/workflows/release.yml <<'END'\n{text}\nEND"));
    session.run_line("git add -A; git commit -qm Workflow; git push -q");
    let error = last_run(&session).error.unwrap_or_default();
    for part in [
        "(Line: 4, Col: 14): Unrecognized named-value: 'env'. Located at position 1 within expression: env.X",
        "(Line: 5, Col: 9): Unrecognized named-value: 'secrets'. Located at position 1 within expression: secrets.A",
        "(Line: 7, Col: 14): Unrecognized named-value: 'secrets'. Located at position 1 within expression: secrets.A",
        "(Line: 8, Col: 14): Unrecognized function: 'always'. Located at position 1 within expression: always()",
    ] {
        assert!(error.contains(part), "{part} in {error}");
    }
}

/// A rule of `world.yaml`: two tags stay, and what nobody names goes with the next push.
#[test]
fn the_registry_keeps_what_its_rule_says() {
    let mut found = testkit::compiled();
    let kept = image::Retention { tags_max: Some(2), untagged: Some(std::time::Duration::ZERO) };
    found.plan.scenario.retention.push(("registry.encore/tool".into(), kept));
    let mut session = Session::start(session::Lesson::new(found.plan, found.page), 1, "test").expect("it starts");
    session.run_line(&BUILDS.replace("1 2 3", "1 2 3 4 5"));
    let said = session.run_line(VERSIONS);
    let tags: Vec<&str> = said.lines().map(|line| line.split_once(' ').map_or("?", |(_, tags)| tags)).collect();
    assert_eq!(tags, ["5", "4"], "{said}");
    let gone = session.run_line("docker pull registry.encore/tool:3 2>&1");
    assert!(gone.contains("not found"), "{gone}");
    assert_replays(&session);
}
