//! `kubectl edit`: an object as YAML in the editor; what was changed there is sent.

use super::flags::Given;
use super::kube::{Answer, Kube, Stop, refused};
use super::subjects::{self, Subject};
use super::{Command, Next, Phase};
use cluster::{KindId, PatchKind};
use manifest::{Level, Value, json_merge_diff};
use serde::{Deserialize, Serialize};
use world::{Pid, Step};

pub(crate) const COMMAND: Command = Command {
    path: "edit",
    operands: "(RESOURCE/NAME | -f FILENAME)",
    summary: "Edit a resource from the default editor.",
    examples: &[
        ("Edit a deployment", "kubectl edit deployment/web"),
        ("With another editor", "KUBE_EDITOR=nano kubectl edit deployment/web"),
    ],
    flags: &[subjects::FILENAME, subjects::RECURSIVE],
    missing: &[
        "allow-missing-template-keys",
        "field-manager",
        "kustomize",
        "k",
        "output",
        "o",
        "output-patch",
        "save-config",
        "show-managed-fields",
        "subresource",
        "template",
        "validate",
        "windows-line-endings",
    ],
    run,
};

const HEAD: &str = "# Please edit the object below. Lines beginning with a '#' will be ignored,\n# and an empty file will abort the \
     edit. If an error occurs while saving this file will be\n# reopened with the relevant failures.\n#\n";

fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    if given.operands.is_empty() && given.all("filename").is_empty() {
        return Err(Stop::said(super::rollout::NOTHING));
    }
    let Some(found) = subjects::chosen(kube, given, &given.operands)? else {
        return Kube::wait(Phase::Start, Step::Stdin);
    };
    let [subject] = &found[..] else {
        return Err(super::not_here::stop("edit of several objects at once"));
    };
    let text = shown(&subject.value);
    open(kube, subject, text, "")
}

fn shown(value: &Value) -> String {
    let mut value = value.clone();
    value.remove("metadata.managedFields");
    value.to_yaml()
}

/// Writes the file and starts the editor.
fn open(kube: &mut Kube<'_, '_>, subject: &Subject, text: String, failure: &str) -> Answer {
    let number = kube.cx.world.api(|_, sim| sim.rng().below(4_000_000_000));
    let path = format!("/tmp/kubectl-edit-{number}.yaml");
    let told: String = failure.lines().map(|line| format!("# {line}\n")).collect();
    let told = if told.is_empty() { told } else { format!("{told}#\n") };
    let whole = format!("{HEAD}{told}{text}");
    let micros = kube.cx.micros();
    let written = kube.cx.files_mut().write(&path, whole.into_bytes(), micros);
    written.map_err(|why| Stop::error(format!("open {path}: {why}")))?;
    let editor = kube.cx.env("KUBE_EDITOR").or_else(|| kube.cx.env("EDITOR")).filter(|editor| !editor.is_empty());
    let editor = editor.unwrap_or_else(|| "vi".into());
    let argv = vec!["bash".into(), "-c".into(), format!("{editor} {path}")];
    let (env, fds) = (kube.cx.env_all(), kube.cx.fds());
    let Some(pid) = kube.cx.spawn(argv, env, fds) else {
        return Err(Stop::error(format!("unable to launch the editor \"{editor}\"")));
    };
    let editing = Editing {
        pid,
        editor,
        path,
        place: (subject.kind.id, subject.namespace.clone(), subject.name.clone()),
        before: text,
        failed: !failure.is_empty(),
    };
    Kube::wait(Phase::Edit(Box::new(editing)), Step::Child)
}

/// An open editor.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Editing {
    pid: Pid,
    editor: String,
    path: String,
    place: (KindId, String, String),
    /// What stood in the file, without its head.
    before: String,
    /// It is open again, because the server refused what was saved.
    failed: bool,
}

impl Editing {
    pub fn step(self, kube: &mut Kube<'_, '_>) -> Answer {
        let Some(code) = kube.cx.reap(self.pid) else {
            return Kube::wait(Phase::Edit(Box::new(self)), Step::Child);
        };
        if code != 0 {
            return Err(Stop::error(format!("there was a problem with the editor {:?}", self.editor)));
        }
        let read = kube.cx.files().read_text(&self.path);
        let text = read.map_err(|why| Stop::error(format!("open {}: {why}", self.path)))?;
        let kept: String = text.lines().filter(|line| !line.starts_with('#')).map(|line| format!("{line}\n")).collect();
        if kept == self.before {
            if self.failed {
                kube.err(format!("A copy of your changes has been stored to \"{}\"\n", self.path));
                return Err(Stop::error("Edit cancelled, no valid changes were saved."));
            }
            return self.cancelled(kube, "Edit cancelled, no changes made.\n");
        }
        if kept.trim().is_empty() {
            return self.cancelled(kube, "Edit cancelled, saved file was empty.\n");
        }
        let object = kube.get(self.place.0, &self.place.1, &self.place.2)?;
        let subject = Subject::of(kube, &object);
        let new = match parsed(&kept) {
            Ok(new) => new,
            Err(why) => return self.again(kube, &subject, kept, &format!("The edited file had a syntax error: {why}")),
        };
        let old = Value::from_yaml(&shown(&subject.value)).unwrap_or_default();
        let patch = json_merge_diff(&old, &new);
        if patch.entries().is_empty() {
            return self.cancelled(kube, "Edit cancelled, no changes made.\n");
        }
        let writer = kube.writer();
        let place = (subject.kind.id, subject.namespace.as_str(), subject.name.as_str());
        let done = kube.cx.world.api(|cluster, sim| cluster.patch(sim, place, PatchKind::Merge, &patch, &writer));
        match done {
            Ok(_) => {
                self.clean(kube);
                kube.out(format!("{} edited\n", subject.named()));
                Ok(Next::Done(0))
            }
            Err(status) => {
                let told = refused(&status).message;
                kube.err(format!("error: {} {:?} is invalid\n", subject.kind.qualified(), subject.name));
                self.again(
                    kube,
                    &subject,
                    kept,
                    &format!("{} {:?} was not valid:\n{told}", subject.kind.qualified(), subject.name),
                )
            }
        }
    }

    fn again(&self, kube: &mut Kube<'_, '_>, subject: &Subject, text: String, why: &str) -> Answer {
        self.clean(kube);
        open(kube, subject, text, why)
    }

    fn cancelled(&self, kube: &mut Kube<'_, '_>, words: &str) -> Answer {
        self.clean(kube);
        kube.err(words);
        Ok(Next::Done(0))
    }

    /// The file of an edit that is over goes.
    fn clean(&self, kube: &mut Kube<'_, '_>) {
        let micros = kube.cx.micros();
        let gone = kube.cx.files_mut().remove_file(&self.path, micros);
        debug_assert!(gone.is_ok() || !self.path.is_empty());
    }
}

fn parsed(text: &str) -> Result<Value, String> {
    let (documents, diagnostics) = Value::parse_yaml(text);
    match diagnostics.iter().find(|diagnostic| diagnostic.level == Level::Error) {
        Some(wrong) => Err(format!("yaml: {}", wrong.message)),
        None => Ok(documents.into_iter().next().map(|document| document.value).unwrap_or_default()),
    }
}
