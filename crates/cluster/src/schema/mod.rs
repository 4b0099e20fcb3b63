//! The fields of the built-in kinds: which there are, and of which type. One small text, read once.
//! The API server's strict decoding is this table: unknown fields and wrong types are refused in its words.

mod open_api;

pub use open_api::{schema_behind, schema_names, schema_of};

use crate::base64;
use crate::quantity::{QUANTITY_FORM, Quantity};
use manifest::{Map, Value};
use order::OrdMap;
use std::sync::OnceLock;

const FIELDS: &str = include_str!("fields.txt");

/// The type of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Type {
    Text,
    Bool,
    Int(&'static str),
    /// A map of texts.
    Texts,
    /// A map of texts in base64.
    Bytes,
    /// A map of quantities.
    Quantities,
    Quantity,
    IntOrText,
    Any,
    Struct(&'static str),
    List(Box<Type>),
}

type Struct = OrdMap<&'static str, Type>;

fn structs() -> &'static OrdMap<&'static str, Struct> {
    static TABLE: OnceLock<OrdMap<&'static str, Struct>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = OrdMap::new();
        for line in FIELDS.lines().filter(|line| !line.starts_with('#')) {
            if let Some((name, fields)) = line.split_once(" = ") {
                let fields = fields.split_whitespace().filter_map(|field| field.split_once(':'));
                table.insert(name, fields.map(|(name, kind)| (name, type_of(kind))).collect());
            }
        }
        table
    })
}

fn type_of(text: &'static str) -> Type {
    match text {
        "string" | "time" => Type::Text,
        "bool" => Type::Bool,
        "int32" | "int64" => Type::Int(text),
        "texts" => Type::Texts,
        "bytes" => Type::Bytes,
        "quantities" => Type::Quantities,
        "quantity" => Type::Quantity,
        "intstr" => Type::IntOrText,
        "any" => Type::Any,
        _ => match text.strip_prefix("[]") {
            Some(inner) => Type::List(Box::new(type_of(inner))),
            None => Type::Struct(text),
        },
    }
}

/// What decoding found wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// The text after `cannot be handled as a Deployment: `.
    Type(String),
    /// Paths of unknown fields.
    Unknown(Vec<String>),
}

/// Decodes an object strictly; a wrong type is told before any unknown field.
pub(crate) fn check(kind: &str, object: &Value) -> Result<(), Flaw> {
    let Some((name, fields)) = structs().get_key_value(kind) else { return Ok(()) };
    let mut decoder = Decoder { unknown: Vec::new() };
    decoder.fields(name, fields, object.entries(), "", "").map_err(Flaw::Type)?;
    if decoder.unknown.is_empty() { Ok(()) } else { Err(Flaw::Unknown(decoder.unknown)) }
}

struct Decoder {
    unknown: Vec<String>,
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_string() } else { format!("{path}.{name}") }
}

impl Decoder {
    /// `path` has indexes (`containers[0]`), `go_path` has none: the two ways in which Go tells a place.
    fn fields(&mut self, owner: &str, fields: &Struct, map: &Map, path: &str, go_path: &str) -> Result<(), String> {
        for (key, value) in map.iter() {
            match fields.get(key.as_ref()) {
                None => self.unknown.push(join(path, key)),
                Some(_) if value.is_null() => {}
                Some(kind) => self.value(owner, kind, value, &join(path, key), &join(go_path, key))?,
            }
        }
        Ok(())
    }

    fn value(&mut self, owner: &str, kind: &Type, value: &Value, path: &str, go_path: &str) -> Result<(), String> {
        let refuse = |wanted: &str| Err(mismatch(owner, value, go_path, wanted));
        match (kind, value) {
            (Type::Any, _)
            | (Type::Text, Value::Str(_))
            | (Type::Bool, Value::Bool(_))
            | (Type::Int(_), Value::Int(_)) => Ok(()),
            (Type::Text, _) => refuse("string"),
            (Type::Bool, _) => refuse("bool"),
            (Type::Int(name), _) => refuse(name),
            (Type::IntOrText, Value::Int(_) | Value::Str(_)) => Ok(()),
            (Type::IntOrText, _) => refuse("int32"),
            (Type::Quantity, value) => quantity(value),
            (Type::Bytes, Value::Map(map)) => map.values().try_for_each(|value| match value {
                Value::Str(text) => {
                    base64::decode(text).map(drop).map_err(|at| format!("illegal base64 data at input byte {at}"))
                }
                Value::Null => Ok(()),
                wrong => Err(mismatch(owner, wrong, go_path, "[]uint8")),
            }),
            (Type::Bytes, _) => refuse("map[string][]uint8"),
            (Type::Texts, Value::Map(map)) => {
                match map.values().find(|value| value.as_str().is_none() && !value.is_null()) {
                    Some(wrong) => Err(mismatch(owner, wrong, go_path, "string")),
                    None => Ok(()),
                }
            }
            (Type::Texts, _) => refuse("map[string]string"),
            (Type::Quantities, Value::Map(map)) => map.values().try_for_each(quantity),
            (Type::Quantities, _) => refuse("v1.ResourceList"),
            (Type::Struct(name), Value::Map(map)) => match structs().get(name) {
                Some(fields) => self.fields(name, fields, map, path, go_path),
                None => Ok(()),
            },
            (Type::Struct(name), _) => refuse(&format!("v1.{name}")),
            (Type::List(item), Value::List(items)) => {
                for (index, value) in items.iter().enumerate() {
                    if !value.is_null() {
                        self.value(owner, item, value, &format!("{path}[{index}]"), go_path)?;
                    }
                }
                Ok(())
            }
            (Type::List(item), _) => refuse(&format!("[]{}", go_name(item))),
        }
    }
}

fn go_name(kind: &Type) -> String {
    match kind {
        Type::Struct(name) => format!("v1.{name}"),
        Type::Int(name) => (*name).to_string(),
        Type::Bool => "bool".into(),
        _ => "string".into(),
    }
}

fn quantity(value: &Value) -> Result<(), String> {
    let fits = match value {
        Value::Str(text) => Quantity::parse(text).is_some(),
        Value::Int(_) | Value::Float(_) => true,
        _ => false,
    };
    if fits { Ok(()) } else { Err(QUANTITY_FORM.to_string()) }
}

/// encoding/json: what a value is called, and where it did not fit.
fn mismatch(owner: &str, value: &Value, go_path: &str, wanted: &str) -> String {
    let what = match value {
        Value::Null => "null".to_string(),
        Value::Bool(_) => "bool".into(),
        Value::Int(_) => "number".into(),
        Value::Float(x) => format!("number {}", manifest::float_text(*x)),
        Value::Str(_) => "string".into(),
        Value::List(_) => "array".into(),
        Value::Map(_) => "object".into(),
    };
    let what = if wanted.starts_with("int") { what.as_str() } else { what.split(' ').next().unwrap_or("") };
    format!("json: cannot unmarshal {what} into Go struct field {owner}.{go_path} of type {wanted}")
}
