//! `helm get`: what a release is made of.

use super::{Answer, Next, flags, release};
use crate::cobra::{Command, Flag, Given, Takes, switch};
use crate::kubectl::Kube;
use manifest::Value;

const REVISION: Flag = Flag {
    long: "revision",
    short: '\0',
    takes: Takes::Int,
    default: "0",
    help: "get the named release with revision",
};

const fn command(path: &'static str, summary: &'static str, flags: &'static [Flag]) -> Command {
    Command { path, operands: "RELEASE_NAME", summary, flags, missing: "template" }
}

pub(super) const ALL: Command = command("helm get all", "download all information for a named release", &[REVISION]);
pub(super) const HOOKS: Command = command("helm get hooks", "download all hooks for a named release", &[REVISION]);
pub(super) const MANIFEST: Command =
    command("helm get manifest", "download the manifest for a named release", &[REVISION]);
pub(super) const NOTES: Command = command("helm get notes", "download the notes for a named release", &[REVISION]);
pub(super) const VALUES: Command = command(
    "helm get values",
    "download the values file for a named release",
    &[Flag { short: 'a', ..switch("all", "dump all (computed) values") }, flags::OUTPUT, REVISION],
);

fn found(kube: &Kube<'_, '_>, given: &Given) -> Result<Value, String> {
    release::find(kube, &given.words[0], given.number("revision"))
}

pub(super) fn hooks_text(release: &Value) -> String {
    let hooks = release.list_at("hooks").iter();
    hooks.map(|hook| format!("---\n# Source: {}\n{}\n", hook.str_at("path"), hook.str_at("manifest"))).collect()
}

fn notes_text(release: &Value) -> String {
    match release.str_at("info.notes") {
        "" => String::new(),
        notes => format!("NOTES:\n{notes}\n"),
    }
}

pub(super) fn hooks(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let release = found(kube, given)?;
    kube.out(hooks_text(&release));
    Ok(Next::Exit(0))
}

pub(super) fn manifest(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let release = found(kube, given)?;
    kube.out(release.str_at("manifest").to_string() + "\n");
    Ok(Next::Exit(0))
}

pub(super) fn notes(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let release = found(kube, given)?;
    kube.out(notes_text(&release));
    Ok(Next::Exit(0))
}

/// The chart's own values under those of the release.
fn computed(release: &Value) -> Value {
    helm::merge_maps(release.at("chart.values"), release.at("config"))
}

pub(super) fn values(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let release = found(kube, given)?;
    let all = given.on("all");
    let values = if all { computed(&release) } else { release.at("config").clone() };
    let text = match given.text("output").unwrap_or("table") {
        "json" => values.to_json() + "\n",
        "yaml" => values.to_yaml(),
        "table" if all => "COMPUTED VALUES:\n".to_string() + &values.to_yaml(),
        "table" => "USER-SUPPLIED VALUES:\n".to_string() + &values.to_yaml(),
        other => return Err(super::status::wrong_format(other)),
    };
    kube.out(text);
    Ok(Next::Exit(0))
}

pub(super) fn all(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let release = found(kube, given)?;
    let text = [
        super::status::text(&release, "", true),
        "USER-SUPPLIED VALUES:\n".into(),
        release.at("config").to_yaml(),
        "\nCOMPUTED VALUES:\n".into(),
        computed(&release).to_yaml(),
        "\nHOOKS:\n".into(),
        hooks_text(&release),
        "MANIFEST:\n".into(),
        release.str_at("manifest").to_string() + "\n",
        notes_text(&release),
    ];
    kube.out(text.concat());
    Ok(Next::Exit(0))
}
