//! `create role`, `clusterrole`, `rolebinding`, `clusterrolebinding`.

use super::super::Command;
use super::super::flags::{Flag, Given, text, texts};
use super::super::kube::{Answer, Kube, Stop};
use super::rbac_rules::{rules, verbs, warn};
use super::{DRY_RUN, MISSING, OUTPUT, finish, labels, meta, name_of, required};
use manifest::{Value, list, object};

const API: &str = "rbac.authorization.k8s.io/v1";
const GROUP: &str = "rbac.authorization.k8s.io";
const RESOURCE: Flag = texts("resource", '\0', "Resource that the rule applies to");
const RESOURCE_NAME: Flag = texts("resource-name", '\0', "Resource in the white list that the rule applies to");
const VERB: Flag = texts("verb", '\0', "Verb that applies to the resources contained in the rule");
const CLUSTERROLE: Flag = text("clusterrole", '\0', "", "ClusterRole that the binding should reference");
const GROUPS: Flag = texts("group", '\0', "Groups to bind to the role");
const ACCOUNTS: Flag = texts("serviceaccount", '\0', "Service accounts, in the format <namespace>:<name>");
const USERS: Flag = texts("user", '\0', "Usernames to bind to the role");

pub(crate) const ROLE: Command = Command {
    path: "create role",
    operands: "NAME --verb=verb --resource=resource.group/subresource [--resource-name=resourcename]",
    summary: "Create a role with single rule.",
    examples: &[("May look at pods", "kubectl create role looker --verb=get,list,watch --resource=pods")],
    flags: &[DRY_RUN, OUTPUT, RESOURCE, RESOURCE_NAME, VERB],
    missing: MISSING,
    run: role,
};

pub(crate) const CLUSTER_ROLE: Command = Command {
    path: "create clusterrole",
    operands: "NAME --verb=verb --resource=resource.group [--resource-name=resourcename]",
    summary: "Create a cluster role.",
    examples: &[("May look at nodes", "kubectl create clusterrole looker --verb=get,list --resource=nodes")],
    flags: &[
        text("aggregation-rule", '\0', "", "An aggregation label selector for combining ClusterRoles."),
        DRY_RUN,
        texts("non-resource-url", '\0', "A partial url that user should have access to."),
        OUTPUT,
        RESOURCE,
        RESOURCE_NAME,
        VERB,
    ],
    missing: MISSING,
    run: cluster_role,
};

pub(crate) const ROLE_BINDING: Command = Command {
    path: "create rolebinding",
    operands: "NAME --clusterrole=NAME|--role=NAME [--user=username] [--group=groupname] \
               [--serviceaccount=namespace:serviceaccountname]",
    summary: "Create a role binding for a particular role or cluster role.",
    examples: &[("For a user", "kubectl create rolebinding lookers --role=looker --user=robin")],
    flags: &[
        CLUSTERROLE,
        DRY_RUN,
        GROUPS,
        OUTPUT,
        text("role", '\0', "", "Role this RoleBinding should reference"),
        ACCOUNTS,
        USERS,
    ],
    missing: MISSING,
    run: role_binding,
};

pub(crate) const CLUSTER_ROLE_BINDING: Command = Command {
    path: "create clusterrolebinding",
    operands: "NAME --clusterrole=NAME [--user=username] [--group=groupname] \
               [--serviceaccount=namespace:serviceaccountname]",
    summary: "Create a cluster role binding for a particular cluster role.",
    examples: &[("For a group", "kubectl create clusterrolebinding lookers --clusterrole=looker --group=staff")],
    flags: &[CLUSTERROLE, DRY_RUN, GROUPS, OUTPUT, ACCOUNTS, USERS],
    missing: MISSING,
    run: cluster_role_binding,
};

fn role(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let name = name_of(kube, given, "create role")?;
    let verbs = verbs(given)?;
    warn(kube, &verbs);
    if given.all("resource").is_empty() {
        return Err(Stop::error("at least one resource must be specified"));
    }
    let rules = rules(kube, given, &verbs)?;
    let value = object! { "apiVersion" => API, "kind" => "Role", "metadata" => meta(name), "rules" => rules };
    finish(kube, given, value, "")
}

fn cluster_role(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let name = name_of(kube, given, "create clusterrole")?;
    let aggregated = given.text("aggregation-rule");
    let urls = given.all("non-resource-url");
    let resources = given.all("resource");
    let mut value = object! { "apiVersion" => API, "kind" => "ClusterRole", "metadata" => meta(name) };
    if !aggregated.is_empty() {
        let alone =
            urls.is_empty() && resources.is_empty() && given.each("resource-name").is_empty() && !given.is_set("verb");
        if !alone {
            return Err(Stop::error(
                "aggregation rule must be specified without nonResourceURLs, verbs, resources or resourceNames",
            ));
        }
        let selector = object! { "matchLabels" => labels(aggregated)? };
        value.put("aggregationRule", object! { "clusterRoleSelectors" => list![selector] });
        *value.at_mut("rules") = Value::Null;
        return finish(kube, given, value, "");
    }
    let verbs = verbs(given)?;
    if resources.is_empty() && urls.is_empty() {
        return Err(Stop::error("one of resource or nonResourceURL must be specified"));
    }
    if !resources.is_empty() {
        warn(kube, &verbs);
    }
    let mut rules = rules(kube, given, &verbs)?;
    if !urls.is_empty() {
        let known = ["*", "get", "post", "put", "delete", "patch", "head", "options"];
        if let Some(verb) = verbs.iter().find(|verb| !known.contains(&verb.as_str())) {
            return Err(Stop::error(format!("invalid verb: '{verb}' for nonResourceURL")));
        }
        if urls.iter().any(|url| url != "*" && !url.starts_with('/')) {
            return Err(Stop::error("nonResourceURL should start with /"));
        }
        let urls: Value = urls.iter().map(Value::from).collect();
        let verbs: Value = verbs.iter().map(Value::from).collect();
        rules.push(object! { "nonResourceURLs" => urls, "verbs" => verbs });
    }
    value.put("rules", rules);
    finish(kube, given, value, "")
}

/// Users, groups and service accounts, in this order.
fn subjects(given: &Given) -> Result<Vec<Value>, Stop> {
    let mut all = Vec::new();
    for (flag, kind) in [("user", "User"), ("group", "Group")] {
        for name in given.each(flag) {
            all.push(object! { "apiGroup" => GROUP, "kind" => kind, "name" => name });
        }
    }
    for text in given.each("serviceaccount") {
        match text.split_once(':') {
            Some((namespace, name)) if !namespace.is_empty() && !name.is_empty() && !name.contains(':') => {
                all.push(object! { "kind" => "ServiceAccount", "name" => name, "namespace" => namespace });
            }
            _ => return Err(Stop::error("serviceaccount must be <namespace>:<name>")),
        }
    }
    Ok(all)
}

fn binding(kind: &str, name: &str, (role_kind, role): (&str, &str), subjects: Vec<Value>) -> Value {
    let mut value = object! {
        "apiVersion" => API, "kind" => kind, "metadata" => meta(name),
        "roleRef" => object! { "apiGroup" => GROUP, "kind" => role_kind, "name" => role },
    };
    if !subjects.is_empty() {
        value.put("subjects", subjects);
    }
    value
}

fn role_binding(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let name = name_of(kube, given, "create rolebinding")?;
    let (role, cluster_role) = (given.text("role"), given.text("clusterrole"));
    if role.is_empty() == cluster_role.is_empty() {
        return Err(Stop::error("exactly one of clusterrole or role must be specified"));
    }
    let target = if role.is_empty() { ("ClusterRole", cluster_role) } else { ("Role", role) };
    let value = binding("RoleBinding", name, target, subjects(given)?);
    finish(kube, given, value, "failed to create rolebinding:")
}

fn cluster_role_binding(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    required(given, &["clusterrole"])?;
    let name = name_of(kube, given, "create clusterrolebinding")?;
    let target = ("ClusterRole", given.text("clusterrole"));
    let value = binding("ClusterRoleBinding", name, target, subjects(given)?);
    finish(kube, given, value, "failed to create clusterrolebinding:")
}
