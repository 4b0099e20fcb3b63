//! Config maps, secrets, namespaces, and kinds without a description of their own.

use super::super::kube::Kube;
use super::limits;
use super::parts::{Writer, annotations, head, labels, time};
use cluster::{Object, base64};
use manifest::Value;

pub(super) fn config_map(map: &Object, w: &mut Writer) {
    head(w, map);
    w.line(0, "");
    w.line(0, "Data");
    w.line(0, "====");
    for (key, value) in map.value.map_at("data").iter() {
        w.line(0, &format!("{key}:"));
        w.line(0, "----");
        w.line(0, value.as_str().unwrap_or(""));
        w.line(0, "");
    }
    w.line(0, "");
    w.line(0, "BinaryData");
    w.line(0, "====");
    for (key, value) in map.value.map_at("binaryData").iter() {
        let bytes = value.as_str().unwrap_or("").trim_end_matches('=').len() * 3 / 4;
        w.line(0, &format!("{key}: {bytes} bytes"));
    }
    w.line(0, "");
}

pub(super) fn secret(secret: &Object, w: &mut Writer) {
    head(w, secret);
    let kind = secret.value.str_at("type");
    w.line(0, "");
    w.pair(0, "Type", kind);
    w.line(0, "");
    w.line(0, "Data");
    w.line(0, "====");
    // Unlike kubectl: the keys stand in order; the real client takes them as a map gives them.
    for (key, value) in secret.value.map_at("data").iter() {
        let bytes = base64::decode(value.as_str().unwrap_or("")).unwrap_or_default();
        if key.as_ref() == "token" && kind == "kubernetes.io/service-account-token" {
            w.pair(0, key, String::from_utf8_lossy(&bytes));
        } else {
            w.pair(0, key, format!("{} bytes", bytes.len()));
        }
    }
}

pub(super) fn namespace(kube: &Kube<'_, '_>, namespace: &Object, w: &mut Writer) {
    head(w, namespace);
    w.pair(0, "Status", namespace.value.str_at("status.phase"));
    let conditions = namespace.value.list_at("status.conditions");
    if !conditions.is_empty() {
        w.line(0, "Conditions:");
        w.line(1, "Type	Status	LastTransitionTime	Reason	Message");
        w.line(1, "----	------	------------------	------	-------");
        for condition in conditions {
            let text = |field: &str| condition.str_at(field);
            let since = time(condition, "lastTransitionTime");
            w.line(1, &format!("{}	{}	{since}	{}	{}", text("type"), text("status"), text("reason"), text("message")));
        }
    }
    limits::of_namespace(kube, namespace.name(), w);
}

/// kubectl's generic describer: fields by their names in words, maps indented.
pub(super) fn any(object: &Object, w: &mut Writer) {
    w.pair(0, "Name", object.name());
    w.pair(0, "Namespace", object.namespace());
    labels(w, "Labels", object.labels());
    annotations(w, "Annotations", object.value.map_at("metadata.annotations"));
    let mut value = object.value.clone();
    for field in ["name", "namespace", "labels", "annotations", "managedFields"] {
        value.remove(&format!("metadata.{field}"));
    }
    fields(w, 0, &value);
}

/// `apiVersion` becomes `API Version`, `syncPolicy` becomes `Sync Policy`; a name with other signs stays as it is.
fn words(name: &str) -> String {
    if name.chars().any(|c| !c.is_alphabetic() && c != '-') {
        return name.to_string();
    }
    let letters: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    for (at, c) in letters.iter().enumerate() {
        let upper = |at: usize| letters.get(at).is_some_and(|c| c.is_uppercase());
        // A word begins with a capital after a small letter, or with the last of several capitals.
        let begins = at == 0
            || *c == '-'
            || letters[at - 1] == '-'
            || (c.is_uppercase() && (!upper(at - 1) || letters.get(at + 1).is_some_and(|next| next.is_lowercase())));
        if begins {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(*c);
        }
    }
    for word in &mut words {
        let capitals = word.to_uppercase();
        if matches!(capitals.as_str(), "API" | "URL" | "UID" | "OSB" | "GUID") {
            *word = capitals;
        } else if let Some(first) = word.chars().next() {
            *word = first.to_uppercase().chain(word.chars().skip(1)).collect();
        }
    }
    words.join(" ")
}

const DEPTH_MAX: usize = 12;

fn fields(w: &mut Writer, level: usize, value: &Value) {
    if level > DEPTH_MAX {
        return;
    }
    for (key, inner) in value.entries().iter() {
        let name = words(key);
        match inner {
            Value::Map(_) => {
                w.line(level, &format!("{name}:"));
                fields(w, level + 1, inner);
            }
            Value::List(items) => {
                w.line(level, &format!("{name}:"));
                for item in items.iter() {
                    if item.as_map().is_some() {
                        fields(w, level + 1, item);
                    } else {
                        w.line(level + 1, &scalar(item));
                    }
                }
            }
            other => w.pair(level, &name, scalar(other)),
        }
    }
}

fn scalar(value: &Value) -> String {
    match value {
        Value::Str(text) => text.to_string(),
        Value::Null => "<nil>".into(),
        other => other.to_json(),
    }
}
