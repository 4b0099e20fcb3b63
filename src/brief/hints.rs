//! The ladder of hints: each rung opens after the one below it.

use crate::acts::Acts;
use screen::{Hint, Input, StepView};
use yew::prelude::*;

pub fn list(step: &StepView, acts: &Acts) -> Html {
    let opened = step.hints.iter().take_while(|hint| hint.html.is_some()).count();
    let last = step.hints.len().saturating_sub(1);
    let rung = |(at, hint): (usize, &Hint)| {
        let show = acts.on_input(Input::Hint { step: step.id.clone(), rung: at as u32 });
        let is_open = hint.html.is_some();
        html! {
            <li key={at} data-open={is_open.then_some("")}>
                <div><b>{ &hint.rung }</b>{ content(hint, at == last, at == opened, show) }</div>
            </li>
        }
    };
    let rungs = step.hints.iter().enumerate().map(rung).collect::<Html>();
    html! { <ol class="hints" aria-label="Hints" aria-live="polite">{ rungs }</ol> }
}

fn content(hint: &Hint, is_solution: bool, is_next: bool, show: Callback<MouseEvent>) -> Html {
    if let Some(text) = &hint.html {
        // Made from Markdown when the site was built: safe by construction.
        return Html::from_html_unchecked(text.clone().into());
    }
    if is_solution {
        return html! {
            <span class="dim">{ "Counts as assisted; you get the task again on a new seed." }</span>
        };
    }
    html! { <button class="btn" type="button" disabled={!is_next} onclick={show}>{ "Show" }</button> }
}
