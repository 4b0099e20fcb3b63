//! JSON patch (RFC 6902): operations on places that JSON pointers name. Errors in the words of `evanphx/json-patch`.

use crate::strategic::PatchError;
use crate::value::Value;

/// Applies the operations in their order; the first that fails ends it.
pub fn json_patch(target: &Value, patch: &Value) -> Result<Value, PatchError> {
    let Some(operations) = patch.as_list() else {
        let shape = match patch {
            Value::Map(_) => "object",
            Value::Str(_) => "string",
            Value::Bool(_) => "bool",
            _ => "number",
        };
        return Err(PatchError(format!("json: cannot unmarshal {shape} into Go value of type jsonpatch.Patch")));
    };
    let mut out = target.clone();
    for operation in operations {
        apply(&mut out, operation)?;
    }
    Ok(out)
}

fn apply(out: &mut Value, operation: &Value) -> Result<(), PatchError> {
    let (path, from) = (operation.str_at("path"), operation.str_at("from"));
    let value = || operation.get("value").cloned().unwrap_or_default();
    match operation.str_at("op") {
        "add" => add(out, path, value()),
        "remove" => remove(out, path, "remove"),
        "replace" => replace(out, path, value()),
        "test" => match find(out, path) {
            Some(found) if *found == value() => Ok(()),
            None if value().is_null() => Ok(()),
            _ => Err(PatchError(format!("testing value {path} failed: test failed"))),
        },
        // The library copies a place that is not there as null.
        "copy" => add(out, path, find(out, from).cloned().unwrap_or_default()),
        "move" => {
            let Some(found) = find(out, from).cloned() else {
                let last = from.rsplit('/').next().unwrap_or("");
                let why = format!("Unable to remove nonexistent key: {last}: missing value");
                return Err(PatchError(format!("error in move for path: '{last}': {why}")));
            };
            remove(out, from, "move")?;
            add(out, path, found)
        }
        other => Err(PatchError(format!("Unexpected kind: {other}"))),
    }
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

fn key(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
}

fn find<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    let mut here = value;
    for part in path.split('/').skip(1) {
        here = match here {
            Value::List(items) => items.get(part.parse::<usize>().ok()?)?,
            other => other.get(&key(part))?,
        };
    }
    Some(here)
}

fn find_mut<'v>(value: &'v mut Value, path: &str) -> Option<&'v mut Value> {
    let mut here = value;
    for part in path.split('/').skip(1) {
        here = match here {
            Value::List(_) => here.make_list().get_mut(part.parse::<usize>().ok()?)?,
            Value::Map(_) => here.make_map().get_mut(&key(part))?,
            _ => return None,
        };
    }
    Some(here)
}

/// The library takes a key that a map does not have, and refuses an index that a list does not have.
fn replace(out: &mut Value, path: &str, value: Value) -> Result<(), PatchError> {
    let fits = path.is_empty() || find(out, path).is_some();
    if let Some(place) = find_mut(out, path).filter(|_| fits) {
        *place = value;
        return Ok(());
    }
    match find(out, parent(path)) {
        Some(Value::Map(_)) => add(out, path, value),
        Some(Value::List(_)) => {
            let why = "missing value";
            Err(PatchError(format!("replace operation does not apply: doc is missing key: {path}: {why}")))
        }
        _ => Err(PatchError(format!("replace operation does not apply: doc is missing path: {path}: missing value"))),
    }
}

fn add(out: &mut Value, path: &str, value: Value) -> Result<(), PatchError> {
    if path.is_empty() {
        *out = value;
        return Ok(());
    }
    let last = path.rsplit('/').next().unwrap_or("");
    let missing =
        || PatchError(format!("add operation does not apply: doc is missing path: \"{path}\": missing value"));
    let place = find_mut(out, parent(path)).ok_or_else(missing)?;
    match place {
        Value::List(_) => {
            let items = place.make_list();
            let at = if last == "-" { Some(items.len()) } else { last.parse::<usize>().ok() };
            match at.filter(|at| *at <= items.len()) {
                Some(at) => items.insert(at, value),
                None => {
                    let why = format!("Unable to access invalid index: {last}: invalid index referenced");
                    return Err(PatchError(format!("error in add for path: '{path}': {why}")));
                }
            }
        }
        Value::Map(_) => {
            place.make_map().insert(key(last), value);
        }
        _ => return Err(missing()),
    }
    Ok(())
}

fn remove(out: &mut Value, path: &str, operation: &str) -> Result<(), PatchError> {
    let last = path.rsplit('/').next().unwrap_or("");
    let Some(place) = find_mut(out, parent(path)) else {
        let why = format!("{operation} operation does not apply: doc is missing path: \"{path}\": missing value");
        return Err(PatchError(why));
    };
    let (gone, why) = match place {
        Value::List(_) => {
            let items = place.make_list();
            let at = last.parse::<usize>().ok().filter(|at| *at < items.len());
            let why = format!("Unable to access invalid index: {last}: invalid index referenced");
            (at.map(|at| items.remove(at)).is_some(), why)
        }
        Value::Map(_) => {
            let gone = place.make_map().remove(&key(last)).is_some();
            (gone, format!("Unable to remove nonexistent key: {last}: missing value"))
        }
        _ => (false, format!("Unable to remove nonexistent key: {last}: missing value")),
    };
    if gone {
        return Ok(());
    }
    Err(PatchError(format!("error in {operation} for path: '{path}': {why}")))
}
