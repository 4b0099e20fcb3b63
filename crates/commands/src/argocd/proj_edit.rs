//! `argocd proj add-…`, `remove-…`, `allow-…` and `deny-…`: one entry of a project's lists.

use super::cobra::{Command, Flag, Takes, switch};
use super::log::Fatal;
use super::proj::{read, write};
use super::{Call, Next, wrong_use};
use manifest::{Value, object};
use world::Cx;

const fn command(path: &'static str, operands: &'static str, summary: &'static str, flags: &'static [Flag]) -> Command {
    Command { path, operands, summary, flags, missing: "" }
}

const LIST_ALLOW: Flag =
    Flag { long: "list", short: 'l', takes: Takes::Text, default: "allow", help: "which list: allow or deny" };
const LIST_DENY: Flag = Flag { default: "deny", ..LIST_ALLOW };

pub(super) const ADD_DESTINATION: Command = command(
    "argocd proj add-destination",
    "PROJECT SERVER/NAME NAMESPACE",
    "Let a project deploy to a cluster and namespace",
    &[switch("name", "the cluster is given by its name")],
);
pub(super) const REMOVE_DESTINATION: Command = command(
    "argocd proj remove-destination",
    "PROJECT SERVER NAMESPACE",
    "Let a project no longer deploy to a cluster and namespace",
    &[],
);
pub(super) const ADD_SOURCE: Command =
    command("argocd proj add-source", "PROJECT URL", "Let a project deploy from a repository", &[]);
pub(super) const REMOVE_SOURCE: Command =
    command("argocd proj remove-source", "PROJECT URL", "Let a project no longer deploy from a repository", &[]);
pub(super) const ALLOW_CLUSTER: Command = command(
    "argocd proj allow-cluster-resource",
    "PROJECT GROUP KIND [NAME]",
    "Let a project deploy a kind of the whole cluster",
    &[LIST_ALLOW],
);
pub(super) const DENY_CLUSTER: Command = command(
    "argocd proj deny-cluster-resource",
    "PROJECT GROUP KIND [NAME]",
    "Let a project not deploy a kind of the whole cluster",
    &[LIST_ALLOW],
);
pub(super) const ALLOW_NAMESPACE: Command =
    command("argocd proj allow-namespace-resource", "PROJECT GROUP KIND", "Let a project deploy a kind", &[LIST_DENY]);
pub(super) const DENY_NAMESPACE: Command = command(
    "argocd proj deny-namespace-resource",
    "PROJECT GROUP KIND",
    "Let a project not deploy a kind",
    &[LIST_DENY],
);

pub(super) fn add_destination(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    let [name, server, namespace] = &call.given.words[..] else { return Ok(wrong_use(cx, &ADD_DESTINATION, 1)) };
    let old = read(cx, name)?;
    let field = if call.given.on("name") { "name" } else { "server" };
    let mut value = old.value.clone();
    let list = value.at_mut("spec.destinations").make_list();
    if list.iter().any(|to| to.str_at(field) == server && to.str_at("namespace") == namespace) {
        return Err(Fatal::log("Specified destination is already defined in project"));
    }
    list.push(object! { field => server.as_str(), "namespace" => namespace.as_str() });
    write(cx, &old, value)?;
    Ok(Next::Exit(0))
}

pub(super) fn remove_destination(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    let [name, server, namespace] = &call.given.words[..] else { return Ok(wrong_use(cx, &REMOVE_DESTINATION, 1)) };
    let old = read(cx, name)?;
    let mut value = old.value.clone();
    let list = value.at_mut("spec.destinations").make_list();
    let found = list.iter().position(|to| to.str_at("server") == server && to.str_at("namespace") == namespace);
    let Some(at) = found else { return Err(Fatal::log("Specified destination does not exist in project")) };
    list.remove(at);
    write(cx, &old, value)?;
    Ok(Next::Exit(0))
}

pub(super) fn add_source(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    let [name, url] = &call.given.words[..] else { return Ok(wrong_use(cx, &ADD_SOURCE, 1)) };
    let old = read(cx, name)?;
    let bare = |url: &str| url.trim_end_matches('/').trim_end_matches(".git").to_lowercase();
    let known = old.value.list_at("spec.sourceRepos").iter().filter_map(Value::as_str);
    if let Some(known) = known.into_iter().find(|known| *known == "*" || bare(known) == bare(url)) {
        cx.out(format!("Source repository '{known}' already allowed in project\n"));
        return Ok(Next::Exit(0));
    }
    let mut value = old.value.clone();
    value.at_mut("spec.sourceRepos").make_list().push(url.as_str().into());
    write(cx, &old, value)?;
    Ok(Next::Exit(0))
}

pub(super) fn remove_source(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    let [name, url] = &call.given.words[..] else { return Ok(wrong_use(cx, &REMOVE_SOURCE, 1)) };
    let old = read(cx, name)?;
    let mut value = old.value.clone();
    let list = value.at_mut("spec.sourceRepos").make_list();
    match list.iter().position(|known| known.as_str() == Some(url)) {
        None => cx.out(format!("Source repository '{url}' does not exist in project\n")),
        Some(at) => {
            list.remove(at);
            write(cx, &old, value)?;
        }
    }
    Ok(Next::Exit(0))
}

pub(super) fn allow_cluster(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    modify(cx, call, &ALLOW_CLUSTER, true)
}

pub(super) fn deny_cluster(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    modify(cx, call, &DENY_CLUSTER, false)
}

pub(super) fn allow_namespace(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    modify(cx, call, &ALLOW_NAMESPACE, true)
}

pub(super) fn deny_namespace(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    modify(cx, call, &DENY_NAMESPACE, false)
}

/// Allowing puts a kind into the list of those allowed, or takes it out of the list of those denied.
fn modify(cx: &mut Cx<'_>, call: &Call, command: &'static Command, allow: bool) -> Result<Next, Fatal> {
    let namespaced = command.path.contains("namespace");
    let (project, group, kind, name) = match &call.given.words[..] {
        [project, group, kind] => (project, group, kind, ""),
        [project, group, kind, name] if !namespaced => (project, group, kind, name.as_str()),
        _ => return Ok(wrong_use(cx, command, 1)),
    };
    let usual = if namespaced { "deny" } else { "allow" };
    let white = matches!(call.given.text("list").unwrap_or(usual), "allow" | "white");
    let (scope, color) = (if namespaced { "namespace" } else { "cluster" }, if white { "White" } else { "Black" });
    let field = ["spec.", scope, "Resource", color, "list"].concat();
    let old = read(cx, project)?;
    let mut value = old.value.clone();
    let list = value.at_mut(&field).make_list();
    let fits = |one: &Value| one.str_at("group") == group && one.str_at("kind") == kind && one.str_at("name") == name;
    let (found, add) = (list.iter().position(fits), allow == white);
    match (found, add) {
        (Some(_), true) | (None, false) => return Ok(Next::Exit(0)),
        (Some(at), false) => {
            list.remove(at);
        }
        (None, true) => {
            let mut one = object! { "group" => group.as_str(), "kind" => kind.as_str() };
            if !name.is_empty() {
                one.put("name", name);
            }
            list.push(one);
        }
    }
    let listed = if white { "allowed" } else { "denied" };
    let done = if add { "is added to" } else { "is removed from" };
    // cobra's Println writes to standard error.
    cx.err(if namespaced {
        format!("Group '{group}' and kind '{kind}' {done} {listed} namespaced resources\n")
    } else {
        format!("Group '{group}', kind '{kind}', and name '{name}' {done} {listed} cluster resources\n")
    });
    write(cx, &old, value)?;
    Ok(Next::Exit(0))
}
