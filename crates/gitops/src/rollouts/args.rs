//! Arguments of analyses: where their values come from, and `{{args.NAME}}` (`utils/analysis`, `utils/template`).

use super::sets::{HASH, Sets};
use cluster::{Object, SECRET, Store, base64};
use manifest::{Value, object};
use std::sync::Arc;

/// Names with their values.
pub(crate) type Values = Vec<(String, String)>;

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Str(text) => Some(text.to_string()),
        Value::Int(_) | Value::Float(_) | Value::Bool(_) => Some(value.to_json()),
        _ => None,
    }
}

/// `metadata.labels['app']`, or a path of the Rollout.
fn field(rollout: &Object, path: &str) -> Option<String> {
    if let Some((before, key)) = path.split_once("['")
        && let Some(key) = key.strip_suffix("']")
    {
        return rollout.value.at(before).get(key).and_then(text_of).or(Some(String::new()));
    }
    text_of(rollout.value.at(path))
}

/// What a Rollout gives to an analysis.
pub(crate) fn given(args: &[Value], sets: &Sets, rollout: &Arc<Object>) -> Result<Vec<Value>, String> {
    let mut found = Vec::new();
    for arg in args {
        let from = arg.at("valueFrom");
        let hash = |set: Option<&Arc<Object>>| set.map_or("", |set| set.label(HASH)).to_string();
        let value = match (from.str_at("podTemplateHashValue"), from.str_at("fieldRef.fieldPath")) {
            ("Latest", _) => hash(sets.latest()),
            ("Stable", _) => hash(sets.stable()),
            (_, path) if !path.is_empty() => {
                field(rollout, path).ok_or_else(|| format!("invalid path {path} in rollout"))?
            }
            _ => text_of(arg.at("value")).unwrap_or_default(),
        };
        found.push(object! { "name" => arg.str_at("name"), "value" => value });
    }
    Ok(found)
}

/// The templates' own arguments with those that are given.
pub(crate) fn merged(given: &[Value], own: &[Value]) -> Result<Vec<Value>, String> {
    let mut all: Vec<Value> = Vec::new();
    for arg in own {
        let name = arg.str_at("name");
        match all.iter_mut().find(|one| one.str_at("name") == name) {
            Some(old) => {
                let (a, b) = (text_of(old.at("value")), text_of(arg.at("value")));
                if let (Some(a), Some(b)) = (&a, &b)
                    && a != b
                {
                    return Err(format!(
                        "Argument `{name}` specified multiple times with different values: '{a}', '{b}'"
                    ));
                }
                if a.is_none() {
                    *old = arg.clone();
                }
            }
            None => all.push(arg.clone()),
        }
    }
    for arg in given {
        if let Some(old) = all.iter_mut().find(|one| one.str_at("name") == arg.str_at("name")) {
            for part in ["value", "valueFrom"] {
                if !arg.at(part).is_null() {
                    old.put(part, arg.at(part).clone());
                }
            }
        }
    }
    match all.iter().find(|arg| arg.at("value").is_null() && arg.at("valueFrom").is_null()) {
        Some(arg) => Err(format!("args.{} was not resolved", arg.str_at("name"))),
        None => Ok(all),
    }
}

/// The values of a run's arguments, with those of secrets; and the secrets among them.
pub(crate) fn values(store: &Store, namespace: &str, args: &[Value]) -> Result<(Values, Vec<String>), String> {
    let (mut found, mut hidden) = (Vec::new(), Vec::new());
    for arg in args {
        let reference = arg.at("valueFrom.secretKeyRef");
        let value = if reference.is_null() {
            text_of(arg.at("value")).unwrap_or_default()
        } else {
            let (name, key) = (reference.str_at("name"), reference.str_at("key"));
            let secret = store.get(SECRET, namespace, name).ok_or_else(|| format!("secrets \"{name}\" not found"))?;
            let data = secret.value.at("data").get(key).and_then(Value::as_str);
            let data = data.ok_or_else(|| format!("key '{key}' does not exist in secret '{name}'"))?;
            let text = String::from_utf8_lossy(&base64::decode(data).unwrap_or_default()).into_owned();
            hidden.push(text.clone());
            text
        };
        found.push((arg.str_at("name").to_string(), value));
    }
    Ok((found, hidden))
}

/// A value with its `{{args.…}}` filled in.
pub(crate) fn filled(value: &Value, args: &[(String, String)]) -> Result<Value, String> {
    match value {
        Value::Str(text) if text.contains("{{") => fill_text(text, args).map(Value::from),
        Value::List(items) => {
            items.iter().map(|item| filled(item, args)).collect::<Result<Vec<Value>, String>>().map(Value::list)
        }
        Value::Map(entries) => {
            let mut made = Value::map();
            for (key, item) in entries.iter() {
                made.put(key, filled(item, args)?);
            }
            Ok(made)
        }
        other => Ok(other.clone()),
    }
}

fn fill_text(text: &str, args: &[(String, String)]) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let Some((tag, more)) = after.split_once("}}") else {
            out.push_str("{{");
            rest = after;
            continue;
        };
        let name = tag.trim();
        let own = name.strip_prefix("args.").and_then(|name| args.iter().find(|(own, _)| own == name));
        match own {
            Some((_, value)) => out.push_str(value),
            None => return Err(["failed to resolve {{", name, "}}"].concat()),
        }
        rest = more;
    }
    out.push_str(rest);
    Ok(out)
}
