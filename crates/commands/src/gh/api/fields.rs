//! `-f` and `-F`: `key=value`, `list[]=value`, `map[key]=value`, made into one body.

use crate::gh::call::{Fail, fail};
use crate::gh::flags::Given;
use manifest::Value;

/// The body of a request; null where no field is given.
#[inline(never)]
pub(super) fn body(given: &Given) -> Result<Value, Fail> {
    let mut body = Value::Null;
    for (fields, typed) in [(given.texts("raw-field"), false), (given.texts("field"), true)] {
        for field in fields {
            let (key, text) = match field.split_once('=') {
                Some((key, text)) => (key, Some(text)),
                None if field.ends_with("[]") => (field.as_str(), None),
                None => return fail(format!("field \"{field}\" requires a value separated by an '=' sign")),
            };
            let keys: Vec<&str> = key.split('[').map(|part| part.trim_end_matches(']')).collect();
            let value = text.map(|text| if typed { magic(text) } else { text.into() });
            put(&mut body, &keys, value);
        }
    }
    Ok(body)
}

/// What `-F` takes for more than a text.
fn magic(text: &str) -> Value {
    match text {
        "true" => true.into(),
        "false" => false.into(),
        "null" => Value::Null,
        text => text.parse::<i64>().map_or_else(|_| text.into(), Value::Int),
    }
}

/// Puts a value under keys, of which an empty one appends to a list.
fn put(into: &mut Value, keys: &[&str], value: Option<Value>) {
    let Some((key, rest)) = keys.split_first() else {
        *into = value.unwrap_or(Value::Null);
        return;
    };
    if !key.is_empty() {
        if into.as_map().is_none() {
            *into = Value::map();
        }
        let mut inner = into.get(key).cloned().unwrap_or_default();
        put(&mut inner, rest, value);
        into.put(key, inner);
        return;
    }
    let mut items = into.items().to_vec();
    match (rest.first(), items.last_mut()) {
        // `list[][key]` fills the last map until that has the key.
        (Some(name), Some(last)) if last.as_map().is_some() && last.get(name).is_none() => put(last, rest, value),
        _ if value.is_none() && rest.is_empty() => {}
        _ => {
            let mut item = Value::Null;
            put(&mut item, rest, value);
            items.push(item);
        }
    }
    *into = Value::list(items);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_make_lists_and_maps() {
        let mut body = Value::Null;
        for (key, value) in [("a[]", 1), ("a[]", 2), ("b[c][d]", 3), ("e[][x]", 4), ("e[][y]", 5), ("e[][x]", 6)] {
            let keys: Vec<&str> = key.split('[').map(|part| part.trim_end_matches(']')).collect();
            put(&mut body, &keys, Some(Value::Int(value)));
        }
        put(&mut body, &["n", ""], None);
        assert_eq!(body.to_json(), r#"{"a":[1,2],"b":{"c":{"d":3}},"e":[{"x":4,"y":5},{"x":6}],"n":[]}"#);
        assert_eq!(magic("12").to_json() + &magic("true").to_json() + &magic("x").to_json(), "12true\"x\"");
    }
}
