//! The labels of a series, its name among them, in order.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// A byte of a text that is no UTF-8 (an escape can make one) stands as a character of the last private plane, which nobody
/// writes: this one and the byte.
const STRAY: u32 = 0x10_ff00;

/// The byte for which a character stands.
pub(crate) fn stray(c: char) -> Option<u8> {
    u32::from(c).checked_sub(STRAY).and_then(|byte| u8::try_from(byte).ok())
}

pub(crate) fn from_bytes(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().filter_map(|byte| char::from_u32(STRAY + u32::from(*byte))));
    }
    text
}

/// As Go's `strconv.Quote` writes a text.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match (stray(c), c) {
            (Some(byte), _) => out.push_str(&format!("\\x{byte:02x}")),
            (None, '\'') => out.push(c),
            (None, c) => out.extend(c.escape_debug()),
        }
    }
    out.push('"');
    out
}

/// Any text that is UTF-8 is a label's name.
pub(crate) fn is_label(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|c| stray(c).is_some())
}

/// The label that is the metric's name.
pub const NAME: &str = "__name__";

type Pair = (Arc<str>, Arc<str>);

/// Names with values, sorted by name; an empty value is no label.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Labels(Arc<Vec<Pair>>);

impl Labels {
    /// A metric with labels.
    pub fn new(name: &str, pairs: &[(&str, &str)]) -> Self {
        let mut labels = Self::default();
        labels.put(NAME, name);
        for (key, value) in pairs {
            labels.put(key, value);
        }
        labels
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }

    /// Empty where there is no such label.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(own, _)| **own == *name).map_or("", |(_, value)| value)
    }

    pub fn name(&self) -> &str {
        self.get(NAME)
    }

    pub fn put(&mut self, name: &str, value: &str) {
        let pairs = Arc::make_mut(&mut self.0);
        let at = pairs.iter().position(|(own, _)| **own >= *name).unwrap_or(pairs.len());
        let there = pairs.get(at).is_some_and(|(own, _)| **own == *name);
        match (there, value.is_empty()) {
            (true, true) => drop(pairs.remove(at)),
            (true, false) => pairs[at].1 = value.into(),
            (false, true) => {}
            (false, false) => pairs.insert(at, (name.into(), value.into())),
        }
    }

    pub fn remove(&mut self, name: &str) {
        if self.0.iter().any(|(own, _)| **own == *name) {
            Arc::make_mut(&mut self.0).retain(|(own, _)| **own != *name);
        }
    }

    /// Those that are named, or all but those and the metric's name.
    #[must_use]
    pub fn grouped(&self, names: &[String], without: bool) -> Self {
        let named = |own: &str| names.iter().any(|name| name == own);
        let keep = |own: &str| if without { own != NAME && !named(own) } else { named(own) };
        Self(Arc::new(self.0.iter().filter(|(own, _)| keep(own)).cloned().collect()))
    }
}

impl Labels {
    /// `{__name__="up", job="web"}`
    pub(crate) fn listed(&self) -> String {
        let pairs: Vec<String> = self.iter().map(|(name, value)| [name, "=", &quoted(value)].concat()).collect();
        ["{", &pairs.join(", "), "}"].concat()
    }
}

/// `up{job="web"}`
impl fmt::Display for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        let mut rest = self.iter().filter(|(name, _)| *name != NAME).peekable();
        if rest.peek().is_none() {
            return f.write_str(if self.name().is_empty() { "{}" } else { "" });
        }
        for (at, (name, value)) in rest.enumerate() {
            write!(f, "{}{name}={value:?}", if at == 0 { "{" } else { ", " })?;
        }
        f.write_str("}")
    }
}
