//! More nodes for pods that fit nowhere (`core/scaleup/orchestrator`).

use super::estimate::{Alike, add_template, alike, asked, estimate, ratio};
use super::{ACTOR, Expander, Fleet, Group};
use crate::engine::Cluster;
use crate::object::{Object, condition};
use crate::recorder::Note;
use crate::scheduler::{Rehearsal, priority};
use order::{Arrange, OrdMap, OrdSet};
use sim::{Causes, Sim, Subject, Time};
use std::sync::Arc;

/// `--expendable-pods-priority-cutoff`
const EXPENDABLE: i64 = -10;
/// `--max-nodes-per-scaleup`
const NODES_MAX: u32 = 1_000;

/// What one group could do.
struct Choice {
    group: u32,
    nodes: u32,
    pods: Vec<Arc<Object>>,
}

impl Cluster {
    /// Asks for machines where pods need them; true: it did.
    pub(super) fn scale_up(&mut self, sim: &mut Sim) -> bool {
        let now = sim.now();
        let Some(fleet) = self.fleet.as_ref() else { return false };
        let pending = self.pending_pods();
        if pending.is_empty() {
            return false;
        }
        let (rehearsal, helpless) = self.without_schedulable(fleet, pending, now);
        if helpless.is_empty() {
            return false;
        }
        let groups = alike(helpless);
        // Why each group of nodes does nothing for each group of pods.
        let mut refusals: Vec<OrdMap<String, u32>> = groups.iter().map(|_| OrdMap::new()).collect();
        let mut choices: Vec<Choice> = Vec::new();
        for (number, group) in (0_u32..).zip(&fleet.groups) {
            if group.target >= group.max {
                let full = || "max node group size reached".to_string();
                refusals.iter_mut().for_each(|why| *why.entry(full()).or_default() += 1);
                continue;
            }
            let fitting = fitting(&rehearsal, group, &groups, &mut refusals, now);
            let most = (group.max - group.target).min(NODES_MAX);
            let (nodes, pods) = estimate(rehearsal.store(), group, fitting, (most, now));
            if nodes > 0 {
                choices.push(Choice { group: number, nodes, pods });
            }
        }
        if choices.is_empty() {
            self.tell_not_triggered(sim, &groups, &refusals);
            return false;
        }
        let chosen = self.expand(sim, choices);
        self.order(sim, &chosen, now);
        true
    }

    /// Pods that fit nowhere and are worth a node.
    fn pending_pods(&self) -> Vec<Arc<Object>> {
        let found = self.waiting.unschedulable().filter_map(|key| self.store.get_key(key));
        let waits = |pod: &&Arc<Object>| {
            let scheduled = condition(&pod.value, "PodScheduled");
            !pod.deleting()
                && pod.value.str_at("spec.nodeName").is_empty()
                && scheduled.is_some_and(|c| c.str_at("reason") == "Unschedulable")
                && priority(pod) >= EXPENDABLE
        };
        let mut pods: Vec<Arc<Object>> = found.filter(waits).cloned().collect();
        pods.arrange_by_key(|pod| std::cmp::Reverse(priority(pod)));
        pods
    }

    /// Leaves out the pods that have a place by now, or will have one on machines that are on their way
    /// (`filter_out_schedulable.go`).
    fn without_schedulable(
        &self,
        fleet: &Fleet,
        pending: Vec<Arc<Object>>,
        now: Time,
    ) -> (Rehearsal, Vec<Arc<Object>>) {
        let mut rehearsal = Rehearsal::new(&self.store);
        for (name, coming) in &fleet.coming {
            if let Some(group) = fleet.groups.get(usize::try_from(coming.group).unwrap_or(usize::MAX)) {
                add_template(&mut rehearsal, group, name, now);
            }
        }
        let mut helpless: Vec<Arc<Object>> = Vec::new();
        let mut tried: OrdSet<Arc<str>> = OrdSet::new();
        for pod in pending {
            let nominated = pod.value.str_at("status.nominatedNodeName").to_string();
            if !nominated.is_empty() {
                rehearsal.place(&pod, &nominated);
                continue;
            }
            let controller: Arc<str> = pod.controller_uid().into();
            if tried.contains(&controller) {
                helpless.push(pod);
            } else if !rehearsal.place_anywhere(&pod, |_| true) {
                if !controller.is_empty() {
                    tried.insert(controller);
                }
                helpless.push(pod);
            }
        }
        (rehearsal, helpless)
    }

    /// `ExpanderStrategy.BestOption`: ties are broken by chance.
    fn expand(&self, sim: &mut Sim, mut choices: Vec<Choice>) -> Choice {
        let fleet = self.fleet.as_ref().expect("it scales up, so there is one");
        if fleet.expander == Expander::LeastWaste {
            let wastes: Vec<f64> = choices.iter().map(|choice| waste(fleet, choice)).collect();
            let least = wastes.iter().copied().fold(f64::INFINITY, f64::min);
            let mut best = wastes.iter().map(|waste| waste.total_cmp(&least).is_le());
            choices.retain(|_| best.next().unwrap_or(false));
        }
        let count = u64::try_from(choices.len()).unwrap_or(1);
        let at = if count > 1 { usize::try_from(sim.rng().below(count)).unwrap_or(0) } else { 0 };
        choices.swap_remove(at)
    }

    fn order(&mut self, sim: &mut Sim, chosen: &Choice, now: Time) {
        let Some(fleet) = self.fleet.as_mut() else { return };
        fleet.scaled_up = Some(now);
        let Some(group) = fleet.groups.get(usize::try_from(chosen.group).unwrap_or(usize::MAX)) else { return };
        let (name, from, max) = (group.name().to_string(), group.target, group.max);
        let to = from + chosen.nodes;
        let because: Causes = chosen.pods.iter().take(8).fold(Causes::none(), |all, pod| all.and(&pod.written_by));
        let subject = Subject::new("NodeGroup", name.clone());
        let id = sim.record("cluster", ACTOR, subject, format!("grows from {from} to {to} nodes"), &because);
        for told in [format!("setting group {name} size to"), format!("group {name} size set to")] {
            let told = format!("Scale-up: {told} {to} instead of {from} (max: {max})");
            self.tell_fleet(sim, Note::normal("ScaledUpGroup", told));
        }
        self.order_machines(sim, chosen.group, chosen.nodes, &id.into());
        let told = format!("pod triggered scale-up: [{{{name} {from}->{to} (max: {max})}}]");
        for pod in &chosen.pods {
            self.event(sim, pod, Note::normal("TriggeredScaleUp", &*told).by(ACTOR));
        }
    }

    fn tell_not_triggered(&mut self, sim: &mut Sim, groups: &[Alike], refusals: &[OrdMap<String, u32>]) {
        for (alike, refusals) in groups.iter().zip(refusals) {
            let mut whys: Vec<String> = refusals.iter().map(|(why, count)| format!("{count} {why}")).collect();
            whys.arrange();
            let told = format!("pod didn't trigger scale-up: {}", whys.join(", "));
            for pod in &alike.pods {
                self.event(sim, pod, Note::normal("NotTriggerScaleUp", &*told).by(ACTOR));
            }
        }
    }
}

/// The pods that a node of the group would take; why not, for the others.
fn fitting<'a>(
    rehearsal: &Rehearsal,
    group: &Group,
    groups: &'a [Alike],
    refusals: &mut [OrdMap<String, u32>],
    now: Time,
) -> Vec<&'a Alike> {
    let mut rehearsal = rehearsal.clone();
    let name = format!("template-node-for-{}", group.name());
    add_template(&mut rehearsal, group, &name, now);
    let mut fitting = Vec::new();
    for (alike, refusals) in groups.iter().zip(refusals) {
        let why = rehearsal.refused(alike.first(), &name);
        if why.is_empty() {
            fitting.push(alike);
        }
        for why in why {
            *refusals.entry(why).or_default() += 1;
        }
    }
    fitting
}

/// The shares of processor and memory that would be idle (`expander/waste`).
fn waste(fleet: &Fleet, choice: &Choice) -> f64 {
    let Some(group) = fleet.groups.get(usize::try_from(choice.group).unwrap_or(usize::MAX)) else { return 2.0 };
    let sum = choice.pods.iter().map(|pod| asked(pod));
    let sum = sum.fold(crate::node_load::Amounts::default(), |all, one| all.plus(one, 1));
    let nodes = i64::from(choice.nodes);
    let idle = |asked: i64, each: i64| ratio(each * nodes - asked, each * nodes);
    idle(sum.cpu_milli, group.shape.cpu_milli) + idle(sum.memory_bytes, group.shape.memory_bytes)
}
