//! Who looks again when definitions, quotas and budgets, or what they count, change.

use super::{Pair, SEEN_AFTER};
use crate::controllers::disruption;
use crate::engine::{Cluster, Item};
use crate::kinds;
use crate::object::Object;
use crate::pods::finished;
use sim::{Causes, Sim};
use std::sync::Arc;

impl Cluster {
    /// The kind is known, or not any more; its objects go with it.
    pub(super) fn definition_written(
        &mut self,
        sim: &mut Sim,
        pair: Pair<'_>,
        definition: &Arc<Object>,
        spec_changed: bool,
    ) {
        if !spec_changed {
            return;
        }
        if pair.1.is_none() {
            let (group, kind) = (definition.value.str_at("spec.group"), definition.value.str_at("spec.names.kind"));
            let id = self.store.kinds().iter().find(|info| *info.group == *group && *info.kind == *kind).map(|i| i.id);
            let left: Vec<_> =
                id.into_iter().flat_map(|id| self.store.all(id, None)).map(|object| object.key.clone()).collect();
            let writer = crate::api::Writer::new("apiextensions-apiserver", definition.written_by.clone());
            left.iter().for_each(|key| self.remove(sim, key, &writer));
        }
        self.definition_changed(definition, pair.1.is_some());
        self.enqueue(sim, Item::Of(definition.key.clone()), SEEN_AFTER, &definition.written_by);
    }

    /// Services behind aggregated APIs have come or gone.
    pub(super) fn aggregation_looks(&mut self, sim: &mut Sim, because: &Causes) {
        let all: Vec<_> = self.store.all(kinds::APISERVICE, None).map(|service| service.key.clone()).collect();
        for key in all {
            self.enqueue(sim, Item::Of(key), SEEN_AFTER, because);
        }
    }

    pub(super) fn quotas_look(&mut self, sim: &mut Sim, pair: Pair<'_>, namespace: &str) {
        let freed = |o: Option<&Arc<Object>>| o.map(|o| finished(o));
        if namespace.is_empty() || (pair.0.is_some() && pair.1.is_some() && freed(pair.0) == freed(pair.1)) {
            return;
        }
        let quotas = self.store.all(kinds::RESOURCEQUOTA, Some(namespace));
        let quotas: Vec<_> = quotas.map(|quota| quota.key.clone()).collect();
        for key in quotas {
            self.enqueue(sim, Item::Of(key), SEEN_AFTER * 4, &Causes::none());
        }
    }

    pub(super) fn budgets_of(&mut self, sim: &mut Sim, pod: &Arc<Object>) {
        let budgets: Vec<_> = disruption::budgets_of(&self.store, pod).map(|budget| budget.key.clone()).collect();
        for key in budgets {
            self.enqueue(sim, Item::Of(key), SEEN_AFTER, &Causes::none());
        }
    }

    /// A changed size changes what budgets ask for.
    pub(super) fn budgets_look(&mut self, sim: &mut Sim, namespace: &str) {
        let all = self.store.all(kinds::PODDISRUPTIONBUDGET, Some(namespace));
        let budgets: Vec<_> = all.map(|budget| budget.key.clone()).collect();
        for key in budgets {
            self.enqueue(sim, Item::Of(key), SEEN_AFTER * 2, &Causes::none());
        }
    }
}
