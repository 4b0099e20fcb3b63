//! The line being typed: a text field with the keys of a shell.

use super::terminal::spans;
use super::terminal_keys::{Line, Recall, byte_at, complete, edit, search};
use crate::acts::Acts;
use crate::browser::{clipboard, dom};
use crate::state::{Action, Tail};
use screen::{Input, Look, Reply, Tone};
use std::cell::RefCell;
use std::rc::Rc;
use web_sys::HtmlInputElement;
use yew::prelude::*;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub terminal: u32,
    /// Its terminal is on the screen. What is typed into the others waits.
    pub shown: bool,
    pub tail: Rc<Tail>,
    /// What is typed into the file that a command waits for, and not saved.
    pub unsaved: Option<AttrValue>,
    pub acts: Acts,
}

/// Ctrl-R: the field holds the words looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Search {
    /// The line of the history that was found.
    found: Option<usize>,
}

#[component]
pub fn InputLine(props: &Props) -> Html {
    let keys = Keys {
        terminal: props.terminal,
        tail: Rc::clone(&props.tail),
        unsaved: props.unsaved.clone(),
        acts: props.acts.clone(),
        field: use_node_ref(),
        recall: use_mut_ref(Recall::default),
        search: use_state_eq(|| None::<Search>),
        choices: use_state_eq(Vec::new),
        is_git: use_state_eq(|| false),
    };
    let label = match &*keys.search {
        Some(search) => {
            let line = search.found.and_then(|at| keys.tail.history.get(at)).cloned().unwrap_or_default();
            html! { { format!("(reverse-i-search) {line}") } }
        }
        None if *keys.tail == Tail::default() => html! { { "$ " } },
        None => spans(keys.tail.prompt.as_ref().unwrap_or(&keys.tail.partial)),
    };
    let choices = keys.choices.join("  ");
    let field = keys.field.clone();
    let onkeydown = keys.callback(Keys::key);
    let onpaste = keys.callback(Keys::paste);
    let oninput = keys.callback(|keys, _: InputEvent| keys.typed());
    let onsubmit = keys.callback(|keys, event: SubmitEvent| {
        event.prevent_default();
        keys.submit();
    });
    let onpreview = keys.callback(|keys, _: MouseEvent| keys.preview());
    let id = if props.shown { "cmd".to_owned() } else { format!("cmd-{}", props.terminal) };
    html! {
        <div hidden={!props.shown}>
            <form {onsubmit}>
                <label for={id.clone()}>{ label }</label>
                <input {id} ref={field} autocomplete="off" autocapitalize="off" autocorrect="off" spellcheck="false"
                    enterkeyhint="send" aria-label="Terminal input" {onkeydown} {onpaste} {oninput} />
                if *keys.is_git {
                    <button class="btn small" type="button" title="Alt+W" onclick={onpreview}>
                        { "What would this do?" }
                    </button>
                }
            </form>
            <div role="status" class="dim">{ choices }</div>
        </div>
    }
}

#[derive(Clone)]
struct Keys {
    terminal: u32,
    tail: Rc<Tail>,
    unsaved: Option<AttrValue>,
    acts: Acts,
    field: NodeRef,
    recall: Rc<RefCell<Recall>>,
    search: UseStateHandle<Option<Search>>,
    choices: UseStateHandle<Vec<String>>,
    /// A command of Git is being typed: what it would do can be shown.
    is_git: UseStateHandle<bool>,
}

impl Keys {
    fn callback<E: 'static>(&self, act: impl Fn(&Self, E) + 'static) -> Callback<E> {
        let keys = self.clone();
        Callback::from(move |event: E| act(&keys, event))
    }

    fn input(&self) -> Option<HtmlInputElement> {
        self.field.cast::<HtmlInputElement>()
    }

    fn line(&self) -> Line {
        let Some(field) = self.input() else {
            return Line::ended(String::new());
        };
        let cursor = field.selection_start().ok().flatten();
        let text = field.value();
        match cursor {
            Some(cursor) => Line { text, cursor },
            None => Line::ended(text),
        }
    }

    fn set(&self, line: &Line) {
        if let Some(field) = self.input() {
            field.set_value(&line.text);
            // A field that is not shown has no selection: nothing is lost.
            field.set_selection_range(line.cursor, line.cursor).ok();
        }
    }

    fn send(&self, text: String) {
        self.acts.input(Input::Line { terminal: self.terminal, text });
    }

    fn submit(&self) {
        let text = self.found().unwrap_or_else(|| self.line().text);
        self.search.set(None);
        self.choices.set(Vec::new());
        self.is_git.set(false);
        *self.recall.borrow_mut() = Recall::default();
        if self.refuses(&text) {
            return;
        }
        self.set(&Line::ended(String::new()));
        self.send(text);
    }

    /// A word for the editor: what is typed into the file is saved first, or lost only when that was said.
    fn refuses(&self, text: &str) -> bool {
        let (Some(editing), Some(unsaved)) = (&self.tail.editing, &self.unsaved) else { return false };
        let path = editing.path.clone();
        match text.trim() {
            ":q" | ":quit" | ":qa" => {
                self.acts.toast(Tone::Warn, "E37: No write since last change (add ! to override)");
                return true;
            }
            ":q!" | ":qa!" | "ZQ" | ":cq" | ":cq!" => self.acts.dispatch(Action::Discard(path)),
            ":w" | ":w!" | ":wa" | ":write" | ":wq" | ":wq!" | ":wqa" | ":x" | ":xa" | ":xit" | "ZZ" | "^O" | "^X"
            | "close" => {
                self.acts.dispatch(Action::Saving(path.clone()));
                self.acts.input(Input::Save { path, text: unsaved.to_string() });
            }
            _ => {}
        }
        false
    }

    fn key(&self, event: KeyboardEvent) {
        let key = event.key();
        let plain = !(event.ctrl_key() || event.alt_key() || event.meta_key());
        let by_control = event.ctrl_key() && !event.alt_key() && !event.meta_key() && !event.shift_key();
        let handled = if self.search.is_some() && self.search_key(&key, by_control) {
            true
        } else if by_control {
            self.control(&key)
        } else if event.alt_key() && key == "w" && *self.is_git {
            self.preview();
            true
        } else if plain {
            self.plain(&key, event.shift_key())
        } else {
            false
        };
        if handled {
            event.prevent_default();
        }
    }

    fn plain(&self, key: &str, shift: bool) -> bool {
        let line = self.line();
        let recalled = match key {
            "ArrowUp" => self.recall.borrow_mut().older(&self.tail.history, &line.text),
            "ArrowDown" => self.recall.borrow_mut().newer(&self.tail.history),
            // On an empty line, and with Shift always, Tab leaves the terminal.
            "Tab" if !shift && !line.text.is_empty() => {
                self.complete(line);
                return true;
            }
            _ => return false,
        };
        if let Some(text) = recalled {
            self.set(&Line::ended(text));
        }
        true
    }

    fn control(&self, key: &str) -> bool {
        let line = self.line();
        let terminal = self.terminal;
        match key {
            "c" if self.selects() => return false,
            "c" => {
                self.set(&Line::ended(String::new()));
                self.acts.input(Input::Interrupt { terminal });
            }
            // At a prompt it is the field's own undo.
            "z" if self.tail.prompt.is_none() => self.acts.input(Input::Suspend { terminal }),
            "d" if line.text.is_empty() => self.acts.input(Input::EndOfInput { terminal }),
            "l" => self.acts.dispatch(Action::ClearTerminal(terminal)),
            "r" => {
                self.search.set(Some(Search { found: None }));
                self.set(&Line::ended(String::new()));
            }
            _ => {
                let Some(edited) = edit(key, &line) else {
                    return false;
                };
                self.set(&edited);
            }
        }
        true
    }

    /// Something is selected: Ctrl-C copies it.
    fn selects(&self) -> bool {
        let in_field = self.input().is_some_and(|field| {
            let start = field.selection_start().ok().flatten();
            start != field.selection_end().ok().flatten()
        });
        in_field || !dom::selection().is_empty()
    }

    fn found(&self) -> Option<String> {
        let at = self.search.as_ref()?.found?;
        self.tail.history.get(at).cloned()
    }

    fn search_key(&self, key: &str, by_control: bool) -> bool {
        match (key, by_control) {
            ("r", true) => {
                let before = self.search.as_ref().and_then(|search| search.found);
                self.look(before.unwrap_or(self.tail.history.len()));
            }
            ("g" | "c", true) | ("Escape", _) => {
                self.search.set(None);
                self.set(&Line::ended(String::new()));
            }
            ("Tab" | "ArrowRight" | "ArrowLeft" | "End", _) | ("e", true) => {
                let found = self.found().unwrap_or_default();
                self.search.set(None);
                self.set(&Line::ended(found));
            }
            _ => return false,
        }
        true
    }

    /// Looks for the words in the field, in lines older than `before`.
    fn look(&self, before: usize) {
        let words = self.line().text;
        let older = search(&self.tail.history, &words, before);
        let kept = self.search.as_ref().and_then(|search| search.found);
        self.search.set(Some(Search { found: older.or(kept.filter(|_| before < self.tail.history.len())) }));
    }

    /// Shows what the line would do; the line stays.
    fn preview(&self) {
        self.acts.preview(self.terminal, self.line().text);
        dom::focus("#cmd");
    }

    fn typed(&self) {
        self.choices.set(Vec::new());
        self.is_git.set(self.search.is_none() && self.line().text.trim_start().starts_with("git "));
        if *self.is_git {
            self.acts.dispatch(Action::Preview(None));
        }
        if self.search.is_some() {
            self.look(self.tail.history.len());
        }
    }

    fn complete(&self, line: Line) {
        let keys = self.clone();
        let look = Look::Complete {
            terminal: self.terminal,
            cursor: byte_at(&line.text, line.cursor) as u32,
            line: line.text.clone(),
        };
        self.acts.ask(look, move |_, reply| {
            let Reply::Complete { replace, with } = reply else {
                return;
            };
            // Typed on meanwhile: the answer is too late.
            if keys.line() == line {
                let (next, choices) = complete(&line, replace, &with);
                keys.set(&next);
                keys.choices.set(choices);
            }
        });
    }

    /// Several lines are sent one by one; the last one, if it is not ended, waits for Enter.
    fn paste(&self, event: Event) {
        let pasted = clipboard::pasted(&event).replace("\r\n", "\n");
        if !pasted.contains('\n') {
            return;
        }
        event.prevent_default();
        let line = self.line();
        let (before, after) = line.text.split_at(byte_at(&line.text, line.cursor));
        let whole = format!("{before}{pasted}{after}");
        let mut lines: Vec<&str> = whole.split('\n').collect();
        let rest = lines.pop().unwrap_or_default().to_owned();
        for text in lines {
            self.send(text.to_owned());
        }
        self.set(&Line::ended(rest));
    }
}
