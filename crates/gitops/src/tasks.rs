//! The tasks of a sync and their order: phase, wave, kind, name (gitops-engine `pkg/sync/sync_task.go`,
//! `sync_tasks.go`).

use crate::compare::{Item, SyncState, defines};
use crate::hooks;
use crate::order::{kind_place, wave};
use cluster::Object;
use manifest::Value;
use order::{Arrange, OrdMap};
use std::sync::Arc;

/// One thing to apply, to run or to prune.
#[derive(Debug, Clone)]
pub(crate) struct Task {
    /// A place in [`hooks::PHASES`].
    pub phase: usize,
    pub wave: i64,
    pub target: Option<Value>,
    pub live: Option<Arc<Object>>,
    pub group: String,
    pub version: String,
    pub kind: String,
    pub namespace: String,
    pub name: String,
    pub hook: bool,
    pub out_of_sync: bool,
    /// Its kind is still to be made.
    pub skip_dry_run: bool,
    /// `Synced`, `SyncFailed`, `Pruned`, `PruneSkipped`; empty before it was done.
    pub status: String,
    /// `Running`, `Succeeded`, `Failed`, `Error`; empty before it was done.
    pub state: String,
    pub message: String,
}

impl Task {
    #[inline(never)]
    pub fn of(item: &Item, phase: usize) -> Self {
        let object = item.target.as_ref().or(item.live.as_ref().map(|live| &live.value));
        let object = object.expect("an item has a manifest or an object");
        Self {
            phase,
            wave: wave(object),
            target: item.target.clone(),
            live: item.live.clone(),
            group: item.group.clone(),
            version: item.version.clone(),
            kind: item.kind.clone(),
            namespace: item.key.namespace.to_string(),
            name: item.key.name.to_string(),
            hook: hooks::is_hook(object),
            out_of_sync: item.sync != SyncState::Synced,
            skip_dry_run: false,
            status: String::new(),
            state: String::new(),
            message: String::new(),
        }
    }

    pub fn object(&self) -> &Value {
        let live = self.live.as_ref().map(|live| &live.value);
        self.target.as_ref().or(live).expect("a task has a manifest or an object")
    }

    pub fn is_prune(&self) -> bool {
        self.target.is_none()
    }

    pub fn is_pending(&self) -> bool {
        self.state.is_empty()
    }

    pub fn is_running(&self) -> bool {
        self.state == "Running"
    }

    pub fn is_completed(&self) -> bool {
        !self.is_pending() && !self.is_running()
    }

    pub fn has_failed(&self) -> bool {
        self.is_completed() && self.state != "Succeeded"
    }

    fn deletes(&self, policy: &str) -> bool {
        self.hook && self.live.is_some() && hooks::deletes(self.object(), policy)
    }

    pub fn deletes_before(&self) -> bool {
        self.is_pending() && self.deletes("BeforeHookCreation")
    }

    /// Whether its hook goes when the operation ends so.
    pub fn deletes_after(&self, policy: &str) -> bool {
        !self.is_running() && self.deletes(policy)
    }

    /// Whether a sync option holds for it, its own word before that of all.
    pub fn option(&self, option: &str) -> bool {
        let live = self.live.as_ref().is_some_and(|live| hooks::has_option(&live.value, option));
        live || self.target.as_ref().is_some_and(|target| hooks::has_option(target, option))
    }
}

/// Brings tasks into the order in which they are done.
#[inline(never)]
pub(crate) fn arrange(tasks: &mut Vec<Task>, prune_last: bool) {
    reverse_prunes(tasks);
    let last = tasks.iter().filter(|task| task.phase == 1).map(|task| task.wave).max().unwrap_or(0).max(0) + 1;
    for task in tasks.iter_mut().filter(|task| task.is_prune()) {
        if prune_last || task.option("PruneLast=true") {
            task.wave = last;
        }
    }
    tasks.arrange_by_key(|task| (task.phase, task.wave, kind_place(&task.kind), task.name.clone()));
    let is_space = |task: &Task| (task.kind == "Namespace" && task.group.is_empty()).then(|| task.name.clone());
    move_before(tasks, &is_space, &|task| (!task.namespace.is_empty()).then(|| task.namespace.clone()));
    let makes = |task: &Task| {
        let (group, kind) = (task.object().str_at("spec.group"), task.object().str_at("spec.names.kind"));
        defines(task.object(), group, kind).map(|_| [group, "/", kind].concat())
    };
    move_before(tasks, &makes, &|task| Some([task.group.as_str(), "/", &task.kind].concat()));
}

/// Pruning goes through the waves the other way round.
fn reverse_prunes(tasks: &mut [Task]) {
    let mut waves: Vec<i64> = tasks.iter().filter(|task| task.is_prune()).map(|task| task.wave).collect();
    waves.arrange();
    waves.dedup();
    for task in tasks.iter_mut().filter(|task| task.is_prune()) {
        let at = waves.iter().position(|wave| *wave == task.wave).unwrap_or(0);
        task.wave = waves[waves.len() - 1 - at];
    }
}

type KeyOf<'f> = &'f dyn Fn(&Task) -> Option<String>;

/// What others need (a namespace, a kind's definition) comes before the first of them, in its phase and wave.
#[inline(never)]
fn move_before(tasks: &mut Vec<Task>, makes: KeyOf<'_>, needs: KeyOf<'_>) {
    let mut first: OrdMap<String, usize> = OrdMap::new();
    for at in 0..tasks.len() {
        if tasks[at].is_prune() {
            continue;
        }
        if let Some(key) = makes(&tasks[at]) {
            let Some(to) = first.get(&key).copied() else { continue };
            let mut task = tasks.remove(at);
            (task.phase, task.wave) = (tasks[to].phase, tasks[to].wave);
            tasks.insert(to, task);
            for (_, place) in first.iter_mut().filter(|(_, place)| **place >= to) {
                *place += 1;
            }
        } else if let Some(key) = needs(&tasks[at]) {
            first.entry(key).or_insert(at);
        }
    }
}

/// Whether they are done in more than one step.
pub(crate) fn are_many_steps(tasks: &[Task]) -> bool {
    let (Some(first), Some(last)) = (tasks.first(), tasks.last()) else { return false };
    (first.phase, first.wave) != (last.phase, last.wave)
}

#[cfg(test)]
mod tests {
    use super::{Task, arrange};
    use manifest::Value;

    fn task(text: &str, prune: bool) -> Task {
        let value = Value::from_yaml(text).expect("a valid text");
        let (api, kind) = (value.str_at("apiVersion").to_string(), value.str_at("kind").to_string());
        let (group, _) = api.split_once('/').unwrap_or(("", ""));
        let key =
            cluster::Key::new(cluster::CONFIGMAP, value.str_at("metadata.namespace"), value.str_at("metadata.name"));
        let object = cluster::Object {
            key: key.clone(),
            uid: "1".into(),
            version: 1,
            value: value.clone(),
            created_by: sim::Causes::none(),
            spec_by: sim::Causes::none(),
            written_by: sim::Causes::none(),
        };
        let item = crate::compare::Item {
            key,
            group: group.into(),
            version: "v1".into(),
            kind,
            target: (!prune).then_some(value.clone()),
            live: prune.then(|| object.into()),
            predicted: None,
            sync: crate::compare::SyncState::OutOfSync,
            health: None,
        };
        Task::of(&item, crate::hooks::phases(&value)[0])
    }

    fn check(tasks: &[(&str, bool)], prune_last: bool, expect: &[&str]) {
        let mut tasks: Vec<Task> = tasks.iter().map(|(text, prune)| task(text, *prune)).collect();
        arrange(&mut tasks, prune_last);
        let told: Vec<String> = tasks.iter().map(|t| format!("{} {} {}", t.phase, t.wave, t.name)).collect();
        assert_eq!(told, expect);
    }

    const WAVE: &str = "argocd.argoproj.io/sync-wave";

    /// gitops-engine `sync_tasks_test.go`: phases before waves before kinds before names.
    #[test]
    fn phases_come_before_waves_and_waves_before_kinds() {
        let hook = "{apiVersion: batch/v1, kind: Job, metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}}";
        let late = format!("{{kind: ConfigMap, metadata: {{name: late, annotations: {{{WAVE}: '5'}}}}}}");
        let early = format!("{{kind: Deployment, metadata: {{name: early, annotations: {{{WAVE}: '-1'}}}}}}");
        let all = [
            ("{kind: Deployment, metadata: {name: b}}", false),
            ("{kind: Deployment, metadata: {name: a}}", false),
            (&late, false),
            ("{kind: Service, metadata: {name: c}}", false),
            (&early, false),
            (hook, false),
        ];
        check(&all, false, &["0 0 migrate", "1 -1 early", "1 0 c", "1 0 a", "1 0 b", "1 5 late"]);
    }

    /// `TestSyncNamespaceAgainstCRD`, `TestSyncTasksSort_NamespaceAndObjectInNamespace`.
    #[test]
    fn what_others_need_is_moved_before_them() {
        let inside =
            format!("{{kind: ConfigMap, metadata: {{name: a, namespace: team, annotations: {{{WAVE}: '-2'}}}}}}");
        let crd = "{kind: CustomResourceDefinition, metadata: {name: crd}, spec: {group: x.io, names: {kind: Thing}}}";
        let thing =
            format!("{{apiVersion: x.io/v1, kind: Thing, metadata: {{name: thing, annotations: {{{WAVE}: '-1'}}}}}}");
        let all = [
            ("{apiVersion: v1, kind: Namespace, metadata: {name: team}}", false),
            (&inside, false),
            (crd, false),
            (&thing, false),
        ];
        check(&all, false, &["1 -2 team", "1 -2 a", "1 -1 crd", "1 -1 thing"]);
    }

    /// `TestWaveReorderingOfPruneTasks`.
    #[test]
    fn pruning_goes_through_the_waves_backwards() {
        let at = |name: &str, wave: i64| {
            format!("{{kind: ConfigMap, metadata: {{name: {name}, annotations: {{{WAVE}: '{wave}'}}}}}}")
        };
        let (one, three, five, new) = (at("one", 1), at("three", 3), at("five", 5), at("new", 7));
        let all = [(one.as_str(), true), (three.as_str(), true), (five.as_str(), true), (new.as_str(), false)];
        check(&all, false, &["1 1 five", "1 3 three", "1 5 one", "1 7 new"]);
        check(&all, true, &["1 7 new", "1 8 five", "1 8 one", "1 8 three"]);
    }
}
