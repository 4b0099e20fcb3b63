//! "Why?": the chain of causes, from what is seen back to what began it. A drawer that is not modal.

use crate::acts::Acts;
use crate::browser::{dom, js};
use crate::components::{icon, icon_button, inline};
use crate::state::Action;
use screen::{Why, WhyStep};
use std::rc::Rc;
use wasm_bindgen::JsValue;
use yew::prelude::*;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub why: Option<Rc<Why>>,
    pub acts: Acts,
}

#[component]
pub fn WhyDrawer(props: &Props) -> Html {
    let before = use_mut_ref(|| JsValue::UNDEFINED);
    {
        let before = before.clone();
        use_effect_with(props.why.clone(), move |why| {
            if why.is_some() {
                let mut kept = before.borrow_mut();
                if kept.is_undefined() {
                    *kept = dom::focused();
                }
                dom::focus("#why-h");
            }
        });
    }
    let Some(why) = &props.why else {
        return Html::default();
    };
    let close = {
        let acts = props.acts.clone();
        Callback::from(move |()| {
            acts.dispatch(Action::Why(None));
            let kept = before.replace(JsValue::UNDEFINED);
            js::tell(&kept, "focus", &[]);
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
    let steps = why.steps.iter().map(|step| link(step, &props.acts)).collect::<Html>();
    html! {
        <section class="drawer" role="dialog" aria-labelledby="why-h" {onkeydown}>
            <div class="head">
                <h2 id="why-h" tabindex="-1">{ format!("Why? {}", why.subject) }</h2>
                { icon_button("x", "Close", close.reform(|_: MouseEvent| ())) }
            </div>
            <p>{ inline(&why.summary) }</p>
            <ol class="chain">{ steps }</ol>
        </section>
    }
}

fn link(step: &WhyStep, acts: &Acts) -> Html {
    let state = if step.root { "now" } else { state(&step.topic) };
    let commit = step.commit.clone().map(|(repo, id)| {
        let subject = step.subject.clone();
        acts.click(move |acts| acts.commit(repo.clone(), id.clone(), subject.clone()))
    });
    html! {
        <li data-s={state} data-root={step.root.then_some("")}>
            <span class="knot">{ icon(sign(&step.topic)) }</span>
            <div>
                <div class="by"><time>{ &step.time }</time><span>{ &step.actor }</span></div>
                <p>{ inline(&step.text) }</p>
                if let Some(onclick) = commit {
                    <div class="row">
                        <button class="btn" type="button" {onclick}>{ icon("commit") }{ "Show the commit" }</button>
                    </div>
                }
            </div>
        </li>
    }
}

fn sign(topic: &str) -> &'static str {
    match topic {
        "git" => "commit",
        "ci" => "pipeline",
        "argocd" => "sync",
        "cluster" => "cluster",
        "shop" => "shop",
        "terminal" => "term",
        _ => "info",
    }
}

fn state(topic: &str) -> &'static str {
    match topic {
        "argocd" => "ok",
        "ci" | "cluster" => "run",
        "shop" => "bad",
        _ => "idle",
    }
}
