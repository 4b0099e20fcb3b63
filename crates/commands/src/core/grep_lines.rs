//! What `grep` prints: lines that match, and those around them.

use super::grep::Job;
use regex_lite::Regex;
use serde::{Deserialize, Serialize};
use world::Cx;

/// How many lines around a match are shown.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Context {
    pub before: u64,
    pub after: u64,
}

/// Where it is in an input.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Lines {
    /// Lines that matched.
    pub hits: u64,
    /// Lines still to be shown behind the last match.
    pub after: u64,
    /// Lines read.
    line: u64,
    /// The last lines that were not shown, the newest last.
    before: Vec<String>,
    /// The last line that was shown; 0 for none.
    shown: u64,
    /// Whether something was shown, of any input.
    any: bool,
}

impl Lines {
    pub(super) fn next_input(&mut self) {
        *self = Self { any: self.any, ..Self::default() };
    }

    /// Shows a line, if it is to be shown.
    pub(super) fn print(&mut self, text: String, hit: bool, name: &str, job: &Job, regex: &Regex, cx: &mut Cx<'_>) {
        self.line += 1;
        if hit {
            let waiting = std::mem::take(&mut self.before);
            let first = self.line - waiting.len() as u64;
            if job.context.is_some() && self.any && (self.shown == 0 || self.shown + 1 < first) {
                cx.out("--\n");
            }
            for (number, line) in (first..).zip(waiting) {
                other(number, &line, name, job, cx);
            }
            self.hit(&text, name, job, regex, cx);
            self.after = job.context.map_or(0, |context| context.after);
            (self.shown, self.any) = (self.line, true);
        } else if self.after > 0 {
            self.after -= 1;
            self.shown = self.line;
            other(self.line, &text, name, job, cx);
        } else if let Some(Context { before: keep @ 1.., .. }) = job.context {
            self.before.push(text);
            if self.before.len() as u64 > keep {
                self.before.remove(0);
            }
        }
    }

    fn hit(&self, text: &str, name: &str, job: &Job, regex: &Regex, cx: &mut Cx<'_>) {
        let prefix = prefix(self.line, ':', name, job);
        if job.only {
            if !job.invert {
                let found = regex.find_iter(text).filter(|found| !found.is_empty());
                let found: String = found.map(|found| format!("{prefix}{}\n", found.as_str())).collect();
                cx.out(found);
            }
        } else if cx.stdout_is_terminal() && !job.invert {
            let marked = regex.replace_all(text, "\x1b[1;31m$0\x1b[0m");
            cx.out(format!("{prefix}{marked}\n"));
        } else {
            cx.out(format!("{prefix}{text}\n"));
        }
    }
}

/// A line beside a match.
fn other(number: u64, text: &str, name: &str, job: &Job, cx: &mut Cx<'_>) {
    if !job.only {
        cx.out(format!("{}{text}\n", prefix(number, '-', name, job)));
    }
}

fn prefix(number: u64, mark: char, name: &str, job: &Job) -> String {
    let mut prefix = String::new();
    if job.names {
        prefix.push_str(if name == "-" { "(standard input)" } else { name });
        prefix.push(mark);
    }
    if job.numbers {
        prefix.push_str(&number.to_string());
        prefix.push(mark);
    }
    prefix
}
