//! Budgets and priority classes (Kubernetes 1.32, `pkg/apis/policy/validation`, `pkg/apis/scheduling/validation`).

use super::workload::amount;
use crate::status::FieldError;
use manifest::Value;

pub(crate) fn budget(budget: &Value, _: Option<&Value>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let spec = budget.at("spec");
    let given = |field: &str| spec.get(field).is_some_and(|value| !value.is_null());
    if given("minAvailable") && given("maxUnavailable") {
        // Unlike kubernetes: the spec is not printed in Go syntax.
        let shown = "policy.PodDisruptionBudgetSpec{...}";
        errors.push(FieldError::invalid_shown("spec", shown, "minAvailable and maxUnavailable cannot be both set"));
    }
    for field in ["minAvailable", "maxUnavailable"] {
        amount(&mut errors, spec.at(field), &format!("spec.{field}"));
    }
    let policy = spec.at("unhealthyPodEvictionPolicy");
    if !policy.is_null() && !matches!(policy.as_str(), Some("AlwaysAllow" | "IfHealthyBudget")) {
        let known = ["AlwaysAllow", "IfHealthyBudget"];
        errors.push(FieldError::unsupported("spec.unhealthyPodEvictionPolicy", policy, &known));
    }
    errors
}

/// Higher values are the system's own.
const USER_MAX: i64 = 1_000_000_000;

pub(crate) fn priority_class(class: &Value, old: Option<&Value>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let (name, value) = (class.str_at("metadata.name"), class.int_at("value").unwrap_or(0));
    if name.starts_with("system-") && !matches!(name, "system-node-critical" | "system-cluster-critical") {
        let why = "priority class names with 'system-' prefix are reserved for system use only. error: system- is not a known \
                   system priority class";
        errors.push(FieldError::forbidden("metadata.name", why));
    } else if !name.starts_with("system-") && value > USER_MAX {
        let why = format!("maximum allowed value of a user defined priority is {USER_MAX}");
        errors.push(FieldError::forbidden("value", &why));
    }
    let policy = class.at("preemptionPolicy");
    if !matches!(policy.as_str(), Some("Never" | "PreemptLowerPriority")) {
        errors.push(FieldError::unsupported("preemptionPolicy", policy, &["Never", "PreemptLowerPriority"]));
    }
    if let Some(old) = old {
        if old.at("value") != class.at("value") {
            errors.push(FieldError::forbidden("value", "may not be changed in an update."));
        }
        if old.at("preemptionPolicy") != class.at("preemptionPolicy") {
            errors.push(FieldError::invalid("preemptionPolicy", policy, "field is immutable"));
        }
    }
    errors
}
