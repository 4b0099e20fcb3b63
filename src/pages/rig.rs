//! The loop on the start page: the first lesson's world, running, with somebody who ships now and then. It begins when
//! the page has nothing else to do, and not at all for those who asked for less motion or less data.

use crate::browser::{dom, js};
use crate::components::{spark, station, tenths, whole};
use crate::link::{Keeping, Link};
use crate::place::Place;
use crate::state::{Action, Model};
use screen::{Control, Input, Shop, Station};
use std::rc::Rc;
use yew::platform::spawn_local;
use yew::prelude::*;

const SPEED: u32 = 10;
/// Where nobody says when the page is idle.
const LATER_MS: u32 = 1_500;
/// The world's first terminal, in which the demonstration types.
const TERMINAL: u32 = 1;
/// Between the opening and the first release, and between two releases.
const FIRST_RELEASE_MS: u32 = 4_000;
const RELEASE_MS: u32 = 45_000;
/// Headlines that are released one after the other; after the last one the shop just runs.
const HEADLINES: [&str; 4] = [
    "Summer 2026: tickets on sale now",
    "Velvet Semaphore join the line-up",
    "Two stages, one queue",
    "Last few tickets",
];
const STATIONS: [&str; 6] = ["Push", "CI", "Image", "Argo CD", "Cluster", "Shop"];

#[derive(Debug, PartialEq, Properties)]
pub struct Props {
    pub place: Place,
    /// The first lesson's path.
    pub lesson: AttrValue,
}

#[component]
pub fn Rig(props: &Props) -> Html {
    let model = use_reducer(Model::default);
    let still = use_state_eq(wants_stillness);
    {
        let (dispatcher, is_still) = (model.dispatcher(), *still);
        let place = Place { lesson: props.lesson.as_str().into(), ..props.place.clone() };
        use_effect_with((), move |_| {
            if !is_still {
                spawn_local(run(place, Callback::from(move |action| dispatcher.dispatch(action))));
            }
        });
    }
    let shop = model.shop.clone().unwrap_or_default();
    let runs = !shop.stations.is_empty();
    let title = if runs { "Encore, running in this tab" } else { "Encore" };
    html! {
        <section class="card rig" aria-labelledby="rig-h">
            <header>
                <span class="dot" data-s={if runs { "ok" } else { "idle" }}></span>
                <h2 class="cap" id="rig-h">{ title }</h2><span class="grow"></span>
                if runs {
                    <time>{ format!("{} {}", model.clock.date, model.clock.time) }</time>
                }
            </header>
            <ol class="loop">{ stations(&shop) }</ol>
            { footer(&shop, runs) }
        </section>
    }
}

fn wants_stillness() -> bool {
    let connection = js::get(&js::part("navigator"), "connection");
    dom::matches("(prefers-reduced-motion: reduce)") || js::get(&connection, "saveData").is_truthy()
}

/// Opens the world when the page is idle, and lets it play. Nothing of it is kept; where it does not start, the loop
/// stands still.
async fn run(place: Place, dispatch: Callback<Action>) {
    idle().await;
    // The link lives as long as the page.
    let link: Rc<std::cell::RefCell<Option<Rc<Link>>>> = Rc::default();
    let events = {
        let link = Rc::clone(&link);
        Callback::from(move |action: Action| {
            if matches!(action, Action::Opened { .. })
                && let Some(link) = &*link.borrow()
            {
                link.control(Control::Play { speed: SPEED });
            }
            dispatch.emit(action);
        })
    };
    let started = Link::new(place, events);
    *link.borrow_mut() = Some(Rc::clone(&started));
    started.go_on(Keeping::Nothing).await;
    release(&started).await;
}

/// Ships one headline after the other, as a learner would: a change, a commit, a push.
async fn release(link: &Link) {
    js::sleep(FIRST_RELEASE_MS).await;
    for headline in HEADLINES {
        let text = format!(
            "cd ~/web && sed -i 's/^headline:.*/headline: \"{headline}\"/' encore.yaml && git commit -qam '{headline}' && git push -q"
        );
        link.input(Input::Line { terminal: TERMINAL, text });
        link.control(Control::Play { speed: SPEED });
        js::sleep(RELEASE_MS).await;
    }
}

async fn idle() {
    let (answer, idle) = crate::browser::later::later::<()>();
    let handler = js::Handler::new(move |_| answer.give(()));
    match js::call(&js::global(), "requestIdleCallback", &[handler.value()]) {
        Ok(_) => idle.await,
        Err(_) => js::sleep(LATER_MS).await,
    }
}

fn stations(shop: &Shop) -> Html {
    if shop.stations.is_empty() {
        let waiting = |name: &&'static str| {
            station(&Station {
                name: (*name).to_owned(),
                text: "not started".to_owned(),
                state: "idle".to_owned(),
                flow: false,
            })
        };
        return STATIONS.iter().map(waiting).collect::<Html>();
    }
    shop.stations.iter().map(station).collect::<Html>()
}

fn footer(shop: &Shop, runs: bool) -> Html {
    if !runs {
        return html! { <footer><span>{ "Open the first exercise to set it going." }</span></footer> };
    }
    let rate = whole(shop.requests_per_second);
    let label = format!("Requests per second over the last minute, now {rate}");
    html! {
        <footer>
            <span class="badge mono">{ format!("web {}", shop.version) }</span>
            <span><b class="num">{ rate }</b>{ " req/s" }</span>
            { spark(&shop.requests_history, 1.0, "now", label) }
            <span><b class="num">{ format!("{} %", tenths(shop.error_percent)) }</b>{ " errors" }</span>
        </footer>
    }
}
