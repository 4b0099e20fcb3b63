//! Head and foot of every page but the workspace.

use crate::browser::theme;
use crate::components::{icon, logo};
use crate::place::Place;
use yew::prelude::*;

#[derive(Debug, PartialEq, Properties)]
pub struct Props {
    pub place: Place,
    pub children: Html,
}

#[component]
pub fn Frame(props: &Props) -> Html {
    let chosen = use_state_eq(theme::chosen);
    let place = &props.place;
    let onclick = {
        let chosen = chosen.clone();
        Callback::from(move |_: MouseEvent| {
            let next = chosen.next();
            theme::keep(next);
            chosen.set(next);
        })
    };
    html! {
        <>
            <a class="skip" href="#main">{ "Skip to content" }</a>
            <header class="site-head">
                <div class="wrap">
                    { logo(&place.root) }
                    <nav aria-label="Site">
                        <a href={place.url("line-up/")}>{ "Line-up" }</a>
                        <a class="sm-hide" href={place.url("real-simulated-missing/")}>{ "Real, simulated, missing" }</a>
                    </nav>
                    <button class="btn ghost" type="button" aria-label={chosen.label()} {onclick}>
                        { icon("theme") }{ chosen.word() }
                    </button>
                </div>
            </header>
            { props.children.clone() }
            <footer class="site-foot">
                <div class="wrap">
                    <span>{ "Everything runs in this tab. Nothing is sent anywhere." }</span>
                    <a href={place.url("real-simulated-missing/")}>{ "Real, simulated, missing" }</a>
                </div>
            </footer>
        </>
    }
}
