//! What a command waits for, as plain data: a list of things to do, each of which may wait for the cluster.

use super::get::{Look, kind_of};
use super::logs::Follow;
use super::{Answer, Next, words};
use crate::cobra::Given;
use crate::kubectl::Kube;
use cluster::{Object, PatchKind, User};
use gitops::flux::{ROWS, Standing, parse_duration, standing};
use manifest::object;
use serde::{Deserialize, Serialize};
use sim::Time;
use std::sync::Arc;
use std::time::Duration;
use world::{Cx, Read, Step};

/// How often `flux` asks.
const POLL: Duration = Duration::from_secs(2);
const REQUESTED: &str = "reconcile.fluxcd.io/requestedAt";

/// One object.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Place {
    pub row: usize,
    pub namespace: String,
    pub name: String,
}

/// One thing to do.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum Todo {
    /// Ask the controller to look at it.
    Annotate(Place),
    /// The controller has looked at it since a request before.
    Handled {
        place: Place,
        before: String,
    },
    /// It is ready; then these lines are said, with its success in the place of `@`.
    Ready {
        place: Place,
        say: Vec<String>,
    },
    /// The same for one of several that were resumed.
    Resumed(Place),
    /// A yes is waited for.
    Confirm(Place),
    Watch {
        look: Look,
        after: u64,
        first: bool,
    },
    Follow(Follow),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Going {
    user: Option<User>,
    todo: Vec<Todo>,
    until: Time,
    limit: Duration,
    /// Those that were resumed and did not become ready, and the kind of the last one.
    failed: usize,
    kind: String,
}

pub(super) fn begin(kube: &mut Kube<'_, '_>, given: &Given, todo: Vec<Todo>) -> Answer {
    let text = given.text("timeout").unwrap_or("5m0s");
    let wrong = || format!("invalid argument \"{text}\" for \"--timeout\" flag: time: invalid duration \"{text}\"");
    let limit = parse_duration(text).ok_or_else(wrong)?;
    let going =
        Going { user: kube.user.clone(), todo, until: kube.cx.now() + limit, limit, failed: 0, kind: String::new() };
    run(kube, Box::new(going))
}

/// Goes on in a later step.
pub(super) fn on(cx: &mut Cx<'_>, going: Box<Going>) -> Answer {
    let user = going.user.clone();
    run(&mut Kube::plain(cx, user), going)
}

impl Going {
    pub fn pause(&self, cx: &Cx<'_>) -> Step {
        match self.todo.first() {
            Some(Todo::Watch { .. } | Todo::Follow(_)) => Step::Follow,
            Some(Todo::Confirm(_)) => Step::Stdin,
            _ => Step::Change(self.until.min(cx.now() + POLL)),
        }
    }
}

fn run(kube: &mut Kube<'_, '_>, mut going: Box<Going>) -> Answer {
    while let Some(todo) = going.todo.first().cloned() {
        if one(kube, &mut going, todo)? {
            going.todo.remove(0);
            going.until = kube.cx.now() + going.limit;
        } else {
            return Ok(Next::Go(going));
        }
    }
    if going.failed > 0 {
        return Err(format!("reconciliation failed for {} {}(s)", going.failed, going.kind));
    }
    Ok(Next::Exit(0))
}

pub(super) fn fetch(kube: &Kube<'_, '_>, place: &Place) -> Result<Arc<Object>, String> {
    let kind = kind_of(kube, place.row)?;
    kube.get(kind, &place.namespace, &place.name).map_err(|stop| super::get::server_words(&stop.message))
}

pub(super) fn patch(kube: &mut Kube<'_, '_>, place: &Place, patch: &manifest::Value) -> Result<Arc<Object>, String> {
    let kind = kind_of(kube, place.row)?;
    let mut writer = kube.writer();
    writer.name = "flux".into();
    let at = (kind, place.namespace.as_str(), place.name.as_str());
    let done = kube.cx.world.api(|cluster, sim| cluster.patch(sim, at, PatchKind::Merge, patch, &writer));
    done.map_err(|status| status.message.to_string())
}

/// Does one thing; false while it has to wait.
fn one(kube: &mut Kube<'_, '_>, going: &mut Going, todo: Todo) -> Result<bool, String> {
    match todo {
        Todo::Annotate(place) => annotate(kube, going, place).map(|()| false),
        Todo::Handled { place, before } => handled(kube, going, &place, &before),
        Todo::Ready { place, say } => {
            let object = fetch(kube, &place)?;
            match ready(&object) {
                Ok(true) => {}
                Ok(false) => return late(kube, going),
                Err(told) => return Err(told),
            }
            let success = words::success(place.row, &object.value);
            let lines: String = say.iter().map(|line| ["✔ ", &line.replace('@', &success), "\n"].concat()).collect();
            kube.err(lines);
            Ok(true)
        }
        Todo::Resumed(place) => {
            let kind = ROWS[place.row].kind;
            let object = fetch(kube, &place)?;
            let told = match ready(&object) {
                Ok(true) => {
                    let success = words::success(place.row, &object.value);
                    kube.err(format!("✔ {kind} {} reconciliation completed\n✔ {success}\n", place.name));
                    return Ok(true);
                }
                Ok(false) => match late(kube, going) {
                    Ok(_) => return Ok(false),
                    Err(told) => told,
                },
                Err(told) => told,
            };
            kube.err(format!("✗ {kind} {} reconciliation failed: {told}\n", place.name));
            going.failed += 1;
            going.kind = kind.into();
            Ok(true)
        }
        Todo::Confirm(place) => match kube.cx.read_line() {
            Read::Wait => Ok(false),
            Read::Line(line) if matches!(line.trim_ascii(), b"y" | b"Y") => {
                super::verbs::delete_now(kube, &place)?;
                Ok(true)
            }
            _ => Err("aborting".into()),
        },
        Todo::Watch { look, after, first } => {
            let (rows, newest) = look.news(kube, after)?;
            if !rows.is_empty() {
                let headings = if first { look.headings_if_wanted() } else { Vec::new() };
                kube.out(words::table(&headings, &rows));
            }
            let first = first && rows.is_empty();
            going.todo[0] = Todo::Watch { look, after: newest, first };
            Ok(false)
        }
        Todo::Follow(mut follow) => {
            follow.print(kube);
            going.todo[0] = Todo::Follow(follow);
            Ok(false)
        }
    }
}

/// `reconciliationHandled` of `cmd/flux/reconcile.go`.
fn handled(kube: &mut Kube<'_, '_>, going: &Going, place: &Place, before: &str) -> Result<bool, String> {
    let object = fetch(kube, place)?;
    if object.value.str_at("status.lastHandledReconcileAt") == before {
        return late(kube, going);
    }
    match standing(&object) {
        (Standing::Current, _) => {}
        (Standing::InProgress, _) => return late(kube, going),
        (_, message) => return Err(message),
    }
    let (status, message) = words::ready(&object.value);
    if status != "True" {
        return Err(format!("{} reconciliation failed: {message}", ROWS[place.row].kind));
    }
    kube.err(["✔ ", &words::success(place.row, &object.value), "\n"].concat());
    Ok(true)
}

fn late(kube: &Kube<'_, '_>, going: &Going) -> Result<bool, String> {
    if kube.cx.now() >= going.until { Err("context deadline exceeded".into()) } else { Ok(false) }
}

/// `isObjectReady` of `cmd/flux/readiness.go`.
fn ready(object: &Object) -> Result<bool, String> {
    let observed = object.value.int_at("status.observedGeneration").unwrap_or(0);
    let Some(found) = cluster::condition(&object.value, "Ready").filter(|_| observed > 0) else { return Ok(false) };
    if found.int_at("observedGeneration").unwrap_or(observed) != object.generation() {
        return Ok(false);
    }
    match standing(object) {
        (Standing::Current, _) => Ok(true),
        (Standing::InProgress, _) => Ok(false),
        (_, message) => Err(message),
    }
}

fn annotate(kube: &mut Kube<'_, '_>, going: &mut Going, place: Place) -> Result<(), String> {
    let (kind, name, space) = (ROWS[place.row].kind, &place.name, &place.namespace);
    let object = fetch(kube, &place)?;
    if object.value.bool_at("spec.suspend") {
        return Err("resource is suspended".into());
    }
    let before = object.value.str_at("status.lastHandledReconcileAt").to_string();
    kube.err(format!("► annotating {kind} {name} in {space} namespace\n"));
    let now = kube.cx.now();
    let stamp = format!("{}.{:09}Z", now.rfc3339().trim_end_matches('Z'), now.as_micros() % 1_000_000 * 1_000);
    let change = object! { "metadata" => object! { "annotations" => object! { REQUESTED => stamp } } };
    patch(kube, &place, &change)?;
    kube.err(format!("✔ {kind} annotated\n◎ waiting for {kind} reconciliation\n"));
    going.todo[0] = Todo::Handled { place, before };
    Ok(())
}
