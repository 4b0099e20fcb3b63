//! Ways into a value: `spec.containers[0].image`. A key with a dot in it is reached by `get`.

use crate::map::Map;
use crate::value::{NULL, Value};

/// One step of a path.
enum Step<'p> {
    Key(&'p str),
    Index(usize),
}

fn steps(path: &str) -> impl Iterator<Item = Step<'_>> {
    path.split('.').filter(|part| !part.is_empty()).flat_map(|part| {
        let (key, rest) = part.split_once('[').unwrap_or((part, ""));
        let indexes = rest.split('[').filter_map(|text| text.strip_suffix(']')?.parse().ok()).map(Step::Index);
        (!key.is_empty()).then_some(Step::Key(key)).into_iter().chain(indexes)
    })
}

impl Value {
    /// The value under a key of a map.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_map()?.get(key)
    }

    /// The value at a path; `Null` where there is none.
    pub fn at(&self, path: &str) -> &Value {
        let mut here = self;
        let mut rest = path.as_bytes();
        // The hot way of the whole simulator: no iterator, no allocation.
        while !rest.is_empty() {
            let end = rest.iter().position(|b| matches!(b, b'.' | b'[')).unwrap_or(rest.len());
            let (key, tail) = rest.split_at(end);
            if !key.is_empty() {
                let Some(next) = here.as_map().and_then(|map| map.get_bytes(key)) else { return &NULL };
                here = next;
            }
            rest = match tail.first() {
                Some(b'.') => &tail[1..],
                Some(_) => {
                    let close = tail.iter().position(|b| *b == b']').unwrap_or(tail.len() - 1);
                    let index = std::str::from_utf8(&tail[1..close]).ok().and_then(|text| text.parse::<usize>().ok());
                    let Some(next) = index.and_then(|index| here.items().get(index)) else { return &NULL };
                    here = next;
                    &tail[close + 1..]
                }
                None => tail,
            };
        }
        here
    }

    /// The text at a path; empty where there is none.
    pub fn str_at(&self, path: &str) -> &str {
        self.at(path).as_str().unwrap_or("")
    }

    pub fn int_at(&self, path: &str) -> Option<i64> {
        self.at(path).as_i64()
    }

    /// Whether the path holds `true`.
    pub fn bool_at(&self, path: &str) -> bool {
        self.at(path).as_bool().unwrap_or(false)
    }

    pub fn list_at(&self, path: &str) -> &[Value] {
        self.at(path).items()
    }

    pub fn map_at(&self, path: &str) -> &Map {
        self.at(path).entries()
    }

    /// The value at a path, to write to. Maps and list items on the way are made where they are missing.
    pub fn at_mut(&mut self, path: &str) -> &mut Value {
        let mut here = self;
        for step in steps(path) {
            here = match step {
                Step::Key(key) => here.make_map().entry(key),
                Step::Index(index) => {
                    let items = here.make_list();
                    if items.len() <= index {
                        items.resize(index + 1, Value::Null);
                    }
                    &mut items[index]
                }
            };
        }
        here
    }

    /// Sets the value at a path; an equal value is left alone, so that shared parts stay shared.
    pub fn set(&mut self, path: &str, value: impl Into<Value>) {
        let value = value.into();
        if *self.at(path) != value || value.is_null() {
            *self.at_mut(path) = value;
        }
    }

    /// Sets a key of this map, which may have dots in it.
    pub fn put(&mut self, key: &str, value: impl Into<Value>) {
        let value = value.into();
        if self.get(key) != Some(&value) {
            *self.make_map().entry(key) = value;
        }
    }

    /// Removes what is at a path (the last step must be a key) and returns it.
    pub fn remove(&mut self, path: &str) -> Option<Value> {
        let (parent, key) = path.rsplit_once('.').unwrap_or(("", path));
        self.at(parent).get(key)?;
        self.at_mut(parent).make_map().remove(key)
    }
}
