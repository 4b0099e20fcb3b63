//! The start page: what it is in a sentence, one button, the loop, and the line-up. And the page of one track.

use super::frame::Frame;
use super::lineup::{self, Lesson, Sessions, Track};
use super::rig::Rig;
use super::text;
use crate::browser::storage::{Session, Store};
use crate::components::icon;
use crate::place::Place;
use std::rc::Rc;
use yew::platform::spawn_local;
use yew::prelude::*;

const LEAD: &str = "Real Git, CI, Argo CD and a Kubernetes cluster, wired together and live on this page. \
    Push a commit and watch it reach customers. Break it, ask why, rewind.";

#[derive(Debug, PartialEq, Properties)]
pub struct Props {
    pub place: Place,
}

/// What both pages show: the tracks, and what the learner has of them.
#[derive(Debug, Clone, PartialEq)]
struct Shown {
    tracks: Vec<Track>,
    sessions: Sessions,
}

#[hook]
fn use_line_up(place: &Place) -> Option<Rc<Shown>> {
    let shown = use_state_eq(|| None::<Rc<Shown>>);
    let setter = shown.setter();
    let place = place.clone();
    use_effect_with((), move |_| {
        spawn_local(async move {
            // Without the list, the prerendered page stays.
            if let Ok(tracks) = lineup::load(&place).await {
                let sessions = sessions(&place).await;
                setter.set(Some(Rc::new(Shown { tracks, sessions })));
            }
        });
    });
    (*shown).clone()
}

async fn sessions(place: &Place) -> Sessions {
    match Store::open(&place.scope).await {
        Ok(store) => store.sessions().await.into_iter().collect(),
        Err(_) => Sessions::new(),
    }
}

#[component]
pub fn Home(props: &Props) -> Html {
    let shown = use_line_up(&props.place);
    let place = &props.place;
    let main = match &shown {
        None => text::main(place),
        Some(shown) => html! {
            <main class="wrap" id="main">
                { hero(place, shown) }
                { resume(place, shown) }
                { lineup::view(place, &shown.tracks, &shown.sessions) }
                { points() }
            </main>
        },
    };
    html! { <Frame place={place.clone()}>{ main }</Frame> }
}

#[component]
pub fn LineUp(props: &Props) -> Html {
    let shown = use_line_up(&props.place);
    let place = &props.place;
    let main = match &shown {
        None => text::main(place),
        Some(shown) => html! {
            <main class="wrap" id="main"><h1 class="sr">{ "All exercises" }</h1>{ lineup::view(place, &shown.tracks, &shown.sessions) }</main>
        },
    };
    html! { <Frame place={place.clone()}>{ main }</Frame> }
}

#[component]
pub fn TrackPage(props: &Props) -> Html {
    let shown = use_line_up(&props.place);
    let place = &props.place;
    let id = place.lesson.trim_matches('/');
    let track = shown.as_ref().and_then(|shown| Some((shown, shown.tracks.iter().find(|track| track.id == id)?)));
    let main = match track {
        None => text::main(place),
        Some((shown, track)) => html! {
            <main class="wrap" id="main">
                <section class="hero"><div><h1>{ &track.title }</h1><p class="lead">{ &track.summary }</p></div></section>
                <section class="sec" aria-label="Exercises">
                    <div class="lineup">{ lineup::card(place, track, &shown.sessions) }</div>
                </section>
            </main>
        },
    };
    html! { <Frame place={place.clone()}>{ main }</Frame> }
}

fn hero(place: &Place, shown: &Shown) -> Html {
    let first = shown.tracks.iter().find_map(|track| track.lessons.first());
    let is_open = |lesson: &&Lesson| !shown.sessions.get(&lesson.path).is_some_and(|session| session.facts.finished);
    let next = shown.tracks.iter().flat_map(|track| &track.lessons).find(is_open);
    html! {
        <section class="hero">
            <div>
                <h1>{ "Run the whole Ops world in one tab." }</h1>
                <p class="lead">{ LEAD }</p>
                if let Some(lesson) = next.or(first) {
                    <div class="row">
                        <a class="btn primary lg" href={address(place, lesson)}>
                            { &lesson.title }{ icon("arrow") }
                        </a>
                        <span class="note">{ "No account, no install." }</span>
                    </div>
                }
            </div>
            if let Some(lesson) = first {
                <Rig place={place.clone()} lesson={lesson.path.clone()} />
            }
        </section>
    }
}

fn address(place: &Place, lesson: &Lesson) -> String {
    place.url(&format!("{}/", lesson.path))
}

/// The lesson worked on last, unless it is finished.
fn resume(place: &Place, shown: &Shown) -> Html {
    let lessons = || shown.tracks.iter().flat_map(|track| &track.lessons);
    let open = lessons().filter_map(|lesson| Some((lesson, shown.sessions.get(&lesson.path)?)));
    let open = open.filter(|(_, session)| !session.facts.finished);
    let Some((lesson, session)) = open.max_by(|(_, a), (_, b)| a.updated.total_cmp(&b.updated)) else {
        return Html::default();
    };
    html! {
        <section class="card resume" aria-labelledby="res-h">
            <div>
                <p>{ "Continue where you were" }</p><h2 id="res-h">{ &lesson.title }</h2><p>{ words(session) }</p>
            </div>
            <a class="btn primary" href={address(place, lesson)}>{ "Continue" }{ icon("arrow") }</a>
        </section>
    }
}

fn words(session: &Session) -> String {
    let facts = &session.facts;
    format!("Step {} of {} · world at {}", facts.step, facts.steps, facts.time)
}

fn points() -> Html {
    let point = |sign: &str, title: &'static str, text: &'static str| {
        html! { <li>{ icon(sign) }<h3>{ title }</h3><p>{ text }</p></li> }
    };
    let rewind = "A world is a seed and a list of what you did. Drag the slider back, and carry on from there.";
    let why = "Every pod, alert and failed request knows its cause. One press walks from the crash back to the commit.";
    let real = "Commits have the ids real Git gives them; controllers reconcile as Kubernetes does. Nothing is canned.";
    html! {
        <section class="sec" aria-labelledby="how-h">
            <h2 class="sr" id="how-h">{ "How it works" }</h2>
            <ul class="points">
                { point("rewind", "Rewind anything", rewind) }
                { point("why", "Ask why", why) }
                { point("engine", "Real engines", real) }
            </ul>
        </section>
    }
}
