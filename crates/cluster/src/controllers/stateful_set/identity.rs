//! What makes a pod of a stateful set its own: name, host name, labels and claims.

use crate::controllers::history::HASH;
use crate::controllers::owner_reference;
use crate::defaults;
use crate::object::Object;
use manifest::{Value, list, object};
use std::sync::Arc;

/// The ordinal in a pod's name.
pub(super) fn ordinal(set: &Object, pod: &str) -> Option<i64> {
    let digits = pod.strip_prefix(set.name())?.strip_prefix('-')?;
    digits.parse().ok().filter(|n: &i64| n.to_string() == digits)
}

/// The claims of one ordinal, complete.
#[inline(never)]
pub(super) fn claims(set: &Arc<Object>, ordinal: i64) -> Vec<Value> {
    let template = |template: &Value| {
        let mut claim = object! {
            "apiVersion" => "v1", "kind" => "PersistentVolumeClaim",
            "metadata" => object! {
                "labels" => set.value.at("spec.selector.matchLabels").clone(),
                "name" => claim_name(set, template, ordinal),
            },
            "spec" => template.at("spec").clone(),
        };
        if let Some(annotations) = template.at("metadata").get("annotations") {
            claim.set("metadata.annotations", annotations.clone());
        }
        if set.value.str_at("spec.persistentVolumeClaimRetentionPolicy.whenDeleted") == "Delete" {
            claim.set("metadata.ownerReferences", list![owner_reference(set)]);
        }
        defaults::claim(&mut claim);
        claim
    };
    set.value.list_at("spec.volumeClaimTemplates").iter().map(template).collect()
}

fn claim_name(set: &Object, template: &Value, ordinal: i64) -> String {
    format!("{}-{}-{ordinal}", template.str_at("metadata.name"), set.name())
}

#[inline(never)]
pub(super) fn pod_of(set: &Arc<Object>, ordinal: i64, template: &Value, revision: &str) -> Value {
    let name = format!("{}-{ordinal}", set.name());
    let mut labels = template.at("metadata.labels").clone();
    labels.put(HASH, revision);
    labels.put("statefulset.kubernetes.io/pod-name", name.as_str());
    labels.put("apps.kubernetes.io/pod-index", ordinal.to_string());
    let mut metadata = object! {
        "generateName" => format!("{}-", set.name()), "labels" => labels, "name" => &name,
        "ownerReferences" => list![owner_reference(set)],
    };
    if let Some(annotations) = template.at("metadata").get("annotations").filter(|part| !part.is_zero()) {
        metadata.put("annotations", annotations.clone());
    }
    let mut pod = object! {
        "apiVersion" => "v1", "kind" => "Pod", "metadata" => metadata, "spec" => template.at("spec").clone(),
    };
    pod.set("spec.hostname", name.as_str());
    pod.set("spec.subdomain", set.value.at("spec.serviceName").clone());
    for template in set.value.list_at("spec.volumeClaimTemplates") {
        let own = template.at("metadata.name").clone();
        let claim = object! { "claimName" => claim_name(set, template, ordinal) };
        let volumes = pod.at_mut("spec.volumes").make_list();
        volumes.retain(|volume| *volume.at("name") != own);
        volumes.push(object! { "name" => own, "persistentVolumeClaim" => claim });
    }
    defaults::pod(&mut pod);
    pod
}
