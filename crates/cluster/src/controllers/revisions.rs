//! The replica sets of a deployment: which is the newest, what revision it has, and which are forgotten.

use super::deployment::{Plan, bare_template};
use super::rolling::{self, Sizes};
use super::{Action, Reconciled, owner_reference};
use crate::kinds;
use crate::object::Object;
use crate::recorder::Note;
use crate::store::Store;
use manifest::{Map, Value, list, object};
use order::Arrange;
use std::sync::Arc;

pub(super) const REVISION: &str = "deployment.kubernetes.io/revision";
const HISTORY: &str = "deployment.kubernetes.io/revision-history";
pub(super) const DESIRED: &str = "deployment.kubernetes.io/desired-replicas";
pub(super) const MAX: &str = "deployment.kubernetes.io/max-replicas";
/// Annotations that a replica set does not take over from its deployment.
const OWN: [&str; 6] = [
    "kubectl.kubernetes.io/last-applied-configuration",
    REVISION,
    HISTORY,
    DESIRED,
    MAX,
    "deprecated.deployment.rollback.to",
];

/// The replica sets of one deployment.
#[derive(Debug, Clone, Default)]
pub(super) struct Revisions {
    pub new: Option<Arc<Object>>,
    /// Oldest first.
    pub old: Vec<Arc<Object>>,
    /// The new set cannot be made in this round.
    pub blocked: bool,
    /// A set was made in this round, under this name.
    pub created: Option<String>,
    pub collisions: i64,
}

pub(super) fn revision(set: &Object) -> i64 {
    set.annotation(REVISION).parse().unwrap_or(0)
}

impl Revisions {
    pub(super) fn of(store: &Store, deployment: &Object) -> Self {
        let mut sets: Vec<Arc<Object>> =
            store.owned_by(&deployment.uid).filter(|o| o.key.kind == kinds::REPLICASET).cloned().collect();
        sets.arrange_by(|a, b| (a.created_at(), a.name()).cmp(&(b.created_at(), b.name())));
        let wanted = bare_template(deployment.value.at("spec.template"));
        let at = sets.iter().position(|set| bare_template(set.value.at("spec.template")) == wanted);
        let new = at.map(|at| sets.remove(at));
        let collisions = deployment.value.int_at("status.collisionCount").unwrap_or(0);
        Self { new, old: sets, collisions, ..Self::default() }
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Arc<Object>> {
        self.old.iter().chain(&self.new)
    }

    /// Whether the deployment was resized since its sets were last told.
    pub(super) fn scaling(&self, replicas: i64) -> bool {
        let told = |set: &&Arc<Object>| set.annotation(DESIRED).parse::<i64>().is_ok_and(|desired| desired != replicas);
        self.all().filter(|set| Sizes::of(set).wanted > 0).any(|set| told(&set))
    }
}

/// Brings the newest set and the revision annotations up to date; makes the set where it is missing and wanted.
#[inline(never)]
pub(super) fn sync(plan: &Plan, revisions: &mut Revisions, create: bool, done: &mut Reconciled, store: &Store) {
    let next = revisions.old.iter().map(|set| revision(set)).max().unwrap_or(0) + 1;
    let shown = match &revisions.new {
        Some(set) => {
            let value = with_annotations(set, plan, next);
            let shown = value.at("metadata.annotations").get(REVISION).cloned();
            if value != set.value {
                revisions.new = Some(rolling::update(set, value, plan, done));
            }
            shown
        }
        None if create && revisions.created.is_none() => {
            make(plan, revisions, next, done, store);
            (!revisions.blocked).then(|| next.to_string().into())
        }
        None => None,
    };
    if let Some(shown) = shown
        && plan.object.annotation(REVISION) != shown.as_str().unwrap_or("")
    {
        let mut value = plan.object.value.clone();
        value.at_mut("metadata.annotations").put(REVISION, shown);
        done.actions.push(Action::Update { base: plan.object.clone(), value, because: plan.object.spec_by.clone() });
    }
}

fn inherited(deployment: &Object) -> impl Iterator<Item = (&Arc<str>, &Value)> {
    deployment.value.map_at("metadata.annotations").iter().filter(|(key, _)| !OWN.contains(&key.as_ref()))
}

#[inline(never)]
fn with_annotations(set: &Object, plan: &Plan, next: i64) -> Value {
    let mut value = set.value.clone();
    let mut annotations = value.at("metadata.annotations").clone();
    for (key, text) in inherited(&plan.object) {
        annotations.put(key, text.clone());
    }
    let was = revision(set);
    if was < next {
        if was > 0 {
            let history = set.annotation(HISTORY);
            let all = if history.is_empty() { was.to_string() } else { format!("{history},{was}") };
            annotations.put(HISTORY, all);
        }
        annotations.put(REVISION, next.to_string());
    }
    value.set("metadata.annotations", annotations);
    let wait = plan.object.value.at("spec.minReadySeconds");
    if value.at("spec.minReadySeconds") != wait && !wait.is_null() {
        value.set("spec.minReadySeconds", wait.clone());
    }
    value
}

#[inline(never)]
fn make(plan: &Plan, revisions: &mut Revisions, next: i64, done: &mut Reconciled, store: &Store) {
    let deployment = &plan.object;
    let template = deployment.value.at("spec.template");
    let hash = template_hash(template, revisions.collisions);
    let name = format!("{}-{hash}", plan.name());
    if store.get(kinds::REPLICASET, deployment.namespace(), &name).is_some() {
        revisions.collisions += 1;
        revisions.blocked = true;
        done.look_again(std::time::Duration::from_millis(5));
        return;
    }
    let mut template = template.clone();
    template.at_mut("metadata.labels").put("pod-template-hash", hash.as_str());
    let mut selector = deployment.value.at("spec.selector").clone();
    selector.at_mut("matchLabels").put("pod-template-hash", hash.as_str());
    let replicas = rolling::new_size(plan, revisions, 0);
    let mut annotations: Map = inherited(deployment).map(|(k, v)| (k.clone(), v.clone())).collect();
    annotations.insert(DESIRED, plan.replicas.to_string().into());
    annotations.insert(MAX, (plan.replicas + plan.max_surge).to_string().into());
    annotations.insert(REVISION, next.to_string().into());
    let mut value = object! {
        "apiVersion" => "apps/v1", "kind" => "ReplicaSet",
        "metadata" => object! {
            "annotations" => annotations, "labels" => template.at("metadata.labels").clone(), "name" => &name,
            "ownerReferences" => list![owner_reference(deployment)],
        },
        "spec" => object! { "replicas" => replicas, "selector" => selector, "template" => template },
        "status" => object! { "replicas" => 0 },
    };
    if let Some(wait) = deployment.value.int_at("spec.minReadySeconds") {
        value.set("spec.minReadySeconds", wait);
    }
    done.actions.push(Action::Create {
        kind: kinds::REPLICASET,
        namespace: deployment.key.namespace.clone(),
        value,
        because: deployment.spec_by.clone(),
        announce: None,
    });
    if replicas > 0 {
        let told = format!("Scaled up replica set {name} from 0 to {replicas}");
        done.actions.push(Action::Event { about: deployment.clone(), note: Note::normal("ScalingReplicaSet", told) });
    }
    revisions.created = Some(name);
}

/// Ten characters or so of Kubernetes' safe alphabet from the digits of a 32-bit FNV-1a hash.
pub fn safe_hash(text: &str) -> String {
    const SAFE: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
    let mix = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(16_777_619);
    let hash = text.bytes().fold(2_166_136_261, mix);
    hash.to_string().bytes().map(|digit| char::from(SAFE[usize::from(digit) % SAFE.len()])).collect()
}

/// What a pod template is called.
/// Unlike kubernetes: the hash is over the template's JSON, not over a Go dump of it.
pub fn template_hash(template: &Value, collisions: i64) -> String {
    let mut text = bare_template(template).to_json();
    if collisions > 0 {
        text.push_str(&collisions.to_string());
    }
    safe_hash(&text)
}

/// Deletes the oldest empty sets beyond `revisionHistoryLimit`.
#[inline(never)]
pub(super) fn forget_oldest(plan: &Plan, revisions: &Revisions, done: &mut Reconciled) {
    let Some(limit) = plan.object.value.int_at("spec.revisionHistoryLimit") else { return };
    let mut kept: Vec<&Arc<Object>> = revisions.old.iter().filter(|set| !set.deleting()).collect();
    let extra = kept.len().saturating_sub(usize::try_from(limit).unwrap_or(usize::MAX));
    kept.arrange_by_key(|set| revision(set));
    for set in kept.into_iter().take(extra) {
        let sizes = Sizes::of(set);
        let observed = set.value.int_at("status.observedGeneration").unwrap_or(0) >= set.generation();
        if sizes.wanted == 0 && sizes.have == 0 && observed {
            let because = plan.object.spec_by.clone();
            done.actions.push(Action::Delete { key: set.key.clone(), uid: set.uid.clone(), because });
        }
    }
}
