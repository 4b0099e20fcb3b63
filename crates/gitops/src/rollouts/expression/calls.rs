//! What functions and operators give.

use super::Read;
use manifest::Value;

pub(super) fn go_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "<nil>",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int",
        Value::Float(_) => "float64",
        Value::Str(_) => "string",
        Value::List(_) => "[]interface {}",
        Value::Map(_) => "map[string]interface {}",
    }
}

pub(super) fn call(name: &str, args: &[Value], result: &Value) -> Read {
    let first = args.first().unwrap_or(Value::null());
    let number = || first.as_f64().ok_or_else(|| format!("reflect: Call using {} as type float64", go_type(first)));
    #[expect(clippy::cast_possible_truncation, reason = "as Go converts")]
    Ok(match name {
        "len" => {
            let count = match first {
                Value::List(items) => items.len(),
                Value::Map(entries) => entries.len(),
                Value::Str(text) => text.chars().count(),
                other => return Err(format!("invalid argument for len (type {})", go_type(other))),
            };
            Value::Int(i64::try_from(count).unwrap_or(i64::MAX))
        }
        "isNaN" => Value::Bool(number()?.is_nan()),
        "isInf" => Value::Bool(number()?.is_infinite()),
        "isNil" => Value::Bool(result.is_null()),
        "default" if result.is_null() => args.get(1).cloned().unwrap_or_default(),
        "default" => result.clone(),
        "asInt" | "int" => match first {
            Value::Str(text) => Value::Int(text.parse().map_err(|_| parse_error("ParseInt", text))?),
            other => {
                Value::Int(other.as_f64().ok_or_else(|| format!("asInt() not supported on {}", go_type(other)))? as i64)
            }
        },
        _ => match first {
            Value::Str(text) => Value::Float(text.parse().map_err(|_| parse_error("ParseFloat", text))?),
            other => {
                Value::Float(other.as_f64().ok_or_else(|| format!("asFloat() not supported on {}", go_type(other)))?)
            }
        },
    })
}

fn parse_error(function: &str, text: &str) -> String {
    format!("strconv.{function}: parsing \"{text}\": invalid syntax")
}

pub(super) fn operate(op: &str, a: &Value, b: &Value) -> Read {
    let wrong = || Err(format!("invalid operation: {} {op} {}", go_type(a), go_type(b)));
    match op {
        "==" | "!=" => {
            let same = match (a.as_f64(), b.as_f64()) {
                (Some(a), Some(b)) => a == b,
                _ => a == b,
            };
            return Ok(Value::Bool(same == (op == "==")));
        }
        "in" => {
            return Ok(Value::Bool(match b {
                Value::List(items) => items.iter().any(|one| operate("==", a, one) == Ok(Value::Bool(true))),
                Value::Map(entries) => a.as_str().is_some_and(|key| entries.contains(key)),
                _ => return wrong(),
            }));
        }
        _ => {}
    }
    if let (Value::Str(x), Value::Str(y)) = (a, b) {
        return Ok(match op {
            "+" => Value::from([&**x, &**y].concat()),
            "<" => Value::Bool(x < y),
            ">" => Value::Bool(x > y),
            "<=" => Value::Bool(x <= y),
            ">=" => Value::Bool(x >= y),
            _ => return wrong(),
        });
    }
    let (Some(x), Some(y)) = (a.as_f64(), b.as_f64()) else { return wrong() };
    let ints = match (a, b) {
        (Value::Int(x), Value::Int(y)) => Some((*x, *y)),
        _ => None,
    };
    Ok(match (op, ints) {
        ("<", _) => Value::Bool(x < y),
        (">", _) => Value::Bool(x > y),
        ("<=", _) => Value::Bool(x <= y),
        (">=", _) => Value::Bool(x >= y),
        ("+", Some((x, y))) => Value::Int(x.wrapping_add(y)),
        ("-", Some((x, y))) => Value::Int(x.wrapping_sub(y)),
        ("*", Some((x, y))) => Value::Int(x.wrapping_mul(y)),
        ("%", Some((x, y))) if y != 0 => Value::Int(x % y),
        ("%", _) => return Err("runtime error: integer divide by zero".into()),
        ("+", _) => Value::Float(x + y),
        ("-", _) => Value::Float(x - y),
        ("*", _) => Value::Float(x * y),
        ("/", _) => Value::Float(x / y),
        _ => Value::Float(libm::pow(x, y)),
    })
}
