//! Walking a value along a JSONPath.

use super::jsonpath::{Comparison, Operand, Part, Selector, text_of};
use manifest::Value;
use std::cmp::Ordering;

/// Values that a walk may find before it stops.
const FOUND_MAX: usize = 100_000;

pub(super) fn print(parts: &[Part], root: &Value, here: &Value, out: &mut String) {
    for part in parts {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Paths(paths) => {
                for path in paths {
                    if let [Selector::Literal(text)] = &path[..] {
                        out.push_str(text);
                        continue;
                    }
                    let found = self::path(path, root, here);
                    let texts: Vec<String> = found.iter().map(|value| shown(value)).collect();
                    out.push_str(&texts.join(" "));
                }
            }
            Part::Range(path, inner) => {
                for item in self::path(path, root, here) {
                    print(inner, root, item, out);
                }
            }
        }
    }
}

fn shown(value: &Value) -> String {
    if value.is_null() { "null".into() } else { text_of(value) }
}

/// Everything that a path leads to from `here`.
pub(super) fn path<'v>(path: &[Selector], root: &'v Value, here: &'v Value) -> Vec<&'v Value> {
    let mut found = vec![here];
    for selector in path {
        let mut next = Vec::new();
        for value in found {
            select(selector, root, value, &mut next);
            if next.len() > FOUND_MAX {
                break;
            }
        }
        found = next;
    }
    found
}

fn select<'v>(selector: &Selector, root: &'v Value, value: &'v Value, out: &mut Vec<&'v Value>) {
    match selector {
        Selector::Field(name) => out.extend(value.get(name)),
        Selector::All => match value {
            Value::Map(map) => out.extend(map.values()),
            other => out.extend(other.items()),
        },
        Selector::Deep => deep(value, out),
        Selector::Index(index) => {
            let items = value.items();
            let at = if *index < 0 { index + i64::try_from(items.len()).unwrap_or(0) } else { *index };
            out.extend(usize::try_from(at).ok().and_then(|at| items.get(at)));
        }
        Selector::Slice(from, to, step) => slice(value.items(), *from, *to, *step, out),
        Selector::Union(paths) => {
            for one in paths {
                out.extend(path(one, root, value));
            }
        }
        Selector::Filter(filter) => {
            out.extend(value.items().iter().filter(|item| holds(filter, root, item)));
        }
        Selector::Literal(_) => {}
    }
}

/// The value and everything inside of it.
fn deep<'v>(value: &'v Value, out: &mut Vec<&'v Value>) {
    out.push(value);
    if out.len() > FOUND_MAX {
        return;
    }
    match value {
        Value::Map(map) => map.values().for_each(|inner| deep(inner, out)),
        other => other.items().iter().for_each(|inner| deep(inner, out)),
    }
}

fn slice<'v>(items: &'v [Value], from: Option<i64>, to: Option<i64>, step: i64, out: &mut Vec<&'v Value>) {
    let len = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let place = |index: i64| (if index < 0 { index + len } else { index }).clamp(0, len);
    let (mut at, end) = (place(from.unwrap_or(0)), place(to.unwrap_or(len)));
    while step > 0 && at < end {
        out.extend(usize::try_from(at).ok().and_then(|at| items.get(at)));
        at += step;
    }
}

fn holds(filter: &(Operand, Option<(Comparison, Operand)>), root: &Value, item: &Value) -> bool {
    let (left, right) = filter;
    let left = operand(left, root, item);
    let Some((comparison, right)) = right else { return left.is_some() };
    let (Some(left), Some(right)) = (left, operand(right, root, item)) else {
        return false;
    };
    let order = compare(&left, &right);
    match comparison {
        Comparison::Equal => order == Some(Ordering::Equal),
        Comparison::NotEqual => order != Some(Ordering::Equal),
        Comparison::Less => order == Some(Ordering::Less),
        Comparison::LessOrEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        Comparison::Greater => order == Some(Ordering::Greater),
        Comparison::GreaterOrEqual => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
    }
}

fn operand(operand: &Operand, root: &Value, item: &Value) -> Option<Value> {
    match operand {
        Operand::Value(value) => Some(value.clone()),
        Operand::Path(steps) => path(steps, root, item).first().map(|value| (*value).clone()),
    }
}

fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Str(a), Value::Str(b)) => Some(a.cmp(b)),
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
    }
}
