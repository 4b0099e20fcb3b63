//! What is asked of a Rollout: `promote`, `abort`, `retry`, `undo` and their like.

use super::{Answer, NAME, Next, kind, misused, rollout, server_words};
use crate::cobra::Given;
use crate::kubectl::Kube;
use cluster::{Object, PatchKind, REPLICASET};
use gitops::rollouts::{ANALYSIS_RUN, HASH, REVISION, ROLLOUT, VERSION, current_step};
use manifest::{Value, list, object};
use std::sync::Arc;

/// Patches spec or status. The status is a subresource: it is written by itself.
fn patch(kube: &mut Kube<'_, '_>, row: usize, name: &str, change: &Value) -> Result<Arc<Object>, String> {
    let kind = kind(kube, row)?;
    let (space, mut writer) = (kube.namespace.clone(), kube.writer());
    writer.name = NAME.into();
    let status = change.at("status");
    if status.is_null() || row != ROLLOUT {
        let done = kube
            .cx
            .world
            .api(|cluster, sim| cluster.patch(sim, (kind, &space, name), PatchKind::Merge, change, &writer));
        return done.map_err(|status| status.message.to_string());
    }
    let done = kube.cx.world.api(|cluster, sim| cluster.patch_status(sim, (kind, &space, name), status, &writer));
    done.map_err(|status| status.message.to_string())
}

/// Each of the names that are given.
fn each(kube: &mut Kube<'_, '_>, given: &Given, (path, row): (&str, usize), change: &Value, said: [&str; 2]) -> Answer {
    if given.words.is_empty() {
        return misused(kube, path);
    }
    for name in &given.words {
        patch(kube, row, name, change)?;
        kube.out([said[0], " '", name, "' ", said[1], "\n"].concat());
    }
    Ok(Next::Exit(0))
}

pub(super) fn abort(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let change = object! { "status" => object! { "abort" => true } };
    each(kube, given, ("abort", ROLLOUT), &change, ["rollout", "aborted"])
}

pub(super) fn retry(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let change = object! { "status" => object! { "abort" => false } };
    each(kube, given, ("retry rollout", ROLLOUT), &change, ["rollout", "retried"])
}

pub(super) fn pause(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let change = object! { "spec" => object! { "paused" => true } };
    each(kube, given, ("pause", ROLLOUT), &change, ["rollout", "paused"])
}

pub(super) fn terminate(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let change = object! { "spec" => object! { "terminate" => true } };
    each(kube, given, ("terminate analysisrun", ANALYSIS_RUN), &change, ["analysisRun", "terminated"])
}

/// The change of the status that promotes, if it takes one.
fn promotion(rollout: &Value, given: &Given) -> Option<Value> {
    let count = i64::try_from(rollout.list_at("spec.strategy.canary.steps").len()).unwrap_or(0);
    let at = current_step(rollout).0.and_then(|at| i64::try_from(at).ok());
    let next = at.map(|at| (at + 1).min(count));
    let status = rollout.at("status");
    if given.on("skip-current-step") {
        return next.map(|next| object! { "currentStepIndex" => next });
    }
    if given.on("skip-all-steps") {
        return Some(object! { "currentStepIndex" => count });
    }
    if given.on("full") {
        let differs = status.str_at("currentPodHash") != status.str_at("stableRS");
        return differs.then(|| object! { "promoteFull" => true });
    }
    let paused = !status.list_at("pauseConditions").is_empty();
    let inconclusive = status.str_at("canary.currentStepAnalysisRunStatus.status") == "Inconclusive";
    let mut change = object! { "pauseConditions" => Value::Null };
    if inconclusive && paused && status.bool_at("controllerPause") {
        change.put("controllerPause", false);
        change.put("currentStepIndex", next?);
        return Some(change);
    }
    if paused {
        return Some(change);
    }
    change.put("currentStepIndex", next?);
    Some(change)
}

pub(super) fn promote(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let [name] = &given.words[..] else { return misused(kube, "promote") };
    let (skips, all) = (given.on("skip-current-step"), given.on("skip-all-steps"));
    for (long, instead) in [
        ("skip-current-step", "use without the flag instead ex: promote ROLLOUT_NAME"),
        ("skip-all-steps", "use --full instead"),
    ] {
        if given.text(long).is_some() {
            kube.err(format!("Flag --{long} has been deprecated, {instead}\n"));
        }
    }
    if skips && all {
        return Err("Cannot use skip-current-step and skip-all-steps flags at the same time".into());
    }
    let object = rollout(kube, name)?;
    if skips || all {
        if !object.value.at("spec.strategy.blueGreen").is_null() {
            return Err("Cannot skip steps of a bluegreen rollout. Run without a flags".into());
        }
        if object.value.list_at("spec.strategy.canary.steps").is_empty() {
            return Err("Cannot skip steps of a rollout without steps".into());
        }
    }
    if let Some(change) = promotion(&object.value, given) {
        patch(kube, ROLLOUT, name, &object! { "status" => change })?;
    }
    if object.value.bool_at("spec.paused") && !skips && !all {
        patch(kube, ROLLOUT, name, &object! { "spec" => object! { "paused" => false } })?;
    }
    let how = if given.on("full") { "fully promoted" } else { "promoted" };
    kube.out(format!("rollout '{name}' {how}\n"));
    Ok(Next::Exit(0))
}

pub(super) fn restart(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let [name] = &given.words[..] else { return misused(kube, "restart") };
    let text = given.text("in").unwrap_or("0s");
    let wrong = || format!("time: invalid duration \"{text}\"");
    let after = gitops::flux::parse_duration(text).ok_or_else(wrong)?;
    let at = (kube.cx.now() + after).rfc3339();
    patch(kube, ROLLOUT, name, &object! { "spec" => object! { "restartAt" => at } })?;
    kube.out(format!("rollout '{name}' restarts in {text}\n"));
    Ok(Next::Exit(0))
}

pub(super) fn set_image(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let [name, change] = &given.words[..] else { return misused(kube, "set image") };
    let parts: Vec<&str> = change.split('=').collect();
    let [container, image] = parts[..] else { return misused(kube, "set image") };
    let object = rollout(kube, name)?;
    let reference = object.value.str_at("spec.workloadRef.name").to_string();
    let (target, said) = if reference.is_empty() {
        (object, "rollout")
    } else {
        let found = kube.get(cluster::DEPLOYMENT, &kube.namespace, &reference);
        (found.map_err(|stop| server_words(&stop.message))?, "deployment")
    };
    let mut value = target.value.clone();
    let mut found = false;
    for field in ["initContainers", "containers"] {
        let path = ["spec.template.spec.", field].concat();
        if value.list_at(&path).is_empty() {
            continue;
        }
        for one in value.at_mut(&path).make_list() {
            if container == "*" || one.str_at("name") == container {
                one.put("image", image);
                found = true;
            }
        }
    }
    if !found {
        return Err(format!("unable to find container named \"{container}\""));
    }
    let (kind, space, mut writer) = (target.key.kind, kube.namespace.clone(), kube.writer());
    writer.name = NAME.into();
    let done = kube.cx.world.api(|cluster, sim| cluster.update(sim, kind, &space, value, &writer));
    done.map_err(|status| status.message.to_string())?;
    kube.out(format!("{said} \"{}\" image updated\n", target.name()));
    Ok(Next::Exit(0))
}

/// The set of a revision; of the one before the newest where none is named.
fn set_of(kube: &Kube<'_, '_>, object: &Object, wanted: i64) -> Result<Arc<Object>, String> {
    let number = |set: &Arc<Object>| set.annotation(REVISION).parse::<i64>().unwrap_or(0);
    let own = kube.store().owned_by(&object.uid).filter(|set| set.key.kind == REPLICASET);
    let mut sets: Vec<Arc<Object>> = own.cloned().collect();
    order::Arrange::arrange_by_key(&mut sets[..], |set| -number(set));
    if wanted > 0 {
        let found = sets.into_iter().find(|set| number(set) == wanted);
        return found.ok_or_else(|| format!("unable to find specified revision {wanted} in history"));
    }
    sets.into_iter().nth(1).ok_or_else(|| format!("no revision found for rollout \"{}\"", object.name()))
}

pub(super) fn undo(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let [name] = &given.words[..] else { return misused(kube, "undo") };
    let object = rollout(kube, name)?;
    let wanted = given.number("to-revision").unwrap_or(0);
    let set = set_of(kube, &object, wanted)?;
    let mut template = set.value.at("spec.template").clone();
    template.at_mut("metadata.labels").make_map().remove(HASH);
    let same = |own: &Value| {
        let hash = |template: &Value| cluster::template_hash(template, 0);
        set.label(HASH) == hash(own) || hash(own) == hash(&template)
    };
    if same(object.value.at("spec.template")) {
        kube.out(format!("skipped rollback (current template already matches revision {wanted})"));
        return Ok(Next::Exit(0));
    }
    let change = list![object! { "op" => "replace", "path" => "/spec/template", "value" => template }];
    let reference = object.value.str_at("spec.workloadRef.name").to_string();
    let (kind, target) =
        if reference.is_empty() { (object.key.kind, name.clone()) } else { (cluster::DEPLOYMENT, reference) };
    let (space, mut writer) = (kube.namespace.clone(), kube.writer());
    writer.name = NAME.into();
    let done = kube
        .cx
        .world
        .api(|cluster, sim| cluster.patch(sim, (kind, &space, &target), PatchKind::Json, &change, &writer));
    done.map_err(|status| format!("failed restoring revision {wanted}: {}", status.message))?;
    kube.out(format!("rollout '{name}' undo\n"));
    Ok(Next::Exit(0))
}

pub(super) fn version(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let mut text = format!("{NAME}: {VERSION}\n");
    if !given.on("short") {
        text.push_str("  GitTreeState: clean\n  Compiler: gc\n  Platform: linux/amd64\n");
    }
    kube.out(text);
    Ok(Next::Exit(0))
}
