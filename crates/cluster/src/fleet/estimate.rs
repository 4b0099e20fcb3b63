//! How many nodes of a group pods would need: first fit, the largest pods first (`estimator/binpacking_estimator.go`).

use super::Group;
use crate::controllers::daemon_set;
use crate::kinds;
use crate::node_load::{Amounts, quantity_of};
use crate::object::{Key, Object};
use crate::scheduler::Rehearsal;
use crate::setup::node_value;
use crate::store::Store;
use manifest::{Value, object};
use order::Arrange;
use sim::{Causes, Time};
use std::sync::Arc;

/// Pods that are alike: what holds for the first holds for all.
pub(super) struct Alike {
    pub pods: Vec<Arc<Object>>,
}

impl Alike {
    pub fn first(&self) -> &Arc<Object> {
        &self.pods[0]
    }
}

/// Pods of one controller with equal labels are alike (`equivalence.BuildPodGroups`).
pub(super) fn alike(pods: Vec<Arc<Object>>) -> Vec<Alike> {
    let mut groups: Vec<Alike> = Vec::new();
    for pod in pods {
        let same = |group: &&mut Alike| {
            let first = group.first();
            !pod.controller_uid().is_empty()
                && first.controller_uid() == pod.controller_uid()
                && first.labels() == pod.labels()
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.pods.push(pod),
            None => groups.push(Alike { pods: vec![pod] }),
        }
    }
    groups
}

/// Sums of what containers ask for, without init containers and overhead.
pub(super) fn asked(pod: &Object) -> Amounts {
    let containers = pod.value.list_at("spec.containers").iter();
    containers.fold(Amounts::default(), |sum, c| sum.plus(Amounts::read(c.at("resources.requests")), 1))
}

#[expect(clippy::cast_precision_loss, reason = "amounts of processor and memory are far below 2^52")]
pub(super) fn ratio(part: i64, whole: i64) -> f64 {
    if whole > 0 { part as f64 / whole as f64 } else { 0.0 }
}

/// A node as the group's next one would be, with the pods of the daemons that belong on it.
pub(super) fn add_template(rehearsal: &mut Rehearsal, group: &Group, name: &str, now: Time) {
    let mut shape = group.shape.clone();
    shape.name = name.to_string();
    let value = node_value(&shape, 0, &now.rfc3339());
    rehearsal.add(imagined(Key::new(kinds::NODE, "", name), value));
    let daemons: Vec<Value> = match rehearsal.store().node_load(name) {
        Some(load) => daemon_set::wanted_on(rehearsal.store(), name, load),
        None => Vec::new(),
    };
    for (at, mut spec) in daemons.into_iter().enumerate() {
        spec.put("nodeName", name);
        let key = Key::new(kinds::POD, "kube-system", format!("{name}-daemon-{at}"));
        rehearsal.add(imagined(key, object! { "metadata" => Value::map(), "spec" => spec }));
    }
}

fn imagined(key: Key, value: Value) -> Object {
    let uid = format!("imagined {key}").into();
    let none = Causes::none;
    Object { key, uid, version: 0, value, created_by: none(), spec_by: none(), written_by: none() }
}

/// How many nodes are needed, at most `most`, and the pods that they would take.
pub(super) fn estimate(
    store: &Store,
    group: &Group,
    mut kinds_of_pods: Vec<&Alike>,
    (most, now): (u32, Time),
) -> (u32, Vec<Arc<Object>>) {
    let mut rehearsal = Rehearsal::new(store);
    let size = |alike: &&Alike| {
        let asked = asked(alike.first());
        let (cpu, memory) = (group.shape.cpu_milli, group.shape.memory_bytes);
        ratio(asked.cpu_milli, cpu) + ratio(asked.memory_bytes, memory)
    };
    kinds_of_pods.arrange_by(|a, b| size(b).total_cmp(&size(a)));
    let (mut nodes, mut taken): (Vec<(String, bool)>, Vec<Arc<Object>>) = (Vec::new(), Vec::new());
    for alike in kinds_of_pods {
        // Once one of equal pods found no room, only the newest node may have some.
        let mut open = 0;
        for pod in &alike.pods {
            let here = nodes.iter_mut().skip(open);
            if let Some((name, used)) = here.into_iter().find(|(name, _)| rehearsal.refused(pod, name).is_empty()) {
                rehearsal.place(pod, name);
                *used = true;
                taken.push(pod.clone());
                continue;
            }
            // A node that is still empty and does not do: another one would not either.
            let hopeless = nodes.last().is_some_and(|(_, used)| !used);
            if hopeless || nodes.len() >= usize::try_from(most).unwrap_or(0) {
                break;
            }
            let name = format!("e-{}-{}", group.name(), nodes.len());
            add_template(&mut rehearsal, group, &name, now);
            let fits = rehearsal.refused(pod, &name).is_empty();
            if fits {
                rehearsal.place(pod, &name);
                taken.push(pod.clone());
            }
            open = nodes.len();
            nodes.push((name, fits));
            if !fits {
                break;
            }
        }
    }
    let used = nodes.iter().filter(|(_, used)| *used).count();
    (u32::try_from(used).unwrap_or(0), taken)
}

/// What a node can give, for shares of it.
pub(super) fn allocatable(node: &Object) -> Amounts {
    let amounts = node.value.at("status.allocatable");
    let read = |name: &str| amounts.get(name).and_then(quantity_of).unwrap_or_default();
    Amounts { cpu_milli: read("cpu").milli(), memory_bytes: read("memory").units(), ephemeral_bytes: 0 }
}
