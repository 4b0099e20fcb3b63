//! yq's own functions that are not written in the language itself.

use super::tree;
use crate::jq::{Json, Machine, Run, Stop, Style};
use manifest::Node;

/// `None`: it is not one of these.
pub(crate) fn function(machine: &Machine<'_>, name: &str, value: &Json, args: &[Json]) -> Run<Option<Json>> {
    Ok(Some(match (name, args) {
        ("_tojson", []) => Json::text(value.write(&Style { indent: Some("  ".into()), ..Style::default() }) + "\n"),
        ("_tojson", [Json::Number(indent)]) => {
            let wide = (*indent > 0.0).then(|| " ".repeat(if *indent > 8.0 { 8 } else { *indent as usize }));
            Json::text(value.write(&Style { indent: wide, ..Style::default() }) + "\n")
        }
        ("_toyaml", []) => Json::text(tree::Dress::default().tree(value, None).to_yaml(2)),
        ("_fromyaml", []) => match value {
            Json::Text(text) => from_yaml(text)?,
            other => other.clone(),
        },
        ("_envsubst", []) => match value {
            Json::Text(text) => Json::text(substituted(text, &machine.environment)),
            other => other.clone(),
        },
        _ => return Ok(None),
    }))
}

fn from_yaml(text: &str) -> Run<Json> {
    let error = |message: String| Stop::Error(Json::text(message));
    let documents = Node::parse_yaml(text).map_err(error)?;
    documents.first().map_or(Ok(Json::Null), |node| tree::value(node).map_err(error))
}

/// `$NAME` and `${NAME}`.
fn substituted(text: &str, environment: &Json) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let behind = &rest[at + 1..];
        let (name, after) = match behind.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
            Some((name, after)) => (name, after),
            None => {
                let end = behind.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(behind.len());
                behind.split_at(end)
            }
        };
        if name.is_empty() {
            out.push('$');
        } else if let Some(Json::Text(value)) = environment.get(name) {
            out.push_str(value);
        }
        rest = after;
    }
    out + rest
}
