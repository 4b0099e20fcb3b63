//! Roles, bindings, ingresses, network policies and definitions.

use super::metadata;
use crate::status::FieldError;
use manifest::Value;

/// `pkg/apis/rbac/validation`
pub(crate) fn role(role: &Value, _: Option<&Value>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (at, rule) in role.list_at("rules").iter().enumerate() {
        let here = format!("rules[{at}]");
        if rule.list_at("verbs").is_empty() {
            errors.push(FieldError::required(format!("{here}.verbs"), "verbs must contain at least one value"));
        }
        let urls = !rule.list_at("nonResourceURLs").is_empty();
        if !urls && rule.list_at("apiGroups").is_empty() {
            let why = "resource rules must supply at least one api group";
            errors.push(FieldError::required(format!("{here}.apiGroups"), why));
        }
        if !urls && rule.list_at("resources").is_empty() {
            let why = "resource rules must supply at least one resource";
            errors.push(FieldError::required(format!("{here}.resources"), why));
        }
    }
    errors
}

pub(crate) fn binding(binding: &Value, old: Option<&Value>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let reference = binding.at("roleRef");
    if !matches!(reference.str_at("kind"), "Role" | "ClusterRole") {
        let known = ["ClusterRole", "Role"];
        errors.push(FieldError::unsupported("roleRef.kind", reference.at("kind"), &known));
    }
    if reference.str_at("name").is_empty() {
        errors.push(FieldError::required("roleRef.name", ""));
    }
    for (at, subject) in binding.list_at("subjects").iter().enumerate() {
        let here = format!("subjects[{at}]");
        if subject.str_at("name").is_empty() {
            errors.push(FieldError::required(format!("{here}.name"), ""));
        }
        match subject.str_at("kind") {
            // A role binding's accounts are those of its own namespace, where they name none.
            "ServiceAccount"
                if subject.str_at("namespace").is_empty() && binding.str_at("metadata.namespace").is_empty() =>
            {
                errors.push(FieldError::required(format!("{here}.namespace"), ""));
            }
            "ServiceAccount" | "User" | "Group" => {}
            _ => {
                let known = ["Group", "ServiceAccount", "User"];
                errors.push(FieldError::unsupported(format!("{here}.kind"), subject.at("kind"), &known));
            }
        }
    }
    if let Some(old) = old
        && old.at("roleRef") != reference
    {
        let text = |field: &str| reference.str_at(field).to_string();
        let shown = format!(
            "rbac.RoleRef{{APIGroup:{:?}, Kind:{:?}, Name:{:?}}}",
            text("apiGroup"),
            text("kind"),
            text("name")
        );
        errors.push(FieldError::invalid_shown("roleRef", &shown, "cannot change roleRef"));
    }
    errors
}

/// `pkg/apis/networking/validation`
pub(crate) fn ingress(ingress: &Value, _: Option<&Value>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if ingress.list_at("spec.rules").is_empty() && ingress.at("spec.defaultBackend").is_null() {
        let why = "either `defaultBackend` or `rules` must be specified";
        errors.push(FieldError::invalid_shown("spec", "[]networking.IngressRule(nil)", why));
    }
    for (at, rule) in ingress.list_at("spec.rules").iter().enumerate() {
        for (index, path) in rule.list_at("http.paths").iter().enumerate() {
            let here = format!("spec.rules[{at}].http.paths[{index}]");
            let text = path.str_at("path");
            match path.str_at("pathType") {
                "" => errors.push(FieldError::required(format!("{here}.pathType"), "pathType must be specified")),
                "Exact" | "Prefix" if !text.starts_with('/') => {
                    let why = "must be an absolute path";
                    errors.push(FieldError::invalid(format!("{here}.path"), &Value::from(text), why));
                }
                "Exact" | "Prefix" | "ImplementationSpecific" => {}
                _ => {
                    let known = ["Exact", "ImplementationSpecific", "Prefix"];
                    errors.push(FieldError::unsupported(format!("{here}.pathType"), path.at("pathType"), &known));
                }
            }
            backend(&mut errors, path.at("backend"), &format!("{here}.backend"));
        }
    }
    let fallback = ingress.at("spec.defaultBackend");
    if !fallback.is_null() {
        backend(&mut errors, fallback, "spec.defaultBackend");
    }
    errors
}

fn backend(errors: &mut Vec<FieldError>, backend: &Value, path: &str) {
    let service = backend.at("service");
    if service.is_null() {
        if backend.at("resource").is_null() {
            errors.push(FieldError::required(path, "resource or service backend is required"));
        }
        return;
    }
    if service.str_at("name").is_empty() {
        errors.push(FieldError::required(format!("{path}.service.name"), ""));
    }
    let port = service.at("port");
    if port.at("number").is_zero() && port.at("name").is_zero() {
        errors.push(FieldError::required(path, "port name or number is required"));
    }
}

pub(crate) fn network_policy(policy: &Value, _: Option<&Value>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (at, kind) in policy.list_at("spec.policyTypes").iter().enumerate() {
        if !matches!(kind.as_str(), Some("Ingress" | "Egress")) {
            let path = format!("spec.policyTypes[{at}]");
            errors.push(FieldError::unsupported(path, kind, &["Egress", "Ingress"]));
        }
    }
    for (rules, peers) in [("ingress", "from"), ("egress", "to")] {
        for (at, rule) in policy.list_at(&format!("spec.{rules}")).iter().enumerate() {
            for (index, peer) in rule.list_at(peers).iter().enumerate() {
                let here = format!("spec.{rules}[{at}].{peers}[{index}]");
                let some = |field: &str| !peer.at(field).is_null();
                if !some("ipBlock") && !some("podSelector") && !some("namespaceSelector") {
                    errors.push(FieldError::required(here, "must specify a peer"));
                } else if some("ipBlock") && (some("podSelector") || some("namespaceSelector")) {
                    let why = "may not specify both ipBlock and another peer";
                    errors.push(FieldError::forbidden(here, why));
                }
            }
        }
    }
    errors
}

/// `apiextensions-apiserver/pkg/apis/apiextensions/validation`
pub(crate) fn definition(definition: &Value, _: Option<&Value>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let spec = definition.at("spec");
    let (group, plural) = (spec.str_at("group"), spec.str_at("names.plural"));
    let wanted = format!("{plural}.{group}");
    if definition.str_at("metadata.name") != wanted {
        let why = "must be spec.names.plural+\".\"+spec.group";
        errors.push(FieldError::invalid("metadata.name", definition.at("metadata.name"), why));
    }
    if group.is_empty() {
        errors.push(FieldError::required("spec.group", ""));
    } else if group.split('.').count() < 2 {
        let why = "should be a domain with at least one dot";
        errors.push(FieldError::invalid("spec.group", spec.at("group"), why));
    }
    if !matches!(spec.str_at("scope"), "Cluster" | "Namespaced") {
        errors.push(FieldError::unsupported("spec.scope", spec.at("scope"), &["Cluster", "Namespaced"]));
    }
    for field in ["plural", "kind"] {
        if spec.at("names").str_at(field).is_empty() {
            errors.push(FieldError::required(format!("spec.names.{field}"), ""));
        }
    }
    if let Some(why) = metadata::name_flaw(metadata::NameForm::Label1035, plural).filter(|_| !plural.is_empty()) {
        errors.push(FieldError::invalid("spec.names.plural", spec.at("names.plural"), why));
    }
    let stored = spec.list_at("versions").iter().filter(|version| version.bool_at("storage")).count();
    if stored != 1 {
        let why = "must have exactly one version marked as storage version";
        let shown = "[]apiextensions.CustomResourceDefinitionVersion{...}";
        errors.push(FieldError::invalid_shown("spec.versions", shown, why));
    }
    for (at, version) in spec.list_at("versions").iter().enumerate() {
        if version.at("schema.openAPIV3Schema").is_null() {
            let path = format!("spec.versions[{at}].schema.openAPIV3Schema");
            errors.push(FieldError::required(path, "schemas are required"));
        }
    }
    errors
}

/// Unlike kubernetes: endpoints are told from the slices and are not written.
pub(crate) fn endpoints(_: &Value, _: Option<&Value>) -> Vec<FieldError> {
    vec![FieldError::forbidden("", "endpoints are made from the service's endpoint slices")]
}
