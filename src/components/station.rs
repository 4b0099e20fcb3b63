//! A station on the way of a commit: what is there, and whether something goes on to the next one.

use super::icon;
use screen::Station;
use yew::prelude::*;

pub fn station(station: &Station) -> Html {
    let state = match station.state.as_str() {
        "running" => "running",
        "done" => "done",
        "failed" => "failed",
        _ => "idle",
    };
    html! {
        <li key={station.name.clone()} class="station" data-s={state} data-flow={station.flow.then_some("")}>
            <span class="k">{ icon(state) }<span class="sr">{ state }</span></span>
            <b>{ &station.name }</b><span class="sub">{ &station.text }</span>
        </li>
    }
}
