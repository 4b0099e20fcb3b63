//! A value while an expression runs: data, a length of time, or a moment.

use crate::error::Error;
use manifest::{Value, float_text};
use sim::Time;

/// A value of an expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Term {
    Data(Value),
    /// Microseconds, negative for a moment before another.
    Span(i64),
    /// Microseconds since the Unix epoch.
    Moment(i64),
}

impl Term {
    pub(super) fn bool(on: bool) -> Self {
        Self::Data(Value::Bool(on))
    }

    pub(super) fn text_of(text: impl Into<String>) -> Self {
        Self::Data(Value::from(text.into()))
    }

    /// The kind of the value, as a message names it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Span(_) => "a duration",
            Self::Moment(_) => "a timestamp",
            Self::Data(Value::Null) => "null",
            Self::Data(Value::Bool(_)) => "a bool",
            Self::Data(Value::Int(_)) => "an int",
            Self::Data(Value::Float(_)) => "a double",
            Self::Data(Value::Str(_)) => "a string",
            Self::Data(Value::List(_)) => "a list",
            Self::Data(Value::Map(_)) => "a map",
        }
    }

    /// The bool that it is; any other value is an error.
    pub fn truth(&self, at: u32) -> Result<bool, Error> {
        match self {
            Self::Data(Value::Bool(on)) => Ok(*on),
            other => Err(Error::eval(at, format!("expected a bool, found {}", other.kind()))),
        }
    }

    /// As data: a moment becomes its RFC 3339 text, a duration its text.
    pub fn value(self) -> Value {
        match self {
            Self::Data(value) => value,
            other => Value::from(other.text()),
        }
    }

    /// As a sentence shows it.
    pub fn text(&self) -> String {
        match self {
            Self::Span(micros) => span_text(*micros),
            Self::Moment(micros) => Time::from_micros(u64::try_from(*micros).unwrap_or(0)).rfc3339(),
            Self::Data(value) => value_text(value),
        }
    }
}

fn value_text(value: &Value) -> String {
    match value {
        Value::Null => "nothing".into(),
        Value::Bool(on) => on.to_string(),
        Value::Int(n) => n.to_string(),
        Value::Float(x) => float_text(*x),
        Value::Str(text) => text.to_string(),
        Value::List(items) => items.iter().map(value_text).collect::<Vec<_>>().join(", "),
        Value::Map(map) => {
            let entries: Vec<String> = map.iter().map(|(key, value)| format!("{key}: {}", value_text(value))).collect();
            entries.join(", ")
        }
    }
}

/// `1h30m`, `45s`, `250ms`; `0s` for none.
pub fn span_text(micros: i64) -> String {
    let mut rest = micros.unsigned_abs();
    let mut text = String::new();
    if micros < 0 {
        text.push('-');
    }
    for (unit, size) in [("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000), ("ms", 1_000), ("us", 1)] {
        let count = rest / size;
        rest %= size;
        if count > 0 {
            text.push_str(&format!("{count}{unit}"));
        }
    }
    if micros == 0 { "0s".into() } else { text }
}
