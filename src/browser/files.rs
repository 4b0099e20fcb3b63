//! Downloads, and files that the learner picks.

use super::later::later;
use super::{bytes, dom, js};
use wasm_bindgen::JsValue;

/// Hands bytes to the learner as a file.
pub fn download(name: &str, content: &[u8]) -> Result<(), String> {
    let steps = || -> Result<(), JsValue> {
        let url = bytes::blob_url(&bytes::blob(content, "application/octet-stream")?)?;
        let link = dom::create("a")?;
        js::set(&link, "href", &url);
        js::set(&link, "download", &JsValue::from_str(name));
        js::call(&link, "click", &[])?;
        bytes::forget_url(&url);
        Ok(())
    };
    steps().map_err(|error| js::words(&error))
}

/// Lets the learner pick a file: its name and bytes; `None` when they change their mind.
pub async fn pick(accept: &str) -> Option<(String, Vec<u8>)> {
    let input = dom::create("input").ok()?;
    js::set(&input, "type", &JsValue::from_str("file"));
    js::set(&input, "accept", &JsValue::from_str(accept));
    let (answer, picked) = later::<()>();
    let other = answer.clone();
    let _change = js::Listener::new(&input, "change", move |_| answer.give(()));
    let _cancel = js::Listener::new(&input, "cancel", move |_| other.give(()));
    js::call(&input, "click", &[]).ok()?;
    picked.await;
    let file = js::items(&js::get(&input, "files")).into_iter().next()?;
    let name = js::text(&js::get(&file, "name"));
    let read = js::call(&file, "arrayBuffer", &[]).ok()?;
    let buffer = js::settle(read).await.ok()?;
    Some((name, bytes::from_js(&buffer)))
}
