//! The engine: one queue of due work in the order of (time, sequence). Work that is waiting already is not queued twice;
//! what asked for it is remembered as its causes.

use crate::api::Writer;
use crate::controllers::autoscaler::Memory;
use crate::controllers::{self, Action, Reconciled};
use crate::fleet::Fleet;
use crate::kinds;
use crate::kubelet::{NodeRun, PodRun, Step};
use crate::object::{Key, Object};
use crate::recorder::{Note, Recorder};
use crate::runtime::Runtime;
use crate::scheduler::Waiting;
use crate::setup::Addresses;
use crate::store::Store;
use order::OrdMap;
use serde::{Deserialize, Serialize};
use sim::{Causes, Due, Sim, Subject, Time, Timers};
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

/// Something to reconcile.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Item {
    Deployment(Key),
    ReplicaSet(Key),
    EndpointSlice(Key),
    Namespace(Arc<str>),
    /// A node is switched off or on.
    Power(Arc<str>, bool),
    /// An object of a kind that has one controller.
    Of(Key),
    /// Dependants of an owner, by its uid.
    Garbage(Arc<str>),
    Schedule(Key),
    /// Kubelet looks at a pod again.
    Pod(Key),
    /// A kubelet looks at the memory of its node.
    Memory(Arc<str>),
    /// The cluster autoscaler looks at its node groups.
    Fleet,
    /// A machine of a node group joins or is gone.
    Machine(Arc<str>),
    /// Old events go.
    Events,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Work {
    Item(Item),
    Kubelet { pod: Key, uid: Arc<str>, step: Step },
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Queued {
    due: Due,
    causes: Causes,
}

/// A whole cluster.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Cluster {
    pub(crate) store: Store,
    timers: Timers<Work>,
    queued: OrdMap<Item, Queued>,
    pub(crate) pods: OrdMap<Key, Arc<PodRun>>,
    pub(crate) nodes: OrdMap<Arc<str>, Arc<NodeRun>>,
    pub(crate) recorder: Recorder,
    pub(crate) waiting: Waiting,
    pub(crate) addresses: Addresses,
    /// What autoscalers remember.
    pub(crate) autoscalers: OrdMap<Key, Memory>,
    /// The node groups, where there are any.
    pub(crate) fleet: Option<Box<Fleet>>,
}

impl Cluster {
    #[inline(never)]
    pub(crate) fn empty() -> Self {
        Self {
            store: Store::default(),
            timers: Timers::default(),
            queued: OrdMap::new(),
            pods: OrdMap::new(),
            nodes: OrdMap::new(),
            recorder: Recorder::default(),
            waiting: Waiting::default(),
            addresses: Addresses::default(),
            autoscalers: OrdMap::new(),
            fleet: None,
        }
    }

    /// The API store, to read.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// When the cluster next has something to do.
    pub fn next_due(&self) -> Option<Due> {
        self.timers.next_due()
    }

    /// Does the earliest work; moves the clock to it where it is later.
    #[inline(never)]
    pub fn fire(&mut self, sim: &mut Sim, runtime: &mut dyn Runtime) {
        let Some((due, work)) = self.timers.pop() else { return };
        if due.at > sim.now() {
            sim.advance_to(due.at);
        }
        match work {
            Work::Item(item) => {
                if let Some(queued) = self.queued.remove(&item) {
                    self.reconcile(sim, runtime, item, &queued.causes);
                }
            }
            Work::Kubelet { pod, uid, step } => self.kubelet_step(sim, runtime, &pod, &uid, step),
        }
    }

    /// Does all work that is due up to `until`, and moves the clock there.
    pub fn run_until(&mut self, sim: &mut Sim, runtime: &mut dyn Runtime, until: Time) {
        while self.next_due().is_some_and(|due| due.at <= until) {
            self.fire(sim, runtime);
        }
        sim.advance_to(until.max(sim.now()));
    }

    /// Asks for an item to be reconciled after a delay, or earlier where that is already planned.
    #[inline(never)]
    pub(crate) fn enqueue(&mut self, sim: &mut Sim, item: Item, after: Duration, causes: &Causes) {
        let at = sim.now() + after;
        match self.queued.get_mut(&item) {
            Some(queued) => {
                queued.causes = queued.causes.and(causes);
                if at < queued.due.at {
                    self.timers.cancel(queued.due);
                    queued.due = self.timers.set(sim, at, Work::Item(item));
                }
            }
            None => {
                let due = self.timers.set(sim, at, Work::Item(item.clone()));
                self.queued.insert(item, Queued { due, causes: causes.clone() });
            }
        }
    }

    pub(crate) fn set_timer(&mut self, sim: &mut Sim, pod: &Key, uid: &Arc<str>, after: Duration, step: Step) {
        let work = Work::Kubelet { pod: pod.clone(), uid: uid.clone(), step };
        self.timers.set(sim, sim.now() + after, work);
    }

    #[inline(never)]
    fn reconcile(&mut self, sim: &mut Sim, runtime: &mut dyn Runtime, item: Item, causes: &Causes) {
        let now = sim.now();
        let (actor, done) = match &item {
            Item::Deployment(key) => {
                ("deployment-controller", controllers::deployment::reconcile(&self.store, key, now))
            }
            Item::ReplicaSet(key) => (set_controller(key), controllers::replica_set::reconcile(&self.store, key, now)),
            Item::EndpointSlice(key) => {
                ("endpoint-slice-controller", controllers::endpoint_slice::reconcile(&self.store, key))
            }
            Item::Namespace(name) => ("namespace-controller", controllers::namespace::reconcile(&self.store, name)),
            Item::Of(key) => match key.kind {
                kinds::SERVICEACCOUNT => {
                    ("service-account-controller", controllers::service_account::reconcile(&self.store, key))
                }
                kinds::STATEFULSET => {
                    ("statefulset-controller", controllers::stateful_set::reconcile(&self.store, key, now))
                }
                kinds::DAEMONSET => ("daemonset-controller", controllers::daemon_set::reconcile(&self.store, key, now)),
                kinds::PERSISTENTVOLUMECLAIM => {
                    ("persistentvolume-controller", controllers::volume::reconcile_claim(&self.store, key, now))
                }
                kinds::PERSISTENTVOLUME => {
                    ("persistentvolume-controller", controllers::volume::reconcile_volume(&self.store, key))
                }
                kinds::RESOURCEQUOTA => ("resourcequota-controller", controllers::small::quota(&self.store, key)),
                kinds::INGRESS => ("nginx-ingress-controller", controllers::small::ingress(&self.store, key)),
                kinds::CUSTOMRESOURCEDEFINITION => {
                    ("apiextensions-apiserver", controllers::small::definition(&self.store, key, now))
                }
                kinds::APISERVICE => {
                    ("apiservice-status-available", controllers::aggregation::reconcile(&self.store, key, now))
                }
                kinds::PODDISRUPTIONBUDGET => {
                    ("controllermanager", controllers::disruption::reconcile(&self.store, key, now))
                }
                kinds::NODE => {
                    let silent = self.nodes.get(&key.name).and_then(|node| node.silent_since);
                    ("node-controller", controllers::node_lifecycle::reconcile(&self.store, key, now, silent))
                }
                kinds::JOB => ("job-controller", controllers::job::reconcile(&self.store, key, now)),
                kinds::CRONJOB => ("cronjob-controller", controllers::cron_job::reconcile(&self.store, key, now)),
                kinds::HORIZONTALPODAUTOSCALER => ("horizontal-pod-autoscaler", self.autoscale(sim, runtime, key)),
                _ => return,
            },
            Item::Garbage(uid) => ("garbage-collector", controllers::garbage::reconcile(&self.store, uid)),
            Item::Schedule(key) => return self.schedule(sim, key, causes),
            Item::Power(name, on) => return self.switch(sim, runtime, (name, *on), causes),
            Item::Pod(key) => return self.sync_pod(sim, runtime, key),
            Item::Memory(node) => return self.look_at_memory(sim, runtime, node),
            Item::Fleet => return self.scan_fleet(sim),
            Item::Machine(name) => return self.machine_moves(sim, runtime, name),
            Item::Events => return self.expire_events(sim),
        };
        self.perform(sim, actor, &item, done, causes);
    }

    fn autoscale(&mut self, sim: &Sim, runtime: &dyn Runtime, key: &Key) -> Reconciled {
        let mut memory = self.autoscalers.remove(key).unwrap_or_default();
        let usages = |pod: &Key| self.pod_usage(sim, runtime, pod);
        let done = controllers::autoscaler::reconcile(&self.store, key, sim.now(), &usages, &mut memory);
        if self.store.get_key(key).is_some() {
            self.autoscalers.insert(key.clone(), memory);
        }
        done
    }

    /// Applies what a controller wants, in its order. A refused write ends the round; it is tried again later.
    #[inline(never)]
    fn perform(&mut self, sim: &mut Sim, actor: &'static str, item: &Item, done: Reconciled, causes: &Causes) {
        for action in done.actions {
            if !self.perform_one(sim, actor, action, causes) {
                self.enqueue(sim, item.clone(), Duration::from_secs(1), causes);
                return;
            }
        }
        if let Some(after) = done.requeue_after {
            self.enqueue(sim, item.clone(), after, &Causes::none());
        }
    }

    #[inline(never)]
    fn perform_one(&mut self, sim: &mut Sim, actor: &'static str, action: Action, causes: &Causes) -> bool {
        match action {
            Action::Create { kind, namespace, value, because, announce } => {
                let writer = Writer::new(actor, because.and(causes));
                match self.create_admitted(sim, kind, &namespace, value, &writer) {
                    Ok(made) => {
                        if let Some((about, reason, words)) = announce.filter(|(_, _, words)| !words.is_empty()) {
                            let note = Note::normal(reason, format!("{words}{}", made.name())).by(actor);
                            self.event(sim, &about, note);
                        }
                        true
                    }
                    Err(status) => {
                        if let Some((about, ..)) = announce {
                            let note = Note::warning("FailedCreate", failed(&about, &status)).by(actor);
                            self.event(sim, &about, note);
                        }
                        false
                    }
                }
            }
            Action::Update { base, value, because } => {
                let writer = Writer::new(actor, because.and(causes));
                self.replace(sim, &base, value, &writer).is_ok()
            }
            Action::Status { base, status } => {
                let writer = Writer::new(actor, base.spec_by.and(causes));
                self.replace_status(sim, &base, status, &writer).is_ok()
            }
            Action::Delete { key, uid, because } => {
                let writer = Writer::new(actor, because.and(causes));
                self.delete_if(sim, &key, &uid, &writer);
                true
            }
            Action::Remove { key, because } => {
                let writer = Writer::new(actor, because.and(causes));
                self.remove(sim, &key, &writer);
                true
            }
            Action::Event { about, note } => {
                self.event(sim, &about, note.by(actor));
                true
            }
            Action::Record { about, text } => {
                let subject = self.subject(&about);
                let because = about.spec_by.and(causes);
                sim.record("cluster", actor, subject, text, &because);
                true
            }
        }
    }

    /// What an event of the world is about.
    pub(crate) fn subject(&self, object: &Object) -> Subject {
        self.subject_of(&object.key)
    }

    pub(crate) fn subject_of(&self, key: &Key) -> Subject {
        let kind = match kinds::name_of(key.kind) {
            Some(name) => Cow::Borrowed(name),
            None => Cow::Owned(self.store.kinds().info(key.kind).kind.to_string()),
        };
        Subject::new(kind, key.to_string())
    }
}

/// Replication controllers are replica sets by an older name (`pkg/controller/replication`).
fn set_controller(key: &Key) -> &'static str {
    if key.kind == kinds::REPLICATIONCONTROLLER { "replication-controller" } else { "replicaset-controller" }
}

/// What a controller tells of a refused pod.
fn failed(about: &Object, status: &crate::status::Status) -> String {
    if about.key.kind != kinds::STATEFULSET {
        return format!("Error creating: {status}");
    }
    let (pod, set) = (&status.details.name, about.name());
    format!("create Pod {pod} in StatefulSet {set} failed error: {status}")
}
