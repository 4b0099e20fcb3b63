//! One stored object: its JSON, the few parts of it that everybody asks for, and the events that led to it.

use crate::kinds::KindId;
use manifest::{Map, Value};
use serde::{Deserialize, Serialize};
use sim::{Causes, Time};
use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

/// The place of an object in the store. The namespace is empty for kinds of the whole cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    pub kind: KindId,
    pub namespace: Arc<str>,
    pub name: Arc<str>,
}

/// By kind, namespace and name. Namespaces are nearly always the same text in the same place.
impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        let spaces = || match Arc::ptr_eq(&self.namespace, &other.namespace) {
            true => Ordering::Equal,
            false => self.namespace.cmp(&other.namespace),
        };
        self.kind.cmp(&other.kind).then_with(spaces).then_with(|| self.name.cmp(&other.name))
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Key {
    pub fn new(kind: KindId, namespace: impl Into<Arc<str>>, name: impl Into<Arc<str>>) -> Self {
        Self { kind, namespace: namespace.into(), name: name.into() }
    }

    /// The same place for another kind.
    pub fn of(&self, kind: KindId) -> Self {
        Self { kind, ..self.clone() }
    }
}

/// `shop/web`, or `node-1` for kinds of the whole cluster.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.namespace.is_empty() { f.write_str(&self.name) } else { write!(f, "{}/{}", self.namespace, self.name) }
    }
}

/// An object at one version; a write makes a new one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Object {
    pub key: Key,
    pub uid: Arc<str>,
    /// `metadata.resourceVersion` as a number.
    pub version: u64,
    /// The whole object as its JSON, metadata included.
    pub value: Value,
    /// Why it was made.
    pub created_by: Causes,
    /// Why its spec is as it is: the latest change of its generation, or of all but its status.
    pub spec_by: Causes,
    /// Why it was last written.
    pub written_by: Causes,
}

impl Object {
    pub fn name(&self) -> &str {
        &self.key.name
    }

    pub fn namespace(&self) -> &str {
        &self.key.namespace
    }

    pub fn meta(&self) -> &Map {
        self.value.map_at("metadata")
    }

    pub fn labels(&self) -> &Map {
        self.value.map_at("metadata.labels")
    }

    /// The text of a label; empty where there is none.
    pub fn label(&self, key: &str) -> &str {
        self.labels().get(key).and_then(Value::as_str).unwrap_or("")
    }

    /// The text of an annotation; empty where there is none.
    pub fn annotation(&self, key: &str) -> &str {
        self.value.map_at("metadata.annotations").get(key).and_then(Value::as_str).unwrap_or("")
    }

    pub fn generation(&self) -> i64 {
        self.value.int_at("metadata.generation").unwrap_or(0)
    }

    pub fn created_at(&self) -> Time {
        time_at(&self.value, "metadata.creationTimestamp").unwrap_or_default()
    }

    pub fn deleting(&self) -> bool {
        !self.value.at("metadata.deletionTimestamp").is_null()
    }

    pub fn owners(&self) -> &[Value] {
        self.value.list_at("metadata.ownerReferences")
    }

    /// The owner that controls it.
    pub fn controller(&self) -> Option<&Value> {
        self.owners().iter().find(|owner| owner.bool_at("controller"))
    }

    pub fn controller_uid(&self) -> &str {
        self.controller().map_or("", |owner| owner.str_at("uid"))
    }

    pub fn finalizers(&self) -> &[Value] {
        self.value.list_at("metadata.finalizers")
    }
}

/// The moment written at a path.
pub fn time_at(value: &Value, path: &str) -> Option<Time> {
    Time::parse_rfc3339(value.at(path).as_str()?)
}

/// The condition of a type in `status.conditions`.
pub fn condition<'v>(value: &'v Value, kind: &str) -> Option<&'v Value> {
    value.list_at("status.conditions").iter().find(|condition| condition.str_at("type") == kind)
}

/// Whether a condition is `True`.
pub fn condition_true(value: &Value, kind: &str) -> bool {
    condition(value, kind).is_some_and(|condition| condition.str_at("status") == "True")
}
