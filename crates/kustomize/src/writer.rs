//! Fields by Kustomize's dotted paths, written: `spec.containers.[name=web].image`, `spec.ports.0.port`, `metadata.labels.*`.

use crate::failure::{Done, failed};
use crate::places::wrong_kind;
use crate::resource::text_of;
use manifest::{Value, object, plain_value};
use regex_lite::Regex;

pub(crate) fn is_match(part: &str) -> bool {
    part.starts_with('[') && part.ends_with(']')
}

fn is_index(part: &str) -> bool {
    part.parse::<usize>().is_ok()
}

pub(crate) fn key_and_value(part: &str) -> Done<(&str, &str)> {
    let inner = part.trim_start_matches('[').trim_end_matches(']');
    match inner.split_once('=') {
        Some(pair) => Ok(pair),
        None => failed(&["list path element must contain fieldName=fieldValue for element to match"]),
    }
}

/// Writes one value to the fields of one path.
pub(crate) struct Writer<'w> {
    pub value: &'w mut Value,
    /// The value's own place, if it is in this resource.
    pub own: Option<&'w [String]>,
    pub steps: Vec<String>,
    pub options: &'w Value,
    pub create: bool,
}

impl Writer<'_> {
    /// How many fields were set.
    pub fn walk(&mut self, here: &mut Value, path: &[String]) -> Done<usize> {
        let Some((part, rest)) = path.split_first() else {
            self.set(here)?;
            if self.own == Some(&self.steps) {
                *self.value = here.clone();
            }
            return Ok(1);
        };
        if is_index(part) {
            return self.index(here, part, rest);
        }
        if is_match(part) {
            return self.matching(here, part, rest);
        }
        if part == "*" {
            if here.as_list().is_none() {
                return if here.is_null() { Ok(0) } else { Err(wrong_kind("SequenceNode", here)) };
            }
            let mut count = 0;
            for (at, item) in here.make_list().iter_mut().enumerate() {
                count += self.step(item, &at.to_string(), rest)?;
            }
            return Ok(count);
        }
        match here {
            Value::Map(map) if map.get(part).is_none() && !self.create => Ok(0),
            Value::Map(map) => {
                let fresh = map.get(part).is_none();
                let field = here.make_map().entry(part);
                if fresh {
                    *field = self.fresh(rest);
                }
                self.step(field, part, rest)
            }
            Value::Null => Ok(0),
            other => Err(wrong_kind("MappingNode", other)),
        }
    }

    fn step(&mut self, into: &mut Value, step: &str, rest: &[String]) -> Done<usize> {
        self.steps.push(step.to_string());
        let count = self.walk(into, rest);
        self.steps.pop();
        count
    }

    /// What is made for the rest of a path.
    fn fresh(&self, rest: &[String]) -> Value {
        match (rest.first(), &*self.value) {
            (Some(next), _) if is_match(next) || is_index(next) => Value::list(Vec::new()),
            (Some(_), _) | (None, Value::Map(_)) => Value::map(),
            (None, Value::List(_)) => Value::list(Vec::new()),
            _ => Value::Null,
        }
    }

    fn index(&mut self, here: &mut Value, part: &str, rest: &[String]) -> Done<usize> {
        let at: usize = part.parse().unwrap_or(usize::MAX);
        let len = here.items().len();
        if here.as_list().is_none() {
            return Err(wrong_kind("SequenceNode", here));
        }
        if at == len && self.create {
            let fresh = self.fresh(rest);
            here.make_list().push(fresh);
        }
        match here.make_list().get_mut(at) {
            Some(item) => self.step(item, part, rest),
            None => failed(&["index ", part, " specified but only ", &len.to_string(), " elements found"]),
        }
    }

    fn matching(&mut self, here: &mut Value, part: &str, rest: &[String]) -> Done<usize> {
        let (key, want) = key_and_value(part)?;
        if here.as_list().is_none() {
            return if here.is_null() { Ok(0) } else { Err(wrong_kind("SequenceNode", here)) };
        }
        let Ok(pattern) = Regex::new(want) else { return failed(&["error parsing regexp: `", want, "`"]) };
        let mut count = 0;
        let mut again = self.create;
        loop {
            for (at, item) in here.make_list().iter_mut().enumerate() {
                let text = if key.is_empty() { Some(text_of(item)) } else { item.get(key).map(text_of) };
                if text.is_some_and(|text| pattern.is_match(&text)) {
                    let rest = if key.is_empty() { &[] } else { rest };
                    count += self.step(item, &at.to_string(), rest)?;
                }
            }
            if count > 0 || !std::mem::take(&mut again) {
                return Ok(count);
            }
            let fresh = plain_value(want);
            here.make_list().push(if key.is_empty() {
                fresh
            } else {
                object! { key => fresh }
            });
        }
    }

    fn set(&mut self, field: &mut Value) -> Done<()> {
        let delimiter = self.options.str_at("delimiter");
        let scalar = |value: &Value| !matches!(value, Value::List(_) | Value::Map(_));
        let mut text = text_of(&*self.value);
        if !delimiter.is_empty() {
            if !scalar(field) {
                return failed(&["\u{1}delimiter option can only be used with scalar nodes"]);
            }
            let old = text_of(field);
            let mut all: Vec<&str> = old.split(delimiter).collect();
            match usize::try_from(self.options.int_at("index").unwrap_or(0)) {
                Err(_) => all.insert(0, &text),
                Ok(at) if at < all.len() => all[at] = &text,
                Ok(_) => all.push(&text),
            }
            text = all.join(delimiter);
        }
        if !scalar(field) {
            *field = self.value.clone();
            return Ok(());
        }
        // The field keeps its own kind of scalar; a fresh one takes what the text means.
        *field = match (&*field, &*self.value) {
            (Value::Str(_), _) => text.into(),
            (Value::Null, Value::Str(_)) if delimiter.is_empty() => plain_value(&text),
            (Value::Null, value) if scalar(value) => plain_value(&text),
            (have, value) if scalar(value) => typed(have, &text)?,
            _ => text.into(),
        };
        Ok(())
    }
}

/// A text where a number or a bool stood.
fn typed(have: &Value, text: &str) -> Done<Value> {
    let read = plain_value(text);
    let (tag, fits) = match have {
        Value::Bool(_) => ("!!bool", matches!(read, Value::Bool(_))),
        Value::Int(_) => ("!!int", matches!(read, Value::Int(_))),
        _ => ("!!float", matches!(read, Value::Int(_) | Value::Float(_))),
    };
    if fits {
        return Ok(read);
    }
    let shape = match read {
        Value::Bool(_) => "!!bool",
        Value::Int(_) => "!!int",
        Value::Float(_) => "!!float",
        Value::Null => "!!null",
        _ => "!!str",
    };
    failed(&["\u{1}map[string]interface {}(nil): yaml: cannot decode ", shape, " `", text, "` as a ", tag])
}
