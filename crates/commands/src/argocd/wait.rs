//! `argocd app wait`.

use super::cobra::{APP_NAMESPACE, Command, TIMEOUT, switch, text, texts};
use super::log::Fatal;
use super::watch::{Wants, Watch};
use super::{Call, Next, find, selected, wrong_use};
use world::Cx;

pub(super) const COMMAND: Command = Command {
    path: "argocd app wait",
    operands: "[APPNAME.. | -l selector]",
    summary: "Wait until applications are synced, healthy and at rest",
    flags: &[
        APP_NAMESPACE,
        switch("degraded", "wait until it is degraded"),
        switch("delete", "wait until it is gone"),
        switch("health", "wait until it is healthy"),
        switch("operation", "wait until no operation is under way"),
        text("output", 'o', "form of the result: wide, json, yaml, tree or tree=detailed"),
        texts("resource", '\0', "wait for these resources only: GROUP:KIND:NAME, or !GROUP:KIND:NAME for all others"),
        text("selector", 'l', "wait for the applications with these labels"),
        switch("suspended", "wait until it is suspended"),
        switch("sync", "wait until it is synced"),
        TIMEOUT,
    ],
    missing: "hydrated",
};

pub(super) fn run(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    let given = &call.given;
    let selector = given.text("selector").unwrap_or_default();
    if given.words.is_empty() && selector.is_empty() {
        return Ok(wrong_use(cx, &COMMAND, 1));
    }
    let asked = Wants {
        sync: given.on("sync"),
        health: given.on("health"),
        operation: given.on("operation"),
        suspended: given.on("suspended"),
        degraded: given.on("degraded"),
        delete: given.on("delete"),
    };
    let all = Wants { sync: true, health: true, operation: true, ..Wants::default() };
    let mut names = given.words.clone();
    if !selector.is_empty() {
        names.extend(find::all(cx, given)?.iter().map(|app| find::qualified(app)));
    }
    names.reverse();
    Ok(Next::Watch(Box::new(Watch {
        left: names,
        namespace: given.text("app-namespace").unwrap_or_default().to_string(),
        wants: if asked == Wants::default() { all } else { asked },
        ask: None,
        timeout_secs: given.number("timeout").and_then(|secs| u64::try_from(secs).ok()).unwrap_or(0),
        output: given.text("output").unwrap_or("wide").to_string(),
        selected: selected::parse(given.texts("resource"))?,
        style: call.style,
        current: None,
    })))
}
