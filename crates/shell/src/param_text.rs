//! What the operators of `${…}` do to one text.

use crate::glob::{self, Match};

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

fn boundaries(text: &str) -> Vec<usize> {
    text.char_indices().map(|(at, _)| at).chain([text.len()]).collect()
}

pub(crate) fn strip(value: &str, pattern: &str, suffix: bool, longest: bool) -> String {
    let mut cuts = boundaries(value);
    // The shortest prefix ends first; the shortest suffix starts last.
    if suffix != longest {
        cuts.reverse();
    }
    for cut in cuts {
        let (piece, rest) = if suffix { (&value[cut..], &value[..cut]) } else { (&value[..cut], &value[cut..]) };
        if glob::matches(pattern, piece) {
            return rest.to_string();
        }
    }
    value.to_string()
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
    let cuts = boundaries(value);
    let mut out = String::new();
    if anchor == Some('%') {
        let hit = cuts.iter().find(|start| glob::matches_as(pattern, &value[**start..], how));
        if let Some(start) = hit {
            out.push_str(&value[..*start]);
            put(&value[*start..], &mut out);
            return out;
        }
        return value.to_string();
    }
    let (mut at, mut done) = (0, false);
    while at < value.len() || (value.is_empty() && out.is_empty() && !done) {
        let least = if anchor == Some('#') || value.is_empty() { at } else { at + 1 };
        let hit = cuts.iter().rev().find(|end| **end >= least && glob::matches_as(pattern, &value[at..**end], how));
        match hit.filter(|_| !done) {
            Some(end) => {
                put(&value[at..*end], &mut out);
                at = *end;
                done = !all;
            }
            None if value.is_empty() => break,
            None => {
                let c = value[at..].chars().next().expect("not at the end");
                out.push(c);
                at += c.len_utf8();
            }
        }
        done |= anchor == Some('#');
    }
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
