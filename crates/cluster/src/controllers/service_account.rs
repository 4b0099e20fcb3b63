//! The service account controller: every namespace has the account `default`
//! (Kubernetes 1.32, `pkg/controller/serviceaccount/serviceaccounts_controller.go`).

use super::{Action, Reconciled};
use crate::kinds;
use crate::object::Key;
use crate::store::Store;
use manifest::object;

/// `key` is the account that was deleted.
#[inline(never)]
pub(crate) fn reconcile(store: &Store, key: &Key) -> Reconciled {
    let mut done = Reconciled::default();
    let Some(namespace) = store.get(kinds::NAMESPACE, "", &key.namespace).filter(|space| !space.deleting()) else {
        return done;
    };
    if store.get_key(key).is_none() {
        done.actions.push(Action::Create {
            kind: kinds::SERVICEACCOUNT,
            namespace: key.namespace.clone(),
            value: object! {
                "apiVersion" => "v1", "kind" => "ServiceAccount", "metadata" => object! { "name" => &key.name },
            },
            because: namespace.spec_by.clone(),
            announce: None,
        });
    }
    done
}
