//! The garbage collector: dependants follow their owners (Kubernetes 1.32, `pkg/controller/garbagecollector`).

use super::{Action, Reconciled};
use crate::object::Object;
use crate::store::Store;
use manifest::Value;
use std::sync::Arc;

const FOREGROUND: &str = "foregroundDeletion";
const ORPHAN: &str = "orphan";

/// `uid` is the owner's: it is gone, or it waits for its dependants.
#[inline(never)]
pub(crate) fn reconcile(store: &Store, uid: &str) -> Reconciled {
    let mut done = Reconciled::default();
    let dependants: Vec<&Arc<Object>> = store.owned_by(uid).collect();
    let Some(owner) = store.by_uid(uid) else {
        for dependant in dependants {
            leave_or_go(store, dependant, uid, &mut done);
        }
        return done;
    };
    let waits = |name: &str| owner.deleting() && owner.finalizers().contains(&Value::from(name));
    if waits(ORPHAN) {
        for dependant in dependants {
            release(dependant, uid, owner, &mut done);
        }
        unlock(owner, ORPHAN, &mut done);
    } else if waits(FOREGROUND) {
        let blocking =
            |o: &&Arc<Object>| o.owners().iter().any(|r| r.str_at("uid") == uid && r.bool_at("blockOwnerDeletion"));
        if !dependants.iter().any(blocking) {
            unlock(owner, FOREGROUND, &mut done);
        }
        for dependant in dependants.iter().filter(|o| !o.deleting()) {
            let (key, uid) = (dependant.key.clone(), dependant.uid.clone());
            done.actions.push(Action::Delete { key, uid, because: owner.written_by.clone() });
        }
    }
    done
}

/// Goes with its last owner; loses this one where others are left.
#[inline(never)]
fn leave_or_go(store: &Store, dependant: &Arc<Object>, uid: &str, done: &mut Reconciled) {
    let others = dependant
        .owners()
        .iter()
        .any(|owner| owner.str_at("uid") != uid && store.by_uid(owner.str_at("uid")).is_some());
    if others {
        let mut value = dependant.value.clone();
        value.at_mut("metadata.ownerReferences").make_list().retain(|owner| owner.str_at("uid") != uid);
        done.actions.push(Action::Update { base: dependant.clone(), value, because: sim::Causes::none() });
    } else if !dependant.deleting() {
        let (key, uid) = (dependant.key.clone(), dependant.uid.clone());
        done.actions.push(Action::Delete { key, uid, because: sim::Causes::none() });
    }
}

fn release(dependant: &Arc<Object>, uid: &str, owner: &Object, done: &mut Reconciled) {
    let mut value = dependant.value.clone();
    value.at_mut("metadata.ownerReferences").make_list().retain(|reference| reference.str_at("uid") != uid);
    done.actions.push(Action::Update { base: dependant.clone(), value, because: owner.written_by.clone() });
}

fn unlock(owner: &Arc<Object>, finalizer: &str, done: &mut Reconciled) {
    let mut value = owner.value.clone();
    value.at_mut("metadata.finalizers").make_list().retain(|name| name.as_str() != Some(finalizer));
    done.actions.push(Action::Update { base: owner.clone(), value, because: owner.written_by.clone() });
}
