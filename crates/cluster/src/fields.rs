//! Sets of fields, as `metadata.managedFields` keeps them (FieldsV1 of `sigs.k8s.io/structured-merge-diff`).

use manifest::{MergeRule, Value, merge_rule};
use order::OrdSet;

/// The steps to a field: `f:spec`, `k:{"name":"web"}`, `v:"x"`; `.` is the item itself.
pub(crate) type Path = Vec<String>;
pub(crate) type Paths = OrdSet<Path>;

/// What nobody owns.
fn unowned(path: &[String]) -> bool {
    let steps: Vec<&str> = path.iter().map(String::as_str).collect();
    matches!(steps[..], ["f:apiVersion" | "f:kind" | "f:status", ..])
        || matches!(
            steps[..],
            [
                "f:metadata",
                "f:name"
                    | "f:namespace"
                    | "f:creationTimestamp"
                    | "f:uid"
                    | "f:resourceVersion"
                    | "f:generation"
                    | "f:managedFields",
                ..
            ]
        )
}

/// The keys by which an item of a list is known.
fn item_key(item: &Value, key: &str) -> String {
    let mut id = Value::map();
    id.put(key, item.at(key).clone());
    if matches!(key, "containerPort" | "port") {
        let protocol = item.str_at("protocol");
        id.put("protocol", if protocol.is_empty() { "TCP" } else { protocol });
    }
    format!("k:{}", id.to_json())
}

/// All fields of an object.
pub(crate) fn of(kind: &str, value: &Value) -> Paths {
    let mut paths = Paths::new();
    walk(kind, value, "", &mut Vec::new(), &mut paths);
    paths
}

fn walk(kind: &str, value: &Value, parent: &str, path: &mut Path, out: &mut Paths) {
    let Some(map) = value.as_map().filter(|map| !map.is_empty()) else {
        if !path.is_empty() && !unowned(path) {
            out.insert(path.clone());
        }
        return;
    };
    for (key, child) in map.iter() {
        path.push(format!("f:{key}"));
        match (child.as_list(), merge_rule(kind, parent, key)) {
            (Some(items), MergeRule::ByKey(by)) if items.iter().all(|item| !item.at(by).is_null()) => {
                for item in items {
                    path.push(item_key(item, by));
                    path.push(".".into());
                    out.insert(path.clone());
                    path.pop();
                    walk(kind, item, key, path, out);
                    path.pop();
                }
            }
            (Some(items), MergeRule::Primitive) => {
                for item in items {
                    path.push(format!("v:{}", item.to_json()));
                    out.insert(path.clone());
                    path.pop();
                }
            }
            _ => walk(kind, child, key, path, out),
        }
        path.pop();
    }
}

/// Nested maps, as they are stored.
pub(crate) fn stored(paths: &Paths) -> Value {
    let mut out = Value::map();
    for path in paths.iter() {
        let mut here = &mut out;
        for step in path {
            here = here.make_map().entry(step);
            if here.as_map().is_none() {
                *here = Value::map();
            }
        }
    }
    out
}

pub(crate) fn read(stored: &Value) -> Paths {
    fn visit(value: &Value, path: &mut Path, out: &mut Paths) {
        if value.entries().is_empty() && !path.is_empty() {
            out.insert(path.clone());
        }
        for (step, inner) in value.entries().iter() {
            path.push(step.to_string());
            visit(inner, path, out);
            path.pop();
        }
    }
    let mut out = Paths::new();
    visit(stored, &mut Vec::new(), &mut out);
    out
}

/// The place of an item in a list.
fn index(items: &[Value], step: &str) -> Option<usize> {
    if let Some(id) = step.strip_prefix("k:") {
        let id = Value::from_json(id).ok()?;
        let same = |item: &Value| {
            id.entries()
                .iter()
                .all(|(key, wanted)| item.get(key) == Some(wanted) || (&**key == "protocol" && item.get(key).is_none()))
        };
        return items.iter().position(same);
    }
    let wanted = Value::from_json(step.strip_prefix("v:")?).ok()?;
    items.iter().position(|item| *item == wanted)
}

pub(crate) fn get<'v>(value: &'v Value, path: &[String]) -> Option<&'v Value> {
    let mut here = value;
    for step in path {
        here = match step.strip_prefix("f:") {
            Some(key) => here.get(key)?,
            None if step == "." => return Some(Value::null()),
            None => &here.items()[index(here.items(), step)?],
        };
    }
    Some(here)
}

/// Takes a field out.
pub(crate) fn remove(value: &mut Value, path: &[String]) {
    let item = path.last().is_some_and(|step| step == ".");
    let path = if item { &path[..path.len() - 1] } else { path };
    let Some((last, above)) = path.split_last() else { return };
    if get(value, path).is_none() {
        return;
    }
    let mut here = value;
    for step in above {
        here = match step.strip_prefix("f:") {
            Some(key) => here.make_map().entry(key),
            None => {
                let Some(at) = index(here.items(), step) else { return };
                &mut here.make_list()[at]
            }
        };
    }
    match last.strip_prefix("f:") {
        Some(key) => drop(here.make_map().remove(key)),
        None => {
            if let Some(at) = index(here.items(), last) {
                here.make_list().remove(at);
            }
        }
    }
}

/// `.spec.template.spec.containers[name="web"].image`
pub(crate) fn shown(path: &[String]) -> String {
    let mut out = String::new();
    for step in path.iter().filter(|step| *step != ".") {
        match step.strip_prefix("f:") {
            Some(key) => out.push_str(&format!(".{key}")),
            None => {
                let id = step.strip_prefix("k:").and_then(|id| Value::from_json(id).ok());
                match id {
                    Some(id) => {
                        let pairs: Vec<String> =
                            id.entries().iter().map(|(key, value)| format!("{key}={}", value.to_json())).collect();
                        out.push_str(&format!("[{}]", pairs.join(",")));
                    }
                    None => out.push_str(&format!("[={}]", step.strip_prefix("v:").unwrap_or(step))),
                }
            }
        }
    }
    out
}
