//! `cat`: files or standard input, line by line as it comes.

use crate::getopt::{Tool, flag, parse};
use serde::{Deserialize, Serialize};
use world::{Behaviour, Cx, Read, Step};

pub(super) const TOOL: Tool = Tool {
    name: "cat",
    usage: "[OPTION]... [FILE]...",
    summary: "Print files one after the other; standard input without FILE or for -.",
    options: &[
        flag('n', "number", "number all lines"),
        flag('b', "number-nonblank", "number lines that are not empty"),
        flag('E', "show-ends", "show $ at the end of each line"),
        flag('s', "squeeze-blank", "no repeated empty lines"),
        flag('T', "show-tabs", "show tabs as ^I"),
        flag('v', "show-nonprinting", "show other characters that cannot be printed as ^X and M-x"),
        flag('A', "show-all", "the same as -vET"),
        flag('e', "", "the same as -vE"),
        flag('t', "", "the same as -vT"),
        flag('u', "", "nothing: output is never held back"),
    ],
    trouble: 1,
};

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Cat {
    started: bool,
    /// Files to come, next one last.
    files: Vec<String>,
    number: bool,
    number_text: bool,
    ends: bool,
    tabs: bool,
    unprintable: bool,
    squeeze: bool,
    count: u64,
    blank: bool,
    fresh: bool,
    code: i32,
}

impl From<Vec<String>> for Cat {
    fn from(_: Vec<String>) -> Self {
        Self { fresh: true, ..Self::default() }
    }
}

impl Behaviour for Cat {
    const PROGRAM: &'static str = "cat";

    fn step(&mut self, cx: &mut Cx<'_>) -> Step {
        if !self.started {
            self.started = true;
            let given = match parse(cx, &TOOL) {
                Ok(given) => given,
                Err(code) => return Step::Done(code),
            };
            self.number = given.has("n");
            self.number_text = given.has("b");
            let any = |names: &[&str]| names.iter().any(|name| given.has(name));
            self.ends = any(&["E", "A", "e"]);
            self.tabs = any(&["T", "A", "t"]);
            self.unprintable = any(&["v", "A", "e", "t"]);
            self.squeeze = given.has("s");
            self.files = if given.operands.is_empty() { vec!["-".into()] } else { given.operands };
            self.files.reverse();
        }
        while let Some(name) = self.files.last().cloned() {
            if name == "-" {
                match cx.read_line() {
                    Read::Line(line) => self.print(&line, cx),
                    Read::Wait => return Step::Stdin,
                    Read::End => {
                        self.files.pop();
                    }
                }
                continue;
            }
            self.files.pop();
            let path = cx.path(&name);
            match cx.files().read(&path).map(std::borrow::Cow::into_owned) {
                Ok(bytes) => {
                    for line in super::input::lines(&bytes) {
                        self.print(line, cx);
                    }
                }
                Err(error) => {
                    cx.err(format!("cat: {}: {error}\n", super::input::shown(&name)));
                    self.code = 1;
                }
            }
        }
        Step::Done(self.code)
    }
}

impl Cat {
    fn print(&mut self, line: &[u8], cx: &mut Cx<'_>) {
        let blank = line == b"\n";
        if self.squeeze && blank && self.blank {
            return;
        }
        self.blank = blank;
        let mut out = Vec::new();
        let numbered = if self.number_text { !blank } else { self.number };
        if numbered && self.fresh {
            self.count += 1;
            out.extend(format!("{:6}\t", self.count).bytes());
        }
        self.fresh = line.ends_with(b"\n");
        let body = line.strip_suffix(b"\n").unwrap_or(line);
        for byte in body {
            match byte {
                b'\t' if self.tabs => out.extend(b"^I"),
                b'\t' => out.push(b'\t'),
                byte if self.unprintable => show(*byte, &mut out),
                byte => out.push(*byte),
            }
        }
        if self.fresh {
            out.extend(if self.ends { &b"$\n"[..] } else { b"\n" });
        }
        cx.out(out);
    }
}

/// A byte as `-v` shows it.
fn show(byte: u8, out: &mut Vec<u8>) {
    if byte >= 128 {
        out.extend(b"M-");
    }
    match byte & 127 {
        127 => out.extend(b"^?"),
        low @ 0..32 => out.extend([b'^', low + 64]),
        low => out.push(low),
    }
}
