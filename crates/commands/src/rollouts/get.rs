//! `get rollout`, once or again and again.

use super::tree::View;
use super::waiting::{Task, Waiting};
use super::{Answer, Next, misused, rollout};
use crate::cobra::Given;
use crate::kubectl::Kube;
use cluster::Object;
use std::time::Duration;

/// The text of a Rollout now.
pub(super) fn shown(kube: &Kube<'_, '_>, object: &Object, color: bool) -> String {
    View { store: kube.store(), world: kube.cx.world, rollout: object, now: kube.cx.now(), color }.text()
}

pub(super) fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let [name] = &given.words[..] else { return misused(kube, "get rollout") };
    let object = rollout(kube, name).map_err(|told| told.replacen("rollouts.argoproj.io", "rollout.argoproj.io", 1))?;
    let color = !given.on("no-color") && kube.cx.env("TERM").as_deref() != Some("dumb");
    if !given.on("watch") {
        let text = shown(kube, &object, color);
        kube.out(text);
        return Ok(Next::Exit(0));
    }
    let secs = given.number("timeout-seconds").and_then(|secs| u64::try_from(secs).ok()).filter(|secs| *secs > 0);
    let until = secs.map(|secs| kube.cx.now() + Duration::from_secs(secs));
    Waiting::begin(kube, Task::Get { name: name.clone(), color }, until)
}
