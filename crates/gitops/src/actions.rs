//! Actions on resources, as the scripts that come with Argo CD offer and do them (`resource_customizations/*/*/actions`).

use crate::engine::ArgoCd;
use crate::operation::Refusal;
use cluster::{Cluster, Object, PatchKind, Writer, condition_true};
use manifest::{Value, object};
use sim::{Causes, Sim, Time};

const SERVER: &str = "argocd-server";

/// Something that may be done to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Action {
    pub name: &'static str,
    /// It makes no sense as things are. The server does it all the same.
    pub disabled: bool,
}

/// What an action does.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Deed {
    /// A merge patch.
    Change(Value),
    /// A merge patch of the status.
    Status(Value),
    Both(Value, Value),
    Create(Value),
    Nothing,
}

/// The group, as far as scripts tell groups apart, and the kind.
fn kind_of(value: &Value) -> (&str, &str) {
    let group = value.str_at("apiVersion").split_once('/').map_or("", |(group, _)| group);
    let flux = group.ends_with(".toolkit.fluxcd.io");
    (if flux { "fluxcd" } else { group }, value.str_at("kind"))
}

/// What may be done to an object, by name; nothing for most kinds.
// Unlike Argo CD: actions stand in the order of their names, since the real ones stand in no order.
#[inline(never)]
pub fn actions(value: &Value) -> Vec<Action> {
    let status = value.at("status");
    let row = |name: &'static str, disabled: bool| Action { name, disabled };
    let suspended = value.bool_at("spec.suspend");
    match kind_of(value) {
        ("apps", "Deployment") => {
            let paused = value.bool_at("spec.paused");
            vec![row("pause", paused), row("restart", false), row("resume", !paused), row("scale", false)]
        }
        ("apps", "StatefulSet") => vec![row("restart", false), row("scale", false)],
        ("apps", "DaemonSet") => vec![row("restart", false)],
        ("batch", "CronJob") => {
            vec![row("create-job", false), row(if suspended { "resume" } else { "suspend" }, false)]
        }
        ("batch", "Job") if job_is_over(value) => Vec::new(),
        ("batch", "Job") => {
            let mut all = vec![row(if suspended { "resume" } else { "suspend" }, false)];
            if !status.is_null() {
                all.push(row("terminate", false));
            }
            all
        }
        ("argoproj.io", "Application") => vec![row("toggle-auto-sync", false)],
        ("argoproj.io", "AnalysisRun") => {
            let over = matches!(status.str_at("phase"), "Successful" | "Failed" | "Error" | "Inconclusive");
            vec![row("terminate", over || value.bool_at("spec.terminate"))]
        }
        ("argoproj.io", "Rollout") => of_rollout(value),
        ("fluxcd", "ImagePolicy") => Vec::new(),
        ("fluxcd", kind) => {
            let all = [row("reconcile", suspended), row("resume", !suspended), row("suspend", suspended)];
            all[usize::from(kind_sleeps(kind))..].to_vec()
        }
        _ => Vec::new(),
    }
}

/// A kind of Flux that nothing reconciles.
fn kind_sleeps(kind: &str) -> bool {
    matches!(kind, "Alert" | "Provider" | "ImagePolicy")
}

fn job_is_over(value: &Value) -> bool {
    ["Complete", "Failed", "FailureTarget", "SuccessCriteriaMet"].iter().any(|kind| condition_true(value, kind))
}

#[inline(never)]
fn of_rollout(value: &Value) -> Vec<Action> {
    let status = value.at("status");
    let paused = match status.at("pauseConditions") {
        Value::Null => value.bool_at("spec.paused"),
        all => !all.items().is_empty(),
    };
    let steps = value.at("spec.strategy.canary.steps");
    let done = status.at("currentPodHash") == status.at("stableRS");
    let aborted = status.bool_at("abort");
    let at_end = status.int_at("currentStepIndex").is_some_and(|at| usize::try_from(at) == Ok(steps.items().len()));
    [
        ("abort", done || aborted),
        ("pause", done || aborted || value.bool_at("spec.paused")),
        ("promote-full", done),
        ("restart", false),
        ("resume", !paused),
        ("retry", done || !aborted),
        ("skip-current-step", steps.is_null() || at_end),
    ]
    .map(|(name, disabled)| Action { name, disabled })
    .to_vec()
}

/// What an action does to an object; `None` where there is no such script.
#[inline(never)]
pub(crate) fn deed(value: &Value, name: &str, replicas: Option<&str>, now: Time) -> Option<Result<Deed, String>> {
    let spec = |spec: Value| Deed::Change(object! { "spec" => spec });
    let stamp = now.rfc3339();
    Some(Ok(match (kind_of(value), name) {
        (("apps", "Deployment" | "StatefulSet" | "DaemonSet"), "restart") => {
            let annotations = object! { "kubectl.kubernetes.io/restartedAt" => stamp };
            let metadata = object! { "metadata" => object! { "annotations" => annotations } };
            spec(object! { "template" => metadata })
        }
        (("apps", "Deployment" | "StatefulSet"), "scale") => match replicas {
            None => {
                return Some(Err("<string>:5: cannot perform concat operation between string and nil".into()));
            }
            Some(text) => match text.parse::<i64>() {
                Ok(count) => spec(object! { "replicas" => count }),
                Err(_) => return Some(Err(format!("invalid number: {text}"))),
            },
        },
        (("apps", "Deployment") | ("argoproj.io", "Rollout"), "pause") => spec(object! { "paused" => true }),
        (("apps", "Deployment"), "resume") => spec(object! { "paused" => Value::Null }),
        (("batch", _) | ("fluxcd", _), "suspend" | "resume") if value.str_at("kind") == "ImagePolicy" => return None,
        (("batch", _) | ("fluxcd", _), "suspend") => spec(object! { "suspend" => true }),
        (("batch", _) | ("fluxcd", _), "resume") => {
            if !value.bool_at("spec.suspend") {
                return Some(Ok(Deed::Nothing));
            }
            spec(object! { "suspend" => false })
        }
        (("batch", "CronJob"), "create-job") => Deed::Create(job_of(value, now)),
        (("batch", "Job"), "terminate") => terminated(value, &stamp),
        (("fluxcd", kind), "reconcile") if !kind_sleeps(kind) => {
            let said = ["By Argo CD at: ", stamp.trim_end_matches('Z')].concat();
            let annotations = object! { "reconcile.fluxcd.io/requestedAt" => said };
            Deed::Change(object! { "metadata" => object! { "annotations" => annotations } })
        }
        (("argoproj.io", "Application"), "toggle-auto-sync") => {
            let automated = value.at("spec.syncPolicy.automated");
            let on = !automated.is_null() && automated.at("enabled").as_bool() != Some(false);
            spec(object! { "syncPolicy" => object! { "automated" => object! { "enabled" => !on } } })
        }
        (("argoproj.io", "AnalysisRun"), "terminate") => spec(object! { "terminate" => true }),
        (("argoproj.io", "Rollout"), _) => return to_rollout(value, name, &stamp).map(Ok),
        _ => return None,
    }))
}

#[inline(never)]
fn to_rollout(value: &Value, name: &str, stamp: &str) -> Option<Deed> {
    let status = value.at("status");
    let waits = !status.list_at("pauseConditions").is_empty();
    Some(match name {
        "abort" => Deed::Status(object! { "abort" => true }),
        "retry" => Deed::Status(object! { "abort" => Value::Null }),
        "restart" => Deed::Change(object! { "spec" => object! { "restartAt" => stamp } }),
        "promote-full" => Deed::Status(object! { "promoteFull" => true }),
        "resume" => {
            let spec = object! { "spec" => object! { "paused" => false } };
            let status = object! { "pauseConditions" => Value::Null };
            match (waits, value.bool_at("spec.paused")) {
                (true, true) => Deed::Both(spec, status),
                (true, false) => Deed::Status(status),
                (false, true) => Deed::Change(spec),
                (false, false) => Deed::Nothing,
            }
        }
        "skip-current-step" => {
            let count = value.list_at("spec.strategy.canary.steps").len();
            let at = status.int_at("currentStepIndex").unwrap_or(0);
            if usize::try_from(at).unwrap_or(0) >= count {
                return Some(Deed::Nothing);
            }
            let mut change = object! { "currentStepIndex" => at + 1 };
            if waits {
                change.put("pauseConditions", Value::Null);
            }
            Deed::Status(change)
        }
        _ => return None,
    })
}

#[inline(never)]
fn terminated(value: &Value, stamp: &str) -> Deed {
    if value.at("status").is_null() || job_is_over(value) {
        return Deed::Nothing;
    }
    let mut all = value.list_at("status.conditions").to_vec();
    all.push(object! {
        "lastTransitionTime" => stamp, "message" => "Job was terminated explicitly through Argo CD",
        "reason" => "ManuallyTerminated", "status" => "True", "type" => "FailureTarget",
    });
    Deed::Status(object! { "conditions" => Value::list(all) })
}

/// The job that a cron job would make now.
#[inline(never)]
fn job_of(value: &Value, now: Time) -> Value {
    let (name, template) = (value.str_at("metadata.name"), value.at("spec.jobTemplate"));
    let digits: String = now.rfc3339().chars().filter(char::is_ascii_digit).collect();
    let mut job = object! { "apiVersion" => "batch/v1", "kind" => "Job" };
    job.put("metadata", template.at("metadata").clone());
    // Year, month, day, hour and minute, two digits each.
    job.set("metadata.name", [name, "-", &digits[2..12]].concat());
    job.set("metadata.namespace", value.str_at("metadata.namespace"));
    let mut annotations = job.at("metadata.annotations").clone();
    annotations.put("cronjob.kubernetes.io/instantiate", "manual");
    job.set("metadata.annotations", annotations);
    let owner = object! {
        "apiVersion" => value.str_at("apiVersion"), "kind" => value.str_at("kind"), "name" => name,
        "uid" => value.str_at("metadata.uid"), "blockOwnerDeletion" => true, "controller" => true,
    };
    job.set("metadata.ownerReferences", Value::list(vec![owner]));
    job.put("spec", template.at("spec").clone());
    job
}

impl ArgoCd {
    /// Does an action to one of an application's objects, or to the application itself; `replicas` is what `scale` asks for.
    #[inline(never)]
    pub fn run_action(
        &mut self,
        (sim, cluster): (&mut Sim, &mut Cluster),
        app: &Object,
        target: &Object,
        (name, replicas): (&str, Option<&str>),
        causes: &Causes,
    ) -> Result<(), Refusal> {
        let refused = |why: String| Refusal::new("Unknown", why);
        let failed = |status: cluster::Status| refused(status.message.to_string());
        let deed = match deed(&target.value, name, replicas, sim.now()) {
            None => {
                return Err(refused("error getting Lua resource action: built-in script does not exist".into()));
            }
            Some(Err(why)) => return Err(refused(format!("error executing Lua resource action: {why}"))),
            Some(Ok(deed)) => deed,
        };
        let writer = Writer::new(SERVER, causes.clone());
        let kind = target.key.kind;
        let place = (kind, target.namespace(), target.name());
        let (change, status) = match deed {
            Deed::Nothing => return Ok(()),
            Deed::Change(change) => (Some(change), None),
            Deed::Status(status) => (None, Some(status)),
            Deed::Both(change, status) => (Some(change), Some(status)),
            Deed::Create(value) => {
                let project = self.project(cluster, &app.value);
                let name = value.str_at("metadata.name");
                if !project.is_none_or(|project| project.permits_kind("batch", "Job", name, true)) {
                    let why =
                        format!("application is not permitted to manage batch/Job/{name} in {}", target.namespace());
                    return Err(Refusal::new("PermissionDenied", why));
                }
                let namespace = target.namespace().to_string();
                return cluster.create(sim, cluster::JOB, &namespace, value, &writer).map(drop).map_err(failed);
            }
        };
        if let Some(status) = status {
            cluster.patch_status(sim, place, &status, &writer).map_err(failed)?;
        }
        if let Some(change) = change {
            cluster.patch(sim, place, PatchKind::Merge, &change, &writer).map_err(failed)?;
        }
        Ok(())
    }
}
