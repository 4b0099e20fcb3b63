//! A release on its way: a list of things to do, each of which may wait for the cluster. Plain data, so that it can be saved.

use super::objects::{self, Item, Place};
use super::{Answer, Next, release, status, wait};
use crate::kubectl::Kube;
use cluster::User;
use manifest::Value;
use order::Arrange;
use serde::{Deserialize, Serialize};
use sim::Time;
use std::time::Duration;
use world::{Cx, Step};

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Todo {
    /// Run the hooks of an event: those that are not run yet, by their places in the release.
    Hooks {
        event: String,
        left: Option<Vec<usize>>,
        running: Option<usize>,
    },
    Create,
    /// From another release's objects to this one's.
    Update {
        old: Value,
    },
    Wait {
        jobs: bool,
        end: Option<Time>,
    },
    /// Take the release's objects away.
    Delete,
    WaitGone {
        end: Option<Time>,
    },
    /// Write the release with a status and a description.
    Record {
        status: String,
        description: String,
    },
    /// Another revision is superseded.
    Supersede {
        old: Value,
    },
    Purge,
}

impl Todo {
    pub fn hooks(event: &str) -> Self {
        Self::Hooks { event: event.into(), left: None, running: None }
    }
}

/// What happens when something fails.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Rescue {
    /// The release is marked as failed.
    Mark,
    /// An installation is taken away again.
    Uninstall,
    /// The release before is applied again.
    Rollback {
        to: Value,
    },
    Nothing,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Going {
    pub namespace: String,
    pub user: Option<User>,
    pub release: Value,
    /// What is left, the next thing first.
    pub todo: Vec<Todo>,
    pub limit_secs: u64,
    /// `INSTALLATION FAILED: `, before a failure.
    pub failing: String,
    /// `Release "x" failed: `, in the description of a failure.
    pub failed: String,
    pub rescue: Rescue,
    /// The failure that is told in the end, after a rescue.
    pub failure: Option<String>,
    /// What is printed in the end, before the summary.
    pub said: String,
    /// The summary's format; empty for none.
    pub format: String,
    pub notes: bool,
}

impl Going {
    /// What to wait for.
    pub fn pause(&self, cx: &Cx<'_>) -> Step {
        let limit = cx.now() + Duration::from_secs(self.limit_secs.max(1));
        let end = match self.todo.first() {
            Some(Todo::Wait { end: Some(end), .. } | Todo::WaitGone { end: Some(end) }) => *end,
            _ => limit,
        };
        Step::Change(end.min(cx.now() + Duration::from_secs(2)))
    }

    fn hook_at(&self, index: usize) -> Value {
        self.release.list_at("hooks").get(index).cloned().unwrap_or_default()
    }

    fn mark_hook(&mut self, index: usize, field: &str, text: &str) {
        let mut hooks = self.release.list_at("hooks").to_vec();
        if let Some(hook) = hooks.get_mut(index) {
            hook.set(&format!("last_run.{field}"), text);
        }
        self.release.set("hooks", Value::from(hooks));
    }
}

/// Goes on until something has to be waited for.
pub(super) fn on(cx: &mut Cx<'_>, mut going: Box<Going>) -> Answer {
    let user = going.user.clone();
    let mut kube = Kube::plain(cx, user);
    kube.namespace.clone_from(&going.namespace);
    while let Some(todo) = going.todo.first().cloned() {
        match one(&mut kube, &mut going, todo) {
            Ok(true) => {
                going.todo.remove(0);
            }
            Ok(false) => return Ok(Next::Go(going)),
            Err(told) => rescue(&mut kube, &mut going, told)?,
        }
    }
    if let Some(failure) = &going.failure {
        return Err(format!("{}{failure}", going.failing));
    }
    let mut text = going.said.clone();
    if !going.format.is_empty() {
        if going.format != "table" {
            text.clear();
        }
        text.push_str(&status::print(&going.release, &going.format, "", going.notes)?);
    }
    kube.out(text);
    Ok(Next::Exit(0))
}

/// Does one thing; false while it has to wait.
fn one(kube: &mut Kube<'_, '_>, going: &mut Going, todo: Todo) -> Result<bool, String> {
    match todo {
        Todo::Hooks { event, left, running } => hooks(kube, going, event, left, running),
        Todo::Create => {
            let items = objects::of_release(kube, &going.release)?;
            objects::create(kube, &items)?;
            Ok(true)
        }
        Todo::Update { old } => {
            let (before, after) = (objects::of_release(kube, &old)?, objects::of_release(kube, &going.release)?);
            objects::update(kube, &before, &after)?;
            Ok(true)
        }
        Todo::Wait { jobs, end } => {
            let end = end.unwrap_or(kube.cx.now() + Duration::from_secs(going.limit_secs));
            let items = objects::of_release(kube, &going.release)?;
            if items.iter().all(|item| wait::ready(kube, &item.place(), jobs)) {
                return Ok(true);
            }
            if kube.cx.now() >= end {
                return Err("context deadline exceeded".into());
            }
            going.todo[0] = Todo::Wait { jobs, end: Some(end) };
            Ok(false)
        }
        Todo::Delete => {
            let (items, kept) = objects::for_uninstall(objects::of_release(kube, &going.release)?);
            for item in &items {
                objects::delete(kube, item)
                    .map_err(|_| format!("failed to delete release: {}", going.release.str_at("name")))?;
            }
            if !kept.is_empty() {
                going.said.insert_str(0, &kept_text(&kept));
            }
            Ok(true)
        }
        Todo::WaitGone { end } => {
            let end = end.unwrap_or(kube.cx.now() + Duration::from_secs(going.limit_secs));
            let (items, _) = objects::for_uninstall(objects::of_release(kube, &going.release)?);
            let there = |item: &Item| kube.store().get(item.kind.id, &item.namespace, &item.name).is_some();
            if !items.iter().any(there) {
                return Ok(true);
            }
            if kube.cx.now() >= end {
                return Err("context deadline exceeded".into());
            }
            going.todo[0] = Todo::WaitGone { end: Some(end) };
            Ok(false)
        }
        Todo::Record { status, description } => {
            going.release.set("info.status", status);
            going.release.set("info.description", description);
            release::save(kube, &going.release)?;
            Ok(true)
        }
        Todo::Supersede { mut old } => {
            old.set("info.status", "superseded");
            release::save(kube, &old)?;
            Ok(true)
        }
        Todo::Purge => {
            let name = going.release.str_at("name").to_string();
            release::purge(kube, &name)?;
            Ok(true)
        }
    }
}

fn kept_text(kept: &[Item]) -> String {
    let lines: String = kept.iter().map(|item| format!("[{}] {}\n", item.kind.kind, item.name)).collect();
    ["These resources were kept due to the resource policy:\n", &lines, "\n"].concat()
}

/// The hooks of an event by weight and name.
fn chosen(release: &Value, event: &str) -> Vec<usize> {
    let hooks = release.list_at("hooks");
    let wanted = |hook: &Value| hook.list_at("events").iter().any(|have| have.as_str() == Some(event));
    let mut all: Vec<usize> = (0..hooks.len()).filter(|at| wanted(&hooks[*at])).collect();
    all.arrange_by(|a, b| {
        let key = |at: &usize| (hooks[*at].int_at("weight").unwrap_or(0), hooks[*at].str_at("name").to_string());
        key(a).cmp(&key(b))
    });
    all
}

fn has_policy(hook: &Value, name: &str) -> bool {
    let policies = hook.list_at("delete_policies");
    if policies.is_empty() {
        return name == "before-hook-creation";
    }
    policies.iter().any(|policy| policy.as_str() == Some(name))
}

fn delete_hook(kube: &mut Kube<'_, '_>, going: &Going, hook: &Value, policy: &str) -> Result<(), String> {
    if hook.str_at("kind") == "CustomResourceDefinition" || !has_policy(hook, policy) {
        return Ok(());
    }
    for item in objects::build(kube, &going.namespace, hook.str_at("manifest"))? {
        objects::delete(kube, &item)?;
    }
    Ok(())
}

fn there(kube: &Kube<'_, '_>, items: &[Item]) -> bool {
    items.iter().any(|item| kube.store().get(item.kind.id, &item.namespace, &item.name).is_some())
}

fn hooks(
    kube: &mut Kube<'_, '_>,
    going: &mut Going,
    event: String,
    left: Option<Vec<usize>>,
    running: Option<usize>,
) -> Result<bool, String> {
    let mut left = left.unwrap_or_else(|| chosen(&going.release, &event));
    let mut running = running;
    loop {
        if let Some(index) = running.take() {
            let hook = going.hook_at(index);
            let items = objects::build(kube, &going.namespace, hook.str_at("manifest"))?;
            let places: Vec<Place> = items.iter().map(Item::place).collect();
            let ends: Vec<_> = places.iter().map(|place| wait::hook(kube, place)).collect();
            let failed = ends.iter().flatten().find_map(|end| end.clone().err());
            if failed.is_none() && ends.iter().any(Option::is_none) {
                going.todo[0] = Todo::Hooks { event, left: Some(left), running: Some(index) };
                return Ok(false);
            }
            let now = release::moment(kube);
            going.mark_hook(index, "completed_at", &now);
            going.mark_hook(index, "phase", if failed.is_some() { "Failed" } else { "Succeeded" });
            if let Some(told) = failed {
                delete_hook(kube, going, &hook, "hook-failed")?;
                return Err(told);
            }
        }
        let Some(index) = left.first().copied() else {
            for index in chosen(&going.release, &event).into_iter().rev() {
                let hook = going.hook_at(index);
                delete_hook(kube, going, &hook, "hook-succeeded")?;
            }
            return Ok(true);
        };
        let hook = going.hook_at(index);
        delete_hook(kube, going, &hook, "before-hook-creation")?;
        let items = objects::build(kube, &going.namespace, hook.str_at("manifest"))?;
        if has_policy(&hook, "before-hook-creation") && there(kube, &items) {
            going.todo[0] = Todo::Hooks { event, left: Some(left), running: None };
            return Ok(false);
        }
        left.remove(0);
        let now = release::moment(kube);
        going.mark_hook(index, "started_at", &now);
        going.mark_hook(index, "phase", "Running");
        for item in &items {
            let made = objects::create_new(kube, item);
            made.map_err(|told| format!("warning: Hook {event} {} failed: {told}", hook.str_at("path")))?;
        }
        running = Some(index);
    }
}

/// What a failure makes of the rest.
fn rescue(kube: &mut Kube<'_, '_>, going: &mut Going, told: String) -> Result<(), String> {
    let told = match going.todo.first() {
        Some(Todo::Hooks { event, .. }) if event.contains("install") => format!("failed {event}: {told}"),
        Some(Todo::Hooks { event, .. }) if event.contains("upgrade") => format!("{event} hooks failed: {told}"),
        _ => told,
    };
    if going.failure.is_some() {
        let first = going.failure.take().unwrap_or_default();
        return Err(format!("{}an error occurred while cleaning up. original error: {first}: {told}", going.failing));
    }
    let name = going.release.str_at("name").to_string();
    let record = |status: &str, description: String| Todo::Record { status: status.into(), description };
    let failed = record("failed", format!("{}{told}", going.failed));
    match std::mem::replace(&mut going.rescue, Rescue::Nothing) {
        Rescue::Nothing => return Err(format!("{}{told}", going.failing)),
        Rescue::Mark => {
            going.failure = Some(told);
            going.todo = vec![failed];
        }
        Rescue::Uninstall => {
            let why = format!("release {name} failed, and has been uninstalled due to atomic being set: {told}");
            going.failure = Some(why);
            going.todo = vec![failed, Todo::Delete, Todo::Purge];
        }
        Rescue::Rollback { to } => {
            let why = format!("release {name} failed, and has been rolled back due to atomic being set: {told}");
            going.failure = Some(why);
            let broken = going.release.clone();
            one(kube, going, failed)?;
            let mut back = to.clone();
            back.set("version", release::version(&broken) + 1);
            back.set("info.last_deployed", release::moment(kube));
            going.release = back;
            going.todo = vec![
                record("pending-rollback", format!("Rollback to {}", release::version(&to))),
                Todo::Update { old: broken },
                Todo::Wait { jobs: false, end: None },
                Todo::Supersede { old: to.clone() },
                record("deployed", format!("Rollback to {}", release::version(&to))),
            ];
        }
    }
    Ok(())
}

/// The first steps of a release, in the command's own step.
pub(super) fn on_kube(kube: &mut Kube<'_, '_>, going: Box<Going>) -> Answer {
    let failing = going.failing.clone();
    // The command puts these words before what it returns by itself.
    on(kube.cx, going).map_err(|told| told.strip_prefix(&failing).map_or(told.clone(), str::to_string))
}
