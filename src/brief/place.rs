//! The place in the brief is kept for as long as the tab is open: whoever follows a link and comes back finds it again.

use crate::browser::{dom, js};
use crate::place::Place;
use wasm_bindgen::JsValue;
use yew::prelude::*;

/// Restores the place once the brief is there, and keeps it when the page is left.
#[hook]
pub fn use_place(is_there: bool, place: &Place) {
    let key = format!("opsfest:{}:{}:place", place.scope, place.lesson);
    use_effect_with(is_there, move |is_there| {
        let kept = is_there.then(|| {
            restore(&key);
            js::Listener::new(&js::global(), "pagehide", move |_| keep(&key))
        });
        move || drop(kept)
    });
}

/// `TOP OF-THE-WINDOW`: in one column it is the window that scrolls.
fn keep(key: &str) {
    let top = dom::find(".brief").map_or(0.0, |brief| js::number(&js::get(&brief, "scrollTop")));
    let text = format!("{} {}", top as u32, js::number(&js::part("scrollY")) as u32);
    js::tell(&js::part("sessionStorage"), "setItem", &[&JsValue::from_str(key), &JsValue::from_str(&text)]);
}

fn restore(key: &str) {
    let kept = js::call(&js::part("sessionStorage"), "getItem", &[&JsValue::from_str(key)]);
    let text = kept.map(|kept| js::text(&kept)).unwrap_or_default();
    let mut numbers = text.split(' ').map(|number| f64::from(number.parse::<u32>().unwrap_or_default()));
    if let (Some(top), Some(window)) = (numbers.next(), numbers.next()) {
        if let Some(brief) = dom::find(".brief").filter(|_| top > 0.0) {
            js::set(&brief, "scrollTop", &JsValue::from_f64(top));
        }
        if window > 0.0 {
            js::tell(&js::global(), "scrollTo", &[&JsValue::from_f64(0.0), &JsValue::from_f64(window)]);
        }
    }
}
