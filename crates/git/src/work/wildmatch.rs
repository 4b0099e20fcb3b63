//! Glob patterns as `.gitignore` and pathspecs use them.

/// Whether a text matches a pattern. With `whole_path`, `*` and `?` stop at slashes and `**` does not.
pub fn wildmatch(pattern: &str, text: &str, whole_path: bool) -> bool {
    matches(pattern.as_bytes(), text.as_bytes(), whole_path, true)
}

fn matches(pattern: &[u8], text: &[u8], whole_path: bool, at_start: bool) -> bool {
    let Some(&first) = pattern.first() else { return text.is_empty() };
    match first {
        b'*' => {
            let stars = pattern.iter().take_while(|byte| **byte == b'*').count();
            let rest = &pattern[stars..];
            let any_depth = stars >= 2 && at_start && (rest.is_empty() || rest[0] == b'/');
            if any_depth && whole_path {
                if rest.is_empty() {
                    return true;
                }
                // `**/` also stands for no folder at all.
                let starts = (0..=text.len()).filter(|at| *at == 0 || text[at - 1] == b'/');
                return starts.into_iter().any(|at| matches(&rest[1..], &text[at..], whole_path, true));
            }
            let reach =
                if whole_path { text.iter().position(|b| *b == b'/').unwrap_or(text.len()) } else { text.len() };
            (0..=reach).any(|at| matches(rest, &text[at..], whole_path, false))
        }
        b'?' => match text.first() {
            Some(b'/') if whole_path => false,
            Some(_) => matches(&pattern[1..], &text[1..], whole_path, false),
            None => false,
        },
        b'[' => match (text.first(), class(pattern)) {
            (Some(b'/'), Some(_)) if whole_path => false,
            (Some(&byte), Some((set, end))) => {
                set.holds(byte) && matches(&pattern[end..], &text[1..], whole_path, false)
            }
            _ => false,
        },
        b'\\' if pattern.len() > 1 => {
            text.first() == Some(&pattern[1]) && matches(&pattern[2..], &text[1..], whole_path, pattern[1] == b'/')
        }
        byte => text.first() == Some(&byte) && matches(&pattern[1..], &text[1..], whole_path, byte == b'/'),
    }
}

struct Class {
    negated: bool,
    ranges: Vec<(u8, u8)>,
}

impl Class {
    fn holds(&self, byte: u8) -> bool {
        self.ranges.iter().any(|(low, high)| (*low..=*high).contains(&byte)) != self.negated
    }
}

/// Reads `[a-z]` at the start of a pattern; also gives where it ends.
fn class(pattern: &[u8]) -> Option<(Class, usize)> {
    let mut at = 1;
    let negated = matches!(pattern.get(at), Some(b'!' | b'^'));
    at += usize::from(negated);
    let mut ranges = Vec::new();
    let first = at;
    loop {
        let mut byte = *pattern.get(at)?;
        if byte == b']' && at > first {
            return Some((Class { negated, ranges }, at + 1));
        }
        if byte == b'[' && pattern.get(at + 1) == Some(&b':') {
            let end = at + pattern[at..].windows(2).position(|two| two == b":]")?;
            ranges.extend(named(&pattern[at + 2..end])?);
            at = end + 2;
            continue;
        }
        if byte == b'\\' {
            at += 1;
            byte = *pattern.get(at)?;
        }
        at += 1;
        if pattern.get(at) == Some(&b'-') && pattern.get(at + 1).is_some_and(|next| *next != b']') {
            ranges.push((byte, pattern[at + 1]));
            at += 2;
        } else {
            ranges.push((byte, byte));
        }
    }
}

fn named(name: &[u8]) -> Option<Vec<(u8, u8)>> {
    Some(match name {
        b"alpha" => vec![(b'a', b'z'), (b'A', b'Z')],
        b"digit" => vec![(b'0', b'9')],
        b"alnum" => vec![(b'a', b'z'), (b'A', b'Z'), (b'0', b'9')],
        b"upper" => vec![(b'A', b'Z')],
        b"lower" => vec![(b'a', b'z')],
        b"space" => vec![(b' ', b' '), (9, 13)],
        b"punct" => vec![(b'!', b'/'), (b':', b'@'), (b'[', b'`'), (b'{', b'~')],
        b"xdigit" => vec![(b'0', b'9'), (b'a', b'f'), (b'A', b'F')],
        _ => return None,
    })
}

/// Whether a text would be taken as a pattern rather than as a plain path.
pub fn has_wildcard(text: &str) -> bool {
    text.contains(['*', '?', '[', '\\'])
}
