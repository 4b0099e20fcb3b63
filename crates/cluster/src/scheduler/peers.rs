//! Affinity and anti-affinity between pods (Kubernetes 1.32, `pkg/scheduler/framework/plugins/interpodaffinity`).

use crate::kinds;
use crate::object::{Key, Object};
use crate::pods::finished;
use crate::selector::LabelSelector;
use crate::store::Store;
use manifest::{Map, Value};
use order::{OrdMap, OrdSet};
use std::sync::Arc;

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

/// What other pods mean for the choice: values of topology keys, with how many pods, or how much they are worth.
#[derive(Default)]
pub(super) struct Peers {
    wanted: Vec<(String, OrdMap<Arc<str>, i64>)>,
    /// No pod matches the wanted terms, but the pod itself does.
    first: bool,
    apart: Vec<(String, OrdSet<Arc<str>>)>,
    shunned: OrdSet<(String, Arc<str>)>,
    liked: Vec<(String, OrdMap<Arc<str>, i64>)>,
}

/// Whether a term of `owner` means another pod.
fn means(store: &Store, term: &Value, owner: &Object, other: &Object) -> bool {
    let listed = term.list_at("namespaces");
    let chosen = term.at("namespaceSelector");
    let here = if listed.is_empty() && chosen.is_null() {
        owner.namespace() == other.namespace()
    } else {
        let space = store.get(kinds::NAMESPACE, "", other.namespace());
        listed.iter().any(|name| name.as_str() == Some(other.namespace()))
            || (!chosen.is_null() && space.is_some_and(|s| LabelSelector::from_value(chosen).matches(s.labels())))
    };
    let selector = term.at("labelSelector");
    let keys = term.list_at("matchLabelKeys").iter().filter_map(Value::as_str);
    here && !selector.is_null()
        && LabelSelector::from_value(selector).matches(other.labels())
        && keys.into_iter().all(|key| owner.labels().get(key) == other.labels().get(key))
}

fn value<'m>(labels: &'m Map, key: &str) -> Option<&'m Arc<str>> {
    labels.get(key).and_then(Value::as_text)
}

impl Peers {
    /// `gone` are pods that are taken as evicted.
    pub(super) fn of(store: &Store, pod: &Object, gone: &OrdSet<Key>) -> Self {
        let mut peers = Self::default();
        peers.shunned_by(store, pod, gone);
        let affinity = pod.value.at("spec.affinity");
        let (with, without) = (affinity.at("podAffinity"), affinity.at("podAntiAffinity"));
        if with.is_null() && without.is_null() {
            return peers;
        }
        let terms = |of: &Value, path: &str| of.list_at(path).to_vec();
        let (wanted, apart) = (terms(with, REQUIRED), terms(without, REQUIRED));
        let weighted = |of: &Value, sign: i64| {
            let item = |t: &Value| (t.at("podAffinityTerm").clone(), sign * t.int_at("weight").unwrap_or(0));
            of.list_at(PREFERRED).iter().map(item).collect::<Vec<_>>()
        };
        let mut liked = weighted(with, 1);
        liked.extend(weighted(without, -1));
        let key = |term: &Value| term.str_at("topologyKey").to_string();
        peers.wanted = wanted.iter().map(|term| (key(term), OrdMap::new())).collect();
        peers.apart = apart.iter().map(|term| (key(term), OrdSet::new())).collect();
        peers.liked = liked.iter().map(|(term, _)| (key(term), OrdMap::new())).collect();
        for other in store.all(kinds::POD, None) {
            let node = other.value.str_at("spec.nodeName");
            if node.is_empty() || finished(other) || gone.contains(&other.key) {
                continue;
            }
            let Some(load) = store.node_load(node) else { continue };
            let labels = load.labels.entries();
            for (term, (key, counts)) in wanted.iter().zip(&mut peers.wanted) {
                if let Some(value) = value(labels, key).filter(|_| means(store, term, pod, other)) {
                    *counts.entry(value.clone()).or_default() += 1;
                }
            }
            for (term, (key, values)) in apart.iter().zip(&mut peers.apart) {
                if let Some(value) = value(labels, key).filter(|_| means(store, term, pod, other)) {
                    values.insert(value.clone());
                }
            }
            for ((term, weight), (key, sums)) in liked.iter().zip(&mut peers.liked) {
                if let Some(value) = value(labels, key).filter(|_| means(store, term, pod, other)) {
                    *sums.entry(value.clone()).or_default() += weight;
                }
            }
        }
        let nobody = peers.wanted.iter().all(|(_, counts)| counts.is_empty());
        peers.first = nobody && wanted.iter().all(|term| means(store, term, pod, pod));
        peers
    }

    /// Pods that are there already and do not want this one near.
    fn shunned_by(&mut self, store: &Store, pod: &Object, gone: &OrdSet<Key>) {
        for load in store.shy_loads() {
            for key in load.shy().filter(|key| !gone.contains(key)) {
                let Some(other) = store.get_key(key).filter(|other| !finished(other)) else { continue };
                for term in other.value.at("spec.affinity.podAntiAffinity").list_at(REQUIRED) {
                    let key = term.str_at("topologyKey");
                    if let Some(value) = value(load.labels.entries(), key).filter(|_| means(store, term, other, pod)) {
                        self.shunned.insert((key.to_string(), value.clone()));
                    }
                }
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.wanted.is_empty() && self.apart.is_empty() && self.shunned.is_empty()
    }

    /// Why a node with these labels does not do, and whether evictions could help.
    pub(super) fn refused(&self, labels: &Map) -> Option<(&'static str, bool)> {
        let near = |(key, counts): &(String, OrdMap<Arc<str>, i64>)| {
            value(labels, key).is_some_and(|value| self.first || counts.contains_key(value))
        };
        if !self.wanted.iter().all(near) {
            return Some(("node(s) didn't match pod affinity rules", false));
        }
        let meets =
            |(key, values): &(String, OrdSet<Arc<str>>)| value(labels, key).is_some_and(|value| values.contains(value));
        if self.apart.iter().any(meets) {
            return Some(("node(s) didn't match pod anti-affinity rules", true));
        }
        let shunned = self.shunned.iter().any(|(key, no)| value(labels, key) == Some(no));
        shunned.then_some(("node(s) didn't satisfy existing pods anti-affinity rules", true))
    }

    /// The sum of the weights of the preferred terms.
    pub(super) fn worth(&self, labels: &Map) -> i64 {
        let worth = |(key, sums): &(String, OrdMap<Arc<str>, i64>)| {
            value(labels, key).and_then(|value| sums.get(value)).copied().unwrap_or(0)
        };
        self.liked.iter().map(worth).sum()
    }
}
