//! One lesson, one tab. By Web Locks; where the address gives none (plain http), by asking around in a
//! `BroadcastChannel`.

use super::js;
use super::later::{Answer, later};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;

/// How long another tab has to say that it holds the lesson.
const ANSWER_MS: u32 = 200;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// By this tab, until it ends or `lost` is called.
    Here,
    Elsewhere,
}

/// So often a tab asks before it says that another one has the lesson: that one may just be closing.
const TRIES: u32 = 4;

/// Takes the lesson, or takes it away from another tab. `lost` is called when another tab takes it away from this one.
pub async fn take(name: &str, steal: bool, lost: Rc<dyn Fn()>) -> Held {
    let locks = js::get(&js::part("navigator"), "locks");
    if !js::has(&locks) {
        return by_asking(name, steal, lost).await;
    }
    for _ in 1..TRIES {
        if by_lock(&locks, name, steal, Rc::clone(&lost)).await == Held::Here {
            return Held::Here;
        }
        js::sleep(ANSWER_MS).await;
    }
    by_lock(&locks, name, steal, lost).await
}

async fn by_lock(locks: &JsValue, name: &str, steal: bool, lost: Rc<dyn Fn()>) -> Held {
    let (answer, later) = later::<Held>();
    let mine = Rc::new(Cell::new(false));
    let granted = granted(answer.clone(), Rc::clone(&mine));
    let option = if steal { "steal" } else { "ifAvailable" };
    let options = js::object(&[(option, JsValue::TRUE)]);
    let asked = js::call(locks, "request", &[&JsValue::from_str(name), &options, &granted]);
    let Ok(promise) = asked else {
        return Held::Here;
    };
    yew::platform::spawn_local(async move {
        // The promise is broken when another tab steals the lock.
        if js::settle(promise).await.is_err() && mine.get() {
            lost();
        }
        answer.give(Held::Here);
    });
    later.await
}

/// The callback of a lock request: the lock is held as long as the promise that it gives is open.
fn granted(answer: Answer<Held>, mine: Rc<Cell<bool>>) -> JsValue {
    let callback: Closure<dyn FnMut(JsValue) -> JsValue> = Closure::wrap(Box::new(move |lock: JsValue| -> JsValue {
        if !js::has(&lock) {
            answer.give(Held::Elsewhere);
            return JsValue::UNDEFINED;
        }
        mine.set(true);
        answer.give(Held::Here);
        for_ever()
    }) as Box<dyn FnMut(JsValue) -> JsValue>);
    callback.into_js_value()
}

/// A promise that stays open until the tab ends.
fn for_ever() -> JsValue {
    let open = js::Handler::new(|_| ());
    js::construct("Promise", &[open.value()]).unwrap_or(JsValue::UNDEFINED)
}

async fn by_asking(name: &str, steal: bool, lost: Rc<dyn Fn()>) -> Held {
    let Ok(channel) = js::construct("BroadcastChannel", &[&JsValue::from_str(name)]) else {
        return Held::Here;
    };
    let say = |channel: &JsValue, word: &str| js::tell(channel, "postMessage", &[&JsValue::from_str(word)]);
    let mine = Rc::new(Cell::new(steal));
    let taken = Rc::new(Cell::new(false));
    let (own, other, back) = (Rc::clone(&mine), Rc::clone(&taken), channel.clone());
    let listener =
        js::Listener::new(&channel, "message", move |event| match js::text(&js::get(&event, "data")).as_str() {
            "who" if own.get() => say(&back, "here"),
            "here" => other.set(true),
            "mine" if own.replace(false) => lost(),
            _ => {}
        });
    if steal {
        say(&channel, "mine");
    } else {
        say(&channel, "who");
        js::sleep(ANSWER_MS).await;
        if taken.get() {
            js::tell(&channel, "close", &[]);
            return Held::Elsewhere;
        }
        mine.set(true);
    }
    // The tab answers until it ends.
    std::mem::forget(listener);
    Held::Here
}
