//! `kubectl delete`: by name, by file, by labels; waits until the objects are gone.

use super::apply::DryRun;
use super::arguments::selectors;
use super::files::{self, Loaded};
use super::flags::{Given, maybe, number, on, switch, text, texts};
use super::kube::{Answer, Kube, Stop, qualified, told};
use super::{Command, Next, Phase, duration, follow};
use cluster::{DeleteOptions, KindId, KindInfo, Object, Propagation, Selectors};
use serde::{Deserialize, Serialize};
use sim::Time;
use std::sync::Arc;
use world::Step;

pub(crate) const COMMAND: Command = Command {
    path: "delete",
    operands: "([-f FILENAME] | [-k DIRECTORY] | TYPE [(NAME | -l label | --all)])",
    summary: "Delete resources by file names, stdin, resources and names, or by resources and label selector.",
    examples: &[
        ("Delete one pod", "kubectl delete pod web-5d8f-abcde"),
        ("Delete what a file names", "kubectl delete -f web.yaml"),
        ("Delete all pods of an app", "kubectl delete pods -l app=web"),
    ],
    flags: &[
        switch("all", '\0', "Delete all resources of the named types in the namespace."),
        switch("all-namespaces", 'A', "In all namespaces."),
        maybe("cascade", "background", "background", "Must be \"background\", \"orphan\", or \"foreground\"."),
        maybe("dry-run", "none", "unchanged", "Must be \"none\", \"server\", or \"client\"."),
        text("field-selector", '\0', "", "Selector (field query) to filter on."),
        texts("filename", 'f', "Files that name the resources."),
        switch("force", '\0', "Remove immediately, without graceful deletion."),
        number("grace-period", -1, "Seconds that the resource gets to end; 0 needs --force, negative is ignored."),
        switch("ignore-not-found", '\0', "Treat \"resource not found\" as a successful delete."),
        files::KUSTOMIZE,
        switch("now", '\0', "Signal immediate shutdown (--grace-period=1)."),
        text("output", 'o', "", "Output mode. Use \"-o name\" for shorter output."),
        switch("recursive", 'R', "Go into the folders that -f names."),
        text("selector", 'l', "", "Selector (label query) to filter on."),
        text("timeout", '\0', "0s", "How long to wait; zero chooses by the object."),
        on("wait", "Wait for resources to be gone."),
    ],
    missing: &["interactive", "i", "raw"],
    run,
};

const NOTHING: &str = "error: You must provide one or more resources by argument or filename.\nExample resource specifications \
     include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'";

fn options(given: &Given) -> Result<DeleteOptions, Stop> {
    let grace = given.number("grace-period");
    let force = given.has("force");
    if given.has("now") && grace >= 0 {
        return Err(Stop::error("--now and --grace-period cannot be specified together"));
    }
    if grace == 0 && !force {
        return Ok(DeleteOptions { propagation: propagation(given)?, grace_secs: Some(1) });
    }
    let grace_secs = match (given.has("now"), force, grace) {
        (true, ..) => Some(1),
        (_, true, n) if n < 0 => Some(0),
        (_, _, n) if n >= 0 => Some(n),
        _ => None,
    };
    Ok(DeleteOptions { propagation: propagation(given)?, grace_secs })
}

fn propagation(given: &Given) -> Result<Propagation, Stop> {
    match given.text("cascade") {
        "background" | "true" => Ok(Propagation::Background),
        "foreground" => Ok(Propagation::Foreground),
        "orphan" | "false" => Ok(Propagation::Orphan),
        other => {
            let told =
                format!("invalid cascade value ({other}). Must be \"background\", \"foreground\", or \"orphan\"");
            Err(Stop::error(told))
        }
    }
}

/// An object to delete; `Err` tells why it cannot be.
type Target = Result<Arc<Object>, String>;

fn targets(kube: &mut Kube<'_, '_>, given: &Given) -> Result<Option<Vec<Target>>, Stop> {
    let chosen = selectors(given.text("selector"), given.text("field-selector"))?;
    let by_selector = chosen != Selectors::default();
    if let Some(loaded) = files::from_flags(kube, given)? {
        let Loaded::Ready(manifests) = loaded else { return Ok(None) };
        let found =
            manifests.iter().map(|m| find(kube, &m.kind, &m.namespace, m.value.str_at("metadata.name"), &m.source));
        return Ok(Some(found.collect()));
    }
    if given.operands.is_empty() {
        return Err(Stop::said(NOTHING));
    }
    let wanted = kube.wanted(&given.operands)?;
    let all = given.has("all-namespaces");
    if wanted.named.is_empty() {
        if !by_selector && !given.has("all") {
            return Err(Stop::error("resource(s) were provided, but no name was specified"));
        }
        let mut found = Vec::new();
        for kind in &wanted.kinds {
            found.extend(kube.list(kind, all, &chosen)?.into_iter().map(Ok));
        }
        return Ok(Some(found));
    }
    if by_selector {
        return Err(Stop::error("name cannot be provided when a selector is specified"));
    }
    let place = |kind: &KindInfo| if kind.namespaced { kube.namespace.clone() } else { String::new() };
    let found = wanted.named.iter().map(|(kind, name)| find(kube, kind, &place(kind), name, ""));
    Ok(Some(found.collect()))
}

fn find(kube: &Kube<'_, '_>, kind: &KindInfo, namespace: &str, name: &str, source: &str) -> Target {
    let doing = if source.is_empty() { String::new() } else { format!("error when deleting \"{source}\": ") };
    kube.may("delete", (kind.id, ""), (namespace, name)).map_err(|stop| stop.message)?;
    kube.cx.world.cluster.get(kind.id, namespace, name).cloned().map_err(|status| told(&status, &doing))
}

fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let output = given.text("output");
    if !matches!(output, "" | "name") {
        return Err(Stop::error(format!("unexpected -o output mode: {output}. We only support '-o name'")));
    }
    let (dry, options) = (DryRun::parse(given)?, options(given)?);
    let force = given.has("force") && options.grace_secs == Some(0);
    let limit = duration::parse("delete", "timeout", given.text("timeout"))?;
    let Some(targets) = targets(kube, given)? else { return Kube::wait(Phase::Start, Step::Stdin) };
    if force {
        kube.err(
            "Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The \
             resource may continue to run on the cluster indefinitely.\n",
        );
    }
    if targets.is_empty() {
        kube.err("No resources found\n");
        return Ok(Next::Done(0));
    }
    let (mut code, mut left) = (0, Vec::new());
    for target in targets {
        match target {
            Err(told) if given.has("ignore-not-found") && told.contains("(NotFound)") => {}
            Err(told) => {
                kube.err(told);
                code = 1;
            }
            Ok(object) => match delete(kube, &object, options, dry, force, output) {
                Ok(()) => left.push((
                    object.key.kind,
                    object.key.namespace.to_string(),
                    object.name().to_string(),
                    object.uid.to_string(),
                )),
                Err(told) => {
                    kube.err(told);
                    code = 1;
                }
            },
        }
    }
    if dry != DryRun::No || !given.has("wait") || force {
        return Ok(Next::Done(code));
    }
    let now = kube.cx.now();
    let end = (!limit.is_zero()).then(|| now + limit);
    Gone { left, since: now, end, code }.step(kube)
}

fn delete(
    kube: &mut Kube<'_, '_>,
    object: &Arc<Object>,
    options: DeleteOptions,
    dry: DryRun,
    force: bool,
    output: &str,
) -> Result<(), String> {
    if dry != DryRun::Client {
        let writer = kube.writer().dry_run(dry == DryRun::Server);
        let place = (object.key.kind, object.namespace(), object.name());
        let done = kube.cx.world.api(|cluster, sim| cluster.delete(sim, place, options, &writer));
        done.map_err(|status| told(&status, ""))?;
    }
    let line = if output == "name" {
        format!("{}\n", kube.named(object))
    } else {
        let word = if force { "force deleted" } else { "deleted" };
        format!("{} \"{}\" {word}{}\n", qualified(&kube.info(object.key.kind)), object.name(), dry.mark())
    };
    kube.out(line);
    Ok(())
}

/// Waiting for objects to go.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Gone {
    /// Kind, namespace, name and uid.
    left: Vec<(KindId, String, String, String)>,
    since: Time,
    end: Option<Time>,
    code: i32,
}

impl Gone {
    pub fn step(mut self, kube: &mut Kube<'_, '_>) -> Answer {
        let store = kube.store();
        self.left.retain(|(kind, namespace, name, uid)| {
            store.get(*kind, namespace, name).is_some_and(|object| *object.uid == **uid)
        });
        let now = kube.cx.now();
        let Some((kind, _, name, _)) = self.left.first() else { return Ok(Next::Done(self.code)) };
        if self.end.is_some_and(|end| now >= end) {
            let plural = kube.info(*kind).qualified();
            return Err(Stop::error(format!("timed out waiting for the condition on {plural}/{name}")));
        }
        let step = follow::change(now, self.since, self.end);
        Kube::wait(Phase::Gone(self), step)
    }
}
