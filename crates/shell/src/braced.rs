//! Parsing `${…}`.

use crate::code::{Guard, Index, Param, ParamOp, Part, Word};
use crate::parse::{Parsed, Parser, is_name};
use crate::simple_parse::closing;
use crate::word::{no_end, push_bare};

impl Parser<'_> {
    /// What stands in `${…}`, after the brace. `quoted`: it stands in double quotes.
    pub(crate) fn braced(&mut self, quoted: bool) -> Parsed<Param> {
        let start = self.at;
        if self.rest().starts_with('#') && !self.rest().starts_with("#}") {
            self.bump();
            if let Some((name, index)) = self.param_name()?
                && self.eat("}")
            {
                return Ok(Param { name, index, indirect: false, op: ParamOp::Length });
            }
            // `${#-x}`, `${##}`: an operator behind `$#`.
            self.at = start;
        }
        let indirect = self.rest().starts_with('!') && !self.rest().starts_with("!}");
        if indirect {
            self.bump();
        }
        let Some((name, index)) = self.param_name()? else { return self.bad(start) };
        let mut param = Param { name, index, indirect, op: ParamOp::Value };
        if indirect {
            let each = matches!(param.index, Some(Index::Each | Index::Joined));
            if each && self.eat("}") {
                return Ok(Param { indirect: false, op: ParamOp::Keys, ..param });
            }
            for (end, index) in [("*}", Index::Joined), ("@}", Index::Each)] {
                if self.eat(end) {
                    return Ok(Param { indirect: false, index: Some(index), op: ParamOp::Names, ..param });
                }
            }
        }
        let substs = self.substs.len();
        match self.param_op(quoted)? {
            Some(op) if self.eat("}") => {
                if let ParamOp::Unset { op, colon, .. } = &op
                    && param.index.is_none()
                    && !indirect
                {
                    let guard = Guard { name: param.name.clone(), op: *op, colon: *colon };
                    for subst in self.substs[substs..].iter_mut().filter(|subst| subst.unless.is_none()) {
                        subst.unless = Some(guard.clone());
                    }
                }
                param.op = op;
                Ok(param)
            }
            _ => {
                self.substs.truncate(substs);
                self.bad(start)
            }
        }
    }

    /// `name`, `name[index]`, or a special parameter.
    fn param_name(&mut self) -> Parsed<Option<(String, Option<Index>)>> {
        let rest = self.rest();
        let end = match rest.chars().next() {
            Some(c) if c.is_ascii_digit() => rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len()),
            Some(c) if "?$!#@*-".contains(c) => 1,
            _ => rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len()),
        };
        let name = rest[..end].to_string();
        if name.is_empty() {
            return Ok(None);
        }
        self.at += end;
        if !is_name(&name) || self.peek() != Some('[') {
            return Ok(Some((name, None)));
        }
        let rest = &self.rest()[1..];
        let Some(close) = closing(rest) else { return Ok(None) };
        let text = rest[..close].to_string();
        let index = match text.as_str() {
            "@" => Index::Each,
            "*" => Index::Joined,
            text => Index::At(self.index_word(text)?),
        };
        let after = self.at + close + 2;
        self.go_to(after);
        Ok(Some((name, Some(index))))
    }

    /// Something that is no expansion: bash says so when it runs.
    fn bad(&mut self, start: usize) -> Parsed<Param> {
        let Some(end) = self.text[start..].find('}') else { return Err(no_end('}')) };
        let text = self.text[start..start + end].to_string();
        self.at = start;
        self.go_to(start + end + 1);
        Ok(Param { op: ParamOp::Bad(text), ..crate::word::param("") })
    }

    fn param_op(&mut self, quoted: bool) -> Parsed<Option<ParamOp>> {
        let colon = self.rest().starts_with(':');
        let next = self.rest().chars().nth(usize::from(colon));
        Ok(Some(match next {
            Some('}') if !colon => ParamOp::Value,
            Some(op @ ('-' | '=' | '+' | '?')) => {
                self.at += usize::from(colon) + 1;
                ParamOp::Unset { op, colon, word: self.operand("}", quoted)? }
            }
            Some(_) if colon => {
                self.bump();
                let offset = self.slice_bound()?;
                let length = if self.eat(":") { Some(self.slice_bound()?) } else { None };
                ParamOp::Slice { offset, length }
            }
            Some(c @ ('#' | '%')) => {
                self.bump();
                let longest = self.eat(&c.to_string());
                ParamOp::Strip { suffix: c == '%', longest, pattern: self.operand("}", false)? }
            }
            Some('/') => {
                self.bump();
                let all = self.eat("/");
                let anchor = self.peek().filter(|c| !all && matches!(c, '#' | '%'));
                if anchor.is_some() {
                    self.bump();
                }
                let pattern = self.operand("/}", false)?;
                let with = if self.eat("/") { self.operand("}", false)? } else { Word(Vec::new()) };
                ParamOp::Replace { all, anchor, pattern, with }
            }
            Some(how @ ('^' | ',' | '~')) => {
                self.bump();
                let all = self.eat(&how.to_string());
                ParamOp::Case { how, all, pattern: self.operand("}", false)? }
            }
            Some('@') => {
                self.bump();
                match self.bump() {
                    Some(c @ ('Q' | 'U' | 'u' | 'L' | 'E' | 'a' | 'A' | 'P' | 'K' | 'k')) => ParamOp::Transform(c),
                    _ => return Ok(None),
                }
            }
            _ => return Ok(None),
        }))
    }

    /// An arithmetic expression up to a colon or the end.
    fn slice_bound(&mut self) -> Parsed<Word> {
        let (mut depth, mut end) = (0, None);
        for (at, c) in self.rest().char_indices() {
            match c {
                '(' | '{' | '[' => depth += 1,
                ')' | ']' => depth -= 1,
                '}' if depth > 0 => depth -= 1,
                '?' => depth += 1,
                ':' if depth > 0 => depth -= 1,
                ':' | '}' => {
                    end = Some(at);
                    break;
                }
                _ => {}
            }
        }
        let Some(end) = end else { return Err(no_end('}')) };
        let text = self.rest()[..end].to_string();
        self.go_to(self.at + end);
        self.arith_word(&text)
    }

    /// A word inside `${…}`, up to one of `ends`. In double quotes (`quoted`) a single quote is none.
    fn operand(&mut self, ends: &str, quoted: bool) -> Parsed<Word> {
        let mut parts = Vec::new();
        if self.peek() == Some('~') && !quoted {
            let rest = &self.rest()[1..];
            if rest.starts_with(['/', '}']) {
                self.bump();
                parts.push(Part::Tilde(String::new()));
            }
        }
        loop {
            match self.peek() {
                None => return Err(no_end('}')),
                Some(c) if ends.contains(c) => return Ok(Word(parts)),
                Some(c @ '\'') if quoted => {
                    self.bump();
                    push_bare(&mut parts, c);
                }
                Some('\\') if quoted => {
                    self.bump();
                    match self.bump() {
                        Some('\n') => {}
                        Some(c @ ('}' | '"' | '\\' | '$' | '`')) => {
                            parts.push(Part::Text { text: c.into(), quoted: true });
                        }
                        Some(c) => parts.push(Part::Text { text: ['\\', c].iter().collect(), quoted: true }),
                        None => {}
                    }
                }
                Some(_) => self.piece(&mut parts)?,
            }
        }
    }
}
