//! Volumes, claims and storage classes (Kubernetes 1.32, `pkg/apis/core/validation`).

use crate::status::FieldError;
use manifest::Value;

const MODES: [&str; 4] = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];

fn modes(errors: &mut Vec<FieldError>, object: &Value, missing: &str) {
    let all = object.list_at("spec.accessModes");
    if all.is_empty() {
        errors.push(FieldError::required("spec.accessModes", missing));
    }
    for mode in all.iter().filter(|mode| !MODES.contains(&mode.as_str().unwrap_or(""))) {
        errors.push(FieldError::unsupported("spec.accessModes", mode, &MODES));
    }
}

pub(crate) fn claim(claim: &Value, old: Option<&Value>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    modes(&mut errors, claim, "at least 1 access mode is required");
    if claim.at("spec.resources.requests").get("storage").is_none_or(Value::is_zero) {
        errors.push(FieldError::required("spec.resources[storage]", ""));
    }
    if let Some(old) = old {
        let fixed = |claim: &Value| {
            let mut spec = claim.at("spec").clone();
            spec.remove("resources");
            spec.remove("volumeName");
            spec.remove("volumeAttributesClassName");
            spec
        };
        if fixed(claim) != fixed(old) {
            // Unlike kubernetes: the difference of both specs in Go syntax is not added.
            let why = "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";
            errors.push(FieldError::forbidden("spec", why));
        }
        let size = |claim: &Value| {
            let storage = claim.at("spec.resources.requests").get("storage").cloned().unwrap_or_default();
            crate::node_load::quantity_of(&storage).unwrap_or_default()
        };
        if size(claim) < size(old) {
            let why = "field can not be less than status.capacity";
            errors.push(FieldError::forbidden("spec.resources.requests.storage", why));
        }
    }
    errors
}

pub(crate) fn volume(volume: &Value, _: Option<&Value>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    modes(&mut errors, volume, "");
    if volume.at("spec.capacity").is_zero() {
        errors.push(FieldError::required("spec.capacity", ""));
    } else if volume.at("spec.capacity").get("storage").is_none() {
        errors.push(FieldError::unsupported("spec.capacity", volume.at("spec.capacity"), &["storage"]));
    }
    let plain = [
        "accessModes",
        "capacity",
        "claimRef",
        "mountOptions",
        "nodeAffinity",
        "persistentVolumeReclaimPolicy",
        "storageClassName",
        "volumeMode",
    ];
    if volume.map_at("spec").keys().all(|key| plain.contains(&key.as_ref())) {
        errors.push(FieldError::required("spec", "must specify a volume type"));
    }
    let policy = volume.at("spec.persistentVolumeReclaimPolicy");
    if !matches!(policy.as_str(), Some("Delete" | "Recycle" | "Retain")) {
        let known = ["Delete", "Recycle", "Retain"];
        errors.push(FieldError::unsupported("spec.persistentVolumeReclaimPolicy", policy, &known));
    }
    errors
}

pub(crate) fn storage_class(class: &Value, old: Option<&Value>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if class.str_at("provisioner").is_empty() {
        errors.push(FieldError::required("provisioner", ""));
    }
    let mode = class.at("volumeBindingMode");
    if !matches!(mode.as_str(), Some("Immediate" | "WaitForFirstConsumer")) {
        errors.push(FieldError::unsupported("volumeBindingMode", mode, &["Immediate", "WaitForFirstConsumer"]));
    }
    let policy = class.at("reclaimPolicy");
    if !matches!(policy.as_str(), Some("Delete" | "Retain")) {
        errors.push(FieldError::unsupported("reclaimPolicy", policy, &["Delete", "Retain"]));
    }
    if let Some(old) = old {
        for field in ["provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"] {
            if old.at(field) != class.at(field) {
                let why = "updates to this field are forbidden.";
                errors.push(FieldError::forbidden(field, why));
            }
        }
    }
    errors
}
