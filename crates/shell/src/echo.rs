//! `echo` and the backslashes that it and others know.

use crate::run::Flow;
use crate::state::Bash;
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
    let mut text = words.join(" ").into_bytes();
    if escapes {
        let (plain, stop) = unescape_bytes(&words.join(" "), Escapes::Echo);
        text = plain;
        newline &= !stop;
    }
    if newline {
        text.push(b'\n');
    }
    cx.out(text);
    shell.end(0)
}

/// Whose backslashes these are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Escapes {
    /// `echo -e` and `%b`: octal numbers begin with a zero, `\c` stops.
    Echo,
    /// A format of `printf`.
    Format,
    /// `$'…'`.
    Quote,
}

/// `$'…'`.
pub(crate) fn ansi_c(raw: &str) -> String {
    unescape(raw, Escapes::Quote).0
}

/// Backslash escapes; whether `\c` stopped the output.
pub fn unescape(text: &str, whose: Escapes) -> (String, bool) {
    let (bytes, stop) = unescape_bytes(text, whose);
    (String::from_utf8_lossy(&bytes).into_owned(), stop)
}

/// As [`unescape`]: what was made need not be text.
pub(crate) fn unescape_bytes(text: &str, whose: Escapes) -> (Vec<u8>, bool) {
    let chars: Vec<char> = text.chars().collect();
    let mut out: Vec<u8> = Vec::new();
    let mut at = 0;
    let push = |out: &mut Vec<u8>, c: char| out.extend(c.encode_utf8(&mut [0; 4]).bytes());
    while at < chars.len() {
        let c = chars[at];
        at += 1;
        if c != '\\' {
            push(&mut out, c);
            continue;
        }
        let Some(next) = chars.get(at).copied() else {
            out.push(b'\\');
            break;
        };
        at += 1;
        match next {
            'n' => out.push(b'\n'),
            't' => out.push(b'\t'),
            'r' => out.push(b'\r'),
            'a' => out.push(7),
            'b' => out.push(8),
            'v' => out.push(11),
            'f' => out.push(12),
            'e' | 'E' => out.push(27),
            '\\' => out.push(b'\\'),
            '\'' | '"' | '?' if whose != Escapes::Echo => push(&mut out, next),
            'c' if whose == Escapes::Echo => return (out, true),
            'x' => match digits(&chars, &mut at, 16, 2) {
                Some(code) => out.push(u8::try_from(code).unwrap_or(b'?')),
                None => out.extend(b"\\x"),
            },
            'u' | 'U' => match digits(&chars, &mut at, 16, if next == 'u' { 4 } else { 8 }) {
                Some(code) => push(&mut out, char::from_u32(code).unwrap_or('\u{fffd}')),
                None => out.extend([b'\\', u8::try_from(next).unwrap_or(b'u')]),
            },
            '0' if whose == Escapes::Echo => {
                let code = digits(&chars, &mut at, 8, 3).unwrap_or(0);
                out.push(u8::try_from(code & 255).unwrap_or(0));
            }
            '0'..='7' if whose != Escapes::Echo => {
                at -= 1;
                let code = digits(&chars, &mut at, 8, 3).unwrap_or(0);
                out.push(u8::try_from(code & 255).unwrap_or(0));
            }
            other => {
                out.push(b'\\');
                push(&mut out, other);
            }
        }
    }
    (out, false)
}

fn digits(chars: &[char], at: &mut usize, radix: u32, most: usize) -> Option<u32> {
    let start = *at;
    let mut code = 0;
    while *at - start < most
        && let Some(digit) = chars.get(*at).and_then(|c| c.to_digit(radix))
    {
        code = code * radix + digit;
        *at += 1;
    }
    (*at > start).then_some(code)
}
