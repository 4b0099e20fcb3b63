//! Dialogs: what must be decided before anything else.

use super::action;
use crate::acts::Acts;
use crate::browser::{dom, js, share};
use crate::components::menu;
use crate::link::Keeping;
use crate::state::{Action, Dialog};
use screen::{Control, Input};
use std::rc::Rc;
use web_sys::HtmlInputElement;
use yew::prelude::*;

#[derive(PartialEq, Properties)]
pub struct ModalProps {
    pub title: AttrValue,
    pub children: Html,
    /// Its buttons, the one that goes on last.
    pub footer: Html,
    pub onclose: Callback<()>,
}

/// A modal dialog; the focus goes back where it was when it closes.
#[component]
pub fn Modal(props: &ModalProps) -> Html {
    let place = use_node_ref();
    {
        let place = place.clone();
        use_effect_with((), move |_| {
            let before = dom::focused();
            if let Some(dialog) = place.get() {
                js::tell(&dialog, "showModal", &[]);
            }
            move || js::tell(&before, "focus", &[])
        });
    }
    let onclose = props.onclose.reform(|_: Event| ());
    html! {
        <dialog ref={place} aria-labelledby="dialog-h" {onclose}>
            <h2 id="dialog-h">{ props.title.clone() }</h2>
            { props.children.clone() }
            <footer>{ props.footer.clone() }</footer>
        </dialog>
    }
}

#[derive(PartialEq, Properties)]
pub struct Props {
    pub dialog: Option<Dialog>,
    pub acts: Acts,
}

/// The dialog that is open, if one is.
#[component]
pub fn Dialogs(props: &Props) -> Html {
    let acts = &props.acts;
    match &props.dialog {
        None => Html::default(),
        Some(Dialog::Reset) => reset(acts),
        Some(Dialog::Solution { step, rung }) => solution(acts, step.clone(), *rung),
        Some(Dialog::OpenShared) => open_shared(acts),
        Some(Dialog::ShareLink(link)) => shown(acts, "A link to this world", link),
        Some(Dialog::Report(report)) => shown(acts, "Report", report),
        Some(Dialog::Replace(bytes)) => replace(acts, Rc::clone(bytes)),
        Some(Dialog::NewFile) => html! { <Ask title="New file" acts={acts.clone()} /> },
        Some(Dialog::RenameFile(path)) => {
            html! { <Ask title="Rename file" path={path.clone()} acts={acts.clone()} /> }
        }
        Some(Dialog::DeleteFile(path)) => delete(acts, path.clone()),
        Some(Dialog::Keys) => keys(acts),
    }
}

fn close(acts: &Acts) -> Callback<()> {
    let acts = acts.clone();
    Callback::from(move |()| acts.dispatch(Action::Dialog(None)))
}

/// A button that closes the dialog, and does something.
fn choice(acts: &Acts, label: &'static str, class: &'static str, act: impl Fn(&Acts) + 'static) -> Html {
    let onclick = acts.click(move |acts| {
        acts.dispatch(Action::Dialog(None));
        act(acts);
    });
    action(label, class, onclick)
}

fn reset(acts: &Acts) -> Html {
    let export = acts.click(menu::export_session);
    let footer = html! {
        <>
            { choice(acts, "Keep working", "", |_| ()) }
            { action("Export first", "", export) }
            { choice(acts, "Reset", "primary", |acts| acts.control(Control::Reset)) }
        </>
    };
    html! {
        <Modal title="Reset this lesson?" {footer} onclose={close(acts)}>
            <p>{ "The world goes back to its start, and what you did here is gone. Export the session first to keep it." }</p>
        </Modal>
    }
}

fn solution(acts: &Acts, step: String, rung: u32) -> Html {
    let show = move |acts: &Acts| acts.input(Input::Hint { step: step.clone(), rung });
    let footer = html! {
        <>
            { choice(acts, "Try on", "", |_| ()) }
            { choice(acts, "Show it", "primary", show) }
        </>
    };
    html! {
        <Modal title="Show the worked solution?" {footer} onclose={close(acts)}>
            <p>{ "The step then counts as assisted; you get the same task again on a new seed." }</p>
        </Modal>
    }
}

fn open_shared(acts: &Acts) -> Html {
    let own = |acts: &Acts| {
        share::forget();
        acts.link().answer_shared(Keeping::Own);
    };
    let open = |acts: &Acts| acts.link().answer_shared(Keeping::Shared);
    let closed = {
        let acts = acts.clone();
        Callback::from(move |()| {
            acts.dispatch(Action::Dialog(None));
            own(&acts);
        })
    };
    let footer = html! {
        <>
            { choice(acts, "Open my own", "", own) }
            { choice(acts, "Open the shared world", "primary", open) }
        </>
    };
    html! {
        <Modal title="Open a shared world?" {footer} onclose={closed}>
            <p>{ "This link holds somebody's world. It is kept beside your own session of this lesson, which stays as it is." }</p>
        </Modal>
    }
}

fn replace(acts: &Acts, bytes: Rc<Vec<u8>>) -> Html {
    let open = move |acts: &Acts| acts.link().replace_by_file(Rc::clone(&bytes));
    let footer = html! {
        <>
            { choice(acts, "Keep working", "", |_| ()) }
            { choice(acts, "Replace it", "primary", open) }
        </>
    };
    html! {
        <Modal title="Replace this session?" {footer} onclose={close(acts)}>
            <p>{ "The session from the file takes the place of the present one, which is gone unless you export it first." }</p>
        </Modal>
    }
}

/// A text that could not be copied by itself.
fn shown(acts: &Acts, title: &'static str, text: &str) -> Html {
    let footer = choice(acts, "Close", "primary", |_| ());
    html! {
        <Modal {title} {footer} onclose={close(acts)}>
            <p>{ "This browser does not let a page copy here. Copy it from this field:" }</p>
            <textarea class="in" rows="4" cols="40" readonly=true aria-label={title} value={text.to_owned()} />
        </Modal>
    }
}

fn delete(acts: &Acts, path: String) -> Html {
    let sentence = format!("{path} is removed from the workstation. Undo brings it back.");
    let remove = move |acts: &Acts| {
        acts.dispatch(Action::CloseFile(path.clone()));
        acts.input(Input::Delete { path: path.clone() });
    };
    let footer = html! {
        <>
            { choice(acts, "Keep it", "", |_| ()) }
            { choice(acts, "Delete", "primary", remove) }
        </>
    };
    html! { <Modal title="Delete this file?" {footer} onclose={close(acts)}><p>{ sentence }</p></Modal> }
}

/// Keys of the workbench, and those of the terminal that are no letters of a command.
const KEYS: [(&str, &str); 10] = [
    ("Alt+N", "another terminal"),
    ("Alt+J", "the next terminal"),
    ("Alt+P", "play or pause the clock"),
    ("Alt+W", "what this Git command would do"),
    ("Tab", "completes; on an empty line it leaves the terminal"),
    ("Ctrl+C", "stops the command; copies what is selected"),
    ("Ctrl+Z", "stops the command for now; fg and bg let it go on"),
    ("Ctrl+D", "end of input; closes the shell"),
    ("Ctrl+R", "searches in the history"),
    ("Ctrl+L", "clears the screen"),
];

fn keys(acts: &Acts) -> Html {
    let footer = choice(acts, "Close", "primary", |_| ());
    let row = |(key, words): (&str, &str)| html! { <><dt><kbd>{ key }</kbd></dt><dd>{ words }</dd></> };
    html! {
        <Modal title="Keys" {footer} onclose={close(acts)}>
            <dl class="keys">{ KEYS.into_iter().map(row).collect::<Html>() }</dl>
        </Modal>
    }
}

#[derive(PartialEq, Properties)]
struct AskProps {
    title: AttrValue,
    /// The file to rename; a new one without.
    #[prop_or_default]
    path: Option<String>,
    acts: Acts,
}

/// Asks for the path of a file.
#[component]
fn Ask(props: &AskProps) -> Html {
    let input = use_node_ref();
    let onsubmit = {
        let (acts, input, from) = (props.acts.clone(), input.clone(), props.path.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let to = input.cast::<HtmlInputElement>().map(|input| input.value()).unwrap_or_default();
            let to = to.trim().to_owned();
            acts.dispatch(Action::Dialog(None));
            if !to.is_empty() {
                apply(&acts, from.clone(), to);
            }
        })
    };
    let acts = &props.acts;
    let footer = html! {
        <>
            { choice(acts, "Cancel", "", |_| ()) }
            <button class="btn primary" type="submit" form="ask-path">{ "OK" }</button>
        </>
    };
    html! {
        <Modal title={props.title.clone()} {footer} onclose={close(acts)}>
            <form id="ask-path" {onsubmit}>
                <label class="cap" for="path">{ "Path" }</label>
                <p><input ref={input} class="in" id="path" autocomplete="off" spellcheck="false"
                    value={props.path.clone().unwrap_or_default()} /></p>
            </form>
        </Modal>
    }
}

fn apply(acts: &Acts, from: Option<String>, to: String) {
    match from {
        Some(from) => {
            acts.dispatch(Action::CloseFile(from.clone()));
            acts.input(Input::Rename { from, to: to.clone() });
        }
        None => acts.input(Input::Save { path: to.clone(), text: String::new() }),
    }
    acts.control(Control::OpenFile(to.clone()));
    acts.dispatch(Action::OpenFile(to));
}
