//! Toasts: said once, read aloud, gone by themselves.

use super::icon;
use crate::acts::Acts;
use crate::browser::js;
use crate::components::inline;
use crate::state::{Action, Toast};
use screen::Tone;
use std::rc::Rc;
use yew::platform::spawn_local;
use yew::prelude::*;

const SHOWN_MS: u32 = 7_000;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub toasts: Rc<Vec<Toast>>,
    pub acts: Acts,
}

/// The region is always in the page, so that what comes into it is announced.
#[component]
pub fn Toasts(props: &Props) -> Html {
    let one = |toast: &Toast| html! { <One key={toast.id} toast={toast.clone()} acts={props.acts.clone()} /> };
    let toasts = props.toasts.iter().map(one).collect::<Html>();
    html! { <div class="toasts" role="status" aria-live="polite">{ toasts }</div> }
}

#[derive(PartialEq, Properties)]
struct OneProps {
    toast: Toast,
    acts: Acts,
}

#[component]
fn One(props: &OneProps) -> Html {
    let Toast { id, tone, bold, text } = props.toast.clone();
    let acts = props.acts.clone();
    use_effect_with(id, move |id| {
        let id = *id;
        spawn_local(async move {
            js::sleep(SHOWN_MS).await;
            acts.dispatch(Action::ToastOver(id));
        });
    });
    let (state, name) = match tone {
        Tone::Ok => ("ok", "check"),
        Tone::Warn => ("warn", "warn"),
        Tone::Bad => ("bad", "x"),
    };
    html! {
        <div class="toast" data-s={state}>
            { icon(name) }
            <div>
                if !bold.is_empty() {
                    <b>{ bold }{ " " }</b>
                }
                { inline(&text) }
            </div>
        </div>
    }
}
