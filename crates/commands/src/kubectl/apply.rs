//! `kubectl apply`: makes the cluster as the files say (client-side: last applied, new and live object).

use super::files::{self, Loaded, Manifest};
use super::flags::{Given, maybe, switch, text, texts};
use super::kube::{Answer, Kube, Stop, told};
use super::output::Output;
use super::{Command, Next, Phase, arguments};
use cluster::{Apply, LabelSelector};
use std::sync::Arc;
use world::Step;

pub(crate) const COMMAND: Command = Command {
    path: "apply",
    operands: "(-f FILENAME | -k DIRECTORY)",
    summary: "Apply a configuration to a resource by file name or stdin.",
    examples: &[
        ("Apply what a file says", "kubectl apply -f web.yaml"),
        ("Apply every manifest of a folder", "kubectl apply -f manifests/"),
        ("Apply what another command prints", "cat web.yaml | kubectl apply -f -"),
    ],
    flags: &[
        maybe("dry-run", "none", "unchanged", "Must be \"none\", \"server\", or \"client\"."),
        texts("filename", 'f', "The files that contain the configurations to apply."),
        text("output", 'o', "", "Output format. One of: (json, yaml, name)."),
        switch("recursive", 'R', "Go into the folders that -f names."),
        text("selector", 'l', "", "Only objects with these labels."),
    ],
    missing: &[
        "all",
        "allow-missing-template-keys",
        "cascade",
        "field-manager",
        "force",
        "force-conflicts",
        "grace-period",
        "kustomize",
        "k",
        "openapi-patch",
        "overwrite",
        "prune",
        "prune-allowlist",
        "server-side",
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
    let names = given.all("filename");
    if names.is_empty() {
        return Err(Stop::error("must specify one of -f and -k"));
    }
    let dry = DryRun::parse(given)?;
    let output = Output::parse(given.text("output"))?;
    let Loaded::Ready(manifests) = files::load(kube, &names, given.has("recursive"))? else {
        return Kube::wait(Phase::Start, Step::Stdin);
    };
    let labels: LabelSelector = arguments::selectors(given.text("selector"), "")?.labels;
    let chosen = manifests.iter().filter(|m| labels.matches(m.value.map_at("metadata.labels")));
    let mut code = 0;
    let mut any = false;
    for manifest in chosen {
        any = true;
        if let Err(message) = one(kube, manifest, dry, &output) {
            kube.err(message);
            code = 1;
        }
    }
    if !any {
        return Err(Stop::error("no objects passed to apply"));
    }
    Ok(Next::Done(code))
}

fn one(kube: &mut Kube<'_, '_>, manifest: &Manifest, dry: DryRun, output: &Output) -> Result<(), String> {
    let Manifest { kind, value, namespace, source, .. } = manifest;
    let name = value.str_at("metadata.name");
    if name.is_empty() {
        return Err(format!(
            "error: from {}: cannot use generate name with apply\n",
            value.str_at("metadata.generateName")
        ));
    }
    let live = kube.store().get(kind.id, namespace, name).cloned();
    warn_unapplied(kube, manifest, live.as_ref());
    let writer = kube.writer().dry_run(dry != DryRun::No);
    let done = kube.cx.world.api(|cluster, sim| cluster.apply(sim, kind.id, namespace, value, &writer));
    let doing = if live.is_some() { "patching" } else { "creating" };
    // Unlike kubectl: a refused patch is told without the patch itself.
    let (result, object) = done.map_err(|status| told(&status, &format!("error when {doing} \"{source}\": ")))?;
    if *output != (Output::Table { wide: false }) {
        let text = output.print_objects(kube, &[object], true).map_err(|stop| stop.message)?;
        kube.out(text);
        return Ok(());
    }
    let word = match result {
        Apply::Created => "created",
        Apply::Configured => "configured",
        Apply::Unchanged => "unchanged",
    };
    let line = format!("{} {word}{}\n", kube.named(&object), dry.mark());
    kube.out(line);
    Ok(())
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
