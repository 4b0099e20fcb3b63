//! `flux export`, YAML as `flux` prints it, and help.

use super::get::kind_of;
use super::going::{Place, fetch};
use super::{Answer, GLOBALS, MISSING, Next, ROWS, words};
use crate::cobra::{Command, Given, Takes};
use crate::kubectl::Kube;
use manifest::{JsonStyle, Value, object};

/// An object without what the cluster adds to it.
pub(super) fn bare(value: &Value) -> Value {
    let mut meta =
        object! { "name" => value.str_at("metadata.name"), "namespace" => value.str_at("metadata.namespace") };
    for part in ["labels", "annotations"] {
        if !value.at("metadata").at(part).is_zero() {
            meta.put(part, value.at("metadata").at(part).clone());
        }
    }
    object! {
        "apiVersion" => value.str_at("apiVersion"), "kind" => value.str_at("kind"), "metadata" => meta,
        "spec" => value.at("spec").clone(),
    }
}

pub(super) fn document(value: &Value) -> String {
    ["---\n", value.to_yaml().trim(), "\n"].concat()
}

pub(super) fn export(kube: &mut Kube<'_, '_>, given: &Given, kinds: &[usize]) -> Answer {
    let row = kinds[0];
    let space = kube.namespace.clone();
    let found = if given.on("all") {
        let kind = kind_of(kube, row)?;
        let all = words::sorted(kube.store().all(kind, Some(&space)).cloned().collect());
        if all.is_empty() {
            return Err(format!("no objects found in {space} namespace"));
        }
        all
    } else {
        let name = given.words.first().ok_or("name is required")?;
        vec![fetch(kube, &Place { row, namespace: space, name: name.clone() })?]
    };
    let text: String = found.iter().map(|object| document(&bare(&object.value))).collect();
    kube.out(text);
    Ok(Next::Exit(0))
}

/// JSON as Go indents it with two blanks.
pub(super) fn json(value: &Value) -> String {
    value.to_json_with(JsonStyle { indent: Some(2), escape_html: true }).trim_end().to_string()
}

/// Help in cobra's form; the sentences are ours.
pub(super) fn help(command: Option<&Command>) -> String {
    let mut out = String::new();
    let Some(command) = command else {
        out.push_str("Command line utility for assembling Kubernetes CD pipelines the GitOps way.\n\nUsage:\n  flux [command]\n\n");
        out.push_str("Available Commands:\n");
        for row in ROWS {
            out.push_str(&format!("  {:<12}{}\n", row.command.name(), row.command.summary));
        }
        let gone: Vec<&str> = MISSING.split_whitespace().collect();
        out.push_str(&format!("\nReal commands that are not part of this sandbox yet: {}\n", gone.join(", ")));
        return out;
    };
    out.push_str(&format!("{}\n\nUsage:\n  {} {} [flags]\n", command.summary, command.path, command.operands));
    if command.operands.starts_with("KIND") {
        out.push_str("\nKinds:\n  source git, source helm, source chart, kustomization, helmrelease, image repository, image policy, image update\n");
    }
    for (title, flags) in [("Flags", command.flags), ("Global Flags", GLOBALS.flags)] {
        if flags.is_empty() {
            continue;
        }
        out.push_str(&format!("\n{title}:\n"));
        for flag in flags {
            let short = if flag.short == '\0' { "    ".to_string() } else { format!("-{}, ", flag.short) };
            let takes = if flag.takes == Takes::Switch { "" } else { " string" };
            let name = format!("{short}--{}{takes}", flag.long);
            out.push_str(&format!("  {name:<34} {}\n", flag.help));
        }
    }
    out
}
