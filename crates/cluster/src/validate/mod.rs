//! What the API server refuses, in its words (Kubernetes 1.32, `pkg/apis/*/validation`). Each function gets the new
//! object and the one it replaces.

mod metadata;
mod pod;
mod service;
mod workload;

pub(crate) use metadata::{NameForm, generate_name, metadata};
pub(crate) use pod::pod;
pub(crate) use service::service;
pub(crate) use workload::{deployment, replica_set};

use crate::status::FieldError;
use manifest::Value;

pub(crate) fn namespace(_: &Value, _: Option<&Value>) -> Vec<FieldError> {
    Vec::new()
}

pub(crate) fn event(_: &Value, _: Option<&Value>) -> Vec<FieldError> {
    Vec::new()
}

pub(crate) fn endpoint_slice(slice: &Value, _: Option<&Value>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let kind = slice.at("addressType");
    if kind.is_zero() {
        errors.push(FieldError::required("addressType", ""));
    } else if !matches!(kind.as_str(), Some("IPv4" | "IPv6" | "FQDN")) {
        errors.push(FieldError::unsupported("addressType", kind, &["FQDN", "IPv4", "IPv6"]));
    }
    errors
}

pub(crate) fn node(node: &Value, _: Option<&Value>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (at, taint) in node.list_at("spec.taints").iter().enumerate() {
        let path = format!("spec.taints[{at}]");
        if let Some(why) = metadata::qualified_name_flaw(taint.str_at("key")) {
            errors.push(FieldError::invalid(format!("{path}.key"), taint.at("key"), why));
        }
        let effect = taint.at("effect");
        if effect.is_zero() {
            errors.push(FieldError::required(format!("{path}.effect"), ""));
        } else if !matches!(effect.as_str(), Some("NoSchedule" | "PreferNoSchedule" | "NoExecute")) {
            let known = ["NoSchedule", "PreferNoSchedule", "NoExecute"];
            errors.push(FieldError::unsupported(format!("{path}.effect"), effect, &known));
        }
    }
    errors
}

const CONFIG_KEY: &str = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  \
     or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

pub(crate) fn config_map(map: &Value, old: Option<&Value>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for field in ["data", "binaryData"] {
        for key in map.map_at(field).keys() {
            let fits = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b));
            if !fits {
                errors.push(FieldError::invalid(format!("{field}[{key}]"), &Value::from(key), CONFIG_KEY));
            }
        }
    }
    if let Some(old) = old.filter(|old| old.bool_at("immutable")) {
        if !map.bool_at("immutable") {
            errors.push(FieldError::forbidden("immutable", "field is immutable when `immutable` is set"));
        }
        for field in ["data", "binaryData"] {
            if map.at(field) != old.at(field) {
                errors.push(FieldError::forbidden(field, "field is immutable when `immutable` is set"));
            }
        }
    }
    errors
}

/// A whole number that must not be below zero.
fn not_negative(errors: &mut Vec<FieldError>, object: &Value, path: &str) {
    if object.int_at(path).is_some_and(|n| n < 0) {
        errors.push(FieldError::invalid(path, object.at(path), "must be greater than or equal to 0"));
    }
}
