//! Stateful sets, daemon sets, volumes and their claims (Kubernetes 1.32, `pkg/apis/apps/v1`, `core/v1`, `storage/v1`).

use super::{default, template};
use manifest::{Value, list};

pub(crate) fn stateful_set(set: &mut Value) {
    default(set, "spec.podManagementPolicy", "OrderedReady");
    default(set, "spec.updateStrategy.type", "RollingUpdate");
    if set.str_at("spec.updateStrategy.type") == "RollingUpdate" {
        default(set, "spec.updateStrategy.rollingUpdate.partition", 0);
    }
    default(set, "spec.persistentVolumeClaimRetentionPolicy.whenDeleted", "Retain");
    default(set, "spec.persistentVolumeClaimRetentionPolicy.whenScaled", "Retain");
    default(set, "spec.replicas", 1);
    default(set, "spec.revisionHistoryLimit", 10);
    default(set, "spec.serviceName", "");
    if !set.list_at("spec.volumeClaimTemplates").is_empty() {
        for claim in set.at_mut("spec.volumeClaimTemplates").make_list() {
            default(claim, "apiVersion", "v1");
            default(claim, "kind", "PersistentVolumeClaim");
            default(claim, "spec.volumeMode", "Filesystem");
            default(claim, "status.phase", "Pending");
        }
    }
    template(set);
    default(set, "status.replicas", 0);
    default(set, "status.availableReplicas", 0);
}

pub(crate) fn daemon_set(set: &mut Value) {
    default(set, "spec.updateStrategy.type", "RollingUpdate");
    if set.str_at("spec.updateStrategy.type") == "RollingUpdate" {
        default(set, "spec.updateStrategy.rollingUpdate.maxUnavailable", 1);
        default(set, "spec.updateStrategy.rollingUpdate.maxSurge", 0);
    }
    default(set, "spec.revisionHistoryLimit", 10);
    template(set);
    for field in ["currentNumberScheduled", "desiredNumberScheduled", "numberMisscheduled", "numberReady"] {
        default(set, &format!("status.{field}"), 0);
    }
}

pub(crate) fn claim(claim: &mut Value) {
    default(claim, "spec.volumeMode", "Filesystem");
    default(claim, "status.phase", "Pending");
    protected(claim, "kubernetes.io/pvc-protection");
}

pub(crate) fn volume(volume: &mut Value) {
    default(volume, "spec.persistentVolumeReclaimPolicy", "Retain");
    default(volume, "spec.volumeMode", "Filesystem");
    default(volume, "status.phase", "Pending");
    if volume.at("spec").get("hostPath").is_some() {
        default(volume, "spec.hostPath.type", "");
    }
    protected(volume, "kubernetes.io/pv-protection");
}

/// The admission plugin `StorageObjectInUseProtection`, for an object that is new.
fn protected(object: &mut Value, finalizer: &str) {
    if object.at("metadata.uid").is_null() && object.at("metadata.finalizers").is_zero() {
        object.set("metadata.finalizers", list![finalizer]);
    }
}

pub(crate) fn storage_class(class: &mut Value) {
    default(class, "reclaimPolicy", "Delete");
    default(class, "volumeBindingMode", "Immediate");
}
