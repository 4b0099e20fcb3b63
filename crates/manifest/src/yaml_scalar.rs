//! What a plain YAML 1.1 scalar means to go-yaml v2: `no` is false, `0755` is 493, `1_000` is 1000.

use crate::shared::word;
use crate::value::Value;

/// The value of an unquoted, untagged scalar.
pub(crate) fn resolve(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            return Value::Bool(true);
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return Value::Bool(false);
        }
        ".nan" | ".NaN" | ".NAN" => return Value::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => {
            return Value::Float(f64::INFINITY);
        }
        "-.inf" | "-.Inf" | "-.INF" => return Value::Float(f64::NEG_INFINITY),
        _ => {}
    }
    let first = text.as_bytes()[0];
    if first.is_ascii_digit() || matches!(first, b'+' | b'-' | b'.') {
        number(text).unwrap_or_else(|| Value::Str(word(text)))
    } else {
        Value::Str(word(text))
    }
}

/// The same to go-yaml v3 on its way to JSON: only `true` and `false` are bools, a date is a time, whole numbers are integers.
#[expect(clippy::cast_possible_truncation, clippy::float_cmp, reason = "only whole numbers are cut")]
pub(crate) fn resolve_new(text: &str) -> Value {
    match resolve(text) {
        Value::Bool(_) if !matches!(text, "true" | "True" | "TRUE" | "false" | "False" | "FALSE") => {
            Value::Str(word(text))
        }
        Value::Float(x) if x.abs() < 1e15 && x.trunc() == x => Value::Int(x as i64),
        Value::Str(_) if text.len() == 10 && is_timestamp(text) => Value::Str(word(&format!("{text}T00:00:00Z"))),
        other => other,
    }
}

fn number(text: &str) -> Option<Value> {
    let plain = text.replace('_', "");
    if let Some(n) = integer(&plain) {
        return Some(n);
    }
    if is_float(&plain) {
        return crate::float_of(&plain).map(Value::Float);
    }
    let (negative, rest) = plain.strip_prefix('-').map_or((false, plain.as_str()), |rest| (true, rest));
    let bits = rest.strip_prefix("0b").filter(|bits| !bits.starts_with(['+', '-']))?;
    let n = i64::from_str_radix(bits, 2).ok()?;
    Some(Value::Int(if negative { -n } else { n }))
}

/// Go's `strconv.ParseInt(text, 0, 64)`: a base by prefix, a leading zero is octal.
fn integer(plain: &str) -> Option<Value> {
    let (negative, rest) = match plain.as_bytes().first()? {
        b'-' => (true, &plain[1..]),
        b'+' => (false, &plain[1..]),
        _ => (false, plain),
    };
    let lower = rest.to_ascii_lowercase();
    let (digits, radix) = match lower.as_bytes() {
        [b'0', b'x', ..] => (&lower[2..], 16),
        [b'0', b'o', ..] => (&lower[2..], 8),
        [b'0', b'b', ..] => (&lower[2..], 2),
        [b'0', _, ..] => (&lower[1..], 8),
        _ => (lower.as_str(), 10),
    };
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    let size = i128::from_str_radix(digits, radix).ok()?;
    let n = if negative { -size } else { size };
    if let Ok(n) = i64::try_from(n) {
        return Some(Value::Int(n));
    }
    u64::try_from(n).ok()?;
    crate::float_of(digits).map(Value::Float)
}

/// go-yaml's `^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`.
fn is_float(text: &str) -> bool {
    let body = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match body.find(['e', 'E']) {
        Some(at) => (&body[..at], Some(&body[at + 1..])),
        None => (body, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let mantissa_ok = match mantissa.split_once('.') {
        Some(("", fraction)) => digits(fraction),
        Some((whole, fraction)) => digits(whole) && (fraction.is_empty() || digits(fraction)),
        None => digits(mantissa),
    };
    mantissa_ok && exponent.is_none_or(|e| digits(e.strip_prefix(['-', '+']).unwrap_or(e)))
}

/// Whether a plain scalar would be read as the text itself.
pub(crate) fn stays_text(text: &str) -> bool {
    matches!(resolve(text), Value::Str(_)) && !is_timestamp(text) && !is_base60(text)
}

/// YAML 1.1 reads `12:30:45` in base 60; go-yaml does not, but quotes it for those who do.
fn is_base60(text: &str) -> bool {
    let body = text.strip_prefix(['-', '+']).unwrap_or(text);
    let mut parts = body.split(':');
    let first = parts.next().unwrap_or("");
    let rest: Vec<&str> = parts.collect();
    if rest.is_empty() || first.is_empty() || !first.bytes().all(|b| b.is_ascii_digit() || b == b'_') {
        return false;
    }
    let count = rest.len();
    rest.iter().enumerate().all(|(index, part)| {
        let whole = if index + 1 == count { part.split_once('.').map_or(*part, |(whole, _)| whole) } else { part };
        let bytes = whole.as_bytes();
        matches!(bytes, [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9'])
    })
}

/// go-yaml's timestamps: a date, or a date and a time.
fn is_timestamp(text: &str) -> bool {
    let bytes = text.as_bytes();
    let year = bytes.iter().take_while(|b| b.is_ascii_digit()).count();
    if year != 4 || bytes.get(4) != Some(&b'-') {
        return false;
    }
    let (date, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let number = |text: &str, max: u32| {
        matches!(text.len(), 1 | 2)
            && text.bytes().all(|b| b.is_ascii_digit())
            && text.parse::<u32>().is_ok_and(|n| n <= max)
    };
    let mut parts = date.split('-').skip(1);
    let (Some(month), Some(day), None) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let date_ok = number(month, 12) && number(day, 31) && month != "0" && month != "00" && day != "0" && day != "00";
    let Some(time) = time else {
        return date_ok && month.len() == 2 && day.len() == 2;
    };
    let clock_end = time.find(['Z', '+', '-', ' ']).unwrap_or(time.len());
    let (clock, zone) = (&time[..clock_end], &time[clock_end..]);
    let mut clock = clock.split(':');
    let (Some(hour), Some(minute), Some(second), None) = (clock.next(), clock.next(), clock.next(), clock.next())
    else {
        return false;
    };
    let second = second.split_once('.').map_or(second, |(whole, _)| whole);
    let zone_ok = zone.is_empty()
        || zone == "Z"
        || (zone.starts_with(['+', '-']) && zone.len() == 6 && zone.as_bytes()[3] == b':');
    date_ok && number(hour, 23) && number(minute, 59) && number(second, 59) && zone_ok
}
