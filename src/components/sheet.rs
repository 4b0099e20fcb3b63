//! The sheet of one object, over the lower part of a panel; and diffs.

use super::{icon, icon_button};
use crate::acts::Acts;
use crate::browser::dom;
use crate::state::{Action, Sheet, SheetContent, View};
use screen::Describe;
use std::rc::Rc;
use yew::prelude::*;

#[derive(PartialEq, Properties)]
pub struct Props {
    /// The panel that asks: it shows only its own sheet.
    pub view: View,
    pub sheet: Option<Rc<Sheet>>,
    pub acts: Acts,
}

#[component]
pub fn SheetOver(props: &Props) -> Html {
    let sheet = props.sheet.clone().filter(|sheet| sheet.view == props.view);
    let before = use_mut_ref(|| wasm_bindgen::JsValue::UNDEFINED);
    let is_open = sheet.is_some();
    {
        let before = before.clone();
        use_effect_with(is_open, move |is_open| {
            if *is_open {
                *before.borrow_mut() = dom::focused();
                dom::focus("#sheet-h");
            }
        });
    }
    let Some(sheet) = sheet else {
        return Html::default();
    };
    let close = {
        let acts = props.acts.clone();
        Callback::from(move |()| {
            acts.dispatch(Action::Sheet(None));
            crate::browser::js::tell(&before.borrow(), "focus", &[]);
        })
    };
    let onkeydown = {
        let close = close.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                close.emit(());
            }
        })
    };
    let close = close.reform(|_: MouseEvent| ());
    html! {
        <section class="sheet" aria-labelledby="sheet-h" {onkeydown}>
            { match &sheet.content {
                SheetContent::Object(object) => object_content(object, &props.acts, close),
                SheetContent::Commit { id, subject, diff: text } => commit_content(id, subject, text, close),
            } }
        </section>
    }
}

fn object_content(object: &Describe, acts: &Acts, close: Callback<MouseEvent>) -> Html {
    let (kind, name) = (object.kind.clone(), full_name(object));
    let why = acts.click(move |acts| acts.why(kind.clone(), name.clone()));
    html! {
        <>
            <div class="head">
                <h2 id="sheet-h" class="mono" tabindex="-1">{ &object.name }</h2>
                <span class="dim">{ &object.kind }</span>
                <span class="grow"></span>
                <button class="btn primary" type="button" onclick={why}>{ icon("why") }{ "Why?" }</button>
                { icon_button("x", "Close", close) }
            </div>
            if !object.question.is_empty() {
                <div class="trouble">
                    <h3>{ &object.question }</h3>
                    { object.answer.iter().map(|said| html! { <p>{ said }</p> }).collect::<Html>() }
                </div>
            }
            if object.found {
                <pre class="out" role="group" tabindex="0" aria-label={format!("{} {}", object.kind, object.name)}>{ &object.text }</pre>
            } else {
                <p class="dim">{ "It is no longer there." }</p>
            }
        </>
    }
}

/// As `Look::Why` wants it: `shop/web-5d8f…`, without a namespace the bare name.
pub fn full_name(object: &Describe) -> String {
    if object.namespace.is_empty() { object.name.clone() } else { format!("{}/{}", object.namespace, object.name) }
}

fn commit_content(id: &str, subject: &str, text: &str, close: Callback<MouseEvent>) -> Html {
    let short = if id.len() == 40 { &id[..7] } else { id };
    html! {
        <>
            <div class="head">
                <h2 id="sheet-h" tabindex="-1"><span class="mono">{ short }</span>{ " " }{ subject }</h2>
                <span class="grow"></span>
                { icon_button("x", "Close", close) }
            </div>
            { diff(text, format!("What {short} changed")) }
        </>
    }
}

/// A unified diff, one line in one span.
pub fn diff(text: &str, label: String) -> Html {
    let line = |line: &str| {
        let class = match line.as_bytes() {
            [b'@', b'@', ..] => "hunk",
            [b'+', b'+', b'+', ..] | [b'-', b'-', b'-', ..] => "hunk",
            [b'+', ..] => "add",
            [b'-', ..] => "del",
            _ => "",
        };
        let line = line.to_owned();
        html! { <span {class}>{ line }</span> }
    };
    let lines = text.lines().map(line).collect::<Html>();
    html! { <pre class="diff" role="group" tabindex="0" aria-label={label}>{ lines }</pre> }
}
