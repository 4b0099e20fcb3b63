//! Git over the wires of our world: the forge by its URLs, and the causes that a push carries.

#![allow(clippy::unwrap_used)]

use order::OrdMap;
use sim::{Causes, Time};
use world::{Fd, Machine, MachineId, Spawn, World};

fn world() -> World {
    let start = Time::from_unix_secs(1_780_000_000);
    let mut world = World::new(1, start, commands::programs());
    let machine = Machine::new("workstation", "learner", start.as_micros());
    world.add_machine(MachineId::workstation(), machine);
    world.make_forge_repo("encore/web", "main");
    world
}

/// Runs a line in the home folder; standard output and error together.
fn run(world: &mut World, line: &str) -> String {
    let out = world.new_capture();
    let host = world.machine(&MachineId::workstation()).unwrap();
    let (env, cwd) = (host.env.clone(), host.home().to_string());
    let spawn = Spawn {
        parent: None,
        machine: MachineId::workstation(),
        argv: vec!["bash".into(), "-c".into(), line.into()],
        env,
        cwd,
        fds: OrdMap::from([(0, Fd::Null), (1, Fd::Stream(out)), (2, Fd::Stream(out))]),
        terminal: None,
        causes: Causes::none(),
    };
    let pid = world.spawn(spawn).unwrap();
    let limit = world.now() + std::time::Duration::from_secs(60);
    while world.is_running(pid) && world.next_due().is_some_and(|due| due.at <= limit) {
        world.step(limit);
    }
    String::from_utf8(world.take_capture(out)).unwrap()
}

const WHO: &str = "git config --global user.name Lea; git config --global user.email lea@encore.example";

#[test]
fn a_push_reaches_the_forge_and_names_its_commit() {
    let mut world = world();
    run(&mut world, WHO);
    let said = run(&mut world, "git clone https://forge.encore/encore/web.git");
    assert_eq!(said, "Cloning into 'web'...\nwarning: You appear to have cloned an empty repository.\n");
    let said = run(&mut world, "cd web && echo hi > a && git add a && git commit -qm first && git push");
    assert_eq!(said, "To https://forge.encore/encore/web.git\n * [new branch]      main -> main\n");
    let (repo, files) = world.forge_repo("encore/web").unwrap();
    let tip = repo.read_ref(files, "refs/heads/main").unwrap();
    assert_eq!(repo.read_commit(files, &tip).unwrap().subject(), "first");
    assert_eq!(repo.check(files), vec![]);
    let commit = world.commit_event(&tip.to_string()).unwrap();
    let push = world.sim.events().iter().find(|event| event.subject.kind == "Push").unwrap();
    assert!(push.causes.iter().any(|cause| cause == commit), "{push:?}");
    assert_eq!(world.sim.event(commit).unwrap().subject.name.as_ref(), format!("encore/web@{}", &tip.to_string()[..7]));
}

#[test]
fn the_forge_answers_to_every_form_of_its_address() {
    let mut world = world();
    run(&mut world, WHO);
    for url in
        ["https://forge.encore/encore/web", "git@forge.encore:encore/web.git", "ssh://git@forge.encore/encore/web.git"]
    {
        let said = run(&mut world, &format!("rm -rf web; git clone {url}"));
        assert!(said.starts_with("Cloning into 'web'...\nwarning: You appear"), "{url}: {said}");
    }
}

#[test]
fn what_cannot_be_reached_is_told_in_gits_words() {
    let mut world = world();
    assert_eq!(
        run(&mut world, "git clone https://nowhere.example/x.git"),
        "Cloning into 'x'...\nfatal: unable to access 'https://nowhere.example/x.git/': Could not resolve host: nowhere.example\n"
    );
    assert_eq!(
        run(&mut world, "git clone https://forge.encore/encore/nothere.git"),
        "Cloning into 'nothere'...\nfatal: repository 'https://forge.encore/encore/nothere.git/' not found\n"
    );
    let said = run(&mut world, "git clone git@nowhere.example:x.git");
    assert!(said.contains("ssh: Could not resolve hostname nowhere.example: Name or service not known\n"), "{said}");
}

#[test]
fn what_is_missing_here_is_never_called_unknown() {
    let mut world = world();
    assert_eq!(
        run(&mut world, "git submodule status; echo $?"),
        "git: 'submodule' is real Git, but not part of this sandbox yet\n1\n"
    );
    assert_eq!(
        run(&mut world, "git init -q r && cd r && git commit --interactive; echo $?"),
        "error: option `--interactive' is real Git, but not part of this sandbox yet\n129\n"
    );
}
