//! Which volume suits a claim, and the writes that bind both.

use super::{Action, Reconciled, class_of};
use crate::kinds;
use crate::node_load::quantity_of;
use crate::object::Object;
use crate::scheduler::suits;
use crate::selector::LabelSelector;
use crate::store::Store;
use manifest::{Map, Value, list, object};
use sim::Time;
use std::sync::Arc;

fn request(claim: &Value) -> i64 {
    claim.at("spec.resources.requests").get("storage").and_then(quantity_of).unwrap_or_default().units()
}

fn capacity(volume: &Object) -> i64 {
    volume.value.at("spec.capacity").get("storage").and_then(quantity_of).unwrap_or_default().units()
}

/// Whether a node reaches a volume.
#[inline(never)]
pub(crate) fn fits(volume: &Object, labels: &Map, node: &str) -> bool {
    let required = volume.value.at("spec.nodeAffinity.required");
    if required.is_null() {
        return true;
    }
    let affinity = object! { "nodeAffinity" => object! {
        "requiredDuringSchedulingIgnoredDuringExecution" => required.clone(),
    } };
    suits(&object! { "affinity" => affinity }, labels, node)
}

/// The smallest free volume that suits a claim; on a node, where one is named.
#[inline(never)]
pub(crate) fn pick<'s>(store: &'s Store, claim: &Object, node: &str) -> Option<&'s Arc<Object>> {
    let spec = claim.value.at("spec");
    let selector = LabelSelector::from_value(spec.at("selector"));
    let labels = store.node_load(node).map(|load| load.labels.clone()).unwrap_or_default();
    let suits = |volume: &&Arc<Object>| {
        let own = volume.value.at("spec");
        let reference = own.at("claimRef");
        let reserved = reference.str_at("name") == claim.name() && reference.str_at("namespace") == claim.namespace();
        let free = reference.is_null()
            || (reserved && matches!(reference.str_at("uid"), "") || reference.str_at("uid") == &*claim.uid);
        let modes = |mode: &Value| own.list_at("accessModes").contains(mode);
        free && !volume.deleting()
            && class_of(&volume.value) == class_of(&claim.value)
            && own.str_at("volumeMode") == spec.str_at("volumeMode")
            && spec.list_at("accessModes").iter().all(modes)
            && capacity(volume) >= request(&claim.value)
            && selector.matches(volume.labels())
            && (node.is_empty() || fits(volume, labels.entries(), node))
    };
    store.all(kinds::PERSISTENTVOLUME, None).filter(suits).min_by_key(|volume| {
        let reserved = !volume.value.at("spec.claimRef").is_null();
        (!reserved, capacity(volume), volume.key.name.clone())
    })
}

/// Writes both sides of a binding, where they are not written yet.
#[inline(never)]
pub(super) fn bind(claim: &Arc<Object>, volume: &Arc<Object>, done: &mut Reconciled) {
    let because = claim.spec_by.clone();
    let owner = volume.value.str_at("spec.claimRef.uid");
    if !owner.is_empty() && *owner != *claim.uid {
        return;
    }
    if owner.is_empty() {
        let mut value = volume.value.clone();
        value.set("spec.claimRef", reference(claim));
        value.at_mut("metadata.annotations").put("pv.kubernetes.io/bound-by-controller", "yes");
        done.actions.push(Action::Update { base: volume.clone(), value, because: because.clone() });
    }
    if claim.value.str_at("spec.volumeName").is_empty() {
        let mut value = claim.value.clone();
        value.set("spec.volumeName", &volume.key.name);
        let annotations = value.at_mut("metadata.annotations");
        annotations.put("pv.kubernetes.io/bind-completed", "yes");
        annotations.put("pv.kubernetes.io/bound-by-controller", "yes");
        done.actions.push(Action::Update { base: claim.clone(), value, because });
    }
    let mut status = claim.value.at("status").clone();
    status.put("phase", "Bound");
    status.put("accessModes", volume.value.at("spec.accessModes").clone());
    let grown = request(&claim.value) > capacity(volume);
    let size = if grown { claim.value.at("spec.resources.requests").get("storage") } else { None };
    status.put(
        "capacity",
        object! {
            "storage" => size.or_else(|| volume.value.at("spec.capacity").get("storage")).cloned().unwrap_or_default(),
        },
    );
    if grown && !owner.is_empty() {
        let mut value = volume.value.clone();
        value.set("spec.capacity.storage", size.cloned().unwrap_or_default());
        done.actions.push(Action::Update { base: volume.clone(), value, because: claim.spec_by.clone() });
    }
    if status != *claim.value.at("status") {
        done.actions.push(Action::Status { base: claim.clone(), status });
    }
}

fn reference(claim: &Object) -> Value {
    object! {
        "apiVersion" => "v1", "kind" => "PersistentVolumeClaim", "name" => &claim.key.name,
        "namespace" => &claim.key.namespace, "resourceVersion" => claim.version.to_string(), "uid" => &claim.uid,
    }
}

/// The volume that a provisioner makes for a claim.
#[inline(never)]
pub(super) fn provisioned(claim: &Object, class: &Object, node: &str, _: Time) -> Value {
    let name = format!("pvc-{}", claim.uid);
    let path = format!("/var/local-path-provisioner/{name}_{}_{}", claim.namespace(), claim.name());
    let mut spec = object! {
        "accessModes" => claim.value.at("spec.accessModes").clone(),
        "capacity" => object! {
            "storage" => claim.value.at("spec.resources.requests").get("storage").cloned().unwrap_or_default(),
        },
        "claimRef" => reference(claim),
        "hostPath" => object! { "path" => path, "type" => "DirectoryOrCreate" },
        "persistentVolumeReclaimPolicy" => class.value.at("reclaimPolicy").clone(),
        "storageClassName" => &class.key.name, "volumeMode" => claim.value.at("spec.volumeMode").clone(),
    };
    if !node.is_empty() {
        let demand = object! { "key" => "kubernetes.io/hostname", "operator" => "In", "values" => list![node] };
        let term = object! { "matchExpressions" => list![demand] };
        spec.set("nodeAffinity.required.nodeSelectorTerms", list![term]);
    }
    object! {
        "apiVersion" => "v1", "kind" => "PersistentVolume",
        "metadata" => object! {
            "annotations" => object! { "pv.kubernetes.io/provisioned-by" => class.value.at("provisioner").clone() },
            "finalizers" => list!["kubernetes.io/pv-protection"], "name" => name,
        },
        "spec" => spec, "status" => object! { "phase" => "Bound" },
    }
}
