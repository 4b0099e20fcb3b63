//! YAML, JSON, TOML and encodings, there and back.

use super::{Around, Done, arg, text};
use crate::encode::{base32, base64, from_base32, from_base64};
use crate::load::{cannot_unmarshal, read_yaml};
use gotemplate::{Entries, Val};
use manifest::{JsonStyle, Map, Node, Value};

pub(super) fn signature(name: &str) -> Option<&'static str> {
    Some(match name {
        "toYaml" | "toYamlPretty" | "toJson" | "toPrettyJson" | "toRawJson" | "toToml" => "a",
        "fromYaml" | "fromYamlArray" | "fromJson" | "fromJsonArray" => "s",
        "b64enc" | "b64dec" | "b32enc" | "b32dec" => "s",
        _ => return None,
    })
}

fn decoded(done: Result<Vec<u8>, usize>, base: &str) -> Val {
    Val::text(match done {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(at) => format!("illegal {base} data at input byte {at}"),
    })
}

pub(super) fn call(name: &str, args: &[Val], _: &mut Around<'_>) -> Done {
    let (value, given) = (arg(args, 0), text(args, 0));
    let json = |indent, escape_html| Val::text(value.to_value().to_json_with(JsonStyle { indent, escape_html }));
    Ok(match name {
        "toYaml" => {
            let yaml = value.to_value().to_yaml();
            Val::text(yaml.strip_suffix('\n').unwrap_or(&yaml))
        }
        "toYamlPretty" => {
            let yaml = value.to_value().to_yaml();
            let nodes = Node::parse_yaml(&yaml).unwrap_or_default();
            let pretty = nodes.first().map_or(yaml, |node| node.to_yaml(2));
            Val::text(pretty.strip_suffix('\n').unwrap_or(&pretty))
        }
        "toJson" => json(None, true),
        "toPrettyJson" => json(Some(2), true),
        "toRawJson" => json(None, false),
        "toToml" if matches!(value, Val::Nil) => {
            return Err("reflect: call of reflect.Value.Type on zero Value".into());
        }
        "toToml" => {
            let mut out = String::new();
            super::toml::table(&mut out, value, "");
            Val::text(out)
        }
        "b64enc" => Val::text(base64(given.as_bytes())),
        "b32enc" => Val::text(base32(given.as_bytes())),
        "b64dec" => decoded(from_base64(given), "base64"),
        "b32dec" => decoded(from_base32(given), "base32"),
        "fromYaml" => map_or_error(read_yaml(given)),
        "fromYamlArray" => list_or_error(read_yaml(given)),
        "fromJson" => map_or_error(read_json(given)),
        _ => list_or_error(read_json(given)),
    })
}

fn read_json(text: &str) -> Result<Value, String> {
    Value::from_json(text).map_err(|error| error.to_string())
}

fn map_or_error(read: Result<Value, String>) -> Val {
    let told = match read {
        Ok(map @ Value::Map(_)) => return Val::of_json(&map),
        Ok(Value::Null) => return Val::map(Entries::new()),
        Ok(other) => cannot_unmarshal(&other, "map[string]interface {}"),
        Err(told) => told,
    };
    let mut map = Map::new();
    map.insert("Error", told.into());
    Val::of(&map.into())
}

fn list_or_error(read: Result<Value, String>) -> Val {
    let told = match read {
        Ok(list @ Value::List(_)) => return Val::of_json(&list),
        Ok(Value::Null) => return Val::list(Vec::new()),
        Ok(other) => cannot_unmarshal(&other, "[]interface {}"),
        Err(told) => told,
    };
    Val::list(vec![Val::text(told)])
}
