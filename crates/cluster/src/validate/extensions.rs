//! What extends the API server: its aggregated groups and its webhooks (Kubernetes 1.32, `kube-aggregator`
//! `pkg/apis/apiregistration/validation`, `pkg/apis/admissionregistration/validation`).

use crate::status::FieldError;
use manifest::Value;

pub(crate) fn api_service(service: &Value, _: Option<&Value>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let spec = service.at("spec");
    let (group, version) = (spec.str_at("group"), spec.str_at("version"));
    let required = format!("{version}.{group}");
    if service.str_at("metadata.name") != required {
        let why = "must be `spec.version+\".\"+spec.group`: \"".to_string() + &required + "\"";
        errors.push(FieldError::invalid("metadata.name", service.at("metadata.name"), &why));
    }
    for (field, most) in [("groupPriorityMinimum", 20_000), ("versionPriority", 1_000)] {
        let given = spec.int_at(field).unwrap_or(0);
        if given <= 0 || given > most {
            let why = format!("must be positive and less than {most}");
            errors.push(FieldError::invalid(format!("spec.{field}"), &Value::Int(given), &why));
        }
    }
    let behind = spec.at("service");
    if behind.is_null() {
        if spec.bool_at("insecureSkipTLSVerify") {
            let why = "local services may not set `insecureSkipTLSVerify`";
            errors.push(FieldError::invalid("spec.insecureSkipTLSVerify", &Value::Bool(true), why));
        }
        return errors;
    }
    for field in ["namespace", "name"] {
        if behind.str_at(field).is_empty() {
            errors.push(FieldError::required(format!("spec.service.{field}"), ""));
        }
    }
    errors
}

pub(crate) fn webhooks(configuration: &Value, _: Option<&Value>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (at, hook) in configuration.list_at("webhooks").iter().enumerate() {
        let path = |field: &str| format!("webhooks[{at}].{field}");
        if hook.str_at("name").split('.').count() < 3 {
            let why = "should be a domain with at least three segments separated by dots";
            errors.push(FieldError::invalid(path("name"), hook.at("name"), why));
        }
        let (url, service) = (hook.at("clientConfig.url"), hook.at("clientConfig.service"));
        if url.is_null() == service.is_null() {
            errors.push(FieldError::required(path("clientConfig"), "exactly one of url or service is required"));
        }
        if !matches!(hook.str_at("sideEffects"), "None" | "NoneOnDryRun") {
            let known = ["None", "NoneOnDryRun"];
            errors.push(FieldError::unsupported(path("sideEffects"), hook.at("sideEffects"), &known));
        }
        if hook.list_at("admissionReviewVersions").is_empty() {
            let why = "must specify one of v1, v1beta1";
            errors.push(FieldError::required(path("admissionReviewVersions"), why));
        }
        if !matches!(hook.str_at("failurePolicy"), "Fail" | "Ignore") {
            let known = ["Fail", "Ignore"];
            errors.push(FieldError::unsupported(path("failurePolicy"), hook.at("failurePolicy"), &known));
        }
        let wait = hook.int_at("timeoutSeconds").unwrap_or(0);
        if !(1..=30).contains(&wait) {
            let why = "the timeout value must be between 1 and 30 seconds";
            errors.push(FieldError::invalid(path("timeoutSeconds"), &Value::Int(wait), why));
        }
    }
    errors
}
