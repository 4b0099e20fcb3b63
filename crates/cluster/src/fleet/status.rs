//! What the autoscaler tells of itself: the config map `cluster-autoscaler-status` (`clusterstate/api`).
//!
//! Unlike cluster-autoscaler: it is written when something in it changes beside its times, not with each look.

use super::{ACTOR, Group};
use crate::api::Writer;
use crate::engine::Cluster;
use crate::kinds;
use crate::object::condition_true;
use manifest::object;
use order::OrdMap;
use serde::{Deserialize, Serialize};
use sim::{Causes, Sim, Time};
use std::sync::Arc;

pub(super) const NAMESPACE: &str = "kube-system";
pub(super) const NAME: &str = "cluster-autoscaler-status";

/// What was told the last time.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Shown {
    /// The text without its times.
    text: String,
    /// Each state, and since when it is so.
    since: OrdMap<String, (Arc<str>, Time)>,
}

#[derive(Default, Clone, Copy)]
struct Count {
    total: usize,
    ready: usize,
    going: usize,
    coming: usize,
}

/// A text that is written line by line; times are left out of a second one.
struct Page<'s> {
    since: &'s mut OrdMap<String, (Arc<str>, Time)>,
    now: Time,
    told: String,
    plain: String,
}

impl Page<'_> {
    fn line(&mut self, depth: usize, text: &str) {
        for out in [&mut self.told, &mut self.plain] {
            (0..depth).for_each(|_| out.push_str("  "));
            out.push_str(text);
            out.push('\n');
        }
    }

    fn number(&mut self, depth: usize, name: &str, n: usize) {
        self.line(depth, &format!("{name}: {n}"));
    }

    /// When it was looked at, and since when the state is what it is.
    fn times(&mut self, depth: usize, of: &str, state: &str) {
        let since = match self.since.get(of) {
            Some((was, since)) if **was == *state => *since,
            _ => self.now,
        };
        self.since.insert(of.to_string(), (state.into(), since));
        for (name, at) in [("lastProbeTime", self.now), ("lastTransitionTime", since)] {
            (0..depth).for_each(|_| self.told.push_str("  "));
            self.told.push_str(&format!("{name}: {:?}\n", at.rfc3339()));
        }
    }

    fn counts(&mut self, depth: usize, count: Count) {
        self.line(depth, "nodeCounts:");
        self.line(depth + 1, "registered:");
        self.number(depth + 2, "total", count.total);
        self.number(depth + 2, "ready", count.ready);
        self.number(depth + 2, "notStarted", 0);
        if count.going > 0 {
            self.number(depth + 2, "beingDeleted", count.going);
        }
        self.line(depth + 2, "unready:");
        self.number(depth + 3, "total", count.total - count.ready - count.going.min(count.total - count.ready));
        self.number(depth + 3, "resourceUnready", 0);
        self.number(depth + 1, "longUnregistered", 0);
        self.number(depth + 1, "unregistered", count.coming);
    }

    fn activity(&mut self, depth: usize, of: &str, grows: bool, candidates: usize) {
        self.line(depth, "scaleUp:");
        let state = if grows { "InProgress" } else { "NoActivity" };
        self.line(depth + 1, &format!("status: {state}"));
        self.times(depth + 1, &format!("{of} up"), state);
        self.line(depth, "scaleDown:");
        let state = if candidates > 0 { "CandidatesPresent" } else { "NoCandidates" };
        self.line(depth + 1, &format!("status: {state}"));
        if candidates > 0 {
            self.number(depth + 1, "candidates", candidates);
        }
        self.times(depth + 1, &format!("{of} down"), state);
    }
}

impl Cluster {
    /// Writes the status where it is another one by now.
    pub(super) fn show_fleet(&mut self, sim: &mut Sim) {
        let Some(fleet) = self.fleet.as_ref() else { return };
        let mut since = fleet.shown.since.clone();
        let mut page = Page { since: &mut since, now: sim.now(), told: String::new(), plain: String::new() };
        self.write_page(&mut page);
        let Page { told, plain, .. } = page;
        let there = self.store.get(kinds::CONFIGMAP, NAMESPACE, NAME).cloned();
        if there.is_some() && plain == fleet.shown.text {
            return;
        }
        let stamp = sim.now().rfc3339().replace('T', " ").replace('Z', " +0000 UTC");
        let status = format!("time: {stamp}\n{told}");
        let writer = Writer::new(ACTOR, Causes::none());
        let annotations = object! { "cluster-autoscaler.kubernetes.io/last-updated" => stamp };
        let done = match there {
            Some(old) => {
                let mut value = old.value.clone();
                value.put("data", object! { "status" => status });
                value.set("metadata.annotations", annotations);
                self.replace(sim, &old, value, &writer).is_ok()
            }
            None => {
                let metadata = object! { "annotations" => annotations, "name" => NAME };
                let value = object! { "data" => object! { "status" => status }, "metadata" => metadata };
                self.create(sim, kinds::CONFIGMAP, NAMESPACE, value, &writer).is_ok()
            }
        };
        if let Some(fleet) = self.fleet.as_mut().filter(|_| done) {
            fleet.shown = Shown { text: plain, since };
        }
    }

    fn write_page(&self, page: &mut Page<'_>) {
        let Some(fleet) = self.fleet.as_ref() else { return };
        let all = self.count(|_| true, fleet.coming.len());
        page.line(0, "autoscalerStatus: Running");
        page.line(0, "clusterWide:");
        page.line(1, "health:");
        let state = if self.fleet_healthy() { "Healthy" } else { "Unhealthy" };
        page.line(2, &format!("status: {state}"));
        page.counts(2, all);
        page.times(2, "health", state);
        page.activity(1, "cluster", !fleet.coming.is_empty(), fleet.unneeded.len());
        page.line(0, "nodeGroups:");
        for (number, group) in (0_u32..).zip(&fleet.groups) {
            self.write_group(page, number, group);
        }
    }

    fn write_group(&self, page: &mut Page<'_>, number: u32, group: &Group) {
        let Some(fleet) = self.fleet.as_ref() else { return };
        let mine = |name: &str| fleet.members.get(name) == Some(&number);
        let coming = fleet.coming.values().filter(|coming| coming.group == number).count();
        let count = self.count(mine, coming);
        page.line(0, &format!("- name: {}", group.name()));
        page.line(1, "health:");
        let unready = count.total - count.ready;
        let state = if unready <= 3 || unready * 100 <= count.total * 45 { "Healthy" } else { "Unhealthy" };
        page.line(2, &format!("status: {state}"));
        page.counts(2, count);
        page.line(2, &format!("cloudProviderTarget: {}", group.target));
        page.line(2, &format!("minSize: {}", group.min));
        page.line(2, &format!("maxSize: {}", group.max));
        page.times(2, &format!("{} health", group.name()), state);
        let candidates = fleet.unneeded.keys().filter(|name| mine(name)).count();
        page.activity(1, group.name(), coming > 0, candidates);
    }

    fn count(&self, mine: impl Fn(&str) -> bool, coming: usize) -> Count {
        let mut count = Count { coming, ..Count::default() };
        let going = |name: &str| self.fleet.as_ref().is_some_and(|fleet| fleet.leaving.contains_key(name));
        for node in self.store.all(kinds::NODE, None).filter(|node| mine(node.name())) {
            count.total += 1;
            if going(node.name()) {
                count.going += 1;
            } else {
                count.ready += usize::from(condition_true(&node.value, "Ready"));
            }
        }
        count
    }
}
