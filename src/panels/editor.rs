//! The editor of one file: a plain text field with line numbers and diagnostics, behind props that a richer one can
//! take over.

use crate::components::icon;
use screen::Diagnostic;
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

#[derive(PartialEq, Properties)]
pub struct Props {
    /// Id of the tab that it belongs to.
    pub tab: String,
    pub text: String,
    pub diagnostics: Vec<Diagnostic>,
    pub onedit: Callback<String>,
    /// Ctrl-S.
    pub onsave: Callback<String>,
}

#[component]
pub fn Editor(props: &Props) -> Html {
    let cursor = use_state_eq(|| (1_usize, 1_usize));
    let oninput = props.onedit.reform(|event: InputEvent| {
        event.target_dyn_into::<HtmlTextAreaElement>().map(|field| field.value()).unwrap_or_default()
    });
    let onkeydown = {
        let onsave = props.onsave.clone();
        Callback::from(move |event: KeyboardEvent| {
            if (event.ctrl_key() || event.meta_key()) && event.key() == "s" {
                event.prevent_default();
                if let Some(field) = event.target_dyn_into::<HtmlTextAreaElement>() {
                    onsave.emit(field.value());
                }
            }
        })
    };
    let moved = {
        let cursor = cursor.setter();
        move |field: Option<HtmlTextAreaElement>| {
            if let Some(field) = field {
                let at = field.selection_start().ok().flatten().unwrap_or_default();
                cursor.set(position(&field.value(), at as usize));
            }
        }
    };
    let onkeyup = {
        let moved = moved.clone();
        Callback::from(move |event: KeyboardEvent| moved(event.target_dyn_into()))
    };
    let onclick = Callback::from(move |event: MouseEvent| moved(event.target_dyn_into()));
    let (line, column) = *cursor;
    html! {
        <>
            <div class="editor" id="file-panel" role="tabpanel" aria-labelledby={props.tab.clone()}>
                <div class="gut" aria-hidden="true">{ numbers(&props.text) }</div>
                <textarea spellcheck="false" autocapitalize="off" aria-label="Editor" value={props.text.clone()}
                    {oninput} {onkeydown} {onkeyup} {onclick} />
            </div>
            { diagnosis(&props.diagnostics, line, column) }
        </>
    }
}

fn numbers(text: &str) -> String {
    let lines = text.split('\n').count();
    (1..=lines).map(|number| number.to_string()).collect::<Vec<_>>().join("\n")
}

/// Line and column, from 1, of a place counted in UTF-16 units.
fn position(text: &str, at: usize) -> (usize, usize) {
    let (mut line, mut column, mut seen) = (1, 1, 0);
    for letter in text.chars() {
        if seen >= at {
            break;
        }
        seen += letter.len_utf16();
        if letter == '\n' {
            line += 1;
            column = 1;
        } else {
            column += 1;
        }
    }
    (line, column)
}

/// The diagnostic of the cursor's line, else the first one.
fn diagnosis(diagnostics: &[Diagnostic], line: usize, column: usize) -> Html {
    let here = diagnostics.iter().find(|diagnostic| diagnostic.line as usize == line);
    let place = format!("Ln {line}, Col {column}");
    let Some(diagnostic) = here.or(diagnostics.first()) else {
        return html! { <div class="diag" role="status"><span class="faint">{ place }</span></div> };
    };
    let state = if diagnostic.warning { "warn" } else { "bad" };
    let more = match diagnostics.len() {
        1 => String::new(),
        count => format!(" (1 of {count})"),
    };
    let words = format!("{}:{} {}{more}", diagnostic.line, diagnostic.column, diagnostic.message);
    html! {
        <div class="diag" data-s={state} role="status">
            { icon(if diagnostic.warning { "warn" } else { "x" }) }<span class="cut">{ words }</span>
            <span class="faint">{ place }</span>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_the_text_has_a_line_and_a_column() {
        assert_eq!(position("ab\ncd", 0), (1, 1));
        assert_eq!(position("ab\ncd", 4), (2, 2));
        assert_eq!(position("😀b", 2), (1, 2));
        assert_eq!(position("ab", 99), (1, 3));
    }

    #[test]
    fn every_line_has_its_number() {
        assert_eq!(numbers("a\nb\n"), "1\n2\n3");
    }
}
