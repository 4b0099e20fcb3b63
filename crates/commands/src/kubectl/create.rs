//! `kubectl create`: from files, or a namespace or a deployment from flags.

use super::apply::DryRun;
use super::files::{self, Loaded};
use super::flags::{Flag, Given, maybe, number, switch, text, texts};
use super::kube::{Answer, Kube, Stop, told};
use super::output::Output;
use super::{Command, Next, Phase};
use cluster::KindInfo;
use manifest::{Map, Value, list, object};
use std::sync::Arc;
use world::Step;

const DRY_RUN: Flag = maybe("dry-run", "none", "unchanged", "Must be \"none\", \"server\", or \"client\".");
const OUTPUT: Flag = text("output", 'o', "", "Output format. One of: (json, yaml, name).");
const MISSING: &[&str] =
    &["allow-missing-template-keys", "field-manager", "save-config", "show-managed-fields", "template", "validate"];

pub(crate) const COMMAND: Command = Command {
    path: "create",
    operands: "-f FILENAME",
    summary: "Create a resource from a file or from stdin.",
    examples: &[
        ("Create what a file says", "kubectl create -f web.yaml"),
        ("Create a namespace", "kubectl create namespace shop"),
    ],
    flags: &[
        DRY_RUN,
        texts("filename", 'f', "The files to use to create the resource."),
        OUTPUT,
        switch("recursive", 'R', "Go into the folders that -f names."),
    ],
    missing: &["edit", "kustomize", "k", "raw", "selector", "l", "windows-line-endings", "save-config", "validate"],
    run: from_files,
};

pub(crate) const NAMESPACE: Command = Command {
    path: "create namespace",
    operands: "NAME",
    summary: "Create a namespace with the specified name.",
    examples: &[("Create a namespace named shop", "kubectl create namespace shop")],
    flags: &[DRY_RUN, OUTPUT],
    missing: MISSING,
    run: namespace,
};

pub(crate) const DEPLOYMENT: Command = Command {
    path: "create deployment",
    operands: "NAME --image=image -- [COMMAND] [args...]",
    summary: "Create a deployment with the specified name.",
    examples: &[
        ("Create a deployment that runs an image", "kubectl create deployment web --image=nginx --replicas=3"),
        ("Only print what would be created", "kubectl create deployment web --image=nginx --dry-run=client -o yaml"),
    ],
    flags: &[
        DRY_RUN,
        texts("image", '\0', "Image names to run."),
        OUTPUT,
        number("port", -1, "The container port that this deployment exposes."),
        number("replicas", 1, "Number of replicas to create."),
    ],
    missing: MISSING,
    run: deployment,
};

fn from_files(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    if let Some(word) = given.operands.first() {
        let real = [
            "clusterrole",
            "clusterrolebinding",
            "configmap",
            "cm",
            "cronjob",
            "ingress",
            "job",
            "poddisruptionbudget",
            "priorityclass",
            "quota",
            "role",
            "rolebinding",
            "secret",
            "service",
            "svc",
            "serviceaccount",
            "token",
        ];
        if real.contains(&word.as_str()) {
            return Err(super::not_here::stop(&format!("create {word}")));
        }
        let all = given.operands.join(" ");
        return Err(Stop::said(format!(
            "error: Unexpected args: [{all}]\nSee 'kubectl create -h' for help and examples"
        )));
    }
    let names = given.all("filename");
    if names.is_empty() {
        return Err(Stop::error("must specify one of -f and -k"));
    }
    let dry = DryRun::parse(given)?;
    let Loaded::Ready(manifests) = files::load(kube, &names, given.has("recursive"))? else {
        return Kube::wait(Phase::Start, Step::Stdin);
    };
    let output = Output::parse(given.text("output"))?;
    let mut code = 0;
    for manifest in manifests {
        let doing = format!("error when creating \"{}\": ", manifest.source);
        if let Err(message) = make(kube, &manifest.kind, &manifest.namespace, manifest.value, (dry, &output), &doing) {
            kube.err(message);
            code = 1;
        }
    }
    Ok(Next::Done(code))
}

/// Creates an object and says so.
fn make(
    kube: &mut Kube<'_, '_>,
    kind: &KindInfo,
    namespace: &str,
    value: Value,
    (dry, output): (DryRun, &Output),
    doing: &str,
) -> Result<(), String> {
    let plain = *output == Output::Table { wide: false };
    if dry == DryRun::Client {
        let name = value.str_at("metadata.name").to_string();
        let text = if plain || *output == Output::Name {
            let mark = if plain { " created (dry run)" } else { "" };
            format!("{}/{name}{mark}\n", super::kube::qualified(kind))
        } else {
            output.print_value(&value).map_err(|stop| stop.message)?
        };
        kube.out(text);
        return Ok(());
    }
    let writer = kube.writer().dry_run(dry == DryRun::Server);
    let done = kube.cx.world.api(|cluster, sim| cluster.create(sim, kind.id, namespace, value, &writer));
    let made = done.map_err(|status| told(&status, doing))?;
    let text = if plain {
        format!("{} created{}\n", kube.named(&made), dry.mark())
    } else {
        output.print_objects(kube, &[Arc::clone(&made)], true).map_err(|stop| stop.message)?
    };
    kube.out(text);
    Ok(())
}

fn only_name<'g>(given: &'g Given, path: &str) -> Result<&'g str, Stop> {
    match &given.operands[..] {
        [name, ..] => Ok(name),
        [] => Err(Stop::said(format!(
            "error: exactly one NAME is required, got 0\nSee 'kubectl {path} -h' for help and examples"
        ))),
    }
}

fn generated(kube: &mut Kube<'_, '_>, given: &Given, value: Value, namespaced: bool) -> Answer {
    let dry = DryRun::parse(given)?;
    let output = Output::parse(given.text("output"))?;
    let found = kube.kinds().of_manifest(value.str_at("apiVersion"), value.str_at("kind")).cloned();
    let Some(kind) = found else { return Err(super::arguments::no_such_type(value.str_at("kind"))) };
    let namespace = if namespaced { kube.namespace.clone() } else { String::new() };
    make(kube, &kind, &namespace, value, (dry, &output), "")
        .map_err(|message| Stop { message: if namespaced { failed(&message, &kind) } else { message }, code: 1 })?;
    Ok(Next::Done(0))
}

/// `create deployment` wraps what the server says.
fn failed(message: &str, kind: &KindInfo) -> String {
    match message.strip_prefix("Error from server (").and_then(|rest| rest.split_once("): ")) {
        Some((_, words)) => format!("error: failed to create {}: {words}", kind.singular),
        None => message.to_string(),
    }
}

fn namespace(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let name = only_name(given, "create namespace")?;
    let value = object! {
        "apiVersion" => "v1", "kind" => "Namespace",
        "metadata" => object! { "creationTimestamp" => Value::Null, "name" => name },
        "spec" => Value::map(), "status" => Value::map(),
    };
    generated(kube, given, value, false)
}

fn deployment(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let name = only_name(given, "create deployment")?;
    let images = given.all("image");
    if images.is_empty() {
        return Err(Stop::error("required flag(s) \"image\" not set"));
    }
    let command: Value = given.operands[1..].iter().map(Value::from).collect();
    let containers: Value = images.iter().map(|image| container(image, given.number("port"), &command)).collect();
    let labels: Map = [(manifest::word("app"), Value::from(name))].into_iter().collect();
    let value = object! {
        "apiVersion" => "apps/v1", "kind" => "Deployment",
        "metadata" => object! { "creationTimestamp" => Value::Null, "labels" => labels.clone(), "name" => name },
        "spec" => object! {
            "replicas" => given.number("replicas"),
            "selector" => object! { "matchLabels" => labels.clone() },
            "strategy" => Value::map(),
            "template" => object! {
                "metadata" => object! { "creationTimestamp" => Value::Null, "labels" => labels },
                "spec" => object! { "containers" => containers },
            },
        },
        "status" => Value::map(),
    };
    generated(kube, given, value, true)
}

/// The container of an image is named after it: `ghcr.io/encore/web:1` gives `web`.
fn container(image: &str, port: i64, command: &Value) -> Value {
    let name = image.rsplit('/').next().unwrap_or(image).split([':', '@']).next().unwrap_or(image);
    let name: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let mut container = object! { "image" => image, "name" => name, "resources" => Value::map() };
    if port > 0 {
        container.put("ports", list![object! { "containerPort" => port }]);
    }
    if !command.items().is_empty() {
        container.put("command", command.clone());
    }
    container
}
