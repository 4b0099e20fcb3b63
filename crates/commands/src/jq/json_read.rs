//! Reads JSON texts, one value after the other, with jq's words for what is wrong.

use super::json::Json;
use std::rc::Rc;

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
