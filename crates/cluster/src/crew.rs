//! What replica sets count of their pods, kept up with each write: a count looks at no pod.

use crate::object::Object;
use crate::pods::{active, pod_ready};
use manifest::{Map, Value};

/// The pods of one replica set.
#[derive(Debug, Clone, Default)]
pub(crate) struct Crew {
    /// Neither finished nor on their way out.
    pub active: i64,
    /// Those of them that are ready.
    pub ready: i64,
    /// The labels that its pods have: as a rule all the same.
    worn: Vec<Worn>,
}

#[derive(Debug, Clone)]
struct Worn {
    labels: Value,
    pods: i64,
    active: i64,
}

/// What a pod counts for.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Part {
    active: bool,
    ready: bool,
}

impl Part {
    fn of(pod: &Object) -> Self {
        let active = active(pod);
        Self { active, ready: active && pod_ready(pod) }
    }
}

/// Whether both versions of a pod count for the same.
pub(crate) fn same(old: &Object, new: &Object) -> bool {
    let shared = |path: &str| old.value.at(path).shares(new.value.at(path));
    let equal = |path: &str| shared(path) || old.value.at(path) == new.value.at(path);
    (shared("metadata") || (equal("metadata.labels") && equal("metadata.deletionTimestamp")))
        && (shared("status") || Part::of(old) == Part::of(new))
}

/// The uids of the replica sets that own a pod.
pub(crate) fn owners(pod: &Object) -> impl Iterator<Item = &std::sync::Arc<str>> {
    let sets = |owner: &&Value| matches!(owner.str_at("kind"), "ReplicaSet" | "ReplicationController");
    pod.owners().iter().filter(sets).filter_map(|o| o.at("uid").as_text())
}

impl Crew {
    pub(crate) fn is_empty(&self) -> bool {
        self.worn.is_empty()
    }

    /// Counts a pod in, or with a sign of -1 out.
    pub(crate) fn count(&mut self, pod: &Object, sign: i64) {
        let part = Part::of(pod);
        self.active += sign * i64::from(part.active);
        self.ready += sign * i64::from(part.ready);
        let labels = pod.value.at("metadata.labels");
        let known = |worn: &Worn| worn.labels.shares(labels) || worn.labels == *labels;
        let at = self.worn.iter().position(known).unwrap_or_else(|| {
            self.worn.push(Worn { labels: labels.clone(), pods: 0, active: 0 });
            self.worn.len() - 1
        });
        let worn = &mut self.worn[at];
        worn.pods += sign;
        worn.active += sign * i64::from(part.active);
        if worn.pods == 0 {
            self.worn.remove(at);
        }
    }

    /// How many active pods have labels that fit.
    pub(crate) fn active_with(&self, fits: impl Fn(&Map) -> bool) -> i64 {
        self.worn.iter().filter(|worn| fits(worn.labels.entries())).map(|worn| worn.active).sum()
    }

    /// Whether the labels of all pods fit.
    pub(crate) fn all(&self, fits: impl Fn(&Map) -> bool) -> bool {
        self.worn.iter().all(|worn| fits(worn.labels.entries()))
    }
}
