//! `kubectl patch`: changes parts of an object by a strategic, a merge or a JSON patch.

use super::apply::DryRun;
use super::flags::{Flag, Given, text};
use super::kube::{Answer, Kube, Stop, told};
use super::output::Output;
use super::subjects::{self, Subject};
use super::{Command, Next, Phase};
use cluster::PatchKind;
use manifest::{Level, Value, json_merge, json_patch, object, strategic_merge};
use world::Step;

const TYPE: Flag = text("type", '\0', "strategic", "The type of the patch; one of [json merge strategic]");

pub(crate) const COMMAND: Command = Command {
    path: "patch",
    operands: "(-f FILENAME | TYPE NAME) [-p PATCH|--patch-file FILE]",
    summary: "Update fields of a resource using strategic merge patch, a JSON merge patch, or a JSON patch.",
    examples: &[
        ("Close a node", "kubectl patch node node-1 -p '{\"spec\":{\"unschedulable\":true}}'"),
        (
            "Another image, by the place of the container",
            "kubectl patch deployment web --type=json -p '[{\"op\":\"replace\",\"path\":\"/spec/template/spec/containers/0/image\",\"value\":\"web:2\"}]'",
        ),
        (
            "Take a label away",
            "kubectl patch deployment web --type=merge -p '{\"metadata\":{\"labels\":{\"tier\":null}}}'",
        ),
    ],
    flags: &[
        subjects::DRY_RUN,
        subjects::FILENAME,
        subjects::LOCAL,
        subjects::OUTPUT,
        text("patch", 'p', "", "The patch."),
        text("patch-file", '\0', "", "A file with the patch."),
        subjects::RECURSIVE,
        text("subresource", '\0', "", "Patch this subresource: status or scale."),
        TYPE,
    ],
    missing: subjects::MISSING,
    run,
};

fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let kind = given.text("type").to_ascii_lowercase();
    let patch = read(kube, given, &kind)?;
    let dry = DryRun::parse(given)?;
    let output = Output::parse(given.text("output"))?;
    let Some(found) = subjects::chosen(kube, given, &given.operands)? else {
        return Kube::wait(Phase::Start, Step::Stdin);
    };
    if found.is_empty() {
        return Err(Stop::error("no objects passed to patch"));
    }
    let local = given.has("local") || dry == DryRun::Client;
    for subject in &found {
        let new = if local {
            patched(subject, &kind, &patch).map_err(Stop::error)?
        } else {
            sent(kube, subject, (&kind, given.text("subresource")), &patch, dry)?
        };
        let word = if new == subject.value { "patched (no change)" } else { "patched" };
        if !local && given.text("subresource") == "scale" && output == (Output::Table { wide: false }) {
            kube.out(format!("scale.autoscaling/{} {word}\n", subject.name));
            continue;
        }
        // The real one's mark of a dry run is lost here and for taints.
        subjects::tell(kube, subject, &new, word, (DryRun::No, &output))?;
    }
    Ok(Next::Done(0))
}

fn read(kube: &Kube<'_, '_>, given: &Given, kind: &str) -> Result<Value, Stop> {
    let (patch, file) = (given.text("patch"), given.text("patch-file"));
    if patch.is_empty() && file.is_empty() {
        return Err(Stop::error("must specify --patch or --patch-file containing the contents of the patch"));
    }
    if !patch.is_empty() && !file.is_empty() {
        return Err(Stop::error("cannot specify --patch and --patch-file together"));
    }
    if !["json", "merge", "strategic"].contains(&kind) {
        let told = format!("--type must be one of [json merge strategic], not {:?}", given.text("type"));
        return Err(Stop::error(told));
    }
    let text = if file.is_empty() {
        patch.to_string()
    } else {
        let path = kube.cx.path(file);
        let read = kube.cx.files().read_text(&path);
        read.map_err(|_| Stop::error(format!("unable to read patch file: open {file}: no such file or directory")))?
    };
    let (documents, diagnostics) = Value::parse_yaml(&text);
    if let Some(wrong) = diagnostics.iter().find(|diagnostic| diagnostic.level == Level::Error) {
        return Err(Stop::error(format!("unable to parse {patch:?}: yaml: {}", wrong.message)));
    }
    Ok(documents.into_iter().next().map(|document| document.value).unwrap_or_default())
}

/// The patch applied here.
fn patched(subject: &Subject, kind: &str, patch: &Value) -> Result<Value, String> {
    match kind {
        "json" => json_patch(&subject.value, patch).map_err(|why| why.to_string()),
        "merge" => Ok(json_merge(&subject.value, patch)),
        _ => strategic_merge(&subject.kind.kind, &subject.value, patch).map_err(|why| why.to_string()),
    }
}

fn sent(
    kube: &mut Kube<'_, '_>,
    subject: &Subject,
    (kind, subresource): (&str, &str),
    patch: &Value,
    dry: DryRun,
) -> Result<Value, Stop> {
    match subresource {
        "" => {}
        "status" | "scale" if subject.kind.status_subresource => {
            return of_subresource(kube, subject, (kind, subresource), patch, dry);
        }
        _ => {
            let told = "Error from server (NotFound): the server could not find the requested resource";
            return Err(Stop::said(told));
        }
    }
    let form = match kind {
        "merge" => PatchKind::Merge,
        "strategic" => PatchKind::Strategic,
        _ => {
            let new = by_json(subject, patch)?;
            return put(kube, subject, new, dry);
        }
    };
    Ok(subjects::send(kube, subject, form, patch, dry)?.value.clone())
}

/// A JSON patch that does not fit is refused by the server as a whole.
fn by_json(subject: &Subject, patch: &Value) -> Result<Value, Stop> {
    json_patch(&subject.value, patch).map_err(|why| {
        Stop::said(if patch.as_list().is_none() {
            format!("Error from server (BadRequest): {why}")
        } else {
            "The request is invalid: the server rejected our request due to an error in our request".to_string()
        })
    })
}

fn put(kube: &mut Kube<'_, '_>, subject: &Subject, value: Value, dry: DryRun) -> Result<Value, Stop> {
    let writer = kube.writer().dry_run(dry == DryRun::Server);
    let (id, namespace) = (subject.kind.id, subject.namespace.as_str());
    let done = kube.cx.world.api(|cluster, sim| cluster.update(sim, id, namespace, value, &writer));
    done.map(|object| object.value.clone()).map_err(|status| Stop { message: told(&status, ""), code: 1 })
}

fn of_subresource(
    kube: &mut Kube<'_, '_>,
    subject: &Subject,
    (kind, subresource): (&str, &str),
    patch: &Value,
    dry: DryRun,
) -> Result<Value, Stop> {
    let merged = |value: &Value| match kind {
        "json" => json_patch(value, patch),
        "merge" => Ok(json_merge(value, patch)),
        _ => strategic_merge(&subject.kind.kind, value, patch),
    };
    let refuse = |why: manifest::PatchError| Stop::said(format!("Error from server (BadRequest): {why}"));
    if subresource == "status" {
        let mut new = subject.value.clone();
        new.set("status", merged(&subject.value).map_err(refuse)?.at("status").clone());
        let writer = kube.writer().dry_run(dry == DryRun::Server);
        let (id, namespace) = (subject.kind.id, subject.namespace.as_str());
        let done = kube.cx.world.api(|cluster, sim| cluster.update_status(sim, id, namespace, &new, &writer));
        return done.map(|o| o.value.clone()).map_err(|status| Stop { message: told(&status, ""), code: 1 });
    }
    let replicas = subject.value.at("spec.replicas").clone();
    if replicas.is_null() {
        return Err(Stop::said("Error from server (NotFound): the server could not find the requested resource"));
    }
    let scale = object! {
        "apiVersion" => "autoscaling/v1", "kind" => "Scale", "metadata" => subject.value.at("metadata").clone(),
        "spec" => object! { "replicas" => replicas },
    };
    let wanted = merged(&scale).map_err(refuse)?.at("spec.replicas").clone();
    let change = object! { "spec" => object! { "replicas" => wanted } };
    Ok(subjects::send(kube, subject, PatchKind::Merge, &change, dry)?.value.clone())
}
