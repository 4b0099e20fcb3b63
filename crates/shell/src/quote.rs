//! Words as bash writes them, so that they could be read again.

/// As `set -x` and `set` print a word: single quotes where something in it is special.
pub(crate) fn word(text: &str) -> String {
    let special = |c: char| c.is_ascii_whitespace() || "'\"\\|&;()<>!{}*[]?^$`".contains(c);
    if text.is_empty() {
        return "''".into();
    }
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        return ansi(text);
    }
    let home = text.starts_with('~') || text.contains(":~") || text.contains("=~") || text.starts_with('#');
    if home || text.contains(special) { single(text) } else { text.into() }
}

pub(crate) fn single(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// `${x@Q}`.
pub(crate) fn always(text: &str) -> String {
    if text.chars().any(char::is_control) { ansi(text) } else { single(text) }
}

/// `printf %q`.
pub(crate) fn backslashed(text: &str) -> String {
    if text.is_empty() {
        return "''".into();
    }
    if text.chars().any(char::is_control) {
        return ansi(text);
    }
    let mut out = String::new();
    for (at, c) in text.chars().enumerate() {
        if " '\"\\|&;()<>!{}*[]?^$`,".contains(c) || (at == 0 && matches!(c, '~' | '#')) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A value in double quotes, as `declare -p` prints it.
pub(crate) fn double(text: &str) -> String {
    if text.chars().any(char::is_control) {
        return ansi(text);
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        if matches!(c, '"' | '\\' | '$' | '`') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

fn ansi(text: &str) -> String {
    let mut out = String::from("$'");
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\x07' => out.push_str("\\a"),
            '\x08' => out.push_str("\\b"),
            '\x0b' => out.push_str("\\v"),
            '\x0c' => out.push_str("\\f"),
            '\x1b' => out.push_str("\\E"),
            '\'' => out.push_str("\\'"),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() => {
                let code = u32::from(c);
                out.push('\\');
                for shift in [6, 3, 0] {
                    out.push(char::from_digit((code >> shift) & 7, 8).unwrap_or('0'));
                }
            }
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}
