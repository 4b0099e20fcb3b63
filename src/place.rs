//! Where the page stands: what its `meta` elements say, and what was prerendered, read once before anything is drawn.

use crate::browser::{dom, js};
use std::rc::Rc;
use wasm_bindgen::JsValue;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Home,
    Lesson,
    Track,
    /// All tracks.
    LineUp,
    /// Prerendered text that only gets the frame around it: "Real, simulated, missing".
    Text,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    pub kind: Kind,
    /// The site's root, absolute, with a slash at its end.
    pub root: Rc<str>,
    /// The root's path on its host: data is kept under it.
    pub scope: Rc<str>,
    /// `devops/00-ship-your-first-release`; for a track its folder; empty elsewhere.
    pub lesson: Rc<str>,
    /// The folder of the worker that belongs to this page.
    pub engine: Rc<str>,
    pub ready_made: Rc<ReadyMade>,
}

/// What stood in `#app` before the page took over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadyMade {
    pub title: String,
    /// Inside of `.brief`, without its footer: a lesson can be read while its world starts.
    pub brief: String,
    /// Inside of `main`.
    pub main: String,
}

impl Place {
    pub fn of_page() -> Self {
        let kind = match dom::meta("opsfest-page").as_deref() {
            Some("lesson") => Kind::Lesson,
            Some("track") => Kind::Track,
            Some("line-up") => Kind::LineUp,
            Some("missing" | "text") => Kind::Text,
            _ => Kind::Home,
        };
        let (root, scope) = root(&dom::meta("opsfest-root").unwrap_or_else(|| "./".to_owned()));
        Self {
            kind,
            root: root.into(),
            scope: scope.into(),
            lesson: dom::meta("opsfest-lesson").unwrap_or_default().into(),
            engine: dom::meta("opsfest-engine").unwrap_or_default().into(),
            ready_made: Rc::new(ready_made()),
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.root)
    }

    /// The folder of the worker.
    pub fn engine_folder(&self) -> String {
        self.url(&format!("engine/{}", self.engine))
    }
}

/// The root as an absolute address, and its path.
fn root(relative: &str) -> (String, String) {
    let base = js::text(&js::get(&dom::document(), "baseURI"));
    let url = js::construct("URL", &[&JsValue::from_str(relative), &JsValue::from_str(&base)]);
    match url {
        Ok(url) => (js::text(&js::get(&url, "href")), js::text(&js::get(&url, "pathname"))),
        Err(_) => (relative.to_owned(), "/".to_owned()),
    }
}

fn ready_made() -> ReadyMade {
    let inside = |selector: &str| {
        dom::find(selector).map(|element| js::text(&js::get(&element, "innerHTML"))).unwrap_or_default()
    };
    if let Some(footer) = dom::find("#app .brief > footer") {
        js::tell(&footer, "remove", &[]);
    }
    let title = dom::find("#app h1").map(|heading| js::text(&js::get(&heading, "textContent")));
    ReadyMade { title: title.unwrap_or_default(), brief: inside("#app .brief"), main: inside("#app main") }
}
