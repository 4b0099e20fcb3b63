//! `helm upgrade`: a release's next revision.

use super::chart::{self, Read};
use super::record::made;
use super::run::{Going, Rescue, Todo};
use super::{Answer, Next, flags, install, objects, release};
use crate::cobra::{Command, Flag, Given, switch, text};
use crate::kubectl::Kube;
use helm::Release;
use manifest::Value;

const V: [Flag; 6] = flags::VALUES;

pub(super) const COMMAND: Command = Command {
    path: "helm upgrade",
    operands: "[RELEASE] [CHART]",
    summary: "upgrade a release",
    flags: &[
        V[0],
        V[1],
        V[2],
        V[3],
        V[4],
        V[5],
        switch(
            "atomic",
            "if set, upgrade process rolls back changes made in case of failed upgrade. The --wait flag will be set automatically",
        ),
        switch("create-namespace", "if --install is set, create the release namespace if not present"),
        text("description", '\0', "add a custom description"),
        switch("dry-run", "simulate an upgrade"),
        switch("hide-notes", "if set, do not show notes in install output"),
        Flag { short: 'i', ..switch("install", "if a release by this name doesn't already exist, run an install") },
        switch("no-hooks", "disable pre/post upgrade hooks"),
        flags::OUTPUT,
        switch("render-subchart-notes", "if set, render subchart notes along with the parent"),
        switch(
            "reset-then-reuse-values",
            "when upgrading, reset the values to the ones built into the chart, apply the last release's values and merge in any overrides",
        ),
        switch("reset-values", "when upgrading, reset the values to the ones built into the chart"),
        switch(
            "reuse-values",
            "when upgrading, reuse the last release's values and merge in any overrides from the command line",
        ),
        switch("skip-crds", "if set, no CRDs will be installed when an upgrade is performed with install flag enabled"),
        switch("skip-schema-validation", "if set, disables JSON schema validation"),
        flags::TIMEOUT,
        switch("wait", "if set, will wait until all resources are in a ready state"),
        switch("wait-for-jobs", "if set and --wait enabled, will wait until all Jobs have been completed"),
    ],
    missing: "cleanup-on-fail history-max recreate-pods ca-file cert-file dependency-update devel disable-openapi-validation enable-dns \
        insecure-skip-tls-verify key-file keyring labels l pass-credentials password plain-http post-renderer post-renderer-args repo \
        username verify version hide-secret take-ownership force",
};

pub(super) fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let name = given.words[0].clone();
    let history = release::history(kube, &name)?;
    let gone = history.last().is_none_or(|last| last.str_at("info.status") == "uninstalled");
    if given.on("install") && gone {
        let said = format!("Release \"{name}\" does not exist. Installing it now.\n");
        return install::install(kube, given, said);
    }
    upgrade(kube, given, &name, &history).map_err(|told| format!("UPGRADE FAILED: {told}"))
}

/// The values that the new revision starts from.
pub(super) fn config(given: &Given, current: &Value, values: Value, chart: &mut helm::Chart) -> Value {
    let old = current.at("config");
    if given.on("reset-values") {
        return values;
    }
    if given.on("reuse-values") {
        chart.values = helm::merge_maps(current.at("chart.values"), old);
        return helm::merge_maps(old, &values);
    }
    if given.on("reset-then-reuse-values") {
        return helm::merge_maps(old, &values);
    }
    if values.entries().is_empty() { old.clone() } else { values }
}

/// What an upgrade does, one after the other.
fn steps(given: &Given, current: &Value) -> Vec<Todo> {
    let record =
        |status: &str, description: &str| Todo::Record { status: status.into(), description: description.into() };
    let hooks = !given.on("no-hooks");
    let mut todo = vec![record("pending-upgrade", "Preparing upgrade")];
    todo.extend(hooks.then(|| Todo::hooks("pre-upgrade")));
    todo.push(Todo::Update { old: current.clone() });
    if given.on("wait") || given.on("atomic") {
        todo.push(Todo::Wait { jobs: given.on("wait-for-jobs"), end: None });
    }
    todo.extend(hooks.then(|| Todo::hooks("post-upgrade")));
    todo.push(Todo::Supersede { old: current.clone() });
    todo.push(record("deployed", given.text("description").unwrap_or("Upgrade complete")));
    todo
}

fn upgrade(kube: &mut Kube<'_, '_>, given: &Given, name: &str, history: &[Value]) -> Answer {
    let limit_secs = flags::seconds(given.text("timeout").unwrap_or("5m0s"))?;
    let mut loaded = chart::load(kube, &given.words[1])?;
    let Read::Ready(values) = chart::values(kube, given)? else {
        return Ok(Next::Input);
    };
    chart::check(kube, &loaded, false)?;
    let Some(last) = history.last() else {
        return Err(format!("\"{name}\" has no deployed releases"));
    };
    if last.str_at("info.status").starts_with("pending-") {
        return Err("another operation (install/upgrade/rollback) is in progress".into());
    }
    let deployed = history.iter().rev().find(|release| release.str_at("info.status") == "deployed");
    let current = match deployed {
        Some(deployed) => deployed.clone(),
        None if matches!(last.str_at("info.status"), "failed" | "superseded") => last.clone(),
        None => return Err(format!("\"{name}\" has no deployed releases")),
    };
    let values = config(given, &current, values, &mut loaded);
    let namespace = current.str_at("namespace").to_string();
    let revision = release::version(last) + 1;
    let wanted = Release {
        name: name.into(),
        namespace: namespace.clone(),
        revision,
        is_upgrade: true,
        sub_notes: given.on("render-subchart-notes"),
        skip_schema: given.on("skip-schema-validation"),
        include_crds: false,
    };
    let rendered = install::render(kube, &mut loaded, &values, &wanted)?;
    let mut fresh = made(kube, (name, &namespace, revision), &loaded, &values, &rendered);
    fresh.set("info.first_deployed", current.at("info.first_deployed").clone());
    let target = objects::build(kube, &namespace, &rendered.manifest)
        .map_err(|told| format!("unable to build kubernetes objects from new release manifest: {told}"))?;
    let before = objects::build(kube, &namespace, current.str_at("manifest"))
        .map_err(|told| format!("unable to build kubernetes objects from current release manifest: {told}"))?;
    let new: Vec<objects::Item> =
        target.into_iter().filter(|item| !before.iter().any(|have| have.place() == item.place())).collect();
    objects::conflict(kube, &new, &fresh).map_err(|told| format!("Unable to continue with update: {told}"))?;
    let format = given.text("output").unwrap_or("table").to_string();
    let said = format!("Release \"{name}\" has been upgraded. Happy Helming!\n");
    let notes = !given.on("hide-notes");
    if given.on("dry-run") {
        fresh.set("info.status", "pending-upgrade");
        fresh.set("info.description", "Dry run complete");
        let text = said + &super::status::print(&fresh, &format, "", notes)?;
        kube.out(text);
        return Ok(Next::Exit(0));
    }
    let todo = steps(given, &current);
    super::run::on_kube(
        kube,
        Box::new(Going {
            namespace,
            user: kube.user.clone(),
            release: fresh,
            todo,
            limit_secs,
            failing: "UPGRADE FAILED: ".into(),
            failed: format!("Upgrade \"{name}\" failed: "),
            rescue: if given.on("atomic") { Rescue::Rollback { to: current } } else { Rescue::Mark },
            failure: None,
            said,
            format,
            notes,
        }),
    )
}
