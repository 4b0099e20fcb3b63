//! Autoscalers (Kubernetes 1.32, `pkg/apis/autoscaling/validation`).

use crate::node_load::quantity_of;
use crate::status::FieldError;
use manifest::Value;

pub(crate) fn autoscaler(autoscaler: &Value, _: Option<&Value>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let spec = autoscaler.at("spec");
    let (min, max) = (spec.int_at("minReplicas").unwrap_or(1), spec.int_at("maxReplicas").unwrap_or(0));
    if min < 1 {
        let why = "must be greater than or equal to 1";
        errors.push(FieldError::invalid("spec.minReplicas", &Value::Int(min), why));
    }
    if max < 1 {
        errors.push(FieldError::invalid("spec.maxReplicas", &Value::Int(max), "must be greater than 0"));
    }
    if max < min {
        let why = "must be greater than or equal to `minReplicas`";
        errors.push(FieldError::invalid("spec.maxReplicas", &Value::Int(max), why));
    }
    for field in ["kind", "name"] {
        if spec.at("scaleTargetRef").str_at(field).is_empty() {
            errors.push(FieldError::required(format!("spec.scaleTargetRef.{field}"), ""));
        }
    }
    for (at, metric) in spec.list_at("metrics").iter().enumerate() {
        self::metric(&mut errors, metric, &format!("spec.metrics[{at}]"));
    }
    for way in ["scaleUp", "scaleDown"] {
        rules(&mut errors, spec.at("behavior").at(way), &format!("spec.behavior.{way}"));
    }
    errors
}

fn metric(errors: &mut Vec<FieldError>, metric: &Value, path: &str) {
    let kinds = ["ContainerResource", "External", "Object", "Pods", "Resource"];
    let kind = metric.str_at("type");
    if kind.is_empty() {
        return errors.push(FieldError::required(format!("{path}.type"), "must specify a metric source type"));
    }
    if !kinds.contains(&kind) {
        return errors.push(FieldError::unsupported(format!("{path}.type"), metric.at("type"), &kinds));
    }
    let mut field = kind.to_string();
    field[..1].make_ascii_lowercase();
    let here = format!("{path}.{field}");
    let Some(source) = metric.get(&field) else {
        let why = "must populate information for the given metric source";
        return errors.push(FieldError::required(here, why));
    };
    if kind.ends_with("Resource") {
        if source.str_at("name").is_empty() {
            errors.push(FieldError::required(format!("{here}.name"), "must specify a resource name"));
        }
    } else if source.str_at("metric.name").is_empty() {
        errors.push(FieldError::required(format!("{here}.metric.name"), "must specify a metric name"));
    }
    if kind == "ContainerResource" && source.str_at("container").is_empty() {
        errors.push(FieldError::required(format!("{here}.container"), "must specify a container"));
    }
    target(errors, source.at("target"), &format!("{here}.target"), kind.ends_with("Resource"));
}

fn target(errors: &mut Vec<FieldError>, target: &Value, path: &str, resource: bool) {
    let kind = target.str_at("type");
    if kind.is_empty() {
        errors.push(FieldError::required(format!("{path}.type"), "must specify a metric target type"));
    } else if !matches!(kind, "Utilization" | "Value" | "AverageValue") {
        let why = "must be either Utilization, Value, or AverageValue";
        errors.push(FieldError::invalid(format!("{path}.type"), target.at("type"), why));
    }
    for field in ["value", "averageValue"] {
        if target.get(field).and_then(quantity_of).is_some_and(|amount| amount.0 <= 0) {
            errors.push(FieldError::invalid(format!("{path}.{field}"), target.at(field), "must be positive"));
        }
    }
    if target.int_at("averageUtilization").is_some_and(|percent| percent < 1) {
        let at = format!("{path}.averageUtilization");
        errors.push(FieldError::invalid(at, target.at("averageUtilization"), "must be greater than 0"));
    }
    let given = |field: &str| target.get(field).is_some_and(|v| !v.is_null());
    if !resource {
        return;
    }
    if !given("averageUtilization") && !given("averageValue") {
        let why = "must set either a target raw value or a target utilization";
        errors.push(FieldError::required(format!("{path}.averageUtilization"), why));
    }
    if given("averageUtilization") && given("averageValue") {
        let why = "may not set both a target raw value and a target utilization";
        errors.push(FieldError::forbidden(format!("{path}.averageValue"), why));
    }
}

fn rules(errors: &mut Vec<FieldError>, rules: &Value, path: &str) {
    if rules.is_null() {
        return;
    }
    let window = rules.int_at("stabilizationWindowSeconds");
    let at = format!("{path}.stabilizationWindowSeconds");
    match window {
        Some(n) if n < 0 => {
            errors.push(FieldError::invalid(at, &Value::Int(n), "must be greater than or equal to zero"))
        }
        Some(n) if n > 3_600 => {
            errors.push(FieldError::invalid(at, &Value::Int(n), "must be less than or equal to 3600"));
        }
        _ => {}
    }
    let choice = rules.at("selectPolicy");
    if !matches!(choice.as_str(), Some("Max" | "Min" | "Disabled")) {
        let known = ["Disabled", "Max", "Min"];
        errors.push(FieldError::unsupported(format!("{path}.selectPolicy"), choice, &known));
    }
    if rules.list_at("policies").is_empty() {
        errors.push(FieldError::required(format!("{path}.policies"), "must specify at least one Policy"));
    }
    for (at, policy) in rules.list_at("policies").iter().enumerate() {
        let here = format!("{path}.policies[{at}]");
        if !matches!(policy.str_at("type"), "Pods" | "Percent") {
            errors.push(FieldError::unsupported(format!("{here}.type"), policy.at("type"), &["Percent", "Pods"]));
        }
        for (field, most) in [("value", i64::MAX), ("periodSeconds", 1_800)] {
            let number = policy.int_at(field).unwrap_or(0);
            let at = format!("{here}.{field}");
            if number <= 0 {
                errors.push(FieldError::invalid(at, &Value::Int(number), "must be greater than zero"));
            } else if number > most {
                errors.push(FieldError::invalid(at, &Value::Int(number), "must be less than or equal to 1800"));
            }
        }
    }
}
