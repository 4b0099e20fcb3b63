//! Awk's values: numbers, texts, and texts from input that look like numbers.

use order::{Arrange, OrdMap};
use shell::format;

#[derive(Debug, Clone, PartialEq, Default)]
pub(super) enum Value {
    #[default]
    Nothing,
    Number(f64),
    Text(String),
    /// From input: compared as a number if it looks like one.
    Input(String),
}

/// As numbers are printed: whole ones without a point.
pub(super) fn number_text(number: f64, format: &str) -> String {
    if number.fract() == 0.0 && number.abs() < 1e16 {
        #[expect(clippy::cast_possible_truncation, reason = "whole and small enough")]
        return (number as i64).to_string();
    }
    let chars: Vec<char> = format.trim_start_matches('%').chars().collect();
    let (spec, _) = format::read(&chars, &mut || 0);
    spec.float(number)
}

/// The number that a text begins with, and whether it is all of it.
pub(super) fn leading(text: &str) -> (f64, bool) {
    let trimmed = text.trim();
    let bytes = trimmed.as_bytes();
    let digits = |from: usize| from + bytes[from.min(bytes.len())..].iter().take_while(|b| b.is_ascii_digit()).count();
    let start = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let mut end = digits(start);
    let mut any = end > start;
    if bytes.get(end) == Some(&b'.') {
        let after = digits(end + 1);
        any |= after > end + 1;
        end = after;
    }
    if !any {
        return (0.0, false);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let after = digits(end + 1 + sign);
        if after > end + 1 + sign {
            end = after;
        }
    }
    let body = trimmed[..end].trim_start_matches('+');
    let body = body.strip_suffix('.').unwrap_or(body);
    let number = manifest::float_of(body).or_else(|| manifest::float_of(&body.replacen('.', "0.", 1))).unwrap_or(0.0);
    (number, end == trimmed.len())
}

impl Value {
    pub fn number(&self) -> f64 {
        match self {
            Self::Nothing => 0.0,
            Self::Number(number) => *number,
            Self::Text(text) | Self::Input(text) => leading(text).0,
        }
    }

    pub fn text(&self, format: &str) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Number(number) => number_text(*number, format),
            Self::Text(text) | Self::Input(text) => text.clone(),
        }
    }

    pub fn holds(&self) -> bool {
        match self {
            Self::Nothing => false,
            Self::Number(number) => *number != 0.0,
            Self::Text(text) => !text.is_empty(),
            Self::Input(text) => match leading(text) {
                (number, true) => number != 0.0,
                _ => !text.is_empty(),
            },
        }
    }

    /// As a number, where it is compared as one.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Nothing => Some(0.0),
            Self::Number(number) => Some(*number),
            Self::Text(_) => None,
            Self::Input(text) => Some(leading(text)).filter(|(_, whole)| *whole).map(|(number, _)| number),
        }
    }
}

/// An array that remembers in which order its items came.
#[derive(Debug, Clone, Default)]
pub(super) struct Array {
    items: OrdMap<String, (u64, Value)>,
    next: u64,
}

impl Array {
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.items.get(key).map(|(_, value)| value)
    }

    pub fn item(&mut self, key: &str) -> &mut Value {
        let next = self.next;
        if !self.items.contains_key(key) {
            self.items.insert(key.to_string(), (next, Value::Nothing));
            self.next += 1;
        }
        self.items.get_mut(key).map(|(_, value)| value).expect("it was put there")
    }

    pub fn remove(&mut self, key: &str) {
        self.items.remove(key);
    }

    pub fn clear(&mut self) {
        self.items.clear();
    }

    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Unlike mawk: in the order in which they came; its own order is that of its table.
    pub fn keys(&self) -> Vec<String> {
        let mut all: Vec<(u64, String)> = self.items.iter().map(|(key, (at, _))| (*at, key.clone())).collect();
        all.arrange();
        all.into_iter().map(|(_, key)| key).collect()
    }
}
