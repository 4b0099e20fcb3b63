//! GitHub Actions in a session: caches between runs, and what the token of a job may do.

use testkit::{assert_replays, last_run, step_log, with_workflow};

const CACHE: &str = "\
on: {push: {branches: ['**']}}
jobs:
  go:
    runs-on: x
    steps:
      - uses: actions/checkout@v4
      - id: c
        uses: actions/cache@v4
        with:
          path: ~/.tools
          key: tools-${{ hashFiles('test/*.sh') }}
          restore-keys: tools-
      - run: cat ~/.tools/made || true; echo \"hit=${{ steps.c.outputs.cache-hit }}\"; mkdir -p ~/.tools; echo $GITHUB_SHA > ~/.tools/made
      - if: github.ref_name == 'broken'
        run: exit 1";

#[test]
fn a_cache_is_found_by_its_key_its_prefix_and_not_from_another_branch() {
    let mut session = with_workflow(CACHE);
    let first = last_run(&session);
    let key = step_log(&first, 1)
        .split([' ', ','])
        .find(|word| word.starts_with("tools-"))
        .expect("it names the key")
        .to_string();
    assert_eq!(key.len(), "tools-".len() + 64, "a SHA-256: {key}");
    assert_eq!(step_log(&first, 1), format!("Cache not found for input keys: {key}, tools-\n"));
    let post = &first.jobs[0].steps[4];
    assert_eq!(post.name, "Post Run actions/cache@v4");
    assert_eq!(post.log, format!("Cache Size: ~0 MB (41 B)\nCache saved successfully\nCache saved with key: {key}\n"));
    // The same key again: it is found, and not saved.
    session.run_line("git commit -q --allow-empty -m Again; git push -q; gh run watch > /dev/null");
    let again = last_run(&session);
    assert!(
        step_log(&again, 1).starts_with(&format!("Cache hit for: {key}\nReceived 41 of 41 (100.0%)")),
        "{}",
        step_log(&again, 1)
    );
    assert_eq!(step_log(&again, 2), format!("{}\nhit=true\n", first.commit));
    assert_eq!(again.jobs[0].steps[4].log, format!("Cache hit occurred on the primary key {key}, not saving cache.\n"));
    // Another branch has main's by the prefix, and keeps its own, which main does not see.
    session.run_line("git switch -qc side; echo '# more' >> test/check.sh; git commit -qam More; git push -q -u origin side; gh run watch > /dev/null");
    let side = last_run(&session);
    assert!(step_log(&side, 1).starts_with(&format!("Cache hit for restore-key: {key}\n")), "{}", step_log(&side, 1));
    assert!(step_log(&side, 2).ends_with("hit=false\n"));
    let listed = session.run_line("gh cache list | cut -f 2,3; gh cache list --ref refs/heads/side | wc -l");
    assert!(listed.contains(&format!("{key}\t41 B\n")) && listed.ends_with("1\n"), "{listed}");
    session.run_line("git switch -q main; git merge -q side; git push -q; gh run watch > /dev/null");
    let merged = last_run(&session);
    assert!(
        step_log(&merged, 1).contains("restore-key"),
        "the branch's own cache is not main's: {}",
        step_log(&merged, 1)
    );
    // A job that fails saves nothing; after a week nobody remembers.
    session.run_line("git switch -qc broken; echo >> test/check.sh; git commit -qam Broken; git push -q -u origin broken; gh run watch > /dev/null");
    assert_eq!(last_run(&session).jobs[0].steps[4].state, ci::State::Skipped);
    let said = session.run_line("gh cache delete nothing; gh cache delete --all; gh cache list");
    assert_eq!(
        said,
        "X Could not find a cache matching nothing in encore/web\n✓ Deleted 3 caches from encore/web\nNo caches found in encore/web\n"
    );
    assert_replays(&session);
}

fn push_with(permissions: &str) -> ci::Run {
    let text = format!(
        "on: push\n{permissions}\njobs:\n  go:\n    runs-on: x\n    steps:\n      - uses: actions/checkout@v4\n      - run: |\n          git \
         config user.name bot; git config user.email bot@encore\n          git commit -q --allow-empty -m Mine\n          git push \
         origin HEAD:main"
    );
    last_run(&with_workflow(&text))
}

#[test]
fn a_push_needs_contents_write_and_starts_nothing() {
    let denied = push_with("permissions: {packages: write}");
    assert_eq!(
        step_log(&denied, 1),
        "remote: Permission to encore/web.git denied to github-actions[bot].\nfatal: unable to access \
         'https://forge.encore/encore/web/': The requested URL returned error: 403\nError: Process completed with exit code \
         128.\n"
    );
    assert!(step_log(&push_with(""), 1).contains("denied"), "the token only reads where nothing is said");
    let good = push_with("permissions: {contents: write}");
    assert_eq!(good.state, ci::State::Passed, "{}", step_log(&good, 1));
    assert_eq!(good.number, 1, "what the token pushes starts no run");
}

#[test]
fn another_token_and_the_registry_and_gh_ask_too() {
    let text = "\
on: push
permissions: {contents: read}
jobs:
  go:
    runs-on: x
    steps:
      - uses: actions/checkout@v4
      - run: git config --global user.name bot; git config --global user.email bot@encore
      - uses: docker/login-action@v3
        with: {registry: registry.encore, username: me, password: '${{ secrets.GITHUB_TOKEN }}'}
      - {continue-on-error: true, uses: docker/build-push-action@v6, with: {context: ., push: true, tags: 'registry.encore/web:x'}}
      - {continue-on-error: true, run: gh run list -R encore/web}
      - {continue-on-error: true, env: {GH_TOKEN: '${{ github.token }}'}, run: gh workflow run release.yml -R encore/web}
      - {continue-on-error: true, run: 'git clone -q https://x-access-token:wrong@forge.encore/encore/deploy.git d; cd d; git commit -q --allow-empty -m x; git push'}
      - {continue-on-error: true, run: 'git clone -q https://x-access-token:${{ github.token }}@forge.encore/encore/deploy.git e; cd e; git commit -q --allow-empty -m x; git push'}";
    let session = with_workflow(text);
    let run = last_run(&session);
    let has =
        |step: usize, part: &str| assert!(step_log(&run, step).contains(part), "{part} in {}", step_log(&run, step));
    has(3, "denied: installation not allowed to Write organization package");
    has(4, "gh: To use GitHub CLI in a GitHub Actions workflow, set the GH_TOKEN environment variable.");
    has(5, "HTTP 403: Resource not accessible by integration");
    has(6, "remote: Invalid username or token.");
    has(7, "remote: Permission to encore/deploy.git denied to github-actions[bot].");
}
