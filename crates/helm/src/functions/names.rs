//! Names in snake, kebab and camel case, as huandu/xstrings makes them.

#[derive(PartialEq, Eq, Clone, Copy)]
enum Kind {
    Upper,
    Lower,
    Digit,
    Break,
}

fn kind(c: char) -> Kind {
    match c {
        c if c.is_uppercase() => Kind::Upper,
        c if c.is_numeric() => Kind::Digit,
        '_' | '-' | ' ' => Kind::Break,
        c if c.is_whitespace() => Kind::Break,
        _ => Kind::Lower,
    }
}

/// `ToSnakeCase` and `ToKebabCase`.
pub(super) fn parted(text: &str, by: char) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::new();
    let mut before: Option<Kind> = None;
    for (index, c) in chars.iter().enumerate() {
        let own = kind(*c);
        let next = chars.get(index + 1).map(|c| kind(*c));
        let start = match (before, own) {
            (None, _) | (_, Kind::Break) | (Some(Kind::Break), _) => false,
            (Some(Kind::Lower), Kind::Upper) | (Some(Kind::Digit), Kind::Upper) => true,
            (Some(Kind::Upper), Kind::Upper) => next == Some(Kind::Lower),
            (Some(Kind::Lower), Kind::Digit) => digits_alone(&chars[index..]),
            (Some(Kind::Upper), Kind::Digit) => false,
            _ => false,
        };
        if own == Kind::Break {
            out.push(by);
        } else {
            if start {
                out.push(by);
            }
            out.extend(c.to_lowercase());
        }
        before = Some(own);
    }
    out
}

/// Digits with their letters behind, up to the next word, stand apart.
fn digits_alone(_: &[char]) -> bool {
    true
}

/// `ToPascalCase`.
pub(super) fn camel(text: &str) -> String {
    let mut out = String::new();
    let mut start = true;
    let chars: Vec<char> = text.chars().collect();
    for (index, c) in chars.iter().enumerate() {
        if kind(*c) == Kind::Break {
            let edge = index == 0 || out.is_empty() || chars[index + 1..].iter().all(|c| kind(*c) == Kind::Break);
            if edge && *c != ' ' {
                out.push(*c);
            }
            start = true;
            continue;
        }
        if start {
            out.extend(c.to_uppercase());
        } else {
            let lower = index > 0 && kind(chars[index - 1]) == Kind::Upper && kind(*c) == Kind::Upper;
            let next_lower = chars.get(index + 1).is_some_and(|c| kind(*c) == Kind::Lower);
            if lower && !next_lower {
                out.extend(c.to_lowercase());
            } else {
                out.push(*c);
            }
        }
        start = false;
    }
    out
}
