//! Deployments and replica sets.

use super::pod::template_spec;
use super::{metadata, not_negative};
use crate::selector::LabelSelector;
use crate::status::FieldError;
use manifest::{Map, Value};

pub(crate) fn deployment(deployment: &Value, old: Option<&Value>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    not_negative(&mut errors, deployment, "spec.replicas");
    selector_and_template(&mut errors, deployment, "deployment");
    strategy(&mut errors, deployment);
    not_negative(&mut errors, deployment, "spec.minReadySeconds");
    not_negative(&mut errors, deployment, "spec.revisionHistoryLimit");
    not_negative(&mut errors, deployment, "spec.progressDeadlineSeconds");
    let deadline = deployment.int_at("spec.progressDeadlineSeconds").unwrap_or(600);
    if deadline <= deployment.int_at("spec.minReadySeconds").unwrap_or(0) {
        let at = "spec.progressDeadlineSeconds";
        errors.push(FieldError::invalid(at, deployment.at(at), "must be greater than minReadySeconds"));
    }
    same_selector(&mut errors, deployment, old);
    errors
}

pub(crate) fn replica_set(set: &Value, old: Option<&Value>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    not_negative(&mut errors, set, "spec.replicas");
    not_negative(&mut errors, set, "spec.minReadySeconds");
    selector_and_template(&mut errors, set, "deployment");
    same_selector(&mut errors, set, old);
    errors
}

/// Its selector is a plain map of labels.
pub(crate) fn replication_controller(controller: &Value, _: Option<&Value>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    not_negative(&mut errors, controller, "spec.replicas");
    not_negative(&mut errors, controller, "spec.minReadySeconds");
    if controller.map_at("spec.selector").is_empty() {
        errors.push(FieldError::required("spec.selector", ""));
    }
    let mut whole = controller.clone();
    let labels = controller.at("spec.selector").clone();
    whole.set("spec.selector", manifest::object! { "matchLabels" => labels });
    selector_and_template(&mut errors, &whole, "replication controller");
    errors
}

pub(crate) fn stateful_set(set: &Value, old: Option<&Value>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    not_negative(&mut errors, set, "spec.replicas");
    not_negative(&mut errors, set, "spec.minReadySeconds");
    if !matches!(set.str_at("spec.podManagementPolicy"), "OrderedReady" | "Parallel") {
        let given = set.at("spec.podManagementPolicy");
        let why = "must be 'OrderedReady' or 'Parallel'";
        errors.push(FieldError::invalid("spec.podManagementPolicy", given, why));
    }
    if !matches!(set.str_at("spec.updateStrategy.type"), "RollingUpdate" | "OnDelete") {
        let why = "must be 'RollingUpdate' or 'OnDelete'";
        errors.push(FieldError::invalid("spec.updateStrategy", set.at("spec.updateStrategy.type"), why));
    }
    not_negative(&mut errors, set, "spec.updateStrategy.rollingUpdate.partition");
    // Mounts of claims are volumes of the pods.
    let mut whole = set.clone();
    for claim in set.list_at("spec.volumeClaimTemplates") {
        let name = claim.at("metadata.name");
        let volume = manifest::object! { "name" => name.clone(), "emptyDir" => Value::map() };
        let volumes = whole.at_mut("spec.template.spec.volumes").make_list();
        // A claim takes the place of a volume of its name.
        volumes.retain(|one| one.at("name") != name);
        volumes.push(volume);
    }
    selector_and_template(&mut errors, &whole, "statefulset");
    if let Some(old) = old {
        let fixed = |set: &Value| {
            let mut spec = set.at("spec").clone();
            for field in [
                "replicas",
                "ordinals",
                "template",
                "updateStrategy",
                "revisionHistoryLimit",
                "persistentVolumeClaimRetentionPolicy",
                "minReadySeconds",
            ] {
                spec.remove(field);
            }
            spec
        };
        if fixed(set) != fixed(old) {
            let why = "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', \
                       'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
            errors.push(FieldError::forbidden("spec", why));
        }
    }
    errors
}

pub(crate) fn daemon_set(set: &Value, old: Option<&Value>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    selector_and_template(&mut errors, set, "daemonset");
    not_negative(&mut errors, set, "spec.minReadySeconds");
    let rolling = set.at("spec.updateStrategy.rollingUpdate");
    match set.str_at("spec.updateStrategy.type") {
        "OnDelete" => {}
        "RollingUpdate" => {
            for field in ["maxUnavailable", "maxSurge"] {
                amount(&mut errors, rolling.at(field), &format!("spec.updateStrategy.rollingUpdate.{field}"));
            }
            let some = |field: &str| !matches!(rolling.at(field), Value::Int(0)) && rolling.str_at(field) != "0%";
            let path = "spec.updateStrategy.rollingUpdate.maxSurge";
            if some("maxUnavailable") && some("maxSurge") {
                let shown = shown_int_or_text(rolling.at("maxSurge"));
                errors.push(FieldError::invalid_shown(path, &shown, "may not be set when maxUnavailable is non-zero"));
            } else if !some("maxUnavailable") && !some("maxSurge") {
                let path = "spec.updateStrategy.rollingUpdate.maxUnavailable";
                errors.push(FieldError::required(path, "cannot be 0 when maxSurge is 0"));
            }
        }
        _ => {
            let given = set.at("spec.updateStrategy.type");
            errors.push(FieldError::unsupported("spec.updateStrategy.type", given, &["OnDelete", "RollingUpdate"]));
        }
    }
    same_selector(&mut errors, set, old);
    errors
}

/// A selector as Go prints the struct.
fn shown_selector(selector: &Value) -> String {
    let labels = selector.map_at("matchLabels");
    let labels = if labels.is_empty() { "map[string]string(nil)".to_string() } else { shown_labels(labels) };
    format!("v1.LabelSelector{{MatchLabels:{labels}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}}")
}

fn shown_labels(labels: &Map) -> String {
    let pairs: Vec<String> = labels.iter().map(|(k, v)| format!("{k:?}:{:?}", v.as_str().unwrap_or(""))).collect();
    format!("map[string]string{{{}}}", pairs.join(", "))
}

fn selector_and_template(errors: &mut Vec<FieldError>, owner: &Value, what: &str) {
    let selector = owner.at("spec.selector");
    let chooser = LabelSelector::from_value(selector);
    if selector.is_null() {
        errors.push(FieldError::required("spec.selector", ""));
    } else {
        metadata::labels(errors, selector.map_at("matchLabels"), "spec.selector.matchLabels");
        expressions(errors, selector);
        if chooser.is_empty() {
            let why = format!("empty selector is invalid for {what}");
            errors.push(FieldError::invalid_shown("spec.selector", &shown_selector(selector), &why));
        }
    }
    let labels = owner.map_at("spec.template.metadata.labels");
    if !selector.is_null() && !chooser.is_empty() && !chooser.matches(labels) {
        let shown = if labels.is_empty() { "map[string]string(nil)".into() } else { shown_labels(labels) };
        let path = "spec.template.metadata.labels";
        errors.push(FieldError::invalid_shown(path, &shown, "`selector` does not match template `labels`"));
    }
    metadata::labels(errors, labels, "spec.template.labels");
    template_spec(errors, owner.at("spec.template.spec"), "spec.template.spec");
    let policy = owner.at("spec.template.spec.restartPolicy");
    if policy.as_str() != Some("Always") && !owner.at("spec.template.spec").is_null() {
        errors.push(FieldError::unsupported("spec.template.spec.restartPolicy", policy, &["Always"]));
    }
}

fn expressions(errors: &mut Vec<FieldError>, selector: &Value) {
    for (at, expression) in selector.list_at("matchExpressions").iter().enumerate() {
        let path = format!("spec.selector.matchExpressions[{at}]");
        let values = expression.list_at("values");
        match expression.str_at("operator") {
            "In" | "NotIn" if values.is_empty() => {
                let why = "must be specified when `operator` is 'In' or 'NotIn'";
                errors.push(FieldError::required(format!("{path}.values"), why));
            }
            "Exists" | "DoesNotExist" if !values.is_empty() => {
                let why = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
                errors.push(FieldError::forbidden(format!("{path}.values"), why));
            }
            "In" | "NotIn" | "Exists" | "DoesNotExist" => {}
            _ => {
                let why = "not a valid selector operator";
                errors.push(FieldError::invalid(format!("{path}.operator"), expression.at("operator"), why));
            }
        }
    }
}

fn strategy(errors: &mut Vec<FieldError>, deployment: &Value) {
    let kind = deployment.at("spec.strategy.type");
    let rolling = deployment.at("spec.strategy.rollingUpdate");
    match kind.as_str() {
        Some("Recreate") => {
            if !rolling.is_null() {
                let why = "may not be specified when strategy `type` is 'Recreate'";
                errors.push(FieldError::forbidden("spec.strategy.rollingUpdate", why));
            }
        }
        Some("RollingUpdate") => {
            for field in ["maxUnavailable", "maxSurge"] {
                amount(errors, rolling.at(field), &format!("spec.strategy.rollingUpdate.{field}"));
            }
            let nothing = |field: &str| matches!(rolling.at(field), Value::Int(0)) || rolling.str_at(field) == "0%";
            if nothing("maxUnavailable") && nothing("maxSurge") {
                let path = "spec.strategy.rollingUpdate.maxUnavailable";
                let shown = shown_int_or_text(rolling.at("maxUnavailable"));
                errors.push(FieldError::invalid_shown(path, &shown, "may not be 0 when `maxSurge` is 0"));
            }
        }
        _ => errors.push(FieldError::unsupported("spec.strategy", kind, &["Recreate", "RollingUpdate"])),
    }
}

fn shown_int_or_text(value: &Value) -> String {
    match value {
        Value::Int(n) => format!("intstr.IntOrString{{Type:0, IntVal:{n}, StrVal:\"\"}}"),
        other => format!("intstr.IntOrString{{Type:1, IntVal:0, StrVal:{:?}}}", other.as_str().unwrap_or("")),
    }
}

/// A whole number that is not negative, or a percentage.
pub(super) fn amount(errors: &mut Vec<FieldError>, value: &Value, path: &str) {
    match value {
        Value::Int(n) if *n < 0 => {
            errors.push(FieldError::invalid_shown(path, &n.to_string(), "must be greater than or equal to 0"));
        }
        Value::Str(text) => {
            let digits = text.strip_suffix('%').unwrap_or("");
            if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
                let why = "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', \
                           regex used for validation is '[0-9]+%')";
                errors.push(FieldError::invalid_shown(path, &shown_int_or_text(value), why));
            }
        }
        _ => {}
    }
}

fn same_selector(errors: &mut Vec<FieldError>, new: &Value, old: Option<&Value>) {
    if let Some(old) = old
        && old.at("spec.selector") != new.at("spec.selector")
    {
        let shown = shown_selector(new.at("spec.selector"));
        errors.push(FieldError::invalid_shown("spec.selector", &shown, "field is immutable"));
    }
}
