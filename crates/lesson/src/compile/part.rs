//! YAML with places: typed ways into a value that write a diagnostic with its line where something is wrong.

use super::Diagnostic;
use crate::cel::{Expr, Template};
use manifest::{Level, Mark, Value};
use order::OrdMap;

/// Diagnostics as they are found.
#[derive(Debug, Default)]
pub(super) struct Notes {
    pub list: Vec<Diagnostic>,
}

impl Notes {
    pub fn add(&mut self, file: &str, line: usize, message: impl Into<String>) {
        self.list.push(Diagnostic { file: file.to_owned(), line, message: message.into() });
    }

    /// At a part, or at one of its keys.
    pub fn at(&mut self, part: &Part<'_>, key: Option<&str>, message: impl Into<String>) {
        let line = key.and_then(|key| part.get(key)).map_or_else(|| part.line(), |found| found.line());
        self.add(part.sheet.file, line, message);
    }
}

/// One YAML text.
pub(super) struct Sheet<'f> {
    file: &'f str,
    value: Value,
    spans: OrdMap<String, Mark>,
    /// The line of the file at which the text starts.
    first_line: usize,
}

impl<'f> Sheet<'f> {
    /// Reads one document; `None` after an error, which is noted.
    pub fn read(file: &'f str, text: &str, first_line: usize, notes: &mut Notes) -> Option<Self> {
        let (documents, found) = Value::parse_yaml(text);
        let mut broken = false;
        for diagnostic in found {
            broken |= diagnostic.level == Level::Error;
            notes.add(file, first_line + diagnostic.line.max(1) - 1, diagnostic.message);
        }
        let document = documents.into_iter().next();
        if broken {
            return None;
        }
        let Some(document) = document.filter(|document| document.value.as_map().is_some()) else {
            notes.add(file, first_line, "expected keys and values here");
            return None;
        };
        Some(Self { file, value: document.value, spans: document.spans, first_line })
    }

    pub fn root(&self) -> Part<'_> {
        Part {
            sheet: Ref { file: self.file, spans: &self.spans, first_line: self.first_line },
            value: &self.value,
            path: String::new(),
        }
    }

    pub fn value(&self) -> &Value {
        &self.value
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Ref<'s> {
    file: &'s str,
    spans: &'s OrdMap<String, Mark>,
    first_line: usize,
}

/// A value in a sheet, with its path.
#[derive(Debug, Clone)]
pub(super) struct Part<'s> {
    sheet: Ref<'s>,
    pub value: &'s Value,
    path: String,
}

impl<'s> Part<'s> {
    pub fn file(&self) -> &'s str {
        self.sheet.file
    }

    /// The line in the file: its own, or that of the nearest part around it.
    pub fn line(&self) -> usize {
        let mut path = self.path.as_str();
        loop {
            if let Some(mark) = self.sheet.spans.get(path) {
                return self.sheet.first_line + mark.line - 1;
            }
            match path.rfind(['.', '[']) {
                Some(end) => path = &path[..end],
                None if path.is_empty() => return self.sheet.first_line,
                None => path = "",
            }
        }
    }

    pub fn get(&self, key: &str) -> Option<Part<'s>> {
        let value = self.value.get(key)?;
        let path = if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) };
        Some(Part { sheet: self.sheet, value, path })
    }

    pub fn has(&self, key: &str) -> bool {
        self.value.get(key).is_some()
    }

    /// The items of a list under a key; none where there is no such key.
    pub fn parts(&self, key: &str, notes: &mut Notes) -> Vec<Part<'s>> {
        let Some(list) = self.get(key) else { return Vec::new() };
        let Some(items) = list.value.as_list() else {
            notes.at(self, Some(key), format!("`{key}` must be a list"));
            return Vec::new();
        };
        let part = |(index, value): (usize, &'s Value)| Part {
            sheet: self.sheet,
            value,
            path: format!("{}[{index}]", list.path),
        };
        items.iter().enumerate().map(part).collect()
    }

    /// The entries of a map under a key; none where there is no such key.
    pub fn entries(&self, key: &str, notes: &mut Notes) -> Vec<(String, Part<'s>)> {
        let Some(map) = self.get(key) else { return Vec::new() };
        if map.value.as_map().is_none() {
            notes.at(self, Some(key), format!("`{key}` must have keys and values"));
        }
        map.value.entries().keys().filter_map(|name| Some((name.to_string(), map.get(name)?))).collect()
    }

    /// Notes every key that means nothing here.
    pub fn only(&self, known: &[&str], notes: &mut Notes) {
        for key in self.value.entries().keys() {
            if !known.contains(&&**key) {
                notes.at(self, Some(&**key), format!("`{key}` means nothing here; known are {}", known.join(", ")));
            }
        }
    }

    /// The text of this very part; bools and numbers as they are written in YAML.
    pub fn as_text(&self) -> Option<String> {
        match self.value {
            Value::Str(text) => Some(text.to_string()),
            Value::Bool(on) => Some(on.to_string()),
            Value::Int(n) => Some(n.to_string()),
            Value::Float(x) => Some(manifest::float_text(*x)),
            Value::Null | Value::List(_) | Value::Map(_) => None,
        }
    }

    pub fn text(&self, key: &str, notes: &mut Notes) -> Option<String> {
        let found = self.get(key)?;
        let text = found.as_text();
        if text.is_none() {
            notes.at(self, Some(key), format!("`{key}` must be a text"));
        }
        text
    }

    /// A text that must be there and not be blank.
    pub fn need_text(&self, key: &str, notes: &mut Notes) -> String {
        if !self.has(key) {
            notes.at(self, None, format!("`{key}` is missing"));
            return String::new();
        }
        let text = self.text(key, notes).unwrap_or_default();
        if text.trim().is_empty() {
            notes.at(self, Some(key), format!("`{key}` is empty"));
        }
        text
    }

    pub fn number(&self, key: &str, notes: &mut Notes) -> Option<i64> {
        let found = self.get(key)?;
        let number = found.value.as_i64();
        if number.is_none() {
            notes.at(self, Some(key), format!("`{key}` must be a whole number"));
        }
        number
    }

    pub fn flag(&self, key: &str, notes: &mut Notes) -> Option<bool> {
        let part = self.get(key)?;
        let flag = part.value.as_bool();
        if flag.is_none() {
            notes.at(self, Some(key), format!("`{key}` is `true` or `false`"));
        }
        flag
    }

    pub fn texts(&self, key: &str, notes: &mut Notes) -> Vec<String> {
        let parts = self.parts(key, notes);
        let mut texts = Vec::with_capacity(parts.len());
        for part in parts {
            match part.as_text() {
                Some(text) => texts.push(text),
                None => notes.at(&part, None, format!("every item of `{key}` must be a text")),
            }
        }
        texts
    }

    /// A duration such as `3d` or `45s`, in seconds.
    pub fn secs(&self, key: &str, notes: &mut Notes) -> Option<u64> {
        let text = self.text(key, notes)?;
        let secs = seconds(&text);
        if secs.is_none() {
            notes.at(self, Some(key), format!("`{text}` is not a duration, such as 45s, 10m or 3d"));
        }
        secs
    }

    /// An expression; where it is missing or wrong, one that is never true.
    pub fn expr(&self, key: &str, notes: &mut Notes) -> Expr {
        let source = self.need_text(key, notes);
        if source.trim().is_empty() {
            return never();
        }
        Expr::parse(&source).unwrap_or_else(|error| {
            notes.at(self, Some(key), format!("`{key}`: {error}"));
            never()
        })
    }

    /// A sentence with values; an empty one where it is missing or wrong.
    pub fn template(&self, key: &str, notes: &mut Notes) -> Template {
        let source = self.need_text(key, notes);
        Template::parse(source.trim()).unwrap_or_else(|error| {
            notes.at(self, Some(key), format!("`{key}`: {error}"));
            Template::default()
        })
    }
}

fn never() -> Expr {
    Expr::parse("false").expect("`false` is an expression")
}

/// A duration literal of the expression language, in whole seconds.
pub(super) fn seconds(text: &str) -> Option<u64> {
    let expr = Expr::parse(text.trim()).ok()?;
    match expr.root.kind {
        crate::cel::Kind::Span(micros) => u64::try_from(micros / 1_000_000).ok(),
        _ => None,
    }
}
