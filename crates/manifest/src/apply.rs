//! Patches out of objects: what `kubectl apply` sends, from the last applied, the new and the live object.

use crate::map::Map;
use crate::strategic::{MergeRule, merge_rule, retains_keys};
use crate::value::Value;
use std::sync::Arc;

/// The JSON merge patch that leads from one value to the other.
pub fn json_merge_diff(from: &Value, to: &Value) -> Value {
    let mut patch = Map::new();
    for (key, old) in from.entries().iter() {
        match to.get(key) {
            None => {
                patch.insert(key.clone(), Value::Null);
            }
            Some(new) if new == old => {}
            Some(new) if new.as_map().is_some() && old.as_map().is_some() => {
                patch.insert(key.clone(), json_merge_diff(old, new));
            }
            Some(new) => {
                patch.insert(key.clone(), new.clone());
            }
        }
    }
    for (key, new) in to.entries().iter().filter(|(key, _)| from.get(key).is_none()) {
        patch.insert(key.clone(), new.clone());
    }
    patch.into()
}

/// Keeps only the nulls of a merge patch, or only the rest; `None` where nothing is left.
fn sift(patch: &Value, nulls: bool) -> Option<Value> {
    let Some(map) = patch.as_map() else {
        return (patch.is_null() == nulls).then(|| patch.clone());
    };
    if map.is_empty() {
        return (!nulls).then(|| patch.clone());
    }
    let kept: Map = map.iter().filter_map(|(key, value)| Some((key.clone(), sift(value, nulls)?))).collect();
    (!kept.is_empty()).then(|| kept.into())
}

/// kubectl's three-way patch for kinds without a schema: deletes what `original` had and `modified` has not.
pub fn json_merge_three_way(original: &Value, modified: &Value, current: &Value) -> Value {
    let changes = sift(&json_merge_diff(current, modified), false).unwrap_or_else(Value::map);
    let deletions = sift(&json_merge_diff(original, modified), true).unwrap_or_else(Value::map);
    combine(&deletions, &changes, |_, _| MergeRule::Replace, "")
}

/// Kubernetes' strategic three-way patch, with its `$setElementOrder`, `$retainKeys` and `$patch: delete`.
pub fn strategic_three_way(kind: &str, original: &Value, modified: &Value, current: &Value) -> Value {
    let changes = Differ { kind, deletions: false }.map(current, modified, "", false);
    let deletions = Differ { kind, deletions: true }.map(original, modified, "", false);
    combine(&deletions.into(), &changes.into(), |parent, field| merge_rule(kind, parent, field), "")
}

/// Differences of one sort: either only deletions, or only changes and additions.
struct Differ<'k> {
    kind: &'k str,
    deletions: bool,
}

impl Differ<'_> {
    fn map(&self, from: &Value, to: &Value, parent: &str, retain: bool) -> Map {
        let mut patch = Map::new();
        for (key, old) in from.entries().iter() {
            match (to.get(key), old) {
                (None, _) if self.deletions => {
                    patch.insert(key.clone(), Value::Null);
                }
                (None, _) => {}
                (Some(new @ Value::Map(_)), Value::Map(_)) => {
                    let inner =
                        self.map(old, new, key, retains_keys(self.kind, parent, key) && key.as_ref() != "volumes");
                    if !inner.is_empty() {
                        patch.insert(key.clone(), inner.into());
                    }
                }
                (Some(new @ Value::List(_)), Value::List(_)) => self.list(&mut patch, key, old, new, parent),
                (Some(new), _) if !self.deletions && new != old => {
                    patch.insert(key.clone(), new.clone());
                }
                (Some(_), _) => {}
            }
        }
        if !self.deletions {
            for (key, new) in to.entries().iter().filter(|(key, _)| from.get(key).is_none()) {
                patch.insert(key.clone(), new.clone());
            }
            if retain && !patch.is_empty() {
                let keys = to.entries().keys().map(Value::from).collect();
                patch.insert("$retainKeys", keys);
            }
        }
        patch
    }

    fn list(&self, patch: &mut Map, key: &Arc<str>, old: &Value, new: &Value, parent: &str) {
        match merge_rule(self.kind, parent, key) {
            MergeRule::Replace => {
                if !self.deletions && old != new {
                    patch.insert(key.clone(), new.clone());
                }
            }
            MergeRule::Primitive => self.primitives(patch, key, old, new),
            MergeRule::ByKey(merge_key) => self.by_key(patch, key, old, new, merge_key),
        }
    }

    fn primitives(&self, patch: &mut Map, key: &Arc<str>, old: &Value, new: &Value) {
        let (a, b) = if self.deletions { (old, new) } else { (new, old) };
        let only: Value = a.items().iter().filter(|item| !b.items().contains(item)).cloned().collect();
        if only.items().is_empty() {
            return;
        }
        let name = if self.deletions { format!("$deleteFromPrimitiveList/{key}").into() } else { key.clone() };
        patch.insert(name, only);
        patch.insert(format!("$setElementOrder/{key}"), new.clone());
    }

    fn by_key(&self, patch: &mut Map, key: &Arc<str>, old: &Value, new: &Value, merge_key: &str) {
        let mut items = Vec::new();
        let same = |a: &Value, b: &Value| a.get(merge_key).is_some() && a.get(merge_key) == b.get(merge_key);
        for item in new.items() {
            match old.items().iter().find(|other| same(other, item)) {
                Some(other) => {
                    let mut inner = self.map(other, item, key, retains_keys(self.kind, "spec", key));
                    if !inner.is_empty() {
                        inner.insert(merge_key, item.get(merge_key).cloned().unwrap_or_default());
                        items.push(inner.into());
                    }
                }
                None if !self.deletions => items.push(item.clone()),
                None => {}
            }
        }
        if self.deletions {
            for item in old.items().iter().filter(|item| !new.items().iter().any(|other| same(other, item))) {
                let mut gone = Map::new();
                gone.insert("$patch", "delete".into());
                gone.insert(merge_key, item.get(merge_key).cloned().unwrap_or_default());
                items.push(gone.into());
            }
        }
        if items.is_empty() {
            return;
        }
        let order = new.items().iter().map(|item| {
            let mut id = Map::new();
            id.insert(merge_key, item.get(merge_key).cloned().unwrap_or_default());
            Value::from(id)
        });
        patch.insert(format!("$setElementOrder/{key}"), order.collect());
        patch.insert(key.clone(), items.into());
    }
}

/// Both patches in one; where they speak of the same item, as one item.
fn combine(first: &Value, second: &Value, rule: impl Fn(&str, &str) -> MergeRule + Copy, parent: &str) -> Value {
    let mut out = first.clone();
    for (key, change) in second.entries().iter() {
        let merged = match (out.get(key), change) {
            (Some(have @ Value::Map(_)), Value::Map(_)) => combine(have, change, rule, key),
            (Some(Value::List(have)), Value::List(more)) => match rule(parent, key) {
                MergeRule::ByKey(merge_key) => combine_lists(have, more, merge_key, rule, key),
                _ => change.clone(),
            },
            _ => change.clone(),
        };
        out.make_map().insert(key.clone(), merged);
    }
    out
}

fn combine_lists(
    have: &[Value],
    more: &[Value],
    merge_key: &str,
    rule: impl Fn(&str, &str) -> MergeRule + Copy,
    field: &str,
) -> Value {
    let mut items = have.to_vec();
    for item in more {
        match items.iter().position(|other| other.get(merge_key) == item.get(merge_key)) {
            Some(at) => items[at] = combine(&items[at].clone(), item, rule, field),
            None => items.push(item.clone()),
        }
    }
    Value::list(items)
}
