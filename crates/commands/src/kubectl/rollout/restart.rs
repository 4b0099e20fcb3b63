//! `kubectl rollout restart`: new pods of the same template.

use super::super::flags::Given;
use super::super::kube::{Answer, Kube, Stop};
use super::super::{Command, Next};
use super::{MISSING, SELECTOR, patch, workloads};
use cluster::PatchKind;
use manifest::object;

pub(crate) const RESTART: Command = Command {
    path: "rollout restart",
    operands: "RESOURCE",
    summary: "Restart a resource.",
    examples: &[("Restart a deployment", "kubectl rollout restart deployment/web")],
    flags: &[SELECTOR],
    missing: MISSING,
    run,
};

fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    for deployment in workloads(kube, given, "restart")? {
        let name = kube.named(&deployment);
        if deployment.value.bool_at("spec.paused") {
            return Err(Stop::error("can't restart paused deployment (run rollout resume first)"));
        }
        let stamp = kube.cx.now().rfc3339();
        let annotations = object! { "kubectl.kubernetes.io/restartedAt" => stamp };
        let template = object! { "metadata" => object! { "annotations" => annotations } };
        let change = object! { "spec" => object! { "template" => template } };
        let new = patch(kube, &deployment, PatchKind::Strategic, &change)?;
        if new.version == deployment.version {
            return Err(Stop::error(format!(
                "failed to create patch for {}: if restart has already been triggered within the past second, please wait \
                 before attempting to trigger another",
                deployment.name()
            )));
        }
        kube.out(format!("{name} restarted\n"));
    }
    Ok(Next::Done(0))
}
