//! JSON out, as Go's `encoding/json` writes it: keys sorted, the shortest numbers, `<`, `>` and `&` escaped on demand.

use crate::number::float_text;
use crate::value::Value;

/// How to write JSON.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JsonStyle {
    /// Spaces for each level; none writes all on one line.
    pub indent: Option<usize>,
    /// Writes `<`, `>` and `&` as `\u003c` …, as Go does unless told otherwise.
    pub escape_html: bool,
}

impl Value {
    /// On one line, nothing escaped for HTML.
    pub fn to_json(&self) -> String {
        self.to_json_with(JsonStyle::default())
    }

    /// As `kubectl get -o json` prints: four spaces, HTML escapes, a line break at the end.
    pub fn to_json_pretty(&self) -> String {
        let mut text = self.to_json_with(JsonStyle { indent: Some(4), escape_html: true });
        text.push('\n');
        text
    }

    pub fn to_json_with(&self, style: JsonStyle) -> String {
        let mut writer = Writer { out: String::new(), style };
        writer.value(self, 0);
        writer.out
    }
}

struct Writer {
    out: String,
    style: JsonStyle,
}

impl Writer {
    fn value(&mut self, value: &Value, depth: usize) {
        match value {
            Value::Null => self.out.push_str("null"),
            Value::Bool(on) => self.out.push_str(if *on { "true" } else { "false" }),
            Value::Int(n) => self.out.push_str(&n.to_string()),
            Value::Float(x) => self.out.push_str(&float_text(*x)),
            Value::Str(text) => self.text(text),
            Value::List(items) => {
                self.out.push('[');
                for (index, item) in items.iter().enumerate() {
                    self.gap(index, depth + 1);
                    self.value(item, depth + 1);
                }
                self.close(items.is_empty(), depth, ']');
            }
            Value::Map(map) => {
                self.out.push('{');
                for (index, (key, item)) in map.iter().enumerate() {
                    self.gap(index, depth + 1);
                    self.text(key);
                    self.out.push_str(if self.style.indent.is_some() { ": " } else { ":" });
                    self.value(item, depth + 1);
                }
                self.close(map.is_empty(), depth, '}');
            }
        }
    }

    fn gap(&mut self, index: usize, depth: usize) {
        if index > 0 {
            self.out.push(',');
        }
        self.line(depth);
    }

    fn close(&mut self, empty: bool, depth: usize, bracket: char) {
        if !empty {
            self.line(depth);
        }
        self.out.push(bracket);
    }

    fn line(&mut self, depth: usize) {
        if let Some(indent) = self.style.indent {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n(' ', indent * depth));
        }
    }

    fn text(&mut self, text: &str) {
        self.out.push('"');
        for c in text.chars() {
            match c {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                '\n' => self.out.push_str("\\n"),
                '\r' => self.out.push_str("\\r"),
                '\t' => self.out.push_str("\\t"),
                '\u{8}' => self.out.push_str("\\b"),
                '\u{c}' => self.out.push_str("\\f"),
                '<' | '>' | '&' if self.style.escape_html => self.unicode(c),
                '\u{2028}' | '\u{2029}' => self.unicode(c),
                c if u32::from(c) < 0x20 => self.unicode(c),
                c => self.out.push(c),
            }
        }
        self.out.push('"');
    }

    fn unicode(&mut self, c: char) {
        self.out.push_str(&format!("\\u{:04x}", u32::from(c)));
    }
}
