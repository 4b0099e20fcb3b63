//! `kubectl scale`: how many replicas.

use super::apply::DryRun;
use super::arguments::selectors;
use super::flags::{Given, maybe, number, switch, text};
use super::kube::{Answer, Kube, Stop, told};
use super::{Command, Next};
use cluster::{
    CUSTOMRESOURCEDEFINITION, DEPLOYMENT, KindId, PatchKind, REPLICASET, REPLICATIONCONTROLLER, STATEFULSET,
};
use manifest::object;

pub(crate) const COMMAND: Command = Command {
    path: "scale",
    operands: "[--resource-version=version] [--current-replicas=count] --replicas=COUNT (-f FILENAME | TYPE NAME)",
    summary: "Set a new size for a deployment, replica set, or stateful set.",
    examples: &[
        ("Scale a deployment to 3", "kubectl scale --replicas=3 deployment/web"),
        ("Only if it has 2 now", "kubectl scale --current-replicas=2 --replicas=3 deployment/web"),
    ],
    flags: &[
        switch("all", '\0', "Select all resources of the named types in the namespace."),
        number("current-replicas", -1, "Scale only if this is the current size."),
        maybe("dry-run", "none", "unchanged", "Must be \"none\", \"server\", or \"client\"."),
        number("replicas", -1, "The new desired number of replicas. Required."),
        text("selector", 'l', "", "Selector (label query) to filter on."),
    ],
    missing: &[
        "allow-missing-template-keys",
        "filename",
        "f",
        "kustomize",
        "k",
        "output",
        "o",
        "recursive",
        "R",
        "resource-version",
        "show-managed-fields",
        "template",
        "timeout",
    ],
    run,
};

fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    if !given.is_set("replicas") {
        return Err(Stop::error("required flag(s) \"replicas\" not set"));
    }
    let count = given.number("replicas");
    if count < 0 {
        return Err(Stop::error("The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0"));
    }
    if given.operands.is_empty() {
        return Err(Stop::said(super::rollout::NOTHING));
    }
    let dry = DryRun::parse(given)?;
    let chosen = selectors(given.text("selector"), "")?;
    let wanted = kube.wanted(&given.operands)?;
    if wanted.named.is_empty() && chosen.labels.is_empty() && !given.has("all") {
        return Err(Stop::error("resource(s) were provided, but no name was specified"));
    }
    let objects = kube.objects(&wanted, false, &chosen).map_err(|stop| {
        match stop.message.strip_prefix("Error from server (NotFound): ") {
            Some(what) => Stop::error(format!("no objects passed to scale {}", what.trim_end())),
            None => stop,
        }
    })?;
    if objects.is_empty() {
        return Err(Stop::error("no objects passed to scale"));
    }
    for object in objects {
        let kind = object.key.kind;
        if !scalable(kube, kind) {
            return Err(Stop::error(format!("cannot scale a {}", kube.info(kind).kind)));
        }
        let current = object.value.int_at("spec.replicas").unwrap_or(0);
        let expected = given.number("current-replicas");
        if given.is_set("current-replicas") && expected != current {
            return Err(Stop::error(format!("Expected replicas to be {expected}, was {current}")));
        }
        if dry != DryRun::Client {
            // The subresource is written, which roles name apart.
            kube.may("patch", (kind, "scale"), (object.namespace(), object.name()))?;
            let writer = kube.writer().dry_run(dry == DryRun::Server).on_behalf(None);
            let patch = object! { "spec" => object! { "replicas" => count } };
            let place = (kind, object.namespace(), object.name());
            let done = kube.cx.world.api(|cluster, sim| cluster.patch(sim, place, PatchKind::Merge, &patch, &writer));
            done.map_err(|status| Stop { message: told(&status, ""), code: 1 })?;
        }
        let line = format!("{} scaled{}\n", kube.named(&object), dry.mark());
        kube.out(line);
    }
    Ok(Next::Done(0))
}

/// Whether a kind has the scale subresource: a few of the cluster's own, and those whose definition gives them one.
fn scalable(kube: &Kube<'_, '_>, kind: KindId) -> bool {
    let name = kube.kinds().info(kind).qualified();
    let definition = kube.store().get(CUSTOMRESOURCEDEFINITION, "", &name);
    let scales = |definition: &std::sync::Arc<cluster::Object>| {
        definition.value.list_at("spec.versions").iter().any(|one| !one.at("subresources.scale").is_null())
    };
    [DEPLOYMENT, REPLICASET, REPLICATIONCONTROLLER, STATEFULSET].contains(&kind) || definition.is_some_and(scales)
}
