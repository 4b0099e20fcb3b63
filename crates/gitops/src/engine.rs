//! The controller: when it looks, what it decides.

use crate::app::Spec;
use crate::compare::{Comparison, compare};
use crate::parsed::ParsedFiles;
use crate::project::{Project, default_spec};
use crate::status::{self, Condition};
use cluster::{Cluster, CustomColumn, KindId, KindInfo, Object, Writer};
use manifest::{Value, object};
use order::OrdMap;
use serde::{Deserialize, Serialize};
use sim::{Causes, Due, EventId, Sim, Time, Timers};
use std::sync::Arc;
use std::time::Duration;

/// The annotation by which a resource names its application.
pub const TRACKING: &str = "argocd.argoproj.io/tracking-id";

/// Where Argo CD is, and the only namespace in which it looks for applications.
pub const NAMESPACE: &str = "argocd";

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
    /// The paths of all files of a repository, in their order.
    fn paths(&self, repo_url: &str, revision: &str) -> Result<Vec<String>, String>;
    fn file(&self, repo_url: &str, revision: &str, path: &str) -> Result<String, String>;
    /// What a Go template makes of parameters.
    fn template(&self, text: &str, params: &Value, now: Time) -> Result<String, String>;
    /// A name as Kubernetes takes it.
    fn normalized(&self, name: &str) -> String;
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Tick {
    Poll(String),
    Refresh(String),
    /// An operation's next move.
    Operation(String),
    Heal(String),
    /// An ApplicationSet; whether it only asks its repositories again.
    Set(String, bool),
}

/// What the controller remembers of an application.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Memory {
    /// Whether it synced and healed by itself when it was last looked at.
    pub acts: (bool, bool),
    /// Why its operation goes on, and when.
    pub operation_causes: Causes,
    pub operation_at: Option<Time>,
    /// Why it is to be looked at.
    pub causes: Causes,
    pub next_poll: Option<Time>,
    pub refresh_queued: bool,
}

/// Argo CD.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ArgoCd {
    pub(crate) kind: KindId,
    pub(crate) project_kind: KindId,
    pub(crate) set_kind: KindId,
    pub(crate) apps: OrdMap<String, Memory>,
    pub(crate) timers: Timers<Tick>,
    /// Sets that are to be looked at, and why.
    pub(crate) set_causes: OrdMap<String, Causes>,
    /// Changes of the store up to here were seen.
    pub(crate) seen: u64,
    /// The project `default` was made once; who deletes it does so for good.
    default_made: bool,
    #[serde(skip)]
    pub(crate) parsed: ParsedFiles,
}

#[inline(never)]
fn kind(cluster: &mut Cluster, kind: &str, shorts: &[&str], columns: &[(&str, &str)]) -> KindId {
    let plural = kind.to_lowercase();
    let column =
        |(name, path): &(&str, &str)| CustomColumn { name: (*name).into(), json_path: (*path).into(), wide: false };
    cluster.register(KindInfo {
        id: KindId(0),
        group: "argoproj.io".into(),
        version: "v1alpha1".into(),
        kind: kind.into(),
        plural: [&plural, "s"].concat().into(),
        singular: plural.into(),
        short_names: shorts.iter().map(|name| (*name).into()).collect(),
        categories: Vec::new(),
        namespaced: true,
        status_subresource: false,
        columns: columns.iter().map(column).collect(),
    })
}

/// Makes the kind Application known to a cluster.
pub fn register(cluster: &mut Cluster) -> KindId {
    let columns = [("Sync Status", ".status.sync.status"), ("Health Status", ".status.health.status")];
    kind(cluster, "Application", &["app", "apps"], &columns)
}

impl ArgoCd {
    /// `cluster` gets the kinds Application, AppProject and ApplicationSet.
    #[inline(never)]
    pub fn new(cluster: &mut Cluster) -> Self {
        Self {
            kind: register(cluster),
            project_kind: kind(cluster, "AppProject", &["appproj", "appprojs"], &[]),
            set_kind: kind(cluster, "ApplicationSet", &["appset", "appsets"], &[]),
            set_causes: OrdMap::new(),
            apps: OrdMap::new(),
            timers: Timers::default(),
            seen: 0,
            default_made: false,
            parsed: ParsedFiles::default(),
        }
    }

    /// The kind Application.
    pub fn kind(&self) -> KindId {
        self.kind
    }

    /// The kind AppProject.
    pub fn project_kind(&self) -> KindId {
        self.project_kind
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
        cluster.store().get(self.kind, NAMESPACE, app)
    }

    /// Somebody asks for a refresh.
    pub fn refresh(&mut self, sim: &mut Sim, app: &str, causes: &Causes) {
        self.queue_refresh(sim, app, Duration::from_millis(100), causes);
    }

    /// Lets the earliest due thing happen.
    #[inline(never)]
    pub fn fire(&mut self, sim: &mut Sim, cluster: &mut Cluster, sources: &dyn Sources) {
        self.make_default_project(sim, cluster);
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
            // The poll that a newer look has replaced.
            Some((_, Tick::Set(set, polls))) if !polls || self.is_last_poll(&set) => {
                self.reconcile_set(sim, cluster, sources, &set);
            }
            Some((_, Tick::Set(..))) => {}
            None => {}
        }
    }

    /// Whether no later poll of a set is queued.
    fn is_last_poll(&self, set: &str) -> bool {
        !self.timers.iter().any(|(_, tick)| matches!(tick, Tick::Set(name, true) if name == set))
    }

    /// Argo CD's server makes the project `default` when it starts.
    #[inline(never)]
    pub fn make_default_project(&mut self, sim: &mut Sim, cluster: &mut Cluster) {
        let store = cluster.store();
        if self.default_made || store.get(cluster::NAMESPACE, "", NAMESPACE).is_none() {
            return;
        }
        self.default_made = true;
        if store.get(self.project_kind, NAMESPACE, "default").is_none() {
            let value = object! {
                "apiVersion" => "argoproj.io/v1alpha1", "kind" => "AppProject",
                "metadata" => object! { "name" => "default" }, "spec" => default_spec(),
            };
            let writer = Writer::new("argocd-server", Causes::none());
            let made = cluster.create(sim, self.project_kind, NAMESPACE, value, &writer);
            debug_assert!(made.is_ok(), "the default project is acceptable: {made:?}");
        }
    }

    /// What an application would change now; for `argocd app diff` and the page.
    #[inline(never)]
    pub fn comparison(
        &self,
        sim: &mut Sim,
        cluster: &mut Cluster,
        sources: &dyn Sources,
        app: &str,
    ) -> Result<Comparison, String> {
        let object =
            self.object(cluster, app).ok_or_else(|| format!("applications.argoproj.io \"{app}\" not found"))?.clone();
        let (spec, project) = self
            .read(cluster, &object)
            .map_err(|faults| faults.into_iter().map(|(_, message)| message).next().unwrap_or_default())?;
        let files = sources.manifests(&spec)?;
        Ok(compare(app, (&spec, &project), &files, &mut self.parsed.clone(), cluster, sim))
    }

    /// The spec and its project, or the conditions that forbid it (`refreshAppConditions`).
    #[inline(never)]
    pub fn read(&self, cluster: &Cluster, app: &Object) -> Result<(Spec, Project), Vec<Condition>> {
        const WRONG: &str = "InvalidSpecError";
        let Some(project) = self.project(cluster, &app.value) else {
            let name = app.value.str_at("spec.project");
            let name = if name.is_empty() { "default" } else { name };
            return Err(vec![(WRONG, format!("Application referencing project {name} which does not exist"))]);
        };
        let spec = Spec::read(app).map_err(|message| vec![(WRONG, message)])?;
        let faults = project.faults(&app.value);
        if faults.is_empty() {
            return Ok((spec, project));
        }
        Err(faults.into_iter().map(|message| (WRONG, message)).collect())
    }

    #[inline(never)]
    fn reconcile(&mut self, sim: &mut Sim, cluster: &mut Cluster, sources: &dyn Sources, app: &str) {
        let Some(object) = self.object(cluster, app).cloned() else { return };
        if object.deleting() {
            let project = self.project(cluster, &object.value);
            self.finalize(sim, cluster, &object, project.as_ref());
            return;
        }
        let causes = self.apps.get(app).map(|memory| memory.causes.clone()).unwrap_or_default();
        let read = self.read(cluster, &object).and_then(|(spec, project)| {
            let told = |error: String| vec![("ComparisonError", [status::UNREAD, &error].concat())];
            let files = sources.manifests(&spec).map_err(told)?;
            Ok((spec, project, files))
        });
        let (spec, project, files) = match read {
            Ok(all) => all,
            Err(conditions) => {
                status::write_broken(sim, cluster, &object, &conditions, &causes);
                return;
            }
        };
        let causes = files.event.map_or(causes.clone(), |event| causes.and(&event.into()));
        let comparison = compare(app, (&spec, &project), &files, &mut self.parsed, cluster, sim);
        let mut conditions: Vec<Condition> =
            comparison.errors.iter().map(|message| ("ComparisonError", message.clone())).collect();
        conditions.extend(comparison.warnings.iter().cloned());
        if let Some(many) =
            self.orphans(cluster, &spec, &project).filter(|many| *many > 0 && project.orphans() == Some(true))
        {
            conditions.push(("OrphanedResourceWarning", format!("Application has {many} orphaned resources")));
        }
        let operation = match self.auto_sync(sim, &object, (&spec, &project), &comparison) {
            Ok(operation) => operation,
            Err(message) => {
                conditions.push(("SyncError", message));
                None
            }
        };
        status::write(sim, cluster, &object, &files, &comparison, &conditions, &causes);
        if let (Some(operation), Some(object)) = (operation, self.object(cluster, app).cloned()) {
            self.begin(sim, cluster, &object, operation, &causes);
        }
        if let Some(memory) = self.apps.get_mut(app) {
            memory.causes = Causes::none();
        }
    }

    /// How many objects of its namespace belong to no application; `None` where the project does not ask.
    fn orphans(&self, cluster: &Cluster, spec: &Spec, project: &Project) -> Option<usize> {
        project.orphans()?;
        Some(self.orphaned(cluster, project, &spec.namespace).len())
    }

    /// Objects of a namespace that belong to no application.
    pub fn orphaned(&self, cluster: &Cluster, project: &Project, namespace: &str) -> Vec<cluster::Key> {
        let known = |object: &Object| {
            let id = object.annotation(TRACKING);
            id.split_once(':').is_some_and(|(app, _)| self.apps.contains_key(app))
        };
        project.orphans_of(cluster, namespace, &known)
    }
}
