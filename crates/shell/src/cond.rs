//! The tests of `[[ ]]`.

use crate::code::{Part, Simple};
use crate::expand::{Expanded, Trouble};
use crate::glob::{Match, matches_as};
use crate::run::Flow;
use crate::state::Bash;
use crate::test_builtin::{compare, of_files, unary};
use crate::vars::Value;
use world::Cx;

impl Bash {
    pub(crate) fn condition(&mut self, simple: &Simple, cx: &mut Cx<'_>) -> Expanded<Flow> {
        let value = match &simple.words[..] {
            [word] => {
                let text = self.text(word, cx)?;
                self.trace_cond(&["-n", &quoted(&text)], cx);
                !text.is_empty()
            }
            [op, word] => {
                let (op, text) = (self.text(op, cx)?, self.text(word, cx)?);
                self.trace_cond(&[&op, &quoted(&text)], cx);
                unary(&op, &text, self, cx)?
            }
            [left, op, right] => {
                let op = match &op.0[..] {
                    [Part::Text { text, .. }] => text.clone(),
                    _ => String::new(),
                };
                let left = self.text(left, cx)?;
                self.compared(&left, &op, right, cx)?
            }
            _ => false,
        };
        self.status = i32::from(!value);
        Ok(Flow::Next)
    }

    fn compared(&mut self, left: &str, op: &str, right: &crate::code::Word, cx: &mut Cx<'_>) -> Expanded<bool> {
        let how = Match { extglob: true, nocase: self.options.nocasematch };
        match op {
            "=" | "==" | "!=" => {
                let pattern = self.pattern(right, cx)?;
                let shown = self.trace_pattern(right, cx)?;
                self.trace_cond(&[&quoted(left), op, &shown], cx);
                Ok(matches_as(&pattern, left, how) == (op != "!="))
            }
            "=~" => {
                let regex = self.regex(right, cx)?;
                self.trace_cond(&[&quoted(left), op, &regex], cx);
                self.matched(left, &regex)
            }
            _ => {
                let right = self.text(right, cx)?;
                self.trace_cond(&[&quoted(left), op, &quoted(&right)], cx);
                Ok(match op {
                    "<" => left < right.as_str(),
                    ">" => left > right.as_str(),
                    "-nt" | "-ot" | "-ef" => of_files(left, op, &right, cx),
                    _ => {
                        // Both sides are arithmetic; a mistake in them only fails the test.
                        let wrong = |trouble: Trouble| Trouble {
                            message: format!("[[: {}", trouble.message),
                            ends: crate::expand::Ends::Command,
                        };
                        let left = self.arithmetic(left, cx).map_err(wrong)?;
                        let right = self.arithmetic(&right, cx).map_err(wrong)?;
                        compare(op, left, right)
                    }
                })
            }
        }
    }

    fn matched(&mut self, text: &str, regex: &str) -> Expanded<bool> {
        let Ok(regex) = crate::regex::build(regex, crate::regex::Syntax::Extended, self.options.nocasematch) else {
            self.status = 2;
            return Ok(false);
        };
        let found = regex.captures(text);
        let groups: Vec<String> = found
            .as_ref()
            .map(|found| {
                (0..found.len()).map(|at| found.get(at).map_or(String::new(), |group| group.as_str().into())).collect()
            })
            .unwrap_or_default();
        self.set_list("BASH_REMATCH", groups);
        Ok(found.is_some())
    }

    pub(crate) fn has_item(&self, name: &str, key: &str) -> bool {
        match self.vars.get(&self.meant(name)).map(|var| &var.value) {
            Some(Value::List(items)) if matches!(key, "@" | "*") => !items.is_empty(),
            Some(Value::Map(items)) if matches!(key, "@" | "*") => !items.is_empty(),
            Some(Value::List(items)) => key.parse::<u64>().is_ok_and(|at| items.contains_key(&at)),
            Some(Value::Map(items)) => items.contains_key(key),
            Some(Value::Text(_)) => key == "0",
            _ => false,
        }
    }

    fn trace_pattern(&mut self, word: &crate::code::Word, cx: &mut Cx<'_>) -> Expanded<String> {
        if !self.options.xtrace {
            return Ok(String::new());
        }
        let mut chunks = Vec::new();
        self.chunks(word, false, false, cx, &mut chunks)?;
        let mut out = String::new();
        for chunk in chunks {
            if let crate::expand::Chunk::Text { text, quoted, .. } = chunk {
                for c in text.chars() {
                    if quoted {
                        out.push('\\');
                    }
                    out.push(c);
                }
            }
        }
        Ok(if out.is_empty() { "''".into() } else { out })
    }

    fn trace_cond(&self, words: &[&str], cx: &mut Cx<'_>) {
        if self.options.xtrace {
            let plus = self.plus();
            cx.err(format!("{plus}[[ {} ]]\n", words.join(" ")));
        }
    }
}

fn quoted(text: &str) -> String {
    if text.is_empty() { "''".into() } else { text.into() }
}
