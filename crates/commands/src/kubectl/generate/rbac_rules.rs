//! The rules of a role, from `--verb`, `--resource` and `--resource-name`.

use super::super::arguments::no_such_type;
use super::super::flags::Given;
use super::super::kube::{Kube, Stop};
use manifest::{Value, list, object};
use order::OrdMap;

const VERBS: [&str; 14] = [
    "*",
    "get",
    "delete",
    "list",
    "create",
    "update",
    "patch",
    "watch",
    "proxy",
    "deletecollection",
    "use",
    "bind",
    "escalate",
    "impersonate",
];

/// Verbs that only fit some resources: (verb, group, resource).
const SPECIAL: [(&str, &str, &str); 9] = [
    ("use", "policy", "podsecuritypolicies"),
    ("bind", "rbac.authorization.k8s.io", "roles"),
    ("bind", "rbac.authorization.k8s.io", "clusterroles"),
    ("escalate", "rbac.authorization.k8s.io", "roles"),
    ("escalate", "rbac.authorization.k8s.io", "clusterroles"),
    ("impersonate", "", "users"),
    ("impersonate", "", "serviceaccounts"),
    ("impersonate", "", "groups"),
    ("impersonate", "authentication.k8s.io", "userextras"),
];

/// The verbs in their order, each once; `*` stands for all others.
pub(super) fn verbs(given: &Given) -> Result<Vec<String>, Stop> {
    let mut out: Vec<String> = Vec::new();
    for verb in given.all("verb") {
        if verb == "*" {
            return Ok(vec![verb]);
        }
        if !out.contains(&verb) {
            out.push(verb);
        }
    }
    if out.is_empty() { Err(Stop::error("at least one verb must be specified")) } else { Ok(out) }
}

/// Verbs that no API has are warned of.
pub(super) fn warn(kube: &mut Kube<'_, '_>, verbs: &[String]) {
    for verb in verbs.iter().filter(|verb| !VERBS.contains(&verb.as_str())) {
        kube.err(format!("Warning: '{verb}' is not a standard resource verb\n"));
    }
}

fn texts(all: &[String]) -> Value {
    all.iter().map(Value::from).collect()
}

/// One rule for each API group.
pub(super) fn rules(kube: &Kube<'_, '_>, given: &Given, verbs: &[String]) -> Result<Vec<Value>, Stop> {
    let mut names = given.each("resource-name");
    names.dedup();
    let mut groups: OrdMap<String, Vec<String>> = OrdMap::new();
    for text in given.all("resource") {
        let (path, sub) = text.split_once('/').map_or((text.as_str(), ""), |(path, sub)| (path, sub));
        let (word, group) = path.split_once('.').unwrap_or((path, ""));
        if word.is_empty() {
            return Err(Stop::error("resource must be specified if apiGroup/subresource specified"));
        }
        let (group, plural) = resource(kube, word, group, verbs)?;
        let shown = if sub.is_empty() { plural } else { format!("{plural}/{sub}") };
        let all = groups.entry(group).or_default();
        if !all.contains(&shown) {
            all.push(shown);
        }
        if text == "*" {
            break;
        }
    }
    let rule = |(group, resources): (&String, &Vec<String>)| {
        let mut rule = object! {
            "apiGroups" => list![group], "resources" => texts(resources), "verbs" => texts(verbs),
        };
        if !names.is_empty() {
            rule.put("resourceNames", texts(&names));
        }
        rule
    };
    Ok(groups.iter().map(rule).collect())
}

/// Group and plural of what a word names.
fn resource(kube: &Kube<'_, '_>, word: &str, group: &str, verbs: &[String]) -> Result<(String, String), Stop> {
    if word == "*" {
        return Ok((group.to_string(), word.to_string()));
    }
    let full = if group.is_empty() { word.to_string() } else { format!("{word}.{group}") };
    let found = kube.kinds().find(&full).map(|kind| (kind.group.to_string(), kind.plural.to_string()));
    let known = found.is_some();
    let (group, plural) = found.unwrap_or_else(|| (group.to_string(), word.to_string()));
    let mut special = false;
    for verb in verbs.iter().filter(|verb| SPECIAL.iter().any(|(other, ..)| *other == verb.as_str())) {
        if !SPECIAL.contains(&(verb.as_str(), group.as_str(), plural.as_str())) {
            return Err(Stop::error(format!("can not perform '{verb}' on '{plural}' in group '{group}'")));
        }
        special = true;
    }
    if known || special { Ok((group, plural)) } else { Err(no_such_type(&full)) }
}
