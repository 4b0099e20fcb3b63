//! The options by which `argocd proj create` and `set` write a project's spec, and what may not be in one.

use super::cobra::{Flag, Given, switch, text, texts};
use super::log::Fatal;
use manifest::{Value, object};

pub(super) const SPEC: [Flag; 9] = [
    texts("allow-cluster-resource", '\0', "kind of the whole cluster that may be deployed: [GROUP/]KIND[/NAME]"),
    texts("allow-namespaced-resource", '\0', "only these kinds may be deployed: [GROUP/]KIND"),
    texts("deny-cluster-resource", '\0', "kind of the whole cluster that may not be deployed"),
    texts("deny-namespaced-resource", '\0', "kind that may not be deployed"),
    text("description", '\0', "what it is for"),
    texts("dest", 'd', "where to: SERVER,NAMESPACE"),
    switch("orphaned-resources", "look for objects that no application asks for"),
    switch("orphaned-resources-warn", "warn applications of them"),
    texts("src", 's', "address of a repository"),
];

pub(super) fn answered(code: &str, why: impl std::fmt::Display) -> Fatal {
    Fatal::check(format!("rpc error: code = {code} desc = {why}"))
}

/// `ValidateProject`.
pub(super) fn check(project: &Value) -> Result<(), Fatal> {
    let spec = project.at("spec");
    let mut seen: Vec<String> = Vec::new();
    for to in spec.list_at("destinations") {
        for field in ["name", "server", "namespace"] {
            if to.str_at(field) == "!*" {
                return Err(answered("InvalidArgument", format!("{field} has an invalid format, '!*'")));
            }
        }
        let server = if to.str_at("server").is_empty() { to.str_at("name") } else { to.str_at("server") };
        let key = [server, "/", to.str_at("namespace")].concat();
        if seen.contains(&key) {
            return Err(answered("InvalidArgument", format!("destination '{key}' already added")));
        }
        seen.push(key);
    }
    for repo in spec.list_at("sourceRepos").iter().filter_map(Value::as_str) {
        if repo == "!*" {
            return Err(answered("InvalidArgument", "source repository has an invalid format, '!*'"));
        }
        if seen.iter().any(|known| known == repo) {
            return Err(answered("InvalidArgument", format!("source repository '{repo}' already added")));
        }
        seen.push(repo.to_string());
    }
    match spec.list_at("syncWindows").iter().find_map(gitops::window_fault) {
        Some(why) => Err(answered("Unknown", why)),
        None => Ok(()),
    }
}

/// `[GROUP/]KIND[/NAME]`
fn kinds(texts: &[String]) -> Value {
    let one = |text: &String| {
        let parts: Vec<&str> = text.split('/').collect();
        match parts[..] {
            [group, kind, name] => object! { "group" => group, "kind" => kind, "name" => name },
            [group, kind] => object! { "group" => group, "kind" => kind },
            _ => object! { "group" => "", "kind" => text.as_str() },
        }
    };
    texts.iter().map(one).collect()
}

/// Writes into a spec what was given; says how much that was.
pub(super) fn describe(given: &Given, spec: &mut Value) -> Result<usize, Fatal> {
    let set = SPEC.iter().filter(|flag| given.text(flag.long).is_some()).count();
    if let Some(text) = given.text("description") {
        spec.put("description", text);
    }
    if !given.texts("dest").is_empty() {
        let mut all = Vec::new();
        for to in given.texts("dest") {
            let Some((server, namespace)) = to.split_once(',').filter(|(_, space)| !space.contains(',')) else {
                let form = "Expected destination of the form: server,namespace. Received: ";
                return Err(Fatal::log([form, to].concat()));
            };
            all.push(object! { "server" => server, "namespace" => namespace });
        }
        spec.put("destinations", Value::list(all));
    }
    if !given.texts("src").is_empty() {
        spec.put("sourceRepos", given.texts("src").iter().map(|one| Value::from(one.as_str())).collect::<Value>());
    }
    for (long, field) in [
        ("allow-cluster-resource", "clusterResourceWhitelist"),
        ("deny-cluster-resource", "clusterResourceBlacklist"),
        ("allow-namespaced-resource", "namespaceResourceWhitelist"),
        ("deny-namespaced-resource", "namespaceResourceBlacklist"),
    ] {
        if !given.texts(long).is_empty() {
            spec.put(field, kinds(given.texts(long)));
        }
    }
    let warn = given.text("orphaned-resources-warn").is_some();
    if given.on("orphaned-resources") || warn {
        let warns = given.on("orphaned-resources-warn");
        spec.put(
            "orphanedResources",
            if warn {
                object! { "warn" => warns }
            } else {
                Value::map()
            },
        );
    } else if given.text("orphaned-resources").is_some() {
        spec.make_map().remove("orphanedResources");
    }
    Ok(set)
}
