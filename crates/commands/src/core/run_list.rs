//! Commands that a tool starts one after the other: `xargs`, `find -exec`, `env`, `timeout`.

use order::OrdMap;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use world::{Cx, Fd, Pid};

/// Programs of a real system that are only the shell's builtins here.
const BUILT_IN: [&str; 8] = ["[", "echo", "false", "kill", "printf", "pwd", "test", "true"];

/// Starts a command as a program would be started; `None` where there is none.
pub(crate) fn start(
    cx: &mut Cx<'_>,
    argv: &[String],
    env: &Arc<OrdMap<String, String>>,
    fds: OrdMap<u8, Fd>,
) -> Option<Pid> {
    let name = argv.first()?;
    let base = vfs::base_name(name);
    let known = cx.world.programs().get(base).is_some();
    let path = name.contains('/');
    let in_bin = ["/bin/", "/usr/bin/", "/usr/local/bin/"].iter().any(|dir| name.strip_prefix(dir) == Some(base));
    if known && (!path || in_bin) {
        let mut argv = argv.to_vec();
        argv[0] = base.to_string();
        return cx.spawn(argv, env.clone(), fds);
    }
    let script = path && cx.files().stat(&cx.path(name)).is_ok_and(|stat| stat.mode & 0o111 != 0);
    if !(BUILT_IN.contains(&name.as_str()) || script) {
        return None;
    }
    let mut shell = ["bash", "-c", "\"$@\"", "bash"].map(String::from).to_vec();
    shell.extend(argv.iter().cloned());
    cx.spawn(shell, env.clone(), fds)
}

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Item {
    Out(String),
    Err(String),
    Run(Vec<String>),
}

/// Items still to do, first one last, and the child that runs.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct RunList {
    items: Vec<Item>,
    child: Option<Pid>,
    /// The exit codes of the commands that have ended.
    pub codes: Vec<i32>,
    /// A command that could not be started.
    pub missing: Option<String>,
}

/// Where a list is.
pub(crate) enum Progress {
    Waits,
    Over,
}

impl RunList {
    pub fn new(mut items: Vec<Item>) -> Self {
        items.reverse();
        Self { items, ..Self::default() }
    }

    /// Goes on; `quiet_input`: the commands read nothing.
    pub fn step(&mut self, cx: &mut Cx<'_>, env: &Arc<OrdMap<String, String>>, quiet_input: bool) -> Progress {
        if let Some(child) = self.child {
            match cx.reap(child) {
                Some(code) => self.codes.push(code),
                None => return Progress::Waits,
            }
            self.child = None;
        }
        while let Some(item) = self.items.pop() {
            match item {
                Item::Out(text) => cx.out(text),
                Item::Err(text) => cx.err(text),
                Item::Run(argv) => {
                    let mut fds = cx.fds();
                    if quiet_input {
                        fds.insert(0, Fd::Null);
                    }
                    match start(cx, &argv, env, fds) {
                        Some(pid) => {
                            self.child = Some(pid);
                            return Progress::Waits;
                        }
                        None => {
                            self.missing = argv.first().cloned();
                            return Progress::Over;
                        }
                    }
                }
            }
        }
        Progress::Over
    }

    pub fn drop_rest(&mut self) {
        self.items.clear();
    }
}
