//! A Rollout's steps, weights and measurements, and its buttons.

use crate::acts::Acts;
use screen::{Canary, Input};
use yew::prelude::*;

pub fn canary(one: &Canary, acts: &Acts) -> Html {
    let step = |(at, text): (usize, &String)| {
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        let state = match at.cmp(&one.at) {
            std::cmp::Ordering::Less => "done",
            std::cmp::Ordering::Equal => "now",
            std::cmp::Ordering::Greater => "open",
        };
        html! { <li data-s={state} aria-current={(state == "now").then_some("step")}>{ text }</li> }
    };
    let weights = match one.set_weight {
        Some(wanted) => format!("weight {wanted} % wanted, {} % now", one.actual_weight),
        None => format!("{} % of the ready pods are new", one.actual_weight),
    };
    let dot = |line: &str| {
        let state = match line.as_bytes().first() {
            Some(b'S') => "ready",
            Some(b'F' | b'E') => "crash",
            _ => "starting",
        };
        html! { <i data-s={state} title={line.to_owned()}></i> }
    };
    let metric = |(name, all): &(String, String)| {
        html! { <div><small></small><small class="cut">{ name }</small><span>{ all.lines().map(dot).collect::<Html>() }</span></div> }
    };
    let button = |(label, line): &(String, String)| {
        let onclick = acts.on_input(Input::Line { terminal: one.terminal, text: line.clone() });
        html! { <button class="btn" type="button" title={line.clone()} {onclick}>{ label }</button> }
    };
    html! {
        <>
            if !one.steps.is_empty() {
                <ol class="walk">{ one.steps.iter().enumerate().map(step).collect::<Html>() }</ol>
            }
            <span class="dim">{ weights }</span>
            if !one.run.is_empty() {
                { one.metrics.iter().map(metric).collect::<Html>() }
                <span class="dim">{ &one.run }</span>
            }
            if one.terminal != 0 {
                <footer class="row">{ one.acts.iter().map(button).collect::<Html>() }</footer>
            }
        </>
    }
}
