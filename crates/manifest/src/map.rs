//! An object of named values: a small vector sorted by key. It never holds a key twice.

use crate::shared::word;
use crate::value::Value;
use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::sync::Arc;

/// Keys in ascending order of their bytes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Map {
    entries: Vec<(Arc<str>, Value)>,
}

/// Up to this size a map grows by single steps, so that the many small maps of a world waste nothing.
const SMALL: usize = 24;

/// A map up to this size is looked through for a key, a larger one searched.
const LOOKED_THROUGH: usize = 24;

impl Map {
    pub const fn new() -> Self {
        Self { entries: Vec::new() }
    }

    pub fn with_capacity(len: usize) -> Self {
        Self { entries: Vec::with_capacity(len) }
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Where a key is, or where it would be put.
    fn find(&self, key: &str) -> Result<usize, usize> {
        self.entries.binary_search_by(|(have, _)| have.as_ref().cmp(key))
    }

    /// Where a key is. The hottest place of the simulator: most keys of a small map differ in their length already, which
    /// stands beside them.
    fn position(&self, key: &[u8]) -> Option<usize> {
        if self.entries.len() > LOOKED_THROUGH {
            return self.entries.binary_search_by(|(have, _)| have.as_bytes().cmp(key)).ok();
        }
        self.entries.iter().position(|(have, _)| have.len() == key.len() && have.as_bytes() == key)
    }

    pub fn get(&self, key: &str) -> Option<&Value> {
        self.get_bytes(key.as_bytes())
    }

    pub(crate) fn get_bytes(&self, key: &[u8]) -> Option<&Value> {
        self.position(key).map(|at| &self.entries[at].1)
    }

    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        self.position(key.as_bytes()).map(|at| &mut self.entries[at].1)
    }

    pub fn contains(&self, key: &str) -> bool {
        self.position(key.as_bytes()).is_some()
    }

    /// Sets a value and returns the one it replaces.
    pub fn insert(&mut self, key: impl Into<Arc<str>>, value: Value) -> Option<Value> {
        let key = key.into();
        match self.position(key.as_bytes()).map_or_else(|| self.find(&key), Ok) {
            Ok(at) => Some(std::mem::replace(&mut self.entries[at].1, value)),
            Err(at) => {
                self.grow();
                self.entries.insert(at, (key, value));
                None
            }
        }
    }

    pub fn remove(&mut self, key: &str) -> Option<Value> {
        self.position(key.as_bytes()).map(|at| self.entries.remove(at).1)
    }

    /// The value under `key`, made `Null` first where there was none.
    pub fn entry(&mut self, key: &str) -> &mut Value {
        let at = match self.position(key.as_bytes()).map_or_else(|| self.find(key), Ok) {
            Ok(at) => at,
            Err(at) => {
                self.grow();
                self.entries.insert(at, (word(key), Value::Null));
                at
            }
        };
        &mut self.entries[at].1
    }

    fn grow(&mut self) {
        if self.entries.len() == self.entries.capacity() && self.entries.len() < SMALL {
            self.entries.reserve_exact(1);
        }
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&Arc<str>, &Value)> + ExactSizeIterator {
        self.entries.iter().map(|(key, value)| (key, value))
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&Arc<str>, &mut Value)> {
        self.entries.iter_mut().map(|(key, value)| (&*key, value))
    }

    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &Arc<str>> {
        self.entries.iter().map(|(key, _)| key)
    }

    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.entries.iter().map(|(_, value)| value)
    }

    pub fn retain(&mut self, mut keep: impl FnMut(&str, &Value) -> bool) {
        self.entries.retain(|(key, value)| keep(key, value));
    }
}

impl FromIterator<(Arc<str>, Value)> for Map {
    /// A later value of the same key wins.
    fn from_iter<I: IntoIterator<Item = (Arc<str>, Value)>>(items: I) -> Self {
        let items = items.into_iter();
        let mut map = Self::with_capacity(items.size_hint().0);
        for (key, value) in items {
            if map.entries.last().is_none_or(|(last, _)| *last < key) {
                map.entries.push((key, value));
            } else {
                map.insert(key, value);
            }
        }
        map
    }
}

impl Serialize for Map {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.entries.len()))?;
        for (key, value) in &self.entries {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Map {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Map;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Map, A::Error> {
                let mut map = Map::with_capacity(access.size_hint().unwrap_or(0).min(64));
                while let Some((key, value)) = access.next_entry::<Box<str>, Value>()? {
                    map.insert(word(&key), value);
                }
                Ok(map)
            }
        }
        deserializer.deserialize_map(Entries)
    }
}
