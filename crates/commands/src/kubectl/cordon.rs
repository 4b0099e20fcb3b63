//! `kubectl cordon` and `uncordon`: whether a node takes new pods.

use super::apply::DryRun;
use super::arguments::selectors;
use super::flags::Given;
use super::kube::{Answer, Kube, Stop};
use super::output::Output;
use super::subjects::{self, Subject};
use super::{Command, Next};
use cluster::{NODE, PatchKind};
use manifest::{Value, object};

pub(crate) const CORDON: Command = Command {
    path: "cordon",
    operands: "NODE",
    summary: "Mark node as unschedulable.",
    examples: &[("Mark a node as unschedulable", "kubectl cordon node-1")],
    flags: &[subjects::DRY_RUN, subjects::SELECTOR],
    missing: &[],
    run: cordon,
};

pub(crate) const UNCORDON: Command = Command {
    path: "uncordon",
    summary: "Mark node as schedulable.",
    examples: &[("Mark a node as schedulable", "kubectl uncordon node-1")],
    run: uncordon,
    ..CORDON
};

fn cordon(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let found = nodes(kube, given, "cordon")?;
    let dry = DryRun::parse(given)?;
    found.iter().try_for_each(|node| set(kube, node, true, dry))?;
    Ok(Next::Done(0))
}

fn uncordon(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let found = nodes(kube, given, "uncordon")?;
    let dry = DryRun::parse(given)?;
    found.iter().try_for_each(|node| set(kube, node, false, dry))?;
    Ok(Next::Done(0))
}

/// The nodes that a command is about.
pub(super) fn nodes(kube: &Kube<'_, '_>, given: &Given, verb: &str) -> Result<Vec<Subject>, Stop> {
    let by_labels = given.is_set("selector");
    if given.operands.is_empty() && !by_labels {
        return Err(Stop::said(format!(
            "error: USAGE: {verb} NODE [flags]\nSee 'kubectl {verb} -h' for help and examples"
        )));
    }
    if !given.operands.is_empty() && !given.text("selector").is_empty() {
        return Err(Stop::said(format!(
            "error: error: cannot specify both a node name and a --selector option\nSee 'kubectl {verb} -h' for help and \
             examples"
        )));
    }
    let kind = kube.info(NODE);
    let objects = if given.operands.is_empty() {
        kube.list(&kind, true, &selectors(given.text("selector"), "")?)?
    } else {
        let mut found = Vec::new();
        for word in &given.operands {
            let name = word.split_once('/').map_or(word.as_str(), |(_, name)| name);
            found.push(kube.fetch(&kind, name)?);
        }
        found
    };
    Ok(objects.iter().map(|object| Subject::of(kube, object)).collect())
}

/// Closes or opens a node.
pub(super) fn set(kube: &mut Kube<'_, '_>, node: &Subject, closed: bool, dry: DryRun) -> Result<(), Stop> {
    let un = if closed { "" } else { "un" };
    let already = node.value.bool_at("spec.unschedulable") == closed;
    if !already && dry != DryRun::Client {
        let value = if closed { Value::Bool(true) } else { Value::Null };
        let patch = object! { "spec" => object! { "unschedulable" => value } };
        subjects::send(kube, node, PatchKind::Strategic, &patch, dry)?;
    }
    let word = if already { format!("already {un}cordoned") } else { format!("{un}cordoned") };
    subjects::tell(kube, node, &node.value, &word, (dry, &Output::Table { wide: false }))
}
