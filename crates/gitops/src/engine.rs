//! The controller: when it looks, what it decides.

use crate::app::{Spec, acts_by_itself};
use crate::compare::{Comparison, SyncState, compare};
use crate::operation::Operation;
use crate::parsed::ParsedFiles;
use crate::status;
use cluster::{ChangeKind, Cluster, CustomColumn, KindId, KindInfo, Object};
use order::{OrdMap, OrdSet};
use serde::{Deserialize, Serialize};
use sim::{Causes, Due, EventId, Sim, Time, Timers};
use std::sync::Arc;
use std::time::Duration;

/// The annotation by which a resource names its application.
pub const TRACKING: &str = "argocd.argoproj.io/tracking-id";

/// Where Argo CD is, and the only namespace in which it looks for applications.
pub const NAMESPACE: &str = "argocd";

/// Polling: every 120 s, and up to 60 s more so that applications do not all ask at once.
const POLL: Duration = Duration::from_secs(120);
const POLL_JITTER_SECS: u64 = 60;
/// From a push's webhook, or from a change in the cluster, to the comparison.
const WEBHOOK_DELAY: Duration = Duration::from_millis(800);
const WATCH_DELAY: Duration = Duration::from_millis(300);
/// Self-heal backs off: 2 s, ×3, at most 300 s.
const HEAL_FIRST_SECS: u64 = 2;
const HEAL_FACTOR: u64 = 3;
const HEAL_MAX_SECS: u64 = 300;

/// A source at one revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFiles {
    /// The full commit id.
    pub revision: String,
    pub subject: String,
    pub author: String,
    /// `Directory`, `Kustomize` or `Helm`.
    pub source_type: &'static str,
    /// Paths and texts of the manifests, in path order.
    pub files: Vec<(String, String)>,
    /// The event of the commit, if it was made in this world.
    pub event: Option<EventId>,
}

/// Where manifests come from.
pub trait Sources {
    /// The manifests that a spec asks for; the error is what Argo CD shows as `ComparisonError`.
    fn manifests(&self, spec: &Spec) -> Result<SourceFiles, String>;
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Tick {
    Poll(String),
    Refresh(String),
    /// An operation's next move.
    Operation(String),
    Heal(String),
}

/// What the controller remembers of an application.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Memory {
    /// Whether it synced and healed by itself when it was last looked at.
    pub acts: (bool, bool),
    /// The revision that auto-sync has tried.
    pub tried: Option<String>,
    pub heals: u32,
    pub healed: Option<Time>,
    pub operation: Option<Operation>,
    /// Why it is to be looked at.
    pub causes: Causes,
    pub next_poll: Option<Time>,
    pub refresh_queued: bool,
}

/// Argo CD.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ArgoCd {
    pub(crate) kind: KindId,
    pub(crate) apps: OrdMap<String, Memory>,
    pub(crate) timers: Timers<Tick>,
    /// Changes of the store up to here were seen.
    seen: u64,
    #[serde(skip)]
    pub(crate) parsed: ParsedFiles,
}

/// Makes the kind Application known to a cluster.
pub fn register(cluster: &mut Cluster) -> KindId {
    let column = |name: &str, path: &str| CustomColumn { name: name.into(), json_path: path.into(), wide: false };
    cluster.register(KindInfo {
        id: KindId(0),
        group: "argoproj.io".into(),
        version: "v1alpha1".into(),
        kind: "Application".into(),
        plural: "applications".into(),
        singular: "application".into(),
        short_names: vec!["app".into(), "apps".into()],
        categories: Vec::new(),
        namespaced: true,
        status_subresource: false,
        columns: vec![column("Sync Status", ".status.sync.status"), column("Health Status", ".status.health.status")],
    })
}

impl ArgoCd {
    /// `cluster` gets the kind Application.
    pub fn new(cluster: &mut Cluster) -> Self {
        Self {
            kind: register(cluster),
            apps: OrdMap::new(),
            timers: Timers::default(),
            seen: 0,
            parsed: ParsedFiles::default(),
        }
    }

    /// The kind Application.
    pub fn kind(&self) -> KindId {
        self.kind
    }

    pub fn next_due(&self) -> Option<Due> {
        self.timers.next_due()
    }

    /// When an application is polled next.
    pub fn next_poll(&self, app: &str) -> Option<Time> {
        self.apps.get(app)?.next_poll
    }

    /// Application objects, by name.
    pub fn applications<'c>(&self, cluster: &'c Cluster) -> impl Iterator<Item = &'c Arc<Object>> + use<'c> {
        cluster.store().all(self.kind, Some(NAMESPACE))
    }

    pub(crate) fn object<'c>(&self, cluster: &'c Cluster, app: &str) -> Option<&'c Arc<Object>> {
        self.applications(cluster).find(|object| object.name() == app)
    }

    /// Looks at what changed in the store since the last time: new applications, and resources of known ones.
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
                    let object = change.object();
                    if object.key.kind == self.kind {
                        self.application_changed(sim, object, change.kind == ChangeKind::Deleted);
                    } else if let Some((app, _)) = object.annotation(TRACKING).split_once(':') {
                        let causes = touched.entry(app.to_string()).or_default();
                        *causes = causes.and(&object.written_by);
                    }
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
            self.queue_refresh(sim, &app, WATCH_DELAY, &causes);
        }
    }

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
            if more || is_compared_elsewhere(object) || asks_for_refresh(object) {
                self.queue_refresh(sim, &name, WATCH_DELAY, &object.written_by);
            }
        } else {
            self.apps.insert(name.clone(), Memory { acts, ..Memory::default() });
            self.set_poll(sim, &name);
            self.queue_refresh(sim, &name, WATCH_DELAY, &object.created_by);
        }
    }

    fn set_poll(&mut self, sim: &mut Sim, app: &str) {
        let jitter = Duration::from_secs(sim.rng().below(POLL_JITTER_SECS));
        let at = sim.now() + POLL + jitter;
        self.timers.set(sim, at, Tick::Poll(app.to_string()));
        if let Some(memory) = self.apps.get_mut(app) {
            memory.next_poll = Some(at);
        }
    }

    fn queue_refresh(&mut self, sim: &mut Sim, app: &str, after: Duration, causes: &Causes) {
        let Some(memory) = self.apps.get_mut(app) else { return };
        memory.causes = memory.causes.and(causes);
        if !memory.refresh_queued {
            memory.refresh_queued = true;
            let at = sim.now() + after;
            self.timers.set(sim, at, Tick::Refresh(app.to_string()));
        }
    }

    /// A push to a repository: every application that reads it looks again.
    pub fn webhook(&mut self, sim: &mut Sim, cluster: &Cluster, names_repo: &dyn Fn(&str) -> bool, causes: &Causes) {
        let apps: OrdSet<String> = self
            .applications(cluster)
            .filter(|object| names_repo(object.value.str_at("spec.source.repoURL")))
            .map(|object| object.name().to_string())
            .collect();
        for app in apps {
            self.queue_refresh(sim, &app, WEBHOOK_DELAY, causes);
        }
    }

    /// Somebody asks for a refresh.
    pub fn refresh(&mut self, sim: &mut Sim, app: &str, causes: &Causes) {
        self.queue_refresh(sim, app, Duration::from_millis(100), causes);
    }

    /// Somebody asks for a sync. The error is Argo CD's.
    pub fn sync(&mut self, sim: &mut Sim, app: &str, by: &str, prune: bool, causes: &Causes) -> Result<(), String> {
        let Some(memory) = self.apps.get_mut(app) else {
            return Err(format!("applications.argoproj.io \"{app}\" not found"));
        };
        if memory.operation.is_some() {
            return Err("another operation is already in progress".into());
        }
        memory.operation = Some(Operation::manual(by, prune, causes.clone()));
        let at = sim.now() + Duration::from_millis(200);
        self.timers.set(sim, at, Tick::Operation(app.to_string()));
        Ok(())
    }

    /// Whether an operation of the application is under way.
    pub fn is_syncing(&self, app: &str) -> bool {
        self.apps.get(app).is_some_and(|memory| memory.operation.is_some())
    }

    /// Lets the earliest due thing happen.
    pub fn fire(&mut self, sim: &mut Sim, cluster: &mut Cluster, sources: &dyn Sources) {
        match self.timers.pop() {
            Some((_, Tick::Poll(app))) if !self.apps.contains_key(&app) => {}
            Some((_, Tick::Poll(app))) => {
                self.set_poll(sim, &app);
                self.reconcile(sim, cluster, sources, &app);
            }
            Some((_, Tick::Refresh(app) | Tick::Heal(app))) => {
                if let Some(memory) = self.apps.get_mut(&app) {
                    memory.refresh_queued = false;
                    self.reconcile(sim, cluster, sources, &app);
                }
            }
            Some((_, Tick::Operation(app))) => self.operate(sim, cluster, sources, &app),
            None => {}
        }
    }

    /// What an application would change now; for `argocd app diff` and the page.
    pub fn comparison(
        &self,
        sim: &mut Sim,
        cluster: &mut Cluster,
        sources: &dyn Sources,
        app: &str,
    ) -> Result<Comparison, String> {
        let object =
            self.object(cluster, app).ok_or_else(|| format!("applications.argoproj.io \"{app}\" not found"))?.clone();
        let spec = Spec::read(&object)?;
        let files = sources.manifests(&spec)?;
        Ok(compare(app, &spec, &files, &mut self.parsed.clone(), cluster, sim))
    }

    fn reconcile(&mut self, sim: &mut Sim, cluster: &mut Cluster, sources: &dyn Sources, app: &str) {
        let Some(object) = self.object(cluster, app).cloned() else { return };
        let read = Spec::read(&object).map_err(|error| ("InvalidSpecError", error)).and_then(|spec| {
            let failed = "Failed to load target state: failed to generate manifest for source 1 of 1";
            let files = sources.manifests(&spec).map_err(|error| ("ComparisonError", format!("{failed}: {error}")))?;
            Ok((spec, files))
        });
        let causes = self.apps.get(app).map(|memory| memory.causes.clone()).unwrap_or_default();
        let (spec, files) = match read {
            Ok(both) => both,
            Err((kind, message)) => {
                status::write_broken(sim, cluster, &object, kind, &message, &causes);
                return;
            }
        };
        let causes = files.event.map_or(causes.clone(), |event| causes.and(&event.into()));
        let comparison = compare(app, &spec, &files, &mut self.parsed, cluster, sim);
        status::write(sim, cluster, &object, &files, &comparison, &causes);
        self.auto_sync(sim, app, &spec, &comparison, &causes);
        if let Some(memory) = self.apps.get_mut(app).filter(|memory| memory.operation.is_none()) {
            memory.causes = Causes::none();
        }
    }

    /// `controller/appcontroller.go` autoSync: once for each revision; again only to heal what drifted.
    fn auto_sync(&mut self, sim: &mut Sim, app: &str, spec: &Spec, comparison: &Comparison, causes: &Causes) {
        let policy = spec.policy;
        let Some(memory) = self.apps.get_mut(app) else { return };
        if !policy.automated || memory.operation.is_some() {
            return;
        }
        if comparison.sync() != SyncState::OutOfSync {
            memory.heals = if comparison.sync() == SyncState::Synced { memory.heals } else { 0 };
            return;
        }
        let only_prune = comparison.items.iter().all(|item| item.sync == SyncState::Synced || item.target.is_none());
        if only_prune && !policy.prune {
            return;
        }
        let wipes_out = comparison.items.iter().all(|item| item.target.is_none());
        if wipes_out && !policy.allow_empty && !comparison.items.is_empty() {
            return;
        }
        let again = memory.tried.as_deref() == Some(comparison.revision.as_str());
        if again {
            if !policy.self_heal {
                return;
            }
            let wait = (HEAL_FIRST_SECS * HEAL_FACTOR.pow(memory.heals.min(6))).min(HEAL_MAX_SECS);
            let ready = memory.healed.map(|at| at + Duration::from_secs(wait));
            if let Some(ready) = ready.filter(|ready| *ready > sim.now()) {
                self.timers.set(sim, ready, Tick::Heal(app.to_string()));
                return;
            }
            // A quiet spell forgets earlier heals.
            let quiet = memory.healed.is_none_or(|at| sim.now().since(at) > Duration::from_secs(HEAL_MAX_SECS));
            memory.heals = if quiet { 1 } else { memory.heals + 1 };
            memory.healed = Some(sim.now());
        } else {
            memory.heals = 0;
        }
        memory.tried = Some(comparison.revision.clone());
        memory.operation = Some(Operation::automated(policy.prune, again, policy.retries, causes.clone()));
        let at = sim.now() + Duration::from_millis(200);
        self.timers.set(sim, at, Tick::Operation(app.to_string()));
    }
}

fn asks_for_refresh(app: &Object) -> bool {
    app.value.at("metadata").get("annotations").is_some_and(|a| a.get("argocd.argoproj.io/refresh").is_some())
}

/// Whether it names another source or destination than it was last compared with (`needRefreshAppStatus`).
fn is_compared_elsewhere(app: &Object) -> bool {
    let (spec, compared) = (app.value.at("spec"), app.value.at("status.sync.comparedTo"));
    ["source", "destination"].iter().any(|part| spec.at(part) != compared.at(part))
}
