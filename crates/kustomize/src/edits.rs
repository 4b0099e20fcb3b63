//! What Argo CD's `spec.source.kustomize` writes into the folder's kustomization before it is built (`kustomize edit …`).

use crate::images;
use manifest::{Value, object};

pub(crate) fn edit(file: &mut Value, source: &Value) {
    for field in ["namePrefix", "nameSuffix", "namespace"] {
        if !source.str_at(field).is_empty() {
            file.put(field, source.str_at(field));
        }
    }
    for field in ["commonLabels", "commonAnnotations"] {
        for (key, value) in source.map_at(field).iter() {
            file.at_mut(field).put(key, value.clone());
        }
    }
    for image in source.list_at("images") {
        set_by_name(file, "images", image_of(image.as_str().unwrap_or("")));
    }
    for replica in source.list_at("replicas") {
        let count = replica.at("count");
        let count = count.as_i64().or_else(|| count.as_str()?.parse().ok()).unwrap_or(0);
        set_by_name(file, "replicas", object! { "name" => replica.str_at("name"), "count" => count });
    }
    for field in ["patches", "components"] {
        for one in source.list_at(field) {
            file.at_mut(field).make_list().push(one.clone());
        }
    }
}

fn set_by_name(file: &mut Value, field: &str, entry: Value) {
    let list = file.at_mut(field).make_list();
    match list.iter_mut().find(|have| have.get("name") == entry.get("name")) {
        Some(have) => *have = entry,
        None => list.push(entry),
    }
}

/// `name=new:tag`, `name:tag`, `name@digest`: as `kustomize edit set image` reads it.
fn image_of(text: &str) -> Value {
    let (name, new) = match text.split_once('=') {
        Some((name, new)) => (Some(name), new),
        None => (None, text),
    };
    let (new_name, tag, digest) = images::split(new);
    let mut out = object! { "name" => name.unwrap_or(&new_name) };
    if name.is_some_and(|name| name != new_name) {
        out.put("newName", new_name);
    }
    for (field, part) in [("newTag", tag), ("digest", digest)] {
        if !part.is_empty() {
            out.put(field, part);
        }
    }
    out
}
