//! Who looks again when an object changes: the watches of all controllers, in one table.

mod nodes;
mod rules;
mod storage;

use crate::controllers::autoscaler;
use crate::engine::{Cluster, Item};
use crate::kinds::{self, KindId};
use crate::object::Object;
use crate::pods::{finished, pod_ready};
use crate::selector::LabelSelector;
use manifest::Value;
use sim::{Causes, Sim};
use std::sync::Arc;
use std::time::Duration;

/// From a write to the controller's look at it.
const SEEN_AFTER: Duration = Duration::from_millis(5);
/// A replica set waits a little longer the more pods it counts, so that many changes make one count.
const COUNT_PER_POD: Duration = Duration::from_micros(50);
/// Endpoints are gathered for this long.
const GATHER: Duration = Duration::from_millis(100);

/// Kinds that count their pods, beside replica sets.
const COUNTING: [(&str, KindId); 3] =
    [("Job", kinds::JOB), ("StatefulSet", kinds::STATEFULSET), ("DaemonSet", kinds::DAEMONSET)];

/// Old and new state; one of them may be missing.
type Pair<'o> = (Option<&'o Arc<Object>>, Option<&'o Arc<Object>>);

fn differs(pair: Pair<'_>, path: &str) -> bool {
    match pair {
        (Some(old), Some(new)) => {
            let (a, b) = (old.value.at(path), new.value.at(path));
            !a.shares(b) && a != b
        }
        _ => true,
    }
}

impl Cluster {
    /// Tells every controller that cares.
    pub(crate) fn notify(&mut self, sim: &mut Sim, old: Option<&Arc<Object>>, new: Option<&Arc<Object>>) {
        let Some(object) = new.or(old).cloned() else { return };
        let pair = (old, new);
        let key = object.key.clone();
        let spec_changed = old.is_none_or(|old| old.spec_by != object.spec_by) || new.is_none();
        let because = if spec_changed { object.spec_by.clone() } else { Causes::none() };
        match key.kind {
            kinds::DEPLOYMENT if new.is_some() => {
                self.enqueue(sim, Item::Deployment(key.clone()), SEEN_AFTER, &because)
            }
            kinds::REPLICASET => self.replica_set_changed(sim, pair, &object, spec_changed),
            kinds::REPLICATIONCONTROLLER if new.is_some() && spec_changed => {
                self.enqueue(sim, Item::ReplicaSet(key.clone()), SEEN_AFTER, &because);
            }
            kinds::APISERVICE if new.is_some() && spec_changed => {
                self.enqueue(sim, Item::Of(key.clone()), SEEN_AFTER, &because);
            }
            kinds::POD => self.pod_changed(sim, pair, &object),
            kinds::SERVICE if new.is_some() => {
                self.enqueue(sim, Item::EndpointSlice(key.clone()), SEEN_AFTER, &because)
            }
            kinds::ENDPOINTSLICE if new.is_none() => {
                let service = object.label("kubernetes.io/service-name").to_string();
                let item = Item::EndpointSlice(crate::object::Key::new(kinds::SERVICE, key.namespace.clone(), service));
                self.enqueue(sim, item, SEEN_AFTER, &object.written_by);
            }
            kinds::SERVICEACCOUNT if new.is_none() && *key.name == *"default" => {
                self.enqueue(sim, Item::Of(key.clone()), SEEN_AFTER, &object.written_by);
            }
            kinds::HORIZONTALPODAUTOSCALER if old.is_none() || new.is_none() => {
                let after = if new.is_none() { SEEN_AFTER } else { autoscaler::SYNC };
                self.enqueue(sim, Item::Of(key.clone()), after, &object.spec_by);
            }
            kinds::RESOURCEQUOTA | kinds::INGRESS if new.is_some() && spec_changed => {
                self.enqueue(sim, Item::Of(key.clone()), SEEN_AFTER * 4, &because);
            }
            kinds::CUSTOMRESOURCEDEFINITION => self.definition_written(sim, pair, &object, spec_changed),
            kinds::PODDISRUPTIONBUDGET if new.is_some() && spec_changed => {
                self.enqueue(sim, Item::Of(key.clone()), SEEN_AFTER, &because);
            }
            kinds::STATEFULSET | kinds::DAEMONSET if new.is_some() && spec_changed => {
                self.enqueue(sim, Item::Of(key.clone()), SEEN_AFTER, &because);
            }
            kinds::PERSISTENTVOLUMECLAIM => self.claim_changed(sim, pair, &object, spec_changed),
            kinds::PERSISTENTVOLUME => self.volume_changed(sim, pair, &object),
            kinds::STORAGECLASS if old.is_none() => self.claims_wait(sim, &object.written_by),
            kinds::JOB => self.job_changed(sim, pair, &object, spec_changed),
            kinds::CRONJOB if new.is_some() && spec_changed => {
                self.enqueue(sim, Item::Of(key.clone()), SEEN_AFTER, &because);
            }
            kinds::NODE => self.node_changed(sim, pair),
            kinds::NAMESPACE if new.is_some_and(|namespace| namespace.deleting()) => {
                self.enqueue(sim, Item::Namespace(key.name.clone()), SEEN_AFTER, &object.written_by);
            }
            _ => {}
        }
        if matches!(key.kind, kinds::SERVICE | kinds::ENDPOINTSLICE) {
            self.aggregation_looks(sim, &object.written_by);
        }
        if (old.is_none() || new.is_none() || (key.kind == kinds::POD && !differs(pair, "spec")))
            && key.kind != kinds::EVENT
        {
            self.quotas_look(sim, pair, &key.namespace);
        }
        if spec_changed && matches!(key.kind, kinds::DEPLOYMENT | kinds::STATEFULSET | kinds::REPLICASET) {
            self.budgets_look(sim, &key.namespace);
        }
        self.dependants_of(sim, pair, &object);
    }

    fn replica_set_changed(&mut self, sim: &mut Sim, pair: Pair<'_>, set: &Arc<Object>, spec_changed: bool) {
        if pair.1.is_some() && (spec_changed || differs(pair, "metadata.deletionTimestamp")) {
            self.enqueue(sim, Item::ReplicaSet(set.key.clone()), SEEN_AFTER, &set.spec_by);
        }
        if let Some(owner) = set.controller() {
            let item = Item::Deployment(set.key.of(kinds::DEPLOYMENT).named(owner.at("name")));
            let because = if pair.1.is_none() { set.written_by.clone() } else { Causes::none() };
            self.enqueue(sim, item, SEEN_AFTER, &because);
        } else {
            let wanted =
                |owner: &Arc<Object>| LabelSelector::from_value(owner.value.at("spec.selector")).matches(set.labels());
            let namespace = set.key.namespace.clone();
            let found: Vec<_> =
                self.store.all(kinds::DEPLOYMENT, Some(&namespace)).filter(|o| wanted(o)).cloned().collect();
            for owner in found {
                self.enqueue(sim, Item::Deployment(owner.key.clone()), SEEN_AFTER, &set.spec_by);
            }
        }
    }

    fn pod_changed(&mut self, sim: &mut Sim, pair: Pair<'_>, pod: &Arc<Object>) {
        let (old, new) = pair;
        let flipped = |ask: fn(&Object) -> bool| old.map(|o| ask(o)) != new.map(|o| ask(o));
        let relabelled = differs(pair, "metadata.labels");
        let counted = flipped(pod_ready) || flipped(finished) || flipped(Object::deleting) || relabelled;
        if counted {
            self.budgets_of(sim, pod);
        }
        if counted || differs(pair, "metadata.ownerReferences") {
            self.pod_counted(sim, pair, pod);
        }
        if counted || differs(pair, "status.podIP") {
            self.endpoints_of(sim, pair, relabelled);
        }
        match new {
            Some(pod) if pod.value.str_at("spec.nodeName").is_empty() => {
                if old.is_none() || differs(pair, "spec") {
                    self.wants_node(sim, pod);
                }
            }
            Some(pod) => {
                if differs(pair, "spec.nodeName") && self.tainted(pod.value.str_at("spec.nodeName")) {
                    let node = crate::object::Key::new(kinds::NODE, "", pod.value.str_at("spec.nodeName"));
                    self.enqueue(sim, Item::Of(node), SEEN_AFTER, &pod.written_by);
                }
                if old.is_none() || differs(pair, "spec") || flipped(Object::deleting) || shorter_grace(pair) {
                    self.enqueue(sim, Item::Pod(pod.key.clone()), SEEN_AFTER * 2, &pod.written_by);
                }
            }
            None => {
                self.enqueue(sim, Item::Pod(pod.key.clone()), Duration::ZERO, &pod.written_by);
                self.waiting.forget(&pod.key);
            }
        }
        if new.is_none_or(|pod| finished(pod)) {
            self.claims_of(sim, pod);
        }
        let freed = new.is_none_or(|pod| finished(pod)) && old.is_some_and(|pod| !finished(pod));
        if freed && !pod.value.str_at("spec.nodeName").is_empty() {
            self.retry_unschedulable(sim, &pod.written_by);
        }
    }

    fn job_changed(&mut self, sim: &mut Sim, pair: Pair<'_>, job: &Arc<Object>, spec_changed: bool) {
        if spec_changed || differs(pair, "metadata.deletionTimestamp") || differs(pair, "status.conditions") {
            self.enqueue(sim, Item::Of(job.key.clone()), SEEN_AFTER, &job.spec_by);
            if let Some(owner) = job.controller().filter(|owner| owner.str_at("kind") == "CronJob") {
                let item = Item::Of(job.key.of(kinds::CRONJOB).named(owner.at("name")));
                self.enqueue(sim, item, SEEN_AFTER, &job.written_by);
            }
        }
    }

    fn pod_counted(&mut self, sim: &mut Sim, pair: Pair<'_>, pod: &Arc<Object>) {
        if let Some(owner) = pod.controller()
            && let Some((_, kind)) = COUNTING.iter().find(|(name, _)| *name == owner.str_at("kind"))
        {
            let item = Item::Of(pod.key.of(*kind).named(owner.at("name")));
            return self.enqueue(sim, item, SEEN_AFTER, &pod.written_by);
        }
        let sets = [("ReplicaSet", kinds::REPLICASET), ("ReplicationController", kinds::REPLICATIONCONTROLLER)];
        let owner = pod.controller();
        let kind = owner.and_then(|owner| sets.iter().find(|(name, _)| *name == owner.str_at("kind")));
        let Some((owner, (_, kind))) = owner.zip(kind) else {
            let namespace = pod.key.namespace.clone();
            let owners = self.store.all(kinds::STATEFULSET, Some(&namespace));
            let owners: Vec<_> = owners
                .filter(|set| LabelSelector::from_value(set.value.at("spec.selector")).matches(pod.labels()))
                .map(|set| set.key.clone())
                .collect();
            for key in owners {
                self.enqueue(sim, Item::Of(key), SEEN_AFTER, &pod.written_by);
            }
            let all = sets.iter().flat_map(|(_, kind)| self.store.all(*kind, Some(&namespace)));
            let sets: Vec<_> = all.cloned().collect();
            for set in sets {
                if LabelSelector::of(&set).matches(pod.labels()) {
                    self.enqueue(sim, Item::ReplicaSet(set.key.clone()), SEEN_AFTER, &pod.written_by);
                }
            }
            return;
        };
        let key = pod.key.of(*kind).named(owner.at("name"));
        let count = self.store.get_key(&key).and_then(|set| set.value.int_at("spec.replicas")).unwrap_or(0);
        let after = SEEN_AFTER + COUNT_PER_POD * u32::try_from(count.clamp(0, 50_000)).unwrap_or(0);
        // A pod that went away for good is a reason to make another; one that became ready is not.
        if pair.1.is_none() {
            self.recreate_goes_on(sim, &key);
        }
        let lost = pair.1.is_none_or(|pod| pod.deleting() || finished(pod));
        let because = if lost { pod.written_by.clone() } else { Causes::none() };
        self.enqueue(sim, Item::ReplicaSet(key), after, &because);
    }

    /// A deployment of strategy `Recreate` waits for the last of its old pods.
    fn recreate_goes_on(&mut self, sim: &mut Sim, set: &crate::object::Key) {
        let Some(owner) = self.store.get_key(set).and_then(|set| set.controller()) else { return };
        let key = set.of(kinds::DEPLOYMENT).named(owner.at("name"));
        let waits = |o: &Arc<Object>| o.value.str_at("spec.strategy.type") == "Recreate";
        if self.store.get_key(&key).is_some_and(waits) {
            self.enqueue(sim, Item::Deployment(key), SEEN_AFTER, &Causes::none());
        }
    }

    fn endpoints_of(&mut self, sim: &mut Sim, pair: Pair<'_>, relabelled: bool) {
        let Some(pod) = pair.1.or(pair.0) else { return };
        let namespace = pod.key.namespace.clone();
        let chosen = |service: &Object, pod: Option<&Arc<Object>>| {
            let selector = service.value.map_at("spec.selector");
            let labels = pod.map(|pod| pod.labels());
            !selector.is_empty() && labels.is_some_and(|l| selector.iter().all(|(k, v)| l.get(k) == Some(v)))
        };
        let services: Vec<_> = (self.store.all(kinds::SERVICE, Some(&namespace)))
            .filter(|service| chosen(service, Some(pod)) || (relabelled && chosen(service, pair.0)))
            .map(|service| service.key.clone())
            .collect();
        for service in services {
            // All of them are looked at each time: many are gathered for longer.
            let slices = self.store.get_key(&service).map_or(0, |service| self.store.owned_by(&service.uid).count());
            let more = COUNT_PER_POD * 100 * u32::try_from(slices.saturating_sub(1).min(1_000)).unwrap_or(0);
            self.enqueue(sim, Item::EndpointSlice(service), GATHER + more, &pod.written_by);
        }
    }

    /// Garbage and namespaces on their way out.
    fn dependants_of(&mut self, sim: &mut Sim, pair: Pair<'_>, object: &Arc<Object>) {
        let (old, new) = pair;
        if new.is_none_or(|o| o.deleting()) && self.store.owned_by(&object.uid).next().is_some() {
            self.enqueue(sim, Item::Garbage(object.uid.clone()), SEEN_AFTER, &object.written_by);
        }
        if new.is_some_and(|o| o.deleting() && !o.finalizers().is_empty()) {
            self.enqueue(sim, Item::Garbage(object.uid.clone()), SEEN_AFTER, &object.written_by);
        }
        let owners = if old.is_none() || new.is_none() { object.owners() } else { &[] };
        for uid in owners.iter().filter_map(|owner| owner.at("uid").as_text().cloned()) {
            if self.store.by_uid(&uid).is_none_or(|owner| owner.deleting()) {
                self.enqueue(sim, Item::Garbage(uid), SEEN_AFTER, &object.written_by);
            }
        }
        if new.is_none() && !object.key.namespace.is_empty() {
            let name = object.key.namespace.clone();
            if self.store.get(kinds::NAMESPACE, "", &name).is_some_and(|namespace| namespace.deleting()) {
                self.enqueue(sim, Item::Namespace(name), SEEN_AFTER, &Causes::none());
            }
        }
    }
}

fn shorter_grace(pair: Pair<'_>) -> bool {
    differs(pair, "metadata.deletionGracePeriodSeconds")
}

impl crate::object::Key {
    fn named(mut self, name: &Value) -> Self {
        if let Some(name) = name.as_text() {
            self.name = name.clone();
        }
        self
    }
}
