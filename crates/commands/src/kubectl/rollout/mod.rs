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
use cluster::{CONTROLLERREVISION, DAEMONSET, DEPLOYMENT, KindId, Object, PatchKind, REPLICASET, STATEFULSET};
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

/// The kinds that have rollouts; only the first of them can be paused.
const ROLLED: [KindId; 3] = [DEPLOYMENT, DAEMONSET, STATEFULSET];

/// The objects that a rollout command is about.
fn workloads(kube: &Kube<'_, '_>, given: &Given, verb: &str) -> Result<Vec<Arc<Object>>, Stop> {
    if given.operands.is_empty() {
        return Err(Stop::error("required resource not specified"));
    }
    let chosen = selectors(given.text("selector"), "")?;
    let wanted = kube.wanted(&given.operands)?;
    let objects = kube.objects(&wanted, false, &chosen)?;
    let kinds = if matches!(verb, "pausing" | "resuming") { &ROLLED[..1] } else { &ROLLED };
    if objects.is_empty() {
        return Err(Stop::said(format!("No resources found in {} namespace.", kube.namespace)));
    }
    if let Some(other) = objects.iter().find(|object| !kinds.contains(&object.key.kind)) {
        let info = kube.info(other.key.kind);
        let plural = info.qualified();
        return Err(match verb {
            "history" => {
                let (group, kind) = info.group_kind();
                let told = format!("no visitor method exists for {{{group} {kind}}}");
                Stop::error(format!("error retrieving history for {kind:?}, {told}"))
            }
            "status" => Stop::error(format!("no status viewer has been implemented for {}", info.kind)),
            "undo" => Stop::error(format!("no rollbacker has been implemented for \"{}\"", info.kind)),
            "restart" => Stop::error(format!("{plural} \"{}\" restarting is not supported", other.name())),
            _ => Stop::error(format!("{plural} \"{}\" {verb} is not supported", other.name())),
        });
    }
    Ok(objects)
}

/// A template that a workload had.
struct Revision {
    number: i64,
    /// The replica set or controller revision that keeps it.
    keeper: Arc<Object>,
    template: Value,
}

/// The revisions of a workload, the lowest first.
fn revisions(kube: &Kube<'_, '_>, workload: &Object) -> Vec<Revision> {
    let kind = if workload.key.kind == DEPLOYMENT { REPLICASET } else { CONTROLLERREVISION };
    let of = |keeper: &Arc<Object>| {
        let keeper = keeper.clone();
        if kind == REPLICASET {
            let number = keeper.annotation("deployment.kubernetes.io/revision").parse().unwrap_or(0);
            return Revision { number, template: keeper.value.at("spec.template").clone(), keeper };
        }
        let mut template = keeper.value.at("data.spec.template").clone();
        template.remove("$patch");
        Revision { number: keeper.value.int_at("revision").unwrap_or(0), template, keeper }
    };
    let owned = kube.store().owned_by(&workload.uid).filter(|object| object.key.kind == kind);
    let mut all: Vec<Revision> = owned.map(of).collect();
    all.arrange_by(|a, b| (a.number, &a.keeper.key).cmp(&(b.number, &b.keeper.key)));
    all
}

fn patch(kube: &mut Kube<'_, '_>, object: &Object, form: PatchKind, patch: &Value) -> Result<Arc<Object>, Stop> {
    let writer = kube.writer();
    let place = (object.key.kind, object.namespace(), object.name());
    let done = kube.cx.world.api(|cluster, sim| cluster.patch(sim, place, form, patch, &writer));
    done.map_err(|status| Stop { message: told(&status, ""), code: 1 })
}
