//! How an application is synced this one time: the flags and options of Argo CD's own dialog, and which resources.

use crate::acts::Acts;
use crate::components::{action, yes};
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

#[derive(PartialEq, Properties)]
pub struct Props {
    pub app: App,
    pub acts: Acts,
}

/// Ticks begin as the application's policy has them, and all resources are chosen.
#[component]
pub fn SyncForm(props: &Props) -> Html {
    let with = use_state(|| props.app.options.clone());
    let left_out = use_state(Vec::<String>::new);
    let own: Vec<&Resource> = props.app.resources.iter().filter(|resource| resource.level == 1).collect();
    let choices = CHOICES.iter().map(|(word, label)| tick(label, word, with.contains(&(*word).to_owned()), &with));
    let resources = own.iter().map(|resource| {
        let key = key_of(resource);
        let label = format!("{} {}", resource.kind, resource.name);
        tick(&label, &key, !left_out.contains(&key), &left_out)
    });
    let mut only: Vec<SyncedResource> = Vec::new();
    for Resource { group, kind, namespace, name, .. } in
        own.iter().copied().filter(|one| !left_out.contains(&key_of(one)))
    {
        let (group, kind, namespace, name) = (group.clone(), kind.clone(), namespace.clone(), name.clone());
        only.push(SyncedResource { group, kind, namespace, name });
    }
    let none = only.is_empty() && !own.is_empty();
    if only.len() == own.len() {
        only.clear();
    }
    let act = ArgoCdAct::Sync(Some(SyncHow { with: (*with).clone(), only }));
    let sync = props.acts.on_input(Input::ArgoCd { app: props.app.name.clone(), act });
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

fn key_of(resource: &Resource) -> String {
    [resource.kind.as_str(), &resource.namespace, &resource.name].join("/")
}

/// One box; `word` is put into or taken out of the list.
fn tick(label: &str, word: &str, checked: bool, list: &UseStateHandle<Vec<String>>) -> Html {
    let (list, key) = (list.clone(), word.to_owned());
    let onchange = {
        let word = key.clone();
        Callback::from(move |_: Event| {
            let mut now = (*list).clone();
            let had = now.len();
            now.retain(|one| *one != word);
            if now.len() == had {
                now.push(word.clone());
            }
            list.set(now);
        })
    };
    html! { <label {key} title={word.to_owned()}><input type="checkbox" {checked} aria-checked={yes(checked)} {onchange} />{ label }</label> }
}
