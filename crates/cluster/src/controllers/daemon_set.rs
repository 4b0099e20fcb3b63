//! The daemon set controller: a pod on every node that suits (Kubernetes 1.32, `pkg/controller/daemon`).

use super::history::{HASH, History};
use super::{Action, Reconciled, owner_reference};
use crate::defaults;
use crate::kinds;
use crate::node_load::{NodeLoad, Taint};
use crate::object::{Key, Object};
use crate::pods::{finished, int_or_percent, pod_available, pod_ready};
use crate::recorder::Note;
use crate::scheduler::{suits, untolerated};
use crate::store::Store;
use manifest::{Value, list, object};
use order::OrdMap;
use sim::Time;
use std::sync::Arc;

/// Taints that daemons stay through.
const TOLERATED: [(&str, &str); 6] = [
    ("node.kubernetes.io/not-ready", "NoExecute"),
    ("node.kubernetes.io/unreachable", "NoExecute"),
    ("node.kubernetes.io/disk-pressure", "NoSchedule"),
    ("node.kubernetes.io/memory-pressure", "NoSchedule"),
    ("node.kubernetes.io/pid-pressure", "NoSchedule"),
    ("node.kubernetes.io/unschedulable", "NoSchedule"),
];

/// One look at a daemon set.
struct Look<'a> {
    store: &'a Store,
    set: &'a Arc<Object>,
    now: Time,
    history: History,
    /// Its pods by the node that they are meant for.
    pods: OrdMap<Arc<str>, Vec<&'a Arc<Object>>>,
    /// The nodes that should have one.
    nodes: Vec<Arc<str>>,
    done: Reconciled,
}

#[inline(never)]
pub(crate) fn reconcile(store: &Store, key: &Key, now: Time) -> Reconciled {
    let Some(set) = store.get_key(key).filter(|set| !set.deleting()) else { return Reconciled::default() };
    let mut done = Reconciled::default();
    let history = History::sync(store, set, &mut done);
    let spec = with_tolerations(set.value.at("spec.template.spec"));
    let wanted = |(name, load): (&Arc<str>, &Arc<NodeLoad>)| should_run(&spec, name, load).then(|| name.clone());
    let nodes = store.node_loads().filter_map(wanted).collect();
    let mut pods: OrdMap<Arc<str>, Vec<&Arc<Object>>> = OrdMap::new();
    for pod in store.owned_by(&set.uid).filter(|pod| pod.key.kind == kinds::POD) {
        pods.entry(place(pod)).or_default().push(pod);
    }
    let mut look = Look { store, set, now, history, pods, nodes, done };
    look.manage();
    if look.set.value.str_at("spec.updateStrategy.type") != "OnDelete" {
        look.roll();
    }
    look.status();
    look.history.forget(store, set, &[&look.history.update], &mut look.done);
    look.done
}

/// The node that a pod runs on, or is meant for.
fn place(pod: &Object) -> Arc<str> {
    let path = "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0]\
                .matchFields[0].values[0]";
    let node = pod.value.at("spec.nodeName").as_text().or_else(|| pod.value.at(path).as_text());
    node.cloned().unwrap_or_else(|| "".into())
}

fn with_tolerations(spec: &Value) -> Value {
    let mut spec = spec.clone();
    let all = spec.at_mut("tolerations").make_list();
    for (key, effect) in TOLERATED {
        all.push(object! { "effect" => effect, "key" => key, "operator" => "Exists" });
    }
    spec
}

fn should_run(spec: &Value, name: &str, load: &NodeLoad) -> bool {
    let pinned = spec.str_at("nodeName");
    (pinned.is_empty() || pinned == name)
        && suits(spec, load.labels.entries(), name)
        && untolerated(spec.list_at("tolerations"), &load.taints).is_none()
}

/// The specs of the daemons that belong on a node.
pub(crate) fn wanted_on(store: &Store, name: &str, load: &NodeLoad) -> Vec<Value> {
    let sets = store.all(kinds::DAEMONSET, None).filter(|set| !set.deleting());
    let specs = sets.map(|set| with_tolerations(set.value.at("spec.template.spec")));
    specs.filter(|spec| should_run(spec, name, load)).collect()
}

impl Look<'_> {
    /// A daemon that would not be started on a node any more may still stay there: only `NoExecute` drives it out.
    fn stays(&self, node: &str) -> bool {
        let spec = with_tolerations(self.set.value.at("spec.template.spec"));
        self.store.node_load(node).filter(|load| load.exists()).is_some_and(|load| {
            let pinned = spec.str_at("nodeName");
            let drives: Vec<Taint> = load.taints.iter().filter(|taint| taint.effect == "NoExecute").cloned().collect();
            (pinned.is_empty() || pinned == node)
                && suits(&spec, load.labels.entries(), node)
                && untolerated(spec.list_at("tolerations"), &drives).is_none()
        })
    }

    fn updated(&self, pod: &Object) -> bool {
        pod.label(HASH) == self.history.hash
    }

    #[inline(never)]
    fn available(&mut self, pod: &Object) -> bool {
        let wait = self.set.value.int_at("spec.minReadySeconds").unwrap_or(0);
        match pod_available(pod, wait, self.now) {
            Ok(()) => !pod.deleting(),
            Err(Some(at)) => {
                self.done.look_again(at.since(self.now));
                false
            }
            Err(None) => false,
        }
    }

    /// A pod where one is missing; none where it should not be; failed ones go.
    #[inline(never)]
    fn manage(&mut self) {
        for node in self.nodes.clone() {
            let here = self.pods.get(&node).cloned().unwrap_or_default();
            for pod in here.iter().filter(|pod| finished(pod) && !pod.deleting()) {
                let place = format!("{}/{}", pod.namespace(), pod.name());
                let told = format!("Found failed daemon pod {place} on node {node}, will try to kill it");
                let note = Note::warning("FailedDaemonPod", told);
                self.done.actions.push(Action::Event { about: self.set.clone(), note });
                self.delete(pod);
            }
            if !here.iter().any(|pod| !finished(pod)) {
                self.create(&node);
            }
        }
        let misplaced: Vec<Arc<Object>> = (self.pods.iter())
            .filter(|(node, _)| !self.nodes.contains(node) && !self.stays(node))
            .flat_map(|(_, pods)| pods.iter().map(|pod| Arc::clone(pod)))
            .filter(|pod| !pod.deleting())
            .collect();
        misplaced.iter().for_each(|pod| self.delete(pod));
    }

    #[inline(never)]
    fn roll(&mut self) {
        let strategy = self.set.value.at("spec.updateStrategy.rollingUpdate");
        let count = i64::try_from(self.nodes.len()).unwrap_or(0);
        let surge = int_or_percent(strategy.at("maxSurge"), count, true);
        let mut room = int_or_percent(strategy.at("maxUnavailable"), count, true);
        if surge == 0 && room == 0 {
            room = 1;
        }
        let (mut sick, mut good, mut fresh) = (Vec::new(), Vec::new(), Vec::new());
        let mut surging = 0;
        for node in self.nodes.clone() {
            let here: Vec<Arc<Object>> =
                self.pods.get(&node).into_iter().flatten().map(|pod| Arc::clone(pod)).collect();
            let live =
                |new: bool| here.iter().find(|p| !p.deleting() && !finished(p) && self.updated(p) == new).cloned();
            let (old, new) = (live(false), live(true));
            let new_ready = new.as_ref().is_some_and(|pod| self.available(pod));
            let old_ready = old.as_ref().is_some_and(|pod| self.available(pod));
            if surge == 0 && !new_ready && !old_ready {
                room -= 1;
            }
            match (old, new) {
                (Some(old), Some(_)) if surge > 0 => {
                    surging += 1;
                    if new_ready || !old_ready {
                        surging -= i64::from(new_ready);
                        sick.push(old);
                    }
                }
                (Some(old), None) if surge > 0 => fresh.push((node, old_ready, old)),
                (Some(old), _) if old_ready => good.push(old),
                (Some(old), _) => sick.push(old),
                _ => {}
            }
        }
        if surge > 0 {
            // New pods come beside old ones; an old one that does not work makes room by itself.
            for (node, ready, old) in fresh {
                if !ready {
                    self.delete(&old);
                } else if surging < surge {
                    surging += 1;
                    self.create(&node);
                }
            }
        }
        sick.iter().for_each(|pod| self.delete(pod));
        good.iter().take(usize::try_from(room).unwrap_or(0)).for_each(|pod| self.delete(pod));
    }

    #[inline(never)]
    fn create(&mut self, node: &Arc<str>) {
        let template = self.set.value.at("spec.template");
        let mut labels = template.at("metadata.labels").clone();
        labels.put(HASH, self.history.hash.as_str());
        labels.put("pod-template-generation", self.set.generation().to_string());
        let mut metadata = object! {
            "generateName" => format!("{}-", self.set.name()), "labels" => labels,
            "ownerReferences" => list![owner_reference(self.set)],
        };
        if let Some(annotations) = template.at("metadata").get("annotations").filter(|part| !part.is_zero()) {
            metadata.put("annotations", annotations.clone());
        }
        let mut pod = object! {
            "apiVersion" => "v1", "kind" => "Pod", "metadata" => metadata, "spec" => with_tolerations(template.at("spec")),
        };
        let field = object! { "key" => "metadata.name", "operator" => "In", "values" => list![node] };
        let required = "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution";
        let path = format!("{required}.nodeSelectorTerms");
        let mut terms = pod.list_at(&path).to_vec();
        if terms.is_empty() {
            terms.push(Value::map());
        }
        terms.iter_mut().for_each(|term| term.put("matchFields", list![field.clone()]));
        pod.set(&path, terms);
        defaults::pod(&mut pod);
        self.done.actions.push(Action::Create {
            kind: kinds::POD,
            namespace: self.set.key.namespace.clone(),
            value: pod,
            because: self.set.spec_by.clone(),
            announce: Some((self.set.clone(), "SuccessfulCreate", "Created pod: ")),
        });
    }

    fn delete(&mut self, pod: &Arc<Object>) {
        let because = self.set.spec_by.clone();
        self.done.actions.push(Action::Delete { key: pod.key.clone(), uid: pod.uid.clone(), because });
        let note = Note::normal("SuccessfulDelete", format!("Deleted pod: {}", pod.name()));
        self.done.actions.push(Action::Event { about: self.set.clone(), note });
    }

    #[inline(never)]
    fn status(&mut self) {
        let (mut have, mut updated, mut ready, mut available, mut extra) = (0_i64, 0_i64, 0_i64, 0_i64, 0_i64);
        let wanted = i64::try_from(self.nodes.len()).unwrap_or(0);
        for (node, pods) in self.pods.clone() {
            let runs = pods.iter().filter(|pod| !finished(pod));
            if !self.nodes.contains(&node) {
                extra += i64::from(runs.count() > 0);
                continue;
            }
            let Some(oldest) = order_by_age(runs.copied().collect()) else { continue };
            have += 1;
            updated += i64::from(pods.iter().any(|pod| self.updated(pod) && !pod.deleting()));
            ready += i64::from(pod_ready(&oldest));
            available += i64::from(pod_ready(&oldest) && self.available(&oldest));
        }
        let mut status = self.set.value.at("status").clone();
        status.put("observedGeneration", self.set.generation());
        status.put("currentNumberScheduled", have);
        status.put("desiredNumberScheduled", wanted);
        status.put("numberMisscheduled", extra);
        status.put("numberReady", ready);
        for (field, n) in [
            ("numberAvailable", available),
            ("numberUnavailable", wanted - available),
            ("updatedNumberScheduled", updated),
        ] {
            if n > 0 {
                status.put(field, n);
            } else {
                status.remove(field);
            }
        }
        if status != *self.set.value.at("status") {
            self.done.actions.push(Action::Status { base: self.set.clone(), status });
        }
    }
}

/// The pod that counts for its node: one that is ready, else the oldest.
fn order_by_age(pods: Vec<&Arc<Object>>) -> Option<Arc<Object>> {
    let ready = pods.iter().find(|pod| pod_ready(pod));
    ready.or_else(|| pods.iter().min_by_key(|pod| pod.created_at())).map(|pod| Arc::clone(pod))
}
