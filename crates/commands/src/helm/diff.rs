//! The plugin `helm diff` 3.12 (databus23): what an upgrade or a rollback would change, or what two revisions differ in.

use super::chart::{self, Read};
use super::{Answer, Next, flags, install, release, upgrade};
use crate::cobra::{Command, Flag, Given, Takes, switch, texts};
use crate::kubectl::Kube;
use git::{diff_lines, split_lines};
use helm::Release;
use manifest::Value;
use order::OrdMap;

const V: [Flag; 6] = flags::VALUES;
const CONTEXT: Flag = Flag {
    long: "context",
    short: 'C',
    takes: Takes::Int,
    default: "-1",
    help: "output NUM lines of context around changes",
};
const EXIT: Flag = switch("detailed-exitcode", "return a non-zero exit code when there are changes");
const FORM: Flag =
    Flag { long: "output", short: '\0', takes: Takes::Text, default: "diff", help: "Possible values: diff, simple" };
const SHOWS: Flag = switch("show-secrets", "do not redact secret values in the output");
const HIDES: Flag = Flag { short: 'q', ..switch("suppress-secrets", "suppress secrets in the output") };
const KINDS: Flag = texts("suppress", '\0', "allows suppression of the kinds listed in the diff output");
const TESTS: Flag = switch("include-tests", "enable the diffing of the helm test hooks");
const MISSING: &str = "strip-trailing-cr find-renames D normalize-manifests show-secrets-decoded suppress-output-line-regex color \
    no-color";

pub(super) const UPGRADE: Command = Command {
    path: "helm diff upgrade",
    operands: "[RELEASE] [CHART]",
    summary: "Show a diff explaining what a helm upgrade would change",
    flags: &[
        V[0],
        V[1],
        V[2],
        V[3],
        V[4],
        V[5],
        switch("allow-unreleased", "enables diffing of releases that are not yet deployed via Helm"),
        CONTEXT,
        EXIT,
        TESTS,
        Flag { short: 'i', ..switch("install", "the same as --allow-unreleased") },
        switch("no-hooks", "disable diffing of hooks"),
        FORM,
        switch(
            "reset-then-reuse-values",
            "reset to the chart's values, then apply the last release's and the overrides",
        ),
        switch("reset-values", "reset the values to the ones built into the chart"),
        switch("reuse-values", "reuse the last release's values and merge in any new values"),
        SHOWS,
        KINDS,
        HIDES,
    ],
    missing: "strip-trailing-cr find-renames D normalize-manifests show-secrets-decoded suppress-output-line-regex color no-color \
        api-versions a devel disable-openapi-validation disable-validation dry-run enable-dns kube-version post-renderer \
        post-renderer-args repo skip-schema-validation take-ownership three-way-merge version",
};

pub(super) const ROLLBACK: Command = Command {
    path: "helm diff rollback",
    operands: "[RELEASE] [REVISION]",
    summary: "Show a diff explaining what a helm rollback could perform",
    flags: &[CONTEXT, EXIT, TESTS, FORM, SHOWS, KINDS, HIDES],
    missing: MISSING,
};

pub(super) const REVISION: Command = Command {
    path: "helm diff revision",
    operands: "[RELEASE] REVISION1 [REVISION2]",
    summary: "Shows diff between revision's manifests",
    flags: &[CONTEXT, EXIT, TESTS, FORM, SHOWS, KINDS, HIDES],
    missing: MISSING,
};

/// One object of a manifest: its kind and its text.
#[derive(Clone)]
struct Part {
    kind: String,
    text: String,
}

/// The objects of a text of documents by `NAMESPACE, NAME, KIND (GROUP)`.
#[inline(never)]
fn parts(text: &str, namespace: &str, tests: bool) -> OrdMap<String, Part> {
    let mut all = OrdMap::new();
    for document in helm::split(text) {
        let document = document.trim();
        let Ok(value) = helm::read_yaml(document) else { continue };
        let (api, kind) = (value.str_at("apiVersion"), value.str_at("kind"));
        let hook = value.at("metadata.annotations").get("helm.sh/hook").and_then(Value::as_str);
        if (api.is_empty() && kind.is_empty()) || (!tests && matches!(hook, Some("test" | "test-success"))) {
            continue;
        }
        let space = Some(value.str_at("metadata.namespace")).filter(|own| !own.is_empty()).unwrap_or(namespace);
        let group = api.split_once('/').map_or(api, |(group, _)| group);
        let name = value.str_at("metadata.name");
        let key = format!("{space}, {name}, {kind} ({group})");
        all.insert(key, Part { kind: kind.into(), text: document.into() });
    }
    all
}

/// A revision as one text, with its hooks.
fn whole(release: &Value, hooks: bool) -> String {
    let mut text = release.str_at("manifest").to_string();
    if hooks {
        text.push_str(&["\n", &super::get::hooks_text(release)].concat());
    }
    text
}

pub(super) fn rollback(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let (now, to) = (revision_of(kube, given, None)?, revision_of(kube, given, Some(1))?);
    tell(kube, given, (&whole(&now, false), &whole(&to, false)))
}

pub(super) fn revision(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let from = revision_of(kube, given, Some(1))?;
    let to = revision_of(kube, given, (given.words.len() > 2).then_some(2))?;
    // With one revision, the newest is what was before.
    let (old, new) = if given.words.len() > 2 { (from, to) } else { (to, from) };
    tell(kube, given, (&whole(&old, false), &whole(&new, false)))
}

/// The revision that a word names, or the newest.
fn revision_of(kube: &Kube<'_, '_>, given: &Given, word: Option<usize>) -> Result<Value, String> {
    let number = match word.and_then(|at| given.words.get(at)) {
        Some(text) => {
            let wrong = |_| format!("strconv.Atoi: parsing \"{text}\": invalid syntax");
            Some(text.parse::<i64>().map_err(wrong)?)
        }
        None => None,
    };
    release::find(kube, &given.words[0], number).map_err(|told| failed(kube, &given.words[0], &told))
}

fn failed(kube: &Kube<'_, '_>, name: &str, told: &str) -> String {
    format!("Failed to get release {name} in namespace {}: exit status 1: Error: {told}\n{PLUGIN}", kube.namespace)
}

const PLUGIN: &str = "Error: plugin \"diff\" exited with error";

pub(super) fn upgrade(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let name = given.words[0].clone();
    let last = release::history(kube, &name)?.pop();
    let unreleased = given.on("allow-unreleased") || given.on("install");
    if last.is_none() && !unreleased {
        return Err(failed(kube, &name, "release: not found"));
    }
    let mut loaded = chart::load(kube, &given.words[1])?;
    let Read::Ready(values) = chart::values(kube, given)? else { return Ok(Next::Input) };
    chart::check(kube, &loaded, false)?;
    let namespace = kube.namespace.clone();
    let values = match &last {
        Some(last) => upgrade::config(given, last, values, &mut loaded),
        None => values,
    };
    let wanted = Release {
        name,
        namespace,
        revision: last.as_ref().map_or(1, |last| release::version(last) + 1),
        is_upgrade: last.is_some(),
        ..Release::default()
    };
    let rendered = install::render(kube, &mut loaded, &values, &wanted)?;
    let hooks = !given.on("no-hooks");
    let new = helm::template_text(&rendered, hooks, false);
    let old = last.as_ref().map(|last| whole(last, hooks)).unwrap_or_default();
    if last.is_none() {
        let told = "Release was not present in Helm.  Diff will show entire contents as new.";
        let stars = "*".repeat(20);
        kube.out(format!("{stars}\n\n\t{told}\n\n{stars}\n"));
    }
    tell(kube, given, (&old, &new))
}

/// How an object changes: a word, `has been …`, `to be …`, and the colour of its line.
const CHANGES: [(&str, &str, &str); 3] = [
    ("has been added:", "to be added.", "\u{1b}[0;32m"),
    ("has been removed:", "to be destroyed.", "\u{1b}[0;31m"),
    ("has changed:", "to be changed.", "\u{1b}[0;33m"),
];

#[inline(never)]
fn tell(kube: &mut Kube<'_, '_>, given: &Given, (old, new): (&str, &str)) -> Answer {
    let form = given.text("output").unwrap_or("diff");
    if !matches!(form, "diff" | "simple") {
        return Err(format!("helm diff --output {form} is real, but not part of this sandbox yet"));
    }
    let (space, tests) = (kube.namespace.clone(), given.on("include-tests"));
    let (mut old, mut new) = (parts(old, &space, tests), parts(new, &space, tests));
    let changed = old.iter().filter(|(key, part)| new.get(*key).is_some_and(|other| other.text != part.text));
    let mut rows: Vec<(String, usize)> = changed.map(|(key, _)| (key.clone(), 2)).collect();
    rows.extend(old.keys().filter(|key| !new.contains_key(*key)).map(|key| (key.clone(), 1)));
    rows.extend(new.keys().filter(|key| !old.contains_key(*key)).map(|key| (key.clone(), 0)));
    let paint = Paint(kube.cx.stdout_is_terminal());
    let mut out = String::new();
    let mut counts = [0; 3];
    for (key, how) in &rows {
        let (before, after) = (old.remove(key), new.remove(key));
        counts[*how] += 1;
        let (plain, simple, colour) = CHANGES[*how];
        let word = if form == "simple" { simple } else { plain };
        paint.line(&mut out, colour, &format!("{key} {word}"));
        if form == "diff" {
            records(&mut out, &paint, given, before, after);
        }
    }
    if form == "simple" {
        let [added, gone, changed] = counts;
        out.push_str(&format!("Plan: {added} to add, {changed} to change, {gone} to destroy.\n"));
    }
    kube.out(out);
    if given.on("detailed-exitcode") && !rows.is_empty() {
        let told =
            "identified at least one change, exiting with non-zero exit code (detailed-exitcode parameter enabled)";
        kube.err(format!("Error: {told}\n{PLUGIN}\n"));
        return Ok(Next::Exit(2));
    }
    Ok(Next::Exit(0))
}

struct Paint(bool);

impl Paint {
    fn line(&self, out: &mut String, colour: &str, text: &str) {
        let (start, end) = if self.0 { (colour, "\u{1b}[0m") } else { ("", "") };
        out.push_str(&[start, text, end, "\n"].concat());
    }
}

/// All lines of two texts, what differs marked; far from a change they are left out if that is asked for.
#[inline(never)]
fn records(out: &mut String, paint: &Paint, given: &Given, before: Option<Part>, after: Option<Part>) {
    let kind = after.as_ref().or(before.as_ref()).map_or(String::new(), |part| part.kind.clone());
    let hidden = given.texts("suppress").contains(&kind);
    if hidden || (kind == "Secret" && given.on("suppress-secrets")) {
        paint.line(out, CHANGES[2].2, &format!("+ Changes suppressed on sensitive content of type {kind}"));
        return;
    }
    let mut texts = [before, after].map(|part| part.map(|part| part.text).unwrap_or_default());
    if kind == "Secret" && !given.on("show-secrets") {
        redact(&mut texts);
    }
    let [old, new] = texts.each_ref().map(|text| split_lines(text.as_bytes()));
    let mut lines: Vec<(char, &[u8])> = Vec::new();
    let mut at = 0;
    for hunk in diff_lines(&old, &new) {
        lines.extend(old[at..hunk.old.start].iter().map(|line| (' ', *line)));
        lines.extend(old[hunk.old.clone()].iter().map(|line| ('-', *line)));
        lines.extend(new[hunk.new].iter().map(|line| ('+', *line)));
        at = hunk.old.end;
    }
    lines.extend(old[at..].iter().map(|line| (' ', *line)));
    let around = given.number("context").and_then(|n| usize::try_from(n).ok());
    let changes: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].0 != ' ').collect();
    let near = |at: usize| around.is_none_or(|most| changes.iter().any(|change| change.abs_diff(at) <= most));
    let mut omits = false;
    for (at, (mark, line)) in lines.iter().enumerate() {
        if !near(at) {
            out.push_str(if std::mem::replace(&mut omits, true) { "" } else { "...\n" });
            continue;
        }
        omits = false;
        let text = String::from_utf8_lossy(line);
        let text = [mark.encode_utf8(&mut [0; 4]), " ", text.trim_end_matches('\n')].concat();
        match mark {
            '+' => paint.line(out, CHANGES[0].2, &text),
            '-' => paint.line(out, CHANGES[1].2, &text),
            _ => out.push_str(&[text.trim_end(), "\n"].concat()),
        }
    }
}

/// Values of Secrets as how long they are, and whether they differ.
#[inline(never)]
fn redact(texts: &mut [String; 2]) {
    let values = texts.each_ref().map(|text| helm::read_yaml(text).unwrap_or_default());
    let held = values.each_ref().map(|value| {
        let mut all: OrdMap<String, Vec<u8>> = OrdMap::new();
        for (key, one) in value.map_at("data").iter() {
            all.insert(key.to_string(), helm::from_base64(one.as_str().unwrap_or_default()).unwrap_or_default());
        }
        for (key, one) in value.map_at("stringData").iter() {
            all.insert(key.to_string(), one.as_str().unwrap_or_default().as_bytes().to_vec());
        }
        all
    });
    for (at, mark) in [(0, "--------"), (1, "++++++++")] {
        if texts[at].is_empty() {
            continue;
        }
        let source = texts[at].lines().next().filter(|line| line.starts_with('#')).map(|line| [line, "\n"].concat());
        let mut value = values[at].clone();
        value.remove("stringData");
        let mut data = Value::map();
        for (key, bytes) in held[at].iter() {
            let mark = if held[1 - at].get(key) == Some(bytes) { "REDACTED" } else { mark };
            data.put(key, format!("{mark} # ({} bytes)", bytes.len()));
        }
        value.put("data", data);
        texts[at] = source.unwrap_or_default() + value.to_yaml().trim_end();
    }
}
