//! Bars of per cent.

use yew::prelude::*;

/// How far something is.
pub fn bar(percent: u32, state: &'static str, label: String) -> Html {
    draw(percent, state, "progressbar", label)
}

/// How full something is: amber from 80 per cent, red from 95.
pub fn meter(percent: u32, label: String) -> Html {
    let state = match percent {
        95.. => "bad",
        80.. => "warn",
        _ => "idle",
    };
    draw(percent, state, "meter", label)
}

fn draw(percent: u32, state: &'static str, role: &'static str, label: String) -> Html {
    let percent = percent.min(100).to_string();
    html! {
        <svg class="bar" data-s={state} {role} aria-label={label} aria-valuemin="0" aria-valuemax="100"
            aria-valuenow={percent.clone()} viewBox="0 0 100 4" preserveAspectRatio="none">
            <rect width={percent} height="4" />
        </svg>
    }
}
