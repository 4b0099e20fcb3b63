//! How `kubeseal` prints objects: JSON in the order of Go's fields, YAML by names with a line before it.

use super::kubeseal::Done;
use manifest::{JsonStyle, Value};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    Yaml,
}

impl Format {
    pub fn named(word: &str) -> Done<Self> {
        match word.to_ascii_lowercase().as_str() {
            "json" | "" => Ok(Self::Json),
            "yaml" => Ok(Self::Yaml),
            _ => Err(format!("unsupported output format: {word}").into()),
        }
    }
}

pub(super) fn print(value: &Value, format: Format) -> String {
    if format == Format::Yaml {
        return format!("---\n{}", value.to_yaml());
    }
    let mut out = String::new();
    put(value, 0, &mut out);
    out.push('\n');
    out
}

/// Go's order of fields; all others stand behind by their names.
const ORDER: [&str; 8] = ["kind", "apiVersion", "metadata", "name", "namespace", "spec", "template", "type"];

fn put(value: &Value, depth: usize, out: &mut String) {
    let Some(map) = value.as_map().filter(|map| !map.is_empty()) else {
        return out.push_str(&value.to_json_with(JsonStyle { indent: None, escape_html: true }));
    };
    let rank = |key: &str| ORDER.iter().position(|known| *known == key).unwrap_or(ORDER.len());
    let mut entries: Vec<_> = map.iter().collect();
    // Data and labels are maps in Go too: by their names. The sort keeps those of one rank.
    if map.get("kind").is_some() || map.get("metadata").is_some() || map.get("name").is_some() || depth == 1 {
        entries.sort_by_key(|(key, _)| rank(key));
    }
    out.push('{');
    for (at, (key, item)) in entries.into_iter().enumerate() {
        out.push_str(if at > 0 { ",\n" } else { "\n" });
        out.extend(std::iter::repeat_n("  ", depth + 1));
        out.push_str(&Value::from(key.as_ref()).to_json());
        out.push_str(": ");
        put(item, depth + 1, out);
    }
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
    out.push('}');
}
