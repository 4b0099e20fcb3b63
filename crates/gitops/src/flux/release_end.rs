//! What follows a `helm` that helm-controller has run: history and conditions, remediation of failures, and the end of a
//! release.

use super::duration::duration_text;
use super::engine::Step;
use super::kinds::{CHART, kind_of};
use super::release::{ask, chart_of, exhausted, full_name, limit, release_name, release_space, remediation, stored};
use super::work::{After, Work};
use cluster::{DeleteOptions, PatchKind};
use manifest::{Value, object};
use std::time::Duration;

/// `helm` has ended.
pub(crate) fn ended(work: &mut Work<'_>, (code, output): (i32, &str)) -> After {
    let Step::Helm { action, chart, config } = std::mem::take(&mut work.memory.step) else { return After::Never };
    if action == "uninstall" && work.object.deleting() {
        return gone(work, code, output);
    }
    let told = output.lines().rev().find_map(|line| line.strip_prefix("Error: ")).unwrap_or(output.trim()).to_string();
    let told = told.split_once(" FAILED: ").map_or(told.as_str(), |(_, rest)| rest).to_string();
    let there = stored(work);
    let (name, space) = (release_name(work), release_space(work));
    let newest = there.last().map_or(0, |(number, _)| *number);
    if matches!(action.as_str(), "install" | "upgrade") && newest > 0 {
        remember(work, &chart, &config, (&name, &space, newest), code == 0);
    }
    match (action.as_str(), code) {
        ("install" | "upgrade", 0) => {
            label(work, &name, &space);
            let last = work.status.list_at("history").first().cloned().unwrap_or_default();
            let kind = if action == "install" { "Install" } else { "Upgrade" };
            let told =
                format!("Helm {action} succeeded for release {} with chart {}", full_name(&last), chart_of(&last));
            let reason = [kind, "Succeeded"].concat();
            work.unmark(&["Remediated"]);
            work.mark("Released", "True", &reason, &told);
            work.ready(&reason, &told);
            work.event(false, if action == "install" { "InstallSucceeded" } else { "UpgradeSucceeded" }, &told);
            for field in ["failures", "installFailures", "upgradeFailures"] {
                work.status.remove(field);
            }
            work.save();
            work.later()
        }
        ("install" | "upgrade", _) => action_failed(work, &action, &chart, &config, &told),
        _ => remedied(work, &action, code, &told, (&name, &space)),
    }
}

/// Puts the newest revision at the head of the history; older ones are superseded.
fn remember(work: &mut Work<'_>, chart: &Value, config: &str, (name, space, number): (&str, &str, i64), good: bool) {
    let mut all = work.status.list_at("history").to_vec();
    all.retain(|entry| entry.int_at("version") != Some(number));
    for entry in all.iter_mut().filter(|entry| good && entry.str_at("status") == "deployed") {
        entry.put("status", "superseded");
    }
    let now = work.sim.now().rfc3339();
    let first = all.last().map_or_else(|| now.clone(), |entry| entry.str_at("firstDeployed").to_string());
    let digest = work.forge.digest([name, space, config, &number.to_string()].concat().as_bytes());
    let entry = object! {
        "chartName" => chart.str_at("name"), "chartVersion" => chart.str_at("version"), "configDigest" => config,
        "digest" => digest, "firstDeployed" => first, "lastDeployed" => now, "name" => name, "namespace" => space,
        "status" => if good { "deployed" } else { "failed" }, "version" => number,
    };
    all.insert(0, entry);
    all.truncate(5);
    work.status.put("history", Value::list(all));
}

fn action_failed(work: &mut Work<'_>, action: &str, chart: &Value, config: &str, told: &str) -> After {
    let kind = if action == "install" { "Install" } else { "Upgrade" };
    let (name, space) = (release_name(work), release_space(work));
    let chart_text = [chart.str_at("name"), "@", chart.str_at("version")].concat();
    let told = format!("Helm {action} failed for release {space}/{name} with chart {chart_text}: {told}");
    let reason = [kind, "Failed"].concat();
    work.mark("Released", "False", &reason, &told);
    work.mark("Ready", "False", &reason, &told);
    work.event(true, if action == "install" { "InstallFailed" } else { "UpgradeFailed" }, &told);
    work.log("Reconciler error", &told);
    let count = |work: &Work<'_>, field: &str| work.status.int_at(field).unwrap_or(0) + 1;
    let (all, own) = (count(work, "failures"), count(work, &[action, "Failures"].concat()));
    work.status.put("failures", all);
    let there = stored(work);
    if there.is_empty() {
        // Nothing was stored: nothing is to be remedied, and it is tried again.
        work.save();
        return work.retry();
    }
    work.status.put(&[action, "Failures"].concat(), own);
    let (retries, last) = remediation(work, action);
    if own > retries && !last {
        return exhausted(work, action, own);
    }
    let strategy = work.spec().at("upgrade").str_at("remediation.strategy").to_string();
    let back = work.status.list_at("history").iter().find(|entry| entry.str_at("status") == "deployed").cloned();
    if action == "install" || strategy == "uninstall" {
        work.save();
        let argv = ["helm", "uninstall", &name, "--namespace", &space].map(String::from).to_vec();
        return ask(work, "uninstall", (chart, config), argv, Vec::new());
    }
    let Some(back) = back else {
        let told = "Failed to perform remediation: missing target release for rollback: required to rollback";
        work.mark("Stalled", "True", "MissingRollbackTarget", told);
        work.save();
        return After::Never;
    };
    work.save();
    let limit = duration_text(limit(work, "rollback"));
    let number = back.int_at("version").unwrap_or(0).to_string();
    let mut argv: Vec<String> =
        ["helm", "rollback", &name, &number, "--namespace", &space, "--timeout", &limit].map(String::from).to_vec();
    if !work.spec().bool_at("rollback.disableWait") {
        argv.push("--wait".into());
    }
    ask(work, "rollback", (chart, config), argv, Vec::new())
}

/// A rollback or an uninstallation after a failure is over.
fn remedied(work: &mut Work<'_>, action: &str, code: i32, told: &str, (name, space): (&str, &str)) -> After {
    let upgrade = action == "rollback" || work.status.int_at("upgradeFailures").is_some();
    let mut history = work.status.list_at("history").to_vec();
    let failed = history.first().cloned().unwrap_or_default();
    let (what, of) = if action == "rollback" {
        let before = history.iter().find(|entry| entry.str_at("status") == "deployed").cloned().unwrap_or_default();
        ("rollback to previous release", before)
    } else {
        ("uninstall remediation for release", failed)
    };
    let reason = match (action, code) {
        ("rollback", 0) => "RollbackSucceeded",
        ("rollback", _) => "RollbackFailed",
        (_, 0) => "UninstallSucceeded",
        _ => "UninstallFailed",
    };
    let end = if code == 0 { "succeeded".to_string() } else { ["failed: ", told].concat() };
    let told = format!("Helm {what} {} with chart {} {end}", full_name(&of), chart_of(&of));
    work.mark("Remediated", if code == 0 { "True" } else { "False" }, reason, &told);
    work.mark("Ready", "False", reason, &told);
    work.event(code != 0, reason, &told);
    work.log(&told, "");
    if action == "uninstall" && code == 0 {
        history.clear();
    } else if code == 0 {
        let newest = stored(work).last().map_or(0, |(number, _)| *number);
        for entry in history.iter_mut().filter(|entry| entry.str_at("status") == "deployed") {
            entry.put("status", "superseded");
        }
        let mut now = of;
        now.put("version", newest);
        now.put("status", "deployed");
        now.put("lastDeployed", work.sim.now().rfc3339());
        history.insert(0, now);
        label(work, name, space);
    }
    work.status.put("history", Value::list(history));
    let kind = if upgrade { "upgrade" } else { "install" };
    let failures = work.status.int_at(&[kind, "Failures"].concat()).unwrap_or(0);
    if failures > remediation(work, kind).0 {
        return exhausted(work, kind, failures);
    }
    work.mark("Reconciling", "True", "ProgressingWithRetry", &told);
    work.save();
    After::In(Duration::from_secs(1))
}

/// The release's objects say whose they are (the real one has a post renderer for it).
fn label(work: &mut Work<'_>, name: &str, space: &str) {
    let kinds: Vec<_> =
        work.cluster.store().kinds().iter().map(|info| info.id).filter(|id| *id != cluster::EVENT).collect();
    let mut found = Vec::new();
    for kind in kinds {
        for object in work.cluster.store().all(kind, None) {
            let own = object.annotation("meta.helm.sh/release-name") == name
                && object.annotation("meta.helm.sh/release-namespace") == space
                && object.owners().is_empty();
            if own && object.label("helm.toolkit.fluxcd.io/name") != work.object.name() {
                found.push(object.clone());
            }
        }
    }
    let labels = object! {
        "helm.toolkit.fluxcd.io/name" => work.object.name(), "helm.toolkit.fluxcd.io/namespace" => work.object.namespace(),
    };
    let patch = object! { "metadata" => object! { "labels" => labels } };
    let writer = work.writer();
    for object in found {
        let place = (object.key.kind, object.namespace(), object.name());
        // Who refuses a label keeps its object without one.
        drop(work.cluster.patch(work.sim, place, PatchKind::Merge, &patch, &writer));
    }
}

/// The HelmRelease is to go: its release and its chart go first.
pub(super) fn uninstall(work: &mut Work<'_>) -> After {
    if matches!(work.memory.step, Step::Helm { .. }) {
        return After::Never;
    }
    if work.spec().bool_at("suspend") {
        return work.release();
    }
    if stored(work).is_empty() {
        return gone(work, 0, "");
    }
    let (name, space) = (release_name(work), release_space(work));
    let mut argv = ["helm", "uninstall", &name, "--namespace", &space].map(String::from).to_vec();
    if work.spec().bool_at("uninstall.keepHistory") {
        argv.push("--keep-history".into());
    }
    ask(work, "uninstall", (&Value::map(), ""), argv, Vec::new())
}

fn gone(work: &mut Work<'_>, code: i32, output: &str) -> After {
    if code != 0 {
        let told = ["Helm uninstall failed: ", output.trim().trim_start_matches("Error: ")].concat();
        work.event(true, "UninstallFailed", &told);
        return work.retry();
    }
    if let Some(last) = work.status.list_at("history").first().cloned() {
        let told = format!("Helm uninstall succeeded for release {} with chart {}", full_name(&last), chart_of(&last));
        work.event(false, "UninstallSucceeded", &told);
    }
    let chart = work.status.str_at("helmChart").to_string();
    if let (Some((space, name)), Some(kind)) = (chart.split_once('/'), kind_of(work.cluster, CHART)) {
        let writer = work.writer();
        // A chart that is gone is what is wanted.
        drop(work.cluster.delete(work.sim, (kind, space, name), DeleteOptions::default(), &writer));
    }
    work.release()
}
