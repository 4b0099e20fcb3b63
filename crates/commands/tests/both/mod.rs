//! The same script in the sandbox's shell and in the real bash.

use order::OrdMap;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use world::{Fd, Machine, MachineId, Spawn, World};

/// What a run gave.
pub struct Ran {
    pub out: String,
    pub err: String,
    pub code: i32,
}

/// Runs `script` with the sandbox's bash, in an empty home.
pub fn ours(script: &str) -> Ran {
    let start = sim::Time::from_unix_secs(1_780_684_930);
    let mut world = World::new(1, start, commands::programs());
    let id = MachineId::workstation();
    world.add_machine(id.clone(), Machine::new("encore", "learner", start.as_micros()));
    let (out, err) = (world.new_capture(), world.new_capture());
    let env = world.machine(&id).expect("just added").env.clone();
    let fds = OrdMap::from([(0, Fd::Null), (1, Fd::Stream(out)), (2, Fd::Stream(err))]);
    let argv = ["bash", "-c", script].map(String::from).to_vec();
    let spawn = Spawn {
        parent: None,
        machine: id,
        argv,
        env,
        cwd: "/home/learner".into(),
        fds,
        terminal: None,
        causes: sim::Causes::none(),
    };
    let pid = world.spawn(spawn).expect("bash is in the table");
    for _ in 0..400_000 {
        if !world.step(start + std::time::Duration::from_secs(600)).happened {
            break;
        }
    }
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let (out, err) = (text(world.take_capture(out)), text(world.take_capture(err)));
    Ran { out, err, code: world.exit_code(pid).unwrap_or(-1) }
}

pub fn real(script: &str) -> Option<Ran> {
    static RUNS: AtomicU64 = AtomicU64::new(0);
    let run = RUNS.fetch_add(1, Ordering::Relaxed);
    let dir = std::env::temp_dir().join(format!("opsfest-bash-{}-{run}", std::process::id()));
    std::fs::create_dir_all(&dir).ok()?;
    let output = Command::new("bash")
        .args(["-c", script])
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("LANG", "C.UTF-8")
        .env("LC_ALL", "C.UTF-8")
        .env("TZ", "UTC")
        .env("HOME", &dir)
        .current_dir(&dir)
        .output()
        .ok();
    std::fs::remove_dir_all(&dir).ok()?;
    let output = output?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&dir.display().to_string(), "/home/learner");
    Some(Ran { out: text(&output.stdout), err: text(&output.stderr), code: code_of(output.status) })
}

/// A signal's number and 128, as shells say it.
fn code_of(status: std::process::ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    status.code().or(status.signal().map(|signal| 128 + signal)).unwrap_or(-1)
}

/// What comparing scripts gave.
#[derive(Debug, Default)]
pub struct Compared {
    pub differ: Vec<String>,
    /// Those that call a tool which this machine does not have.
    pub skipped: usize,
    pub all: usize,
}

impl Compared {
    pub fn equal(&self) -> usize {
        self.all - self.differ.len() - self.skipped
    }

    fn compare(&mut self, script: &str) {
        self.all += 1;
        let ours = ours(script);
        let Some(real) = real(script) else { return };
        if let Some(tool) = absent(&ours, &real) {
            println!("skipped: `{tool}` is not on this machine: {script}");
            self.skipped += 1;
        } else if ours.out != real.out || ours.err != real.err || ours.code != real.code {
            self.differ.push(format!(
                "--- {script}\n  ours {:?} {:?} {}\n  real {:?} {:?} {}",
                ours.out, ours.err, ours.code, real.out, real.err, real.code
            ));
        }
    }
}

/// A tool of the script that only the sandbox has.
fn absent<'a>(ours: &Ran, real: &'a Ran) -> Option<&'a str> {
    let missing = |line: &'a str| line.strip_suffix(": command not found")?.rsplit(": ").next();
    real.err.lines().filter_map(missing).find(|tool| !ours.err.contains(&format!("{tool}: command not found")))
}

/// Compares all, some at a time.
pub fn compare_all(scripts: &[String]) -> Compared {
    let part = scripts.len().div_ceil(2).max(1);
    let compare = |part: &[String]| {
        let mut compared = Compared::default();
        part.iter().for_each(|script| compared.compare(script));
        compared
    };
    std::thread::scope(|scope| {
        let parts: Vec<_> = scripts.chunks(part).map(|part| scope.spawn(move || compare(part))).collect();
        parts.into_iter().fold(Compared::default(), |mut all, part| {
            let part = part.join().expect("a comparison does not panic");
            all.differ.extend(part.differ);
            all.skipped += part.skipped;
            all.all += part.all;
            all
        })
    })
}

pub fn there_is_bash() -> bool {
    real("true").is_some()
}
