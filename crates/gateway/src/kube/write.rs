//! Writing: create, replace, patch, delete, evict.

use super::clock::Running;
use super::http::Request;
use super::resources::{self, Reply, Target};
use super::server::json;
use super::table::{self, Form};
use super::{body, scale, status};
use cluster::{Apply, DeleteOptions, Object, PatchKind, Propagation, Status, User, Writer};
use manifest::{Value, json_merge, json_patch, object, strategic_merge};
use sim::Causes;
use std::sync::Arc;

pub(super) fn answer(
    running: &mut Running,
    user: Option<User>,
    request: &Request,
    target: &Target,
) -> Result<Reply, Status> {
    let done = match (request.method.as_str(), target.sub.as_str(), target.name.is_empty()) {
        ("POST", "", true) => create(running, user, request, target),
        ("POST", "eviction", false) if target.kind.id == cluster::POD => evict(running, user, request, target),
        ("PATCH", "ephemeralcontainers", false) => debug(running, user, request, target),
        ("PUT", "" | "status", false) => update(running, user, request, target),
        ("PATCH", "" | "status", false) => patch(running, user, request, target),
        ("DELETE", "", false) => delete(running, user, request, target),
        ("DELETE", "", true) => delete_all(running, user, request, target),
        (_, "", _) => Err(status::not_allowed()),
        _ => Err(status::nowhere()),
    };
    running.world.settle_watches();
    done
}

/// Who writes, by the query: manager and dry run.
pub(super) fn writer(user: Option<User>, request: &Request, body: &Value) -> Writer {
    let manager = match request.asked("fieldManager") {
        "" => request.header("user-agent").split('/').next().unwrap_or(""),
        name => name,
    };
    let manager = if manager.is_empty() { "unknown" } else { manager };
    let dry = request.asked("dryRun") == "All" || body.list_at("dryRun").iter().any(|d| d.as_str() == Some("All"));
    Writer::new(manager.to_string(), Causes::none()).dry_run(dry).on_behalf(user)
}

/// The object that was written, as it is wanted.
fn told(running: &Running, code: u16, request: &Request, target: &Target, object: &Arc<Object>) -> Reply {
    let value = match Form::of(request) {
        Form::Table { whole } => table::table(running, &target.kind, std::slice::from_ref(object), whole, true),
        Form::Whole if target.older() => scale::older(&object.value),
        Form::Whole => object.value.clone(),
    };
    json(running, code, &value)
}

fn create(running: &mut Running, user: Option<User>, request: &Request, target: &Target) -> Result<Reply, Status> {
    let value = body::of(running, request, &target.kind)?;
    let namespace = target.namespace.clone().ok_or_else(status::not_allowed)?;
    let writer = writer(user, request, &Value::Null);
    let id = target.kind.id;
    let object = running.world.api(|cluster, sim| cluster.create(sim, id, &namespace, value, &writer))?;
    Ok(told(running, 201, request, target, &object))
}

fn update(running: &mut Running, user: Option<User>, request: &Request, target: &Target) -> Result<Reply, Status> {
    let value = body::of(running, request, &target.kind)?;
    if value.str_at("metadata.name") != target.name {
        let (own, url) = (value.str_at("metadata.name").to_string(), &target.name);
        return Err(Status::bad_request(format!(
            "the name of the object ({own}) does not match the name on the URL ({url})"
        )));
    }
    let writer = writer(user, request, &Value::Null);
    let (id, namespace) = (target.kind.id, target.space());
    let object = running.world.api(|cluster, sim| match target.sub.as_str() {
        "status" => cluster.update_status(sim, id, namespace, &value, &writer),
        _ => cluster.update(sim, id, namespace, value, &writer),
    })?;
    Ok(told(running, 200, request, target, &object))
}

fn patch(running: &mut Running, user: Option<User>, request: &Request, target: &Target) -> Result<Reply, Status> {
    let kind = request.header("content-type").split(';').next().unwrap_or("").trim();
    let form = match kind {
        "application/json-patch+json" => PatchKind::Json,
        "application/merge-patch+json" => PatchKind::Merge,
        "application/strategic-merge-patch+json" => PatchKind::Strategic,
        "application/apply-patch+yaml" => return apply(running, user, request, target),
        other => {
            let told = format!(
                "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, \
                 application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml ({other})"
            );
            return Err(Status { code: 415, reason: "UnsupportedMediaType".into(), ..Status::bad_request(told) });
        }
    };
    let patch = running.heard(&body::json(request)?);
    let writer = writer(user, request, &Value::Null);
    let place = (target.kind.id, target.space(), target.name.as_str());
    let object = match target.sub.as_str() {
        "" => running.world.api(|cluster, sim| cluster.patch(sim, place, form, &patch, &writer))?,
        _ => {
            let old = running.world.cluster.get(place.0, place.1, place.2)?.clone();
            let merged = merged(form, &target.kind.kind, &old.value, &patch)?;
            running.world.api(|cluster, sim| cluster.update_status(sim, place.0, place.1, &merged, &writer))?
        }
    };
    Ok(told(running, 200, request, target, &object))
}

/// A patch on a value, outside of the store.
pub(super) fn merged(form: PatchKind, kind: &str, value: &Value, patch: &Value) -> Result<Value, Status> {
    let done = match form {
        PatchKind::Json => json_patch(value, patch),
        PatchKind::Merge => Ok(json_merge(value, patch)),
        PatchKind::Strategic => strategic_merge(kind, value, patch),
    };
    done.map_err(|why| Status::bad_request(why.to_string()))
}

fn apply(running: &mut Running, user: Option<User>, request: &Request, target: &Target) -> Result<Reply, Status> {
    let text = String::from_utf8_lossy(&request.body);
    let mut value =
        Value::from_yaml(&text).map_err(|why| Status::bad_request(format!("error decoding YAML: {why}")))?;
    if value.str_at("metadata.name").is_empty() {
        value.set("metadata.name", target.name.as_str());
    }
    if request.asked("fieldManager").is_empty() {
        return Err(Status::bad_request("fieldManager is required for apply patch"));
    }
    let (writer, force) = (writer(user, request, &Value::Null), request.is_set("force"));
    let place = (target.kind.id, target.space());
    let done = running.world.api(|cluster, sim| cluster.server_apply(sim, place, &value, force, &writer))?;
    let code = if done.0 == Apply::Created { 201 } else { 200 };
    Ok(told(running, code, request, target, &done.1))
}

/// `DeleteOptions`, in the body or in the query.
fn options(request: &Request, body: &Value) -> DeleteOptions {
    let asked = |name: &str| match body.at(name) {
        Value::Null => request.asked(name).to_string(),
        Value::Str(text) => text.to_string(),
        other => other.to_json(),
    };
    let propagation = match asked("propagationPolicy").as_str() {
        "Foreground" => Propagation::Foreground,
        "Orphan" => Propagation::Orphan,
        _ => Propagation::Background,
    };
    DeleteOptions { propagation, grace_secs: asked("gracePeriodSeconds").parse().ok() }
}

fn delete(running: &mut Running, user: Option<User>, request: &Request, target: &Target) -> Result<Reply, Status> {
    let body = body::optional(request)?;
    let writer = writer(user, request, &body);
    let place = (target.kind.id, target.space(), target.name.as_str());
    let wanted = body.str_at("preconditions.uid");
    if let Ok(old) = running.world.cluster.get(place.0, place.1, place.2)
        && !wanted.is_empty()
        && *wanted != *old.uid
    {
        let why = format!("Precondition failed: UID in precondition: {wanted}, UID in object meta: {}", old.uid);
        return Err(Status::conflict_because(target.kind.resource(), place.2, &why));
    }
    let options = options(request, &body);
    let object = running.world.api(|cluster, sim| cluster.delete(sim, place, options, &writer))?;
    let there = running.world.cluster.store().get(place.0, place.1, place.2).is_some_and(|now| now.uid == object.uid);
    if there && !writer.dry_run {
        return Ok(json(running, 200, &object.value));
    }
    let mut details = object! { "kind" => &target.kind.plural, "name" => object.name(), "uid" => &object.uid };
    if !target.kind.group.is_empty() {
        details.put("group", &target.kind.group);
    }
    Ok(json(running, 200, &status::success(200, details)))
}

fn delete_all(running: &mut Running, user: Option<User>, request: &Request, target: &Target) -> Result<Reply, Status> {
    let body = body::optional(request)?;
    let chosen = resources::selectors(request)?;
    let all = resources::many(running, user.as_ref(), "deletecollection", target, &chosen)?;
    let (writer, options) = (writer(None, request, &body), options(request, &body));
    for object in &all {
        let place = (object.key.kind, object.namespace(), object.name());
        match running.world.api(|cluster, sim| cluster.delete(sim, place, options, &writer)) {
            Err(refusal) if refusal.code != 404 => return Err(refusal),
            _ => {}
        }
    }
    Ok(json(running, 200, &table::list(running, &target.kind, &all)))
}

fn evict(running: &mut Running, user: Option<User>, request: &Request, target: &Target) -> Result<Reply, Status> {
    let body = body::json(request)?;
    let writer = writer(user, request, body.at("deleteOptions"));
    let options = options(request, body.at("deleteOptions"));
    let place = (target.space(), target.name.as_str());
    running.world.api(|cluster, sim| cluster.evict(sim, place, options, &writer))?;
    Ok(json(running, 201, &status::success(201, Value::map())))
}

/// The ephemeral containers that a patch adds to a pod.
fn debug(running: &mut Running, user: Option<User>, request: &Request, target: &Target) -> Result<Reply, Status> {
    let patch = body::json(request)?;
    let writer = writer(user, request, &Value::Null);
    let place = (target.space(), target.name.as_str());
    let mut pod = running.world.cluster.get(target.kind.id, place.0, place.1)?.clone();
    let merged = merged(PatchKind::Strategic, "Pod", &pod.value, &patch)?;
    let known = pod.value.list_at("spec.ephemeralContainers").to_vec();
    for container in merged.list_at("spec.ephemeralContainers") {
        if known.iter().any(|own| own.at("name") == container.at("name")) {
            continue;
        }
        let new = container.clone();
        pod = running.world.api(|cluster, sim| cluster.add_ephemeral(sim, place, new, &writer))?;
    }
    Ok(told(running, 200, request, target, &pod))
}
