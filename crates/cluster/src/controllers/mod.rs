//! The controllers: each reads the store and says what should change; the engine writes.

pub(crate) mod aggregation;
pub(crate) mod autoscaler;
pub(crate) mod cron_job;
pub(crate) mod daemon_set;
pub(crate) mod deployment;
pub(crate) mod disruption;
pub(crate) mod endpoint_slice;
pub(crate) mod garbage;
mod history;
pub(crate) mod job;
pub(crate) mod namespace;
pub(crate) mod node_lifecycle;
mod ranking;
pub(crate) mod replica_set;
mod revisions;
mod rolling;
mod rollout_status;
pub(crate) mod service_account;
pub(crate) mod small;
pub(crate) mod stateful_set;
#[cfg(test)]
mod tables;
pub(crate) mod volume;

pub use revisions::{safe_hash, template_hash};

use crate::kinds::KindId;
use crate::object::{Key, Object};
use crate::recorder::Note;
use manifest::{Value, object};
use sim::Causes;
use std::sync::Arc;
use std::time::Duration;

/// What a controller wants done, in order.
#[derive(Debug, Clone, Default)]
pub struct Reconciled {
    pub actions: Vec<Action>,
    /// Looks again after this long even when nothing changes.
    pub requeue_after: Option<Duration>,
}

/// One thing to do. `because` is joined with what asked for the reconcile.
#[derive(Debug, Clone)]
pub enum Action {
    Create {
        kind: KindId,
        namespace: Arc<str>,
        value: Value,
        because: Causes,
        /// An event about this object, with this reason and these words before the new name.
        announce: Option<(Arc<Object>, &'static str, &'static str)>,
    },
    /// Replaces all but the status; `base` must still be current.
    Update {
        base: Arc<Object>,
        value: Value,
        because: Causes,
    },
    Status {
        base: Arc<Object>,
        status: Value,
    },
    Delete {
        key: Key,
        uid: Arc<str>,
        because: Causes,
    },
    /// Takes it out of the store, whatever it waits for.
    Remove {
        key: Key,
        because: Causes,
    },
    Event {
        about: Arc<Object>,
        note: Note,
    },
    /// A line in the log of what happened.
    Record {
        about: Arc<Object>,
        text: String,
    },
}

impl Reconciled {
    /// Plans to look again after this long, or earlier where that is planned already.
    fn look_again(&mut self, after: Duration) {
        self.requeue_after = Some(self.requeue_after.map_or(after, |planned| planned.min(after)));
    }
}

/// The reference by which a controller owns an object.
fn owner_reference(owner: &Object) -> Value {
    object! {
        "apiVersion" => owner.value.at("apiVersion").clone(), "blockOwnerDeletion" => true, "controller" => true,
        "kind" => owner.value.at("kind").clone(), "name" => &owner.key.name, "uid" => &owner.uid,
    }
}

/// The object with this owner added.
fn adopted(object: &Object, owner: &Object) -> Value {
    let mut value = object.value.clone();
    value.at_mut("metadata.ownerReferences").make_list().push(owner_reference(owner));
    value
}
