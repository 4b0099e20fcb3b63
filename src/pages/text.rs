//! Pages of text that the build made: they only get the frame around them.

use super::frame::Frame;
use crate::place::Place;
use yew::prelude::*;

#[derive(Debug, PartialEq, Properties)]
pub struct Props {
    pub place: Place,
}

#[component]
pub fn Prerendered(props: &Props) -> Html {
    html! { <Frame place={props.place.clone()}>{ main(&props.place) }</Frame> }
}

/// What stood in `main` when the page came.
pub fn main(place: &Place) -> Html {
    let raw = Html::from_html_unchecked(place.ready_made.main.clone().into());
    html! { <main class="wrap" id="main">{ raw }</main> }
}
