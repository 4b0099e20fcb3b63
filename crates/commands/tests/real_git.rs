//! Sessions in our world and in real bash and Git, command by command: text, exit codes, and at the end references,
//! index, work tree, stash and reflogs. Where Git is not installed, it says so.
//!
//! `SEEDS=200` draws more sessions, `ONLY=rebase` runs those with the name, `VERBOSE=1` shows what differs.
//!
//! What differs, and why:
//! - `main@{yesterday}`: repositories ask no clock; only dates in full would need none;
//! - `rev-parse --local-env-vars`: "real, but not part of this sandbox yet";
//! - `git stash push PATH` and `--staged` where real Git makes the entry and then fails to take the change away: ours
//!   takes it away;
//! - `pull --rebase` before the first commit asks whether there is an index file, and ours is written later or earlier;
//! - a merge of several branches names both sides of a conflict after them; real Git's helpers name their temporary files;
//! - `git-rebase-todo` of `--rebase-merges` is kept without its empty lines;
//! - real `git gc` expires reflogs by the real clock, which these sessions do not have.

#![allow(clippy::unwrap_used)]

#[path = "real_git_sessions/handed_over.rs"]
mod handed_over;
mod real_git_sessions;

use order::OrdMap;
use real_git_sessions::sessions;
use sim::{Causes, Time};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use world::{Fd, Machine, MachineId, Spawn, World};

const START: u64 = 1_780_000_000;

/// What a command gave.
#[derive(Debug, PartialEq, Eq)]
struct Given {
    out: String,
    err: String,
    code: i32,
}

impl Given {
    /// Without usage texts, which are ours, and without the account's name.
    fn plain(mut self) -> Self {
        if let Some(at) = self.err.find("usage: git") {
            self.err.truncate(at);
        }
        let from = self.err.find("(got '").and_then(|at| Some((at, at + self.err[at..].find("')")?)));
        if let Some((start, end)) = from {
            self.err.replace_range(start..end, "");
        }
        self
    }
}

/// The environment of one command: fixed dates, one second apart.
fn dates(n: u64) -> [(String, String); 2] {
    let date = format!("{} +0000", START + n * 10);
    [("GIT_AUTHOR_DATE".into(), date.clone()), ("GIT_COMMITTER_DATE".into(), date)]
}

struct Ours {
    world: World,
    machine: MachineId,
}

impl Ours {
    fn new(home: &str) -> Self {
        let start = Time::from_unix_secs(START);
        let mut world = World::new(1, start, commands::programs());
        let machine = MachineId::workstation();
        let mut host = Machine::new("workstation", "learner", start.as_micros());
        host.files.make_dir_all(home, start.as_micros()).unwrap();
        let mut env = (*host.env).clone();
        env.insert("HOME".into(), home.into());
        host.env = Arc::new(env);
        world.add_machine(machine.clone(), host);
        Self { world, machine }
    }

    fn run(&mut self, n: u64, cwd: &str, line: &str) -> Given {
        self.world.advance_to(Time::from_unix_secs(START + n * 10));
        let (out, err) = (self.world.new_capture(), self.world.new_capture());
        let mut env: OrdMap<String, String> = (*self.world.machine(&self.machine).unwrap().env).clone();
        env.extend(dates(n));
        env.insert("TERM".into(), "dumb".into());
        let spawn = Spawn {
            parent: None,
            machine: self.machine.clone(),
            // The exit code is read from the output.
            argv: vec!["bash".into(), "-c".into(), format!("{line}\necho \"#$?\"")],
            env: Arc::new(env),
            cwd: cwd.into(),
            fds: OrdMap::from([(0, Fd::Null), (1, Fd::Stream(out)), (2, Fd::Stream(err))]),
            terminal: None,
            causes: Causes::none(),
        };
        let pid = self.world.spawn(spawn).unwrap();
        let mut steps = 0;
        while self.world.is_running(pid) && steps < 10_000 {
            self.world.step(Time::MAX);
            steps += 1;
        }
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let all = text(self.world.take_capture(out));
        let (out, code) = all.rsplit_once('#').unwrap_or((&all, "-1"));
        Given { out: out.into(), err: text(self.world.take_capture(err)), code: code.trim().parse().unwrap_or(-1) }
    }
}

struct Real {
    home: PathBuf,
}

impl Real {
    fn run(&self, n: u64, cwd: &str, line: &str) -> Given {
        let out = Command::new("bash")
            .args(["-c", line])
            .current_dir(cwd)
            .env_clear()
            .env("PATH", std::env::var("PATH").unwrap())
            .env("HOME", &self.home)
            .env("LANG", "C.UTF-8")
            .env("TERM", "dumb")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .envs(dates(n))
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Given { out: text(out.stdout), err: text(out.stderr), code: out.status.code().unwrap_or(-1) }
    }
}

/// Files of a folder by path, without `.git`.
fn real_files(folder: &Path, base: &Path, into: &mut OrdMap<String, String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().is_some_and(|name| name == ".git") || path.to_string_lossy().ends_with(".bare") {
            continue;
        }
        let name = || path.strip_prefix(base).unwrap().to_string_lossy().into_owned();
        if let Ok(target) = std::fs::read_link(&path) {
            into.insert(name(), format!("link to {}", target.display()));
        } else if path.is_dir() {
            real_files(&path, base, into);
        } else {
            into.insert(name(), String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned());
        }
    }
}

fn our_files(ours: &Ours, home: &str) -> OrdMap<String, String> {
    let files = &ours.world.machine(&ours.machine).unwrap().files;
    let enter = &mut |path: &str| !path.ends_with("/.git") && !path.ends_with(".bare");
    let walked = files.walk(home, enter).unwrap();
    walked
        .into_iter()
        .filter(|(path, stat)| stat.kind != vfs::Kind::Dir && !path.ends_with("/.git"))
        .map(|(path, stat)| {
            let text = match stat.kind {
                vfs::Kind::Symlink => format!("link to {}", files.read_link(&path).unwrap()),
                _ => files.read_text(&path).unwrap(),
            };
            (path.trim_start_matches(home).trim_start_matches('/').to_string(), text)
        })
        .collect()
}

/// Whether the real Git of these comparisons is here; its words change from version to version.
fn git_2_47_is_here() -> bool {
    let said = Command::new("git").arg("--version").output().map(|output| output.stdout).unwrap_or_default();
    let said = String::from_utf8_lossy(&said).trim().to_string();
    let here = said.starts_with("git version 2.47.");
    if !here {
        println!("skipped: this compares with git 2.47; here is: {}", if said.is_empty() { "none" } else { &said });
    }
    here
}

#[test]
fn sessions_equal_real_ones() {
    if !git_2_47_is_here() {
        return;
    }
    let verbose = std::env::var("VERBOSE").is_ok();
    let only = std::env::var("ONLY").ok();
    let (mut commands, mut equal, mut all, mut whole) = (0, 0, 0, 0);
    for (name, lines) in sessions() {
        if only.as_ref().is_some_and(|only| !name.contains(only.as_str())) {
            continue;
        }
        let home = std::env::temp_dir().join(format!("opsfest-sessions-{}", std::process::id())).join(&name);
        std::fs::remove_dir_all(&home).ok();
        std::fs::create_dir_all(&home).unwrap();
        let base = home.to_string_lossy().into_owned();
        let (mut ours, real) = (Ours::new(&base), Real { home: home.clone() });
        let lines: Vec<(String, String)> =
            lines.into_iter().map(|(cwd, line)| (format!("{base}{cwd}"), line)).collect();
        for (n, (cwd, line)) in (1..).zip(&lines) {
            let (a, b) = (ours.run(n, cwd, line).plain(), real.run(n, cwd, line).plain());
            commands += 1;
            if a == b {
                equal += 1;
            } else if verbose {
                println!(
                    "=== {name} {n}: ({cwd}) $ {line}\n--- real ({})\n{}{}--- ours ({})\n{}{}{}",
                    b.code,
                    b.out,
                    b.err,
                    a.code,
                    a.out,
                    a.err,
                    if (a.out.clone() + &a.err) == (b.out.clone() + &b.err) {
                        format!("{a:?}\n{b:?}\n")
                    } else {
                        String::new()
                    }
                );
            }
        }
        all += 1;
        let mut files = OrdMap::new();
        real_files(&home, &home, &mut files);
        let same = files == our_files(&ours, &base) && states_equal(&mut ours, &real, &lines, verbose);
        whole += usize::from(same);
        if !same && verbose {
            println!("=== {name}: files, references or index differ");
        }
        std::fs::remove_dir_all(&home).ok();
    }
    println!("commands equal: {equal}/{commands}, sessions with equal end state: {whole}/{all}");
    assert!(commands > 0 && equal * 1000 >= commands * 990, "{equal} of {commands} commands equal");
    // One of the first seeds is known to differ.
    assert!((all - whole) * 50 <= all.max(50), "{whole} of {all} sessions end equal");
}

/// References, index and log of every repository that was used.
fn states_equal(ours: &mut Ours, real: &Real, lines: &[(String, String)], verbose: bool) -> bool {
    let folders: order::OrdSet<&String> = lines.iter().map(|(cwd, _)| cwd).collect();
    folders.into_iter().filter(|folder| Path::new(folder.as_str()).join(".git").exists()).all(|folder| {
        [
            "git log --all --format='%H %P %s %D'",
            "git diff --cached --name-status",
            "git status --porcelain",
            "git branch -avv",
            "git stash list",
            "git reflog",
        ]
        .iter()
        .all(|look| {
            let (a, b) = (ours.run(100_000, folder, look), real.run(100_000, folder, look));
            if a != b && verbose {
                println!("=== end of {folder}: {look}\n--- real\n{}{}--- ours\n{}{}", b.out, b.err, a.out, a.err);
            }
            a == b
        })
    })
}
