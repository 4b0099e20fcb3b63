//! Patches into objects: JSON merge patch (RFC 7386) and Kubernetes' strategic merge patch.

use crate::map::Map;
use crate::value::Value;
use order::Arrange;
use std::fmt;

/// How a list field takes a patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeRule {
    /// The patch's list stands for the whole list.
    Replace,
    /// Items are maps, matched by this key.
    ByKey(&'static str),
    /// Items are plain values, merged as a set.
    Primitive,
}

/// Kubernetes 1.32, `patchStrategy` and `patchMergeKey` of the API types. `parent` is the nearest named field around.
pub fn merge_rule(kind: &str, parent: &str, field: &str) -> MergeRule {
    let container = matches!(parent, "containers" | "initContainers" | "ephemeralContainers");
    match (parent, field) {
        (_, "ports") if container => MergeRule::ByKey("containerPort"),
        (_, "env") if container => MergeRule::ByKey("name"),
        (_, "volumeMounts") if container => MergeRule::ByKey("mountPath"),
        (_, "volumeDevices") if container => MergeRule::ByKey("devicePath"),
        ("spec", "ports") if kind == "Service" => MergeRule::ByKey("port"),
        ("spec", "containers" | "initContainers" | "ephemeralContainers" | "volumes" | "imagePullSecrets") => {
            MergeRule::ByKey("name")
        }
        ("spec", "schedulingGates" | "resourceClaims") => MergeRule::ByKey("name"),
        ("spec", "hostAliases") => MergeRule::ByKey("ip"),
        ("spec", "topologySpreadConstraints") => MergeRule::ByKey("topologyKey"),
        ("spec", "podCIDRs") | ("metadata", "finalizers") => MergeRule::Primitive,
        ("metadata", "ownerReferences") => MergeRule::ByKey("uid"),
        ("status", "conditions" | "addresses") => MergeRule::ByKey("type"),
        ("status", "podIPs" | "hostIPs") => MergeRule::ByKey("ip"),
        ("", "secrets" | "imagePullSecrets") => MergeRule::ByKey("name"),
        _ => MergeRule::Replace,
    }
}

/// Whether a map field keeps only the keys that a patch lists under `$retainKeys`.
pub(crate) fn retains_keys(kind: &str, parent: &str, field: &str) -> bool {
    (kind == "Deployment" && parent == "spec" && field == "strategy") || field == "volumes"
}

/// Why a patch does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatchError(pub String);

impl fmt::Display for PatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for PatchError {}

/// RFC 7386: `null` removes, maps merge, all else replaces.
pub fn json_merge(target: &Value, patch: &Value) -> Value {
    let Some(patch) = patch.as_map() else {
        return patch.clone();
    };
    let mut out = target.as_map().map_or_else(Value::map, |_| target.clone());
    for (key, change) in patch.iter() {
        if change.is_null() {
            if out.get(key).is_some() {
                out.make_map().remove(key);
            }
        } else {
            let merged = json_merge(out.get(key).unwrap_or(Value::null()), change);
            out.put(key, merged);
        }
    }
    out
}

/// Applies a strategic merge patch to an object of `kind`.
pub fn strategic_merge(kind: &str, target: &Value, patch: &Value) -> Result<Value, PatchError> {
    let merger = Merger { kind };
    let (Some(_), Some(patch)) = (target.as_map(), patch.as_map()) else {
        return Err(PatchError("Invalid JSON document".into()));
    };
    merger.map(target, patch, "")
}

struct Merger<'k> {
    kind: &'k str,
}

const PATCH: &str = "$patch";
const RETAIN: &str = "$retainKeys";
const ORDER: &str = "$setElementOrder/";
const DELETE: &str = "$deleteFromPrimitiveList/";

fn directive(patch: &Map) -> Result<Option<&str>, PatchError> {
    match patch.get(PATCH).map(|value| value.as_str()) {
        None => Ok(None),
        Some(Some(name @ ("replace" | "delete" | "merge"))) => Ok(Some(name)),
        Some(other) => Err(PatchError(format!("unknown patch type: {}", other.unwrap_or("<nil>")))),
    }
}

/// A value as Go's `%+v` prints maps and slices: `map[a:[1 2]]`.
pub fn go_map(value: &Value) -> String {
    match value {
        Value::Map(map) => {
            let pairs: Vec<String> = map.iter().map(|(key, value)| format!("{key}:{}", go_map(value))).collect();
            format!("map[{}]", pairs.join(" "))
        }
        Value::List(items) => format!("[{}]", items.iter().map(go_map).collect::<Vec<_>>().join(" ")),
        Value::Str(text) => text.to_string(),
        Value::Null => "<nil>".into(),
        other => other.to_json(),
    }
}

/// apimachinery `validatePatchWithSetOrderList`: what a patch adds must stand in its order of elements, and in that order.
fn in_order(list: Option<&Value>, order: &Value, rule: MergeRule) -> Result<(), PatchError> {
    let Some(list) = list.filter(|list| list.as_list().is_some()) else { return Ok(()) };
    let id = |item: &Value| match rule {
        MergeRule::ByKey(key) => item.get(key).cloned().unwrap_or_default(),
        _ => item.clone(),
    };
    let mut named = order.items().iter();
    let added = list.items().iter().filter(|item| item.get(PATCH).is_none());
    for item in added {
        if !named.any(|other| id(other) == id(item)) {
            let (list, order) = (go_map(list), go_map(order));
            let told = format!("The order in patch list:\n{list}\n doesn't match $setElementOrder list:\n{order}\n");
            return Err(PatchError(told));
        }
    }
    Ok(())
}

impl Merger<'_> {
    fn map(&self, target: &Value, patch: &Map, parent: &str) -> Result<Value, PatchError> {
        match directive(patch)? {
            Some("replace") => {
                let mut out = patch.clone();
                out.remove(PATCH);
                return Ok(out.into());
            }
            Some("delete") => return Ok(Value::map()),
            _ => {}
        }
        let mut out = target.as_map().map_or_else(Value::map, |_| target.clone());
        if let Some(keep) = patch.get(RETAIN) {
            let gone = |key: &str| !keep.items().iter().any(|item| item.as_str() == Some(key));
            if out.entries().keys().any(|key| gone(key)) {
                out.make_map().retain(|key, _| !gone(key));
            }
        }
        for (key, gone) in patch.iter().filter_map(|(key, gone)| Some((key.strip_prefix(DELETE)?, gone))) {
            let left = out.get(key).unwrap_or(Value::null()).items().iter().filter(|item| !gone.items().contains(item));
            let left: Value = left.cloned().collect();
            out.put(key, left);
        }
        for (key, order) in patch.iter().filter_map(|(key, order)| Some((key.strip_prefix(ORDER)?, order))) {
            in_order(patch.get(key), order, merge_rule(self.kind, parent, key))?;
        }
        for (key, change) in patch.iter().filter(|(key, _)| !key.starts_with('$')) {
            self.field(&mut out, key, change, parent)?;
        }
        for (key, order) in patch.iter().filter_map(|(key, order)| Some((key.strip_prefix(ORDER)?, order))) {
            if let Some(list) = out.get(key) {
                let known = target.get(key).unwrap_or(Value::null());
                let sorted = self.ordered(list, known, order, merge_rule(self.kind, parent, key));
                out.put(key, sorted);
            }
        }
        Ok(out)
    }

    fn field(&self, out: &mut Value, key: &str, change: &Value, parent: &str) -> Result<(), PatchError> {
        if change.is_null() {
            if out.get(key).is_some() {
                out.make_map().remove(key);
            }
            return Ok(());
        }
        let have = out.get(key).unwrap_or(Value::null()).clone();
        let merged = match change {
            Value::Map(change) => self.map(&have, change, key)?,
            Value::List(change) => match merge_rule(self.kind, parent, key) {
                MergeRule::Replace => Value::List(change.clone()),
                MergeRule::Primitive => {
                    let fresh = change.iter().filter(|item| !have.items().contains(item));
                    let all: Value = have.items().iter().chain(fresh).cloned().collect();
                    self.ordered(&all, &have, &Value::List(change.clone()), MergeRule::Primitive)
                }
                MergeRule::ByKey(merge_key) => self.list(&have, change, merge_key, key)?,
            },
            plain => plain.clone(),
        };
        out.put(key, merged);
        Ok(())
    }

    fn list(&self, have: &Value, change: &[Value], merge_key: &'static str, field: &str) -> Result<Value, PatchError> {
        let mut items: Vec<Value> = have.items().to_vec();
        let replaces = |item: &&Value| item.str_at(PATCH) == "replace" && item.get(merge_key).is_none();
        if change.iter().any(|item| replaces(&item)) {
            let kept = change.iter().filter(|item| !replaces(item));
            return kept.map(|item| self.map(&Value::Null, item.entries(), field)).collect();
        }
        for item in change {
            let Some(patch) = item.as_map() else {
                return Err(PatchError(format!("invalid patch format: {}", item.to_json())));
            };
            let Some(id) = patch.get(merge_key) else {
                let shown = go_map(item);
                return Err(PatchError(format!("map: {shown} does not contain declared merge key: {merge_key}")));
            };
            let at = items.iter().position(|old| old.get(merge_key) == Some(id));
            match (directive(patch)?, at) {
                (Some("delete"), at) => {
                    if let Some(at) = at {
                        items.remove(at);
                    }
                }
                (_, Some(at)) => items[at] = self.map(&items[at].clone(), patch, field)?,
                (_, None) => items.push(self.map(&Value::Null, patch, field)?),
            }
        }
        // apimachinery `mergeSlice`: what the patch names stands in the patch's order.
        let order: Value = change.iter().filter(|item| item.get(PATCH).is_none()).cloned().collect();
        Ok(self.ordered(&Value::list(items), have, &order, MergeRule::ByKey(merge_key)))
    }

    /// apimachinery `normalizeElementOrder`: the patch's order wins, items that only the server has keep their places.
    fn ordered(&self, list: &Value, known: &Value, order: &Value, rule: MergeRule) -> Value {
        let id = |item: &Value| match rule {
            MergeRule::ByKey(key) => item.get(key).cloned().unwrap_or_default(),
            _ => item.clone(),
        };
        let place = |item: &Value, among: &[Value]| among.iter().position(|other| id(other) == id(item));
        let (mut wanted, mut extra): (Vec<&Value>, Vec<&Value>) =
            list.items().iter().partition(|item| place(item, order.items()).is_some());
        wanted.arrange_by_key(|item| place(item, order.items()));
        extra.arrange_by_key(|item| place(item, known.items()));
        let (mut left, mut right) = (extra.into_iter().peekable(), wanted.into_iter().peekable());
        let mut out = Vec::with_capacity(list.items().len());
        while let Some(next) = match (left.peek(), right.peek()) {
            (Some(l), Some(r)) => {
                let both = place(l, known.items()).zip(place(r, known.items()));
                if both.is_some_and(|(l, r)| l < r) { left.next() } else { right.next() }
            }
            (Some(_), None) => left.next(),
            (None, _) => right.next(),
        } {
            out.push(next.clone());
        }
        Value::list(out)
    }
}
