//! Whether an aggregated API can be reached (Kubernetes 1.32, `kube-aggregator`, `pkg/controllers/status`).
//!
//! Unlike kubernetes: nothing is asked of the server behind an APIService; it counts as answering once it has endpoints. Of
//! the groups only `metrics.k8s.io` is served, and always; the API server's own groups have no APIService.

use super::{Action, Reconciled};
use crate::kinds;
use crate::object::{Key, Object};
use crate::pods::set_condition;
use crate::store::Store;
use manifest::object;
use sim::Time;

/// State, reason and message of the condition `Available`.
#[inline(never)]
fn available(store: &Store, service: &Object) -> (&'static str, &'static str, String) {
    let behind = service.value.at("spec.service");
    if behind.is_null() {
        return ("True", "Local", "Local APIServices are always available".into());
    }
    let (space, name) = (behind.str_at("namespace"), behind.str_at("name"));
    let Some(found) = store.get(kinds::SERVICE, space, name) else {
        return ("False", "ServiceNotFound", format!("service/{name} in {space:?} is not present"));
    };
    let wanted = behind.int_at("port").unwrap_or(443);
    let ports = found.value.list_at("spec.ports");
    let Some(port) = ports.iter().find(|port| port.int_at("port") == Some(wanted)) else {
        let told = format!("service/{name} in {space:?} is not listening on port {wanted}");
        return ("False", "ServicePortError", told);
    };
    let slices = store.all(kinds::ENDPOINTSLICE, Some(space));
    let mut mine = slices.filter(|slice| slice.label("kubernetes.io/service-name") == name);
    let ready = |slice: &std::sync::Arc<Object>| {
        slice.value.list_at("endpoints").iter().any(|endpoint| endpoint.bool_at("conditions.ready"))
    };
    if mine.any(ready) {
        return ("True", "Passed", "all checks passed".into());
    }
    let port = port.str_at("name");
    let told = format!("endpoints for service/{name} in {space:?} have no addresses with port name {port:?}");
    ("False", "MissingEndpoints", told)
}

#[inline(never)]
pub(crate) fn reconcile(store: &Store, key: &Key, now: Time) -> Reconciled {
    let mut done = Reconciled::default();
    let Some(service) = store.get_key(key) else { return done };
    let (state, reason, message) = available(store, service);
    let mut status = service.value.at("status").clone();
    let condition = object! { "message" => message, "reason" => reason, "status" => state, "type" => "Available" };
    if set_condition(&mut status, condition, &now.rfc3339()) {
        done.actions.push(Action::Status { base: service.clone(), status });
    }
    done
}
