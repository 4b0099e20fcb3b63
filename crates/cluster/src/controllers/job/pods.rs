//! The pods of a job: as many at a time as it may have, later after each failure.

use super::indexes::{self, INDEX};
use super::{Action, FINALIZER, Look, int, released, tracked};
use crate::controllers::owner_reference;
use crate::controllers::ranking::Rank;
use crate::defaults;
use crate::kinds;
use crate::object::{Object, time_at};
use crate::pods::finished;
use crate::recorder::Note;
use manifest::{Value, list, object};
use order::Arrange;
use sim::Time;
use std::sync::Arc;
use std::time::Duration;

const BACKOFF_FIRST: Duration = Duration::from_secs(10);
const BACKOFF_MAX: Duration = Duration::from_secs(600);
/// Pods made in one round.
const BURST: usize = 500;

/// When a pod finished (`getFinishedTime`): by all of its containers, else when it became unready, else when it was to go,
/// else when it was made.
#[inline(never)]
pub(super) fn finished_at(pod: &Object) -> Time {
    let sidecars = pod.value.list_at("spec.initContainers").iter().filter(|c| c.str_at("restartPolicy") == "Always");
    let names: Vec<&str> = sidecars.map(|c| c.str_at("name")).collect();
    let beside = pod.value.list_at("status.initContainerStatuses").iter();
    let beside = beside.filter(|status| names.contains(&status.str_at("name")));
    let all = pod.value.list_at("status.containerStatuses").iter().chain(beside);
    let ends: Option<Vec<Time>> = all.map(|status| time_at(status, "state.terminated.finishedAt")).collect();
    let last = ends.and_then(|ends| ends.into_iter().max());
    let unready = || {
        let ready = crate::object::condition(&pod.value, "Ready").filter(|ready| ready.str_at("status") == "False");
        ready.and_then(|ready| time_at(ready, "lastTransitionTime"))
    };
    let deleted = || {
        let grace = pod.value.int_at("metadata.deletionGracePeriodSeconds").unwrap_or(0);
        let at = time_at(&pod.value, "metadata.deletionTimestamp")?;
        Some(at - Duration::from_secs(u64::try_from(grace).unwrap_or(0)))
    };
    last.or_else(unready).or_else(deleted).unwrap_or_else(|| pod.created_at())
}

/// The last failure and how many there were since the last success (`newBackoffRecord`).
pub(super) fn record<'p>(pods: impl Iterator<Item = &'p Arc<Object>> + Clone) -> Option<(Time, u32)> {
    let ended = pods.filter(|pod| finished(pod));
    let success = ended.clone().filter(|pod| super::succeeded(pod)).map(|pod| finished_at(pod)).max();
    let failures = ended.filter(|pod| !super::succeeded(pod)).map(|pod| finished_at(pod));
    let counted: Vec<Time> = failures.filter(|at| success.is_none_or(|success| *at > success)).collect();
    counted.iter().max().map(|last| (*last, u32::try_from(counted.len()).unwrap_or(u32::MAX)))
}

/// How much of the back-off is left (`getRemainingTime`).
pub(super) fn remaining(record: Option<(Time, u32)>, now: Time, (first, most): (Duration, Duration)) -> Duration {
    let Some((last, count)) = record else { return Duration::ZERO };
    let wait = first.saturating_mul(2_u32.saturating_pow((count - 1).min(20))).min(most);
    (last + wait).since(now)
}

impl Look<'_> {
    /// Stops pods that are not wanted any more; they do not count.
    #[inline(never)]
    pub(super) fn drop_pods(&mut self, pods: &[Arc<Object>]) {
        for pod in pods {
            let because = self.job.spec_by.clone();
            if tracked(pod) {
                let value = released(pod);
                self.done.actions.push(Action::Update { base: pod.clone(), value, because: because.clone() });
            }
            self.done.actions.push(Action::Delete { key: pod.key.clone(), uid: pod.uid.clone(), because });
            self.note(Note::normal("SuccessfulDelete", format!("Deleted pod: {}", pod.name())));
        }
    }

    /// Creates or deletes until as many are at work as may be.
    #[inline(never)]
    pub(super) fn manage(&mut self, active: Vec<Arc<Object>>) {
        let parallelism = int(self.spec(), "parallelism");
        let have = i64::try_from(active.len()).unwrap_or(i64::MAX);
        let won = int(&self.status, "succeeded");
        let wanted = match self.spec().int_at("completions") {
            None if won > 0 => have.min(parallelism),
            None => parallelism,
            Some(completions) => parallelism.min(completions - won),
        };
        if have > wanted {
            let mut ranked: Vec<(Rank, Arc<Object>)> = active.into_iter().map(|pod| (Rank::plain(&pod), pod)).collect();
            ranked.arrange_by(|a, b| a.0.compare(&b.0, None).then_with(|| a.1.key.name.cmp(&b.1.key.name)));
            let extra = usize::try_from(have - wanted).unwrap_or(0);
            let extra: Vec<Arc<Object>> = ranked.into_iter().take(extra).map(|(_, pod)| pod).collect();
            return self.drop_pods(&extra);
        }
        if have == wanted {
            return;
        }
        let wait = self.backoff();
        if !wait.is_zero() {
            return self.done.look_again(wait);
        }
        let count = usize::try_from(wanted - have).unwrap_or(0).min(BURST);
        if !self.indexed() {
            let pod = self.pod(None);
            (0..count).for_each(|_| self.create(pod.clone()));
            return;
        }
        let done = indexes::parse(self.status.str_at("completedIndexes"));
        let busy: Vec<i64> = active.iter().filter_map(|pod| indexes::of(pod)).collect();
        let free = (0..int(self.spec(), "completions")).filter(|index| !done.contains(index) && !busy.contains(index));
        for index in free.take(count).collect::<Vec<i64>>() {
            let pod = self.pod(Some(index));
            self.create(pod);
        }
    }

    /// How long to wait after the failures since the last success.
    fn backoff(&self) -> Duration {
        remaining(record(self.pods.iter().copied()), self.now, (BACKOFF_FIRST, BACKOFF_MAX))
    }

    fn create(&mut self, pod: Value) {
        self.done.actions.push(Action::Create {
            kind: kinds::POD,
            namespace: self.job.key.namespace.clone(),
            value: pod,
            because: self.job.spec_by.clone(),
            announce: Some((self.job.clone(), "SuccessfulCreate", "Created pod: ")),
        });
    }

    #[inline(never)]
    fn pod(&self, index: Option<i64>) -> Value {
        let template = self.spec().at("template");
        let name = self.job.name();
        let base = index.map_or_else(|| format!("{name}-"), |index| format!("{name}-{index}-"));
        let mut pod = object! {
            "apiVersion" => "v1", "kind" => "Pod",
            "metadata" => object! {
                "finalizers" => list![FINALIZER], "generateName" => base,
                "ownerReferences" => list![owner_reference(self.job)],
            },
            "spec" => template.at("spec").clone(),
        };
        for field in ["labels", "annotations"] {
            if let Some(part) = template.at("metadata").get(field).filter(|part| !part.is_zero()) {
                pod.at_mut("metadata").put(field, part.clone());
            }
        }
        if let Some(index) = index {
            pod.at_mut("metadata.labels").put(INDEX, index.to_string());
            pod.at_mut("metadata.annotations").put(INDEX, index.to_string());
            if pod.at("spec.hostname").is_zero() {
                pod.set("spec.hostname", format!("{name}-{index}"));
            }
            let field = object! { "fieldRef" => object! {
                "apiVersion" => "v1", "fieldPath" => format!("metadata.labels['{INDEX}']"),
            } };
            let variable = object! { "name" => "JOB_COMPLETION_INDEX", "valueFrom" => field };
            for list in ["spec.containers", "spec.initContainers"] {
                for at in 0..pod.list_at(list).len() {
                    pod.at_mut(&format!("{list}[{at}].env")).make_list().push(variable.clone());
                }
            }
        }
        defaults::pod(&mut pod);
        pod
    }
}
