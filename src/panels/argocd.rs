//! Argo CD: an application, what Git asks for and what became of it.

use super::argocd_sync::{self, Ticks};
use crate::acts::Acts;
use crate::components::{SheetOver, action, diff, empty, icon, skeleton, state_word, yes};
use crate::state::{Sheet, View};
use screen::{App, ArgoCd, ArgoCdAct, Input, Resource};
use std::rc::Rc;
use yew::prelude::*;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub argocd: Option<Rc<ArgoCd>>,
    pub sheet: Option<Rc<Sheet>>,
    pub acts: Acts,
}

#[component]
pub fn ArgoCdPanel(props: &Props) -> Html {
    let picked = use_state_eq(String::new);
    let shows = use_state_eq(|| Below::Tree);
    let ticks = use_state(Ticks::default);
    let Some(argocd) = &props.argocd else {
        return skeleton();
    };
    let app = argocd.apps.iter().find(|app| app.name == **picked).or(argocd.apps.first());
    let Some(app) = app else {
        return empty("sync", "No application yet", "An Application says which folder of which repository should run.");
    };
    let pick = {
        let picked = picked.setter();
        Callback::from(move |name: String| picked.set(name))
    };
    let toggle = |to: Below| {
        let shows = shows.clone();
        Callback::from(move |_: MouseEvent| shows.set(if *shows == to { Below::Tree } else { to }))
    };
    let acts = &props.acts;
    html! {
        <>
            if argocd.apps.len() > 1 {
                { applications(&argocd.apps, &app.name, &pick) }
            }
            { head(app, *shows, toggle(Below::Diff), toggle(Below::Options), acts) }
            { facts(app) }
            if *shows == Below::Options {
                { argocd_sync::form(app, &ticks, acts) }
            }
            if *shows == Below::Diff {
                { changes(app) }
            } else {
                { tree(app, acts) }
            }
            <div><h3 class="cap">{ "History" }</h3>{ history(app, acts) }</div>
            <SheetOver view={View::ArgoCd} sheet={props.sheet.clone()} acts={acts.clone()} />
        </>
    }
}

/// What is open besides the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Below {
    Tree,
    Diff,
    Options,
}

fn asks(app: &App, act: ArgoCdAct, acts: &Acts) -> Callback<MouseEvent> {
    acts.on_input(Input::ArgoCd { app: app.name.clone(), act })
}

fn applications(apps: &[App], shown: &str, pick: &Callback<String>) -> Html {
    let button = |app: &App| {
        let name = app.name.clone();
        let onclick = pick.reform(move |_: MouseEvent| name.clone());
        html! {
            <button key={app.name.clone()} class="btn" type="button" aria-pressed={yes(app.name == shown)} {onclick}>
                <span class="dot" data-s={health_state(&app.health)}></span>{ &app.name }
            </button>
        }
    };
    let buttons = apps.iter().map(button).collect::<Html>();
    html! { <div class="row" role="group" aria-label="Applications">{ buttons }</div> }
}

fn head(app: &App, shows: Below, to_diff: Callback<MouseEvent>, to_options: Callback<MouseEvent>, acts: &Acts) -> Html {
    let toggle = |label: &'static str, on: Below, onclick: Callback<MouseEvent>| {
        html! { <button class="btn" type="button" aria-pressed={yes(shows == on)} {onclick}>{ label }</button> }
    };
    html! {
        <div class="head">
            <h2>{ &app.name }</h2>
            { state_word(sync_state(&app.sync), app.sync.clone()) }
            { state_word(health_state(&app.health), app.health.clone()) }
            <span class="grow"></span>
            { toggle("Diff", Below::Diff, to_diff) }
            { action("Refresh", "", asks(app, ArgoCdAct::Refresh, acts)) }
            { toggle("Options", Below::Options, to_options) }
            if app.operation == "Running" {
                { action("Terminate", "", asks(app, ArgoCdAct::Terminate, acts)) }
            }
            { action("Sync", "primary", asks(app, ArgoCdAct::Sync(None), acts)) }
        </div>
    }
}

fn facts(app: &App) -> Html {
    let policy = match (app.automated, app.self_heal, app.prune) {
        (false, ..) => "manual".to_owned(),
        (true, heal, prune) => {
            format!("automated{}{}", if heal { ", self-heal" } else { "" }, if prune { ", prune" } else { "" })
        }
    };
    let parts = [app.operation.as_str(), app.message.as_str()];
    let operation = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ");
    let differ = app.resources.iter().filter(|one| one.level == 1 && one.sync == "OutOfSync");
    let differ = differ.map(|one| format!("{} {}", one.kind, one.name)).collect::<Vec<_>>().join(", ");
    let held = if app.held_back { "; a sync by hand is held back" } else { "" };
    let windows = if app.windows.is_empty() { String::new() } else { app.windows.join("; ") + held };
    let fact = |name: &'static str, value: String| {
        let shown = !value.is_empty();
        html! {
            if shown {
                <div><dt>{ name }</dt><dd>{ value }</dd></div>
            }
        }
    };
    let condition = |text: &String| html! { <p class="explain" data-s="warn" key={text.clone()}>{ text }</p> };
    let conditions = app.conditions.iter().map(condition).collect::<Html>();
    html! {
        <>
            <dl class="kv">
                { fact("Revision", format!("{} · {} {}", app.target, app.revision, app.subject)) }
                { fact("Source", format!("{}/{}", app.repo, app.path)) }
                { fact("Project", app.project.clone()) }
                { fact("Policy", policy) }
                { fact("Options", app.options.join(", ")) }
                { fact("Windows", windows) }
                { fact("OutOfSync", differ) }
                { fact("Operation", operation) }
                { fact("Next look", app.next_poll.clone()) }
            </dl>
            { conditions }
        </>
    }
}

fn changes(app: &App) -> Html {
    if app.changes.is_empty() {
        return html! { <p class="dim">{ "No difference: the cluster is as Git says." }</p> };
    }
    let change = |change: &screen::Change| {
        html! {
            <div key={change.resource.clone()}>
                <h3 class="cap">{ &change.resource }</h3>{ diff(&change.diff, format!("Diff of {}", change.resource)) }
            </div>
        }
    };
    app.changes.iter().map(change).collect::<Html>()
}

/// The application, and below it what follows from it.
fn tree(app: &App, acts: &Acts) -> Html {
    let mut at = 0;
    let below = level(&app.resources, &mut at, 1, acts);
    let describe = {
        let name = app.name.clone();
        acts.click(move |acts| {
            acts.describe(View::ArgoCd, "Application".to_owned(), "argocd".to_owned(), name.clone());
        })
    };
    html! {
        <ul class="rtree" aria-label="Resource tree">
            <li>
                <button class="res" type="button" data-s={health_state(&app.health)} onclick={describe}>
                    { icon("sync") }<span>{ &app.name }</span><small>{ "Application" }</small>
                </button>
                { for below }
            </li>
        </ul>
    }
}

/// The list of one level, from a flat list in tree order; `at` moves past what was drawn.
fn level(resources: &[Resource], at: &mut usize, depth: u32, acts: &Acts) -> Option<Html> {
    let mut items = Vec::new();
    while let Some(resource) = resources.get(*at).filter(|resource| resource.level >= depth) {
        *at += 1;
        let below = level(resources, at, resource.level + 1, acts);
        let key = format!("{}/{}/{}", resource.kind, resource.namespace, resource.name);
        items.push(html! { <li {key}>{ button(resource, acts) }{ for below }</li> });
    }
    (!items.is_empty()).then(|| html! { <ul>{ for items }</ul> })
}

fn button(resource: &Resource, acts: &Acts) -> Html {
    let Resource { kind, namespace, name, .. } = resource.clone();
    let describe = acts.click(move |acts| {
        acts.describe(View::ArgoCd, kind.clone(), namespace.clone(), name.clone());
    });
    let state = if resource.sync == "OutOfSync" { "outofsync" } else { health_state(&resource.health) };
    let sign = if resource.kind == "Pod" { "cluster" } else { sign(state) };
    let small = [resource.kind.as_str(), resource.text.as_str()];
    let small = small.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
    let words = format!("{} {}, {} {}", resource.kind, resource.name, resource.sync, resource.health);
    html! {
        <button class="res" type="button" data-s={state} onclick={describe}>
            { icon(sign) }<span>{ &resource.name }</span><small>{ small }</small>
            <span class="sr">{ words }</span>
        </button>
    }
}

fn sign(state: &str) -> &'static str {
    match state {
        "ok" => "ready",
        "run" => "running",
        "bad" => "failed",
        "outofsync" | "warn" => "warn",
        _ => "idle",
    }
}

/// The newest first; any other can be gone back to.
fn history(app: &App, acts: &Acts) -> Html {
    if app.history.is_empty() {
        return html! { <p class="dim">{ "Not synced yet." }</p> };
    }
    let rows = app.history.iter().enumerate().map(|(at, row)| {
        let back = (at > 0).then(|| {
            let button = action("Roll back", "ghost", asks(app, ArgoCdAct::Rollback(row.id), acts));
            html! { <td>{ button }</td> }
        });
        html! {
            <tr key={row.id}>
                <td><time>{ &row.time }</time></td><td class="mono">{ &row.revision }</td>
                <td>{ format!("{} · {}", row.subject, row.by) }</td>{ for back }
            </tr>
        }
    });
    let rows = rows.collect::<Html>();
    html! { <table class="events"><tbody>{ rows }</tbody></table> }
}

fn sync_state(sync: &str) -> &'static str {
    match sync {
        "Synced" => "ok",
        "OutOfSync" => "warn",
        _ => "idle",
    }
}

fn health_state(health: &str) -> &'static str {
    match health {
        "Healthy" => "ok",
        "Progressing" => "run",
        "Degraded" => "bad",
        "Missing" | "Suspended" => "warn",
        _ => "idle",
    }
}

/// What the tab says of it.
pub fn dot(argocd: &ArgoCd) -> Option<&'static str> {
    if argocd.apps.iter().any(|app| app.health == "Degraded" || app.operation == "Failed") {
        return Some("bad");
    }
    let moving = |app: &App| app.health == "Progressing" || app.operation == "Running" || app.sync == "OutOfSync";
    argocd.apps.iter().any(moving).then_some("run")
}
