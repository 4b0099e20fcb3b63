//! Brace expansion: `a{b,c}d` and `{1..5..2}`, before anything else is expanded.

use crate::code::{Part, Word};

/// More words than this are not made from one.
const WORDS_MAX: usize = 100_000;
/// Their pieces, all together.
const PARTS_MAX: usize = 2_000_000;

/// Appends what a word expands to.
pub(crate) fn expand(word: Word, words: &mut Vec<Word>) {
    let has_brace = word.0.iter().any(|part| matches!(part, Part::Text { text, quoted: false } if text.contains('{')));
    if !has_brace {
        words.push(word);
        return;
    }
    let tokens: Vec<Part> = word.0.iter().flat_map(tokens_of).collect();
    for tokens in alternatives(&tokens, 0) {
        words.push(joined(tokens));
    }
}

/// Unquoted text as one part a character.
fn tokens_of(part: &Part) -> Vec<Part> {
    match part {
        Part::Text { text, quoted: false } => {
            text.chars().map(|c| Part::Text { text: c.into(), quoted: false }).collect()
        }
        other => vec![other.clone()],
    }
}

fn joined(tokens: Vec<Part>) -> Word {
    let mut parts: Vec<Part> = Vec::new();
    for token in tokens {
        match (parts.last_mut(), token) {
            (Some(Part::Text { text, quoted: false }), Part::Text { text: more, quoted: false }) => {
                text.push_str(&more)
            }
            (_, token) => parts.push(token),
        }
    }
    // A tilde may have come to the front.
    if let Some(Part::Text { text, quoted: false }) = parts.first()
        && let Some(rest) = text.strip_prefix('~')
        && (rest.is_empty() || rest.starts_with('/'))
    {
        let rest = rest.to_string();
        parts[0] = Part::Tilde(String::new());
        parts.insert(1, Part::Text { text: rest, quoted: false });
    }
    Word(parts)
}

fn bare(token: &Part) -> Option<char> {
    match token {
        Part::Text { text, quoted: false } => text.chars().next(),
        _ => None,
    }
}

/// The first brace that expands, and what it expands to.
fn alternatives(tokens: &[Part], depth: usize) -> Vec<Vec<Part>> {
    let mut from = 0;
    loop {
        if depth >= 32 {
            break;
        }
        let Some(open) = (from..tokens.len()).find(|at| bare(&tokens[*at]) == Some('{')) else { break };
        let Some((close, commas)) = span(tokens, open) else {
            from = open + 1;
            continue;
        };
        let inner = &tokens[open + 1..close];
        let middles: Vec<Vec<Part>> = if commas.is_empty() {
            match range(inner) {
                Some(items) => items.into_iter().map(|text| vec![Part::Text { text, quoted: false }]).collect(),
                None => {
                    from = open + 1;
                    continue;
                }
            }
        } else {
            let mut start = open + 1;
            let mut all = Vec::new();
            for end in commas.into_iter().chain([close]) {
                all.extend(alternatives(&tokens[start..end], depth + 1));
                start = end + 1;
            }
            all
        };
        let tails = alternatives(&tokens[close + 1..], depth + 1);
        // A word that would become too much stays as it is.
        if middles.len().saturating_mul(tails.len()).saturating_mul(tokens.len()) > PARTS_MAX {
            break;
        }
        let mut all = Vec::new();
        for middle in &middles {
            for tail in &tails {
                if all.len() < WORDS_MAX {
                    all.push([&tokens[..open], middle, tail].concat());
                }
            }
        }
        return all;
    }
    vec![tokens.to_vec()]
}

/// Where a brace closes, and the commas of its own.
fn span(tokens: &[Part], open: usize) -> Option<(usize, Vec<usize>)> {
    let (mut depth, mut commas) = (0, Vec::new());
    for (at, token) in tokens.iter().enumerate().skip(open + 1) {
        match bare(token) {
            Some('{') => depth += 1,
            Some('}') if depth == 0 => return Some((at, commas)),
            Some('}') => depth -= 1,
            Some(',') if depth == 0 => commas.push(at),
            _ => {}
        }
    }
    None
}

/// `1..5`, `a..e`, `10..0..-2`.
fn range(inner: &[Part]) -> Option<Vec<String>> {
    let text: String = inner.iter().map(bare).collect::<Option<String>>()?;
    let mut parts = text.split("..");
    let (first, last, step) = (parts.next()?, parts.next()?, parts.next());
    if parts.next().is_some() {
        return None;
    }
    let step: i64 = step.map_or(Some(1), |step| step.parse().ok())?;
    let step = i64::try_from(step.unsigned_abs().max(1)).ok()?;
    let letters = |text: &str| {
        let mut chars = text.chars();
        let c = chars.next().filter(char::is_ascii_alphabetic)?;
        chars.next().is_none().then_some(c)
    };
    if let (Some(a), Some(b)) = (letters(first), letters(last)) {
        let walk = walk(i64::from(u32::from(a)), i64::from(u32::from(b)), step);
        return Some(
            walk.into_iter().filter_map(|n| u32::try_from(n).ok().and_then(char::from_u32)).map(String::from).collect(),
        );
    }
    let (a, b): (i64, i64) = (first.parse().ok()?, last.parse().ok()?);
    let padded = |text: &str| text.trim_start_matches('-').starts_with('0') && text.trim_start_matches('-').len() > 1;
    let width = if padded(first) || padded(last) { first.len().max(last.len()) } else { 0 };
    Some(walk(a, b, step).into_iter().map(|n| format!("{n:0width$}")).collect())
}

fn walk(from: i64, to: i64, step: i64) -> Vec<i64> {
    let mut all = Vec::new();
    let mut at = from;
    while (if from <= to { at <= to } else { at >= to }) && all.len() < WORDS_MAX {
        all.push(at);
        at = if from <= to { at.saturating_add(step) } else { at.saturating_sub(step) };
    }
    all
}
