//! How an application is synced this one time: the flags and options of Argo CD's own dialog, and which resources.

use crate::acts::Acts;
use crate::components::action;
use screen::{App, ArgoCdAct, Input, Resource, SyncHow, SyncedResource};
use yew::prelude::*;

/// As Argo CD words them.
const CHOICES: [(&str, &str); 11] = [
    ("prune", "Prune"),
    ("dry-run", "Dry run"),
    ("apply-only", "Apply only"),
    ("force", "Force"),
    ("Validate=false", "Skip schema validation"),
    ("CreateNamespace=true", "Auto-create namespace"),
    ("PruneLast=true", "Prune last"),
    ("ApplyOutOfSyncOnly=true", "Apply out of sync only"),
    ("RespectIgnoreDifferences=true", "Respect ignore differences"),
    ("ServerSideApply=true", "Server-side apply"),
    ("Replace=true", "Replace"),
];

/// What is ticked for an application.
#[derive(Clone, Default, PartialEq)]
pub struct Ticks {
    app: String,
    with: Vec<String>,
    /// Keys of resources.
    left_out: Vec<String>,
}

/// Ticks begin as the application's policy has them, and all resources are chosen.
pub fn form(app: &App, state: &UseStateHandle<Ticks>, acts: &Acts) -> Html {
    let ticks = if state.app == app.name {
        (**state).clone()
    } else {
        Ticks { app: app.name.clone(), with: app.options.clone(), left_out: Vec::new() }
    };
    let own: Vec<&Resource> = app.resources.iter().filter(|resource| resource.level == 1).collect();
    let choices = CHOICES.iter().map(|(word, label)| {
        let mut next = ticks.clone();
        tick(label, word, toggled(&mut next.with, word), next, state)
    });
    let resources = own.iter().map(|resource| {
        let (mut next, key) = (ticks.clone(), key_of(resource));
        tick(&format!("{} {}", resource.kind, resource.name), &key, !toggled(&mut next.left_out, &key), next, state)
    });
    let mut only: Vec<SyncedResource> = Vec::new();
    for Resource { group, kind, namespace, name, .. } in
        own.iter().copied().filter(|one| !ticks.left_out.contains(&key_of(one)))
    {
        let (group, kind, namespace, name) = (group.clone(), kind.clone(), namespace.clone(), name.clone());
        only.push(SyncedResource { group, kind, namespace, name });
    }
    let none = only.is_empty() && !own.is_empty();
    if only.len() == own.len() {
        only.clear();
    }
    let act = ArgoCdAct::Sync(Some(SyncHow { with: ticks.with.clone(), only }));
    let sync = acts.on_input(Input::ArgoCd { app: app.name.clone(), act });
    html! {
        <div class="explain syncs">
            <fieldset><legend class="cap">{ "This sync" }</legend>{ for choices }</fieldset>
            <fieldset><legend class="cap">{ "Resources" }</legend>{ for resources }</fieldset>
            if none {
                <p class="dim">{ "Choose a resource." }</p>
            } else {
                { action("Synchronize", "primary", sync) }
            }
        </div>
    }
}

/// Puts a word into a list or takes it out; tells whether it was there.
fn toggled(list: &mut Vec<String>, word: &str) -> bool {
    let had = list.len();
    list.retain(|one| one != word);
    let was = list.len() != had;
    if !was {
        list.push(word.to_owned());
    }
    was
}

fn key_of(resource: &Resource) -> String {
    [resource.kind.as_str(), &resource.namespace, &resource.name].join("/")
}

/// One box; a press makes the next state.
fn tick(label: &str, word: &str, checked: bool, next: Ticks, state: &UseStateHandle<Ticks>) -> Html {
    let state = state.setter();
    let onchange = Callback::from(move |_: Event| state.set(next.clone()));
    html! {
        <label key={word.to_owned()} title={word.to_owned()}>
            <input type="checkbox" {checked} {onchange} />{ label }
        </label>
    }
}
