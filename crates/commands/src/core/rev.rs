//! `rev`, line by line as it comes. The words are those of util-linux 2.38, and so is it that `-` is a file's name.

use crate::getopt::{Tool, flag, missing, parse};
use serde::{Deserialize, Serialize};
use world::{Behaviour, Cx, Read, Step};

pub(super) const TOOL: Tool = Tool {
    name: "rev",
    usage: "[OPTION]... [FILE]...",
    summary: "Print each line with its characters in reverse order; standard input without FILE.",
    options: &[flag('h', "help", "print this help"), missing('0', "zero"), missing('V', "version")],
    trouble: 1,
};

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Rev {
    started: bool,
    /// Lines of standard input that were printed.
    lines: u64,
}

impl From<Vec<String>> for Rev {
    fn from(_: Vec<String>) -> Self {
        Self::default()
    }
}

impl Behaviour for Rev {
    const PROGRAM: &'static str = "rev";

    fn step(&mut self, cx: &mut Cx<'_>) -> Step {
        if !self.started {
            self.started = true;
            match parse(cx, &TOOL) {
                Ok(given) if given.operands.is_empty() => {}
                Ok(given) => return Step::Done(files(cx, &given.operands)),
                Err(code) => return Step::Done(code),
            }
        }
        loop {
            match cx.read_line() {
                Read::Line(line) if print(cx, "stdin", self.lines, &line) => self.lines += 1,
                Read::Line(_) => return Step::Done(1),
                Read::Wait => return Step::Stdin,
                Read::End => return Step::Done(0),
            }
        }
    }
}

fn files(cx: &mut Cx<'_>, names: &[String]) -> i32 {
    let mut code = 0;
    for name in names {
        let path = cx.path(name);
        match cx.files().read(&path).map(std::borrow::Cow::into_owned) {
            Ok(bytes) => {
                let all = (0..).zip(super::input::lines(&bytes)).all(|(before, line)| print(cx, name, before, line));
                code = if all { code } else { 1 };
            }
            Err(error) => {
                // Real rev opens a folder, and fails when it reads the first line.
                let what = if cx.files().is_dir(&path) { format!("{name}: 0") } else { format!("cannot open {name}") };
                cx.err(format!("rev: {what}: {error}\n"));
                code = 1;
            }
        }
    }
    code
}

/// Prints a line in reverse; false, with real rev's complaint, where it is no text: it then leaves the input.
// Unlike rev: a NUL is a character as any other, and half a character ends no file in silence.
fn print(cx: &mut Cx<'_>, name: &str, before: u64, line: &[u8]) -> bool {
    let body = line.strip_suffix(b"\n").unwrap_or(line);
    let Ok(text) = std::str::from_utf8(body) else {
        cx.err(format!("rev: {name}: {before}: Invalid or incomplete multibyte or wide character\n"));
        return false;
    };
    let mut reversed: String = text.chars().rev().collect();
    if body.len() < line.len() {
        reversed.push('\n');
    }
    cx.out(reversed);
    true
}
