//! The namespace controller: a namespace on its way out takes everything in it along.

use super::{Action, Reconciled};
use crate::kinds;
use crate::store::Store;

#[inline(never)]
pub(crate) fn reconcile(store: &Store, name: &str) -> Reconciled {
    let mut done = Reconciled::default();
    let Some(namespace) = store.get(kinds::NAMESPACE, "", name).filter(|namespace| namespace.deleting()) else {
        return done;
    };
    let because = &namespace.written_by;
    let mut left = 0_usize;
    for info in store.kinds().iter().filter(|info| info.namespaced) {
        for object in store.all(info.id, Some(name)) {
            if info.id == kinds::EVENT {
                done.actions.push(Action::Remove { key: object.key.clone(), because: because.clone() });
                continue;
            }
            left += 1;
            if !object.deleting() {
                let (key, uid) = (object.key.clone(), object.uid.clone());
                done.actions.push(Action::Delete { key, uid, because: because.clone() });
            }
        }
    }
    if left == 0 {
        done.actions.push(Action::Remove { key: namespace.key.clone(), because: because.clone() });
    }
    done
}
