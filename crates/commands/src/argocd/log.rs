//! Errors as the real command logs them (logrus): JSON by default since 3.0, or text.

use manifest::{JsonStyle, object};
use serde::{Deserialize, Serialize};
use sim::Time;
use world::{Cx, Fd};

/// What ends a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fatal {
    pub code: i32,
    pub message: String,
    /// Ours, below the real one's words; empty where there is none.
    pub hint: String,
}

impl Fatal {
    /// As `errors.CheckError` ends it: exit code 20.
    pub fn check(message: impl Into<String>) -> Self {
        Self { code: 20, message: message.into(), hint: String::new() }
    }

    /// As `log.Fatal` ends it: exit code 1.
    pub fn log(message: impl Into<String>) -> Self {
        Self { code: 1, message: message.into(), hint: String::new() }
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }
}

/// How errors are written, and since when seconds are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Style {
    text: bool,
    started: Time,
}

impl Style {
    pub fn new(started: Time) -> Self {
        Self { text: false, started }
    }

    /// `--logformat`.
    pub fn choose(&mut self, name: Option<&str>) -> Result<(), Fatal> {
        match name.map(str::to_lowercase).as_deref() {
            None | Some("json" | "") => self.text = false,
            Some("text") => self.text = true,
            Some(_) => {
                self.text = true;
                return Err(Fatal::log(format!("Unknown log format '{}'", name.unwrap_or_default())));
            }
        }
        Ok(())
    }

    pub fn print(self, cx: &mut Cx<'_>, fatal: &Fatal) {
        self.tell(cx, "fatal", &fatal.message);
        if !fatal.hint.is_empty() {
            cx.err(format!("hint: {}\n", fatal.hint));
        }
    }

    /// One line of the log.
    pub fn tell(self, cx: &mut Cx<'_>, level: &str, message: &str) {
        let now = cx.now();
        let line = match (self.text, matches!(cx.fd(2), Fd::Terminal(_))) {
            (false, _) => {
                let entry = object! { "level" => level, "msg" => message, "time" => now.rfc3339() };
                entry.to_json_with(JsonStyle { indent: None, escape_html: true })
            }
            (true, true) => {
                let secs = now.since(self.started).as_secs();
                let word = level.get(..4).unwrap_or(level).to_uppercase();
                format!("\x1b[31m{word}\x1b[0m[{secs:04}] {message:<44} ")
            }
            (true, false) => format!("time=\"{now}\" level={level} msg={}", quoted(message)),
        };
        cx.err(format!("{line}\n"));
    }
}

/// logrus quotes what is more than one plain word.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._/@^+".contains(c);
    if !text.is_empty() && text.chars().all(plain) { text.to_string() } else { format!("{text:?}") }
}
