//! `kubectl diff`: what applying files would change, told by the machine's `diff`.

use super::files::{self, Loaded, Manifest};
use super::flags::Given;
use super::kube::{Answer, Kube, Stop, told};
use super::{Command, Next, Phase, subjects};
use manifest::Value;
use serde::{Deserialize, Serialize};
use world::{Pid, Step};

pub(crate) const COMMAND: Command = Command {
    path: "diff",
    operands: "(-f FILENAME | -k DIRECTORY)",
    summary: "Diff the live version against a would-be applied version.",
    examples: &[("What would change", "kubectl diff -f web.yaml")],
    flags: &[subjects::FILENAME, files::KUSTOMIZE, subjects::RECURSIVE, subjects::SELECTOR],
    missing: &[
        "concurrency",
        "field-manager",
        "force-conflicts",
        "prune",
        "prune-allowlist",
        "server-side",
        "show-managed-fields",
    ],
    run,
};

fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let Some(loaded) = files::from_flags(kube, given)? else {
        return Err(Stop::error("must specify one of -f and -k"));
    };
    let Loaded::Ready(manifests) = loaded else { return Kube::wait(Phase::Start, Step::Stdin) };
    let labels = super::arguments::selectors(given.text("selector"), "")?.labels;
    let number = kube.cx.world.api(|_, sim| sim.rng().below(4_000_000_000));
    let folders = [format!("/tmp/LIVE-{number}"), format!("/tmp/MERGED-{number}")];
    let micros = kube.cx.micros();
    for folder in &folders {
        let made = kube.cx.files_mut().make_dir_all(folder, micros);
        made.map_err(|why| Stop::error(format!("mkdir {folder}: {why}")))?;
    }
    for manifest in manifests.iter().filter(|m| labels.matches(m.value.map_at("metadata.labels"))) {
        if let Err(stop) = both(kube, manifest, &folders) {
            remove(kube, &folders);
            return Err(stop);
        }
    }
    let argv = ["diff", "-u", "-N", &folders[0], &folders[1]].map(String::from).to_vec();
    let (env, fds) = (kube.cx.env_all(), kube.cx.fds());
    match kube.cx.spawn(argv, env, fds) {
        Some(pid) => Kube::wait(Phase::Diff(Comparing { pid, folders }), Step::Child),
        None => Err(Stop::error("failed to run \"diff\": executable file not found in $PATH")),
    }
}

/// Writes the object as it is and as it would be.
fn both(kube: &mut Kube<'_, '_>, manifest: &Manifest, folders: &[String; 2]) -> Result<(), Stop> {
    let Manifest { kind, value, namespace, source, .. } = manifest;
    let name = value.str_at("metadata.name");
    let live = kube.store().get(kind.id, namespace, name).map(|object| object.value.clone());
    let writer = kube.writer().dry_run(true);
    let done = kube.cx.world.api(|cluster, sim| cluster.apply(sim, kind.id, namespace, value, &writer));
    let failed = |status: cluster::Status| Stop {
        message: told(&status, &format!("error when diffing \"{source}\": ")),
        code: 2,
    };
    let merged = done.map_err(failed)?.1.value.clone();
    let group = if kind.group.is_empty() { String::new() } else { format!("{}.", kind.group) };
    let file = format!("{group}{}.{}.{namespace}.{name}", kind.version, kind.kind);
    let micros = kube.cx.micros();
    for (folder, side) in folders.iter().zip([live, Some(merged)]) {
        let Some(mut side) = side else { continue };
        side.remove("metadata.managedFields");
        let mut annotations = side.at("metadata.annotations").clone();
        if !annotations.is_null() {
            annotations.make_map().remove("kubectl.kubernetes.io/last-applied-configuration");
            side.set("metadata.annotations", annotations);
        }
        let path = format!("{folder}/{file}");
        let written = kube.cx.files_mut().write(&path, Value::to_yaml(&side).into_bytes(), micros);
        written.map_err(|why| Stop::error(format!("open {path}: {why}")))?;
    }
    Ok(())
}

/// The two folders go; one that is gone already is no harm.
fn remove(kube: &mut Kube<'_, '_>, folders: &[String; 2]) {
    let micros = kube.cx.micros();
    for folder in folders {
        if kube.cx.files().exists(folder) && kube.cx.files_mut().remove_all(folder, micros).is_err() {
            continue;
        }
    }
}

/// The program that compares is waited for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Comparing {
    pid: Pid,
    folders: [String; 2],
}

impl Comparing {
    pub fn step(self, kube: &mut Kube<'_, '_>) -> Answer {
        let Some(code) = kube.cx.reap(self.pid) else { return Kube::wait(Phase::Diff(self), Step::Child) };
        remove(kube, &self.folders);
        match code {
            0 | 1 => Ok(Next::Done(code)),
            code => Err(Stop { message: format!("error: exit status {code}\n"), code: 1 }),
        }
    }
}
