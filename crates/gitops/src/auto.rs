//! Syncs that nobody asks for: once for each revision, again only to heal what drifted (`autoSync`).

use crate::app::Spec;
use crate::compare::{Comparison, SyncState};
use crate::engine::{ArgoCd, Tick};
use crate::operation::is_operating;
use crate::project::Project;
use crate::windows::{can_sync, windows_of};
use cluster::{Object, time_at};
use manifest::{Value, object};
use sim::Sim;
use std::time::Duration;

/// Self-heal backs off: 2 s, ×3, at most 300 s.
const HEAL_FIRST_SECS: u64 = 2;
const HEAL_FACTOR: u64 = 3;
const HEAL_MAX_SECS: u64 = 300;

/// How long after the last operation it may be healed again.
fn heal_wait(attempts: i64) -> Duration {
    let steps = u32::try_from(attempts - 1).unwrap_or(0).min(6);
    let secs = if attempts > 0 { HEAL_FIRST_SECS * HEAL_FACTOR.pow(steps) } else { 0 };
    Duration::from_secs(secs.min(HEAL_MAX_SECS))
}

impl ArgoCd {
    /// The operation that the application's policy asks for; the error is the message of a `SyncError`.
    #[inline(never)]
    pub(crate) fn auto_sync(
        &mut self,
        sim: &mut Sim,
        app: &Object,
        (spec, project): (&Spec, &Project),
        comparison: &Comparison,
    ) -> Result<Option<Value>, String> {
        let policy = &spec.policy;
        let busy = is_operating(&app.value) || app.deleting();
        if !policy.automated || busy || comparison.sync() != SyncState::OutOfSync {
            return Ok(None);
        }
        if !can_sync(&windows_of(&project.value, app), sim.now(), None).automated {
            return Ok(None);
        }
        let mut items = comparison.items.iter().filter(|item| item.sync != SyncState::Untold);
        let only_prune = items.clone().all(|item| item.sync == SyncState::Synced || item.is_extra());
        if only_prune && !policy.prune {
            return Ok(None);
        }
        let revision = &comparison.revision;
        let mut sync = object! {
            "revision" => revision, "prune" => policy.prune, "source" => app.value.at("spec.source").clone(),
        };
        let options = app.value.at("spec.syncPolicy.syncOptions");
        if !options.is_null() {
            sync.put("syncOptions", options.clone());
        }
        let state = app.value.at("status.operationState");
        if already_tried(app, revision) {
            if state.str_at("phase") != "Succeeded" {
                let tried = state.str_at("syncResult.revision");
                return Err(format!("Failed last sync attempt to [{tried}]: {}", state.str_at("message")));
            }
            if !policy.self_heal {
                return Ok(None);
            }
            let attempts = state.int_at("operation.sync.selfHealAttemptsCount").unwrap_or(0);
            let ready = time_at(state, "finishedAt").map(|at| at + heal_wait(attempts));
            if let Some(ready) = ready.filter(|ready| *ready > sim.now()) {
                self.timers.set(sim, ready, Tick::Heal(app.name().to_string()));
                return Ok(None);
            }
            sync.put("selfHealAttemptsCount", attempts + 1);
            let drifted = comparison.items.iter().filter(|item| item.sync != SyncState::Synced);
            let drifted = drifted.filter(|item| item.sync != SyncState::Untold).map(|item| {
                let mut one = object! { "kind" => &item.kind, "name" => item.key.name.to_string() };
                if !item.group.is_empty() {
                    one.put("group", &item.group);
                }
                one
            });
            sync.put("resources", Value::list(drifted.collect()));
        }
        let wipes_out = items.all(crate::compare::Item::is_extra);
        if wipes_out && policy.prune && !policy.allow_empty {
            return Err(format!("Skipping sync attempt to [{revision}]: auto-sync will wipe out all resources"));
        }
        let retry = match app.value.at("spec.syncPolicy.retry") {
            Value::Null => object! { "limit" => 5 },
            own => own.clone(),
        };
        let operation = object! { "initiatedBy" => object! { "automated" => true }, "retry" => retry, "sync" => sync };
        Ok(Some(operation))
    }
}

/// Whether this revision was synced before with the same source (`alreadyAttemptedSync`).
fn already_tried(app: &Object, revision: &str) -> bool {
    let state = app.value.at("status.operationState");
    if state.is_null() {
        return false;
    }
    let result = state.at("syncResult");
    result.is_null() || (result.str_at("revision") == revision && result.at("source") == app.value.at("spec.source"))
}

#[cfg(test)]
mod tests {
    use super::heal_wait;

    #[test]
    fn healing_waits_longer_each_time() {
        let waits: Vec<u64> = (0..8).map(|attempts| heal_wait(attempts).as_secs()).collect();
        assert_eq!(waits, [0, 2, 6, 18, 54, 162, 300, 300]);
    }
}
