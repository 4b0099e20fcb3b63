//! The line-up: tracks with their lessons, and how far the learner is.

use crate::browser::storage::Session;
use crate::browser::{fetch, js};
use crate::components::{bar, icon_named};
use crate::place::Place;
use order::OrdMap;
use wasm_bindgen::JsValue;
use yew::prelude::*;

/// What is planned; those without a lesson are only named.
const CURRICULUM: [(&str, &str); 10] = [
    ("devops", "DevOps"),
    ("containers", "Containers and Kubernetes"),
    ("cicd", "CI/CD"),
    ("gitops", "GitOps"),
    ("iac", "Infrastructure as code"),
    ("monitoring", "Monitoring"),
    ("aiops", "AIOps"),
    ("mlops", "MLOps"),
    ("finops", "FinOps"),
    ("secops", "SecOps"),
];

/// A track of `lessons/index.json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Track {
    pub id: String,
    pub title: String,
    pub summary: String,
    pub lessons: Vec<Lesson>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lesson {
    /// `devops/00-ship-your-first-release`.
    pub path: String,
    pub title: String,
    pub minutes: u32,
}

/// The learner's sessions by lesson path.
pub type Sessions = OrdMap<String, Session>;

/// Tracks that have lessons, in their order.
pub async fn load(place: &Place) -> Result<Vec<Track>, String> {
    let index = fetch::json(&place.url("lessons/index.json")).await?;
    let text = |value: &JsValue, name: &str| js::text(&js::get(value, name));
    let lesson = |value: &JsValue| Lesson {
        path: text(value, "path"),
        title: text(value, "title"),
        minutes: js::number(&js::get(value, "minutes")) as u32,
    };
    let tracks = js::items(&index).into_iter().map(|track| Track {
        id: text(&track, "id"),
        title: text(&track, "title"),
        summary: text(&track, "summary"),
        lessons: js::items(&js::get(&track, "lessons")).iter().map(lesson).collect(),
    });
    Ok(tracks.filter(|track| !track.lessons.is_empty()).collect())
}

/// The lesson that comes after one; none after the last.
pub fn after(tracks: &[Track], path: &str) -> Option<Lesson> {
    let mut lessons = tracks.iter().flat_map(|track| &track.lessons);
    lessons.find(|lesson| lesson.path == path.trim_matches('/'))?;
    lessons.next().cloned()
}

pub fn view(place: &Place, tracks: &[Track], sessions: &Sessions) -> Html {
    let missing = CURRICULUM.iter().filter(|(id, _)| !tracks.iter().any(|track| track.id == *id));
    let soon = missing.map(|(_, title)| html! { <li key={*title}>{ *title }</li> }).collect::<Html>();
    html! {
        <section class="sec" id="line-up" aria-labelledby="lu-h">
            <header>
                <h2 id="lu-h">{ "The line-up" }</h2>
                <p class="dim">{ "Encore sells festival tickets. You join its stage crew." }</p>
            </header>
            <div class="lineup">
                { tracks.iter().map(|track| card(place, track, sessions)).collect::<Html>() }
            </div>
            <div class="soon"><b>{ "In preparation" }</b><ul>{ soon }</ul></div>
        </section>
    }
}

pub fn card(place: &Place, track: &Track, sessions: &Sessions) -> Html {
    let finished = |lesson: &&Lesson| sessions.get(&lesson.path).is_some_and(|session| session.facts.finished);
    let (done, all) = (track.lessons.iter().filter(finished).count(), track.lessons.len());
    let label = format!("{}: {done} of {all} exercises passed", track.title);
    let lessons = track.lessons.iter().map(|lesson| item(place, lesson, sessions)).collect::<Html>();
    html! {
        <article key={track.id.clone()} class="card track">
            <h3><a href={place.url(&format!("{}/", track.id))}>{ &track.title }</a></h3>
            <span class="count">{ format!("{done} of {all}") }</span>
            <p>{ &track.summary }</p>
            { bar((done * 100 / all.max(1)) as u32, "ok", label) }
            <ol>{ lessons }</ol>
        </article>
    }
}

fn item(place: &Place, lesson: &Lesson, sessions: &Sessions) -> Html {
    let (state, sign, word) = match sessions.get(&lesson.path) {
        Some(session) if session.facts.finished => ("passed", "check", "passed"),
        Some(_) => ("now", "play", "in progress"),
        None => ("todo", "idle", "to do"),
    };
    html! {
        <li key={lesson.path.clone()}>
            <a href={place.url(&format!("{}/", lesson.path))}>
                <span class="i" data-s={state}>{ icon_named(sign, word) }</span>
                { &lesson.title }
                <span class="faint">{ format!("{} min", lesson.minutes) }</span>
            </a>
        </li>
    }
}
