//! GitHub Actions in a session: what a checkout leaves, and what builds and their metadata say.

use session::Session;
use testkit::{assert_replays, first_lesson as lesson, last_run, push_workflow, step_log};

/// With a tag on the commit before.
fn tagged(text: &str) -> Session {
    let mut session = Session::start(lesson(), 1, "test").expect("lesson 0 starts");
    session.run_line("cd ~/web; git tag -m One v1.0.0");
    push_workflow(&mut session, text);
    session
}

#[test]
fn a_checkout_empties_what_is_no_copy_and_cleans_what_is_one() {
    let text = "\
on: {push: {branches: [main]}}
jobs:
  go:
    runs-on: x
    steps:
      - run: mkdir old; echo a > old/file; echo b > .hidden
      - id: c
        uses: actions/checkout@v4
        with: {fetch-depth: 0}
      - run: ls -a | grep -c 'old\\|hidden' || true; git tag; echo '${{ steps.c.outputs.ref }} ${{ steps.c.outputs.commit == github.sha }}'
      - run: echo x > new; rm README.md; git config my.own yes
      - {uses: actions/checkout@v4, with: {clean: false}}
      - run: ls new README.md; git config my.own; git status --short
      - uses: actions/checkout@v4
      - run: ls new || true; git status --short
      - {continue-on-error: true, uses: actions/checkout@v4, with: {path: ../other}}
      - {continue-on-error: true, uses: actions/checkout@v4, with: {repository: web}}
      - {uses: actions/checkout@v4, with: {repository: encore/deploy, path: deploy, persist-credentials: false}}
      - run: ls -d deploy/.git .git; git -C deploy config --get-regexp extraheader || echo no token";
    let session = tagged(text);
    let run = last_run(&session);
    assert_eq!(run.state, ci::State::Passed, "{:?}", run.jobs[0].steps);
    assert!(
        step_log(&run, 1)
            .starts_with("Syncing repository\nDeleting the contents of '/home/runner/work/web/web'\nFetched ")
    );
    assert_eq!(step_log(&run, 2), "0\nv1.0.0\nrefs/heads/main true\n");
    assert!(!step_log(&run, 4).contains("Deleting"), "it is a copy of the same repository");
    assert_eq!(step_log(&run, 5), "README.md\nnew\nyes\n?? new\n");
    assert!(
        step_log(&run, 6).contains("[command]/usr/bin/git clean -ffdx\nRemoving new\n##[endgroup]\n"),
        "{}",
        step_log(&run, 6)
    );
    assert_eq!(step_log(&run, 7), "ls: cannot access 'new': No such file or directory\n");
    let outside = "Error: Repository path '/home/runner/work/web/other' is not under '/home/runner/work/web/web'\n";
    assert!(step_log(&run, 8).contains(outside), "{}", step_log(&run, 8));
    assert!(step_log(&run, 9).contains("Error: Invalid repository 'web'. Expected format {owner}/{repo}.\n"));
    assert_eq!(step_log(&run, 11), ".git\ndeploy/.git\nno token\n");
    assert_replays(&session);
}

#[test]
fn a_build_has_the_labels_of_the_metadata_and_tells_its_digest() {
    let text = "\
on: {push: {branches: [main]}}
permissions: {contents: read, packages: write}
jobs:
  go:
    runs-on: x
    steps:
      - uses: actions/checkout@v4
      - id: meta
        uses: docker/metadata-action@v5
        with:
          images: registry.encore/web
          tags: |
            type=sha
            type=raw,value=latest,enable={{is_default_branch}}
          labels: org.opencontainers.image.vendor=Encore
      - run: |
          echo '${{ fromJSON(steps.meta.outputs.json).labels['org.opencontainers.image.vendor'] }}'
          echo \"$DOCKER_METADATA_OUTPUT_VERSION\"
      - run: echo ${{ secrets.GITHUB_TOKEN }} | docker login registry.encore -u me --password-stdin
      - id: build
        uses: docker/build-push-action@v6
        with: {context: ., push: true, tags: '${{ steps.meta.outputs.tags }}', labels: '${{ steps.meta.outputs.labels }}'}
      - run: |
          docker inspect -f '{{.Id}} {{index .Config.Labels \"org.opencontainers.image.vendor\"}}' registry.encore/web:latest
          echo '${{ steps.build.outputs.imageid }} ${{ fromJSON(steps.build.outputs.metadata)['containerimage.digest'] == steps.build.outputs.digest }}'";
    let session = tagged(text);
    let run = last_run(&session);
    assert_eq!(run.state, ci::State::Passed, "{:?}", run.jobs[0].steps);
    let short = &run.commit[..7];
    assert_eq!(step_log(&run, 2), format!("Encore\nlatest\n"));
    assert!(
        step_log(&run, 1)
            .contains(&format!("##[group]Docker tags\nregistry.encore/web:latest\nregistry.encore/web:sha-{short}\n"))
    );
    assert_eq!(step_log(&run, 3), "Login Succeeded\n");
    let built = step_log(&run, 4);
    assert!(
        built.contains("##[group]ImageID\nsha256:")
            && built.contains("##[group]Metadata\n{\n  \"containerimage.config.digest\": \"sha256:")
    );
    let said: Vec<&str> = step_log(&run, 5).split_whitespace().collect();
    assert_eq!((said[0], said[1], said[3]), (said[2], "Encore", "true"));
    assert_replays(&session);
}

#[test]
fn a_login_by_standard_input_is_that_of_the_job() {
    let text = "\
on: {push: {branches: [main]}}
jobs:
  go:
    runs-on: x
    steps:
      - uses: actions/checkout@v4
      - run: echo ${{ secrets.GITHUB_TOKEN }} | docker login registry.encore -u me --password-stdin
      - {continue-on-error: true, run: docker build -q -t registry.encore/web:x .; docker push registry.encore/web:x}";
    let run = last_run(&tagged(text));
    assert!(
        step_log(&run, 2).contains("denied: installation not allowed to Write organization package"),
        "{}",
        step_log(&run, 2)
    );
}
