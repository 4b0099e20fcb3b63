//! What stopped a build, in Kustomize's words.

use std::fmt;

/// The text behind `error: `. Kustomize's own errors are texts that wrap texts, and callers look into them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure(pub String);

pub(crate) type Done<T> = Result<T, Failure>;

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

impl Failure {
    /// With what was being done in front.
    pub fn within(self, what: &str) -> Self {
        Self([what, ": ", &self.0].concat())
    }
}

/// A failure from the parts of its sentence.
pub(crate) fn failed<T>(parts: &[&str]) -> Done<T> {
    Err(Failure(parts.concat()))
}

/// What Kustomize has and this sandbox has not.
pub(crate) fn not_here<T>(what: &str) -> Done<T> {
    failed(&[what, " is real, but not part of this sandbox yet"])
}

/// As Go's `%q`.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
