//! Paths into values: get, set, delete.

use super::eval::{Item, Run, fail};
use super::json::Json;
use super::reach::indexed;
use std::rc::Rc;

/// An index as a place in a list; a negative one counts from the end.
#[expect(clippy::cast_possible_truncation, reason = "an index is small, or outside of any list")]
pub(super) fn place(number: f64, len: usize) -> Option<usize> {
    let at = number.floor() as i64;
    let at = if at < 0 { at + i64::try_from(len).unwrap_or(0) } else { at };
    usize::try_from(at).ok()
}

pub(super) fn range(from: &Json, to: &Json, len: usize) -> Run<(usize, usize)> {
    let bound = |value: &Json, default: usize, up: bool| match value {
        Json::Null => Ok(default),
        Json::Number(number) => {
            let number = if up { number.ceil() } else { *number };
            Ok(place(number, len).unwrap_or(0).min(len))
        }
        _ => fail("Start and end indices of an array slice must be numbers"),
    };
    let (start, end) = (bound(from, 0, false)?, bound(to, len, true)?);
    Ok((start, end.max(start)))
}

pub(super) fn get(value: &Json, path: &[Json]) -> Run<Json> {
    let mut at = value.clone();
    for key in path {
        if at == Json::Null {
            return Ok(Json::Null);
        }
        at = indexed(&Item::new(at), key)?.value;
    }
    Ok(at)
}

pub(super) fn set(value: &Json, path: &[Json], new: Json) -> Run<Json> {
    let Some((key, rest)) = path.split_first() else { return Ok(new) };
    match (value, key) {
        (Json::Map(_) | Json::Null, Json::Text(name)) => {
            let old = value.get(name).cloned().unwrap_or(Json::Null);
            Ok(value.with(name, set(&old, rest, new)?))
        }
        (Json::List(_) | Json::Null, Json::Number(number)) => {
            let mut items = match value {
                Json::List(items) => (**items).clone(),
                _ => Vec::new(),
            };
            let Some(at) = place(*number, items.len()) else { return fail("Out of bounds negative array index") };
            if at > 1_000_000 {
                return fail("Array index too large");
            }
            if at >= items.len() {
                items.resize(at + 1, Json::Null);
            }
            items[at] = set(&items[at], rest, new)?;
            Ok(Json::list(items))
        }
        (Json::List(_) | Json::Null, Json::Map(_)) => {
            let items = match value {
                Json::List(items) => (**items).clone(),
                _ => Vec::new(),
            };
            let bound = |name: &str| key.get(name).cloned().unwrap_or(Json::Null);
            let (start, end) = range(&bound("start"), &bound("end"), items.len())?;
            let old = Json::list(items[start..end].to_vec());
            let Json::List(middle) = set(&old, rest, new)? else {
                return fail("A slice of an array can only be assigned another array");
            };
            Ok(Json::list([&items[..start], &middle, &items[end..]].concat()))
        }
        (Json::Map(_), key) => fail(format!("Cannot index object with {}", key.kind())),
        (value, Json::Text(name)) => fail(format!("Cannot index {} with string \"{name}\"", value.kind())),
        (value, key) => fail(format!("Cannot update field at {} index of {}", key.kind(), value.kind())),
    }
}

/// Deletes paths, last ones first.
pub(super) fn delete(value: &Json, paths: Vec<Json>) -> Run<Json> {
    use order::Arrange;
    let mut paths = paths;
    paths.arrange_by(|a, b| b.order(a));
    let mut result = value.clone();
    for path in paths {
        let Json::List(path) = path else { return fail("Path must be specified as an array") };
        result = delete_one(&result, &path)?;
    }
    Ok(result)
}

fn delete_one(value: &Json, path: &[Json]) -> Run<Json> {
    let Some((key, rest)) = path.split_first() else { return Ok(Json::Null) };
    if *value == Json::Null {
        return Ok(Json::Null);
    }
    if !rest.is_empty() {
        let inner = indexed(&Item::new(value.clone()), key)?.value;
        if inner == Json::Null {
            return Ok(value.clone());
        }
        return set(value, std::slice::from_ref(key), delete_one(&inner, rest)?);
    }
    match (value, key) {
        (Json::Map(map), Json::Text(name)) => {
            Ok(Json::Map(Rc::new(map.iter().filter(|(have, _)| have != name).cloned().collect())))
        }
        (Json::List(items), Json::Number(number)) => {
            let mut items = (**items).clone();
            if let Some(at) = place(*number, items.len()).filter(|at| *at < items.len()) {
                items.remove(at);
            }
            Ok(Json::list(items))
        }
        (Json::List(items), Json::Map(_)) => {
            let bound = |name: &str| key.get(name).cloned().unwrap_or(Json::Null);
            let (start, end) = range(&bound("start"), &bound("end"), items.len())?;
            Ok(Json::list([&items[..start], &items[end..]].concat()))
        }
        (value, key) => fail(format!("Cannot delete field at {} index of {}", key.kind(), value.kind())),
    }
}
