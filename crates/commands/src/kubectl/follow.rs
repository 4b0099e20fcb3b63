//! Later steps of commands that wait or follow.

use super::kube::{Answer, Kube};
use cluster::User;
use sim::Time;
use std::time::Duration;
use world::{Cx, Step};

/// A wait without a limit of its own is fast-forwarded this far; from there on it runs at the clock's speed.
const PATIENCE: Duration = Duration::from_secs(3_600);

pub(super) fn on(cx: &mut Cx<'_>, user: &Option<User>, step: impl FnOnce(&mut Kube<'_, '_>) -> Answer) -> Answer {
    step(&mut Kube::plain(cx, user.clone()))
}

/// Waits for a change until `end`, or, where there is none, as long as one would in front of a screen.
pub(super) fn change(now: Time, since: Time, end: Option<Time>) -> Step {
    match end {
        Some(end) => Step::Change(end),
        None if now < since + PATIENCE => Step::Change(since + PATIENCE),
        None => Step::Follow,
    }
}
