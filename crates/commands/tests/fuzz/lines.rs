//! Lines of the shell: random scripts, damaged ones, and pieces of the language in no order.

use super::formats::Fixture;
use super::tried;
use super::{draw, mutate};
use order::OrdMap;
use sim::Rng;
use world::{Fd, Machine, MachineId, Spawn, World};

const PIECES: &[&str] = &[
    "$(",
    ")",
    "${",
    "}",
    "$((",
    "))",
    "((",
    "[[",
    "]]",
    "`",
    "'",
    "\"",
    "\\",
    "\n",
    ";",
    ";;",
    "&",
    "&&",
    "|",
    "||",
    "<<E\n",
    "E\n",
    "<<<",
    "<(",
    ">(",
    ">",
    ">>",
    "2>&1",
    "<",
    "!",
    "{",
    "if ",
    "then ",
    "fi",
    "while ",
    "do ",
    "done",
    "for x in ",
    "case x in ",
    "esac",
    "select ",
    "function f ",
    "f() ",
    "a=(",
    "a[0]=",
    "${a[@]}",
    "${!a}",
    "${#",
    "${x:-",
    "${x//",
    "${x:1:",
    "@Q}",
    "*",
    "?",
    "[a-",
    "{1..9}",
    "{a,b",
    "~",
    "$'",
    "\\x41",
    "$\"",
    "=~ ",
    "-eq ",
    "$?",
    "$#",
    "$@",
    "\"$*\"",
    "time ",
    "coproc ",
    "trap '",
    "' EXIT",
    "set -e;",
    "eval ",
    "declare -A ",
    "printf '%s",
    "read -r ",
    "jq '.a[]",
    "awk '{",
    "sed 's/",
    "grep -E '(",
    "find . -",
    "sort -k",
    "cut -f",
    "tr a-",
    "xargs -I{} ",
    "date -d '",
    "seq 9",
    "|&",
    "&>",
    ">|",
    "<>",
    "3>&-",
    "{fd}>",
    "#",
    "\0",
    "é",
    "1",
    "-",
    "999999999999999999999",
    "%",
    "**",
    "?:",
    "0x",
    "2#",
    "16#f",
    "git log ",
    "git diff ",
    "kubectl get ",
    "tar cf ",
    "gzip -",
    "yq '.",
    "watch ",
    "ps -o ",
];

/// What history expansion reads.
const BANGS: &[&str] = &[
    "!!",
    "!$",
    "!^",
    "!*",
    "!:2",
    "!!:1-2",
    "!-1",
    "!9",
    "!echo",
    "!?a?",
    "!#",
    ":p",
    ":h",
    ":t",
    ":r",
    ":e",
    ":s/a/b/",
    ":gs/a/",
    "^a^b^",
    "^a^b",
    "!",
    ":",
    "^",
    "\n",
    " ",
    "echo a b\n",
    "é",
    "'",
    "\"",
    "!-99",
    "!:9",
    "!!:x",
    "!?",
    "history\n",
];

/// A machine that nothing has happened on.
pub fn world() -> World {
    let start = sim::Time::from_unix_secs(1_780_684_930);
    let mut world = World::new(1, start, commands::programs());
    world.add_machine(MachineId::workstation(), Machine::new("encore", "learner", start.as_micros()));
    world
}

/// Runs a script as `-c` would, or as lines that a person types; what does not end is given up after some steps, as a person would press Ctrl-C.
pub fn run(world: &World, script: &str) {
    run_as(world, &["bash", "-c", script], "");
}

fn run_as(world: &World, argv: &[&str], typed: &str) {
    let mut world = world.clone();
    let id = MachineId::workstation();
    let out = world.new_capture();
    let env = world.machine(&id).expect("it is there").env.clone();
    let stdin = Fd::Stream(world.stream_of(typed.as_bytes().to_vec()));
    let fds = OrdMap::from([(0, stdin), (1, Fd::Stream(out)), (2, Fd::Stream(out))]);
    let spawn = Spawn {
        parent: None,
        machine: id,
        argv: argv.iter().map(|word| (*word).to_string()).collect(),
        env,
        cwd: "/home/learner".into(),
        fds,
        terminal: None,
        causes: sim::Causes::none(),
    };
    let end = world.now() + std::time::Duration::from_secs(600);
    world.spawn(spawn).expect("bash is in the table");
    for _ in 0..1_500 {
        if !world.step(end).happened {
            break;
        }
    }
}

pub fn shell(fixture: &Fixture, seed: u64) -> String {
    let mut dice = Rng::new(seed);
    if dice.below(12) == 0 {
        let mut typed = String::from("echo a/b.c d e\n");
        for _ in 0..2 + dice.below(10) {
            typed.push_str(BANGS[usize::try_from(dice.below(BANGS.len() as u64)).expect("an index")]);
        }
        typed.push('\n');
        run_as(&fixture.world, &["bash", "-i"], &typed);
        return typed;
    }
    let script = match dice.below(5) {
        0 => {
            let mut text = String::new();
            for _ in 0..1 + dice.below(14) {
                text.push_str(PIECES[usize::try_from(dice.below(PIECES.len() as u64)).expect("an index")]);
                if dice.below(3) == 0 {
                    text.push(' ');
                }
            }
            text
        }
        1 => mutate::text(&mut dice, &draw::line(seed), PIECES),
        2 => {
            let mut bytes = draw::line(seed).into_bytes();
            mutate::bytes(&mut dice, &mut bytes);
            String::from_utf8_lossy(&bytes).into_owned()
        }
        3 => draw::line(seed),
        _ => mutate::text(&mut dice, &draw::script(seed), PIECES),
    };
    run(&fixture.world, &script);
    let machine = MachineId::workstation();
    let place = commands::complete::Place { world: &fixture.world, machine: &machine, cwd: "/home/learner" };
    let cursor = usize::try_from(dice.below(script.len() as u64 + 2)).expect("small");
    tried(commands::complete::complete(place, &script, cursor));
    script
}
