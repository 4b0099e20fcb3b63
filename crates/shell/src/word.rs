//! Words: quotes, variables, substitutions.

use crate::code::{Code, Param, ParamOp, Part, Subst, Word};
use crate::parse::{Fail, Parsed, Parser};
use std::sync::Arc;

pub(crate) fn plain(text: &str) -> Word {
    Word(vec![Part::Text { text: text.into(), quoted: false }])
}

/// `$name`.
pub(crate) fn param(name: &str) -> Param {
    Param { name: name.into(), index: None, indirect: false, op: ParamOp::Value }
}

/// `"$@"`.
pub(crate) fn all_arguments() -> Word {
    Word(vec![Part::Param { param: Box::new(param("@")), quoted: true }])
}

/// Adds an unquoted character.
pub(crate) fn push_bare(parts: &mut Vec<Part>, c: char) {
    match parts.last_mut() {
        Some(Part::Text { text, quoted: false }) => text.push(c),
        _ => parts.push(Part::Text { text: c.into(), quoted: false }),
    }
}

pub(crate) fn no_end(quote: char) -> Fail {
    Fail::Incomplete(format!("unexpected EOF while looking for matching `{quote}'"))
}

impl Parser<'_> {
    /// The word that begins here, if one does.
    pub(crate) fn word(&mut self) -> Parsed<Option<Word>> {
        let mut parts = Vec::new();
        if self.peek() == Some('~') {
            let rest = &self.rest()[1..];
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "_-.+".contains(c))).unwrap_or(rest.len());
            if rest[end..]
                .chars()
                .next()
                .is_none_or(|c| c == '/' || c == ':' || c.is_whitespace() || ";&|)".contains(c))
            {
                parts.push(Part::Tilde(rest[..end].to_string()));
                self.at += 1 + end;
            }
        }
        loop {
            match self.peek() {
                None => break,
                Some('<' | '>') if self.rest()[1..].starts_with('(') && parts.is_empty() => self.process(&mut parts)?,
                Some(c) if c.is_whitespace() || ";&|()<>".contains(c) => break,
                Some(c @ ('?' | '*' | '+' | '@' | '!')) if self.extglob && self.rest()[1..].starts_with('(') => {
                    self.bump();
                    push_bare(&mut parts, c);
                    self.in_parentheses(&mut parts)?;
                }
                Some(_) => self.piece(&mut parts)?,
            }
        }
        Ok((!parts.is_empty()).then_some(Word(parts)))
    }

    /// One quote, expansion or character.
    pub(crate) fn piece(&mut self, parts: &mut Vec<Part>) -> Parsed<()> {
        match self.peek() {
            Some('\'') => {
                self.bump();
                let text = self.until_quote('\'')?;
                parts.push(Part::Text { text, quoted: true });
            }
            Some('"') => {
                self.bump();
                self.double_quoted(parts)?;
            }
            Some('$') => self.dollar(parts, false)?,
            Some('`') => self.backticks(parts, false)?,
            Some('\\') => {
                self.bump();
                match self.bump() {
                    Some('\n') => {}
                    Some(c) => parts.push(Part::Text { text: c.into(), quoted: true }),
                    None => parts.push(Part::Text { text: "\\".into(), quoted: true }),
                }
            }
            Some(c) => {
                self.bump();
                push_bare(parts, c);
            }
            None => {}
        }
        Ok(())
    }

    /// `( … )` as a part of a pattern or a regular expression: blanks and bars belong to it.
    fn in_parentheses(&mut self, parts: &mut Vec<Part>) -> Parsed<()> {
        let mut depth = 0;
        loop {
            match self.peek() {
                None => return Err(no_end(')')),
                Some(c @ '(') => {
                    depth += 1;
                    self.bump();
                    push_bare(parts, c);
                }
                Some(c @ ')') => {
                    depth -= 1;
                    self.bump();
                    push_bare(parts, c);
                    if depth == 0 {
                        return Ok(());
                    }
                }
                Some(_) => self.piece(parts)?,
            }
        }
    }

    /// The regular expression behind `=~`: bars and parentheses belong to it.
    pub(crate) fn regex_word(&mut self) -> Parsed<Option<Word>> {
        let mut parts = Vec::new();
        loop {
            match self.peek() {
                None => break,
                Some(c) if c.is_whitespace() => break,
                Some('(') => self.in_parentheses(&mut parts)?,
                Some(_) => self.piece(&mut parts)?,
            }
        }
        Ok((!parts.is_empty()).then_some(Word(parts)))
    }

    /// `<( )`: a file with a command's output; `>( )`: a file that a command reads.
    fn process(&mut self, parts: &mut Vec<Part>) -> Parsed<()> {
        let sink = self.peek() == Some('>');
        self.eat(if sink { ">(" } else { "<(" });
        let code = self.nested(')')?;
        parts.push(Part::Subst { index: self.substs.len(), quoted: true });
        self.substs.push(Subst { code: Arc::new(code), unless: None, file: true, sink });
        Ok(())
    }

    pub(crate) fn until_quote(&mut self, quote: char) -> Parsed<String> {
        let mut text = String::new();
        loop {
            match self.bump() {
                None => return Err(no_end(quote)),
                Some(c) if c == quote => return Ok(text),
                Some(c) => text.push(c),
            }
        }
    }

    pub(crate) fn double_quoted(&mut self, parts: &mut Vec<Part>) -> Parsed<()> {
        let mut text = String::new();
        let mut some = false;
        loop {
            match self.peek() {
                None => return Err(no_end('"')),
                Some('"') => {
                    self.bump();
                    if !text.is_empty() || !some {
                        parts.push(Part::Text { text, quoted: true });
                    }
                    return Ok(());
                }
                Some('\\') => {
                    self.bump();
                    match self.bump() {
                        Some(c @ ('"' | '\\' | '$' | '`')) => text.push(c),
                        Some('\n') | None => {}
                        Some(c) => text.extend(['\\', c]),
                    }
                }
                Some('$' | '`') => {
                    some = true;
                    if !text.is_empty() {
                        parts.push(Part::Text { text: std::mem::take(&mut text), quoted: true });
                    }
                    if self.peek() == Some('`') {
                        self.backticks(parts, true)?;
                    } else {
                        self.dollar(parts, true)?;
                    }
                }
                Some(c) => {
                    self.bump();
                    text.push(c);
                }
            }
        }
    }

    pub(crate) fn dollar(&mut self, parts: &mut Vec<Part>, quoted: bool) -> Parsed<()> {
        self.bump();
        if self.rest().starts_with("((")
            && let Some(end) = self.arith_end(self.at + 2)
        {
            let text = self.text[self.at + 2..end].to_string();
            self.go_to(end + 2);
            let text = self.arith_word(&text)?;
            parts.push(Part::Arith { text, quoted });
            return Ok(());
        }
        if self.eat("(") {
            let code = self.nested(')')?;
            self.add_subst(code, parts, quoted);
            return Ok(());
        }
        if !quoted && self.eat("'") {
            let raw = self.until_ansi_quote()?;
            parts.push(Part::Text { text: crate::echo::ansi_c(&raw), quoted: true });
            return Ok(());
        }
        if !quoted && self.eat("\"") {
            return self.double_quoted(parts);
        }
        if self.eat("{") {
            let param = self.braced(quoted)?;
            parts.push(Part::Param { param: Box::new(param), quoted });
            return Ok(());
        }
        let rest = self.rest();
        let length = match rest.chars().next() {
            Some(c) if c.is_ascii_alphabetic() || c == '_' => {
                rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len())
            }
            Some(c) if c.is_ascii_digit() || "?$!#@*-".contains(c) => 1,
            _ => {
                parts.push(Part::Text { text: "$".into(), quoted });
                return Ok(());
            }
        };
        let name = rest[..length].to_string();
        self.at += length;
        parts.push(Part::Param { param: Box::new(param(&name)), quoted });
        Ok(())
    }

    fn until_ansi_quote(&mut self) -> Parsed<String> {
        let mut text = String::new();
        loop {
            match self.bump() {
                None => return Err(no_end('\'')),
                Some('\'') => return Ok(text),
                Some('\\') => text.extend(['\\', self.bump().unwrap_or('\\')]),
                Some(c) => text.push(c),
            }
        }
    }

    fn add_subst(&mut self, code: Code, parts: &mut Vec<Part>, quoted: bool) {
        parts.push(Part::Subst { index: self.substs.len(), quoted });
        self.substs.push(Subst { code: Arc::new(code), unless: None, file: false, sink: false });
    }

    /// An arithmetic expression: as in double quotes, whose own quotes are dropped.
    pub(crate) fn arith_word(&mut self, text: &str) -> Parsed<Word> {
        if !text.contains(['$', '`', '"', '\\']) {
            return Ok(Word(vec![Part::Text { text: text.into(), quoted: true }]));
        }
        self.expanded(&text.replace('"', ""))
    }

    /// What stands between the brackets of an array: quotes are taken off, expansions are made.
    pub(crate) fn index_word(&mut self, text: &str) -> Parsed<Word> {
        let substs = std::mem::take(&mut self.substs);
        let mut inner = Parser { depth: self.depth + 1, substs, ..Parser::new(text, self.line) };
        let mut parts = Vec::new();
        while !inner.at_end() {
            inner.piece(&mut parts)?;
        }
        self.substs = inner.substs;
        Ok(Word(parts))
    }

    /// Commands up to a closing parenthesis.
    fn nested(&mut self, close: char) -> Parsed<Code> {
        let mut inner = Parser {
            at: self.at,
            depth: self.depth + 1,
            extglob: self.extglob,
            after_here: self.after_here,
            ..Parser::new(self.text, self.line)
        };
        let code = match inner.nested_list(close) {
            Err(Fail::Incomplete(what)) if what.starts_with("syntax error") => return Err(no_end(close)),
            other => other?,
        };
        self.at = inner.at;
        self.line = inner.line;
        self.after_here = inner.after_here;
        Ok(code)
    }

    pub(crate) fn backticks(&mut self, parts: &mut Vec<Part>, quoted: bool) -> Parsed<()> {
        let line = self.line;
        self.bump();
        let mut source = String::new();
        loop {
            match self.bump() {
                None => return Err(no_end('`')),
                Some('`') => break,
                Some('\\') => match self.bump() {
                    Some(c @ ('`' | '\\' | '$')) => source.push(c),
                    Some('"') if quoted => source.push('"'),
                    Some(c) => source.extend(['\\', c]),
                    None => source.push('\\'),
                },
                Some(c) => source.push(c),
            }
        }
        if self.depth > 40 {
            return Err(Fail::Error("commands are nested too deeply".into()));
        }
        let code = crate::parse::whole(&source, line, self.extglob).map_err(|(_, what, _)| Fail::Error(what))?;
        self.add_subst(code, parts, quoted);
        Ok(())
    }
}
