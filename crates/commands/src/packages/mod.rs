//! Package managers and compilers of images: `npm`, `pip`, `apt-get`, `apk`, `go` and what they bring. They write files that
//! stand for the real ones and take the time that the real ones take, so that the order of a Dockerfile's lines, caches and
//! stages pay off as they do. On the workstation they are not installed.

// Unlike package managers: what a package of npm, pip, apt-get, apk or go counts for stands in a table, with what it
// depends on; nothing is loaded from anywhere, and code that was installed does not run.

mod apk;
mod apt;
mod go;
mod node;
mod npm;
mod pip;
mod sizes;

use serde::{Deserialize, Serialize};
use std::time::Duration;
use world::{Behaviour, Cx, Pid, Program, Step};

pub(crate) fn programs() -> impl Iterator<Item = Program> {
    let steps = ["apk", "apt", "apt-get", "esbuild", "go", "npm", "npx", "pip", "pip3", "tsc", "vite", "webpack"];
    let once: [(&'static str, world::Main); 4] =
        [("nginx", node::nginx), ("node", node::node), ("python", node::python), ("python3", node::python)];
    steps.into_iter().map(Program::steps::<Tool>).chain(once.into_iter().map(|(name, main)| Program::once(name, main)))
}

/// What a tool does, one thing after the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Act {
    Say(String),
    Wait(u64),
    /// A file, its text and its mode.
    Write(String, String, u32),
    Folder(String),
    Remove(String),
    /// Runs a line in the shell, and ends as it does.
    Run(String),
}

/// A tool at work.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Tool {
    acts: Option<Vec<Act>>,
    code: i32,
    child: Option<Pid>,
}

/// What a tool came up with: acts, or a complaint and its exit code.
pub(crate) type Plan = Result<Vec<Act>, (String, i32)>;

impl From<Vec<String>> for Tool {
    fn from(_: Vec<String>) -> Self {
        Self::default()
    }
}

impl Behaviour for Tool {
    const PROGRAM: &'static str = "npm";

    fn step(&mut self, cx: &mut Cx<'_>) -> Step {
        if self.acts.is_none() {
            if !installed_here(cx) {
                return Step::Done(crate::core::not_here(cx));
            }
            match plan(cx) {
                Ok(mut acts) => {
                    acts.reverse();
                    self.acts = Some(acts);
                }
                Err((text, code)) => {
                    cx.err(text);
                    return Step::Done(code);
                }
            }
        }
        if let Some(child) = self.child {
            let Some(code) = cx.reap(child) else { return Step::Child };
            return Step::Done(code);
        }
        while let Some(act) = self.acts.as_mut().and_then(Vec::pop) {
            match act {
                Act::Wait(ms) => return Step::Until(cx.now() + Duration::from_millis(ms)),
                Act::Run(line) => {
                    let (env, fds) = (cx.env_all(), cx.fds());
                    let Some(pid) = cx.spawn(vec!["sh".into(), "-c".into(), line], env, fds) else {
                        return Step::Done(127);
                    };
                    self.child = Some(pid);
                    return Step::Child;
                }
                other => {
                    if let Some(error) = act_now(cx, other) {
                        cx.err(error);
                        return Step::Done(1);
                    }
                }
            }
        }
        Step::Done(self.code)
    }
}

fn act_now(cx: &mut Cx<'_>, act: Act) -> Option<String> {
    let micros = cx.micros();
    let files = cx.files_mut();
    let (path, done) = match act {
        Act::Say(text) => {
            cx.out(text);
            return None;
        }
        Act::Write(path, text, mode) => {
            let made = files.make_dir_all(vfs::parent(&path), micros);
            let written = made.and_then(|()| files.write(&path, text.into_bytes(), micros));
            let done = written.and_then(|()| files.set_mode(&path, mode));
            (path, done)
        }
        Act::Folder(path) => {
            let done = files.make_dir_all(&path, micros);
            (path, done)
        }
        Act::Remove(path) => {
            let done = if files.exists(&path) { files.remove_all(&path, micros) } else { Ok(()) };
            (path, done)
        }
        Act::Wait(_) | Act::Run(_) => return None,
    };
    done.err().map(|error| format!("{path}: {error}\n"))
}

/// These tools are part of images; a container of the cluster has what its image brings too.
fn installed_here(cx: &Cx<'_>) -> bool {
    let machine = cx.machine_id();
    machine.0.starts_with(world::DOCKER)
}

fn plan(cx: &Cx<'_>) -> Plan {
    match cx.program().as_str() {
        "npm" => npm::plan(cx),
        "npx" => npm::npx(cx),
        "pip" | "pip3" => pip::plan(cx),
        "apt" | "apt-get" => apt::plan(cx),
        "apk" => apk::plan(cx),
        "go" => go::plan(cx),
        _ => npm::bundle(cx),
    }
}

/// How long so many bytes take, in milliseconds.
pub(crate) fn load_ms(bytes: u64, per_sec: u64) -> u64 {
    bytes.saturating_mul(1_000) / per_sec
}

pub(crate) fn stand_in(path: String, size: u64, what: &str, mode: u32) -> Act {
    Act::Write(path, image::stand_in(size, what), mode)
}

/// What the real tool has and this one does not.
pub(crate) fn missing(what: &str) -> (String, i32) {
    ([what, ": real, but not part of this sandbox yet\n"].concat(), 1)
}
