//! The worker: carries messages between the page and the session's desk, in slices of a few milliseconds.
//!
//! It decides nothing. It is a crate of its own, so that the page cannot link an engine.

#[cfg(feature = "checks")]
mod checks;

use screen::{FromWorker, ToWorker};
use session::Desk;
use std::cell::RefCell;
use std::panic::PanicHookInfo;
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

/// Between two messages the worker works at most this long, so that Ctrl-C always gets in.
const SLICE_MILLIS: f64 = 8.0;

thread_local! {
    static DESK: RefCell<Option<Desk>> = const { RefCell::new(None) };
}

fn scope() -> Option<DedicatedWorkerGlobalScope> {
    js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>().ok()
}

fn now() -> f64 {
    scope().and_then(|scope| scope.performance()).map_or(0.0, |performance| performance.now())
}

fn send(message: &FromWorker) {
    let Ok(bytes) = postcard::to_allocvec(message) else { return };
    if let Some(scope) = scope() {
        // A page that is gone needs no answer.
        scope.post_message(&js_sys::Uint8Array::from(bytes.as_slice())).ok();
    }
}

fn panicked(info: &PanicHookInfo<'_>) {
    send(&FromWorker::Panicked(info.to_string()));
}

/// Starts the worker. `build` is the id of the folder that it was loaded from.
#[wasm_bindgen]
pub fn start(build: &str) {
    std::panic::set_hook(Box::new(panicked));
    DESK.with(|desk| *desk.borrow_mut() = Some(Desk::new(build)));
    let Some(scope) = scope() else { return };
    let handler = Closure::<dyn FnMut(MessageEvent)>::new(|event: MessageEvent| receive(&event.data()));
    scope.set_onmessage(Some(handler.as_ref().unchecked_ref()));
    handler.forget();
    send(&FromWorker::Hello { protocol: screen::PROTOCOL, build: build.into() });
}

fn receive(data: &JsValue) {
    let bytes = js_sys::Uint8Array::new(data).to_vec();
    let Ok(message) = postcard::from_bytes::<ToWorker>(&bytes) else {
        send(&FromWorker::Refused("The page sent something that this engine does not know. Reload the page.".into()));
        return;
    };
    let end = now() + SLICE_MILLIS;
    DESK.with(|desk| {
        if let Some(desk) = desk.borrow_mut().as_mut() {
            desk.take(message, &mut |message| send(&message), &mut || now() < end);
        }
    });
}
