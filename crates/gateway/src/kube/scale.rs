//! Other forms of objects: the `Scale` of a workload, and autoscalers as `autoscaling/v1` wrote them.

use super::clock::Running;
use super::http::Request;
use super::resources::{Reply, Target, one};
use super::server::json;
use super::{body, status, write};
use cluster::{LabelSelector, Object, PatchKind, Status, User};
use manifest::{Value, list, object};

pub(super) fn answer(
    running: &mut Running,
    user: Option<User>,
    request: &Request,
    target: &Target,
) -> Result<Reply, Status> {
    if target.name.is_empty() {
        return Err(status::nowhere());
    }
    let object = one(running, None, target)?;
    if object.value.at("spec.replicas").is_null() {
        return Err(status::nowhere());
    }
    let place = (target.space(), target.name.as_str());
    let may = |running: &Running, verb: &str| {
        running.world.cluster.permit(user.as_ref(), verb, (target.kind.id, "scale"), place)
    };
    let scale = of(&object);
    let wanted = match request.method.as_str() {
        "GET" => {
            may(running, "get")?;
            return Ok(json(running, 200, &scale));
        }
        "PUT" => {
            may(running, "update")?;
            body::json(request)?
        }
        "PATCH" => {
            may(running, "patch")?;
            let form = match request.header("content-type") {
                "application/json-patch+json" => PatchKind::Json,
                _ => PatchKind::Merge,
            };
            write::merged(form, "Scale", &scale, &body::json(request)?)?
        }
        _ => return Err(status::not_allowed()),
    };
    let replicas = wanted.int_at("spec.replicas").unwrap_or(0);
    let version = wanted.str_at("metadata.resourceVersion");
    if !version.is_empty() && version != object.version.to_string() {
        return Err(Status::conflict(target.kind.resource(), object.name()));
    }
    let writer = write::writer(None, request, &Value::Null);
    let change = object! { "spec" => object! { "replicas" => replicas } };
    let place = (target.kind.id, place.0, place.1);
    let new = running.world.api(|cluster, sim| cluster.patch(sim, place, PatchKind::Merge, &change, &writer))?;
    running.world.settle_watches();
    Ok(json(running, 200, &of(&new)))
}

fn of(object: &Object) -> Value {
    let metadata = object.value.at("metadata");
    let mut own = Value::map();
    for field in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] {
        own.put(field, metadata.at(field).clone());
    }
    let selector = LabelSelector::from_value(object.value.at("spec.selector")).to_string();
    object! {
        "apiVersion" => "autoscaling/v1", "kind" => "Scale", "metadata" => own,
        "spec" => object! { "replicas" => object.value.at("spec.replicas").clone() },
        "status" => object! {
            "replicas" => object.value.int_at("status.replicas").unwrap_or(0), "selector" => selector,
        },
    }
}

/// An autoscaler of version 2, or a list of them, as version 1 writes it.
pub(super) fn older(value: &Value) -> Value {
    let mut out = value.clone();
    if value.str_at("kind").ends_with("List") {
        out.put("apiVersion", "autoscaling/v1");
        let items: Value = value.list_at("items").iter().map(older).collect();
        out.put("items", items);
        return out;
    }
    let spec = value.at("spec");
    let mut told = object! { "maxReplicas" => spec.at("maxReplicas").clone(), "scaleTargetRef" => spec.at("scaleTargetRef").clone() };
    if !spec.at("minReplicas").is_null() {
        told.put("minReplicas", spec.at("minReplicas").clone());
    }
    let of_cpu = |metric: &&Value| metric.str_at("resource.name") == "cpu";
    if let Some(metric) = spec.list_at("metrics").iter().find(of_cpu) {
        told.put("targetCPUUtilizationPercentage", metric.at("resource.target.averageUtilization").clone());
    }
    if !value.str_at("apiVersion").is_empty() {
        out.put("apiVersion", "autoscaling/v1");
    }
    out.put("spec", told);
    let count = |field: &str| value.at("status").int_at(field).unwrap_or(0);
    out.put(
        "status",
        object! { "currentReplicas" => count("currentReplicas"), "desiredReplicas" => count("desiredReplicas") },
    );
    out
}

/// An autoscaler of version 1 as version 2 writes it.
pub(super) fn newer(value: &mut Value) {
    if value.str_at("apiVersion") != "autoscaling/v1" {
        return;
    }
    value.put("apiVersion", "autoscaling/v2");
    value.remove("status");
    if let Some(percent) = value.remove("spec.targetCPUUtilizationPercentage") {
        let target = object! { "averageUtilization" => percent, "type" => "Utilization" };
        let resource = object! { "name" => "cpu", "target" => target };
        value.set("spec.metrics", list![object! { "resource" => resource, "type" => "Resource" }]);
    }
}
