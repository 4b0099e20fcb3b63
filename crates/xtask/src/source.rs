//! Rust source seen roughly: which characters are code, which are comments and texts, and where functions end.
//! It never parses; it only has to be right about source that compiles.

/// The same text, with what stands in string and character literals replaced by `_` and in comments by `/`
/// (blanks and line ends stay).
pub fn code_only(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let (kind, end) = token(&chars, at);
        for &c in &chars[at..end] {
            out.push(match kind {
                Kind::Code => c,
                _ if c == '\n' => c,
                Kind::Text => '_',
                Kind::Comment if c.is_whitespace() => c,
                Kind::Comment => '/',
            });
        }
        at = end;
    }
    out
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Code,
    Text,
    Comment,
}

/// What starts at `at`, and where it ends.
fn token(chars: &[char], at: usize) -> (Kind, usize) {
    match &chars[at..] {
        ['/', '/', rest @ ..] => (Kind::Comment, at + 2 + rest.iter().position(|&c| c == '\n').unwrap_or(rest.len())),
        ['/', '*', ..] => (Kind::Comment, block_comment(chars, at)),
        ['"', ..] => (Kind::Text, string(chars, at + 1)),
        ['r', ..] => raw_string(chars, at).map_or((Kind::Code, at + 1), |end| (Kind::Text, end)),
        ['\'', ..] => character(chars, at).map_or((Kind::Code, at + 1), |end| (Kind::Text, end)),
        _ => (Kind::Code, at + 1),
    }
}

fn block_comment(chars: &[char], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0_u32);
    while at < chars.len() {
        match &chars[at..] {
            ['/', '*', ..] => (at, depth) = (at + 2, depth + 1),
            ['*', '/', ..] => (at, depth) = (at + 2, depth - 1),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    at
}

fn string(chars: &[char], mut at: usize) -> usize {
    while at < chars.len() {
        match chars[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    chars.len()
}

/// `r"…"`, `r#"…"#`, also after `b` or `c`; nothing when the `r` only belongs to a name.
fn raw_string(chars: &[char], at: usize) -> Option<usize> {
    let in_name = |c: char| c.is_alphanumeric() || c == '_';
    let before = |back: usize| at.checked_sub(back).and_then(|i| chars.get(i)).copied();
    let after_name = match before(1) {
        Some('b' | 'c') => before(2).is_some_and(in_name),
        other => other.is_some_and(in_name),
    };
    let hashes = chars[at + 1..].iter().take_while(|&&c| c == '#').count();
    let open = at + 1 + hashes;
    if after_name || chars.get(open) != Some(&'"') {
        return None;
    }
    let closes =
        |i: &usize| chars[*i] == '"' && chars[i + 1..].iter().take(hashes).filter(|&&c| c == '#').count() == hashes;
    Some((open + 1..chars.len()).find(closes).map_or(chars.len(), |i| i + 1 + hashes))
}

/// `'x'` or `'\n'`; nothing for a lifetime.
fn character(chars: &[char], at: usize) -> Option<usize> {
    if chars.get(at + 1) == Some(&'\\') {
        let close = chars.get(at + 3..)?.iter().position(|&c| c == '\'')?;
        return Some(at + 3 + close + 1);
    }
    (chars.get(at + 2) == Some(&'\'')).then_some(at + 3)
}

/// Name, first line (from 1) and number of lines of every function body. Expects the result of `code_only`.
pub fn functions(code: &str) -> Vec<(String, usize, usize)> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        let starts_word = !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let rest = &code[at + 3..];
        let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        if !starts_word || name.is_empty() {
            continue;
        }
        if let Some(body) = body(rest) {
            let line = code[..at].matches('\n').count() + 1;
            found.push((name, line, body.matches('\n').count().saturating_sub(1)));
        }
    }
    found
}

/// The text from a function's opening brace to its closing one; nothing for one without a body.
fn body(rest: &str) -> Option<&str> {
    let open = rest.find(['{', ';'])?;
    // A `;` inside brackets belongs to an array type: `[u8; 4]`.
    let open = if rest[..open].matches('[').count() > rest[..open].matches(']').count() {
        open + rest[open..].find('{')?
    } else {
        open
    };
    if rest[open..].starts_with(';') {
        return None;
    }
    let mut depth = 0_i32;
    for (at, c) in rest[open..].char_indices() {
        depth += match c {
            '{' => 1,
            '}' => -1,
            _ => 0,
        };
        if depth == 0 {
            return Some(&rest[open..open + at]);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_comments_are_no_code() {
        let source = "let a = \"x\\\"{\"; // {b}\nlet c = '{'; let d: &'a str = r#\"}\"#; /* { /* } */ */ e";
        let expected = "let a = ______; // ///\nlet c = ___; let d: &'a str = ______; // / // / // // e";
        assert_eq!(code_only(source), expected);
    }

    #[test]
    fn a_name_that_ends_in_r_is_no_raw_string() {
        assert_eq!(code_only("for\"x\" br\"y\" '\\'' '\\u{7d}'"), "for___ b____ ____ ________");
    }

    #[test]
    fn functions_are_measured_by_their_lines() {
        let code = code_only("fn a(x: [u8; 2]) {\n  let s = \"}\";\n  b();\n}\ntrait T { fn c(); }\nfn d() {}\n");
        let expected = vec![("a".to_owned(), 1, 2), ("d".to_owned(), 6, 0)];
        assert_eq!(functions(&code), expected);
    }
}
