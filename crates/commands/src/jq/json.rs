//! jq's values: JSON whose objects keep the order of their keys.

use std::cmp::Ordering;
use std::rc::Rc;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    Number(f64),
    Text(Rc<str>),
    List(Rc<Vec<Json>>),
    Map(Rc<Vec<(Rc<str>, Json)>>),
}

/// How values are written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Style {
    /// What a level adds; `None` writes all on one line.
    pub indent: Option<String>,
    pub sorted: bool,
    pub ascii: bool,
}

impl Json {
    pub fn text(text: impl AsRef<str>) -> Self {
        Self::Text(text.as_ref().into())
    }

    pub fn list(items: Vec<Self>) -> Self {
        Self::List(Rc::new(items))
    }

    pub fn count(n: usize) -> Self {
        Self::Number(f64::from(u32::try_from(n).unwrap_or(u32::MAX)))
    }

    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Number(_) => "number",
            Self::Text(_) => "string",
            Self::List(_) => "array",
            Self::Map(_) => "object",
        }
    }

    pub fn holds(&self) -> bool {
        !matches!(self, Self::Null | Self::Bool(false))
    }

    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Map(map) => map.iter().find(|(have, _)| &**have == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// An object with a key set.
    pub fn with(&self, key: &str, value: Self) -> Self {
        let mut map = match self {
            Self::Map(map) => (**map).clone(),
            _ => Vec::new(),
        };
        match map.iter_mut().find(|(have, _)| &**have == key) {
            Some((_, old)) => *old = value,
            None => map.push((key.into(), value)),
        }
        Self::Map(Rc::new(map))
    }

    pub fn sorted_keys(map: &[(Rc<str>, Self)]) -> Vec<(Rc<str>, Self)> {
        use order::Arrange;
        let mut all = map.to_vec();
        all.arrange_by(|(a, _), (b, _)| a.cmp(b));
        all
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Bool(false) => 1,
            Self::Bool(true) => 2,
            Self::Number(_) => 3,
            Self::Text(_) => 4,
            Self::List(_) => 5,
            Self::Map(_) => 6,
        }
    }

    pub fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.partial_cmp(b).unwrap_or(Ordering::Less),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::List(a), Self::List(b)) => {
                let first = a.iter().zip(b.iter()).map(|(a, b)| a.order(b)).find(|order| order.is_ne());
                first.unwrap_or_else(|| a.len().cmp(&b.len()))
            }
            (Self::Map(a), Self::Map(b)) => {
                let (a, b) = (Self::sorted_keys(a), Self::sorted_keys(b));
                let keys = a.iter().map(|(key, _)| key).cmp(b.iter().map(|(key, _)| key));
                keys.then_with(|| {
                    let first = a.iter().zip(&b).map(|((_, a), (_, b))| a.order(b)).find(|order| order.is_ne());
                    first.unwrap_or(Ordering::Equal)
                })
            }
            _ => self.rank().cmp(&other.rank()),
        }
    }

    pub fn write(&self, style: &Style) -> String {
        let mut out = String::new();
        self.write_to(&mut out, style, 0);
        out
    }

    fn write_to(&self, out: &mut String, style: &Style, depth: usize) {
        let gap = |out: &mut String, depth: usize| {
            if let Some(indent) = &style.indent {
                out.push('\n');
                for _ in 0..depth {
                    out.push_str(indent);
                }
            }
        };
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(on) => out.push_str(if *on { "true" } else { "false" }),
            Self::Number(number) => out.push_str(&number_text(*number)),
            Self::Text(text) => quoted(text, out, style.ascii),
            Self::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    gap(out, depth + 1);
                    item.write_to(out, style, depth + 1);
                }
                if !items.is_empty() {
                    gap(out, depth);
                }
                out.push(']');
            }
            Self::Map(map) => {
                out.push('{');
                let sorted = if style.sorted { Some(Self::sorted_keys(map)) } else { None };
                for (index, (key, item)) in sorted.as_ref().unwrap_or(map).iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    gap(out, depth + 1);
                    quoted(key, out, style.ascii);
                    out.push_str(if style.indent.is_some() { ": " } else { ":" });
                    item.write_to(out, style, depth + 1);
                }
                if !map.is_empty() {
                    gap(out, depth);
                }
                out.push('}');
            }
        }
    }
}

/// The shortest text that reads back as the same number, as jq 1.6 prints it.
pub(super) fn number_text(number: f64) -> String {
    if number.is_nan() {
        return "null".into();
    }
    let number = number.clamp(f64::MIN, f64::MAX);
    let text = format!("{number:e}");
    let (mantissa, power) = text.split_once('e').unwrap_or((&text, "0"));
    let power: i64 = power.parse().unwrap_or(0);
    let digits = i64::try_from(mantissa.bytes().filter(u8::is_ascii_digit).count()).unwrap_or(0);
    if power < -4 || power + 1 > digits + 15 {
        let sign = if power < 0 { '-' } else { '+' };
        return format!("{mantissa}e{sign}{:02}", power.abs());
    }
    format!("{number}")
}

fn quoted(text: &str, out: &mut String, ascii: bool) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\x08' => out.push_str("\\b"),
            '\x0c' => out.push_str("\\f"),
            c if (c as u32) < 0x20 || c == '\x7f' => out.push_str(&format!("\\u{:04x}", c as u32)),
            c if ascii && !c.is_ascii() => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
