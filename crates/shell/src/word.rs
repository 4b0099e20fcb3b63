//! Words: quotes, variables, substitutions.

use crate::code::{Code, Param, ParamOp, Part, Word};
use crate::parse::{Fail, Parsed, Parser, Unit, is_name, unit};
use std::sync::Arc;

pub(crate) fn plain(text: &str) -> Word {
    Word(vec![Part::Text { text: text.into(), quoted: false }])
}

/// `"$@"`.
pub(crate) fn all_arguments() -> Word {
    Word(vec![Part::Param { param: Box::new(Param { name: "@".into(), op: ParamOp::Value }), quoted: true }])
}

impl Parser<'_> {
    /// The word that begins here, if one does.
    pub(crate) fn word(&mut self) -> Parsed<Option<Word>> {
        let mut parts = Vec::new();
        if self.peek() == Some('~') {
            let rest = &self.rest()[1..];
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "_-.".contains(c))).unwrap_or(rest.len());
            if rest[end..].chars().next().is_none_or(|c| c == '/' || c.is_whitespace() || ";&|)".contains(c)) {
                parts.push(Part::Tilde(rest[..end].to_string()));
                self.at += 1 + end;
            }
        }
        loop {
            match self.peek() {
                None => break,
                Some(c) if c.is_whitespace() || ";&|()<>".contains(c) => break,
                Some('\'') => {
                    self.bump();
                    let text = self.until_quote('\'')?;
                    parts.push(Part::Text { text, quoted: true });
                }
                Some('"') => {
                    self.bump();
                    self.double_quoted(&mut parts)?;
                }
                Some('$') => self.dollar(&mut parts, false)?,
                Some('`') => self.backticks(&mut parts, false)?,
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
                    match parts.last_mut() {
                        Some(Part::Text { text, quoted: false }) => text.push(c),
                        _ => parts.push(Part::Text { text: c.into(), quoted: false }),
                    }
                }
            }
        }
        Ok((!parts.is_empty()).then_some(Word(parts)))
    }

    fn until_quote(&mut self, quote: char) -> Parsed<String> {
        let mut text = String::new();
        loop {
            match self.bump() {
                None => {
                    let what = format!("unexpected EOF while looking for matching `{quote}'");
                    return Err(Fail::Incomplete(what));
                }
                Some(c) if c == quote => return Ok(text),
                Some(c) => text.push(c),
            }
        }
    }

    fn double_quoted(&mut self, parts: &mut Vec<Part>) -> Parsed<()> {
        let mut text = String::new();
        let mut some = false;
        loop {
            match self.peek() {
                None => return Err(Fail::Incomplete("unexpected EOF while looking for matching `\"'".into())),
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
        if self.rest().starts_with("((") {
            return Err(Fail::Error("$((…)) is real bash, but not part of this sandbox yet".into()));
        }
        if self.eat("(") {
            let code = self.nested(')')?;
            self.add_subst(code, parts, quoted);
            return Ok(());
        }
        if !quoted && self.eat("'") {
            let raw = self.until_ansi_quote()?;
            parts.push(Part::Text { text: unescape(&raw), quoted: true });
            return Ok(());
        }
        if self.eat("{") {
            let param = self.braced()?;
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
        parts.push(Part::Param { param: Box::new(Param { name, op: ParamOp::Value }), quoted });
        Ok(())
    }

    fn until_ansi_quote(&mut self) -> Parsed<String> {
        let mut text = String::new();
        loop {
            match self.bump() {
                None => return Err(Fail::Incomplete("unexpected EOF while looking for matching `''".into())),
                Some('\'') => return Ok(text),
                Some('\\') => text.extend(['\\', self.bump().unwrap_or('\\')]),
                Some(c) => text.push(c),
            }
        }
    }

    fn add_subst(&mut self, code: Code, parts: &mut Vec<Part>, quoted: bool) {
        parts.push(Part::Subst { index: self.substs.len(), quoted });
        self.substs.push(Arc::new(code));
    }

    /// Commands up to a closing parenthesis.
    fn nested(&mut self, close: char) -> Parsed<Code> {
        let mut code = Code::new();
        let mut inner = Parser {
            text: self.text,
            at: self.at,
            line: self.line,
            depth: self.depth + 1,
            substs: vec![],
            after_here: self.after_here,
        };
        let list = inner.nested_list(close)?;
        crate::parse::append(&mut code, list);
        self.at = inner.at;
        self.line = inner.line;
        self.after_here = inner.after_here;
        Ok(code)
    }

    pub(crate) fn backticks(&mut self, parts: &mut Vec<Part>, quoted: bool) -> Parsed<()> {
        self.bump();
        let mut source = String::new();
        loop {
            match self.bump() {
                None => return Err(Fail::Incomplete("unexpected EOF while looking for matching ``'".into())),
                Some('`') => break,
                Some('\\') => match self.bump() {
                    Some(c @ ('`' | '\\' | '$')) => source.push(c),
                    Some(c) => source.extend(['\\', c]),
                    None => {}
                },
                Some(c) => source.push(c),
            }
        }
        let mut code = Code::new();
        let mut at = 0;
        while at < source.len() {
            match unit(&source[at..], self.line) {
                Unit::Command { code: more, next, .. } => {
                    crate::parse::append(&mut code, more);
                    at += next;
                }
                Unit::Nothing => break,
                Unit::Incomplete(what) | Unit::Error(what) => return Err(Fail::Error(what)),
            }
        }
        self.add_subst(code, parts, quoted);
        Ok(())
    }

    /// What stands in `${…}`, after the brace.
    fn braced(&mut self) -> Parsed<Param> {
        let start = self.at;
        let length = self.eat("#") && self.peek() != Some('}');
        if !length {
            self.at = start;
        }
        let rest = self.rest();
        let end = match rest.chars().next() {
            Some(c) if c.is_ascii_digit() => rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len()),
            Some(c) if "?$!#@*-".contains(c) => 1,
            _ => rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len()),
        };
        let name = rest[..end].to_string();
        self.at += end;
        if name.is_empty() || (!is_name(&name) && name.len() > 1 && !name.bytes().all(|b| b.is_ascii_digit())) {
            return Err(self.bad_substitution(start));
        }
        if length {
            return if self.eat("}") {
                Ok(Param { name, op: ParamOp::Length })
            } else {
                Err(self.bad_substitution(start))
            };
        }
        let op = self.param_op(start)?;
        if !self.eat("}") {
            return Err(self.bad_substitution(start));
        }
        Ok(Param { name, op })
    }

    fn bad_substitution(&self, start: usize) -> Fail {
        match self.text[start..].find('}') {
            None => Fail::Incomplete("unexpected EOF while looking for matching `}'".into()),
            Some(end) => Fail::Error(format!("${{{}}}: bad substitution", &self.text[start..start + end])),
        }
    }

    fn param_op(&mut self, start: usize) -> Parsed<ParamOp> {
        let colon = self.rest().starts_with(':');
        let next = self.rest().chars().nth(usize::from(colon));
        match next {
            Some('}') if !colon => Ok(ParamOp::Value),
            Some(op @ ('-' | '=' | '+' | '?')) => {
                self.at += usize::from(colon) + 1;
                Ok(ParamOp::Unset { op, colon, word: self.operand("}")? })
            }
            Some(_) if colon => {
                self.bump();
                let offset = self.number().ok_or_else(|| self.bad_substitution(start))?;
                let length =
                    if self.eat(":") { Some(self.number().ok_or_else(|| self.bad_substitution(start))?) } else { None };
                Ok(ParamOp::Slice { offset, length })
            }
            Some(c @ ('#' | '%')) => {
                self.bump();
                let longest = self.eat(&c.to_string());
                Ok(ParamOp::Strip { suffix: c == '%', longest, pattern: self.operand("}")? })
            }
            Some('/') => {
                self.bump();
                let all = self.eat("/");
                let pattern = self.operand("/}")?;
                let with = if self.eat("/") { self.operand("}")? } else { Word(Vec::new()) };
                Ok(ParamOp::Replace { all, pattern, with })
            }
            _ => Err(self.bad_substitution(start)),
        }
    }

    fn number(&mut self) -> Option<i64> {
        while self.peek() == Some(' ') {
            self.bump();
        }
        let rest = self.rest();
        let sign = usize::from(rest.starts_with('-'));
        let digits = rest[sign..].bytes().take_while(u8::is_ascii_digit).count();
        // An empty offset is 0: ${x::7}.
        let value = if digits == 0 { (sign == 0).then_some(0) } else { rest[..sign + digits].parse().ok() };
        self.at += sign + digits;
        value
    }

    /// A word inside `${…}`, up to one of `ends`.
    fn operand(&mut self, ends: &str) -> Parsed<Word> {
        let mut parts = Vec::new();
        loop {
            match self.peek() {
                None => return Err(Fail::Incomplete("unexpected EOF while looking for matching `}'".into())),
                Some(c) if ends.contains(c) => return Ok(Word(parts)),
                Some('\'') => {
                    self.bump();
                    let text = self.until_quote('\'')?;
                    parts.push(Part::Text { text, quoted: true });
                }
                Some('"') => {
                    self.bump();
                    self.double_quoted(&mut parts)?;
                }
                Some('$') => self.dollar(&mut parts, false)?,
                Some('`') => self.backticks(&mut parts, false)?,
                Some('\\') => {
                    self.bump();
                    let text = self.bump().map(String::from).unwrap_or_default();
                    parts.push(Part::Text { text, quoted: true });
                }
                Some(c) => {
                    self.bump();
                    match parts.last_mut() {
                        Some(Part::Text { text, quoted: false }) => text.push(c),
                        _ => parts.push(Part::Text { text: c.into(), quoted: false }),
                    }
                }
            }
        }
    }
}

/// `$'…'`.
fn unescape(raw: &str) -> String {
    let mut out = String::new();
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('e' | 'E') => out.push('\x1b'),
            Some('0') => out.push('\0'),
            Some(c @ ('\\' | '\'' | '"')) => out.push(c),
            Some(c) => out.extend(['\\', c]),
            None => out.push('\\'),
        }
    }
    out
}
