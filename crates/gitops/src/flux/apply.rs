//! Server-side apply in stages, the inventory, and garbage collection (`fluxcd/pkg/ssa`).

use super::work::Work;
use cluster::{DeleteOptions, KindInfo, Object, PatchKind, Status};
use manifest::{Value, json_merge, object};
use order::Arrange;
use std::sync::Arc;

/// The kinds that come first, in their order (`ssa/sort.go`).
const FIRST: &str = "CustomResourceDefinition Namespace ClusterRole ClusterClass RuntimeClass PriorityClass StorageClass \
    VolumeSnapshotClass IngressClass GatewayClass ClusterRoleBinding ResourceQuota ServiceAccount Role RoleBinding ConfigMap \
    Secret Service LimitRange Deployment StatefulSet CronJob PodDisruptionBudget";
const GROUP: &str = "kustomize.toolkit.fluxcd.io";

/// What was done with the objects.
#[derive(Debug, Default)]
pub(crate) struct Applied {
    /// As `status.inventory.entries` lists them.
    pub entries: Vec<Value>,
    /// `Deployment/shop/web configured`, of those that changed.
    pub lines: Vec<String>,
    /// Those that may be waited for.
    pub checks: Vec<Value>,
}

/// One object on its way.
struct Item {
    info: KindInfo,
    namespace: String,
    name: String,
    value: Value,
}

/// `Deployment/shop/web`, `Namespace/shop`.
pub(crate) fn shown(kind: &str, namespace: &str, name: &str) -> String {
    if namespace.is_empty() { [kind, "/", name].concat() } else { [kind, "/", namespace, "/", name].concat() }
}

fn annotation<'v>(value: &'v Value, name: &str) -> &'v str {
    let key = [GROUP, "/", name].concat();
    value.map_at("metadata.annotations").get(&key).and_then(Value::as_str).unwrap_or("")
}

/// 0 for what others need to be there, 1 for classes, 2 for the rest.
fn stage(kind: &str) -> u8 {
    match kind {
        "CustomResourceDefinition" | "Namespace" | "ClusterRole" => 0,
        _ if kind.ends_with("Class") => 1,
        _ => 2,
    }
}

fn sort_key(value: &Value) -> (u8, usize, String, String, String, String) {
    let (api, kind) = (value.str_at("apiVersion"), value.str_at("kind"));
    let last = matches!(kind, "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration");
    let place = FIRST.split_whitespace().position(|first| first == kind).unwrap_or(if last { 99 } else { 98 });
    let group = api.split_once('/').map_or("", |(group, _)| group);
    let text = |path: &str| value.str_at(path).to_string();
    (stage(kind), place, group.into(), kind.into(), text("metadata.namespace"), text("metadata.name"))
}

fn refused(item: &str, namespace: &str, status: &Status) -> String {
    match (status.code, namespace) {
        (404, "") => format!("{item} namespace not specified: {}", status.message),
        (404, _) => format!("{item} not found: {}", status.message),
        _ => format!("{item} dry-run failed ({}): {}", status.reason, status.message),
    }
}

impl Item {
    fn new(work: &Work<'_>, mut value: Value) -> Result<Self, String> {
        let (api, kind) = (value.str_at("apiVersion").to_string(), value.str_at("kind").to_string());
        let (name, space) = (value.str_at("metadata.name").to_string(), value.str_at("metadata.namespace").to_string());
        let what = shown(&kind, &space, &name);
        let Some(info) = work.cluster.store().kinds().of_manifest(&api, &kind).cloned() else {
            return Err(format!("{what} dry-run failed: no matches for kind \"{kind}\" in version \"{api}\""));
        };
        if info.namespaced && space.is_empty() {
            return Err(format!("{what} namespace not specified: the server could not find the requested resource"));
        }
        let namespace = if info.namespaced { space } else { String::new() };
        if !info.namespaced {
            value.remove("metadata.namespace");
        }
        let labels = value.at_mut("metadata").at_mut("labels");
        labels.put("kustomize.toolkit.fluxcd.io/name", work.object.name());
        labels.put("kustomize.toolkit.fluxcd.io/namespace", work.object.namespace());
        Ok(Self { info, namespace, name, value })
    }

    fn shown(&self) -> String {
        shown(&self.info.kind, &self.namespace, &self.name)
    }

    fn entry(&self) -> Value {
        let id = [&self.namespace, &self.name.replace(':', "__"), &*self.info.group, &self.info.kind].join("_");
        object! { "id" => id, "v" => &*self.info.version }
    }

    fn check(&self) -> Value {
        object! {
            "apiVersion" => self.info.api_version(), "kind" => &*self.info.kind, "name" => self.name.as_str(),
            "namespace" => self.namespace.as_str(),
        }
    }
}

/// Applies all objects; the error tells what was done before it.
pub(crate) fn apply(work: &mut Work<'_>, mut objects: Vec<Value>) -> Result<Applied, String> {
    objects.arrange_by_key(sort_key);
    let mut applied = Applied::default();
    for part in 0..3 {
        let of_part: Vec<Value> = objects.iter().filter(|value| stage(value.str_at("kind")) == part).cloned().collect();
        let lines = applied.lines.clone();
        apply_stage(work, of_part, &mut applied).map_err(|told| [&told, "\n", &lines.join("\n")].concat())?;
    }
    Ok(applied)
}

/// Everything is tried before anything is done.
fn apply_stage(work: &mut Work<'_>, objects: Vec<Value>, applied: &mut Applied) -> Result<(), String> {
    let force = work.spec().bool_at("force");
    let mut waiting = Vec::new();
    for value in objects {
        let item = Item::new(work, value)?;
        let live = work.cluster.store().get(item.info.id, &item.namespace, &item.name).cloned();
        applied.entries.push(item.entry());
        let marks: Vec<&Value> =
            [Some(&item.value), live.as_ref().map(|live| &live.value)].into_iter().flatten().collect();
        let is =
            |name: &str, wanted: &str| marks.iter().any(|value| annotation(value, name).eq_ignore_ascii_case(wanted));
        if is("reconcile", "disabled") || is("ssa", "Ignore") || (is("ssa", "IfNotPresent") && live.is_some()) {
            continue;
        }
        applied.checks.push(item.check());
        let force = force || is("force", "enabled");
        if let Some(live) = &live {
            take_over(work, live);
        }
        let dry = work.writer().dry_run(true);
        let place = (item.info.id, item.namespace.as_str());
        let tried = work.cluster.server_apply(&mut work.sim.clone(), place, &item.value, true, &dry);
        match (tried, &live) {
            (Ok((_, new)), Some(live)) if same(&new.value, &live.value) => {}
            (Ok(_), Some(_)) => waiting.push((item, "configured", false)),
            (Ok(_), None) => waiting.push((item, "created", false)),
            (Err(status), Some(_)) if force && status.message.contains("immutable") => {
                waiting.push((item, "created", true))
            }
            (Err(status), _) => return Err(refused(&item.shown(), &item.namespace, &status)),
        }
    }
    for (item, action, anew) in waiting {
        let writer = work.writer();
        if anew {
            let place = (item.info.id, item.namespace.as_str(), item.name.as_str());
            let gone = work.cluster.delete(work.sim, place, DeleteOptions::default(), &writer);
            gone.map_err(|status| refused(&item.shown(), &item.namespace, &status))?;
        }
        let place = (item.info.id, item.namespace.as_str());
        let done = work.cluster.server_apply(work.sim, place, &item.value, true, &writer);
        done.map_err(|status| format!("{} apply failed: {}", item.shown(), status.message))?;
        applied.lines.push([&item.shown(), " ", action].concat());
    }
    Ok(())
}

/// Whether an apply would change nothing that counts.
fn same(new: &Value, live: &Value) -> bool {
    let bare = |value: &Value| {
        let mut value = value.clone();
        for path in ["status", "metadata.managedFields", "metadata.resourceVersion", "metadata.generation"] {
            value.remove(path);
        }
        value
    };
    bare(new) == bare(live)
}

/// What somebody did with kubectl counts as the controller's own, so that it goes where Git does not have it.
fn take_over(work: &mut Work<'_>, live: &Arc<Object>) {
    let all = live.value.list_at("metadata.managedFields");
    let theirs =
        |one: &&Value| ["kubectl", "before-first-apply"].iter().any(|name| one.str_at("manager").starts_with(name));
    let own = |one: &&Value| one.str_at("manager") == work.row.controller && one.str_at("operation") == "Apply";
    if !all.iter().any(|one| theirs(&one)) {
        return;
    }
    let mut fields = Value::map();
    for one in all.iter().filter(|one| theirs(one) || own(one)) {
        fields = json_merge(&fields, one.at("fieldsV1"));
    }
    let mut kept: Vec<Value> = all.iter().filter(|one| !theirs(one) && !own(one)).cloned().collect();
    let mut mine = all.iter().find(own).cloned().unwrap_or_else(|| {
        object! {
            "manager" => work.row.controller, "operation" => "Apply", "fieldsType" => "FieldsV1",
            "apiVersion" => live.value.str_at("apiVersion"), "time" => work.sim.now().rfc3339(),
        }
    });
    mine.put("fieldsV1", fields);
    kept.push(mine);
    let patch = object! { "metadata" => object! { "managedFields" => Value::list(kept) } };
    let (place, writer) = ((live.key.kind, live.namespace(), live.name()), work.writer());
    // A refusal leaves the fields where they are.
    drop(work.cluster.patch(work.sim, place, PatchKind::Merge, &patch, &writer));
}

/// The objects of inventory entries that are there and still this Kustomization's.
pub(crate) fn objects_of(work: &Work<'_>, entries: &[Value]) -> Vec<Arc<Object>> {
    let mut found = Vec::new();
    for entry in entries {
        let id = entry.str_at("id");
        let mut parts = id.rsplitn(3, '_');
        let (Some(kind), Some(group), Some(place)) = (parts.next(), parts.next(), parts.next()) else { continue };
        let (namespace, name) = place.split_once('_').unwrap_or(("", place));
        let version = entry.str_at("v");
        let api = if group.is_empty() { version.to_string() } else { [group, "/", version].concat() };
        let Some(info) = work.cluster.store().kinds().of_manifest(&api, kind) else { continue };
        let object = work.cluster.store().get(info.id, namespace, &name.replace("__", ":"));
        let own = |object: &&Arc<Object>| {
            object.label("kustomize.toolkit.fluxcd.io/name") == work.object.name()
                && object.label("kustomize.toolkit.fluxcd.io/namespace") == work.object.namespace()
        };
        found.extend(object.filter(own).cloned());
    }
    found
}

/// Takes away what is there no more, the last first; `Deployment/shop/web deleted`.
pub(crate) fn prune(work: &mut Work<'_>, stale: &[Value]) -> Result<Vec<String>, String> {
    let mut objects = objects_of(work, stale);
    objects.arrange_by(|a, b| sort_key(&b.value).cmp(&sort_key(&a.value)));
    let mut lines = Vec::new();
    for object in objects {
        let off = |name: &str| annotation(&object.value, name).eq_ignore_ascii_case("disabled");
        let what = shown(object.value.str_at("kind"), object.namespace(), object.name());
        if off("prune") || off("reconcile") {
            continue;
        }
        let place = (object.key.kind, object.namespace(), object.name());
        let writer = work.writer();
        match work.cluster.delete(work.sim, place, DeleteOptions::default(), &writer) {
            Err(status) if status.code != 404 => return Err(format!("{what} delete failed: {}", status.message)),
            _ => lines.push([&what, " deleted"].concat()),
        }
    }
    Ok(lines)
}
