//! Quotas, limit ranges, bindings, ingresses, network policies and definitions.

use super::default;
use manifest::{Value, list};

pub(crate) fn quota(quota: &mut Value) {
    default(quota, "spec", Value::map());
}

/// `SetDefaults_LimitRangeItem`: the maximum is the default, and that the default request.
pub(crate) fn limit_range(range: &mut Value) {
    for at in 0..range.list_at("spec.limits").len() {
        let path = format!("spec.limits[{at}]");
        if range.at(&path).str_at("type") != "Container" {
            continue;
        }
        for (from, to) in [("max", "default"), ("default", "defaultRequest"), ("min", "defaultRequest")] {
            for (name, amount) in range.at(&path).map_at(from).clone().iter() {
                if range.at(&path).at(to).get(name).is_none() {
                    range.at_mut(&format!("{path}.{to}")).put(name, amount.clone());
                }
            }
        }
    }
}

const RBAC: &str = "rbac.authorization.k8s.io";

pub(crate) fn binding(binding: &mut Value) {
    default(binding, "roleRef.apiGroup", RBAC);
    for at in 0..binding.list_at("subjects").len() {
        if binding.str_at(&format!("subjects[{at}].kind")) != "ServiceAccount" {
            default(binding, &format!("subjects[{at}].apiGroup"), RBAC);
        }
    }
}

pub(crate) fn ingress(ingress: &mut Value) {
    default(ingress, "status.loadBalancer", Value::map());
}

pub(crate) fn network_policy(policy: &mut Value) {
    if policy.list_at("spec.policyTypes").is_empty() {
        let egress = !policy.list_at("spec.egress").is_empty();
        policy.set("spec.policyTypes", if egress { list!["Ingress", "Egress"] } else { list!["Ingress"] });
    }
    for rules in ["ingress", "egress"] {
        for at in 0..policy.list_at(&format!("spec.{rules}")).len() {
            for port in 0..policy.list_at(&format!("spec.{rules}[{at}].ports")).len() {
                default(policy, &format!("spec.{rules}[{at}].ports[{port}].protocol"), "TCP");
            }
        }
    }
}

pub(crate) fn definition(definition: &mut Value) {
    let kind = definition.str_at("spec.names.kind").to_string();
    default(definition, "spec.conversion.strategy", "None");
    default(definition, "spec.names.singular", kind.to_ascii_lowercase());
    default(definition, "spec.names.listKind", format!("{kind}List"));
}
