//! `kubectl rollout`: watching, undoing, pausing and restarting rollouts.

mod history;
mod pause;
mod restart;
mod status;
mod undo;

pub(super) use history::HISTORY;
pub(super) use pause::{PAUSE, RESUME};
pub(super) use restart::RESTART;
pub(super) use status::{STATUS, Waiting};
pub(super) use undo::UNDO;

use super::arguments::selectors;
use super::flags::{Flag, Given, text};
use super::kube::{Kube, Stop, told};
use cluster::{DEPLOYMENT, Object, PatchKind, REPLICASET};
use manifest::Value;
use order::Arrange;
use std::sync::Arc;

pub(super) const NOTHING: &str = "error: You must provide one or more resources by argument or filename.\nExample resource \
     specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'";

const SELECTOR: Flag = text("selector", 'l', "", "Selector (label query) to filter on.");
const MISSING: &[&str] = &[
    "allow-missing-template-keys",
    "dry-run",
    "field-manager",
    "filename",
    "f",
    "kustomize",
    "k",
    "output",
    "o",
    "recursive",
    "R",
    "show-managed-fields",
    "template",
];

/// The deployments that a rollout command is about.
fn deployments(kube: &Kube<'_, '_>, given: &Given, verb: &str) -> Result<Vec<Arc<Object>>, Stop> {
    if given.operands.is_empty() {
        return Err(Stop::error("required resource not specified"));
    }
    let chosen = selectors(given.text("selector"), "")?;
    let wanted = kube.wanted(&given.operands)?;
    let objects = kube.objects(&wanted, false, &chosen)?;
    if objects.is_empty() {
        return Err(Stop::said(format!("No resources found in {} namespace.", kube.namespace)));
    }
    if let Some(other) = objects.iter().find(|object| object.key.kind != DEPLOYMENT) {
        let info = kube.info(other.key.kind);
        let plural = info.qualified();
        return Err(match verb {
            "history" => Stop::error(format!("no history viewer has been implemented for \"{}\"", info.kind)),
            "status" => Stop::error(format!("no status viewer has been implemented for {}", info.kind)),
            "undo" => Stop::error(format!("no rollbacker has been implemented for \"{}\"", info.kind)),
            "restart" => Stop::error(format!("{plural} \"{}\" restarting is not supported", other.name())),
            _ => Stop::error(format!("{plural} \"{}\" {verb} is not supported", other.name())),
        });
    }
    Ok(objects)
}

/// The replica sets of a deployment, lowest revision first.
fn revisions(kube: &Kube<'_, '_>, deployment: &Object) -> Vec<(i64, Arc<Object>)> {
    let number = |set: &Object| set.annotation("deployment.kubernetes.io/revision").parse().unwrap_or(0);
    let sets = kube.store().owned_by(&deployment.uid).filter(|object| object.key.kind == REPLICASET);
    let mut all: Vec<(i64, Arc<Object>)> = sets.map(|set| (number(set), set.clone())).collect();
    all.arrange_by(|a, b| (a.0, &a.1.key).cmp(&(b.0, &b.1.key)));
    all
}

fn patch(kube: &mut Kube<'_, '_>, object: &Object, form: PatchKind, patch: &Value) -> Result<Arc<Object>, Stop> {
    let writer = kube.writer();
    let place = (object.key.kind, object.namespace(), object.name());
    let done = kube.cx.world.api(|cluster, sim| cluster.patch(sim, place, form, patch, &writer));
    done.map_err(|status| Stop { message: told(&status, ""), code: 1 })
}
