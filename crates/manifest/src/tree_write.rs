//! A tree back to YAML, as go-yaml v3 writes it: two spaces a level, lists in maps pushed in, lines never folded.

use crate::tree::{Node, Shape, Style};
use crate::yaml_text::{double_quoted_plain, fits};
use std::iter::repeat_n;

impl Node {
    /// A document, without `---`.
    pub fn to_yaml(&self, indent: usize) -> String {
        let mut writer = Writer { out: String::new(), indent };
        writer.lines(&self.head, 0);
        match &self.shape {
            Shape::Map { entries, flow: false } if !entries.is_empty() => {
                writer.lead(self);
                writer.map(entries, 0, false);
            }
            Shape::List { items, flow: false } if !items.is_empty() => {
                writer.lead(self);
                writer.list(items, 0, false);
            }
            _ => {
                writer.inline(self, 0);
                writer.line_end(&self.line);
            }
        }
        writer.lines(&self.foot, 0);
        writer.out
    }
}

struct Writer {
    out: String,
    indent: usize,
}

impl Writer {
    /// The next level, a multiple of the step: what stands behind a dash is only two further in.
    fn next(&self, column: usize) -> usize {
        (column + self.indent) / self.indent * self.indent
    }

    fn pad(&mut self, column: usize) {
        self.out.extend(repeat_n(' ', column));
    }

    fn lines(&mut self, lines: &[String], column: usize) {
        for line in lines {
            if !line.is_empty() {
                self.pad(column);
                self.out.push_str(line);
            }
            self.out.push('\n');
        }
    }

    fn line_end(&mut self, comment: &str) {
        // A block of text has ended its line.
        if self.out.ends_with('\n') {
            return;
        }
        if !comment.is_empty() {
            self.out.push(' ');
            self.out.push_str(comment);
        }
        self.out.push('\n');
    }

    /// Anchor and tag of a whole document.
    fn lead(&mut self, node: &Node) {
        let before = self.out.len();
        self.marks(node);
        if self.out.len() > before {
            self.out.push('\n');
        }
    }

    fn marks(&mut self, node: &Node) {
        for (sign, text) in [("&", &node.anchor), ("", &node.tag)] {
            if let Some(text) = text {
                if self.out.ends_with(|c: char| !c.is_whitespace() && c != '[' && c != '{') {
                    self.out.push(' ');
                }
                self.out.push_str(sign);
                self.out.push_str(text);
            }
        }
    }

    /// `joined`: the first line goes on where the output stands, behind a dash.
    fn map(&mut self, entries: &[(Node, Node)], column: usize, joined: bool) {
        for (index, (key, value)) in entries.iter().enumerate() {
            if !(joined && index == 0) {
                self.lines(&key.head, column);
                self.pad(column);
            }
            self.inline(key, column + 2);
            self.out.push(':');
            self.value(value, column, &key.line, self.next(column));
        }
    }

    fn list(&mut self, items: &[Node], column: usize, joined: bool) {
        for (index, item) in items.iter().enumerate() {
            let first_key = match &item.shape {
                Shape::Map { entries, flow: false } => entries.first().map(|(key, _)| key.head.as_slice()),
                _ => None,
            };
            if !(joined && index == 0) {
                self.lines(&item.head, column);
                self.lines(first_key.unwrap_or(&[]), column);
                self.pad(column);
            }
            self.out.push('-');
            let inner = column + 2;
            match &item.shape {
                Shape::Map { entries, flow: false }
                    if !entries.is_empty() && item.anchor.is_none() && item.tag.is_none() =>
                {
                    self.out.push(' ');
                    self.map(entries, inner, true);
                }
                Shape::List { items, flow: false }
                    if !items.is_empty() && item.anchor.is_none() && item.tag.is_none() =>
                {
                    self.out.push(' ');
                    self.list(items, inner, true);
                }
                _ => self.value(item, column, "", inner),
            }
        }
    }

    /// What stands behind `key:` or a dash.
    fn value(&mut self, value: &Node, column: usize, key_line: &str, inner: usize) {
        match &value.shape {
            Shape::Map { entries, flow: false } if !entries.is_empty() => {
                self.marks(value);
                self.line_end(key_line);
                self.lines(&value.head, inner);
                self.map(entries, inner, false);
            }
            Shape::List { items, flow: false } if !items.is_empty() => {
                self.marks(value);
                self.line_end(key_line);
                self.lines(&value.head, inner);
                self.list(items, inner, false);
            }
            Shape::Scalar { text, style: Style::Plain } if text.is_empty() && value.anchor.is_none() => {
                self.line_end(if value.line.is_empty() { key_line } else { &value.line });
            }
            _ => {
                self.out.push(' ');
                self.inline(value, self.next(column));
                self.line_end(if value.line.is_empty() { key_line } else { &value.line });
            }
        }
    }

    /// A scalar, an alias, or a collection in brackets.
    fn inline(&mut self, node: &Node, inner: usize) {
        let before = self.out.len();
        self.marks(node);
        let marked = self.out.len() > before;
        match &node.shape {
            Shape::Scalar { text, .. } if text.is_empty() && marked => {}
            _ if marked => self.out.push(' '),
            _ => {}
        }
        match &node.shape {
            Shape::Scalar { text, style } => self.scalar(text, *style, inner),
            Shape::Alias(name) => {
                self.out.push('*');
                self.out.push_str(name);
            }
            Shape::List { items, .. } => {
                self.out.push('[');
                for (index, item) in items.iter().enumerate() {
                    self.out.push_str(if index > 0 { ", " } else { "" });
                    self.inline(item, inner);
                }
                self.out.push(']');
            }
            Shape::Map { entries, .. } => {
                self.out.push('{');
                for (index, (key, value)) in entries.iter().enumerate() {
                    self.out.push_str(if index > 0 { ", " } else { "" });
                    self.inline(key, inner);
                    self.out.push_str(": ");
                    self.inline(value, inner);
                }
                self.out.push('}');
            }
        }
    }

    fn scalar(&mut self, text: &str, style: Style, inner: usize) {
        let fits = fits(text);
        match style {
            Style::Literal | Style::Folded if fits.block => self.block(text, style, inner),
            Style::Single if fits.single && !text.contains('\n') => self.single(text),
            Style::Plain if fits.plain || text.is_empty() => self.out.push_str(text),
            Style::Plain if text.contains('\n') && fits.block => self.block(text, Style::Literal, inner),
            Style::Plain if fits.single && !text.contains('\n') => self.single(text),
            _ => double_quoted_plain(&mut self.out, text),
        }
    }

    fn single(&mut self, text: &str) {
        self.out.push('\'');
        self.out.push_str(&text.replace('\'', "''"));
        self.out.push('\'');
    }

    fn block(&mut self, text: &str, style: Style, inner: usize) {
        self.out.push(if style == Style::Folded { '>' } else { '|' });
        if text.starts_with([' ', '\n']) {
            self.out.push_str(&self.indent.to_string());
        }
        if !text.ends_with('\n') {
            self.out.push('-');
        } else if text == "\n" || text.ends_with("\n\n") {
            self.out.push('+');
        }
        for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
            self.out.push('\n');
            if !line.is_empty() {
                self.pad(inner);
                self.out.push_str(line);
            }
            // What was folded had one more line's end.
            if style == Style::Folded && !line.is_empty() {
                self.out.push('\n');
            }
        }
        if style == Style::Folded && self.out.ends_with('\n') {
            self.out.pop();
        }
        self.out.push('\n');
    }
}
