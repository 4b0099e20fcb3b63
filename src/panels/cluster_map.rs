//! A cluster of many nodes as a map: a tile for each node says how many of its pods are ready, and in which state the worst
//! one is. A press looks into a node, and a second one away again.

use super::pod_state;
use crate::acts::Acts;
use crate::components::{bar, yes};
use screen::{Cluster, Control, Node, PodState};
use yew::prelude::*;

/// The worst first.
const WORST: [PodState; 4] = [PodState::Crash, PodState::NotReady, PodState::Pending, PodState::Pulling];

pub fn map(cluster: &Cluster, acts: &Acts) -> Html {
    let tiles = cluster.nodes.iter().map(|node| tile(node, cluster.node.as_ref() == Some(&node.name), acts));
    html! { <div class="map">{ tiles.collect::<Html>() }</div> }
}

fn tile(node: &Node, open: bool, acts: &Acts) -> Html {
    let count = |state: PodState| node.counts.get(state as usize).copied().unwrap_or(0);
    let (all, ready) = (node.counts.iter().sum::<u32>(), count(PodState::Ready));
    let worst = WORST.into_iter().find(|state| count(*state) > 0).unwrap_or(PodState::Ready);
    let state = if node.ready { pod_state(worst).0 } else { "crash" };
    let label = [&node.name, ": ", &ready.to_string(), " of ", &all.to_string(), " ready"].concat();
    let name = (!open).then(|| node.name.clone());
    let onclick = acts.click(move |acts| acts.control(Control::ShowNode(name.clone())));
    html! {
        <button key={node.name.clone()} class="tile" type="button" aria-pressed={yes(open)} data-s={state} {onclick}>
            { bar((ready * 100).checked_div(all).unwrap_or(0), "ok", label) }
        </button>
    }
}
