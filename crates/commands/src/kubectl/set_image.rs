//! `kubectl set image`: other images for the containers of a workload.

use super::apply::DryRun;
use super::arguments::selectors;
use super::flags::{Given, maybe, switch, text};
use super::kube::{Answer, Kube, Stop, told};
use super::output::Output;
use super::{Command, Next};
use cluster::{Object, PatchKind};
use manifest::{Value, object};
use std::sync::Arc;

pub(crate) const COMMAND: Command = Command {
    path: "set image",
    operands: "(-f FILENAME | TYPE NAME) CONTAINER_NAME_1=CONTAINER_IMAGE_1 ... CONTAINER_NAME_N=CONTAINER_IMAGE_N",
    summary: "Update existing container image(s) of resources.",
    examples: &[
        ("Another image for one container", "kubectl set image deployment/web web=web:2"),
        ("The same image for all containers", "kubectl set image deployment/web '*=web:2'"),
    ],
    flags: &[
        switch("all", '\0', "Select all resources of the named types in the namespace."),
        maybe("dry-run", "none", "unchanged", "Must be \"none\", \"server\", or \"client\"."),
        text("output", 'o', "", "Output format. One of: (json, yaml, name)."),
        text("selector", 'l', "", "Selector (label query) to filter on."),
    ],
    missing: &[
        "allow-missing-template-keys",
        "field-manager",
        "filename",
        "f",
        "kustomize",
        "k",
        "local",
        "recursive",
        "R",
        "show-managed-fields",
        "template",
    ],
    run,
};

fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let (images, resources): (Vec<String>, Vec<String>) =
        given.operands.iter().cloned().partition(|word| word.contains('='));
    if resources.is_empty() {
        return Err(Stop::error("one or more resources must be specified as <resource> <name> or <resource>/<name>"));
    }
    if images.is_empty() {
        return Err(Stop::error("at least one image update is required"));
    }
    let mut updates = Vec::new();
    for image in &images {
        match image.split_once('=') {
            Some((container, image)) if !container.is_empty() && !image.is_empty() => updates.push((container, image)),
            _ => return Err(Stop::error(format!("the image pair {image} is invalid"))),
        }
    }
    let dry = DryRun::parse(given)?;
    let output = Output::parse(given.text("output"))?;
    let chosen = selectors(given.text("selector"), "")?;
    let wanted = kube.wanted(&resources)?;
    if wanted.named.is_empty() && chosen.labels.is_empty() && !given.has("all") {
        return Err(Stop::error("resource(s) were provided, but no name was specified"));
    }
    for object in kube.objects(&wanted, false, &chosen)? {
        one(kube, &object, &updates, dry, &output)?;
    }
    Ok(Next::Done(0))
}

fn one(
    kube: &mut Kube<'_, '_>,
    object: &Arc<Object>,
    updates: &[(&str, &str)],
    dry: DryRun,
    output: &Output,
) -> Result<(), Stop> {
    let prefix = pod_spec(&kube.info(object.key.kind).kind);
    let mut patch = Value::map();
    let mut changed = false;
    for (name, image) in updates {
        let mut found = false;
        for list in ["containers", "initContainers"] {
            let path = format!("{prefix}.{list}");
            for container in object.value.list_at(&path) {
                if container.str_at("name") != *name && *name != "*" {
                    continue;
                }
                found = true;
                if container.str_at("image") != *image {
                    changed = true;
                    let item = object! { "image" => *image, "name" => container.at("name").clone() };
                    patch.at_mut(&path).make_list().push(item);
                }
            }
        }
        if !found {
            return Err(Stop::error(format!("unable to find container named \"{name}\"")));
        }
    }
    if !changed {
        return Ok(());
    }
    let writer = kube.writer().dry_run(dry != DryRun::No);
    let place = (object.key.kind, object.namespace(), object.name());
    let done = kube.cx.world.api(|cluster, sim| cluster.patch(sim, place, PatchKind::Strategic, &patch, &writer));
    let new = done.map_err(|status| Stop { message: told(&status, ""), code: 1 })?;
    let text = if *output == (Output::Table { wide: false }) {
        format!("{} image updated{}\n", kube.named(object), dry.mark())
    } else {
        output.print_objects(kube, &[new], true)?
    };
    kube.out(text);
    Ok(())
}

/// Where an object of this kind has its pods' spec.
pub(super) fn pod_spec(kind: &str) -> &'static str {
    match kind {
        "Pod" => "spec",
        "CronJob" => "spec.jobTemplate.spec.template.spec",
        _ => "spec.template.spec",
    }
}
