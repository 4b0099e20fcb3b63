//! `namespace`: every resource that can belong to one, and the few fields that name one.

use crate::failure::{Done, failed};
use crate::places::{Make, set_scalar, visit};
use crate::resource::{Resource, text_of};
use manifest::Value;

pub(crate) fn set(all: &mut [Resource], namespace: &str) -> Done<()> {
    let fields = crate::fields::namespaces();
    for at in 0..all.len() {
        let resource = &mut all[at];
        resource.remember();
        let id = resource.id();
        if !id.cluster_scoped {
            resource.value.set("metadata.namespace", namespace);
        }
        if id.gvk.kind == "Namespace" && id.gvk.api_version() == "v1" {
            resource.value.set("metadata.name", namespace);
        }
        if matches!(id.gvk.kind.as_str(), "RoleBinding" | "ClusterRoleBinding") {
            subjects(&mut resource.value, namespace);
        }
        for field in &fields {
            visit(resource, field, Make::Scalar, &mut |value| set_scalar(value, namespace))
                .map_err(|failure| failure.within("namespace transformation failed"))?;
        }
        let id = all[at].id();
        let same: Vec<String> =
            all.iter().filter(|other| other.id().equals(&id)).map(|other| other.value.to_json()).collect();
        if same.len() != 1 {
            // Unlike kustomize: its own annotations in the objects are not shown.
            return failed(&["namespace transformation produces ID conflict: [", &same.join(" "), "]"]);
        }
    }
    Ok(())
}

/// Only the account `default` moves with its binding; others follow their own names.
fn subjects(value: &mut Value, namespace: &str) {
    if value.get("subjects").is_none_or(|subjects| subjects.as_list().is_none()) {
        return;
    }
    for subject in value.at_mut("subjects").make_list() {
        if subject.get("name").is_some_and(|name| text_of(name) == "default") {
            subject.put("namespace", namespace);
        }
    }
}
