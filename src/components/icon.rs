//! Icons, drawn as paths in a 16 × 16 box, and the small marks that are made with them.

use yew::prelude::*;

/// An icon that a word beside it explains.
pub fn icon(name: &str) -> Html {
    html! { <svg class="i" viewBox="0 0 16 16" aria-hidden="true"><path d={path(name)} /></svg> }
}

/// An icon that stands alone.
pub fn icon_named(name: &str, label: impl Into<AttrValue>) -> Html {
    let label: AttrValue = label.into();
    html! { <svg class="i" viewBox="0 0 16 16" role="img" aria-label={label}><path d={path(name)} /></svg> }
}

/// A state in a word, with its icon and colour.
pub fn state_word(state: &'static str, word: impl Into<AttrValue>) -> Html {
    let name = match state {
        "ok" => "ready",
        "run" => "running",
        "bad" => "failed",
        "warn" => "warn",
        _ => "idle",
    };
    let word: AttrValue = word.into();
    html! { <span class="state" data-s={state}>{ icon(name) }{ word }</span> }
}

/// The name of the site, which leads home.
pub fn logo(home: &str) -> Html {
    html! {
        <a class="logo" href={home.to_owned()} aria-label="opsfest, home">
            <svg viewBox="0 0 20 20" aria-hidden="true">
                <path d="M16.4 7.6A7 7 0 1017 10M17.2 3l-.7 4.8-4.5-1.300" />
                <rect x="7.5" y="7.5" width="5" height="5" rx="1.5" />
            </svg>
            <span>{ "ops" }<i>{ "fest" }</i></span>
        </a>
    }
}

fn path(name: &str) -> &'static str {
    match name {
        "check" => "M3 8.5l3.2 3.2L13 5",
        "x" => "M4 4l8 8M12 4l-8 8",
        "plus" => "M8 3.5v9M3.5 8h9",
        "keys" => "M2 4.5h12v7H2zM4.5 7h.1M7 7h.1M9.500 7h.1M12 7h.1M5.500 9.500h5",
        "bang" => "M8 3v6M8 12.5v.2",
        "play" => "M5 3.5v9l7-4.5z",
        "pause" => "M5.5 3.5v9M10.5 3.5v9",
        "next" => "M3.5 4v8l6-4zM12.5 4v8",
        "step" => "M4 8h7M8 5l3 3-3 3",
        "undo" => "M3 6h6.5a3.5 3.5 0 010 7H6M5.5 3.5L3 6l2.5 2.5",
        "share" => "M8 10V2.5M5 5l3-2.5L11 5M3 9v4.5h10V9",
        "menu" => "M3 4.5h10M3 8h10M3 11.5h10",
        "theme" => "M8 2.5a5.5 5.5 0 100 11zM8 2.5a5.5 5.5 0 010 11",
        "commit" => "M1.5 8h3.5M11 8h3.5M8 11a3 3 0 100-6 3 3 0 000 6z",
        "git" => {
            "M4.5 5.5v5M4.5 5.5a1.5 1.5 0 100-3 1.5 1.5 0 000 3zM4.5 13.5a1.5 1.5 0 100-3 1.5 1.5 0 000 3zM11.5 7a1.5 1.5 0 100-3 1.5 1.5 0 000 3zM11.5 7c0 2.5-3 3-7 3.2"
        }
        "pipeline" => "M2 8h3M11 8h3M5 5.5h6v5H5z",
        "image" => "M8 2l5.5 3v6L8 14l-5.5-3V5zM2.5 5L8 8l5.5-3M8 8v6",
        "sync" => "M13 6.5A5.3 5.3 0 003.5 5M3 9.5A5.3 5.3 0 0012.5 11M3.2 2.5V5h2.5M12.8 13.5V11h-2.5",
        "cluster" => "M2.5 3h4.5v4.5H2.5zM9 3h4.5v4.5H9zM2.5 9.5H7V14H2.5zM9 9.5h4.5V14H9z",
        "shop" => "M2 6.5V4h12v2.5a1.5 1.5 0 000 3V12H2V9.5a1.5 1.5 0 000-3zM10 4v8",
        "file" => "M4 2h5l3 3v9H4zM9 2v3h3",
        "folder" => "M2 4h4l1.5 1.5H14V13H2z",
        "term" => "M3 4.5L6.5 8 3 11.5M8 12h5",
        "why" => "M5.8 6a2.3 2.3 0 114 1.5C8.8 8.3 8 8.7 8 10M8 12.800v.2",
        "clock" => "M8 14A6 6 0 108 2a6 6 0 000 12zM8 4.5V8l2.5 1.5",
        "info" => "M8 14A6 6 0 108 2a6 6 0 000 12zM8 7.5V11M8 5v.2",
        "warn" => "M8 2.5L14.5 13.5h-13zM8 6.5v3.5M8 12v.1",
        "down" => "M8 3v8M4.5 8L8 11.5 11.5 8",
        "export" => "M8 2.5V10M5 7l3 3 3-3M3 11v2.5h10V11",
        "import" => "M8 10V2.5M5 5.5l3-3 3 3M3 11v2.5h10V11",
        "bug" => "M5.5 6h5v4.5a2.5 2.5 0 01-5 0zM6 6a2 2 0 014 0M2.5 8.5h3M10.5 8.5h3M3 4.5l2.5 2M13 4.5l-2.5 2",
        "reset" => "M3.5 5A5.5 5.5 0 112.5 8M3.2 2.5V5H6",
        "engine" => {
            "M8 10.5a2.5 2.5 0 100-5 2.5 2.5 0 000 5zM8 2v2M8 12v2M2 8h2M12 8h2M3.8 3.800l1.4 1.400M10.8 10.800l1.4 1.400M12.2 3.800l-1.4 1.400M5.2 10.800l-1.4 1.4"
        }
        "rewind" => "M7.5 4v8L2 8zM14 4v8L8.5 8z",
        "person" => "M8 8a2.5 2.5 0 100-5 2.5 2.5 0 000 5zM3 14c.5-3 2.5-4 5-4s4.5 1 5 4",
        "heart" => "M8 13.5S2.5 10 2.5 6.200A2.8 2.8 0 018 5a2.8 2.8 0 015.5 1.200C13.5 10 8 13.5 8 13.5z",
        "scale" => "M2.5 8A5.5 5.5 0 018 2.5M13.5 8A5.5 5.5 0 018 13.5M6 8h4M8 6v4",
        "arrow" => "M3 8h10M9 4l4 4-4 4",
        "chev" => "M6 4l4 4-4 4",
        "chevd" => "M4 6l4 4 4-4",
        "pending" => "M8 3v.1M12 5v.1M13 9v.1M10 12.5v.1M6 12.5v.1M3 9v.1M4 5v.1",
        "pulling" => "M8 2.5v7M5 7l3 3 3-3M3.5 13h9",
        "starting" => "M8 13A5 5 0 108 3",
        "notready" => "M8 13A5 5 0 108 3a5 5 0 000 10zM8 5.5V8l1.5 1.5",
        "ready" => "M8 13A5 5 0 108 3a5 5 0 000 10zM5.7 8l1.6 1.6 3-3.2",
        "terminating" => "M4 8h8",
        "crash" => "M9 2L4.5 8.5h3L7 14l4.5-6.5h-3z",
        "done" => "M3 8.5l3.2 3.200L13 5",
        "failed" => "M4 4l8 8M12 4l-8 8",
        "running" => "M8 13A5 5 0 108 3",
        "idle" => "M8 12A4 4 0 108 4a4 4 0 000 8z",
        _ => "",
    }
}
