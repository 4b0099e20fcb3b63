//! The API store: every object by kind, namespace and name, with the indexes that controllers need, and the newest changes.
//! It checks nothing: what is written here has been admitted.

mod saved;

use crate::crew::{self, Crew};
use crate::kinds::{self, KindId, Kinds};
use crate::node_load::NodeLoad;
use crate::object::{Key, Object};
use crate::occurrence::{Occurrence, Slot};
use crate::selector::{FieldSelector, LabelSelector};
use crate::status::Status;
use order::{Arrange, OrdMap, OrdSet};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::sync::Arc;

/// Changes that a watch can still ask for.
const CHANGES_MAX: usize = 512;

type Named = Arc<OrdMap<Arc<str>, Slot>>;

/// What happened to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChangeKind {
    Added,
    Modified,
    Deleted,
}

/// One change of the store.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Change {
    pub version: u64,
    pub kind: ChangeKind,
    slot: Slot,
    /// The labels it had, for watches by label.
    pub before: Option<manifest::Value>,
}

impl Change {
    pub fn key(&self) -> &Key {
        self.slot.key()
    }

    /// The object after the change, or its last state.
    pub fn object(&self) -> &Arc<Object> {
        self.slot.object()
    }
}

/// Which objects to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selectors {
    pub labels: LabelSelector,
    pub fields: FieldSelector,
}

impl Selectors {
    pub fn matches(&self, object: &Object) -> bool {
        self.labels.matches(object.labels()) && self.fields.matches(object)
    }
}

/// What is saved of it are the objects; the indexes are made from them again.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(from = "saved::Saved", into = "saved::Saved")]
pub struct Store {
    pub(crate) kinds: Kinds,
    version: u64,
    objects: Objects,
    /// Objects by the uid of each owner; pods and replica sets without a controller under the empty uid.
    owned: Arc<OrdMap<Arc<str>, Arc<OrdSet<Key>>>>,
    uids: Arc<OrdMap<Arc<str>, Key>>,
    /// What the replica sets count, by their uids.
    crews: OrdMap<Arc<str>, Crew>,
    nodes: OrdMap<Arc<str>, Arc<NodeLoad>>,
    /// Nodes with pods that do not want certain others near.
    shy: OrdSet<Arc<str>>,
    changes: VecDeque<Change>,
}

type Objects = OrdMap<KindId, OrdMap<Arc<str>, Named>>;

impl Store {
    pub fn kinds(&self) -> &Kinds {
        &self.kinds
    }

    /// The resource version of the newest write.
    pub fn version(&self) -> u64 {
        self.version
    }

    pub(crate) fn next_version(&mut self) -> u64 {
        self.version += 1;
        self.version
    }

    pub fn get(&self, kind: KindId, namespace: &str, name: &str) -> Option<&Arc<Object>> {
        self.slot(kind, namespace, name).map(Slot::object)
    }

    fn slot(&self, kind: KindId, namespace: &str, name: &str) -> Option<&Slot> {
        self.objects.get(&kind)?.get(namespace)?.get(name)
    }

    /// An event as the recorder wrote it, unless somebody has written to it since.
    pub(crate) fn occurrence(&self, namespace: &str, name: &str) -> Option<&Arc<Occurrence>> {
        match self.slot(kinds::EVENT, namespace, name)? {
            Slot::Event(event) => Some(event),
            Slot::Whole(_) => None,
        }
    }

    pub fn get_key(&self, key: &Key) -> Option<&Arc<Object>> {
        self.get(key.kind, &key.namespace, &key.name)
    }

    pub fn by_uid(&self, uid: &str) -> Option<&Arc<Object>> {
        self.uids.get(uid).and_then(|key| self.get_key(key))
    }

    /// Objects of a kind in one namespace, or in all, in the order of namespace and name.
    pub fn all<'s>(&'s self, kind: KindId, namespace: Option<&str>) -> impl Iterator<Item = &'s Arc<Object>> + use<'s> {
        let everywhere = namespace.is_none();
        let spaces = self.objects.get(&kind);
        let one = namespace.and_then(|name| spaces?.get(name));
        let every = spaces.filter(|_| everywhere).into_iter().flat_map(|spaces| spaces.values());
        one.into_iter().chain(every).flat_map(|named| named.values()).map(Slot::object)
    }

    /// The objects written last, newest first: so many at most. The others are not looked at, for events are made when they are.
    pub fn newest(&self, kind: KindId, namespace: Option<&str>, most: usize) -> Vec<&Arc<Object>> {
        let spaces = self.objects.get(&kind).into_iter().flat_map(|spaces| spaces.iter());
        let wanted = spaces.filter(|(name, _)| namespace.is_none_or(|namespace| ***name == *namespace));
        let mut slots: Vec<&Slot> = wanted.flat_map(|(_, named)| named.values()).collect();
        if let Some(old) = slots.len().checked_sub(most).filter(|old| *old > 0) {
            let mut versions: Vec<u64> = slots.iter().map(|slot| slot.version()).collect();
            let (_, least, _) = versions.select_nth_unstable(old);
            slots.retain(|slot| slot.version() >= *least);
        }
        slots.arrange_by_key(|slot| std::cmp::Reverse(slot.version()));
        slots.into_iter().map(Slot::object).collect()
    }

    /// Objects that the selectors choose; by name and by node without looking at the others.
    pub fn list(&self, kind: KindId, namespace: Option<&str>, selectors: &Selectors) -> Vec<&Arc<Object>> {
        let fits = |object: &&Arc<Object>| selectors.matches(object);
        if let (Some(name), Some(namespace)) = (selectors.fields.wanted("metadata.name"), namespace) {
            return self.get(kind, namespace, name).into_iter().filter(fits).collect();
        }
        if let Some(node) =
            selectors.fields.wanted("spec.nodeName").filter(|node| kind == kinds::POD && !node.is_empty())
        {
            let here = |object: &&Arc<Object>| namespace.is_none_or(|namespace| object.namespace() == namespace);
            return self.pods_on(node).filter(here).filter(fits).collect();
        }
        self.all(kind, namespace).filter(fits).collect()
    }

    /// Objects that name this uid as an owner.
    pub fn owned_by<'s>(&'s self, uid: &str) -> impl Iterator<Item = &'s Arc<Object>> {
        self.owned.get(uid).into_iter().flat_map(|keys| keys.iter()).filter_map(|key| self.get_key(key))
    }

    /// What a replica set counts.
    pub(crate) fn crew(&self, uid: &str) -> Option<&Crew> {
        self.crews.get(uid)
    }

    /// Pods or replica sets of a namespace that nobody controls.
    pub fn orphans<'s>(&'s self, kind: KindId, namespace: &str) -> impl Iterator<Item = &'s Arc<Object>> {
        let from = Key::new(kind, namespace, "");
        let keys = self.owned.get("").into_iter().flat_map(move |keys| keys.range(from.clone()..));
        let namespace: Arc<str> = namespace.into();
        keys.take_while(move |key| key.kind == kind && key.namespace == namespace).filter_map(|key| self.get_key(key))
    }

    pub fn pods_on(&self, node: &str) -> impl Iterator<Item = &Arc<Object>> {
        self.nodes.get(node).into_iter().flat_map(|load| load.pods()).filter_map(|key| self.get_key(key))
    }

    /// The nodes with the sums of what their pods ask for.
    pub fn node_loads(&self) -> impl Iterator<Item = (&Arc<str>, &Arc<NodeLoad>)> {
        self.nodes.iter().filter(|(_, load)| load.exists())
    }

    /// How many nodes there are.
    pub(crate) fn nodes_count(&self) -> usize {
        self.objects.get(&kinds::NODE).and_then(|spaces| spaces.get("")).map_or(0, |named| named.len())
    }

    /// The nodes in turn, beginning at a place, and how many places there are. Among them may be some that are gone.
    pub(crate) fn round(&self, start: usize) -> (usize, impl Iterator<Item = (&Arc<str>, &Arc<NodeLoad>)>) {
        let places = self.nodes.len();
        let start = start % places.max(1);
        (places, self.nodes.iter().skip(start).chain(self.nodes.iter().take(start)))
    }

    /// The nodes with pods that do not want certain others near.
    pub(crate) fn shy_loads(&self) -> impl Iterator<Item = &Arc<NodeLoad>> {
        self.shy.iter().filter_map(|node| self.nodes.get(node)).filter(|load| load.exists())
    }

    pub fn node_load(&self, node: &str) -> Option<&Arc<NodeLoad>> {
        self.nodes.get(node)
    }

    /// Changes after a version, oldest first.
    pub fn changes_since(&self, version: u64) -> Result<Vec<&Change>, Status> {
        let oldest = self.changes.front().map_or(self.version + 1, |change| change.version);
        if version + 1 < oldest && !(self.changes.len() < CHANGES_MAX && version == 0) {
            return Err(Status::expired(version, oldest));
        }
        let start = self.changes.partition_point(|change| change.version <= version);
        Ok(self.changes.range(start..).collect())
    }

    /// Objects of a kind among the latest changes that are gone, as they were last; the oldest first.
    pub fn gone(&self, kind: KindId) -> impl Iterator<Item = &Arc<Object>> {
        let of_kind = move |change: &&Change| change.kind == ChangeKind::Deleted && change.key().kind == kind;
        self.changes.iter().filter(of_kind).map(Change::object)
    }

    /// Puts an object in place of its older version and keeps the indexes true.
    pub(crate) fn put(&mut self, object: Arc<Object>) {
        let old = self.put_slot(Slot::Whole(object.clone()));
        let old = old.as_ref().map(|old| old.object().as_ref());
        self.reindex(old, Some(&object));
        let before = old.map(|old| old.value.at("metadata.labels").clone());
        self.note(Slot::Whole(object), before);
    }

    /// Puts an event that the recorder wrote.
    pub(crate) fn put_event(&mut self, event: Arc<Occurrence>) {
        let slot = Slot::Event(event);
        let before = self.put_slot(slot.clone()).map(|_| manifest::Value::Null);
        self.note(slot, before);
    }

    fn put_slot(&mut self, slot: Slot) -> Option<Slot> {
        let key = slot.key();
        let spaces = self.objects.entry(key.kind).or_default();
        if !spaces.contains_key(&key.namespace) {
            spaces.insert(key.namespace.clone(), Arc::default());
        }
        let named = spaces.get_mut(&key.namespace).expect("the namespace was just made");
        Arc::make_mut(named).insert(key.name.clone(), slot)
    }

    /// Takes an object out; the change carries its last state under a new version.
    pub(crate) fn take(&mut self, key: &Key, last: Arc<Object>) {
        if let Some(named) = self.objects.get_mut(&key.kind).and_then(|spaces| spaces.get_mut(&key.namespace)) {
            let old = Arc::make_mut(named).remove(&key.name);
            let old = old.as_ref().map(|old| old.object().as_ref());
            self.reindex(old, None);
            let before = old.map(|old| old.value.at("metadata.labels").clone());
            self.changed(ChangeKind::Deleted, Slot::Whole(last), before);
        }
    }

    fn note(&mut self, slot: Slot, before: Option<manifest::Value>) {
        let kind = if before.is_some() { ChangeKind::Modified } else { ChangeKind::Added };
        self.changed(kind, slot, before);
    }

    fn changed(&mut self, kind: ChangeKind, slot: Slot, before: Option<manifest::Value>) {
        if self.changes.len() >= CHANGES_MAX {
            self.changes.pop_front();
        }
        self.changes.push_back(Change { version: slot.version(), kind, slot, before });
    }

    fn reindex(&mut self, old: Option<&Object>, new: Option<&Object>) {
        let Some(either) = new.or(old) else { return };
        if either.key.kind == kinds::EVENT {
            return;
        }
        if old.map(|o| &o.uid) != new.map(|o| &o.uid) {
            let uids = Arc::make_mut(&mut self.uids);
            if let Some(old) = old {
                uids.remove(&old.uid);
            }
            if let Some(new) = new {
                uids.insert(new.uid.clone(), new.key.clone());
            }
        }
        let same_owners = match (old, new) {
            (Some(a), Some(b)) => {
                let (a, b) = (a.value.at("metadata.ownerReferences"), b.value.at("metadata.ownerReferences"));
                a.shares(b) || a == b
            }
            _ => false,
        };
        if !same_owners {
            self.index_owners(old, new);
        }
        match either.key.kind {
            kinds::POD => {
                if !same_owners || old.zip(new).is_none_or(|(old, new)| !crew::same(old, new)) {
                    self.index_crews(old, new);
                }
                self.index_pod(old, new);
            }
            kinds::NODE => self.index_node(new, either),
            _ => {}
        }
    }

    fn index_owners(&mut self, old: Option<&Object>, new: Option<&Object>) {
        let owned = Arc::make_mut(&mut self.owned);
        if let Some(old) = old {
            for uid in owner_uids(old) {
                if let Some(keys) = owned.get_mut(&uid) {
                    Arc::make_mut(keys).remove(&old.key);
                    if keys.is_empty() {
                        owned.remove(&uid);
                    }
                }
            }
        }
        if let Some(new) = new {
            for uid in owner_uids(new) {
                Arc::make_mut(owned.entry(uid).or_default()).insert(new.key.clone());
            }
        }
    }

    fn index_crews(&mut self, old: Option<&Object>, new: Option<&Object>) {
        for (pod, sign) in old.map(|old| (old, -1)).into_iter().chain(new.map(|new| (new, 1))) {
            for uid in crew::owners(pod) {
                let crew = self.crews.entry(uid.clone()).or_default();
                crew.count(pod, sign);
                if crew.is_empty() {
                    self.crews.remove(uid);
                }
            }
        }
    }

    fn index_pod(&mut self, old: Option<&Object>, new: Option<&Object>) {
        let place = |object: &Object| object.value.at("spec.nodeName").as_text().cloned();
        let counts = |object: &Object| !matches!(object.value.str_at("status.phase"), "Succeeded" | "Failed");
        let (was, is) = (old.and_then(place), new.and_then(place));
        if was == is && old.map(counts) == new.map(counts) {
            return;
        }
        if let (Some(old), Some(node)) = (old, was)
            && let Some(load) = self.nodes.get_mut(&node)
        {
            let load = Arc::make_mut(load);
            load.remove(old, counts(old));
            if load.shy().next().is_none() {
                self.shy.remove(&node);
            }
        }
        if let (Some(new), Some(node)) = (new, is) {
            let load = Arc::make_mut(self.nodes.entry(node.clone()).or_default());
            load.add(new, counts(new));
            if load.shy().next().is_some() {
                self.shy.insert(node);
            }
        }
    }

    fn index_node(&mut self, new: Option<&Object>, either: &Object) {
        let load = Arc::make_mut(self.nodes.entry(either.key.name.clone()).or_default());
        load.describe(new.map(|node| &node.value));
        if new.is_none() && load.is_empty() {
            self.nodes.remove(&either.key.name);
        }
    }
}

/// The uids of an object's owners; the empty one stands for the missing controller of a pod or replica set.
fn owner_uids(object: &Object) -> Vec<Arc<str>> {
    let mut uids: Vec<Arc<str>> =
        object.owners().iter().filter_map(|owner| owner.at("uid").as_text().cloned()).collect();
    if matches!(object.key.kind, kinds::POD | kinds::REPLICASET) && object.controller().is_none() {
        uids.push("".into());
    }
    uids
}
