//! Here-documents: `<<END` and the lines up to `END`, which stand behind the line that asks for them.

use crate::code::{Part, Word};
use crate::parse::{Fail, Parsed, Parser};
use crate::state::Bash;
use world::Cx;

impl Parser<'_> {
    /// The text of the `<<` or `<<-` that begins here. The parser goes on behind the operator's word, and jumps over
    /// the document when it comes to the end of the line.
    pub(crate) fn here_document(&mut self) -> Parsed<Word> {
        self.eat("<<");
        let tabs = self.eat("-");
        while matches!(self.peek(), Some(' ' | '\t')) {
            self.bump();
        }
        let Some(end) = self.word()? else {
            return Err(Fail::Error("syntax error near unexpected token `newline'".into()));
        };
        let quoted = end.0.iter().any(|part| matches!(part, Part::Text { quoted: true, .. }));
        let end: String = end.0.iter().map(written).collect();
        let line_end = self.rest().find('\n').map_or(self.text.len(), |at| self.at + at + 1);
        let start = self.after_here.unwrap_or(line_end);
        let (body, after) = self.lines_until(&end, start, tabs)?;
        self.after_here = Some(after);
        if quoted { Ok(Word(vec![Part::Text { text: body, quoted: true }])) } else { self.expanded(&body) }
    }

    fn lines_until(&self, end: &str, start: usize, tabs: bool) -> Parsed<(String, usize)> {
        let (mut body, mut at) = (String::new(), start);
        for line in self.text[start..].split_inclusive('\n') {
            at += line.len();
            let shown = if tabs { line.trim_start_matches('\t') } else { line };
            if shown.trim_end_matches('\n') == end {
                return Ok((body, at));
            }
            body.push_str(shown);
        }
        let line = self.line;
        Err(Fail::Incomplete(format!("here-document at line {line} delimited by end-of-file (wanted `{end}')")))
    }

    /// Parameters and substitutions as in double quotes; a quote stands for itself.
    pub(crate) fn expanded(&mut self, body: &str) -> Parsed<Word> {
        let substs = std::mem::take(&mut self.substs);
        let mut inner = Parser { depth: self.depth + 1, substs, ..Parser::new(body, self.line) };
        let (mut parts, mut text) = (Vec::new(), String::new());
        while let Some(c) = inner.peek() {
            if !matches!(c, '$' | '`') {
                inner.bump();
                match (c, inner.peek()) {
                    ('\\', Some(next @ ('\\' | '$' | '`'))) => {
                        inner.bump();
                        text.push(next);
                    }
                    ('\\', Some('\n')) => {
                        inner.bump();
                    }
                    _ => text.push(c),
                }
                continue;
            }
            parts.push(Part::Text { text: std::mem::take(&mut text), quoted: true });
            if c == '`' {
                inner.backticks(&mut parts, true)?;
            } else {
                inner.dollar(&mut parts, true)?;
            }
        }
        parts.push(Part::Text { text, quoted: true });
        self.substs = inner.substs;
        Ok(Word(parts))
    }
}

impl Bash {
    /// A script that ends inside a here-document: bash warns and takes what there is. False for another `reason`.
    pub(crate) fn end_here_document(&mut self, cx: &mut Cx<'_>, reason: &str) -> bool {
        let Some(end) = reason.strip_prefix("here-document at ").and_then(|text| text.split('`').nth(1)) else {
            return false;
        };
        let lines = u32::try_from(self.source.lines().count()).unwrap_or(u32::MAX);
        let place = if self.name == "bash" && !self.text_given {
            String::new()
        } else {
            format!(" line {}:", self.source_line + lines - 1)
        };
        cx.err(format!("{}:{place} warning: {reason}\n", self.name));
        if !self.source.ends_with('\n') {
            self.source.push('\n');
        }
        self.source.push_str(end.trim_end_matches("')"));
        self.source.push('\n');
        true
    }
}

/// A word about as it was written, for an error.
pub(crate) fn as_written(word: &Word) -> String {
    word.0.iter().map(written).collect()
}

/// The end's word is not expanded.
fn written(part: &Part) -> String {
    match part {
        Part::Text { text, .. } => text.clone(),
        Part::Tilde(name) => format!("~{name}"),
        Part::Param { param, .. } => format!("${}", param.name),
        Part::Subst { .. } | Part::Arith { .. } => String::new(),
    }
}
