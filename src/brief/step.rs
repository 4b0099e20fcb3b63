//! One step: its goal, its question, and what is said about the last attempt.

use super::ask::AskForm;
use crate::acts::Acts;
use crate::components::{icon, inline};
use screen::{Explain, Mood, StepState, StepView};
use yew::prelude::*;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub number: u32,
    pub step: StepView,
    /// HTML that leads to it.
    pub intro: String,
    /// A file whose changes are in the editor only.
    pub unsaved: Option<String>,
    pub acts: Acts,
}

#[component]
pub fn Step(props: &Props) -> Html {
    let Props { number, step, intro, unsaved, acts } = props;
    let (state, said) = words(step.state);
    let mark = match step.state {
        StepState::Passed | StepState::Assisted => icon("check"),
        StepState::Failed => icon("bang"),
        StepState::Todo | StepState::Now => html! { { number.to_string() } },
    };
    let is_current = matches!(step.state, StepState::Now | StepState::Failed);
    let is_wrong = is_current && step.explain.as_ref().is_some_and(|explain| explain.mood == Mood::Wrong);
    let ask = step.ask.as_ref().filter(|ask| step.state != StepState::Todo || ask.given.is_some());
    html! {
        <li class="step" data-s={state} aria-current={is_current.then_some("step")}>
            <span class="mark" aria-hidden="true">{ mark }</span>
            <div>
                <h2 class="goal"><span class="sr">{ format!("Step {number}, {said}: ") }</span>{ inline(&step.goal) }</h2>
                { super::prose(intro) }
                if let Some(ask) = ask {
                    <AskForm step={step.id.clone()} state={step.state} ask={ask.clone()} acts={acts.clone()} />
                }
                if is_current {
                    { super::hints::list(step) }
                }
                <div>{ for step.explain.as_ref().map(|explain| explanation(explain, "failed")) }</div>
                if let Some(path) = unsaved.as_ref().filter(|_| is_wrong) {
                    <p class="explain" data-s="warn">
                        { inline(&format!("<code>{path}</code> has changes in the editor that are not saved: Ctrl+S saves them.")) }
                    </p>
                }
            </div>
        </li>
    }
}

fn words(state: StepState) -> (&'static str, &'static str) {
    match state {
        StepState::Todo => ("todo", "to do"),
        StepState::Now => ("now", "current step"),
        StepState::Failed => ("failed", "not yet"),
        StepState::Passed => ("passed", "passed"),
        StepState::Assisted => ("assisted", "passed with the worked solution"),
    }
}

/// What was expected and what is; read aloud when it appears. `bad` is the state of a bad one.
pub fn explanation(explain: &Explain, bad: &'static str) -> Html {
    let row = |(term, value): &(String, String)| html! { <><dt>{ term }</dt><dd>{ inline(value) }</dd></> };
    let state = match explain.mood {
        Mood::Right => "ok",
        Mood::Waiting => "run",
        Mood::Wrong => bad,
    };
    let rows = explain.rows.iter().map(row).collect::<Html>();
    html! {
        <div class="explain" data-s={state} role="status">
            <b>{ inline(&explain.headline) }</b>{ " " }{ inline(&explain.text) }
            if !explain.rows.is_empty() {
                <dl>{ rows }</dl>
            }
        </div>
    }
}
