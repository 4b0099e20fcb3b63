//! Buttons.

use super::icon;
use yew::prelude::*;

/// A button with a word.
pub fn action(label: &'static str, class: &'static str, onclick: Callback<MouseEvent>) -> Html {
    html! { <button class={classes!("btn", class)} type="button" {onclick}>{ label }</button> }
}

/// A button with an icon only; its label is also its tooltip.
pub fn icon_button(name: &str, label: impl Into<AttrValue>, onclick: Callback<MouseEvent>) -> Html {
    let label: AttrValue = label.into();
    html! {
        <button class="btn icon ghost" type="button" aria-label={label} {onclick}>{ icon(name) }</button>
    }
}
