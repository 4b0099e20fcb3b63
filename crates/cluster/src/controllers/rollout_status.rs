//! What a deployment says about itself: counts, and the conditions `Available` and `Progressing`.

use super::deployment::Plan;
use super::revisions::Revisions;
use super::rolling::Sizes;
use super::{Action, Reconciled};
use crate::object::{condition, time_at};
use manifest::{Value, object};
use sim::Time;
use std::time::Duration;

/// The sums over all replica sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Counts {
    /// Pods that exist.
    have: i64,
    updated: i64,
    ready: i64,
    available: i64,
    /// Pods that are wanted.
    wanted: i64,
}

impl Counts {
    fn of(revisions: &Revisions) -> Self {
        let sum = |field: fn(Sizes) -> i64| revisions.all().map(|set| field(Sizes::of(set))).sum();
        Self {
            have: sum(|s| s.have),
            updated: revisions.new.as_ref().map_or(0, |set| Sizes::of(set).have),
            ready: sum(|s| s.ready),
            available: sum(|s| s.available),
            wanted: sum(|s| s.wanted),
        }
    }
}

/// Whether every replica is of the newest template and available.
pub(super) fn complete(plan: &Plan, revisions: &Revisions) -> bool {
    let counts = Counts::of(revisions);
    counts.updated == plan.replicas && counts.have == plan.replicas && counts.available == plan.replicas
}

/// Plans the write of the status, where it changes.
#[inline(never)]
pub(super) fn write(plan: &Plan, revisions: &Revisions, now: Time, done: &mut Reconciled) {
    let counts = Counts::of(revisions);
    let old = plan.object.value.at("status");
    let mut status = old.clone();
    let stamp = now.rfc3339();
    status.put("observedGeneration", plan.object.generation());
    for (field, n) in [
        ("replicas", counts.have),
        ("updatedReplicas", counts.updated),
        ("readyReplicas", counts.ready),
        ("availableReplicas", counts.available),
        ("unavailableReplicas", (counts.wanted - counts.available).max(0)),
        ("collisionCount", revisions.collisions),
    ] {
        if n > 0 {
            status.put(field, n);
        } else {
            status.remove(field);
        }
    }
    let enough = counts.available >= plan.replicas - plan.max_unavailable;
    let available = if enough {
        ("True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
    } else {
        ("False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.")
    };
    set(&mut status, "Available", available, &stamp, false);
    progress(plan, revisions, counts, &mut status, now, done);
    if status != *old {
        let rolled_out = reason(&status) == "NewReplicaSetAvailable" && reason(old) != "NewReplicaSetAvailable";
        let stuck = reason(&status) == "ProgressDeadlineExceeded" && reason(old) != "ProgressDeadlineExceeded";
        done.actions.push(Action::Status { base: plan.object.clone(), status });
        let text = match (rolled_out, stuck) {
            (true, _) => format!("rolled out: {} of {} replicas available", counts.available, plan.replicas),
            (_, true) => "exceeded its progress deadline".to_string(),
            _ => return,
        };
        done.actions.push(Action::Record { about: plan.object.clone(), text });
    }
}

fn reason(status: &Value) -> &str {
    let found = status.list_at("conditions").iter().find(|c| c.str_at("type") == "Progressing");
    found.map_or("", |condition| condition.str_at("reason"))
}

/// Sets a condition. `lastUpdateTime` moves with its words, or always where it `counts` as progress.
#[inline(never)]
fn set(status: &mut Value, kind: &str, (state, why, message): (&str, &str, &str), stamp: &str, counts: bool) {
    let old = status.list_at("conditions").iter().find(|c| c.str_at("type") == kind).cloned().unwrap_or_default();
    let same = old.str_at("status") == state && old.str_at("reason") == why;
    if same && !counts {
        return;
    }
    let since = if old.str_at("status") == state { old.str_at("lastTransitionTime") } else { stamp };
    let new = object! {
        "lastTransitionTime" => since, "lastUpdateTime" => stamp, "message" => message, "reason" => why,
        "status" => state, "type" => kind,
    };
    let conditions = status.at_mut("conditions").make_list();
    conditions.retain(|c| c.str_at("type") != kind);
    conditions.push(new);
}

/// Kubernetes 1.32, `pkg/controller/deployment/progress.go`.
#[inline(never)]
fn progress(plan: &Plan, revisions: &Revisions, counts: Counts, status: &mut Value, now: Time, done: &mut Reconciled) {
    let Some(deadline) = plan.object.value.int_at("spec.progressDeadlineSeconds") else { return };
    let stamp = now.rfc3339();
    let had = condition(&plan.object.value, "Progressing");
    let what = match (&revisions.new, &revisions.created) {
        (Some(set), _) => format!("ReplicaSet \"{}\"", set.name()),
        (None, Some(name)) => format!("ReplicaSet \"{name}\""),
        (None, None) => format!("Deployment \"{}\"", plan.name()),
    };
    if plan.paused {
        let was_paused = had.is_some_and(|c| c.str_at("reason") == "DeploymentPaused");
        if !was_paused {
            set(status, "Progressing", ("Unknown", "DeploymentPaused", "Deployment is paused"), &stamp, true);
        }
        return;
    }
    if had.is_some_and(|c| c.str_at("reason") == "DeploymentPaused") {
        set(status, "Progressing", ("Unknown", "DeploymentResumed", "Deployment is resumed"), &stamp, true);
    }
    if let Some(name) = &revisions.created {
        let message = format!("Created new replica set \"{name}\"");
        return set(status, "Progressing", ("True", "NewReplicaSetCreated", &message), &stamp, true);
    }
    if had.is_none()
        && let Some(set_object) = &revisions.new
    {
        let message = format!("Found new replica set \"{}\"", set_object.name());
        set(status, "Progressing", ("True", "FoundNewReplicaSet", &message), &stamp, true);
    }
    let old = plan.object.value.at("status");
    let before = |field: &str| old.int_at(field).unwrap_or(0);
    if counts.have == counts.updated && reason(status) == "NewReplicaSetAvailable" {
        return;
    }
    if complete(plan, revisions) {
        let message = format!("{what} has successfully progressed.");
        return set(status, "Progressing", ("True", "NewReplicaSetAvailable", &message), &stamp, true);
    }
    let moved = counts.updated > before("updatedReplicas")
        || counts.have - counts.updated < before("replicas") - before("updatedReplicas")
        || counts.ready > before("readyReplicas")
        || counts.available > before("availableReplicas");
    if moved {
        let message = format!("{what} is progressing.");
        return set(status, "Progressing", ("True", "ReplicaSetUpdated", &message), &stamp, true);
    }
    let Some(last) = status.list_at("conditions").iter().find(|c| c.str_at("type") == "Progressing") else { return };
    if matches!(last.str_at("reason"), "NewReplicaSetAvailable" | "ProgressDeadlineExceeded") {
        return;
    }
    let ends =
        time_at(last, "lastUpdateTime").unwrap_or(now) + Duration::from_secs(u64::try_from(deadline).unwrap_or(0));
    if ends < now {
        let message = format!("{what} has timed out progressing.");
        set(status, "Progressing", ("False", "ProgressDeadlineExceeded", &message), &stamp, true);
    } else {
        done.look_again(ends.since(now) + Duration::from_secs(1));
    }
}
