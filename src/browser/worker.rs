//! The worker: started by a blob that imports the same-origin module, so that it inherits the page's policy.

use super::{bytes, js};
use std::rc::Rc;
use wasm_bindgen::JsValue;

/// What comes from a worker.
#[derive(Debug)]
pub enum Heard {
    Bytes(Vec<u8>),
    /// It could not start, or it broke in a way that it cannot report itself.
    Broken(String),
}

/// A running worker; it ends when this is dropped.
pub struct Engine {
    worker: JsValue,
    /// They end with the worker.
    _listeners: [js::Listener; 3],
}

impl Drop for Engine {
    fn drop(&mut self) {
        js::tell(&self.worker, "terminate", &[]);
    }
}

impl Engine {
    /// Starts the worker whose `worker.js` lies in `folder`; `build` is the folder's name.
    pub fn start(folder: &str, build: &str, heard: Rc<dyn Fn(Heard)>) -> Result<Self, String> {
        Self::try_start(folder, build, heard).map_err(|error| js::words(&error))
    }

    fn try_start(folder: &str, build: &str, heard: Rc<dyn Fn(Heard)>) -> Result<Self, JsValue> {
        let url = bytes::blob_url(&bytes::blob(bootstrap(folder, build)?.as_bytes(), "text/javascript")?)?;
        let options = js::object(&[("type", JsValue::from_str("module"))]);
        let worker = js::construct("Worker", &[&url, &options])?;
        let (said, failed, unread) = (Rc::clone(&heard), Rc::clone(&heard), heard);
        let listeners = [
            js::Listener::new(&worker, "message", move |event| {
                let data = js::get(&event, "data");
                said(match data.as_string() {
                    Some(sentence) => Heard::Broken(sentence),
                    None => Heard::Bytes(bytes::from_js(&data)),
                });
            }),
            js::Listener::new(&worker, "error", move |event| {
                js::tell(&event, "preventDefault", &[]);
                failed(Heard::Broken(js::text(&js::get(&event, "message"))));
            }),
            js::Listener::new(&worker, "messageerror", move |_| {
                unread(Heard::Broken("a message could not be read".to_owned()));
            }),
        ];
        Ok(Self { worker, _listeners: listeners })
    }

    pub fn send(&self, message: &[u8]) {
        js::tell(&self.worker, "postMessage", &[&bytes::to_js(message)]);
    }
}

/// Messages that come before the module listens are kept for it.
fn bootstrap(folder: &str, build: &str) -> Result<String, JsValue> {
    let quoted = |text: &str| -> Result<String, JsValue> {
        let text = JsValue::from_str(text);
        Ok(js::text(&js::call(&js::part("JSON"), "stringify", &[&text])?))
    };
    let (module, build) = (quoted(&format!("{folder}/worker.js"))?, quoted(build)?);
    Ok(format!(
        "const early = [];\n\
         const keep = (event) => early.push(event.data);\n\
         addEventListener('message', keep);\n\
         import({module}).then((engine) => engine.default().then(() => engine.start({build}))).then(() => {{\n\
         removeEventListener('message', keep);\n\
         for (const data of early) dispatchEvent(new MessageEvent('message', {{ data }}));\n\
         }}, (error) => postMessage(String(error)));\n"
    ))
}
