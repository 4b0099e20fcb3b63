//! helm-controller: a chart of a source as a release. What installs, upgrades and rolls back is `helm` itself, which the
//! world runs for it (`internal/reconcile/atomic_release.go`).
// Unlike helm-controller: a release keeps ten revisions in its Secrets, as those of the command do.

use super::duration::{duration_text, parse_duration};
use super::engine::{Id, Step};
use super::kinds::{CHART, GIT, RELEASE, kind_of};
use super::source::MADE_OF;
use super::work::{After, DEPENDENCY, Work};
use super::{Artifact, HelmRun};
use cluster::{CONFIGMAP, Object, SECRET};
use manifest::{Value, json_merge, object};
use order::Arrange;
use std::sync::Arc;
use std::time::Duration;

/// What a release is called: by the spec, else by namespace and name of the object.
pub(super) fn release_name(work: &Work<'_>) -> String {
    match (work.spec().str_at("releaseName"), work.spec().str_at("targetNamespace")) {
        ("", "") => work.object.name().into(),
        ("", target) => [target, "-", work.object.name()].concat(),
        (name, _) => name.into(),
    }
}

pub(super) fn release_space(work: &Work<'_>) -> String {
    match work.spec().str_at("targetNamespace") {
        "" => work.object.namespace().into(),
        target => target.into(),
    }
}

pub(crate) fn look(work: &mut Work<'_>) -> After {
    if work.object.deleting() {
        return super::release_end::uninstall(work);
    }
    work.memory.step = Step::Idle;
    let chart = match chart_object(work) {
        Ok(chart) => chart,
        Err(told) => return failed(work, "ArtifactFailed", &told, true),
    };
    for reference in work.spec().list_at("dependsOn").to_vec() {
        let space = work.space_of(&reference);
        let name = [&space, "/", reference.str_at("name")].concat();
        let found = work.other(RELEASE, &space, reference.str_at("name"));
        let ready = found.as_ref().is_some_and(|other| {
            other.value.int_at("status.observedGeneration") == Some(other.generation())
                && cluster::condition_true(&other.value, "Ready")
        });
        if !ready {
            let told = match found {
                Some(_) => format!("dependency '{name}' is not ready"),
                None => format!(
                    "unable to get '{name}' dependency: helmreleases.helm.toolkit.fluxcd.io \"{}\" not found",
                    reference.str_at("name")
                ),
            };
            work.mark("Ready", "False", "DependencyNotReady", &told);
            work.event(false, "DependencyNotReady", &told);
            work.log(&format!("dependencies do not meet ready condition ({told}): retrying in 30s"), "");
            work.save();
            return After::In(DEPENDENCY);
        }
    }
    let made = chart.value.at("status.artifact.metadata").get(MADE_OF).and_then(Value::as_str).unwrap_or("");
    let version = chart.value.str_at("status.artifact.revision");
    if version.is_empty() || chart.value.int_at("status.observedGeneration") != Some(chart.generation()) {
        let told = format!(
            "HelmChart '{}/{}' is not ready: latest generation of object has not been reconciled",
            chart.namespace(),
            chart.name()
        );
        work.mark("Ready", "False", "SourceNotReady", &told);
        work.log(&told, "");
        work.save();
        return After::In(DEPENDENCY);
    }
    let values = match values(work) {
        Ok(values) => values,
        Err(told) => return failed(work, "ValuesError", &told, true),
    };
    let Some(artifact) = source_of(work, &chart, made) else {
        return failed(work, "ArtifactFailed", "Source not ready: artifact not found. Retrying in 30s", false);
    };
    let path = chart.value.str_at("spec.chart").trim_matches('/').trim_start_matches("./").to_string();
    let files = work.forge.files(&artifact, &path).unwrap_or_default();
    let told = object! {
        "name" => chart.value.str_at("status.observedChartName"), "version" => version,
        "path" => path.as_str(), "valuesFiles" => chart.value.at("spec.valuesFiles").clone(),
    };
    let digest = work.forge.digest(values.to_json().as_bytes());
    step(work, &told, &digest, files, &values)
}

/// The source behind a chart, at the revision that it was made of.
fn source_of(work: &Work<'_>, chart: &Object, made_of: &str) -> Option<Artifact> {
    let reference = chart.value.at("spec.sourceRef");
    let source = work.other(GIT, chart.namespace(), reference.str_at("name"))?;
    let (url, ignore) = (source.value.str_at("spec.url").into(), source.value.str_at("spec.ignore").into());
    (!made_of.is_empty()).then(|| Artifact { url, revision: made_of.into(), ignore })
}

/// The HelmChart that the spec's template asks for, made or brought up to date.
fn chart_object(work: &mut Work<'_>) -> Result<Arc<Object>, String> {
    let template = work.spec().at("chart.spec").clone();
    let space = work.space_of(template.at("sourceRef"));
    let name = [work.object.namespace(), "-", work.object.name()].concat();
    let kind = kind_of(work.cluster, CHART)
        .ok_or("no matches for kind \"HelmChart\" in version \"source.toolkit.fluxcd.io/v1\"")?;
    let mut spec = template;
    spec.at_mut("sourceRef").make_map().remove("namespace");
    if spec.str_at("interval").is_empty() {
        spec.put("interval", work.spec().str_at("interval"));
    }
    let wanted = object! {
        "apiVersion" => "source.toolkit.fluxcd.io/v1",
        "kind" => "HelmChart",
        "metadata" => object! { "name" => name.as_str(), "namespace" => space.as_str() },
        "spec" => spec,
    };
    let writer = work.writer();
    let done = work.cluster.server_apply(work.sim, (kind, &space), &wanted, true, &writer);
    work.status.put("helmChart", [&space, "/", &name].concat());
    done.map(|(_, object)| object).map_err(|status| status.message.to_string())
}

/// `spec.valuesFrom`, one after the other, and `spec.values` over them.
fn values(work: &Work<'_>) -> Result<Value, String> {
    let mut all = Value::map();
    for reference in work.spec().list_at("valuesFrom") {
        let (kind, name) = (reference.str_at("kind"), reference.str_at("name"));
        let id = if kind == "Secret" { SECRET } else { CONFIGMAP };
        let key = match reference.str_at("valuesKey") {
            "" => "values.yaml",
            key => key,
        };
        if !reference.at("targetPath").is_null() {
            return Err("spec.valuesFrom.targetPath is real Flux, but not part of this sandbox yet".into());
        }
        let from = [work.object.namespace(), "/", name].concat();
        let Some(found) = work.cluster.store().get(id, work.object.namespace(), name) else {
            if reference.bool_at("optional") {
                continue;
            }
            return Err(format!(
                "could not resolve {kind} chart values reference '{from}' with key '{key}': {}s \"{name}\" not found",
                kind.to_lowercase()
            ));
        };
        let Some(text) = found.value.map_at("data").get(key).and_then(Value::as_str) else {
            if reference.bool_at("optional") {
                continue;
            }
            return Err(format!(
                "could not resolve {kind} chart values reference '{from}' with key '{key}': key not found"
            ));
        };
        let text = if kind == "Secret" {
            String::from_utf8_lossy(&cluster::base64::decode(text).unwrap_or_default()).into_owned()
        } else {
            text.to_string()
        };
        let read = Value::from_yaml(&text)
            .map_err(|told| format!("unable to read values from key '{key}' in {kind} '{from}': {told}"))?;
        all = json_merge(&all, &read);
    }
    Ok(json_merge(&all, work.spec().at("values")))
}

fn failed(work: &mut Work<'_>, reason: &'static str, told: &str, soon: bool) -> After {
    work.mark("Ready", "False", reason, told);
    if reason == "ValuesError" {
        work.event(true, reason, told);
    }
    work.log("Reconciler error", told);
    work.save();
    if soon { work.retry() } else { After::In(DEPENDENCY) }
}

/// The newest revision of the release that is stored: its number and status.
pub(super) fn stored(work: &Work<'_>) -> Vec<(i64, String)> {
    let (name, space) = (release_name(work), release_space(work));
    let mut found: Vec<(i64, String)> = Vec::new();
    for secret in work.cluster.store().all(SECRET, Some(&space)) {
        if secret.label("owner") == "helm" && secret.label("name") == name {
            found.push((secret.label("version").parse().unwrap_or(0), secret.label("status").to_string()));
        }
    }
    found.arrange_by(|a, b| a.0.cmp(&b.0));
    found
}

pub(super) fn remediation(work: &Work<'_>, action: &str) -> (i64, bool) {
    let own = work.spec().at(action).at("remediation");
    let retries = own.int_at("retries").unwrap_or(0);
    let last = own.at("remediateLastFailure").as_bool().unwrap_or(action == "upgrade" && retries > 0);
    (retries, last)
}

/// What is to be done, if anything.
fn step(work: &mut Work<'_>, chart: &Value, config: &str, files: Vec<(String, Vec<u8>)>, values: &Value) -> After {
    let version = chart.str_at("version").to_string();
    let changed = work.status.str_at("lastAttemptedRevision") != version
        || work.status.str_at("lastAttemptedConfigDigest") != config
        || work.status.int_at("lastAttemptedGeneration") != Some(work.object.generation());
    if changed {
        for field in ["failures", "installFailures", "upgradeFailures"] {
            work.status.remove(field);
        }
    }
    work.status.put("lastAttemptedRevision", version.as_str());
    work.status.put("lastAttemptedConfigDigest", config);
    work.status.put("lastAttemptedGeneration", work.object.generation());
    work.status.put("storageNamespace", work.object.namespace());
    let there = stored(work);
    let last = work.status.list_at("history").first().cloned().unwrap_or_default();
    let action = match there.last() {
        None => "install",
        Some((number, status)) => {
            let same = last.int_at("version") == Some(*number)
                && last.str_at("chartVersion") == version
                && last.str_at("configDigest") == config;
            if same && status == "deployed" && !work.is_true("Remediated") {
                work.log("release in-sync with desired state", "");
                let (reason, told) = released(&last);
                work.ready(&reason, &told);
                work.save();
                return work.later();
            }
            "upgrade"
        }
    };
    let failures = work.status.int_at([action, "Failures"].concat().as_str()).unwrap_or(0);
    if failures > remediation(work, action).0 {
        return exhausted(work, action, failures);
    }
    run(work, action, chart, config, files, values)
}

/// Reason and message of the newest good release.
fn released(last: &Value) -> (String, String) {
    let kind = if last.int_at("version") == Some(1) { "Install" } else { "Upgrade" };
    let told =
        format!("Helm {} succeeded for release {} with chart {}", kind.to_lowercase(), full_name(last), chart_of(last));
    ([kind, "Succeeded"].concat(), told)
}

pub(super) fn full_name(entry: &Value) -> String {
    format!("{}/{}.v{}", entry.str_at("namespace"), entry.str_at("name"), entry.int_at("version").unwrap_or(0))
}

pub(super) fn chart_of(entry: &Value) -> String {
    [entry.str_at("chartName"), "@", entry.str_at("chartVersion")].concat()
}

pub(super) fn exhausted(work: &mut Work<'_>, action: &str, failures: i64) -> After {
    let told = format!("Failed to {action} after {failures} attempt(s)");
    work.mark("Stalled", "True", "RetriesExceeded", &told);
    work.unmark(&["Reconciling"]);
    work.status.put("observedGeneration", work.object.generation());
    work.save();
    After::Never
}

pub(super) fn limit(work: &Work<'_>, action: &str) -> Duration {
    let own = parse_duration(work.spec().at(action).str_at("timeout"));
    own.or_else(|| work.interval("timeout")).unwrap_or(Duration::from_secs(300))
}

/// Starts `helm`, and waits for its end.
fn run(
    work: &mut Work<'_>,
    action: &str,
    chart: &Value,
    config: &str,
    files: Vec<(String, Vec<u8>)>,
    values: &Value,
) -> After {
    let limit = duration_text(limit(work, action));
    let told = format!("Running '{action}' action with timeout of {limit}");
    work.mark("Ready", "Unknown", "Progressing", &told);
    work.mark("Reconciling", "True", "Progressing", &told);
    work.unmark(&["Stalled"]);
    work.log(&["running '", action, "' action with timeout of ", &limit].concat(), "");
    work.save();
    let (name, space) = (release_name(work), release_space(work));
    let folder = ["/tmp/", work.object.namespace(), "/", work.object.name()].concat();
    let within = |name: &str| [&folder, "/chart/", name].concat();
    let mut texts: Vec<(String, Vec<u8>)> = files.into_iter().map(|(name, bytes)| (within(&name), bytes)).collect();
    texts.push(([&folder, "/values.yaml"].concat(), values.to_yaml().into_bytes()));
    let mut argv: Vec<String> =
        ["helm", action, &name, &[&folder, "/chart"].concat(), "--namespace", &space, "--timeout", &limit]
            .map(String::from)
            .to_vec();
    for file in chart.list_at("valuesFiles").iter().filter_map(Value::as_str) {
        let inner =
            file.trim_start_matches("./").strip_prefix(chart.str_at("path")).unwrap_or(file).trim_start_matches('/');
        argv.extend(["-f".to_string(), within(inner)]);
    }
    argv.extend(["-f".to_string(), [&folder, "/values.yaml"].concat()]);
    let spec = work.spec().at(action).clone();
    let flags = [
        (!spec.bool_at("disableWait"), "--wait"),
        (!spec.bool_at("disableWait") && !spec.bool_at("disableWaitForJobs"), "--wait-for-jobs"),
        (spec.bool_at("disableHooks"), "--no-hooks"),
        (spec.bool_at("createNamespace"), "--create-namespace"),
        (spec.bool_at("disableSchemaValidation"), "--skip-schema-validation"),
    ];
    argv.extend(flags.iter().filter(|(on, _)| *on).map(|(_, flag)| (*flag).to_string()));
    ask(work, action, (chart, config), argv, texts)
}

pub(super) fn ask(
    work: &mut Work<'_>,
    action: &str,
    (chart, config): (&Value, &str),
    argv: Vec<String>,
    files: Vec<(String, Vec<u8>)>,
) -> After {
    work.memory.step = Step::Helm { action: action.into(), chart: chart.clone(), config: config.into() };
    let run = HelmRun { id: Id::clone(work.id), argv, files, causes: work.memory.causes.clone() };
    work.forge.helm(run);
    After::Never
}
