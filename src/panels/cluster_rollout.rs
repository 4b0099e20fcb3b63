//! A rollout in motion: the pods of the old version and those of the new one, as one goes and the other comes.

use super::{cluster_canary, pod_state};
use crate::acts::Acts;
use screen::{PodState, Rollout};
use yew::prelude::*;

pub fn rollouts(all: &[Rollout], acts: &Acts) -> Html {
    all.iter().map(|one| rollout(one, acts)).collect()
}

fn rollout(one: &Rollout, acts: &Acts) -> Html {
    let weighted = one.canary.as_ref().is_some_and(|canary| canary.set_weight.is_some());
    let (old, new) = if weighted { ("stable", "canary") } else { ("old", "new") };
    html! {
        <section key={one.name.clone()} class="card rollout">
            <header><h3>{ &one.name }</h3><span class="dim">{ &one.words }</span></header>
            { row(old, &one.old_version, &one.old, 0) }
            { row(new, &one.new_version, &one.new, one.open) }
            if let Some(canary) = &one.canary { { cluster_canary::canary(canary, acts) } }
        </section>
    }
}

/// The pods of a version, and places that are still to be filled.
fn row(which: &'static str, version: &str, pods: &[PodState], open: u32) -> Html {
    if pods.is_empty() && open == 0 {
        return Html::default();
    }
    let mut dots: Vec<Html> = pods.iter().map(|state| html! { <i data-s={pod_state(*state).0}></i> }).collect();
    dots.extend((0..open).map(|_| html! { <i></i> }));
    html! { <div><small>{ which }</small><small>{ version.to_owned() }</small><span>{ dots.into_iter().collect::<Html>() }</span></div> }
}
