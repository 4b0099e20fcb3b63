//! The sandbox's kubectl and a real kubectl 1.32 in front of `opsfest serve --kube`: line for line from the same state, their
//! output, errors and exit codes are compared. Where no kubectl 1.32 is installed, this says so and compares nothing.
//!
//! `VERBOSE=1` shows every difference; `ONLY=words` runs the lines with these words.

use gateway::kube::{Pace, Server, serve};
use order::OrdMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use testkit::Temp;
use world::{Fd, Machine, MachineId, Spawn, World};

const SCRIPT: &str = include_str!("real_kubectl/script.txt");
/// Files of both machines.
const FILES: &[(&str, &str)] = &[
    ("web.yaml", include_str!("real_kubectl/web.yaml")),
    ("kinds.yaml", include_str!("real_kubectl/kinds.yaml")),
    ("bad.yaml", include_str!("real_kubectl/bad.yaml")),
    ("crd.yaml", include_str!("real_kubectl/crd.yaml")),
    ("cron.yaml", include_str!("real_kubectl/cron.yaml")),
    ("vars", "k1=v1\nk2=v2\n"),
    ("d/a", "1\n"),
    ("d/b", "2\n"),
];

/// A real kubectl 1.32: on the path, or beside what the path leads to.
fn real() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let found = std::env::split_paths(&path).map(|folder| folder.join("kubectl")).find(|file| file.is_file())?;
    let beside = std::fs::canonicalize(&found).ok()?.with_file_name("kubectl.1.32");
    if beside.is_file() {
        return Some(beside);
    }
    let told = Command::new(&found).args(["version", "--client"]).output().ok()?;
    String::from_utf8_lossy(&told.stdout).contains("Client Version: v1.32.").then_some(found)
}

/// A folder with the files, and with what tells the client of the server.
fn folder(server: &Server) -> Temp {
    let folder = Temp::new("serve-kube");
    for (file, text) in FILES {
        folder.file(file, text);
    }
    folder.file("config", server.kubeconfig());
    folder
}

fn world() -> World {
    let start = sim::Time::parse_rfc3339("2026-06-05T18:42:10Z").expect("a valid time");
    let mut world = World::new(1, start, commands::programs());
    let mut host = Machine::new("encore", "learner", start.as_micros());
    for (file, text) in FILES {
        let path = format!("/home/learner/{file}");
        host.files.make_dir_all(vfs::parent(&path), 0).expect("the home takes folders");
        host.files.write(&path, text.as_bytes().to_vec(), 0).expect("the home takes files");
    }
    world.add_machine(MachineId::workstation(), host);
    for n in 1..=3 {
        let shape = cluster::NodeShape::worker(format!("node-{n}"), 4_000, 8 << 30);
        world.api(|cluster, sim| cluster.add_node(sim, &shape, &sim::Causes::none())).expect("a valid node");
    }
    world
}

/// Output, errors, exit code.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Outcome(String, String, i32);

fn run_ours(world: &mut World, line: &str) -> Outcome {
    let id = MachineId::workstation();
    let (out, err) = (world.new_capture(), world.new_capture());
    let spawn = Spawn {
        parent: None,
        env: world.machine(&id).expect("just added").env.clone(),
        machine: id,
        argv: ["bash", "-c", line].map(String::from).to_vec(),
        cwd: "/home/learner".into(),
        fds: OrdMap::from([(0, Fd::Null), (1, Fd::Stream(out)), (2, Fd::Stream(err))]),
        terminal: None,
        causes: sim::Causes::none(),
    };
    let pid = world.spawn(spawn).expect("bash is in the table");
    let limit = world.now() + Duration::from_secs(3_000);
    let mut code = None;
    while code.is_none() && world.step(limit).happened {
        code = world.exit_code(pid);
    }
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let (out, err) = (text(world.take_capture(out)), text(world.take_capture(err)));
    Outcome(out, err, code.unwrap_or(-1))
}

fn run_real(kubectl: &Path, folder: &Temp, number: usize, line: &str) -> Outcome {
    let script = format!("kubectl() {{ {} \"$@\"; }}\n{line}", kubectl.display());
    let path = |name: &str| folder.path(name);
    let done = Command::new("timeout")
        .args(["60", "bash", "-c", &script])
        .current_dir(folder.path(""))
        .env_clear()
        .envs([("HOME", folder.path("").as_os_str()), ("TZ", "UTC".as_ref()), ("PATH", "/usr/bin:/bin".as_ref())])
        .env("KUBECONFIG", path("config"))
        .env("KUBECACHEDIR", path(&format!("cache-{number}")))
        .output()
        .expect("bash runs");
    let text = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        text.lines().filter(|line| !line.contains("memcache.go")).map(|line| format!("{line}\n")).collect::<String>()
    };
    let last = |text: String, bytes: &[u8]| {
        if bytes.ends_with(b"\n") { text } else { text.strip_suffix('\n').unwrap_or(&text).to_string() }
    };
    let (out, err) = (last(text(&done.stdout), &done.stdout), last(text(&done.stderr), &done.stderr));
    Outcome(out, err, done.status.code().unwrap_or(-1))
}

/// Whether a word is a span such as `5m12s`.
fn is_span(word: &str) -> bool {
    let word = word.trim_matches(|c| "(),:".contains(c));
    let units = |c: char| "smhdy".contains(c);
    let digits = |c: char| c.is_ascii_digit() || c == '.';
    word.len() > 1
        && word.starts_with(|c: char| c.is_ascii_digit())
        && word.ends_with(units)
        && word.chars().all(|c| digits(c) || units(c) || c == 'µ' || c == 'n')
}

fn is_moment(word: &str) -> bool {
    word.len() >= 20 && word.as_bytes().get(10) == Some(&b'T') && word.ends_with(['Z', '"', ',', '}'])
}

/// The text with its spans and moments taken out, and what random names end in; widths follow from them.
fn masked(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let told = |word: &str| {
            if is_span(word) {
                "SPAN".to_string()
            } else if is_moment(word) {
                "MOMENT".into()
            } else if word.len() == 8 && word.as_bytes()[2] == b':' && word.as_bytes()[5] == b':' {
                "CLOCK".into()
            } else if word.chars().all(|c| c == '-') && word.len() > 1 {
                "--".into()
            } else {
                word.to_string()
            }
        };
        let words: Vec<String> = line.split_whitespace().map(told).collect();
        out.push_str(&words.join(" "));
        out.push('\n');
    }
    out
}

fn equal_but_for_time(a: &Outcome, b: &Outcome) -> bool {
    a.2 == b.2 && masked(&a.0) == masked(&b.0) && masked(&a.1) == masked(&b.1)
}

#[derive(Default)]
struct Tally {
    equal: usize,
    but_for_time: usize,
    wrong: Vec<String>,
}

fn compare(kubectl: &Path, server: &Server, folder: &Temp, mut now: World, lines: &[&str]) -> Tally {
    let mut tally = Tally::default();
    let only = std::env::var("ONLY").unwrap_or_default();
    for (number, line) in lines.iter().enumerate() {
        // Lines of the sandbox alone, and time that passes.
        if let Some(rest) = line.strip_prefix("= ") {
            let done = run_ours(&mut now, rest);
            assert_eq!(done.2, 0, "{rest}\n{}{}", done.0, done.1);
            continue;
        }
        if let Some(secs) = line.strip_prefix("@ ") {
            now.advance_to(now.now() + Duration::from_secs(secs.parse().expect("a number")));
            continue;
        }
        let (pace, line) = match line.strip_prefix("~ ") {
            Some(line) => (Pace::Always(20), line),
            None => (Pace::WhileWatched(50), *line),
        };
        // A shell and a client take their time; what they find has settled by then.
        now.advance_to(now.now() + Duration::from_millis(300));
        let before = now.clone();
        let ours = run_ours(&mut now, line);
        if !line.contains(&only) {
            continue;
        }
        server.set(before, pace);
        let real = run_real(kubectl, folder, number, line);
        if ours == real {
            tally.equal += 1;
        } else if equal_but_for_time(&ours, &real) {
            tally.but_for_time += 1;
        } else {
            tally.wrong.push(format!(
                "$ {line}\n--- sandbox ({})\n{}{}--- real ({})\n{}{}",
                ours.2, ours.0, ours.1, real.2, real.0, real.1
            ));
        }
    }
    tally
}

#[test]
fn the_real_kubectl_and_ours_say_the_same() {
    let Some(kubectl) = real() else {
        eprintln!("no kubectl 1.32 is installed: nothing is compared");
        return;
    };
    let server = serve(world(), ([127, 0, 0, 1], 0).into(), Pace::WhileWatched(50)).expect("a free port");
    let folder = folder(&server);
    let lines: Vec<&str> = SCRIPT.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let mut first = world();
    let host = first.machine_mut(&MachineId::workstation()).expect("it was just added");
    host.files.make_dir_all("/home/learner/.kube", 0).expect("the home takes folders");
    host.files.write("/home/learner/.kube/config", server.kubeconfig().into_bytes(), 0).expect("and files");
    let tally = compare(&kubectl, &server, &folder, first, &lines);
    let all = tally.equal + tally.but_for_time + tally.wrong.len();
    let good = tally.equal + tally.but_for_time;
    eprintln!(
        "{all} lines: {} equal, {} equal but for time, {} differ",
        tally.equal,
        tally.but_for_time,
        tally.wrong.len()
    );
    if std::env::var_os("VERBOSE").is_some() {
        eprintln!("{}", tally.wrong.join("\n"));
    }
    assert!(std::env::var_os("ONLY").is_some() || all >= 200, "only {all} lines");
    assert!(good * 100 >= all * 97, "{}\n{} of {all} differ", tally.wrong.join("\n"), tally.wrong.len());
}
