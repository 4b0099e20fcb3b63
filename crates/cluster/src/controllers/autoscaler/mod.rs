//! The horizontal pod autoscaler (Kubernetes 1.32, `pkg/controller/podautoscaler/horizontal.go`).
//! Unlike kubernetes: there is no custom and no external metrics API; metrics of those types say so.

mod behavior;
mod calculator;

pub(crate) use behavior::Memory;

use super::{Action, Reconciled};
use crate::kinds;
use crate::metrics::{PodUsage, SCRAPE, scraped};
use crate::node_load::quantity_of;
use crate::object::{Key, Object};
use crate::pods::set_condition;
use crate::recorder::Note;
use crate::selector::LabelSelector;
use crate::store::Store;
use behavior::Bounds;
use calculator::{Group, PERIODS, Proposal, Sample, Target};
use manifest::{Value, object};
use sim::Time;
use std::sync::Arc;
use std::time::Duration;

/// `--horizontal-pod-autoscaler-sync-period`
pub(crate) const SYNC: Duration = Duration::from_secs(15);

/// What a pod uses, where that is known.
pub(crate) type Usages<'u> = &'u dyn Fn(&Key) -> Option<PodUsage>;

/// One look at an autoscaler.
struct Look<'a> {
    store: &'a Store,
    object: &'a Arc<Object>,
    now: Time,
    usages: Usages<'a>,
    status: Value,
    done: Reconciled,
}

#[inline(never)]
pub(crate) fn reconcile(store: &Store, key: &Key, now: Time, usages: Usages<'_>, memory: &mut Memory) -> Reconciled {
    let Some(object) = store.get_key(key).filter(|object| !object.deleting()) else { return Reconciled::default() };
    let status = object.value.at("status").clone();
    let mut look = Look { store, object, now, usages, status, done: Reconciled::default() };
    look.run(memory);
    if look.status != *object.value.at("status") {
        look.done.actions.push(Action::Status { base: object.clone(), status: look.status });
    }
    look.done.look_again(SYNC);
    look.done
}

/// The object whose size is to be changed.
#[inline(never)]
fn target(store: &Store, autoscaler: &Object) -> Result<Arc<Object>, String> {
    let reference = autoscaler.value.at("spec.scaleTargetRef");
    let (api, kind, name) = (reference.str_at("apiVersion"), reference.str_at("kind"), reference.str_at("name"));
    let Some(info) = store.kinds().of_manifest(api, kind) else {
        let (group, _) = api.split_once('/').unwrap_or(("", api));
        return Err(format!("no matches for kind \"{kind}\" in group \"{group}\""));
    };
    match store.get(info.id, autoscaler.namespace(), name) {
        Some(found) if found.value.at("spec.replicas").is_null() => {
            Err("the server could not find the requested resource".into())
        }
        Some(found) => Ok(found.clone()),
        None => Err(format!("{} \"{name}\" not found", info.qualified())),
    }
}

impl Look<'_> {
    fn warn(&mut self, reason: &'static str, message: &str) {
        let note = Note::warning(reason, message);
        self.done.actions.push(Action::Event { about: self.object.clone(), note });
    }

    fn condition(&mut self, kind: &str, state: &str, reason: &str, message: &str) {
        let new = object! { "message" => message, "reason" => reason, "status" => state, "type" => kind };
        set_condition(&mut self.status, new, &self.now.rfc3339());
    }

    #[inline(never)]
    fn run(&mut self, memory: &mut Memory) {
        let spec = self.object.value.at("spec");
        let target = match target(self.store, self.object) {
            Ok(target) => target,
            Err(why) => {
                self.warn("FailedGetScale", &why);
                let told = format!("the HPA controller was unable to get the target's current scale: {why}");
                return self.condition("AbleToScale", "False", "FailedGetScale", &told);
            }
        };
        let told = "the HPA controller was able to get the target's current scale";
        self.condition("AbleToScale", "True", "SucceededGetScale", told);
        let current = target.value.int_at("spec.replicas").unwrap_or(1);
        memory.begin(current, self.now);
        let bounds = Bounds {
            current,
            min: spec.int_at("minReplicas").unwrap_or(1),
            max: spec.int_at("maxReplicas").unwrap_or(1),
        };
        let mut metrics = Value::Null;
        let (wanted, reason) = if current == 0 && bounds.min != 0 {
            let told = "scaling is disabled since the replica count of the target is zero";
            self.condition("ScalingActive", "False", "ScalingDisabled", told);
            (0, String::new())
        } else if current > bounds.max {
            (bounds.max, "Current number of replicas above Spec.MaxReplicas".into())
        } else if current < bounds.min {
            (bounds.min, "Current number of replicas below Spec.MinReplicas".into())
        } else {
            let Some((desired, metric, statuses)) = self.propose(&target, current) else {
                self.status.put("currentReplicas", current);
                return;
            };
            metrics = statuses;
            let reason =
                if desired > current { format!("{metric} above target") } else { "All metrics below target".into() };
            let normal = memory.normalize(spec.at("behavior"), desired, bounds, self.now);
            self.condition("AbleToScale", "True", normal.able.0, normal.able.1);
            let limited = if normal.limited { "True" } else { "False" };
            self.condition("ScalingLimited", limited, normal.limit.0, normal.limit.1);
            (normal.size, reason)
        };
        if wanted != current {
            self.resize(&target, wanted, &reason);
            memory.changed(wanted - current, self.now);
            self.status.put("lastScaleTime", self.now.rfc3339());
        }
        self.status.put("currentMetrics", metrics);
        self.status.put("currentReplicas", target.value.int_at("status.replicas").unwrap_or(current));
        self.status.put("desiredReplicas", wanted);
    }

    fn resize(&mut self, target: &Arc<Object>, wanted: i64, reason: &str) {
        let mut value = target.value.clone();
        value.set("spec.replicas", wanted);
        let because = self.object.spec_by.clone();
        self.done.actions.push(Action::Update { base: target.clone(), value, because });
        let told = format!("the HPA controller was able to update the target scale to {wanted}");
        self.condition("AbleToScale", "True", "SucceededRescale", &told);
        let note = Note::normal("SuccessfulRescale", format!("New size: {wanted}; reason: {reason}"));
        self.done.actions.push(Action::Event { about: self.object.clone(), note });
    }

    /// The largest size that a metric asks for, that metric's name, and the status of all; nothing where they fail.
    #[inline(never)]
    fn propose(&mut self, target: &Object, current: i64) -> Option<(i64, String, Value)> {
        let selector = LabelSelector::from_value(target.value.at("spec.selector"));
        let specs = self.object.value.list_at("spec.metrics").to_vec();
        let mut best: Option<(i64, String)> = None;
        let mut statuses = Vec::new();
        let mut wrong: Vec<(&'static str, String, String)> = Vec::new();
        for spec in &specs {
            match self.metric(spec, &selector, current) {
                Ok((replicas, name, status)) => {
                    if best.as_ref().is_none_or(|(most, _)| replicas > *most) {
                        best = Some((replicas, name));
                    }
                    statuses.push(status);
                }
                Err((reason, why, told)) => {
                    self.warn(reason, &why);
                    wrong.push((reason, why, told));
                }
            }
        }
        let lower = best.as_ref().is_none_or(|(most, _)| *most < current);
        if let Some((reason, why, told)) = wrong.first().filter(|_| lower) {
            let message = format!("the HPA was unable to compute the replica count: {why}");
            self.condition("ScalingActive", "False", reason, &message);
            let all =
                format!("invalid metrics ({} invalid out of {}), first error is: {told}", wrong.len(), specs.len());
            self.warn("FailedComputeMetricsReplicas", &all);
            return None;
        }
        let (replicas, name) = best?;
        let told = format!("the HPA was able to successfully calculate a replica count from {name}");
        self.condition("ScalingActive", "True", "ValidMetricFound", &told);
        Some((replicas, name, Value::list(statuses)))
    }

    /// What one metric asks for; or the reason of its failure with the words for the condition and for the summary.
    #[inline(never)]
    fn metric(
        &self,
        spec: &Value,
        selector: &LabelSelector,
        current: i64,
    ) -> Result<(i64, String, Value), (&'static str, String, String)> {
        let (reason, source, container) = match spec.str_at("type") {
            "Resource" => ("FailedGetResourceMetric", spec.at("resource"), None),
            "ContainerResource" => {
                let source = spec.at("containerResource");
                ("FailedGetContainerResourceMetric", source, Some(source.str_at("container")))
            }
            "External" => {
                let why = "unable to fetch metrics from external metrics API: no external metrics API \
                           (external.metrics.k8s.io) registered";
                return Err(missing_api("FailedGetExternalMetric", "external metric", spec.at("external"), why));
            }
            kind => {
                let why = "unable to fetch metrics from custom metrics API: no custom metrics API \
                           (custom.metrics.k8s.io) registered";
                let (reason, what) = match kind {
                    "Object" => ("FailedGetObjectMetric", "object metric"),
                    _ => ("FailedGetPodsMetric", "pods metric"),
                };
                return Err(missing_api(reason, what, spec.at(&kind.to_ascii_lowercase()), why));
            }
        };
        let name = source.str_at("name");
        let goal = source.at("target");
        let target = match goal.int_at("averageUtilization") {
            Some(percent) => Target::Utilization(percent),
            None => Target::Amount(goal.get("averageValue").and_then(quantity_of).unwrap_or_default().milli().max(1)),
        };
        let whole = matches!(target, Target::Utilization(_));
        let wrong = |why: String| {
            let what = if whole { "utilization" } else { "usage" };
            let told = format!("failed to get {name} {what}: {why}");
            let kind = if container.is_some() { "container " } else { "" };
            (reason, told.clone(), format!("failed to get {name} {kind}resource metric value: {told}"))
        };
        let samples = self.samples(selector, name, container, whole).map_err(wrong)?;
        let found = calculator::replicas(current, &samples, target).map_err(wrong)?;
        let what = match (whole, container) {
            (true, None) => format!("{name} resource utilization (percentage of request)"),
            (false, None) => format!("{name} resource"),
            (true, Some(_)) => format!("{name} container resource utilization (percentage of request)"),
            (false, Some(_)) => format!("{name} container resource"),
        };
        Ok((found.replicas, what, metric_status(spec, source, &found)))
    }

    #[inline(never)]
    fn samples(
        &self,
        selector: &LabelSelector,
        name: &str,
        container: Option<&str>,
        whole: bool,
    ) -> Result<Vec<Sample>, String> {
        let pods: Vec<&Arc<Object>> = (self.store.all(kinds::POD, Some(self.object.namespace())))
            .filter(|pod| selector.matches(pod.labels()))
            .collect();
        let figures: Vec<Option<i64>> =
            pods.iter().map(|pod| figure((self.usages)(&pod.key), name, container)).collect();
        if figures.iter().all(Option::is_none) {
            let why = "no metrics returned from resource metrics API";
            return Err(format!("unable to get metrics for resource {name}: {why}"));
        }
        let mut samples = Vec::new();
        for (pod, used) in pods.iter().zip(figures) {
            let scrape = (scraped(self.now), SCRAPE);
            let group = calculator::group(pod, name == "cpu", self.now, scrape, PERIODS);
            let requested = if whole { request(pod, name, container)? } else { 0 };
            samples.push(Sample { group, used: used.filter(|_| group != Group::Ignored), requested });
        }
        Ok(samples)
    }
}

fn missing_api(reason: &'static str, what: &str, source: &Value, why: &str) -> (&'static str, String, String) {
    let metric = source.str_at("metric.name");
    let told = format!("unable to get metric {metric}: {why}");
    (reason, told.clone(), format!("failed to get {what} value: {told}"))
}

/// Thousandths of cores or of bytes.
fn figure(usage: Option<PodUsage>, name: &str, container: Option<&str>) -> Option<i64> {
    let usage = usage?;
    let wanted = usage.containers.iter().filter(|(own, _)| container.is_none_or(|name| **own == *name));
    let amounts = wanted.map(|(_, u)| if name == "cpu" { u.cpu_milli } else { u.memory_bytes * 1_000 });
    Some(amounts.sum())
}

#[inline(never)]
fn request(pod: &Object, name: &str, container: Option<&str>) -> Result<i64, String> {
    let mut sum = 0;
    for spec in pod.value.list_at("spec.containers") {
        if container.is_some_and(|name| spec.str_at("name") != name) {
            continue;
        }
        let Some(amount) = spec.map_at("resources.requests").get(name).and_then(quantity_of) else {
            let own = spec.str_at("name");
            return Err(format!("missing request for {name} in container {own} of Pod {}", pod.name()));
        };
        sum += amount.milli();
    }
    Ok(sum)
}

#[inline(never)]
fn metric_status(spec: &Value, source: &Value, found: &Proposal) -> Value {
    let amount = match source.str_at("name") {
        "cpu" if found.average % 1_000 == 0 => (found.average / 1_000).to_string(),
        "cpu" => format!("{}m", found.average),
        _ if found.average % 1_000 == 0 => (found.average / 1_000).to_string(),
        _ => format!("{}m", found.average),
    };
    let mut current = object! { "averageValue" => amount };
    if let Some(percent) = found.utilization {
        current.put("averageUtilization", percent);
    }
    let mut status = object! { "current" => current, "name" => source.at("name").clone() };
    if let Some(container) = source.get("container") {
        status.put("container", container.clone());
    }
    let kind = spec.str_at("type");
    let field = if kind == "Resource" { "resource" } else { "containerResource" };
    object! { field => status, "type" => kind }
}
