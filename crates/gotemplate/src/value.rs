//! What templates work on: Go's values as far as a template can tell them apart. Maps are shared and can be changed.

use manifest::Value;
use order::OrdMap;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

pub type Entries = OrdMap<Arc<str>, Val>;

/// What a map's Go type is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MapKind {
    /// `map[string]interface {}`.
    Any,
    /// `map[string]string`.
    Texts,
    /// A type of its own with methods, by name.
    Named(&'static str),
}

#[derive(Debug)]
pub struct MapCell {
    pub kind: MapKind,
    /// Shared by all that see this map, be it as another type.
    pub entries: Rc<RefCell<Entries>>,
}

/// What a list's Go type is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListKind {
    Any,
    Texts,
    Named(&'static str),
}

#[derive(Debug)]
pub struct Object {
    pub type_name: &'static str,
    pub fields: Vec<(&'static str, Val)>,
    /// What its `String` method gives, if it has one.
    pub text: Option<Arc<str>>,
}

#[derive(Debug, Clone)]
pub enum Val {
    /// `nil`, or no value at all.
    Nil,
    Bool(bool),
    /// Go's `int`.
    Int(i64),
    /// Go's `int64`.
    Long(i64),
    Float(f64),
    Str(Arc<str>),
    List(ListKind, Rc<Vec<Val>>),
    Map(Rc<MapCell>),
    Object(Rc<Object>),
    /// A time in UTC: microseconds since 1970.
    Time(i64),
}

impl Val {
    pub fn text(text: impl Into<Arc<str>>) -> Self {
        Self::Str(text.into())
    }

    pub fn list(items: Vec<Val>) -> Self {
        Self::List(ListKind::Any, Rc::new(items))
    }

    pub fn texts(items: Vec<Val>) -> Self {
        Self::List(ListKind::Texts, Rc::new(items))
    }

    pub fn map(entries: Entries) -> Self {
        Self::map_of(MapKind::Any, entries)
    }

    pub fn map_of(kind: MapKind, entries: Entries) -> Self {
        Self::Map(Rc::new(MapCell { kind, entries: Rc::new(RefCell::new(entries)) }))
    }

    /// The same map seen as another type.
    pub fn map_seen_as(kind: MapKind, map: &MapCell) -> Self {
        Self::Map(Rc::new(MapCell { kind, entries: map.entries.clone() }))
    }

    /// A value of YAML or JSON: as there, all its numbers are floats.
    #[expect(clippy::cast_precision_loss, reason = "that is what Go does to JSON's numbers")]
    pub fn of_json(value: &Value) -> Self {
        match value {
            Value::Null => Self::Nil,
            Value::Bool(on) => Self::Bool(*on),
            Value::Int(n) => Self::Float(*n as f64),
            Value::Float(x) => Self::Float(*x),
            Value::Str(text) => Self::Str(text.clone()),
            Value::List(items) => Self::list(items.iter().map(Self::of_json).collect()),
            Value::Map(map) => Self::map(map.iter().map(|(key, value)| (key.clone(), Self::of_json(value))).collect()),
        }
    }

    /// The same, but whole numbers are `int64`.
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Int(n) => Self::Long(*n),
            Value::List(items) => Self::list(items.iter().map(Self::of).collect()),
            Value::Map(map) => Self::map(map.iter().map(|(key, value)| (key.clone(), Self::of(value))).collect()),
            plain => Self::of_json(plain),
        }
    }

    /// As Go's `encoding/json` would write it. What is nested too deep (a map in itself) becomes null.
    pub fn to_value(&self) -> Value {
        self.to_value_below(100)
    }

    #[expect(clippy::cast_possible_truncation, clippy::float_cmp, reason = "only whole numbers are cut")]
    fn to_value_below(&self, depth: usize) -> Value {
        if depth == 0 {
            return Value::Null;
        }
        match self {
            Self::Nil => Value::Null,
            Self::Bool(on) => Value::Bool(*on),
            Self::Int(n) | Self::Long(n) => Value::Int(*n),
            Self::Float(x) if x.trunc() == *x && x.abs() < 9e18 => Value::Int(*x as i64),
            Self::Float(x) => Value::Float(*x),
            Self::Str(text) => Value::Str(text.clone()),
            Self::List(_, items) => items.iter().map(|item| item.to_value_below(depth - 1)).collect(),
            Self::Map(map) => {
                let entries = map.entries.borrow();
                let pairs = entries.iter().map(|(key, value)| (key.clone(), value.to_value_below(depth - 1)));
                Value::from(pairs.collect::<manifest::Map>())
            }
            Self::Object(object) if object.text.is_some() && object.type_name.starts_with('*') => {
                Value::from(object.text.as_deref().unwrap_or(""))
            }
            Self::Object(object) => match object.fields.as_slice() {
                [("", list)] => list.to_value_below(depth - 1),
                fields => {
                    let pairs = fields.iter().filter(|(_, value)| value.truth());
                    let json = |name: &str| name[..1].to_ascii_lowercase() + &name[1..];
                    let pairs = pairs.map(|(name, value)| (json(name).into(), value.to_value_below(depth - 1)));
                    Value::from(pairs.collect::<manifest::Map>())
                }
            },
            Self::Time(micros) => Value::from(crate::time::rfc3339(*micros)),
        }
    }

    /// Maps and lists that nobody else holds.
    pub fn deep_copy(&self) -> Self {
        self.copy_below(100)
    }

    fn copy_below(&self, depth: usize) -> Self {
        match self {
            Self::List(..) | Self::Map(_) if depth == 0 => Self::Nil,
            Self::List(kind, items) => {
                Self::List(*kind, Rc::new(items.iter().map(|item| item.copy_below(depth - 1)).collect()))
            }
            Self::Map(map) => {
                let entries = map.entries.borrow();
                let copied = entries.iter().map(|(key, value)| (key.clone(), value.copy_below(depth - 1))).collect();
                Self::map_of(map.kind, copied)
            }
            other => other.clone(),
        }
    }

    /// What `if` takes for true.
    pub fn truth(&self) -> bool {
        match self {
            Self::Nil => false,
            Self::Bool(on) => *on,
            Self::Int(n) | Self::Long(n) => *n != 0,
            Self::Float(x) => *x != 0.0,
            Self::Str(text) => !text.is_empty(),
            Self::List(_, items) => !items.is_empty(),
            Self::Map(map) => !map.entries.borrow().is_empty(),
            Self::Object(object) => match object.fields.as_slice() {
                [("", list)] => list.truth(),
                _ => true,
            },
            Self::Time(_) => true,
        }
    }

    pub fn as_str(&self) -> Option<&str> {
        if let Self::Str(text) = self { Some(text) } else { None }
    }

    pub fn items(&self) -> Option<&[Val]> {
        match self {
            Self::List(_, items) => Some(items),
            Self::Object(object) => match object.fields.as_slice() {
                [("", list)] => list.items(),
                _ => None,
            },
            _ => None,
        }
    }

    pub fn as_map(&self) -> Option<&Rc<MapCell>> {
        if let Self::Map(map) = self { Some(map) } else { None }
    }

    /// A key's value; `Nil` where this is no map or has no such key.
    pub fn get(&self, key: &str) -> Val {
        self.as_map().and_then(|map| map.entries.borrow().get(key).cloned()).unwrap_or(Val::Nil)
    }

    /// Go's name of the type.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Nil => "<nil>",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Long(_) => "int64",
            Self::Float(_) => "float64",
            Self::Str(_) => "string",
            Self::List(ListKind::Any, _) => "[]interface {}",
            Self::List(ListKind::Texts, _) => "[]string",
            Self::Map(map) => match map.kind {
                MapKind::Any => "map[string]interface {}",
                MapKind::Texts => "map[string]string",
                MapKind::Named(name) => name,
            },
            Self::List(ListKind::Named(name), _) => name,
            Self::Object(object) => object.type_name,
            Self::Time(_) => "time.Time",
        }
    }

    /// Go's `reflect.Kind`.
    pub fn kind_name(&self) -> &'static str {
        match self {
            Self::Nil => "invalid",
            Self::List(..) => "slice",
            Self::Map(_) => "map",
            Self::Object(object) if object.type_name.starts_with('*') => "ptr",
            Self::Object(object) if object.fields.first().is_some_and(|(name, _)| name.is_empty()) => "slice",
            Self::Object(_) | Self::Time(_) => "struct",
            plain => plain.type_name(),
        }
    }
}
