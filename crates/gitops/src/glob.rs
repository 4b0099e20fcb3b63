//! Patterns of projects, sync windows and folders: `*`, `?`, `[a-c]`, `{a,b}`, and `!` before what is denied.

/// Whether the whole text fits. `*` does not cross the separator, `**` does.
#[inline(never)]
pub fn fits(pattern: &str, text: &str, separator: Option<char>) -> bool {
    let mut rest = pattern.chars();
    match rest.next() {
        None => text.is_empty(),
        Some('*') => {
            let after = rest.as_str();
            let (crosses, after) = match after.strip_prefix('*') {
                Some(after) => (true, after),
                None => (false, after),
            };
            let mut at = text;
            loop {
                if fits(after, at, separator) {
                    return true;
                }
                match at.chars().next() {
                    Some(c) if crosses || Some(c) != separator => at = &at[c.len_utf8()..],
                    _ => return false,
                }
            }
        }
        Some('{') => {
            let Some((either, after)) = rest.as_str().split_once('}') else { return false };
            either.split(',').any(|one| fits(&[one, after].concat(), text, separator))
        }
        Some('[') => {
            let Some((set, after)) = rest.as_str().split_once(']') else { return false };
            let Some(c) = text.chars().next() else { return false };
            let (not, set) = set.strip_prefix(['!', '^']).map_or((false, set), |set| (true, set));
            in_set(set, c) != not && fits(after, &text[c.len_utf8()..], separator)
        }
        Some(wanted) => {
            let escaped = wanted == '\\';
            let wanted = if escaped { rest.next().unwrap_or('\\') } else { wanted };
            let Some(c) = text.chars().next() else { return false };
            let any = wanted == '?' && !escaped && Some(c) != separator;
            (any || c == wanted) && fits(rest.as_str(), &text[c.len_utf8()..], separator)
        }
    }
}

fn in_set(set: &str, c: char) -> bool {
    let set: Vec<char> = set.chars().collect();
    let range = set.windows(3).any(|w| w[1] == '-' && w[0] <= c && c <= w[2]);
    range || set.contains(&c)
}

/// The same where a pattern may deny (`!team-*` fits what `team-*` does not).
pub(crate) fn allows(pattern: &str, text: &str, separator: Option<char>) -> bool {
    match pattern.strip_prefix('!') {
        Some(denied) => !fits(denied, text, separator),
        None => pattern == "*" || fits(pattern, text, separator),
    }
}

#[cfg(test)]
mod tests {
    use super::{allows, fits};

    #[test]
    fn patterns_fit_whole_texts() {
        for (pattern, text, expect) in [
            ("*", "a/b", false),
            ("**", "a/b", true),
            ("https://forge/*/app", "https://forge/team/app", true),
            ("https://forge/*", "https://forge/team/app", false),
            ("team-[ab]", "team-b", true),
            ("team-[!ab]", "team-b", false),
            ("t?st", "test", true),
            ("{*.yml,conf/*.yaml}", "conf/a.yaml", true),
            ("{*.yml,conf/*.yaml}", "a.yaml", false),
            ("", "", true),
        ] {
            assert_eq!(fits(pattern, text, Some('/')), expect, "{pattern} {text}");
        }
        assert!(
            allows("*", "a/b", Some('/')) && !allows("!kube-*", "kube-system", None) && allows("!kube-*", "shop", None)
        );
    }
}
