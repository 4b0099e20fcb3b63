//! The menu: sessions and repositories in and out, theme, reset, report.

use super::icon;
use crate::acts::Acts;
use crate::browser::theme::{self, Theme};
use crate::browser::{dom, files, js};
use crate::state::{Action, Dialog};
use screen::{Input, Look, Reply, Tone};
use std::rc::Rc;
use yew::platform::spawn_local;
use yew::prelude::*;

/// A file name for what goes out of this lesson.
const SESSION_FILE: &str = "session.opsfest";

#[derive(PartialEq, Properties)]
pub struct Props {
    pub acts: Acts,
    /// The repository that the Git panel shows: its path.
    pub repo: AttrValue,
}

/// Opened by the button with `popovertarget="menu"`, without a script.
#[component]
pub fn Menu(props: &Props) -> Html {
    let theme = use_state_eq(theme::chosen);
    let acts = &props.acts;
    let repo = props.repo.to_string();
    let has_repo = !repo.is_empty();
    let switch = {
        let theme = theme.clone();
        Callback::from(move |_: MouseEvent| {
            let next = theme.next();
            theme::keep(next);
            theme.set(next);
        })
    };
    let reset = |acts: &Acts| acts.dispatch(Action::Dialog(Some(Dialog::Reset)));
    let keys = |acts: &Acts| acts.dispatch(Action::Dialog(Some(Dialog::Keys)));
    html! {
        <div class="pop" id="menu" popover="auto">
            { entry("export", "Export session", pick(acts, export_session)) }
            { entry("import", "Import session", pick(acts, import_session)) }
            { entry("git", "Import repository bundle", pick(acts, import_bundle)) }
            if has_repo {
                { entry("git", "Export repository bundle", pick(acts, move |acts| export_bundle(acts, &repo))) }
            }
            <hr />
            <button type="button" aria-label={theme.label()} onclick={switch}>
                { icon("theme") }{ format!("Theme: {}", Theme::name(*theme)) }
            </button>
            { entry("keys", "Keys", pick(acts, keys)) }
            { entry("reset", "Reset lesson", pick(acts, reset)) }
            { entry("bug", "Report a problem", pick(acts, report)) }
        </div>
    }
}

fn entry(name: &str, label: &'static str, onclick: Callback<MouseEvent>) -> Html {
    html! { <button type="button" {onclick}>{ icon(name) }{ label }</button> }
}

/// Closes the menu, and does what was picked.
fn pick(acts: &Acts, act: impl Fn(&Acts) + 'static) -> Callback<MouseEvent> {
    acts.click(move |acts| {
        if let Some(menu) = dom::find("#menu") {
            js::tell(&menu, "hidePopover", &[]);
        }
        act(acts);
    })
}

fn save(acts: &Acts, name: &str, bytes: &[u8]) {
    if let Err(why) = files::download(name, bytes) {
        acts.toast(Tone::Bad, format!("It could not be saved: {why}"));
    }
}

pub fn export_session(acts: &Acts) {
    acts.ask(Look::Export, |acts, reply| {
        if let Reply::Export(bytes) = reply {
            save(acts, SESSION_FILE, &bytes);
        }
    });
}

fn import_session(acts: &Acts) {
    let acts = acts.clone();
    spawn_local(async move {
        if let Some((_, bytes)) = files::pick(".opsfest").await {
            acts.dispatch(Action::Dialog(Some(Dialog::Replace(Rc::new(bytes)))));
        }
    });
}

fn import_bundle(acts: &Acts) {
    let acts = acts.clone();
    spawn_local(async move {
        if let Some((file, bytes)) = files::pick(".bundle").await {
            let name = file.strip_suffix(".bundle").unwrap_or(&file).to_owned();
            acts.toast(Tone::Ok, format!("Importing {file} as ~/{name}."));
            acts.input(Input::ImportBundle { name, bytes });
        }
    });
}

fn export_bundle(acts: &Acts, repo: &str) {
    let folder = repo.rsplit('/').next().unwrap_or(repo);
    let file = format!("{folder}.bundle");
    acts.ask(Look::Bundle { repo: repo.to_owned() }, move |acts, reply| match reply {
        Reply::Bundle(Ok(bytes)) => save(acts, &file, &bytes),
        Reply::Bundle(Err(why)) => acts.toast(Tone::Bad, why),
        _ => acts.toast(Tone::Warn, "There is no such repository."),
    });
}

fn report(acts: &Acts) {
    let report = acts.link().report("reported by hand");
    acts.copy(report, "The report is on the clipboard.", |report| Action::Dialog(Some(Dialog::Report(report))));
}
