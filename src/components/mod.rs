//! Parts that several panels are made of. Small ones are functions that give HTML; those with a life of their own are
//! components.

mod bar;
mod button;
mod decimal;
mod dialog;
mod icon;
mod inline;
mod menu;
mod sheet;
mod spark;
mod splitter;
mod station;
mod tabs;
mod toast;

pub use bar::{bar, meter};
pub use button::{action, icon_button};
pub use decimal::{tenths, whole};
pub use dialog::Dialogs;
pub use icon::{icon, icon_named, logo, state_word};
pub use inline::inline;
pub use menu::Menu;
pub use sheet::{SheetOver, diff, full_name};
pub use spark::spark;
pub use splitter::Splitter;
pub use station::station;
pub use tabs::{Tab, Tabs};
pub use toast::Toasts;

use yew::Html;

/// `true` or `false`, as ARIA wants it.
pub fn yes(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

/// What a panel shows while the world starts.
pub fn skeleton() -> Html {
    yew::html! {
        <>
            <div class="skel w40"></div>
            <div class="skel tall"></div>
            <div class="skel w80"></div>
            <div class="skel w60"></div>
        </>
    }
}

/// What a panel shows when there is nothing to show.
pub fn empty(icon_name: &str, title: &'static str, sentence: &'static str) -> Html {
    yew::html! {
        <div class="empty">{ icon(icon_name) }<b>{ title }</b><span>{ sentence }</span></div>
    }
}
