//! POSIX regular expressions for `[[ =~ ]]`, `grep`, `sed`, `awk`: basic and extended syntax, translated for `regex-lite`.

// Unlike grep: regular expressions here (also in sed, awk, expr and `[[ =~ ]]`) take the first alternative that matches, not
// the longest, and know no back-references.

use regex_lite::{Regex, RegexBuilder};

/// Which syntax a pattern is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Syntax {
    Basic,
    Extended,
    /// Every character stands for itself.
    Fixed,
}

/// Builds a pattern; the error is the reason in grep's words.
pub fn build(pattern: &str, syntax: Syntax, ignore_case: bool) -> Result<Regex, String> {
    let text = match syntax {
        Syntax::Fixed => regex_lite::escape(pattern),
        Syntax::Extended => translate(pattern, false)?,
        Syntax::Basic => translate(pattern, true)?,
    };
    RegexBuilder::new(&text).case_insensitive(ignore_case).build().map_err(|error| reason(&error.to_string()))
}

fn reason(error: &str) -> String {
    let words = [
        ("unclosed group", "Unmatched ( or \\("),
        ("unopened group", "Unmatched ) or \\)"),
        ("unclosed character class", "Unmatched [, [^, [:, [., or [="),
        ("repetition", "Invalid preceding regular expression"),
    ];
    let found = words.into_iter().find(|(ours, _)| error.contains(ours));
    found.map_or("Invalid regular expression", |(_, theirs)| theirs).to_string()
}

/// In basic syntax `\( \) \{ \} \| \+ \?` are special and the bare characters are not; in extended it is the other way.
fn translate(pattern: &str, basic: bool) -> Result<String, String> {
    let chars: Vec<char> = pattern.chars().collect();
    let mut out = String::new();
    let mut at = 0;
    // Where `*` would be literal: at the start of the pattern or of a group.
    let mut start = true;
    while at < chars.len() {
        let c = chars[at];
        at += 1;
        let mut begins = false;
        match c {
            '\\' => {
                let Some(next) = chars.get(at) else { return Err("Trailing backslash".into()) };
                at += 1;
                match next {
                    '(' | '|' if basic => {
                        out.push(*next);
                        begins = true;
                    }
                    ')' | '{' | '}' | '+' | '?' if basic => out.push(*next),
                    '<' | '>' => out.push_str(r"\b"),
                    'w' | 'W' | 's' | 'S' | 'b' | 'B' => out.extend(['\\', *next]),
                    'n' => out.push('\n'),
                    't' => out.push('\t'),
                    '1'..='9' => return Err("back-references are real, but not part of this sandbox yet".into()),
                    other => out.push_str(&regex_lite::escape(&other.to_string())),
                }
            }
            '[' => at = bracket(&chars, at, &mut out)?,
            '*' if start && basic => out.push_str(r"\*"),
            '^' if basic && !start => out.push_str(r"\^"),
            '^' => {
                out.push('^');
                begins = true;
            }
            '$' if basic && at < chars.len() && !ends_group(&chars[at..]) => out.push_str(r"\$"),
            '(' | '|' if !basic => {
                out.push(c);
                begins = true;
            }
            '(' | ')' | '{' | '}' | '|' | '+' | '?' if basic => out.extend(['\\', c]),
            // A brace that begins no count stands for itself.
            '{' if !chars.get(at).is_some_and(char::is_ascii_digit) => out.push_str(r"\{"),
            '}' if !out_has_open_count(&out) => out.push_str(r"\}"),
            '#' | '&' | '~' | '-' | ' ' => out.push(c),
            other => out.push(other),
        }
        start = begins;
    }
    Ok(out)
}

fn ends_group(rest: &[char]) -> bool {
    matches!(rest, ['\\', ')' | '|', ..])
}

fn out_has_open_count(out: &str) -> bool {
    out.rfind('{').is_some_and(|at| !out[at..].contains('}') && !out[..at].ends_with('\\'))
}

/// `[…]`: backslashes inside are literal in POSIX.
fn bracket(chars: &[char], mut at: usize, out: &mut String) -> Result<usize, String> {
    out.push('[');
    if chars.get(at) == Some(&'^') {
        out.push('^');
        at += 1;
    }
    let first = at;
    loop {
        match chars.get(at) {
            None => return Err("Unmatched [, [^, [:, [., or [=".into()),
            Some(']') if at > first => {
                out.push(']');
                return Ok(at + 1);
            }
            Some('[') if chars.get(at + 1) == Some(&':') => {
                let end = chars[at..].iter().position(|c| *c == ']').ok_or("Unmatched [, [^, [:, [., or [=")?;
                out.extend(&chars[at..=at + end]);
                at += end + 1;
            }
            Some(c @ ('\\' | '[' | ']' | '&' | '~')) => {
                out.extend(['\\', *c]);
                at += 1;
            }
            Some(c) => {
                out.push(*c);
                at += 1;
            }
        }
    }
}

/// A basic pattern in extended syntax.
pub fn to_extended(pattern: &str) -> String {
    let mut out = String::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some(c @ ('(' | ')' | '{' | '}' | '|' | '+' | '?')) => out.push(c),
                Some(c) => out.extend(['\\', c]),
                None => out.push('\\'),
            },
            '(' | ')' | '{' | '}' | '|' | '+' | '?' => out.extend(['\\', c]),
            other => out.push(other),
        }
    }
    out
}
