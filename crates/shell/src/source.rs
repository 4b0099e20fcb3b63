//! Where commands come from: a script, a text, or a person's lines; and what is wrong with them.

use crate::bang::Line;
use crate::parse::{Unit, unit_and_starts};
use crate::state::Bash;
use std::sync::Arc;
use world::{Cx, Read, Step};

impl Bash {
    /// The next command of the source; with a prompt where a person types it.
    pub(crate) fn next_unit(&mut self, cx: &mut Cx<'_>) -> Step {
        if let Some(code) = self.ending {
            return Step::Done(code);
        }
        let mut in_document = false;
        match self.read_unit() {
            Unit::Command { code, next, lines } => {
                self.echo_source(next, cx);
                if self.interactive {
                    self.typed_unit = self.source[..next].trim().trim_end_matches(';').trim_end().to_owned();
                }
                self.source.drain(..next);
                self.line = self.source_line;
                self.source_line += lines;
                if !self.options.noexec || self.interactive {
                    self.push_frame(Arc::new(code));
                }
                return Step::Again;
            }
            Unit::Nothing => {
                self.source_line += u32::try_from(self.source.matches('\n').count()).unwrap_or(0);
                self.source.clear();
            }
            Unit::Incomplete(what) => {
                in_document = what.starts_with("here-document");
                if !self.reads_input {
                    if self.end_here_document(cx, &what) {
                        return Step::Again;
                    }
                    return self.syntax_error(cx, &what, None);
                }
            }
            Unit::Error(message, line) => return self.syntax_error(cx, &message, Some(line)),
        }
        if !self.reads_input {
            self.exiting = Some(self.status);
            return Step::Again;
        }
        if self.interactive {
            let prompt = if self.source.is_empty() { self.prompt(cx) } else { "> ".into() };
            self.reap_jobs(cx);
            cx.show_prompt(Some(prompt));
        }
        match cx.read_line() {
            Read::Line(line) => {
                cx.show_prompt(None);
                let line = String::from_utf8_lossy(&line).into_owned();
                let Some(line) = self.typed(line, in_document, cx) else { return Step::Again };
                if self.interactive && self.source.is_empty() {
                    self.source_line = 1;
                }
                self.source.push_str(&line);
                Step::Again
            }
            Read::Wait => Step::Stdin,
            Read::End if self.interactive => {
                cx.show_prompt(None);
                cx.err("exit\n");
                if !self.stays_for_jobs(cx) {
                    self.exiting = Some(self.status);
                }
                Step::Again
            }
            Read::End => {
                self.reads_input = false;
                Step::Again
            }
        }
    }

    /// A line as it is run and kept, its history expanded; `None` where nothing is to be run. The lines of a here-document
    /// stay as they are.
    fn typed(&mut self, line: String, in_document: bool, cx: &mut Cx<'_>) -> Option<String> {
        if !self.interactive {
            return Some(line);
        }
        let line = match if in_document { Line::Same } else { self.bang(&line) } {
            Line::Same => line,
            Line::Changed(text, shown) => {
                cx.err(format!("{}\n", text.trim_end_matches('\n')));
                if shown {
                    self.remember(text.trim_end());
                    return None;
                }
                text
            }
            Line::Wrong(message) => {
                self.complain(cx, &message);
                return None;
            }
        };
        if !line.trim().is_empty() {
            self.remember(line.trim_end());
        }
        Some(line)
    }

    /// The first command, its aliases replaced in the source.
    fn read_unit(&mut self) -> Unit {
        let (mut at, mut used): (usize, Vec<String>) = (0, Vec::new());
        for _ in 0..64 {
            let (unit, starts) = unit_and_starts(&self.source, self.source_line, self.options.extglob);
            if self.aliases.is_empty() || !self.options.expand_aliases {
                return unit;
            }
            let found = starts.into_iter().filter(|start| *start >= at).find_map(|start| {
                let rest = &self.source[start..];
                let end = rest.find(|c: char| c.is_whitespace() || ";&|()<>'\"$`\\".contains(c)).unwrap_or(rest.len());
                let fresh = start > at || !used.iter().any(|name| name == &rest[..end]);
                let text = self.aliases.get(&rest[..end]).filter(|_| fresh)?;
                Some((start, rest[..end].to_string(), text.clone()))
            });
            let Some((start, name, text)) = found else { return unit };
            if start > at {
                used.clear();
            }
            at = start;
            self.source.replace_range(start..start + name.len(), &text);
            used.push(name);
        }
        Unit::Error("aliases are nested too deeply".into(), self.source_line)
    }

    /// `set -v`.
    fn echo_source(&self, next: usize, cx: &mut Cx<'_>) {
        if self.options.verbose {
            let text = &self.source[..next];
            let end = if text.ends_with('\n') { "" } else { "\n" };
            cx.err(format!("{text}{end}"));
        }
    }

    /// Here bash names `-c` and shows the line, as in no other error. `line`: where it is; `None` for the end of the text.
    fn syntax_error(&mut self, cx: &mut Cx<'_>, message: &str, line: Option<u32>) -> Step {
        let lines = u32::try_from(self.source.matches('\n').count()).unwrap_or(0);
        let whole_lines = self.source.is_empty() || self.source.ends_with('\n');
        let first = self.source_line;
        self.line = line.unwrap_or(first);
        if line.is_none() && (message.starts_with("syntax error") || message.ends_with("matching `)'")) {
            self.line += lines + u32::from(!whole_lines);
        }
        // A condition that is none ends the script without a status.
        let in_condition = message.contains("conditional") && !message.contains("newline");
        self.status = if in_condition || message.is_empty() { 0 } else { 2 };
        if self.interactive {
            self.complain(cx, message);
            self.source.clear();
            return Step::Again;
        }
        let given = if self.text_given { " -c:" } else { "" };
        let prefix = format!("{}:{given} line {}", self.name, self.line);
        let near = self.source.lines().nth((self.line - first) as usize).unwrap_or_default().to_string();
        if !message.is_empty() {
            cx.err(format!("{prefix}: {message}\n"));
        }
        if message.contains("near unexpected token") {
            cx.err(format!("{prefix}: `{near}'\n"));
        }
        self.source.clear();
        self.exiting = Some(self.status);
        Step::Again
    }
}
