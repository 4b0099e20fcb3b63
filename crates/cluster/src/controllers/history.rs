//! Controller revisions: the templates that stateful and daemon sets have had (Kubernetes 1.32, `pkg/controller/history`).

use super::revisions::template_hash;
use super::{Action, Reconciled, owner_reference};
use crate::kinds;
use crate::object::Object;
use crate::store::Store;
use manifest::{Value, list, object};
use order::Arrange;
use std::sync::Arc;

/// The revisions of a set, and which of them is its template's.
pub(super) struct History {
    /// Oldest first; the newest may be about to be made.
    pub all: Vec<Value>,
    /// `web-6c7d5f8b9`, the name of the revision of the current template.
    pub update: String,
    pub hash: String,
}

/// What a revision keeps of its set.
fn data(set: &Object) -> Value {
    let mut template = set.value.at("spec.template").clone();
    template.put("$patch", "replace");
    object! { "spec" => object! { "template" => template } }
}

fn number(revision: &Value) -> i64 {
    revision.int_at("revision").unwrap_or(0)
}

impl History {
    /// Finds the revision of the current template, or makes it; a template that comes back becomes the newest.
    #[inline(never)]
    pub(super) fn sync(store: &Store, set: &Arc<Object>, done: &mut Reconciled) -> Self {
        let mut owned: Vec<Arc<Object>> =
            store.owned_by(&set.uid).filter(|o| o.key.kind == kinds::CONTROLLERREVISION).cloned().collect();
        owned.arrange_by_key(|o| number(&o.value));
        let wanted = data(set);
        let hash = template_hash(set.value.at("spec.template"), 0);
        let next = owned.last().map_or(1, |last| number(&last.value) + 1);
        let mut all: Vec<Value> = owned.iter().map(|o| o.value.clone()).collect();
        match owned.iter().position(|o| *o.value.at("data") == wanted) {
            Some(at) => {
                if at + 1 < owned.len() {
                    let mut value = owned[at].value.clone();
                    value.put("revision", next);
                    all.remove(at);
                    all.push(value.clone());
                    let because = set.spec_by.clone();
                    done.actions.push(Action::Update { base: owned[at].clone(), value, because });
                }
            }
            None => {
                let value = made(set, &hash, next, wanted);
                all.push(value.clone());
                done.actions.push(Action::Create {
                    kind: kinds::CONTROLLERREVISION,
                    namespace: set.key.namespace.clone(),
                    value,
                    because: set.spec_by.clone(),
                    announce: None,
                });
            }
        }
        let update = all.last().map_or(String::new(), |v| v.str_at("metadata.name").to_string());
        let hash =
            all.last().map_or(hash, |v| v.at("metadata.labels").get(HASH).and_then(Value::as_str).unwrap_or("").into());
        Self { all, update, hash }
    }

    /// The template of a revision.
    pub(super) fn template(&self, name: &str) -> Option<Value> {
        let found = self.all.iter().find(|revision| revision.str_at("metadata.name") == name)?;
        let mut template = found.at("data.spec.template").clone();
        template.remove("$patch");
        Some(template)
    }

    /// Deletes the oldest revisions that no pod has, beyond the limit.
    #[inline(never)]
    pub(super) fn forget(&self, store: &Store, set: &Arc<Object>, live: &[&str], done: &mut Reconciled) {
        let limit = set.value.int_at("spec.revisionHistoryLimit").unwrap_or(10);
        let used = |name: &str| {
            live.contains(&name)
                || store.owned_by(&set.uid).any(|pod| {
                    let label = pod.label(HASH);
                    pod.key.kind == kinds::POD
                        && (label == name || name.strip_suffix(label).is_some_and(|n| n.ends_with('-')))
                })
        };
        let free: Vec<&Value> = self.all.iter().filter(|r| !used(r.str_at("metadata.name"))).collect();
        let extra = free.len().saturating_sub(usize::try_from(limit).unwrap_or(usize::MAX));
        for revision in &free[..extra] {
            let name = revision.str_at("metadata.name");
            let Some(object) = store.get(kinds::CONTROLLERREVISION, set.namespace(), name) else { continue };
            let (key, uid) = (object.key.clone(), object.uid.clone());
            done.actions.push(Action::Delete { key, uid, because: set.spec_by.clone() });
        }
    }
}

pub(super) const HASH: &str = "controller-revision-hash";

#[inline(never)]
fn made(set: &Arc<Object>, hash: &str, number: i64, data: Value) -> Value {
    let mut labels = set.value.at("spec.template.metadata.labels").clone();
    labels.put(HASH, hash);
    let mut metadata = object! {
        "labels" => labels, "name" => format!("{}-{hash}", set.name()),
        "ownerReferences" => list![owner_reference(set)],
    };
    let mut annotations = set.value.at("metadata.annotations").clone();
    if !annotations.is_zero() {
        annotations.make_map().remove("kubectl.kubernetes.io/last-applied-configuration");
    }
    if !annotations.is_zero() {
        metadata.put("annotations", annotations);
    }
    object! {
        "apiVersion" => "apps/v1", "data" => data, "kind" => "ControllerRevision", "metadata" => metadata,
        "revision" => number,
    }
}
