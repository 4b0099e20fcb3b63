//! GitHub Actions in a session: containers beside a job's steps.

use session::Session;
use testkit::{assert_replays, first_lesson as lesson, last_run, step_log, with_workflow};

/// The lines of a log without its command lines' ids.
fn lines(run: &ci::Run, job: usize, step: usize) -> Vec<String> {
    let hex = |word: &str| word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let line =
        |line: &str| line.split(' ').map(|word| if hex(word) { "ID" } else { word }).collect::<Vec<_>>().join(" ");
    run.jobs[job].steps[step].log.lines().map(line).collect()
}

#[test]
fn services_are_there_before_the_first_step_and_gone_behind_the_last() {
    let text = "\
on: push
jobs:
  go:
    runs-on: x
    strategy: {matrix: {v: ['1.27']}}
    services:
      site:
        image: nginx:${{ matrix.v }}
        ports: ['8080:80']
        env: {GREETING: hello world}
      redis:
        image: redis
        ports: [6379]
        options: >-
          --health-cmd \"redis-cli ping\"
          --health-interval 1s
    steps:
      - run: curl -s localhost:8080
      - run: |
          echo '${{ job.services.redis.ports['6379'] }} ${{ job.services.redis.network == job.container.network }}'
          docker inspect -f '{{.Config.Image}} {{.State.Health.Status}}' ${{ job.services.redis.id }}
          docker exec ${{ job.services.site.id }} sh -c 'echo $GREETING'
          curl -s localhost:6379 || echo nobody";
    let session = with_workflow(text);
    let run = last_run(&session);
    assert_eq!(run.state, ci::State::Passed, "{}", step_log(&run, 2));
    let names: Vec<&str> = run.jobs[0].steps.iter().map(|step| step.name.as_str()).collect();
    assert_eq!((names[0], names[3]), ("Initialize containers", "Stop containers"));
    assert_eq!(step_log(&run, 1), "Welcome to nginx!\nnginx \n", "a step reaches it at its port");
    assert_eq!(step_log(&run, 2), "32768 true\nredis healthy\nhello world\nnobody\n");
    let begun = lines(&run, 0, 0);
    let has = |part: &str| assert!(begun.iter().any(|line| line.contains(part)), "{part} in {begun:?}");
    has("##[command]/usr/bin/docker pull nginx:1.27");
    has(" --network-alias site -p 8080:80  -e \"GREETING=hello world\" -e GITHUB_ACTIONS=true -e CI=true nginx:1.27");
    has("ID Up Less than a second (health: starting)");
    has("redis service is starting, waiting 2 seconds before checking again.");
    assert_eq!(begun[begun.len() - 3..], ["healthy", "redis service is healthy.", "##[endgroup]"]);
    let over = lines(&run, 0, 3);
    assert!(over[0].starts_with("Print service container logs: ") && over[0].contains("_nginx127_"), "{over:?}");
    assert_eq!(over[2], " /docker-entrypoint.sh: Configuration complete; ready for start up");
    let containers = session.now().world.machines().filter(|(id, _)| id.0.starts_with(world::DOCKER)).count();
    assert_eq!(containers, 0, "nothing is left of them");
    assert_replays(&session);
}

const WRONG: &str = "\
on: push
jobs:
  absent:
    runs-on: x
    services: {db: {image: nothing/there}}
    steps: [{run: echo never}, {if: always(), run: docker ps -q}]
  ill:
    runs-on: x
    services:
      shop: {image: busybox, command: sleep 1000, options: '--health-cmd \"exit 1\" --health-interval 1s --health-retries 2'}
      none: {image: ''}
    steps: [{run: echo never}]
  flag:
    runs-on: x
    services: {db: {image: redis, options: --frob}}
    steps: [{run: echo never}]
  secret:
    runs-on: x
    services: {db: {image: 'registry.encore/x:1', credentials: {username: me, password: '${{ secrets.GITHUB_TOKEN }}'}}}
    steps: [{run: echo never}]";

#[test]
fn a_service_that_cannot_be_ends_its_job() {
    let session = with_workflow(WRONG);
    let run = last_run(&session);
    let last_line = |job: usize| lines(&run, job, 0).pop().expect("it said something");
    assert_eq!(last_line(0), "Error: Docker pull failed with exit code 1");
    let tries = lines(&run, 0, 0)
        .iter()
        .filter(|line| line.starts_with("Warning: Docker pull failed with exit code 1, back off"))
        .count();
    assert_eq!(tries, 2);
    let states: Vec<ci::State> = run.jobs[0].steps.iter().map(|step| step.state).collect();
    assert_eq!(states, [ci::State::Failed, ci::State::Skipped, ci::State::Passed, ci::State::Passed]);
    let ill = lines(&run, 1, 0);
    assert_eq!(ill[0], "The service 'none' will not be started because the container definition has an empty image.");
    assert_eq!(
        ill[ill.len() - 6..],
        [
            "##[endgroup]",
            "##[group]Service container shop failed.",
            "##[command]/usr/bin/docker logs --details ID",
            "Error: Failed to initialize container busybox",
            "##[endgroup]",
            "Error: One or more containers failed to start."
        ]
    );
    assert!(lines(&run, 1, 2)[0].starts_with("Stop and remove container: "), "its log was shown before");
    let told: Vec<&str> = run.jobs[1].annotations.iter().map(|note| note.message.as_str()).collect();
    assert_eq!(told, ["Failed to initialize container busybox", "One or more containers failed to start."]);
    let flag = last_line(2);
    assert!(
        flag.starts_with("Error: Exit code 125 returned from process: file name '/usr/bin/docker', arguments 'create"),
        "{flag}"
    );
    let login = lines(&run, 3, 0);
    let at = login
        .iter()
        .position(|line| line.ends_with(" login registry.encore -u me --password-stdin"))
        .expect("it logs in");
    assert_eq!(login[at + 1], "Login Succeeded");
    assert_replays(&session);
}

#[test]
fn what_is_no_service_is_told_by_its_line() {
    let mut session = Session::start(lesson(), 1, "test").expect("lesson 0 starts");
    let mut refused = |services: &str| {
        let text = format!(
            "on: push\njobs:\n  go:\n    runs-on: x\n    services:\n      {services}\n    steps: [{{run: ls}}]"
        );
        session.run_line(&format!("cd ~/web; cat > .github/workflows/release.yml <<'END'\n{text}\nEND"));
        session.run_line("git add -A; git commit -qm Workflow; git push -q");
        last_run(&session).error.unwrap_or_default()
    };
    assert!(refused("db: {imagine: x}").ends_with("(Line: 6, Col: 12): Unexpected value 'imagine'"));
    assert!(refused("db: {image: x, ports: 80}").ends_with("(Line: 6, Col: 29): A sequence was expected"));
}
