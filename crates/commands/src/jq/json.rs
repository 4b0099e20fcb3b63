//! jq's values: JSON whose objects keep the order of their keys.

use std::cmp::Ordering;
use std::rc::Rc;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    Number(f64),
    Text(Rc<str>),
    List(Rc<Vec<Json>>),
    Map(Rc<Vec<(Rc<str>, Json)>>),
}

/// How values are written.
#[derive(Debug, Clone, Default)]
pub(super) struct Style {
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

/// Reads values one after the other.
pub(super) struct Reader<'a> {
    text: &'a str,
    pub at: usize,
}

const DEPTH_MAX: usize = 200;

impl<'a> Reader<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        while self.peek().is_some_and(|b| b.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    /// The next value; `None` at the end.
    pub fn next(&mut self) -> Result<Option<Json>, String> {
        self.blanks();
        if self.at >= self.text.len() {
            return Ok(None);
        }
        self.value(0).map(Some).map_err(|what| {
            let before = &self.text[..self.at.min(self.text.len())];
            let line = before.matches('\n').count() + 1;
            let column = before.len() - before.rfind('\n').map_or(0, |at| at + 1);
            format!("{what} at line {line}, column {column}")
        })
    }

    fn value(&mut self, depth: usize) -> Result<Json, String> {
        self.blanks();
        if depth > DEPTH_MAX {
            return Err("Exceeds depth limit for parsing".into());
        }
        let rest = &self.text[self.at..];
        match self.peek() {
            None => Err("Unfinished JSON term at EOF".into()),
            Some(b'"') => self.string().map(Json::text),
            Some(b'[') => self.array(depth),
            Some(b'{') => self.object(depth),
            Some(_) => {
                let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "+-.".contains(c))).unwrap_or(rest.len());
                let word = &rest[..end];
                let value = match word {
                    "null" => Some(Json::Null),
                    "true" => Some(Json::Bool(true)),
                    "false" => Some(Json::Bool(false)),
                    "nan" | "NaN" => Some(Json::Number(f64::NAN)),
                    word => manifest::float_of(word).filter(|_| !word.starts_with('+')).map(Json::Number),
                };
                self.at += end.max(1);
                match value {
                    Some(value) => Ok(value),
                    None => {
                        // The reader notices at the character behind the word.
                        self.at = (self.at + usize::from(end > 0)).min(self.text.len());
                        Err("Invalid numeric literal".into())
                    }
                }
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<Json, String> {
        self.at += 1;
        let mut items = Vec::new();
        self.blanks();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Json::list(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.blanks();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(Json::list(items));
                }
                None => return Err("Unfinished JSON term at EOF".into()),
                Some(_) => {
                    self.at += 1;
                    return Err("Expected separator between values".into());
                }
            }
            self.blanks();
            if self.peek() == Some(b']') {
                self.at += 1;
                return Err("Expected another array element".into());
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json, String> {
        self.at += 1;
        let mut map = Json::Map(Rc::new(Vec::new()));
        self.blanks();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(map);
        }
        loop {
            self.blanks();
            let key = match self.peek() {
                Some(b'"') => self.string()?,
                None => return Err("Unfinished JSON term at EOF".into()),
                Some(b'}') => {
                    self.at += 1;
                    return Err("Expected another key-value pair".into());
                }
                Some(_) => {
                    self.value(depth + 1)?;
                    return Err("Object keys must be strings".into());
                }
            };
            self.blanks();
            if self.peek() != Some(b':') {
                if self.peek().is_none() {
                    return Err("Unfinished JSON term at EOF".into());
                }
                self.at += 1;
                return Err("Objects must consist of key:value pairs".into());
            }
            self.at += 1;
            let value = self.value(depth + 1)?;
            map = map.with(&key, value);
            self.blanks();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(map);
                }
                None => return Err("Unfinished JSON term at EOF".into()),
                Some(_) => {
                    self.at += 1;
                    return Err("Expected separator between values".into());
                }
            }
        }
    }

    fn string(&mut self) -> Result<String, String> {
        let rest = &self.text[self.at + 1..];
        let mut out = String::new();
        let mut chars = rest.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.at += at + 2;
                    return Ok(out);
                }
                '\\' => match chars.next().map(|(_, c)| c) {
                    Some('n') => out.push('\n'),
                    Some('t') => out.push('\t'),
                    Some('r') => out.push('\r'),
                    Some('b') => out.push('\x08'),
                    Some('f') => out.push('\x0c'),
                    Some(c @ ('"' | '\\' | '/')) => out.push(c),
                    Some('u') => {
                        let unit = |chars: &mut std::str::CharIndices<'_>| {
                            (0..4).try_fold(0_u16, |sum, _| {
                                Some(sum << 4 | u16::try_from(chars.next()?.1.to_digit(16)?).ok()?)
                            })
                        };
                        let Some(first) = unit(&mut chars) else { return Err("Invalid escape".into()) };
                        let mut units = vec![first];
                        if (0xd800..0xdc00).contains(&first) && chars.as_str().starts_with("\\u") {
                            chars.next();
                            chars.next();
                            units.extend(unit(&mut chars));
                        }
                        out.push_str(&String::from_utf16_lossy(&units));
                    }
                    _ => {
                        self.at += at + 2;
                        return Err("Invalid escape".into());
                    }
                },
                c => out.push(c),
            }
        }
        self.at = self.text.len();
        Err("Unfinished string at EOF".into())
    }
}
