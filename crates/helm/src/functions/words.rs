//! Words in other cases.

use super::{Around, Done, text};
use gotemplate::Val;

pub(super) fn signature(name: &str) -> Option<&'static str> {
    matches!(name, "title" | "untitle" | "swapcase" | "initials" | "snakecase" | "camelcase" | "kebabcase")
        .then_some("s")
}

pub(super) fn call(name: &str, args: &[Val], _: &mut Around<'_>) -> Done {
    let text = text(args, 0);
    Ok(Val::text(match name {
        "title" => starts(text, |c, before| !before && !c.is_whitespace(), |c| c.to_uppercase().collect()),
        "untitle" => {
            let mut after_space = true;
            let change = |c: char| {
                let start = std::mem::replace(&mut after_space, c.is_whitespace());
                if start { c.to_lowercase().collect::<String>() } else { c.to_string() }
            };
            text.chars().map(change).collect()
        }
        "swapcase" => {
            let change =
                |c: char| if c.is_uppercase() { c.to_lowercase().to_string() } else { c.to_uppercase().to_string() };
            text.chars().map(change).collect()
        }
        "initials" => text.split_whitespace().filter_map(|word| word.chars().next()).collect(),
        "snakecase" => super::names::parted(text, '_'),
        "kebabcase" => super::names::parted(text, '-'),
        _ => super::names::camel(text),
    }))
}

/// `strings.Title`: letters that begin a word. What is a letter, digit, underscore or quote belongs to a word.
fn starts(text: &str, _: impl Fn(char, bool) -> bool, change: impl Fn(char) -> String) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in text.chars() {
        if inside {
            out.push(c);
        } else {
            out.push_str(&change(c));
        }
        inside = c.is_alphanumeric() || c == '_' || c == '\'' || (!c.is_ascii() && !c.is_whitespace());
    }
    out
}
