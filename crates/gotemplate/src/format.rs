//! `fmt.Sprintf`: verbs, widths and flags, and the words for what does not fit.

use crate::print::{exponent_text, fixed, float_text, shown};
use crate::quote::quoted;
use crate::value::Val;

/// The longest padding that is written.
const WIDTH_MAX: usize = 10_000;

#[derive(Default)]
struct Verb {
    minus: bool,
    plus: bool,
    sharp: bool,
    space: bool,
    zero: bool,
    width: Option<usize>,
    places: Option<usize>,
}

/// `fmt.Sprintf(text, args...)`.
pub fn format(text: &str, args: &[Val]) -> String {
    let mut out = String::new();
    let mut chars = text.chars().peekable();
    let mut next = 0;
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let mut verb = Verb::default();
        while let Some(flag) = chars.next_if(|c| "-+# 0".contains(*c)) {
            match flag {
                '-' => verb.minus = true,
                '+' => verb.plus = true,
                '#' => verb.sharp = true,
                ' ' => verb.space = true,
                _ => verb.zero = true,
            }
        }
        verb.width = number(&mut chars, args, &mut next, &mut out, "%!(BADWIDTH)");
        if let Some(width) = verb.width.filter(|width| *width > WIDTH_MAX) {
            verb.minus = true;
            verb.width = Some(usize::MAX - width);
        }
        if chars.next_if(|c| *c == '.').is_some() {
            verb.places = Some(number(&mut chars, args, &mut next, &mut out, "%!(BADPREC)").unwrap_or(0));
        }
        match chars.next() {
            None => out.push_str("%!(NOVERB)"),
            Some('%') => out.push('%'),
            Some(letter) => match args.get(next) {
                None => out.push_str(&["%!", &letter.to_string(), "(MISSING)"].concat()),
                Some(arg) => {
                    next += 1;
                    write(&mut out, &verb, letter, arg);
                }
            },
        }
    }
    if next < args.len() {
        let extra: Vec<String> = args[next..]
            .iter()
            .map(|arg| match arg {
                Val::Nil => "<nil>".to_string(),
                arg => [arg.type_name(), "=", &shown(arg)].concat(),
            })
            .collect();
        out.push_str(&["%!(EXTRA ", &extra.join(", "), ")"].concat());
    }
    out
}

/// Digits, or `*` and an argument. A negative one of these comes back as its distance from the largest number.
fn number(
    chars: &mut std::iter::Peekable<std::str::Chars<'_>>,
    args: &[Val],
    next: &mut usize,
    out: &mut String,
    bad: &str,
) -> Option<usize> {
    if chars.next_if(|c| *c == '*').is_some() {
        let arg = args.get(*next);
        *next += 1;
        return match arg {
            Some(Val::Int(n)) if n.unsigned_abs() <= 1_000_000 => {
                let size = usize::try_from(n.unsigned_abs()).unwrap_or(0);
                Some(if *n < 0 { usize::MAX - size } else { size })
            }
            _ => {
                out.push_str(bad);
                None
            }
        };
    }
    let mut n: Option<usize> = None;
    while let Some(digit) = chars.peek().and_then(|c| c.to_digit(10)) {
        chars.next();
        n = Some(n.unwrap_or(0).saturating_mul(10).saturating_add(digit as usize).min(WIDTH_MAX));
    }
    n
}

fn write(out: &mut String, verb: &Verb, letter: char, arg: &Val) {
    let text = match (letter, arg) {
        ('T', Val::Nil) => "<nil>".to_string(),
        ('T', arg) => arg.type_name().to_string(),
        ('v', arg) if verb.width.is_none() || !matches!(arg, Val::List(..) | Val::Map(_)) => plain(verb, arg),
        (_, Val::Nil) => ["%!", &letter.to_string(), "(<nil>)"].concat(),
        (_, Val::List(_, items)) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(' ');
                }
                write(out, verb, letter, item);
            }
            out.push(']');
            return;
        }
        (_, Val::Map(map)) => {
            out.push_str("map[");
            for (index, (key, item)) in map.entries.borrow().iter().enumerate() {
                if index > 0 {
                    out.push(' ');
                }
                write(out, verb, letter, &Val::Str(key.clone()));
                out.push(':');
                write(out, verb, letter, item);
            }
            out.push(']');
            return;
        }
        ('t', Val::Bool(on)) => on.to_string(),
        ('s', Val::Str(text)) => cut(verb, text),
        ('q', Val::Str(text)) => quoted(&cut(verb, text)),
        ('x' | 'X', Val::Str(text)) => text.bytes().map(|byte| format!("{byte:02x}")).collect(),
        (_, Val::Int(n) | Val::Long(n)) if "dboxXcqU".contains(letter) => whole(verb, letter, *n),
        (_, Val::Float(x)) if "feEgGF".contains(letter) => real(verb, letter, *x),
        ('s', Val::Object(_) | Val::Time(_)) => shown(arg),
        (_, arg) => {
            out.push_str(&["%!", &letter.to_string(), "(", arg.type_name(), "="].concat());
            write(out, verb, 'v', arg);
            out.push(')');
            return;
        }
    };
    let text = if letter == 'X' { text.to_uppercase() } else { text };
    pad(out, verb, &text, matches!(arg, Val::Int(_) | Val::Long(_) | Val::Float(_)));
}

fn plain(verb: &Verb, arg: &Val) -> String {
    match arg {
        Val::Str(text) if verb.sharp => quoted(text),
        Val::Str(text) => cut(verb, text),
        Val::Int(n) | Val::Long(n) => whole(verb, 'd', *n),
        Val::Float(x) if verb.places.is_some() => real(verb, 'g', *x),
        Val::Float(x) if verb.plus && !x.is_sign_negative() => "+".to_string() + &float_text(*x),
        other => shown(other),
    }
}

fn cut(verb: &Verb, text: &str) -> String {
    verb.places.map_or_else(|| text.to_string(), |places| text.chars().take(places).collect())
}

fn sign(verb: &Verb, negative: bool) -> &'static str {
    match (negative, verb.plus, verb.space) {
        (true, ..) => "-",
        (_, true, _) => "+",
        (_, _, true) => " ",
        _ => "",
    }
}

fn whole(verb: &Verb, letter: char, n: i64) -> String {
    let size = n.unsigned_abs();
    let digits = match letter {
        'c' => return u32::try_from(n).ok().and_then(char::from_u32).unwrap_or('\u{fffd}').to_string(),
        'q' => {
            let c = u32::try_from(n).ok().and_then(char::from_u32).unwrap_or('\u{fffd}');
            return ["'", &c.to_string(), "'"].concat();
        }
        'U' => return format!("U+{size:04X}"),
        'b' => format!("{size:b}"),
        'o' => format!("{size:o}"),
        'x' | 'X' => format!("{size:x}"),
        _ => size.to_string(),
    };
    let front = if verb.sharp && matches!(letter, 'x' | 'X') { "0x" } else { "" };
    let zeros = "0".repeat(verb.places.unwrap_or(0).saturating_sub(digits.len()));
    [sign(verb, n < 0), front, &zeros, &digits].concat()
}

fn real(verb: &Verb, letter: char, x: f64) -> String {
    let size = x.abs();
    let text = match letter.to_ascii_lowercase() {
        'e' => exponent_form(size, verb.places.unwrap_or(6)),
        'g' => match verb.places {
            None => float_text(size),
            Some(places) => shortest(size, places.max(1)),
        },
        _ => fixed(size, verb.places.unwrap_or(6)),
    };
    [sign(verb, x.is_sign_negative()), &text].concat()
}

fn exponent_form(x: f64, places: usize) -> String {
    let text = format!("{x:.places$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    exponent_text(1.0, &mantissa.replace('.', ""), exponent.parse().unwrap_or(0))
}

/// `%.Ng`: as many digits as are asked for, without zeros at the end.
fn shortest(x: f64, places: usize) -> String {
    let text = exponent_form(x, places - 1);
    let exponent: i32 = text.split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0);
    let limit = i32::try_from(places).unwrap_or(i32::MAX);
    let trim = |text: &str| -> String {
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_string() } else { text.to_string() }
    };
    if x != 0.0 && (exponent < -4 || exponent >= limit) {
        let (mantissa, rest) = text.split_once('e').unwrap_or((&text, ""));
        return [&trim(mantissa), "e", rest].concat();
    }
    let decimals = usize::try_from(limit - 1 - exponent).unwrap_or(0);
    trim(&fixed(x, decimals))
}

fn pad(out: &mut String, verb: &Verb, text: &str, number: bool) {
    let missing = verb.width.unwrap_or(0).min(WIDTH_MAX).saturating_sub(text.chars().count());
    if verb.minus {
        out.push_str(text);
        out.extend(std::iter::repeat_n(' ', missing));
    } else if verb.zero {
        let signed = number && text.starts_with(['+', '-', ' ']);
        let (front, rest) = text.split_at(usize::from(signed));
        out.push_str(front);
        out.extend(std::iter::repeat_n('0', missing));
        out.push_str(rest);
    } else {
        out.extend(std::iter::repeat_n(' ', missing));
        out.push_str(text);
    }
}
