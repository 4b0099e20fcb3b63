//! `argocd app delete-resource`, `patch-resource`, `manifests` and `logs`.

use super::actions::{GROUP, KIND, NAME, NAMESPACE, chosen, named};
use super::cobra::{APP_NAMESPACE, Command, Flag, Given, Takes, switch, text};
use super::log::Fatal;
use super::{Call, Next, find, tree, wrong_use};
use cluster::{DeleteOptions, PatchKind, Propagation, Status, Writer};
use manifest::Value;
use order::Arrange;
use std::sync::Arc;
use std::time::Duration;
use workload::{Key, LogLine};
use world::Cx;

/// The server shows the logs of so many pods at once.
const PODS_MAX: usize = 10;

const ALL: Flag = switch("all", "all of them, if there are several");

pub(super) const DELETE: Command = Command {
    path: "argocd app delete-resource",
    operands: "APPNAME",
    summary: "Delete one of an application's resources",
    flags: &[
        APP_NAMESPACE,
        KIND,
        GROUP,
        NAMESPACE,
        NAME,
        ALL,
        switch("force", "at once, without a grace period"),
        switch("orphan", "and leave what it owns"),
    ],
    missing: "project",
};

pub(super) const PATCH: Command = Command {
    path: "argocd app patch-resource",
    operands: "APPNAME",
    summary: "Patch one of an application's resources",
    flags: &[
        APP_NAMESPACE,
        KIND,
        GROUP,
        NAMESPACE,
        NAME,
        ALL,
        text("patch", '\0', "the patch, as JSON"),
        text("patch-type", '\0', "application/merge-patch+json, json-patch+json or strategic-merge-patch+json"),
    ],
    missing: "project",
};

pub(super) const MANIFESTS: Command = Command {
    path: "argocd app manifests",
    operands: "APPNAME",
    summary: "Print what an application asks for, or what of it is there",
    flags: &[APP_NAMESPACE, text("source", '\0', "git or live")],
    missing: "local local-repo-root revision revisions source-names source-positions",
};

const fn number(long: &'static str, help: &'static str) -> Flag {
    Flag { long, short: '\0', takes: Takes::Int, default: "0", help }
}

pub(super) const LOGS: Command = Command {
    path: "argocd app logs",
    operands: "APPNAME",
    summary: "Print the logs of an application's pods",
    flags: &[
        APP_NAMESPACE,
        GROUP,
        KIND,
        NAMESPACE,
        text("name", '\0', "below the resource of this name"),
        text("container", 'c', "of this container only"),
        text("filter", '\0', "lines that hold this text; !text for those that do not"),
        Flag { short: 'm', ..switch("match-case", "the filter's letters as they are") },
        Flag { short: 'p', ..switch("previous", "of the life before this one") },
        number("tail", "so many lines of each container"),
        number("since-seconds", "no older than this"),
    ],
    missing: "follow f until-time",
};

/// The names of flags that must be there.
fn required(cx: &mut Cx<'_>, call: &Call, names: &[&str]) -> bool {
    let missing: Vec<String> =
        names.iter().filter(|name| call.given.text(name).is_none()).map(|name| format!("\"{name}\"")).collect();
    if !missing.is_empty() {
        cx.out(format!("Error: required flag(s) {} not set\n", missing.join(", ")));
    }
    missing.is_empty()
}

fn refused(what: &str, status: &Status) -> Fatal {
    Fatal::check(format!("rpc error: code = Unknown desc = {what}: {}", status.message))
}

pub(super) fn delete(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    let given = &call.given;
    if !required(cx, call, &["kind"]) {
        return Ok(Next::Exit(1));
    }
    let [name] = &given.words[..] else { return Ok(wrong_use(cx, &DELETE, 1)) };
    let app = find::app(cx, name, given.text("app-namespace").unwrap_or_default())?;
    let (propagation, grace_secs) = match (given.on("orphan"), given.on("force")) {
        (true, _) => (Propagation::Orphan, None),
        (_, true) => (Propagation::Background, Some(0)),
        _ => (Propagation::Foreground, None),
    };
    let writer = Writer::new("argocd-server", cx.causes());
    for object in chosen(cx, &app, given, (given.on("all"), false))? {
        let place = (object.key.kind, object.namespace(), object.name());
        let options = DeleteOptions { propagation, grace_secs };
        let done = cx.world.api(|cluster, sim| cluster.delete(sim, place, options, &writer));
        done.map_err(|status| refused("error deleting resource", &status))?;
        call.style.tell(cx, "info", &format!("Resource '{}' deleted", object.name()));
    }
    Ok(Next::Exit(0))
}

pub(super) fn patch(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    let given = &call.given;
    if !required(cx, call, &["kind", "patch"]) {
        return Ok(Next::Exit(1));
    }
    let [name] = &given.words[..] else { return Ok(wrong_use(cx, &PATCH, 1)) };
    let app = find::app(cx, name, given.text("app-namespace").unwrap_or_default())?;
    let asked = given.text("patch-type").filter(|kind| !kind.is_empty()).unwrap_or("application/merge-patch+json");
    let form = match asked {
        "application/merge-patch+json" => PatchKind::Merge,
        "application/json-patch+json" => PatchKind::Json,
        "application/strategic-merge-patch+json" => PatchKind::Strategic,
        other => {
            let why =
                format!("rpc error: code = Unknown desc = error patching resource: unsupported patch type {other}");
            return Err(Fatal::check(why));
        }
    };
    let wrong = |why: String| Fatal::check(format!("rpc error: code = Unknown desc = error patching resource: {why}"));
    let patch = Value::from_json(given.text("patch").unwrap_or_default()).map_err(|error| wrong(error.to_string()))?;
    let writer = Writer::new("argocd-server", cx.causes());
    for object in chosen(cx, &app, given, (given.on("all"), false))? {
        let place = (object.key.kind, object.namespace(), object.name());
        let done = cx.world.api(|cluster, sim| cluster.patch(sim, place, form, &patch, &writer));
        done.map_err(|status| refused("error patching resource", &status))?;
        call.style.tell(cx, "info", &format!("Resource '{}' patched", object.name()));
    }
    Ok(Next::Exit(0))
}

pub(super) fn manifests(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    let given = &call.given;
    let [name] = &given.words[..] else { return Ok(wrong_use(cx, &MANIFESTS, 1)) };
    let app = find::app(cx, name, given.text("app-namespace").unwrap_or_default())?;
    let source = given.text("source").unwrap_or("git");
    if !matches!(source, "git" | "live") {
        return Err(Fatal::log(format!("Unknown source type '{source}'")));
    }
    let comparison = find::compared(cx, &app)?;
    for item in &comparison.items {
        let shown = match source {
            "git" => item.target.as_ref(),
            _ => item.live.as_ref().map(|object| &object.value),
        };
        if let Some(value) = shown {
            cx.out(["---\n", &value.to_yaml(), "\n"].concat());
        }
    }
    Ok(Next::Exit(0))
}

/// The pods below nodes, as far as they are asked for.
fn pods(nodes: &[tree::Node], asked: &dyn Fn(&tree::Node) -> bool, below: bool, found: &mut Vec<(String, String)>) {
    for node in nodes {
        let below = below || asked(node);
        if below && node.group.is_empty() && node.kind == "Pod" {
            found.push((node.namespace.clone(), node.name.clone()));
        }
        pods(&node.children, asked, below, found);
    }
}

pub(super) fn logs(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    let given = &call.given;
    let Some(name) = given.words.first() else { return Ok(wrong_use(cx, &LOGS, 1)) };
    let app = find::app(cx, name, given.text("app-namespace").unwrap_or_default())?;
    let asked = |node: &tree::Node| {
        named(given, "group", &node.group)
            && named(given, "kind", &node.kind)
            && named(given, "namespace", &node.namespace)
            && named(given, "name", &node.name)
    };
    let mut found = Vec::new();
    pods(&tree::roots(cx, &app), &asked, false, &mut found);
    if found.is_empty() {
        cx.err("hint: no pod of the application fits\n");
    }
    if found.len() > PODS_MAX {
        let many = "max pods to view logs are reached. Please provide more granular query";
        return Err(Fatal::log(format!("stream read failed: rpc error: code = InvalidArgument desc = {many}")));
    }
    let mut lines: Vec<LogLine> = Vec::new();
    for (namespace, pod) in &found {
        let wanted = given.text("container").unwrap_or_default();
        match container_of(cx, (namespace, pod), wanted) {
            Ok(container) => lines.extend(lines_of(cx, given, &Key::new(namespace, pod, &container))),
            // Whatever the API server says stands among the lines.
            Err(told) => lines.push(LogLine { at: cx.now(), text: told.into() }),
        }
    }
    lines.arrange_by(|a, b| a.at.cmp(&b.at));
    let fits = filter(given.text("filter").unwrap_or_default(), given.on("match-case"));
    for line in lines.iter().filter(|line| fits(&line.text)) {
        cx.out([&line.text, "\n"].concat());
    }
    Ok(Next::Exit(0))
}

/// The one that is meant, or the only one.
fn container_of(cx: &Cx<'_>, (namespace, pod): (&str, &str), wanted: &str) -> Result<String, String> {
    let object = cx.world.cluster.get(cluster::POD, namespace, pod).map_err(|status| status.message.to_string())?;
    let all: Vec<&str> = object.value.list_at("spec.containers").iter().map(|one| one.str_at("name")).collect();
    match &all[..] {
        _ if !wanted.is_empty() && !all.contains(&wanted) => {
            Err(format!("container {wanted} is not valid for pod {pod}"))
        }
        _ if !wanted.is_empty() => Ok(wanted.to_string()),
        [one] => Ok((*one).to_string()),
        _ => Err(format!("a container name must be specified for pod {pod}, choose one of: [{}]", all.join(" "))),
    }
}

fn lines_of(cx: &Cx<'_>, given: &Given, key: &Key) -> Vec<LogLine> {
    let counted =
        |name: &str| given.number(name).and_then(|count| u64::try_from(count).ok()).filter(|count| *count > 0);
    let since = counted("since-seconds").map(Duration::from_secs);
    let Some(log) = cx.world.workload.logs(key, given.on("previous")) else { return Vec::new() };
    let all = log.iter().filter(|line| since.is_none_or(|since| cx.now().since(line.at) <= since));
    let all: Vec<LogLine> = all.cloned().collect();
    let last = counted("tail").and_then(|count| usize::try_from(count).ok()).unwrap_or(all.len());
    all[all.len().saturating_sub(last)..].to_vec()
}

/// `!` in front turns it round.
fn filter(text: &str, case: bool) -> impl Fn(&Arc<str>) -> bool {
    let (inverse, wanted) = text.strip_prefix('!').map_or((false, text), |rest| (true, rest));
    let wanted = if case { wanted.to_string() } else { wanted.to_lowercase() };
    move |line| {
        let holds = if case { line.contains(&*wanted) } else { line.to_lowercase().contains(&*wanted) };
        wanted.is_empty() || holds != inverse
    }
}
