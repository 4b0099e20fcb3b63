//! JSON in, with the error words of Go's `encoding/json`. It never recurses deeper than its limit.

use crate::map::Map;
use crate::shared::word;
use crate::value::Value;
use std::fmt;

/// Lists and maps inside each other beyond this are refused, in JSON and in YAML.
pub const NESTING_MAX: usize = 200;

/// What is wrong with a JSON text, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonError {
    pub message: String,
    /// Bytes from the start of the text.
    pub offset: usize,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for JsonError {}

impl Value {
    /// Reads one JSON value; a whole number becomes `Int` where it fits, any other number `Float`.
    pub fn from_json(text: &str) -> Result<Self, JsonError> {
        let mut reader = Reader { text, at: 0 };
        reader.space();
        let value = reader.value(0)?;
        reader.space();
        match reader.peek() {
            None => Ok(value),
            Some(c) => Err(reader.invalid(c, "after top-level value")),
        }
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(' ' | '\t' | '\r' | '\n')) {
            self.at += 1;
        }
    }

    fn error(&self, message: impl Into<String>) -> JsonError {
        JsonError { message: message.into(), offset: self.at }
    }

    fn invalid(&self, c: char, context: &str) -> JsonError {
        let shown = match c {
            '\'' => "'\\''".to_string(),
            '"' => "'\"'".to_string(),
            '\n' => "'\\n'".to_string(),
            '\t' => "'\\t'".to_string(),
            '\r' => "'\\r'".to_string(),
            c if u32::from(c) < 0x20 => format!("'\\x{:02x}'", u32::from(c)),
            c => format!("'{c}'"),
        };
        self.error(format!("invalid character {shown} {context}"))
    }

    fn unexpected(&self, context: &str) -> JsonError {
        match self.peek() {
            Some(c) => self.invalid(c, context),
            None => self.error("unexpected end of JSON input"),
        }
    }

    fn value(&mut self, depth: usize) -> Result<Value, JsonError> {
        if depth > NESTING_MAX {
            return Err(self.error("exceeded max depth"));
        }
        match self.peek() {
            Some('{') => self.object(depth),
            Some('[') => self.array(depth),
            Some('"') => Ok(Value::Str(word(&self.string()?))),
            Some('t') => self.literal("true", Value::Bool(true)),
            Some('f') => self.literal("false", Value::Bool(false)),
            Some('n') => self.literal("null", Value::Null),
            Some('-' | '0'..='9') => self.number(),
            _ => Err(self.unexpected("looking for beginning of value")),
        }
    }

    fn literal(&mut self, name: &'static str, value: Value) -> Result<Value, JsonError> {
        for expected in name.chars() {
            if self.peek() != Some(expected) {
                return Err(self.unexpected(&format!("in literal {name} (expecting '{expected}')")));
            }
            self.at += 1;
        }
        Ok(value)
    }

    fn digits(&mut self, context: &str) -> Result<(), JsonError> {
        if !matches!(self.peek(), Some('0'..='9')) {
            return Err(self.unexpected(context));
        }
        while matches!(self.peek(), Some('0'..='9')) {
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self) -> Result<Value, JsonError> {
        let start = self.at;
        if self.peek() == Some('-') {
            self.at += 1;
        }
        if self.peek() == Some('0') {
            self.at += 1;
        } else {
            self.digits("in numeric literal")?;
        }
        let mut whole = true;
        if self.peek() == Some('.') {
            whole = false;
            self.at += 1;
            self.digits("after decimal point in numeric literal")?;
        }
        if matches!(self.peek(), Some('e' | 'E')) {
            whole = false;
            self.at += 1;
            if matches!(self.peek(), Some('+' | '-')) {
                self.at += 1;
            }
            self.digits("in exponent of numeric literal")?;
        }
        let text = &self.text[start..self.at];
        if whole && let Ok(n) = text.parse() {
            return Ok(Value::Int(n));
        }
        match crate::float_of(text) {
            Some(x) if x.is_finite() => Ok(Value::Float(x)),
            _ => Err(self.error(format!("json: cannot unmarshal number {text} into Go value of type float64"))),
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value, JsonError> {
        self.at += 1;
        let mut items = Vec::new();
        self.space();
        if self.peek() == Some(']') {
            self.at += 1;
            return Ok(Value::list(items));
        }
        loop {
            self.space();
            items.push(self.value(depth + 1)?);
            self.space();
            match self.peek() {
                Some(',') => self.at += 1,
                Some(']') => {
                    self.at += 1;
                    return Ok(Value::list(items));
                }
                _ => return Err(self.unexpected("after array element")),
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value, JsonError> {
        self.at += 1;
        let mut map = Map::new();
        self.space();
        if self.peek() == Some('}') {
            self.at += 1;
            return Ok(map.into());
        }
        loop {
            self.space();
            if self.peek() != Some('"') {
                return Err(self.unexpected("looking for beginning of object key string"));
            }
            let key = self.string()?;
            self.space();
            if self.peek() != Some(':') {
                return Err(self.unexpected("after object key"));
            }
            self.at += 1;
            self.space();
            let value = self.value(depth + 1)?;
            map.insert(word(&key), value);
            self.space();
            match self.peek() {
                Some(',') => self.at += 1,
                Some('}') => {
                    self.at += 1;
                    return Ok(map.into());
                }
                _ => return Err(self.unexpected("after object key:value pair")),
            }
        }
    }

    fn string(&mut self) -> Result<String, JsonError> {
        self.at += 1;
        let mut out = String::new();
        loop {
            match self.peek() {
                None => return Err(self.error("unexpected end of JSON input")),
                Some('"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some('\\') => {
                    self.at += 1;
                    self.escape(&mut out)?;
                }
                Some(c) if u32::from(c) < 0x20 => return Err(self.invalid(c, "in string literal")),
                Some(c) => {
                    out.push(c);
                    self.at += c.len_utf8();
                }
            }
        }
    }

    fn escape(&mut self, out: &mut String) -> Result<(), JsonError> {
        let Some(c) = self.peek() else {
            return Err(self.error("unexpected end of JSON input"));
        };
        let plain = match c {
            '"' | '\\' | '/' => c,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                self.at += 1;
                let unit = self.hex()?;
                let c = self.surrogate(unit);
                out.push(c);
                return Ok(());
            }
            _ => return Err(self.invalid(c, "in string escape code")),
        };
        self.bump();
        out.push(plain);
        Ok(())
    }

    fn hex(&mut self) -> Result<u32, JsonError> {
        let mut n = 0;
        for _ in 0..4 {
            let Some(digit) = self.peek().and_then(|c| c.to_digit(16)) else {
                return Err(self.unexpected("in \\u hexadecimal character escape"));
            };
            n = n * 16 + digit;
            self.at += 1;
        }
        Ok(n)
    }

    /// A lone half of a surrogate pair becomes U+FFFD, as in Go.
    fn surrogate(&mut self, first: u32) -> char {
        if (0xd800..0xdc00).contains(&first) && self.text[self.at..].starts_with("\\u") {
            let back = self.at;
            self.at += 2;
            if let Ok(second) = self.hex()
                && (0xdc00..0xe000).contains(&second)
            {
                let code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                return char::from_u32(code).unwrap_or('\u{fffd}');
            }
            self.at = back;
        }
        char::from_u32(first).unwrap_or('\u{fffd}')
    }
}
