//! Kustomize's strategic merge (kyaml's `merge2`): other rules than the API server's. What a patch adds to a list stands in
//! front, kinds without a schema replace their lists, and a null removes.

use crate::failure::{Done, failed};
use crate::merge_lists::merge_lists;
use crate::places::wrong_kind;
use crate::resource::text_of;
use crate::schema::Schema;
use manifest::{Map, Value, plain_value};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Directive {
    Merge,
    Replace,
    Delete,
}

/// The keys of a list that is merged by them.
pub(crate) type Keys = Option<Vec<&'static str>>;

const PATCH: &str = "$patch";

fn named(value: &Value) -> Done<Directive> {
    match value.as_str() {
        Some("merge") => Ok(Directive::Merge),
        Some("replace") => Ok(Directive::Replace),
        Some("delete") => Ok(Directive::Delete),
        other => failed(&["unknown patch strategy '", other.unwrap_or(""), "'"]),
    }
}

/// What a map of a patch wants, and the map without that word.
fn of_map(patch: &Map) -> Done<(Directive, Map)> {
    let mut rest = patch.clone();
    match rest.remove(PATCH) {
        Some(word) => Ok((named(&word)?, rest)),
        None => Ok((Directive::Merge, rest)),
    }
}

/// What a list of a patch wants: an item that is nothing but the word.
fn of_list(patch: &[Value]) -> Done<(Directive, Vec<Value>)> {
    let own = |item: &Value| item.entries().len() == 1 && item.get(PATCH).is_some();
    match patch.iter().find(|item| item.get(PATCH).is_some()).filter(|item| own(item)) {
        Some(item) => {
            let word = item.at(PATCH).clone();
            let rest = patch.iter().filter(|item| item.get(PATCH) != Some(&word)).cloned().collect();
            Ok((named(&word)?, rest))
        }
        None => Ok((Directive::Merge, patch.to_vec())),
    }
}

/// Applies a patch to an object; nothing is left where it deletes the whole.
pub(crate) fn merge_object(object: &Value, patch: &Value) -> Done<Option<Value>> {
    let text = |field: &str| object.str_at(field);
    let schema = Schema::of(text("apiVersion"), text("kind"));
    merge(Some(object), Some(patch), schema, &None)
}

/// Merges what stands at one place. No patch: what is there stays.
// Unlike kustomize: a field that is written without a value (`emptyDir:`) stays null in a patched resource; the real one keeps
// only nulls that are written out.
pub(crate) fn merge(have: Option<&Value>, patch: Option<&Value>, schema: Schema, keys: &Keys) -> Done<Option<Value>> {
    let Some(patch) = patch else { return Ok(have.cloned()) };
    let shape = have.filter(|have| !have.is_null()).unwrap_or(patch);
    match (shape, patch) {
        (Value::Map(_), Value::Map(patch)) => merge_maps(have, patch, schema),
        (Value::List(_), Value::List(patch)) => match keys {
            None => Ok(Some(Value::List(patch.clone()))),
            Some(keys) => {
                let (directive, rest) = of_list(patch)?;
                let under = have.filter(|have| !have.is_null()).map_or(&[][..], Value::items);
                match directive {
                    Directive::Delete => Ok(None),
                    Directive::Replace => merge_lists(&[], &rest, schema, keys),
                    Directive::Merge => merge_lists(under, &rest, schema, keys),
                }
            }
        },
        (_, Value::Null) => Ok(None),
        (Value::Map(_), other) => Err(wrong_kind("MappingNode", other)),
        (Value::List(_), other) => Err(wrong_kind("SequenceNode", other)),
        (_, other @ (Value::Map(_) | Value::List(_))) => Err(wrong_kind("ScalarNode", other)),
        (_, other) => Ok(Some(restyled(have, other))),
    }
}

/// A scalar keeps the quotes of the one that it replaces: `9090` for `"8080"` is a text.
// Unlike kustomize: that quotes stood where none were needed is not known here.
fn restyled(have: Option<&Value>, change: &Value) -> Value {
    match (have, change) {
        (Some(Value::Str(old)), Value::Bool(_) | Value::Int(_) | Value::Float(_))
            if plain_value(old).as_str() != Some(old) =>
        {
            text_of(change).into()
        }
        _ => change.clone(),
    }
}

fn merge_maps(have: Option<&Value>, patch: &Map, schema: Schema) -> Done<Option<Value>> {
    let have = have.filter(|have| !have.is_null());
    let (directive, patch) = of_map(patch).or_else(|failure| match have {
        Some(_) => Err(failure),
        None => Ok((Directive::Merge, patch.clone())),
    })?;
    let mut out = match (directive, have) {
        (Directive::Delete, _) => return Ok(None),
        (Directive::Merge, Some(have)) => have.entries().clone(),
        _ => Map::new(),
    };
    let under = out.clone();
    for (key, change) in patch.iter() {
        match merge(under.get(key), Some(change), schema.field(key), &schema.keys(key))? {
            Some(value) => {
                out.insert(key.clone(), value);
            }
            None => {
                out.remove(key);
            }
        }
    }
    Ok(Some(out.into()))
}

/// Whether an item of a patch stands for the whole item.
pub(crate) fn replaces(patch: &Value) -> bool {
    patch.str_at(PATCH) == "replace"
}
