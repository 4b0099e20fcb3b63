//! How many replicas each set of a deployment gets: rolling updates, and fair shares while it is resized.

use super::deployment::Plan;
use super::revisions::{DESIRED, MAX, Revisions};
use super::{Action, Reconciled};
use crate::object::Object;
use crate::recorder::Note;
use manifest::Value;
use order::Arrange;
use std::sync::Arc;

/// How many pods a set wants and has.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sizes {
    pub wanted: i64,
    pub have: i64,
    pub ready: i64,
    pub available: i64,
}

impl Sizes {
    pub(super) fn of(set: &Object) -> Self {
        let status = |field: &str| set.value.at("status").int_at(field).unwrap_or(0);
        Self {
            wanted: set.value.int_at("spec.replicas").unwrap_or(0),
            have: status("replicas"),
            ready: status("readyReplicas"),
            available: status("availableReplicas"),
        }
    }
}

/// Plans an update of a set and returns it as it will be, for the rest of this round. A second update of the same set
/// takes the place of the first.
#[inline(never)]
pub(super) fn update(set: &Arc<Object>, value: Value, plan: &Plan, done: &mut Reconciled) -> Arc<Object> {
    let planned = Arc::new(Object { value: value.clone(), ..set.as_ref().clone() });
    let earlier = done.actions.iter_mut().find_map(|action| match action {
        Action::Update { base, value, .. } if base.key == set.key => Some(value),
        _ => None,
    });
    match earlier {
        Some(earlier) => *earlier = value,
        None => {
            let because = plan.object.spec_by.clone();
            done.actions.push(Action::Update { base: set.clone(), value, because });
        }
    }
    planned
}

/// Resizes a set, tells it the deployment's size, and announces it.
#[inline(never)]
pub(super) fn scale(plan: &Plan, set: &mut Arc<Object>, size: i64, done: &mut Reconciled) -> bool {
    let was = Sizes::of(set).wanted;
    let (desired, max) = (plan.replicas.to_string(), (plan.replicas + plan.max_surge).to_string());
    if was == size && set.annotation(DESIRED) == desired && set.annotation(MAX) == max {
        return false;
    }
    let mut value = set.value.clone();
    value.set("spec.replicas", size);
    let annotations = value.at_mut("metadata.annotations");
    annotations.put(DESIRED, desired);
    annotations.put(MAX, max);
    *set = update(set, value, plan, done);
    if was == size {
        return false;
    }
    let way = if size > was { "up" } else { "down" };
    let told = format!("Scaled {way} replica set {} from {was} to {size}", set.name());
    done.actions.push(Action::Event { about: plan.object.clone(), note: Note::normal("ScalingReplicaSet", told) });
    true
}

/// deployment_util `NewRSNewReplicas`: the size that the newest set, now at `current`, may have.
pub(super) fn new_size(plan: &Plan, revisions: &Revisions, current: i64) -> i64 {
    if plan.recreate {
        return plan.replicas;
    }
    let total: i64 = revisions.all().map(|set| Sizes::of(set).wanted).sum();
    let room = plan.replicas + plan.max_surge - total;
    if room <= 0 { current } else { current + room.min(plan.replicas - current) }
}

/// One step of a rolling update: first up, else down.
#[inline(never)]
pub(super) fn roll(plan: &Plan, revisions: &mut Revisions, done: &mut Reconciled) {
    let Some(mut newest) = revisions.new.clone() else { return };
    let wanted = Sizes::of(&newest).wanted;
    let size = match wanted.cmp(&plan.replicas) {
        std::cmp::Ordering::Equal => wanted,
        std::cmp::Ordering::Greater => plan.replicas,
        std::cmp::Ordering::Less => new_size(plan, revisions, wanted),
    };
    if size != wanted {
        scale(plan, &mut newest, size, done);
        revisions.new = Some(newest);
        return;
    }
    shrink_old(plan, revisions, done);
}

#[inline(never)]
fn shrink_old(plan: &Plan, revisions: &mut Revisions, done: &mut Reconciled) {
    let old: i64 = revisions.old.iter().map(|set| Sizes::of(set).wanted).sum();
    let Some(newest) = revisions.new.as_ref().map(|set| Sizes::of(set)) else { return };
    if old == 0 {
        return;
    }
    let available: i64 = revisions.all().map(|set| Sizes::of(set).available).sum();
    let keep = plan.replicas - plan.max_unavailable;
    let mut spare = old + newest.wanted - keep - (newest.wanted - newest.available);
    if spare <= 0 {
        return;
    }
    // Pods that are not available go first: they are no loss.
    for at in 0..revisions.old.len() {
        let sizes = Sizes::of(&revisions.old[at]);
        let sick = (sizes.wanted - sizes.available).clamp(0, spare);
        if sick > 0 {
            spare -= sick;
            scale(plan, &mut revisions.old[at], sizes.wanted - sick, done);
        }
    }
    let mut surplus = available - keep;
    for at in 0..revisions.old.len() {
        let wanted = Sizes::of(&revisions.old[at]).wanted;
        let step = surplus.min(wanted);
        if step > 0 {
            surplus -= step;
            scale(plan, &mut revisions.old[at], wanted - step, done);
        }
    }
}

/// A paused or resized deployment: every set with pods gets its share of the new size.
#[inline(never)]
pub(super) fn scale_proportionally(plan: &Plan, revisions: &mut Revisions, done: &mut Reconciled) {
    let busy: Vec<usize> = (0..revisions.old.len()).filter(|at| Sizes::of(&revisions.old[*at]).wanted > 0).collect();
    let new_busy = revisions.new.as_ref().is_some_and(|set| Sizes::of(set).wanted > 0);
    match (busy.len() + usize::from(new_busy), revisions.new.clone()) {
        (0, Some(mut only)) => {
            scale(plan, &mut only, plan.replicas, done);
            revisions.new = Some(only);
        }
        (0, None) => {
            if let Some(last) = revisions.old.last_mut() {
                scale(plan, last, plan.replicas, done);
            }
        }
        (1, Some(mut only)) if new_busy => {
            scale(plan, &mut only, plan.replicas, done);
            revisions.new = Some(only);
        }
        (1, _) => {
            scale(plan, &mut revisions.old[busy[0]], plan.replicas, done);
        }
        _ if saturated(plan, revisions) => {
            for at in busy {
                scale(plan, &mut revisions.old[at], 0, done);
            }
        }
        _ if !plan.recreate => share(plan, revisions, done),
        _ => {}
    }
}

fn saturated(plan: &Plan, revisions: &Revisions) -> bool {
    revisions.new.as_ref().is_some_and(|set| {
        let sizes = Sizes::of(set);
        let told = set.annotation(DESIRED).parse() == Ok(plan.replicas);
        sizes.wanted == plan.replicas && told && sizes.available == plan.replicas
    })
}

/// deployment_util `GetReplicaSetProportion`: the rounding error goes to the largest set.
#[inline(never)]
fn share(plan: &Plan, revisions: &mut Revisions, done: &mut Reconciled) {
    let mut sets: Vec<Arc<Object>> = revisions.all().filter(|set| Sizes::of(set).wanted > 0).cloned().collect();
    let total: i64 = sets.iter().map(|set| Sizes::of(set).wanted).sum();
    let allowed = if plan.replicas > 0 { plan.replicas + plan.max_surge } else { 0 };
    let to_add = allowed - total;
    let newest_first = to_add > 0;
    sets.arrange_by_key(|set| {
        let age = i64::try_from(set.created_at().unix_secs()).unwrap_or(i64::MAX);
        (-Sizes::of(set).wanted, if newest_first { -age } else { age })
    });
    let mut added = 0;
    let mut sizes = Vec::with_capacity(sets.len());
    for set in &sets {
        let size = Sizes::of(set).wanted;
        let left = to_add - added;
        let fraction = fraction(plan, set, size);
        let part = match left {
            0 => 0,
            left if left > 0 => fraction.min(left),
            left => fraction.max(left),
        };
        added += part;
        sizes.push(size + part);
    }
    if let Some(first) = sizes.first_mut() {
        *first = (*first + to_add - added).max(0);
    }
    for (set, size) in sets.iter_mut().zip(sizes) {
        scale(plan, set, size, done);
    }
    for set in sets {
        match revisions.old.iter_mut().find(|old| old.key == set.key) {
            Some(old) => *old = set,
            None => revisions.new = Some(set),
        }
    }
}

fn fraction(plan: &Plan, set: &Object, size: i64) -> i64 {
    if plan.replicas == 0 {
        return -size;
    }
    let before = set.annotation(MAX).parse::<i64>().ok().or_else(|| plan.object.value.int_at("status.replicas"));
    let before = before.filter(|n| *n > 0).unwrap_or(size.max(1));
    let scaled = 2 * size * (plan.replicas + plan.max_surge) + before;
    scaled.div_euclid(2 * before) - size
}
