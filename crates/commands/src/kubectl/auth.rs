//! `kubectl auth`: who one is, and what one may do.

use super::describe::access::compact;
use super::flags::{Given, switch, text};
use super::kube::{Answer, Kube, Stop};
use super::output::Output;
use super::{Command, Next, columns, users};
use cluster::{Attempt, User};
use manifest::{Value, object};

pub(crate) const CAN_I: Command = Command {
    path: "auth can-i",
    operands: "VERB [TYPE | TYPE/NAME | NONRESOURCEURL]",
    summary: "Check whether an action is allowed.",
    examples: &[
        ("May I list deployments here?", "kubectl auth can-i list deployments.apps"),
        ("May a service account?", "kubectl auth can-i list pods --as=system:serviceaccount:dev:robot -n shop"),
        ("Everything that I may do", "kubectl auth can-i --list"),
    ],
    flags: &[
        switch("all-namespaces", 'A', "Check the action in all namespaces."),
        switch("list", '\0', "Print all allowed actions."),
        switch("no-headers", '\0', "Print allowed actions without headers"),
        switch("quiet", 'q', "Only the exit code tells."),
        text("subresource", '\0', "", "SubResource such as pod/log or deployment/scale"),
    ],
    missing: &[],
    run: can_i,
};

pub(crate) const WHO_AM_I: Command = Command {
    path: "auth whoami",
    operands: "",
    summary: "Experimental: Check self subject attributes.",
    examples: &[("Who am I?", "kubectl auth whoami")],
    flags: &[text("output", 'o', "", "Output format. One of: (json, yaml, jsonpath).")],
    missing: &["allow-missing-template-keys", "show-managed-fields", "template"],
    run: who_am_i,
};

const VERBS: &[&str] = &[
    "get",
    "list",
    "watch",
    "create",
    "update",
    "patch",
    "delete",
    "deletecollection",
    "use",
    "bind",
    "impersonate",
    "*",
    "approve",
    "sign",
    "escalate",
    "attest",
];
const URL_VERBS: &[&str] = &["get", "put", "post", "head", "options", "delete", "patch", "*"];

fn who(kube: &Kube<'_, '_>) -> User {
    kube.user.clone().unwrap_or_else(users::owner)
}

fn can_i(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    if given.has("list") {
        return list(kube, given);
    }
    let [verb, what] = &given.operands[..] else {
        return Err(Stop::error(
            "you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for \
             help and examples.",
        ));
    };
    let mut warnings = Vec::new();
    let attempt = if what.starts_with('/') {
        if !given.text("subresource").is_empty() {
            return Err(Stop::error("--subresource can not be used with NonResourceURL"));
        }
        if !URL_VERBS.contains(&verb.as_str()) {
            warnings.push(format!("verb '{verb}' is not a known verb"));
        }
        Attempt { verb: verb.clone(), url: what.clone(), ..Attempt::default() }
    } else {
        resource(kube, given, verb, what, &mut warnings)
    };
    for warning in &warnings {
        kube.err(format!("Warning: {warning}\n\n"));
    }
    if given.has("no-headers") {
        return Err(Stop::error("--no-headers cannot be set without --list specified"));
    }
    let allowed = kube.cx.world.cluster.allowed(&who(kube), &attempt).is_some();
    if !given.has("quiet") {
        kube.out(if allowed { "yes\n" } else { "no\n" });
    }
    Ok(Next::Done(i32::from(!allowed)))
}

fn resource(kube: &Kube<'_, '_>, given: &Given, verb: &str, what: &str, warnings: &mut Vec<String>) -> Attempt {
    let (word, name) = what.split_once('/').unwrap_or((what, ""));
    let everywhere = given.has("all-namespaces");
    let mut attempt = Attempt {
        verb: verb.into(),
        resource: word.into(),
        namespace: if everywhere { String::new() } else { kube.namespace.clone() },
        name: name.into(),
        ..Attempt::default()
    };
    if word != "*" {
        match kube.kinds().find(word) {
            Some(kind) => {
                attempt.resource = kind.plural.to_string();
                attempt.group = kind.group.to_string();
                if !kind.namespaced && !everywhere {
                    let group =
                        if kind.group.is_empty() { String::new() } else { format!(" in group '{}'", kind.group) };
                    warnings.push(format!("resource '{}' is not namespace scoped{group}", kind.plural));
                }
            }
            None if matches!(word, "users" | "groups") => {}
            None => {
                let (name, group) = word.split_once('.').unwrap_or((word, ""));
                let group = if group.is_empty() { String::new() } else { format!(" in group '{group}'") };
                warnings.push(format!("the server doesn't have a resource type '{name}'{group}"));
            }
        }
    }
    if !everywhere && !VERBS.contains(&verb) {
        warnings.push(format!("verb '{verb}' is not a known verb"));
    }
    let sub = given.text("subresource");
    if !sub.is_empty() {
        attempt.resource = format!("{}/{sub}", attempt.resource);
    }
    attempt
}

fn list(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    if !given.operands.is_empty() {
        return Err(Stop::error("list option must be specified with no arguments"));
    }
    if given.has("quiet") || given.has("all-namespaces") || !given.text("subresource").is_empty() {
        let told = "list option can't be specified with neither quiet, all-namespaces nor subresource options";
        return Err(Stop::error(told));
    }
    let rules = kube.cx.world.cluster.rules_for(&who(kube), &kube.namespace);
    let mut text = String::new();
    if !given.has("no-headers") {
        text.push_str("Resources\tNon-Resource URLs\tResource Names\tVerbs\n");
    }
    for rule in compact(&rules) {
        text.push_str(&rule.row());
        text.push('\n');
    }
    kube.out(columns::align(&text, 6, 3));
    Ok(Next::Done(0))
}

fn who_am_i(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let user = who(kube);
    let output = Output::parse(given.text("output"))?;
    if output != (Output::Table { wide: false }) {
        let info = object! {
            "groups" => user.groups.iter().map(Value::from).collect::<Value>(), "username" => user.name.as_str(),
        };
        let review = object! {
            "apiVersion" => "authentication.k8s.io/v1", "kind" => "SelfSubjectReview",
            "metadata" => object! { "creationTimestamp" => kube.cx.now().rfc3339() },
            "status" => object! { "userInfo" => info },
        };
        let text = output.print_value(&review)?;
        kube.out(text);
        return Ok(Next::Done(0));
    }
    let text = format!("ATTRIBUTE\tVALUE\nUsername\t{}\nGroups\t[{}]\n", user.name, user.groups.join(" "));
    kube.out(columns::align(&text, 6, 3));
    Ok(Next::Done(0))
}
