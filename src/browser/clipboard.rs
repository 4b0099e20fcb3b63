//! The clipboard.

use super::js;
use wasm_bindgen::JsValue;

/// Copies a text; false where the browser does not let us (plain http, or no permission).
pub async fn copy(text: &str) -> bool {
    let clipboard = js::get(&js::part("navigator"), "clipboard");
    match js::call(&clipboard, "writeText", &[&JsValue::from_str(text)]) {
        Ok(promise) => js::settle(promise).await.is_ok(),
        Err(_) => false,
    }
}

/// The text that a paste event brings.
pub fn pasted(event: &JsValue) -> String {
    let data = js::get(event, "clipboardData");
    js::call(&data, "getData", &[&JsValue::from_str("text")]).map(|text| js::text(&text)).unwrap_or_default()
}
