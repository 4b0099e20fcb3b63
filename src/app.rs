//! Which page is shown: the HTML says so in a meta element.

use crate::pages::{Home, LineUp, Prerendered, TrackPage, Workspace};
use crate::place::{Kind, Place};
use yew::prelude::*;

#[derive(Debug, PartialEq, Properties)]
pub struct Props {
    pub place: Place,
}

#[component]
pub fn App(props: &Props) -> Html {
    let place = props.place.clone();
    match place.kind {
        Kind::Home => html! { <Home {place} /> },
        Kind::Lesson => html! { <Workspace {place} /> },
        Kind::Track => html! { <TrackPage {place} /> },
        Kind::LineUp => html! { <LineUp {place} /> },
        Kind::Text => html! { <Prerendered {place} /> },
    }
}
