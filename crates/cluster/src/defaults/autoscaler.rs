//! Autoscalers (Kubernetes 1.32, `pkg/apis/autoscaling/v2/defaults.go`), and those that are written as `autoscaling/v1`.

use super::default;
use manifest::{Value, list, object};

pub(crate) fn autoscaler(autoscaler: &mut Value) {
    default(autoscaler, "spec.minReplicas", 1);
    if autoscaler.list_at("spec.metrics").is_empty() {
        autoscaler.set("spec.metrics", list![processor(80)]);
    }
    if autoscaler.at("spec.behavior").as_map().is_none() {
        return;
    }
    let policy = |kind: &str, value: i64| object! { "periodSeconds" => 15, "type" => kind, "value" => value };
    default(autoscaler, "spec.behavior.scaleUp.stabilizationWindowSeconds", 0);
    default(autoscaler, "spec.behavior.scaleUp.selectPolicy", "Max");
    default(autoscaler, "spec.behavior.scaleUp.policies", list![policy("Pods", 4), policy("Percent", 100)]);
    default(autoscaler, "spec.behavior.scaleDown.selectPolicy", "Max");
    default(autoscaler, "spec.behavior.scaleDown.policies", list![policy("Percent", 100)]);
}

fn processor(percent: i64) -> Value {
    let target = object! { "averageUtilization" => percent, "type" => "Utilization" };
    object! { "resource" => object! { "name" => "cpu", "target" => target }, "type" => "Resource" }
}

/// An object of `autoscaling/v1` as one of `autoscaling/v2`; others are left alone.
pub(crate) fn upgrade(value: &mut Value) {
    if value.str_at("apiVersion") != "autoscaling/v1" || value.str_at("kind") != "HorizontalPodAutoscaler" {
        return;
    }
    value.put("apiVersion", "autoscaling/v2");
    if let Some(percent) = value.remove("spec.targetCPUUtilizationPercentage").and_then(|n| n.as_i64()) {
        value.set("spec.metrics", list![processor(percent)]);
    }
}
