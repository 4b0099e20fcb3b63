//! Functions and methods that need no world: sizes, texts, conversions and rounding.

use super::lexer::{Lexer, Tok};
use super::term::Term;
use crate::error::Error;
use crate::facts::BUILT_IN;
use manifest::Value;
use sim::Time;

/// Factors of ten for `round`; more digits than these are not asked for.
const TENS: [f64; 7] = [1.0, 10.0, 100.0, 1_000.0, 10_000.0, 100_000.0, 1_000_000.0];

/// A built-in function; `None` where the name is none of them.
pub(super) fn built_in(at: u32, name: &str, args: &[Term]) -> Option<Result<Term, Error>> {
    let (_, count) = BUILT_IN.iter().find(|(have, _)| *have == name)?;
    if args.len() != *count {
        return Some(Err(Error::eval(at, format!("`{name}` wants {count} arguments, not {}", args.len()))));
    }
    let first = args.first()?;
    let result = match name {
        "size" => size(first),
        "int" => to_int(first),
        "double" => to_double(first),
        "string" => Some(Term::text_of(first.text())),
        "duration" => to_span(first),
        "timestamp" => to_moment(first),
        "percent" => number(first).map(|x| Term::text_of(format!("{} %", round(x * 100.0, 1)))),
        _ => match (number(first), args.get(1)) {
            (Some(x), Some(Term::Data(Value::Int(digits)))) => {
                Some(Term::Data(Value::Float(round(x, usize::try_from(*digits).unwrap_or(0)))))
            }
            _ => None,
        },
    };
    Some(result.ok_or_else(|| Error::eval(at, format!("`{name}` does not work on {}", first.kind()))))
}

fn number(term: &Term) -> Option<f64> {
    if let Term::Data(value) = term { value.as_f64() } else { None }
}

fn round(x: f64, digits: usize) -> f64 {
    let factor = TENS[digits.min(TENS.len() - 1)];
    (x * factor).round() / factor
}

fn size(term: &Term) -> Option<Term> {
    let count = match term {
        Term::Data(Value::Str(text)) => text.chars().count(),
        Term::Data(Value::List(items)) => items.len(),
        Term::Data(Value::Map(map)) => map.len(),
        _ => return None,
    };
    i64::try_from(count).ok().map(|n| Term::Data(Value::Int(n)))
}

#[expect(clippy::cast_possible_truncation, reason = "the range is checked just before")]
fn to_int(term: &Term) -> Option<Term> {
    let n = match term {
        Term::Data(Value::Int(n)) => Some(*n),
        Term::Data(Value::Float(x)) if x.abs() < 9.0e18 => Some(*x as i64),
        Term::Data(Value::Str(text)) => text.trim().parse().ok(),
        Term::Moment(micros) => Some(micros.div_euclid(1_000_000)),
        Term::Span(micros) => Some(micros / 1_000_000),
        Term::Data(_) => None,
    };
    n.map(|n| Term::Data(Value::Int(n)))
}

fn to_double(term: &Term) -> Option<Term> {
    let x = match term {
        Term::Data(Value::Str(text)) => manifest::float_of(text.trim()).filter(|x| x.is_finite()),
        other => number(other),
    };
    x.map(|x| Term::Data(Value::Float(x)))
}

/// A duration from its text, in the same form as a literal.
fn to_span(term: &Term) -> Option<Term> {
    match term {
        Term::Span(micros) => Some(Term::Span(*micros)),
        Term::Data(Value::Str(text)) => {
            let token = Lexer::new(text, 0).token().ok()?;
            let Tok::Span(micros) = token.kind else { return None };
            (token.end == text.len()).then_some(Term::Span(micros))
        }
        _ => None,
    }
}

fn to_moment(term: &Term) -> Option<Term> {
    let micros = match term {
        Term::Moment(micros) => *micros,
        Term::Data(Value::Int(secs)) => secs.checked_mul(1_000_000)?,
        Term::Data(Value::Str(text)) => i64::try_from(Time::parse_rfc3339(text)?.as_micros()).ok()?,
        _ => return None,
    };
    Some(Term::Moment(micros))
}

/// The names of the methods with the number of their arguments.
pub(super) const METHODS: &[(&str, usize)] = &[
    ("size", 0),
    ("startsWith", 1),
    ("endsWith", 1),
    ("contains", 1),
    ("matches", 1),
    ("substring", 2),
    ("split", 1),
    ("trim", 0),
];

/// A method of a text; `size` also of a list or a map.
pub(super) fn method(at: u32, target: &Term, name: &str, args: &[Value]) -> Result<Term, Error> {
    if name == "size" && args.is_empty() {
        return size(target).ok_or_else(|| Error::eval(at, format!("{} has no size", target.kind())));
    }
    let Some((_, count)) = METHODS.iter().find(|(have, _)| *have == name) else {
        return Err(Error::eval(at, format!("there is no method `{name}`")));
    };
    let Term::Data(Value::Str(text)) = target else {
        return Err(Error::eval(at, format!("{} has no method `{name}`", target.kind())));
    };
    if args.len() != *count {
        return Err(Error::eval(at, format!("`{name}` wants {count} arguments, not {}", args.len())));
    }
    let result = match (name, args) {
        ("startsWith", [Value::Str(other)]) => Some(Term::bool(text.starts_with(&**other))),
        ("endsWith", [Value::Str(other)]) => Some(Term::bool(text.ends_with(&**other))),
        ("contains", [Value::Str(other)]) => Some(Term::bool(text.contains(&**other))),
        ("matches", [Value::Str(pattern)]) => return matches(at, text, pattern),
        ("substring", [Value::Int(from), Value::Int(to)]) => substring(text, *from, *to).map(Term::text_of),
        ("split", [Value::Str(separator)]) if !separator.is_empty() => {
            Some(Term::Data(text.split(&**separator).map(Value::from).collect()))
        }
        ("trim", []) => Some(Term::text_of(text.trim())),
        _ => None,
    };
    result.ok_or_else(|| Error::eval(at, format!("`{name}` cannot work with these arguments")))
}

fn matches(at: u32, text: &str, pattern: &str) -> Result<Term, Error> {
    let regex = regex_lite::Regex::new(pattern)
        .map_err(|error| Error::eval(at, format!("`{pattern}` is not a pattern: {error}")))?;
    Ok(Term::bool(regex.is_match(text)))
}

/// Characters from `from` up to, not including, `to`.
fn substring(text: &str, from: i64, to: i64) -> Option<String> {
    let (from, to) = (usize::try_from(from).ok()?, usize::try_from(to).ok()?);
    (from <= to && to <= text.chars().count()).then(|| text.chars().skip(from).take(to - from).collect())
}

#[cfg(test)]
mod tests {
    use super::super::term::span_text;
    use super::*;

    #[test]
    fn a_duration_reads_back_from_its_text() {
        for micros in [1, 999, 1_000, 61_000_000, 5_400_000_000] {
            let text = span_text(micros);
            assert_eq!(to_span(&Term::text_of(text)), Some(Term::Span(micros)));
        }
        assert_eq!(to_span(&Term::text_of("5m and more")), None);
    }
}
