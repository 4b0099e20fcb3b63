//! The value: JSON's seven shapes, cheap to clone, copied only where it is written.

use crate::map::Map;
use crate::shared::word;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, OnceLock};

/// A JSON-like value. A clone shares lists, maps and texts with the original.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub enum Value {
    #[default]
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(Arc<str>),
    List(Arc<Vec<Value>>),
    Map(Arc<Map>),
}

pub(crate) static NULL: Value = Value::Null;
static EMPTY: Map = Map::new();

/// What is the same memory is equal without looking.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a == b,
            (Self::Str(a), Self::Str(b)) => a == b,
            (Self::List(a), Self::List(b)) => Arc::ptr_eq(a, b) || a == b,
            (Self::Map(a), Self::Map(b)) => Arc::ptr_eq(a, b) || a == b,
            _ => false,
        }
    }
}

impl Value {
    /// The one shared `Null`.
    pub fn null() -> &'static Self {
        &NULL
    }

    pub fn map() -> Self {
        static NOTHING: OnceLock<Arc<Map>> = OnceLock::new();
        Self::Map(NOTHING.get_or_init(Arc::default).clone())
    }

    pub fn list(items: Vec<Value>) -> Self {
        Self::List(Arc::new(items))
    }

    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Null, "", an empty list or map, 0 or false: what Go's `omitempty` leaves out.
    pub fn is_zero(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Bool(on) => !on,
            Self::Int(n) => *n == 0,
            Self::Float(x) => *x == 0.0,
            Self::Str(text) => text.is_empty(),
            Self::List(items) => items.is_empty(),
            Self::Map(map) => map.is_empty(),
        }
    }

    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(on) = self { Some(*on) } else { None }
    }

    pub fn as_i64(&self) -> Option<i64> {
        if let Self::Int(n) = self { Some(*n) } else { None }
    }

    /// A number of either kind.
    #[expect(clippy::cast_precision_loss, reason = "that is what a float of an int is")]
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Int(n) => Some(*n as f64),
            Self::Float(x) => Some(*x),
            _ => None,
        }
    }

    pub fn as_str(&self) -> Option<&str> {
        if let Self::Str(text) = self { Some(text) } else { None }
    }

    pub fn as_text(&self) -> Option<&Arc<str>> {
        if let Self::Str(text) = self { Some(text) } else { None }
    }

    pub fn as_list(&self) -> Option<&[Value]> {
        if let Self::List(items) = self { Some(items) } else { None }
    }

    pub fn as_map(&self) -> Option<&Map> {
        if let Self::Map(map) = self { Some(map) } else { None }
    }

    /// The items of a list; nothing for any other value.
    pub fn items(&self) -> &[Value] {
        self.as_list().unwrap_or(&[])
    }

    /// The entries of a map; nothing for any other value.
    pub fn entries(&self) -> &Map {
        self.as_map().unwrap_or(&EMPTY)
    }

    /// The map to write to; a value of any other shape becomes an empty map first.
    pub fn make_map(&mut self) -> &mut Map {
        if !matches!(self, Self::Map(_)) {
            *self = Self::map();
        }
        match self {
            Self::Map(map) => Arc::make_mut(map),
            _ => unreachable!("just made a map"),
        }
    }

    /// The list to write to; a value of any other shape becomes an empty list first.
    pub fn make_list(&mut self) -> &mut Vec<Value> {
        if !matches!(self, Self::List(_)) {
            *self = Self::list(Vec::new());
        }
        match self {
            Self::List(items) => Arc::make_mut(items),
            _ => unreachable!("just made a list"),
        }
    }

    /// Whether both are the same memory (then they are equal without looking).
    pub fn shares(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Str(a), Self::Str(b)) => Arc::ptr_eq(a, b),
            (Self::List(a), Self::List(b)) => Arc::ptr_eq(a, b),
            (Self::Map(a), Self::Map(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Str(word(text))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Str(text.into())
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Str(text.as_str().into())
    }
}

impl From<Arc<str>> for Value {
    fn from(text: Arc<str>) -> Self {
        Self::Str(text)
    }
}

impl From<&Arc<str>> for Value {
    fn from(text: &Arc<str>) -> Self {
        Self::Str(text.clone())
    }
}

impl From<bool> for Value {
    fn from(on: bool) -> Self {
        Self::Bool(on)
    }
}

impl From<i64> for Value {
    fn from(n: i64) -> Self {
        Self::Int(n)
    }
}

impl From<i32> for Value {
    fn from(n: i32) -> Self {
        Self::Int(i64::from(n))
    }
}

impl From<u32> for Value {
    fn from(n: u32) -> Self {
        Self::Int(i64::from(n))
    }
}

impl From<f64> for Value {
    fn from(x: f64) -> Self {
        Self::Float(x)
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Self {
        Self::Map(Arc::new(map))
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        Self::list(items)
    }
}

impl FromIterator<Value> for Value {
    fn from_iter<I: IntoIterator<Item = Value>>(items: I) -> Self {
        Self::list(items.into_iter().collect())
    }
}

/// A map from key-value pairs: `object! { "name" => "web", "replicas" => 3 }`. A later key wins.
#[macro_export]
macro_rules! object {
    ($($key:expr => $value:expr),* $(,)?) => {
        $crate::Value::from(
            [$(($crate::word($key), $crate::Value::from($value))),*].into_iter().collect::<$crate::Map>()
        )
    };
}

/// A list: `list!["sh", "-c"]`.
#[macro_export]
macro_rules! list {
    ($($value:expr),* $(,)?) => {
        $crate::Value::list(vec![$($crate::Value::from($value)),*])
    };
}
