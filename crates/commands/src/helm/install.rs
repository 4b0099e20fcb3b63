//! `helm install`: a chart becomes a release.

use super::chart::{self, Read};
use super::record::made;
use super::run::{Going, Rescue, Todo};
use super::{Answer, Next, flags, objects, release};
use crate::cobra::{Command, Flag, Given, switch, text};
use crate::kubectl::Kube;
use helm::{Capabilities, Failure, Release, Setting};
use manifest::Value;

const V: [Flag; 6] = flags::VALUES;

pub(super) const COMMAND: Command = Command {
    path: "helm install",
    operands: "[NAME] [CHART]",
    summary: "install a chart",
    flags: &[
        V[0],
        V[1],
        V[2],
        V[3],
        V[4],
        V[5],
        switch(
            "atomic",
            "if set, the installation process deletes the installation on failure. The --wait flag will be set automatically",
        ),
        switch("create-namespace", "create the release namespace if not present"),
        text("description", '\0', "add a custom description"),
        switch("dry-run", "simulate an install"),
        Flag { short: 'g', ..switch("generate-name", "generate the name (and omit the NAME parameter)") },
        switch("hide-notes", "if set, do not show notes in install output"),
        switch("no-hooks", "prevent hooks from running during install"),
        flags::OUTPUT,
        switch("render-subchart-notes", "if set, render subchart notes along with the parent"),
        switch("replace", "re-use the given name, only if that name is a deleted release which remains in the history"),
        switch("skip-crds", "if set, no CRDs will be installed"),
        switch("skip-schema-validation", "if set, disables JSON schema validation"),
        flags::TIMEOUT,
        switch("wait", "if set, will wait until all resources are in a ready state"),
        switch("wait-for-jobs", "if set and --wait enabled, will wait until all Jobs have been completed"),
    ],
    missing: flags::CHART_MISSING,
};

/// `chart-1700000000`.
pub(super) fn generated(kube: &Kube<'_, '_>, word: &str) -> String {
    let base = word.trim_end_matches('/').rsplit('/').next().unwrap_or("");
    let base = base.split('.').next().filter(|base| !base.is_empty()).unwrap_or("chart");
    format!("{base}-{}", kube.cx.micros() / 1_000_000)
}

/// The cluster's version and what it serves.
pub(super) fn capabilities(kube: &Kube<'_, '_>) -> Capabilities {
    let mut all: Vec<String> = Vec::new();
    for info in kube.kinds().iter() {
        let version = info.api_version();
        for entry in [version.clone(), format!("{version}/{}", info.kind)] {
            if !all.contains(&entry) {
                all.push(entry);
            }
        }
    }
    Capabilities { kube_version: helm::KUBE_VERSION.into(), api_versions: all }
}

/// `lookup`: an object, a list of them, or nothing.
pub(super) fn lookup(kube: &Kube<'_, '_>, api: &str, kind: &str, namespace: &str, name: &str) -> Value {
    let Some(info) = kube.kinds().of_manifest(api, kind) else {
        return Value::map();
    };
    let namespace = if info.namespaced { namespace } else { "" };
    if !name.is_empty() {
        return kube.store().get(info.id, namespace, name).map_or(Value::map(), |object| object.value.clone());
    }
    let space = (!namespace.is_empty()).then_some(namespace);
    let items: Value = kube.store().all(info.id, space).map(|object| object.value.clone()).collect();
    manifest::object! { "apiVersion" => api, "kind" => format!("{kind}List"), "items" => items }
}

/// Renders for a cluster.
pub(super) fn render(
    kube: &mut Kube<'_, '_>,
    chart: &mut helm::Chart,
    values: &Value,
    wanted: &Release,
) -> Result<helm::Rendered, String> {
    let mut log = Vec::new();
    let micros = kube.cx.micros();
    let done = {
        let ask = |api: &str, kind: &str, space: &str, name: &str| lookup(kube, api, kind, space, name);
        let now = i64::try_from(micros).unwrap_or(0);
        let setting = Setting { capabilities: capabilities(kube), lint: false, now, seed: micros, lookup: Some(&ask) };
        helm::render(chart, values, wanted, &setting, &mut log)
    };
    chart::tell(kube, &log);
    done.map_err(|Failure { told, .. }| told)
}

pub(super) fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    install(kube, given, String::new()).map_err(|told| format!("INSTALLATION FAILED: {told}"))
}

/// Whether the last revision stands in the way of a new release.
fn name_free(kube: &Kube<'_, '_>, name: &str, replace: bool) -> Result<i64, String> {
    release::check_name(name).map_err(|told| format!("release name \"{name}\": {told}"))?;
    let Some(last) = release::history(kube, name)?.pop() else {
        return Ok(1);
    };
    let state = last.str_at("info.status");
    if replace && matches!(state, "uninstalled" | "failed") {
        return Ok(release::version(&last) + 1);
    }
    Err("cannot re-use a name that is still in use".into())
}

fn install_crds(kube: &mut Kube<'_, '_>, chart: &helm::Chart) -> Result<(), String> {
    for (path, text) in chart.crds() {
        let within = |told: String| format!("failed to install CRD {path}: {told}");
        for item in objects::build(kube, "", &text).map_err(within)? {
            if kube.store().get(item.kind.id, &item.namespace, &item.name).is_none() {
                objects::create_new(kube, &item).map_err(within)?;
            }
        }
    }
    Ok(())
}

/// What an installation does, one after the other.
fn steps(given: &Given) -> Vec<Todo> {
    let record =
        |status: &str, description: &str| Todo::Record { status: status.into(), description: description.into() };
    let hooks = !given.on("no-hooks");
    let mut todo = vec![record("pending-install", "Initial install underway")];
    todo.extend(hooks.then(|| Todo::hooks("pre-install")));
    todo.push(Todo::Create);
    if given.on("wait") || given.on("atomic") {
        todo.push(Todo::Wait { jobs: given.on("wait-for-jobs"), end: None });
    }
    todo.extend(hooks.then(|| Todo::hooks("post-install")));
    todo.push(record("deployed", given.text("description").unwrap_or("Install complete")));
    todo
}

pub(super) fn install(kube: &mut Kube<'_, '_>, given: &Given, said: String) -> Answer {
    let (name, word) = match given.words.as_slice() {
        [name, word] if !given.on("generate-name") => (name.clone(), word.clone()),
        [_, _] => return Err("cannot set --generate-name and also specify a name".into()),
        [word] if given.on("generate-name") => (generated(kube, word), word.clone()),
        _ => return Err("must either provide a name or specify --generate-name".into()),
    };
    let limit_secs = flags::seconds(given.text("timeout").unwrap_or("5m0s"))?;
    let mut loaded = chart::load(kube, &word)?;
    let Read::Ready(values) = chart::values(kube, given)? else {
        return Ok(Next::Input);
    };
    chart::check(kube, &loaded, true)?;
    let dry = given.on("dry-run");
    let version = name_free(kube, &name, given.on("replace"))?;
    if !given.on("skip-crds") && !dry {
        install_crds(kube, &loaded)?;
    }
    let namespace = kube.namespace.clone();
    let wanted = Release {
        name: name.clone(),
        namespace: namespace.clone(),
        revision: 1,
        sub_notes: given.on("render-subchart-notes"),
        skip_schema: given.on("skip-schema-validation"),
        ..Release::default()
    };
    let rendered = render(kube, &mut loaded, &values, &wanted)?;
    let mut fresh = made(kube, (&name, &namespace, version), &loaded, &values, &rendered);
    let items = objects::build(kube, &namespace, &rendered.manifest)
        .map_err(|told| format!("unable to build kubernetes objects from release manifest: {told}"))?;
    objects::conflict(kube, &items, &fresh).map_err(|told| format!("Unable to continue with install: {told}"))?;
    let format = given.text("output").unwrap_or("table").to_string();
    let notes = !given.on("hide-notes");
    if dry {
        fresh.set("info.status", "pending-install");
        fresh.set("info.description", "Dry run complete");
        let text = said + &super::status::print(&fresh, &format, "", notes)?;
        kube.out(text);
        return Ok(Next::Exit(0));
    }
    if given.on("create-namespace") {
        objects::make_namespace(kube, &namespace)?;
    }
    let todo = steps(given);
    let failed = format!("Release \"{name}\" failed: ");
    super::run::on_kube(
        kube,
        Box::new(Going {
            namespace,
            user: kube.user.clone(),
            release: fresh,
            todo,
            limit_secs,
            failing: if said.is_empty() { "INSTALLATION FAILED: ".into() } else { String::new() },
            failed,
            rescue: if given.on("atomic") { Rescue::Uninstall } else { Rescue::Mark },
            failure: None,
            said,
            format,
            notes,
        }),
    )
}
