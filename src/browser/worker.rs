//! The worker. The page's first script knows how to start one, and loads its module while this program is on its way.

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
        let words = [folder, build].map(JsValue::from_str);
        let worker = js::call(&js::global(), "opsfestEngine", &[&words[0], &words[1]])?;
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
