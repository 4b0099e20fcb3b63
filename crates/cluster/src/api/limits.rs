//! Limit ranges: defaults for containers, and bounds (Kubernetes 1.32, `plugin/pkg/admission/limitranger`).

use crate::engine::Cluster;
use crate::kinds::{self, KindId};
use crate::node_load::quantity_of;
use crate::object::Object;
use crate::quantity::Quantity;
use manifest::Value;
use std::sync::Arc;

fn text(amount: &Value) -> String {
    amount.as_str().map_or_else(|| amount.to_json(), str::to_string)
}

impl Cluster {
    /// Fills in what limit ranges give, and says what they refuse.
    pub(super) fn limit(&self, kind: KindId, namespace: &str, value: &mut Value) -> Vec<String> {
        let mut told = Vec::new();
        if !matches!(kind, kinds::POD | kinds::PERSISTENTVOLUMECLAIM) {
            return told;
        }
        let ranges: Vec<Arc<Object>> = self.store.all(kinds::LIMITRANGE, Some(namespace)).cloned().collect();
        for range in &ranges {
            for item in range.value.list_at("spec.limits") {
                if kind == kinds::POD && item.str_at("type") == "Container" {
                    fill(value, item);
                }
            }
        }
        for range in &ranges {
            for item in range.value.list_at("spec.limits") {
                match (kind, item.str_at("type")) {
                    (kinds::POD, "Container") => {
                        for list in ["spec.containers", "spec.initContainers"] {
                            value
                                .list_at(list)
                                .iter()
                                .for_each(|c| check(&mut told, item, c.at("resources"), "Container"));
                        }
                    }
                    (kinds::POD, "Pod") => check(&mut told, item, &sums(value), "Pod"),
                    (kinds::PERSISTENTVOLUMECLAIM, "PersistentVolumeClaim") => {
                        check(&mut told, item, value.at("spec.resources"), "PersistentVolumeClaim");
                    }
                    _ => {}
                }
            }
        }
        told
    }
}

fn fill(pod: &mut Value, item: &Value) {
    let mut notes = Vec::new();
    for list in ["spec.containers", "spec.initContainers"] {
        for at in 0..pod.list_at(list).len() {
            let name = pod.at(&format!("{list}[{at}].name")).as_str().unwrap_or("").to_string();
            for (kind, source, word) in [("requests", "defaultRequest", "request"), ("limits", "default", "limit")] {
                let mut set = Vec::new();
                for (resource, amount) in item.map_at(source).iter() {
                    let path = format!("{list}[{at}].resources.{kind}");
                    if pod.at(&path).get(resource).is_none() {
                        pod.at_mut(&path).put(resource, amount.clone());
                        set.push(resource.to_string());
                    }
                }
                if !set.is_empty() {
                    let what = if list == "spec.containers" { "container" } else { "init container" };
                    notes.push(format!("{} {word} for {what} {name}", set.join(", ")));
                }
            }
        }
    }
    if !notes.is_empty() {
        let told = format!("LimitRanger plugin set: {}", notes.join("; "));
        pod.at_mut("metadata.annotations").put("kubernetes.io/limit-ranger", told);
    }
}

/// The requests and limits of all containers together.
fn sums(pod: &Value) -> Value {
    let mut sums = Value::map();
    for container in pod.list_at("spec.containers") {
        for kind in ["requests", "limits"] {
            for (name, amount) in container.at("resources").map_at(kind).iter() {
                let had = sums.at(kind).get(name).and_then(quantity_of).unwrap_or_default();
                let sum = Quantity(had.0 + quantity_of(amount).unwrap_or_default().0);
                sums.at_mut(kind).put(name, crate::quota::shown(name, sum));
            }
        }
    }
    sums
}

fn check(told: &mut Vec<String>, item: &Value, resources: &Value, what: &str) {
    let of = |kind: &str, name: &str| resources.at(kind).get(name).cloned();
    for (name, least) in item.map_at("min").iter() {
        let head = format!("minimum {name} usage per {what} is {}", text(least));
        match of("requests", name) {
            None => told.push(format!("{head}.  No request is specified")),
            Some(asked) if quantity_of(&asked) < quantity_of(least) => {
                told.push(format!("{head}, but request is {}", text(&asked)));
            }
            Some(_) => {}
        }
    }
    for (name, most) in item.map_at("max").iter() {
        let head = format!("maximum {name} usage per {what} is {}", text(most));
        let claim = what == "PersistentVolumeClaim";
        match of(if claim { "requests" } else { "limits" }, name) {
            None => told.push(format!("{head}.  No limit is specified")),
            Some(given) if quantity_of(&given) > quantity_of(most) => {
                told.push(format!("{head}, but {} is {}", if claim { "request" } else { "limit" }, text(&given)));
            }
            Some(_) => {}
        }
    }
    for (name, ratio) in item.map_at("maxLimitRequestRatio").iter() {
        let (request, limit) = (of("requests", name), of("limits", name));
        let (Some(request), Some(limit)) = (request, limit) else { continue };
        let (request, limit) = (quantity_of(&request).unwrap_or_default().0, quantity_of(&limit).unwrap_or_default().0);
        if request > 0 && limit * 1_000 > request * quantity_of(ratio).unwrap_or_default().0 {
            let have = limit * 1_000 / request;
            let shown = format!("{}.{:03}000", have / 1_000, have % 1_000);
            let head = format!("{name} max limit to request ratio per {what} is {}", text(ratio));
            told.push(format!("{head}, but provided ratio is {shown}"));
        }
    }
}
