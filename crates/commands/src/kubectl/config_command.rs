//! `kubectl config`: which cluster, user and namespace commands go to.

use super::flags::{Given, on, switch, text};
use super::kube::{Answer, Kube, Stop};
use super::{Command, Next, columns};
use manifest::{Value, object};

const COMMAND: Command = Command {
    path: "config",
    operands: "",
    summary: "",
    examples: &[],
    flags: &[],
    missing: &[],
    run: current_context,
};

pub(crate) const CURRENT_CONTEXT: Command = Command {
    path: "config current-context",
    summary: "Display the current-context.",
    examples: &[("Display the current-context", "kubectl config current-context")],
    run: current_context,
    ..COMMAND
};

pub(crate) const GET_CONTEXTS: Command = Command {
    path: "config get-contexts",
    operands: "[(-o|--output=)name)]",
    summary: "Display one or many contexts from the kubeconfig file.",
    examples: &[("List all the contexts", "kubectl config get-contexts")],
    flags: &[
        switch("no-headers", '\0', "Print no heading."),
        text("output", 'o', "", "Output format. One of: (name)."),
    ],
    run: get_contexts,
    ..COMMAND
};

pub(crate) const SET_CONTEXT: Command = Command {
    path: "config set-context",
    operands: "[NAME | --current] [--namespace=namespace]",
    summary: "Set a context entry in kubeconfig.",
    examples: &[("Make shop the namespace of later commands", "kubectl config set-context --current --namespace=shop")],
    flags: &[switch("current", '\0', "Modify the current context")],
    missing: &["cluster", "user"],
    run: set_context,
};

pub(crate) const USE_CONTEXT: Command = Command {
    path: "config use-context",
    operands: "CONTEXT_NAME",
    summary: "Set the current-context in a kubeconfig file.",
    examples: &[("Use the context for the encore cluster", "kubectl config use-context encore")],
    run: use_context,
    ..COMMAND
};

pub(crate) const VIEW: Command = Command {
    path: "config view",
    summary: "Display kubeconfig settings.",
    examples: &[
        ("Show the settings", "kubectl config view"),
        ("Only those of the current context", "kubectl config view --minify"),
    ],
    flags: &[
        switch("minify", '\0', "Keep only what the current-context uses."),
        text("output", 'o', "yaml", "Output format. One of: (json, yaml, jsonpath)."),
        switch("raw", '\0', "Display raw byte data and sensitive data."),
        on("merge", "Merge the full hierarchy of kubeconfig files."),
    ],
    missing: &["flatten", "template", "show-managed-fields", "allow-missing-template-keys"],
    run: view,
    ..COMMAND
};

fn no_operands(given: &Given, path: &str) -> Result<(), Stop> {
    if given.operands.is_empty() {
        return Ok(());
    }
    let words = given.operands.join(" ");
    Err(Stop::said(format!("error: unexpected arguments: [{words}]\nSee 'kubectl {path} -h' for help and examples")))
}

fn current_context(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    no_operands(given, "config current-context")?;
    let name = kube.config.current().to_string();
    if name.is_empty() {
        return Err(Stop::error("current-context is not set"));
    }
    kube.out(format!("{name}\n"));
    Ok(Next::Done(0))
}

fn get_contexts(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let output = given.text("output");
    if !matches!(output, "" | "name") {
        return Err(Stop::error(format!("output must be one of '' or 'name': {output}")));
    }
    let current = kube.config.current().to_string();
    let asked = |name: &str| given.operands.is_empty() || given.operands.iter().any(|word| word == name);
    let mut rows = Vec::new();
    for item in kube.config.value.list_at("contexts").iter().filter(|item| asked(item.str_at("name"))) {
        let (name, context) = (item.str_at("name"), item.at("context"));
        let mark = if name == current { "*" } else { "" };
        let part = |field: &str| context.str_at(field).to_string();
        rows.push(vec![mark.to_string(), name.to_string(), part("cluster"), part("user"), part("namespace")]);
    }
    if let Some(name) = given.operands.iter().find(|name| !rows.iter().any(|row| row[1] == **name)) {
        return Err(Stop::error(format!("context {name} not found")));
    }
    if output == "name" {
        let names: String = rows.iter().map(|row| format!("{}\n", row[1])).collect();
        kube.out(names);
        return Ok(Next::Done(0));
    }
    if !given.has("no-headers") {
        rows.insert(0, ["CURRENT", "NAME", "CLUSTER", "AUTHINFO", "NAMESPACE"].map(String::from).to_vec());
    }
    kube.out(columns::table(&rows));
    Ok(Next::Done(0))
}

fn use_context(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let [name] = &given.operands[..] else {
        return Err(Stop::said(
            "error: Unexpected args: []\nSee 'kubectl config use-context -h' for help and examples",
        ));
    };
    if kube.config.context(Some(name)).is_err() {
        return Err(Stop::error(format!("no context exists with the name: \"{name}\"")));
    }
    kube.config.value.set("current-context", name);
    kube.config.save(kube.cx)?;
    kube.out(format!("Switched to context \"{name}\".\n"));
    Ok(Next::Done(0))
}

fn set_context(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let name = match (&given.operands[..], given.has("current")) {
        ([], true) => kube.config.current().to_string(),
        ([name], false) => name.clone(),
        ([], false) => return Err(Stop::error("you must specify a non-empty context name or --current")),
        _ => return Err(Stop::error("you cannot specify both a context name and --current")),
    };
    let mut contexts = kube.config.value.list_at("contexts").to_vec();
    let at = contexts.iter().position(|item| item.str_at("name") == name);
    let verb = if at.is_some() { "modified" } else { "created" };
    let at = at.unwrap_or_else(|| {
        contexts.push(object! { "context" => object! { "cluster" => "", "user" => "" }, "name" => &name });
        contexts.len() - 1
    });
    if given.is_set("namespace") {
        contexts[at].set("context.namespace", given.text("namespace"));
    }
    kube.config.value.set("contexts", contexts);
    kube.config.save(kube.cx)?;
    kube.out(format!("Context \"{name}\" {verb}.\n"));
    Ok(Next::Done(0))
}

fn view(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    no_operands(given, "config view")?;
    let mut value = kube.config.value.clone();
    if given.has("minify") {
        let current = kube.config.current().to_string();
        let context = kube.config.context(None)?.clone();
        let only = |list: &str, name: &str| -> Value {
            value.list_at(list).iter().filter(|item| item.str_at("name") == name).cloned().collect()
        };
        let (contexts, clusters) = (only("contexts", &current), only("clusters", context.str_at("cluster")));
        let users = only("users", context.str_at("user"));
        value.set("contexts", contexts);
        value.set("clusters", clusters);
        value.set("users", users);
    }
    if !given.has("raw") {
        for at in 0..value.list_at("users").len() {
            for field in ["token", "client-key-data", "client-certificate-data", "password"] {
                let path = format!("users[{at}].user.{field}");
                if !value.at(&path).is_null() {
                    value.set(&path, if field == "token" { "REDACTED" } else { "DATA+OMITTED" });
                }
            }
        }
    }
    let text = super::output::Output::parse(given.text("output"))?.print_value(&value)?;
    kube.out(text);
    Ok(Next::Done(0))
}
