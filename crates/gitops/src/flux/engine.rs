//! When each object is looked at: at once for a new spec, a request, a new revision of its source; else after its interval.

use super::kinds::{self, ROWS};
use super::work::{After, Work};
use super::{Forge, NAMESPACE, PART_OF};
use crate::flux::{AUTOMATION, CHART, GIT, IMAGE_REPOSITORY, KUSTOMIZATION, POLICY, RELEASE};
use cluster::{CUSTOMRESOURCEDEFINITION, ChangeKind, Cluster, DEPLOYMENT, EVENT, KindId, Object};
use manifest::Value;
use serde::{Deserialize, Serialize};
use sim::{Causes, Due, Sim, Time};
use std::sync::Arc;
use std::time::Duration;

/// An object of Flux: the row of its kind, its namespace and name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Id {
    pub row: u8,
    pub namespace: Arc<str>,
    pub name: Arc<str>,
}

/// A line of a controller's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub controller: &'static str,
    pub text: String,
}

/// What is under way for an object.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) enum Step {
    #[default]
    Idle,
    /// A Kustomization is about to be built and applied.
    Apply { since: Time, revision: String },
    /// It was applied, and what it waits for is looked at again and again.
    Health { since: Time, applied: Time, revision: String, checks: Vec<Value>, changed: bool },
    /// `helm` runs: the action, and what it is done with.
    Helm { action: String, chart: Value, config: String },
}

/// What a controller remembers of an object.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Memory {
    id: Id,
    due: Option<Due>,
    pub step: Step,
    pub causes: Causes,
    /// Failures in a row.
    pub failures: u32,
    /// The generation and the request that it was woken for.
    generation: i64,
    asked: Arc<str>,
    /// What others wait for: its revision, its tags, its newest image.
    offer: String,
    /// Something new came while a step was under way.
    again: bool,
}

/// All controllers of Flux.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Flux {
    /// There are few of them: a list is less code than a map.
    known: Vec<Memory>,
    kinds: Vec<Option<KindId>>,
    /// Changes of the store up to here were seen.
    seen: u64,
    /// What the controllers have logged since the world asked last; empty between two steps of the world.
    #[serde(skip)]
    lines: Vec<Line>,
}

/// From a change to the look at it.
const SOON: Duration = Duration::from_millis(150);

impl Flux {
    pub fn next_due(&self) -> Option<Due> {
        self.known.iter().filter_map(|memory| memory.due).min()
    }

    /// What was logged since the last call.
    pub fn take_lines(&mut self) -> Vec<Line> {
        std::mem::take(&mut self.lines)
    }

    /// When an object is looked at next.
    pub fn next_look(&self, id: &Id) -> Option<Time> {
        self.known.iter().find(|memory| memory.id == *id)?.due.map(|due| due.at)
    }

    fn find(&mut self, id: &Id) -> Option<&mut Memory> {
        self.known.iter_mut().find(|memory| memory.id == *id)
    }

    /// What is known of an object; something is from now on.
    fn memory(&mut self, id: &Id) -> &mut Memory {
        let at = self.known.iter().position(|memory| memory.id == *id).unwrap_or_else(|| {
            self.known.push(Memory { id: id.clone(), ..Memory::default() });
            self.known.len() - 1
        });
        &mut self.known[at]
    }

    fn row_of(&self, kind: KindId) -> Option<usize> {
        self.kinds.iter().position(|known| *known == Some(kind))
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
            return (0..ROWS.len()).for_each(|row| self.wake_row(sim, cluster, row));
        };
        for change in changes {
            let key = change.key();
            if key.kind == EVENT {
                continue;
            }
            if key.kind == CUSTOMRESOURCEDEFINITION {
                self.learn_kinds(cluster);
            } else if key.kind == DEPLOYMENT && &*key.namespace == NAMESPACE {
                self.controller_changed(sim, cluster, change.object());
            } else if let Some(row) = self.row_of(key.kind) {
                self.changed(sim, cluster, row, change.object(), change.kind == ChangeKind::Deleted);
            }
        }
    }

    fn learn_kinds(&mut self, cluster: &Cluster) {
        self.kinds = (0..ROWS.len()).map(|row| kinds::kind_of(cluster, row)).collect();
        let kinds = self.kinds.clone();
        self.known.retain(|memory| kinds.get(usize::from(memory.id.row)).is_some_and(Option::is_some));
    }

    /// A controller that comes up looks at all that is its own.
    fn controller_changed(&mut self, sim: &mut Sim, cluster: &Cluster, deployment: &Object) {
        if deployment.label(PART_OF) == "flux" && runs(cluster, deployment.name()) {
            let own = |row: &usize| ROWS[*row].controller == deployment.name();
            (0..ROWS.len()).filter(own).for_each(|row| self.wake_idle(sim, cluster, row));
        }
    }

    /// Those of a kind that nothing is due for.
    fn wake_idle(&mut self, sim: &mut Sim, cluster: &Cluster, row: usize) {
        let Some(kind) = self.kinds.get(row).copied().flatten() else { return };
        let all: Vec<Arc<Object>> = cluster.store().all(kind, None).cloned().collect();
        for object in all {
            let id = id_of(row, &object);
            let waits = |memory: &mut Memory| memory.due.is_none() && !matches!(memory.step, Step::Helm { .. });
            if self.find(&id).is_none_or(waits) {
                self.enqueue(sim, &id, SOON, &object.written_by);
            }
        }
    }

    fn wake_row(&mut self, sim: &mut Sim, cluster: &Cluster, row: usize) {
        let Some(kind) = self.kinds.get(row).copied().flatten() else { return };
        let all: Vec<Arc<Object>> = cluster.store().all(kind, None).cloned().collect();
        for object in all {
            self.changed(sim, cluster, row, &object, false);
        }
    }

    fn changed(&mut self, sim: &mut Sim, cluster: &Cluster, row: usize, object: &Arc<Object>, deleted: bool) {
        let id = id_of(row, object);
        if deleted {
            return self.known.retain(|memory| memory.id != id);
        }
        let new = self.find(&id).is_none();
        let memory = self.memory(&id);
        let asked: Arc<str> = object.annotation(REQUESTED).into();
        let offer = offer_of(row, &object.value);
        let wakes = new || memory.generation != object.generation() || memory.asked != asked || object.deleting();
        let offers = memory.offer != offer && !offer.is_empty();
        memory.generation = object.generation();
        memory.asked = asked;
        memory.offer = offer;
        if wakes {
            self.enqueue(sim, &id, SOON, &object.spec_by.and(&object.written_by));
        }
        if offers {
            self.wake_readers(sim, cluster, row, object);
        }
    }

    /// Who reads from an object that has something new.
    fn wake_readers(&mut self, sim: &mut Sim, cluster: &Cluster, row: usize, of: &Object) {
        let (readers, path): (&[usize], &str) = match row {
            GIT => (&[KUSTOMIZATION, CHART], "spec.sourceRef"),
            CHART => (&[RELEASE], ""),
            IMAGE_REPOSITORY => (&[POLICY], "spec.imageRepositoryRef"),
            POLICY => (&[AUTOMATION], ""),
            _ => return,
        };
        for reader in readers {
            let Some(kind) = self.kinds.get(*reader).copied().flatten() else { continue };
            let all: Vec<Arc<Object>> = cluster.store().all(kind, None).cloned().collect();
            for object in all {
                let reads = match row {
                    CHART => object.value.str_at("status.helmChart") == [of.namespace(), "/", of.name()].concat(),
                    POLICY => object.namespace() == of.namespace(),
                    _ => {
                        let reference = object.value.at(path);
                        let space = reference.str_at("namespace");
                        let kind = reference.str_at("kind");
                        reference.str_at("name") == of.name()
                            && (kind.is_empty() || kind == ROWS[row].kind)
                            && (if space.is_empty() { object.namespace() } else { space }) == of.namespace()
                    }
                };
                if reads {
                    self.enqueue(sim, &id_of(*reader, &object), SOON, &of.written_by);
                }
            }
        }
    }

    /// Sets the next look, unless it comes sooner anyway.
    pub(crate) fn enqueue(&mut self, sim: &mut Sim, id: &Id, after: Duration, causes: &Causes) {
        let memory = self.memory(id);
        memory.causes = memory.causes.and(causes);
        if memory.step != Step::Idle {
            memory.again = true;
            return;
        }
        self.set_due(sim, id, after);
    }

    fn set_due(&mut self, sim: &mut Sim, id: &Id, after: Duration) {
        let at = sim.now() + after;
        let Some(memory) = self.find(id).filter(|memory| memory.due.is_none_or(|due| due.at > at)) else { return };
        memory.due = Some(Due { at, seq: sim.next_seq() });
    }

    /// Lets the earliest due thing happen.
    pub fn fire(&mut self, sim: &mut Sim, cluster: &mut Cluster, forge: &mut dyn Forge) {
        let next = self.next_due();
        let Some(memory) = self.known.iter_mut().find(|memory| memory.due.is_some() && memory.due == next) else {
            return;
        };
        memory.due = None;
        let id = memory.id.clone();
        self.look(sim, cluster, forge, &id, None);
    }

    /// A `helm` that was asked for has ended: its exit code and what it printed.
    pub fn helm_ended(
        &mut self,
        sim: &mut Sim,
        cluster: &mut Cluster,
        forge: &mut dyn Forge,
        id: &Id,
        (code, output): (i32, &str),
    ) {
        if self.find(id).is_some() {
            self.look(sim, cluster, forge, id, Some((code, output)));
        }
    }

    fn look(
        &mut self,
        sim: &mut Sim,
        cluster: &mut Cluster,
        forge: &mut dyn Forge,
        id: &Id,
        ended: Option<(i32, &str)>,
    ) {
        let row = usize::from(id.row);
        let kind = self.kinds.get(row).copied().flatten();
        let object = kind.and_then(|kind| cluster.store().get(kind, &id.namespace, &id.name)).cloned();
        let Some(object) = object else {
            return self.known.retain(|memory| memory.id != *id);
        };
        // Whoever has no controller waits until one comes up.
        if !runs(cluster, ROWS[row].controller) {
            if let Some(memory) = self.find(id) {
                memory.step = Step::Idle;
            }
            return;
        }
        let Some(memory) = self.find(id).cloned() else { return };
        let mut work = Work::new(sim, cluster, forge, memory, id, object, &mut self.lines);
        let after = work.run(ended);
        let mut memory = work.finish();
        let again = std::mem::take(&mut memory.again) && memory.step == Step::Idle;
        let idle = memory.step == Step::Idle && !again;
        if idle {
            memory.causes = Causes::none();
        }
        *self.memory(id) = memory;
        match after {
            _ if again => self.set_due(sim, id, SOON),
            After::In(after) => self.set_due(sim, id, after),
            After::Never => {}
        }
    }
}

pub(crate) const REQUESTED: &str = "reconcile.fluxcd.io/requestedAt";

fn id_of(row: usize, object: &Object) -> Id {
    Id {
        row: u8::try_from(row).unwrap_or(u8::MAX),
        namespace: object.key.namespace.clone(),
        name: object.key.name.clone(),
    }
}

/// What others read of an object's status.
fn offer_of(row: usize, value: &Value) -> String {
    match row {
        GIT => value.str_at("status.artifact.revision").into(),
        CHART => value.str_at("status.artifact.digest").into(),
        IMAGE_REPOSITORY => value.str_at("status.lastScanResult.revision").into(),
        POLICY => value.at("status.latestRef").to_json(),
        _ => String::new(),
    }
}

/// Whether a controller has a ready pod.
fn runs(cluster: &Cluster, controller: &str) -> bool {
    let found = cluster.store().get(DEPLOYMENT, NAMESPACE, controller);
    found.is_some_and(|deployment| deployment.value.int_at("status.readyReplicas").unwrap_or(0) > 0)
}
