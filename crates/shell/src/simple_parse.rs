//! Parsing simple commands: assignments, words, redirects.

use crate::code::{Assign, AssignValue, Code, Op, Part, Redirect, RedirectKind, Simple, Word};
use crate::parse::{Parsed, Parser, is_name};
use std::sync::Arc;

/// Builtins whose arguments may be assignments, arrays among them.
const DECLARING: [&str; 6] = ["declare", "typeset", "local", "export", "readonly", "alias"];

impl Parser<'_> {
    /// Words up to something else, braces expanded.
    pub(crate) fn words(&mut self) -> Parsed<Vec<Word>> {
        let mut words = Vec::new();
        loop {
            self.skip_blanks();
            match self.word()? {
                Some(word) => crate::brace::expand(word, &mut words),
                None => return Ok(words),
            }
        }
    }

    pub(crate) fn redirects(&mut self) -> Parsed<Vec<Redirect>> {
        let mut all = Vec::new();
        loop {
            self.skip_blanks();
            match self.redirect()? {
                Some(redirect) => all.push(redirect),
                None => return Ok(all),
            }
        }
    }

    pub(crate) fn simple(&mut self) -> Parsed<Code> {
        let mut simple = Simple { line: self.line, ..Simple::default() };
        loop {
            self.skip_blanks();
            if let Some(redirect) = self.redirect()? {
                simple.redirects.push(redirect);
                continue;
            }
            let declares = declares(&simple.words);
            if (simple.words.is_empty() || declares)
                && let Some(assign) = self.assignment()?
            {
                if declares {
                    simple.declared.push((simple.words.len(), assign));
                    simple.words.push(Word(Vec::new()));
                } else {
                    simple.assigns.push(assign);
                }
            } else if let Some(word) = self.word()? {
                crate::brace::expand(word, &mut simple.words);
            } else {
                break;
            }
        }
        if simple.words.is_empty() && simple.assigns.is_empty() && simple.redirects.is_empty() {
            return Err(self.unexpected());
        }
        simple.substs = std::mem::take(&mut self.substs);
        Ok(vec![Op::Simple(Arc::new(simple)), Op::Check])
    }

    /// `name=value`, `name[index]+=value`, `name=(list)`.
    fn assignment(&mut self) -> Parsed<Option<Assign>> {
        let rest = self.rest();
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let name = &rest[..end];
        if !is_name(name) {
            return Ok(None);
        }
        let mut after = end;
        let mut index = None;
        if rest[end..].starts_with('[') {
            let Some(close) = closing(&rest[end + 1..]) else { return Ok(None) };
            index = Some(&rest[end + 1..end + 1 + close]);
            after = end + close + 2;
        }
        let append = rest[after..].starts_with("+=");
        if !(append || rest[after..].starts_with('=')) {
            return Ok(None);
        }
        let name = name.to_string();
        let index = index.map(str::to_string);
        let index = match index {
            Some(text) => Some(self.index_word(&text)?),
            None => None,
        };
        let after = self.at + after + 1 + usize::from(append);
        self.go_to(after);
        let value = if self.eat("(") {
            AssignValue::List(self.array_items()?)
        } else {
            AssignValue::Word(assigned(self.word()?.unwrap_or(Word(Vec::new()))))
        };
        Ok(Some(Assign { name, index, append, value }))
    }

    fn array_items(&mut self) -> Parsed<Vec<(Option<Word>, Word)>> {
        let mut items = Vec::new();
        loop {
            self.skip_newlines();
            if self.eat(")") {
                return Ok(items);
            }
            let rest = self.rest();
            if rest.starts_with('[')
                && let Some(close) = closing(&rest[1..])
                && rest[close + 2..].starts_with('=')
            {
                let key = rest[1..=close].to_string();
                let key = self.index_word(&key)?;
                self.go_to(self.at + close + 3);
                items.push((Some(key), self.word()?.unwrap_or(Word(Vec::new()))));
                continue;
            }
            let Some(word) = self.word()? else { return Err(self.unexpected()) };
            let mut words = Vec::new();
            crate::brace::expand(word, &mut words);
            items.extend(words.into_iter().map(|word| (None, word)));
        }
    }

    /// `{name}` right before a redirect.
    fn descriptor_name(&mut self) -> Option<String> {
        let (name, after) = self.rest().strip_prefix('{')?.split_once('}')?;
        let opens = after.starts_with(['<', '>']) && !after.starts_with("<(") && !after.starts_with(">(");
        let name = Some(name.to_string()).filter(|name| opens && crate::parse::is_name(name))?;
        self.at += name.len() + 2;
        Some(name)
    }

    fn redirect(&mut self) -> Parsed<Option<Redirect>> {
        let var = self.descriptor_name();
        let rest = self.rest();
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let after = &rest[digits..];
        let opens =
            after.starts_with(['<', '>']) && !(digits == 0 && (after.starts_with("<(") || after.starts_with(">(")));
        if !(opens || (digits == 0 && after.starts_with("&>"))) {
            return Ok(None);
        }
        if after.starts_with("<<") && !after.starts_with("<<<") {
            let fd = rest[..digits].parse().unwrap_or(0);
            self.at += digits;
            return Ok(Some(Redirect { fd, var, kind: RedirectKind::Here, target: self.here_document()? }));
        }
        let number: Option<u8> = if digits > 0 { rest[..digits].parse().ok() } else { None };
        self.at += digits;
        const KINDS: [(&str, RedirectKind, u8); 11] = [
            ("&>>", RedirectKind::BothAppend, 1),
            ("&>", RedirectKind::Both, 1),
            ("<<<", RedirectKind::Text, 0),
            (">>", RedirectKind::Append, 1),
            (">&", RedirectKind::Copy, 1),
            ("<&", RedirectKind::Copy, 0),
            ("<>", RedirectKind::ReadWrite, 0),
            (">|", RedirectKind::Clobber, 1),
            (">", RedirectKind::Write, 1),
            ("<", RedirectKind::Read, 0),
            ("", RedirectKind::Read, 0),
        ];
        let (text, kind, default) =
            KINDS.into_iter().find(|(text, ..)| self.rest().starts_with(text)).unwrap_or(KINDS[10]);
        self.eat(text);
        self.skip_blanks();
        let Some(target) = self.word()? else { return Err(self.unexpected()) };
        let literal = matches!(&target.0[..], [Part::Text { text, .. }] if text.bytes().all(|b| b.is_ascii_digit()) || text == "-");
        // `>&file` is `&>file`.
        let kind = if text == ">&" && number.is_none() && !literal && !matches!(target.0[..], [Part::Param { .. }]) {
            RedirectKind::Both
        } else {
            kind
        };
        Ok(Some(Redirect { fd: number.unwrap_or(default), var, kind, target }))
    }
}

fn declares(words: &[Word]) -> bool {
    let first = words.iter().find(|word| !matches!(literal(word), Some("command" | "builtin")));
    first.and_then(literal).is_some_and(|name| DECLARING.contains(&name) && name != "alias")
}

fn literal(word: &Word) -> Option<&str> {
    match &word.0[..] {
        [Part::Text { text, quoted: false }] => Some(text),
        _ => None,
    }
}

/// Where the bracket closes that was opened just before.
pub(crate) fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut quote) = (0, None);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '[') => depth += 1,
            (None, ']') if depth > 0 => depth -= 1,
            (None, ']') => return Some(at),
            (None, '\n' | ';' | '|') if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

/// In an assignment, `~` stands for a home also behind a colon.
fn assigned(word: Word) -> Word {
    let mut parts = Vec::new();
    for part in word.0 {
        match part {
            Part::Text { text, quoted: false } if text.contains(":~") => {
                let mut pieces = text.split(":~");
                let mut before = pieces.next().unwrap_or_default().to_string();
                for piece in pieces {
                    before.push(':');
                    parts.push(Part::Text { text: std::mem::take(&mut before), quoted: false });
                    if piece.is_empty() || piece.starts_with(['/', ':']) {
                        parts.push(Part::Tilde(String::new()));
                    } else {
                        before.push('~');
                    }
                    before.push_str(piece);
                }
                parts.push(Part::Text { text: before, quoted: false });
            }
            other => parts.push(other),
        }
    }
    Word(parts)
}
