//! The Argo CD panel: applications with their resource trees.

use cluster::{Object, Store};
use gitops::{SyncState, health_of};
use manifest::Value;
use screen::{App, ArgoCd, Change, HistoryRow, Resource};
use sim::Time;
use std::sync::Arc;
use world::World;

/// Needs the world to change nothing: comparisons for the diff are asked for apart, by [`changes`].
pub fn argocd(world: &World) -> ArgoCd {
    let apps: Vec<App> = world.argocd.applications(&world.cluster).map(|app| app_of(world, app)).collect();
    let there = !apps.is_empty() || world.cluster.store().get(cluster::NAMESPACE, "", gitops::NAMESPACE).is_some();
    ArgoCd { there, apps }
}

#[inline(never)]
fn app_of(world: &World, app: &Object) -> App {
    let (spec, status) = (app.value.at("spec"), app.value.at("status"));
    let text = |value: &Value, path: &str| value.str_at(path).to_string();
    let revision = text(status, "sync.revision");
    let repo = World::repo_of_url(spec.str_at("source.repoURL")).unwrap_or_else(|| text(spec, "source.repoURL"));
    let automated = spec.at("syncPolicy.automated");
    let now = world.now();
    let project = world.argocd.project(&world.cluster, &app.value);
    let windows = project.as_ref().map_or_else(Vec::new, |project| gitops::windows_of(&project.value, app));
    let next_poll =
        world.argocd.next_poll(app.name()).map(|at| format!("looks at Git by itself at {}", crate::clock_text(at)));
    App {
        name: app.name().to_string(),
        sync: or_unknown(text(status, "sync.status")),
        health: or_unknown(text(status, "health.status")),
        path: text(spec, "source.path"),
        target: text(spec, "source.targetRevision"),
        subject: subject(world, &repo, &revision),
        revision: short(&revision),
        automated: !automated.is_null(),
        self_heal: automated.bool_at("selfHeal"),
        prune: automated.bool_at("prune"),
        project: project.as_ref().map(|project| project.name.clone()).unwrap_or_default(),
        options: spec.list_at("syncPolicy.syncOptions").iter().filter_map(Value::as_str).map(str::to_string).collect(),
        held_back: !gitops::can_sync(&windows, now, None).manual,
        windows: windows.iter().map(|window| told_window(window, now)).collect(),
        operation: text(status, "operationState.phase"),
        message: text(status, "operationState.message"),
        conditions: status
            .list_at("conditions")
            .iter()
            .map(|condition| format!("{}: {}", condition.str_at("type"), condition.str_at("message")))
            .collect(),
        next_poll: next_poll.unwrap_or_default(),
        resources: resources(world, status),
        changes: changes(world, app.name()),
        history: history(world, &repo, status, now),
        repo,
    }
}

/// `deny, 0 22 * * * for 1h: open now`.
#[inline(never)]
fn told_window(window: &Value, now: Time) -> String {
    let state = if gitops::is_active(window, now) { "open now" } else { "not open" };
    let (kind, schedule) = (window.str_at("kind"), window.str_at("schedule"));
    format!("{kind}, {schedule} for {}: {state}", window.str_at("duration"))
}

/// `1 pod`, `2 pods`.
fn counted(n: i64, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

fn or_unknown(text: String) -> String {
    if text.is_empty() { "Unknown".into() } else { text }
}

fn short(revision: &str) -> String {
    revision.get(..7).unwrap_or(revision).to_string()
}

fn subject(world: &World, repo: &str, revision: &str) -> String {
    let read = || {
        let (repo, files) = world.forge_repo(repo)?;
        let id = git::parse_id(revision)?;
        Some(repo.read_commit(files, &id).ok()?.subject())
    };
    read().unwrap_or_default()
}

/// What Git asks for, and what follows from it.
#[inline(never)]
fn resources(world: &World, status: &Value) -> Vec<Resource> {
    let store = world.cluster.store();
    let mut all = Vec::new();
    for row in status.list_at("resources") {
        let (kind, namespace, name) = (row.str_at("kind"), row.str_at("namespace"), row.str_at("name"));
        let live = store.kinds().find(kind).and_then(|info| store.get(info.id, namespace, name));
        all.push(Resource {
            level: 1,
            group: row.str_at("group").into(),
            kind: kind.into(),
            namespace: namespace.into(),
            name: name.into(),
            text: live.map(|object| summary(store, object)).unwrap_or_default(),
            sync: row.str_at("status").into(),
            health: row.str_at("health.status").into(),
        });
        if let Some(object) = live {
            children(store, object, 2, &mut all);
        }
    }
    all
}

#[inline(never)]
fn children(store: &Store, owner: &Arc<Object>, level: u32, all: &mut Vec<Resource>) {
    if level > 4 {
        return;
    }
    for child in store.owned_by(&owner.uid) {
        let kind = child.value.str_at("kind");
        // Old replica sets without pods are kept for roll-back; the newest few are enough to see.
        let empty = kind == "ReplicaSet" && child.value.int_at("spec.replicas") == Some(0);
        if empty && child.value.int_at("status.replicas").unwrap_or(0) == 0 && level > 2 {
            continue;
        }
        all.push(Resource {
            level,
            group: String::new(),
            kind: kind.into(),
            namespace: child.namespace().into(),
            name: child.name().into(),
            text: summary(store, child),
            sync: String::new(),
            health: health_of(child).map_or(String::new(), |(health, _)| health.word().into()),
        });
        children(store, child, level + 1, all);
    }
}

/// What tells an image from others of its name: `v2`, `@343e9c6d1ff6`, `rc@343e9c6d1ff6`; without either the name.
pub(crate) fn image_version(image: &str) -> String {
    let (name, digest) = image.split_once('@').map_or((image, None), |(name, digest)| (name, Some(digest)));
    // What stands before a slash is a host's port.
    let tag = name.rsplit_once(':').map_or("", |(_, tag)| tag);
    let tag = if tag.contains('/') { "" } else { tag };
    // A tag that is a whole commit is known by its start.
    let is_commit = tag.len() == 40 && tag.bytes().all(|byte| byte.is_ascii_hexdigit());
    let tag = if is_commit { &tag[..7] } else { tag };
    match digest {
        Some(digest) => {
            let hex = digest.trim_start_matches("sha256:");
            [tag, "@", hex.get(..12).unwrap_or(hex)].concat()
        }
        None if tag.is_empty() => image.to_string(),
        None => tag.to_string(),
    }
}

#[inline(never)]
fn summary(store: &Store, object: &Object) -> String {
    let value = &object.value;
    let count = |path: &str| value.int_at(path).unwrap_or(0);
    let image = value
        .list_at("spec.template.spec.containers")
        .first()
        .map_or_else(String::new, |c| image_version(c.str_at("image")));
    match value.str_at("kind") {
        "Deployment" => format!("{}/{}, {image}", count("status.readyReplicas"), count("spec.replicas")),
        "ReplicaSet" => format!("{}, {image}", counted(count("status.replicas"), "pod")),
        "Pod" => cluster::pod_status(object),
        "Service" => {
            let slices = store.all(cluster::ENDPOINTSLICE, Some(object.namespace()));
            let ours = slices.filter(|slice| slice.label("kubernetes.io/service-name") == object.name());
            let ready = ours
                .flat_map(|slice| slice.value.list_at("endpoints").to_vec())
                .filter(|e| e.bool_at("conditions.ready"));
            counted(i64::try_from(ready.count()).unwrap_or(i64::MAX), "endpoint")
        }
        "ConfigMap" => counted(i64::try_from(value.at("data").entries().len()).unwrap_or(i64::MAX), "key"),
        _ => String::new(),
    }
}

#[inline(never)]
fn history(world: &World, repo: &str, status: &Value, now: Time) -> Vec<HistoryRow> {
    let rows = status.list_at("history").iter().rev().map(|row| {
        let revision = row.str_at("revision");
        let time = Time::parse_rfc3339(row.str_at("deployedAt")).map_or(String::new(), |time| crate::when(time, now));
        let by = if row.bool_at("initiatedBy.automated") { "automated" } else { row.str_at("initiatedBy.username") };
        HistoryRow {
            id: row.int_at("id").and_then(|id| u32::try_from(id).ok()).unwrap_or(0),
            time,
            revision: short(revision),
            subject: subject(world, repo, revision),
            by: by.into(),
        }
    });
    rows.collect()
}

/// What differs between Git and the cluster, by a comparison on a fork of the world.
#[inline(never)]
fn changes(world: &World, app: &str) -> Vec<Change> {
    let status = world.argocd.applications(&world.cluster).find(|object| object.name() == app);
    if status.is_none_or(|object| object.value.str_at("status.sync.status") != "OutOfSync") {
        return Vec::new();
    }
    let Ok(comparison) = world.clone().compare_app(app) else { return Vec::new() };
    let different = comparison.items.iter().filter(|item| item.sync == SyncState::OutOfSync);
    different
        .map(|item| {
            let live = item.live.as_ref().map(|object| clean(&object.value)).unwrap_or_default();
            let target = item.predicted.as_ref().map(clean).unwrap_or_default();
            let space = if item.key.namespace.is_empty() { String::new() } else { format!("{}/", item.key.namespace) };
            Change { resource: format!("{} {space}{}", item.kind, item.key.name), diff: crate::unified(&live, &target) }
        })
        .collect()
}

/// A manifest without what the server adds.
#[inline(never)]
fn clean(value: &Value) -> String {
    let mut value = value.clone();
    for path in [
        "status",
        "metadata.managedFields",
        "metadata.resourceVersion",
        "metadata.uid",
        "metadata.generation",
        "metadata.creationTimestamp",
    ] {
        value.remove(path);
    }
    if value.at("metadata").get("annotations").is_some() {
        let annotations = value.at_mut("metadata.annotations").make_map();
        annotations.retain(|key, _| {
            !key.starts_with("kubectl.kubernetes.io/") && !key.starts_with("argocd.argoproj.io/tracking")
        });
    }
    value.to_yaml()
}

#[cfg(test)]
mod tests {
    use super::image_version;

    #[test]
    fn an_image_is_known_by_its_tag_or_the_start_of_its_digest() {
        let digest = "sha256:343e9c6d1ff6a9d1c6f0d2c8c2e0a4b0343e9c6d1ff6a9d1c6f0d2c8c2e0a4b0";
        assert_eq!(image_version("registry.encore/web:v2"), "v2");
        assert_eq!(image_version(&format!("registry.encore/web@{digest}")), "@343e9c6d1ff6");
        assert_eq!(image_version(&format!("registry.encore/web:rc@{digest}")), "rc@343e9c6d1ff6");
        assert_eq!(image_version("registry.encore/notify:6c106c05f1b2a3c4d5e6f708192a3b4c5d6e7f80"), "6c106c0");
        assert_eq!(image_version("localhost:5000/web"), "localhost:5000/web");
        assert_eq!(image_version("nginx"), "nginx");
        assert_eq!(image_version("registry.encore/web@"), "@");
    }
}
