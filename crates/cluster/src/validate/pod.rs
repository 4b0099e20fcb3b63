//! Pods and pod templates.

use super::metadata::{NameForm, name_flaw};
use crate::node_load::quantity_of;
use crate::status::{FieldError, shown};
use manifest::Value;
use order::OrdSet;

pub(crate) fn pod(pod: &Value, old: Option<&Value>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    template_spec(&mut errors, pod.at("spec"), "spec");
    let policy = pod.at("spec.restartPolicy");
    if !matches!(policy.as_str(), Some("Always" | "OnFailure" | "Never")) {
        errors.push(FieldError::unsupported("spec.restartPolicy", policy, &["Always", "OnFailure", "Never"]));
    }
    if let Some(old) = old
        && !update_allowed(pod, old)
    {
        // Unlike kubernetes: the difference of both specs in Go syntax is not added.
        errors.push(FieldError::forbidden(
            "spec",
            "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,\
             `spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),\
             `spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
        ));
    }
    errors
}

/// Whether only those fields differ that a pod may change.
fn update_allowed(new: &Value, old: &Value) -> bool {
    if new.at("spec") == old.at("spec") {
        return true;
    }
    let added = new.list_at("spec.tolerations");
    if !old.list_at("spec.tolerations").iter().all(|toleration| added.contains(toleration)) {
        return false;
    }
    let stripped = |pod: &Value| {
        let mut spec = pod.at("spec").clone();
        spec.remove("tolerations");
        spec.remove("activeDeadlineSeconds");
        for field in ["containers", "initContainers"] {
            for at in 0..spec.list_at(field).len() {
                spec.remove(&format!("{field}[{at}].image"));
            }
        }
        spec
    };
    stripped(new) == stripped(old)
}

/// The checks that a pod and a pod template share.
pub(super) fn template_spec(errors: &mut Vec<FieldError>, spec: &Value, path: &str) {
    let volumes = volumes(errors, spec, path);
    if spec.list_at("containers").is_empty() {
        errors.push(FieldError::required(format!("{path}.containers"), ""));
    }
    let mut names = OrdSet::new();
    for field in ["containers", "initContainers"] {
        for (at, container) in spec.list_at(field).iter().enumerate() {
            let here = format!("{path}.{field}[{at}]");
            self::container(errors, container, &here, &volumes);
            init_rules(errors, container, &here, field == "initContainers");
            let name = container.str_at("name");
            if !name.is_empty() && !names.insert(name.to_string()) {
                errors.push(FieldError::duplicate(format!("{here}.name"), container.at("name")));
            }
        }
    }
    if !matches!(spec.str_at("dnsPolicy"), "ClusterFirst" | "ClusterFirstWithHostNet" | "Default" | "None" | "") {
        let known = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"];
        errors.push(FieldError::unsupported(format!("{path}.dnsPolicy"), spec.at("dnsPolicy"), &known));
    }
    let grace = format!("{path}.terminationGracePeriodSeconds");
    if spec.int_at("terminationGracePeriodSeconds").is_some_and(|n| n < 0) {
        errors.push(FieldError::invalid(
            grace,
            spec.at("terminationGracePeriodSeconds"),
            "must be greater than or equal to 0",
        ));
    }
}

fn volumes(errors: &mut Vec<FieldError>, spec: &Value, path: &str) -> OrdSet<String> {
    let mut names = OrdSet::new();
    for (at, volume) in spec.list_at("volumes").iter().enumerate() {
        let here = format!("{path}.volumes[{at}]");
        let name = volume.at("name");
        if name.is_zero() {
            errors.push(FieldError::required(format!("{here}.name"), ""));
        } else if let Some(why) = name_flaw(NameForm::Label, name.as_str().unwrap_or("")) {
            errors.push(FieldError::invalid(format!("{here}.name"), name, why));
        } else if !names.insert(name.as_str().unwrap_or("").to_string()) {
            errors.push(FieldError::duplicate(format!("{here}.name"), name));
        }
        if volume.get("configMap").is_some_and(|source| source.str_at("name").is_empty()) {
            errors.push(FieldError::required(format!("{here}.configMap.name"), ""));
        }
    }
    names
}

fn container(errors: &mut Vec<FieldError>, container: &Value, path: &str, volumes: &OrdSet<String>) {
    let name = container.at("name");
    if name.is_zero() {
        errors.push(FieldError::required(format!("{path}.name"), ""));
    } else if let Some(why) = name_flaw(NameForm::Label, name.as_str().unwrap_or("")) {
        errors.push(FieldError::invalid(format!("{path}.name"), name, why));
    }
    let image = container.str_at("image");
    if image.is_empty() {
        errors.push(FieldError::required(format!("{path}.image"), ""));
    } else if image.trim() != image {
        let why = "must not have leading or trailing whitespace";
        errors.push(FieldError::invalid(format!("{path}.image"), container.at("image"), why));
    }
    let policy = container.at("imagePullPolicy");
    if !matches!(policy.as_str(), Some("Always" | "IfNotPresent" | "Never")) {
        let known = ["Always", "IfNotPresent", "Never"];
        errors.push(FieldError::unsupported(format!("{path}.imagePullPolicy"), policy, &known));
    }
    ports(errors, container, path);
    env(errors, container, path);
    mounts(errors, container, path, volumes);
    for kind in ["livenessProbe", "readinessProbe", "startupProbe"] {
        if let Some(probe) = container.get(kind).filter(|probe| !probe.is_null()) {
            self::probe(errors, probe, &format!("{path}.{kind}"), kind == "readinessProbe");
        }
    }
    resources(errors, container, path);
}

/// What only sidecars among the init containers may have, and only init containers may say.
fn init_rules(errors: &mut Vec<FieldError>, container: &Value, path: &str, init: bool) {
    let policy = container.at("restartPolicy");
    if !init {
        if !policy.is_null() {
            let why = "may not be set for non-init containers";
            errors.push(FieldError::forbidden(format!("{path}.restartPolicy"), why));
        }
        return;
    }
    match policy.as_str() {
        Some("Always") => return,
        Some(_) => errors.push(FieldError::unsupported(format!("{path}.restartPolicy"), policy, &["Always"])),
        None => {}
    }
    for field in ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] {
        if !container.at(field).is_null() {
            let why = "may not be set for init containers without restartPolicy=Always";
            errors.push(FieldError::forbidden(format!("{path}.{field}"), why));
        }
    }
}

fn port_flaw(number: i64) -> Option<&'static str> {
    (!(1..=65_535).contains(&number)).then_some("must be between 1 and 65535, inclusive")
}

fn ports(errors: &mut Vec<FieldError>, container: &Value, path: &str) {
    let mut names = OrdSet::new();
    for (at, port) in container.list_at("ports").iter().enumerate() {
        let here = format!("{path}.ports[{at}]");
        let name = port.str_at("name");
        if !name.is_empty() {
            if let Some(why) = port_name_flaw(name) {
                errors.push(FieldError::invalid(format!("{here}.name"), port.at("name"), why));
            } else if !names.insert(name.to_string()) {
                errors.push(FieldError::duplicate(format!("{here}.name"), port.at("name")));
            }
        }
        match port.int_at("containerPort") {
            None | Some(0) => errors.push(FieldError::required(format!("{here}.containerPort"), "")),
            Some(number) => {
                if let Some(why) = port_flaw(number) {
                    errors.push(FieldError::invalid(format!("{here}.containerPort"), port.at("containerPort"), why));
                }
            }
        }
        if !matches!(port.str_at("protocol"), "TCP" | "UDP" | "SCTP") {
            errors.push(FieldError::unsupported(
                format!("{here}.protocol"),
                port.at("protocol"),
                &["SCTP", "TCP", "UDP"],
            ));
        }
    }
}

/// validation `IsValidPortName`.
pub(super) fn port_name_flaw(name: &str) -> Option<&'static str> {
    if name.len() > 15 {
        return Some("must be no more than 15 characters");
    }
    if !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        return Some("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
    }
    if !name.bytes().any(|b| b.is_ascii_lowercase()) {
        return Some("must contain at least one letter (a-z)");
    }
    if name.contains("--") {
        return Some("must not contain consecutive hyphens");
    }
    (name.starts_with('-') || name.ends_with('-')).then_some("must not begin or end with a hyphen")
}

fn env(errors: &mut Vec<FieldError>, container: &Value, path: &str) {
    for (at, variable) in container.list_at("env").iter().enumerate() {
        let here = format!("{path}.env[{at}]");
        if variable.str_at("name").is_empty() {
            errors.push(FieldError::required(format!("{here}.name"), ""));
        }
        let from = variable.at("valueFrom");
        if !from.is_null() {
            if !variable.str_at("value").is_empty() {
                let why = "may not be specified when `value` is not empty";
                errors.push(FieldError::invalid_shown(format!("{here}.valueFrom"), "\"\"", why));
            }
            for source in ["configMapKeyRef", "secretKeyRef"] {
                for field in ["name", "key"] {
                    if from.get(source).is_some_and(|reference| reference.str_at(field).is_empty()) {
                        errors.push(FieldError::required(format!("{here}.valueFrom.{source}.{field}"), ""));
                    }
                }
            }
        }
    }
}

fn mounts(errors: &mut Vec<FieldError>, container: &Value, path: &str, volumes: &OrdSet<String>) {
    let mut places = OrdSet::new();
    for (at, mount) in container.list_at("volumeMounts").iter().enumerate() {
        let here = format!("{path}.volumeMounts[{at}]");
        let name = mount.str_at("name");
        if name.is_empty() {
            errors.push(FieldError::required(format!("{here}.name"), ""));
        } else if !volumes.contains(name) {
            errors.push(FieldError::not_found(format!("{here}.name"), mount.at("name")));
        }
        let place = mount.str_at("mountPath");
        if place.is_empty() {
            errors.push(FieldError::required(format!("{here}.mountPath"), ""));
        } else if !places.insert(place.to_string()) {
            errors.push(FieldError::invalid(format!("{here}.mountPath"), mount.at("mountPath"), "must be unique"));
        }
    }
}

const HANDLERS: [&str; 4] = ["exec", "httpGet", "tcpSocket", "grpc"];

fn probe(errors: &mut Vec<FieldError>, probe: &Value, path: &str, readiness: bool) {
    let given: Vec<&str> = HANDLERS.into_iter().filter(|name| probe.get(name).is_some_and(|h| !h.is_null())).collect();
    if given.is_empty() {
        errors.push(FieldError::required(path, "must specify a handler type"));
    }
    for extra in given.iter().skip(1) {
        errors.push(FieldError::forbidden(format!("{path}.{extra}"), "may not specify more than 1 handler type"));
    }
    for field in ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"] {
        if probe.int_at(field).is_some_and(|n| n < 0) {
            let at = format!("{path}.{field}");
            errors.push(FieldError::invalid(at, probe.at(field), "must be greater than or equal to 0"));
        }
    }
    if !readiness && probe.int_at("successThreshold").is_some_and(|n| n != 1) {
        errors.push(FieldError::invalid(format!("{path}.successThreshold"), probe.at("successThreshold"), "must be 1"));
    }
    if probe.get("exec").is_some_and(|exec| exec.list_at("command").is_empty()) {
        errors.push(FieldError::required(format!("{path}.exec.command"), ""));
    }
    for handler in ["httpGet", "tcpSocket"] {
        let Some(action) = probe.get(handler) else { continue };
        let at = format!("{path}.{handler}.port");
        match action.at("port") {
            Value::Int(number) => {
                if let Some(why) = port_flaw(*number) {
                    errors.push(FieldError::invalid(at, action.at("port"), why));
                }
            }
            Value::Str(name) => {
                if let Some(why) = port_name_flaw(name) {
                    errors.push(FieldError::invalid(at, action.at("port"), why));
                }
            }
            _ => errors.push(FieldError::invalid_shown(at, "0", "must be between 1 and 65535, inclusive")),
        }
    }
}

fn resources(errors: &mut Vec<FieldError>, container: &Value, path: &str) {
    let limits = container.at("resources.limits");
    for kind in ["limits", "requests"] {
        for (name, amount) in container.at("resources").at(kind).entries().iter() {
            let at = format!("{path}.resources.{kind}");
            let Some(quantity) = quantity_of(amount) else { continue };
            if quantity.0 < 0 {
                let at = format!("{at}[{name}]");
                errors.push(FieldError::invalid(at, amount, "must be greater than or equal to 0"));
            }
            let above = limits.get(name).and_then(quantity_of).filter(|limit| kind == "requests" && quantity > *limit);
            if above.is_some() {
                let limit = limits.get(name).map(shown).unwrap_or_default();
                let why = format!("must be less than or equal to {name} limit of {}", limit.trim_matches('"'));
                errors.push(FieldError::invalid(at, amount, &why));
            }
        }
    }
}
