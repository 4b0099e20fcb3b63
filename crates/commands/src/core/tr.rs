//! `tr`: bytes of standard input, replaced, squeezed or left out.

use crate::getopt::{Tool, flag, parse};
use world::Cx;

pub(super) const TOOL: Tool = Tool {
    name: "tr",
    usage: "[OPTION]... STRING1 [STRING2]",
    summary: "Replace, squeeze or delete characters of standard input.",
    options: &[
        flag('c', "complement", "all characters but those of STRING1"),
        flag('C', "", "as -c"),
        flag('d', "delete", "delete the characters of STRING1"),
        flag('s', "squeeze-repeats", "one for each run of equal characters"),
        flag('t', "truncate-set1", "shorten STRING1 to STRING2"),
    ],
    trouble: 1,
};

const HINT: &str = "Try 'tr --help' for more information.\n";

pub(crate) fn main(cx: &mut Cx<'_>) -> i32 {
    let given = match parse(cx, &TOOL) {
        Ok(given) => given,
        Err(code) => return code,
    };
    let (delete, squeeze) = (given.has("d"), given.has("s"));
    let least = if delete == squeeze { 2 } else { 1 };
    let most = if delete && !squeeze { 1 } else { 2 };
    let sets = &given.operands;
    if sets.is_empty() {
        cx.err(format!("tr: missing operand\n{HINT}"));
        return 1;
    }
    if sets.len() < least {
        let what = if delete {
            "Two strings must be given when both deleting and squeezing repeats."
        } else {
            "Two strings must be given when translating."
        };
        cx.err(format!("tr: missing operand after ‘{}’\n{what}\n{HINT}", sets[0]));
        return 1;
    }
    if sets.len() > most {
        let why =
            if most == 1 { "Only one string may be given when deleting without squeezing repeats.\n" } else { "" };
        cx.err(format!("tr: extra operand ‘{}’\n{why}{HINT}", sets[most]));
        return 1;
    }
    let (first, second) = match (set(&sets[0], 0), sets.get(1).map(String::as_str)) {
        (Err(message), _) => {
            cx.err(format!("tr: {message}\n"));
            return 1;
        }
        (Ok(first), None) => (first, None),
        (Ok(first), Some(text)) => match set(text, first.len()) {
            Ok(second) => (first, Some(second)),
            Err(message) => {
                cx.err(format!("tr: {message}\n"));
                return 1;
            }
        },
    };
    let Some(bytes) = cx.stdin() else { return Cx::WAIT };
    let complement = given.has("c") || given.has("C");
    let first: Vec<u8> = if complement { (0..=255).filter(|byte| !first.contains(byte)).collect() } else { first };
    if let (false, Some([])) = (delete, second.as_deref()) {
        cx.err("tr: when not truncating set1, string2 must be non-empty\n");
        return 1;
    }
    let table = table(&first, second.as_deref().filter(|_| !delete), given.has("t"));
    let squeezed = second.as_deref().unwrap_or(&first);
    let mut out: Vec<u8> = Vec::with_capacity(bytes.len());
    for byte in bytes {
        if delete && first.contains(&byte) {
            continue;
        }
        let byte = table[usize::from(byte)];
        if squeeze && squeezed.contains(&byte) && out.last() == Some(&byte) {
            continue;
        }
        out.push(byte);
    }
    cx.out(out);
    0
}

fn table(first: &[u8], second: Option<&[u8]>, truncate: bool) -> [u8; 256] {
    let mut table = [0; 256];
    for (byte, to) in (0..=255).zip(&mut table) {
        *to = byte;
    }
    let Some(second) = second.filter(|set| !set.is_empty()) else { return table };
    for (index, from) in first.iter().enumerate() {
        match second.get(index) {
            Some(to) => table[usize::from(*from)] = *to,
            None if truncate => break,
            None => table[usize::from(*from)] = second[second.len() - 1],
        }
    }
    table
}

fn class(name: &str) -> Option<fn(u8) -> bool> {
    Some(match name {
        "alnum" => |b| b.is_ascii_alphanumeric(),
        "alpha" => |b| b.is_ascii_alphabetic(),
        "blank" => |b| matches!(b, b' ' | b'\t'),
        "cntrl" => |b| b.is_ascii_control(),
        "digit" => |b| b.is_ascii_digit(),
        "graph" => |b| b.is_ascii_graphic(),
        "lower" => |b| b.is_ascii_lowercase(),
        "print" => |b| b == b' ' || b.is_ascii_graphic(),
        "punct" => |b| b.is_ascii_punctuation(),
        "space" => |b| b.is_ascii_whitespace() || b == 11,
        "upper" => |b| b.is_ascii_uppercase(),
        "xdigit" => |b| b.is_ascii_hexdigit(),
        _ => return None,
    })
}

/// One byte, perhaps written by a backslash; and how long it is written.
fn one(bytes: &[u8], at: usize) -> (u8, usize) {
    if bytes[at] != b'\\' {
        return (bytes[at], 1);
    }
    match bytes.get(at + 1) {
        Some(b'n') => (b'\n', 2),
        Some(b't') => (b'\t', 2),
        Some(b'r') => (b'\r', 2),
        Some(b'a') => (7, 2),
        Some(b'b') => (8, 2),
        Some(b'f') => (12, 2),
        Some(b'v') => (11, 2),
        Some(b'0'..=b'7') => {
            let digits = bytes[at + 1..].iter().take(3).take_while(|b| (b'0'..=b'7').contains(b)).count();
            let value = bytes[at + 1..=at + digits].iter().fold(0_u32, |sum, b| sum * 8 + u32::from(b - b'0'));
            (u8::try_from(value & 255).unwrap_or(0), digits + 1)
        }
        Some(other) => (*other, 2),
        None => (b'\\', 1),
    }
}

/// The bytes of a set. `fill`: how long `[x*]` makes it.
fn set(text: &str, fill: usize) -> Result<Vec<u8>, String> {
    let bytes = text.as_bytes();
    let (mut out, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        if bytes[at..].starts_with(b"[:")
            && let Some(length) = text[at..].find(":]")
        {
            let name = &text[at + 2..at + length];
            let holds = class(name).ok_or_else(|| format!("invalid character class ‘{name}’"))?;
            out.extend((0..=255).filter(|byte| holds(*byte)));
            at += length + 2;
            continue;
        }
        if bytes[at] == b'[' && bytes.get(at + 2) == Some(&b'*') && text[at..].contains(']') {
            let length = text[at..].find(']').unwrap_or(0);
            let count: usize = text[at + 3..at + length].parse().unwrap_or(0);
            let count = if count == 0 { fill.saturating_sub(out.len()) } else { count };
            out.extend(std::iter::repeat_n(bytes[at + 1], count));
            at += length + 1;
            continue;
        }
        let (low, length) = one(bytes, at);
        at += length;
        if bytes.get(at) == Some(&b'-') && at + 1 < bytes.len() {
            let (high, length) = one(bytes, at + 1);
            if high < low {
                let range = String::from_utf8_lossy(&bytes[at - 1..(at + 1 + length).min(bytes.len())]);
                return Err(format!("range-endpoints of '{range}' are in reverse collating sequence order"));
            }
            out.extend(low..=high);
            at += 1 + length;
        } else {
            out.push(low);
        }
    }
    Ok(out)
}
