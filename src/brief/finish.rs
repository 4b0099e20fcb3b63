//! The closing words: what happened, why, and when not to.

use crate::components::icon;
use screen::Finish;
use yew::prelude::*;

pub fn view(finish: &Finish) -> Html {
    let part = |(title, text): &(String, String)| {
        // Made from Markdown when the site was built: safe by construction.
        let raw = Html::from_html_unchecked(text.clone().into());
        html! { <div key={title.clone()}><h3>{ title }</h3>{ raw }</div> }
    };
    let parts = finish.parts.iter().map(part).collect::<Html>();
    let heading = if finish.assisted { "Done, with help." } else { "Done." };
    html! {
        <section class="finish" aria-labelledby="finish-h">
            <h2 id="finish-h">{ heading }</h2>
            { parts }
            if let Some(question) = &finish.interview {
                <div><h3>{ "Asked in interviews" }</h3>{ Html::from_html_unchecked(question.clone().into()) }</div>
            }
            if let Some((href, title)) = &finish.next {
                <a class="btn primary" href={href.clone()}>{ format!("Next: {title}") }{ icon("arrow") }</a>
            }
        </section>
    }
}
