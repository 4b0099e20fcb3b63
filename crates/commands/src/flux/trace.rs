//! `flux trace`: from an object of the cluster back to the commit that it comes from.

use super::going::{Place, fetch};
use super::{Answer, Next};
use crate::cobra::Given;
use crate::kubectl::Kube;
use cluster::{Object, condition};
use gitops::flux::{CHART, GIT, KUSTOMIZATION, RELEASE, ROWS};
use manifest::Value;
use std::sync::Arc;

/// Who manages an object: named by its labels, or by those of an owner.
fn managed(kube: &Kube<'_, '_>, object: &Object, row: usize) -> Option<Place> {
    let group = ROWS[row].api_group();
    let name = object.label(&[&group, "/name"].concat());
    if !name.is_empty() {
        let namespace = object.label(&[&group, "/namespace"].concat()).to_string();
        return Some(Place { row, namespace, name: name.into() });
    }
    object.owners().iter().find_map(|owner| {
        let info = kube.kinds().of_manifest(owner.str_at("apiVersion"), owner.str_at("kind"))?;
        let space = if info.namespaced { object.namespace() } else { "" };
        let owner = kube.store().get(info.id, space, owner.str_at("name"))?.clone();
        managed(kube, &owner, row)
    })
}

/// Lines with their headings padded to a width.
struct Report {
    text: String,
    width: usize,
}

impl Report {
    fn line(&mut self, heading: &str, value: &str) {
        let heading = [heading, ":"].concat();
        self.text.push_str(&format!("\n{heading:<width$}{value}", width = self.width));
    }

    fn some(&mut self, heading: &str, value: &str) {
        if !value.is_empty() {
            self.line(heading, value);
        }
    }

    fn part(&mut self, kind: &str, object: &Object) {
        self.text.push_str("\n---");
        self.line(kind, object.name());
        self.line("Namespace", object.namespace());
    }

    fn status(&mut self, object: &Object, tells_failure: bool) {
        match condition(&object.value, "Ready") {
            Some(ready) => {
                let bad = tells_failure && ready.str_at("status") == "False";
                let how = if bad { "Last reconciliation failed at" } else { "Last reconciled at" };
                let at = ready.str_at("lastTransitionTime").replace('T', " ");
                self.line("Status", &format!("{how} {} +0000 UTC", at.trim_end_matches('Z')));
                self.line("Message", ready.str_at("message"));
            }
            None => self.line("Status", "Unknown"),
        }
    }

    fn git(&mut self, source: &Object) {
        let text = |path: &str| source.value.str_at(path);
        self.part("GitRepository", source);
        self.line("URL", text("spec.url"));
        match (text("spec.ref.tag"), text("spec.ref.semver")) {
            ("", "") => self.some("Branch", text("spec.ref.branch")),
            ("", range) => self.line("Tag", range),
            (tag, _) => self.line("Tag", tag),
        }
        self.some("Revision", text("status.artifact.revision"));
        self.status(source, true);
    }
}

fn source(kube: &Kube<'_, '_>, reference: &Value, space: &str) -> Result<Arc<Object>, String> {
    let namespace = match reference.str_at("namespace") {
        "" => space.to_string(),
        other => other.into(),
    };
    let place = Place { row: GIT, namespace, name: reference.str_at("name").into() };
    fetch(kube, &place).map_err(|told| ["failed to find GitRepository: ", &told].concat())
}

fn report(kube: &Kube<'_, '_>, object: &Object) -> Result<String, String> {
    let kustomization = managed(kube, object, KUSTOMIZATION);
    let release = managed(kube, object, RELEASE);
    let width = if kustomization.is_some() { 17 } else { 16 };
    let mut report = Report { text: String::new(), width };
    report.line("Object", &[object.value.str_at("kind"), "/", object.name()].concat());
    report.some("Namespace", object.namespace());
    report.line("Status", "Managed by Flux");
    match (kustomization, release) {
        (Some(place), _) => {
            let own = fetch(kube, &place).map_err(|told| ["failed to find kustomization: ", &told].concat())?;
            let text = |path: &str| own.value.str_at(path);
            report.part("Kustomization", &own);
            report.some("Target", text("spec.targetNamespace"));
            report.line("Path", text("spec.path"));
            report.line("Revision", text("status.lastAppliedRevision"));
            report.status(&own, false);
            let of = source(kube, own.value.at("spec.sourceRef"), own.namespace())?;
            report.git(&of);
        }
        (None, Some(place)) => {
            let own = fetch(kube, &place).map_err(|told| ["failed to find HelmRelease: ", &told].concat())?;
            let text = |path: &str| own.value.str_at(path);
            report.part("HelmRelease", &own);
            report.some("Target", text("spec.targetNamespace"));
            report.line("Revision", text("status.lastAttemptedRevision"));
            report.status(&own, false);
            if let Some((space, name)) = text("status.helmChart").split_once('/') {
                let place = Place { row: CHART, namespace: space.into(), name: name.into() };
                let chart = fetch(kube, &place).map_err(|told| ["failed to find HelmChart: ", &told].concat())?;
                report.part("HelmChart", &chart);
                report.line("Chart", chart.value.str_at("spec.chart"));
                report.line("Version", chart.value.str_at("spec.version"));
                report.some("Revision", chart.value.str_at("status.artifact.revision"));
                report.status(&chart, false);
            }
            let reference = own.value.at("spec.chart.spec.sourceRef");
            if reference.str_at("kind") == "GitRepository" {
                let of = source(kube, reference, own.namespace())?;
                // The real one has a column less here.
                report.width = 15;
                report.git(&of);
            }
        }
        _ => return Err("object not managed by Flux".into()),
    }
    Ok([&report.text, "\n"].concat())
}

/// The objects that the words name.
fn objects(kube: &mut Kube<'_, '_>, given: &Given) -> Result<Vec<Arc<Object>>, String> {
    let words = &given.words;
    let (kind, api) = (given.text("kind").unwrap_or_default(), given.text("api-version").unwrap_or_default());
    if !kind.is_empty() || !api.is_empty() {
        let name = words.first().ok_or("object name is required")?;
        for (value, told) in
            [(kind, "object kind is required (--kind)"), (api, "object apiVersion is required (--api-version)")]
        {
            if value.is_empty() {
                return Err(told.into());
            }
        }
        let missing = || format!("failed to find object: no matches for kind \"{kind}\" in version \"{api}\"");
        let all = kube.kinds().iter();
        let mut of_api = all.filter(|info| info.api_version() == api && info.kind.eq_ignore_ascii_case(kind));
        let info = of_api.next().cloned().ok_or_else(missing)?;
        return Ok(vec![get(kube, &info, name)?]);
    }
    let usage = "either `<resource>/<name>` or `<resource> <name>` is required as an argument";
    let pairs: Vec<(String, String)> = if words.iter().any(|word| word.contains('/')) {
        words.iter().filter_map(|word| word.split_once('/')).map(|(kind, name)| (kind.into(), name.into())).collect()
    } else {
        let kind = words.first().ok_or(usage)?;
        words.iter().skip(1).map(|name| (kind.clone(), name.clone())).collect()
    };
    if pairs.is_empty() {
        return Err(usage.into());
    }
    let mut found = Vec::new();
    for (kind, name) in pairs {
        let missing = || format!("the server doesn't have a resource type \"{kind}\"");
        let info = kube.kinds().find(&kind).cloned().ok_or_else(missing)?;
        found.push(get(kube, &info, &name)?);
    }
    Ok(found)
}

fn get(kube: &Kube<'_, '_>, info: &cluster::KindInfo, name: &str) -> Result<Arc<Object>, String> {
    let space = if info.namespaced { kube.namespace.as_str() } else { "" };
    kube.get(info.id, space, name).map_err(|stop| super::get::server_words(&stop.message))
}

pub(super) fn run(kube: &mut Kube<'_, '_>, given: &Given, _: &[usize]) -> Answer {
    let all = objects(kube, given)?;
    let count = all.len();
    for (at, object) in all.iter().enumerate() {
        match report(kube, object) {
            Ok(text) => kube.out(text),
            Err(told) => {
                let (kind, name, space) = (object.value.str_at("kind"), object.name(), object.namespace());
                kube.err(format!("failed to trace {kind}/{name} in namespace {space}: {told}"));
            }
        }
        if at + 1 < count {
            kube.out("---\n");
        }
    }
    Ok(Next::Exit(0))
}
