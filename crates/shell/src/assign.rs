//! Assignments: from `name=value`, `name[key]=value` and `name=(…)` to variables.

use crate::code::{Assign, AssignValue};
use crate::expand::{Expanded, Trouble};
use crate::state::{Bash, List};
use crate::vars::{Value, Var};
use order::OrdMap;
use world::Cx;

/// A value that was written, expanded.
pub(crate) enum Written {
    Text(String),
    List(List),
}

impl Bash {
    /// An argument of `declare` that is an assignment, as text; a list is kept beside.
    pub(crate) fn declared(&mut self, assign: &Assign, argv: &mut Vec<String>, cx: &mut Cx<'_>) -> Expanded<()> {
        let mut text = assign.name.clone();
        if let Some(index) = &assign.index {
            let index = self.text(index, cx)?;
            text.push_str(&format!("[{index}]"));
        }
        match self.written(assign, cx)? {
            Written::Text(value) => {
                text.push_str(if assign.append { "+=" } else { "=" });
                text.push_str(&value);
            }
            Written::List(items) => {
                self.lists.push((argv.len(), items));
                if assign.append {
                    text.push('+');
                }
            }
        }
        argv.push(text);
        Ok(())
    }

    pub(crate) fn written(&mut self, assign: &Assign, cx: &mut Cx<'_>) -> Expanded<Written> {
        Ok(match &assign.value {
            AssignValue::Word(word) => Written::Text(self.text(word, cx)?),
            AssignValue::List(items) => {
                let mut list = List::new();
                for (key, word) in items {
                    match key {
                        Some(key) => list.push((Some(self.text(key, cx)?), self.text(word, cx)?)),
                        None => {
                            let mut fields = Vec::new();
                            self.word_fields(word, cx, &mut fields)?;
                            list.extend(fields.into_iter().map(|text| (None, text)));
                        }
                    }
                }
                Written::List(list)
            }
        })
    }

    pub(crate) fn apply(&mut self, assign: &Assign, cx: &mut Cx<'_>) -> Expanded<()> {
        let index = match &assign.index {
            Some(index) => Some(self.text(index, cx)?),
            None => None,
        };
        let written = self.written(assign, cx)?;
        if self.options.xtrace {
            let place = index.as_ref().map_or(String::new(), |index| format!("[{index}]"));
            let value = match &written {
                Written::Text(text) if text.is_empty() => String::new(),
                Written::Text(text) => crate::quote::word(text),
                Written::List(items) => {
                    let items: Vec<String> = items
                        .iter()
                        .map(|(key, text)| {
                            key.as_ref().map_or(String::new(), |key| format!("[{key}]=")) + &crate::quote::word(text)
                        })
                        .collect();
                    format!("({})", items.join(" "))
                }
            };
            let plus = self.plus();
            let sign = if assign.append { "+=" } else { "=" };
            cx.err(format!("{plus}{}{place}{sign}{value}\n", assign.name));
        }
        match written {
            Written::Text(value) => {
                let place = index.as_ref().map(|index| format!("{}[{index}]", assign.name));
                self.assign(&assign.name, index.as_deref(), assign.append, &value, cx).map_err(|trouble| {
                    // The name that bash shows for a bad index.
                    match place {
                        Some(place) if trouble.message.ends_with("bad array subscript") => {
                            Trouble { message: format!("{place}: bad array subscript"), ..trouble }
                        }
                        _ => trouble,
                    }
                })
            }
            Written::List(items) => self.assign_list(&assign.name, assign.append, items, cx),
        }
    }

    /// `name=(…)`.
    pub(crate) fn assign_list(&mut self, name: &str, append: bool, items: List, cx: &mut Cx<'_>) -> Expanded<()> {
        let name = self.meant(name);
        let var = self.vars.entry(name.clone()).or_default();
        if var.readonly {
            return Err(Trouble::discards(format!("{name}: readonly variable")));
        }
        if matches!(var.value, Value::Map(_)) {
            if !append {
                var.value = Value::Map(OrdMap::new());
            }
            let mut items = items.into_iter();
            while let Some((key, value)) = items.next() {
                let (key, value) = match key {
                    Some(key) => (key, value),
                    None => (value, items.next().map_or(String::new(), |(_, next)| next)),
                };
                self.assign(&name, Some(&key), false, &value, cx)?;
            }
            return Ok(());
        }
        // A long list of plain texts is put down as it is.
        let plain = !var.integer && var.case.is_none() && !matches!(name.as_str(), "RANDOM" | "SECONDS" | "OPTIND");
        var.exported |= self.options.allexport;
        let old = std::mem::take(&mut var.value);
        let kept = match old {
            Value::List(items) if append => items,
            Value::Text(text) if append => OrdMap::from([(0, text)]),
            _ => OrdMap::new(),
        };
        let mut next = kept.last_key_value().map_or(0, |(last, _)| last + 1);
        var.value = Value::List(kept);
        for (key, value) in items {
            if let Some(key) = key {
                next = self.list_index(&name, &key, cx)?;
            }
            match self.vars.get_mut(&name) {
                Some(Var { value: Value::List(items), .. }) if plain => {
                    items.insert(next, value);
                }
                _ => self.assign(&name, Some(&next.to_string()), false, &value, cx)?,
            }
            next += 1;
        }
        Ok(())
    }

    /// An assignment to what a text names: `x`, `x[3]`.
    pub(crate) fn assign_place(&mut self, place: &str, value: &str, cx: &mut Cx<'_>) -> Expanded<()> {
        let (name, index) = match place.split_once('[') {
            Some((name, rest)) if rest.ends_with(']') => (name, Some(rest[..rest.len() - 1].to_string())),
            _ => (place, None),
        };
        if !crate::parse::is_name(name) {
            return Err(format!("`{place}': not a valid identifier").into());
        }
        let index = match index {
            Some(text) if text.starts_with('$') => self.value(&text[1..], cx),
            other => other,
        };
        self.assign(name, index.as_deref(), false, value, cx)
    }
}
