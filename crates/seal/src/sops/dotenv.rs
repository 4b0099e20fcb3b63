//! Files of `KEY=value` lines: comments stay, a line's end in a value is `\n`.

use super::{Branch, Error, Item};

pub(super) fn read(text: &str) -> Result<Branch, Error> {
    let mut out = Branch::new();
    for line in text.split('\n').filter(|line| !line.is_empty()) {
        if let Some(comment) = line.strip_prefix('#') {
            out.push((String::new(), Item::Comment(comment.to_string())));
        } else {
            let wrong = || Error::Unreadable(format!("invalid dotenv input line: {line}"));
            let (key, value) = line.split_once('=').ok_or_else(wrong)?;
            out.push((key.to_string(), Item::Text(value.replace("\\n", "\n"))));
        }
    }
    Ok(out)
}

pub(super) fn write(branch: &[(String, Item)]) -> String {
    let mut out = String::new();
    for (key, item) in branch {
        match item {
            Item::Comment(text) => {
                out.push('#');
                out.push_str(text);
            }
            Item::Text(text) => {
                out.push_str(key);
                out.push('=');
                out.push_str(&text.replace('\n', "\\n"));
            }
            _ => {
                out.push_str(key);
                out.push('=');
            }
        }
        out.push('\n');
    }
    out
}
