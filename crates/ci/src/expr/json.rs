//! JSON for expressions: `toJSON` and `fromJSON`, which keep the order of keys.

use super::data::{Data, number_of};
use std::sync::Arc;

/// Deeper documents are refused.
const DEPTH_MAX: usize = 100;

/// As `toJSON` prints it: two blanks a level.
pub fn write(data: &Data) -> String {
    let mut out = String::new();
    put(data, 0, &mut out);
    out
}

#[inline(never)]
fn put(data: &Data, depth: usize, out: &mut String) {
    let line = |depth: usize, out: &mut String| {
        out.push('\n');
        out.push_str(&"  ".repeat(depth));
    };
    match data {
        Data::Null => out.push_str("null"),
        Data::Number(number) if !number.is_finite() => out.push_str("null"),
        Data::Number(number) if *number == 0.0 => out.push('0'),
        Data::Number(number) => out.push_str(&manifest::float_text(*number)),
        Data::Bool(_) => out.push_str(&data.to_text()),
        Data::Text(text) => quote(text, out),
        Data::Array(array) if array.items.is_empty() => out.push_str("[]"),
        Data::Object(members) if members.is_empty() => out.push_str("{}"),
        Data::Array(array) => {
            out.push('[');
            for (at, item) in array.items.iter().enumerate() {
                out.push_str(if at == 0 { "" } else { "," });
                line(depth + 1, out);
                put(item, depth + 1, out);
            }
            line(depth, out);
            out.push(']');
        }
        Data::Object(members) => {
            out.push('{');
            for (at, (key, value)) in members.iter().enumerate() {
                out.push_str(if at == 0 { "" } else { "," });
                line(depth + 1, out);
                quote(key, out);
                out.push_str(": ");
                put(value, depth + 1, out);
            }
            line(depth, out);
            out.push('}');
        }
    }
}

#[inline(never)]
fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if c < ' ' => {
                out.push_str("\\u00");
                out.extend([c as u32 >> 4, c as u32 & 15].map(|digit| char::from_digit(digit, 16).unwrap_or('0')));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Reads a document; `None` where it is none.
pub fn read(text: &str) -> Option<Data> {
    let mut reader = Reader { rest: text };
    let data = reader.value(0)?;
    reader.blanks();
    reader.rest.is_empty().then_some(data)
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\r', '\n']);
    }

    fn eat(&mut self, token: &str) -> bool {
        self.blanks();
        let rest = self.rest.strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    #[inline(never)]
    fn value(&mut self, depth: usize) -> Option<Data> {
        if depth > DEPTH_MAX {
            return None;
        }
        for (word, data) in [("null", Data::Null), ("true", Data::Bool(true)), ("false", Data::Bool(false))] {
            if self.eat(word) {
                return Some(data);
            }
        }
        if self.rest.starts_with('"') {
            return self.text().map(|text| Data::text(&text));
        }
        if self.eat("[") {
            return self.items(depth);
        }
        if self.eat("{") {
            return self.members(depth);
        }
        let end = self.rest.find(|c: char| !(c.is_ascii_alphanumeric() || "+-.".contains(c)));
        let (number, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        let plain =
            number.trim_start_matches('-').starts_with(|c: char| c.is_ascii_digit()) && !number.contains(['x', 'o']);
        number_of(number).filter(|_| plain).map(Data::Number)
    }

    #[inline(never)]
    fn items(&mut self, depth: usize) -> Option<Data> {
        let mut items = Vec::new();
        if self.eat("]") {
            return Some(Data::array(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.eat("]") {
                return Some(Data::array(items));
            }
            self.eat(",").then_some(())?;
        }
    }

    #[inline(never)]
    fn members(&mut self, depth: usize) -> Option<Data> {
        let mut members: Vec<(String, Data)> = Vec::new();
        if self.eat("}") {
            return Some(Data::Object(Arc::new(members)));
        }
        loop {
            self.blanks();
            let key = self.text()?;
            self.eat(":").then_some(())?;
            let value = self.value(depth + 1)?;
            match members.iter_mut().find(|(other, _)| *other == key) {
                Some((_, old)) => *old = value,
                None => members.push((key, value)),
            }
            if self.eat("}") {
                return Some(Data::Object(Arc::new(members)));
            }
            self.eat(",").then_some(())?;
        }
    }

    #[inline(never)]
    fn text(&mut self) -> Option<String> {
        let mut chars = self.rest.strip_prefix('"')?.chars();
        let mut units: Vec<u16> = Vec::new();
        loop {
            let c = match chars.next()? {
                '"' => break,
                '\\' => match chars.next()? {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'b' => '\u{8}',
                    'f' => '\u{c}',
                    c @ ('"' | '\\' | '/') => c,
                    'u' => {
                        let mut unit = 0;
                        for _ in 0..4 {
                            unit = unit << 4 | u16::try_from(chars.next()?.to_digit(16)?).ok()?;
                        }
                        units.push(unit);
                        continue;
                    }
                    _ => return None,
                },
                c if c < ' ' => return None,
                c => c,
            };
            units.extend_from_slice(c.encode_utf16(&mut [0; 2]));
        }
        self.rest = chars.as_str();
        Some(String::from_utf16_lossy(&units))
    }
}
