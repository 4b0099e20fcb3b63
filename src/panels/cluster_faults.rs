//! Breaking things on purpose: a node's power, a Deployment's image, a change behind Git's back.

use crate::acts::Acts;
use screen::{Cluster, Fault, Input};
use yew::prelude::*;

/// The folded list of what can be broken.
pub(super) fn faults(cluster: &Cluster, acts: &Acts) -> Html {
    let nodes = cluster.nodes.iter().map(|node| {
        let name = node.name.clone();
        let (words, fault) = if node.powered {
            (format!("Cut the power of {name}"), Fault::CutPower { node: name })
        } else {
            (format!("Switch {name} on"), Fault::PowerOn { node: name })
        };
        button(words, fault, acts)
    });
    let deployments = cluster.deployments.iter().flat_map(|(namespace, name)| {
        let place = || (namespace.clone(), name.clone());
        let (space, deployment) = place();
        let image = Fault::BadImage { namespace: space, deployment };
        let (space, deployment) = place();
        let drift = Fault::Drift { namespace: space, deployment };
        [
            button(format!("Give {namespace}/{name} a bad image"), image, acts),
            button(format!("Scale {namespace}/{name} by hand"), drift, acts),
        ]
    });
    let all = nodes.chain(deployments).collect::<Html>();
    html! {
        <details class="faults">
            <summary>{ "Break something" }</summary>
            <p class="dim">{ "Undo takes it back. What follows tells its cause." }</p>
            <div class="row">{ all }</div>
        </details>
    }
}

fn button(words: String, fault: Fault, acts: &Acts) -> Html {
    let key = words.clone();
    let onclick = acts.click(move |acts| acts.input(Input::Fault(fault.clone())));
    html! { <button {key} class="btn" type="button" {onclick}>{ words }</button> }
}
