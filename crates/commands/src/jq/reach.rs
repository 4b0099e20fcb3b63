//! From a value to its parts: `.[key]`, `.[from:to]`, `.[]`.

use super::eval::{Item, Machine, Out, Run, fail};
use super::json::Json;

/// `.[key]`.
pub(super) fn indexed(of: &Item, key: &Json) -> Run<Item> {
    let value = match (&of.value, key) {
        (Json::Map(_), Json::Text(name)) => of.value.get(name).cloned().unwrap_or(Json::Null),
        (Json::Null, Json::Text(_) | Json::Number(_) | Json::Null) => Json::Null,
        (Json::List(items), Json::Number(number)) => {
            let at = super::paths::place(*number, items.len());
            at.and_then(|at| items.get(at)).cloned().unwrap_or(Json::Null)
        }
        (Json::List(_), Json::List(_)) => super::operate::indices(&of.value, key),
        (Json::List(_) | Json::Null, Json::Map(_)) => {
            let bound = |name: &str| key.get(name).cloned().unwrap_or(Json::Null);
            return sliced(of, &bound("start"), &bound("end"));
        }
        (value, Json::Text(name)) => return fail(format!("Cannot index {} with string \"{name}\"", value.kind())),
        (value, key) => return fail(format!("Cannot index {} with {}", value.kind(), key.kind())),
    };
    Ok(of.below(key.clone(), value))
}

/// The same as yq has it: a number is a key of a map, too, and `<<` brings in what a map has not itself.
pub(super) fn indexed_yaml(of: &Item, key: &Json) -> Run<Item> {
    let Json::Map(_) = &of.value else { return indexed(of, key) };
    let name = match key {
        Json::Number(_) | Json::Bool(_) => super::format::plain(key),
        Json::Text(name) => name.to_string(),
        _ => return indexed(of, key),
    };
    let merged = || match of.value.get("<<") {
        Some(Json::List(sources)) => sources.iter().find_map(|source| source.get(&name).cloned()),
        Some(source) => source.get(&name).cloned(),
        None => None,
    };
    let value = of.value.get(&name).cloned().or_else(merged).unwrap_or(Json::Null);
    Ok(of.below(Json::text(&name), value))
}

pub(super) fn sliced(of: &Item, from: &Json, to: &Json) -> Run<Item> {
    let key = Json::Null.with("start", from.clone()).with("end", to.clone());
    let value = match &of.value {
        Json::Null => Json::Null,
        Json::List(items) => {
            let (start, end) = super::paths::range(from, to, items.len())?;
            Json::list(items[start..end].to_vec())
        }
        Json::Text(text) => {
            let chars: Vec<char> = text.chars().collect();
            let (start, end) = super::paths::range(from, to, chars.len())?;
            Json::text(chars[start..end].iter().collect::<String>())
        }
        other => return fail(format!("Cannot index {} with object", other.kind())),
    };
    Ok(of.below(key, value))
}

/// `.[]`.
pub(super) fn each(m: &mut Machine<'_>, of: &Item, out: Out<'_>) -> Run<()> {
    match &of.value {
        Json::List(items) => {
            items.iter().enumerate().try_for_each(|(at, value)| out(m, of.below(Json::count(at), value.clone())))
        }
        Json::Map(map) => {
            map.iter().try_for_each(|(key, value)| out(m, of.below(Json::Text(key.clone()), value.clone())))
        }
        _ if m.yaml => Ok(()),
        other => fail(format!("Cannot iterate over {}", super::builtins::shown_null(other))),
    }
}
