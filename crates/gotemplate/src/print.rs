//! Values as Go's `fmt.Print` writes them: `%v`.

use crate::value::Val;

/// Containers in containers deeper than this are not written (a map can hold itself).
const DEPTH_MAX: usize = 60;

/// `%v`, but nothing at all is `<no value>`.
pub fn print_value(out: &mut String, value: &Val) {
    match value {
        Val::Nil => out.push_str("<no value>"),
        Val::Object(object) if object.text.is_some() => out.push_str(object.text.as_deref().unwrap_or("")),
        value => write(out, value, DEPTH_MAX),
    }
}

/// `%v`: nil is `<nil>`.
pub fn shown(value: &Val) -> String {
    let mut out = String::new();
    write(&mut out, value, DEPTH_MAX);
    out
}

fn write(out: &mut String, value: &Val, depth: usize) {
    if depth == 0 {
        return;
    }
    match value {
        Val::Nil => out.push_str("<nil>"),
        Val::Bool(on) => out.push_str(if *on { "true" } else { "false" }),
        Val::Int(n) | Val::Long(n) => out.push_str(&n.to_string()),
        Val::Float(x) => out.push_str(&float_text(*x)),
        Val::Str(text) => out.push_str(text),
        Val::List(_, items) => write_list(out, items, depth),
        Val::Map(map) => {
            out.push_str("map[");
            for (index, (key, item)) in map.entries.borrow().iter().enumerate() {
                if index > 0 {
                    out.push(' ');
                }
                out.push_str(key);
                out.push(':');
                write(out, item, depth - 1);
            }
            out.push(']');
        }
        // A pointer has the methods of what it points to; a value that was passed on has not.
        Val::Object(object) if object.text.is_some() && object.type_name.starts_with('*') => {
            out.push_str(object.text.as_deref().unwrap_or(""));
        }
        Val::Object(object) => match object.fields.as_slice() {
            [("", list)] => write(out, list, depth - 1),
            fields => {
                out.push_str(if object.type_name.starts_with('*') { "&{" } else { "{" });
                for (index, (_, item)) in fields.iter().enumerate() {
                    if index > 0 {
                        out.push(' ');
                    }
                    write(out, item, depth - 1);
                }
                out.push('}');
            }
        },
        Val::Time(micros) => out.push_str(&crate::time::layout(*micros, "2006-01-02 15:04:05.999999999 -0700 MST")),
    }
}

fn write_list(out: &mut String, items: &[Val], depth: usize) {
    out.push('[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(' ');
        }
        write(out, item, depth - 1);
    }
    out.push(']');
}

/// The shortest digits of a finite number, and the power of ten of the first.
fn digits(x: f64) -> (String, i32) {
    let text = format!("{:e}", x.abs());
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    (mantissa.replace('.', ""), exponent.parse().unwrap_or(0))
}

fn special(x: f64) -> Option<&'static str> {
    match x {
        x if x.is_nan() => Some("NaN"),
        f64::INFINITY => Some("+Inf"),
        f64::NEG_INFINITY => Some("-Inf"),
        _ => None,
    }
}

/// `strconv.FormatFloat(x, 'g', -1, 64)`, as `%v` has it.
pub fn float_text(x: f64) -> String {
    if let Some(text) = special(x) {
        return text.into();
    }
    let (all, exponent) = digits(x);
    if x != 0.0 && !(-4..6).contains(&exponent) {
        return exponent_text(x, &all, exponent);
    }
    format!("{x}")
}

/// `%e` of the digits that are given.
pub(crate) fn exponent_text(x: f64, all: &str, exponent: i32) -> String {
    let mut out = String::from(if x.is_sign_negative() { "-" } else { "" });
    out.push_str(&all[..1]);
    if all.len() > 1 {
        out.push('.');
        out.push_str(&all[1..]);
    }
    out.push('e');
    out.push(if exponent < 0 { '-' } else { '+' });
    if exponent.abs() < 10 {
        out.push('0');
    }
    out + &exponent.abs().to_string()
}

/// `strconv.FormatFloat(x, 'f', places, 64)`.
pub fn fixed(x: f64, places: usize) -> String {
    special(x).map_or_else(|| format!("{x:.places$}"), Into::into)
}
