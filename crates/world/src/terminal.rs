//! Terminals: what has been printed, the prompt, and the process that listens.

use crate::{Pid, StreamId};
use serde::{Deserialize, Serialize};
use sim::Log;
use std::sync::Arc;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TerminalId(pub u32);

/// One terminal. Output keeps its ANSI codes; the page turns them into classes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Terminal {
    /// Finished lines, oldest first.
    pub lines: Log<Arc<str>>,
    /// The line being printed.
    pub partial: String,
    /// Lines before this one were cleared away.
    pub first_line: usize,
    /// The shell's prompt while it waits for a line; `None` while a command runs.
    pub prompt: Option<String>,
    pub columns: u16,
    /// The file that an editor has open.
    pub editing: Option<Editing>,
    /// The text that a pager shows.
    pub paging: Option<Paging>,
    pub(crate) input: StreamId,
    pub(crate) shell: Option<Pid>,
    /// Output bytes that are not yet whole UTF-8.
    undecoded: Vec<u8>,
}

/// A file that a program wants edited. Whoever draws the terminal shows an editor for it; what is typed into the
/// terminal meanwhile goes to the program, which knows the words that end it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Editing {
    pub pid: Pid,
    /// `vi`, `nano`, `code`.
    pub program: String,
    pub path: String,
    /// The line to begin at, from 1.
    pub line: u32,
    /// The program goes on when the editor is closed; otherwise it has ended already.
    pub waits: bool,
}

/// A text that a program shows page by page. Whoever draws the terminal answers the keys that only look; `q` is typed
/// into the terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paging {
    pub pid: Pid,
    /// The file's name; empty for standard input.
    pub name: String,
    /// Which of how many files, from 1.
    pub file: (u32, u32),
    pub text: Arc<str>,
    /// `-N`, `-S`, `-i`, `-e`.
    pub numbers: bool,
    pub chop: bool,
    pub ignore_case: bool,
    pub quit_at_end: bool,
    /// What comes first: `G`, `/words`.
    pub start: String,
}

/// A line longer than this is broken.
const LINE_BYTES_MAX: usize = 16_384;

impl Terminal {
    pub(crate) fn new(input: StreamId) -> Self {
        Self {
            lines: Log::default(),
            partial: String::new(),
            first_line: 0,
            prompt: None,
            columns: 120,
            editing: None,
            paging: None,
            input,
            shell: None,
            undecoded: Vec::new(),
        }
    }

    /// Whether its shell has ended: nobody listens any more.
    pub fn is_over(&self) -> bool {
        self.shell.is_none()
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) {
        self.undecoded.extend_from_slice(bytes);
        let whole = match std::str::from_utf8(&self.undecoded) {
            Ok(_) => self.undecoded.len(),
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(_) => self.undecoded.len(),
        };
        let rest = self.undecoded.split_off(whole);
        let text = String::from_utf8_lossy(&self.undecoded).into_owned();
        self.undecoded = rest;
        self.write_text(&text);
    }

    fn write_text(&mut self, text: &str) {
        let mut rest = text;
        while let Some(at) = rest.find(['\n', '\r', '\x1b']) {
            self.partial.push_str(&rest[..at]);
            let tail = &rest[at..];
            if let Some(after) = tail.strip_prefix("\x1b[H\x1b[2J") {
                self.clear();
                rest = after.strip_prefix("\x1b[3J").unwrap_or(after);
            } else if let Some(after) = tail.strip_prefix('\n').or_else(|| tail.strip_prefix("\r\n")) {
                self.end_line();
                rest = after;
            } else if let Some(after) = tail.strip_prefix('\r') {
                self.partial.clear();
                rest = after;
            } else {
                self.partial.push('\x1b');
                rest = &tail[1..];
            }
        }
        self.partial.push_str(rest);
        if self.partial.len() > LINE_BYTES_MAX {
            self.end_line();
        }
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.partial);
        self.lines.push(line.into());
    }

    fn clear(&mut self) {
        self.partial.clear();
        self.first_line = self.lines.len();
    }

    /// The text that a person sees, without ANSI codes.
    pub fn plain_text(&self) -> String {
        let mut out = String::new();
        for line in self.lines.since(self.first_line) {
            out.push_str(&strip_ansi(line));
            out.push('\n');
        }
        out.push_str(&strip_ansi(&self.partial));
        out
    }
}

/// Removes `ESC [ … letter` sequences.
pub fn strip_ansi(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\x1b' {
            out.push(c);
        } else if chars.next() == Some('[') {
            for c in chars.by_ref() {
                if c.is_ascii_alphabetic() {
                    break;
                }
            }
        }
    }
    out
}
