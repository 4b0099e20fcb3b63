//! Tab completion over a small world.

use commands::complete::{Place, complete};
use world::{Machine, MachineId, World};

/// Candidates of the word at the end of `line`.
fn check(line: &str, expected: &[&str]) {
    let start = sim::Time::from_unix_secs(1_780_684_930);
    let mut world = World::new(1, start, commands::programs());
    let id = MachineId::workstation();
    let mut machine = Machine::new("encore", "learner", start.as_micros());
    for file in ["notes.md", "src/app.js", "src/lib/x.js", "doc/read me.md", "run.sh"] {
        let path = format!("/home/learner/{file}");
        machine.files.make_dir_all(vfs::parent(&path), 0).expect("folders");
        machine.files.write(&path, b"x".to_vec(), 0).expect("a file");
    }
    machine.files.set_mode("/home/learner/run.sh", 0o755).expect("a mode");
    world.add_machine(id.clone(), machine);
    let place = Place { world: &world, machine: &id, cwd: "/home/learner" };
    let found = complete(place, line, line.len());
    assert_eq!(found.candidates, expected, "{line}");
}

#[test]
fn commands_and_files() {
    check("mkd", &["mkdir"]);
    check("mapf", &["mapfile"]);
    check("echo a | tru", &["true", "truncate"]);
    check("cat no", &["notes.md"]);
    check("cat src/l", &["src/lib/"]);
    check("cat doc/re", &["doc/read\\ me.md"]);
    check("cat 'doc/re", &["'doc/read me.md'"]);
    check("cd ", &["doc/", "src/"]);
    check("./r", &["./run.sh"]);
    check("cat ~/no", &["~/notes.md"]);
    check("X=1 mkd", &["mkdir"]);
    check("cat < no", &["notes.md"]);
    check("if tru", &["true", "truncate"]);
}

#[test]
fn flags_and_subcommands() {
    check("sort --num", &["--numeric-sort"]);
    check("tar --str", &["--strip-components"]);
    check("yq --inp", &["--inplace", "--input-format"]);
    check("jq --raw-o", &["--raw-output"]);
    check("watch kubectl rollout st", &["status"]);
    check("git check", &["check-attr", "check-ignore", "check-ref-format", "checkout"]);
    check("git commit --ame", &["--amend"]);
    check("kubectl rollout st", &["status"]);
    check("kubectl get deploym", &["deployments"]);
    check("kubectl get pods -n kube-s", &["kube-system"]);
    check("kubectl get pods -o ya", &["yaml"]);
    check("argocd app sy", &["sync"]);
}
