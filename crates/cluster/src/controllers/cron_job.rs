//! The cron job controller: a job at each time of the schedule (Kubernetes 1.32, `pkg/controller/cronjob`).

use super::{Action, Reconciled, owner_reference};
use crate::defaults;
use crate::kinds;
use crate::object::{Key, Object, time_at};
use crate::recorder::Note;
use crate::store::Store;
use manifest::{Value, list, object};
use order::Arrange;
use sim::Time;
use sim::{Schedule, Zone};
use std::sync::Arc;
use std::time::Duration;

/// More missed times than this are told, and only the newest counts.
const MISSED_MAX: usize = 100;
const SCHEDULED: &str = "batch.kubernetes.io/cronjob-scheduled-timestamp";

/// `Complete`, `Failed`, or nothing for a job that runs.
fn ended(job: &Object) -> Option<&str> {
    let ends = |c: &&Value| matches!(c.str_at("type"), "Complete" | "Failed") && c.str_at("status") == "True";
    job.value.list_at("status.conditions").iter().find(ends).map(|c| c.str_at("type"))
}

/// One look at a cron job.
struct Look<'a> {
    cron: &'a Arc<Object>,
    now: Time,
    jobs: Vec<&'a Arc<Object>>,
    status: Value,
    done: Reconciled,
}

#[inline(never)]
pub(crate) fn reconcile(store: &Store, key: &Key, now: Time) -> Reconciled {
    let Some(cron) = store.get_key(key) else { return Reconciled::default() };
    let jobs = store.owned_by(&cron.uid).filter(|job| job.key.kind == kinds::JOB).collect();
    let mut look = Look { cron, now, jobs, status: cron.value.at("status").clone(), done: Reconciled::default() };
    look.forget();
    look.settle(store);
    if !cron.deleting() {
        look.start();
    }
    if look.status != *cron.value.at("status") {
        look.done.actions.push(Action::Status { base: cron.clone(), status: look.status });
    }
    look.done
}

impl Look<'_> {
    fn note(&mut self, note: Note) {
        self.done.actions.push(Action::Event { about: self.cron.clone(), note });
    }

    fn delete(&mut self, job: &Arc<Object>) {
        let because = self.cron.spec_by.clone();
        self.done.actions.push(Action::Delete { key: job.key.clone(), uid: job.uid.clone(), because });
        self.note(Note::normal("SuccessfulDelete", format!("Deleted job {}", job.name())));
    }

    /// Deletes the oldest finished jobs beyond the history limits.
    #[inline(never)]
    fn forget(&mut self) {
        let limits = [("Complete", "spec.successfulJobsHistoryLimit"), ("Failed", "spec.failedJobsHistoryLimit")];
        for (how, limit) in limits {
            let Some(limit) = self.cron.value.int_at(limit) else { continue };
            let mut old: Vec<Arc<Object>> = self
                .jobs
                .iter()
                .filter(|job| ended(job) == Some(how) && !job.deleting())
                .map(|j| Arc::clone(j))
                .collect();
            old.arrange_by_key(|job| (time_at(&job.value, "status.startTime"), job.key.name.clone()));
            let extra = old.len().saturating_sub(usize::try_from(limit).unwrap_or(usize::MAX));
            old[..extra].iter().for_each(|job| self.delete(job));
        }
    }

    /// Takes jobs that ended or went out of the list of active ones.
    #[inline(never)]
    fn settle(&mut self, store: &Store) {
        let active = self.status.list_at("active").to_vec();
        let mut left = Vec::new();
        for reference in active {
            match store.by_uid(reference.str_at("uid")) {
                None => {
                    let told = format!("Active job went missing: {}", reference.str_at("name"));
                    self.note(Note::normal("MissingJob", told));
                }
                Some(job) => match ended(job) {
                    Some(how) => {
                        let told = format!("Saw completed job: {}, condition: {how}", job.name());
                        self.note(Note::normal("SawCompletedJob", told));
                    }
                    None => left.push(reference),
                },
            }
        }
        for job in self.jobs.clone().into_iter().filter(|job| ended(job).is_none() && !job.deleting()) {
            if left.iter().any(|reference| reference.str_at("uid") == &*job.uid) {
                continue;
            }
            if job.annotation(SCHEDULED).is_empty() {
                let told = format!("Saw a job that the controller did not create or forgot: {}", job.name());
                self.note(Note::warning("UnexpectedJob", told));
            } else {
                left.push(object! {
                    "apiVersion" => "batch/v1", "kind" => "Job", "name" => &job.key.name,
                    "namespace" => &job.key.namespace, "resourceVersion" => job.version.to_string(), "uid" => &job.uid,
                });
            }
        }
        let finished = |job: &&&Arc<Object>| ended(job) == Some("Complete");
        let newest =
            self.jobs.iter().filter(finished).filter_map(|job| time_at(&job.value, "status.completionTime")).max();
        if let Some(newest) =
            newest.filter(|at| time_at(&self.status, "lastSuccessfulTime").is_none_or(|had| had < *at))
        {
            self.status.put("lastSuccessfulTime", newest.rfc3339());
        }
        self.list_active(left);
    }

    fn list_active(&mut self, active: Vec<Value>) {
        if active.is_empty() {
            self.status.remove("active");
        } else {
            self.status.put("active", active);
        }
    }

    /// Starts the job of the newest time that is due, and plans the next look.
    #[inline(never)]
    fn start(&mut self) {
        let spec = self.cron.value.at("spec");
        if spec.bool_at("suspend") {
            return;
        }
        let schedule = match Schedule::parse(spec.str_at("schedule")) {
            Ok(schedule) => schedule,
            Err(why) => {
                let told = format!("unparseable schedule {:?}: {why}", spec.str_at("schedule"));
                return self.note(Note::warning("UnparseableSchedule", told));
            }
        };
        let Some(zone) = Zone::find(spec.str_at("timeZone")) else {
            let told = format!("invalid timeZone: {:?}: unknown time zone", spec.str_at("timeZone"));
            return self.note(Note::warning("UnknownTimeZone", told));
        };
        if let Some(next) = schedule.next(self.now, zone) {
            self.done.look_again(next.since(self.now) + Duration::from_millis(100));
        }
        let deadline =
            spec.int_at("startingDeadlineSeconds").map(|n| Duration::from_secs(u64::try_from(n).unwrap_or(0)));
        let Some(due) = self.due(&schedule, zone, deadline) else { return };
        if deadline.is_some_and(|deadline| due + deadline < self.now) {
            let told = format!("Missed scheduled time to start a job: {}", due.rfc3339());
            return self.note(Note::warning("MissSchedule", told));
        }
        let name = format!("{}-{}", self.cron.name(), due.unix_secs() / 60);
        let active = self.status.list_at("active").to_vec();
        let known = active.iter().any(|reference| reference.str_at("name") == name);
        if known || time_at(&self.status, "lastScheduleTime") == Some(due) {
            return;
        }
        match spec.str_at("concurrencyPolicy") {
            "Forbid" if !active.is_empty() => {
                let told = "Not starting job because prior execution is running and concurrency policy is Forbid";
                return self.note(Note::normal("JobAlreadyActive", told));
            }
            "Replace" => {
                let running = self.jobs.iter().filter(|job| ended(job).is_none()).map(|job| Arc::clone(job));
                for job in running.collect::<Vec<_>>() {
                    self.delete(&job);
                }
                self.list_active(Vec::new());
            }
            _ => {}
        }
        self.create(&name, due);
    }

    /// The newest time that is due and was not done.
    #[inline(never)]
    fn due(&mut self, schedule: &Schedule, zone: Zone, deadline: Option<Duration>) -> Option<Time> {
        let since = time_at(&self.status, "lastScheduleTime").unwrap_or_else(|| self.cron.created_at());
        let floor = deadline.map(|deadline| {
            let micros = u64::try_from(deadline.as_micros()).unwrap_or(u64::MAX);
            Time::from_micros(self.now.as_micros().saturating_sub(micros))
        });
        let mut at = floor.map_or(since, |floor| since.max(floor));
        let (mut found, mut missed) = (None, 0_usize);
        while let Some(next) = schedule.next(at, zone).filter(|next| *next <= self.now) {
            (found, at) = (Some(next), next);
            missed += 1;
            // A schedule of minutes that slept for years must not be walked through.
            if missed > 100_000 {
                break;
            }
        }
        if missed > MISSED_MAX {
            let told = format!(
                "too many missed start times: {missed}. Set or decrease .spec.startingDeadlineSeconds or check clock skew"
            );
            self.note(Note::warning("TooManyMissedTimes", told));
        }
        found
    }

    #[inline(never)]
    fn create(&mut self, name: &str, due: Time) {
        let template = self.cron.value.at("spec.jobTemplate");
        let mut annotations = template.at("metadata.annotations").clone();
        annotations.put(SCHEDULED, due.rfc3339());
        let mut metadata = object! {
            "annotations" => annotations, "name" => name, "ownerReferences" => list![owner_reference(self.cron)],
        };
        if let Some(labels) = template.at("metadata").get("labels").filter(|labels| !labels.is_zero()) {
            metadata.put("labels", labels.clone());
        }
        let mut job = object! {
            "apiVersion" => "batch/v1", "kind" => "Job", "metadata" => metadata, "spec" => template.at("spec").clone(),
        };
        defaults::job(&mut job);
        self.done.actions.push(Action::Create {
            kind: kinds::JOB,
            namespace: self.cron.key.namespace.clone(),
            value: job,
            because: self.cron.spec_by.clone(),
            announce: Some((self.cron.clone(), "SuccessfulCreate", "Created job ")),
        });
        self.status.put("lastScheduleTime", due.rfc3339());
        // The job's uid is known once it is made: the next look adds it to the active ones.
        self.done.look_again(Duration::from_millis(10));
    }
}
