//! The job controller: pods until enough of them have succeeded, or too many have failed
//! (Kubernetes 1.32, `pkg/controller/job`).
//! Unlike kubernetes: `successPolicy` and `backoffLimitPerIndex` are stored and not acted upon.

mod failure;
mod finish;
mod indexes;
mod pods;
#[cfg(test)]
mod tables;

use super::{Action, Reconciled};
use crate::kinds;
use crate::object::{Key, Object, condition_true, time_at};
use crate::pods::{finished, pod_ready, set_condition};
use crate::recorder::Note;
use crate::store::Store;
use manifest::{Value, object};
use sim::Time;
use std::sync::Arc;
use std::time::Duration;

pub(super) const FINALIZER: &str = "batch.kubernetes.io/job-tracking";

/// One look at a job.
struct Look<'a> {
    job: &'a Arc<Object>,
    now: Time,
    /// All of its pods.
    pods: Vec<&'a Arc<Object>>,
    status: Value,
    done: Reconciled,
}

fn int(value: &Value, path: &str) -> i64 {
    value.int_at(path).unwrap_or(0)
}

fn succeeded(pod: &Object) -> bool {
    pod.value.str_at("status.phase") == "Succeeded"
}

fn tracked(pod: &Object) -> bool {
    pod.finalizers().contains(&Value::from(FINALIZER))
}

fn released(pod: &Object) -> Value {
    let mut value = pod.value.clone();
    value.at_mut("metadata.finalizers").make_list().retain(|name| name.as_str() != Some(FINALIZER));
    value
}

#[inline(never)]
pub(crate) fn reconcile(store: &Store, key: &Key, now: Time) -> Reconciled {
    let Some(job) = store.get_key(key) else { return orphans(store, key) };
    let pods: Vec<&Arc<Object>> = store.owned_by(&job.uid).filter(|pod| pod.key.kind == kinds::POD).collect();
    let mut look = Look { job, now, pods, status: job.value.at("status").clone(), done: Reconciled::default() };
    if finish::ended(&look.status) {
        look.expire();
    } else {
        look.run();
    }
    let Look { status, mut done, .. } = look;
    if status != *job.value.at("status") {
        // The counts are written before the pods that they count are let go.
        done.actions.insert(0, Action::Status { base: job.clone(), status });
    }
    done
}

/// The job is gone: nobody counts its pods any more.
fn orphans(store: &Store, key: &Key) -> Reconciled {
    let mut done = Reconciled::default();
    let mine = |pod: &&Arc<Object>| {
        let owner = pod.controller();
        tracked(pod)
            && owner.is_some_and(|o| o.str_at("kind") == "Job" && *o.str_at("name") == *key.name)
            && store.by_uid(pod.controller_uid()).is_none()
    };
    for pod in store.all(kinds::POD, Some(&key.namespace)).filter(mine) {
        let because = pod.written_by.clone();
        done.actions.push(Action::Update { base: pod.clone(), value: released(pod), because });
    }
    done
}

impl Look<'_> {
    fn spec(&self) -> &Value {
        self.job.value.at("spec")
    }

    fn indexed(&self) -> bool {
        self.spec().str_at("completionMode") == "Indexed"
    }

    /// Pods that are at work: neither finished nor going.
    fn active(&self) -> Vec<Arc<Object>> {
        self.pods.iter().filter(|pod| !pod.deleting() && !finished(pod)).map(|pod| Arc::clone(pod)).collect()
    }

    fn note(&mut self, note: Note) {
        self.done.actions.push(Action::Event { about: self.job.clone(), note });
    }

    fn condition(&mut self, kind: &str, state: &str, reason: &str, message: &str) {
        let stamp = self.now.rfc3339();
        let new = object! {
            "lastProbeTime" => &stamp, "message" => message, "reason" => reason, "status" => state, "type" => kind,
        };
        set_condition(&mut self.status, new, &stamp);
    }

    fn put(&mut self, field: &str, count: i64) {
        if count > 0 {
            self.status.put(field, count);
        } else {
            self.status.remove(field);
        }
    }

    fn run(&mut self) {
        let suspended = self.spec().bool_at("suspend");
        if self.job.deleting() {
            self.count();
            return;
        }
        if !suspended && self.status.get("startTime").is_none() {
            self.status.put("startTime", self.now.rfc3339());
        }
        let failure = self.count();
        let active = self.active();
        if let Some((reason, message)) = failure.or_else(|| self.over(&active)) {
            self.drop_pods(&active);
            self.fail(&reason, &message);
        } else if self.enough(&active) {
            self.drop_pods(&active);
            self.complete();
        } else if suspended {
            self.drop_pods(&active);
            self.suspend();
        } else {
            self.resume();
            self.manage(active);
        }
        self.counts();
    }

    /// Takes finished pods into the counts, and lets them go; a rule of the failure policy may end the job.
    fn count(&mut self) -> Option<(String, String)> {
        let mut verdict = None;
        let (mut won, mut lost) = (0, 0);
        let mut indexes = indexes::parse(self.status.str_at("completedIndexes"));
        for pod in self.pods.clone() {
            let gone = pod.deleting() && !finished(pod);
            if !tracked(pod) || !(finished(pod) || gone) {
                continue;
            }
            if succeeded(pod) {
                match indexes::of(pod).filter(|_| self.indexed()) {
                    Some(index) => {
                        if !indexes.contains(&index) && index < int(self.spec(), "completions") {
                            indexes.insert(index);
                        }
                    }
                    None => won += 1,
                }
            } else {
                match failure::judge(self.spec().at("podFailurePolicy"), pod) {
                    failure::Action::Count => lost += 1,
                    failure::Action::Ignore => {}
                    failure::Action::FailJob(message) => {
                        lost += 1;
                        verdict = Some(("PodFailurePolicy".to_string(), message));
                    }
                }
            }
            let because = pod.written_by.clone();
            self.done.actions.push(Action::Update { base: Arc::clone(pod), value: released(pod), because });
        }
        let total = int(&self.status, "succeeded") + won;
        let total = if self.indexed() { i64::try_from(indexes.len()).unwrap_or(0) } else { total };
        self.put("succeeded", total);
        let lost = int(&self.status, "failed") + lost;
        self.put("failed", lost);
        if self.indexed() && !indexes.is_empty() {
            self.status.put("completedIndexes", indexes::text(&indexes));
        }
        verdict
    }

    /// How many are at work, after what this round has planned.
    fn counts(&mut self) {
        let gone: Vec<&Key> = self
            .done
            .actions
            .iter()
            .filter_map(|a| if let Action::Delete { key, .. } = a { Some(key) } else { None })
            .collect();
        let stays = |pod: &&Arc<Object>| !gone.contains(&&pod.key);
        let active: Vec<Arc<Object>> = self.active().into_iter().filter(|pod| stays(&pod)).collect();
        let fresh = self.done.actions.iter().filter(|a| matches!(a, Action::Create { .. })).count();
        let ready = active.iter().filter(|pod| pod_ready(pod)).count();
        let going = self.pods.iter().filter(|pod| (pod.deleting() && !finished(pod)) || !stays(pod)).count();
        let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        self.put("active", number(active.len() + fresh));
        self.status.put("ready", number(ready));
        self.status.put("terminating", number(going));
        self.status.put("uncountedTerminatedPods", Value::map());
    }

    fn suspend(&mut self) {
        if !condition_true(&object! { "status" => self.status.clone() }, "Suspended") {
            self.condition("Suspended", "True", "JobSuspended", "Job suspended");
            self.status.remove("startTime");
            self.note(Note::normal("Suspended", "Job suspended"));
        }
    }

    fn resume(&mut self) {
        if condition_true(&object! { "status" => self.status.clone() }, "Suspended") {
            self.condition("Suspended", "False", "JobResumed", "Job resumed");
            self.status.put("startTime", self.now.rfc3339());
            self.note(Note::normal("Resumed", "Job resumed"));
        }
    }

    /// `ttlSecondsAfterFinished` (`pkg/controller/ttlafterfinished`).
    fn expire(&mut self) {
        self.count();
        let Some(wait) = self.spec().int_at("ttlSecondsAfterFinished") else { return };
        let Some(ended) = finish::ended_at(&self.status) else { return };
        let ends = ended + Duration::from_secs(u64::try_from(wait).unwrap_or(0));
        if ends > self.now {
            self.done.look_again(ends.since(self.now));
        } else if !self.job.deleting() {
            let (key, uid) = (self.job.key.clone(), self.job.uid.clone());
            self.done.actions.push(Action::Delete { key, uid, because: self.job.written_by.clone() });
        }
    }

    /// The moment it was started.
    fn started(&self) -> Option<Time> {
        time_at(&self.status, "startTime")
    }
}
