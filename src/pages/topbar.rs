//! The top bar: where you are, the clock, the rewind slider, undo and share.

use crate::acts::Acts;
use crate::browser::share;
use crate::components::{icon, icon_button, logo, tenths};
use crate::state::{Action, Dialog};
use screen::{Clock, Control, Input, Look, Mark, MarkKind, Motion, Reply, Tone};
use std::rc::Rc;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

const SPEEDS: [u32; 4] = [1, 3, 10, 60];
/// Slow enough to see a rollout happen.
const FIRST_SPEED: u32 = 3;
const STEP_MICROS: u64 = 1_000_000;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub root: AttrValue,
    pub title: AttrValue,
    pub clock: Rc<Clock>,
    pub acts: Acts,
}

#[component]
pub fn TopBar(props: &Props) -> Html {
    let Props { root, title, clock, acts } = props;
    html! {
        <header class="topbar">
            { logo(root) }
            <nav class="crumb cut" aria-label="Breadcrumb">
                <a href={format!("{root}line-up/")}>{ "Line-up" }</a>{ " " }<span aria-hidden="true">{ "/" }</span>{ " " }
                <b aria-current="page">{ title.clone() }</b>
            </nav>
            <WorldClock clock={Rc::clone(clock)} acts={acts.clone()} />
            <Rewind clock={Rc::clone(clock)} acts={acts.clone()} />
            { buttons(clock, acts) }
        </header>
    }
}

fn buttons(clock: &Clock, acts: &Acts) -> Html {
    html! {
        <div class="acts">
            <button class="btn" type="button" aria-label="Undo" disabled={!clock.can_undo}
                onclick={acts.on_control(Control::Undo)}>{ icon("undo") }<span class="wide">{ "Undo" }</span></button>
            <button class="btn" type="button" aria-label="Redo" disabled={!clock.can_redo}
                onclick={acts.on_control(Control::Redo)}>{ icon("reset") }<span class="wide">{ "Redo" }</span></button>
            <button class="btn" type="button" aria-label="Share" onclick={acts.click(share_world)}>
                { icon("share") }<span class="wide">{ "Share" }</span>
            </button>
            <button class="btn icon" type="button" aria-label="Menu" popovertarget="menu">{ icon("menu") }</button>
        </div>
    }
}

fn share_world(acts: &Acts) {
    acts.ask(Look::Share, |acts, reply| match reply {
        Reply::Share(Ok(code)) => {
            let shown = |link| Action::Dialog(Some(Dialog::ShareLink(link)));
            acts.copy(share::link(&code), "The link is on the clipboard.", shown);
        }
        Reply::Share(Err(why)) => acts.toast(Tone::Warn, why),
        _ => acts.toast(Tone::Warn, "The world does not answer now."),
    });
}

#[derive(PartialEq, Properties)]
struct ClockProps {
    clock: Rc<Clock>,
    acts: Acts,
}

#[component]
fn WorldClock(props: &ClockProps) -> Html {
    let speed = use_state_eq(|| FIRST_SPEED);
    let ClockProps { clock, acts } = props;
    let playing = matches!(clock.motion, Motion::Playing { .. });
    let (sign, label, tip) =
        if playing { ("pause", "Pause", "Pause (Alt+P)") } else { ("play", "Play", "Play (Alt+P)") };
    let toggle = acts.on_control(if playing { Control::Pause } else { Control::Play { speed: *speed } });
    let onchange = {
        let (acts, speed) = (acts.clone(), speed.setter());
        Callback::from(move |event: Event| {
            let select = event.target_dyn_into::<HtmlSelectElement>();
            if let Some(picked) = select.and_then(|select| select.value().parse().ok()) {
                speed.set(picked);
                if playing {
                    acts.control(Control::Play { speed: picked });
                }
            }
        })
    };
    let option = |one: &u32| {
        let value = one.to_string();
        html! { <option {value} selected={*one == *speed}>{ format!("{one}×") }</option> }
    };
    let step = acts.on_input(Input::Advance { to_micros: clock.micros + STEP_MICROS });
    html! {
        <div class="clock" role="group" aria-label="World clock">
            { time(clock) }
            <button class="btn" type="button" aria-label={label} data-tip={tip} onclick={toggle}>
                { icon(sign) }<span class="sm-hide">{ label }</span>
            </button>
            <select class="sel" aria-label="Speed" {onchange}>{ SPEEDS.iter().map(option).collect::<Html>() }</select>
            <button class="btn" type="button" data-tip="Run until something happens"
                onclick={acts.on_control(Control::NextEvent)}>{ icon("next") }{ "Next event" }</button>
            <span class="sm-hide">{ icon_button("step", "Step one second", step) }</span>
        </div>
    }
}

fn time(clock: &Clock) -> Html {
    let (day, date) = clock.date.split_once(' ').unwrap_or((clock.date.as_str(), ""));
    html! {
        <time>
            { format!("{day} ") }
            if !date.is_empty() {
                <span class="sm-hide">{ format!("{date} ") }</span>
            }
            <b>{ &clock.time }</b>
        </time>
    }
}

#[component]
fn Rewind(props: &ClockProps) -> Html {
    // Where the learner has put it, until the worker is there too.
    let wanted = use_state_eq(|| None::<u32>);
    let ClockProps { clock, acts } = props;
    let last = clock.entries;
    {
        let wanted = wanted.setter();
        use_effect_with(clock.at, move |_| wanted.set(None));
    }
    let shown = wanted.unwrap_or(clock.at);
    let oninput = {
        let (acts, wanted) = (acts.clone(), wanted.setter());
        Callback::from(move |event: InputEvent| {
            let slider = event.target_dyn_into::<HtmlInputElement>();
            if let Some(entry) = slider.and_then(|slider| slider.value().parse::<u32>().ok()) {
                wanted.set(Some(entry));
                acts.control(Control::Seek((entry < last).then_some(entry)));
            }
        })
    };
    let percent = |entry: u32| tenths(f64::from(entry.min(last)) * 100.0 / f64::from(last.max(1))) + "%";
    let at = if last == 0 { "0%".to_owned() } else { percent(clock.at) };
    let marks = clock.marks.iter().map(|mark| sign(mark, percent(mark.entry))).collect::<Html>();
    html! {
        <div class="rewind" role="group" aria-label="Rewind">
            <svg class="marks" aria-hidden="true">
                <line x1="0" x2="100%" y1="14" y2="14" /><line class="past" x1="0" x2={at} y1="14" y2="14" />{ marks }
            </svg>
            <input type="range" min="0" max={last.to_string()} value={shown.to_string()} aria-label="Rewind"
                aria-valuetext={value_text(clock)} disabled={last == 0} {oninput} />
        </div>
    }
}

/// Commit, pipeline, sync and failure have each their own shape.
fn sign(mark: &Mark, x: String) -> Html {
    let (class, shape) = match mark.kind {
        MarkKind::Commit => ("mk-commit", html! { <circle r="4" /> }),
        MarkKind::Pipeline => ("mk-pipeline", html! { <rect x="-4" y="-4" width="8" height="8" rx="1.5" /> }),
        MarkKind::Sync => ("mk-sync", html! { <path d="M0-5.5 5.5 0 0 5.5-5.5 0z" /> }),
        MarkKind::Failure => ("mk-failure", html! { <path d="M0-5.5 5 4H-5z" /> }),
    };
    html! { <svg class={classes!("m", class)} {x} y="14" width="1" height="1" overflow="visible">{ shape }</svg> }
}

fn value_text(clock: &Clock) -> String {
    let time = clock.past.as_ref().map_or(&clock.time, |past| &past.time);
    let marks = clock.marks.iter().filter(|mark| mark.entry == clock.at).map(|mark| mark.label.as_str());
    let marks: Vec<&str> = marks.collect();
    let named = if marks.is_empty() { String::new() } else { format!(", {}", marks.join(", ")) };
    format!("{time}, event {} of {}{named}", clock.at, clock.entries)
}
