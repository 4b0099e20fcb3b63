//! `kubectl set env`: the environment of the containers of a workload.

use super::apply::DryRun;
use super::flags::{Flag, Given, Takes, on, switch, text};
use super::kube::{Answer, Kube, Stop};
use super::output::Output;
use super::set_image::pod_spec;
use super::subjects::{self, Subject};
use super::{Command, Next, Phase};
use cluster::PatchKind;
use manifest::{Value, object};
use world::Step;

const ENV: Flag = Flag { long: "env", short: 'e', takes: Takes::Texts, help: "NAME=value, or NAME- to remove it." };

pub(crate) const COMMAND: Command = Command {
    path: "set env",
    operands: "RESOURCE/NAME KEY_1=VAL_1 ... KEY_N=VAL_N",
    summary: "Update environment variables on a pod template.",
    examples: &[
        ("Set a variable", "kubectl set env deployment/web COLOR=red"),
        ("Show what there is", "kubectl set env deployment/web --list"),
        ("Remove it", "kubectl set env deployment/web COLOR-"),
    ],
    flags: &[
        subjects::ALL,
        text("containers", 'c', "*", "The names of containers to change; may use wildcards."),
        subjects::DRY_RUN,
        ENV,
        subjects::FILENAME,
        switch("list", '\0', "Show the environment of the resources."),
        subjects::LOCAL,
        subjects::OUTPUT,
        on("overwrite", "Allow values to be overwritten."),
        subjects::RECURSIVE,
        subjects::SELECTOR,
    ],
    missing: &[
        "allow-missing-template-keys",
        "field-manager",
        "from",
        "keys",
        "kustomize",
        "k",
        "prefix",
        "resolve",
        "show-managed-fields",
        "template",
    ],
    run,
};

/// Names with new values; `None` removes.
type Changes = Vec<(String, Option<String>)>;

fn is_pair(word: &str) -> bool {
    word.contains('=') || (word.ends_with('-') && word != "-")
}

fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let (resources, words) = subjects::split(&given.operands, "environment", is_pair)?;
    if resources.is_empty() && given.all("filename").is_empty() {
        return Err(Stop::error("one or more resources must be specified as <resource> <name> or <resource>/<name>"));
    }
    let mut changes: Changes = Vec::new();
    for word in words.iter().cloned().chain(given.each("env")) {
        match word.split_once('=') {
            Some((name, value)) => changes.push((name.into(), Some(value.into()))),
            None => changes.push((word.trim_end_matches('-').into(), None)),
        }
    }
    let set = |name: &str| changes.iter().any(|(other, value)| other == name && value.is_some());
    if changes.iter().any(|(name, value)| value.is_none() && set(name)) {
        return Err(Stop::error("can not both modify and remove the same environment variable in the same command"));
    }
    let dry = DryRun::parse(given)?;
    let output = Output::parse(given.text("output"))?;
    let Some(found) = subjects::chosen(kube, given, resources)? else {
        return Kube::wait(Phase::Start, Step::Stdin);
    };
    if changes.is_empty() && !given.has("list") {
        return Err(Stop::error("at least one environment variable must be provided"));
    }
    for subject in &found {
        one(kube, subject, &changes, given, (dry, &output))?;
    }
    Ok(Next::Done(0))
}

/// `*` and `?` stand for letters.
fn fits(pattern: &str, name: &str) -> bool {
    match (pattern.chars().next(), name.chars().next()) {
        (None, None) => true,
        (Some('*'), _) => {
            fits(&pattern[1..], name) || name.chars().next().is_some_and(|c| fits(pattern, &name[c.len_utf8()..]))
        }
        (Some(a), Some(b)) if a == b || a == '?' => fits(&pattern[a.len_utf8()..], &name[b.len_utf8()..]),
        _ => false,
    }
}

fn one(
    kube: &mut Kube<'_, '_>,
    subject: &Subject,
    changes: &Changes,
    given: &Given,
    (dry, output): (DryRun, &Output),
) -> Result<(), Stop> {
    let prefix = pod_spec(&subject.kind.kind);
    let mut new = subject.value.clone();
    let path = format!("{prefix}.containers");
    let pattern: String = given.text("containers").chars().take(64).collect();
    let count = subject.value.list_at(&path).len();
    let chosen: Vec<usize> =
        (0..count).filter(|at| fits(&pattern, subject.value.list_at(&path)[*at].str_at("name"))).collect();
    if chosen.is_empty() {
        let told = format!(
            "Warning: {}/{} does not have any containers matching {pattern:?}\n",
            subject.kind.kind, subject.name
        );
        kube.err(told);
        return Ok(());
    }
    for at in chosen {
        let place = format!("{path}[{at}].env");
        let mut env = subject.value.list_at(&place).to_vec();
        if given.has("list") {
            list(kube, subject, subject.value.list_at(&path)[at].str_at("name"), &env);
            continue;
        }
        for (name, value) in changes {
            let found = env.iter().position(|entry| entry.str_at("name") == name);
            match (found, value) {
                (Some(at), Some(value)) => {
                    let old = env[at].str_at("value");
                    if !given.has("overwrite") && old != value {
                        let gap = if &*subject.kind.kind == "Pod" { " " } else { "\n " };
                        let told = format!("'{name}' already has a value ({old}), and --overwrite is false");
                        return Err(Stop::error(format!("{}{gap}{told}", subject.named())));
                    }
                    env[at] = object! { "name" => name, "value" => value };
                }
                (None, Some(value)) => env.push(object! { "name" => name, "value" => value }),
                (Some(at), None) => drop(env.remove(at)),
                (None, None) => {}
            }
        }
        if env.is_empty() {
            new.remove(&place);
        } else {
            new.set(&place, Value::list(env));
        }
    }
    if given.has("list") {
        return Ok(());
    }
    put(kube, subject, new, "env updated", (given, dry, output))
}

fn list(kube: &mut Kube<'_, '_>, subject: &Subject, container: &str, env: &[Value]) {
    kube.out(format!("# {} {}, container {container}\n", subject.kind.kind, subject.name));
    for entry in env {
        let name = entry.str_at("name");
        let (key, field) = (entry.at("valueFrom.configMapKeyRef"), entry.at("valueFrom.fieldRef"));
        let secret = entry.at("valueFrom.secretKeyRef");
        let line = if !key.is_null() {
            format!("# {name} from configmap {}, key {}\n", key.str_at("name"), key.str_at("key"))
        } else if !secret.is_null() {
            format!("# {name} from secret {}, key {}\n", secret.str_at("name"), secret.str_at("key"))
        } else if !field.is_null() {
            format!("# {name} from field path {}\n", field.str_at("fieldPath"))
        } else {
            format!("{name}={}\n", entry.str_at("value"))
        };
        kube.out(line);
    }
}

/// Sends the changed pod template, or shows it; nothing is said where nothing changed.
pub(super) fn put(
    kube: &mut Kube<'_, '_>,
    subject: &Subject,
    new: Value,
    word: &str,
    (given, dry, output): (&Given, DryRun, &Output),
) -> Result<(), Stop> {
    if given.has("local") || dry == DryRun::Client {
        return subjects::tell(kube, subject, &new, word, (dry, output));
    }
    if new == subject.value {
        return Ok(());
    }
    let patch = object! { "spec" => new.at("spec").clone() };
    let done = subjects::send(kube, subject, PatchKind::Merge, &patch, dry)?;
    subjects::tell(kube, subject, &done.value, word, (dry, output))
}
