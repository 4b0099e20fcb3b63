//! `kubectl label` and `kubectl annotate`: the short texts that hang on objects.

use super::apply::DryRun;
use super::flags::{Flag, Given, switch, text};
use super::kube::{Answer, Kube, Stop};
use super::output::Output;
use super::subjects::{self, Subject};
use super::{Command, Next, Phase, names};
use cluster::PatchKind;
use manifest::{Value, object};
use world::Step;

const LIST: Flag = switch("list", '\0', "Show what the resource has.");
const OVERWRITE: Flag = switch("overwrite", '\0', "Allow values to be overwritten.");
const VERSION: Flag = text("resource-version", '\0', "", "Change the object only if this is its current version.");
const FLAGS: &[Flag] = &[
    subjects::ALL,
    subjects::ALL_NAMESPACES,
    subjects::DRY_RUN,
    subjects::FIELDS,
    subjects::FILENAME,
    LIST,
    subjects::LOCAL,
    subjects::OUTPUT,
    OVERWRITE,
    subjects::RECURSIVE,
    VERSION,
    subjects::SELECTOR,
];

pub(crate) const LABEL: Command = Command {
    path: "label",
    operands: "[--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [--resource-version=version]",
    summary: "Update the labels on a resource.",
    examples: &[
        ("Give a pod a label", "kubectl label pods web-5d8f-abcde tier=front"),
        ("Change a label that is there", "kubectl label --overwrite pods web-5d8f-abcde tier=back"),
        ("Take a label away", "kubectl label pods web-5d8f-abcde tier-"),
    ],
    flags: FLAGS,
    missing: subjects::MISSING,
    run: label,
};

pub(crate) const ANNOTATE: Command = Command {
    path: "annotate",
    operands: "[--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [--resource-version=version]",
    summary: "Update the annotations on a resource.",
    examples: &[
        ("Annotate a deployment", "kubectl annotate deployment web description='the shop'"),
        ("Take an annotation away", "kubectl annotate deployment web description-"),
    ],
    flags: FLAGS,
    missing: subjects::MISSING,
    run: annotate,
};

/// What both commands differ in.
struct Sort {
    /// `label`
    one: &'static str,
    field: &'static str,
    done: &'static str,
    is_label: bool,
}

fn label(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    run(kube, given, &Sort { one: "label", field: "labels", done: "labeled", is_label: true })
}

fn annotate(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    run(kube, given, &Sort { one: "annotation", field: "annotations", done: "annotated", is_label: false })
}

/// Keys with their new values; `None` takes the key away.
type Changes = Vec<(String, Option<String>)>;

fn is_pair(word: &str) -> bool {
    (word.contains('=') && !word.starts_with('=')) || (word.ends_with('-') && word != "-")
}

fn read(words: &[String], sort: &Sort) -> Result<Changes, Stop> {
    let mut changes: Changes = Vec::new();
    for word in words {
        let change = match word.split_once('=') {
            Some((key, value)) if sort.is_label => {
                if value.contains('=') {
                    return Err(Stop::error(format!("invalid label spec: {word}")));
                }
                if let Some(wrong) = names::label_value(value) {
                    return Err(Stop::error(format!("invalid label value: {word:?}: {wrong}")));
                }
                (key.to_string(), Some(value.to_string()))
            }
            Some((key, value)) => (key.to_string(), Some(value.to_string())),
            None => (word.trim_end_matches('-').to_string(), None),
        };
        changes.push(change);
    }
    let both = |key: &str| changes.iter().any(|(other, value)| other == key && value.is_some());
    let twice: Vec<&str> =
        changes.iter().filter(|(key, value)| value.is_none() && both(key)).map(|(key, _)| key.as_str()).collect();
    if twice.is_empty() {
        return Ok(changes);
    }
    Err(Stop::error(if sort.is_label {
        "can not both modify and remove a label in the same command".to_string()
    } else {
        let all = twice.join(", ");
        format!("can not both modify and remove the following annotation(s) in the same command: {all}")
    }))
}

fn run(kube: &mut Kube<'_, '_>, given: &Given, sort: &Sort) -> Answer {
    let (resources, words) = subjects::split(&given.operands, sort.one, is_pair)?;
    subjects::all_or_some(given)?;
    if resources.is_empty() && given.all("filename").is_empty() {
        return Err(Stop::error("one or more resources must be specified as <resource> <name> or <resource>/<name>"));
    }
    if words.is_empty() && !given.has("list") {
        return Err(Stop::error(format!("at least one {} update is required", sort.one)));
    }
    let changes = read(words, sort)?;
    let dry = DryRun::parse(given)?;
    let output = Output::parse(given.text("output"))?;
    let Some(found) = subjects::chosen(kube, given, resources)? else {
        return Kube::wait(Phase::Start, Step::Stdin);
    };
    let version = given.text("resource-version");
    if !version.is_empty() && found.len() > 1 {
        return Err(Stop::error("--resource-version may only be used with a single resource"));
    }
    for subject in &found {
        if given.has("list") {
            list(kube, subject, sort, found.len() == 1);
        } else {
            change(kube, subject, &changes, (given, sort), (dry, &output))?;
        }
    }
    Ok(Next::Done(0))
}

fn list(kube: &mut Kube<'_, '_>, subject: &Subject, sort: &Sort, only: bool) {
    let indent = if only { "" } else { " " };
    if !only {
        let kind = &subject.kind;
        kube.out(format!("Listing {} for {}.{}/{}:\n", sort.field, kind.kind, kind.group, subject.name));
    }
    let have = subject.value.at("metadata").get(sort.field).cloned().unwrap_or_default();
    for (key, value) in have.entries().iter() {
        kube.out(format!("{indent}{key}={}\n", value.as_str().unwrap_or("")));
    }
}

fn change(
    kube: &mut Kube<'_, '_>,
    subject: &Subject,
    changes: &Changes,
    (given, sort): (&Given, &Sort),
    (dry, output): (DryRun, &Output),
) -> Result<(), Stop> {
    let have = subject.value.at("metadata").get(sort.field).cloned().unwrap_or_default();
    if !given.has("overwrite") {
        refuse_overwriting(&have, changes, sort)?;
    }
    let mut new = have.clone();
    let mut patch = Value::map();
    for (key, value) in changes {
        match value {
            Some(value) => {
                new.put(key, value);
                patch.put(key, value);
            }
            None if new.get(key).is_some() => {
                new.make_map().remove(key);
                *patch.make_map().entry(key) = Value::Null;
            }
            None if sort.is_label && !given.has("local") && dry != DryRun::Client => {
                kube.out(format!("label {key:?} not found.\n"));
            }
            None => {}
        }
    }
    let word = if !sort.is_label || new != have {
        let fewer = new.entries().len() < have.entries().len();
        if sort.is_label && !given.has("overwrite") && fewer { "unlabeled" } else { sort.done }
    } else {
        "not labeled"
    };
    if given.has("local") || dry == DryRun::Client {
        let mut value = subject.value.clone();
        if new != have {
            value.set(&format!("metadata.{}", sort.field), new);
        }
        return subjects::tell(kube, subject, &value, word, (dry, output));
    }
    let mut meta = object! { sort.field => patch };
    if !given.text("resource-version").is_empty() {
        meta.put("resourceVersion", given.text("resource-version"));
    }
    let done = if new == have {
        subject.value.clone()
    } else {
        subjects::send(kube, subject, PatchKind::Merge, &object! { "metadata" => meta }, dry)?.value.clone()
    };
    subjects::tell(kube, subject, &done, word, (dry, output))
}

fn refuse_overwriting(have: &Value, changes: &Changes, sort: &Sort) -> Result<(), Stop> {
    let mut told = Vec::new();
    for (key, value) in changes {
        let old = have.get(key).and_then(Value::as_str);
        // A label may be set to what it is; an annotation may not.
        let other = value.is_some() && old.is_some() && (!sort.is_label || old != value.as_deref());
        if other {
            told.push(format!("'{key}' already has a value ({})", old.unwrap_or("")));
        }
    }
    if told.is_empty() {
        return Ok(());
    }
    if !sort.is_label {
        let all = told.join("; ");
        let words = format!("--overwrite is false but found the following declared annotation(s): {all}");
        return Err(Stop::error(words));
    }
    let all: Vec<String> = told.iter().map(|one| format!("{one}, and --overwrite is false")).collect();
    Err(Stop::error(if all.len() == 1 { all[0].clone() } else { format!("[{}]", all.join(", ")) }))
}
