//! The Argo CD server: it checks what people ask for, then writes the objects (`server/application/application.go`).

use crate::app::{Spec, destination};
use crate::deletion::FINALIZER;
use crate::engine::{ArgoCd, NAMESPACE, Sources};
use crate::operation::Refusal;
use cluster::{Cluster, DeleteOptions, Key, Object, Status, Writer};
use manifest::{Value, object};
use sim::{Causes, Sim};

/// The field manager of what people write by the server.
const SERVER: &str = "argocd-server";

/// A refusal within another: gRPC keeps the inner code, and puts both texts behind each other.
fn within(outer: &str, inner: Refusal) -> Refusal {
    let message = format!("{outer}: rpc error: code = {} desc = {}", inner.code, inner.message);
    Refusal { code: inner.code, message }
}

fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::new("InvalidArgument", message)
}

fn failed(what: &str, status: &Status) -> Refusal {
    Refusal::new("Unknown", format!("{what}: {status}"))
}

/// A spec as the server stores it: what says nothing is left out.
#[inline(never)]
fn normalize(app: &mut Value) {
    if app.str_at("spec.project").is_empty() {
        app.set("spec.project", "default");
    }
    for path in ["spec.source.kustomize", "spec.source.helm", "spec.source.directory", "spec.syncPolicy"] {
        let said = |value: &Value| !value.is_zero() && value.as_list().is_none_or(|list| !list.is_empty());
        let empty = app.at(path).as_map().is_some_and(|map| {
            // An `automated` without fields says something: that it is there.
            !map.iter().any(|(key, value)| said(value) || &**key == "automated")
        });
        if empty {
            app.remove(path);
        }
    }
}

impl ArgoCd {
    /// What of an application's spec is wrong (`validateAndNormalizeApp`).
    #[inline(never)]
    fn check(&self, cluster: &Cluster, sources: &dyn Sources, app: &mut Value, validate: bool) -> Result<(), Refusal> {
        let name = app.str_at("metadata.name").to_string();
        if name.is_empty() {
            return Err(Refusal::new("Unknown", "resource name may not be empty"));
        }
        let Some(project) = self.project(cluster, app) else {
            let project = app.str_at("spec.project");
            return Err(invalid(format!("app is not allowed in project \"{project}\", or the project does not exist")));
        };
        if let Err(why) = destination(app.at("spec.destination")) {
            return Err(invalid(format!("application destination spec for {name} is invalid: {why}")));
        }
        let wrong = |told: &[String]| {
            let told: Vec<String> = told.iter().map(|one| ["InvalidSpecError: ", one].concat()).collect();
            invalid(format!("application spec for {name} is invalid: {}", told.join(";")))
        };
        let probe = Object {
            key: Key::new(self.kind, NAMESPACE, name.as_str()),
            uid: "".into(),
            version: 0,
            value: app.clone(),
            created_by: Causes::none(),
            spec_by: Causes::none(),
            written_by: Causes::none(),
        };
        let spec = Spec::read(&probe).map_err(|why| wrong(&[why]))?;
        if validate && let Err(why) = sources.manifests(&spec) {
            let told = if why.contains("repository not found") {
                let repo = format!("&Repository{{Repo: \"{}\", Type: \"\", Name: \"\", Project: \"\"}}", spec.repo_url);
                format!("repository not accessible: repositories not accessible: {repo}: {why}")
            } else {
                format!("Unable to generate manifests in {}: {why}", spec.path)
            };
            return Err(wrong(&[told]));
        }
        let faults = project.faults(app);
        if !faults.is_empty() {
            return Err(wrong(&faults));
        }
        normalize(app);
        Ok(())
    }

    /// Makes an application: `created`, `updated` or `unchanged`.
    #[inline(never)]
    pub fn create_app(
        &self,
        (sim, cluster): (&mut Sim, &mut Cluster),
        sources: &dyn Sources,
        mut app: Value,
        (upsert, validate): (bool, bool),
        causes: &Causes,
    ) -> Result<&'static str, Refusal> {
        self.check(cluster, sources, &mut app, validate)
            .map_err(|why| within("error while validating and normalizing app", why))?;
        let writer = Writer::new(SERVER, causes.clone());
        let Some(existing) = self.object(cluster, app.str_at("metadata.name")).cloned() else {
            let made = cluster.create(sim, self.kind, NAMESPACE, app, &writer);
            return made.map(|_| "created").map_err(|error| failed("error creating application", &error));
        };
        let parts = ["metadata.labels", "metadata.annotations", "metadata.finalizers"];
        let said = |value: &Value, path: &str| value.at(path).clone();
        let empty = |value: &Value| value.entries().is_empty() && value.items().is_empty();
        let same = |path: &&str| {
            let (old, new) = (said(&existing.value, path), said(&app, path));
            old == new || (empty(&old) && empty(&new))
        };
        if existing.value.at("spec") == app.at("spec") && parts.iter().all(same) {
            return Ok("unchanged");
        }
        if !upsert {
            return Err(invalid("existing application spec is different, use upsert flag to force update"));
        }
        let mut value = existing.value.clone();
        value.set("spec", said(&app, "spec"));
        for path in &parts[..2] {
            for (key, one) in app.map_at(path).iter() {
                value.at_mut(path).put(key, one.clone());
            }
        }
        value.remove("metadata.finalizers");
        if !empty(app.at("metadata.finalizers")) {
            value.set("metadata.finalizers", said(&app, "metadata.finalizers"));
        }
        value.remove("metadata.resourceVersion");
        let written = cluster.update(sim, self.kind, NAMESPACE, value, &writer);
        written.map(|_| "updated").map_err(|error| failed("error updating application", &error))
    }

    /// Writes another spec, labels and annotations of an application that is there.
    #[inline(never)]
    pub fn update_app(
        &self,
        (sim, cluster): (&mut Sim, &mut Cluster),
        sources: &dyn Sources,
        mut app: Value,
        validate: bool,
        causes: &Causes,
    ) -> Result<Value, Refusal> {
        self.check(cluster, sources, &mut app, validate)
            .map_err(|why| within("error validating and normalizing app", why))?;
        let name = app.str_at("metadata.name").to_string();
        let Some(existing) = self.object(cluster, &name) else {
            return Err(Refusal::new("PermissionDenied", "permission denied"));
        };
        let mut value = existing.value.clone();
        for path in ["spec", "metadata.labels", "metadata.annotations", "metadata.finalizers"] {
            value.remove(path);
            if !app.at(path).is_null() {
                value.set(path, app.at(path).clone());
            }
        }
        value.remove("metadata.resourceVersion");
        let written = cluster.update(sim, self.kind, NAMESPACE, value, &Writer::new(SERVER, causes.clone()));
        let written = written.map_err(|error| failed("error updating application", &error))?;
        Ok(written.value.clone())
    }

    /// Deletes an application, with its resources unless `cascade` is false.
    #[inline(never)]
    pub fn delete_app(
        &self,
        (sim, cluster): (&mut Sim, &mut Cluster),
        name: &str,
        cascade: Option<bool>,
        policy: &str,
        causes: &Causes,
    ) -> Result<(), Refusal> {
        let Some(app) = self.object(cluster, name).cloned() else {
            return Err(Refusal::new("PermissionDenied", "permission denied"));
        };
        let is_ours = |one: &Value| one.as_str().is_some_and(|name| name.starts_with(FINALIZER));
        let mut finalizers: Vec<Value> = app.finalizers().iter().filter(|one| !is_ours(one)).cloned().collect();
        if cascade == Some(false) && !policy.is_empty() {
            return Err(invalid("cannot set propagation policy when cascading is disabled"));
        }
        if cascade != Some(false) {
            finalizers.push(match policy {
                "" => FINALIZER.into(),
                "foreground" | "background" => [FINALIZER, "/", policy].concat().into(),
                _ => return Err(invalid(format!("invalid propagation policy: {policy}"))),
            });
        }
        let writer = Writer::new(SERVER, causes.clone());
        if finalizers != app.finalizers() && !app.deleting() {
            let mut value = app.value.clone();
            value.remove("metadata.resourceVersion");
            value.set("metadata.finalizers", Value::list(finalizers));
            let patched = cluster.update(sim, self.kind, NAMESPACE, value, &writer);
            patched.map_err(|error| failed("error patching application with finalizers", &error))?;
        }
        let gone = cluster.delete(sim, (self.kind, NAMESPACE, name), DeleteOptions::default(), &writer);
        gone.map(|_| ()).map_err(|error| failed("error deleting application", &error))
    }

    /// An earlier deployment again; never where the application syncs by itself.
    #[inline(never)]
    pub fn rollback(
        &mut self,
        (sim, cluster): (&mut Sim, &mut Cluster),
        name: &str,
        id: i64,
        prune: bool,
        causes: &Causes,
    ) -> Result<(), Refusal> {
        let Some(app) = self.object(cluster, name).cloned() else {
            return Err(Refusal::new("PermissionDenied", "permission denied"));
        };
        if app.deleting() {
            return Err(Refusal::new("FailedPrecondition", "application is deleting"));
        }
        if crate::app::acts_by_itself(&app).0 {
            return Err(Refusal::new("FailedPrecondition", "rollback cannot be initiated when auto-sync is enabled"));
        }
        let entry = app.value.list_at("status.history").iter().find(|entry| entry.int_at("id") == Some(id));
        let Some(entry) = entry else {
            return Err(invalid(format!("application {} does not have deployment with id {id}", app.key)));
        };
        let mut sync = object! {
            "prune" => prune, "revision" => entry.str_at("revision"), "source" => entry.at("source").clone(),
            "syncStrategy" => object! { "apply" => Value::map() },
        };
        let options = app.value.at("spec.syncPolicy.syncOptions");
        if !options.is_null() {
            sync.put("syncOptions", options.clone());
        }
        let by = object! { "username" => "learner" };
        self.request(sim, cluster, name, object! { "initiatedBy" => by, "sync" => sync }, causes)
    }
}
