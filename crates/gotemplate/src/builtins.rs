//! The functions that every Go template has.

use crate::compare::{equal, order_of};
use crate::format::format;
use crate::print::shown;
use crate::value::Val;
use std::cmp::Ordering;

/// The parameters of a function, as in [`crate::Host`].
pub(crate) fn signature(name: &str) -> Option<&'static str> {
    Some(match name {
        "and" | "or" | "eq" => "rr*",
        "not" | "len" => "r",
        "index" | "slice" => "rr*",
        "print" | "println" | "html" | "js" | "urlquery" => "a*",
        "printf" => "sa*",
        "ne" | "lt" | "le" | "gt" | "ge" => "rr",
        _ => return None,
    })
}

pub(crate) fn call(name: &str, args: &[Val]) -> Result<Val, String> {
    let pair = || (args.first().unwrap_or(&Val::Nil), args.get(1).unwrap_or(&Val::Nil));
    let ordered = |fits: fn(Ordering) -> bool| order_of(pair().0, pair().1).map(|order| Val::Bool(fits(order)));
    match name {
        "not" => Ok(Val::Bool(!args[0].truth())),
        "len" => len(&args[0]),
        "index" => index(args),
        "slice" => slice(args),
        "print" => Ok(Val::text(print(args))),
        "println" => Ok(Val::text(spaced(args) + "\n")),
        "printf" => Ok(Val::text(format(args[0].as_str().unwrap_or(""), &args[1..]))),
        "html" => Ok(Val::text(html(&print(args)))),
        "js" => Ok(Val::text(js(&print(args)))),
        "urlquery" => Ok(Val::text(url_query(&print(args)))),
        "eq" => {
            if args.len() < 2 {
                return Err("missing argument for comparison".into());
            }
            for other in &args[1..] {
                if equal(&args[0], other)? {
                    return Ok(Val::Bool(true));
                }
            }
            Ok(Val::Bool(false))
        }
        "ne" => equal(pair().0, pair().1).map(|same| Val::Bool(!same)),
        "lt" => ordered(Ordering::is_lt),
        "le" => ordered(Ordering::is_le),
        "gt" => ordered(Ordering::is_gt),
        _ => ordered(Ordering::is_ge),
    }
}

/// `fmt.Sprint`: a space between two that are no texts.
fn print(args: &[Val]) -> String {
    let mut out = String::new();
    let mut text_before = true;
    for (index, arg) in args.iter().enumerate() {
        let text = matches!(arg, Val::Str(_));
        if index > 0 && !text && !text_before {
            out.push(' ');
        }
        out.push_str(&shown(arg));
        text_before = text;
    }
    out
}

fn spaced(args: &[Val]) -> String {
    let all: Vec<String> = args.iter().map(shown).collect();
    all.join(" ")
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn len(value: &Val) -> Result<Val, String> {
    let len = match value {
        Val::Nil => return Err("len of nil pointer".into()),
        Val::Str(text) => text.len(),
        Val::Map(map) => map.entries.borrow().len(),
        other => match other.items() {
            Some(items) => items.len(),
            None => return Err(format!("len of type {}", other.type_name())),
        },
    };
    Ok(Val::Int(count(len)))
}

fn place(index: &Val, len: usize) -> Result<usize, String> {
    match index {
        Val::Int(n) | Val::Long(n) => match usize::try_from(*n) {
            Ok(at) if at <= len => Ok(at),
            _ => Err(format!("index out of range: {n}")),
        },
        Val::Nil => Err("cannot index slice/array with nil".into()),
        other => Err(format!("cannot index slice/array with type {}", other.type_name())),
    }
}

fn index(args: &[Val]) -> Result<Val, String> {
    let mut item = args[0].clone();
    if matches!(item, Val::Nil) {
        return Err("index of untyped nil".into());
    }
    for index in &args[1..] {
        item = match &item {
            Val::Nil => return Err("index of nil pointer".into()),
            Val::Map(map) => match index {
                Val::Str(key) => map.entries.borrow().get(key).cloned().unwrap_or(Val::Nil),
                Val::Nil => return Err("value is nil; should be of type string".into()),
                other => return Err(format!("value has type {}; should be string", other.type_name())),
            },
            Val::Str(text) => match text.as_bytes().get(place(index, text.len())?) {
                Some(byte) => Val::Int(i64::from(*byte)),
                None => return Err("reflect: string index out of range".into()),
            },
            other => match other.items() {
                Some(items) => match items.get(place(index, items.len())?) {
                    Some(item) => item.clone(),
                    None => return Err("reflect: slice index out of range".into()),
                },
                None => return Err(format!("can't index item of type {}", other.type_name())),
            },
        };
    }
    Ok(item)
}

fn slice(args: &[Val]) -> Result<Val, String> {
    let len = match &args[0] {
        Val::Nil => return Err("slice of untyped nil".into()),
        Val::Str(text) => text.len(),
        other => other.items().ok_or_else(|| format!("can't slice item of type {}", other.type_name()))?.len(),
    };
    if args.len() > 4 {
        return Err(format!("too many slice indexes: {}", args.len() - 1));
    }
    let from = args.get(1).map_or(Ok(0), |at| place(at, len))?;
    let to = args.get(2).map_or(Ok(len), |at| place(at, len))?;
    if from > to {
        return Err(format!("invalid slice index: {from} > {to}"));
    }
    Ok(match &args[0] {
        Val::Str(text) => Val::text(text.get(from..to).unwrap_or("")),
        other => Val::list(other.items().map_or(&[][..], |items| &items[from..to]).to_vec()),
    })
}

fn html(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\0' => out.push('\u{fffd}'),
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c => out.push(c),
        }
    }
    out
}

fn js(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\\' | '\'' | '"' => out.extend(['\\', c]),
            '<' | '>' | '&' | '=' => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

/// `url.QueryEscape`.
pub(crate) fn url_query(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
