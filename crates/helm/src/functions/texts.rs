//! Texts: cut, padded, joined, quoted.

use super::{Around, Done, arg, int, size, text, text_of};
use gotemplate::{Val, quoted};

/// The longest text that repeating makes.
const LENGTH_MAX: usize = 4_000_000;

pub(super) fn signature(name: &str) -> Option<&'static str> {
    Some(match name {
        "trim" | "upper" | "lower" | "nospace" => "s",
        "trimAll" | "trimall" | "trimSuffix" | "trimPrefix" | "contains" | "hasPrefix" | "hasSuffix" => "ss",
        "trunc" | "repeat" | "indent" | "nindent" => "is",
        "abbrev" | "wrap" => "is",
        "abbrevboth" => "iis",
        "wrapWith" => "iss",
        "substr" => "iis",
        "replace" => "sss",
        "plural" => "ssi",
        "quote" | "squote" | "cat" => "a*",
        "toString" => "a",
        "hello" => "",
        _ => return None,
    })
}

pub(super) fn call(name: &str, args: &[Val], _: &mut Around<'_>) -> Done {
    let (first, second) = (text(args, 0), text(args, 1));
    let out = match name {
        "contains" => return Ok(Val::Bool(second.contains(first))),
        "hasPrefix" => return Ok(Val::Bool(second.starts_with(first))),
        "hasSuffix" => return Ok(Val::Bool(second.ends_with(first))),
        "trim" => first.trim().to_string(),
        "upper" => first.to_uppercase(),
        "lower" => first.to_lowercase(),
        "nospace" => first.chars().filter(|c| !c.is_whitespace()).collect(),
        "trimAll" | "trimall" => second.trim_matches(|c| first.contains(c)).to_string(),
        "trimSuffix" => second.strip_suffix(first).unwrap_or(second).to_string(),
        "trimPrefix" => second.strip_prefix(first).unwrap_or(second).to_string(),
        "trunc" => trunc(int(args, 0), second),
        "repeat" => {
            if int(args, 0) < 0 {
                return Err("strings: negative Repeat count".into());
            }
            let count = size(int(args, 0));
            if count.saturating_mul(second.len()) > LENGTH_MAX {
                return Err("a text as long as this is real, but too much for this sandbox".into());
            }
            second.repeat(count)
        }
        "indent" => indent(int(args, 0), second)?,
        "nindent" => "\n".to_string() + &indent(int(args, 0), second)?,
        "abbrev" => abbreviate(second, 0, int(args, 0)),
        "abbrevboth" => abbreviate(text(args, 2), int(args, 0), int(args, 1)),
        "wrap" => wrap(second, int(args, 0), "\n", false),
        "wrapWith" => wrap(text(args, 2), int(args, 0), second, true),
        "substr" => return substring(int(args, 0), int(args, 1), text(args, 2)),
        "replace" => text(args, 2).replace(first, second),
        "plural" => (if int(args, 2) == 1 { first } else { second }).to_string(),
        "quote" => joined(args, |value| quoted(&text_of(value))),
        "squote" => joined(args, |value| ["'", &text_of(value), "'"].concat()),
        "cat" => joined(args, text_of).trim().to_string(),
        "hello" => "Hello!".to_string(),
        _ => text_of(arg(args, 0)),
    };
    Ok(Val::text(out))
}

fn joined(args: &[Val], show: impl Fn(&Val) -> String) -> String {
    let all: Vec<String> = args.iter().filter(|value| !matches!(value, Val::Nil)).map(show).collect();
    all.join(" ")
}

fn bytes_cut(text: &str, from: usize, to: usize) -> String {
    String::from_utf8_lossy(text.as_bytes().get(from..to).unwrap_or(&[])).into_owned()
}

fn trunc(count: i64, text: &str) -> String {
    let (len, size) = (text.len(), size(count.abs()));
    if count < 0 && len > size {
        return bytes_cut(text, len - size, len);
    }
    if count >= 0 && len > size { bytes_cut(text, 0, size) } else { text.to_string() }
}

fn indent(count: i64, text: &str) -> Result<String, String> {
    if count < 0 {
        return Err("strings: negative Repeat count".into());
    }
    let pad = " ".repeat(size(count).min(10_000));
    if text.matches('\n').count().saturating_mul(pad.len()) > LENGTH_MAX {
        return Err("a text as long as this is real, but too much for this sandbox".into());
    }
    Ok([&pad, &*text.replace('\n', &["\n", &pad].concat())].concat())
}

fn substring(from: i64, to: i64, text: &str) -> Done {
    let len = text.len();
    let (low, high) = (size(from.max(0)), size(to));
    if from < 0 {
        if high > len || to < 0 {
            return Err(format!("runtime error: slice bounds out of range [:{to}] with length {len}"));
        }
        return Ok(Val::text(bytes_cut(text, 0, high)));
    }
    let high = if to < 0 || high > len { len } else { high };
    if low > high {
        return Err(format!("runtime error: slice bounds out of range [{low}:{high}]"));
    }
    Ok(Val::text(bytes_cut(text, low, high)))
}

/// goutils' `AbbreviateFull`.
fn abbreviate(text: &str, offset: i64, width: i64) -> String {
    let (len, mut offset, width) = (text.len(), size(offset), size(width));
    let least = if offset > 0 { 7 } else { 4 };
    if width < least || len <= width {
        return text.to_string();
    }
    offset = offset.min(len);
    if len - offset < width - 3 {
        offset = len - (width - 3);
    }
    if offset <= 4 {
        return bytes_cut(text, 0, width - 3) + "...";
    }
    if offset + width - 3 < len {
        let rest = bytes_cut(text, offset, len);
        return ["...", &abbreviate(&rest, 0, i64::try_from(width - 3).unwrap_or(0))].concat();
    }
    ["...", &bytes_cut(text, len - (width - 3), len)].concat()
}

/// goutils' `WrapCustom`: lines no longer than a width, if their words are not.
fn wrap(text: &str, width: i64, end: &str, long: bool) -> String {
    let width = size(width.max(1));
    let bytes = text.as_bytes();
    let mut out = String::new();
    let mut offset = 0;
    while bytes.len() - offset > width {
        if bytes[offset] == b' ' {
            offset += 1;
            continue;
        }
        let limit = width + offset + 1;
        let at = bytes[..limit.min(bytes.len())].iter().rposition(|b| *b == b' ').filter(|at| *at >= offset);
        if let Some(at) = at {
            out.push_str(&bytes_cut(text, offset, at));
            out.push_str(end);
            offset = at + 1;
        } else if long {
            out.push_str(&bytes_cut(text, offset, offset + width));
            out.push_str(end);
            offset += width;
        } else {
            match bytes[(width + offset).min(bytes.len())..].iter().position(|b| *b == b' ') {
                Some(more) => {
                    let at = width + offset + more;
                    out.push_str(&bytes_cut(text, offset, at));
                    out.push_str(end);
                    offset = at + 1;
                }
                None => {
                    out.push_str(&bytes_cut(text, offset, bytes.len()));
                    offset = bytes.len();
                }
            }
        }
    }
    out + &bytes_cut(text, offset, bytes.len())
}
