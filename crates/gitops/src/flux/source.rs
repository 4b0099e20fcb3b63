//! source-controller: repositories at a commit, and charts out of them.

use super::Artifact;
use super::kinds::GIT;
use super::work::{After, Work};
use manifest::{Value, object};

/// The artifact that an object offers, if it has one.
pub(crate) fn artifact(source: &cluster::Object) -> Option<Artifact> {
    let value = &source.value;
    let revision = value.str_at("status.artifact.revision");
    (!revision.is_empty()).then(|| Artifact {
        url: value.str_at("spec.url").into(),
        revision: revision.into(),
        ignore: value.str_at("spec.ignore").into(),
    })
}

/// What an artifact's archive is called. Unlike source-controller: no archive is made, so that its digest is one of the
/// list of files.
fn stored(work: &Work<'_>, kind: &str, revision: &str, name: &str, digest: String) -> Value {
    let path = [kind, "/", work.object.namespace(), "/", work.object.name(), "/", name].concat();
    object! {
        "digest" => digest,
        "lastUpdateTime" => work.sim.now().rfc3339(),
        "path" => path.as_str(),
        "revision" => revision,
        "url" => ["http://source-controller.flux-system.svc.cluster.local./", &path].concat(),
    }
}

pub(crate) fn repository(work: &mut Work<'_>) -> After {
    if work.object.deleting() {
        return work.release();
    }
    let url = work.spec().str_at("url").to_string();
    let fetched = match work.forge.fetch(&url, work.spec().at("ref")) {
        Ok(fetched) => fetched,
        Err(told) => {
            let told = ["failed to checkout and determine revision: ", &told].concat();
            let known = work.status.list_at("conditions").iter().any(|one| one.str_at("message") == told);
            work.mark("FetchFailed", "True", "GitOperationFailed", &told);
            work.failing("GitOperationFailed", &told);
            if !known {
                work.event(true, "GitOperationFailed", &told);
            }
            work.log("Reconciler error", &told);
            work.save();
            return work.retry();
        }
    };
    if let Some(event) = fetched.event {
        work.memory.causes = work.memory.causes.and(&event.into());
    }
    let revision = fetched.revision;
    let ignore = work.spec().str_at("ignore").to_string();
    let same = work.status.str_at("artifact.revision") == revision && work.status.str_at("observedIgnore") == ignore;
    let failed = work.is_true("FetchFailed");
    work.unmark(&["FetchFailed"]);
    let message = ["stored artifact for revision '", &revision, "'"].concat();
    if same {
        let told = ["no changes since last reconciliation: observed revision '", &revision, "'"].concat();
        let (reason, told) = if failed { ("Succeeded", message.clone()) } else { ("GitOperationSucceeded", told) };
        work.event(false, reason, &told);
        work.log(&told, "");
    } else {
        let artifact = Artifact { url, revision: revision.clone(), ignore: ignore.clone() };
        let list = work.forge.files(&artifact, "").unwrap_or_default();
        let names: Vec<u8> = list.iter().flat_map(|(name, bytes)| [name.as_bytes(), b"\0", bytes].concat()).collect();
        let digest = work.forge.digest(&names);
        let made = stored(work, "gitrepository", &revision, &[artifact.commit(), ".tar.gz"].concat(), digest);
        work.status.put("artifact", made);
        if ignore.is_empty() {
            work.status.remove("observedIgnore");
        } else {
            work.status.put("observedIgnore", ignore);
        }
        let told = ["stored artifact for commit '", &fetched.subject, "'"].concat();
        work.event(false, "NewArtifact", &told);
        work.log(&told, "");
    }
    work.mark("ArtifactInStorage", "True", "Succeeded", &message);
    work.ready("Succeeded", &message);
    work.save();
    work.later()
}

/// Where a chart's artifact says which revision of its source it was made of.
pub(crate) const MADE_OF: &str = "org.opencontainers.image.revision";

pub(crate) fn helm_repository(work: &mut Work<'_>) -> After {
    if work.object.deleting() {
        return work.release();
    }
    let told = "an index of charts from elsewhere is real Flux, but not part of this sandbox yet: take a chart from a GitRepository";
    work.stalled("NotSupported", told)
}

fn chart_failed(work: &mut Work<'_>, reason: &'static str, told: &str, soon: bool) -> After {
    let known = work.status.list_at("conditions").iter().any(|one| one.str_at("message") == told);
    work.failing(reason, told);
    if !known {
        work.event(true, reason, told);
        work.log("Reconciler error", told);
    }
    work.save();
    if soon { work.retry() } else { work.later() }
}

pub(crate) fn chart(work: &mut Work<'_>) -> After {
    if work.object.deleting() {
        return work.release();
    }
    let spec = work.spec().clone();
    let (kind, name) = (spec.str_at("sourceRef.kind").to_string(), spec.str_at("sourceRef.name").to_string());
    if kind != "GitRepository" {
        let told =
            ["charts of a ", &kind, " are real Flux, but not part of this sandbox yet: take one from a GitRepository"]
                .concat();
        return work.stalled("NotSupported", &told);
    }
    let namespace = work.space_of(spec.at("sourceRef"));
    let Some(source) = work.other(GIT, &namespace, &name) else {
        let told = format!("failed to get source: gitrepositories.source.toolkit.fluxcd.io \"{name}\" not found");
        return chart_failed(work, "SourceUnavailable", &told, true);
    };
    let Some(artifact) = artifact(&source) else {
        let told = format!("no artifact available for GitRepository source '{name}'");
        return chart_failed(work, "NoSourceArtifact", &told, false);
    };
    let path = spec.str_at("chart").trim_matches('/').trim_start_matches("./").to_string();
    let files = work.forge.files(&artifact, &path).unwrap_or_default();
    let Some((_, text)) = files.iter().find(|(name, _)| name == "Chart.yaml") else {
        let told = format!("chart metadata read error: no Chart.yaml at '{path}'");
        return chart_failed(work, "InvalidChartReference", &told, false);
    };
    let metadata = Value::from_yaml(&String::from_utf8_lossy(text)).unwrap_or_default();
    let mut version = metadata.str_at("version").to_string();
    let by_revision = spec.str_at("reconcileStrategy") == "Revision";
    if by_revision {
        let id = artifact.commit();
        version = [&version, "+", id.get(..12).unwrap_or(id)].concat();
    }
    work.status.put("observedSourceArtifactRevision", artifact.revision.as_str());
    let chart = metadata.str_at("name").to_string();
    let message = format!("packaged '{chart}' chart with version '{version}'");
    // A chart is made anew for another version only: that is what `reconcileStrategy: ChartVersion` means.
    let same = work.status.str_at("artifact.revision") == version && work.status.str_at("observedChartName") == chart;
    if !same {
        let bytes: Vec<u8> = files.iter().flat_map(|(name, bytes)| [name.as_bytes(), b"\0", bytes].concat()).collect();
        let digest = work.forge.digest(&bytes);
        let mut made = stored(work, "helmchart", &version, &format!("{chart}-{version}.tgz"), digest);
        made.put("metadata", object! { MADE_OF => artifact.revision.as_str() });
        work.status.put("artifact", made);
        work.status.put("observedChartName", chart);
        work.event(false, "ChartPackageSucceeded", &message);
        work.log(&message, "");
    }
    work.mark("ArtifactInStorage", "True", "ChartPackageSucceeded", &message);
    work.ready("ChartPackageSucceeded", &message);
    work.save();
    work.later()
}
