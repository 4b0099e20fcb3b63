//! Creating objects.

use super::{Writer, admit};
use crate::defaults;
use crate::engine::Cluster;
use crate::kinds::{self, KindId, KindInfo, behaviour_of};
use crate::object::{Key, Object};
use crate::occurrence::uid_text;
use crate::recorder::new_uid;
use crate::status::Status;
use crate::validate;
use manifest::Value;
use sim::{Causes, Sim};
use std::sync::Arc;

impl Cluster {
    /// POST: checks, fills in and stores a new object. `namespace` is empty for kinds of the whole cluster.
    pub fn create(
        &mut self,
        sim: &mut Sim,
        kind: KindId,
        namespace: &str,
        mut value: Value,
        writer: &Writer,
    ) -> Result<Arc<Object>, Status> {
        self.permit(writer.user.as_ref(), "create", (kind, ""), (namespace, ""))?;
        let info = self.store.kinds().info(kind).clone();
        defaults::upgrade(&mut value);
        admit::decode(&self.store, &info, &value)?;
        place(&info, namespace, &mut value)?;
        if value.str_at("metadata.name").is_empty() && !value.str_at("metadata.generateName").is_empty() {
            let name = validate::generate_name(value.str_at("metadata.generateName"), &sim.rng().suffix(5));
            value.set("metadata.name", name);
        }
        self.check_namespace(&info, namespace, value.str_at("metadata.name"))?;
        for field in
            ["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "selfLink"]
        {
            value.remove(&format!("metadata.{field}"));
        }
        if value.remove("metadata.resourceVersion").is_some_and(|version| !version.is_zero()) {
            return Err(Status::bad_request("resourceVersion should not be set on objects to be created"));
        }
        if info.status_subresource && kind != kinds::NODE {
            value.remove("status");
        }
        admit::default(&self.store, &info, &mut value);
        self.admit_new(kind, namespace, &mut value)?;
        admit::validate(&self.store, &info, &value, None)?;
        let name: Arc<str> = value.str_at("metadata.name").into();
        if self.store.get(kind, namespace, &name).is_some() {
            return Err(Status::already_exists(info.resource(), &name));
        }
        if kind == kinds::SERVICE {
            self.allocate(&mut value, None, writer.dry_run)?;
        }
        let key = Key::new(kind, namespace, name);
        Ok(self.commit_new(sim, key, value, writer))
    }

    /// Stores an object that a controller has made complete: nothing is checked but its place.
    pub(crate) fn create_admitted(
        &mut self,
        sim: &mut Sim,
        kind: KindId,
        namespace: &str,
        mut value: Value,
        writer: &Writer,
    ) -> Result<Arc<Object>, Status> {
        let info = self.store.kinds().info(kind);
        let base = value.str_at("metadata.generateName");
        let mut name: Arc<str> = value.str_at("metadata.name").into();
        self.check_namespace(info, namespace, if name.is_empty() { base } else { &name })?;
        self.admit_new(kind, namespace, &mut value)?;
        let base = value.str_at("metadata.generateName");
        if name.is_empty() {
            let base: Arc<str> = base.into();
            loop {
                name = validate::generate_name(&base, &sim.rng().suffix(5)).into();
                if self.store.get(kind, namespace, &name).is_none() {
                    break;
                }
            }
            value.set("metadata.name", &name);
        } else if self.store.get(kind, namespace, &name).is_some() {
            return Err(Status::already_exists(info.resource(), &name));
        }
        if !namespace.is_empty() {
            value.set("metadata.namespace", namespace);
        }
        let key = Key::new(kind, namespace, name);
        Ok(self.commit_new(sim, key, value, writer))
    }

    fn commit_new(&mut self, sim: &mut Sim, key: Key, mut value: Value, writer: &Writer) -> Arc<Object> {
        let uid: Arc<str> = uid_text(new_uid(sim)).into();
        let version = if writer.dry_run { 0 } else { self.store.next_version() };
        if key.kind == kinds::JOB {
            defaults::job_identity(&mut value, &uid);
        }
        let meta = value.at_mut("metadata").make_map();
        meta.insert("uid", Value::Str(uid.clone()));
        meta.insert("creationTimestamp", sim.now().rfc3339().as_str().into());
        if !writer.dry_run {
            meta.insert("resourceVersion", version.to_string().into());
        }
        if behaviour_of(key.kind).is_none_or(|behaviour| behaviour.generation) {
            meta.insert("generation", Value::Int(1));
        }
        let causes = if writer.dry_run {
            Causes::none()
        } else {
            let subject = self.subject_of(&key);
            Causes::one(sim.record("cluster", writer.name.clone(), subject, "created", &writer.causes))
        };
        let object = Arc::new(Object {
            key,
            uid,
            version,
            value,
            created_by: causes.clone(),
            spec_by: causes.clone(),
            written_by: causes,
        });
        if !writer.dry_run {
            self.store.put(object.clone());
            self.notify(sim, None, Some(&object));
            if object.key.kind == kinds::NAMESPACE {
                self.furnish(sim, &object);
            }
        }
        object
    }
}

/// Checks the kind and the namespace that the object names itself, and fills them in.
fn place(info: &KindInfo, namespace: &str, value: &mut Value) -> Result<(), Status> {
    let (api, kind) = (value.str_at("apiVersion"), value.str_at("kind"));
    let wanted = info.api_version();
    if (!api.is_empty() && api != wanted) || (!kind.is_empty() && *kind != *info.kind) {
        let message = format!("the API version in the data ({api}) does not match the expected API version ({wanted})");
        return Err(Status::bad_request(message));
    }
    value.put("apiVersion", wanted);
    value.put("kind", &info.kind);
    if !info.namespaced {
        value.remove("metadata.namespace");
        return Ok(());
    }
    let own = value.str_at("metadata.namespace");
    if !own.is_empty() && own != namespace {
        return Err(Status::bad_request(
            "the namespace of the provided object does not match the namespace sent on the request",
        ));
    }
    value.set("metadata.namespace", namespace);
    Ok(())
}
