//! Defaults of what extends the API server (Kubernetes 1.32, `pkg/apis/admissionregistration/v1/defaults.go`).

use super::default;
use manifest::Value;

fn webhooks(configuration: &mut Value, more: impl Fn(&mut Value)) {
    if configuration.list_at("webhooks").is_empty() {
        return;
    }
    for hook in configuration.at_mut("webhooks").make_list() {
        default(hook, "failurePolicy", "Fail");
        default(hook, "matchPolicy", "Equivalent");
        default(hook, "namespaceSelector", Value::map());
        default(hook, "objectSelector", Value::map());
        default(hook, "timeoutSeconds", 10);
        if !hook.at("clientConfig.service").is_null() {
            default(hook, "clientConfig.service.port", 443);
        }
        if !hook.list_at("rules").is_empty() {
            hook.at_mut("rules").make_list().iter_mut().for_each(|rule| default(rule, "scope", "*"));
        }
        more(hook);
    }
}

pub(crate) fn validating_webhooks(configuration: &mut Value) {
    webhooks(configuration, |_| ());
}

pub(crate) fn mutating_webhooks(configuration: &mut Value) {
    webhooks(configuration, |hook| default(hook, "reinvocationPolicy", "Never"));
}

pub(crate) fn api_service(service: &mut Value) {
    if !service.at("spec.service").is_null() {
        default(service, "spec.service.port", 443);
    }
}
