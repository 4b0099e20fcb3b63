//! What a sync does with one resource: apply, replace, prune, delete.

use crate::hooks;
use crate::ignore::{ignored, respect};
use crate::sync::Plan;
use crate::tasks::Task;
use cluster::{Apply, Cluster, DeleteOptions, KindId, Object, Propagation, Status, Writer};
use manifest::Value;
use sim::Sim;
use std::sync::Arc;

pub(crate) struct Applier<'a> {
    sim: &'a mut Sim,
    cluster: &'a mut Cluster,
    plan: &'a Plan<'a>,
}

impl<'a> Applier<'a> {
    pub fn new(sim: &'a mut Sim, cluster: &'a mut Cluster, plan: &'a Plan<'a>) -> Self {
        Self { sim, cluster, plan }
    }

    fn kind(&self, task: &Task) -> Option<KindId> {
        let api = if task.group.is_empty() { task.version.clone() } else { [&task.group, "/", &task.version].concat() };
        self.cluster.store().kinds().of_manifest(&api, &task.kind).map(|info| info.id)
    }

    pub fn knows(&self, task: &Task) -> bool {
        self.kind(task).is_some()
    }

    pub fn live(&self, task: &Task) -> Option<Arc<Object>> {
        self.cluster.store().get(self.kind(task)?, &task.namespace, &task.name).cloned()
    }

    pub fn has_namespace(&self, name: &str) -> bool {
        self.cluster.store().get(cluster::NAMESPACE, "", name).is_some()
    }

    fn delete_options(&self) -> DeleteOptions {
        let propagation = match () {
            () if self.plan.options.has("PrunePropagationPolicy=background") => Propagation::Background,
            () if self.plan.options.has("PrunePropagationPolicy=orphan") => Propagation::Orphan,
            () => Propagation::Foreground,
        };
        DeleteOptions { propagation, grace_secs: None }
    }

    /// Deletes what is there; what has gone already is no mistake.
    pub fn delete(&mut self, task: &Task) {
        if let Some(kind) = self.kind(task) {
            let options = self.delete_options();
            let gone = self.cluster.delete(self.sim, (kind, &task.namespace, &task.name), options, &self.plan.writer);
            debug_assert!(gone.is_ok() || self.live(task).is_none(), "what is there can be deleted");
        }
    }

    /// Takes the finalizer off a hook that has done its work.
    #[inline(never)]
    pub fn free(&mut self, task: &mut Task) {
        let Some(live) = self.live(task) else { return };
        let is_ours = |one: &Value| one.as_str() == Some(hooks::FINALIZER);
        if !live.finalizers().iter().any(is_ours) {
            return;
        }
        let mut value = live.value.clone();
        value.at_mut("metadata.finalizers").make_list().retain(|one| !is_ours(one));
        if value.list_at("metadata.finalizers").is_empty() {
            value.remove("metadata.finalizers");
        }
        value.remove("metadata.resourceVersion");
        let written = self.cluster.update(self.sim, live.key.kind, live.namespace(), value, &self.plan.writer);
        task.live = written.ok().and_then(|_| self.live(task));
    }

    pub fn wants_confirmation(&self, task: &Task) -> bool {
        !self.plan.confirmed && (task.option("Prune=confirm") || self.plan.options.has("Prune=confirm"))
    }

    /// Result code and words.
    #[inline(never)]
    pub fn prune(&mut self, task: &Task, dry: bool) -> (&'static str, String) {
        if !self.plan.sync.bool_at("prune") {
            return ("PruneSkipped", "ignored (requires pruning)".into());
        }
        if task.option("Prune=false") || self.plan.options.has("Prune=false") {
            return ("PruneSkipped", "ignored (no prune)".into());
        }
        if dry {
            return ("Pruned", "pruned (dry run)".into());
        }
        let live = task.live.as_ref().expect("what is pruned is there");
        if !live.deleting() {
            let (place, options) = ((live.key.kind, live.namespace(), live.name()), self.delete_options());
            if let Err(error) = self.cluster.delete(self.sim, place, options, &self.plan.writer) {
                return ("SyncFailed", error.to_string());
            }
        }
        ("Pruned", "pruned".into())
    }

    /// The words of `kubectl`, or why not.
    #[inline(never)]
    pub fn apply(&mut self, task: &Task, dry: bool) -> Result<String, String> {
        let kind = self.kind(task).ok_or("the server could not find the requested resource")?;
        let mut target = task.target.clone().expect("what is applied has a manifest");
        if let Some(live) = task.live.as_ref().filter(|_| self.plan.options.has("RespectIgnoreDifferences=true")) {
            let paths = ignored(&self.plan.spec.ignore, &task.group, &live.value);
            respect(&mut target, &live.value, &paths);
        }
        if dry {
            return self.try_apply(task, kind, &target);
        }
        let done = if self.wants(task, "Replace") {
            self.replace(task, kind, target)
        } else if self.wants(task, "ServerSideApply") {
            let writer = self.plan.writer.clone();
            let done = self.cluster.server_apply(self.sim, (kind, &task.namespace), &target, true, &writer);
            done.map(|_| "serverside-applied")
        } else {
            self.client_apply(task, kind, &target)
        };
        match done {
            Ok("updated") => Ok(format!("{}/{} updated", task.kind, task.name)),
            Ok(how) => Ok(told(task, how)),
            Err(error) => Err(error.to_string()),
        }
    }

    /// A resource's own word, else that of all.
    fn wants(&self, task: &Task, option: &str) -> bool {
        let off = task.target.as_ref().is_some_and(|target| hooks::has_option(target, &[option, "=false"].concat()));
        let on = [option, "=true"].concat();
        !off && (self.plan.options.has(&on) || task.option(&on))
    }

    /// kubectl's own check of a manifest: what only the server refuses comes out when it is applied.
    fn try_apply(&mut self, task: &Task, kind: KindId, target: &Value) -> Result<String, String> {
        let dry = Writer::new(self.plan.writer.name.clone(), sim::Causes::none()).dry_run(true);
        let applied = self.cluster.apply(&mut self.sim.clone(), kind, &task.namespace, target, &dry);
        let checks = !self.plan.options.has("Validate=false") && !task.option("Validate=false");
        match applied {
            Err(error) if error.code == 400 && checks => Err(error.to_string()),
            Ok((how, _)) => Ok([told(task, word(how)).as_str(), " (dry run)"].concat()),
            Err(_) => Ok([told(task, "configured").as_str(), " (dry run)"].concat()),
        }
    }

    fn client_apply(&mut self, task: &Task, kind: KindId, target: &Value) -> Result<&'static str, Status> {
        let done = self.cluster.apply(self.sim, kind, &task.namespace, target, &self.plan.writer);
        match done {
            Err(error) if matches!(error.code, 409 | 422) && task.live.is_some() && self.is_forced(task) => {
                self.make_anew(task, kind, target)?;
                Ok("configured")
            }
            done => done.map(|(how, _)| word(how)),
        }
    }

    fn is_forced(&self, task: &Task) -> bool {
        let by_strategy =
            ["apply", "hook"].iter().any(|how| self.plan.sync.at("syncStrategy").at(how).bool_at("force"));
        by_strategy || self.wants(task, "Force")
    }

    fn make_anew(&mut self, task: &Task, kind: KindId, target: &Value) -> Result<(), Status> {
        let place = (kind, task.namespace.as_str(), task.name.as_str());
        self.cluster.delete(
            self.sim,
            place,
            DeleteOptions { grace_secs: Some(0), ..DeleteOptions::default() },
            &self.plan.writer,
        )?;
        self.cluster.create(self.sim, kind, &task.namespace, target.clone(), &self.plan.writer).map(|_| ())
    }

    #[inline(never)]
    fn replace(&mut self, task: &Task, kind: KindId, target: Value) -> Result<&'static str, Status> {
        let writer = self.plan.writer.clone();
        if task.live.is_none() {
            return self.cluster.create(self.sim, kind, &task.namespace, target, &writer).map(|_| "created");
        }
        // Replacing these by deleting them would take all that is in them.
        let kept = matches!(&*task.kind, "CustomResourceDefinition" | "Namespace");
        if !kept && self.is_forced(task) {
            self.make_anew(task, kind, &target)?;
            return Ok("replaced");
        }
        self.cluster.update(self.sim, kind, &task.namespace, target, &writer)?;
        Ok(if kept { "updated" } else { "replaced" })
    }
}

fn word(how: Apply) -> &'static str {
    match how {
        Apply::Created => "created",
        Apply::Configured => "configured",
        Apply::Unchanged => "unchanged",
    }
}

/// As `kubectl apply` says it: `deployment.apps/web configured`.
fn told(task: &Task, how: &str) -> String {
    let mut text = task.kind.to_lowercase();
    for part in [if task.group.is_empty() { "" } else { "." }, &task.group, "/", &task.name, " ", how] {
        text.push_str(part);
    }
    text
}
