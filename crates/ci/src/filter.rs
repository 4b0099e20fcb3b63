//! Filter patterns of branches, tags and paths.
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet>

/// What one place of a text must be.
enum One {
    Char(char),
    /// Any but a slash.
    Part,
    Any,
    Set(Vec<(char, char)>),
}

enum Item {
    Once(One),
    Optional(One),
    /// None or more.
    Many(One),
    /// Before [`Item::Folders`], which may be left out.
    Enter,
    /// Anything up to a slash.
    Folders,
}

impl One {
    fn takes(&self, c: char) -> bool {
        match self {
            Self::Char(own) => *own == c,
            Self::Part => c != '/',
            Self::Any => true,
            Self::Set(ranges) => ranges.iter().any(|(low, high)| (*low..=*high).contains(&c)),
        }
    }
}

#[inline(never)]
fn compile(pattern: &str) -> Vec<Item> {
    let chars: Vec<char> = pattern.chars().collect();
    let (mut items, mut at) = (Vec::new(), 0);
    while let Some(c) = chars.get(at) {
        at += 1;
        let one = match c {
            '*' if chars.get(at) == Some(&'*') => {
                at += 1;
                let alone = at == 2 || chars[at - 3] == '/';
                if alone && chars.get(at) == Some(&'/') {
                    at += 1;
                    items.extend([Item::Enter, Item::Folders]);
                } else {
                    items.push(Item::Many(One::Any));
                }
                continue;
            }
            '*' => {
                items.push(Item::Many(One::Part));
                continue;
            }
            '[' => match chars[at..].iter().position(|c| *c == ']') {
                Some(end) => {
                    let inside = &chars[at..at + end];
                    at += end + 1;
                    One::Set(ranges(inside))
                }
                None => One::Char('['),
            },
            '\\' if at < chars.len() => {
                at += 1;
                One::Char(chars[at - 1])
            }
            other => One::Char(*other),
        };
        match chars.get(at) {
            Some('?') => {
                at += 1;
                items.push(Item::Optional(one));
            }
            Some('+') => {
                at += 1;
                let again = match &one {
                    One::Set(ranges) => One::Set(ranges.clone()),
                    One::Char(c) => One::Char(*c),
                    One::Part | One::Any => One::Any,
                };
                items.extend([Item::Once(one), Item::Many(again)]);
            }
            _ => items.push(Item::Once(one)),
        }
    }
    items
}

#[inline(never)]
fn ranges(inside: &[char]) -> Vec<(char, char)> {
    let (mut ranges, mut at) = (Vec::new(), 0);
    while let Some(low) = inside.get(at) {
        match (inside.get(at + 1), inside.get(at + 2)) {
            (Some('-'), Some(high)) => {
                ranges.push((*low, *high));
                at += 3;
            }
            _ => {
                ranges.push((*low, *low));
                at += 1;
            }
        }
    }
    ranges
}

/// Whether a pattern (without its `!`) is for a text.
#[inline(never)]
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let items = compile(pattern);
    // Places in the pattern at which the text may stand.
    let mut places = vec![false; items.len() + 1];
    places[0] = true;
    rest(&items, &mut places);
    for c in text.chars() {
        let mut next = vec![false; items.len() + 1];
        for (at, item) in items.iter().enumerate().filter(|(at, _)| places[*at]) {
            match item {
                Item::Once(one) | Item::Optional(one) if one.takes(c) => next[at + 1] = true,
                Item::Many(one) if one.takes(c) => next[at] = true,
                Item::Folders => {
                    next[at] = true;
                    next[at + 1] |= c == '/';
                }
                _ => {}
            }
        }
        rest(&items, &mut next);
        places = next;
    }
    places[items.len()]
}

/// Moves on over what needs no character.
#[inline(never)]
fn rest(items: &[Item], places: &mut [bool]) {
    for (at, item) in items.iter().enumerate() {
        if places[at] {
            match item {
                Item::Optional(_) | Item::Many(_) => places[at + 1] = true,
                Item::Enter => {
                    places[at + 1] = true;
                    places[at + 2] = true;
                }
                Item::Once(_) | Item::Folders => {}
            }
        }
    }
}

/// Whether a name passes patterns of which the last that matches counts; `!` before one takes away.
#[inline(never)]
pub(crate) fn passes(patterns: &[String], name: &str) -> bool {
    let mut hit = patterns.iter().all(|pattern| pattern.starts_with('!'));
    for pattern in patterns {
        match pattern.strip_prefix('!') {
            Some(negated) if matches(negated, name) => hit = false,
            None if matches(pattern, name) => hit = true,
            _ => {}
        }
    }
    hit
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of GitHub's cheat sheet.
    #[test]
    fn patterns_mean_what_the_cheat_sheet_says() {
        for (pattern, yes, no) in [
            ("feature/*", "feature/my-branch", "feature/a/b"),
            ("feature/**", "feature/beta-a/my-branch", "features/a"),
            ("*", "main", "a/b"),
            ("**", "all/the/branches", ""),
            ("*feature", "mona-feature", "feature-x"),
            ("v2*", "v2.9", "v1"),
            ("v[12].[0-9]+.[0-9]+", "v1.10.1", "v3.0.0"),
            ("*.jsx?", "page.js", "js/page.js"),
            ("**.js", "src/js/app.js", "a.jsx"),
            ("docs/**/*.md", "docs/README.md", "README.md"),
            ("**/docs/**", "docs/hello.md", "adocs/x"),
            ("**/*src/**", "my-src/code/js/app.js", "my-srcs/x"),
            ("**/migrate-*.sql", "db/sept/migrate-v1.sql", "migrate-v1.sq"),
        ] {
            assert!(matches(pattern, yes), "{pattern} {yes}");
            assert!(no.is_empty() || !matches(pattern, no), "{pattern} {no}");
        }
        let hits = ["release/1", "release/1-alpha"]
            .map(|name| passes(&["release/**".to_string(), "!release/**-alpha".to_string()], name));
        assert_eq!(hits, [true, false]);
    }
}
