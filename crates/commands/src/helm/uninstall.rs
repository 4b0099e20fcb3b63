//! `helm uninstall`: a release's objects are taken away, and its record.

use super::run::{Going, Rescue, Todo};
use super::{Answer, Next, flags, release};
use crate::cobra::{Command, Given, switch, text};
use crate::kubectl::Kube;

pub(super) const COMMAND: Command = Command {
    path: "helm uninstall",
    operands: "RELEASE_NAME [...]",
    summary: "uninstall a release",
    flags: &[
        text("description", '\0', "add a custom description"),
        switch("dry-run", "simulate a uninstall"),
        switch("ignore-not-found", "Treat \"release not found\" as a successful uninstall"),
        switch(
            "keep-history",
            "remove all associated resources and mark the release as deleted, but retain the release history",
        ),
        switch("no-hooks", "prevent hooks from running during uninstallation"),
        flags::TIMEOUT,
        switch("wait", "if set, will wait until all the resources are deleted before returning"),
    ],
    missing: "cascade",
};

pub(super) fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let limit_secs = flags::seconds(given.text("timeout").unwrap_or("5m0s"))?;
    let [name] = given.words.as_slice() else {
        return Err("several releases at once are real, but not part of this sandbox yet".into());
    };
    let said = format!("release \"{name}\" uninstalled\n");
    if given.on("dry-run") {
        release::find(kube, name, None)?;
        kube.out(said);
        return Ok(Next::Exit(0));
    }
    release::check_name(name).map_err(|_| format!("uninstall: Release name is invalid: {name}"))?;
    let Some(mut last) = release::history(kube, name)?.pop() else {
        if given.on("ignore-not-found") {
            kube.out(said);
            return Ok(Next::Exit(0));
        }
        return Err(format!("uninstall: Release not loaded: {name}: release: not found"));
    };
    let keep = given.on("keep-history");
    if last.str_at("info.status") == "uninstalled" {
        if keep {
            return Err(format!("the release named \"{name}\" is already deleted"));
        }
        release::purge(kube, name)?;
        kube.out(said);
        return Ok(Next::Exit(0));
    }
    last.set("info.deleted", release::moment(kube));
    let record =
        |status: &str, description: &str| Todo::Record { status: status.into(), description: description.into() };
    let hooks = !given.on("no-hooks");
    let mut todo = Vec::new();
    todo.extend(hooks.then(|| Todo::hooks("pre-delete")));
    todo.push(record("uninstalling", "Deletion in progress (or silently failed)"));
    todo.push(Todo::Delete);
    if given.on("wait") {
        todo.push(Todo::WaitGone { end: None });
    }
    todo.extend(hooks.then(|| Todo::hooks("post-delete")));
    todo.push(if keep {
        record("uninstalled", given.text("description").unwrap_or("Uninstallation complete"))
    } else {
        Todo::Purge
    });
    super::run::on_kube(
        kube,
        Box::new(Going {
            namespace: last.str_at("namespace").into(),
            user: kube.user.clone(),
            release: last,
            todo,
            limit_secs,
            failing: String::new(),
            failed: String::new(),
            rescue: Rescue::Nothing,
            failure: None,
            said,
            format: String::new(),
            notes: false,
        }),
    )
}
