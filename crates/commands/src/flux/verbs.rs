//! `flux reconcile`, `suspend`, `resume`, `delete`.

use super::get::kind_of;
use super::going::{Place, Todo, begin, fetch, patch};
use super::{Answer, Next, words};
use crate::cobra::Given;
use crate::kubectl::Kube;
use cluster::DeleteOptions;
use gitops::flux::{CHART, GIT, HELM_REPOSITORY, KUSTOMIZATION, RELEASE, ROWS};
use manifest::object;

fn place(kube: &Kube<'_, '_>, row: usize, name: &str) -> Place {
    Place { row, namespace: kube.namespace.clone(), name: name.into() }
}

pub(super) fn reconcile(kube: &mut Kube<'_, '_>, given: &Given, kinds: &[usize]) -> Answer {
    let row = kinds[0];
    let with_source = given.on("with-source");
    if with_source && !matches!(row, KUSTOMIZATION | RELEASE | CHART) {
        return Err("unknown flag: --with-source".into());
    }
    let Some(name) = given.words.first() else { return Err(format!("{} name is required", ROWS[row].kind)) };
    let own = place(kube, row, name);
    let object = fetch(kube, &own)?;
    if object.value.bool_at("spec.suspend") {
        return Err("resource is suspended".into());
    }
    let mut todo = Vec::new();
    if with_source {
        let source = object.value.at(if row == RELEASE { "spec.chart.spec.sourceRef" } else { "spec.sourceRef" });
        let namespace = match source.str_at("namespace") {
            "" => own.namespace.clone(),
            space => space.into(),
        };
        let kind = source.str_at("kind");
        let of = match kind {
            "GitRepository" => GIT,
            "HelmRepository" => HELM_REPOSITORY,
            _ => return Err(format!("cannot reconcile source of kind {kind}")),
        };
        todo.push(Todo::Annotate(Place { row: of, namespace: namespace.clone(), name: source.str_at("name").into() }));
        if row == RELEASE {
            let chart = [&own.namespace, "-", &own.name].concat();
            todo.push(Todo::Annotate(Place { row: CHART, namespace, name: chart }));
        }
    }
    todo.push(Todo::Annotate(own));
    begin(kube, given, todo)
}

/// The named objects, or all of the namespace.
fn names(kube: &Kube<'_, '_>, given: &Given, row: usize) -> Result<Vec<String>, String> {
    if !given.words.is_empty() {
        let mut names = Vec::new();
        for name in &given.words {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        return Ok(names);
    }
    if !given.on("all") {
        return Err(format!("{} name is required", words::human(row)));
    }
    let kind = kind_of(kube, row)?;
    Ok(kube.store().all(kind, Some(&kube.namespace)).map(|object| object.name().to_string()).collect())
}

pub(super) fn suspend(kube: &mut Kube<'_, '_>, given: &Given, kinds: &[usize]) -> Answer {
    let (row, human) = (kinds[0], words::human(kinds[0]));
    for name in names(kube, given, row)? {
        let own = place(kube, row, &name);
        let space = &own.namespace;
        if fetch(kube, &own).is_err() {
            kind_of(kube, row)?;
            kube.err(format!("✗ {} {name} not found in {space} namespace\n", ROWS[row].kind));
            continue;
        }
        kube.err(format!("► suspending {human} {name} in {space} namespace\n"));
        match patch(kube, &own, &object! { "spec" => object! { "suspend" => true } }) {
            Ok(_) => kube.err(format!("✔ {human} suspended\n")),
            Err(told) => {
                kube.err(format!("✗ failed suspending {} {name} in {space} namespace: {told}\n", ROWS[row].kind));
            }
        }
    }
    Ok(Next::Exit(0))
}

pub(super) fn resume(kube: &mut Kube<'_, '_>, given: &Given, kinds: &[usize]) -> Answer {
    let (row, human, kind) = (kinds[0], words::human(kinds[0]), ROWS[kinds[0]].kind);
    let names = names(kube, given, row)?;
    let waits = if given.text("wait").is_some() { given.on("wait") } else { given.words.len() == 1 };
    let mut todo = Vec::new();
    for name in &names {
        let own = place(kube, row, name);
        let space = &own.namespace;
        if fetch(kube, &own).is_err() {
            kind_of(kube, row)?;
            kube.err(format!("✗ {kind} object '{name}' not found in {space} namespace\n"));
            continue;
        }
        kube.err(format!("► resuming {human} {name} in {space} namespace\n"));
        patch(kube, &own, &object! { "spec" => object! { "suspend" => manifest::Value::Null } })?;
        kube.err(format!("✔ {human} resumed\n"));
        todo.push(Todo::Resumed(own));
    }
    if names.is_empty() {
        kube.err(format!("✗ no {kind} objects found in {} namespace\n", kube.namespace));
    }
    if !waits {
        return Ok(Next::Exit(0));
    }
    for _ in &todo {
        kube.err(format!("◎ waiting for {kind} reconciliation\n"));
    }
    begin(kube, given, todo)
}

pub(super) fn delete(kube: &mut Kube<'_, '_>, given: &Given, kinds: &[usize]) -> Answer {
    let (row, human) = (kinds[0], words::human(kinds[0]));
    let Some(name) = given.words.first() else { return Err(format!("{human} name is required")) };
    let own = place(kube, row, name);
    fetch(kube, &own)?;
    if !given.on("silent") {
        kube.out(format!("? Are you sure you want to delete this {human}? [y/N] "));
        return begin(kube, given, vec![Todo::Confirm(own)]);
    }
    delete_now(kube, &own)?;
    Ok(Next::Exit(0))
}

pub(super) fn delete_now(kube: &mut Kube<'_, '_>, own: &Place) -> Result<(), String> {
    let human = words::human(own.row);
    kube.err(format!("► deleting {human} {} in {} namespace\n", own.name, own.namespace));
    let kind = kind_of(kube, own.row)?;
    let (at, writer) = ((kind, own.namespace.as_str(), own.name.as_str()), kube.writer());
    let done = kube.cx.world.api(|cluster, sim| cluster.delete(sim, at, DeleteOptions::default(), &writer));
    done.map_err(|status| status.message.to_string())?;
    kube.err(format!("✔ {human} deleted\n"));
    Ok(())
}
