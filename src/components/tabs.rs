//! A row of tabs: arrow keys move between them, and only the selected one is in the tab order.

use super::yes;
use crate::browser::dom;
use crate::state::View;
use yew::prelude::*;

#[derive(Debug, Clone, PartialEq)]
pub struct Tab {
    pub view: View,
    /// What goes on in it: `run` or `bad`.
    pub dot: Option<&'static str>,
}

#[derive(PartialEq, Properties)]
pub struct Props {
    /// Begins the ids of the tabs: `a`.
    pub group: &'static str,
    pub label: &'static str,
    pub tabs: Vec<Tab>,
    pub selected: View,
    pub onselect: Callback<View>,
}

#[component]
pub fn Tabs(props: &Props) -> Html {
    let views: Vec<View> = props.tabs.iter().map(|tab| tab.view).collect();
    let at = views.iter().position(|view| *view == props.selected).unwrap_or_default();
    let onkeydown = {
        let (onselect, group) = (props.onselect.clone(), props.group);
        Callback::from(move |event: KeyboardEvent| {
            let last = views.len().saturating_sub(1);
            let to = match event.key().as_str() {
                "ArrowRight" => (at + 1) % views.len().max(1),
                "ArrowLeft" => at.checked_sub(1).unwrap_or(last),
                "Home" => 0,
                "End" => last,
                _ => return,
            };
            event.prevent_default();
            if let Some(view) = views.get(to) {
                onselect.emit(*view);
                dom::focus(&format!("#{group}-{}", view.slug()));
            }
        })
    };
    let tabs = props.tabs.iter().map(|tab| draw(props, tab)).collect::<Html>();
    html! { <div class="tabs" role="tablist" aria-label={props.label} {onkeydown}>{ tabs }</div> }
}

fn draw(props: &Props, tab: &Tab) -> Html {
    let Tab { view, dot } = *tab;
    let selected = view == props.selected;
    let onclick = props.onselect.reform(move |_: MouseEvent| view);
    // The dot is no part of the tab's name: that stays the same.
    let said = dot.map(|dot| if dot == "bad" { "something failed" } else { "something is moving" });
    html! {
        <button class="tab" role="tab" type="button" id={format!("{}-{}", props.group, view.slug())}
            aria-selected={yes(selected)} aria-controls={selected.then(|| format!("{}-panel", props.group))}
            aria-description={said} tabindex={if selected { "0" } else { "-1" }} {onclick}>
            { view.name() }
            if let Some(dot) = dot {
                <span class="dot" data-s={dot} aria-hidden="true"></span>
            }
        </button>
    }
}
