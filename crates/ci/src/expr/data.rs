//! What expressions compute with: JavaScript's types, objects with keys in the order in which they came.

use manifest::Value;
use std::sync::Arc;

#[derive(Debug, Clone)]
pub enum Data {
    Null,
    Bool(bool),
    Number(f64),
    Text(Arc<str>),
    Array(Arc<Array>),
    Object(Arc<Vec<(String, Data)>>),
}

/// Items; what `.*` gave is looked into item by item.
#[derive(Debug, Default)]
pub struct Array {
    pub items: Vec<Data>,
    pub filtered: bool,
}

impl From<&Value> for Data {
    #[inline(never)]
    fn from(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(yes) => Self::Bool(*yes),
            #[expect(clippy::cast_precision_loss, reason = "the language has only doubles")]
            Value::Int(number) => Self::Number(*number as f64),
            Value::Float(number) => Self::Number(*number),
            Value::Str(text) => Self::Text(text.clone()),
            Value::List(items) => Self::array(items.iter().map(Self::from).collect()),
            Value::Map(map) => {
                Self::Object(Arc::new(map.iter().map(|(key, value)| (key.to_string(), Self::from(value))).collect()))
            }
        }
    }
}

impl Data {
    pub fn text(text: &str) -> Self {
        Self::Text(text.into())
    }

    pub fn array(items: Vec<Self>) -> Self {
        Self::Array(Arc::new(Array { items, filtered: false }))
    }

    pub fn filtered(items: Vec<Self>) -> Self {
        Self::Array(Arc::new(Array { items, filtered: true }))
    }

    /// What tests call its type.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "Null",
            Self::Bool(_) => "Boolean",
            Self::Number(_) => "Number",
            Self::Text(_) => "String",
            Self::Array(_) => "Array",
            Self::Object(_) => "Object",
        }
    }

    pub fn is_primitive(&self) -> bool {
        !matches!(self, Self::Array(_) | Self::Object(_))
    }

    pub fn truthy(&self) -> bool {
        match self {
            Self::Null => false,
            Self::Bool(yes) => *yes,
            Self::Number(number) => *number != 0.0 && !number.is_nan(),
            Self::Text(text) => !text.is_empty(),
            Self::Array(_) | Self::Object(_) => true,
        }
    }

    /// As a text, where one is wanted.
    pub fn to_text(&self) -> String {
        match self {
            Self::Null => String::new(),
            Self::Bool(yes) => if *yes { "true" } else { "false" }.into(),
            Self::Number(number) => number_text(*number),
            Self::Text(text) => text.to_string(),
            Self::Array(_) | Self::Object(_) => self.kind().into(),
        }
    }

    pub fn to_number(&self) -> f64 {
        match self {
            Self::Null => 0.0,
            Self::Bool(yes) => f64::from(u8::from(*yes)),
            Self::Number(number) => *number,
            Self::Text(text) if text.trim().is_empty() => 0.0,
            Self::Text(text) => number_of(text.trim()).unwrap_or(f64::NAN),
            Self::Array(_) | Self::Object(_) => f64::NAN,
        }
    }

    /// A member by its name, in whatever case.
    pub fn member(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else { return None };
        let low = name.to_lowercase();
        members.iter().find(|(key, _)| key.to_lowercase() == low).map(|(_, value)| value)
    }

    /// Values of an array or an object.
    pub fn values(&self) -> Vec<Self> {
        match self {
            Self::Array(array) => array.items.clone(),
            Self::Object(members) => members.iter().map(|(_, value)| value.clone()).collect(),
            _ => Vec::new(),
        }
    }
}

/// A number as the language reads it; `None` where it is none.
#[inline(never)]
pub fn number_of(text: &str) -> Option<f64> {
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            let mut number = 0.0;
            for c in digits.chars() {
                number = number * f64::from(radix) + f64::from(c.to_digit(radix)?);
            }
            return (!digits.is_empty()).then_some(number);
        }
    }
    let (negative, size) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let number = match size {
        "Infinity" => f64::INFINITY,
        _ if size.starts_with(|c: char| c.is_ascii_digit() || c == '.') => manifest::float_of(size)?,
        _ => return None,
    };
    Some(if negative { -number } else { number })
}

/// At most so many decimals are shown.
const DECIMALS: usize = 15;

#[inline(never)]
fn number_text(number: f64) -> String {
    if number == 0.0 {
        return "0".into();
    }
    if !number.is_finite() {
        return if number.is_nan() {
            "NaN"
        } else if number > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        }
        .into();
    }
    let text = manifest::float_text(number);
    match text.split_once('.') {
        Some((whole, decimals)) if decimals.len() > DECIMALS && !text.contains('e') => rounded(whole, decimals),
        _ => text,
    }
}

/// A number in decimal with its last decimals rounded away.
#[inline(never)]
fn rounded(whole: &str, decimals: &str) -> String {
    let up = decimals.as_bytes()[DECIMALS] >= b'5';
    let mut digits: Vec<u8> = [whole.trim_start_matches('-'), &decimals[..DECIMALS]].concat().into_bytes();
    if up {
        let mut at = digits.len();
        loop {
            if at == 0 {
                digits.insert(0, b'1');
                break;
            }
            at -= 1;
            if digits[at] == b'9' {
                digits[at] = b'0';
            } else {
                digits[at] += 1;
                break;
            }
        }
    }
    let text: String = digits.into_iter().map(char::from).collect();
    let (whole_now, decimals) = text.split_at(text.len() - DECIMALS);
    let sign = if whole.starts_with('-') { "-" } else { "" };
    let decimals = decimals.trim_end_matches('0');
    [sign, whole_now, if decimals.is_empty() { "" } else { "." }, decimals].concat()
}
