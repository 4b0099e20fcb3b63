//! `kubectl replace`: a whole object in place of the one that is there.

use super::apply::DryRun;
use super::files::{self, Loaded, Manifest};
use super::flags::{Given, number, switch};
use super::kube::{Answer, Kube, Stop, qualified, told};
use super::output::Output;
use super::subjects::{self, Subject};
use super::{Command, Next, Phase};
use cluster::{DeleteOptions, Object, Propagation};
use std::sync::Arc;
use world::Step;

pub(crate) const COMMAND: Command = Command {
    path: "replace",
    operands: "-f FILENAME",
    summary: "Replace a resource by file name or stdin.",
    examples: &[
        ("Replace what a file names", "kubectl replace -f web.yaml"),
        ("Delete and make it anew", "kubectl replace --force -f web.yaml"),
    ],
    flags: &[
        subjects::DRY_RUN,
        subjects::FILENAME,
        switch("force", '\0', "Delete the objects and create them anew."),
        number("grace-period", -1, "Seconds that the object gets to end, with --force."),
        files::KUSTOMIZE,
        subjects::OUTPUT,
        subjects::RECURSIVE,
    ],
    missing: &[
        "allow-missing-template-keys",
        "cascade",
        "field-manager",
        "raw",
        "save-config",
        "show-managed-fields",
        "subresource",
        "template",
        "timeout",
        "validate",
        "wait",
    ],
    run,
};

fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let dry = DryRun::parse(given)?;
    let output = Output::parse(given.text("output"))?;
    if given.is_set("grace-period") && !given.has("force") {
        return Err(Stop::error("--grace-period must have --force specified"));
    }
    let Some(loaded) = files::from_flags(kube, given)? else {
        return Err(Stop::error("must specify one of -f and -k"));
    };
    let Loaded::Ready(manifests) = loaded else { return Kube::wait(Phase::Start, Step::Stdin) };
    if given.has("force") {
        remove(kube, &manifests, given.number("grace-period"));
    }
    let mut code = 0;
    for manifest in &manifests {
        if let Err(message) = one(kube, manifest, given.has("force"), (dry, &output)) {
            kube.err(message);
            code = 1;
        }
    }
    Ok(Next::Done(code))
}

/// Unlike kubectl: pods that are replaced by force go at once, without their time to end.
fn remove(kube: &mut Kube<'_, '_>, manifests: &[Manifest], grace: i64) {
    for manifest in manifests {
        let name = manifest.value.str_at("metadata.name");
        let place = (manifest.kind.id, manifest.namespace.as_str(), name);
        if kube.store().get(place.0, place.1, place.2).is_none() {
            continue;
        }
        let options = DeleteOptions { propagation: Propagation::Background, grace_secs: Some(grace.max(0)) };
        let writer = kube.writer();
        let done = kube.cx.world.api(|cluster, sim| cluster.delete(sim, place, options, &writer));
        match done {
            Ok(_) => kube.out(format!("{} \"{name}\" deleted\n", qualified(&manifest.kind))),
            Err(status) => kube.err(told(&status, "")),
        }
    }
}

fn one(
    kube: &mut Kube<'_, '_>,
    manifest: &Manifest,
    force: bool,
    (dry, output): (DryRun, &Output),
) -> Result<(), String> {
    let Manifest { kind, value, namespace, source, .. } = manifest;
    let name = value.str_at("metadata.name").to_string();
    let subject = Subject { kind: kind.clone(), namespace: namespace.clone(), name, value: value.clone() };
    let shown = if dry == DryRun::Client {
        value.clone()
    } else {
        let writer = kube.writer().dry_run(dry == DryRun::Server);
        let (id, value) = (kind.id, value.clone());
        let done: Result<Arc<Object>, cluster::Status> = kube.cx.world.api(|cluster, sim| {
            if force {
                cluster.create(sim, id, namespace, value, &writer)
            } else {
                cluster.update(sim, id, namespace, value, &writer)
            }
        });
        let doing = if force { "creating" } else { "replacing" };
        done.map_err(|status| told(&status, &format!("error when {doing} \"{source}\": ")))?.value.clone()
    };
    subjects::tell(kube, &subject, &shown, "replaced", (dry, output)).map_err(|stop| stop.message)
}
