//! The objects that a command changes: chosen by operands, files or selectors; how a patch is sent, and how it is told.

use super::apply::DryRun;
use super::arguments::selectors;
use super::files::{self, Loaded};
use super::flags::{Flag, Given, maybe, switch, text, texts};
use super::kube::{Kube, Stop, qualified, told};
use super::output::Output;
use cluster::{KindInfo, Object, PatchKind, Selectors};
use manifest::Value;
use std::sync::Arc;

pub(super) const DRY_RUN: Flag = maybe("dry-run", "none", "unchanged", "Must be \"none\", \"server\", or \"client\".");
pub(super) const OUTPUT: Flag = text("output", 'o', "", "Output format. One of: (json, yaml, name, jsonpath).");
pub(super) const SELECTOR: Flag = text("selector", 'l', "", "Selector (label query) to filter on.");
pub(super) const FILENAME: Flag = texts("filename", 'f', "Files that name the resources.");
pub(super) const RECURSIVE: Flag = switch("recursive", 'R', "Go into the folders that -f names.");
pub(super) const LOCAL: Flag = switch("local", '\0', "Work on what the file says and do not ask the server.");
pub(super) const ALL: Flag = switch("all", '\0', "Select all resources of the named types in the namespace.");
pub(super) const ALL_NAMESPACES: Flag = switch("all-namespaces", 'A', "In all namespaces.");
pub(super) const FIELDS: Flag = text("field-selector", '\0', "", "Selector (field query) to filter on.");

/// Flags that such commands have in the real kubectl and not here.
pub(super) const MISSING: &[&str] =
    &["allow-missing-template-keys", "field-manager", "kustomize", "k", "show-managed-fields", "template", "validate"];

/// One object that is to be changed.
#[derive(Debug, Clone)]
pub(super) struct Subject {
    pub kind: KindInfo,
    pub namespace: String,
    pub name: String,
    pub value: Value,
}

impl Subject {
    pub fn of(kube: &Kube<'_, '_>, object: &Object) -> Self {
        Self {
            kind: kube.info(object.key.kind),
            namespace: object.namespace().into(),
            name: object.name().into(),
            value: object.value.clone(),
        }
    }

    /// `deployment.apps/web`
    pub fn named(&self) -> String {
        format!("{}/{}", qualified(&self.kind), self.name)
    }
}

/// What a command is to change; nothing while standard input is not whole.
pub(super) fn chosen(
    kube: &mut Kube<'_, '_>,
    given: &Given,
    resources: &[String],
) -> Result<Option<Vec<Subject>>, Stop> {
    let labels = selectors(given.text("selector"), given.text("field-selector"))?;
    let names = given.all("filename");
    if !names.is_empty() {
        let Loaded::Ready(manifests) = files::load(kube, &names, given.has("recursive"))? else { return Ok(None) };
        let local = given.has("local");
        let mut found = Vec::new();
        for manifest in manifests {
            let name = manifest.value.str_at("metadata.name").to_string();
            if local {
                let (kind, namespace) = (manifest.kind, manifest.namespace);
                found.push(Subject { kind, namespace, name, value: manifest.bare });
            } else {
                let object = kube.get(manifest.kind.id, &manifest.namespace, &name)?;
                found.push(Subject::of(kube, &object));
            }
        }
        return Ok(Some(found));
    }
    if resources.is_empty() {
        return Err(Stop::said(super::rollout::NOTHING));
    }
    let wanted = kube.wanted(resources)?;
    if wanted.named.is_empty() && labels == Selectors::default() && !given.has("all") {
        return Err(Stop::error("resource(s) were provided, but no name was specified"));
    }
    let objects = kube.objects(&wanted, given.has("all-namespaces"), &labels)?;
    Ok(Some(objects.iter().map(|object| Subject::of(kube, object)).collect()))
}

/// Splits operands into resources and changes, which all stand behind them.
pub(super) fn split<'g>(
    operands: &'g [String],
    what: &str,
    is_change: impl Fn(&str) -> bool,
) -> Result<(&'g [String], &'g [String]), Stop> {
    let at = operands.iter().position(|word| is_change(word)).unwrap_or(operands.len());
    let (resources, changes) = operands.split_at(at);
    match changes.iter().find(|word| !is_change(word)) {
        Some(word) => Err(Stop::error(format!("all resources must be specified before {what} changes: {word}"))),
        None => Ok((resources, changes)),
    }
}

/// Sends a patch to the server; what the object became.
pub(super) fn send(
    kube: &mut Kube<'_, '_>,
    subject: &Subject,
    form: PatchKind,
    patch: &Value,
    dry: DryRun,
) -> Result<Arc<Object>, Stop> {
    let writer = kube.writer().dry_run(dry != DryRun::No);
    let place = (subject.kind.id, subject.namespace.as_str(), subject.name.as_str());
    let done = kube.cx.world.api(|cluster, sim| cluster.patch(sim, place, form, patch, &writer));
    done.map_err(|status| Stop { message: told(&status, ""), code: 1 })
}

/// Tells what was done: `pod/web labeled`, or the object in the format that was asked for.
pub(super) fn tell(
    kube: &mut Kube<'_, '_>,
    subject: &Subject,
    value: &Value,
    word: &str,
    (dry, output): (DryRun, &Output),
) -> Result<(), Stop> {
    let text = match output {
        Output::Table { .. } => format!("{} {word}{}\n", subject.named(), dry.mark()),
        Output::Name => format!("{}\n", subject.named()),
        other => other.print_value(value)?,
    };
    kube.out(text);
    Ok(())
}

/// The words of an error of several commands that take all objects or those of a selector.
pub(super) fn all_or_some(given: &Given) -> Result<(), Stop> {
    for name in ["selector", "field-selector"] {
        if given.has("all") && !given.text(name).is_empty() {
            return Err(Stop::error(format!("cannot set --all and --{name} at the same time")));
        }
    }
    Ok(())
}
