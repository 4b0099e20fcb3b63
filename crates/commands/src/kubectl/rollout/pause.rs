//! `kubectl rollout pause` and `resume`.

use super::super::flags::Given;
use super::super::kube::{Answer, Kube, Stop};
use super::super::{Command, Next};
use super::{MISSING, SELECTOR, patch, workloads};
use cluster::PatchKind;
use manifest::{Value, object};

pub(crate) const PAUSE: Command = Command {
    path: "rollout pause",
    operands: "RESOURCE",
    summary: "Mark the provided resource as paused.",
    examples: &[("Pause a deployment", "kubectl rollout pause deployment/web")],
    flags: &[SELECTOR],
    missing: MISSING,
    run: pause,
};

pub(crate) const RESUME: Command = Command {
    path: "rollout resume",
    summary: "Resume a paused resource.",
    examples: &[("Resume a paused deployment", "kubectl rollout resume deployment/web")],
    run: resume,
    ..PAUSE
};

fn pause(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    set(kube, given, true)
}

fn resume(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    set(kube, given, false)
}

fn set(kube: &mut Kube<'_, '_>, given: &Given, paused: bool) -> Answer {
    let (verb, told) = if paused { ("pausing", "paused") } else { ("resuming", "resumed") };
    for deployment in workloads(kube, given, verb)? {
        let name = kube.named(&deployment);
        if deployment.value.bool_at("spec.paused") == paused {
            let state = if paused { "is already paused" } else { "is not paused" };
            return Err(Stop::error(format!("deployments.apps \"{}\" {state}", deployment.name())));
        }
        let value = if paused { Value::Bool(true) } else { Value::Null };
        let change = object! { "spec" => object! { "paused" => value } };
        patch(kube, &deployment, PatchKind::Merge, &change)?;
        kube.out(format!("{name} {told}\n"));
    }
    Ok(Next::Done(0))
}
