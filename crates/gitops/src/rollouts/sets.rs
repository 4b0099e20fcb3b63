//! The replica sets of a Rollout: the new one, the stable one, the others; and how they are made and sized.

use super::work::Work;
use cluster::{Object, PatchKind, Propagation, REPLICASET, Store, int_or_percent, time_at};
use manifest::{Value, object};
use order::Arrange;
use std::sync::Arc;
use std::time::Duration;

/// The label that tells one template's pods from another's.
pub const HASH: &str = "rollouts-pod-template-hash";
pub const REVISION: &str = "rollout.argoproj.io/revision";
pub(crate) const HISTORY: &str = "rollout.argoproj.io/revision-history";
pub(crate) const DESIRED: &str = "rollout.argoproj.io/desired-replicas";
pub const SCALE_DOWN: &str = "argo-rollouts.argoproj.io/scale-down-deadline";
pub(super) const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// What a replica set wants and has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sizes {
    pub wanted: i64,
    pub have: i64,
    pub ready: i64,
    pub available: i64,
}

impl Sizes {
    pub fn of(set: &Object) -> Self {
        let count = |path: &str| set.value.int_at(path).unwrap_or(0);
        Self {
            wanted: count("spec.replicas"),
            have: count("status.replicas"),
            ready: count("status.readyReplicas"),
            available: count("status.availableReplicas"),
        }
    }
}

/// A Rollout's replica sets, oldest first.
pub fn sets_of(store: &Store, rollout: &Object) -> Vec<Arc<Object>> {
    let mut sets: Vec<Arc<Object>> =
        store.owned_by(&rollout.uid).filter(|object| object.key.kind == REPLICASET).cloned().collect();
    sets.arrange_by(|a, b| (a.created_at(), a.name()).cmp(&(b.created_at(), b.name())));
    sets
}

pub(crate) fn revision(object: &Object) -> i64 {
    object.annotation(REVISION).parse().unwrap_or(0)
}

/// The sets, by their places.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sets {
    pub all: Vec<Arc<Object>>,
    pub new: Option<usize>,
    pub stable: Option<usize>,
}

impl Sets {
    pub fn read(store: &Store, rollout: &Object, hash: &str) -> Self {
        let all = sets_of(store, rollout);
        let by_hash = |hash: &str| all.iter().position(|set| set.label(HASH) == hash && !hash.is_empty());
        let (new, stable) = (by_hash(hash), by_hash(rollout.value.str_at("status.stableRS")));
        Self { all, new, stable }
    }

    pub fn latest(&self) -> Option<&Arc<Object>> {
        self.all.get(self.new?)
    }

    pub fn stable(&self) -> Option<&Arc<Object>> {
        self.all.get(self.stable?)
    }

    /// The stable set, where it is not the new one.
    pub fn other_stable(&self) -> Option<Sizes> {
        self.stable().filter(|_| self.stable != self.new).map(|set| Sizes::of(set))
    }

    pub fn others(&self) -> Vec<usize> {
        (0..self.all.len()).filter(|at| Some(*at) != self.new && Some(*at) != self.stable).collect()
    }

    pub fn sum(&self, count: fn(Sizes) -> i64) -> i64 {
        self.all.iter().map(|set| count(Sizes::of(set))).sum()
    }

    pub fn sum_others(&self, count: fn(Sizes) -> i64) -> i64 {
        self.others().into_iter().map(|at| count(Sizes::of(&self.all[at]))).sum()
    }

    pub fn by_hash(&self, hash: &str) -> Option<&Arc<Object>> {
        self.all.iter().find(|set| set.label(HASH) == hash && !hash.is_empty())
    }
}

pub(crate) fn hash_of(set: Option<&Arc<Object>>) -> &str {
    set.map_or("", |set| set.label(HASH))
}

pub(crate) fn available(set: &Object) -> bool {
    let sizes = Sizes::of(set);
    sizes.wanted != 0 && sizes.available != 0 && sizes.wanted <= sizes.available
}

impl Work<'_> {
    pub fn replicas(&self) -> i64 {
        self.spec().int_at("replicas").unwrap_or(1)
    }

    /// Surge and unavailability, resolved together.
    pub fn fence_posts(&self) -> (i64, i64) {
        let replicas = self.replicas();
        if self.blue_green() {
            let wanted = self.strategy().at("maxUnavailable");
            let found = if wanted.is_null() { 0 } else { int_or_percent(wanted, replicas, false) };
            return (0, found.min(replicas));
        }
        let quarter = Value::from("25%");
        let or = |path: &str| match self.strategy().at(path) {
            Value::Null => quarter.clone(),
            other => other.clone(),
        };
        let surge = int_or_percent(&or("maxSurge"), replicas, true);
        let unavailable = int_or_percent(&or("maxUnavailable"), replicas, false);
        let unavailable = if surge == 0 && unavailable == 0 { 1 } else { unavailable };
        (surge, unavailable.min(replicas))
    }

    /// Whether the new set has all that the Rollout wants, and it knows that.
    pub fn saturated(&self, set: &Object) -> bool {
        let (sizes, replicas) = (Sizes::of(set), self.replicas());
        sizes.wanted == replicas
            && set.annotation(DESIRED).parse::<i64>().is_ok_and(|desired| desired == replicas)
            && sizes.available == replicas
    }

    /// Writes a set anew.
    pub fn write_set(&mut self, at: usize, value: Value) {
        let set = &self.sets.all[at];
        if set.value == value {
            return;
        }
        let namespace = set.namespace().to_string();
        let writer = self.writer();
        if let Ok(written) = self.cluster.update(self.sim, REPLICASET, &namespace, value, &writer) {
            self.sets.all[at] = written;
        }
    }

    pub(super) fn set_revision(&mut self, text: &str) {
        if self.object.annotation(REVISION) == text {
            return;
        }
        let patch = object! { "metadata" => object! { "annotations" => object! { REVISION => text } } };
        if self.patch_own(&patch) {
            let told = ["Rollout updated to revision ", text].concat();
            self.event(false, "RolloutUpdated", &told);
        }
    }

    /// The new set is the newest revision, and has what the Rollout says of all its sets.
    pub fn sync_revision(&mut self) {
        let Some(at) = self.sets.new else { return };
        let old = self.sets.all.iter().enumerate().filter(|(one, _)| *one != at);
        let next = old.map(|(_, set)| revision(set)).max().unwrap_or(0) + 1;
        let set = self.sets.all[at].clone();
        let mut value = set.value.clone();
        let annotations = value.at_mut("metadata.annotations").make_map();
        for (key, text) in self.inherited().iter() {
            annotations.insert(key.clone(), text.clone());
        }
        let was = revision(&set);
        if was < next {
            annotations.insert(REVISION, next.to_string().into());
            if was > 0 {
                let history = set.annotation(HISTORY);
                let all = if history.is_empty() { was.to_string() } else { format!("{history},{was}") };
                annotations.insert(HISTORY, all.into());
            }
        }
        let wait = self.spec().int_at("minReadySeconds");
        if wait.is_some() && value.int_at("spec.minReadySeconds") != wait {
            value.set("spec.minReadySeconds", wait.unwrap_or(0));
        }
        self.write_set(at, value);
        let shown = self.sets.all[at].annotation(REVISION).to_string();
        self.set_revision(&shown);
    }

    /// Sizes a set; whether that changed anything.
    pub fn scale(&mut self, at: usize, size: i64) -> bool {
        let set = self.sets.all[at].clone();
        let (from, desired) = (Sizes::of(&set).wanted, self.replicas().to_string());
        if from == size && set.annotation(DESIRED) == desired {
            return false;
        }
        let mut value = set.value.clone();
        value.set("spec.replicas", size);
        value.at_mut("metadata.annotations").put(DESIRED, desired);
        if size == 0 && !self.delays_on_abort() {
            value.at_mut("metadata.annotations").make_map().remove(SCALE_DOWN);
        }
        self.write_set(at, value);
        if from != size {
            let way = if from < size { "up" } else { "down" };
            let told =
                format!("Scaled {way} ReplicaSet {} (revision {}) from {from} to {size}", set.name(), revision(&set));
            self.event(false, "ScalingReplicaSet", &told);
        }
        from != size
    }

    /// When a set that has a deadline goes; nothing where it has none, or it is over.
    pub fn time_left(&self, set: &Object) -> Option<Duration> {
        let at = sim::Time::parse_rfc3339(set.annotation(SCALE_DOWN))?;
        (at > self.sim.now()).then(|| at.since(self.sim.now()))
    }

    pub fn delay_scale_down(&mut self, at: usize, delay: Duration) {
        let mut value = self.sets.all[at].value.clone();
        if delay.is_zero() {
            value.at_mut("metadata.annotations").make_map().remove(SCALE_DOWN);
        } else {
            value.at_mut("metadata.annotations").put(SCALE_DOWN, (self.sim.now() + delay).rfc3339());
        }
        self.write_set(at, value);
    }

    /// New and stable sets stay.
    pub fn keep_new_and_stable(&mut self) {
        let new = self.sets.new.filter(|_| !self.delays_on_abort());
        for at in [new, self.sets.stable].into_iter().flatten() {
            if !self.sets.all[at].annotation(SCALE_DOWN).is_empty() {
                self.delay_scale_down(at, Duration::ZERO);
            }
        }
    }

    /// Preview pods stay a while after an abort; basic canaries do not.
    pub fn delays_on_abort(&self) -> bool {
        self.pauses.aborted(self.status())
            && self.sets.stable.is_some()
            && self.blue_green()
            && self.abort_delay().is_some()
    }

    /// How long after an abort; nothing where they stay for ever.
    pub fn abort_delay(&self) -> Option<Duration> {
        let secs = self.strategy().int_at("abortScaleDownDelaySeconds").unwrap_or(30);
        u64::try_from(secs).ok().filter(|secs| *secs > 0).map(Duration::from_secs)
    }

    pub fn scale_down_delay(&self) -> Duration {
        let secs = self.strategy().int_at("scaleDownDelaySeconds").unwrap_or(30);
        Duration::from_secs(u64::try_from(secs).unwrap_or(0))
    }

    /// Deletes the oldest empty sets beyond `revisionHistoryLimit`, with their runs.
    pub fn forget_oldest(&mut self) {
        let limit = self.spec().int_at("revisionHistoryLimit").unwrap_or(10);
        let others = self.sets.others();
        let kept: Vec<Arc<Object>> = others.into_iter().map(|at| self.sets.all[at].clone()).collect();
        let extra = kept.len().saturating_sub(usize::try_from(limit).unwrap_or(0));
        for set in kept.iter().filter(|set| !set.deleting()).take(extra) {
            let sizes = Sizes::of(set);
            if sizes.wanted != 0 || sizes.have != 0 {
                continue;
            }
            self.delete(set);
            let hash = set.label(HASH);
            for run in self.runs.others.clone().iter().filter(|run| run.label(HASH) == hash) {
                self.delete(run);
            }
        }
    }

    pub fn delete(&mut self, object: &Object) {
        let place = (object.key.kind, object.namespace(), object.name());
        let options = cluster::DeleteOptions { propagation: Propagation::Background, grace_secs: None };
        let writer = self.writer();
        // Whoever was quicker has done it.
        drop(self.cluster.delete(self.sim, place, options, &writer));
    }

    /// Whether the Rollout was resized since its sets were last told.
    pub fn scaling(&self) -> bool {
        let desired = self.replicas();
        let told = |set: &Arc<Object>| {
            Sizes::of(set).wanted > 0 && set.annotation(DESIRED).parse::<i64>().is_ok_and(|own| own != desired)
        };
        self.sets.latest().into_iter().chain(self.sets.stable()).any(told)
    }

    /// Whether a template is older than the stable one, and few enough revisions back.
    pub fn within_window(&self) -> bool {
        let (Some(new), Some(stable)) = (self.sets.latest(), self.sets.stable()) else { return false };
        let window = self.spec().int_at("rollbackWindow.revisions").unwrap_or(0);
        if new.created_at() >= stable.created_at() || window == 0 {
            return false;
        }
        let between =
            |set: &&Arc<Object>| set.created_at() < stable.created_at() && new.created_at() < set.created_at();
        i64::try_from(self.sets.all.iter().filter(between).count()).unwrap_or(i64::MAX) < window
    }

    pub fn fast_rollback(&self) -> bool {
        let (Some(new), Some(stable)) = (self.sets.latest(), self.sets.stable()) else { return false };
        let to_stable = self.status().str_at("stableRS") == new.label(HASH);
        if !to_stable && new.created_at() >= stable.created_at() {
            return false;
        }
        let delayed = self.blue_green() && self.new_was_delayed;
        self.within_window() || delayed || to_stable
    }

    /// The moment in an object's field.
    pub fn moment(&self, path: &str) -> Option<sim::Time> {
        time_at(&self.object.value, path)
    }

    /// Pods of the Rollout, of the stable set first.
    pub fn pods(&self) -> Vec<Arc<Object>> {
        let mut order: Vec<usize> = self.sets.stable.into_iter().chain(self.sets.new).collect();
        order.extend(self.sets.others());
        order.dedup();
        let store = self.cluster.store();
        let of = |at: usize| store.owned_by(&self.sets.all[at].uid).cloned();
        order.into_iter().flat_map(of).collect()
    }

    /// `app=web`, as the scale subresource wants it.
    pub fn selector_text(value: &Value) -> String {
        let pairs = value.map_at("matchLabels");
        let texts: Vec<String> =
            pairs.iter().map(|(key, text)| [key, "=", text.as_str().unwrap_or_default()].concat()).collect();
        texts.join(",")
    }

    pub fn patch_own(&mut self, patch: &Value) -> bool {
        let place = (self.object.key.kind, self.object.namespace(), self.object.name());
        let writer = cluster::Writer::new(super::kinds::CONTROLLER, self.causes.clone());
        match self.cluster.patch(self.sim, place, PatchKind::Merge, patch, &writer) {
            Ok(object) => {
                self.object = object;
                true
            }
            Err(_) => false,
        }
    }
}
