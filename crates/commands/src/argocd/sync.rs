//! `argocd app sync`.

use super::cobra::{APP_NAMESPACE, Command, Flag, Given, TIMEOUT, Takes, switch, text, texts};
use super::log::Fatal;
use super::watch::{Ask, Wants, Watch};
use super::{Call, Next, find, selected, wrong_use};
use manifest::{Value, object};
use world::Cx;

pub(super) const COMMAND: Command = Command {
    path: "argocd app sync",
    operands: "[APPNAME... | -l selector | --project project-name]",
    summary: "Bring the cluster to what Git asks for",
    flags: &[
        APP_NAMESPACE,
        switch("apply-out-of-sync-only", "leave alone what is as it should be"),
        switch("async", "ask for the sync and do not wait for it"),
        switch("dry-run", "try it, and change nothing"),
        switch("force", "delete and make anew what cannot be changed"),
        text("output", 'o', "form of the result: wide, json, yaml, tree or tree=detailed"),
        texts("project", '\0', "sync the applications of this project"),
        switch("prune", "remove what Git no longer asks for"),
        switch("replace", "replace objects instead of applying manifests"),
        texts("resource", '\0', "sync these resources only: GROUP:KIND:NAME, or !GROUP:KIND:NAME for all others"),
        Flag {
            long: "retry-limit",
            short: '\0',
            takes: Takes::Int,
            default: "0",
            help: "how often a failed sync is tried again",
        },
        text("revision", '\0', "sync to this branch, tag or commit"),
        text("selector", 'l', "sync the applications with these labels"),
        switch("server-side", "apply on the server"),
        text("strategy", '\0', "how: apply, which leaves hooks out, or hook"),
        TIMEOUT,
    ],
    missing: "assumeYes ignore-normalizer-jq-execution-timeout info label local local-repo-root preview-changes \
        retry-backoff-duration retry-backoff-factor retry-backoff-max-duration retry-refresh revisions \
        server-side-diff-concurrency server-side-diff-max-batch-kb source-names source-positions",
};

/// What the options ask for, as an operation's `sync`.
fn wanted(given: &Given) -> Result<Value, Fatal> {
    let mut sync = object! { "prune" => given.on("prune") };
    if given.on("dry-run") {
        sync.put("dryRun", true);
    }
    if let Some(revision) = given.text("revision").filter(|revision| !revision.is_empty()) {
        sync.put("revision", revision);
    }
    let options: Vec<Value> = [
        ("replace", "Replace=true"),
        ("server-side", "ServerSideApply=true"),
        ("apply-out-of-sync-only", "ApplyOutOfSyncOnly=true"),
    ]
    .into_iter()
    .filter(|(long, _)| given.on(long))
    .map(|(_, option)| option.into())
    .collect();
    if !options.is_empty() {
        sync.put("syncOptions", Value::list(options));
    }
    match given.text("strategy") {
        Some("apply") => sync.set("syncStrategy.apply.force", given.on("force")),
        None | Some("" | "hook") => sync.set("syncStrategy.hook.force", given.on("force")),
        Some(other) => return Err(Fatal::log(format!("Unknown sync strategy: '{other}'"))),
    }
    let limit = given.number("retry-limit").unwrap_or(0);
    if limit != 0 {
        sync.put("retry", object! { "limit" => limit });
    }
    Ok(sync)
}

pub(super) fn run(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    let given = &call.given;
    let (selector, projects) = (given.text("selector").unwrap_or_default(), given.texts("project"));
    if given.words.is_empty() && selector.is_empty() && projects.is_empty() {
        return Ok(wrong_use(cx, &COMMAND, 1));
    }
    if given.words.len() > 1 && !selector.is_empty() {
        return Err(Fatal::log("Cannot use selector option when application name(s) passed as argument(s)"));
    }
    let mut names = given.words.clone();
    if !selector.is_empty() || !projects.is_empty() {
        let chosen = |project: &str| projects.is_empty() || projects.iter().any(|one| one == project);
        let apps = find::all(cx, given)?;
        let found: Vec<String> =
            apps.iter().filter(|app| chosen(find::project(app))).map(|app| find::qualified(app)).collect();
        if found.is_empty() {
            let mut message = "No matching apps found for filter:".to_string();
            if !selector.is_empty() {
                message.push_str(&format!(" selector {selector}"));
            }
            if !projects.is_empty() {
                message.push_str(&format!(" projects [{}]", projects.join(" ")));
            }
            return Err(Fatal::log(message));
        }
        names.extend(found);
    }
    names.reverse();
    let chosen = selected::parse(given.texts("resource"))?;
    Ok(Next::Watch(Box::new(Watch {
        left: names,
        namespace: given.text("app-namespace").unwrap_or_default().to_string(),
        wants: Wants { operation: true, ..Wants::default() },
        ask: Some(Ask {
            sync: wanted(given)?,
            chosen: chosen.clone(),
            named: given.texts("resource").join(", "),
            leave: given.on("async"),
        }),
        timeout_secs: given.number("timeout").and_then(|secs| u64::try_from(secs).ok()).unwrap_or(0),
        output: given.text("output").unwrap_or("wide").to_string(),
        selected: chosen,
        style: call.style,
        current: None,
    })))
}
