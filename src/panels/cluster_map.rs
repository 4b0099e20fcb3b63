//! A cluster of many nodes as a map: a tile for each node, with its pods as a bar of states; one of them is looked into,
//! and a second press looks away again.

use super::pod_state;
use crate::acts::Acts;
use crate::components::yes;
use screen::{Cluster, Control, Node, PodState};
use yew::prelude::*;

/// The length of a full bar.
const LONG: u32 = 100;

pub fn map(cluster: &Cluster, acts: &Acts) -> Html {
    let most = cluster.nodes.iter().map(total).max().unwrap_or(0).max(1);
    let open = |node: &Node| cluster.node.as_ref() == Some(&node.name);
    let tiles = cluster.nodes.iter().map(|node| tile(node, most, open(node), acts)).collect::<Html>();
    html! { <div class="map">{ tiles }</div> }
}

fn total(node: &Node) -> u32 {
    node.counts.iter().sum()
}

fn tile(node: &Node, most: u32, open: bool, acts: &Acts) -> Html {
    let mut words = node.name.clone();
    let mut parts = Vec::new();
    let mut at = 0;
    for (state, count) in PodState::ALL.into_iter().zip(&node.counts).filter(|(_, count)| **count > 0) {
        let (sign, word) = pod_state(state);
        words.push_str(&[", ", &count.to_string(), " ", word].concat());
        let long = (count * LONG).div_ceil(most);
        parts.push(html! { <rect x={at.to_string()} width={long.to_string()} height="6" data-s={sign} /> });
        at += long;
    }
    let bar = parts.into_iter().collect::<Html>();
    let name = (!open).then(|| node.name.clone());
    let onclick = acts.click(move |acts| acts.control(Control::ShowNode(name.clone())));
    let state = if node.ready { "ready" } else { "crash" };
    html! {
        <button key={node.name.clone()} class="tile" type="button" aria-pressed={yes(open)} data-s={state} aria-label={words} {onclick}>
            <svg viewBox="0 0 100 6" preserveAspectRatio="none">{ bar }</svg>
        </button>
    }
}
