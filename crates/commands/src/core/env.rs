//! `env`: prints the environment, or runs a command in a changed one. And `timeout`.

use super::run_list::start;
use order::OrdMap;
use serde::{Deserialize, Serialize};
use sim::Time;
use std::sync::Arc;
use std::time::Duration;
use world::{Behaviour, Cx, Pid, Step};

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Env {
    child: Option<Pid>,
}

impl From<Vec<String>> for Env {
    fn from(_: Vec<String>) -> Self {
        Self::default()
    }
}

const HINT: &str = "Try 'env --help' for more information.\n";

impl Env {
    fn begin(&mut self, cx: &mut Cx<'_>) -> Step {
        let mut env: OrdMap<String, String> = (*cx.env_all()).clone();
        let args = cx.args();
        let mut args = args.iter().peekable();
        let mut end = "\n";
        while let Some(arg) = args.next_if(|arg| arg.starts_with('-')) {
            match arg.as_str() {
                "-i" | "-" | "--ignore-environment" => env.clear(),
                "-0" | "--null" => end = "\0",
                "-S" => {}
                "--" => break,
                "--help" => {
                    cx.out("Usage: env [OPTION]... [-] [NAME=VALUE]... [COMMAND [ARG]...]\nRun COMMAND in a changed environment.\n");
                    return Step::Done(0);
                }
                "-u" | "--unset" => match args.next() {
                    Some(name) => {
                        env.remove(name);
                    }
                    None => {
                        cx.err(format!("env: option requires an argument -- 'u'\n{HINT}"));
                        return Step::Done(125);
                    }
                },
                "-C" | "--chdir" => match args.next().map(|dir| (dir, cx.path(dir))) {
                    Some((_, path)) if cx.files().is_dir(&path) => cx.set_cwd(path),
                    other => {
                        let shown = other.map_or(String::new(), |(dir, _)| dir.clone());
                        cx.err(format!("env: cannot change directory to '{shown}': No such file or directory\n"));
                        return Step::Done(125);
                    }
                },
                other if other.starts_with("-u") => {
                    env.remove(&other[2..]);
                }
                other => {
                    let what = match other.strip_prefix("--") {
                        Some(_) => format!("unrecognized option '{other}'"),
                        None => format!("invalid option -- '{}'", other.chars().nth(1).unwrap_or('-')),
                    };
                    cx.err(format!("env: {what}\n{HINT}"));
                    return Step::Done(125);
                }
            }
        }
        while let Some(arg) = args.next_if(|arg| arg.contains('=')) {
            let (name, value) = arg.split_once('=').unwrap_or((arg, ""));
            env.insert(name.into(), value.into());
        }
        let command: Vec<String> = args.cloned().collect();
        if command.is_empty() {
            let text: String = env.iter().map(|(name, value)| format!("{name}={value}{end}")).collect();
            cx.out(text);
            return Step::Done(0);
        }
        let fds = cx.fds();
        self.child = start(cx, &command, &Arc::new(env), fds);
        if self.child.is_none() {
            cx.err(format!("env: {}: No such file or directory\n", super::input::shown_always(&command[0])));
            return Step::Done(127);
        }
        Step::Child
    }
}

impl Behaviour for Env {
    const PROGRAM: &'static str = "env";

    fn step(&mut self, cx: &mut Cx<'_>) -> Step {
        match self.child {
            None => self.begin(cx),
            Some(child) => cx.reap(child).map_or(Step::Child, Step::Done),
        }
    }
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Timeout {
    child: Option<Pid>,
    end: Time,
    code: i32,
    preserve: bool,
}

impl From<Vec<String>> for Timeout {
    fn from(_: Vec<String>) -> Self {
        Self::default()
    }
}

/// `5`, `1.5m`, `2h`, `1d` in seconds.
pub(super) fn seconds(text: &str) -> Option<f64> {
    let (number, unit) = match text.chars().last()? {
        's' => (&text[..text.len() - 1], 1.0),
        'm' => (&text[..text.len() - 1], 60.0),
        'h' => (&text[..text.len() - 1], 3_600.0),
        'd' => (&text[..text.len() - 1], 86_400.0),
        _ => (text, 1.0),
    };
    manifest::float_of(number).filter(|n| *n >= 0.0 && n.is_finite()).map(|n| n * unit)
}

impl Timeout {
    fn begin(&mut self, cx: &mut Cx<'_>) -> Step {
        const HINT: &str = "Try 'timeout --help' for more information.\n";
        let all = cx.args();
        let mut args = all.iter().peekable();
        self.code = 143;
        while let Some(arg) = args.next_if(|arg| arg.starts_with('-')) {
            match arg.as_str() {
                "-k" | "--kill-after" => {
                    args.next();
                }
                "-s" | "--signal" => {
                    if args.next().is_some_and(|name| matches!(name.as_str(), "KILL" | "9" | "SIGKILL")) {
                        self.code = 137;
                    }
                }
                "--preserve-status" => self.preserve = true,
                "--foreground" | "-v" | "--verbose" => {}
                "-9" | "-KILL" => self.code = 137,
                other => {
                    cx.err(format!("timeout: option '{other}' is real timeout, but not part of this sandbox yet\n"));
                    return Step::Done(125);
                }
            }
        }
        let Some(text) = args.next() else {
            cx.err(format!("timeout: missing operand\n{HINT}"));
            return Step::Done(125);
        };
        let command: Vec<String> = args.cloned().collect();
        let Some(secs) = seconds(text) else {
            cx.err(format!("timeout: invalid time interval ‘{text}’\n{HINT}"));
            return Step::Done(125);
        };
        if command.is_empty() {
            cx.err(format!("timeout: missing operand\n{HINT}"));
            return Step::Done(125);
        }
        let (env, fds) = (cx.env_all(), cx.fds());
        self.child = start(cx, &command, &env, fds);
        if self.child.is_none() {
            cx.err(format!("timeout: failed to run command ‘{}’: No such file or directory\n", command[0]));
            return Step::Done(127);
        }
        // A limit of zero is none.
        self.end = if secs == 0.0 { Time::MAX } else { cx.now() + Duration::from_secs_f64(secs.min(1e9)) };
        self.watch()
    }

    /// Looks again soon: a child that ends wakes nobody who waits for a time.
    fn watch(&self) -> Step {
        if self.end == Time::MAX { Step::Child } else { Step::Again }
    }
}

impl Behaviour for Timeout {
    const PROGRAM: &'static str = "timeout";

    fn step(&mut self, cx: &mut Cx<'_>) -> Step {
        let Some(child) = self.child else { return self.begin(cx) };
        if let Some(code) = cx.reap(child) {
            return Step::Done(code);
        }
        if cx.now() < self.end {
            // The wait may be long: no more than a thousand looks.
            let left = self.end.since(cx.now());
            return Step::Until(cx.now() + (left / 1000).max(Duration::from_millis(2)).min(left));
        }
        cx.world.kill(child, self.code);
        cx.reap(child);
        let killed = self.code == 137;
        Step::Done(if self.preserve || killed { self.code } else { 124 })
    }
}
