//! The endpoint slice controller: the addresses behind each Service, at most 100 to a slice.

use super::{Action, Reconciled, owner_reference};
use crate::kinds;
use crate::object::{Key, Object};
use crate::pods::{finished, pod_ready};
use crate::selector::LabelSelector;
use crate::store::Store;
use manifest::{Value, list, object};
use order::OrdMap;
use std::sync::Arc;

const SLICE_MAX: usize = 100;
const SERVICE_NAME: &str = "kubernetes.io/service-name";
const MANAGED_BY: &str = "endpointslice.kubernetes.io/managed-by";
const MANAGER: &str = "endpointslice-controller.k8s.io";

#[inline(never)]
pub(crate) fn reconcile(store: &Store, key: &Key) -> Reconciled {
    let Some(service) = store.get_key(key) else { return Reconciled::default() };
    let selector = service.value.map_at("spec.selector");
    if selector.is_empty() || service.value.str_at("spec.type") == "ExternalName" || service.deleting() {
        return Reconciled::default();
    }
    let chosen = LabelSelector::from_labels(selector);
    let unready_too = service.value.bool_at("spec.publishNotReadyAddresses");
    // Pods may listen on different numbers behind one name: each set of ports has its own slices.
    let mut groups: OrdMap<String, (Value, OrdMap<Arc<str>, Value>)> = OrdMap::new();
    for pod in store.all(kinds::POD, Some(service.namespace())).filter(|pod| chosen.matches(pod.labels())) {
        if pod.value.str_at("status.podIP").is_empty() || finished(pod) {
            continue;
        }
        let ports = ports(service, pod);
        let group = groups.entry(ports.to_json()).or_insert_with(|| (ports, OrdMap::new()));
        group.1.insert(pod.uid.clone(), endpoint(pod, unready_too));
    }
    if groups.is_empty() {
        let ports = Value::list(Vec::new());
        groups.insert(ports.to_json(), (ports, OrdMap::new()));
    }
    let mine = |slice: &&Arc<Object>| slice.key.kind == kinds::ENDPOINTSLICE && slice.label(MANAGED_BY) == MANAGER;
    let mut slices: Vec<Arc<Object>> = store.owned_by(&service.uid).filter(mine).cloned().collect();
    let mut done = Reconciled::default();
    let had_any = !slices.is_empty();
    for (ports, endpoints) in groups.into_values() {
        spread(service, &mut slices, &ports, endpoints, &mut done);
    }
    if !had_any && done.actions.is_empty() {
        create(service, &Value::list(Vec::new()), Vec::new(), &mut done);
    }
    for slice in slices {
        done.actions.push(Action::Delete {
            key: slice.key.clone(),
            uid: slice.uid.clone(),
            because: service.spec_by.clone(),
        });
    }
    done
}

/// Brings endpoints into slices of the same ports; takes the slices that it uses out of `slices`.
#[inline(never)]
fn spread(
    service: &Arc<Object>,
    slices: &mut Vec<Arc<Object>>,
    ports: &Value,
    mut endpoints: OrdMap<Arc<str>, Value>,
    done: &mut Reconciled,
) {
    let fits = |slice: &Arc<Object>| slice.value.at("ports") == ports || slice.value.list_at("endpoints").is_empty();
    let (used, rest): (Vec<Arc<Object>>, Vec<Arc<Object>>) = slices.drain(..).partition(fits);
    *slices = rest;
    let mut filled: Vec<(Arc<Object>, Vec<Value>)> = Vec::new();
    for slice in used {
        let uids = slice.value.list_at("endpoints").iter().map(|e| e.str_at("targetRef.uid").to_string());
        let kept = uids.filter_map(|uid| endpoints.remove(uid.as_str())).collect();
        filled.push((slice, kept));
    }
    let mut fresh = endpoints.into_values();
    for (slice, mut kept) in filled {
        kept.extend(fresh.by_ref().take(SLICE_MAX.saturating_sub(kept.len())));
        let mut value = slice.value.clone();
        value.put("ports", ports.clone());
        value.put("endpoints", kept);
        if value != slice.value {
            done.actions.push(Action::Update { base: slice, value, because: sim::Causes::none() });
        }
    }
    let mut fresh = fresh.peekable();
    while fresh.peek().is_some() {
        create(service, ports, fresh.by_ref().take(SLICE_MAX).collect(), done);
    }
}

#[inline(never)]
fn create(service: &Arc<Object>, ports: &Value, endpoints: Vec<Value>, done: &mut Reconciled) {
    let mut labels = service.value.at("metadata.labels").clone();
    labels.put(SERVICE_NAME, &service.key.name);
    labels.put(MANAGED_BY, MANAGER);
    if service.value.str_at("spec.clusterIP") == "None" {
        labels.put("service.kubernetes.io/headless", "");
    }
    let value = object! {
        "addressType" => "IPv4", "apiVersion" => "discovery.k8s.io/v1", "endpoints" => endpoints,
        "kind" => "EndpointSlice",
        "metadata" => object! {
            "generateName" => format!("{}-", service.name()), "labels" => labels,
            "ownerReferences" => list![owner_reference(service)],
        },
        "ports" => ports.clone(),
    };
    done.actions.push(Action::Create {
        kind: kinds::ENDPOINTSLICE,
        namespace: service.key.namespace.clone(),
        value,
        because: service.spec_by.clone(),
        announce: None,
    });
}

#[inline(never)]
fn endpoint(pod: &Object, unready_too: bool) -> Value {
    let (ready, going) = (pod_ready(pod), pod.deleting());
    object! {
        "addresses" => list![pod.value.at("status.podIP").clone()],
        "conditions" => object! {
            "ready" => unready_too || (ready && !going), "serving" => ready, "terminating" => going,
        },
        "nodeName" => pod.value.at("spec.nodeName").clone(),
        "targetRef" => object! {
            "kind" => "Pod", "name" => &pod.key.name, "namespace" => &pod.key.namespace, "uid" => &pod.uid,
        },
    }
}

/// The Service's ports as this pod has them: a named target is looked up in its containers.
#[inline(never)]
fn ports(service: &Object, pod: &Object) -> Value {
    let mut out = Vec::new();
    for port in service.value.list_at("spec.ports") {
        let number = match port.at("targetPort") {
            Value::Int(n) if *n > 0 => Some(*n),
            Value::Str(name) => {
                let declared = pod.value.list_at("spec.containers").iter().flat_map(|c| c.list_at("ports"));
                let mut named =
                    declared.filter(|p| *p.str_at("name") == **name && p.at("protocol") == port.at("protocol"));
                named.next().and_then(|p| p.int_at("containerPort"))
            }
            _ => port.int_at("port"),
        };
        if let Some(number) = number {
            out.push(object! {
                "name" => port.str_at("name"), "port" => number, "protocol" => port.at("protocol").clone(),
            });
        }
    }
    Value::list(out)
}
