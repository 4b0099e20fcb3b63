//! From words to fields: tilde, parameters, command substitution, splitting, globs, quote removal.

use crate::code::{Param, ParamOp, Part, Word};
use crate::glob;
use crate::run::Bash;
use world::Cx;

/// Why a word has no expansion; in bash's words.
pub(crate) type Expanded<T> = Result<T, String>;

/// A field being built: its text, and the same as a pattern in which quoted characters are escaped.
#[derive(Debug, Clone, Default)]
struct Field {
    text: String,
    pattern: String,
    globs: bool,
    /// Quotes make even an empty field a field.
    quoted: bool,
}

impl Field {
    fn push(&mut self, text: &str, quoted: bool) {
        self.text.push_str(text);
        self.quoted |= quoted;
        for c in text.chars() {
            let special = matches!(c, '*' | '?' | '[' | ']' | '\\');
            if quoted && special {
                self.pattern.push('\\');
            }
            self.globs |= !quoted && matches!(c, '*' | '?' | '[');
            self.pattern.push(c);
        }
    }

    fn is_some(&self) -> bool {
        self.quoted || !self.text.is_empty()
    }
}

impl Bash {
    /// Words to arguments: split and globbed.
    pub(crate) fn fields(&mut self, words: &[Word], cx: &Cx<'_>) -> Expanded<Vec<String>> {
        let mut all = Vec::new();
        for word in words {
            for field in self.split(word, cx)? {
                if field.globs && !self.options.noglob {
                    let found = glob::paths(cx.files(), &cx.cwd(), &field.pattern);
                    if !found.is_empty() {
                        all.extend(found);
                        continue;
                    }
                }
                all.push(field.text);
            }
        }
        Ok(all)
    }

    fn split(&mut self, word: &Word, cx: &Cx<'_>) -> Expanded<Vec<Field>> {
        let ifs = self.vars.get("IFS").map_or(" \t\n".to_string(), |var| var.value.clone());
        let mut done = Vec::new();
        let mut field = Field::default();
        for part in &word.0 {
            if let Part::Param { param, quoted: true } = part
                && param.name == "@"
                && param.op == ParamOp::Value
            {
                for (index, value) in self.params.iter().enumerate() {
                    if index > 0 {
                        done.push(std::mem::take(&mut field));
                    }
                    field.push(value, true);
                }
                continue;
            }
            let (text, quoted) = self.part(part, cx)?;
            let literal = matches!(part, Part::Text { .. } | Part::Tilde(_));
            if quoted || literal {
                field.push(&text, quoted || matches!(part, Part::Tilde(_)));
                continue;
            }
            let mut pieces = text.split(|c| ifs.contains(c)).peekable();
            while let Some(piece) = pieces.next() {
                field.push(piece, false);
                if pieces.peek().is_some() && field.is_some() {
                    done.push(std::mem::take(&mut field));
                }
            }
        }
        if field.is_some() {
            done.push(field);
        }
        Ok(done)
    }

    /// A word as one text: assignments, redirect targets, `case`.
    pub(crate) fn text(&mut self, word: &Word, cx: &Cx<'_>) -> Expanded<String> {
        let mut out = String::new();
        for part in &word.0 {
            out.push_str(&self.part(part, cx)?.0);
        }
        Ok(out)
    }

    /// A word as a pattern: quoted characters stand for themselves.
    pub(crate) fn pattern(&mut self, word: &Word, cx: &Cx<'_>) -> Expanded<String> {
        let mut field = Field::default();
        for part in &word.0 {
            let (text, quoted) = self.part(part, cx)?;
            field.push(&text, quoted);
        }
        Ok(field.pattern)
    }

    fn part(&mut self, part: &Part, cx: &Cx<'_>) -> Expanded<(String, bool)> {
        match part {
            Part::Text { text, quoted } => Ok((text.clone(), *quoted)),
            Part::Tilde(user) => {
                let home = self.value("HOME", cx).unwrap_or_else(|| "/".into());
                let text = match user.as_str() {
                    "" => home,
                    name if name == cx.machine().user => home,
                    name => format!("~{name}"),
                };
                Ok((text, true))
            }
            Part::Subst { index, quoted } => Ok((self.substs.get(*index).cloned().unwrap_or_default(), *quoted)),
            Part::Param { param, quoted } => Ok((self.param(param, cx)?, *quoted)),
        }
    }

    fn param(&mut self, param: &Param, cx: &Cx<'_>) -> Expanded<String> {
        let value = self.value(&param.name, cx);
        if let ParamOp::Unset { op, colon, word } = &param.op {
            let missing = value.as_ref().is_none_or(|v| *colon && v.is_empty());
            return match (op, missing) {
                ('+', false) | ('-', true) => self.text(word, cx),
                ('=', true) => {
                    let text = self.text(word, cx)?;
                    self.set(&param.name, &text);
                    Ok(text)
                }
                ('?', true) => {
                    let said = self.text(word, cx)?;
                    let said = if said.is_empty() { "parameter null or not set".into() } else { said };
                    Err(format!("{}: {said}", param.name))
                }
                ('+', true) => Ok(String::new()),
                _ => Ok(value.unwrap_or_default()),
            };
        }
        if value.is_none() && self.options.nounset && !matches!(param.name.as_str(), "@" | "*") {
            return Err(format!("{}: unbound variable", param.name));
        }
        let value = value.unwrap_or_default();
        match &param.op {
            ParamOp::Value | ParamOp::Unset { .. } => Ok(value),
            ParamOp::Length => Ok(match param.name.as_str() {
                "@" | "*" => self.params.len().to_string(),
                _ => value.chars().count().to_string(),
            }),
            ParamOp::Strip { suffix, longest, pattern } => {
                let pattern = self.pattern(pattern, cx)?;
                Ok(strip(&value, &pattern, *suffix, *longest))
            }
            ParamOp::Replace { all, pattern, with } => {
                let pattern = self.pattern(pattern, cx)?;
                let with = self.text(with, cx)?;
                Ok(replace(&value, &pattern, &with, *all))
            }
            ParamOp::Slice { offset, length } => Ok(slice(&value, *offset, *length)),
        }
    }
}

fn boundaries(text: &str) -> Vec<usize> {
    text.char_indices().map(|(at, _)| at).chain([text.len()]).collect()
}

fn strip(value: &str, pattern: &str, suffix: bool, longest: bool) -> String {
    let mut cuts = boundaries(value);
    // The shortest prefix ends first; the shortest suffix starts last.
    if suffix != longest {
        cuts.reverse();
    }
    for cut in cuts {
        let (piece, rest) = if suffix { (&value[cut..], &value[..cut]) } else { (&value[..cut], &value[cut..]) };
        if glob::matches(pattern, piece) {
            return rest.to_string();
        }
    }
    value.to_string()
}

fn replace(value: &str, pattern: &str, with: &str, all: bool) -> String {
    if pattern.is_empty() {
        return value.to_string();
    }
    let cuts = boundaries(value);
    let mut out = String::new();
    let mut at = 0;
    let mut done = false;
    while at < value.len() {
        let hit = cuts.iter().rev().find(|end| **end > at && glob::matches(pattern, &value[at..**end]));
        match hit.filter(|_| !done) {
            Some(end) => {
                out.push_str(with);
                at = *end;
                done = !all;
            }
            None => {
                let c = value[at..].chars().next().expect("not at the end");
                out.push(c);
                at += c.len_utf8();
            }
        }
    }
    out
}

fn slice(value: &str, offset: i64, length: Option<i64>) -> String {
    let chars: Vec<char> = value.chars().collect();
    let count = i64::try_from(chars.len()).unwrap_or(i64::MAX);
    let start = if offset < 0 { count + offset } else { offset };
    if start < 0 || start > count {
        return String::new();
    }
    let end = match length {
        None => count,
        Some(n) if n < 0 => count + n,
        Some(n) => start.saturating_add(n).min(count),
    };
    let index = |n: i64| usize::try_from(n).unwrap_or(0);
    if end <= start { String::new() } else { chars[index(start)..index(end)].iter().collect() }
}
