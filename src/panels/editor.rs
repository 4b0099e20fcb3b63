//! The editor of one file: CodeMirror, and a plain text field with line numbers until it is there, or where it cannot be
//! had. Below it, where the cursor is and what is wrong.

use crate::acts::Acts;
use crate::browser::codemirror::{self, CodeMirror, Said};
use crate::browser::js;
use crate::components::icon;
use screen::{Diagnostic, Look, Reply};
use std::cell::Cell;
use std::rc::Rc;
use web_sys::HtmlTextAreaElement;
use yew::platform::spawn_local;
use yew::prelude::*;

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// Id of the tab that it belongs to.
    pub tab: String,
    pub path: String,
    pub text: String,
    /// What is wrong with the saved text.
    pub diagnostics: Vec<Diagnostic>,
    pub acts: Acts,
    pub onedit: Callback<String>,
    /// Ctrl-S.
    pub onsave: Callback<String>,
    /// Ctrl-Enter, after what was typed.
    pub onclose: Callback<()>,
    /// The line to begin at, from 1.
    pub line: u32,
    /// What changes the text from outside is the learner's doing: Ctrl-Z takes it back.
    pub undoable: bool,
    /// A command opened it: it takes the keyboard.
    pub wanted: bool,
}

/// Line and column, from 1.
type Place = (usize, usize);

#[component]
pub fn Editor(props: &Props) -> Html {
    let (host, field) = (use_node_ref(), use_node_ref());
    let cursor = use_state_eq(|| (1, 1));
    {
        let (field, text, line, wanted) = (field.clone(), props.text.clone(), props.line, props.wanted);
        use_effect_with((), move |()| {
            if let Some(field) = field.cast::<HtmlTextAreaElement>().filter(|_| wanted) {
                let at = start_of(&text, line);
                // A field that is not shown takes neither: the learner's click will.
                field.focus().ok();
                field.set_selection_range(at, at).ok();
            }
        });
    }
    let diagnostics = use_diagnostics(props);
    let is_rich = use_codemirror(props, &diagnostics, &host, &field, cursor.setter());
    html! {
        <>
            <div class="editor" id="file-panel" role="tabpanel" aria-labelledby={props.tab.clone()}>
                if !is_rich {
                    { plain(props, field, cursor.setter()) }
                }
                <div class="rich" ref={host}></div>
            </div>
            { diagnosis(&diagnostics, *cursor, is_rich) }
        </>
    }
}

/// After a letter, another one comes within this time, or typing rests.
const REST_MS: u32 = 250;

/// What is wrong with the text: with one that is not saved, the worker is asked when typing rests.
#[hook]
fn use_diagnostics(props: &Props) -> Vec<Diagnostic> {
    let found = use_state_eq(|| None::<Vec<Diagnostic>>);
    let turns = use_memo((), |()| Cell::new(0_u32));
    let (acts, path, set) = (props.acts.clone(), props.path.clone(), found.setter());
    use_effect_with((props.text.clone(), props.undoable), move |(text, unsaved)| {
        let turn = turns.get().wrapping_add(1);
        turns.set(turn);
        if !unsaved {
            return set.set(None);
        }
        let look = Look::Diagnose { path, text: text.clone() };
        spawn_local(async move {
            js::sleep(REST_MS).await;
            let is_last = move |turns: &Rc<Cell<u32>>| turns.get() == turn;
            if is_last(&turns) {
                acts.ask(look, move |_, reply| {
                    if let Reply::Diagnostics(all) = reply
                        && is_last(&turns)
                    {
                        set.set(Some(all));
                    }
                });
            }
        });
    });
    (*found).clone().unwrap_or_else(|| props.diagnostics.clone())
}

/// Lets CodeMirror take the field's place as soon as it is loaded; tells whether it has.
#[hook]
fn use_codemirror(
    props: &Props,
    diagnostics: &[Diagnostic],
    host: &NodeRef,
    field: &NodeRef,
    cursor: UseStateSetter<Place>,
) -> bool {
    let view = use_mut_ref(|| None::<CodeMirror>);
    let is_open = use_state_eq(|| false);
    // It stays as long as the file, and props change with every letter.
    let calls = use_mut_ref(|| props.clone());
    *calls.borrow_mut() = props.clone();
    let heard = move |said| match said {
        Said::Edited(text) => calls.borrow().onedit.emit(text),
        Said::Saved(text) => calls.borrow().onsave.emit(text),
        Said::Closed => calls.borrow().onclose.emit(()),
        Said::At(line, column) => cursor.set((line, column)),
    };
    {
        let (host, field, path) = (host.clone(), field.clone(), props.path.clone());
        let (view, is_open) = (view.clone(), is_open.setter());
        use_effect_with((), move |()| {
            let opened = view.clone();
            spawn_local(async move {
                let module = codemirror::load().await;
                // Meanwhile the file may have been closed. Without the module, the text field stays.
                let (Ok(module), Some(host), Some(field)) = (module, host.get(), field.get()) else {
                    return;
                };
                if let Ok(view) = CodeMirror::open(&module, &host, &field, &path, heard) {
                    *opened.borrow_mut() = Some(view);
                    is_open.set(true);
                }
            });
            move || drop(view.take())
        });
    }
    let undoable = props.undoable;
    use_effect_with((props.text.clone(), diagnostics.to_vec(), *is_open), move |(text, diagnostics, _)| {
        if let Some(view) = &*view.borrow() {
            view.show(text, diagnostics, undoable);
        }
    });
    *is_open
}

fn plain(props: &Props, field: NodeRef, cursor: UseStateSetter<Place>) -> Html {
    let oninput = props.onedit.reform(|event: InputEvent| {
        event.target_dyn_into::<HtmlTextAreaElement>().map(|field| field.value()).unwrap_or_default()
    });
    let onkeydown = {
        let (onsave, onclose) = (props.onsave.clone(), props.onclose.clone());
        Callback::from(move |event: KeyboardEvent| {
            let by_control = event.ctrl_key() || event.meta_key();
            if by_control && event.key() == "Enter" {
                event.prevent_default();
                onclose.emit(());
            }
            if by_control && event.key() == "s" {
                event.prevent_default();
                if let Some(field) = event.target_dyn_into::<HtmlTextAreaElement>() {
                    onsave.emit(field.value());
                }
            }
        })
    };
    let moved = move |field: Option<HtmlTextAreaElement>| {
        if let Some(field) = field {
            let at = field.selection_start().ok().flatten().unwrap_or_default();
            cursor.set(position(&field.value(), at as usize));
        }
    };
    let onkeyup = {
        let moved = moved.clone();
        Callback::from(move |event: KeyboardEvent| moved(event.target_dyn_into()))
    };
    let onclick = Callback::from(move |event: MouseEvent| moved(event.target_dyn_into()));
    html! {
        <>
            <div class="gut" aria-hidden="true">{ numbers(&props.text) }</div>
            <textarea ref={field} spellcheck="false" autocapitalize="off" aria-label="Editor" value={props.text.clone()}
                {oninput} {onkeydown} {onkeyup} {onclick} />
        </>
    }
}

fn numbers(text: &str) -> String {
    let lines = text.split('\n').count();
    (1..=lines).map(|number| number.to_string()).collect::<Vec<_>>().join("\n")
}

/// Where a line starts, in UTF-16 units; the last line where there are fewer.
fn start_of(text: &str, line: u32) -> u32 {
    let before = text.split_inclusive('\n').take(line.saturating_sub(1) as usize);
    let ended = text.matches('\n').count();
    before.take(ended).map(|line| line.encode_utf16().count() as u32).sum()
}

/// The place of an offset in UTF-16 units.
fn position(text: &str, at: usize) -> Place {
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

/// The diagnostic of the cursor's line, else the first one; then the cursor's place, which is not said at every move.
fn diagnosis(diagnostics: &[Diagnostic], (line, column): Place, is_rich: bool) -> Html {
    let here = diagnostics.iter().find(|diagnostic| diagnostic.line as usize == line);
    let diagnostic = here.or(diagnostics.first());
    let state = diagnostic.map(|diagnostic| if diagnostic.warning { "warn" } else { "bad" });
    let words = diagnostic.map(|diagnostic| {
        let more = match diagnostics.len() {
            1 => String::new(),
            count => format!(" (1 of {count})"),
        };
        format!("{}:{} {}{more}", diagnostic.line, diagnostic.column, diagnostic.message)
    });
    html! {
        <div class="diag" data-s={state}>
            if let Some(state) = state {
                { icon(if state == "warn" { "warn" } else { "x" }) }
            }
            <span role="status">{ words }</span>
            if is_rich && state.is_none() {
                <span class="dim"><kbd>{ "Esc" }</kbd>{ " " }<kbd>{ "Tab" }</kbd>{ " leaves" }</span>
            }
            <span class="faint">{ format!("Ln {line}, Col {column}") }</span>
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
    fn a_line_has_its_start() {
        assert_eq!(start_of("ab\ncd\n", 1), 0);
        assert_eq!(start_of("ab\ncd\n", 2), 3);
        assert_eq!(start_of("ab\ncd", 9), 3);
    }

    #[test]
    fn every_line_has_its_number() {
        assert_eq!(numbers("a\nb\n"), "1\n2\n3");
    }
}
