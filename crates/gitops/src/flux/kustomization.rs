//! kustomize-controller: a folder of a source is built, applied, waited for; what it no longer has is taken away
//! (`internal/controller/kustomization_controller.go`).

use super::Artifact;
use super::apply::{apply, objects_of, prune};
use super::build::build;
use super::duration::duration_text;
use super::engine::Step;
use super::health::{Standing, standing};
use super::kinds::{GIT, KUSTOMIZATION};
use super::source::artifact;
use super::work::{After, DEPENDENCY, Work};
use manifest::{Value, object};
use sim::Time;
use std::time::Duration;

/// How often what is waited for is looked at.
const POLL: Duration = Duration::from_secs(2);

pub(crate) fn look(work: &mut Work<'_>) -> After {
    if work.object.deleting() {
        return finalize(work);
    }
    match std::mem::take(&mut work.memory.step) {
        Step::Apply { since, revision } => reconcile(work, since, &revision),
        Step::Health { since, applied, revision, checks, changed } => {
            wait(work, since, (applied, &checks), &revision, changed)
        }
        _ => start(work),
    }
}

/// `spec.timeout`; without one half a minute less than the interval.
fn timeout(work: &Work<'_>) -> Duration {
    let own = work.interval("interval").unwrap_or_default().saturating_sub(Duration::from_secs(30));
    work.interval("timeout").unwrap_or(own).max(Duration::from_secs(1))
}

fn retry_interval(work: &Work<'_>) -> Duration {
    let own = work.interval("retryInterval").or_else(|| work.interval("interval"));
    own.unwrap_or(DEPENDENCY).max(Duration::from_secs(1))
}

/// What it waits for is not there yet: it is said, and looked at later.
fn not_yet(work: &mut Work<'_>, reason: &str, message: &str, log: &str, after: Duration) -> After {
    work.mark("Ready", "False", reason, message);
    work.log(log, "");
    work.save();
    After::In(after)
}

fn source(work: &Work<'_>) -> Result<Option<Artifact>, String> {
    let reference = work.spec().at("sourceRef");
    let name = reference.str_at("name");
    let found = work.other(GIT, &work.space_of(reference), name);
    let source = found.ok_or_else(|| format!("gitrepositories.source.toolkit.fluxcd.io \"{name}\" not found"))?;
    Ok(artifact(&source))
}

fn start(work: &mut Work<'_>) -> After {
    let kind = work.spec().str_at("sourceRef.kind").to_string();
    match kind.as_str() {
        "GitRepository" => {}
        "OCIRepository" | "Bucket" | "ExternalArtifact" => {
            let told = ["sources of the kind ", &kind, " are real Flux, but not part of this sandbox yet"].concat();
            return work.stalled("NotSupported", &told);
        }
        _ => {
            let told = format!("source `{}` kind '{kind}' not supported", work.spec().str_at("sourceRef.name"));
            return not_yet(work, "ArtifactFailed", &told, &told, DEPENDENCY);
        }
    }
    let artifact = match source(work) {
        Ok(Some(artifact)) => artifact,
        Ok(None) => {
            let told = "Source artifact not found, retrying in 30s";
            return not_yet(work, "ArtifactFailed", told, told, DEPENDENCY);
        }
        Err(told) => {
            let reference = work.spec().at("sourceRef");
            let log =
                format!("Source 'GitRepository/{}/{}' not found", work.space_of(reference), reference.str_at("name"));
            let after = retry_interval(work);
            return not_yet(work, "ArtifactFailed", &told, &log, after);
        }
    };
    if let Err(told) = dependencies(work, &artifact) {
        work.mark("Ready", "False", "DependencyNotReady", &told);
        let told = "Dependencies do not meet ready condition, retrying in 30s";
        work.log(told, "");
        work.event(false, "DependencyNotReady", told);
        work.save();
        return After::In(DEPENDENCY);
    }
    let revision = artifact.revision;
    let limit = duration_text(timeout(work));
    work.mark("Ready", "Unknown", "Progressing", "Reconciliation in progress");
    let told = format!("Fetching manifests for revision {revision} with a timeout of {limit}");
    work.mark("Reconciling", "True", "Progressing", &told);
    work.save();
    work.memory.step = Step::Apply { since: work.sim.now(), revision };
    After::In(Duration::from_micros(250_000 + work.sim.rng().below(500_000)))
}

/// Those it depends on are there, ready, and as new as it would be.
fn dependencies(work: &Work<'_>, artifact: &Artifact) -> Result<(), String> {
    for reference in work.spec().list_at("dependsOn") {
        let space = work.space_of(reference);
        let name = [&space, "/", reference.str_at("name")].concat();
        if !reference.at("readyExpr").is_null() {
            return Err("spec.dependsOn.readyExpr is real Flux, but not part of this sandbox yet".into());
        }
        let Some(other) = work.other(KUSTOMIZATION, &space, reference.str_at("name")) else {
            let told = reference.str_at("name");
            return Err(format!(
                "dependency '{name}' not found: kustomizations.kustomize.toolkit.fluxcd.io \"{told}\" not found"
            ));
        };
        let observed = other.value.int_at("status.observedGeneration") == Some(other.generation());
        if !observed || !cluster::condition_true(&other.value, "Ready") {
            return Err(format!("dependency '{name}' is not ready"));
        }
        let of = other.value.at("spec.sourceRef");
        let own = work.spec().at("sourceRef");
        let space_of = match of.str_at("namespace") {
            "" => space.clone(),
            space => space.to_string(),
        };
        let same = of.str_at("kind") == own.str_at("kind")
            && of.str_at("name") == own.str_at("name")
            && space_of == work.space_of(own);
        if same && other.value.str_at("status.lastAppliedRevision") != artifact.revision {
            return Err(format!("dependency '{name}' revision is not up to date"));
        }
    }
    Ok(())
}

fn failed(work: &mut Work<'_>, since: Time, reason: &'static str, told: &str) -> After {
    work.mark("Ready", "False", reason, told);
    let under_way = work.status.list_at("conditions").iter().find(|one| one.str_at("type") == "Reconciling");
    let doing = under_way.map_or_else(|| told.to_string(), |one| one.str_at("message").into());
    work.mark("Reconciling", "True", "ProgressingWithRetry", &doing);
    let next = retry_interval(work);
    let took = duration_text(work.sim.now().since(since));
    work.log(&format!("Reconciliation failed after {took}, next try in {}", duration_text(next)), told);
    work.event(true, reason, told);
    work.save();
    After::In(next)
}

fn reconcile(work: &mut Work<'_>, since: Time, revision: &str) -> After {
    let artifact = match source(work) {
        Ok(Some(artifact)) => Artifact { revision: revision.into(), ..artifact },
        Ok(None) => return start(work),
        Err(told) => return failed(work, since, "ArtifactFailed", &told),
    };
    let path = work.spec().str_at("path").trim_start_matches("./").trim_matches('/').to_string();
    if work.forge.files(&artifact, &path).is_none() {
        let told = format!("kustomization path not found: stat /tmp/kustomization/{path}: no such file or directory");
        return failed(work, since, "ArtifactFailed", &told);
    }
    work.status.put("lastAttemptedRevision", revision);
    let objects = match build(work, &artifact, &path) {
        Ok(objects) => objects,
        Err(told) => return failed(work, since, "BuildFailed", &told),
    };
    let applied = match apply(work, objects) {
        Ok(applied) => applied,
        Err(told) => return failed(work, since, "ReconciliationFailed", &told),
    };
    let changed = !applied.lines.is_empty();
    if changed {
        let told = applied.lines.join("\n");
        work.event(false, "Progressing", &told);
        work.log(&["server-side apply completed: ", &applied.lines.join(", ")].concat(), "");
    }
    let old = work.status.list_at("inventory.entries").to_vec();
    work.status.put("inventory", object! { "entries" => Value::list(applied.entries.clone()) });
    let stale: Vec<Value> =
        old.into_iter().filter(|had| !applied.entries.iter().any(|has| has.at("id") == had.at("id"))).collect();
    if work.spec().bool_at("prune") {
        match prune(work, &stale) {
            Ok(lines) if lines.is_empty() => {}
            Ok(lines) => {
                work.log(&["garbage collection completed: ", &lines.join(", ")].concat(), "");
                work.event(false, "Progressing", &lines.join("\n"));
            }
            Err(told) => return failed(work, since, "PruneFailed", &told),
        }
    }
    let checks = checks(work, &applied.checks);
    if checks.is_empty() {
        work.unmark(&["Healthy"]);
        return done(work, since, revision);
    }
    let limit = duration_text(timeout(work));
    let told = format!("Running health checks for revision {revision} with a timeout of {limit}");
    work.mark("Reconciling", "True", "Progressing", &told);
    let healthy = work.is_true("Healthy");
    if !healthy {
        work.mark("Healthy", "Unknown", "Progressing", &told);
    }
    work.save();
    wait(work, since, (work.sim.now(), &checks), revision, changed)
}

/// What is to be waited for: all that was applied, or what the spec names.
fn checks(work: &Work<'_>, applied: &[Value]) -> Vec<Value> {
    let all = if work.spec().bool_at("wait") { applied } else { work.spec().list_at("healthChecks") };
    let own = |one: &&Value| {
        one.str_at("kind") == "Kustomization"
            && one.str_at("name") == work.object.name()
            && one.str_at("namespace") == work.object.namespace()
    };
    all.iter().filter(|one| !own(one)).cloned().collect()
}

fn wait(work: &mut Work<'_>, since: Time, (applied, checks): (Time, &[Value]), revision: &str, changed: bool) -> After {
    let mut told = Vec::new();
    let (mut current, mut failures) = (0, 0);
    for check in checks {
        let (name, state) = state_of(work, check);
        match state {
            Standing::Current => current += 1,
            Standing::Failed => failures += 1,
            _ => {}
        }
        told.push((name, state));
    }
    let took = work.sim.now().since(applied);
    if current == checks.len() {
        let message = ["Health check passed in ", &duration_text(took)].concat();
        let new = work.status.str_at("lastAppliedRevision") != revision;
        if !work.is_true("Healthy") || (new && changed) {
            work.event(false, "Progressing", &message);
        }
        work.mark("Healthy", "True", "Succeeded", &message);
        return done(work, since, revision);
    }
    let early = current + failures == checks.len();
    if early || took >= timeout(work) {
        let bad = |state: Standing| if early { state == Standing::Failed } else { state != Standing::Current };
        let list: Vec<String> = told
            .iter()
            .filter(|(_, state)| bad(*state))
            .map(|(name, state)| format!("{name} status: '{}'", state.word()))
            .collect();
        let how = if early { "failed early due to stalled resources" } else { "timeout waiting for" };
        let told = format!("{how}: [{}]", list.join(", "));
        work.mark("Healthy", "False", "HealthCheckFailed", &told);
        let told = format!("health check failed after {}: {told}", duration_text(took));
        return failed(work, since, "HealthCheckFailed", &told);
    }
    work.memory.step = Step::Health { since, applied, revision: revision.into(), checks: checks.to_vec(), changed };
    After::In(POLL)
}

/// `Deployment/shop/web` and how it stands.
fn state_of(work: &Work<'_>, check: &Value) -> (String, Standing) {
    let (kind, name, space) = (check.str_at("kind"), check.str_at("name"), check.str_at("namespace"));
    let api = match check.str_at("apiVersion") {
        "" => "apps/v1",
        api => api,
    };
    let shown = super::apply::shown(kind, space, name);
    let info = work.cluster.store().kinds().of_manifest(api, kind);
    let found = info.and_then(|info| work.cluster.store().get(info.id, if info.namespaced { space } else { "" }, name));
    (shown, found.map_or(Standing::NotFound, |object| standing(object).0))
}

fn done(work: &mut Work<'_>, since: Time, revision: &str) -> After {
    work.status.put("lastAppliedRevision", revision);
    work.ready("ReconciliationSucceeded", &["Applied revision: ", revision].concat());
    let took = duration_text(work.sim.now().since(since));
    let next = duration_text(work.interval("interval").unwrap_or_default());
    let told = format!("Reconciliation finished in {took}, next run in {next}");
    work.log(&told, "");
    work.event(false, "ReconciliationSucceeded", &told);
    work.save();
    work.later()
}

/// It is to go: what it made goes with it, unless it is suspended or told not to.
fn finalize(work: &mut Work<'_>) -> After {
    let entries = work.status.list_at("inventory.entries").to_vec();
    let deletes = match work.spec().str_at("deletionPolicy") {
        "Delete" | "WaitForTermination" => true,
        "Orphan" => false,
        _ => work.spec().bool_at("prune"),
    };
    if !work.spec().bool_at("suspend") && deletes && !objects_of(work, &entries).is_empty() {
        match prune(work, &entries) {
            Ok(lines) if !lines.is_empty() => work.event(false, "ReconciliationSucceeded", &lines.join("\n")),
            Ok(_) => {}
            Err(_) => {
                work.event(true, "PruneFailed", "pruning for deleted resource failed");
                return work.retry();
            }
        }
    }
    work.release()
}
