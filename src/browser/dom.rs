//! The document: finding, focusing, measuring, and style properties by CSSOM.

use super::js;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Element;

pub fn document() -> JsValue {
    js::part("document")
}

pub fn find(selector: &str) -> Option<JsValue> {
    let found = js::call(&document(), "querySelector", &[&JsValue::from_str(selector)]).ok()?;
    js::has(&found).then_some(found)
}

pub fn app_root() -> Option<Element> {
    find("#app")?.dyn_into().ok()
}

pub fn meta(name: &str) -> Option<String> {
    let element = find(&format!("meta[name=\"{name}\"]"))?;
    js::get(&element, "content").as_string()
}

pub fn focus(selector: &str) {
    if let Some(element) = find(selector) {
        js::tell(&element, "focus", &[]);
    }
}

/// What has the focus now, to be given back later.
pub fn focused() -> JsValue {
    js::get(&document(), "activeElement")
}

pub fn hidden() -> bool {
    js::get(&document(), "hidden").is_truthy()
}

/// A media query, to be asked and listened to.
pub fn media(query: &str) -> JsValue {
    js::call(&js::global(), "matchMedia", &[&JsValue::from_str(query)]).unwrap_or(JsValue::UNDEFINED)
}

pub fn matches(query: &str) -> bool {
    js::get(&media(query), "matches").is_truthy()
}

/// Sets a custom property on what the selector finds.
pub fn set_property(selector: &str, name: &str, value: &str) {
    if let Some(element) = find(selector) {
        let style = js::get(&element, "style");
        js::tell(&style, "setProperty", &[&JsValue::from_str(name), &JsValue::from_str(value)]);
    }
}

/// Left, top, width and height of an element in the window.
pub fn bounds(selector: &str) -> Option<[f64; 4]> {
    let rectangle = js::call(&find(selector)?, "getBoundingClientRect", &[]).ok()?;
    Some(["left", "top", "width", "height"].map(|side| js::number(&js::get(&rectangle, side))))
}

/// The text that is selected on the page.
pub fn selection() -> String {
    let selection = js::call(&js::global(), "getSelection", &[]).unwrap_or(JsValue::UNDEFINED);
    js::call(&selection, "toString", &[]).map(|text| js::text(&text)).unwrap_or_default()
}

pub fn reload() {
    js::tell(&js::part("location"), "reload", &[]);
}

pub fn create(tag: &str) -> Result<JsValue, JsValue> {
    js::call(&document(), "createElement", &[&JsValue::from_str(tag)])
}
