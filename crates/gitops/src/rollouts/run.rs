//! The controller of AnalysisRuns: it measures when it is time, and judges (`analysis/analysis.go`).

use super::assess::{assess, assess_bad, badness, effective_count, metric_fault, number};
use super::kinds::CONTROLLER;
use super::{Meters, Moment, analysis::completed, args, duration, measure};
use cluster::{Cluster, Object, Writer};
use manifest::{Value, object};
use regex_lite::Regex;
use sim::{Causes, Sim, Subject, Time};
use std::sync::Arc;
use std::time::Duration;

/// A measurement that was an error is made again after this.
const ERROR_RETRY: Duration = Duration::from_secs(10);
/// A metric keeps this many measurements.
const KEPT: usize = 10;
pub(crate) struct Run<'a> {
    pub sim: &'a mut Sim,
    pub cluster: &'a mut Cluster,
    pub meters: &'a mut dyn Meters,
    pub object: Arc<Object>,
    pub causes: Causes,
    pub status: Value,
}

impl<'a> Run<'a> {
    pub fn new(
        sim: &'a mut Sim,
        cluster: &'a mut Cluster,
        meters: &'a mut dyn Meters,
        object: Arc<Object>,
        causes: Causes,
    ) -> Self {
        let status = match object.value.at("status") {
            Value::Map(_) => object.value.at("status").clone(),
            _ => Value::map(),
        };
        let causes = causes.and(&object.created_by);
        Self { sim, cluster, meters, object, causes, status }
    }

    fn event(&mut self, warning: bool, reason: &'static str, message: &str) {
        self.cluster.tell(self.sim, &self.object, (warning, reason, message), "rollouts-controller");
    }

    fn save(&mut self) {
        if *self.object.value.at("status") == self.status {
            return;
        }
        let patch = object! { "status" => self.status.clone() };
        let mut value = self.object.value.clone();
        value.put("status", patch.at("status").clone());
        value.remove("metadata.resourceVersion");
        let writer = Writer::new(CONTROLLER, self.causes.clone());
        let (kind, namespace) = (self.object.key.kind, self.object.namespace().to_string());
        if let Ok(object) = self.cluster.update(self.sim, kind, &namespace, value, &writer) {
            self.object = object;
        }
    }

    /// It is over before it was measured.
    fn refuse(&mut self, message: &str) -> Option<Duration> {
        self.status.put("phase", "Error");
        self.status.put("message", message);
        self.tell_end("Error");
        self.save();
        None
    }

    fn tell_end(&mut self, phase: &str) {
        let reason = match phase {
            "Failed" => "AnalysisRunFailed",
            "Error" => "AnalysisRunError",
            "Inconclusive" => "AnalysisRunInconclusive",
            _ => "AnalysisRunSuccessful",
        };
        let message = ["Analysis Completed. Result: ", phase].concat();
        let name = self.object.name().to_string();
        let subject = Subject::new("AnalysisRun", name.as_str());
        let told = self.status.str_at("message");
        let more = if told.is_empty() { String::new() } else { [": ", told].concat() };
        let event =
            self.sim.record("rollouts", CONTROLLER, subject, [&name, ": ", phase, &more].concat(), &self.causes);
        self.causes = self.causes.and(&Causes::one(event));
        self.event(matches!(phase, "Failed" | "Error"), reason, &message);
    }

    /// One reconciliation; when the next one is due.
    pub fn run(&mut self) -> Option<Duration> {
        let spec = self.object.value.at("spec").clone();
        if completed(self.status.str_at("phase")) {
            return self.forget(&spec);
        }
        let metrics = match self.resolved(&spec) {
            Ok(metrics) => metrics,
            Err(told) => return self.refuse(&told),
        };
        let dry = match Self::dry_run(&spec, &metrics) {
            Ok(dry) => dry,
            Err(told) => return self.refuse(&["Analysis spec invalid: ", &told].concat()),
        };
        let terminating = self.terminating(&spec);
        let (found, hidden) = match args::values(self.cluster.store(), self.object.namespace(), spec.list_at("args")) {
            Ok(found) => found,
            Err(told) => return self.refuse(&["Unable to resolve metric arguments: ", &told].concat()),
        };
        if !terminating {
            for (at, metric) in metrics.iter().enumerate().filter(|(_, metric)| self.is_due(metric)).collect::<Vec<_>>()
            {
                let filled = args::filled(&spec.list_at("metrics")[at], &found);
                let filled = filled.unwrap_or_else(|_| metric.clone());
                self.measure(&filled, dry.contains(&at), &hidden);
            }
        }
        self.judge(&spec, &metrics, &dry);
        let wake = self.next_time(&metrics);
        self.save();
        wake
    }

    /// The metrics with their arguments, but for secrets; an error is the run's message.
    fn resolved(&self, spec: &Value) -> Result<Vec<Value>, String> {
        let plain: Vec<(String, String)> = spec
            .list_at("args")
            .iter()
            .map(|arg| {
                let text = arg.at("value").as_str().map_or_else(|| arg.at("value").to_json(), String::from);
                let hidden = !arg.at("valueFrom.secretKeyRef").is_null();
                (arg.str_at("name").to_string(), if hidden { "temp-for-secret".into() } else { text })
            })
            .collect();
        let fill = |metric: &Value| args::filled(metric, &plain);
        let metrics: Vec<Value> = spec
            .list_at("metrics")
            .iter()
            .map(fill)
            .collect::<Result<_, _>>()
            .map_err(|told| ["Unable to resolve metric arguments: ", &told].concat())?;
        let fault = if metrics.is_empty() { Some("no metrics specified".to_string()) } else { None };
        let doubled = |at: usize| metrics[..at].iter().any(|one| one.str_at("name") == metrics[at].str_at("name"));
        let each = || {
            (0..metrics.len()).find_map(|at| {
                if doubled(at) {
                    return Some(format!("metrics[{at}]: duplicate name '{}'", metrics[at].str_at("name")));
                }
                metric_fault(&metrics[at]).map(|told| format!("metrics[{at}]: {told}"))
            })
        };
        match fault.or_else(each) {
            Some(told) => Err(["Analysis spec invalid: ", &told].concat()),
            None => Ok(metrics),
        }
    }

    /// The places of metrics that count for nothing.
    fn dry_run(spec: &Value, metrics: &[Value]) -> Result<Vec<usize>, String> {
        let mut found = Vec::new();
        for (at, rule) in spec.list_at("dryRun").iter().enumerate() {
            let pattern = Regex::new(rule.str_at("metricName")).ok();
            let fits = |metric: &Value| pattern.as_ref().is_some_and(|one| one.is_match(metric.str_at("name")));
            let before = found.len();
            found.extend((0..metrics.len()).filter(|at| fits(&metrics[*at])));
            if found.len() == before {
                return Err(format!("dryRun[{at}]: Rule didn't match any metric name(s)"));
            }
        }
        Ok(found)
    }

    fn result(&self, name: &str) -> Value {
        let all = self.status.list_at("metricResults");
        all.iter().find(|one| one.str_at("name") == name).cloned().unwrap_or_default()
    }

    fn put_result(&mut self, result: Value) {
        let name = result.str_at("name").to_string();
        let all = self.status.at_mut("metricResults").make_list();
        match all.iter_mut().find(|one| one.str_at("name") == name) {
            Some(old) => *old = result,
            None => all.push(result),
        }
    }

    fn terminating(&self, spec: &Value) -> bool {
        let bad = |result: &&Value| {
            !result.bool_at("dryRun") && matches!(result.str_at("phase"), "Failed" | "Error" | "Inconclusive")
        };
        spec.bool_at("terminate") || self.status.list_at("metricResults").iter().any(|one| bad(&one))
    }

    /// When a metric is measured next: nothing where it is not any more.
    fn due(&self, metric: &Value) -> Option<Time> {
        let result = self.result(metric.str_at("name"));
        if completed(result.str_at("phase")) {
            return None;
        }
        let Some(last) = result.list_at("measurements").last() else {
            let delay = duration(metric.str_at("initialDelay")).unwrap_or_default();
            let start = Time::parse_rfc3339(self.status.str_at("startedAt")).unwrap_or(self.sim.now());
            return Some(start + delay);
        };
        if effective_count(metric).is_some_and(|times| number(&result, "count") >= times) {
            return None;
        }
        let wait = if last.str_at("phase") == "Error" {
            ERROR_RETRY
        } else {
            duration(metric.str_at("interval")).unwrap_or(ERROR_RETRY)
        };
        Some(Time::parse_rfc3339(last.str_at("finishedAt")).unwrap_or_default() + wait)
    }

    fn is_due(&self, metric: &Value) -> bool {
        self.due(metric).is_some_and(|at| at <= self.sim.now())
    }

    fn next_time(&self, metrics: &[Value]) -> Option<Duration> {
        if completed(self.status.str_at("phase")) {
            return None;
        }
        let next = metrics.iter().filter_map(|metric| self.due(metric)).min()?;
        Some(next.since(self.sim.now()).max(Duration::from_millis(10)))
    }

    fn measure(&mut self, metric: &Value, dry: bool, hidden: &[String]) {
        let now = self.sim.now().rfc3339();
        let name = metric.str_at("name");
        let moment = Moment { cluster: self.cluster, now: self.sim.now() };
        let taken = measure::take(metric, moment, self.meters);
        let mut result = self.result(name);
        if result.is_null() {
            result = object! { "name" => name, "phase" => "Running" };
            if dry {
                result.put("dryRun", true);
            }
            let query = metric.str_at("provider.prometheus.query");
            if !query.is_empty() {
                result.put("metadata", object! { "ResolvedPrometheusQuery" => query });
            }
        }
        let mut measurement =
            object! { "finishedAt" => now.as_str(), "phase" => taken.phase, "startedAt" => now.as_str() };
        if !taken.value.is_empty() {
            measurement.put("value", taken.value.as_str());
        }
        if !taken.message.is_empty() {
            let message = hidden.iter().filter(|secret| !secret.is_empty());
            let message = message.fold(taken.message.clone(), |text, secret| text.replace(secret.as_str(), "*****"));
            measurement.put("message", message);
        }
        let add = |result: &mut Value, field: &str, by: Option<i64>| {
            let old = number(result, field);
            match by {
                Some(by) => result.put(field, old + by),
                None => drop(result.remove(field)),
            }
        };
        let (counter, counts) = match taken.phase {
            "Successful" => ("successful", true),
            "Failed" => ("failed", true),
            "Inconclusive" => ("inconclusive", true),
            _ => ("error", false),
        };
        add(&mut result, counter, Some(1));
        add(&mut result, "consecutiveError", (!counts).then_some(1));
        add(&mut result, "consecutiveSuccess", (counter == "successful").then_some(1));
        if counts {
            add(&mut result, "count", Some(1));
        }
        let all = result.at_mut("measurements").make_list();
        all.push(measurement);
        if all.len() > KEPT {
            all.remove(0);
        }
        self.put_result(result);
    }

    /// The phase of one metric; an event tells of its end.
    fn settle(&mut self, metric: &Value, result: &mut Value, terminating: bool) -> &'static str {
        let phase = assess(metric, result, terminating);
        if result.str_at("phase") != phase {
            let last = result.list_at("measurements").last().map(|one| one.at("message").clone());
            if let Some(text) = last.filter(|text| !text.is_null()) {
                result.put("message", text);
            }
            result.put("phase", phase);
            if completed(phase) {
                self.tell_metric(metric.str_at("name"), phase);
            }
        }
        phase
    }

    /// Phases of the metrics and of the run (`assessRunStatus`).
    fn judge(&mut self, spec: &Value, metrics: &[Value], dry: &[usize]) {
        let terminating = self.terminating(spec);
        if self.status.str_at("startedAt").is_empty() {
            let now = self.sim.now().rfc3339();
            self.status.put("startedAt", now);
        }
        let (mut worst, mut message) = (String::new(), String::new());
        if spec.bool_at("terminate") {
            message = "Run Terminated".into();
        }
        let mut all_done = true;
        let (mut summary, mut dry_summary) = (Value::map(), Value::map());
        for (at, metric) in metrics.iter().enumerate() {
            let is_dry = dry.contains(&at);
            let sums = if is_dry { &mut dry_summary } else { &mut summary };
            sums.put("count", number(sums, "count") + 1);
            let mut result = self.result(metric.str_at("name"));
            if result.is_null() {
                all_done = false;
                continue;
            }
            let phase = self.settle(metric, &mut result, terminating);
            if completed(phase) {
                let bad = assess_bad(metric, &result);
                let field = match bad.as_ref().map(|(phase, _)| *phase) {
                    Some("Error") => "error",
                    Some("Failed") => "failed",
                    Some("Inconclusive") => "inconclusive",
                    _ => "successful",
                };
                let sums = if is_dry { &mut dry_summary } else { &mut summary };
                sums.put(field, number(sums, field) + 1);
                if is_dry {
                    if worst.is_empty() {
                        worst = "Successful".into();
                    }
                    if let Some((_, why)) = bad {
                        result.put("message", format!("Metric assessed {phase} due to {why}"));
                    }
                } else if worst.is_empty() || badness(phase) > badness(&worst) {
                    worst = phase.into();
                    if let Some((_, why)) = bad {
                        message = format!("Metric \"{}\" assessed {phase} due to {why}", metric.str_at("name"));
                        if !result.str_at("message").is_empty() {
                            message = [&message, ": \"Error Message: ", result.str_at("message"), "\""].concat();
                        }
                    }
                }
            } else {
                all_done = false;
            }
            self.put_result(result);
        }
        self.status.put("runSummary", summary);
        self.status.put("dryRunSummary", dry_summary);
        let phase = match (terminating, worst.is_empty()) {
            (true, true) => "Successful".to_string(),
            (true, false) => worst,
            (false, _) if !all_done || worst.is_empty() => {
                message = String::new();
                "Running".into()
            }
            _ => worst,
        };
        self.enter(&phase, &message);
    }

    fn tell_metric(&mut self, name: &str, phase: &str) {
        let reason = match phase {
            "Failed" => "MetricFailed",
            "Error" => "MetricError",
            "Inconclusive" => "MetricInconclusive",
            _ => "MetricSuccessful",
        };
        let message = format!("Metric '{name}' Completed. Result: {phase}");
        self.event(matches!(phase, "Failed" | "Error"), reason, &message);
    }

    fn enter(&mut self, phase: &str, message: &str) {
        if self.status.str_at("phase") == phase {
            return;
        }
        self.status.put("phase", phase);
        self.status.remove("message");
        if !message.is_empty() {
            self.status.put("message", message);
        }
        if completed(phase) {
            let now = self.sim.now().rfc3339();
            self.status.put("completedAt", now);
            self.tell_end(phase);
        }
    }
}
