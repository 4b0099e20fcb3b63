//! `argocd app rollback` and `terminate-op`.

use super::cobra::{APP_NAMESPACE, Command, TIMEOUT, switch, text};
use super::log::Fatal;
use super::watch::{Wants, Watch};
use super::{Call, Next, find, wrong_use};
use world::Cx;

pub(super) const COMMAND: Command = Command {
    path: "argocd app rollback",
    operands: "APPNAME [ID]",
    summary: "Bring the cluster to an earlier deployment: the one of a history ID, else the one before the last",
    flags: &[
        APP_NAMESPACE,
        text("output", 'o', "form of the result: wide, json, yaml, tree or tree=detailed"),
        switch("prune", "remove what that deployment did not have"),
        TIMEOUT,
    ],
    missing: "",
};

pub(super) const TERMINATE: Command = Command {
    path: "argocd app terminate-op",
    operands: "APPNAME",
    summary: "End the operation that is under way",
    flags: &[APP_NAMESPACE],
    missing: "",
};

pub(super) fn run(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    let given = &call.given;
    let Some(name) = given.words.first() else { return Ok(wrong_use(cx, &COMMAND, 1)) };
    let wanted = match given.words.get(1) {
        None => None,
        Some(word) => Some(
            word.parse::<i64>()
                .map_err(|_| Fatal::check(format!("strconv.Atoi: parsing \"{word}\": invalid syntax")))?,
        ),
    };
    let namespace = given.text("app-namespace").unwrap_or_default();
    let app = find::app(cx, name, namespace)?;
    let history = app.value.list_at("status.history");
    let plain = app.name();
    let id = match wanted.filter(|id| *id != -1) {
        None if history.len() < 2 => {
            return Err(Fatal::check(format!("application '{plain}' should have at least two successful deployments")));
        }
        None => history[history.len() - 2].int_at("id").unwrap_or(0),
        Some(id) if history.iter().any(|entry| entry.int_at("id") == Some(id)) => id,
        Some(id) => {
            let why = format!("application '{plain}' does not have deployment id '{id}' in history");
            return Err(Fatal::check(why));
        }
    };
    let (causes, prune) = (cx.causes(), given.on("prune"));
    let done = cx.world.by_argocd(|argocd, to, _| argocd.rollback(to, plain, id, prune, &causes));
    done.map_err(find::refused)?;
    Ok(Next::Watch(Box::new(Watch {
        left: vec![find::qualified(&app)],
        namespace: namespace.to_string(),
        wants: Wants { operation: true, ..Wants::default() },
        ask: None,
        timeout_secs: given.number("timeout").and_then(|secs| u64::try_from(secs).ok()).unwrap_or(0),
        output: given.text("output").unwrap_or("wide").to_string(),
        selected: Vec::new(),
        style: call.style,
        current: None,
    })))
}

pub(super) fn terminate(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    let [name] = &call.given.words[..] else { return Ok(wrong_use(cx, &TERMINATE, 1)) };
    let app = find::app(cx, name, call.given.text("app-namespace").unwrap_or_default())?;
    let causes = cx.causes();
    let done = cx.world.by_argocd(|argocd, (sim, cluster), _| argocd.terminate(sim, cluster, app.name(), &causes));
    done.map_err(find::refused)?;
    cx.out(format!("Application '{}' operation terminating\n", app.name()));
    Ok(Next::Exit(0))
}
