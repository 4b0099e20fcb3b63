//! JSON Patch (RFC 6902): a list of operations on paths such as `/spec/containers/0/image`.

use crate::value::Value;

/// Why an operation does not fit, and which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonPatchError {
    pub operation: usize,
    pub why: String,
}

/// Applies all operations, or none.
pub fn json_patch(target: &Value, patch: &Value) -> Result<Value, JsonPatchError> {
    let mut out = target.clone();
    let Some(operations) = patch.as_list() else {
        return Err(JsonPatchError { operation: 0, why: "a JSON patch is a list".into() });
    };
    for (operation, step) in operations.iter().enumerate() {
        apply(&mut out, step).map_err(|why| JsonPatchError { operation, why })?;
    }
    Ok(out)
}

fn apply(out: &mut Value, step: &Value) -> Result<(), String> {
    let (path, from) = (pointer(step.str_at("path"))?, step.str_at("from"));
    let value = step.at("value").clone();
    match step.str_at("op") {
        "add" => add(out, &path, value),
        "remove" => remove(out, &path).map(drop),
        "replace" => {
            find(out, &path)?;
            match path.is_empty() {
                true => *out = value,
                false => {
                    remove(out, &path)?;
                    return add(out, &path, value);
                }
            }
            Ok(())
        }
        "move" => {
            let moved = remove(out, &pointer(from)?)?;
            add(out, &path, moved)
        }
        "copy" => {
            let copied = find(out, &pointer(from)?)?.clone();
            add(out, &path, copied)
        }
        "test" => match *find(out, &path)? == value {
            true => Ok(()),
            false => Err(format!("testing value {} failed", step.str_at("path"))),
        },
        other => Err(format!("Unexpected kind: {other}")),
    }
}

/// RFC 6901: `~1` stands for `/` and `~0` for `~`.
fn pointer(text: &str) -> Result<Vec<String>, String> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let Some(rest) = text.strip_prefix('/') else { return Err(format!("{text} is no path")) };
    Ok(rest.split('/').map(|part| part.replace("~1", "/").replace("~0", "~")).collect())
}

fn step<'v>(value: &'v Value, part: &str) -> Option<&'v Value> {
    match value {
        Value::List(items) => items.get(part.parse::<usize>().ok()?),
        other => other.get(part),
    }
}

fn find<'v>(value: &'v Value, path: &[String]) -> Result<&'v Value, String> {
    let mut here = value;
    for part in path {
        here = step(here, part).ok_or_else(|| format!("missing path /{}", path.join("/")))?;
    }
    Ok(here)
}

/// The map or list that holds the last part of a path, to write to.
fn parent<'v>(value: &'v mut Value, path: &[String]) -> Result<&'v mut Value, String> {
    let missing = || format!("missing path /{}", path.join("/"));
    let mut here = value;
    for part in path {
        here = match here {
            Value::List(_) => {
                let at = part.parse::<usize>().map_err(|_| missing())?;
                here.make_list().get_mut(at).ok_or_else(missing)?
            }
            Value::Map(_) => here.make_map().get_mut(part).ok_or_else(missing)?,
            _ => return Err(missing()),
        };
    }
    Ok(here)
}

fn add(out: &mut Value, path: &[String], value: Value) -> Result<(), String> {
    let Some((last, above)) = path.split_last() else {
        *out = value;
        return Ok(());
    };
    let parent = parent(out, above)?;
    match parent {
        Value::List(_) => {
            let items = parent.make_list();
            let at = if last == "-" { items.len() } else { last.parse().map_err(|_| format!("{last} is no index"))? };
            if at > items.len() {
                return Err(format!("Unable to access invalid index: {at}"));
            }
            items.insert(at, value);
        }
        Value::Map(_) => {
            parent.make_map().insert(last.as_str(), value);
        }
        _ => return Err(format!("missing path /{}", path.join("/"))),
    }
    Ok(())
}

fn remove(out: &mut Value, path: &[String]) -> Result<Value, String> {
    let missing = || format!("Unable to remove nonexistent key: /{}", path.join("/"));
    let Some((last, above)) = path.split_last() else { return Ok(std::mem::take(out)) };
    let parent = parent(out, above)?;
    match parent {
        Value::List(_) => {
            let items = parent.make_list();
            let at = last.parse::<usize>().ok().filter(|at| *at < items.len()).ok_or_else(missing)?;
            Ok(items.remove(at))
        }
        Value::Map(_) => parent.make_map().remove(last).ok_or_else(missing),
        _ => Err(missing()),
    }
}

#[cfg(test)]
mod tests {
    use super::json_patch;
    use crate::Value;

    #[test]
    fn operations_as_in_the_rfc() {
        for (target, patch, wanted) in [
            (r#"{"a":1}"#, r#"[{"op":"add","path":"/b","value":[2]}]"#, r#"{"a":1,"b":[2]}"#),
            (r#"{"a":[1,3]}"#, r#"[{"op":"add","path":"/a/1","value":2}]"#, r#"{"a":[1,2,3]}"#),
            (r#"{"a":[1]}"#, r#"[{"op":"add","path":"/a/-","value":2}]"#, r#"{"a":[1,2]}"#),
            (r#"{"a":{"x/y":1}}"#, r#"[{"op":"remove","path":"/a/x~1y"}]"#, r#"{"a":{}}"#),
            (r#"{"a":[1,2]}"#, r#"[{"op":"replace","path":"/a/0","value":9}]"#, r#"{"a":[9,2]}"#),
            (r#"{"a":1}"#, r#"[{"op":"move","from":"/a","path":"/b"}]"#, r#"{"b":1}"#),
            (
                r#"{"a":1}"#,
                r#"[{"op":"test","path":"/a","value":1},{"op":"copy","from":"/a","path":"/c"}]"#,
                r#"{"a":1,"c":1}"#,
            ),
        ] {
            let (target, patch) = (Value::from_json(target).unwrap(), Value::from_json(patch).unwrap());
            assert_eq!(json_patch(&target, &patch).unwrap().to_json(), wanted);
        }
        for patch in [
            r#"[{"op":"replace","path":"/x","value":1}]"#,
            r#"[{"op":"remove","path":"/a/7"}]"#,
            r#"[{"op":"test","path":"/a","value":0}]"#,
            r#"[{"op":"add","path":"/a/b/c","value":0}]"#,
            r#"[{"op":"twist","path":"/a"}]"#,
        ] {
            let target = Value::from_json(r#"{"a":[1]}"#).unwrap();
            assert!(json_patch(&target, &Value::from_json(patch).unwrap()).is_err(), "{patch}");
        }
    }
}
