//! GitHub Actions' expressions: `${{ … }}`. Parsing is in `expr_parse`; here is what they mean.

use crate::expr_parse::{Expr, Op};
use manifest::Value;

/// What an expression can see: a map of contexts, and how the job stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scope<'a> {
    /// `github`, `env`, `vars`, `secrets`, `steps`, `needs`, `job`, `runner`.
    pub contexts: &'a Value,
    pub failed: bool,
    pub cancelled: bool,
}

/// Replaces every `${{ … }}` in a text.
pub(crate) fn interpolate(text: &str, scope: Scope<'_>) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("${{") {
        let Some(end) = closing(&rest[start..]) else {
            return Err(format!(
                "The expression is not closed. An unescaped ${{{{ sequence was found, but the closing }}}} sequence was not found: {text}"
            ));
        };
        out.push_str(&rest[..start]);
        out.push_str(&to_text(&evaluate(&rest[start + 3..start + end], scope)?));
        rest = &rest[start + end + 2..];
    }
    out.push_str(rest);
    Ok(out)
}

/// Where the `}}` stands that closes an expression: not one inside a quoted text.
fn closing(text: &str) -> Option<usize> {
    let mut quoted = false;
    for (at, c) in text.char_indices() {
        quoted ^= c == '\'';
        if !quoted && text[at..].starts_with("}}") {
            return Some(at);
        }
    }
    None
}

/// An `if:`. Without a status function it means `success() && …`, as in the real runner.
pub(crate) fn condition(text: &str, scope: Scope<'_>) -> Result<bool, String> {
    let trimmed = text.trim();
    let whole = trimmed.strip_prefix("${{").and_then(|t| t.strip_suffix("}}")).filter(|t| !t.contains("${{"));
    let (value, names_status) = match whole {
        None if trimmed.contains("${{") => {
            // Text around an expression makes it a string, which is true unless empty: a trap of the real thing.
            (Value::from(interpolate(text, scope)?), false)
        }
        _ => {
            let expr = crate::expr_parse::parse(whole.unwrap_or(trimmed))?;
            (eval(&expr, scope)?, expr.names_status())
        }
    };
    Ok(truthy(&value) && (names_status || !(scope.failed || scope.cancelled)))
}

pub(crate) fn evaluate(text: &str, scope: Scope<'_>) -> Result<Value, String> {
    eval(&crate::expr_parse::parse(text)?, scope)
}

fn eval(expr: &Expr, scope: Scope<'_>) -> Result<Value, String> {
    Ok(match expr {
        Expr::Literal(value) => value.clone(),
        Expr::Context(name) => lookup(scope.contexts, name),
        Expr::Index(base, index) => {
            let base = eval(base, scope)?;
            match eval(index, scope)? {
                Value::Int(at) => {
                    usize::try_from(at).ok().and_then(|at| base.items().get(at)).cloned().unwrap_or(Value::Null)
                }
                key => lookup(&base, &to_text(&key)),
            }
        }
        Expr::Not(inner) => Value::from(!truthy(&eval(inner, scope)?)),
        Expr::Binary(op, left, right) => {
            let left = eval(left, scope)?;
            match op {
                Op::And => return if truthy(&left) { eval(right, scope) } else { Ok(left) },
                Op::Or => return if truthy(&left) { Ok(left) } else { eval(right, scope) },
                _ => {}
            }
            let right = eval(right, scope)?;
            Value::from(compare(*op, &left, &right))
        }
        Expr::Call(name, args) => {
            let args = args.iter().map(|arg| eval(arg, scope)).collect::<Result<Vec<_>, _>>()?;
            call(name, &args, scope)?
        }
    })
}

/// Names are compared without regard to case, as in the real runner.
fn lookup(base: &Value, name: &str) -> Value {
    let Some(map) = base.as_map() else { return Value::Null };
    if let Some(value) = map.get(name) {
        return value.clone();
    }
    map.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map_or(Value::Null, |(_, value)| value.clone())
}

pub(crate) fn truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(b) => *b,
        Value::Int(n) => *n != 0,
        Value::Float(f) => *f != 0.0 && !f.is_nan(),
        Value::Str(s) => !s.is_empty(),
        Value::List(_) | Value::Map(_) => true,
    }
}

pub(crate) fn to_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Str(s) => s.to_string(),
        Value::List(_) => "Array".into(),
        Value::Map(_) => "Object".into(),
        other => other.to_json(),
    }
}

fn number(value: &Value) -> f64 {
    match value {
        Value::Null => 0.0,
        Value::Bool(b) => f64::from(u8::from(*b)),
        Value::Str(s) if s.trim().is_empty() => 0.0,
        Value::Str(s) => manifest::float_of(s.trim()).unwrap_or(f64::NAN),
        other => other.as_f64().unwrap_or(f64::NAN),
    }
}

fn compare(op: Op, left: &Value, right: &Value) -> bool {
    // Texts are compared without regard to case; different types as numbers.
    if let (Value::Str(a), Value::Str(b)) = (left, right) {
        let (a, b) = (a.to_ascii_lowercase(), b.to_ascii_lowercase());
        return match op {
            Op::Equal => a == b,
            Op::NotEqual => a != b,
            Op::Less => a < b,
            Op::LessEqual => a <= b,
            Op::Greater => a > b,
            _ => a >= b,
        };
    }
    let (a, b) = (number(left), number(right));
    #[expect(clippy::float_cmp, reason = "the language compares numbers exactly")]
    match op {
        Op::Equal => a == b,
        Op::NotEqual => a != b,
        Op::Less => a < b,
        Op::LessEqual => a <= b,
        Op::Greater => a > b,
        _ => a >= b,
    }
}

fn call(name: &str, args: &[Value], scope: Scope<'_>) -> Result<Value, String> {
    let text = |index: usize| to_text(args.get(index).unwrap_or(Value::null()));
    let lower = |index: usize| text(index).to_ascii_lowercase();
    let wanted = match name {
        "success" | "failure" | "always" | "cancelled" => 0,
        "contains" | "startswith" | "endswith" => 2,
        "tojson" | "fromjson" | "format" | "join" => 1,
        "hashfiles" => return Err("hashFiles is real GitHub Actions, but not part of this sandbox yet".into()),
        _ => return Err(format!("Unrecognized function: '{name}'")),
    };
    if args.len() < wanted {
        return Err(format!("Too few parameters supplied to the function '{name}'"));
    }
    Ok(match name {
        "success" => Value::from(!scope.failed && !scope.cancelled),
        "failure" => Value::from(scope.failed),
        "cancelled" => Value::from(scope.cancelled),
        "contains" => match &args[0] {
            Value::List(items) => Value::from(items.iter().any(|item| compare(Op::Equal, item, &args[1]))),
            _ => Value::from(lower(0).contains(&lower(1))),
        },
        "startswith" => Value::from(lower(0).starts_with(&lower(1))),
        "endswith" => Value::from(lower(0).ends_with(&lower(1))),
        "tojson" => Value::from(args[0].to_json_pretty()),
        "fromjson" => Value::from_json(&text(0)).map_err(|error| format!("Error reading JToken: {error}"))?,
        "join" => {
            let between = if args.len() > 1 { text(1) } else { ",".into() };
            let items: Vec<String> = args[0].items().iter().map(to_text).collect();
            Value::from(if args[0].as_list().is_some() { items.join(&between) } else { text(0) })
        }
        "format" => Value::from(format(&text(0), &args[1..])?),
        _ => Value::from(true),
    })
}

/// `format('{0} of {1}', …)`; doubled braces stand for themselves.
fn format(template: &str, args: &[Value]) -> Result<String, String> {
    let mut out = String::new();
    let mut chars = template.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '{' | '}' if chars.peek() == Some(&c) => {
                chars.next();
                out.push(c);
            }
            '{' => {
                let index: String = chars.by_ref().take_while(|c| *c != '}').collect();
                let value = index.trim().parse::<usize>().ok().and_then(|n| args.get(n));
                out.push_str(&to_text(value.ok_or_else(|| {
                    format!("The following format string references more arguments than were supplied: {template}")
                })?));
            }
            c => out.push(c),
        }
    }
    Ok(out)
}
