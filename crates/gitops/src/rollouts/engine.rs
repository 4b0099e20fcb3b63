//! When each Rollout and AnalysisRun is looked at: soon after a change of it or of what it owns, and at its own time.

use super::Meters;
use super::kinds::{self, ANALYSIS_RUN, CONTROLLER, EXPERIMENT, NAMESPACE, ROLLOUT, ROWS};
use super::run::Run;
use super::work::Work;
use cluster::{
    CUSTOMRESOURCEDEFINITION, Change, ChangeKind, Cluster, DEPLOYMENT, EVENT, KindId, Object, REPLICASET, Writer,
};
use manifest::object;
use serde::{Deserialize, Serialize};
use sim::{Causes, Due, Sim, Time};
use std::sync::Arc;
use std::time::Duration;

/// An object of Argo Rollouts: the row of its kind, its namespace and name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Id {
    pub row: u8,
    pub namespace: Arc<str>,
    pub name: Arc<str>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Memory {
    id: Id,
    due: Option<Due>,
    causes: Causes,
}

/// The controller.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Rollouts {
    known: Vec<Memory>,
    kinds: Vec<Option<KindId>>,
    /// Changes of the store up to here were seen.
    seen: u64,
}

/// From a change to the look at it.
const SOON: Duration = Duration::from_millis(50);

impl Rollouts {
    pub fn next_due(&self) -> Option<Due> {
        self.known.iter().filter_map(|memory| memory.due).min()
    }

    /// When an object is looked at next.
    pub fn next_look(&self, id: &Id) -> Option<Time> {
        self.known.iter().find(|memory| memory.id == *id)?.due.map(|due| due.at)
    }

    fn row_of(&self, kind: KindId) -> Option<usize> {
        self.kinds.iter().position(|known| *known == Some(kind))
    }

    fn learn_kinds(&mut self, cluster: &Cluster) {
        self.kinds = (0..ROWS.len()).map(|row| kinds::kind_of(cluster, row)).collect();
    }

    /// Looks at what changed in the store since the last time.
    pub fn watch(&mut self, sim: &mut Sim, cluster: &Cluster) {
        let (from, version) = (self.seen, cluster.store().version());
        if version == from {
            return;
        }
        self.seen = version;
        let Ok(changes) = cluster.store().changes_since(from) else {
            // The log of changes was cut: look at everything.
            self.learn_kinds(cluster);
            return self.wake_all(sim, cluster);
        };
        for change in changes {
            self.changed(sim, cluster, change);
        }
    }

    fn changed(&mut self, sim: &mut Sim, cluster: &Cluster, change: &Change) {
        let key = change.key();
        if key.kind == EVENT {
            return;
        }
        if key.kind == CUSTOMRESOURCEDEFINITION {
            return self.learn_kinds(cluster);
        }
        if key.kind == DEPLOYMENT {
            if &*key.namespace == NAMESPACE && &*key.name == CONTROLLER && runs(cluster) {
                self.wake_idle(sim, cluster);
            }
            return;
        }
        let object = change.object();
        if key.kind == REPLICASET {
            return self.wake_owner(sim, object);
        }
        let Some(row) = self.row_of(key.kind) else { return };
        let id = id_of(row, object);
        if change.kind == ChangeKind::Deleted {
            self.known.retain(|memory| memory.id != id);
        } else if matches!(row, ROLLOUT | ANALYSIS_RUN | EXPERIMENT) {
            self.enqueue(sim, &id, SOON, &object.written_by);
        }
        if row == ANALYSIS_RUN {
            self.wake_owner(sim, object);
        }
    }

    fn wake_owner(&mut self, sim: &mut Sim, object: &Object) {
        let Some(owner) = object.controller().filter(|owner| owner.str_at("kind") == "Rollout") else { return };
        let id = Id { row: 0, namespace: object.key.namespace.clone(), name: owner.str_at("name").into() };
        self.enqueue(sim, &id, SOON, &object.written_by);
    }

    fn wake_all(&mut self, sim: &mut Sim, cluster: &Cluster) {
        for row in [ROLLOUT, ANALYSIS_RUN, EXPERIMENT] {
            let Some(kind) = self.kinds.get(row).copied().flatten() else { continue };
            let all: Vec<Arc<Object>> = cluster.store().all(kind, None).cloned().collect();
            for object in all {
                self.enqueue(sim, &id_of(row, &object), SOON, &object.written_by);
            }
        }
    }

    /// The controller comes up: those that nothing is due for are looked at.
    fn wake_idle(&mut self, sim: &mut Sim, cluster: &Cluster) {
        if self.known.iter().any(|memory| memory.due.is_none()) {
            self.wake_all(sim, cluster);
        }
    }

    fn enqueue(&mut self, sim: &mut Sim, id: &Id, after: Duration, causes: &Causes) {
        let at = self.known.iter().position(|memory| memory.id == *id).unwrap_or_else(|| {
            self.known.push(Memory { id: id.clone(), ..Memory::default() });
            self.known.len() - 1
        });
        let memory = &mut self.known[at];
        memory.causes = memory.causes.and(causes);
        let when = sim.now() + after;
        if memory.due.is_none_or(|due| due.at > when) {
            memory.due = Some(Due { at: when, seq: sim.next_seq() });
        }
    }

    /// Lets the earliest due thing happen.
    pub fn fire(&mut self, sim: &mut Sim, cluster: &mut Cluster, meters: &mut dyn Meters) {
        let next = self.next_due();
        let Some(memory) = self.known.iter_mut().find(|memory| memory.due.is_some() && memory.due == next) else {
            return;
        };
        memory.due = None;
        let id = memory.id.clone();
        let row = usize::from(id.row);
        let kind = self.kinds.get(row).copied().flatten();
        let object = kind.and_then(|kind| cluster.store().get(kind, &id.namespace, &id.name)).cloned();
        let Some(object) = object else {
            return self.known.retain(|memory| memory.id != id);
        };
        // Without its controller nothing happens.
        if !runs(cluster) {
            return;
        }
        let Some(memory) = self.known.iter_mut().find(|memory| memory.id == id) else { return };
        let causes = std::mem::take(&mut memory.causes);
        let wake = match row {
            ROLLOUT => {
                let mut work = Work::new(sim, cluster, object, causes);
                work.run();
                work.wake
            }
            ANALYSIS_RUN => Run::new(sim, cluster, meters, object, causes).run(),
            _ => {
                experiment(sim, cluster, &object, &causes);
                None
            }
        };
        if let Some(after) = wake {
            self.enqueue(sim, &id, after, &Causes::none());
        }
    }
}

fn id_of(row: usize, object: &Object) -> Id {
    Id {
        row: u8::try_from(row).unwrap_or(u8::MAX),
        namespace: object.key.namespace.clone(),
        name: object.key.name.clone(),
    }
}

/// Whether the controller has a ready pod.
fn runs(cluster: &Cluster) -> bool {
    let found = cluster.store().get(DEPLOYMENT, NAMESPACE, CONTROLLER);
    found.is_some_and(|deployment| deployment.value.int_at("status.readyReplicas").unwrap_or(0) > 0)
}

/// Experiments are known, and not done.
fn experiment(sim: &mut Sim, cluster: &mut Cluster, object: &Arc<Object>, causes: &Causes) {
    if !object.value.at("status").is_null() {
        return;
    }
    let mut value = object.value.clone();
    let told = "Experiments are real Argo Rollouts, but not part of this sandbox yet";
    value.put("status", object! { "message" => told, "phase" => "Error" });
    value.remove("metadata.resourceVersion");
    let writer = Writer::new(CONTROLLER, causes.clone());
    // Somebody may have deleted it.
    drop(cluster.update(sim, object.key.kind, object.namespace(), value, &writer));
}
