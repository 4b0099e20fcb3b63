//! What the cloud does: machines start and join, and are taken away.

use super::{ACTOR, Leaving};
use crate::api::Writer;
use crate::engine::{Cluster, Item};
use crate::kinds;
use crate::object::Object;
use crate::recorder::Note;
use crate::runtime::Runtime;
use crate::status::Status;
use sim::{Causes, Sim, Subject};
use std::sync::Arc;
use std::time::Duration;

/// From the request to a node that is ready: at least, and so much more at most.
const STARTS: (u64, u64) = (45, 30);
/// From the request to a machine that is gone.
const STOPS: Duration = Duration::from_secs(15);

impl Cluster {
    /// The name of a group's next machine.
    pub(super) fn next_machine(&mut self, number: u32) -> Arc<str> {
        let group = self.fleet.as_mut().and_then(|fleet| fleet.groups.get_mut(usize::try_from(number).ok()?));
        let Some(group) = group else { return "".into() };
        loop {
            group.made += 1;
            let name = format!("{}-{}", group.shape.name, group.made);
            if self.store.get(kinds::NODE, "", &name).is_none() {
                return name.into();
            }
        }
    }

    /// Asks for so many machines more.
    pub(super) fn order_machines(&mut self, sim: &mut Sim, number: u32, count: u32, because: &Causes) {
        for _ in 0..count {
            let name = self.next_machine(number);
            let Some(fleet) = self.fleet.as_mut() else { return };
            if let Some(group) = fleet.groups.get_mut(usize::try_from(number).unwrap_or(usize::MAX)) {
                group.target += 1;
            }
            fleet.coming.insert(name.clone(), super::Coming { group: number, because: because.clone() });
            let after = Duration::from_secs(STARTS.0 + sim.rng().below(STARTS.1));
            self.enqueue(sim, Item::Machine(name), after, because);
        }
    }

    /// A machine of a group becomes a node.
    pub(super) fn join_node(
        &mut self,
        sim: &mut Sim,
        name: &Arc<str>,
        number: u32,
        causes: &Causes,
    ) -> Result<(), Status> {
        let group = self.fleet.as_ref().and_then(|fleet| fleet.groups.get(usize::try_from(number).ok()?));
        let Some(group) = group else { return Ok(()) };
        let mut shape = group.shape.clone();
        let provider = format!("cloud://{}/{name}", shape.name);
        shape.name = name.to_string();
        let node = self.add_node(sim, &shape, causes)?;
        let mut value = node.value.clone();
        value.set("spec.providerID", provider);
        self.replace(sim, &node, value, &Writer::new("cloud-node-controller", causes.clone()))?;
        if let Some(fleet) = self.fleet.as_mut() {
            fleet.members.insert(name.clone(), number);
        }
        Ok(())
    }

    /// Gives a node back to the cloud.
    pub(super) fn give_back(&mut self, sim: &mut Sim, node: &Arc<Object>, leaving: Leaving) {
        let (name, drained) = (node.key.name.clone(), !leaving.pods.is_empty());
        let Some(fleet) = self.fleet.as_mut() else { return };
        fleet.unneeded.remove(&name);
        if let Some(number) = fleet.members.get(&name)
            && let Some(group) = fleet.groups.get_mut(usize::try_from(*number).unwrap_or(usize::MAX))
        {
            group.target = group.target.saturating_sub(1);
        }
        let because = leaving.because.clone();
        fleet.leaving.insert(name.clone(), Leaving { gone: true, ..leaving });
        self.event(sim, node, Note::normal("ScaleDown", "nodes removed by cluster autoscaler").by(ACTOR));
        let note = match drained {
            true => Note::normal("ScaleDown", format!("Scale-down: node {name} removed with drain")),
            false => Note::normal("ScaleDownEmpty", format!("Scale-down: empty node {name} removed")),
        };
        self.tell_fleet(sim, note);
        self.enqueue(sim, Item::Machine(name), STOPS, &because);
    }

    /// The machine is gone; the cloud's controller takes its node out of the API.
    pub(super) fn vanish(&mut self, sim: &mut Sim, runtime: &mut dyn Runtime, name: &Arc<str>) {
        let because =
            self.fleet.as_ref().and_then(|fleet| fleet.leaving.get(name)).map(|leaving| leaving.because.clone());
        let because = because.unwrap_or_default();
        let subject = Subject::new("Node", name.to_string());
        let id = sim.record("cluster", "machine", subject, "was given back to the cloud", &because);
        let causes = Causes::one(id);
        self.switch(sim, runtime, (name, false), &causes);
        if let Some(node) = self.store.get(kinds::NODE, "", name).cloned() {
            let told = format!("Deleting node {name} because it does not exist in the cloud provider");
            self.event(sim, &node, Note::normal("DeletingNode", told).by("cloud-node-lifecycle-controller"));
            self.remove(sim, &node.key, &Writer::new("cloud-node-lifecycle-controller", causes));
        }
        self.forget_nodes();
    }
}
