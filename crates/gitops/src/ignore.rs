//! `ignoreDifferences`: fields that nobody compares, and the system's own (`util/argo/normalizers`).

use crate::glob::fits;
use manifest::Value;

/// One rule of `spec.ignoreDifferences`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ignore {
    group: String,
    kind: String,
    name: String,
    namespace: String,
    pointers: Vec<String>,
    managers: Vec<String>,
}

impl Ignore {
    /// Reads all of them.
    pub(crate) fn read(spec: &Value) -> Result<Vec<Self>, String> {
        spec.list_at("ignoreDifferences").iter().map(Self::one).collect()
    }

    #[inline(never)]
    fn one(rule: &Value) -> Result<Self, String> {
        if !rule.at("jqPathExpressions").is_null() {
            return Err(
                "spec.ignoreDifferences.jqPathExpressions is real Argo CD, but not part of this sandbox yet".into()
            );
        }
        let text = |path: &str| rule.str_at(path).to_string();
        let texts = |path: &str| rule.list_at(path).iter().filter_map(Value::as_str).map(str::to_string).collect();
        Ok(Self {
            group: text("group"),
            kind: text("kind"),
            name: text("name"),
            namespace: text("namespace"),
            pointers: texts("jsonPointers"),
            managers: texts("managedFieldsManagers"),
        })
    }

    fn is_for(&self, group: &str, object: &Value) -> bool {
        let named = |wanted: &str, have: &str| wanted.is_empty() || wanted == have;
        fits(&self.group, group, None)
            && fits(&self.kind, object.str_at("kind"), None)
            && named(&self.name, object.str_at("metadata.name"))
            && named(&self.namespace, object.str_at("metadata.namespace"))
    }
}

/// The fields of an object that are ignored, each as its steps.
#[inline(never)]
pub(crate) fn ignored(rules: &[Ignore], group: &str, live: &Value) -> Vec<Vec<Step>> {
    let mut paths = Vec::new();
    for rule in rules.iter().filter(|rule| rule.is_for(group, live)) {
        paths.extend(rule.pointers.iter().map(|pointer| steps(pointer)));
        for entry in live.list_at("metadata.managedFields") {
            if rule.managers.iter().any(|manager| manager == entry.str_at("manager")) {
                owned(entry.at("fieldsV1"), &mut Vec::new(), &mut paths);
            }
        }
    }
    paths
}

/// From a value to one in it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    /// A field's name, or a place in a list.
    Name(String),
    /// The item of a list that has these fields.
    Item(Value),
}

fn steps(pointer: &str) -> Vec<Step> {
    let parts = pointer.split('/').skip(1);
    parts.map(|part| Step::Name(part.replace("~1", "/").replace("~0", "~"))).collect()
}

/// The leaves of `fieldsV1`.
#[inline(never)]
fn owned(fields: &Value, at: &mut Vec<Step>, paths: &mut Vec<Vec<Step>>) {
    let mut inner = false;
    for (key, below) in fields.entries().iter() {
        let step = match key.split_once(':') {
            Some(("f", name)) => Step::Name(name.to_string()),
            Some(("k", keys)) => Step::Item(Value::from_json(keys).unwrap_or_default()),
            _ => continue,
        };
        inner = true;
        at.push(step);
        owned(below, at, paths);
        at.pop();
    }
    if !inner && !at.is_empty() {
        paths.push(at.clone());
    }
}

fn place(list: &[Value], step: &Step) -> Option<usize> {
    match step {
        Step::Name(name) => name.parse().ok().filter(|at| *at < list.len()),
        Step::Item(keys) => {
            list.iter().position(|item| keys.entries().iter().all(|(key, value)| item.get(key) == Some(value)))
        }
    }
}

fn child<'v>(value: &'v Value, step: &Step) -> Option<&'v Value> {
    match (value.as_list(), step) {
        (Some(list), step) => list.get(place(list, step)?),
        (None, Step::Name(name)) => value.get(name),
        (None, Step::Item(_)) => None,
    }
}

fn get<'v>(value: &'v Value, path: &[Step]) -> Option<&'v Value> {
    path.iter().try_fold(value, child)
}

/// Takes a field away; what is not there stays so.
#[inline(never)]
pub(crate) fn remove(value: &mut Value, path: &[Step]) {
    let Some((step, rest)) = path.split_first() else { return };
    if child(value, step).is_none() {
        return;
    }
    if value.as_list().is_some() {
        let list = value.make_list();
        let Some(at) = place(list, step) else { return };
        if rest.is_empty() {
            list.remove(at);
        } else {
            remove(&mut list[at], rest);
        }
    } else if let Step::Name(name) = step {
        if rest.is_empty() {
            value.make_map().remove(name);
        } else if let Some(inner) = value.make_map().get_mut(name) {
            remove(inner, rest);
        }
    }
}

/// `RespectIgnoreDifferences`: the manifest with what the live object has in its ignored fields.
pub(crate) fn respect(target: &mut Value, live: &Value, paths: &[Vec<Step>]) {
    for path in paths.iter().filter(|path| path.first() != Some(&Step::Name("status".into()))) {
        match get(live, path) {
            Some(value) => put(target, path, value),
            None => remove(target, path),
        }
    }
}

#[inline(never)]
fn put(target: &mut Value, path: &[Step], value: &Value) {
    let Some((step, rest)) = path.split_first() else {
        *target = value.clone();
        return;
    };
    if target.as_list().is_some() {
        let list = target.make_list();
        if let Some(at) = place(list, step) {
            put(&mut list[at], rest, value);
        }
    } else if let Step::Name(name) = step {
        if target.get(name).is_none() && !rest.is_empty() {
            target.put(name, Value::map());
        }
        match target.make_map().get_mut(name) {
            Some(inner) => put(inner, rest, value),
            None => target.put(name, value.clone()),
        }
    }
}

/// An object without what is never compared and what is ignored.
#[inline(never)]
pub(crate) fn compared(object: &Value, paths: &[Vec<Step>]) -> Value {
    const NEVER: [&str; 4] = ["status", "metadata.generation", "metadata.resourceVersion", "metadata.managedFields"];
    let mut bare = object.clone();
    for path in NEVER {
        bare.remove(path);
    }
    if bare.at("metadata").get("annotations").is_some() {
        bare.at_mut("metadata.annotations").make_map().remove("kubectl.kubernetes.io/last-applied-configuration");
    }
    for path in paths {
        remove(&mut bare, path);
    }
    bare
}

#[cfg(test)]
mod tests {
    use super::{Ignore, compared, ignored, respect};
    use manifest::Value;

    fn yaml(text: &str) -> Value {
        Value::from_yaml(text).expect("a valid text")
    }

    #[test]
    fn pointers_and_managers_name_what_is_ignored() {
        let spec = yaml(
            "ignoreDifferences:\n- {group: apps, kind: Deployment, jsonPointers: [/spec/replicas, /spec/list/1/a~1b]}\n- {group: '*', kind: '*', managedFieldsManagers: [hpa]}\n- {kind: Service, jsonPointers: [/spec/type]}",
        );
        let rules = Ignore::read(&spec).expect("the rules are here");
        let live = yaml(
            "kind: Deployment\nmetadata: {name: web, managedFields: [{manager: hpa, fieldsV1: {'f:spec': {'f:max': {}, 'f:ports': {'k:{\"port\":80}': {'f:name': {}}}}}}]}\nspec: {replicas: 5, max: 9, type: x, list: [1, {a/b: 2, c: 3}], ports: [{port: 80, name: a}]}",
        );
        let paths = ignored(&rules, "apps", &live);
        assert_eq!(paths.len(), 4);
        let bare = compared(&live, &paths);
        assert_eq!(bare.at("spec").to_json(), r#"{"list":[1,{"c":3}],"ports":[{"port":80}],"type":"x"}"#);
        let mut target = yaml("kind: Deployment\nspec: {replicas: 3, list: [1, {c: 4}], ports: [{port: 80, name: b}]}");
        respect(&mut target, &live, &paths);
        let spec = r#"{"list":[1,{"a/b":2,"c":4}],"max":9,"ports":[{"name":"a","port":80}],"replicas":5}"#;
        assert_eq!(target.at("spec").to_json(), spec);
    }
}
