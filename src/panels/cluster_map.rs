//! A cluster of many nodes as a map: a tile for each node, with its pods as a bar of states; one of them is looked into.

use super::pod_state;
use crate::acts::Acts;
use crate::components::{action, yes};
use screen::{Cluster, Control, Node, PodState};
use yew::prelude::*;

/// The length of a full bar.
const LONG: u32 = 100;

pub fn map(cluster: &Cluster, acts: &Acts) -> Html {
    let most = cluster.nodes.iter().map(total).max().unwrap_or(0).max(1);
    let tiles = cluster.nodes.iter().map(|node| tile(node, most, cluster.node.as_ref() == Some(&node.name), acts));
    html! {
        <>
            <ul class="map" aria-label="Nodes">{ for tiles }</ul>
            if cluster.node.is_some() {
                <div>{ action("All nodes", "", acts.click(|acts| acts.control(Control::ShowNode(None)))) }</div>
            }
        </>
    }
}

fn total(node: &Node) -> u32 {
    node.counts.iter().map(|(_, count)| *count).sum::<u32>()
}

fn tile(node: &Node, most: u32, open: bool, acts: &Acts) -> Html {
    let mut words = node.name.clone();
    words.push_str(if node.ready { ":" } else { ", NotReady:" });
    for (state, count) in &node.counts {
        words.push_str(&[" ", &count.to_string(), " ", pod_state(*state).1, ","].concat());
    }
    words.push_str(&[" cpu ", &node.cpu_percent.to_string(), " %, memory ", &node.memory_percent.to_string(), " %"].concat());
    let mut at = 0;
    let mut part = |(state, count): &(PodState, u32)| {
        let long = (count * LONG).div_ceil(most);
        at += long;
        let (x, width) = ((at - long).to_string(), long.to_string());
        html! { <rect {x} {width} height="6" data-s={pod_state(*state).0} /> }
    };
    let bar = node.counts.iter().map(&mut part).collect::<Html>();
    let name = node.name.clone();
    let onclick = acts.click(move |acts| acts.control(Control::ShowNode(Some(name.clone()))));
    html! {
        <li key={node.name.clone()}>
            <button class="tile" type="button" aria-pressed={yes(open)} data-s={if node.ready { "ready" } else { "crash" }} aria-label={words.clone()} title={words} {onclick}>
                <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">{ bar }</svg>
            </button>
        </li>
    }
}
