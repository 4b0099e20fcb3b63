//! YAML as it is written: keys in their order, comments, styles, anchors. For tools that change a file and leave the rest
//! of it as it was. Never panics.

use crate::yaml::Diagnostic;
use order::OrdMap;
use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput, Tag};

/// Nodes inside each other at most.
const DEPTH_MAX: usize = 200;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Plain,
    Single,
    Double,
    Literal,
    Folded,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    Scalar { text: String, style: Style },
    List { items: Vec<Node>, flow: bool },
    Map { entries: Vec<(Node, Node)>, flow: bool },
    Alias(String),
}

/// A value with what stands around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    pub shape: Shape,
    /// Lines above it, with their `#`; an empty one is an empty line.
    pub head: Vec<String>,
    /// Behind it on its line, with its `#`.
    pub line: String,
    /// Lines below it: only of a document.
    pub foot: Vec<String>,
    pub anchor: Option<String>,
    /// As it is written: `!!str`, `!Ref`.
    pub tag: Option<String>,
}

impl Node {
    pub fn new(shape: Shape) -> Self {
        Self { shape, head: Vec::new(), line: String::new(), foot: Vec::new(), anchor: None, tag: None }
    }

    pub fn text(text: &str) -> Self {
        Self::new(Shape::Scalar { text: text.to_string(), style: Style::Plain })
    }

    pub fn entry(&self, key: &str) -> Option<&(Self, Self)> {
        let Shape::Map { entries, .. } = &self.shape else { return None };
        entries.iter().find(|(name, _)| matches!(&name.shape, Shape::Scalar { text, .. } if text == key))
    }

    /// Reads every document; the message of the first error.
    pub fn parse_yaml(text: &str) -> Result<Vec<Self>, String> {
        let mut reader = Reader {
            chars: text.chars().collect(),
            parser: Parser::new_from_str(text),
            comments: Vec::new(),
            seen: 0,
            names: OrdMap::new(),
        };
        let mut documents = Vec::new();
        match reader.stream(&mut documents) {
            Ok(()) => Ok(documents),
            Err(None) => {
                let (_, all) = crate::Value::parse_yaml(text);
                let first = all.into_iter().find(|one: &Diagnostic| one.level == crate::Level::Error);
                Err(first.map_or("the text cannot be read".into(), |one| one.message))
            }
            Err(Some(message)) => Err(message),
        }
    }
}

/// A comment: its line, whether it is all that stands there, its text (empty: an empty line between comments).
struct Comment {
    line: usize,
    alone: bool,
    text: String,
}

struct Reader<'t> {
    chars: Vec<char>,
    parser: Parser<'t, StrInput<'t>>,
    /// Not taken by a node yet, oldest first.
    comments: Vec<Comment>,
    /// Up to where comments have been looked for.
    seen: usize,
    /// Names of anchors by the parser's numbers.
    names: OrdMap<usize, String>,
}

/// `None`: the parser refuses; the diagnostics of the strict reader say why.
type Read<T> = Result<T, Option<String>>;

impl<'t> Reader<'t> {
    fn next(&mut self) -> Read<(Event<'t>, Span)> {
        match self.parser.next_event() {
            Some(Ok(found)) => Ok(found),
            Some(Err(_)) | None => Err(None),
        }
    }

    /// Looks for comments between what was read and here, and for the name of an anchor.
    fn look(&mut self, upto: usize) -> Option<String> {
        let upto = upto.min(self.chars.len());
        let mut name = None;
        let mut at = self.seen;
        while at < upto {
            let free = at == 0 || self.chars[at - 1].is_whitespace() || matches!(self.chars[at - 1], ',' | '[' | '{');
            if self.chars[at] == '&' {
                let rest = self.chars[at + 1..].iter();
                name = Some(rest.take_while(|c| !c.is_whitespace() && !",[]{}".contains(**c)).collect());
            }
            if self.chars[at] == '#' && free {
                let end = self.chars[at..].iter().position(|c| *c == '\n').map_or(self.chars.len(), |len| at + len);
                let start = self.chars[..at].iter().rposition(|c| *c == '\n').map_or(0, |before| before + 1);
                let line = self.chars[..at].iter().filter(|c| **c == '\n').count() + 1;
                let alone = self.chars[start..at].iter().all(|c| c.is_whitespace());
                let text: String = self.chars[at..end].iter().collect();
                let gap = self.comments.last().is_some_and(|last| last.alone && last.line + 1 < line && alone);
                if gap {
                    self.comments.push(Comment { line: line - 1, alone, text: String::new() });
                }
                self.comments.push(Comment { line, alone, text: text.trim_end().to_string() });
                at = end;
                continue;
            }
            at += 1;
        }
        self.seen = self.seen.max(at);
        name
    }

    /// The name of an anchor where an event begins, if it has one.
    fn anchor_at(&self, event: &Event<'_>, start: usize) -> Option<String> {
        let anchor = match event {
            Event::Scalar(_, _, anchor, _) | Event::SequenceStart(anchor, _) | Event::MappingStart(anchor, _) => {
                *anchor
            }
            _ => 0,
        };
        let before = &self.chars[..start.min(self.chars.len())];
        let at = if self.chars.get(start) == Some(&'&') { Some(start) } else { before.iter().rposition(|c| *c == '&') };
        let rest = self.chars[at.filter(|_| anchor > 0)? + 1..].iter();
        Some(rest.take_while(|c| !c.is_whitespace() && !",[]{}".contains(**c)).collect())
    }

    /// Whole lines of comments above a line.
    fn above(&mut self, line: usize) -> Vec<String> {
        let mut taken = Vec::new();
        self.comments.retain(|comment| {
            let above = comment.alone && comment.line < line;
            if above {
                taken.push((comment.line, comment.text.clone()));
            }
            !above
        });
        // A first comment that stands apart stays apart.
        if let Some((last, _)) = taken.last()
            && last + 1 < line
            && taken[0].0 == 1
        {
            taken.push((line, String::new()));
        }
        taken.into_iter().map(|(_, text)| text).collect()
    }

    /// The comment at the end of a line.
    fn behind(&mut self, line: usize) -> String {
        match self.comments.iter().position(|comment| !comment.alone && comment.line == line) {
            Some(at) => self.comments.remove(at).text,
            None => String::new(),
        }
    }

    fn stream(&mut self, documents: &mut Vec<Node>) -> Read<()> {
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => {
                    self.look(self.chars.len());
                    let rest: Vec<String> = self.comments.drain(..).map(|comment| comment.text).collect();
                    match documents.last_mut() {
                        Some(last) => last.foot.extend(rest),
                        None if rest.is_empty() => {}
                        None => {
                            let mut empty = Node::text("");
                            empty.head = rest;
                            documents.push(empty);
                        }
                    }
                    return Ok(());
                }
                Event::DocumentStart(_) => {
                    let (event, span) = self.next()?;
                    let mut node = self.node(event, span, 0)?;
                    self.names.clear();
                    let (_, end) = self.next()?;
                    self.look(end.start.index());
                    let rest = std::mem::take(&mut self.comments);
                    node.foot.extend(rest.into_iter().map(|comment| comment.text));
                    documents.push(node);
                }
                _ => {
                    self.look(span.start.index());
                }
            }
        }
    }

    fn node(&mut self, event: Event<'t>, span: Span, depth: usize) -> Read<Node> {
        if depth > DEPTH_MAX {
            return Err(Some("too many nodes inside each other for this sandbox".into()));
        }
        let start = span.start.index();
        let name = self.look(start).or_else(|| self.anchor_at(&event, start));
        let head = self.above(span.start.line());
        let opens = self.chars.get(start).copied();
        let (shape, anchor, tag) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.seen = self.seen.max(span.end.index());
                let style = match style {
                    ScalarStyle::Plain => Style::Plain,
                    ScalarStyle::SingleQuoted => Style::Single,
                    ScalarStyle::DoubleQuoted => Style::Double,
                    ScalarStyle::Literal => Style::Literal,
                    ScalarStyle::Folded => Style::Folded,
                };
                (Shape::Scalar { text: text.into_owned(), style }, anchor, tag)
            }
            Event::Alias(id) => {
                self.seen = self.seen.max(span.end.index());
                let name = self.names.get(&id).cloned().unwrap_or_default();
                (Shape::Alias(name), 0, None)
            }
            Event::SequenceStart(anchor, tag) => {
                self.keep(anchor, name.as_ref());
                (self.list(opens == Some('['), depth)?, anchor, tag)
            }
            Event::MappingStart(anchor, tag) => {
                self.keep(anchor, name.as_ref());
                (self.map(opens == Some('{'), depth)?, anchor, tag)
            }
            _ => (Shape::Scalar { text: String::new(), style: Style::Plain }, 0, None),
        };
        self.keep(anchor, name.as_ref());
        let mut node = Node::new(shape);
        node.head = head;
        node.anchor = name.filter(|_| anchor > 0);
        node.tag = tag.map(|tag| spelled(&tag));
        let block = matches!(node.shape, Shape::List { flow: false, .. } | Shape::Map { flow: false, .. });
        if !block {
            let end = self.seen;
            let line_end = self.chars[end.min(self.chars.len())..].iter().position(|c| *c == '\n');
            self.look(line_end.map_or(self.chars.len(), |len| end + len).min(self.comment_limit(end)));
            let line = self.chars[..end.min(self.chars.len())].iter().filter(|c| **c == '\n').count() + 1;
            node.line = self.behind(line);
        }
        Ok(node)
    }

    /// A comment is looked for behind a node only where nothing else follows on the line.
    fn comment_limit(&self, end: usize) -> usize {
        let rest = self.chars[end.min(self.chars.len())..].iter();
        let blank = rest.clone().take_while(|c| **c == ' ' || **c == '\t').count();
        if rest.clone().nth(blank) == Some(&'#') { usize::MAX } else { end }
    }

    fn keep(&mut self, anchor: usize, name: Option<&String>) {
        if let Some(name) = name.filter(|_| anchor > 0) {
            self.names.insert(anchor, name.clone());
        }
    }

    fn list(&mut self, flow: bool, depth: usize) -> Read<Shape> {
        let mut items = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::SequenceEnd) {
                self.close(flow, span.end.index());
                return Ok(Shape::List { items, flow });
            }
            items.push(self.node(event, span, depth + 1)?);
        }
    }

    fn map(&mut self, flow: bool, depth: usize) -> Read<Shape> {
        let mut entries = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                self.close(flow, span.end.index());
                return Ok(Shape::Map { entries, flow });
            }
            let key = self.node(event, span, depth + 1)?;
            let (event, span) = self.next()?;
            let value = self.node(event, span, depth + 1)?;
            entries.push((key, value));
        }
    }

    /// What stands inside of brackets has been seen.
    fn close(&mut self, flow: bool, end: usize) {
        if flow {
            self.look(end);
            self.seen = self.seen.max(end);
        }
    }
}

fn spelled(tag: &Tag) -> String {
    if tag.is_yaml_core_schema() { format!("!!{}", tag.suffix) } else { format!("{}{}", tag.handle, tag.suffix) }
}
