//! `helm rollback`: an earlier revision once more, as a new one.

use super::run::{Going, Rescue, Todo};
use super::{Answer, flags, release};
use crate::cobra::{Command, Given, switch};
use crate::kubectl::Kube;

pub(super) const COMMAND: Command = Command {
    path: "helm rollback",
    operands: "<RELEASE> [REVISION]",
    summary: "roll back a release to a previous revision",
    flags: &[
        switch("no-hooks", "prevent hooks from running during rollback"),
        flags::TIMEOUT,
        switch("wait", "if set, will wait until all resources are in a ready state"),
        switch("wait-for-jobs", "if set and --wait enabled, will wait until all Jobs have been completed"),
    ],
    missing: "cleanup-on-fail dry-run force history-max recreate-pods",
};

pub(super) fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let name = given.words[0].as_str();
    let limit_secs = flags::seconds(given.text("timeout").unwrap_or("5m0s"))?;
    let asked = match given.words.get(1) {
        None => 0,
        Some(text) => text.parse::<i64>().map_err(|_| {
            format!("could not convert revision to a number: strconv.Atoi: parsing \"{text}\": invalid syntax")
        })?,
    };
    release::check_name(name).map_err(|_| format!("prepareRollback: Release name is invalid: {name}"))?;
    if asked < 0 {
        return Err("invalid release revision".into());
    }
    let history = release::history(kube, name)?;
    let Some(last) = history.last().cloned() else {
        return Err("release: not found".into());
    };
    let wanted = if asked == 0 { release::version(&last) - 1 } else { asked };
    let Some(to) = history.iter().find(|release| release::version(release) == wanted) else {
        return Err(format!("release has no {wanted} version"));
    };
    let mut fresh = to.clone();
    fresh.set("version", release::version(&last) + 1);
    fresh.set("info.first_deployed", last.at("info.first_deployed").clone());
    fresh.set("info.last_deployed", release::moment(kube));
    let description = format!("Rollback to {wanted}");
    let record = |status: &str| Todo::Record { status: status.into(), description: description.clone() };
    let hooks = !given.on("no-hooks");
    let mut todo = vec![record("pending-rollback")];
    todo.extend(hooks.then(|| Todo::hooks("pre-rollback")));
    todo.push(Todo::Update { old: last.clone() });
    if given.on("wait") {
        todo.push(Todo::Wait { jobs: given.on("wait-for-jobs"), end: None });
    }
    todo.extend(hooks.then(|| Todo::hooks("post-rollback")));
    let deployed = history.iter().filter(|release| release.str_at("info.status") == "deployed").cloned();
    todo.extend(deployed.map(|old| Todo::Supersede { old }));
    todo.push(record("deployed"));
    super::run::on_kube(
        kube,
        Box::new(Going {
            namespace: last.str_at("namespace").into(),
            user: kube.user.clone(),
            release: fresh,
            todo,
            limit_secs,
            failing: String::new(),
            failed: format!("Rollback \"{name}\" failed: "),
            rescue: Rescue::Mark,
            failure: None,
            said: "Rollback was a success! Happy Helming!\n".into(),
            format: String::new(),
            notes: false,
        }),
    )
}
