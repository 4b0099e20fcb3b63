//! The tasks of a step: what Git asks for, hooks, the namespace, and whether each may be done (gitops-engine
//! `pkg/sync/sync_context.go`, getSyncTasks).

use super::Step;
use crate::compare::{Item, SyncState, defines};
use crate::hooks::{self, PHASES};
use crate::tasks::{Task, arrange};
use cluster::Key;
use manifest::{Value, object};

impl Step<'_> {
    /// `getSyncTasks`; `None` where one of them may not be.
    #[inline(never)]
    pub(super) fn tasks(&mut self) -> Option<Vec<Task>> {
        let plan = self.plan;
        let chosen = plan.sync.list_at("resources");
        let is_chosen = |item: &&Item| chosen.is_empty() || chosen.iter().any(|one| names(one, item));
        let mut tasks: Vec<Task> = Vec::new();
        for item in plan.comparison.items.iter().filter(is_chosen).filter(|item| !item.is_hook()) {
            let skipped = item.target.as_ref().is_some_and(hooks::is_skipped);
            if !skipped {
                tasks.push(Task::of(item, 1));
            }
        }
        if chosen.is_empty() && plan.sync.at("syncStrategy.apply").is_null() {
            for hook in &plan.comparison.hooks {
                tasks.extend(self.hook_tasks(hook));
            }
        }
        self.namespace_task(&mut tasks);
        let mut valid = true;
        for task in &mut tasks {
            if let Some(why) = self.refusal(task) {
                self.told(task, "SyncFailed", "", &why);
                valid = false;
            }
        }
        arrange(&mut tasks, plan.options.has("PruneLast=true"));
        for task in &mut tasks {
            let Some(line) = self.result_of(task).map(|at| &self.out.results[at]) else { continue };
            task.status = line.str_at("status").into();
            task.state = line.str_at("hookPhase").into();
            task.message = line.str_at("message").into();
        }
        valid.then_some(tasks)
    }

    #[inline(never)]
    fn hook_tasks(&self, hook: &Item) -> Vec<Task> {
        let manifest = hook.target.as_ref().expect("hooks are made from manifests");
        let tasks = hooks::phases(manifest).into_iter().map(|phase| {
            let mut task = Task::of(hook, phase);
            if task.name.is_empty() {
                let revision = &self.plan.comparison.revision;
                let short = revision.get(..7).unwrap_or(revision);
                let start = manifest.str_at("metadata.generateName");
                let end = format!("{short}-{}-{}", PHASES[phase], self.plan.started.unix_secs());
                task.name = [start, &end.to_lowercase()].concat();
            }
            let target = task.target.as_mut().expect("it was made from a manifest");
            target.set("metadata.name", task.name.as_str());
            target.at_mut("metadata").make_map().remove("generateName");
            let finalizers = target.at_mut("metadata.finalizers").make_list();
            if !finalizers.iter().any(|one| one.as_str() == Some(hooks::FINALIZER)) {
                finalizers.push(hooks::FINALIZER.into());
            }
            task.live = self.applier.live(&task);
            task
        });
        tasks.collect()
    }

    /// `CreateNamespace`: the application's namespace, where nothing in Git makes it.
    #[inline(never)]
    fn namespace_task(&mut self, tasks: &mut Vec<Task>) {
        let name = &self.plan.spec.namespace;
        let there = tasks.iter().any(|task| task.kind == "Namespace" && task.name == *name && !task.is_prune());
        let wanted = self.plan.options.has("CreateNamespace=true") && !name.is_empty() && !there;
        if !wanted || self.applier.has_namespace(name) {
            return;
        }
        let manifest =
            object! { "apiVersion" => "v1", "kind" => "Namespace", "metadata" => object! { "name" => name } };
        let item = Item {
            key: Key::new(cluster::NAMESPACE, "", name.as_str()),
            group: String::new(),
            version: "v1".into(),
            kind: "Namespace".into(),
            target: Some(manifest),
            live: None,
            predicted: None,
            sync: SyncState::OutOfSync,
            health: None,
        };
        tasks.push(Task::of(&item, 0));
    }

    /// Why a task may not be done.
    #[inline(never)]
    fn refusal(&self, task: &mut Task) -> Option<String> {
        let Task { group, kind, namespace, name, .. } = &*task;
        let project = self.plan.project;
        if !self.applier.knows(task) {
            let comes = self.plan.comparison.items.iter().filter_map(|item| item.target.as_ref());
            let comes = comes.into_iter().any(|object| defines(object, group, kind).is_some());
            if comes
                || self.plan.options.has("SkipDryRunOnMissingResource=true")
                || task.option("SkipDryRunOnMissingResource=true")
            {
                task.skip_dry_run = true;
                return None;
            }
            let what =
                format!("The Kubernetes API could not find {group}/{kind} for requested resource {namespace}/{name}.");
            return Some(format!("{what} Make sure the \"{kind}\" CRD is installed on the destination cluster."));
        }
        if !project.permits_kind(group, kind, name, !namespace.is_empty()) {
            return Some(format!("resource {group}:{kind} is not permitted in project {}", project.name));
        }
        let outside = !namespace.is_empty() && !project.permits_destination(namespace);
        outside.then(|| format!("namespace {namespace} is not permitted in project '{}'", project.name))
    }
}

/// Whether an operation's `resources` names one (`ContainsSyncResource`).
fn names(one: &Value, item: &Item) -> bool {
    let space = one.str_at("namespace");
    one.str_at("name") == &*item.key.name
        && one.str_at("kind") == item.kind
        && one.str_at("group") == item.group
        && (space.is_empty() || space == &*item.key.namespace)
}
