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

const HOSTNAME: &str = "kubernetes.io/hostname";

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
        let constraint = |rule: &Value| constraint(store, pod, rules, rule, gone);
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

    /// How crowded each of the nodes that fit is, by the soft constraints; nothing for one that lacks a label
    /// (`scoring.go`: many domains count for more than few).
    pub(super) fn crowds(&self, nodes: &[&Map]) -> Vec<Option<i64>> {
        let soft: Vec<&Constraint> = self.constraints.iter().filter(|c| !c.hard).collect();
        let counts = |labels: &&&Map| soft.iter().all(|c| labels.get(&c.key).is_some());
        let counted: Vec<&&Map> = nodes.iter().filter(counts).collect();
        let weight = |c: &&Constraint| {
            let domains: OrdSet<&Arc<str>> =
                counted.iter().filter_map(|labels| labels.get(&c.key).and_then(Value::as_text)).collect();
            let size = if c.key == HOSTNAME { counted.len() } else { domains.len() };
            libm::log(f64::from(u32::try_from(size + 2).unwrap_or(u32::MAX)))
        };
        let weights: Vec<f64> = soft.iter().map(weight).collect();
        let crowd = |labels: &&Map| {
            let part = |(c, weight): (&&Constraint, &f64)| {
                let value = labels.get(&c.key).and_then(Value::as_text);
                let count = value.and_then(|value| c.counts.get(value)).copied().unwrap_or(0);
                #[expect(clippy::cast_precision_loss, reason = "counts of pods are far below 2^52")]
                let part = count as f64 * weight + (c.max_skew - 1) as f64;
                part
            };
            let sum: f64 = soft.iter().zip(&weights).map(part).sum();
            #[expect(clippy::cast_possible_truncation, reason = "as upstream rounds it")]
            let rounded = libm::round(sum) as i64;
            counts(&labels).then_some(rounded)
        };
        nodes.iter().map(crowd).collect()
    }

    pub(super) fn has_soft(&self) -> bool {
        self.constraints.iter().any(|c| !c.hard)
    }
}

fn is_hard(rule: &Value) -> bool {
    rule.str_at("whenUnsatisfiable") != "ScheduleAnyway"
}

fn constraint(store: &Store, pod: &Object, rules: &[Value], rule: &Value, gone: &OrdSet<Key>) -> Constraint {
    let key = rule.str_at("topologyKey").to_string();
    let hard = is_hard(rule);
    // A node counts only where it has the labels of all constraints of the same kind.
    let needed: Vec<&str> =
        rules.iter().filter(|other| is_hard(other) == hard).map(|other| other.str_at("topologyKey")).collect();
    let selector = LabelSelector::from_value(rule.at("labelSelector"));
    let keys: Vec<&str> = rule.list_at("matchLabelKeys").iter().filter_map(Value::as_str).collect();
    let counts_pod = |other: &Object| {
        let alike = |key: &&str| pod.labels().get(key).is_none_or(|own| other.labels().get(key) == Some(own));
        !rule.at("labelSelector").is_null() && selector.matches(other.labels()) && keys.iter().all(alike)
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
        let left_out = needed.iter().any(|key| labels.get(key).is_none())
            || (affinity && !suits(pod.value.at("spec"), labels, name))
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
        hard,
        own: i64::from(counts_pod(pod)),
        least: if few { 0 } else { counts.values().copied().min().unwrap_or(0) },
        counts,
        key,
    }
}
