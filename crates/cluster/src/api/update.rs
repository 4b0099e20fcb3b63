//! Replacing objects and their status.

use super::{Writer, admit, change};
use crate::defaults;
use crate::engine::Cluster;
use crate::kinds::{self, KindId, behaviour_of};
use crate::object::{Key, Object};
use crate::status::Status;
use manifest::{Value, object};
use sim::{Causes, Sim};
use std::sync::Arc;

/// Metadata that only the server writes.
const SERVER_FIELDS: [&str; 6] =
    ["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "generateName"];

/// Whether both objects say the same but for status and metadata.
fn same_spec(old: &Value, new: &Value) -> bool {
    let rest = |value: &Value| {
        let mut rest = value.clone();
        rest.remove("status");
        rest.remove("metadata");
        rest
    };
    let quick = old.at("spec").shares(new.at("spec"))
        && old.entries().len() == new.entries().len()
        && old.get("data").is_none();
    quick || rest(old) == rest(new)
}

impl Cluster {
    /// PUT: replaces an object; a resource version in it must be the current one. Its status is left as it is.
    pub fn update(
        &mut self,
        sim: &mut Sim,
        kind: KindId,
        namespace: &str,
        mut value: Value,
        writer: &Writer,
    ) -> Result<Arc<Object>, Status> {
        let place = (namespace, value.str_at("metadata.name"));
        self.permit(writer.user.as_ref(), "update", (kind, ""), place)?;
        let info = self.store.kinds().info(kind).clone();
        defaults::upgrade(&mut value);
        admit::decode(&self.store, &info, &value)?;
        self.update_decoded(sim, kind, namespace, value, writer)
    }

    pub(super) fn update_decoded(
        &mut self,
        sim: &mut Sim,
        kind: KindId,
        namespace: &str,
        mut value: Value,
        writer: &Writer,
    ) -> Result<Arc<Object>, Status> {
        let info = self.store.kinds().info(kind).clone();
        let name = value.str_at("metadata.name").to_string();
        let old = self.get(kind, namespace, &name)?.clone();
        let version = value.str_at("metadata.resourceVersion");
        if !version.is_empty() && version != old.version.to_string() {
            return Err(Status::conflict(info.resource(), &name));
        }
        let uid = value.str_at("metadata.uid");
        if !uid.is_empty() && *uid != *old.uid {
            let why = format!("Precondition failed: UID in precondition: {uid}, UID in object meta: {}", old.uid);
            return Err(Status::conflict_because(info.resource(), &name, &why));
        }
        keep_server_fields(&old, &mut value, info.namespaced);
        self.take_ownership(sim, &old, &mut value, writer);
        if info.status_subresource {
            let status = old.value.get("status").cloned();
            value.remove("status");
            if let Some(status) = status {
                value.make_map().insert("status", status);
            }
        }
        admit::default(&self.store, &info, &mut value);
        if kind == kinds::SERVICE {
            self.allocate(&mut value, Some(&old.value), writer.dry_run)?;
        }
        admit::validate(&self.store, &info, &value, Some(&old.value))?;
        self.replace(sim, &old, value, writer)
    }

    /// PUT of the status subresource: nothing but the status is taken.
    pub fn update_status(
        &mut self,
        sim: &mut Sim,
        kind: KindId,
        namespace: &str,
        value: &Value,
        writer: &Writer,
    ) -> Result<Arc<Object>, Status> {
        let name = value.str_at("metadata.name");
        self.permit(writer.user.as_ref(), "update", (kind, "status"), (namespace, name))?;
        let old = self.get(kind, namespace, name)?.clone();
        let version = value.str_at("metadata.resourceVersion");
        if !version.is_empty() && version != old.version.to_string() {
            return Err(Status::conflict(self.store.kinds().info(kind).resource(), name));
        }
        self.replace_status(sim, &old, value.at("status").clone(), writer)
    }

    /// PATCH of the status subresource: a merge patch of the status alone.
    pub fn patch_status(
        &mut self,
        sim: &mut Sim,
        (kind, namespace, name): (KindId, &str, &str),
        change: &Value,
        writer: &Writer,
    ) -> Result<Arc<Object>, Status> {
        let old = self.get(kind, namespace, name)?.clone();
        let mut value = object! { "metadata" => object! { "name" => name } };
        value.put("status", manifest::json_merge(old.value.at("status"), change));
        self.update_status(sim, kind, namespace, &value, writer)
    }

    /// Stores a finished object in place of `base`, which must still be the current one.
    pub(crate) fn replace(
        &mut self,
        sim: &mut Sim,
        base: &Arc<Object>,
        mut value: Value,
        writer: &Writer,
    ) -> Result<Arc<Object>, Status> {
        let current = self.get(base.key.kind, &base.key.namespace, &base.key.name)?;
        if current.version != base.version {
            return Err(Status::conflict(self.store.kinds().info(base.key.kind).resource(), base.name()));
        }
        if value == base.value {
            return Ok(base.clone());
        }
        let same = same_spec(&base.value, &value);
        if !same && behaviour_of(base.key.kind).is_none_or(|behaviour| behaviour.generation) {
            value.set("metadata.generation", base.generation() + 1);
        }
        if writer.dry_run {
            return Ok(Arc::new(Object { value, ..base.as_ref().clone() }));
        }
        let told = if same { None } else { Some(change::describe(&base.value, &value)) };
        let causes = match told {
            Some(text) => {
                Causes::one(sim.record("cluster", writer.name.clone(), self.subject(base), text, &writer.causes))
            }
            None => writer.causes.clone(),
        };
        let spec_by = if same { base.spec_by.clone() } else { causes.clone() };
        let new = self.store_version(base, value, spec_by, causes);
        let stopped = base.key.kind != kinds::POD || new.value.int_at("metadata.deletionGracePeriodSeconds") == Some(0);
        if new.deleting() && new.finalizers().is_empty() && stopped && !waits_for_namespace(&new) {
            self.remove(sim, &new.key, writer);
            return Ok(new);
        }
        self.notify(sim, Some(base), Some(&new));
        Ok(new)
    }

    /// Stores a new status; the rest stays.
    pub(crate) fn replace_status(
        &mut self,
        sim: &mut Sim,
        base: &Arc<Object>,
        status: Value,
        writer: &Writer,
    ) -> Result<Arc<Object>, Status> {
        let current = self.get(base.key.kind, &base.key.namespace, &base.key.name)?.clone();
        if *current.value.at("status") == status || current.uid != base.uid {
            return Ok(current);
        }
        let mut value = current.value.clone();
        value.make_map().insert("status", status);
        if writer.dry_run {
            return Ok(Arc::new(Object { value, ..current.as_ref().clone() }));
        }
        let new = self.store_version(&current, value, current.spec_by.clone(), writer.causes.clone());
        self.notify(sim, Some(&current), Some(&new));
        Ok(new)
    }

    pub(crate) fn store_version(
        &mut self,
        base: &Object,
        mut value: Value,
        spec_by: Causes,
        by: Causes,
    ) -> Arc<Object> {
        let version = self.store.next_version();
        value.at_mut("metadata").make_map().insert("resourceVersion", version.to_string().into());
        let new = Arc::new(Object {
            key: Key::clone(&base.key),
            uid: base.uid.clone(),
            version,
            value,
            created_by: base.created_by.clone(),
            spec_by,
            written_by: by,
        });
        self.store.put(new.clone());
        new
    }
}

/// A namespace goes only when it is empty.
fn waits_for_namespace(object: &Object) -> bool {
    object.key.kind == kinds::NAMESPACE && !object.value.list_at("spec.finalizers").is_empty()
}

fn keep_server_fields(old: &Object, value: &mut Value, namespaced: bool) {
    for field in SERVER_FIELDS {
        let path = format!("metadata.{field}");
        match old.meta().get(field) {
            Some(kept) => *value.at_mut(&path) = kept.clone(),
            None => {
                value.remove(&path);
            }
        }
    }
    value.set("metadata.resourceVersion", old.version.to_string());
    if namespaced {
        value.set("metadata.namespace", &old.key.namespace);
    }
    value.put("apiVersion", old.value.at("apiVersion").clone());
    value.put("kind", old.value.at("kind").clone());
}
