//! A rollout in motion: the pods of the old version and those of the new one, as one goes and the other comes.

use super::pod_state;
use screen::{Revision, Rollout};
use yew::prelude::*;

pub fn rollouts(all: &[Rollout]) -> Html {
    all.iter().map(rollout).collect()
}

fn rollout(one: &Rollout) -> Html {
    let last = one.revisions.len().saturating_sub(1);
    let rows = one.revisions.iter().enumerate().map(|(at, revision)| row(revision, at == last));
    html! {
        <section key={format!("{}/{}", one.namespace, one.name)} class="card rollout" aria-label={format!("Rollout of {}", one.name)}>
            <header><h3>{ &one.name }</h3><span class="dim">{ &one.words }</span></header>
            { for rows }
        </section>
    }
}

fn row(revision: &Revision, new: bool) -> Html {
    let dots = revision.pods.iter().map(|state| {
        let (sign, words) = pod_state(*state);
        html! { <i data-s={sign} title={words}></i> }
    });
    // Places that are still to be filled.
    let open = (revision.pods.len()..revision.wanted as usize).map(|_| html! { <i></i> });
    let which = if new { "new" } else { "old" };
    let label = format!("{which}, {}: {} pods of {}", revision.version, revision.pods.len(), revision.wanted);
    html! {
        <div role="img" aria-label={label}><small>{ which }</small><small>{ &revision.version }</small><span>{ for dots }{ for open }</span></div>
    }
}
