//! The values of `${…}`.

use crate::code::{Index, Param, ParamOp, Word};
use crate::expand::{Chunk, Expanded, Trouble};
use crate::glob::Match;
use crate::param_text::{in_case, range, replace, strip};
use crate::state::Bash;
use crate::vars::Value;
use order::Arrange;
use world::Cx;

/// What a parameter is worth.
enum Worth {
    One(Option<String>),
    /// Elements, and whether `*` joins them.
    Many(Vec<String>, bool),
}

impl Bash {
    fn worth(&mut self, param: &Param, cx: &mut Cx<'_>) -> Expanded<Worth> {
        let name = param.name.as_str();
        Ok(match (&param.index, name) {
            (Some(Index::Each), _) | (None, "@") => Worth::Many(self.elements(name), false),
            (Some(Index::Joined), _) | (None, "*") => Worth::Many(self.elements(name), true),
            (Some(Index::At(index)), _) => {
                let index = self.text(index, cx)?;
                match self.item_at(name, &index, cx) {
                    Ok(value) => Worth::One(value),
                    Err(trouble) if trouble.message.ends_with("bad array subscript") => {
                        self.complain(cx, &trouble.message);
                        Worth::One(Some(String::new()))
                    }
                    Err(trouble) => return Err(trouble),
                }
            }
            (None, "RANDOM") => Worth::One(Some(self.roll().to_string())),
            (None, _) => Worth::One(self.value(name, cx)),
        })
    }

    pub(crate) fn param(&mut self, param: &Param, quoted: bool, cx: &mut Cx<'_>, out: &mut Vec<Chunk>) -> Expanded<()> {
        if let ParamOp::Bad(text) = &param.op {
            return Err(Trouble::discards(format!("${{{text}}}: bad substitution")));
        }
        if param.indirect {
            let Worth::One(Some(target)) = self.worth(&Param { op: ParamOp::Value, ..param.clone() }, cx)? else {
                return Err(Trouble::discards(format!("{}: invalid indirect expansion", param.name)));
            };
            let target = self.target(&target, &param.op);
            return self.param(&target, quoted, cx, out);
        }
        let worth = match &param.op {
            ParamOp::Keys => Worth::Many(self.keys(&param.name), matches!(param.index, Some(Index::Joined))),
            ParamOp::Names => {
                let mut names: Vec<String> =
                    self.vars.keys().filter(|name| name.starts_with(param.name.as_str())).cloned().collect();
                names.arrange();
                Worth::Many(names, matches!(param.index, Some(Index::Joined)))
            }
            _ => self.worth(param, cx)?,
        };
        if let ParamOp::Unset { op, colon, word } = &param.op {
            return self.when_unset(param, (*op, *colon, word), worth, quoted, cx, out);
        }
        if let Worth::One(None) = worth
            && self.options.nounset
        {
            let digits = param.name.bytes().all(|b| b.is_ascii_digit());
            let shown = if digits || param.name == "!" { format!("${}", param.name) } else { shown(param) };
            return Err(Trouble::exits(format!("{shown}: unbound variable")));
        }
        let counts = param.op == ParamOp::Length && matches!(param.index, Some(Index::Each | Index::Joined));
        if counts
            && self.options.nounset
            && self.special_list(&param.name).is_empty()
            && !self.vars.contains_key(&param.name)
        {
            return Err(Trouble::exits(format!("{}: unbound variable", param.name)));
        }
        let worth = self.changed(param, worth, cx)?;
        self.emit(worth, quoted, out);
        Ok(())
    }

    /// What an indirect parameter leads to, with its operator.
    fn target(&self, text: &str, op: &ParamOp) -> Param {
        let (name, index) = match text.split_once('[') {
            Some((name, rest)) => match rest.trim_end_matches(']') {
                "@" => (name, Some(Index::Each)),
                "*" => (name, Some(Index::Joined)),
                key => (name, Some(Index::At(crate::word::plain(key)))),
            },
            None => (text, None),
        };
        Param { name: name.into(), index, indirect: false, op: op.clone() }
    }

    fn emit(&self, worth: Worth, quoted: bool, out: &mut Vec<Chunk>) {
        match worth {
            Worth::One(text) => out.push(Chunk::Text { text: text.unwrap_or_default(), quoted, split: true }),
            Worth::Many(items, joined) => {
                let between =
                    if joined { self.ifs().chars().next().map_or(String::new(), String::from) } else { " ".into() };
                if joined && quoted {
                    out.push(Chunk::Text { text: items.join(&between), quoted, split: true });
                    return;
                }
                for (index, text) in items.into_iter().enumerate() {
                    if index > 0 {
                        out.push(Chunk::Break(between.clone()));
                    }
                    out.push(Chunk::Text { text, quoted, split: true });
                }
            }
        }
    }

    fn when_unset(
        &mut self,
        param: &Param,
        (op, colon, word): (char, bool, &Word),
        worth: Worth,
        quoted: bool,
        cx: &mut Cx<'_>,
        out: &mut Vec<Chunk>,
    ) -> Expanded<()> {
        let missing = match &worth {
            Worth::One(value) => value.as_ref().is_none_or(|v| colon && v.is_empty()),
            Worth::Many(items, _) => items.is_empty() || (colon && items.iter().all(String::is_empty)),
        };
        match (op, missing) {
            ('+', true) => {
                if quoted {
                    out.push(Chunk::Text { text: String::new(), quoted, split: false });
                }
            }
            ('+', false) | ('-', true) => self.chunks(word, quoted, true, cx, out)?,
            ('=', true) => {
                let text = self.text(word, cx)?;
                let index = match &param.index {
                    Some(Index::At(index)) => Some(self.text(index, cx)?),
                    _ => None,
                };
                self.assign(&param.name, index.as_deref(), false, &text, cx)?;
                out.push(Chunk::Text { text, quoted, split: true });
            }
            ('?', true) => {
                let said = self.text(word, cx)?;
                let said = match (said.is_empty(), colon) {
                    (true, true) => "parameter null or not set".into(),
                    (true, false) => "parameter not set".into(),
                    _ => said,
                };
                return Err(Trouble::exits(format!("{}: {said}", shown(param))));
            }
            _ => self.emit(worth, quoted, out),
        }
        Ok(())
    }

    /// A value after its operator.
    fn changed(&mut self, param: &Param, worth: Worth, cx: &mut Cx<'_>) -> Expanded<Worth> {
        let each = |worth: Worth, change: &mut dyn FnMut(&str) -> String| match worth {
            Worth::One(value) => Worth::One(Some(change(&value.unwrap_or_default()))),
            Worth::Many(items, joined) => Worth::Many(items.iter().map(|item| change(item)).collect(), joined),
        };
        let how = Match { extglob: true, nocase: self.options.nocasematch };
        Ok(match &param.op {
            ParamOp::Length => Worth::One(Some(match &worth {
                Worth::One(value) => value.as_ref().map_or(0, |text| text.chars().count()).to_string(),
                Worth::Many(items, _) => items.len().to_string(),
            })),
            ParamOp::Strip { suffix, longest, pattern } => {
                let pattern = self.pattern(pattern, cx)?;
                each(worth, &mut |value| strip(value, &pattern, *suffix, *longest))
            }
            ParamOp::Replace { all, anchor, pattern, with } => {
                let pattern = self.pattern(pattern, cx)?;
                let with = self.replacement(with, cx)?;
                each(worth, &mut |value| replace(value, &pattern, &with, *all, *anchor, how))
            }
            ParamOp::Slice { offset, length } => {
                let offset = self.text(offset, cx)?;
                let offset = self.arithmetic(&offset, cx)?;
                let length = match length {
                    Some(length) => {
                        let text = self.text(length, cx)?;
                        Some((self.arithmetic(&text, cx)?, text))
                    }
                    None => None,
                };
                self.sliced(param, worth, offset, length)?
            }
            ParamOp::Case { how: op, all, pattern } => {
                let pattern = self.pattern(pattern, cx)?;
                each(worth, &mut |value| in_case(value, *op, *all, &pattern))
            }
            ParamOp::Transform(op) => self.transformed(param, *op, worth),
            _ => worth,
        })
    }

    /// The text that replaces: an unquoted `&` stands for what was found.
    fn replacement(&mut self, word: &Word, cx: &mut Cx<'_>) -> Expanded<Vec<Option<String>>> {
        let mut chunks = Vec::new();
        self.chunks(word, false, false, cx, &mut chunks)?;
        let mut out = vec![];
        for chunk in chunks {
            match chunk {
                Chunk::Text { text, quoted: false, .. } => {
                    for (index, piece) in text.split('&').enumerate() {
                        if index > 0 {
                            out.push(None);
                        }
                        out.push(Some(piece.to_string()));
                    }
                }
                Chunk::Text { text, .. } => out.push(Some(text)),
                Chunk::Break(between) => out.push(Some(between)),
            }
        }
        Ok(out)
    }

    fn sliced(&self, param: &Param, worth: Worth, offset: i64, length: Option<(i64, String)>) -> Expanded<Worth> {
        let too_short = |text: &str| Trouble::discards(format!("{text}: substring expression < 0"));
        Ok(match worth {
            Worth::One(value) => {
                let chars: Vec<char> = value.unwrap_or_default().chars().collect();
                let range = range(chars.len(), offset, length.as_ref().map(|(n, _)| *n), true);
                match range {
                    Some((start, end)) => Worth::One(Some(chars[start..end].iter().collect())),
                    None => return Err(too_short(&length.map_or(String::new(), |(_, text)| text))),
                }
            }
            Worth::Many(items, joined) => {
                let positional = matches!(param.name.as_str(), "@" | "*");
                let mut all = items;
                if positional {
                    all.insert(0, self.name.clone());
                    if offset == 0 && length.is_none() {
                        return Ok(Worth::Many(all, joined));
                    }
                }
                // An array is walked by its indices: from the first one that is not before the offset.
                let offset = match self.vars.get(&self.meant(&param.name)).map(|var| &var.value) {
                    Some(Value::List(items)) if offset >= 0 && !positional => {
                        let before = items.keys().filter(|at| i64::try_from(**at).unwrap_or(i64::MAX) < offset).count();
                        i64::try_from(before).unwrap_or(0)
                    }
                    Some(Value::List(items)) if !positional => {
                        let end = items.last_key_value().map_or(0, |(last, _)| i64::try_from(*last).unwrap_or(0) + 1);
                        let from = end + offset;
                        let before = items.keys().filter(|at| i64::try_from(**at).unwrap_or(i64::MAX) < from).count();
                        if from < 0 { i64::MAX } else { i64::try_from(before).unwrap_or(0) }
                    }
                    _ => offset,
                };
                match range(all.len(), offset, length.as_ref().map(|(n, _)| *n), false) {
                    Some((start, end)) => Worth::Many(all[start..end].to_vec(), joined),
                    None => return Err(too_short(&length.map_or(String::new(), |(_, text)| text))),
                }
            }
        })
    }

    fn transformed(&self, param: &Param, op: char, worth: Worth) -> Worth {
        let change = |text: &str| match op {
            'Q' => crate::quote::always(text),
            'U' => text.to_uppercase(),
            'u' => in_case(text, '^', false, ""),
            'L' => text.to_lowercase(),
            'E' => crate::echo::ansi_c(text),
            _ => text.to_string(),
        };
        if op == 'a' {
            return Worth::One(Some(self.vars.get(&param.name).map_or(String::new(), crate::shown::letters)));
        }
        if op == 'A' {
            let text = self.vars.get(&param.name).map(|var| match &var.value {
                Value::Text(text) if crate::shown::letters(var).is_empty() => {
                    format!("{}={}", param.name, crate::quote::always(text))
                }
                _ => crate::shown::as_command(&param.name, var),
            });
            return Worth::One(text);
        }
        match worth {
            Worth::One(value) => Worth::One(value.map(|text| change(&text))),
            Worth::Many(items, joined) => Worth::Many(items.iter().map(|item| change(item)).collect(), joined),
        }
    }
}

fn shown(param: &Param) -> String {
    match &param.index {
        Some(Index::At(Word(parts))) => match &parts[..] {
            [crate::code::Part::Text { text, .. }] => format!("{}[{text}]", param.name),
            _ => param.name.clone(),
        },
        _ => param.name.clone(),
    }
}
