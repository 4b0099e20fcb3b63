//! One step of a sync: what is to be done next of its tasks, and what came of those before (gitops-engine
//! `pkg/sync/sync_context.go`). All that a step knows stands in the results of the steps before it.

mod gather;

use crate::app::Spec;
use crate::apply::Applier;
use crate::compare::Comparison;
use crate::health::{Health, health_of};
use crate::hooks::PHASES;
use crate::options::Options;
use crate::project::Project;
use crate::tasks::{Task, are_many_steps};
use cluster::{Cluster, Writer};
use manifest::{Value, object};
use sim::{Sim, Time};

/// What is to be synced, and how.
pub(crate) struct Plan<'a> {
    pub spec: &'a Spec,
    pub project: &'a Project,
    pub comparison: &'a Comparison,
    /// `operation.sync`.
    pub sync: &'a Value,
    pub options: &'a Options,
    pub started: Time,
    pub writer: Writer,
    /// Somebody has allowed to prune what asks for it.
    pub confirmed: bool,
}

/// Where an operation stands after a step.
pub(crate) struct Outcome {
    /// `Running`, `Succeeded`, `Failed` or `Error`.
    pub phase: &'static str,
    pub message: String,
    /// As `status.operationState.syncResult.resources` lists them.
    pub results: Vec<Value>,
    /// A wave was applied and others follow: controllers get time to act on it.
    pub pauses: bool,
}

/// How a group of tasks went.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ran {
    Well,
    /// Something has to go first.
    Waits,
    Failed,
}

pub(crate) struct Step<'a> {
    plan: &'a Plan<'a>,
    applier: Applier<'a>,
    out: Outcome,
}

/// Does what can be done now.
pub(crate) fn step(sim: &mut Sim, cluster: &mut Cluster, plan: &Plan<'_>, results: Vec<Value>, ends: bool) -> Outcome {
    let out = Outcome { phase: "Running", message: String::new(), results, pauses: false };
    let mut step = Step { plan, applier: Applier::new(sim, cluster, plan), out };
    if ends {
        step.terminate();
    } else {
        step.go();
    }
    step.out
}

impl Step<'_> {
    fn set(&mut self, phase: &'static str, message: impl Into<String>) {
        (self.out.phase, self.out.message) = (phase, message.into());
    }

    #[inline(never)]
    fn go(&mut self) {
        let Some(mut tasks) = self.tasks() else {
            let mut told: Vec<&str> = Vec::new();
            for result in self.out.results.iter().filter(|result| result.str_at("status") == "SyncFailed") {
                told.push(result.str_at("message"));
            }
            told.sort_unstable();
            told.dedup();
            let why = told.join("; ");
            return self.set("Failed", ["one or more synchronization tasks are not valid: ", &why].concat());
        };
        if self.out.results.is_empty() && !self.try_all(&mut tasks) {
            return;
        }
        self.look(&mut tasks);
        if self.waits(&mut tasks) {
            return;
        }
        for task in tasks.iter_mut().filter(|task| task.hook && task.is_completed()) {
            self.applier.free(task);
        }
        let hooks: Vec<Task> = tasks.iter().filter(|task| task.hook).cloned().collect();
        let (mut on_failure, rest): (Vec<Task>, Vec<Task>) = tasks.into_iter().partition(|task| task.phase == 3);
        if rest.iter().any(Task::has_failed) {
            self.delete_hooks(&hooks, "HookFailed");
            let failed: Vec<Task> = rest.into_iter().filter(|task| task.status == "SyncFailed").collect();
            self.fail(&mut on_failure, &failed, "one or more synchronization tasks completed unsuccessfully");
            return;
        }
        let pending = |task: &Task| task.is_pending() && self.is_wanted(task);
        let rest: Vec<Task> = rest.into_iter().filter(pending).collect();
        let Some((phase, wave)) = rest.first().map(|task| (task.phase, task.wave)) else {
            self.delete_hooks(&hooks, "HookSucceeded");
            return self.set("Succeeded", "successfully synced (no more tasks)");
        };
        let (mut now, later): (Vec<Task>, Vec<Task>) =
            rest.into_iter().partition(|task| (task.phase, task.wave) == (phase, wave));
        self.set("Running", "one or more tasks are running");
        let ran = self.run(&mut now, false);
        self.out.pauses = ran != Ran::Failed && !later.is_empty();
        match ran {
            Ran::Failed => self.after_failure(now, &mut on_failure, &hooks),
            Ran::Well if later.is_empty() && !now.iter().any(|task| task.hook) => {
                self.delete_hooks(&hooks, "HookSucceeded");
                self.set("Succeeded", "successfully synced (all tasks run)");
            }
            Ran::Well => self.running(&now, false),
            Ran::Waits => {
                now.retain(|task| task.deletes_before() || (task.is_prune() && task.is_pending()));
                self.running(&now, true);
            }
        }
    }

    /// `ApplyOutOfSyncOnly`: what is as it should be is left alone.
    fn is_wanted(&self, task: &Task) -> bool {
        let same = !task.out_of_sync && task.live.is_some() && !task.is_prune();
        task.hook || !same || !self.plan.options.has("ApplyOutOfSyncOnly=true")
    }

    /// Everything is tried before anything is done; only the namespace of the application is made before that.
    #[inline(never)]
    fn try_all(&mut self, tasks: &mut [Task]) -> bool {
        let own =
            |task: &Task| task.kind == "Namespace" && task.name == self.plan.spec.namespace && task.live.is_none();
        let makes = tasks.iter().position(own);
        if let Some(at) = makes {
            let mut first = vec![tasks[at].clone()];
            let ran = self.run(&mut first, false);
            tasks[at] = first.remove(0);
            if ran == Ran::Failed {
                let failed = [tasks[at].clone()];
                self.fail(&mut Vec::new(), &failed, "the namespace failed to apply");
                return false;
            }
        }
        let others = tasks.iter().enumerate().filter(|(at, task)| Some(*at) != makes && self.is_wanted(task));
        let mut others: Vec<Task> = others.map(|(_, task)| task.clone()).collect();
        if self.run(&mut others, true) == Ran::Failed {
            self.set("Failed", "one or more objects failed to apply (dry run)");
            return false;
        }
        true
    }

    /// What became of the tasks that run.
    #[inline(never)]
    fn look(&mut self, tasks: &mut [Task]) {
        for task in tasks.iter_mut().filter(|task| task.is_running()) {
            let Some(live) = task.live.clone() else { continue };
            let health = health_of(&live);
            let (state, message) = match (task.hook, health) {
                (_, None) if task.hook => ("Succeeded", format!("{} created", task.name)),
                (_, None) => ("Succeeded", String::new()),
                (true, Some((Health::Unknown | Health::Degraded, message))) => ("Failed", message),
                (true, Some((Health::Progressing | Health::Suspended, message))) => ("Running", message),
                (_, Some((Health::Healthy, message))) => ("Succeeded", message),
                (false, Some((Health::Degraded, message))) => ("Failed", message),
                _ => continue,
            };
            let status = task.status.clone();
            self.told(task, &status, state, &message);
        }
    }

    /// Whether something runs, or goes, that the next step needs.
    #[inline(never)]
    fn waits(&mut self, tasks: &mut [Task]) -> bool {
        let many = are_many_steps(tasks);
        let mut running = Vec::new();
        for task in tasks.iter_mut().filter(|task| task.is_running() && (many || task.hook)) {
            if task.live.is_none() && self.applier.live(task).is_none() {
                let what = format!(
                    "Resource {}/{}/{} is missing, it might have been deleted",
                    task.group, task.kind, task.name
                );
                self.told(task, "SyncFailed", "Error", &what);
            }
            running.push(task.clone());
        }
        if !running.is_empty() {
            self.running(&running, false);
            return true;
        }
        let going = |task: &&Task| task.status == "Pruned" && task.live.as_ref().is_some_and(|live| live.deleting());
        let going: Vec<Task> = tasks.iter().filter(going).cloned().collect();
        if !going.is_empty() {
            self.running(&going, true);
        }
        !going.is_empty()
    }

    /// `setRunningPhase`.
    #[inline(never)]
    fn running(&mut self, tasks: &[Task], going: bool) {
        let hook = tasks.iter().find(|task| task.hook);
        let Some(mut first) = hook.or(tasks.first()) else { return self.set("Running", "") };
        let what = if tasks.iter().all(|task| task.hook) { "hooks" } else { "resources" };
        let mut reason = match (going, hook.is_some()) {
            (true, true) => "deletion of hook",
            (true, false) => "deletion of",
            (false, true) => "completion of hook",
            (false, false) => "healthy state of",
        };
        let mut more = tasks.len() - 1;
        let confirm = |task: &&Task| task.is_prune() && self.applier.wants_confirmation(task);
        if let Some(prune) = tasks.iter().find(confirm) {
            (first, reason, more) = (prune, "pruning confirmation of", tasks.iter().filter(confirm).count() - 1);
        }
        let mut message = format!("waiting for {reason} {}/{}/{}", first.group, first.kind, first.name);
        if more > 0 {
            message.push_str(&format!(" and {more} more {what}"));
        }
        self.set("Running", message);
    }

    #[inline(never)]
    fn after_failure(&mut self, now: Vec<Task>, on_failure: &mut Vec<Task>, hooks: &[Task]) {
        const WHY: &str = "one or more objects failed to apply";
        let failed: Vec<Task> = now.iter().filter(|task| task.status == "SyncFailed").cloned().collect();
        let mut running: Vec<Task> = now.into_iter().filter(Task::is_running).collect();
        if running.is_empty() {
            if self.fail(on_failure, &failed, WHY) {
                self.delete_hooks(hooks, "HookFailed");
            }
            return;
        }
        if !on_failure.is_empty() && !self.fail(on_failure, &failed, WHY) {
            running.append(on_failure);
        }
        self.running(&running, false);
    }

    /// The phase `SyncFail`: its hooks run, then the operation has failed. Says whether it has.
    #[inline(never)]
    fn fail(&mut self, hooks: &mut Vec<Task>, failed: &[Task], why: &str) -> bool {
        let told = |tasks: &[Task], why: &str| {
            let mut messages: Vec<&str> = tasks.iter().map(|task| task.message.as_str()).collect();
            messages.dedup();
            if messages.is_empty() { why.to_string() } else { format!("{why}, reason: {}", messages.join(",")) }
        };
        let mut message = told(failed, why);
        if hooks.iter().all(Task::is_completed) {
            let bad: Vec<Task> = hooks.iter().filter(|task| task.status == "SyncFailed").cloned().collect();
            if !bad.is_empty() {
                message = format!("{message}\n{}", told(&bad, "one or more SyncFail hooks failed"));
            }
            self.set("Failed", message);
            return true;
        }
        hooks.retain(Task::is_pending);
        self.run(hooks, false);
        let started = hooks.clone();
        self.running(&started, false);
        false
    }

    fn delete_hooks(&mut self, hooks: &[Task], policy: &str) {
        for task in hooks.iter().filter(|task| task.deletes_after(policy)) {
            self.applier.delete(task);
        }
    }

    /// Somebody ended the operation: running hooks go.
    fn terminate(&mut self) {
        for mut task in self.tasks().unwrap_or_default().into_iter().filter(|task| task.hook && task.is_running()) {
            task.live = self.applier.live(&task);
            self.applier.free(&mut task);
            self.applier.delete(&task);
            let status = task.status.clone();
            self.told(&mut task, &status, "Failed", "Terminated");
        }
        self.set("Failed", "Operation terminated");
    }

    /// `runTasks`: prunes, deletes hooks of before, creates.
    #[inline(never)]
    fn run(&mut self, tasks: &mut [Task], dry: bool) -> Ran {
        let only_tried = self.plan.sync.bool_at("dryRun");
        let dry = dry || only_tried;
        for task in tasks.iter_mut().filter(|task| task.hook && task.is_pending() && task.live.is_some() && !dry) {
            self.applier.free(task);
        }
        if tasks.iter().any(|task| task.is_prune() && self.applier.wants_confirmation(task)) {
            return Ran::Waits;
        }
        let mut ran = Ran::Well;
        for task in tasks.iter_mut().filter(|task| task.is_prune()) {
            let (status, message) = self.applier.prune(task, dry);
            let bad = status == "SyncFailed";
            if bad {
                ran = Ran::Failed;
            }
            if !dry || only_tried || bad {
                self.told(task, status, if bad { "Failed" } else { "Succeeded" }, &message);
            }
        }
        if ran != Ran::Well {
            return ran;
        }
        if !dry {
            for task in tasks.iter().filter(|task| task.deletes_before()) {
                self.applier.delete(task);
                ran = Ran::Waits;
            }
        }
        if ran != Ran::Well {
            return ran;
        }
        for task in tasks.iter_mut().filter(|task| !(task.is_prune() || dry && task.skip_dry_run)) {
            let applied = self.applier.apply(task, dry);
            let (status, state, message) = match applied {
                Ok(message) => ("Synced", if only_tried { "Succeeded" } else { "Running" }, message),
                Err(message) => {
                    ran = Ran::Failed;
                    ("SyncFailed", "Failed", message)
                }
            };
            if !dry || only_tried || status == "SyncFailed" {
                self.told(task, status, state, &message);
            }
        }
        ran
    }

    /// `setResourceResult`: one line for each resource and phase; its latest message stays.
    #[inline(never)]
    fn told(&mut self, task: &mut Task, status: &str, state: &str, message: &str) {
        task.status = status.into();
        task.state = state.into();
        if !message.is_empty() {
            task.message = message.into();
        }
        let at = self.result_of(task);
        let mut line = match at {
            Some(at) => self.out.results[at].clone(),
            None => object! {
                "kind" => &task.kind, "name" => &task.name, "namespace" => self.space_of(task),
                "syncPhase" => PHASES[task.phase], "version" => &task.version,
            },
        };
        let fields =
            [("group", &task.group), ("status", &task.status), ("hookPhase", &task.state), ("message", &task.message)];
        for (field, text) in fields.into_iter().filter(|(_, text)| !text.is_empty()) {
            line.put(field, text);
        }
        if task.hook {
            line.put("hookType", PHASES[task.phase]);
        }
        match at {
            Some(at) => self.out.results[at] = line,
            None => self.out.results.push(line),
        }
    }

    /// Argo CD names the application's namespace for what has none, as long as Git asks for it.
    fn space_of<'t>(&'t self, task: &'t Task) -> &'t str {
        if task.namespace.is_empty() && !task.is_prune() { &self.plan.spec.namespace } else { &task.namespace }
    }

    fn result_of(&self, task: &Task) -> Option<usize> {
        let space = self.space_of(task);
        self.out.results.iter().position(|line| {
            line.str_at("name") == task.name
                && line.str_at("kind") == task.kind
                && line.str_at("group") == task.group
                && line.str_at("namespace") == space
                && line.str_at("syncPhase") == PHASES[task.phase]
        })
    }
}
