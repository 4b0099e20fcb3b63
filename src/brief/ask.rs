//! The question of a step: a prediction, a choice, or a value to type.

use super::step::explanation;
use crate::acts::Acts;
use crate::components::inline;
use screen::{Ask, AskKind, Choice, Input, StepState};
use web_sys::HtmlInputElement;
use yew::prelude::*;

#[derive(PartialEq, Properties)]
pub struct Props {
    /// The step's id.
    pub step: String,
    pub state: StepState,
    pub ask: Ask,
    pub acts: Acts,
}

#[component]
pub fn AskForm(props: &Props) -> Html {
    let picked = use_state_eq(|| None::<String>);
    let typed = use_node_ref();
    let ask = &props.ask;
    let answered = matches!(props.state, StepState::Passed | StepState::Assisted);
    let chosen = (*picked).clone().or_else(|| ask.given.clone());
    let onsubmit = {
        let (acts, step, kind) = (props.acts.clone(), props.step.clone(), ask.kind);
        let (typed, chosen) = (typed.clone(), chosen.clone());
        let by_typing = ask.choices.is_empty();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let value = if by_typing {
                let field = typed.cast::<HtmlInputElement>();
                // A wrong answer is typed over.
                field.iter().for_each(HtmlInputElement::select);
                field.map(|input| input.value().trim().to_owned())
            } else {
                chosen.clone()
            };
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                acts.input(input(kind, step.clone(), value));
            }
        })
    };
    let body = if ask.choices.is_empty() {
        by_value(props, typed, answered)
    } else {
        let pick = {
            let picked = picked.setter();
            Callback::from(move |id: String| picked.set(Some(id)))
        };
        by_choice(props, chosen.as_deref(), answered, &pick)
    };
    let feedback = ask.feedback.as_ref().map(|feedback| explanation(feedback, "warn"));
    html! {
        <>
            <form class={classes!("ask", ask.choices.is_empty().then_some("row"))} {onsubmit}>{ body }</form>
            // A place of its own: what comes and goes beside the form would make it anew, without its text and focus.
            <div>{ for feedback }</div>
        </>
    }
}

fn input(kind: AskKind, step: String, value: String) -> Input {
    match kind {
        AskKind::Answer => Input::Answer { step, value },
        AskKind::Predict => Input::Predict { step, choice: value },
    }
}

fn by_value(props: &Props, field: NodeRef, answered: bool) -> Html {
    let id = format!("ask-{}", props.step);
    let given = props.ask.given.clone().unwrap_or_default();
    html! {
        <>
            <label for={id.clone()}>{ inline(&props.ask.question) }</label>
            if answered {
                <output class="mono" {id}>{ given }</output>
            } else {
                <input class="in" {id} ref={field} autocomplete="off" autocapitalize="off" spellcheck="false" />
                <button class="btn primary" type="submit">{ "Answer" }</button>
            }
        </>
    }
}

fn by_choice(props: &Props, chosen: Option<&str>, answered: bool, pick: &Callback<String>) -> Html {
    let ask = &props.ask;
    let group = format!("ask-{}", props.step);
    let option = |choice: &Choice| {
        let id = choice.id.clone();
        let onchange = pick.reform(move |_: Event| id.clone());
        let checked = chosen == Some(choice.id.as_str());
        html! {
            <label class="opt" key={choice.id.clone()}>
                <input type="radio" name={group.clone()} value={choice.id.clone()} {checked} disabled={answered}
                    {onchange} />
                <span>{ inline(&choice.text) }</span>
            </label>
        }
    };
    let options = ask.choices.iter().map(option).collect::<Html>();
    let label = if ask.kind == AskKind::Predict { "Predict" } else { "Answer" };
    html! {
        <>
            <fieldset><legend>{ inline(&ask.question) }</legend>{ options }</fieldset>
            if !answered {
                <button class="btn primary" type="submit" disabled={chosen.is_none()}>{ label }</button>
            }
        </>
    }
}
