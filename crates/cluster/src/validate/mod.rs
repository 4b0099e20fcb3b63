//! What the API server refuses, in its words (Kubernetes 1.32, `pkg/apis/*/validation`). Each function gets the new
//! object and the one it replaces.

mod autoscaler;
mod batch;
mod config;
mod extensions;
mod metadata;
mod pod;
mod policy;
mod rules;
mod service;
mod storage;
mod workload;

pub(crate) use autoscaler::autoscaler;
pub(crate) use batch::{cron_job, job};
pub(crate) use config::{config_map, secret};
pub(crate) use extensions::{api_service, webhooks};
pub(crate) use metadata::{NameForm, generate_name, label_value, metadata};
pub(crate) use pod::pod;
pub(crate) use policy::{budget, priority_class};
pub(crate) use rules::{binding, definition, endpoints, ingress, network_policy, role};
pub(crate) use service::service;
pub(crate) use storage::{claim, storage_class, volume};
pub(crate) use workload::{daemon_set, deployment, replica_set, replication_controller, stateful_set};

use crate::status::FieldError;
use manifest::Value;

pub(crate) fn namespace(_: &Value, _: Option<&Value>) -> Vec<FieldError> {
    Vec::new()
}

/// Kinds of which nothing but the metadata is checked.
pub(crate) fn nothing(_: &Value, _: Option<&Value>) -> Vec<FieldError> {
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

/// A whole number that must not be below zero.
fn not_negative(errors: &mut Vec<FieldError>, object: &Value, path: &str) {
    if object.int_at(path).is_some_and(|n| n < 0) {
        errors.push(FieldError::invalid(path, object.at(path), "must be greater than or equal to 0"));
    }
}
