//! `argocd app actions list` and `run` (`cmd/argocd/commands/app_actions.go`).

use super::cobra::{APP_NAMESPACE, Command, Flag, Given, switch, text};
use super::log::Fatal;
use super::{Call, Next, find, table, wrong_use};
use cluster::Object;
use gitops::actions;
use manifest::{Value, object};
use std::sync::Arc;
use world::Cx;

pub(super) const KIND: Flag = text("kind", '\0', "of this kind only");
pub(super) const GROUP: Flag = text("group", '\0', "of this group only");
pub(super) const NAMESPACE: Flag = text("namespace", '\0', "in this namespace only");
pub(super) const NAME: Flag = text("resource-name", '\0', "of this name only");

pub(super) const LIST: Command = Command {
    path: "argocd app actions list",
    operands: "APPNAME",
    summary: "List what may be done to an application's resources",
    flags: &[APP_NAMESPACE, KIND, GROUP, NAMESPACE, NAME, text("out", 'o', "form of the result: yaml or json")],
    missing: "",
};

pub(super) const RUN: Command = Command {
    path: "argocd app actions run",
    operands: "APPNAME ACTION",
    summary: "Do something to the resources that are named; --kind must be there",
    flags: &[APP_NAMESPACE, KIND, GROUP, NAMESPACE, NAME, switch("all", "to all of them, if there are several")],
    missing: "",
};

/// Whether a flag names this, or nothing.
pub(super) fn named(given: &Given, flag: &str, text: &str) -> bool {
    given.text(flag).is_none_or(|wanted| wanted.is_empty() || wanted == text)
}

/// What an application asks for as far as it lives, and itself if that may be meant, as far as they are named.
pub(super) fn chosen(
    cx: &Cx<'_>,
    app: &Arc<Object>,
    given: &Given,
    (all, itself): (bool, bool),
) -> Result<Vec<Arc<Object>>, Fatal> {
    let live = app.value.list_at("status.resources").iter().filter_map(|resource| find::live(cx, resource).cloned());
    let fits = |object: &Arc<Object>| {
        given.text("group").is_none_or(|wanted| wanted == group_of(object))
            && named(given, "kind", object.value.str_at("kind"))
            && named(given, "namespace", object.namespace())
            && named(given, "resource-name", object.name())
    };
    let found: Vec<Arc<Object>> = live.chain(itself.then(|| app.clone())).filter(fits).collect();
    match found.len() {
        0 => Err(Fatal::check("no matching resource found")),
        1 => Ok(found),
        _ if all => Ok(found),
        _ => Err(Fatal::check("multiple resources match inputs, use the --all flag to patch multiple resources")),
    }
}

fn group_of(object: &Object) -> &str {
    object.value.str_at("apiVersion").split_once('/').map_or("", |(group, _)| group)
}

pub(super) fn list(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    let given = &call.given;
    let [name] = &given.words[..] else { return Ok(wrong_use(cx, &LIST, 1)) };
    let app = find::app(cx, name, given.text("app-namespace").unwrap_or_default())?;
    let mut lines = vec![table::line(["GROUP", "KIND", "NAME", "ACTION", "DISABLED"])];
    let mut rows = Vec::new();
    for object in chosen(cx, &app, given, (true, true))? {
        let (group, kind) = (group_of(&object), object.value.str_at("kind"));
        for action in actions(&object.value) {
            let disabled = if action.disabled { "true" } else { "false" };
            lines.push(table::line([group, kind, object.name(), action.name, disabled]));
            rows.push(object! {
                "Group" => group, "Kind" => kind, "Name" => object.name(), "Action" => action.name,
                "Disabled" => action.disabled,
            });
        }
    }
    match given.text("out").unwrap_or_default() {
        "" => cx.out(table::align(&lines, 0)),
        "json" => cx.out([&Value::list(rows).to_json_pretty(), "\n"].concat()),
        "yaml" => cx.out([&Value::list(rows).to_yaml(), "\n"].concat()),
        // The real one says nothing either.
        _ => {}
    }
    Ok(Next::Exit(0))
}

pub(super) fn run(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    let given = &call.given;
    if given.text("kind").is_none() {
        cx.out("Error: required flag(s) \"kind\" not set\n");
        return Ok(Next::Exit(1));
    }
    let [name, action] = &given.words[..] else { return Ok(wrong_use(cx, &RUN, 1)) };
    let app = find::app(cx, name, given.text("app-namespace").unwrap_or_default())?;
    let found = chosen(cx, &app, given, (given.on("all"), true))?;
    if found.iter().any(|object| group_of(object) != group_of(&found[0])) {
        return Err(Fatal::check("Ambiguous resource group. Use flag --group to specify resource group explicitly."));
    }
    let causes = cx.causes();
    for object in &found {
        let how = (action.as_str(), None);
        let done = cx.world.by_argocd(|argocd, to, _| argocd.run_action(to, &app, object, how, &causes));
        done.map_err(find::refused)?;
    }
    Ok(Next::Exit(0))
}
