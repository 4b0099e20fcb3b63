//! Files: the tree, and an editor for the open ones.

use super::conflict::ConflictBar;
use super::editor::Editor;
use super::tree::Tree;
use crate::acts::Acts;
use crate::components::{action, empty, icon, skeleton, yes};
use crate::state::{Action, Dialog, Drafts};
use screen::{Control, Editing, FileView, Files, Input};
use std::rc::Rc;
use yew::prelude::*;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub files: Option<Rc<Files>>,
    pub file: Option<Rc<FileView>>,
    pub drafts: Rc<Drafts>,
    /// The file that a command waits for.
    pub editing: Option<Rc<Editing>>,
    pub acts: Acts,
}

#[component]
pub fn FilesPanel(props: &Props) -> Html {
    let Some(files) = &props.files else {
        return html! { <div class="body">{ skeleton() }</div> };
    };
    let open = {
        let acts = props.acts.clone();
        Callback::from(move |path: String| show(&acts, path))
    };
    let shown = AttrValue::from(props.drafts.shown.clone().unwrap_or_default());
    html! {
        <div class="files">
            <Tree files={Rc::clone(files)} {shown} {open} />
            <div class="edit">{ edit(props) }</div>
        </div>
    }
}

/// Opens a file in a tab; the worker sends what it holds.
fn show(acts: &Acts, path: String) {
    acts.control(Control::OpenFile(path.clone()));
    acts.dispatch(Action::OpenFile(path));
}

fn edit(props: &Props) -> Html {
    let acts = &props.acts;
    let new = acts.click(|acts| acts.dispatch(Action::Dialog(Some(Dialog::NewFile))));
    let Some(path) = props.drafts.shown.clone() else {
        return html! {
            <>
                <div class="tabs"><span class="grow"></span>{ action("New", "", new) }</div>
                { empty("file", "No file open", "Choose one in the tree.") }
            </>
        };
    };
    html! {
        <>
            { bar(props, &path, new) }
            { content(props, path) }
        </>
    }
}

/// The open files, and below them what can be done with the shown one.
fn bar(props: &Props, path: &str, new: Callback<MouseEvent>) -> Html {
    let tabs = props.drafts.tabs.iter().enumerate().map(|(at, tab)| file_tab(props, at, tab)).collect::<Html>();
    let editing = props.editing.clone().filter(|editing| editing.waits() && editing.path == path);
    html! {
        <>
            <div class="tabs"><div role="tablist" class="row" aria-label="Open files">{ tabs }</div></div>
            <div class="tools">
                { match editing {
                    Some(editing) => waited_for(props, &editing),
                    None => tools(props, path, new),
                } }
            </div>
        </>
    }
}

fn tools(props: &Props, path: &str, new: Callback<MouseEvent>) -> Html {
    let acts = &props.acts;
    let (renamed, deleted, closed) = (path.to_owned(), path.to_owned(), path.to_owned());
    let rename = acts.click(move |acts| acts.dispatch(Action::Dialog(Some(Dialog::RenameFile(renamed.clone())))));
    let delete = acts.click(move |acts| acts.dispatch(Action::Dialog(Some(Dialog::DeleteFile(deleted.clone())))));
    let is_dirty = props.drafts.dirty(path);
    let close = acts.click(move |acts| acts.dispatch(Action::CloseFile(closed.clone())));
    let save = {
        let (path, draft) = (path.to_owned(), props.drafts.draft(path).map(|draft| draft.text.clone()));
        acts.click(move |acts| {
            if let Some(text) = draft.clone() {
                save(acts, path.clone(), text);
            }
        })
    };
    html! {
        <>
            <button class={classes!("btn", is_dirty.then_some("primary"))} type="button" disabled={!is_dirty} onclick={save}>
                { "Save" }
            </button>
            <button class="btn ghost" type="button" disabled={is_dirty} onclick={close}>{ "Close" }</button>
            <span class="grow"></span>
            { action("New", "ghost", new) }
            { action("Rename", "ghost", rename) }
            { action("Delete", "ghost", delete) }
        </>
    }
}

/// A command waits until this file is closed.
fn waited_for(props: &Props, editing: &Editing) -> Html {
    let keep = {
        let (editing, drafts) = (editing.clone(), Rc::clone(&props.drafts));
        props.acts.click(move |acts| keep_and_close(acts, &editing, &drafts))
    };
    let drop = {
        let editing = editing.clone();
        props.acts.click(move |acts| {
            acts.dispatch(Action::Discard(editing.path.clone()));
            close(acts, &editing);
        })
    };
    html! {
        <>
            <button class="btn primary" type="button" onclick={keep} title="Ctrl+Enter">{ "Save and close" }</button>
            <button class="btn ghost" type="button" onclick={drop}>{ "Close unsaved" }</button>
            <span class="grow"></span>
            <span class="wait" role="status">{ format!("{} waits for this file", editing.program) }</span>
        </>
    }
}

/// Saves what is not saved, and tells the program to go on.
fn keep_and_close(acts: &Acts, editing: &Editing, drafts: &Drafts) {
    if let Some(draft) = drafts.draft(&editing.path) {
        save(acts, editing.path.clone(), draft.text.clone());
    }
    close(acts, editing);
}

fn close(acts: &Acts, editing: &Editing) {
    acts.input(Input::Line { terminal: editing.terminal, text: editing.close.clone() });
}

fn file_tab(props: &Props, at: usize, path: &str) -> Html {
    let selected = props.drafts.shown.as_deref() == Some(path);
    let name = path.rsplit('/').next().unwrap_or(path).to_owned();
    let onclick = {
        let path = path.to_owned();
        props.acts.click(move |acts| show(acts, path.clone()))
    };
    html! {
        <button key={path} class="tab" role="tab" type="button" id={format!("file-{at}")} aria-selected={yes(selected)}
            aria-controls={selected.then_some("file-panel")} tabindex={if selected { "0" } else { "-1" }} {onclick}>
            { name }
            if props.drafts.dirty(path) {
                <span class="dirty" role="img" aria-label="unsaved"></span>
            }
        </button>
    }
}

fn save(acts: &Acts, path: String, text: String) {
    acts.dispatch(Action::Saving(path.clone()));
    acts.input(Input::Save { path, text });
}

fn content(props: &Props, path: String) -> Html {
    let file = props.file.clone().filter(|file| file.path == path);
    let draft = props.drafts.draft(&path);
    if let Some(why) = file.as_ref().and_then(|file| file.read_only.clone()) {
        return html! { <div class="empty">{ icon("file") }<b>{ "This file cannot be edited" }</b><span>{ why }</span></div> };
    }
    let Some(text) = draft.map(|draft| draft.text.clone()).or_else(|| file.as_ref().map(|file| file.text.clone()))
    else {
        return html! { <div class="body">{ skeleton() }</div> };
    };
    let at = props.drafts.tabs.iter().position(|tab| *tab == path).unwrap_or_default();
    let conflict = file.as_ref().and_then(|file| file.conflict.clone());
    let diagnostics = file.map(|file| file.diagnostics.clone()).unwrap_or_default();
    let undoable = draft.is_some();
    let changed_below = draft.is_some_and(|draft| draft.changed_below);
    let (edited, saved, discarded) = (path.clone(), path.clone(), path.clone());
    let onedit = {
        let acts = props.acts.clone();
        Callback::from(move |text: String| acts.dispatch(Action::Edit { path: edited.clone(), text }))
    };
    let onsave = {
        let acts = props.acts.clone();
        Callback::from(move |text: String| save(&acts, saved.clone(), text))
    };
    let editing = props.editing.clone().filter(|editing| editing.path == path);
    let (line, wanted) = editing.as_ref().map_or((1, false), |editing| (editing.line, true));
    let onclose = {
        let (acts, drafts) = (props.acts.clone(), Rc::clone(&props.drafts));
        Callback::from(move |()| {
            if let Some(editing) = editing.as_ref().filter(|editing| editing.waits()) {
                keep_and_close(&acts, editing, &drafts);
            }
        })
    };
    let ondiscard = props.acts.click(move |acts| acts.dispatch(Action::Discard(discarded.clone())));
    html! {
        <>
            if changed_below {
                <div class="diag" data-s="warn" role="status">
                    { icon("warn") }<span>{ "The file was changed meanwhile. Saving overwrites that." }</span>
                    <button class="btn" type="button" onclick={ondiscard}>{ "Drop my text" }</button>
                </div>
            }
            if let Some(conflict) = conflict {
                <ConflictBar {conflict} text={text.clone()} ontake={onedit.clone()} />
            }
            <Editor path={path.clone()} key={path} tab={format!("file-{at}")} {text} {diagnostics}
                acts={props.acts.clone()} {line} {wanted} {undoable} {onedit} {onsave} {onclose} />
        </>
    }
}
