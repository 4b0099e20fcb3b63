//! Dark, light, or as the system wishes. Kept in `localStorage`, because it is wanted before the database is open.

use super::{dom, js};
use wasm_bindgen::JsValue;

const KEY: &str = "opsfest:theme";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    #[default]
    Auto,
    Light,
    Dark,
}

impl Theme {
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The word on the button.
    pub fn word(self) -> &'static str {
        match self {
            Self::Auto => "Auto",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }

    /// What the button switches to.
    pub fn next(self) -> Self {
        match self {
            Self::Auto => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::Auto,
        }
    }

    /// `Theme: auto. Switch to light`.
    pub fn label(self) -> String {
        format!("Theme: {}. Switch to {}", self.name(), self.next().name())
    }
}

pub fn chosen() -> Theme {
    let kept = js::call(&js::part("localStorage"), "getItem", &[&JsValue::from_str(KEY)]);
    match kept.map(|value| js::text(&value)).unwrap_or_default().as_str() {
        "light" => Theme::Light,
        "dark" => Theme::Dark,
        _ => Theme::Auto,
    }
}

pub fn keep(theme: Theme) {
    let (key, value) = (JsValue::from_str(KEY), JsValue::from_str(theme.name()));
    js::tell(&js::part("localStorage"), "setItem", &[&key, &value]);
    apply(theme);
}

pub fn apply(theme: Theme) {
    let root = js::get(&dom::document(), "documentElement");
    let name = JsValue::from_str("data-theme");
    match theme {
        Theme::Auto => js::tell(&root, "removeAttribute", &[&name]),
        _ => js::tell(&root, "setAttribute", &[&name, &JsValue::from_str(theme.name())]),
    }
}
