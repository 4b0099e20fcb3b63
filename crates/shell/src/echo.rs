//! `echo` and `printf`, as bash's builtins of these names.

use crate::run::{Bash, Flow};
use world::Cx;

pub(crate) fn echo(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    let (mut newline, mut escapes) = (true, false);
    let mut words = args;
    while let Some((first, rest)) = words.split_first() {
        let flags = first.strip_prefix('-').filter(|f| !f.is_empty() && f.chars().all(|c| "neE".contains(c)));
        let Some(flags) = flags else { break };
        for c in flags.chars() {
            match c {
                'n' => newline = false,
                c => escapes = c == 'e',
            }
        }
        words = rest;
    }
    let mut text = words.join(" ");
    if escapes {
        let (plain, stop) = unescape(&text);
        text = plain;
        newline &= !stop;
    }
    if newline {
        text.push('\n');
    }
    cx.out(text);
    shell.end(0)
}

/// Backslash escapes; whether `\c` stopped the output.
fn unescape(text: &str) -> (String, bool) {
    let mut out = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('a') => out.push('\x07'),
            Some('b') => out.push('\x08'),
            Some('e') => out.push('\x1b'),
            Some('\\') => out.push('\\'),
            Some('c') => return (out, true),
            Some('0') => {
                let mut code = 0;
                for _ in 0..3 {
                    let Some(digit) = chars.peek().and_then(|c| c.to_digit(8)) else { break };
                    code = code * 8 + digit;
                    chars.next();
                }
                out.push(char::from_u32(code).unwrap_or('\u{fffd}'));
            }
            Some(c) => out.extend(['\\', c]),
            None => out.push('\\'),
        }
    }
    (out, false)
}

pub(crate) fn printf(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    let args = if args.first().is_some_and(|arg| arg == "--") { &args[1..] } else { args };
    let Some((format, values)) = args.split_first() else {
        cx.err("printf: usage: printf [-v var] format [arguments]\n");
        return shell.end(2);
    };
    let (format, _) = unescape(format);
    let mut values = values.iter().peekable();
    let mut out = String::new();
    let mut code = 0;
    loop {
        let before = values.len();
        if let Err(message) = one_round(&format, &mut values, &mut out) {
            shell.complain(cx, &format!("printf: {message}"));
            code = 1;
        }
        if values.peek().is_none() || values.len() == before {
            break;
        }
    }
    cx.out(out);
    shell.end(code)
}

type Values<'a> = std::iter::Peekable<std::slice::Iter<'a, String>>;

fn one_round(format: &str, values: &mut Values<'_>, out: &mut String) -> Result<(), String> {
    let mut wrong = Ok(());
    let mut chars = format.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let mut spec = String::new();
        while let Some(c) = chars.next_if(|c| "-0+ #.".contains(*c) || c.is_ascii_digit()) {
            spec.push(c);
        }
        let conversion = chars.next().unwrap_or('%');
        if conversion == '%' {
            out.push('%');
            continue;
        }
        let value = values.next().map_or("", String::as_str);
        match conversion {
            's' => pad(&spec, value, out),
            'b' => pad(&spec, &unescape(value).0, out),
            'c' => pad(&spec, value.get(..1).unwrap_or(""), out),
            'q' => pad(&spec, &format!("'{value}'"), out),
            'd' | 'i' | 'u' | 'x' | 'X' | 'o' => {
                let number = value.trim().parse::<i64>();
                if number.is_err() && !value.is_empty() {
                    wrong = Err(format!("{value}: invalid number"));
                }
                let number = number.unwrap_or(0);
                let text = match conversion {
                    'x' => format!("{number:x}"),
                    'X' => format!("{number:X}"),
                    'o' => format!("{number:o}"),
                    _ => number.to_string(),
                };
                pad(&spec, &text, out);
            }
            'f' => {
                let number = manifest::float_of(value.trim()).unwrap_or(0.0);
                let (width, precision) = spec.split_once('.').unwrap_or((&spec, "6"));
                let digits = precision.parse().unwrap_or(0);
                pad(width, &format!("{number:.digits$}"), out);
            }
            other => return Err(format!("`{other}': invalid format character")),
        }
    }
    wrong
}

fn pad(spec: &str, text: &str, out: &mut String) {
    let (width, precision) = spec.split_once('.').map_or((spec, None), |(w, p)| (w, p.parse::<usize>().ok()));
    let text: String = text.chars().take(precision.unwrap_or(usize::MAX)).collect();
    let left = width.starts_with('-');
    let zero = width.starts_with('0');
    let width: usize = width.trim_start_matches(['-', '+', ' ', '#']).parse().unwrap_or(0);
    let fill = " ".repeat(width.min(10_000).saturating_sub(text.chars().count()));
    if left {
        out.push_str(&text);
        out.push_str(&fill);
    } else {
        out.push_str(&if zero { fill.replace(' ', "0") } else { fill });
        out.push_str(&text);
    }
}
