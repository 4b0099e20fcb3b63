//! `watch`: runs a command again and again, and shows its output in place of the one before.

use super::run_list::start;
use crate::getopt::{Tool, flag, missing, parse, value};
use order::OrdMap;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use world::{Behaviour, Cx, Fd, Pid, Step, StreamId};

pub(super) const TOOL: Tool = Tool {
    name: "watch",
    usage: "[options] command",
    summary: "Run a command again and again, until Ctrl-C.",
    options: &[
        value('n', "interval", "SECS", "seconds between two runs (default 2)"),
        value('d', "differences", "[HOW]", "highlight what has changed"),
        flag('t', "no-title", "no title"),
        flag('e', "errexit", "end if the command fails"),
        flag('g', "chgexit", "end when its output changes"),
        flag('x', "exec", "start the command without a shell"),
        flag('c', "color", "keep colors"),
        missing('b', "beep"),
        missing('p', "precise"),
        missing('q', "equexit"),
        missing('w', "no-wrap"),
    ],
    trouble: 1,
};

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Watch {
    command: Vec<String>,
    interval: Duration,
    differences: bool,
    title: bool,
    on_error: bool,
    on_change: bool,
    exec: bool,
    color: bool,
    child: Option<(Pid, StreamId)>,
    before: Option<String>,
}

impl From<Vec<String>> for Watch {
    fn from(_: Vec<String>) -> Self {
        Self::default()
    }
}

impl Behaviour for Watch {
    const PROGRAM: &'static str = "watch";

    fn step(&mut self, cx: &mut Cx<'_>) -> Step {
        if self.command.is_empty()
            && let Err(code) = self.begin(cx)
        {
            return Step::Done(code);
        }
        let Some((child, stream)) = self.child else { return self.start(cx) };
        let Some(code) = cx.reap(child) else { return Step::Child };
        self.child = None;
        let bytes = cx.world.take_capture(stream);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let text = if self.color { text } else { world::strip_ansi(&text) };
        if self.on_change && self.before.as_ref().is_some_and(|before| *before != text) {
            return Step::Done(0);
        }
        self.draw(&text, cx);
        self.before = Some(text);
        if self.on_error && code != 0 {
            return Step::Done(code);
        }
        Step::Pace(cx.now() + self.interval)
    }
}

impl Watch {
    fn begin(&mut self, cx: &mut Cx<'_>) -> Result<(), i32> {
        // Options end at the command: its own are not ours.
        let args = cx.args();
        let mut own = Vec::new();
        let mut rest = args.iter().peekable();
        while let Some(arg) = rest.next_if(|arg| arg.starts_with('-') && arg.len() > 1) {
            own.push(arg.clone());
            if arg == "--" {
                break;
            }
            if matches!(arg.as_str(), "-n" | "--interval") || (!arg.starts_with("--") && arg.ends_with('n')) {
                own.extend(rest.next().cloned());
            }
        }
        self.command = rest.cloned().collect();
        cx.set_args(own);
        let given = parse(cx, &TOOL)?;
        let text = given.value("n").unwrap_or("2").replace(',', ".");
        let Some(secs) = manifest::float_of(&text).filter(|secs| secs.is_finite()) else {
            cx.err(format!("watch: failed to parse argument: '{text}'\n"));
            return Err(1);
        };
        if self.command.is_empty() {
            cx.err(format!("Usage:\n {} {}\n", TOOL.name, TOOL.usage));
            return Err(1);
        }
        if cx.columns().is_none() {
            cx.err("Error opening terminal: unknown.\n");
            return Err(1);
        }
        self.interval = Duration::from_secs_f64(secs.clamp(0.1, 2_678_400.0));
        self.differences = given.has("d");
        self.title = !given.has("t");
        self.on_error = given.has("e");
        self.on_change = given.has("g");
        self.exec = given.has("x");
        self.color = given.has("c");
        Ok(())
    }

    fn start(&mut self, cx: &mut Cx<'_>) -> Step {
        let stream = cx.world.new_capture();
        let fds = OrdMap::from([(0, Fd::Null), (1, Fd::Stream(stream)), (2, Fd::Stream(stream))]);
        let shell = ["bash".to_string(), "-c".into(), self.command.join(" ")];
        let command = if self.exec { self.command.as_slice() } else { &shell };
        let env = cx.env_all();
        let Some(child) = start(cx, command, &env, fds) else {
            cx.world.take_capture(stream);
            cx.err(format!("watch: unable to execute '{}': No such file or directory\n", self.command[0]));
            return Step::Done(1);
        };
        self.child = Some((child, stream));
        Step::Child
    }

    /// Clears the terminal and shows the output.
    fn draw(&self, text: &str, cx: &mut Cx<'_>) {
        let mut out = String::from("\x1b[H\x1b[2J");
        if self.title {
            let secs = self.interval.as_millis();
            let left = format!("Every {}.{}s: {}", secs / 1000, secs % 1000 / 100, self.command.join(" "));
            let now = shell::clock::strftime("%a %b %e %H:%M:%S %Y", cx.now());
            let right = format!("{}: {now}", cx.machine().hostname);
            let columns = cx.columns().unwrap_or(80);
            let room = columns.saturating_sub(right.chars().count() + 1);
            let left: String = left.chars().take(room).collect();
            let gap = columns.saturating_sub(left.chars().count() + right.chars().count());
            out.push_str(&left);
            out.extend(std::iter::repeat_n(' ', gap));
            out.push_str(&right);
            out.push_str("\n\n");
        }
        match self.before.as_ref().filter(|_| self.differences) {
            Some(before) => changed(before, text, &mut out),
            None => out.push_str(text),
        }
        cx.out(out);
    }
}

/// The text, with the characters inverted that differ from those in the same places before.
fn changed(before: &str, text: &str, out: &mut String) {
    let mut old = before.lines();
    for line in text.lines() {
        let mut was = old.next().unwrap_or("").chars();
        let mut inverted = false;
        for c in line.chars() {
            let differs = was.next() != Some(c);
            if differs != inverted {
                out.push_str(if differs { "\x1b[7m" } else { "\x1b[27m" });
                inverted = differs;
            }
            out.push(c);
        }
        if inverted {
            out.push_str("\x1b[27m");
        }
        out.push('\n');
    }
}
