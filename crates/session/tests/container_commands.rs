//! Commands of containers really run: what they print is the log, how they end is how the container ends.

use screen::Input;
use session::Session;
use std::time::Duration;
use testkit::first_lesson as lesson;

struct Desk(Session);

impl Desk {
    fn new() -> Self {
        let mut desk = Self(Session::start(lesson(), 1, "test").expect("lesson 0 starts"));
        desk.typed("kubectl config set-context --current --namespace=shop");
        desk
    }

    fn wait(&mut self, secs: u64) {
        let to_micros = (self.0.now().now() + Duration::from_secs(secs)).as_micros();
        self.0.act(Input::Advance { to_micros });
    }

    /// What a line prints.
    fn typed(&mut self, line: &str) -> String {
        self.0.act(Input::Line { terminal: 1, text: line.into() });
        let text = self.0.now().world.terminal(world::TerminalId(1)).expect("it is open").plain_text();
        let after = text.rsplit_once(line).map(|(_, after)| after.trim_start_matches('\n')).unwrap_or_default();
        after.to_string()
    }

    /// The session replayed from its journal is the same world.
    fn replays(&self) {
        assert_eq!(self.0.replay_all().state_hash(), self.0.now().state_hash());
    }
}

#[test]
fn a_job_prints_and_completes() {
    let mut desk = Desk::new();
    desk.typed("kubectl create job hello --image=busybox -- sh -c 'for i in 1 2 3; do echo line $i; sleep 1; done; echo in $HOSTNAME'");
    desk.wait(20);
    let logs = desk.typed("kubectl logs job/hello");
    assert!(logs.starts_with("line 1\nline 2\nline 3\nin hello-"), "{logs}");
    let jobs = desk.typed("kubectl get job hello --no-headers");
    assert!(jobs.contains("Complete") && jobs.contains("1/1"), "{jobs}");
    desk.replays();
}

#[test]
fn an_exit_code_is_the_containers_and_its_last_words_stay() {
    let mut desk = Desk::new();
    desk.typed("kubectl run ends --image=busybox --restart=Never -- sh -c 'echo no database >&2; exit 3'");
    desk.wait(10);
    let code = desk.typed(
        "kubectl get pod ends -o jsonpath='{.status.phase} {.status.containerStatuses[0].state.terminated.exitCode}'",
    );
    assert!(code.starts_with("Failed 3"), "{code}");
    assert!(desk.typed("kubectl logs ends").starts_with("no database\n"));
    desk.replays();
}

#[test]
fn a_sleeper_runs_until_its_grace_is_over() {
    let mut desk = Desk::new();
    desk.typed("kubectl run sleeper --image=alpine --env=WHO=world --command -- sleep 3600");
    desk.wait(15);
    let pods = desk.typed("kubectl get pod sleeper --no-headers");
    assert!(pods.contains("Running"), "{pods}");
    let inside = desk.typed("kubectl exec sleeper -- sh -c 'echo hello $WHO; ps -e'");
    assert!(inside.starts_with("hello world\n") && inside.contains(" sleep"), "{inside}");
    let before = desk.0.now().now();
    desk.typed("kubectl delete pod sleeper");
    let took = desk.0.now().now().since(before).as_secs();
    assert!((29..34).contains(&took), "a first process that knows no SIGTERM is killed after 30 s, not {took}");
    assert_eq!(desk.0.now().world.machines().filter(|(id, _)| id.0.starts_with(world::CONTAINER)).count(), 0);
    desk.replays();
}

#[test]
fn a_program_that_the_image_has_not_cannot_be_started() {
    let mut desk = Desk::new();
    desk.typed("kubectl run lost --image=busybox --restart=Never -- frobnicate");
    desk.wait(10);
    let said = desk.typed("kubectl describe pod lost");
    assert!(
        said.contains("StartError") && said.contains("exec: \"frobnicate\": executable file not found in $PATH"),
        "{said}"
    );
}

#[test]
fn what_comes_first_is_done_first_and_servers_ignore_nothing_else() {
    let mut desk = Desk::new();
    desk.typed(
        "printf '%s\\n' 'apiVersion: v1' 'kind: Pod' 'metadata: {name: two}' 'spec:' '  initContainers:' \
         '  - {name: before, image: busybox, command: [sh, -c, \"echo ready; sleep 5\"]}' '  containers:' \
         '  - {name: web, image: nginx}' '  - {name: side, image: busybox, args: [sh, -c, \"while true; do date +%s; sleep 5; done\"]}' \
         | kubectl apply -f -",
    );
    desk.wait(3);
    let pods = desk.typed("kubectl get pod two --no-headers");
    assert!(pods.contains("Init:0/1") || pods.contains("PodInitializing"), "{pods}");
    desk.wait(27);
    let pods = desk.typed("kubectl get pod two --no-headers");
    assert!(pods.contains("2/2") && pods.contains("Running"), "{pods}");
    assert_eq!(desk.typed("kubectl logs two -c before").lines().next(), Some("ready"));
    let lines = desk.typed("kubectl logs two -c side");
    assert!(lines.lines().count() > 3, "{lines}");
    desk.replays();
}

/// The example of the documentation's page on probes.
#[test]
fn a_liveness_probe_runs_its_command_in_the_container() {
    let mut desk = Desk::new();
    desk.typed(
        "printf '%s\\n' 'apiVersion: v1' 'kind: Pod' 'metadata: {name: alive}' 'spec:' '  containers:' \
         '  - name: main' '    image: busybox' \
         '    args: [/bin/sh, -c, \"touch /tmp/healthy; sleep 30; rm -f /tmp/healthy; sleep 600\"]' \
         '    livenessProbe: {exec: {command: [cat, /tmp/healthy]}, initialDelaySeconds: 5, periodSeconds: 5}' \
         | kubectl apply -f -",
    );
    desk.wait(25);
    assert!(desk.typed("kubectl get pod alive --no-headers").contains("1/1"));
    assert!(!desk.typed("kubectl describe pod alive").contains("Unhealthy"));
    desk.wait(35);
    let said = desk.typed("kubectl describe pod alive");
    assert!(said.contains("Liveness probe failed: cat: ") && said.contains("No such file or directory"), "{said}");
    assert!(said.contains("Container main failed liveness probe, will be restarted"), "{said}");
    desk.wait(60);
    let pods = desk.typed("kubectl get pod alive --no-headers");
    assert!(pods.contains("1 (") && pods.contains("Running"), "{pods}");
    desk.replays();
}

#[test]
fn run_stays_with_its_container() {
    let mut desk = Desk::new();
    let said = desk
        .typed("kubectl run once --rm --attach --restart=Never --image=busybox -- sh -c 'echo from inside; exit 0'");
    assert!(said.starts_with("from inside\npod \"once\" deleted\n"), "{said}");
    let said =
        desk.typed("kubectl run bad --attach --restart=Never --image=busybox -- sh -c 'echo no; exit 4'; echo code $?");
    assert!(said.starts_with("no\npod shop/bad terminated (Error)\ncode 4\n"), "{said}");
    let refused = desk.typed("kubectl run x --rm --image=busybox");
    assert!(refused.starts_with("error: --rm should only be used for attached containers"), "{refused}");
    desk.replays();
}

#[test]
fn run_it_types_into_its_shell() {
    let mut desk = Desk::new();
    let said = desk.typed("kubectl run try --rm -it --image=busybox -- sh");
    assert!(said.starts_with("If you don't see a command prompt, try pressing enter.\n"), "{said}");
    let name = desk.typed("cat /etc/hostname");
    assert!(name.starts_with("try\n"), "{name}");
    let answer = desk.typed("curl -s -o /dev/null -w '%{http_code}' http://web");
    assert!(answer.starts_with("200"), "{answer}");
    let bye = desk.typed("exit");
    assert!(bye.contains("pod \"try\" deleted"), "{bye}");
    desk.wait(40);
    assert!(desk.typed("kubectl get pod try").contains("NotFound"));
    desk.replays();
}
