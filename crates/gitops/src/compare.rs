//! Comparing what Git asks for with what the cluster has.

use crate::app::Spec;
use crate::engine::{SourceFiles, TRACKING};
use crate::health::{Health, health_of};
use crate::hooks;
use crate::ignore::{compared, ignored};
use crate::parsed::ParsedFiles;
use crate::project::{Project, is_watched};
use cluster::{Cluster, Key, KindId, Object, Writer};
use manifest::Value;
use order::OrdMap;
use serde::{Deserialize, Serialize};
use sim::{Causes, Sim};
use std::sync::Arc;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SyncState {
    Synced,
    OutOfSync,
    Unknown,
    /// Hooks and what is skipped have none.
    Untold,
}

impl SyncState {
    pub fn word(self) -> &'static str {
        match self {
            Self::Synced => "Synced",
            Self::OutOfSync => "OutOfSync",
            Self::Unknown => "Unknown",
            Self::Untold => "",
        }
    }
}

/// The kind of what the API server does not know (yet).
const UNKNOWN_KIND: KindId = KindId(u16::MAX);

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

impl Item {
    fn object(&self) -> &Value {
        let live = self.live.as_ref().map(|live| &live.value);
        live.or(self.target.as_ref()).expect("an item has a manifest or an object")
    }

    pub(crate) fn is_known(&self) -> bool {
        self.key.kind != UNKNOWN_KIND
    }

    pub(crate) fn is_hook(&self) -> bool {
        hooks::is_hook(self.object())
    }

    /// Whether it is to be pruned.
    pub(crate) fn is_extra(&self) -> bool {
        self.target.is_none() && !self.is_hook()
    }

    fn is_out(&self) -> bool {
        let left = self.is_extra() && hooks::has_compare_option(self.object(), "IgnoreExtraneous");
        self.sync == SyncState::OutOfSync && !left
    }
}

/// A whole application at one revision.
#[derive(Debug, Clone)]
pub struct Comparison {
    pub revision: String,
    pub items: Vec<Item>,
    /// Hooks that Git asks for: they are made by a sync, and never compared.
    pub hooks: Vec<Item>,
    /// Manifests that cannot be applied as they are.
    pub errors: Vec<String>,
    /// Conditions that are no errors: their types and messages.
    pub warnings: Vec<(&'static str, String)>,
}

impl Comparison {
    pub fn sync(&self) -> SyncState {
        if !self.errors.is_empty() {
            return SyncState::Unknown;
        }
        if self.items.iter().any(Item::is_out) { SyncState::OutOfSync } else { SyncState::Synced }
    }

    /// The worst of its resources; one that is missing does not count unless all are.
    #[inline(never)]
    pub fn health(&self) -> Health {
        let counts = |item: &&Item| {
            let skipped = item.target.as_ref().is_some_and(hooks::is_skipped);
            !(skipped || item.live.is_some() && item.is_hook())
        };
        let counted: Vec<&Item> = self.items.iter().filter(counts).collect();
        if !counted.is_empty() && counted.iter().all(|item| item.live.is_none()) {
            return Health::Missing;
        }
        let weighed = |item: &&&Item| {
            let ignored = |live: &Arc<Object>| live.annotation("argocd.argoproj.io/ignore-healthcheck") == "true";
            !item.live.as_ref().is_some_and(ignored)
        };
        let known = counted.iter().filter(weighed).filter_map(|item| {
            let health = item.health.as_ref()?.0;
            let child = item.kind == "Application" && health == Health::Unknown;
            (health != Health::Missing && !child).then_some(health)
        });
        known.max().unwrap_or(Health::Healthy)
    }
}

/// `app:group/Kind:namespace/name`, as Argo CD's annotation tracking writes it.
pub(crate) fn tracking_id(app: &str, group: &str, kind: &str, namespace: &str, name: &str) -> String {
    format!("{app}:{group}/{kind}:{namespace}/{name}")
}

/// All manifests of a source. Errors are told with their file.
#[inline(never)]
fn targets(
    app: &str,
    spec: &Spec,
    files: &SourceFiles,
    parsed: &mut ParsedFiles,
    cluster: &Cluster,
) -> (Vec<Item>, Vec<String>) {
    let (mut found, mut errors) = (Vec::new(), Vec::new());
    let read: Vec<_> = files.files.iter().map(|(path, text)| (path, parsed.parse(text))).collect();
    // Whether a definition among the manifests makes a kind for the whole cluster.
    let is_wide = |group: &str, kind: &str| {
        let mut all = read.iter().filter_map(|(_, parsed)| parsed.as_ref().as_ref().ok()).flatten();
        all.find_map(|object| defines(object, group, kind)) == Some("Cluster")
    };
    for (path, parsed) in &read {
        match &**parsed {
            Ok(values) => {
                for value in values {
                    match target(app, spec, value.clone(), cluster, &is_wide) {
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

/// Group, kind and scope of the resources that a definition makes.
pub(crate) fn defines<'v>(object: &'v Value, group: &str, kind: &str) -> Option<&'v str> {
    let spec = object.at("spec");
    let fits = object.str_at("kind") == "CustomResourceDefinition"
        && spec.str_at("group") == group
        && spec.str_at("names.kind") == kind;
    fits.then(|| spec.str_at("scope"))
}

#[inline(never)]
fn target(
    app: &str,
    spec: &Spec,
    mut value: Value,
    cluster: &Cluster,
    is_wide: &dyn Fn(&str, &str) -> bool,
) -> Result<Item, String> {
    let (api, kind) = (value.str_at("apiVersion").to_string(), value.str_at("kind").to_string());
    if kind.is_empty() {
        return Err("Object 'Kind' is missing".into());
    }
    if let Some(hook) = hooks::of_deletion(&value) {
        return Err(format!("the hook {hook} is real Argo CD, but not part of this sandbox yet"));
    }
    let (group, version) = api.split_once('/').unwrap_or(("", &api));
    let known = cluster.store().kinds().of_manifest(&api, &kind);
    let (id, namespaced) = match known {
        Some(info) => (info.id, info.namespaced),
        None => (UNKNOWN_KIND, !is_wide(group, &kind)),
    };
    let name = value.str_at("metadata.name").to_string();
    let namespace = match (namespaced, value.str_at("metadata.namespace")) {
        (false, _) => String::new(),
        (true, "") => spec.namespace.clone(),
        (true, own) => own.to_string(),
    };
    if namespaced && namespace.is_empty() {
        return Err(format!("Namespace for {name} {api}, Kind={kind} is missing."));
    }
    track(&mut value, &tracking_id(app, group, &kind, &namespace, &name));
    let (group, version) = (group.to_string(), version.to_string());
    Ok(Item {
        key: Key::new(id, namespace, name),
        group,
        version,
        kind,
        target: Some(value),
        live: None,
        predicted: None,
        sync: SyncState::Untold,
        health: None,
    })
}

fn track(value: &mut Value, id: &str) {
    let mut annotations = match value.at("metadata").get("annotations") {
        Some(annotations) if annotations.as_map().is_some() => annotations.clone(),
        _ => Value::map(),
    };
    annotations.put(TRACKING, id);
    value.at_mut("metadata").put("annotations", annotations);
}

/// Compares. Nothing is stored: what would change is found by a dry run of the same apply that a sync does.
#[inline(never)]
pub(crate) fn compare(
    app: &str,
    (spec, project): (&Spec, &Project),
    files: &SourceFiles,
    parsed: &mut ParsedFiles,
    cluster: &mut Cluster,
    sim: &mut Sim,
) -> Comparison {
    let (targets, errors) = targets(app, spec, files, parsed, cluster);
    let mut warnings = Vec::new();
    let (mut items, mut made): (Vec<Item>, Vec<Item>) = (Vec::new(), Vec::new());
    let mut places: OrdMap<(String, String, Key), (usize, usize)> = OrdMap::new();
    for item in targets {
        let manifest = item.target.as_ref().expect("it was made from a manifest");
        if hooks::is_hook(manifest) {
            if !hooks::is_ignored(manifest) {
                made.push(item);
            }
            continue;
        }
        let place = (item.group.clone(), item.kind.clone(), item.key.clone());
        let seen = places.entry(place).or_insert((items.len(), 0));
        seen.1 += 1;
        match items.get_mut(seen.0) {
            Some(before) => *before = item,
            None => items.push(item),
        }
    }
    for ((group, kind, key), (_, times)) in places.iter().filter(|(_, seen)| seen.1 > 1) {
        let what = format!("{group}/{kind}/{}/{}", key.namespace, key.name);
        let told = format!("Resource {what} appeared {times} times among application resources.");
        warnings.push(("RepeatedResourceWarning", told));
    }
    for item in &mut items {
        look(item, app, (spec, project), cluster, sim, &mut warnings);
    }
    for live in tracked(app, cluster) {
        let info = cluster.store().kinds().info(live.key.kind);
        let wanted = places.get(&(info.group.to_string(), info.kind.to_string(), live.key.clone())).is_some();
        if !wanted && project.permits_object(&info.group, &live) {
            items.push(extra(live, cluster));
        }
    }
    for hook in &mut made {
        hook.live = cluster.store().get_key(&hook.key).cloned();
    }
    Comparison { revision: files.revision.clone(), items, hooks: made, errors, warnings }
}

/// Finds what is live of one, and how it differs.
#[inline(never)]
fn look(
    item: &mut Item,
    app: &str,
    (spec, project): (&Spec, &Project),
    cluster: &mut Cluster,
    sim: &mut Sim,
    warnings: &mut Vec<(&'static str, String)>,
) {
    let target = item.target.as_ref().expect("only what Git asks for is looked at");
    item.live = cluster.store().get_key(&item.key).cloned();
    item.health = match &item.live {
        Some(object) => health_of(object),
        None => Some((Health::Missing, String::new())),
    };
    if let Some((other, _)) = item.live.as_ref().and_then(|live| live.annotation(TRACKING).split_once(':'))
        && other != app
    {
        let what = format!("{}/{} is part of applications argocd/{app} and {other}", item.kind, item.key.name);
        warnings.push(("SharedResourceWarning", what));
    }
    if hooks::is_skipped(target) {
        return;
    }
    item.sync = SyncState::OutOfSync;
    if item.is_known() {
        // A dry run draws names and ids like any write; the world's chance must not depend on how often it is compared.
        let mut dry = sim.clone();
        let writer = Writer::new("argocd-controller", Causes::none()).dry_run(true);
        let applied = cluster.apply(&mut dry, item.key.kind, &item.key.namespace, target, &writer);
        item.predicted = applied.ok().map(|(_, object)| object.value.clone());
        if let (Some(predicted), Some(live)) = (&item.predicted, &item.live) {
            let paths = ignored(&spec.ignore, &item.group, &live.value);
            if predicted.shares(&live.value) || compared(predicted, &paths) == compared(&live.value, &paths) {
                item.sync = SyncState::Synced;
            }
        }
    }
    if !project.permits_kind(&item.group, &item.kind, &item.key.name, !item.key.namespace.is_empty()) {
        item.sync = SyncState::Unknown;
    }
}

#[inline(never)]
fn extra(live: Arc<Object>, cluster: &Cluster) -> Item {
    let info = cluster.store().kinds().info(live.key.kind);
    let hook = hooks::is_hook(&live.value);
    Item {
        key: live.key.clone(),
        group: info.group.to_string(),
        version: info.version.to_string(),
        kind: info.kind.to_string(),
        target: None,
        health: if hook { None } else { health_of(&live) },
        live: Some(live),
        predicted: None,
        sync: if hook { SyncState::Untold } else { SyncState::OutOfSync },
    }
}

/// Objects that an application owns directly; what owns itself through a controller is left out.
#[inline(never)]
pub(crate) fn tracked(app: &str, cluster: &Cluster) -> Vec<Arc<Object>> {
    let prefix = format!("{app}:");
    let kinds: Vec<_> =
        cluster.store().kinds().iter().filter(|info| is_watched(&info.kind)).map(|info| info.id).collect();
    let mut found = Vec::new();
    for kind in kinds.into_iter().filter(|kind| ![cluster::REPLICASET, cluster::NODE].contains(kind)) {
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
