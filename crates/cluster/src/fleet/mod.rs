//! Node groups: machines that a cloud keeps ready, and the cluster autoscaler that asks for more of them and gives them
//! back (kubernetes/autoscaler, `cluster-autoscaler` 1.32). A cluster without groups knows nothing of it.
//!
//! Unlike cluster-autoscaler: the cloud always has machines, so that no scale-up fails; groups are not balanced.

mod cloud;
mod drain;
mod estimate;
mod scale_down;
mod scale_up;
mod status;

use crate::engine::{Cluster, Item};
use crate::object::Key;
use crate::recorder::Note;
use crate::runtime::Runtime;
use crate::setup::NodeShape;
use crate::status::Status;
use crate::store::Store;
use crate::{kinds, pods};
use order::{OrdMap, OrdSet};
use serde::{Deserialize, Serialize};
use sim::{Causes, Sim, Time};
use std::sync::Arc;
use std::time::Duration;

/// `--scan-interval`
const SCAN: Duration = Duration::from_secs(10);
const ACTOR: &str = "cluster-autoscaler";

/// Which of several groups that would do gets the new nodes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Expander {
    /// The default of `--expander`.
    #[default]
    Random,
    /// The one that would be left with the least idle processor and memory.
    LeastWaste,
}

impl Expander {
    /// By its name on the command line.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "random" => Some(Self::Random),
            "least-waste" => Some(Self::LeastWaste),
            _ => None,
        }
    }
}

/// Equal machines, between a least and a greatest number.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Group {
    /// What one of them is like; its name is the group's.
    shape: NodeShape,
    min: u32,
    max: u32,
    /// How many the cloud has been asked for.
    target: u32,
    /// How many there have been so far: they are named by that number.
    made: u32,
}

impl Group {
    fn name(&self) -> &str {
        &self.shape.name
    }
}

/// A machine that has been asked for and has not joined yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Coming {
    group: u32,
    because: Causes,
}

/// A node that is being emptied or is already given back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Leaving {
    since: Time,
    /// Pods that have to go first.
    pods: Vec<Key>,
    /// The cloud has been told.
    gone: bool,
    because: Causes,
}

/// All node groups, and what their autoscaler remembers.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Fleet {
    expander: Expander,
    groups: Vec<Group>,
    /// The nodes of groups.
    members: OrdMap<Arc<str>, u32>,
    coming: OrdMap<Arc<str>, Coming>,
    leaving: OrdMap<Arc<str>, Leaving>,
    /// Nodes that could go, since when.
    unneeded: OrdMap<Arc<str>, Time>,
    /// Nodes whose pods had no other place, until when they are not looked at again.
    needed: OrdMap<Arc<str>, Time>,
    scaled_up: Option<Time>,
    failed: Option<Time>,
    shown: status::Shown,
}

impl Cluster {
    /// Adds a group of equal machines. As many as it has at least are there from the start.
    pub fn add_node_group(
        &mut self,
        sim: &mut Sim,
        shape: &NodeShape,
        (min, max): (u32, u32),
        causes: &Causes,
    ) -> Result<(), Status> {
        let fleet = self.fleet.get_or_insert_default();
        let number = u32::try_from(fleet.groups.len()).unwrap_or(u32::MAX);
        fleet.groups.push(Group { shape: shape.clone(), min, max: max.max(min), target: min, made: 0 });
        for _ in 0..min {
            let name = self.next_machine(number);
            self.join_node(sim, &name, number, causes)?;
        }
        self.enqueue(sim, Item::Fleet, SCAN, causes);
        Ok(())
    }

    /// Chooses the autoscaler's expander.
    pub fn set_expander(&mut self, expander: Expander) {
        self.fleet.get_or_insert_default().expander = expander;
    }

    /// `RunOnce`
    #[inline(never)]
    pub(crate) fn scan_fleet(&mut self, sim: &mut Sim) {
        if self.fleet.is_none() {
            return;
        }
        self.forget_nodes();
        self.go_on_draining(sim);
        if self.fleet_healthy() {
            let scaled_up = self.scale_up(sim);
            if !scaled_up {
                self.scale_down(sim);
            }
        } else {
            self.tell_fleet(sim, Note::warning("ClusterUnhealthy", "Cluster is unhealthy"));
        }
        self.show_fleet(sim);
        self.enqueue(sim, Item::Fleet, SCAN, &Causes::none());
    }

    /// Something happens to a machine: it joins, or is gone.
    #[inline(never)]
    pub(crate) fn machine_moves(&mut self, sim: &mut Sim, runtime: &mut dyn Runtime, name: &Arc<str>) {
        let Some(fleet) = self.fleet.as_mut() else { return };
        if let Some(coming) = fleet.coming.remove(name) {
            // A name that somebody else has taken meanwhile is no machine of the group.
            drop(self.join_node(sim, name, coming.group, &coming.because));
        } else if fleet.leaving.get(name).is_some_and(|leaving| leaving.gone) {
            self.vanish(sim, runtime, name);
        }
    }

    /// Nodes that somebody else has deleted are no members any more; the cloud is told.
    fn forget_nodes(&mut self) {
        let Some(fleet) = self.fleet.as_mut() else { return };
        let there = |name: &Arc<str>| self.store.get(kinds::NODE, "", name).is_some();
        let lost: Vec<Arc<str>> = fleet.members.keys().filter(|name| !there(name)).cloned().collect();
        for name in lost {
            let given_back = fleet.leaving.remove(&name).is_some_and(|leaving| leaving.gone);
            fleet.unneeded.remove(&name);
            fleet.needed.remove(&name);
            if let Some(number) = fleet.members.remove(&name)
                && let Some(group) = fleet.groups.get_mut(usize::try_from(number).unwrap_or(usize::MAX))
                && !given_back
            {
                group.target = group.target.saturating_sub(1);
            }
        }
    }

    /// An event about the autoscaler's status, which is all that people see of it.
    fn tell_fleet(&mut self, sim: &mut Sim, note: Note) {
        if let Some(map) = self.store.get(kinds::CONFIGMAP, status::NAMESPACE, status::NAME).cloned() {
            self.event(sim, &map, note.by(ACTOR));
        }
    }

    /// `IsClusterHealthy`: no more than three nodes, or 45 % of them, do not answer.
    fn fleet_healthy(&self) -> bool {
        let nodes = || self.store.all(kinds::NODE, None);
        let unready = nodes().filter(|node| !crate::object::condition_true(&node.value, "Ready")).count();
        unready <= 3 || unready * 100 <= nodes().count() * 45
    }
}

/// Pods on a node that are not over yet.
fn living<'s>(store: &'s Store, node: &str) -> impl Iterator<Item = &'s Arc<crate::object::Object>> {
    let here: OrdSet<Key> = store.pods_on(node).map(|pod| pod.key.clone()).collect();
    here.into_iter().filter_map(|key| store.get_key(&key)).filter(|pod| !pods::finished(pod))
}
