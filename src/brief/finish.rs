//! The closing words: what happened, why, and when not to; then the way on.

use crate::components::icon;
use crate::pages::lineup::{self, Lesson};
use crate::place::Place;
use screen::Finish;
use yew::platform::spawn_local;
use yew::prelude::*;

pub fn view(finish: &Finish, place: &Place) -> Html {
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
            <WayOn place={place.clone()} />
        </section>
    }
}

#[derive(PartialEq, Properties)]
struct Props {
    place: Place,
}

/// The next lesson of the line-up, and the line-up itself.
#[component]
fn WayOn(props: &Props) -> Html {
    let next = use_state_eq(|| None::<Lesson>);
    {
        let (place, setter) = (props.place.clone(), next.setter());
        use_effect_with((), move |()| {
            spawn_local(async move {
                // Without the list, the line-up is still a press away.
                let tracks = lineup::load(&place).await.unwrap_or_default();
                setter.set(lineup::after(&tracks, &place.lesson));
            });
        });
    }
    let place = &props.place;
    html! {
        <p class="row">
            if let Some(lesson) = &*next {
                <a class="btn primary" href={place.url(&format!("{}/", lesson.path))}>
                    { format!("Next: {}", lesson.title) }{ icon("arrow") }
                </a>
            }
            <a class="btn" href={place.url("line-up/")}>{ "Line-up" }</a>
        </p>
    }
}
