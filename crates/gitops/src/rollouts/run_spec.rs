//! The AnalysisRuns that a Rollout makes of templates (`utils/analysis`).

use super::analysis::{Place, completed, phase};
use super::args;
use super::kinds::{self, ANALYSIS_RUN, CLUSTER_TEMPLATE, GROUP, TEMPLATE};
use super::sets::{HASH, REVISION, hash_of};
use super::work::{Work, owner_reference};
use cluster::Object;
use manifest::{Value, list, object};
use std::sync::Arc;
use std::time::Duration;

const TYPE: &str = "rollout-type";

impl Work<'_> {
    /// The templates of an analysis, with those that they name in their turn.
    fn templates(&self, references: &[Value], depth: u32) -> Result<Vec<Arc<Object>>, String> {
        let mut found: Vec<Arc<Object>> = Vec::new();
        for reference in references {
            let (name, wide) = (reference.str_at("templateName"), reference.bool_at("clusterScope"));
            let (row, space) = if wide { (CLUSTER_TEMPLATE, "") } else { (TEMPLATE, self.object.namespace()) };
            let kind = kinds::kind_of(self.cluster, row);
            let template = kind.and_then(|kind| self.cluster.store().get(kind, space, name)).cloned();
            let template = template.ok_or_else(|| format!("{} '{name}' not found", kinds::ROWS[row].kind))?;
            let inner = template.value.list_at("spec.templates").to_vec();
            if !found.iter().any(|one| one.key == template.key) {
                found.push(template);
            }
            if depth < 8 {
                for one in self.templates(&inner, depth + 1)? {
                    if !found.iter().any(|own| own.key == one.key) {
                        found.push(one);
                    }
                }
            }
        }
        Ok(found)
    }

    /// A run's spec.
    fn run_spec(&self, analysis: &Value) -> Result<Value, String> {
        let templates = self.templates(analysis.list_at("templates"), 0)?;
        let gather = |field: &str| -> Vec<Value> {
            templates.iter().flat_map(|one| one.value.at("spec").list_at(field).to_vec()).collect()
        };
        let metrics = gather("metrics");
        for (at, metric) in metrics.iter().enumerate() {
            let name = metric.str_at("name");
            if metrics[..at].iter().any(|one| one.str_at("name") == name) {
                return Err(format!("two metrics have the same name '{name}'"));
            }
        }
        let given = args::given(analysis.list_at("args"), &self.sets, &self.object)?;
        let args = args::merged(&given, &gather("args"))?;
        let mut spec = object! { "metrics" => Value::list(metrics) };
        if !args.is_empty() {
            spec.put("args", Value::list(args));
        }
        for field in ["dryRun", "measurementRetention"] {
            let mut all = analysis.list_at(field).to_vec();
            all.extend(gather(field));
            if !all.is_empty() {
                spec.put(field, Value::list(all));
            }
        }
        Ok(spec)
    }

    /// An analysis whose template is not there, or whose arguments lack a value, makes the Rollout invalid.
    pub fn analysis_fault(&self) -> Option<String> {
        let spec = self.spec();
        let mut all: Vec<(String, &Value)> = Vec::new();
        for field in [
            "strategy.canary.analysis",
            "strategy.blueGreen.prePromotionAnalysis",
            "strategy.blueGreen.postPromotionAnalysis",
        ] {
            all.push((["spec.", field].concat(), spec.at(field)));
        }
        for (at, step) in self.steps().iter().enumerate() {
            all.push((format!("spec.strategy.canary.steps[{at}].analysis"), step.at("analysis")));
        }
        all.into_iter().filter(|(_, analysis)| !analysis.is_null()).find_map(|(field, analysis)| {
            let told = self.run_spec(analysis).err()?;
            let name = analysis.list_at("templates").first().map_or("", |one| one.str_at("templateName"));
            Some(format!("{field}.templates: Invalid value: \"{name}\": {told}"))
        })
    }

    pub(super) fn make_run(
        &mut self,
        analysis: &Value,
        infix: &str,
        place: Place,
        labels: &[(&str, &str)],
    ) -> Option<Arc<Object>> {
        let spec = match self.run_spec(analysis) {
            Ok(spec) => spec,
            Err(told) => {
                self.event(true, "ReconciliationError", &["Reconciliation failed with error: ", &told].concat());
                self.wake_in(Duration::from_secs(10));
                return None;
            }
        };
        let hash = hash_of(self.sets.latest()).to_string();
        let revision = self.object.annotation(REVISION).to_string();
        let mut base = [self.object.name(), "-", &hash, "-", &revision].concat();
        if !infix.is_empty() {
            base = [&base, "-", infix].concat();
        }
        let mut own = object! { HASH => hash.as_str(), TYPE => place.label };
        for (key, text) in labels {
            own.put(key, *text);
        }
        let extra = analysis.at("analysisRunMetadata");
        for (key, text) in extra.map_at("labels").iter().chain(self.selector().map_at("matchLabels").iter()) {
            own.put(key, text.clone());
        }
        let mut notes = object! { REVISION => revision };
        for (key, text) in extra.map_at("annotations").iter() {
            notes.put(key, text.clone());
        }
        let kind = kinds::kind_of(self.cluster, ANALYSIS_RUN)?;
        let namespace = self.object.namespace().to_string();
        for count in 0..100 {
            let name = if count == 0 { base.clone() } else { format!("{base}.{count}") };
            if let Some(there) = self.cluster.store().get(kind, &namespace, &name) {
                let same = there.value.at("spec.metrics") == spec.at("metrics")
                    && there.value.at("spec.args") == spec.at("args");
                if same && !completed(phase(there)) && there.controller_uid() == &*self.object.uid {
                    return Some(there.clone());
                }
                continue;
            }
            let value = object! {
                "apiVersion" => GROUP, "kind" => "AnalysisRun",
                "metadata" => object! {
                    "annotations" => notes.clone(), "labels" => own.clone(), "name" => name,
                    "namespace" => namespace.as_str(), "ownerReferences" => list![owner_reference(&self.object)],
                },
                "spec" => spec,
            };
            let writer = self.writer();
            return match self.cluster.create(self.sim, kind, &namespace, value, &writer) {
                Ok(made) => Some(made),
                Err(status) => {
                    let told = ["Reconciliation failed with error: ", &*status.message].concat();
                    self.event(true, "ReconciliationError", &told);
                    self.wake_in(Duration::from_secs(10));
                    None
                }
            };
        }
        None
    }
}
