//! Topology spread constraints (Kubernetes 1.32, `pkg/scheduler/framework/plugins/podtopologyspread`).
//! Unlike kubernetes: pods without constraints are not spread by the default ones.

use super::nodes::{suits, untolerated};
use crate::kinds;
use crate::object::{Key, Object};
use crate::pods::finished;
use crate::selector::LabelSelector;
use crate::store::Store;
use manifest::{Map, Value};
use order::{OrdMap, OrdSet};
use std::sync::Arc;

struct Constraint {
    key: String,
    max_skew: i64,
    hard: bool,
    /// The pod counts itself.
    own: i64,
    counts: OrdMap<Arc<str>, i64>,
    /// The least of all domains.
    least: i64,
}

#[derive(Default)]
pub(super) struct Spread {
    constraints: Vec<Constraint>,
}

impl Spread {
    /// `gone` are pods that are taken as evicted.
    pub(super) fn of(store: &Store, pod: &Object, gone: &OrdSet<Key>) -> Self {
        let rules = pod.value.list_at("spec.topologySpreadConstraints");
        if rules.is_empty() {
            return Self::default();
        }
        let constraint = |rule: &Value| constraint(store, pod, rule, gone);
        Self { constraints: rules.iter().map(constraint).collect() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.constraints.is_empty()
    }

    /// Why a node with these labels does not do, and whether evictions could help.
    pub(super) fn refused(&self, labels: &Map) -> Option<(&'static str, bool)> {
        for constraint in self.constraints.iter().filter(|c| c.hard) {
            let Some(value) = labels.get(&constraint.key).and_then(Value::as_text) else {
                let why = "node(s) didn't match pod topology spread constraints (missing required label)";
                return Some((why, false));
            };
            let count = constraint.counts.get(value).copied().unwrap_or(0);
            if count + constraint.own - constraint.least > constraint.max_skew {
                return Some(("node(s) didn't match pod topology spread constraints", true));
            }
        }
        None
    }

    /// How many matching pods are near, by the soft constraints.
    pub(super) fn crowd(&self, labels: &Map) -> i64 {
        let near = |c: &Constraint| {
            let value = labels.get(&c.key).and_then(Value::as_text);
            value.and_then(|value| c.counts.get(value)).copied().unwrap_or(0)
        };
        self.constraints.iter().filter(|c| !c.hard).map(near).sum()
    }
}

fn constraint(store: &Store, pod: &Object, rule: &Value, gone: &OrdSet<Key>) -> Constraint {
    let key = rule.str_at("topologyKey").to_string();
    let selector = LabelSelector::from_value(rule.at("labelSelector"));
    let keys: Vec<&str> = rule.list_at("matchLabelKeys").iter().filter_map(Value::as_str).collect();
    let counts_pod = |other: &Object| {
        !rule.at("labelSelector").is_null()
            && selector.matches(other.labels())
            && keys.iter().all(|key| pod.labels().get(key) == other.labels().get(key))
    };
    let honours = |field: &str, fallback: &str| {
        let given = rule.str_at(field);
        (if given.is_empty() { fallback } else { given }) == "Honor"
    };
    let (affinity, taints) = (honours("nodeAffinityPolicy", "Honor"), honours("nodeTaintsPolicy", "Ignore"));
    let mut counts: OrdMap<Arc<str>, i64> = OrdMap::new();
    for (name, load) in store.node_loads() {
        let labels = load.labels.entries();
        let Some(value) = labels.get(&key).and_then(Value::as_text) else { continue };
        let left_out = (affinity && !suits(pod.value.at("spec"), labels, name))
            || (taints && untolerated(pod.value.list_at("spec.tolerations"), &load.taints).is_some());
        if left_out {
            continue;
        }
        let here = load.pods().filter(|key| *key.namespace == *pod.namespace() && !gone.contains(key));
        let here = here.filter_map(|key| store.get(kinds::POD, &key.namespace, &key.name));
        let count = here.filter(|other| !other.deleting() && !finished(other) && counts_pod(other)).count();
        *counts.entry(value.clone()).or_default() += i64::try_from(count).unwrap_or(0);
    }
    let few = i64::try_from(counts.len()).unwrap_or(0) < rule.int_at("minDomains").unwrap_or(1);
    Constraint {
        max_skew: rule.int_at("maxSkew").unwrap_or(1),
        hard: rule.str_at("whenUnsatisfiable") != "ScheduleAnyway",
        own: i64::from(counts_pod(pod)),
        least: if few { 0 } else { counts.values().copied().min().unwrap_or(0) },
        counts,
        key,
    }
}
