//! Numbers, as spf13/cast makes them of anything.

use super::{Around, Done, arg, int, text_of};
use gotemplate::{Val, integer};

pub(super) fn signature(name: &str) -> Option<&'static str> {
    Some(match name {
        "atoi" => "s",
        "int" | "int64" | "float64" | "toDecimal" | "add1" | "add1f" | "ceil" | "floor" => "a",
        "add" | "addf" => "a*",
        "sub" | "div" | "mod" => "aa",
        "mul" | "max" | "biggest" | "min" | "maxf" | "minf" | "subf" | "divf" | "mulf" => "aa*",
        "round" => "aif*",
        _ => return None,
    })
}

/// `cast.ToInt64`: 0 where it is no number.
#[expect(clippy::cast_possible_truncation, reason = "as Go cuts floats")]
pub(super) fn whole(value: &Val) -> i64 {
    match value {
        Val::Int(n) | Val::Long(n) => *n,
        Val::Float(x) => *x as i64,
        Val::Bool(on) => i64::from(*on),
        Val::Str(text) => integer(zeros_cut(text)).unwrap_or(0),
        _ => 0,
    }
}

/// `1.00` without what says nothing.
fn zeros_cut(text: &str) -> &str {
    match text.split_once('.') {
        Some((front, zeros)) if !zeros.is_empty() && zeros.bytes().all(|b| b == b'0') => front,
        _ => text,
    }
}

#[expect(clippy::cast_precision_loss, reason = "that is what a float of an int is")]
pub(super) fn real(value: &Val) -> f64 {
    match value {
        Val::Int(n) | Val::Long(n) => *n as f64,
        Val::Float(x) => *x,
        Val::Bool(on) => f64::from(u8::from(*on)),
        Val::Str(text) => manifest::float_of(text).unwrap_or(0.0),
        _ => 0.0,
    }
}

pub(super) fn call(name: &str, args: &[Val], _: &mut Around<'_>) -> Done {
    let (first, second) = (arg(args, 0), arg(args, 1));
    let wholes = |start: i64, of: fn(i64, i64) -> i64, rest: &[Val]| {
        Val::Long(rest.iter().fold(start, |sum, value| of(sum, whole(value))))
    };
    let divided = |of: fn(i64, i64) -> Option<i64>| match of(whole(first), whole(second)) {
        Some(n) => Ok(Val::Long(n)),
        None => Err("runtime error: integer divide by zero".to_string()),
    };
    Ok(match name {
        "atoi" => Val::Int(first.as_str().and_then(|text| text.parse().ok()).unwrap_or(0)),
        "int" => Val::Int(whole(first)),
        "int64" => Val::Long(whole(first)),
        "float64" => Val::Float(real(first)),
        "toDecimal" => Val::Long(i64::from_str_radix(&text_of(first), 8).unwrap_or(0)),
        "add1" => Val::Long(whole(first).wrapping_add(1)),
        "add" => wholes(0, i64::wrapping_add, args),
        "sub" => Val::Long(whole(first).wrapping_sub(whole(second))),
        "mul" => wholes(whole(first), i64::wrapping_mul, &args[1..]),
        "max" | "biggest" => wholes(whole(first), i64::max, &args[1..]),
        "min" => wholes(whole(first), i64::min, &args[1..]),
        "div" => divided(i64::checked_div)?,
        "mod" => divided(i64::checked_rem)?,
        "maxf" => Val::Float(args.iter().map(real).fold(real(first), f64::max)),
        "minf" => Val::Float(args.iter().map(real).fold(real(first), f64::min)),
        "ceil" => Val::Float(real(first).ceil()),
        "floor" => Val::Float(real(first).floor()),
        "round" => Val::Float(round(real(first), int(args, 1), args.get(2).map_or(0.5, real))),
        "add1f" => Val::Float(decimal('+', real(first), 1.0)?),
        _ => {
            let sign = match name {
                "addf" => '+',
                "subf" => '-',
                "mulf" => '*',
                _ => '/',
            };
            let (start, rest) = if name == "addf" { (0.0, args) } else { (real(first), &args[1..]) };
            let mut sum = start;
            for value in rest {
                sum = decimal(sign, sum, real(value))?;
            }
            Val::Float(sum)
        }
    })
}

fn round(x: f64, places: i64, on: f64) -> f64 {
    let mut power = 1.0;
    for _ in 0..places.unsigned_abs().min(30) {
        power *= 10.0;
    }
    if places < 0 {
        power = 1.0 / power;
    }
    let digit = power * x;
    let part = digit - digit.trunc();
    (if part >= on { digit.ceil() } else { digit.floor() }) / power
}

/// Digits as a whole number, and how many of them are decimals.
fn scaled(x: f64) -> Option<(i128, u32)> {
    let text = format!("{x}");
    let decimals = text.split_once('.').map_or(0, |(_, part)| part.len());
    Some((text.replace('.', "").parse().ok()?, u32::try_from(decimals).ok()?))
}

/// As shopspring/decimal computes: by the digits, not by the bits.
fn decimal(sign: char, a: f64, b: f64) -> Result<f64, String> {
    if sign == '/' {
        return if b == 0.0 { Err("decimal division by 0".into()) } else { Ok(a / b) };
    }
    let exact = || {
        let ((x, p), (y, q)) = (scaled(a)?, scaled(b)?);
        let both = p.max(q);
        let lift = |n: i128, places: u32| n.checked_mul(10_i128.checked_pow(both - places)?);
        let (n, places) = match sign {
            '+' => (lift(x, p)?.checked_add(lift(y, q)?)?, both),
            '-' => (lift(x, p)?.checked_sub(lift(y, q)?)?, both),
            _ => (x.checked_mul(y)?, p + q),
        };
        manifest::float_of(&format!("{n}e-{places}"))
    };
    let plain = match sign {
        '+' => a + b,
        '-' => a - b,
        _ => a * b,
    };
    Ok(exact().unwrap_or(plain))
}
