//! Which pods go first: those that are the least loss (Kubernetes 1.32, `pkg/controller/controller_utils.go`).

use crate::object::{Object, condition, time_at};
use crate::pods::pod_ready;
use sim::Time;
use std::cmp::Ordering;
use std::sync::Arc;

/// What a pod is judged by.
pub(super) struct Rank {
    assigned: bool,
    phase: u8,
    ready: bool,
    cost: i64,
    /// How many pods of the same owner's sets are on its node.
    beside: usize,
    ready_since: Option<Time>,
    restarts: i64,
    created: Option<Time>,
    uid: Arc<str>,
}

impl Rank {
    /// `ActivePods`: jobs.
    #[inline(never)]
    pub(super) fn plain(pod: &Object) -> Self {
        let phase = match pod.value.str_at("status.phase") {
            "Pending" => 0,
            "Unknown" => 1,
            _ => 2,
        };
        let ready = pod_ready(pod);
        let since = condition(&pod.value, "Ready").and_then(|c| time_at(c, "lastTransitionTime"));
        let restarts = pod.value.list_at("status.containerStatuses").iter().filter_map(|c| c.int_at("restartCount"));
        Self {
            assigned: !pod.value.str_at("spec.nodeName").is_empty(),
            phase,
            ready,
            cost: 0,
            beside: 0,
            ready_since: since.filter(|_| ready),
            restarts: restarts.max().unwrap_or(0),
            created: time_at(&pod.value, "metadata.creationTimestamp"),
            uid: pod.uid.clone(),
        }
    }

    /// `ActivePodsWithRanks`: replica sets.
    pub(super) fn of(pod: &Object, beside: usize) -> Self {
        let cost = pod.annotation("controller.kubernetes.io/pod-deletion-cost").parse().unwrap_or(0);
        Self { cost, beside, ..Self::plain(pod) }
    }

    /// Less goes first. With `now`, times of one order of magnitude are equal, and the uid decides.
    #[inline(never)]
    pub(super) fn compare(&self, other: &Self, now: Option<Time>) -> Ordering {
        let state = |rank: &Self| (rank.assigned, rank.phase, rank.ready, rank.cost);
        let first = state(self).cmp(&state(other)).then(other.beside.cmp(&self.beside));
        if first != Ordering::Equal {
            return first;
        }
        if self.ready && other.ready && self.ready_since != other.ready_since {
            return self.younger((self.ready_since, other.ready_since), other, now);
        }
        match other.restarts.cmp(&self.restarts) {
            Ordering::Equal if self.created != other.created => self.younger((self.created, other.created), other, now),
            first => first,
        }
    }

    /// What is younger, or has no time at all, goes first.
    fn younger(&self, times: (Option<Time>, Option<Time>), other: &Self, now: Option<Time>) -> Ordering {
        let (Some(mine), Some(others)) = times else { return times.0.is_some().cmp(&times.1.is_some()) };
        let Some(now) = now else { return others.cmp(&mine) };
        let magnitude = |at: Time| now.since(at).as_nanos().checked_ilog2();
        magnitude(mine).cmp(&magnitude(others)).then_with(|| self.uid.cmp(&other.uid))
    }
}
