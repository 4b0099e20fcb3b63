//! Patterns: `*`, `?`, `[…]`; against names and against files.

use vfs::Vfs;

/// Whether a whole text matches a pattern. A backslash takes the next character as it is.
pub fn matches(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    matches_at(&pattern, &text)
}

/// Iterative with one point of return, so that a pattern of many stars stays quick.
fn matches_at(pattern: &[char], text: &[char]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    loop {
        if p < pattern.len() && pattern[p] == '*' {
            back = Some((p, t));
            p += 1;
            continue;
        }
        if t == text.len() {
            return pattern[p..].iter().all(|c| *c == '*');
        }
        match one(pattern, p, text[t]) {
            Some(next) => {
                p = next;
                t += 1;
            }
            None => match back {
                Some((star, from)) => {
                    back = Some((star, from + 1));
                    p = star + 1;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
}

/// Whether one character matches at `p`, and where the pattern goes on.
fn one(pattern: &[char], p: usize, c: char) -> Option<usize> {
    match *pattern.get(p)? {
        '?' => Some(p + 1),
        '\\' => (*pattern.get(p + 1)? == c).then_some(p + 2),
        '[' => match set(pattern, p, c) {
            Some((hit, next)) => hit.then_some(next),
            None => (c == '[').then_some(p + 1),
        },
        literal => (literal == c).then_some(p + 1),
    }
}

/// `[a-z]`, `[!x]`: whether it holds, and where it ends; `None` where it has no end.
fn set(pattern: &[char], start: usize, c: char) -> Option<(bool, usize)> {
    let mut at = start + 1;
    let negated = matches!(pattern.get(at), Some('!' | '^'));
    at += usize::from(negated);
    let mut hit = false;
    let first = at;
    loop {
        let low = *pattern.get(at)?;
        if low == ']' && at > first {
            return Some((hit != negated, at + 1));
        }
        if low == '[' && pattern.get(at + 1) == Some(&':') {
            let end =
                (at..pattern.len()).find(|i| pattern[*i] == ':' && pattern.get(i + 1) == Some(&']') && *i > at + 1)?;
            let class: String = pattern[at + 2..end].iter().collect();
            hit |= in_class(&class, c);
            at = end + 2;
            continue;
        }
        if pattern.get(at + 1) == Some(&'-') && pattern.get(at + 2).is_some_and(|high| *high != ']') {
            hit |= (low..=pattern[at + 2]).contains(&c);
            at += 3;
        } else {
            hit |= low == c;
            at += 1;
        }
    }
}

fn in_class(class: &str, c: char) -> bool {
    match class {
        "alpha" => c.is_alphabetic(),
        "digit" => c.is_ascii_digit(),
        "alnum" => c.is_alphanumeric(),
        "upper" => c.is_uppercase(),
        "lower" => c.is_lowercase(),
        "space" => c.is_whitespace(),
        "punct" => c.is_ascii_punctuation(),
        _ => false,
    }
}

/// The paths that match, in order, written as the pattern is (relative or absolute). Empty where none does.
pub(crate) fn paths(files: &Vfs, cwd: &str, pattern: &str) -> Vec<String> {
    let absolute = pattern.starts_with('/');
    let mut found = vec![if absolute { String::from("/") } else { String::new() }];
    let parts: Vec<&str> = pattern.split('/').filter(|part| !part.is_empty()).collect();
    for (depth, part) in parts.iter().enumerate() {
        let last = depth + 1 == parts.len();
        let mut next = Vec::new();
        for base in &found {
            extend(files, cwd, base, part, last, &mut next);
        }
        found = next;
    }
    if pattern.ends_with('/') {
        found.retain(|path| files.is_dir(&vfs::join(cwd, path)));
        for path in &mut found {
            path.push('/');
        }
    }
    found
}

fn extend(files: &Vfs, cwd: &str, base: &str, part: &str, last: bool, next: &mut Vec<String>) {
    let dir = vfs::join(cwd, base);
    let prefix = if base.is_empty() || base.ends_with('/') { base.to_string() } else { format!("{base}/") };
    if !part.contains(['*', '?', '[', '\\']) {
        let path = format!("{prefix}{part}");
        if files.lstat(&vfs::join(cwd, &path)).is_ok() {
            next.push(path);
        }
        return;
    }
    let Ok(entries) = files.read_dir(&dir) else { return };
    for (name, _) in entries {
        let hidden = name.starts_with('.') && !part.starts_with('.');
        let path = format!("{prefix}{name}");
        if !hidden && matches(part, &name) && (last || files.is_dir(&vfs::join(cwd, &path))) {
            next.push(path);
        }
    }
}
