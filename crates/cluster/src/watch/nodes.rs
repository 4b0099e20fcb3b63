//! Who looks again when a node changes.

use super::{Pair, SEEN_AFTER, differs};
use crate::controllers::node_lifecycle;
use crate::engine::{Cluster, Item};
use crate::kinds;
use crate::object::{Object, condition_true};
use sim::{Causes, Sim};
use std::sync::Arc;

impl Cluster {
    /// Whether pods of a node may have to leave it.
    pub(super) fn tainted(&self, node: &str) -> bool {
        self.store.node_load(node).is_some_and(|load| load.taints.iter().any(|taint| taint.effect == "NoExecute"))
    }

    pub(super) fn daemons_look(&mut self, sim: &mut Sim, because: &Causes) {
        let sets: Vec<_> = self.store.all(kinds::DAEMONSET, None).map(|set| set.key.clone()).collect();
        for key in sets {
            self.enqueue(sim, Item::Of(key), SEEN_AFTER, because);
        }
    }

    pub(super) fn node_changed(&mut self, sim: &mut Sim, pair: Pair<'_>) {
        let Some(node) = pair.1.or(pair.0) else { return };
        let key = node.key.clone();
        let after = if pair.1.is_none() { node_lifecycle::quarantine() } else { SEEN_AFTER };
        let short = |node: Option<&Arc<Object>>| node.is_some_and(|node| condition_true(&node.value, "MemoryPressure"));
        if pair.1.is_none() || differs(pair, "spec") || short(pair.0) != short(pair.1) {
            self.enqueue(sim, Item::Of(key), after, &node.written_by);
        }
        if pair.1.is_none() || ["spec", "metadata.labels"].iter().any(|path| differs(pair, path)) {
            let because = pair.1.or(pair.0).map(|node| node.written_by.clone()).unwrap_or_default();
            self.daemons_look(sim, &because);
        }
        let widened = ["spec", "status.allocatable", "metadata.labels"].iter().any(|path| differs(pair, path));
        if let Some(node) = pair.1.filter(|_| widened) {
            self.retry_unschedulable(sim, &node.written_by);
        }
    }
}
