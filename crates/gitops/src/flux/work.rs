//! One look of a controller at one object: what it may ask and write, and how its conditions, events and log lines are made.

use super::duration::parse_duration;
use super::engine::{Id, Line, Memory, REQUESTED};
use super::kinds::{AUTOMATION, CHART, GIT, HELM_REPOSITORY, IMAGE_REPOSITORY, KUSTOMIZATION, POLICY, ROWS, Row};
use super::{Forge, automation, images, kustomization, release, release_end, source};
use cluster::{Cluster, Object, PatchKind, Writer};
use manifest::{Value, object};
use order::Arrange;
use sim::{Causes, Sim, Subject};
use std::sync::Arc;
use std::time::Duration;

/// When it is looked at again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum After {
    In(Duration),
    Never,
}

/// Errors are tried again: 750 ms, doubled each time, at most a quarter of an hour.
const RETRY_FIRST: Duration = Duration::from_millis(750);
const RETRY_MAX: Duration = Duration::from_secs(900);
/// A dependency is looked at again after this.
pub(crate) const DEPENDENCY: Duration = Duration::from_secs(30);

pub(crate) struct Work<'a> {
    pub sim: &'a mut Sim,
    pub cluster: &'a mut Cluster,
    pub forge: &'a mut dyn Forge,
    pub memory: Memory,
    pub id: &'a Id,
    pub row: &'static Row,
    pub object: Arc<Object>,
    pub status: Value,
    lines: &'a mut Vec<Line>,
}

impl<'a> Work<'a> {
    pub fn new(
        sim: &'a mut Sim,
        cluster: &'a mut Cluster,
        forge: &'a mut dyn Forge,
        memory: Memory,
        id: &'a Id,
        object: Arc<Object>,
        lines: &'a mut Vec<Line>,
    ) -> Self {
        let status = match object.value.at("status") {
            Value::Map(_) => object.value.at("status").clone(),
            _ => Value::map(),
        };
        Self { sim, cluster, forge, memory, id, row: &ROWS[usize::from(id.row)], object, status, lines }
    }

    pub fn finish(self) -> Memory {
        self.memory
    }

    pub fn run(&mut self, ended: Option<(i32, &str)>) -> After {
        if let Some(ended) = ended {
            return release_end::ended(self, ended);
        }
        let finalizer = ["finalizers.fluxcd.io"];
        let deleting = self.object.deleting();
        if !deleting && self.object.finalizers().is_empty() {
            self.set_finalizers(&finalizer);
        }
        if !deleting && self.spec().bool_at("suspend") {
            self.memory.step = super::engine::Step::Idle;
            let told = if self.row.controller == "kustomize-controller" { "R" } else { "r" };
            self.log(&[told, "econciliation is suspended for this object"].concat(), "");
            return After::Never;
        }
        let missing = self.row.missing.split_whitespace().find(|path| !self.spec().at(path).is_null());
        if let Some(path) = missing.filter(|_| !deleting) {
            let told = ["spec.", path, " is real Flux, but not part of this sandbox yet"].concat();
            return self.stalled("NotSupported", &told);
        }
        match usize::from(self.id.row) {
            GIT => source::repository(self),
            HELM_REPOSITORY => source::helm_repository(self),
            CHART => source::chart(self),
            KUSTOMIZATION => kustomization::look(self),
            IMAGE_REPOSITORY => images::repository(self),
            POLICY => images::policy(self),
            AUTOMATION => automation::look(self),
            _ => release::look(self),
        }
    }

    pub fn spec(&self) -> &Value {
        self.object.value.at("spec")
    }

    pub fn interval(&self, field: &str) -> Option<Duration> {
        parse_duration(self.spec().str_at(field))
    }

    /// After a success: the interval.
    pub fn later(&mut self) -> After {
        self.memory.failures = 0;
        After::In(self.interval("interval").unwrap_or(Duration::from_secs(60)).max(Duration::from_secs(1)))
    }

    /// After an error: soon, and later each time.
    pub fn retry(&mut self) -> After {
        let wait = RETRY_FIRST * 2_u32.pow(self.memory.failures.min(11));
        self.memory.failures += 1;
        After::In(wait.min(RETRY_MAX))
    }

    /// The namespace that a reference means.
    pub fn space_of(&self, reference: &Value) -> String {
        match reference.str_at("namespace") {
            "" => self.object.namespace().into(),
            other => other.into(),
        }
    }

    /// Another object of Flux.
    pub fn other(&self, row: usize, namespace: &str, name: &str) -> Option<Arc<Object>> {
        let kind = super::kinds::kind_of(self.cluster, row)?;
        self.cluster.store().get(kind, namespace, name).cloned()
    }

    pub fn writer(&self) -> Writer {
        Writer::new(self.row.controller, self.memory.causes.clone())
    }

    fn set_finalizers(&mut self, names: &[&str]) {
        let names: Value = names.iter().map(|name| Value::from(*name)).collect();
        let patch = object! { "metadata" => object! { "finalizers" => names } };
        let place = (self.object.key.kind, self.object.namespace(), self.object.name());
        let writer = Writer::new(self.row.controller, self.memory.causes.clone());
        if let Ok(object) = self.cluster.patch(self.sim, place, PatchKind::Merge, &patch, &writer) {
            self.object = object;
        }
    }

    /// The object may go.
    pub fn release(&mut self) -> After {
        self.memory.step = super::engine::Step::Idle;
        self.set_finalizers(&[]);
        After::Never
    }

    pub fn is_true(&self, kind: &str) -> bool {
        let fits = |one: &&Value| one.str_at("type") == kind;
        self.status.list_at("conditions").iter().find(fits).is_some_and(|one| one.str_at("status") == "True")
    }

    /// Sets a condition; its time moves where something else of it does.
    pub fn mark(&mut self, kind: &str, status: &str, reason: &str, message: &str) {
        let mut all = self.status.list_at("conditions").to_vec();
        let generation = self.object.generation();
        let mut new = object! {
            "lastTransitionTime" => self.sim.now().rfc3339(), "message" => message, "observedGeneration" => generation,
            "reason" => reason, "status" => status, "type" => kind,
        };
        match all.iter_mut().find(|one| one.str_at("type") == kind) {
            Some(old) => {
                let same =
                    ["message", "reason", "status", "observedGeneration"].iter().all(|key| old.at(key) == new.at(key));
                if same {
                    new.put("lastTransitionTime", old.at("lastTransitionTime").clone());
                }
                *old = new;
            }
            None => all.push(new),
        }
        all.arrange_by(|a, b| {
            let key = |one: &Value| (one.str_at("type") != "Ready", one.str_at("type").to_string());
            key(a).cmp(&key(b))
        });
        self.status.put("conditions", Value::list(all));
    }

    pub fn unmark(&mut self, kinds: &[&str]) {
        let mut all = self.status.list_at("conditions").to_vec();
        all.retain(|one| !kinds.contains(&one.str_at("type")));
        self.status.put("conditions", Value::list(all));
    }

    /// An event of the API, which is one of the world too.
    pub fn event(&mut self, warning: bool, reason: &'static str, message: &str) {
        let name = self.object.name().to_string();
        let subject = Subject::new(self.row.kind, name.as_str());
        let first = message.lines().next().unwrap_or_default();
        let text = [&name, ": ", first].concat();
        let event = self.sim.record("flux", self.row.controller, subject, text, &self.memory.causes);
        self.memory.causes = self.memory.causes.and(&Causes::one(event));
        self.cluster.tell(self.sim, &self.object, (warning, reason, message), self.row.controller);
    }

    /// A line of the controller's log; with an error it is one of that level.
    pub fn log(&mut self, message: &str, error: &str) {
        let mut line = object! {
            "level" => if error.is_empty() { "info" } else { "error" },
            "ts" => self.stamp(),
            "msg" => message,
            "controller" => self.row.kind.to_lowercase(),
            "controllerGroup" => self.row.api_group(),
            "controllerKind" => self.row.kind,
            "name" => self.object.name(),
            "namespace" => self.object.namespace(),
        };
        if !error.is_empty() {
            line.put("error", error);
        }
        self.lines.push(Line { controller: self.row.controller, text: line.to_json() });
    }

    /// `2026-07-15T10:00:00.123Z`
    fn stamp(&self) -> String {
        let now = self.sim.now();
        let millis = now.as_micros() / 1_000 % 1_000;
        format!("{}.{millis:03}Z", now.rfc3339().trim_end_matches('Z'))
    }

    /// Writes the status, where it changed.
    pub fn save(&mut self) {
        let asked = self.object.annotation(REQUESTED).to_string();
        if !asked.is_empty() {
            self.status.put("lastHandledReconcileAt", asked);
        }
        if self.object.value.at("status") == &self.status {
            return;
        }
        let mut value = self.object.value.clone();
        value.put("status", self.status.clone());
        value.remove("metadata.resourceVersion");
        let (kind, writer) = (self.object.key.kind, self.writer());
        if let Ok(object) = self.cluster.update_status(self.sim, kind, self.object.namespace(), &value, &writer) {
            self.object = object;
        }
    }

    /// It is well: nothing is under way any more.
    pub fn ready(&mut self, reason: &str, message: &str) {
        self.mark("Ready", "True", reason, message);
        self.unmark(&["Reconciling", "Stalled"]);
        self.status.put("observedGeneration", self.object.generation());
    }

    /// It is not, and is tried again.
    pub fn failing(&mut self, reason: &str, message: &str) {
        self.mark("Ready", "False", reason, message);
        self.mark("Reconciling", "True", "ProgressingWithRetry", message);
        self.unmark(&["Stalled"]);
    }

    /// It is not, and nothing but a change of it can help.
    pub fn stalled(&mut self, reason: &'static str, message: &str) -> After {
        let known = self.is_true("Stalled")
            && self.object.value.int_at("status.observedGeneration") == Some(self.object.generation());
        self.mark("Ready", "False", reason, message);
        self.mark("Stalled", "True", reason, message);
        self.unmark(&["Reconciling"]);
        self.status.put("observedGeneration", self.object.generation());
        if !known {
            self.event(true, reason, message);
            self.log("Reconciler error", message);
        }
        self.save();
        self.memory.step = super::engine::Step::Idle;
        After::Never
    }
}
