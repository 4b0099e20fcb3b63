//! Deleting objects: grace for pods, finalizers, and what becomes of dependants.

use super::Writer;
use crate::engine::Cluster;
use crate::kinds::{self, KindId};
use crate::object::{Key, Object};
use crate::pods::finished;
use crate::status::Status;
use manifest::Value;
use sim::{Causes, Sim};
use std::sync::Arc;
use std::time::Duration;

/// What becomes of the objects that it owns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Propagation {
    /// They go after it.
    #[default]
    Background,
    /// They go before it.
    Foreground,
    /// They stay, and lose this owner.
    Orphan,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DeleteOptions {
    pub propagation: Propagation,
    /// Overrides the pod's own grace period; 0 removes it at once.
    pub grace_secs: Option<i64>,
}

const FOREGROUND: &str = "foregroundDeletion";
const ORPHAN: &str = "orphan";

impl Cluster {
    /// DELETE: removes an object, or marks it where something has to happen first. The answer is its last state.
    pub fn delete(
        &mut self,
        sim: &mut Sim,
        (kind, namespace, name): (KindId, &str, &str),
        options: DeleteOptions,
        writer: &Writer,
    ) -> Result<Arc<Object>, Status> {
        self.permit(writer.user.as_ref(), "delete", (kind, ""), (namespace, name))?;
        let object = self.get(kind, namespace, name)?.clone();
        let protected = matches!(name, "default" | "kube-system" | "kube-public") && kind == kinds::NAMESPACE;
        if protected {
            return Err(Status::forbidden(("", "namespaces"), name, "this namespace may not be deleted"));
        }
        if writer.dry_run {
            return Ok(object);
        }
        if kind == kinds::POD {
            return Ok(self.delete_pod(sim, &object, options.grace_secs, writer));
        }
        let mut value = object.value.clone();
        let finalizer = match options.propagation {
            Propagation::Background => None,
            Propagation::Foreground => Some(FOREGROUND),
            Propagation::Orphan => Some(ORPHAN),
        };
        if let Some(finalizer) = finalizer
            && !object.finalizers().contains(&Value::from(finalizer))
        {
            value.at_mut("metadata.finalizers").make_list().push(finalizer.into());
        }
        if value.list_at("metadata.finalizers").is_empty() && kind != kinds::NAMESPACE {
            self.remove(sim, &object.key, writer);
            return Ok(object);
        }
        if kind == kinds::NAMESPACE {
            value.set("status.phase", "Terminating");
        }
        if !object.deleting() && object.generation() > 0 {
            value.set("metadata.generation", object.generation() + 1);
        }
        Ok(self.mark(sim, &object, value, 0, writer))
    }

    /// Deletes for a controller: only the object that it saw; one that is going already is left alone.
    pub(crate) fn delete_if(&mut self, sim: &mut Sim, key: &Key, uid: &str, writer: &Writer) {
        let Some(object) = self.store.get_key(key).filter(|object| *object.uid == *uid && !object.deleting()) else {
            return;
        };
        let object = object.clone();
        if key.kind == kinds::POD {
            self.delete_pod(sim, &object, None, writer);
        } else if object.finalizers().is_empty() {
            self.remove(sim, key, writer);
        } else {
            self.mark(sim, &object, object.value.clone(), 0, writer);
        }
    }

    fn delete_pod(&mut self, sim: &mut Sim, pod: &Arc<Object>, grace: Option<i64>, writer: &Writer) -> Arc<Object> {
        let own = pod.value.int_at("spec.terminationGracePeriodSeconds").unwrap_or(30);
        let mut grace = grace.unwrap_or(own).max(0);
        if pod.value.str_at("spec.nodeName").is_empty() || finished(pod) {
            grace = 0;
        }
        if grace == 0 && pod.finalizers().is_empty() {
            self.remove(sim, &pod.key, writer);
            return pod.clone();
        }
        if pod.deleting() && pod.value.int_at("metadata.deletionGracePeriodSeconds").unwrap_or(0) <= grace {
            return pod.clone();
        }
        self.mark(sim, pod, pod.value.clone(), grace, writer)
    }

    /// Sets the deletion timestamp and waits for whoever has to act first.
    fn mark(
        &mut self,
        sim: &mut Sim,
        object: &Arc<Object>,
        mut value: Value,
        grace: i64,
        writer: &Writer,
    ) -> Arc<Object> {
        if !object.deleting() || object.key.kind == kinds::POD {
            let at = sim.now() + Duration::from_secs(u64::try_from(grace).unwrap_or(0));
            value.set("metadata.deletionTimestamp", at.rfc3339());
            value.set("metadata.deletionGracePeriodSeconds", grace);
        }
        if value == object.value {
            return object.clone();
        }
        let subject = self.subject(object);
        let id = sim.record("cluster", writer.name.clone(), subject, "deletion asked for", &writer.causes);
        let new = self.store_version(object, value, object.spec_by.clone(), Causes::one(id));
        self.notify(sim, Some(object), Some(&new));
        new
    }

    /// Takes an object out of the store, now.
    pub(crate) fn remove(&mut self, sim: &mut Sim, key: &Key, writer: &Writer) {
        let Some(object) = self.store.get_key(key).cloned() else { return };
        let subject = self.subject(&object);
        let id = sim.record("cluster", writer.name.clone(), subject, "deleted", &writer.causes);
        let version = self.store.next_version();
        let mut last = object.as_ref().clone();
        last.version = version;
        last.written_by = Causes::one(id);
        last.value.set("metadata.resourceVersion", version.to_string());
        let last = Arc::new(last);
        self.store.take(key, last.clone());
        if key.kind == kinds::SERVICE {
            self.addresses.release(&last.value);
        }
        self.notify(sim, Some(&last), None);
    }
}
