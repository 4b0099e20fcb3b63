//! Controllers of a few lines: quotas, ingresses, definitions.

use super::{Action, Reconciled};
use crate::kinds;
use crate::object::Key;
use crate::recorder::Note;
use crate::store::Store;
use crate::{custom, quota};
use manifest::{list, object};
use sim::Time;

/// The quota controller (`pkg/controller/resourcequota`): what is used.
#[inline(never)]
pub(crate) fn quota(store: &Store, key: &Key) -> Reconciled {
    let mut done = Reconciled::default();
    if let Some(quota) = store.get_key(key) {
        let status = quota::status(store, quota);
        if status != *quota.value.at("status") {
            done.actions.push(Action::Status { base: quota.clone(), status });
        }
    }
    done
}

/// An ingress controller, where a class names ingress-nginx: the address under which it listens.
#[inline(never)]
pub(crate) fn ingress(store: &Store, key: &Key) -> Reconciled {
    let mut done = Reconciled::default();
    let Some(ingress) = store.get_key(key) else { return done };
    let class = store.get(kinds::INGRESSCLASS, "", ingress.value.str_at("spec.ingressClassName"));
    if class.is_none_or(|class| class.value.str_at("spec.controller") != "k8s.io/ingress-nginx") {
        return done;
    }
    let address = list![object! { "ip" => "192.168.49.2" }];
    let status = object! { "loadBalancer" => object! { "ingress" => address } };
    if status != *ingress.value.at("status") {
        done.actions.push(Action::Status { base: ingress.clone(), status });
        let note = Note::normal("Sync", "Scheduled for sync");
        done.actions.push(Action::Event { about: ingress.clone(), note });
    }
    done
}

/// A definition whose names are free is established.
#[inline(never)]
pub(crate) fn definition(store: &Store, key: &Key, now: Time) -> Reconciled {
    let mut done = Reconciled::default();
    let Some(definition) = store.get_key(key) else { return done };
    if definition.value.list_at("status.conditions").is_empty() {
        let status = custom::established(&definition.value, &now.rfc3339());
        done.actions.push(Action::Status { base: definition.clone(), status });
    }
    done
}
