//! `argocd app get`.

use super::cobra::{APP_NAMESPACE, Command, Flag, Given, Takes, switch};
use super::log::Fatal;
use super::{Call, Next, find, summary, wrong_use};
use cluster::Object;
use std::sync::Arc;
use world::Cx;

pub(super) const COMMAND: Command = Command {
    path: "argocd app get",
    operands: "APPNAME",
    summary: "Show an application: its source, its state and its resources",
    flags: &[
        APP_NAMESPACE,
        switch("hard-refresh", "compare with Git first, manifests read anew"),
        Flag {
            long: "output",
            short: 'o',
            takes: Takes::Text,
            default: "wide",
            help: "form of the result: wide, json, yaml, tree or tree=detailed",
        },
        switch("refresh", "compare with Git first"),
        switch("show-operation", "show the last operation too"),
    ],
    missing: "show-params source-name source-position timeout",
};

pub(super) fn run(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    let given = &call.given;
    let Some(name) = given.words.first() else { return Ok(wrong_use(cx, &COMMAND, 1)) };
    let app = find::app(cx, name, given.text("app-namespace").unwrap_or_default())?;
    if wants_refresh(given) && !call.refreshed {
        return Ok(refresh(cx, &app));
    }
    let output = given.text("output").unwrap_or("wide");
    if let Some(text) = summary::dump(&app.value, output) {
        cx.out(text);
        return Ok(Next::Exit(0));
    }
    if !matches!(output, "wide" | "" | "tree" | "tree=detailed") {
        return Err(summary::unknown_output(output));
    }
    let mut text = summary::header(cx, &app);
    text += &summary::conditions(&app.value);
    let operation = summary::operation(&app.value, cx.now());
    if given.on("show-operation") && !operation.is_empty() {
        text += &format!("\n{operation}");
    }
    text += &summary::resources(cx, &app, output)?;
    cx.out(text);
    Ok(Next::Exit(0))
}

// Unlike argocd: manifests are never cached here, so that a hard refresh is a refresh.
pub(super) fn wants_refresh(given: &Given) -> bool {
    given.on("refresh") || given.on("hard-refresh")
}

/// Asks the controller to look; the command goes on when it has.
pub(super) fn refresh(cx: &mut Cx<'_>, app: &Arc<Object>) -> Next {
    let causes = cx.causes();
    cx.world.refresh_app(app.name(), &causes);
    Next::Refresh
}
