//! Argo CD: an application, what Git asks for and what became of it.

use crate::acts::Acts;
use crate::components::{SheetOver, diff, empty, icon, skeleton, state_word, yes};
use crate::state::{Sheet, View};
use screen::{App, ArgoCd, HistoryRow, Input, Resource};
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
    let shows_diff = use_state_eq(|| false);
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
    let toggle = {
        let shows = shows_diff.clone();
        Callback::from(move |_: MouseEvent| shows.set(!*shows))
    };
    let acts = &props.acts;
    html! {
        <>
            if argocd.apps.len() > 1 {
                { applications(&argocd.apps, &app.name, &pick) }
            }
            { head(app, *shows_diff, toggle, acts) }
            { facts(app) }
            if *shows_diff {
                { changes(app) }
            } else {
                { tree(app, acts) }
            }
            <div><h3 class="cap">{ "History" }</h3>{ history(&app.history) }</div>
            <SheetOver view={View::ArgoCd} sheet={props.sheet.clone()} acts={acts.clone()} />
        </>
    }
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

fn head(app: &App, shows_diff: bool, toggle: Callback<MouseEvent>, acts: &Acts) -> Html {
    let refresh = acts.on_input(Input::Refresh { app: app.name.clone() });
    let sync = acts.on_input(Input::Sync { app: app.name.clone() });
    html! {
        <div class="head">
            <h2>{ &app.name }</h2>
            { state_word(sync_state(&app.sync), app.sync.clone()) }
            { state_word(health_state(&app.health), app.health.clone()) }
            <span class="grow"></span>
            <button class="btn" type="button" aria-pressed={yes(shows_diff)} onclick={toggle}>{ "Diff" }</button>
            <button class="btn" type="button" onclick={refresh}>{ "Refresh" }</button>
            <button class="btn primary" type="button" onclick={sync}>{ "Sync" }</button>
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
    let operation = format!("{} {}", app.operation, app.message).trim().to_owned();
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
                { fact("Policy", policy) }
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

fn history(rows: &[HistoryRow]) -> Html {
    if rows.is_empty() {
        return html! { <p class="dim">{ "Not synced yet." }</p> };
    }
    let row = |row: &HistoryRow| {
        html! {
            <tr key={row.id}>
                <td><time>{ &row.time }</time></td><td class="mono">{ &row.revision }</td>
                <td>{ format!("{} · {}", row.subject, row.by) }</td>
            </tr>
        }
    };
    let rows = rows.iter().map(row).collect::<Html>();
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
