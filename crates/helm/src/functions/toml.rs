//! `toToml`, as BurntSushi/toml writes maps: plain values first, then tables.

use gotemplate::{Val, float_text, quoted};

/// Tables in tables deeper than this are not written.
const DEPTH_MAX: usize = 40;

fn key(name: &str) -> String {
    let bare = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if bare { name.to_string() } else { quoted(name) }
}

fn is_table(value: &Val) -> bool {
    let tables = |items: &[Val]| !items.is_empty() && items.iter().all(|item| item.as_map().is_some());
    value.as_map().is_some() || value.items().is_some_and(tables)
}

pub(super) fn table(out: &mut String, value: &Val, path: &str) {
    let depth = if path.is_empty() { 0 } else { path.matches('.').count() + 1 };
    let Some(map) = value.as_map().filter(|_| depth < DEPTH_MAX) else {
        return;
    };
    let pad = "  ".repeat(depth);
    let entries = map.entries.borrow();
    for (name, value) in entries.iter().filter(|(_, value)| !is_table(value) && !matches!(value, Val::Nil)) {
        out.push_str(&[&pad, &*key(name), " = "].concat());
        inline(out, value);
        out.push('\n');
    }
    for (name, value) in entries.iter().filter(|(_, value)| is_table(value)) {
        let full = if path.is_empty() { key(name) } else { [path, ".", &key(name)].concat() };
        let list = value.items();
        let (open, close) = if list.is_some() { ("[[", "]]") } else { ("[", "]") };
        for inner in list.unwrap_or(std::slice::from_ref(value)) {
            if !out.is_empty() && depth == 0 {
                out.push('\n');
            }
            out.push_str(&[&pad, open, &full, close, "\n"].concat());
            table(out, inner, &full);
        }
    }
}

fn inline(out: &mut String, value: &Val) {
    match value {
        Val::Str(text) => out.push_str(&quoted(text)),
        Val::Float(x) => {
            let text = float_text(*x);
            out.push_str(&text);
            if !text.contains(['.', 'e']) {
                out.push_str(".0");
            }
        }
        Val::List(_, items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                inline(out, item);
            }
            out.push(']');
        }
        other => out.push_str(&gotemplate::shown(other)),
    }
}
