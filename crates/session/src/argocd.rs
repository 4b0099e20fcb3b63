//! What the buttons of Argo CD's panel do: the same as `argocd` does.

use crate::moment::{Moment, Said};
use manifest::{Value, object};
use screen::{ArgoCdAct, SyncHow};

/// What was done, in words.
#[inline(never)]
pub(crate) fn told(app: &str, act: &ArgoCdAct) -> String {
    match act {
        ArgoCdAct::Refresh => format!("Refresh {app}"),
        ArgoCdAct::Sync(None) => format!("Sync {app}"),
        ArgoCdAct::Sync(Some(how)) => {
            let mut told = format!("Sync {app} with {}", how.with.join(", "));
            for one in &how.only {
                told.push_str(&format!(", {} {}", one.kind, one.name));
            }
            told
        }
        ArgoCdAct::Rollback(id) => format!("Roll {app} back to {id}"),
        ArgoCdAct::Terminate => format!("Terminate the sync of {app}"),
    }
}

impl Moment {
    #[inline(never)]
    pub(crate) fn argocd(&mut self, app: &str, act: &ArgoCdAct, said: &mut Vec<Said>) {
        let causes = self.note("argocd", "Click", &told(app, act));
        let world = &mut self.world;
        let done = match act {
            ArgoCdAct::Refresh => {
                world.refresh_app(app, &causes);
                Ok(())
            }
            ArgoCdAct::Sync(how) => {
                let sync = how.as_ref().map_or_else(Value::map, wanted);
                world.sync_app(app, sync, &causes)
            }
            ArgoCdAct::Rollback(id) => {
                world.by_argocd(|argocd, to, _| argocd.rollback(to, app, i64::from(*id), false, &causes))
            }
            ArgoCdAct::Terminate => {
                world.by_argocd(|argocd, (sim, cluster), _| argocd.terminate(sim, cluster, app, &causes))
            }
        };
        if let Err(refusal) = done {
            said.push(Said { good: false, text: refusal.message });
        }
    }
}

/// An operation's `sync`. Words that are no flag are sync options; Argo CD itself says which it knows.
#[inline(never)]
fn wanted(how: &SyncHow) -> Value {
    let on = |flag: &str| how.with.iter().any(|word| word == flag);
    let options = how.with.iter().filter(|word| word.contains('=')).map(|word| word.as_str().into());
    let mut sync = object! { "prune" => on("prune"), "syncOptions" => Value::list(options.collect::<Vec<Value>>()) };
    if on("dry-run") {
        sync.put("dryRun", true);
    }
    let strategy = if on("apply-only") { "syncStrategy.apply.force" } else { "syncStrategy.hook.force" };
    sync.set(strategy, on("force"));
    let chosen = how.only.iter().map(|one| {
        let (group, kind) = (one.group.as_str(), one.kind.as_str());
        object! { "group" => group, "kind" => kind, "namespace" => one.namespace.as_str(), "name" => one.name.as_str() }
    });
    if !how.only.is_empty() {
        sync.put("resources", Value::list(chosen.collect::<Vec<Value>>()));
    }
    sync
}
