//! Bytes between Rust and the browser, and chance for the seed.

use super::js;
use js_sys::Uint8Array;
use wasm_bindgen::JsValue;

/// Copies bytes out, as a `Uint8Array`.
pub fn to_js(bytes: &[u8]) -> JsValue {
    Uint8Array::from(bytes).into()
}

/// Copies bytes in, from a typed array or an `ArrayBuffer`; nothing where it is neither.
pub fn from_js(value: &JsValue) -> Vec<u8> {
    if js::get(value, "byteLength").is_undefined() {
        return Vec::new();
    }
    Uint8Array::new(value).to_vec()
}

pub fn blob(bytes: &[u8], kind: &str) -> Result<JsValue, JsValue> {
    let parts = js::array(&[&to_js(bytes)]);
    let options = js::object(&[("type", JsValue::from_str(kind))]);
    js::construct("Blob", &[&parts, &options])
}

/// An address for a blob, to be given back by [`forget_url`].
pub fn blob_url(blob: &JsValue) -> Result<JsValue, JsValue> {
    js::call(&js::part("URL"), "createObjectURL", &[blob])
}

pub fn forget_url(url: &JsValue) {
    js::tell(&js::part("URL"), "revokeObjectURL", &[url]);
}

/// More than this is no session.
const INFLATED_MAX: usize = 64 << 20;

/// Unpacks raw deflate, by the browser's own decompressor.
pub async fn inflate(packed: &[u8]) -> Result<Vec<u8>, String> {
    let whole = inflated(packed).await.map_err(|error| js::words(&error))?;
    if whole.len() > INFLATED_MAX { Err("it is too large".to_owned()) } else { Ok(whole) }
}

async fn inflated(packed: &[u8]) -> Result<Vec<u8>, JsValue> {
    let packed = js::call(&blob(packed, "")?, "stream", &[])?;
    let inflater = js::construct("DecompressionStream", &[&JsValue::from_str("deflate-raw")])?;
    let stream = js::call(&packed, "pipeThrough", &[&inflater])?;
    let response = js::construct("Response", &[&stream])?;
    let whole = js::settle(js::call(&response, "arrayBuffer", &[])?).await?;
    Ok(from_js(&whole))
}

/// A new seed: by chance, or from the clock where this browser has no chance to give.
pub fn new_seed() -> u64 {
    let filled = js::call(&js::part("crypto"), "getRandomValues", &[&to_js(&[0; 8])]);
    let filled = filled.map(|array| from_js(&array)).unwrap_or_default();
    let by_chance = <[u8; 8]>::try_from(filled.as_slice()).map(u64::from_le_bytes);
    by_chance
        .unwrap_or_else(|_| js::call(&js::part("Date"), "now", &[]).map(|now| js::number(&now) as u64).unwrap_or(1))
}
