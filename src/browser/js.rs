//! Calls into the browser by name: a part that this browser lacks is a value and never a panic, and no binding is
//! paid for that is not used.

use super::later::later;
use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

pub fn global() -> JsValue {
    js_sys::global().into()
}

/// A property; `undefined` where there is none.
pub fn get(target: &JsValue, name: &str) -> JsValue {
    Reflect::get(target, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

/// A property of the global object.
pub fn part(name: &str) -> JsValue {
    get(&global(), name)
}

pub fn set(target: &JsValue, name: &str, value: &JsValue) -> bool {
    Reflect::set(target, &JsValue::from_str(name), value).unwrap_or(false)
}

pub fn has(value: &JsValue) -> bool {
    !value.is_undefined() && !value.is_null()
}

/// As text; empty where it is none.
pub fn text(value: &JsValue) -> String {
    value.as_string().unwrap_or_default()
}

pub fn number(value: &JsValue) -> f64 {
    value.as_f64().unwrap_or_default()
}

/// What an error says.
pub fn words(error: &JsValue) -> String {
    let message = text(&get(error, "message"));
    let name = text(&get(error, "name"));
    match (name.is_empty(), message.is_empty()) {
        (false, false) => format!("{name}: {message}"),
        (true, false) => message,
        (false, true) => name,
        (true, true) => error.as_string().unwrap_or_else(|| "unknown error".to_owned()),
    }
}

fn missing(name: &str) -> JsValue {
    JsValue::from_str(&format!("this browser has no {name}"))
}

fn list(values: &[&JsValue]) -> Array {
    let list: Array = Array::new();
    for &value in values {
        list.push(value);
    }
    list
}

/// Calls a method.
pub fn call(target: &JsValue, name: &str, values: &[&JsValue]) -> Result<JsValue, JsValue> {
    let function: Function = get(target, name).dyn_into().map_err(|_| missing(name))?;
    function.apply(target, &list(values))
}

/// Calls a method whose answer does not matter and whose failure changes nothing: focus, scrolling, hints.
pub fn tell(target: &JsValue, name: &str, values: &[&JsValue]) {
    call(target, name, values).ok();
}

/// `new CLASS(…)`.
pub fn construct(class: &str, values: &[&JsValue]) -> Result<JsValue, JsValue> {
    let function: Function = part(class).dyn_into().map_err(|_| missing(class))?;
    Reflect::construct(&function, &list(values))
}

pub fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object: Object = Object::new();
    let object: JsValue = object.into();
    for (name, value) in fields {
        set(&object, name, value);
    }
    object
}

pub fn array(values: &[&JsValue]) -> JsValue {
    list(values).into()
}

/// What an array holds; nothing where it is none.
pub fn items(value: &JsValue) -> Vec<JsValue> {
    let length = number(&get(value, "length")) as u32;
    (0..length).map(|at| get(value, &at.to_string())).collect()
}

/// A function for the browser to call; it lives as long as this does.
pub struct Handler(Closure<dyn FnMut(JsValue)>);

impl Handler {
    pub fn new(function: impl FnMut(JsValue) + 'static) -> Self {
        Self(Closure::wrap(Box::new(function) as Box<dyn FnMut(JsValue)>))
    }

    pub fn value(&self) -> &JsValue {
        self.0.as_ref()
    }
}

/// An event listener; it ends when this is dropped.
pub struct Listener {
    target: JsValue,
    name: &'static str,
    handler: Handler,
}

impl Listener {
    pub fn new(target: &JsValue, name: &'static str, function: impl FnMut(JsValue) + 'static) -> Self {
        let handler = Handler::new(function);
        tell(target, "addEventListener", &[&JsValue::from_str(name), handler.value()]);
        Self { target: target.clone(), name, handler }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let name = JsValue::from_str(self.name);
        tell(&self.target, "removeEventListener", &[&name, self.handler.value()]);
    }
}

/// Waits for a promise.
pub async fn settle(promise: JsValue) -> Result<JsValue, JsValue> {
    let (answer, settled) = later::<Result<JsValue, JsValue>>();
    let other = answer.clone();
    let kept = Handler::new(move |value| answer.give(Ok(value)));
    let broken = Handler::new(move |error| other.give(Err(error)));
    call(&promise, "then", &[kept.value(), broken.value()])?;
    settled.await
}

/// Waits some milliseconds.
pub async fn sleep(millis: u32) {
    let (answer, over) = later::<()>();
    let handler = Handler::new(move |_| answer.give(()));
    let millis = JsValue::from_f64(f64::from(millis));
    if call(&global(), "setTimeout", &[handler.value(), &millis]).is_ok() {
        over.await;
    }
}

/// Milliseconds since the page began.
pub fn now() -> f64 {
    call(&part("performance"), "now", &[]).map(|value| number(&value)).unwrap_or_default()
}
