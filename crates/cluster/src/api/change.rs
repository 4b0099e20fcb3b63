//! One short sentence about a change, for the log of what happened.

use manifest::Value;

/// What is different between two versions of an object.
pub(super) fn describe(old: &Value, new: &Value) -> String {
    let mut told = Vec::new();
    let (was, is) = (old.at("spec.replicas"), new.at("spec.replicas"));
    if was != is {
        told.push(format!("scaled from {} to {}", shown(was), shown(is)));
    }
    let containers =
        if new.at("spec.template").is_null() { "spec.containers" } else { "spec.template.spec.containers" };
    for container in new.list_at(containers) {
        let before = old.list_at(containers).iter().find(|other| other.at("name") == container.at("name"));
        let Some(before) = before else {
            told.push(format!("container {} added", container.str_at("name")));
            continue;
        };
        let (was, is) = (before.str_at("image"), container.str_at("image"));
        if was != is {
            told.push(format!("image of {} changed from {was} to {is}", container.str_at("name")));
        }
    }
    if told.is_empty() {
        told.push(format!("{} changed", first_difference(old, new)));
    }
    told.join(", ")
}

fn shown(value: &Value) -> String {
    value.as_i64().map_or_else(|| "nothing".into(), |n| n.to_string())
}

/// The path of the first part that differs, down to where it is one field.
fn first_difference(old: &Value, new: &Value) -> String {
    let (mut old, mut new, mut path) = (old, new, String::new());
    for _ in 0..6 {
        let keys = new.entries().keys().chain(old.entries().keys());
        let mut wrong = keys
            .filter(|key| !matches!(key.as_ref(), "metadata" | "status"))
            .filter(|key| old.get(key) != new.get(key));
        let (Some(key), more) = (wrong.next(), wrong.find(|key| new.get(key).is_some())) else { break };
        if more.is_some_and(|other| other != key) {
            break;
        }
        path = if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
        old = old.get(key).unwrap_or(Value::null());
        new = new.get(key).unwrap_or(Value::null());
    }
    if path.is_empty() { "object".into() } else { path }
}
