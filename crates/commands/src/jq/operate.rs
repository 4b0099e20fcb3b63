//! jq's operators over values.

use super::builtins::shown;
use super::eval::{Machine, Run, fail};
use super::json::Json;

impl Machine<'_> {
    pub fn operate(&self, op: &str, left: &Json, right: &Json) -> Run<Json> {
        if self.yaml { operate_yaml(op, left, right) } else { operate(op, left, right) }
    }
}

pub(super) fn operate(op: &str, a: &Json, b: &Json) -> Run<Json> {
    let wrong = |verb: &str| fail(format!("{} and {} cannot be {verb}", shown(a), shown(b)));
    Ok(match (op, a, b) {
        ("==", ..) => Json::Bool(a.order(b).is_eq()),
        ("!=", ..) => Json::Bool(a.order(b).is_ne()),
        ("<", ..) => Json::Bool(a.order(b).is_lt()),
        ("<=", ..) => Json::Bool(a.order(b).is_le()),
        (">", ..) => Json::Bool(a.order(b).is_gt()),
        (">=", ..) => Json::Bool(a.order(b).is_ge()),
        ("+", Json::Null, other) | ("+", other, Json::Null) => other.clone(),
        ("+", Json::Number(a), Json::Number(b)) => Json::Number(a + b),
        ("+", Json::Text(a), Json::Text(b)) => Json::text(format!("{a}{b}")),
        ("+", Json::List(a), Json::List(b)) => Json::list([&a[..], &b[..]].concat()),
        ("+", Json::Map(_), Json::Map(more)) => {
            more.iter().fold(a.clone(), |map, (key, value)| map.with(key, value.clone()))
        }
        ("+", ..) => return wrong("added"),
        ("-", Json::Number(a), Json::Number(b)) => Json::Number(a - b),
        ("-", Json::List(a), Json::List(b)) => {
            Json::list(a.iter().filter(|item| !b.iter().any(|other| item.order(other).is_eq())).cloned().collect())
        }
        ("-", ..) => return wrong("subtracted"),
        ("*", Json::Number(a), Json::Number(b)) => Json::Number(a * b),
        ("*", Json::Text(text), Json::Number(n)) | ("*", Json::Number(n), Json::Text(text)) => {
            if *n <= 0.0 {
                Json::Null
            } else {
                Json::text(text.repeat(super::paths::place(n.ceil().max(1.0), 0).unwrap_or(1).min(100_000)))
            }
        }
        ("*", Json::Map(_), Json::Map(_)) => merged(a, b),
        ("*", ..) => return wrong("multiplied"),
        ("/", Json::Number(_), Json::Number(b)) if *b == 0.0 => return wrong("divided because the divisor is zero"),
        ("/", Json::Number(a), Json::Number(b)) => Json::Number(a / b),
        ("/", Json::Text(a), Json::Text(b)) => split(a, b),
        ("/", ..) => return wrong("divided"),
        ("%", Json::Number(a), Json::Number(b)) => {
            let (a, b) = (a.trunc(), b.trunc().abs());
            if b == 0.0 {
                return wrong("divided because the divisor is zero");
            }
            Json::Number(a % b)
        }
        _ => return wrong("divided"),
    })
}

/// The same as yq has it: texts are compared with wildcards, and a list takes what is added to it.
pub(crate) fn operate_yaml(op: &str, a: &Json, b: &Json) -> Run<Json> {
    Ok(match (op, a, b) {
        ("==" | "!=", Json::Text(text), Json::Text(pattern)) if pattern.contains(['*', '?']) => {
            Json::Bool((op == "==") == shell::glob_matches(pattern, text))
        }
        ("+", Json::List(items), other) if !matches!(other, Json::List(_) | Json::Null) => {
            Json::list(items.iter().chain([other]).cloned().collect())
        }
        ("+", Json::Text(text), Json::Number(_) | Json::Bool(_)) => {
            Json::text(format!("{text}{}", super::format::plain(b)))
        }
        ("*+", Json::List(_), Json::List(_)) => operate("+", a, b)?,
        ("*+", Json::Map(_), Json::Map(more)) => {
            let mut all = a.clone();
            for (key, value) in more.iter() {
                let old = a.get(key).cloned().unwrap_or(Json::Null);
                all = all.with(key, operate_yaml("*+", &old, value)?);
            }
            all
        }
        ("*+", ..) => b.clone(),
        ("*", Json::Null, other) | ("*", other, Json::Null) => other.clone(),
        ("*", Json::List(_), Json::List(_)) => b.clone(),
        _ => return operate(op, a, b),
    })
}

fn merged(a: &Json, b: &Json) -> Json {
    match (a, b) {
        (Json::Map(_), Json::Map(more)) => more.iter().fold(a.clone(), |map, (key, value)| {
            let old = map.get(key).cloned();
            map.with(key, old.map_or(value.clone(), |old| merged(&old, value)))
        }),
        _ => b.clone(),
    }
}

pub(super) fn split(text: &str, between: &str) -> Json {
    if text.is_empty() {
        return Json::list(Vec::new());
    }
    if between.is_empty() {
        return Json::list(text.chars().map(|c| Json::text(c.encode_utf8(&mut [0; 4]))).collect());
    }
    Json::list(text.split(between).map(Json::text).collect())
}

pub(super) fn indices(of: &Json, part: &Json) -> Json {
    let found: Vec<Json> = match (of, part) {
        (Json::Text(text), Json::Text(part)) if !part.is_empty() => {
            let mut all = Vec::new();
            let mut from = 0;
            while let Some(at) = text[from..].find(&**part) {
                all.push(Json::count(text[..from + at].chars().count()));
                from += at + text[from + at..].chars().next().map_or(1, char::len_utf8);
            }
            all
        }
        (Json::List(items), Json::List(part)) if !part.is_empty() => items
            .windows(part.len())
            .enumerate()
            .filter(|(_, window)| window.iter().zip(part.iter()).all(|(a, b)| a.order(b).is_eq()))
            .map(|(at, _)| Json::count(at))
            .collect(),
        (Json::List(items), part) => items
            .iter()
            .enumerate()
            .filter(|(_, item)| item.order(part).is_eq())
            .map(|(at, _)| Json::count(at))
            .collect(),
        _ => return Json::Null,
    };
    Json::list(found)
}

pub(super) fn contains(a: &Json, b: &Json) -> Run<bool> {
    Ok(match (a, b) {
        (Json::Map(_), Json::Map(wanted)) => {
            for (key, value) in wanted.iter() {
                match a.get(key) {
                    Some(have) if contains(have, value)? => {}
                    _ => return Ok(false),
                }
            }
            true
        }
        (Json::List(have), Json::List(wanted)) => {
            for value in wanted.iter() {
                let mut any = false;
                for item in have.iter() {
                    any |= item.kind() == value.kind() && contains(item, value)?;
                }
                if !any {
                    return Ok(false);
                }
            }
            true
        }
        (Json::Text(a), Json::Text(b)) => a.contains(&**b),
        _ if a.kind() == b.kind() => a.order(b).is_eq(),
        _ => return fail(format!("{} and {} cannot have their containment checked", shown(a), shown(b))),
    })
}
