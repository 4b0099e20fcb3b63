//! The page: draws what the worker's world looks like, and forwards what the learner does.
//!
//! It decides nothing about the domain and links no engine: it knows only the screen's words. Where the browser
//! lacks something, that is a value and a sentence, never a panic.

mod acts;
mod app;
mod brief;
mod browser;
mod components;
mod link;
mod pages;
mod panels;
mod place;
mod state;

use browser::{dom, theme};

fn main() {
    let place = place::Place::of_page();
    theme::apply(theme::chosen());
    if let Some(root) = dom::app_root() {
        yew::Renderer::<app::App>::with_root_and_props(root, app::Props { place }).render();
    }
}
