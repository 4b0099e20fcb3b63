//! Comparing what Git asks for with what the cluster has.

use crate::app::Spec;
use crate::engine::{SourceFiles, TRACKING};
use crate::health::{Health, health_of};
use crate::parsed::ParsedFiles;
use cluster::{Apply, Cluster, Key, Object, Writer};
use manifest::Value;
use order::OrdSet;
use serde::{Deserialize, Serialize};
use sim::{Causes, Sim};
use std::sync::Arc;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SyncState {
    Synced,
    OutOfSync,
    Unknown,
}

impl SyncState {
    pub fn word(self) -> &'static str {
        match self {
            Self::Synced => "Synced",
            Self::OutOfSync => "OutOfSync",
            Self::Unknown => "Unknown",
        }
    }
}

/// One resource of an application.
#[derive(Debug, Clone)]
pub struct Item {
    pub key: Key,
    pub group: String,
    pub version: String,
    pub kind: String,
    /// As Git has it, with the tracking annotation; `None`: Git no longer asks for it.
    pub target: Option<Value>,
    pub live: Option<Arc<Object>>,
    /// What the live object would become.
    pub predicted: Option<Value>,
    pub sync: SyncState,
    pub health: Option<(Health, String)>,
}

/// A whole application at one revision.
#[derive(Debug, Clone)]
pub struct Comparison {
    pub revision: String,
    pub items: Vec<Item>,
    /// Manifests that cannot be applied as they are.
    pub errors: Vec<String>,
}

impl Comparison {
    pub fn sync(&self) -> SyncState {
        if !self.errors.is_empty() {
            return SyncState::Unknown;
        }
        let synced = self.items.iter().all(|item| item.sync == SyncState::Synced);
        if synced { SyncState::Synced } else { SyncState::OutOfSync }
    }

    /// The worst of its resources; one that is missing does not count unless all are.
    pub fn health(&self) -> Health {
        let wanted: Vec<&Item> = self.items.iter().filter(|item| item.target.is_some()).collect();
        if !wanted.is_empty() && wanted.iter().all(|item| item.live.is_none()) {
            return Health::Missing;
        }
        let known = self.items.iter().filter_map(|item| item.health.as_ref().map(|(health, _)| *health));
        known.filter(|health| *health != Health::Missing).max().unwrap_or(Health::Healthy)
    }
}

/// `app:group/Kind:namespace/name`, as Argo CD's annotation tracking writes it.
pub(crate) fn tracking_id(app: &str, group: &str, kind: &str, namespace: &str, name: &str) -> String {
    format!("{app}:{group}/{kind}:{namespace}/{name}")
}

/// All manifests of a source. Errors are told with their file.
fn targets(
    app: &str,
    spec: &Spec,
    files: &SourceFiles,
    parsed: &mut ParsedFiles,
    cluster: &Cluster,
) -> (Vec<(Key, Value)>, Vec<String>) {
    let (mut found, mut errors) = (Vec::new(), Vec::new());
    for (path, text) in &files.files {
        match &*parsed.parse(text) {
            Ok(values) => {
                for value in values {
                    match target(app, spec, value.clone(), cluster) {
                        Ok(target) => found.push(target),
                        Err(message) => errors.push(format!("{path}: {message}")),
                    }
                }
            }
            Err(message) => {
                errors.push(format!("Failed to unmarshal \"{path}\": error converting YAML to JSON: yaml: {message}"));
            }
        }
    }
    (found, errors)
}

fn target(app: &str, spec: &Spec, mut value: Value, cluster: &Cluster) -> Result<(Key, Value), String> {
    let (api, kind) = (value.str_at("apiVersion").to_string(), value.str_at("kind").to_string());
    if kind.is_empty() {
        return Err("Object 'Kind' is missing".into());
    }
    let info = cluster.store().kinds().of_manifest(&api, &kind).ok_or_else(|| {
        format!("The Kubernetes API could not find {kind} for requested resource. Make sure the \"{kind}\" CRD is installed on the destination cluster.")
    })?;
    let name = value.str_at("metadata.name").to_string();
    let namespace = match (info.namespaced, value.str_at("metadata.namespace")) {
        (false, _) => String::new(),
        (true, "") => spec.namespace.clone(),
        (true, own) => own.to_string(),
    };
    if info.namespaced && namespace.is_empty() {
        return Err(format!("Namespace for {name} {api}, Kind={kind} is missing."));
    }
    let id = tracking_id(app, &info.group, &kind, &namespace, &name);
    let mut annotations = match value.at("metadata").get("annotations") {
        Some(annotations) if annotations.as_map().is_some() => annotations.clone(),
        _ => Value::map(),
    };
    annotations.put(TRACKING, id);
    let key = Key::new(info.id, namespace, name);
    value.at_mut("metadata").put("annotations", annotations);
    Ok((key, value))
}

/// Compares. Nothing is stored: what would change is found by a dry run of the same apply that a sync does.
pub(crate) fn compare(
    app: &str,
    spec: &Spec,
    files: &SourceFiles,
    parsed: &mut ParsedFiles,
    cluster: &mut Cluster,
    sim: &mut Sim,
) -> Comparison {
    let (targets, errors) = targets(app, spec, files, parsed, cluster);
    let wanted: OrdSet<Key> = targets.iter().map(|(key, _)| key.clone()).collect();
    let mut items = Vec::new();
    for (key, value) in targets {
        items.push(item(key, value, cluster, sim));
    }
    for live in tracked(app, cluster) {
        if !wanted.contains(&live.key) {
            items.push(extra(live, cluster));
        }
    }
    Comparison { revision: files.revision.clone(), items, errors }
}

fn item(key: Key, value: Value, cluster: &mut Cluster, sim: &mut Sim) -> Item {
    let info = cluster.store().kinds().info(key.kind);
    let (group, version, kind) = (info.group.to_string(), info.version.to_string(), info.kind.to_string());
    let live = cluster.store().get_key(&key).cloned();
    // A dry run draws names and ids like any write; the world's chance must not depend on how often it is compared.
    let mut dry = sim.clone();
    let writer = Writer::new("argocd-controller", Causes::none()).dry_run(true);
    let applied = cluster.apply(&mut dry, key.kind, &key.namespace, &value, &writer);
    let (sync, predicted) = match applied {
        Ok((Apply::Unchanged, object)) => (SyncState::Synced, Some(object.value.clone())),
        Ok((_, object)) => (SyncState::OutOfSync, Some(object.value.clone())),
        Err(_) => (SyncState::OutOfSync, None),
    };
    let health = match &live {
        Some(object) => health_of(object),
        None => Some((Health::Missing, String::new())),
    };
    Item { key, group, version, kind, target: Some(value), live, predicted, sync, health }
}

fn extra(live: Arc<Object>, cluster: &Cluster) -> Item {
    let info = cluster.store().kinds().info(live.key.kind);
    Item {
        key: live.key.clone(),
        group: info.group.to_string(),
        version: info.version.to_string(),
        kind: info.kind.to_string(),
        target: None,
        health: health_of(&live),
        live: Some(live),
        predicted: None,
        sync: SyncState::OutOfSync,
    }
}

/// Kinds whose objects an application may own directly; what owns itself through a controller is left out.
fn tracked(app: &str, cluster: &Cluster) -> Vec<Arc<Object>> {
    let prefix = format!("{app}:");
    let skip = [cluster::POD, cluster::REPLICASET, cluster::EVENT, cluster::ENDPOINTSLICE, cluster::NODE];
    let kinds: Vec<_> = cluster.store().kinds().iter().map(|info| info.id).filter(|id| !skip.contains(id)).collect();
    let mut found = Vec::new();
    for kind in kinds {
        for object in cluster.store().all(kind, None) {
            let id = object.annotation(TRACKING);
            // A copy of an object takes the annotation along; it counts only where it names the object itself.
            let own = || {
                let info = cluster.store().kinds().info(kind);
                tracking_id(app, &info.group, &info.kind, object.namespace(), object.name())
            };
            if id.starts_with(&prefix) && id == own() {
                found.push(object.clone());
            }
        }
    }
    found
}
