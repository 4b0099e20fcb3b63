//! The filters over a copy of the store, for somebody who asks what would happen if: nodes that are not there yet, pods
//! that would have to move.

use super::demand::Demand;
use crate::object::Object;
use crate::store::Store;
use manifest::Value;
use order::OrdMap;
use std::sync::Arc;

pub(crate) fn priority(pod: &Object) -> i64 {
    pod.value.int_at("spec.priority").unwrap_or(0)
}

/// A store in which nothing is real.
#[derive(Clone)]
pub(crate) struct Rehearsal {
    store: Store,
}

impl Rehearsal {
    pub(crate) fn new(store: &Store) -> Self {
        Self { store: store.clone() }
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) fn add(&mut self, object: Object) {
        self.store.put(Arc::new(object));
    }

    /// Why a pod cannot go to a node; nothing where it can.
    pub(crate) fn refused(&self, pod: &Object, node: &str) -> Vec<String> {
        let Some(load) = self.store.node_load(node).filter(|load| load.exists()) else {
            return vec![format!("node {node:?} not found")];
        };
        match Demand::of(&self.store, pod, OrdMap::new()) {
            Ok(demand) => demand.refused(&self.store, node, load).into_iter().map(|(why, _)| why).collect(),
            Err(why) => vec![why],
        }
    }

    /// The first node that takes the pod, of those that are allowed.
    pub(crate) fn first_fit(&self, pod: &Object, allowed: impl Fn(&str) -> bool) -> Option<Arc<str>> {
        let demand = Demand::of(&self.store, pod, OrdMap::new()).ok()?;
        let fits = |(name, load): &(&Arc<str>, &Arc<crate::node_load::NodeLoad>)| {
            allowed(name) && demand.refused(&self.store, name, load).is_empty()
        };
        self.store.node_loads().find(fits).map(|(name, _)| name.clone())
    }

    /// Puts a pod onto a node.
    pub(crate) fn place(&mut self, pod: &Object, node: &str) {
        let mut moved = pod.clone();
        moved.value.at_mut("spec").put("nodeName", node);
        self.add(moved);
    }

    /// Puts a pod onto the first node that takes it; false: there is none.
    pub(crate) fn place_anywhere(&mut self, pod: &Object, allowed: impl Fn(&str) -> bool) -> bool {
        // What it would wait for on its old node is not asked of the new one.
        let mut free = pod.clone();
        if !pod.value.str_at("spec.nodeName").is_empty() {
            free.value.at_mut("spec").put("nodeName", Value::Null);
            self.add(free.clone());
        }
        match self.first_fit(&free, allowed) {
            Some(node) => {
                self.place(&free, &node);
                true
            }
            None => false,
        }
    }
}
