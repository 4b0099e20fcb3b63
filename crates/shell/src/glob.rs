//! Patterns: `*`, `?`, `[…]`, `@(a|b)`; against texts and against files.

use crate::vars::Options;
use order::Arrange;
use vfs::{Kind, Vfs};

/// How a pattern is read.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Match {
    /// `@(a|b)` and its like.
    pub extglob: bool,
    pub nocase: bool,
}

/// Whether a whole text matches a pattern. A backslash takes the next character as it is.
pub fn matches(pattern: &str, text: &str) -> bool {
    matches_as(pattern, text, Match { extglob: true, nocase: false })
}

pub(crate) fn matches_as(pattern: &str, text: &str, how: Match) -> bool {
    let folded = |text: &str| -> Vec<char> {
        if how.nocase { text.to_lowercase().chars().collect() } else { text.chars().collect() }
    };
    let (pattern, text) = (folded(pattern), folded(text));
    if how.extglob && is_extended(&pattern) {
        let mut budget = 200_000;
        return extended(&pattern, &text, &mut budget);
    }
    matches_at(&pattern, &text)
}

/// Whether it has groups: `@(a|b)`.
pub(crate) fn is_extended(pattern: &[char]) -> bool {
    pattern.windows(2).any(|w| w[1] == '(' && "?*+@!".contains(w[0]))
}

/// Iterative with one point of return, so that a pattern of many stars stays quick.
pub(crate) fn matches_at(pattern: &[char], text: &[char]) -> bool {
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

/// As [`matches_at`], with groups; `budget` bounds the work.
pub(crate) fn extended(pattern: &[char], text: &[char], budget: &mut u32) -> bool {
    if *budget == 0 {
        return false;
    }
    *budget -= 1;
    let Some(first) = pattern.first() else { return text.is_empty() };
    if "?*+@!".contains(*first)
        && pattern.get(1) == Some(&'(')
        && let Some((choices, rest)) = group(pattern)
    {
        return in_group(*first, &choices, pattern, rest, text, budget);
    }
    if *first == '*' {
        return (0..=text.len()).any(|cut| extended(&pattern[1..], &text[cut..], budget));
    }
    let Some(c) = text.first() else { return false };
    one(pattern, 0, *c).is_some_and(|next| extended(&pattern[next..], &text[1..], budget))
}

fn in_group(op: char, choices: &[&[char]], pattern: &[char], rest: &[char], text: &[char], budget: &mut u32) -> bool {
    let hit = |piece: &[char], budget: &mut u32| choices.iter().any(|choice| extended(choice, piece, budget));
    match op {
        '!' => (0..=text.len()).any(|cut| !hit(&text[..cut], budget) && extended(rest, &text[cut..], budget)),
        '@' | '?' => {
            (op == '?' && extended(rest, text, budget))
                || (0..=text.len()).any(|cut| hit(&text[..cut], budget) && extended(rest, &text[cut..], budget))
        }
        _ => {
            if op == '*' && extended(rest, text, budget) {
                return true;
            }
            // Once more, and then as often as one likes.
            let mut again = pattern.to_vec();
            again[0] = '*';
            (0..=text.len()).any(|cut| {
                hit(&text[..cut], budget)
                    && (extended(rest, &text[cut..], budget) || (cut > 0 && extended(&again, &text[cut..], budget)))
            })
        }
    }
}

/// The alternatives of a group, and what follows it.
fn group(pattern: &[char]) -> Option<(Vec<&[char]>, &[char])> {
    let (mut depth, mut start, mut choices, mut at) = (0, 2, Vec::new(), 1);
    while at < pattern.len() {
        match pattern[at] {
            '\\' => at += 1,
            '(' => depth += 1,
            ')' => {
                depth -= 1;
                if depth == 0 {
                    choices.push(&pattern[start..at]);
                    return Some((choices, &pattern[at + 1..]));
                }
            }
            '|' if depth == 1 => {
                choices.push(&pattern[start..at]);
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// Whether one character matches at `p`, and where the pattern goes on.
pub(crate) fn one(pattern: &[char], p: usize, c: char) -> Option<usize> {
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
        let mut low = *pattern.get(at)?;
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
        if low == '\\' {
            at += 1;
            low = *pattern.get(at)?;
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
        "blank" => matches!(c, ' ' | '\t'),
        "punct" => c.is_ascii_punctuation(),
        "cntrl" => c.is_control(),
        "graph" => !c.is_control() && !c.is_whitespace(),
        "print" => !c.is_control(),
        "xdigit" => c.is_ascii_hexdigit(),
        "word" => c.is_alphanumeric() || c == '_',
        _ => false,
    }
}

/// The paths that match, in order, written as the pattern is (relative or absolute). Empty where none does.
pub(crate) fn paths(files: &Vfs, cwd: &str, pattern: &str, options: Options) -> Vec<String> {
    let absolute = pattern.starts_with('/');
    let mut found = vec![if absolute { String::from("/") } else { String::new() }];
    let parts: Vec<&str> = pattern.split('/').filter(|part| !part.is_empty()).collect();
    let look = Look { files, cwd, options };
    for (depth, part) in parts.iter().enumerate() {
        let last = depth + 1 == parts.len();
        let mut next = Vec::new();
        for base in &found {
            if *part == "**" && options.globstar {
                look.below(base, last, &mut next, 0);
            } else {
                look.extend(base, part, last, &mut next);
            }
        }
        found = next;
    }
    found.arrange();
    if pattern.ends_with('/') {
        found.retain(|path| files.is_dir(&vfs::join(cwd, path)));
        for path in &mut found {
            path.push('/');
        }
    }
    found
}

struct Look<'a> {
    files: &'a Vfs,
    cwd: &'a str,
    options: Options,
}

impl Look<'_> {
    fn extend(&self, base: &str, part: &str, last: bool, next: &mut Vec<String>) {
        let dir = vfs::join(self.cwd, base);
        let prefix = if base.is_empty() || base.ends_with('/') { base.to_string() } else { format!("{base}/") };
        if !part.contains(['*', '?', '[', '(']) {
            let path = format!("{prefix}{}", part.replace('\\', ""));
            if self.files.lstat(&vfs::join(self.cwd, &path)).is_ok() {
                next.push(path);
            }
            return;
        }
        let Ok(entries) = self.files.read_dir(&dir) else { return };
        let how = Match { extglob: self.options.extglob, nocase: self.options.nocaseglob };
        for (name, _) in entries {
            let hidden = name.starts_with('.') && !part.starts_with('.') && !self.options.dotglob;
            let path = format!("{prefix}{name}");
            if !hidden && matches_as(part, &name, how) && (last || self.files.is_dir(&vfs::join(self.cwd, &path))) {
                next.push(path);
            }
        }
    }

    /// `**`: this folder and all below it; as the last part, files too.
    fn below(&self, base: &str, last: bool, next: &mut Vec<String>, depth: usize) {
        let prefix = if base.is_empty() || base.ends_with('/') { base.to_string() } else { format!("{base}/") };
        if !last || depth > 0 {
            next.push(base.to_string());
        } else if !base.is_empty() {
            next.push(prefix.clone());
        }
        let Ok(entries) = self.files.read_dir(&vfs::join(self.cwd, base)) else { return };
        for (name, stat) in entries {
            if (name.starts_with('.') && !self.options.dotglob) || depth > 40 {
                continue;
            }
            let path = format!("{prefix}{name}");
            if stat.kind == Kind::Dir {
                self.below(&path, last, next, depth + 1);
            } else if last {
                next.push(path);
            }
        }
    }
}
