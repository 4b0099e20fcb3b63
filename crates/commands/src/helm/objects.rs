//! A release's manifests in the cluster: made, changed by the three-way merge of old, new and live object, taken away.

use crate::kubectl::Kube;
use cluster::{KindId, KindInfo, PatchKind, Status};
use helm::uninstall_rank;
use manifest::{Value, json_merge_three_way, object, strategic_three_way};
use order::Arrange;

/// An object of a manifest, and where it goes.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub kind: KindInfo,
    pub namespace: String,
    pub name: String,
    pub value: Value,
}

pub(super) type Place = (KindId, String, String);

impl Item {
    pub fn place(&self) -> Place {
        (self.kind.id, self.namespace.clone(), self.name.clone())
    }

    fn same(&self, other: &Item) -> bool {
        self.place() == other.place()
    }
}

/// The objects of a text of manifests.
pub(super) fn build(kube: &Kube<'_, '_>, namespace: &str, text: &str) -> Result<Vec<Item>, String> {
    let mut items = Vec::new();
    for document in helm::split(text) {
        let value = helm::read_yaml(&document)?;
        if value.is_null() {
            continue;
        }
        let (api, kind) = (value.str_at("apiVersion"), value.str_at("kind"));
        let name = value.str_at("metadata.name").to_string();
        let Some(info) = kube.kinds().of_manifest(api, kind).cloned() else {
            let space = value.str_at("metadata.namespace");
            return Err(format!(
                "resource mapping not found for name: \"{name}\" namespace: \"{space}\" from \"\": no matches for kind \"{kind}\" in \
                 version \"{api}\"\nensure CRDs are installed first"
            ));
        };
        let own = value.str_at("metadata.namespace");
        let namespace = match (info.namespaced, own) {
            (false, _) => String::new(),
            (true, "") => namespace.to_string(),
            (true, own) => own.to_string(),
        };
        items.push(Item { kind: info, namespace, name, value });
    }
    Ok(items)
}

/// Marks an object as this release's.
pub(super) fn own(item: &mut Item, name: &str, namespace: &str) {
    let mut labels = item.value.at("metadata.labels").clone();
    labels.put("app.kubernetes.io/managed-by", "Helm");
    let mut notes = item.value.at("metadata.annotations").clone();
    notes.put("meta.helm.sh/release-name", name);
    notes.put("meta.helm.sh/release-namespace", namespace);
    item.value.set("metadata.labels", labels);
    item.value.set("metadata.annotations", notes);
}

/// Whether objects that are to be made are there already and not this release's.
pub(super) fn conflict(kube: &Kube<'_, '_>, items: &[Item], release: &Value) -> Result<(), String> {
    for item in items {
        let Some(have) = kube.store().get(item.kind.id, &item.namespace, &item.name) else {
            continue;
        };
        let mut told = String::new();
        let mut require = |what: &str, map: &Value, key: &str, wanted: &str| match map.get(key).and_then(Value::as_str)
        {
            None => {
                told.push_str(&format!("; {what} validation error: missing key \"{key}\": must be set to \"{wanted}\""))
            }
            Some(found) if found != wanted => told.push_str(&format!(
                "; {what} validation error: key \"{key}\" must equal \"{wanted}\": current value is \"{found}\""
            )),
            Some(_) => {}
        };
        let (labels, notes) = (have.value.at("metadata.labels"), have.value.at("metadata.annotations"));
        require("label", labels, "app.kubernetes.io/managed-by", "Helm");
        require("annotation", notes, "meta.helm.sh/release-name", release.str_at("name"));
        require("annotation", notes, "meta.helm.sh/release-namespace", release.str_at("namespace"));
        if !told.is_empty() {
            let (kind, name, space) = (&item.kind.kind, &item.name, &item.namespace);
            return Err(format!(
                "{kind} \"{name}\" in namespace \"{space}\" exists and cannot be imported into the current release: invalid \
                 ownership metadata{told}"
            ));
        }
    }
    Ok(())
}

/// The server's words: of what is wrong with an object, all fields.
fn told(status: &Status) -> String {
    status.message.to_string()
}

pub(super) fn create(kube: &mut Kube<'_, '_>, items: &[Item]) -> Result<(), String> {
    for item in items {
        if kube.store().get(item.kind.id, &item.namespace, &item.name).is_some() {
            update_one(kube, item, None)?;
            continue;
        }
        let mut writer = kube.writer();
        writer.name = "helm".into();
        let (kind, value) = (item.kind.id, item.value.clone());
        let done = kube.cx.world.api(|cluster, sim| cluster.create(sim, kind, &item.namespace, value, &writer));
        done.map_err(|status| told(&status))?;
    }
    Ok(())
}

/// Only what is not there yet: for hooks, which are no part of an update.
pub(super) fn create_new(kube: &mut Kube<'_, '_>, item: &Item) -> Result<(), String> {
    let mut writer = kube.writer();
    writer.name = "helm".into();
    let (kind, value) = (item.kind.id, item.value.clone());
    let done = kube.cx.world.api(|cluster, sim| cluster.create(sim, kind, &item.namespace, value, &writer));
    done.map(|_| ()).map_err(|status| told(&status))
}

fn update_one(kube: &mut Kube<'_, '_>, item: &Item, old: Option<&Item>) -> Result<(), String> {
    let Some(live) = kube.store().get(item.kind.id, &item.namespace, &item.name).cloned() else {
        return create_new(kube, item);
    };
    let original = old.map_or_else(|| live.value.clone(), |old| old.value.clone());
    let builtin = !item.kind.group.contains('.') || item.kind.group.ends_with(".k8s.io");
    let (form, patch) = if builtin {
        (PatchKind::Strategic, strategic_three_way(&item.kind.kind, &original, &item.value, &live.value))
    } else {
        (PatchKind::Merge, json_merge_three_way(&original, &item.value, &live.value))
    };
    if patch.entries().is_empty() {
        return Ok(());
    }
    let mut writer = kube.writer();
    writer.name = "helm".into();
    let place = (item.kind.id, item.namespace.as_str(), item.name.as_str());
    let done = kube.cx.world.api(|cluster, sim| cluster.patch(sim, place, form, &patch, &writer));
    let (name, kind) = (&item.name, &item.kind.kind);
    done.map(|_| ()).map_err(|status| format!("cannot patch \"{name}\" with kind {kind}: {}", told(&status)))
}

/// Makes what is new, changes what is old, takes away what is there no more.
pub(super) fn update(kube: &mut Kube<'_, '_>, old: &[Item], new: &[Item]) -> Result<(), String> {
    for item in new {
        update_one(kube, item, old.iter().find(|have| have.same(item)))?;
    }
    for gone in old.iter().filter(|have| !new.iter().any(|item| item.same(have))) {
        let kept = kube.store().get(gone.kind.id, &gone.namespace, &gone.name);
        let policy = |value: &Value| {
            value.at("metadata.annotations").get("helm.sh/resource-policy").and_then(Value::as_str) == Some("keep")
        };
        if kept.is_some_and(|have| policy(&have.value)) {
            continue;
        }
        delete(kube, gone)?;
    }
    Ok(())
}

/// Takes an object away; one that is not there is none to complain of.
pub(super) fn delete(kube: &mut Kube<'_, '_>, item: &Item) -> Result<(), String> {
    let writer = kube.writer();
    let place = (item.kind.id, item.namespace.as_str(), item.name.as_str());
    let options = cluster::DeleteOptions::default();
    let done = kube.cx.world.api(|cluster, sim| cluster.delete(sim, place, options, &writer));
    match done {
        Err(status) if status.code != 404 => Err(told(&status)),
        _ => Ok(()),
    }
}

/// In the order in which a release is taken away, and what its policy keeps.
pub(super) fn for_uninstall(mut items: Vec<Item>) -> (Vec<Item>, Vec<Item>) {
    items.arrange_by(|a, b| uninstall_rank(&a.kind.kind).cmp(&uninstall_rank(&b.kind.kind)));
    let keep = |item: &Item| {
        let policy = item.value.at("metadata.annotations").get("helm.sh/resource-policy").and_then(Value::as_str);
        policy.is_some_and(|policy| policy.trim().eq_ignore_ascii_case("keep"))
    };
    let kept = items.iter().filter(|item| keep(item)).cloned().collect();
    items.retain(|item| !keep(item));
    (items, kept)
}

/// The namespace of a release, made where it is not there.
pub(super) fn make_namespace(kube: &mut Kube<'_, '_>, name: &str) -> Result<(), String> {
    let Some(kind) = kube.kinds().of_manifest("v1", "Namespace").map(|info| info.id) else {
        return Ok(());
    };
    if kube.store().get(kind, "", name).is_some() {
        return Ok(());
    }
    let value = object! {
        "apiVersion" => "v1",
        "kind" => "Namespace",
        "metadata" => object! { "name" => name, "labels" => object! { "name" => name } },
    };
    let writer = kube.writer();
    let done = kube.cx.world.api(|cluster, sim| cluster.create(sim, kind, "", value, &writer));
    done.map(|_| ()).map_err(|status| told(&status))
}

/// A release's objects, marked as its own.
pub(super) fn of_release(kube: &Kube<'_, '_>, release: &Value) -> Result<Vec<Item>, String> {
    let (name, namespace) = (release.str_at("name"), release.str_at("namespace"));
    let mut items = build(kube, namespace, release.str_at("manifest"))?;
    for item in &mut items {
        own(item, name, namespace);
    }
    Ok(items)
}
