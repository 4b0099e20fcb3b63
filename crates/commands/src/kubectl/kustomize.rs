//! `kubectl kustomize`: a folder's kustomization as objects. What renders is the crate of that name.

use super::flags::{Given, text};
use super::kube::{Answer, Kube, Stop};
use super::{Command, Next};
use ::kustomize::{Files, Found, to_yaml};
use manifest::Value;
use vfs::Vfs;

pub(crate) const COMMAND: Command = Command {
    path: "kustomize",
    operands: "DIR",
    summary: "Build a kustomization target from a directory or URL.",
    examples: &[
        ("Build the current working directory", "kubectl kustomize"),
        ("Build some shared configuration directory", "kubectl kustomize overlays/prod"),
    ],
    flags: &[text("output", 'o', "", "If specified, write output to this path.")],
    missing: &[
        "as-current-user",
        "enable-alpha-plugins",
        "enable-helm",
        "env",
        "e",
        "helm-api-versions",
        "helm-command",
        "helm-debug",
        "helm-kube-version",
        "load-restrictor",
        "mount",
        "network",
        "network-name",
        "reorder",
    ],
    run,
};

/// A machine's files, as Kustomize asks for them.
struct MachineFiles<'f>(&'f Vfs);

impl Files for MachineFiles<'_> {
    fn look(&self, path: &str) -> Found {
        if self.0.is_dir(path) {
            return Found::Folder;
        }
        self.0.read(path).map_or(Found::Nothing, |bytes| Found::File(bytes.into_owned()))
    }
}

/// The objects of a folder; warnings are told at once.
pub(super) fn render(kube: &mut Kube<'_, '_>, folder: &str) -> Result<Vec<Value>, Stop> {
    let remote = folder.contains("://") || folder.starts_with("github.com/") || folder.starts_with("git@");
    if remote {
        let told = format!("a remote kustomization ('{folder}') is real, but not part of this sandbox yet");
        return Err(Stop::error(told));
    }
    let path = kube.cx.path(folder);
    if kube.cx.files().is_file(&path) {
        return Err(Stop::error(format!("must build at directory: '{folder}': file is not directory")));
    }
    let rendered = ::kustomize::render(&MachineFiles(kube.cx.files()), &path, Value::null());
    for line in &rendered.warnings {
        kube.err(format!("{line}\n"));
    }
    rendered.objects.map_err(Stop::error)
}

fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let folder = match given.operands.as_slice() {
        [] => ".",
        [folder] => folder,
        _ => return Err(Stop::error("specify one path to kustomization.yaml")),
    };
    let objects = render(kube, folder)?;
    let output = given.text("output");
    if output.is_empty() {
        kube.out(to_yaml(&objects));
        return Ok(Next::Done(0));
    }
    let path = kube.cx.path(output);
    if !kube.cx.files().is_dir(&path) {
        write(kube, &path, output, to_yaml(&objects))?;
        return Ok(Next::Done(0));
    }
    let namespaced = |object: &Value| kube.kinds().of_manifest(object.str_at("apiVersion"), object.str_at("kind"));
    let space = |object: &Value| match (namespaced(object), object.str_at("metadata.namespace")) {
        (Some(kind), _) if !kind.namespaced => String::new(),
        (_, "") => "default".to_string(),
        (_, own) => own.to_string(),
    };
    let spaces: Vec<String> = objects.iter().map(space).collect();
    let mut named = spaces.iter().filter(|space| !space.is_empty());
    let first = named.next();
    let several = named.any(|space| Some(space) != first);
    for (object, space) in objects.iter().zip(&spaces) {
        let (group, version) = match object.str_at("apiVersion").split_once('/') {
            Some((group, version)) => (format!("{group}_"), version),
            None => (String::new(), object.str_at("apiVersion")),
        };
        let (kind, name) = (object.str_at("kind"), object.str_at("metadata.name"));
        let front = if several && !space.is_empty() { format!("{space}_") } else { String::new() };
        let file = format!("{front}{group}{version}_{kind}_{name}.yaml").to_lowercase();
        write(kube, &format!("{path}/{file}"), &format!("{output}/{file}"), object.to_yaml())?;
    }
    Ok(Next::Done(0))
}

fn write(kube: &mut Kube<'_, '_>, path: &str, shown: &str, text: String) -> Result<(), Stop> {
    let micros = kube.cx.micros();
    let done = kube.cx.files_mut().write(path, text, micros);
    done.map_err(|why| Stop::error(format!("open {shown}: {}", why.to_string().to_lowercase())))
}
