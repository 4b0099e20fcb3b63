//! Config maps, namespaces, and kinds without a description of their own.

use super::parts::{Writer, annotations, labels};
use cluster::Object;
use manifest::Value;

pub(super) fn config_map(map: &Object, w: &mut Writer) {
    head(map, w);
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

fn head(object: &Object, w: &mut Writer) {
    w.pair(0, "Name", object.name());
    if !object.namespace().is_empty() {
        w.pair(0, "Namespace", object.namespace());
    }
    labels(w, "Labels", object.labels());
    annotations(w, "Annotations", object.value.map_at("metadata.annotations"));
}

pub(super) fn namespace(namespace: &Object, w: &mut Writer) {
    head(namespace, w);
    w.pair(0, "Status", namespace.value.str_at("status.phase"));
    w.line(0, "");
    w.line(0, "No resource quota.");
    w.line(0, "");
    w.line(0, "No LimitRange resource.");
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

/// `apiVersion` becomes `API Version`, `syncPolicy` becomes `Sync Policy`.
fn words(name: &str) -> String {
    let mut out = String::new();
    for (at, c) in name.chars().enumerate() {
        if at == 0 {
            out.push(c.to_ascii_uppercase());
        } else {
            if c.is_ascii_uppercase() {
                out.push(' ');
            }
            out.push(c);
        }
    }
    out.replace("Api ", "API ").replace("Uid", "UID").replace(" U R L", " URL")
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
