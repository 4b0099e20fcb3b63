//! `flux create source git` and `flux create kustomization`: an object from flags, written or printed.

use super::get::kind_of;
use super::going::{Place, Todo, begin};
use super::output::document;
use super::{Answer, Next};
use crate::cobra::{Command, Flag, Given, Takes, switch, text, texts};
use crate::kubectl::Kube;
use gitops::flux::{GIT, KUSTOMIZATION, ROWS, duration_text, parse_duration};
use manifest::{Value, object};

pub(super) const COMMAND: Command = Command {
    path: "flux create",
    operands: "KIND NAME",
    summary: "Create or update sources and resources",
    flags: &[
        Flag { long: "interval", short: '\0', takes: Takes::Text, default: "1m0s", help: "source sync interval" },
        switch("export", "export in YAML format to stdout"),
        texts("label", '\0', "set labels on the resource"),
        text("url", '\0', "git: address of the repository"),
        text("branch", '\0', "git: branch"),
        text("tag", '\0', "git: tag"),
        text("tag-semver", '\0', "git: tag semver range"),
        text("commit", '\0', "git: commit"),
        texts("ignore-paths", '\0', "git: paths to ignore"),
        Flag { short: 's', ..switch("silent", "git: assumes the deploy key is already setup, skips confirmation") },
        text("source", '\0', "kustomization: source, as kind/name.namespace or the name of a GitRepository"),
        Flag { default: "./", ..text("path", '\0', "kustomization: folder with a kustomization or with manifests") },
        switch("prune", "kustomization: enable garbage collection"),
        switch("wait", "kustomization: enable health checking of all the applied resources"),
        texts("health-check", '\0', "kustomization: workload to be waited for, as kind/name.namespace"),
        text("health-check-timeout", '\0', "kustomization: timeout of health checking operations"),
        texts("depends-on", '\0', "kustomization: those that must be ready before, as name or namespace/name"),
        text("target-namespace", '\0', "kustomization: overrides the namespace of all objects"),
        text("retry-interval", '\0', "kustomization: the interval at which a failed reconciliation is tried again"),
    ],
    missing: "ref-name username u password p ssh-key-algorithm ssh-rsa-bits ssh-ecdsa-curve secret-ref proxy-secret-ref provider \
        ca-file private-key-file recurse-submodules sparse-checkout-paths service-account decryption-provider \
        decryption-secret kubeconfig-secret-ref validation",
};

/// Flags of one kind only, which the other one does not know.
const OF_GIT: &[&str] = &["url", "branch", "tag", "tag-semver", "commit", "ignore-paths", "silent"];
const OF_KUSTOMIZATION: &[&str] = &[
    "source",
    "path",
    "prune",
    "wait",
    "health-check",
    "health-check-timeout",
    "depends-on",
    "target-namespace",
    "retry-interval",
];

fn list(given: &Given, flag: &str) -> Vec<String> {
    given.texts(flag).iter().flat_map(|text| text.split(',')).map(str::to_string).collect()
}

fn time(given: &Given, flag: &str, default: &str) -> Result<String, String> {
    let text = given.text(flag).unwrap_or(default);
    let wrong = || format!("invalid argument \"{text}\" for \"--{flag}\" flag: time: invalid duration \"{text}\"");
    parse_duration(text).map(duration_text).ok_or_else(wrong)
}

fn git(given: &Given) -> Result<Value, String> {
    let text = |flag: &str| given.text(flag).unwrap_or_default();
    let url = text("url");
    if url.is_empty() {
        return Err("url is required".into());
    }
    let scheme = url.split_once("://").map_or("", |(scheme, _)| scheme);
    if !matches!(scheme, "https" | "http" | "ssh") {
        return Err(format!("git URL scheme '{scheme}' not supported, can be: ssh, http and https"));
    }
    let mut reference = Value::map();
    for (flag, field) in [("branch", "branch"), ("tag", "tag"), ("tag-semver", "semver"), ("commit", "commit")] {
        if !text(flag).is_empty() {
            reference.put(field, text(flag));
        }
    }
    if reference.is_zero() {
        return Err(
            "a Git ref is required, use one of the following: --branch, --tag, --commit, --ref-name or --tag-semver"
                .into(),
        );
    }
    let mut spec = object! { "interval" => time(given, "interval", "1m0s")?, "ref" => reference, "url" => url };
    let ignore = list(given, "ignore-paths");
    if !ignore.is_empty() {
        spec.put("ignore", ignore.join("\n"));
    }
    Ok(spec)
}

fn kustomization(given: &Given) -> Result<Value, String> {
    let text = |flag: &str| given.text(flag).unwrap_or_default();
    let path = given.text("path").unwrap_or("./");
    if !path.starts_with("./") {
        return Err("path must begin with ./".into());
    }
    let source = text("source");
    if source.is_empty() {
        return Err("source is required".into());
    }
    let (kind, rest) = source.split_once('/').unwrap_or(("GitRepository", source));
    let (name, space) = rest.split_once('.').unwrap_or((rest, ""));
    let mut reference = object! { "kind" => kind, "name" => name };
    if !space.is_empty() {
        reference.put("namespace", space);
    }
    let mut spec = object! {
        "interval" => time(given, "interval", "1m0s")?, "path" => path, "prune" => given.on("prune"), "sourceRef" => reference,
    };
    let depends = list(given, "depends-on");
    if !depends.is_empty() {
        let one = |text: &String| match text.split_once('/') {
            Some((space, name)) => object! { "name" => name, "namespace" => space },
            None => object! { "name" => text.as_str() },
        };
        spec.put("dependsOn", depends.iter().map(one).collect::<Value>());
    }
    let checks = list(given, "health-check");
    if given.on("wait") {
        spec.put("wait", true);
    } else if !checks.is_empty() {
        spec.put("healthChecks", checks.iter().map(|text| check(text)).collect::<Result<Value, String>>()?);
    }
    if given.on("wait") || !checks.is_empty() {
        spec.put("timeout", time(given, "health-check-timeout", "2m0s")?);
    }
    for (flag, field) in [("target-namespace", "targetNamespace")] {
        if !text(flag).is_empty() {
            spec.put(field, text(flag));
        }
    }
    if !text("retry-interval").is_empty() {
        spec.put("retryInterval", time(given, "retry-interval", "")?);
    }
    Ok(spec)
}

fn check(text: &str) -> Result<Value, String> {
    let form = || format!("invalid health check '{text}' must be in the format 'kind/name.namespace'");
    let (kind, rest) = text.split_once('/').ok_or_else(form)?;
    if !matches!(kind, "Deployment" | "DaemonSet" | "StatefulSet" | "HelmRelease") {
        return Err(format!(
            "invalid health check kind '{kind}' can be HelmRelease, Deployment, DaemonSet or StatefulSet"
        ));
    }
    let (name, space) = rest.split_once('.').ok_or_else(form)?;
    let mut one = object! { "kind" => kind, "name" => name, "namespace" => space };
    if kind == "HelmRelease" {
        one.put("apiVersion", "helm.toolkit.fluxcd.io/v2");
    }
    Ok(one)
}

fn good_name(name: &str) -> bool {
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    name.len() <= 63
        && edge(name.chars().next())
        && edge(name.chars().last())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

pub(super) fn run(kube: &mut Kube<'_, '_>, given: &Given, kinds: &[usize]) -> Answer {
    let row = kinds[0];
    if !matches!(row, GIT | KUSTOMIZATION) {
        kube.err(format!("flux create {}: real, but not part of this sandbox yet\n", ROWS[row].human));
        return Ok(Next::Exit(1));
    }
    let name = given.words.first().ok_or("name is required")?.clone();
    if !good_name(&name) {
        return Err(format!(
            "name '{name}' is invalid, it should adhere to standard defined in RFC 1123, the name can only contain alphanumeric characters or '-'"
        ));
    }
    let others = if row == GIT { OF_KUSTOMIZATION } else { OF_GIT };
    if let Some(flag) = others.iter().find(|flag| given.text(flag).is_some()) {
        return Err(format!("unknown flag: --{flag}"));
    }
    let spec = if row == GIT { git(given)? } else { kustomization(given)? };
    let mut meta = object! { "name" => name.as_str(), "namespace" => kube.namespace.as_str() };
    for label in list(given, "label") {
        let (key, value) =
            label.split_once('=').ok_or_else(|| format!("invalid label format '{label}', must be key=value"))?;
        meta.at_mut("labels").put(key, value);
    }
    let kind = ROWS[row].kind;
    let made = object! { "apiVersion" => ROWS[row].api_version(), "kind" => kind, "metadata" => meta, "spec" => spec };
    if given.on("export") {
        kube.out(document(&made));
        return Ok(Next::Exit(0));
    }
    let what = if row == GIT { "GitRepository source" } else { kind };
    kube.err(format!("✚ generating {what}\n► applying {what}\n"));
    upsert(kube, row, &name, &made, what)?;
    kube.err(format!("◎ waiting for {what} reconciliation\n"));
    let say = if row == GIT {
        vec![format!("{what} reconciliation completed"), "@".into()]
    } else {
        vec![format!("Kustomization {name} is ready"), "@".into()]
    };
    let place = Place { row, namespace: kube.namespace.clone(), name };
    begin(kube, given, vec![Todo::Ready { place, say }])
}

/// Made, or its spec and labels replaced.
fn upsert(kube: &mut Kube<'_, '_>, row: usize, name: &str, made: &Value, what: &str) -> Result<(), String> {
    let kind = kind_of(kube, row)?;
    let (space, writer) = (kube.namespace.clone(), kube.writer());
    let there = kube.store().get(kind, &space, name).cloned();
    let done = kube.cx.world.api(|cluster, sim| match &there {
        None => cluster.create(sim, kind, &space, made.clone(), &writer),
        Some(old) => {
            let mut value = old.value.clone();
            value.put("spec", made.at("spec").clone());
            value.at_mut("metadata").put("labels", made.at("metadata").at("labels").clone());
            cluster.update(sim, kind, &space, value, &writer)
        }
    });
    done.map_err(|status| status.message.to_string())?;
    kube.err(format!("✔ {what} {}\n", if there.is_none() { "created" } else { "updated" }));
    Ok(())
}
