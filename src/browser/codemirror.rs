//! CodeMirror, in a module of its own (`editor/`) that is loaded when it is first wanted.

use super::js;
use screen::Diagnostic;
use wasm_bindgen::JsValue;

/// What the learner did in it.
#[derive(Debug)]
pub enum Said {
    Edited(String),
    /// Asked to save, with the whole text.
    Saved(String),
    /// Asked to save and close.
    Closed,
    /// The cursor's line and column, from 1.
    At(usize, usize),
}

/// An open editor; it ends when this is dropped.
pub struct CodeMirror {
    view: JsValue,
    _heard: js::Handler,
}

impl Drop for CodeMirror {
    fn drop(&mut self) {
        js::tell(&self.view, "close", &[]);
    }
}

/// The module; `Err` where it cannot be had.
pub async fn load() -> Result<JsValue, JsValue> {
    js::settle(js::call(&js::global(), "opsfestEditor", &[])?).await
}

impl CodeMirror {
    /// Takes the place of a text field, with its text, selection and focus.
    pub fn open(
        module: &JsValue,
        host: &JsValue,
        field: &JsValue,
        path: &str,
        heard: impl Fn(Said) + 'static,
    ) -> Result<Self, JsValue> {
        let handler = js::Handler::new(move |said| heard(read(&said)));
        let view = js::call(module, "open", &[host, field, &JsValue::from_str(path), handler.value()])?;
        Ok(Self { view, _heard: handler })
    }

    /// The file as it is now; where nothing is new, nothing moves.
    pub fn show(&self, text: &str, diagnostics: &[Diagnostic], undoable: bool) {
        let diagnostics: Vec<JsValue> = diagnostics.iter().map(diagnostic).collect();
        let list = js::array(&diagnostics.iter().collect::<Vec<_>>());
        js::tell(&self.view, "show", &[&JsValue::from_str(text), &list, &JsValue::from_bool(undoable)]);
    }
}

fn read(said: &JsValue) -> Said {
    let text = |name: &str| js::get(said, name).as_string();
    let number = |name: &str| js::number(&js::get(said, name)) as usize;
    let edited = text("edited").map(Said::Edited);
    let closed = js::get(said, "closed").is_truthy().then_some(Said::Closed);
    edited
        .or_else(|| text("saved").map(Said::Saved))
        .or(closed)
        .unwrap_or_else(|| Said::At(number("line"), number("column")))
}

fn diagnostic(diagnostic: &Diagnostic) -> JsValue {
    js::object(&[
        ("line", JsValue::from_f64(f64::from(diagnostic.line))),
        ("column", JsValue::from_f64(f64::from(diagnostic.column))),
        ("message", JsValue::from_str(&diagnostic.message)),
        ("warning", JsValue::from_bool(diagnostic.warning)),
    ])
}
