//! A line between two parts of the page: dragged, or moved by arrow keys.

use crate::browser::dom;
use crate::state::Edge;
use web_sys::Element;
use yew::prelude::*;

const STEP_PX: u32 = 16;
const STEP_PERCENT: u32 = 2;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub edge: Edge,
    pub value: u32,
    pub onmove: Callback<(Edge, u32)>,
}

#[component]
pub fn Splitter(props: &Props) -> Html {
    let dragging = use_state_eq(|| false);
    let Props { edge, value, .. } = *props;
    let (min, max) = edge.limits();
    let onkeydown = {
        let onmove = props.onmove.clone();
        Callback::from(move |event: KeyboardEvent| {
            if let Some(to) = by_key(edge, value, &event.key()) {
                event.prevent_default();
                onmove.emit((edge, to.clamp(min, max)));
            }
        })
    };
    let onpointerdown = {
        let dragging = dragging.setter();
        Callback::from(move |event: PointerEvent| {
            event.prevent_default();
            // Without capture it still works while the pointer stays on the line.
            let line: Element = event.target_unchecked_into();
            line.set_pointer_capture(event.pointer_id()).ok();
            dragging.set(true);
        })
    };
    let onpointermove = {
        let (onmove, drags) = (props.onmove.clone(), *dragging);
        Callback::from(move |event: PointerEvent| {
            let at = (f64::from(event.client_x()), f64::from(event.client_y()));
            if let Some(to) = drags.then(|| by_pointer(edge, at)).flatten() {
                onmove.emit((edge, to.clamp(min, max)));
            }
        })
    };
    let release = {
        let dragging = dragging.setter();
        Callback::from(move |_: PointerEvent| dragging.set(false))
    };
    let (orientation, label) = match edge {
        Edge::Brief => ("vertical", "Resize brief"),
        Edge::Split => ("vertical", "Resize views"),
        Edge::Term => ("horizontal", "Resize terminal"),
    };
    html! {
        <div class={classes!("splitter", dragging.then_some("drag"))} role="separator" tabindex="0"
            aria-orientation={orientation} aria-label={label} aria-valuenow={value.to_string()}
            aria-valuemin={min.to_string()} aria-valuemax={max.to_string()} {onkeydown} {onpointerdown}
            {onpointermove} onpointerup={release.clone()} onpointercancel={release}></div>
    }
}

fn by_key(edge: Edge, value: u32, key: &str) -> Option<u32> {
    let (min, max) = edge.limits();
    let step = if edge == Edge::Brief { STEP_PX } else { STEP_PERCENT };
    let (less, more) = if edge == Edge::Term { ("ArrowUp", "ArrowDown") } else { ("ArrowLeft", "ArrowRight") };
    match key {
        "Home" => Some(min),
        "End" => Some(max),
        key if key == less => Some(value.saturating_sub(step)),
        key if key == more => Some(value + step),
        _ => None,
    }
}

/// Where the line would stand if it were under the pointer.
fn by_pointer(edge: Edge, (x, y): (f64, f64)) -> Option<u32> {
    let place = match edge {
        Edge::Brief => ".stage",
        Edge::Split => ".views",
        Edge::Term => ".work",
    };
    let [left, top, width, height] = dom::bounds(place)?;
    let value = match edge {
        Edge::Brief => x - left,
        Edge::Split => (x - left) / width * 100.0,
        Edge::Term => (y - top) / height * 100.0,
    };
    Some(value.max(0.0) as u32)
}
