//! What the operators of `${…}` do to one text.

use crate::glob::{self, Match};
use crate::glob_prefix::Pattern;

/// From and to; `None` where a negative length ends before the start.
pub(crate) fn range(count: usize, offset: i64, length: Option<i64>, of_text: bool) -> Option<(usize, usize)> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let start = if offset < 0 { count.saturating_add(offset) } else { offset };
    if start < 0 || start > count {
        return Some((0, 0));
    }
    let end = match length {
        None => count,
        Some(n) if n < 0 && !of_text => return None,
        Some(n) if n < 0 => count + n,
        Some(n) => start.saturating_add(n).min(count),
    };
    if end < start {
        return None;
    }
    Some((usize::try_from(start).unwrap_or(0), usize::try_from(end).unwrap_or(0)))
}

/// Where each character begins, and the end.
fn boundaries(text: &str) -> Vec<usize> {
    text.char_indices().map(|(at, _)| at).chain([text.len()]).collect()
}

pub(crate) fn strip(value: &str, pattern: &str, suffix: bool, longest: bool) -> String {
    let mut pattern = Pattern::new(pattern, Match { extglob: true, nocase: false });
    let (text, cuts) = (pattern.read(value), boundaries(value));
    if !suffix {
        return value[pattern.prefix(&text, 0, longest).map_or(0, |end| cuts[end])..].to_string();
    }
    let mut starts = 0..=text.len();
    let takes = |start: &usize| pattern.takes(&text[*start..]);
    let start = if longest { starts.find(takes) } else { starts.rfind(takes) };
    value[..start.map_or(value.len(), |start| cuts[start])].to_string()
}

pub(crate) fn replace(
    value: &str,
    pattern: &str,
    with: &[Option<String>],
    all: bool,
    anchor: Option<char>,
    how: Match,
) -> String {
    if pattern.is_empty() && anchor.is_none() {
        return value.to_string();
    }
    let put = |found: &str, out: &mut String| {
        for piece in with {
            out.push_str(piece.as_deref().unwrap_or(found));
        }
    };
    let mut pattern = Pattern::new(pattern, how);
    let (text, cuts) = (pattern.read(value), boundaries(value));
    let mut out = String::new();
    if anchor == Some('%') {
        if let Some(start) = (0..=text.len()).find(|start| pattern.takes(&text[*start..])) {
            out.push_str(&value[..cuts[start]]);
            put(&value[cuts[start]..], &mut out);
            return out;
        }
        return value.to_string();
    }
    let mut at = 0;
    while at < text.len() || (text.is_empty() && out.is_empty()) {
        let least = usize::from(anchor != Some('#') && !text.is_empty());
        let hit = pattern.prefix(&text[at..], least, true);
        if let Some(length) = hit {
            put(&value[cuts[at]..cuts[at + length]], &mut out);
            at += length;
        } else if at < text.len() {
            out.push_str(&value[cuts[at]..cuts[at + 1]]);
            at += 1;
        }
        if anchor == Some('#') || (hit.is_some() && !all) || text.is_empty() {
            break;
        }
    }
    out.push_str(&value[cuts[at]..]);
    out
}

pub(crate) fn in_case(value: &str, how: char, all: bool, pattern: &str) -> String {
    let mut out = String::new();
    for (index, c) in value.chars().enumerate() {
        let hit = (all || index == 0) && (pattern.is_empty() || glob::matches(pattern, c.encode_utf8(&mut [0; 4])));
        match how {
            _ if !hit => out.push(c),
            '^' => out.extend(c.to_uppercase()),
            ',' => out.extend(c.to_lowercase()),
            _ if c.is_uppercase() => out.extend(c.to_lowercase()),
            _ => out.extend(c.to_uppercase()),
        }
    }
    out
}
