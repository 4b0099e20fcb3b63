//! An event of the API in short: what distinguishes it from the others of its object. The whole object is made when
//! somebody asks for it: most events are never read, and a large cluster has five for each pod.

use crate::object::{Key, Object};
use manifest::{Value, object, word};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sim::{Causes, Time};
use std::sync::{Arc, OnceLock};

/// Whom events are about and who tells them: shared by the events of one source about one object.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct About {
    pub kind: Arc<str>,
    pub api_version: Arc<str>,
    pub namespace: Arc<str>,
    pub name: Arc<str>,
    pub uid: Arc<str>,
    pub version: u64,
    /// `spec.containers{web}`
    pub field: Option<Arc<str>>,
    pub source: Arc<str>,
    pub host: Option<Arc<str>>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Occurrence {
    pub key: Key,
    pub about: Arc<About>,
    /// Its own uid, as a number in two halves.
    pub uid: (u64, u64),
    pub version: u64,
    pub warning: bool,
    pub count: u32,
    pub first: Time,
    pub last: Time,
    pub reason: Arc<str>,
    pub message: Arc<str>,
    pub by: Causes,
    pub made: Made,
}

/// The object that it stands for, once somebody has asked. It is no state: what is saved and compared leaves it out.
#[derive(Debug, Clone, Default)]
pub(crate) struct Made(OnceLock<Arc<Object>>);

impl Serialize for Made {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

impl<'de> Deserialize<'de> for Made {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <()>::deserialize(deserializer).map(|()| Self::default())
    }
}

impl Occurrence {
    /// The whole object.
    pub fn object(&self) -> &Arc<Object> {
        self.made.0.get_or_init(|| Arc::new(self.whole()))
    }

    /// The same event once more.
    pub fn again(&self, version: u64, now: Time, message: Arc<str>) -> Self {
        let count = self.count.saturating_add(1);
        Self { version, count, last: now, message, made: Made::default(), ..self.clone() }
    }

    fn whole(&self) -> Object {
        let about = &self.about;
        let uid: Arc<str> = uid_text(u128::from(self.uid.0) << 64 | u128::from(self.uid.1)).into();
        let mut involved = object! {
            "apiVersion" => &about.api_version, "kind" => &about.kind, "name" => &about.name,
            "resourceVersion" => about.version.to_string(), "uid" => &about.uid,
        };
        if !about.namespace.is_empty() {
            involved.put("namespace", &about.namespace);
        }
        if let Some(field) = &about.field {
            involved.put("fieldPath", field);
        }
        let mut source = object! { "component" => &about.source };
        if let Some(host) = &about.host {
            source.put("host", host);
        }
        let first = self.first.rfc3339();
        let value = object! {
            "apiVersion" => "v1", "kind" => "Event", "count" => self.count, "eventTime" => Value::Null,
            "firstTimestamp" => &first, "lastTimestamp" => self.last.rfc3339(), "involvedObject" => involved,
            "message" => &self.message,
            "metadata" => object! {
                "creationTimestamp" => &first, "name" => &self.key.name, "namespace" => &self.key.namespace,
                "resourceVersion" => self.version.to_string(), "uid" => &uid,
            },
            "reason" => &self.reason, "reportingComponent" => &about.source,
            "reportingInstance" => about.host.clone().unwrap_or_else(|| word("")), "source" => source,
            "type" => if self.warning { "Warning" } else { "Normal" },
        };
        Object {
            key: self.key.clone(),
            uid,
            version: self.version,
            value,
            created_by: self.by.clone(),
            spec_by: Causes::none(),
            written_by: self.by.clone(),
        }
    }
}

/// `xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx`
pub(crate) fn uid_text(uid: u128) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(36);
    for (at, shift) in (0..128).step_by(4).rev().enumerate() {
        if matches!(at, 8 | 12 | 16 | 20) {
            text.push('-');
        }
        text.push(char::from(DIGITS[usize::try_from(uid >> shift & 0xf).unwrap_or(0)]));
    }
    text
}

/// What stands in a place of the store.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Slot {
    Whole(Arc<Object>),
    Event(Arc<Occurrence>),
}

impl Slot {
    pub fn object(&self) -> &Arc<Object> {
        match self {
            Self::Whole(object) => object,
            Self::Event(event) => event.object(),
        }
    }

    pub fn key(&self) -> &Key {
        match self {
            Self::Whole(object) => &object.key,
            Self::Event(event) => &event.key,
        }
    }

    pub fn version(&self) -> u64 {
        match self {
            Self::Whole(object) => object.version,
            Self::Event(event) => event.version,
        }
    }
}
