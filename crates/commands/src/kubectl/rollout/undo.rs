//! `kubectl rollout undo`: goes back to an earlier template.

use super::super::apply::DryRun;
use super::super::flags::{Given, maybe, number};
use super::super::kube::{Answer, Kube, Stop, told};
use super::super::{Command, Next, describe};
use super::{MISSING, SELECTOR, revisions, workloads};
use cluster::{DEPLOYMENT, Object, PatchKind};
use manifest::Value;

pub(crate) const UNDO: Command = Command {
    path: "rollout undo",
    operands: "(TYPE NAME | TYPE/NAME) [flags]",
    summary: "Roll back to a previous rollout.",
    examples: &[
        ("Back to the previous revision", "kubectl rollout undo deployment/web"),
        ("Back to revision 3", "kubectl rollout undo deployment/web --to-revision=3"),
    ],
    flags: &[
        maybe("dry-run", "none", "unchanged", "Must be \"none\", \"server\", or \"client\"."),
        SELECTOR,
        number("to-revision", 0, "The revision to roll back to; 0 means the one before."),
    ],
    missing: MISSING,
    run,
};

/// Annotations that stay as the deployment has them.
const KEPT: [&str; 4] = [
    "kubectl.kubernetes.io/last-applied-configuration",
    "deployment.kubernetes.io/revision",
    "deployment.kubernetes.io/revision-history",
    "deployment.kubernetes.io/desired-replicas",
];

fn bare(template: &Value) -> Value {
    let mut bare = template.clone();
    bare.remove("metadata.creationTimestamp");
    if let Some(labels) = bare.at("metadata").get("labels").cloned() {
        let mut labels = labels;
        labels.make_map().remove("pod-template-hash");
        bare.set("metadata.labels", labels);
    }
    bare
}

fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let (to, dry) = (given.number("to-revision"), DryRun::parse(given)?);
    for deployment in workloads(kube, given, "undo")? {
        let all = revisions(kube, &deployment);
        let found = if to != 0 {
            all.iter().find(|revision| revision.number == to)
        } else {
            all.len().checked_sub(2).and_then(|at| all.get(at))
        };
        let has_sets = deployment.key.kind == DEPLOYMENT;
        let Some(found) = found else {
            return Err(Stop::error(if to != 0 {
                format!("unable to find specified revision {to} in history")
            } else if has_sets {
                format!("no rollout history found for deployment \"{}\"", deployment.name())
            } else {
                "no last revision to roll back to".into()
            }));
        };
        let name = kube.named(&deployment);
        if dry == DryRun::Client {
            let text = describe::template_text(&found.template);
            let will = if has_sets { "" } else { "will roll back to " };
            kube.out(format!("{name} {will}{text} (dry run)\n"));
            continue;
        }
        if deployment.value.bool_at("spec.paused") {
            return Err(Stop::error(
                "you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again",
            ));
        }
        if bare(&found.template) == bare(deployment.value.at("spec.template")) {
            kube.out(format!("{name} skipped rollback (current template already matches revision {to})\n"));
            continue;
        }
        if has_sets {
            roll_back(kube, &deployment, &found.keeper, dry)?;
        } else {
            let data = found.keeper.value.at("data").clone();
            let writer = kube.writer().dry_run(dry == DryRun::Server);
            let place = (deployment.key.kind, deployment.namespace(), deployment.name());
            let form = PatchKind::Strategic;
            let done = kube.cx.world.api(|cluster, sim| cluster.patch(sim, place, form, &data, &writer));
            done.map_err(|status| Stop::error(format!("failed restoring revision {to}: {}", status.message)))?;
        }
        kube.out(format!("{name} rolled back{}\n", dry.mark()));
    }
    Ok(Next::Done(0))
}

/// Replaces template and annotations, as the real client's JSON patch does.
fn roll_back(kube: &mut Kube<'_, '_>, deployment: &Object, set: &Object, dry: DryRun) -> Result<(), Stop> {
    let mut value = deployment.value.clone();
    let mut template = bare(set.value.at("spec.template"));
    *template.at_mut("metadata.creationTimestamp") = Value::Null;
    value.set("spec.template", template);
    let mut annotations = Value::map();
    for (key, text) in deployment.value.map_at("metadata.annotations").iter() {
        if KEPT.contains(&key.as_ref()) {
            annotations.put(key, text.clone());
        }
    }
    for (key, text) in set.value.map_at("metadata.annotations").iter() {
        if !key.starts_with("deployment.kubernetes.io/") && !KEPT.contains(&key.as_ref()) {
            annotations.put(key, text.clone());
        }
    }
    value.set("metadata.annotations", annotations);
    let writer = kube.writer().dry_run(dry == DryRun::Server);
    let (kind, namespace) = (deployment.key.kind, deployment.namespace());
    let done = kube.cx.world.api(|cluster, sim| cluster.update(sim, kind, namespace, value, &writer));
    done.map(drop).map_err(|status| Stop { message: told(&status, ""), code: 1 })
}
