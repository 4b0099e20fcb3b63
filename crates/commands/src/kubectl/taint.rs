//! `kubectl taint`: what keeps pods away from a node.

use super::apply::DryRun;
use super::flags::{Given, switch};
use super::kube::{Answer, Kube, Stop};
use super::output::Output;
use super::subjects::{self, Subject};
use super::{Command, Next, names};
use cluster::{NODE, PatchKind, Selectors};
use manifest::{Value, object};

pub(crate) const COMMAND: Command = Command {
    path: "taint",
    operands: "NODE NAME KEY_1=VAL_1:TAINT_EFFECT_1 ... KEY_N=VAL_N:TAINT_EFFECT_N",
    summary: "Update the taints on one or more nodes.",
    examples: &[
        ("Keep a node for some pods", "kubectl taint nodes node-1 dedicated=shop:NoSchedule"),
        ("Take a taint away", "kubectl taint nodes node-1 dedicated:NoSchedule-"),
        ("Take all taints with a key away", "kubectl taint nodes node-1 dedicated-"),
    ],
    flags: &[
        switch("all", '\0', "Select all nodes in the cluster"),
        subjects::DRY_RUN,
        subjects::OUTPUT,
        switch("overwrite", '\0', "Allow taints to be overwritten."),
        subjects::SELECTOR,
    ],
    missing: subjects::MISSING,
    run,
};

#[derive(Debug, Clone, PartialEq, Eq)]
struct Taint {
    key: String,
    value: String,
    effect: String,
}

fn read(text: &str) -> Result<Taint, String> {
    let wrong = |why: &str| {
        if why.is_empty() {
            format!("invalid taint spec: {text}")
        } else {
            format!("invalid taint spec: {text}, {why}")
        }
    };
    let parts: Vec<&str> = text.split(':').collect();
    let (key, value, effect) = match parts[..] {
        [key] => (key, "", ""),
        [pair, effect] => {
            if !["NoSchedule", "PreferNoSchedule", "NoExecute"].contains(&effect) {
                return Err(format!("invalid taint effect: {effect}, unsupported taint effect"));
            }
            let halves: Vec<&str> = pair.split('=').collect();
            match halves[..] {
                [key] => (key, "", effect),
                [key, value] => {
                    if let Some(why) = names::label_value(value) {
                        return Err(wrong(&why));
                    }
                    (key, value, effect)
                }
                _ => return Err(wrong("")),
            }
        }
        _ => return Err(wrong("")),
    };
    if let Some(why) = names::qualified_name(key) {
        return Err(wrong(&why));
    }
    Ok(Taint { key: key.into(), value: value.into(), effect: effect.into() })
}

/// Taints to add, and taints to remove; an empty effect means all of a key.
fn parse(words: &[String]) -> Result<(Vec<Taint>, Vec<Taint>), String> {
    let (mut add, mut remove): (Vec<Taint>, Vec<Taint>) = (Vec::new(), Vec::new());
    for word in words {
        if let Some(rest) = word.strip_suffix('-') {
            remove.push(read(rest)?);
            continue;
        }
        let taint = read(word)?;
        if taint.effect.is_empty() {
            return Err(format!("invalid taint spec: {word}"));
        }
        if add.iter().any(|other| other.key == taint.key && other.effect == taint.effect) {
            let Taint { key, value, effect } = taint;
            return Err(format!("duplicated taints with the same key and effect: {{{key} {value} {effect} <nil>}}"));
        }
        add.push(taint);
    }
    Ok((add, remove))
}

fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let is_taint = |word: &str| word.contains(['=', ':']) || word.ends_with('-');
    let (resources, words) = subjects::split(&given.operands, "taint", is_taint)?;
    if resources.is_empty() {
        return Err(Stop::error("one or more resources must be specified as <resource> <name>"));
    }
    if words.is_empty() {
        return Err(Stop::error("at least one taint update is required"));
    }
    let (add, remove) = parse(words)
        .map_err(|why| Stop::said(format!("error: {why}\nSee 'kubectl taint -h' for help and examples")))?;
    let dry = DryRun::parse(given)?;
    let output = Output::parse(given.text("output"))?;
    let kind = kube.wanted(&resources[..1])?.kinds.remove(0);
    if kind.id != NODE {
        let told =
            format!("invalid resource type {}, only node types are supported", resources[0].to_ascii_lowercase());
        return Err(Stop::error(told));
    }
    let clash =
        |gone: &Taint| add.iter().any(|t| t.key == gone.key && (gone.effect.is_empty() || gone.effect == t.effect));
    let both: Vec<String> = remove.iter().filter(|t| clash(t)).map(|t| format!("{}={}", t.key, t.effect)).collect();
    if !both.is_empty() {
        let all = both.join(", ");
        let told = format!("can not both modify and remove the following taint(s) in the same command: {all}");
        return Err(Stop::error(told));
    }
    let selector = given.text("selector");
    if given.has("all") && !selector.is_empty() {
        return Err(Stop::error("setting 'all' parameter with a non empty selector is prohibited"));
    }
    let nodes = if given.has("all") || !selector.is_empty() {
        let chosen: Selectors = super::arguments::selectors(selector, "")?;
        kube.list(&kind, true, &chosen)?
    } else if resources.len() < 2 {
        return Err(Stop::error("at least one resource name must be specified since 'all' parameter is not set"));
    } else {
        resources[1..].iter().map(|name| kube.fetch(&kind, name)).collect::<Result<_, _>>()?
    };
    for node in nodes {
        let node = Subject::of(kube, &node);
        one(kube, &node, (&add, &remove), given.has("overwrite"), (dry, &output))?;
    }
    Ok(Next::Done(0))
}

fn value_of(taint: &Taint) -> Value {
    let mut value = object! { "effect" => taint.effect.as_str(), "key" => taint.key.as_str() };
    if !taint.value.is_empty() {
        value.put("value", taint.value.as_str());
    }
    value
}

fn one(
    kube: &mut Kube<'_, '_>,
    node: &Subject,
    (add, remove): (&[Taint], &[Taint]),
    overwrite: bool,
    (dry, output): (DryRun, &Output),
) -> Result<(), Stop> {
    let old = node.value.list_at("spec.taints");
    let same = |value: &Value, taint: &Taint| {
        value.str_at("key") == taint.key && (taint.effect.is_empty() || value.str_at("effect") == taint.effect)
    };
    let known: Vec<&str> =
        add.iter().filter(|taint| old.iter().any(|o| same(o, taint))).map(|taint| taint.key.as_str()).collect();
    if !known.is_empty() && !overwrite {
        let told = format!("node {} already has {} taint(s) with same effect(s)", node.name, known.join(","));
        return Err(Stop::error(format!("{told} and --overwrite is false")));
    }
    let mut new: Vec<Value> = add.iter().map(value_of).collect();
    new.extend(old.iter().filter(|o| !add.iter().any(|taint| same(o, taint))).cloned());
    let added = old.len() != new.len();
    let mut removed = false;
    let mut missing = Vec::new();
    for taint in remove {
        let before = new.len();
        new.retain(|value| !same(value, taint));
        removed = new.len() < before;
        if !removed {
            let effect = if taint.effect.is_empty() { String::new() } else { format!(":{}", taint.effect) };
            missing.push(format!("taint \"{}{effect}\" not found", taint.key));
        }
    }
    match &missing[..] {
        [] => {}
        [only] => return Err(Stop::error(only)),
        all => return Err(Stop::said(all.join("\n"))),
    }
    let word = match (added, removed) {
        (true, true) => "modified",
        _ if overwrite => "modified",
        (true, false) => "tainted",
        _ => "untainted",
    };
    let mut wanted = node.value.clone();
    if new.is_empty() {
        wanted.remove("spec.taints");
    } else {
        wanted.set("spec.taints", Value::list(new.clone()));
    }
    let value = if dry == DryRun::Client {
        wanted
    } else {
        let taints = if new.is_empty() { Value::Null } else { Value::list(new) };
        let patch = object! { "spec" => object! { "taints" => taints } };
        subjects::send(kube, node, PatchKind::Merge, &patch, dry)?.value.clone()
    };
    // As for patches, nothing marks a dry run.
    subjects::tell(kube, node, &value, word, (DryRun::No, output))
}
