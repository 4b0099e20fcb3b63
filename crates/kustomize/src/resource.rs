//! A resource on its way: the object, and what Kustomize remembers beside it (it keeps that in annotations of its own).

use crate::failure::{Done, failed};
use crate::identity::{Gvk, Id};
use manifest::{Map, Value, plain_value};

/// What a generated resource does with one that is there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Behavior {
    #[default]
    Create,
    Replace,
    Merge,
}

/// What a resource was before it was renamed, moved or patched.
#[derive(Debug, Clone)]
struct Prior {
    kind: String,
    name: String,
    namespace: String,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Resource {
    pub value: Value,
    /// Its annotations as they were written.
    pub written: Map,
    prior: Vec<Prior>,
    pub prefixes: Vec<String>,
    pub suffixes: Vec<String>,
    pub wants_hash: bool,
    pub behavior: Behavior,
    pub generated: bool,
    pub name_may_change: bool,
    pub kind_may_change: bool,
}

/// A scalar as text; a map or list is none.
pub(crate) fn text_of(value: &Value) -> String {
    match value {
        Value::Str(text) => text.to_string(),
        Value::Null | Value::List(_) | Value::Map(_) => String::new(),
        other => other.to_json(),
    }
}

impl Resource {
    pub fn new(value: Value) -> Self {
        Self { value, ..Self::default() }
    }

    pub fn gvk(&self) -> Gvk {
        Gvk::of(&text_of(self.value.at("apiVersion")), &self.kind())
    }

    pub fn kind(&self) -> String {
        text_of(self.value.at("kind"))
    }

    pub fn name(&self) -> String {
        text_of(self.value.at("metadata.name"))
    }

    pub fn namespace(&self) -> String {
        text_of(self.value.at("metadata.namespace"))
    }

    /// Who it is now.
    pub fn id(&self) -> Id {
        let gvk = self.gvk();
        let cluster_scoped = gvk.cluster_scoped();
        Id { gvk, name: self.name(), namespace: self.namespace(), cluster_scoped }
    }

    /// Who it was, oldest first.
    pub fn prior_ids(&self) -> impl DoubleEndedIterator<Item = Id> + '_ {
        let now = self.gvk();
        self.prior.iter().map(move |prior| Id {
            gvk: Gvk { kind: prior.kind.clone(), ..now.clone() },
            name: prior.name.clone(),
            namespace: prior.namespace.clone(),
            cluster_scoped: false,
        })
    }

    /// Who it was at first.
    pub fn first_id(&self) -> Id {
        self.prior_ids().next().unwrap_or_else(|| self.id())
    }

    pub fn any_id(&self, mut fits: impl FnMut(&Id) -> bool) -> bool {
        self.prior_ids().any(|id| fits(&id)) || fits(&self.id())
    }

    pub fn remember(&mut self) {
        let id = self.id();
        let namespace = id.effective_namespace().to_string();
        self.prior.push(Prior { kind: id.gvk.kind, name: id.name, namespace });
    }

    /// Whether the real one would have annotations of its own in the object.
    pub fn annotated_inside(&self) -> bool {
        self.generated || !self.prior.is_empty() || !self.prefixes.is_empty() || !self.suffixes.is_empty()
    }

    /// A resource that was deleted by a patch.
    pub fn gone(&self) -> bool {
        self.value.entries().is_empty()
    }

    pub fn labels(&self) -> &Map {
        self.value.map_at("metadata.labels")
    }

    pub fn annotations(&self) -> &Map {
        self.value.map_at("metadata.annotations")
    }

    /// An annotation as text.
    pub fn annotation_text(&self, key: &str, value: &Value) -> String {
        match self.written.get(key) {
            Some(Value::Str(text)) if plain_value(text) == *value => text.to_string(),
            _ if value.is_null() => "null".into(),
            _ => text_of(value),
        }
    }

    /// Takes metadata and history of the resource that it stands for.
    pub fn take_place_of(&mut self, old: &Self) {
        for field in ["metadata.labels", "metadata.annotations"] {
            self.set_texts(field, &merged_texts(old.value.map_at(field), self.value.map_at(field)));
        }
        self.value.set("metadata.name", old.name());
        let namespace = old.namespace();
        if namespace.is_empty() {
            self.value.remove("metadata.namespace");
        } else {
            self.value.set("metadata.namespace", namespace);
        }
        self.wants_hash &= old.wants_hash;
        self.behavior = old.behavior;
        self.generated = old.generated;
        self.prior.clone_from(&old.prior);
        self.prefixes.clone_from(&old.prefixes);
        self.suffixes.clone_from(&old.suffixes);
    }

    /// Adds the other's keys of `data` or `binaryData` that this one has not.
    pub fn merge_data(&mut self, field: &str, old: &Self) {
        let merged = merged_texts(old.value.map_at(field), self.value.map_at(field));
        self.set_texts(field, &merged);
    }

    /// Sets a map of texts; an empty one is no field.
    pub fn set_texts(&mut self, field: &str, texts: &Map) {
        if texts.is_empty() {
            self.value.remove(field);
        } else {
            self.value.set(field, Value::from(texts.clone()));
        }
    }
}

fn merged_texts(under: &Map, over: &Map) -> Map {
    let mut out = Map::new();
    for (key, value) in under.iter().chain(over.iter()) {
        out.insert(key.clone(), text_of(value).into());
    }
    out
}

/// Adds a resource whose id none has.
pub(crate) fn append(all: &mut Vec<Resource>, resource: Resource) -> Done<()> {
    let id = resource.id();
    if all.iter().any(|other| other.id().equals(&id)) {
        return failed(&["may not add resource with an already registered id: ", &id.shown()]);
    }
    all.push(resource);
    Ok(())
}

pub(crate) fn append_all(all: &mut Vec<Resource>, more: Vec<Resource>) -> Done<()> {
    more.into_iter().try_for_each(|resource| append(all, resource))
}

/// Adds a generated resource, or lets it replace or merge into the one that it names.
pub(crate) fn absorb(all: &mut Vec<Resource>, mut resource: Resource) -> Done<()> {
    let id = resource.id();
    let found: Vec<usize> = (0..all.len()).filter(|at| all[*at].any_id(|other| id.equals(other))).collect();
    match (found.as_slice(), resource.behavior) {
        ([], Behavior::Create) => return append(all, resource),
        ([], _) => return failed(&["id ", &id.in_go(), " does not exist; cannot merge or replace"]),
        ([_], Behavior::Create) => {
            return failed(&["id ", &id.in_go(), " exists; behavior must be merge or replace"]);
        }
        ([at], behavior) => {
            let old = &all[*at];
            let origin = old.value.at("metadata.annotations").get(crate::origin::ORIGIN).cloned();
            resource.take_place_of(old);
            if behavior == Behavior::Merge {
                resource.merge_data("data", old);
                resource.merge_data("binaryData", old);
                if let Some(origin) = origin {
                    resource.value.at_mut("metadata.annotations").put(crate::origin::ORIGIN, origin);
                }
            }
            all[*at] = resource;
        }
        _ => {
            let ids: Vec<String> = found.iter().map(|at| all[*at].value.to_json()).collect();
            let ids = ids.join(" ");
            return failed(&["found multiple objects [", &ids, "] that could accept merge of ", &id.shown()]);
        }
    }
    Ok(())
}
