//! `create deployment`.

use super::super::Command;
use super::super::flags::{Flag, Given, Takes, number, texts};
use super::super::kube::{Answer, Kube, Stop};
use super::{DRY_RUN, MISSING, OUTPUT, behind, finish, name_of, required, suffix};
use manifest::{Value, list, object};

const REPLICAS: Flag =
    Flag { long: "replicas", short: 'r', takes: Takes::Number(1), help: "Number of replicas to create." };

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
        REPLICAS,
    ],
    missing: MISSING,
    run,
};

fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    required(given, &["image"])?;
    let name = name_of(kube, given, "create deployment")?;
    let images = given.all("image");
    let command: Value = behind(kube, given).iter().map(Value::from).collect();
    if images.len() > 1 && !command.items().is_empty() {
        return Err(Stop::error("cannot specify multiple --image options and command"));
    }
    let mut containers = Vec::new();
    for image in &images {
        let mut container =
            object! { "image" => image, "name" => container_name(kube, image), "resources" => Value::map() };
        if given.number("port") >= 0 && containers.is_empty() {
            container.put("ports", list![object! { "containerPort" => given.number("port") }]);
        }
        if !command.items().is_empty() {
            container.put("command", command.clone());
        }
        containers.push(container);
    }
    let labels = object! { "app" => name };
    let meta = object! { "creationTimestamp" => Value::Null, "labels" => labels.clone() };
    let mut top = meta.clone();
    top.put("name", name);
    let value = object! {
        "apiVersion" => "apps/v1", "kind" => "Deployment", "metadata" => top,
        "spec" => object! {
            "replicas" => given.number("replicas"),
            "selector" => object! { "matchLabels" => labels },
            "strategy" => Value::map(),
            "template" => object! { "metadata" => meta, "spec" => object! { "containers" => containers } },
        },
        "status" => Value::map(),
    };
    finish(kube, given, value, "failed to create deployment:")
}

/// The container of an image is named after it: `ghcr.io/encore/web:1` gives `web`. A name that had to be changed gets
/// letters that make it unique.
fn container_name(kube: &mut Kube<'_, '_>, image: &str) -> String {
    let name = image.rsplit('/').next().unwrap_or(image).split([':', '@']).next().unwrap_or(image);
    if name.contains(['_', '.']) { format!("{}-{}", name.replace(['_', '.'], "-"), suffix(kube)) } else { name.into() }
}
