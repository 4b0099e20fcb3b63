//! `argocd app diff`: what a sync would change, as `diff` prints it.

use super::cobra::{APP_NAMESPACE, Command, Flag, Takes, switch};
use super::log::Fatal;
use super::{Call, Next, diff_text, find, get, wrong_use};
use manifest::Value;
use order::Arrange;
use sim::Time;
use world::Cx;

/// Where the real one keeps the two files that it compares; the number is random there.
const FOLDER: &str = "/tmp/argocd-diff0";
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

pub(super) const COMMAND: Command = Command {
    path: "argocd app diff",
    operands: "APPNAME",
    summary: "Show what a sync would change: exit code 1 where something differs",
    flags: &[
        APP_NAMESPACE,
        Flag {
            long: "diff-exit-code",
            short: '\0',
            takes: Takes::Int,
            default: "1",
            help: "exit code of a difference",
        },
        Flag {
            long: "exit-code",
            short: '\0',
            takes: Takes::Switch,
            default: "true",
            help: "tell a difference by the exit code",
        },
        switch("hard-refresh", "compare with Git first, manifests read anew"),
        switch("refresh", "compare with Git first"),
    ],
    missing: "ignore-normalizer-jq-execution-timeout local local-include local-repo-root revision revisions \
        server-side-diff server-side-diff-concurrency server-side-diff-max-batch-kb server-side-generate \
        source-names source-positions",
};

/// How differences are printed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Normal,
    Unified,
}

pub(super) fn run(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    let given = &call.given;
    let [name] = &given.words[..] else { return Ok(wrong_use(cx, &COMMAND, 2)) };
    let app = find::app(cx, name, given.text("app-namespace").unwrap_or_default())?;
    if get::wants_refresh(given) && !call.refreshed {
        return Ok(get::refresh(cx, &app));
    }
    let form = form(cx)?;
    let comparison = find::compared(cx, &app)?;
    let mut changes: Vec<(String, String)> = Vec::new();
    for item in &comparison.items {
        let live = item.live.as_ref().map(|object| &object.value);
        let target = match (live, &item.predicted, &item.target) {
            (Some(live), Some(predicted), Some(_)) => Some(as_live(predicted, live)),
            (_, _, target) => target.clone(),
        };
        let (old, new) = (yaml(live), yaml(target.as_ref()));
        if old == new {
            continue;
        }
        let place = format!("{}/{} {}/{}", item.group, item.kind, item.key.namespace, item.key.name);
        let text = render(form, &item.key.name, (old.as_str(), new.as_str()), cx.now());
        changes.push((place.replace(' ', "/"), format!("\n===== {place} ======\n{text}")));
    }
    changes.arrange();
    for (_, text) in &changes {
        cx.out(text);
    }
    let tells = given.text("exit-code") != Some("false");
    let code = given.number("diff-exit-code").and_then(|code| i32::try_from(code).ok()).unwrap_or(1);
    Ok(Next::Exit(if tells && !changes.is_empty() { code } else { 0 }))
}

/// `KUBECTL_EXTERNAL_DIFF` may name another program.
fn form(cx: &Cx<'_>) -> Result<Form, Fatal> {
    let program = cx.env("KUBECTL_EXTERNAL_DIFF").unwrap_or_default();
    let words: Vec<&str> = program.split_whitespace().collect();
    match words[..] {
        [] | ["diff"] | ["diff", "-N"] => Ok(Form::Normal),
        ["diff", "-u" | "-uN" | "-Nu"] | ["diff", "-u", "-N"] | ["diff", "-N", "-u"] => Ok(Form::Unified),
        _ => Err(Fatal::check(format!("KUBECTL_EXTERNAL_DIFF={program} is real, but not part of this sandbox yet"))
            .hint("\"diff -u\" is")),
    }
}

fn render(form: Form, name: &str, (old, new): (&str, &str), now: Time) -> String {
    if form == Form::Normal {
        return diff_text::normal(old, new);
    }
    let time = now.rfc3339().replace('T', " ").replace('Z', ".000000000 +0000");
    let head = format!("--- {FOLDER}/{name}-live.yaml\t{time}\n+++ {FOLDER}/{name}\t{time}\n");
    head + &diff_text::unified(old, new)
}

/// What the API server counts up with every write is no difference.
fn as_live(predicted: &Value, live: &Value) -> Value {
    let mut value = predicted.clone();
    for field in ["generation", "resourceVersion"] {
        match live.at("metadata").get(field) {
            Some(same) => value.at_mut("metadata").put(field, same.clone()),
            None => {
                value.remove(&format!("metadata.{field}"));
            }
        }
    }
    value
}

/// As YAML without the bookkeeping of `kubectl apply`; empty for nothing.
fn yaml(value: Option<&Value>) -> String {
    let Some(value) = value else { return String::new() };
    let mut value = value.clone();
    value.remove("metadata.managedFields");
    if value.at("metadata.annotations").get(LAST_APPLIED).is_some() {
        value.at_mut("metadata.annotations").make_map().remove(LAST_APPLIED);
    }
    if value.map_at("metadata.annotations").is_empty() {
        value.remove("metadata.annotations");
    }
    value.to_yaml()
}
