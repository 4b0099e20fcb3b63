//! What wakes the controller: the clock, a push, a change of an application, its project or its resources.

use crate::app::acts_by_itself;
use crate::engine::{ArgoCd, Memory, NAMESPACE, TRACKING, Tick};
use crate::operation::is_operating;
use cluster::{Change, ChangeKind, Cluster, Object};
use order::{OrdMap, OrdSet};
use sim::{Causes, Sim};
use std::sync::Arc;
use std::time::Duration;

/// Polling: every 120 s, and up to 60 s more so that applications do not all ask at once.
const POLL: Duration = Duration::from_secs(120);
const POLL_JITTER_SECS: u64 = 60;
/// From a push's webhook, or from a change in the cluster, to the comparison.
const WEBHOOK_DELAY: Duration = Duration::from_millis(800);
const WATCH_DELAY: Duration = Duration::from_millis(300);
/// From a change of an object that an operation waits for to its next step.
const STEP_DELAY: Duration = Duration::from_secs(1);

impl ArgoCd {
    /// Looks at what changed in the store since the last time: new applications, and resources of known ones.
    #[inline(never)]
    pub fn watch(&mut self, sim: &mut Sim, cluster: &Cluster) {
        let version = cluster.store().version();
        if version == self.seen {
            return;
        }
        let mut touched: OrdMap<String, Causes> = OrdMap::new();
        match cluster.store().changes_since(self.seen) {
            Ok(changes) => {
                // Events of the API are nobody's resource; asking for one would make its object.
                for change in changes.into_iter().filter(|change| change.key().kind != cluster::EVENT) {
                    self.changed(sim, cluster, change, &mut touched);
                }
            }
            // The log of changes was cut: look at everything.
            Err(_) => {
                let all: Vec<Arc<Object>> = self.applications(cluster).cloned().collect();
                for object in all {
                    self.application_changed(sim, &object, false);
                    touched.entry(object.name().to_string()).or_default();
                }
            }
        }
        self.seen = version;
        for (app, causes) in touched {
            if self.object(cluster, &app).is_some_and(|object| is_operating(&object.value)) {
                self.queue_operation(sim, &app, STEP_DELAY, &causes);
            }
            self.queue_refresh(sim, &app, WATCH_DELAY, &causes);
        }
    }

    #[inline(never)]
    fn changed(&mut self, sim: &mut Sim, cluster: &Cluster, change: &Change, touched: &mut OrdMap<String, Causes>) {
        let object = change.object();
        let mut touch = |app: &str| {
            let causes = touched.entry(app.to_string()).or_default();
            *causes = causes.and(&object.written_by);
        };
        if object.key.kind == self.kind {
            self.application_changed(sim, object, change.kind == ChangeKind::Deleted);
            let owner = object.controller().filter(|owner| owner.str_at("kind") == "ApplicationSet");
            if let Some(set) = owner {
                self.queue_set(sim, set.str_at("name"), &object.written_by);
            }
        } else if object.key.kind == self.set_kind && object.namespace() == NAMESPACE {
            self.queue_set(sim, object.name(), &object.written_by);
        } else if object.key.kind == self.project_kind {
            let of_it = |app: &&Arc<Object>| match app.value.str_at("spec.project") {
                "" => object.name() == "default",
                name => object.name() == name,
            };
            self.applications(cluster).filter(of_it).for_each(|app| touch(app.name()));
        }
        if let Some((app, _)) = object.annotation(TRACKING).split_once(':') {
            touch(app);
        }
    }

    #[inline(never)]
    fn application_changed(&mut self, sim: &mut Sim, object: &Object, deleted: bool) {
        if object.namespace() != NAMESPACE {
            return;
        }
        let (name, acts) = (object.name().to_string(), acts_by_itself(object));
        if deleted {
            self.apps.remove(&name);
        } else if let Some(memory) = self.apps.get_mut(&name) {
            let had = std::mem::replace(&mut memory.acts, acts);
            let more = (acts.0 && !had.0) || (acts.1 && !had.1);
            let idle = memory.operation_at.is_none();
            if more || object.deleting() || is_compared_elsewhere(object) || asks_for_refresh(object) {
                self.queue_refresh(sim, &name, WATCH_DELAY, &object.written_by);
            }
            // Somebody wrote the operation into the object.
            if idle && is_operating(&object.value) && object.value.at("status.operationState").is_null() {
                self.queue_operation(sim, &name, WATCH_DELAY, &object.written_by);
            }
        } else {
            self.apps.insert(name.clone(), Memory { acts, ..Memory::default() });
            self.set_poll(sim, &name);
            self.queue_refresh(sim, &name, WATCH_DELAY, &object.created_by);
            if is_operating(&object.value) {
                self.queue_operation(sim, &name, STEP_DELAY, &object.created_by);
            }
        }
    }

    pub(crate) fn set_poll(&mut self, sim: &mut Sim, app: &str) {
        let jitter = Duration::from_secs(sim.rng().below(POLL_JITTER_SECS));
        let at = sim.now() + POLL + jitter;
        self.timers.set(sim, at, Tick::Poll(app.to_string()));
        if let Some(memory) = self.apps.get_mut(app) {
            memory.next_poll = Some(at);
        }
    }

    pub(crate) fn queue_refresh(&mut self, sim: &mut Sim, app: &str, after: Duration, causes: &Causes) {
        let Some(memory) = self.apps.get_mut(app) else { return };
        memory.causes = memory.causes.and(causes);
        if !memory.refresh_queued {
            memory.refresh_queued = true;
            let at = sim.now() + after;
            self.timers.set(sim, at, Tick::Refresh(app.to_string()));
        }
    }

    /// A push to a repository: every application that reads it looks again.
    #[inline(never)]
    pub fn webhook(&mut self, sim: &mut Sim, cluster: &Cluster, names_repo: &dyn Fn(&str) -> bool, causes: &Causes) {
        let apps: OrdSet<String> = self
            .applications(cluster)
            .filter(|object| names_repo(object.value.str_at("spec.source.repoURL")))
            .map(|object| object.name().to_string())
            .collect();
        for app in apps {
            self.queue_refresh(sim, &app, WEBHOOK_DELAY, causes);
        }
        self.wake_sets(sim, cluster, names_repo, causes);
    }
}

fn asks_for_refresh(app: &Object) -> bool {
    app.value.at("metadata").get("annotations").is_some_and(|a| a.get("argocd.argoproj.io/refresh").is_some())
}

/// Whether it names another source or destination than it was last compared with (`needRefreshAppStatus`).
fn is_compared_elsewhere(app: &Object) -> bool {
    let (spec, compared) = (app.value.at("spec"), app.value.at("status.sync.comparedTo"));
    ["source", "destination", "ignoreDifferences"].iter().any(|part| spec.at(part) != compared.at(part))
}
