//! JSON to a tree and back: keys in their order, a tab a level. All its numbers are of one kind.

use super::{Branch, Error, Item};
use manifest::{JsonStyle, Node, Shape, Style, Value, plain_value};

pub(super) fn read(text: &str) -> Result<Branch, Error> {
    let wrong = |message: String| Error::Unreadable(format!("Could not unmarshal input data: {message}"));
    Value::from_json(text).map_err(|error| wrong(error.to_string()))?;
    match value_of(text) {
        Some(Item::Map(branch)) => Ok(branch),
        _ => Err(wrong("Expected JSON object start, got delimiter".into())),
    }
}

/// A value; JSON is YAML, and that reader keeps the order of keys.
pub(super) fn value_of(text: &str) -> Option<Item> {
    Value::from_json(text).ok()?;
    // Unlike sops: two characters of an escaped pair are read by YAML's rules.
    Node::parse_yaml(text).ok()?.first().map(item)
}

fn item(node: &Node) -> Item {
    match &node.shape {
        Shape::Map { entries, .. } => {
            let entry = |(key, value): &(Node, Node)| match &key.shape {
                Shape::Scalar { text, .. } => (text.clone(), item(value)),
                _ => (String::new(), Item::Null),
            };
            Item::Map(entries.iter().map(entry).collect())
        }
        Shape::List { items, .. } => Item::List(items.iter().map(item).collect()),
        Shape::Scalar { text, style: Style::Plain } => match plain_value(text) {
            Value::Null => Item::Null,
            Value::Bool(on) => Item::Bool(on),
            Value::Int(n) => Item::Float(n as f64),
            Value::Float(x) => Item::Float(x),
            _ => Item::Float(manifest::float_of(text).unwrap_or(0.0)),
        },
        Shape::Scalar { text, .. } | Shape::Alias(text) => Item::Text(text.clone()),
    }
}

pub(super) fn write(branch: &[(String, Item)]) -> String {
    let mut out = String::new();
    put(&Item::Map(branch.to_vec()), 0, &mut out);
    out.push('\n');
    out
}

pub(super) fn value(item: &Item) -> String {
    let mut out = String::new();
    put(item, 0, &mut out);
    out
}

fn line(depth: usize, out: &mut String) {
    out.push('\n');
    out.extend(std::iter::repeat_n('\t', depth));
}

fn put(item: &Item, depth: usize, out: &mut String) {
    let (open, close, parts): (_, _, Vec<(Option<&str>, &Item)>) = match item {
        Item::Map(branch) => ('{', '}', branch.iter().map(|(key, item)| (Some(key.as_str()), item)).collect()),
        Item::List(items) => ('[', ']', items.iter().map(|item| (None, item)).collect()),
        Item::Null | Item::Comment(_) => return out.push_str("null"),
        Item::Bool(on) => return out.push_str(if *on { "true" } else { "false" }),
        Item::Int(n) => return out.push_str(&n.to_string()),
        Item::Float(x) => return out.push_str(&manifest::float_text(*x)),
        Item::Text(text) | Item::Time(text) => return quote(text, out),
    };
    let parts: Vec<_> = parts.into_iter().filter(|(_, item)| !matches!(item, Item::Comment(_))).collect();
    out.push(open);
    for (at, (key, item)) in parts.iter().enumerate() {
        out.push_str(if at > 0 { "," } else { "" });
        line(depth + 1, out);
        if let Some(key) = key {
            quote(key, out);
            out.push_str(": ");
        }
        put(item, depth + 1, out);
    }
    if !parts.is_empty() {
        line(depth, out);
    }
    out.push(close);
}

fn quote(text: &str, out: &mut String) {
    out.push_str(&Value::from(text).to_json_with(JsonStyle { indent: None, escape_html: true }));
}
