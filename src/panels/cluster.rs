//! The Cluster: nodes with their pods, and what Kubernetes says about them.

use super::pod_state;
use crate::acts::Acts;
use crate::components::{SheetOver, icon, meter, skeleton, state_word};
use crate::state::{Sheet, View};
use screen::{Cluster, Control, EventRow, Node, Pod, PodState};
use std::rc::Rc;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

/// With more pods than this, only their signs are drawn.
const DENSE_FROM: u32 = 40;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub cluster: Option<Rc<Cluster>>,
    pub sheet: Option<Rc<Sheet>>,
    pub acts: Acts,
}

#[component]
pub fn ClusterPanel(props: &Props) -> Html {
    let Some(cluster) = &props.cluster else {
        return skeleton();
    };
    let acts = &props.acts;
    let counts = format!("{} nodes · {} pods", cluster.nodes.len(), cluster.pod_count);
    let dense = cluster.pod_count > DENSE_FROM;
    let boxed = |node: &Node| !cluster.map || cluster.node.as_ref() == Some(&node.name);
    html! {
        <>
            <div class="head">
                <h2>{ "Cluster" }</h2>{ namespaces(cluster, acts) }<span class="grow"></span>
                <span class="dim num">{ counts }</span>
            </div>
            { super::cluster_rollout::rollouts(&cluster.rollouts, acts) }
            if cluster.map { { super::cluster_map::map(cluster, acts) } }
            <div class="nodes">
                { cluster.nodes.iter().filter(|node| boxed(node)).map(|node| node_box(node, dense, acts)).collect::<Html>() }
                if !cluster.unscheduled.is_empty() {
                    { waiting(&cluster.unscheduled, dense, acts) }
                }
            </div>
            { super::cluster_objects::objects(cluster, acts) }
            <div><h3 class="cap">{ "Events" }</h3>{ events(&cluster.events) }</div>
            { super::cluster_faults::faults(cluster, acts) }
            <SheetOver view={View::Cluster} sheet={props.sheet.clone()} acts={acts.clone()} />
        </>
    }
}

fn namespaces(cluster: &Cluster, acts: &Acts) -> Html {
    let onchange = chosen(acts, |value| Control::ShowNamespace((value != "*").then_some(value)));
    let option = |name: &String| {
        let selected = cluster.namespace.as_ref() == Some(name);
        html! { <option key={name.clone()} value={name.clone()} {selected}>{ name }</option> }
    };
    let options = cluster.namespaces.iter().map(option).collect::<Html>();
    html! {
        <label class="row cap">
            { "Namespace " }
            <select class="sel" {onchange}>
                <option value="*" selected={cluster.namespace.is_none()}>{ "all" }</option>
                { options }
            </select>
        </label>
    }
}

/// What a selection asks for.
pub(super) fn chosen(acts: &Acts, control: fn(String) -> Control) -> Callback<Event> {
    let acts = acts.clone();
    Callback::from(move |event: Event| {
        if let Some(select) = event.target_dyn_into::<HtmlSelectElement>() {
            acts.control(control(select.value()));
        }
    })
}

fn node_box(node: &Node, dense: bool, acts: &Acts) -> Html {
    let off = if node.powered {
        html! {}
    } else {
        html! { <span class="dim">{ "no power" }</span> }
    };
    let state = node_state(node.ready);
    html! {
        <section key={node.name.clone()} class="card nodebox" aria-label={format!("Node {}", node.name)}>
            <div>
                <header><h3>{ &node.name }</h3>{ state }{ off }</header>
                <div class="cap2">
                    <span>{ "cpu" }</span>
                    { meter(node.cpu_percent, format!("CPU requested on {}", node.name)) }
                    <span>{ format!("{} %", node.cpu_percent) }</span>
                    <span>{ "mem" }</span>
                    { meter(node.memory_percent, format!("Memory requested on {}", node.name)) }
                    <span>{ format!("{} %", node.memory_percent) }</span>
                </div>
            </div>
            { pods(&node.pods, dense, format!("Pods on {}", node.name), acts) }
        </section>
    }
}

fn node_state(ready: bool) -> Html {
    if ready { state_word("ok", "Ready") } else { state_word("bad", "NotReady") }
}

fn waiting(unscheduled: &[Pod], dense: bool, acts: &Acts) -> Html {
    html! {
        <section class="card nodebox" aria-label="Pods without a node">
            <div><header><h3>{ "No node yet" }</h3></header></div>
            { pods(unscheduled, dense, "Pods without a node".to_owned(), acts) }
        </section>
    }
}

fn pods(pods: &[Pod], dense: bool, label: String, acts: &Acts) -> Html {
    let items = pods.iter().map(|pod| {
        let key = format!("{}/{}", pod.namespace, pod.name);
        html! { <li {key}><PodButton pod={pod.clone()} acts={acts.clone()} /></li> }
    });
    let items = items.collect::<Html>();
    html! { <ul class={classes!("pods", dense.then_some("dense"))} aria-label={label}>{ items }</ul> }
}

#[derive(PartialEq, Properties)]
struct PodProps {
    pod: Pod,
    acts: Acts,
}

#[component]
fn PodButton(props: &PodProps) -> Html {
    let Pod { namespace, name, app, suffix, version, state, restarts, .. } = &props.pod;
    let (state, words) = pod_state(*state);
    let restarted = if *restarts > 0 { format!(", {restarts} restarts") } else { String::new() };
    // The visible words come first in the name, as they stand.
    let label = format!("{app} {version}, {app}-{suffix}, {words}{restarted}");
    let (namespace, name) = (namespace.clone(), name.clone());
    let onclick = props.acts.click(move |acts| {
        acts.describe(View::Cluster, "Pod".to_owned(), namespace.clone(), name.clone());
    });
    html! {
        <button class="pod" type="button" data-s={state} aria-label={label} {onclick}>
            { icon(state) }<span>{ app }</span>{ " " }<small>{ version }</small>
        </button>
    }
}

fn events(rows: &[EventRow]) -> Html {
    if rows.is_empty() {
        return html! { <p class="dim">{ "Nothing happened yet." }</p> };
    }
    let row = |event: &EventRow| {
        let state = if event.warning { state_word("warn", event.reason.clone()) } else { plain(&event.reason) };
        let times = if event.count > 1 { format!(" (×{})", event.count) } else { String::new() };
        let message = format!("{}: {}{times}", event.object, event.message);
        html! { <tr><td><time>{ &event.time }</time></td><td>{ state }</td><td>{ message }</td></tr> }
    };
    let rows = rows.iter().map(row).collect::<Html>();
    html! {
        <table class="events">
            <thead class="sr"><tr><th>{ "Time" }</th><th>{ "Reason" }</th><th>{ "Message" }</th></tr></thead>
            <tbody>{ rows }</tbody>
        </table>
    }
}

fn plain(reason: &str) -> Html {
    state_word("idle", reason.to_owned())
}

/// What the tab says of it.
pub fn dot(cluster: &Cluster) -> Option<&'static str> {
    let pods = || cluster.nodes.iter().flat_map(|node| &node.pods).chain(&cluster.unscheduled);
    let on_map = cluster.nodes.iter().any(|node| node.counts.last().is_some_and(|crashing| *crashing > 0));
    let crash = on_map || pods().any(|pod| pod.state == PodState::Crash);
    if crash || cluster.nodes.iter().any(|node| !node.ready) {
        return Some("bad");
    }
    pods().any(|pod| !matches!(pod.state, PodState::Ready | PodState::Completed)).then_some("run")
}
