//! Files of the site itself.

use super::{bytes, js};
use wasm_bindgen::JsValue;

async fn response(url: &str) -> Result<JsValue, String> {
    let asked = js::call(&js::global(), "fetch", &[&JsValue::from_str(url)]).map_err(|error| js::words(&error))?;
    let response = js::settle(asked).await.map_err(|error| js::words(&error))?;
    if js::get(&response, "ok").is_truthy() {
        return Ok(response);
    }
    Err(format!("{url} answered {}", js::number(&js::get(&response, "status")) as u16))
}

async fn body(url: &str, form: &str) -> Result<JsValue, String> {
    let response = response(url).await?;
    let promise = js::call(&response, form, &[]).map_err(|error| js::words(&error))?;
    js::settle(promise).await.map_err(|error| js::words(&error))
}

pub async fn bytes(url: &str) -> Result<Vec<u8>, String> {
    Ok(bytes::from_js(&body(url, "arrayBuffer").await?))
}

pub async fn json(url: &str) -> Result<JsValue, String> {
    body(url, "json").await
}
