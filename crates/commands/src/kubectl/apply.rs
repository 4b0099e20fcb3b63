//! `kubectl apply`: makes the cluster as the files say (client-side: last applied, new and live object).

use super::files::{self, Loaded, Manifest};
use super::flags::{Given, maybe, switch, text, texts};
use super::kube::{Answer, Kube, Stop, told};
use super::output::Output;
use super::{Command, Next, Phase, arguments};
use cluster::{Apply, LabelSelector};
use manifest::object;
use std::sync::Arc;
use world::Step;

pub(crate) const COMMAND: Command = Command {
    path: "apply",
    operands: "(-f FILENAME | -k DIRECTORY)",
    summary: "Apply a configuration to a resource by file name or stdin.",
    examples: &[
        ("Apply what a file says", "kubectl apply -f web.yaml"),
        ("Apply every manifest of a folder", "kubectl apply -f manifests/"),
        ("Apply what a kustomization makes", "kubectl apply -k overlays/prod"),
        ("Apply what another command prints", "cat web.yaml | kubectl apply -f -"),
    ],
    flags: &[
        maybe("dry-run", "none", "unchanged", "Must be \"none\", \"server\", or \"client\"."),
        text("field-manager", '\0', "", "Name of the manager used to track field ownership."),
        texts("filename", 'f', "The files that contain the configurations to apply."),
        switch("force-conflicts", '\0', "Server-side apply takes the fields that others manage."),
        text("output", 'o', "", "Output format. One of: (json, yaml, name)."),
        files::KUSTOMIZE,
        switch("recursive", 'R', "Go into the folders that -f names."),
        text("selector", 'l', "", "Only objects with these labels."),
        switch("server-side", '\0', "Apply runs in the server instead of the client."),
    ],
    missing: &[
        "all",
        "allow-missing-template-keys",
        "cascade",
        "force",
        "grace-period",
        "openapi-patch",
        "overwrite",
        "prune",
        "prune-allowlist",
        "show-managed-fields",
        "subresource",
        "template",
        "timeout",
        "validate",
        "wait",
    ],
    run,
};

/// What `--dry-run` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DryRun {
    No,
    Client,
    Server,
}

impl DryRun {
    pub fn parse(given: &Given) -> Result<Self, Stop> {
        match given.text("dry-run") {
            "none" | "false" | "" => Ok(Self::No),
            "client" => Ok(Self::Client),
            "server" => Ok(Self::Server),
            "unchanged" => {
                Err(Stop::error("Invalid dry-run value (unchanged). Must be \"none\", \"server\", or \"client\"."))
            }
            other => {
                let words = format!("Invalid dry-run value ({other}). Must be \"none\", \"server\", or \"client\".");
                Err(Stop::error(words))
            }
        }
    }

    /// What stands behind a result.
    pub fn mark(self) -> &'static str {
        match self {
            Self::No => "",
            Self::Client => " (dry run)",
            Self::Server => " (server dry run)",
        }
    }
}

fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    if !given.operands.is_empty() {
        let all = given.operands.join(" ");
        return Err(Stop::said(format!(
            "error: Unexpected args: [{all}]\nSee 'kubectl apply -h' for help and examples"
        )));
    }
    let dry = DryRun::parse(given)?;
    let output = Output::parse(given.text("output"))?;
    let mut wrong = Vec::new();
    let Some(loaded) = files::good_from_flags(kube, given, &mut wrong)? else {
        return Err(Stop::error("must specify one of -f and -k"));
    };
    let Loaded::Ready(manifests) = loaded else { return Kube::wait(Phase::Start, Step::Stdin) };
    let server_side = given.has("server-side").then_some(given.has("force-conflicts"));
    if given.has("force-conflicts") && server_side.is_none() {
        return Err(Stop::error("--force-conflicts only works with --server-side"));
    }
    if dry == DryRun::Client && server_side.is_some() {
        return Err(Stop::error(
            "--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)",
        ));
    }
    let how = How { dry, output, server_side, manager: given.text("field-manager").into() };
    let labels: LabelSelector = arguments::selectors(given.text("selector"), "")?.labels;
    let chosen = manifests.iter().filter(|m| labels.matches(m.value.map_at("metadata.labels")));
    let mut code = i32::from(!wrong.is_empty());
    let mut any = !wrong.is_empty();
    for stop in wrong {
        kube.err(stop.message);
    }
    for manifest in chosen {
        any = true;
        if let Err(message) = one(kube, manifest, &how) {
            kube.err(message);
            code = 1;
        }
    }
    if !any {
        return Err(Stop::error("no objects passed to apply"));
    }
    Ok(Next::Done(code))
}

/// How manifests are applied.
struct How {
    dry: DryRun,
    output: Output,
    /// In the server, and whether conflicts are forced.
    server_side: Option<bool>,
    /// Empty for the usual one.
    manager: String,
}

const CONFLICT: &str = "Please review the fields above--they currently have other managers. Here\nare the ways you can resolve \
     this warning:\n* If you intend to manage all of these fields, please re-run the apply\n  command with the \
     `--force-conflicts` flag.\n* If you do not intend to manage all of the fields, please edit your\n  manifest to remove \
     references to the fields that should keep their\n  current managers.\n* You may co-own fields by updating your manifest \
     to match the existing\n  value; in this case, you'll become the manager if the other manager(s)\n  stop managing the \
     field (remove it from their configuration).\nSee \
     https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts";

/// Server-side apply of one manifest; the annotation of client-side applies before it is kept up to date.
fn in_server(kube: &mut Kube<'_, '_>, manifest: &Manifest, how: &How, force: bool) -> Result<(), String> {
    let (kind, namespace) = (manifest.kind.id, manifest.namespace.as_str());
    let mut writer = kube.writer().dry_run(how.dry != DryRun::No);
    writer.name = if how.manager.is_empty() { "kubectl".into() } else { how.manager.clone().into() };
    let place = (kind, namespace);
    let done = kube.cx.world.api(|cluster, sim| cluster.server_apply(sim, place, &manifest.value, force, &writer));
    let (_, mut object) = done.map_err(|status| match status.code {
        409 => format!("error: {}\n{CONFLICT}\n", status.message),
        _ => told(&status, ""),
    })?;
    if !object.annotation(LAST_APPLIED).is_empty() && writer.name == "kubectl" {
        let patch = cluster::last_applied(&manifest.bare);
        writer.name = "kubectl-last-applied".into();
        let done = kube.cx.world.api(|cluster, sim| {
            let name = object.name();
            let change = object! { "metadata" => object! { "annotations" => object! { LAST_APPLIED => patch } } };
            cluster.patch(sim, (kind, namespace, name), cluster::PatchKind::Merge, &change, &writer)
        });
        object = done.map_err(|status| told(&status, ""))?;
    }
    print(kube, &object, "serverside-applied", how)
}

fn print(kube: &mut Kube<'_, '_>, object: &Arc<cluster::Object>, word: &str, how: &How) -> Result<(), String> {
    let text = if how.output == (Output::Table { wide: false }) {
        format!("{} {word}{}\n", kube.named(object), how.dry.mark())
    } else {
        how.output.print_objects(kube, std::slice::from_ref(object), true).map_err(|stop| stop.message)?
    };
    kube.out(text);
    Ok(())
}

fn one(kube: &mut Kube<'_, '_>, manifest: &Manifest, how: &How) -> Result<(), String> {
    let Manifest { kind, value, namespace, source, .. } = manifest;
    let name = value.str_at("metadata.name");
    if name.is_empty() {
        return Err(format!(
            "error: from {}: cannot use generate name with apply\n",
            value.str_at("metadata.generateName")
        ));
    }
    if let Some(force) = how.server_side {
        return in_server(kube, manifest, how, force);
    }
    let live = kube.store().get(kind.id, namespace, name).cloned();
    warn_unapplied(kube, manifest, live.as_ref());
    let mut writer = kube.writer().dry_run(how.dry != DryRun::No);
    if !how.manager.is_empty() {
        writer.name = how.manager.clone().into();
    }
    let done = kube.cx.world.api(|cluster, sim| cluster.apply(sim, kind.id, namespace, value, &writer));
    let doing = if live.is_some() { "patching" } else { "creating" };
    // Unlike kubectl: a refused patch is told without the patch itself.
    let (result, object) = done.map_err(|status| told(&status, &format!("error when {doing} \"{source}\": ")))?;
    let word = match result {
        Apply::Created => "created",
        Apply::Configured => "configured",
        Apply::Unchanged => "unchanged",
    };
    print(kube, &object, word, how)
}

const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

fn warn_unapplied(kube: &mut Kube<'_, '_>, manifest: &Manifest, live: Option<&Arc<cluster::Object>>) {
    let Some(live) = live.filter(|live| live.annotation(LAST_APPLIED).is_empty()) else { return };
    let plural = &manifest.kind.plural;
    let text = format!(
        "Warning: resource {plural}/{} is missing the {LAST_APPLIED} annotation which is required by kubectl apply. kubectl \
         apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. \
         The missing annotation will be patched automatically.\n",
        live.name()
    );
    kube.err(text);
}
