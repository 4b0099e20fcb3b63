//! ApplicationSet: applications made from a template and the parameters of generators
//! (`applicationset/controllers/applicationset_controller.go`).

mod generate;
mod render;

use crate::app::destination;
use crate::deletion::FINALIZER;
use crate::engine::{ArgoCd, NAMESPACE, Sources, Tick};
use crate::operation::Refusal;
use cluster::{Cluster, DeleteOptions, Object, Writer};
use manifest::{Value, object};
use order::OrdSet;
use sim::{Causes, Sim, Subject};
use std::sync::Arc;
use std::time::Duration;

/// The field manager, and the actor of what it writes.
const CONTROLLER: &str = "argocd-applicationset-controller";
/// From a change to the look at it.
const WATCH_DELAY: Duration = Duration::from_millis(300);
/// How often repositories are asked.
const REQUEUE: Duration = Duration::from_secs(180);

/// What goes wrong: its reason and message.
type Fault = (&'static str, String);

/// Whether a policy lets applications be changed, and deleted.
fn policy(set: &Value) -> (bool, bool) {
    match set.str_at("spec.syncPolicy.applicationsSync") {
        "create-only" => (false, false),
        "create-update" => (true, false),
        "create-delete" => (false, true),
        _ => (true, true),
    }
}

impl ArgoCd {
    /// The kind ApplicationSet.
    pub fn set_kind(&self) -> cluster::KindId {
        self.set_kind
    }

    /// ApplicationSet objects, by name.
    pub fn sets<'c>(&self, cluster: &'c Cluster) -> impl Iterator<Item = &'c Arc<Object>> + use<'c> {
        cluster.store().all(self.set_kind, Some(NAMESPACE))
    }

    pub(crate) fn queue_set(&mut self, sim: &mut Sim, name: &str, causes: &Causes) {
        let at = sim.now() + WATCH_DELAY;
        let queued = self.set_causes.contains_key(name);
        let own = self.set_causes.entry(name.to_string()).or_default();
        *own = own.and(causes);
        if !queued {
            self.timers.set(sim, at, Tick::Set(name.to_string(), false));
        }
    }

    /// The sets that read a repository look again.
    #[inline(never)]
    pub(crate) fn wake_sets(
        &mut self,
        sim: &mut Sim,
        cluster: &Cluster,
        names_repo: &dyn Fn(&str) -> bool,
        causes: &Causes,
    ) {
        let reads = |set: &&Arc<Object>| {
            generate::repositories(set.value.at("spec.generators")).iter().any(|url| names_repo(url))
        };
        let names: Vec<String> = self.sets(cluster).filter(reads).map(|set| set.name().to_string()).collect();
        for name in names {
            self.queue_set(sim, &name, causes);
        }
    }

    /// The applications that a set asks for, in the order of its generators.
    #[inline(never)]
    pub fn generate(
        &self,
        set: &Value,
        sources: &dyn Sources,
        sim: &Sim,
    ) -> Result<Vec<Value>, (&'static str, String)> {
        let spec = set.at("spec");
        render::missing(spec).map_err(|why| ("ApplicationGenerationFromParamsError", why))?;
        let template = render::Template::of(spec, sources, sim.now());
        let mut apps = Vec::new();
        for generator in spec.list_at("generators") {
            let found = generate::params(&template, generator, &Value::map(), 0);
            for params in found.map_err(|why| ("ApplicationGenerationFromParamsError", why))? {
                apps.push(template.application(&params).map_err(|why| ("RenderTemplateParamsError", why))?);
            }
        }
        Ok(apps)
    }

    #[inline(never)]
    pub(crate) fn reconcile_set(&mut self, sim: &mut Sim, cluster: &mut Cluster, sources: &dyn Sources, name: &str) {
        let causes = self.set_causes.remove(name).unwrap_or_default();
        let Some(set) = cluster.store().get(self.set_kind, NAMESPACE, name).cloned() else { return };
        if set.deleting() {
            return;
        }
        let made = self.make(sim, cluster, sources, &set, &causes);
        self.write_set(sim, cluster, name, made, &causes);
        if !generate::repositories(set.value.at("spec.generators")).is_empty() {
            let at = sim.now() + REQUEUE;
            self.timers.set(sim, at, Tick::Set(name.to_string(), true));
        }
    }

    /// Creates, updates and deletes; `Err` names what went wrong and whether parameters were there.
    #[inline(never)]
    fn make(
        &self,
        sim: &mut Sim,
        cluster: &mut Cluster,
        sources: &dyn Sources,
        set: &Arc<Object>,
        causes: &Causes,
    ) -> Result<(), (bool, Fault)> {
        let desired = self.generate(&set.value, sources, sim).map_err(|fault| (false, fault))?;
        let mut wanted: OrdSet<String> = OrdSet::new();
        let mut faults = Vec::new();
        let writer = Writer::new(CONTROLLER, causes.clone());
        let (updates, deletes) = policy(&set.value);
        for app in &desired {
            let name = app.str_at("metadata.name").to_string();
            match self.validate(cluster, set.name(), app, &wanted) {
                Some(why) => faults.push(why),
                None => {
                    let done = self.put(sim, cluster, set, app, updates, &writer);
                    done.map_err(|fault| (true, fault))?;
                }
            }
            wanted.insert(name);
        }
        let own: Vec<Arc<Object>> =
            cluster.store().owned_by(&set.uid).filter(|app| app.key.kind == self.kind).cloned().collect();
        for app in own.iter().filter(|app| deletes && !wanted.contains(app.name()) && !app.deleting()) {
            let place = (self.kind, NAMESPACE, app.name());
            let gone = cluster.delete(sim, place, DeleteOptions::default(), &writer);
            gone.map_err(|error| (true, ("DeleteApplicationError", error.to_string())))?;
        }
        match faults.len() {
            0 => Ok(()),
            1 => Err((true, ("ApplicationValidationError", faults.remove(0)))),
            many => {
                Err((true, ("ApplicationValidationError", format!("{} (and {} more)", faults[many - 1], many - 1))))
            }
        }
    }

    #[inline(never)]
    fn validate(&self, cluster: &Cluster, set: &str, app: &Value, wanted: &OrdSet<String>) -> Option<String> {
        let name = app.str_at("metadata.name");
        if name.is_empty() {
            let must = "a name must be set in the template's metadata.name or via a templatePatch (generateName is not supported)";
            return Some(format!("ApplicationSet {set} contains an application with no name; {must}"));
        }
        if wanted.contains(name) {
            return Some(format!("ApplicationSet {set} contains applications with duplicate name: {name}"));
        }
        if self.project(cluster, app).is_none() {
            return Some(format!("application references project {} which does not exist", app.str_at("spec.project")));
        }
        let wrong = destination(app.at("spec.destination")).err();
        wrong.map(|why| format!("application destination spec is invalid: {why}"))
    }

    #[inline(never)]
    fn put(
        &self,
        sim: &mut Sim,
        cluster: &mut Cluster,
        set: &Arc<Object>,
        app: &Value,
        updates: bool,
        writer: &Writer,
    ) -> Result<(), Fault> {
        let owner = object! {
            "apiVersion" => "argoproj.io/v1alpha1", "blockOwnerDeletion" => true, "controller" => true,
            "kind" => "ApplicationSet", "name" => set.name(), "uid" => set.uid.to_string(),
        };
        let name = app.str_at("metadata.name");
        let Some(live) = self.object(cluster, name).cloned() else {
            let mut app = app.clone();
            app.set("metadata.ownerReferences", Value::list(vec![owner]));
            let made = cluster.create(sim, self.kind, NAMESPACE, app, writer);
            return made.map(|_| ()).map_err(|error| ("CreateApplicationError", error.to_string()));
        };
        let controller = live.controller_uid();
        if !controller.is_empty() && controller != &*set.uid {
            let other = live.controller().map_or("", |owner| owner.str_at("name"));
            let told = format!("Object argocd/{name} is already owned by another ApplicationSet controller {other}");
            return Err(("UpdateApplicationError", told));
        }
        if !updates {
            return Ok(());
        }
        let mut value = live.value.clone();
        value.set("metadata.ownerReferences", Value::list(vec![owner]));
        value.set("spec", app.at("spec").clone());
        for path in ["metadata.labels", "metadata.annotations", "metadata.finalizers"] {
            value.remove(path);
            if !app.at(path).is_null() {
                value.set(path, app.at(path).clone());
            }
        }
        // Somebody who asks for a refresh is not to be overruled.
        let refresh = live.annotation("argocd.argoproj.io/refresh");
        if !refresh.is_empty() {
            value.at_mut("metadata.annotations").put("argocd.argoproj.io/refresh", refresh);
        }
        let same = ["spec", "metadata"].iter().all(|part| value.at(part) == live.value.at(part));
        if same {
            return Ok(());
        }
        value.remove("metadata.resourceVersion");
        let written = cluster.update(sim, self.kind, NAMESPACE, value, writer);
        written.map(|_| ()).map_err(|error| ("UpdateApplicationError", error.to_string()))
    }

    #[inline(never)]
    fn write_set(
        &self,
        sim: &mut Sim,
        cluster: &mut Cluster,
        name: &str,
        made: Result<(), (bool, Fault)>,
        causes: &Causes,
    ) {
        let Some(set) = cluster.store().get(self.set_kind, NAMESPACE, name).cloned() else { return };
        let generated = "Successfully generated parameters for all Applications";
        let (params, error, fresh): ((&str, &str, &str), _, _) = match &made {
            Ok(()) => {
                let told = "All applications have been generated successfully";
                let up = "ApplicationSetUpToDate";
                (("True", "ParametersGenerated", generated), ("False", up, told), ("True", up, told))
            }
            Err((there, (reason, why))) => {
                let params = if *there {
                    ("True", "ParametersGenerated", generated)
                } else {
                    ("False", "ErrorOccurred", why.as_str())
                };
                (params, ("True", *reason, why.as_str()), ("False", "ErrorOccurred", why.as_str()))
            }
        };
        let now = sim.now().rfc3339();
        let before = set.value.list_at("status.conditions");
        let condition = |kind: &str, (status, reason, message): (&str, &str, &str)| {
            let old = before.iter().find(|old| {
                old.str_at("type") == kind && old.str_at("status") == status && old.str_at("message") == message
            });
            let since = old.map_or_else(|| now.as_str().into(), |old| old.at("lastTransitionTime").clone());
            object! {
                "lastTransitionTime" => since, "message" => message, "reason" => reason, "status" => status, "type" => kind,
            }
        };
        let conditions = vec![
            condition("ErrorOccurred", error),
            condition("ParametersGenerated", params),
            condition("ResourcesUpToDate", fresh),
        ];
        let apps = cluster.store().owned_by(&set.uid).filter(|app| app.key.kind == self.kind);
        let resources: Vec<Value> = apps
            .map(|app| {
                let status = app.value.at("status");
                object! {
                    "group" => "argoproj.io", "health" => status.at("health").clone(), "kind" => "Application",
                    "name" => app.name(), "namespace" => NAMESPACE, "status" => status.str_at("sync.status"),
                    "version" => "v1alpha1",
                }
            })
            .collect();
        let mut value = set.value.clone();
        value.set("status.conditions", Value::list(conditions));
        let count = i64::try_from(resources.len()).unwrap_or(0);
        value.set("status.resources", Value::list(resources));
        value.set("status.resourcesCount", count);
        if let Some((health, message)) = crate::health::judge(&value) {
            value.set("status.health", object! { "message" => message, "status" => health.word() });
        }
        if value.at("status") == set.value.at("status") {
            return;
        }
        if let Err((_, (_, why))) = &made {
            let text = format!("{name}: {why}");
            sim.record("argocd", CONTROLLER, Subject::new("ApplicationSet", name), text, causes);
        }
        value.remove("metadata.resourceVersion");
        let written = cluster.update(sim, self.set_kind, NAMESPACE, value, &Writer::new(CONTROLLER, causes.clone()));
        debug_assert!(written.is_ok(), "a set's own status is always acceptable: {written:?}");
    }

    /// Makes or changes a set: `created`, `updated` or `unchanged`.
    #[inline(never)]
    pub fn create_set(
        &self,
        (sim, cluster): (&mut Sim, &mut Cluster),
        sources: &dyn Sources,
        set: Value,
        upsert: bool,
        causes: &Causes,
    ) -> Result<&'static str, Refusal> {
        let told = |what: &str, why: String| Refusal::new("Unknown", format!("{what}: {why}"));
        let apps = self.generate(&set, sources, sim);
        let apps = apps.map_err(|(_, why)| told("error generating parameters", why))?;
        drop(apps);
        let writer = Writer::new("argocd-server", causes.clone());
        let name = set.str_at("metadata.name");
        let Some(live) = cluster.store().get(self.set_kind, NAMESPACE, name).cloned() else {
            let made = cluster.create(sim, self.set_kind, NAMESPACE, set, &writer);
            return made.map(|_| "created").map_err(|error| told("error creating ApplicationSet", error.to_string()));
        };
        if live.value.at("spec") == set.at("spec") {
            return Ok("unchanged");
        }
        if !upsert {
            let why = "existing ApplicationSet spec is different, use upsert flag to force update";
            return Err(Refusal::new("InvalidArgument", why));
        }
        let mut value = live.value.clone();
        value.set("spec", set.at("spec").clone());
        value.remove("metadata.resourceVersion");
        let written = cluster.update(sim, self.set_kind, NAMESPACE, value, &writer);
        written.map(|_| "updated").map_err(|error| told("error updating ApplicationSets", error.to_string()))
    }
}

/// Finalizers of a generated application, unless its resources are to outlive it.
pub(crate) fn finalizers(spec: &Value, own: &Value) -> Value {
    if own.items().is_empty() && !spec.bool_at("syncPolicy.preserveResourcesOnDeletion") {
        return Value::list(vec![FINALIZER.into()]);
    }
    own.clone()
}
