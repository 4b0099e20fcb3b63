//! What the API server fills in when a field is left out (Kubernetes 1.32, `pkg/apis/*/v1/defaults.go`, and the
//! admission plugins that every cluster runs).

mod autoscaler;
mod batch;
mod extensions;
mod pod;
mod rules;
mod sets;

pub(crate) use autoscaler::{autoscaler, upgrade};
pub(crate) use batch::{cron_job, job, job_identity};
pub(crate) use extensions::{api_service, mutating_webhooks, validating_webhooks};
pub(crate) use pod::{pod, qos_class, remove_token};

pub(crate) use rules::{binding, definition, ingress, limit_range, network_policy, quota};
pub(crate) use sets::{claim, daemon_set, stateful_set, storage_class, volume};

use crate::base64;
use manifest::{Value, list, word};
use pod::pod_spec;

/// Sets a field that is missing or null.
fn default(value: &mut Value, path: &str, fallback: impl Into<Value>) {
    if value.at(path).is_null() {
        *value.at_mut(path) = fallback.into();
    }
}

pub(crate) fn namespace(namespace: &mut Value) {
    let name = namespace.str_at("metadata.name").to_string();
    let mut labels = namespace.at("metadata.labels").clone();
    labels.put("kubernetes.io/metadata.name", name);
    namespace.set("metadata.labels", labels);
    default(namespace, "spec.finalizers", list!["kubernetes"]);
    default(namespace, "status.phase", "Active");
}

pub(crate) fn node(node: &mut Value) {
    default(node, "spec", Value::map());
}

pub(crate) fn priority_class(class: &mut Value) {
    default(class, "value", 0);
    default(class, "preemptionPolicy", "PreemptLowerPriority");
}

/// Kinds whose fields have no defaults.
pub(crate) fn nothing(_: &mut Value) {}

/// What is in `stringData` goes into `data`.
pub(crate) fn secret(secret: &mut Value) {
    default(secret, "type", "Opaque");
    let plain = secret.remove("stringData").unwrap_or_default();
    for (key, text) in plain.entries().iter() {
        secret.at_mut("data").put(key, base64::encode(text.as_str().unwrap_or("").as_bytes()));
    }
}

pub(crate) fn endpoint_slice(slice: &mut Value) {
    if slice.at("ports").items().iter().any(|port| port.get("protocol").is_none()) {
        for port in slice.at_mut("ports").make_list() {
            default(port, "protocol", "TCP");
        }
    }
}

pub(crate) fn service(service: &mut Value) {
    default(service, "spec.type", "ClusterIP");
    default(service, "spec.sessionAffinity", "None");
    let kind = service.str_at("spec.type").to_string();
    if kind != "ExternalName" {
        default(service, "spec.internalTrafficPolicy", "Cluster");
        default(service, "spec.ipFamilies", list!["IPv4"]);
        default(service, "spec.ipFamilyPolicy", "SingleStack");
    }
    if kind == "NodePort" || kind == "LoadBalancer" {
        default(service, "spec.externalTrafficPolicy", "Cluster");
    }
    if kind == "LoadBalancer" {
        default(service, "spec.allocateLoadBalancerNodePorts", true);
    }
    if !service.list_at("spec.ports").is_empty() {
        for port in service.at_mut("spec.ports").make_list() {
            default(port, "protocol", "TCP");
            let same = port.at("port").clone();
            default(port, "targetPort", same);
        }
    }
    default(service, "status.loadBalancer", Value::map());
}

pub(crate) fn deployment(deployment: &mut Value) {
    default(deployment, "spec.replicas", 1);
    default(deployment, "spec.revisionHistoryLimit", 10);
    default(deployment, "spec.progressDeadlineSeconds", 600);
    default(deployment, "spec.strategy.type", "RollingUpdate");
    if deployment.str_at("spec.strategy.type") == "RollingUpdate" {
        default(deployment, "spec.strategy.rollingUpdate.maxUnavailable", "25%");
        default(deployment, "spec.strategy.rollingUpdate.maxSurge", "25%");
    }
    template(deployment);
    default(deployment, "status", Value::map());
}

pub(crate) fn replica_set(set: &mut Value) {
    default(set, "spec.replicas", 1);
    template(set);
    default(set, "status.replicas", 0);
}

/// Selector and labels are those of its pods where they are left out.
pub(crate) fn replication_controller(controller: &mut Value) {
    let labels = controller.at("spec.template.metadata.labels").clone();
    if !labels.is_zero() {
        for path in ["spec.selector", "metadata.labels"] {
            if controller.at(path).is_zero() {
                controller.set(path, labels.clone());
            }
        }
    }
    replica_set(controller);
}

fn template(owner: &mut Value) {
    if owner.at("spec.template").as_map().is_none() {
        return;
    }
    let meta = owner.at_mut("spec.template.metadata").make_map();
    if !meta.contains("creationTimestamp") {
        meta.insert(word("creationTimestamp"), Value::Null);
    }
    let mut spec = owner.at("spec.template.spec").clone();
    pod_spec(&mut spec);
    owner.set("spec.template.spec", spec);
}
