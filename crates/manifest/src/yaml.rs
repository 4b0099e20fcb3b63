//! YAML in: documents with the places of their parts, and diagnostics in go-yaml's words. Never panics.

use crate::json_parse::NESTING_MAX;
use crate::map::Map;
use crate::shared::word;
use crate::value::Value;
use crate::yaml_scalar::{resolve, resolve_new};
use order::OrdMap;
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, StrInput, Tag};
use std::sync::Arc;

/// Values that aliases may add to one text before it is refused as a bomb.
const ALIAS_NODES_MAX: usize = 20_000;

/// A place in a text, both from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    pub line: usize,
    pub column: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// The text gives a value all the same.
    Warning,
    Error,
}

/// What is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    pub level: Level,
    pub line: usize,
    pub column: usize,
    /// go-yaml's words with its line number where it gives one: `line 3: did not find expected key`.
    pub message: String,
}

/// Who reads: what an unquoted scalar means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Dialect {
    /// go-yaml v2: `yes` is true, keys are JSON's.
    #[default]
    Old,
    /// go-yaml v3 into JSON: `yes` is a text, a date a time, keys are as they are written.
    New,
    /// Every scalar is the text that is written.
    Texts,
}

/// One document of a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    pub value: Value,
    /// Where the document starts.
    pub line: usize,
    /// Where each part starts, by its path: `spec.containers[0].image`; of a map's entry that is its key. In the new dialect
    /// `spec.replicas=` is where its value starts.
    pub spans: OrdMap<String, Mark>,
}

impl Value {
    /// Reads every document of a text. After an error the documents before it are still given.
    pub fn parse_yaml(text: &str) -> (Vec<Document>, Vec<Diagnostic>) {
        Self::parse_yaml_as(text, Dialect::Old)
    }

    /// The same in another dialect.
    pub fn parse_yaml_as(text: &str, dialect: Dialect) -> (Vec<Document>, Vec<Diagnostic>) {
        let mut loader = Loader {
            text,
            dialect,
            parser: Parser::new_from_str(text),
            anchors: OrdMap::new(),
            alias_nodes: 0,
            spans: OrdMap::new(),
            diagnostics: Vec::new(),
        };
        let mut documents = Vec::new();
        if let Err(error) = loader.stream(&mut documents) {
            loader.diagnostics.push(error);
        }
        (documents, loader.diagnostics)
    }

    /// Reads a text of one document; the message of the first error.
    pub fn from_yaml(text: &str) -> Result<Value, String> {
        let (documents, diagnostics) = Self::parse_yaml(text);
        if let Some(error) = diagnostics.into_iter().find(|d| d.level == Level::Error) {
            return Err(error.message);
        }
        Ok(documents.into_iter().next().map(|document| document.value).unwrap_or_default())
    }
}

/// What an unquoted scalar means in the new dialect.
pub fn plain_value(text: &str) -> Value {
    resolve_new(text)
}

struct Loader<'t> {
    text: &'t str,
    dialect: Dialect,
    parser: Parser<'t, StrInput<'t>>,
    /// A finished anchored value and its size in nodes.
    anchors: OrdMap<usize, (Value, usize)>,
    alias_nodes: usize,
    spans: OrdMap<String, Mark>,
    diagnostics: Vec<Diagnostic>,
}

fn mark(marker: &Marker) -> Mark {
    Mark { line: marker.line(), column: marker.col() + 1 }
}

fn failure(at: Mark, message: &str) -> Diagnostic {
    let message = format!("line {}: {message}", at.line);
    Diagnostic { level: Level::Error, line: at.line, column: at.column, message }
}

/// A failure that go-yaml tells without a line.
fn unplaced(at: Mark, message: String) -> Diagnostic {
    Diagnostic { level: Level::Error, line: at.line, column: at.column, message }
}

/// libyaml's words for the scanner's, and go-yaml's line: it counts a parser's lines from zero, and tells no line zero.
fn scan_failure(error: &ScanError, text: &str) -> Diagnostic {
    let at = mark(error.marker());
    let told = error.info().rsplit_once(", ").map_or(error.info(), |(_, told)| told);
    let (words, from_parser) = match told {
        t if t.starts_with("tab") || t.contains("a tab") => ("found character that cannot start any token", false),
        t if t.starts_with("unexpected character") => ("found character that cannot start any token", false),
        "simple key expect ':'" | "simple key expected" => ("could not find expected ':'", false),
        "found unexpected end of stream" | "unexpected eof" | "invalid indentation in quoted scalar" => {
            let end = Mark { line: text.matches('\n').count() + 1, column: 1 };
            return failure(end, "found unexpected end of stream");
        }
        "expected ',' or ']'" | "illegal placement of ':' indicator" => ("did not find expected ',' or ']'", true),
        "misplaced bracket" => ("did not find expected key", true),
        t if t.starts_with("invalid trailing content") => ("did not find expected key", true),
        "found unknown anchor" => {
            return unplaced(at, unknown_anchor(text, error.marker().index()));
        }
        "recursion limit exceeded" => ("exceeded max depth of 10000", false),
        other => (other, other.starts_with("did not find expected") && !other.contains("comment or line break")),
    };
    let line = if from_parser || at.line == 1 { at.line - 1 } else { at.line };
    let message = if line == 0 { words.to_string() } else { format!("line {line}: {words}") };
    unplaced(at, message)
}

fn unknown_anchor(text: &str, index: usize) -> String {
    let name: String = text
        .chars()
        .skip(index)
        .skip_while(|c| *c == '*')
        .take_while(|c| c.is_alphanumeric() || "-_".contains(*c))
        .collect();
    format!("unknown anchor '{name}' referenced")
}

impl<'t> Loader<'t> {
    fn next(&mut self) -> Result<(Event<'t>, Mark), Diagnostic> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => Ok((event, mark(&span.start))),
            Some(Err(error)) => Err(scan_failure(&error, self.text)),
            None => Ok((Event::StreamEnd, Mark { line: 1, column: 1 })),
        }
    }

    fn stream(&mut self, documents: &mut Vec<Document>) -> Result<(), Diagnostic> {
        loop {
            let (event, at) = self.next()?;
            match event {
                Event::StreamEnd => return Ok(()),
                Event::DocumentStart(_) => {
                    self.anchors.clear();
                    let (event, start) = self.next()?;
                    let (value, _) = self.node(event, start, "", 0)?;
                    let spans = std::mem::take(&mut self.spans);
                    documents.push(Document { value, line: at.line, spans });
                }
                _ => {}
            }
        }
    }

    /// The value that starts with `event`, and its size in nodes.
    fn node(&mut self, event: Event<'t>, at: Mark, path: &str, depth: usize) -> Result<(Value, usize), Diagnostic> {
        if depth > NESTING_MAX {
            return Err(failure(at, "exceeded max depth of 10000"));
        }
        self.spans.entry(path.to_string()).or_insert(at);
        let (value, size, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                (scalar(&text, style, tag.as_deref(), (self.dialect, at))?, 1, anchor)
            }
            Event::SequenceStart(anchor, _) => {
                let (value, size) = self.sequence(path, depth)?;
                (value, size, anchor)
            }
            Event::MappingStart(anchor, _) => {
                let (value, size) = self.mapping(path, depth)?;
                (value, size, anchor)
            }
            Event::Alias(id) => return self.alias(id, at),
            _ => (Value::Null, 1, 0),
        };
        if anchor > 0 {
            self.anchors.insert(anchor, (value.clone(), size));
        }
        Ok((value, size))
    }

    fn alias(&mut self, id: usize, at: Mark) -> Result<(Value, usize), Diagnostic> {
        let Some((value, size)) = self.anchors.get(&id).cloned() else {
            return Err(failure(at, "anchor contains itself"));
        };
        self.alias_nodes = self.alias_nodes.saturating_add(size);
        if self.alias_nodes > ALIAS_NODES_MAX {
            return Err(failure(at, "document contains excessive aliasing"));
        }
        Ok((value, size))
    }

    fn sequence(&mut self, path: &str, depth: usize) -> Result<(Value, usize), Diagnostic> {
        let mut items = Vec::new();
        let mut size = 1;
        loop {
            let (event, at) = self.next()?;
            if matches!(event, Event::SequenceEnd | Event::StreamEnd) {
                return Ok((Value::list(items), size));
            }
            let (value, nodes) = self.node(event, at, &format!("{path}[{}]", items.len()), depth + 1)?;
            size += nodes;
            items.push(value);
        }
    }

    fn mapping(&mut self, path: &str, depth: usize) -> Result<(Value, usize), Diagnostic> {
        let mut map = Map::new();
        let mut merged: Vec<Value> = Vec::new();
        let mut size = 1;
        loop {
            let (event, at) = self.next()?;
            if matches!(event, Event::MappingEnd | Event::StreamEnd) {
                break;
            }
            let merge = matches!(&event, Event::Scalar(text, ScalarStyle::Plain, _, None) if text == "<<");
            let key = self.key(event, at, depth)?;
            let (event, value_at) = self.next()?;
            let here = if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
            let (value, nodes) = self.node(event, value_at, &here, depth + 1)?;
            size += nodes;
            if merge {
                merge_sources(value, value_at, &mut merged)?;
                continue;
            }
            if self.dialect == Dialect::New {
                self.spans.insert([&here, "="].concat(), value_at);
            }
            self.spans.insert(here, at);
            if map.insert(key.clone(), value).is_some() {
                let message = format!("line {}: key {:?} already set in map", at.line, key.as_ref());
                self.diagnostics.push(Diagnostic { level: Level::Warning, line: at.line, column: at.column, message });
            }
        }
        for source in merged {
            for (key, value) in source.entries().iter() {
                if !map.contains(key) {
                    map.insert(key.clone(), value.clone());
                }
            }
        }
        Ok((map.into(), size))
    }

    /// A key as JSON has it: text, whatever it was.
    fn key(&mut self, event: Event<'t>, at: Mark, depth: usize) -> Result<Arc<str>, Diagnostic> {
        if self.dialect != Dialect::Old
            && let Event::Scalar(text, _, 0, _) = &event
        {
            return Ok(word(text));
        }
        let (key, _) = self.node(event, at, "<key>", depth + 1)?;
        self.spans.remove("<key>");
        Ok(match key {
            Value::Str(text) => text,
            Value::Int(n) => word(&n.to_string()),
            Value::Float(x) => word(&crate::number::yaml_float(x)),
            Value::Bool(on) => word(if on { "true" } else { "false" }),
            Value::Null => word("null"),
            key @ (Value::List(_) | Value::Map(_)) => {
                let shown = key.to_json();
                return Err(unplaced(at, format!("invalid map key: {shown}")));
            }
        })
    }
}

/// What `<<` brings in: a map, or a list of maps of which the first wins.
fn merge_sources(value: Value, at: Mark, merged: &mut Vec<Value>) -> Result<(), Diagnostic> {
    let refused = || failure(at, "map merge requires map or sequence of maps as the value");
    match value {
        Value::Map(_) => merged.push(value),
        Value::List(items) => {
            for item in items.iter() {
                if item.as_map().is_none() {
                    return Err(refused());
                }
                merged.push(item.clone());
            }
        }
        _ => return Err(refused()),
    }
    Ok(())
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>, read: (Dialect, Mark)) -> Result<Value, Diagnostic> {
    let (dialect, at) = read;
    if dialect == Dialect::Texts {
        return Ok(Value::Str(word(text)));
    }
    let suffix = tag.filter(|tag| tag.is_yaml_core_schema()).map(|tag| tag.suffix.as_str());
    let text_value = || Value::Str(word(text));
    Ok(match suffix {
        Some("str" | "binary") => text_value(),
        Some("null") => Value::Null,
        Some(kind @ ("int" | "float" | "bool")) => match (kind, resolve(text)) {
            ("int", value @ Value::Int(_)) | ("bool", value @ Value::Bool(_)) | ("float", value @ Value::Float(_)) => {
                value
            }
            #[expect(clippy::cast_precision_loss, reason = "a float was asked for")]
            ("float", Value::Int(n)) => Value::Float(n as f64),
            _ => {
                return Err(unplaced(at, format!("cannot decode !!str `{text}` as a !!{kind}")));
            }
        },
        _ if style == ScalarStyle::Plain && dialect == Dialect::New => resolve_new(text),
        _ if style == ScalarStyle::Plain => resolve(text),
        _ => text_value(),
    })
}
