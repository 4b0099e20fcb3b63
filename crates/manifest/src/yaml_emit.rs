//! YAML out, byte for byte as `kubectl -o yaml` prints it (sigs.k8s.io/yaml over go-yaml v2).

use crate::map::Map;
use crate::number::yaml_float;
use crate::value::Value;
use crate::yaml_text::{Place, simple_key, write_text};
use order::Arrange;
use std::cmp::Ordering;
use std::sync::Arc;

impl Value {
    /// A whole document, with a line break at the end and no `---`.
    pub fn to_yaml(&self) -> String {
        let mut out = String::new();
        match self {
            Value::Map(map) if !map.is_empty() => write_map(&mut out, map, 0),
            Value::List(items) if !items.is_empty() => write_list(&mut out, items, 0),
            _ => write_scalar(&mut out, self, 0),
        }
        out.push('\n');
        out
    }
}

fn pad(out: &mut String, indent: usize) {
    out.extend(std::iter::repeat_n(' ', indent));
}

fn column(out: &str) -> usize {
    out.rsplit('\n').next().map_or(0, |line| line.chars().count())
}

fn write_map(out: &mut String, map: &Map, indent: usize) {
    let mut entries: Vec<(&Arc<str>, &Value)> = map.iter().collect();
    entries.arrange_by(|(a, _), (b, _)| natural(a, b));
    for (index, (key, value)) in entries.into_iter().enumerate() {
        if index > 0 {
            out.push('\n');
            pad(out, indent);
        }
        if simple_key(key) {
            let at = column(out);
            write_text(out, key, Place { column: at, indent: indent + 2, key: true });
            out.push(':');
        } else {
            out.push_str("? ");
            let at = column(out);
            write_text(out, key, Place { column: at, indent: indent + 2, key: false });
            out.push('\n');
            pad(out, indent);
            out.push(':');
        }
        write_value(out, value, indent);
    }
}

/// Writes what stands behind a `key:`.
fn write_value(out: &mut String, value: &Value, indent: usize) {
    match value {
        Value::Map(map) if !map.is_empty() => {
            out.push('\n');
            pad(out, indent + 2);
            write_map(out, map, indent + 2);
        }
        Value::List(items) if !items.is_empty() => {
            out.push('\n');
            pad(out, indent);
            write_list(out, items, indent);
        }
        _ => {
            out.push(' ');
            write_scalar(out, value, indent + 2);
        }
    }
}

fn write_list(out: &mut String, items: &[Value], indent: usize) {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push('\n');
            pad(out, indent);
        }
        out.push_str("- ");
        match item {
            Value::Map(map) if !map.is_empty() => write_map(out, map, indent + 2),
            Value::List(inner) if !inner.is_empty() => write_list(out, inner, indent + 2),
            _ => write_scalar(out, item, indent + 2),
        }
    }
}

fn write_scalar(out: &mut String, value: &Value, indent: usize) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(on) => out.push_str(if *on { "true" } else { "false" }),
        Value::Int(n) => out.push_str(&n.to_string()),
        Value::Float(x) => out.push_str(&yaml_float(*x)),
        Value::Str(text) => {
            let at = column(out);
            write_text(out, text, Place { column: at, indent, key: false });
        }
        Value::List(_) => out.push_str("[]"),
        Value::Map(_) => out.push_str("{}"),
    }
}

/// go-yaml's order of keys: letters after all else (before it behind a digit), digits by the number they make.
fn natural(a: &str, b: &str) -> Ordering {
    let (left, right): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    for at in 0..left.len().min(right.len()) {
        let (x, y) = (left[at], right[at]);
        if x == y {
            continue;
        }
        return match (x.is_alphabetic(), y.is_alphabetic()) {
            (true, true) => x.cmp(&y),
            (letter, other) if letter != other => {
                let after_digit = at > 0 && left[at - 1].is_ascii_digit();
                if letter == after_digit { Ordering::Less } else { Ordering::Greater }
            }
            _ => by_number(&left, &right, at).then(x.cmp(&y)),
        };
    }
    left.len().cmp(&right.len())
}

fn by_number(left: &[char], right: &[char], at: usize) -> Ordering {
    let inside = (left[at] == '0' || right[at] == '0')
        && left[..at].iter().rev().take_while(|c| c.is_ascii_digit()).any(|c| *c != '0');
    let read = |chars: &[char]| {
        let digits = chars[at..].iter().take_while(|c| c.is_ascii_digit());
        digits.fold((u64::from(inside), 0_usize), |(n, len), c| {
            (n.wrapping_mul(10).wrapping_add(u64::from(c.to_digit(10).unwrap_or(0))), len + 1)
        })
    };
    read(left).cmp(&read(right))
}
