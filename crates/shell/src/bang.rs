//! History expansion where a person types: `!!`, `!n`, `!-n`, `!text`, `!?text?`, `!$`, `!:2`, `:p`, `:s/a/b/`, `^a^b^`.

use crate::state::Bash;

/// What a line became.
pub(crate) enum Line {
    Same,
    /// The new text, and whether it is only shown (`:p`).
    Changed(String, bool),
    Wrong(String),
}

impl Bash {
    pub(crate) fn bang(&self, line: &str) -> Line {
        if let Some(rest) = line.strip_prefix('^') {
            return self.quick(rest.trim_end_matches('\n'));
        }
        let chars: Vec<char> = line.chars().collect();
        let (mut out, mut at, mut changed, mut shown) = (String::new(), 0, false, false);
        let (mut single, mut double) = (false, false);
        while at < chars.len() {
            let c = chars[at];
            match c {
                '\\' if !single => {
                    out.push(c);
                    at += 1;
                    out.extend(chars.get(at));
                }
                '\'' if !double => {
                    single = !single;
                    out.push(c);
                }
                '"' if !single => {
                    double = !double;
                    out.push(c);
                }
                '!' if !single
                    && begins(chars.get(at + 1), double)
                    && !(at > 0 && matches!(chars[at - 1], '[' | '$' | '{')) =>
                {
                    match self.event(&chars, at + 1, &out) {
                        Ok((text, end, print)) => {
                            out.push_str(&text);
                            shown |= print;
                            changed = true;
                            at = end;
                            continue;
                        }
                        Err(message) => return Line::Wrong(message),
                    }
                }
                _ => out.push(c),
            }
            at += 1;
        }
        if changed { Line::Changed(out, shown) } else { Line::Same }
    }

    /// `^old^new^more`.
    fn quick(&self, text: &str) -> Line {
        let mut parts = text.splitn(3, '^');
        let (old, new, more) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""), parts.next().unwrap_or(""));
        match self.history.last() {
            Some(last) if !old.is_empty() && last.contains(old) => {
                Line::Changed(format!("{}{more}\n", last.replacen(old, new, 1)), false)
            }
            _ => Line::Wrong(format!(":s^{old}^{new}: substitution failed")),
        }
    }

    /// What stands behind a `!`: its text, where it ends, whether it is only shown.
    fn event(&self, chars: &[char], start: usize, before: &str) -> Result<(String, usize, bool), String> {
        let mut at = start;
        let word_end = |from: usize| {
            let ends = |c: &char| c.is_whitespace() || ":;&|<>()\"'`".contains(*c);
            chars[from..].iter().position(ends).map_or(chars.len(), |len| from + len)
        };
        let count = self.history.len();
        let found: Option<&String> = match chars[at] {
            '!' => {
                at += 1;
                self.history.last()
            }
            // Only words of the line before.
            '$' | '^' | '*' | ':' => self.history.last(),
            '#' => {
                at += 1;
                return self.modified(before.to_string(), chars, at);
            }
            '?' => {
                let end =
                    chars[at + 1..].iter().position(|c| matches!(c, '?' | '\n')).map_or(chars.len(), |n| at + 1 + n);
                let text: String = chars[at + 1..end].iter().collect();
                at = if chars.get(end) == Some(&'?') { end + 1 } else { end };
                self.history.iter().rev().find(|line| line.contains(&text))
            }
            c if c.is_ascii_digit() || c == '-' => {
                let end = at + 1 + chars[at + 1..].iter().take_while(|c| c.is_ascii_digit()).count();
                let number: String = chars[at..end].iter().collect();
                at = end;
                match number.strip_prefix('-') {
                    Some(back) => {
                        back.parse::<usize>().ok().and_then(|n| count.checked_sub(n)).and_then(|n| self.history.get(n))
                    }
                    None => {
                        number.parse::<usize>().ok().and_then(|n| n.checked_sub(1)).and_then(|n| self.history.get(n))
                    }
                }
            }
            _ => {
                let end = word_end(at);
                let text: String = chars[at..end].iter().collect();
                at = end;
                self.history.iter().rev().find(|line| line.starts_with(&text))
            }
        };
        match found {
            Some(line) => self.modified(line.clone(), chars, at),
            None => {
                let shown: String = chars[start - 1..at.max(start)].iter().collect();
                Err(format!("{shown}: event not found"))
            }
        }
    }

    /// Word designators and modifiers.
    fn modified(&self, line: String, chars: &[char], mut at: usize) -> Result<(String, usize, bool), String> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let mut text = line.clone();
        let direct = chars.get(at).is_some_and(|c| "$^*".contains(*c));
        let colon =
            chars.get(at) == Some(&':') && chars.get(at + 1).is_some_and(|c| c.is_ascii_digit() || "$^*-".contains(*c));
        if direct || colon {
            at += usize::from(colon);
            let digits = |at: usize| chars[at..].iter().take_while(|c| c.is_ascii_digit()).count();
            let last = words.len().saturating_sub(1);
            let place = |at: &mut usize| -> Option<usize> {
                match chars.get(*at) {
                    Some('$') => {
                        *at += 1;
                        Some(last)
                    }
                    Some('^') => {
                        *at += 1;
                        Some(1)
                    }
                    Some(c) if c.is_ascii_digit() => {
                        let len = digits(*at);
                        let number: String = chars[*at..*at + len].iter().collect();
                        *at += len;
                        number.parse().ok()
                    }
                    _ => None,
                }
            };
            let from = if chars.get(at) == Some(&'-') { Some(0) } else { place(&mut at) };
            let (from, to) = match (from, chars.get(at)) {
                (None, Some('*')) => {
                    at += 1;
                    (1, last)
                }
                (Some(from), Some('*')) => {
                    at += 1;
                    (from, last)
                }
                (Some(from), Some('-')) => {
                    at += 1;
                    (from, place(&mut at).unwrap_or(last.saturating_sub(1)))
                }
                (Some(from), _) => (from, from),
                (None, _) => (0, last),
            };
            if from > words.len() || (from > last && from != 1) {
                return Err(format!("{from}: bad word specifier"));
            }
            text = words.get(from..=to.min(last)).unwrap_or_default().join(" ");
        }
        modifiers(text, chars, at)
    }

    /// Keeps a line as HISTCONTROL and HISTIGNORE say.
    pub(crate) fn remember(&mut self, line: &str) {
        let setting = |name: &str| self.vars.get(name).and_then(crate::vars::Var::scalar).unwrap_or("").to_string();
        let control = setting("HISTCONTROL");
        let has = |word: &str| control.split(':').any(|part| part == word);
        let (blank, same) = (line.starts_with([' ', '\t']), self.history.last().is_some_and(|last| last == line));
        let ignored =
            setting("HISTIGNORE").split(':').any(|pattern| !pattern.is_empty() && crate::glob::matches(pattern, line));
        if (blank && (has("ignorespace") || has("ignoreboth")))
            || (same && (has("ignoredups") || has("ignoreboth")))
            || ignored
        {
            return;
        }
        if has("erasedups") {
            self.history.retain(|old| old != line);
        }
        self.history.push(line.to_string());
    }
}

/// `:h`, `:t`, `:r`, `:e`, `:p`, `:s/a/b/`, `:gs/a/b/`.
fn modifiers(mut text: String, chars: &[char], mut at: usize) -> Result<(String, usize, bool), String> {
    let mut print = false;
    while chars.get(at) == Some(&':') {
        let all = chars.get(at + 1) == Some(&'g');
        let letter = at + 1 + usize::from(all);
        match chars.get(letter) {
            Some('p') => print = true,
            Some('h') => text = text.rsplit_once('/').map_or(text.clone(), |(head, _)| head.to_string()),
            Some('t') => text = text.rsplit('/').next().unwrap_or_default().to_string(),
            Some('r') => text = text.rsplit_once('.').map_or(text.clone(), |(stem, _)| stem.to_string()),
            Some('e') => text = text.rsplit_once('.').map_or(String::new(), |(_, end)| format!(".{end}")),
            Some('s') => {
                let Some(mark) = chars.get(letter + 1).copied() else { break };
                let rest: String = chars[letter + 2..].iter().collect();
                let mut parts = rest.trim_end_matches('\n').splitn(3, mark);
                let (old, new) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
                if old.is_empty() || !text.contains(old) {
                    return Err(format!(":s{mark}{old}{mark}{new}{mark}: substitution failed"));
                }
                text = if all { text.replace(old, new) } else { text.replacen(old, new, 1) };
                let used = old.chars().count() + new.chars().count() + 1;
                at = letter + 2 + used + usize::from(chars.get(letter + 2 + used) == Some(&mark));
                continue;
            }
            _ => break,
        }
        at = letter + 1;
    }
    Ok((text, at.min(chars.len()), print))
}

/// Whether a `!` before this character begins an expansion.
fn begins(next: Option<&char>, double: bool) -> bool {
    next.is_some_and(|c| !(c.is_whitespace() || matches!(c, '=' | '(') || (double && *c == '"')))
}
