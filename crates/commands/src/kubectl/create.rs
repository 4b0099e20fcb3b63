//! `kubectl create -f`: what files say. Objects from flags are in `generate`.

use super::apply::DryRun;
use super::files::{self, Loaded};
use super::flags::{Given, switch, texts};
use super::kube::{Answer, Kube, Stop, told};
use super::output::Output;
use super::subjects::{DRY_RUN, OUTPUT};
use super::{Command, Next, Phase, help};
use cluster::KindInfo;
use manifest::Value;
use std::sync::Arc;
use world::Step;

pub(crate) const COMMAND: Command = Command {
    path: "create",
    operands: "-f FILENAME",
    summary: "Create a resource from a file or from stdin.",
    examples: &[
        ("Create what a file says", "kubectl create -f web.yaml"),
        ("Create a namespace", "kubectl create namespace shop"),
    ],
    flags: &[
        DRY_RUN,
        texts("filename", 'f', "The files to use to create the resource."),
        files::KUSTOMIZE,
        OUTPUT,
        switch("recursive", 'R', "Go into the folders that -f names."),
    ],
    missing: &["edit", "raw", "selector", "l", "windows-line-endings", "save-config", "validate"],
    run: from_files,
};

fn from_files(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    if let Some(word) = given.operands.first() {
        if let Some(answer) = of_group(kube, word, given.operands.get(1)) {
            return answer;
        }
        let all = given.operands.join(" ");
        return Err(Stop::said(format!(
            "error: Unexpected args: [{all}]\nSee 'kubectl create -h' for help and examples"
        )));
    }
    let dry = DryRun::parse(given)?;
    let mut wrong = Vec::new();
    let Some(loaded) = files::good_from_flags(kube, given, &mut wrong)? else {
        return Err(Stop::error("must specify one of -f and -k"));
    };
    let Loaded::Ready(manifests) = loaded else { return Kube::wait(Phase::Start, Step::Stdin) };
    let output = Output::parse(given.text("output"))?;
    let mut code = i32::from(!wrong.is_empty());
    for stop in wrong {
        kube.err(stop.message);
    }
    for manifest in manifests {
        let doing = format!("error when creating \"{}\": ", manifest.source);
        if let Err(message) = make(kube, &manifest.kind, &manifest.namespace, manifest.value, (dry, &output), &doing) {
            kube.err(message);
            code = 1;
        }
    }
    Ok(Next::Done(code))
}

/// Creates an object and says so.
fn make(
    kube: &mut Kube<'_, '_>,
    kind: &KindInfo,
    namespace: &str,
    value: Value,
    (dry, output): (DryRun, &Output),
    doing: &str,
) -> Result<(), String> {
    let plain = *output == Output::Table { wide: false };
    if dry == DryRun::Client {
        let name = value.str_at("metadata.name").to_string();
        let text = if plain || *output == Output::Name {
            let mark = if plain { " created (dry run)" } else { "" };
            format!("{}/{name}{mark}\n", super::kube::qualified(kind))
        } else {
            output.print_value(&value).map_err(|stop| stop.message)?
        };
        kube.out(text);
        return Ok(());
    }
    let writer = kube.writer().dry_run(dry == DryRun::Server);
    let done = kube.cx.world.api(|cluster, sim| cluster.create(sim, kind.id, namespace, value, &writer));
    let made = done.map_err(|status| told(&status, doing))?;
    let text = if plain {
        format!("{} created{}\n", kube.named(&made), dry.mark())
    } else {
        output.print_objects(kube, &[Arc::clone(&made)], true).map_err(|stop| stop.message)?
    };
    kube.out(text);
    Ok(())
}

/// `create secret` and `create service` alone tell what there is of them.
fn of_group(kube: &mut Kube<'_, '_>, word: &str, next: Option<&String>) -> Option<Answer> {
    let word = if word == "svc" { "service" } else { word };
    let text = help::of_create_group(word)?;
    Some(match next {
        None => {
            kube.err(text);
            Ok(Next::Done(1))
        }
        Some(next) => Err(Stop::said(format!(
            "error: unknown command {next:?}\nSee 'kubectl create {word} -h' for help and examples"
        ))),
    })
}
