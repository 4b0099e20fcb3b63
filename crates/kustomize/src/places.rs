//! Ways to fields by Kustomize's field specs: `spec/template/spec/containers[]/image`. Lists on the way are gone through.

use crate::failure::{Done, Failure, failed};
use crate::resource::{Resource, text_of};
use manifest::Value;

/// A field of some kinds. `create`: missing parts are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Field {
    pub gvk: crate::identity::Gvk,
    pub path: String,
    pub create: bool,
}

/// What a missing or null field becomes before it is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Make {
    Nothing,
    Scalar,
    Map,
}

pub(crate) type Set<'s> = &'s mut dyn FnMut(&mut Value) -> Done<()>;

/// The parts of a path; `\/` is no end of a part.
pub(crate) fn parts(path: &str, between: char) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let path = path.strip_prefix(between).unwrap_or(path);
    for part in path.split(between) {
        match out.last_mut() {
            Some(last) if last.ends_with('\\') => {
                last.pop();
                last.push(between);
                last.push_str(part);
            }
            _ => out.push(part.to_string()),
        }
    }
    out
}

/// Sets the field of a resource, where it is of the field's kind.
pub(crate) fn visit(resource: &mut Resource, field: &Field, make: Make, set: Set<'_>) -> Done<()> {
    if !resource.gvk().selected_by(&field.gvk) {
        return Ok(());
    }
    let parts = parts(&field.path, '/');
    let make = if field.create { make } else { Make::Nothing };
    walk(&mut resource.value, &parts, make, set).map_err(|failure| {
        let shown = resource.id().shown();
        failure.within(&["considering field '", &field.path, "' of object ", &shown].concat())
    })
}

fn walk(value: &mut Value, parts: &[String], make: Make, set: Set<'_>) -> Done<()> {
    let Some((part, rest)) = parts.split_first() else { return set(value) };
    match value {
        Value::Null => Ok(()),
        Value::List(items) if items.is_empty() => Ok(()),
        Value::List(_) => {
            for item in value.make_list() {
                walk(item, parts, make, set)?;
            }
            Ok(())
        }
        Value::Map(_) => {
            let (name, list) = part.strip_suffix("[]").map_or((part.as_str(), false), |name| (name, true));
            let make_here = if list { Make::Nothing } else { make };
            let have = value.get(name).is_some_and(|have| !have.is_null());
            if !have && make_here == Make::Nothing {
                return match (value.get(name), rest.is_empty()) {
                    (Some(_), true) => set(value.make_map().entry(name)),
                    _ => Ok(()),
                };
            }
            let field = value.make_map().entry(name);
            if !have && (make == Make::Map || !rest.is_empty()) {
                *field = Value::map();
            }
            walk(field, rest, make, set)
        }
        _ => failed(&["expected sequence or mapping node"]),
    }
}

/// The error of a value of the wrong shape.
// Unlike kustomize: the value is shown in YAML's block form, not as it was written.
pub(crate) fn wrong_kind(wanted: &str, value: &Value) -> Failure {
    let shape = match value {
        Value::List(_) => "SequenceNode",
        Value::Map(_) => "MappingNode",
        _ => "ScalarNode",
    };
    let parts = ["wrong node kind: expected ", wanted, " but got ", shape, ": node contents:\n", &value.to_yaml()];
    Failure(parts.concat())
}

/// Puts a text where a scalar is or nothing; a number or bool takes it only as such.
pub(crate) fn set_scalar(value: &mut Value, text: &str) -> Done<()> {
    match value {
        Value::List(_) | Value::Map(_) => Err(wrong_kind("ScalarNode", value)),
        _ => {
            *value = Value::from(text);
            Ok(())
        }
    }
}

/// Puts an entry into a map.
pub(crate) fn set_entry(value: &mut Value, key: &str, text: &str) -> Done<()> {
    match value {
        Value::Map(_) | Value::Null => {
            value.put(key, text);
            Ok(())
        }
        other => Err(wrong_kind("MappingNode", other)),
    }
}

pub(crate) fn scalar_text(value: &Value) -> Done<String> {
    match value {
        Value::List(_) | Value::Map(_) => Err(wrong_kind("ScalarNode", value)),
        other => Ok(text_of(other)),
    }
}
