//! `argocd app sync`.

use super::cobra::{APP_NAMESPACE, Command, TIMEOUT, switch, text, texts};
use super::log::Fatal;
use super::watch::{Ask, Wants, Watch};
use super::{Call, Next, find, wrong_use};
use world::Cx;

pub(super) const COMMAND: Command = Command {
    path: "argocd app sync",
    operands: "[APPNAME... | -l selector | --project project-name]",
    summary: "Bring the cluster to what Git asks for",
    flags: &[
        APP_NAMESPACE,
        switch("async", "ask for the sync and do not wait for it"),
        text("output", 'o', "form of the result: wide, json, yaml, tree or tree=detailed"),
        texts("project", '\0', "sync the applications of this project"),
        switch("prune", "remove what Git no longer asks for"),
        text("selector", 'l', "sync the applications with these labels"),
        TIMEOUT,
    ],
    missing: "apply-out-of-sync-only assumeYes dry-run force ignore-normalizer-jq-execution-timeout info label \
        local local-repo-root preview-changes replace resource retry-backoff-duration retry-backoff-factor \
        retry-backoff-max-duration retry-limit retry-refresh revision revisions server-side \
        server-side-diff-concurrency server-side-diff-max-batch-kb source-names source-positions strategy",
};

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
    Ok(Next::Watch(Box::new(Watch {
        left: names,
        namespace: given.text("app-namespace").unwrap_or_default().to_string(),
        wants: Wants { operation: true, ..Wants::default() },
        ask: Some(Ask { prune: given.on("prune"), leave: given.on("async") }),
        timeout_secs: given.number("timeout").and_then(|secs| u64::try_from(secs).ok()).unwrap_or(0),
        output: given.text("output").unwrap_or("wide").to_string(),
        selected: Vec::new(),
        style: call.style,
        current: None,
    })))
}
