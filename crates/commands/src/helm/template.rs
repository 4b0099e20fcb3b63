//! `helm template`: a chart's manifests, without a cluster.

use super::chart::{self, Read};
use super::{Answer, Next, flags};
use crate::cobra::{Command, Flag, Given, switch, text, texts};
use crate::kubectl::Kube;
use helm::{Capabilities, Failure, Release, Setting};

const V: [Flag; 6] = flags::VALUES;

pub(super) const COMMAND: Command = Command {
    path: "helm template",
    operands: "[NAME] [CHART]",
    summary: "locally render templates",
    flags: &[
        V[0],
        V[1],
        V[2],
        V[3],
        V[4],
        V[5],
        texts("api-versions", 'a', "Kubernetes api versions used for Capabilities.APIVersions"),
        switch("generate-name", "generate the name (and omit the NAME parameter)"),
        switch("include-crds", "include CRDs in the templated output"),
        switch("is-upgrade", "set .Release.IsUpgrade instead of .Release.IsInstall"),
        text("kube-version", '\0', "Kubernetes version used for Capabilities.KubeVersion"),
        switch("no-hooks", "prevent hooks from running during install"),
        switch("render-subchart-notes", "if set, render subchart notes along with the parent"),
        texts("show-only", 's', "only show manifests rendered from the given templates"),
        switch("skip-schema-validation", "if set, disables JSON schema validation"),
        switch("skip-tests", "skip tests from templated output"),
    ],
    missing: "atomic create-namespace description dry-run g hide-notes name-template output-dir release-name replace skip-crds timeout validate \
        wait wait-for-jobs ca-file cert-file dependency-update devel disable-openapi-validation enable-dns insecure-skip-tls-verify \
        key-file keyring labels l pass-credentials password plain-http post-renderer post-renderer-args repo username verify version force \
        take-ownership",
};

pub(super) fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let (name, word) = match given.words.as_slice() {
        [name, word] => (name.clone(), word.clone()),
        [word] if given.on("generate-name") => (super::install::generated(kube, word), word.clone()),
        [word] => ("release-name".to_string(), word.clone()),
        _ => return Err("expected at most two arguments".into()),
    };
    let mut capabilities = Capabilities::default();
    if let Some(version) = given.text("kube-version") {
        let parsed = helm::Version::parse(version);
        let parsed = parsed.ok_or_else(|| format!("invalid kube version '{version}': Invalid Semantic Version"))?;
        capabilities.kube_version = format!("v{}", parsed.full());
    }
    let more = given.texts("api-versions").iter().flat_map(|list| list.split(',')).map(str::to_string);
    capabilities.api_versions.extend(more);
    let Read::Ready(values) = chart::values(kube, given)? else {
        return Ok(Next::Input);
    };
    let mut loaded = chart::load(kube, &word)?;
    chart::check(kube, &loaded, true)?;
    let release = Release {
        name,
        namespace: kube.namespace.clone(),
        revision: 1,
        is_upgrade: given.on("is-upgrade"),
        sub_notes: given.on("render-subchart-notes"),
        include_crds: given.on("include-crds"),
        skip_schema: given.on("skip-schema-validation"),
    };
    let micros = kube.cx.micros();
    let now = i64::try_from(micros).unwrap_or(0);
    let setting = Setting { capabilities, lint: false, now, seed: micros, lookup: None };
    let mut log = Vec::new();
    let rendered = helm::render(&mut loaded, &values, &release, &setting, &mut log);
    chart::tell(kube, &log);
    let rendered = rendered.map_err(|Failure { told, rendered }| {
        if rendered { format!("{told}\n\nUse --debug flag to render out invalid YAML") } else { told }
    })?;
    let text = helm::template_text(&rendered, !given.on("no-hooks"), given.on("skip-tests"));
    let only = given.texts("show-only");
    if only.is_empty() {
        kube.out(text);
        return Ok(Next::Exit(0));
    }
    let documents = helm::split(&text);
    let mut chosen = String::new();
    for wanted in only.iter().flat_map(|list| list.split(',')) {
        let fits = |document: &&String| {
            let source = document.lines().find_map(|line| line.strip_prefix("# Source: "));
            let path = source.and_then(|source| source.split_once('/')).map_or("", |(_, path)| path);
            helm::matched(wanted, path).unwrap_or(false)
        };
        let found: Vec<&String> = documents.iter().filter(fits).collect();
        if found.is_empty() {
            return Err(format!("could not find template {wanted} in chart"));
        }
        for document in found {
            chosen.push_str(&["---\n", document, "\n"].concat());
        }
    }
    kube.out(chosen);
    Ok(Next::Exit(0))
}
