//! The hints of a step that were opened, the newest one last.

use screen::{Hint, StepView};
use yew::prelude::*;

/// How many are open.
pub fn opened(step: &StepView) -> usize {
    step.hints.iter().take_while(|hint| hint.html.is_some()).count()
}

pub fn list(step: &StepView) -> Html {
    let rung = |(at, hint): (usize, &Hint)| {
        // Made from Markdown when the site was built: safe by construction.
        let text = Html::from_html_unchecked(hint.html.clone().unwrap_or_default().into());
        html! { <li key={at}><div><b>{ &hint.rung }</b>{ text }</div></li> }
    };
    let rungs = step.hints.iter().take(opened(step)).enumerate().map(rung).collect::<Html>();
    html! { <ol class="hints" aria-label="Hints" aria-live="polite">{ rungs }</ol> }
}
