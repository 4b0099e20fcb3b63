//! Rendered texts to manifests and hooks in the order of their kinds: Helm 3.17, `pkg/releaseutil`.

use crate::load::{read_yaml, wanted_text};
use crate::values::Log;
use manifest::Value;
use order::{Arrange, OrdMap};

/// A document of a template.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// The template's path.
    pub path: String,
    pub text: String,
    pub api_version: String,
    pub kind: String,
}

/// A document that is run at a moment of a release's life.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Hook {
    pub name: String,
    pub kind: String,
    pub path: String,
    pub text: String,
    pub events: Vec<String>,
    pub weight: i64,
    pub delete_policies: Vec<String>,
}

const INSTALL_ORDER: &[&str] = &[
    "PriorityClass",
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodSecurityPolicy",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "SecretList",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleList",
    "ClusterRoleBinding",
    "ClusterRoleBindingList",
    "Role",
    "RoleList",
    "RoleBinding",
    "RoleBindingList",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicationController",
    "ReplicaSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "Job",
    "CronJob",
    "IngressClass",
    "Ingress",
    "APIService",
];

const EVENTS: &[&str] = &[
    "pre-install",
    "post-install",
    "pre-delete",
    "post-delete",
    "pre-upgrade",
    "post-upgrade",
    "pre-rollback",
    "post-rollback",
    "test",
];

/// Where a kind stands in an installation: known ones in their order, then the others by name.
fn rank(kind: &str) -> (usize, &str) {
    match INSTALL_ORDER.iter().position(|known| *known == kind) {
        Some(at) => (at, ""),
        None => (usize::MAX, kind),
    }
}

/// Where a kind stands when a release is taken away: roughly the other way round, unknown ones last.
pub fn uninstall_rank(kind: &str) -> (usize, &str) {
    // Services go right after what leads to them, before what they lead to.
    let at = INSTALL_ORDER.iter().position(|known| *known == kind);
    match (kind, at) {
        (_, None) => (usize::MAX, kind),
        ("Service", _) => (33 * 2 + 1 - 64, ""),
        (_, Some(at)) => ((INSTALL_ORDER.len() - at) * 2 + usize::from(at < 33) * 10, ""),
    }
}

/// The documents of a text.
pub fn split(text: &str) -> Vec<String> {
    let text = text.trim();
    let mut rest = text.strip_prefix("---").map_or(text, str::trim_start);
    let mut documents = Vec::new();
    loop {
        let (document, after) = match rest.find("\n---") {
            Some(at) => (&rest[..at], Some(rest[at + 4..].trim_start())),
            None => (rest, None),
        };
        if !document.is_empty() {
            documents.push(document.trim().to_string());
        }
        match after {
            Some(after) => rest = after,
            None => return documents,
        }
    }
}

/// Hooks, and everything else.
pub(crate) fn sort(files: &OrdMap<String, String>, log: Log<'_>) -> Result<(Vec<Hook>, Vec<Manifest>), String> {
    let (mut hooks, mut manifests) = (Vec::new(), Vec::new());
    for (path, content) in files.iter() {
        if path.rsplit('/').next().unwrap_or(path).starts_with('_') || content.trim().is_empty() {
            continue;
        }
        for text in split(content) {
            let head = read_head(&text).map_err(|told| format!("YAML parse error on {path}: {told}"))?;
            match head.at("metadata.annotations").get("helm.sh/hook") {
                None => manifests.push(Manifest {
                    path: path.clone(),
                    text,
                    api_version: wanted_text(head.at("apiVersion")),
                    kind: wanted_text(head.at("kind")),
                }),
                Some(events) => {
                    let events = wanted_text(events);
                    hooks.extend(hook(path, text, &head, &events, log));
                }
            }
        }
    }
    hooks.arrange_by(|a, b| rank(&a.kind).cmp(&rank(&b.kind)));
    manifests.arrange_by(|a, b| rank(&a.kind).cmp(&rank(&b.kind)));
    Ok((hooks, manifests))
}

fn hook(path: &str, text: String, head: &Value, events: &str, log: Log<'_>) -> Option<Hook> {
    let annotation = |key: &str| head.at("metadata.annotations").get(key).map(wanted_text);
    let mut known = Vec::new();
    for event in events.split(',') {
        let event = event.trim().to_ascii_lowercase();
        let event = if event == "test-success" { "test".to_string() } else { event };
        if !EVENTS.contains(&event.as_str()) {
            log.push(format!("info: skipping unknown hook: {}", gotemplate::quoted(events)));
            return None;
        }
        known.push(event);
    }
    let policies = annotation("helm.sh/hook-delete-policy");
    Some(Hook {
        name: wanted_text(head.at("metadata.name")),
        kind: wanted_text(head.at("kind")),
        path: path.into(),
        text,
        events: known,
        weight: annotation("helm.sh/hook-weight").and_then(|weight| weight.parse().ok()).unwrap_or(0),
        delete_policies: policies
            .map(|list| list.split(',').map(|policy| policy.trim().to_ascii_lowercase()).collect())
            .unwrap_or_default(),
    })
}

/// What Go reads of a document's head; a field of another type is an error.
fn read_head(text: &str) -> Result<Value, String> {
    let head = read_yaml(text)?;
    let wrong = |value: &Value, place: &str, wanted: &str| {
        let told = crate::load::cannot_unmarshal(value, wanted);
        let field = format!("Go struct field SimpleHead.{place} of type {wanted}");
        Err(told.replace(&format!("Go value of type {wanted}"), &field))
    };
    match &head {
        Value::Null | Value::Map(_) => {}
        other => return Err(crate::load::cannot_unmarshal(other, "releaseutil.SimpleHead")),
    }
    for key in ["apiVersion", "kind"] {
        if let Some(value @ (Value::List(_) | Value::Map(_))) = head.get(key) {
            return wrong(value, key, "string");
        }
    }
    if let Some(value) = head.get("metadata") {
        match value {
            Value::Null | Value::Map(_) => {}
            other => {
                return wrong(
                    other,
                    "metadata",
                    "struct { Name string \"json:\\\"name\\\"\"; Annotations map[string]string \"json:\\\"annotations\\\"\" }",
                );
            }
        }
        if let Some(name @ (Value::List(_) | Value::Map(_))) = value.get("name") {
            return wrong(name, "metadata.name", "string");
        }
        for (_, note) in value.at("annotations").entries().iter() {
            if matches!(note, Value::List(_) | Value::Map(_)) {
                return annotation_wrong(note);
            }
        }
    }
    Ok(head)
}

fn annotation_wrong(note: &Value) -> Result<Value, String> {
    let what = crate::load::cannot_unmarshal(note, "string");
    Err(what.replace("Go value of type string", "Go struct field .metadata.annotations of type string"))
}
