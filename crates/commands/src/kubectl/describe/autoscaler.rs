//! Autoscalers.

use super::parts::{Writer, amount, head, or_unset, rfc1123};
use cluster::Object;
use manifest::Value;

pub(super) fn write(object: &Object, w: &mut Writer) {
    let (spec, status) = (object.value.at("spec"), object.value.at("status"));
    head(w, object);
    w.pair(0, "CreationTimestamp", rfc1123(object.created_at()));
    let target = spec.at("scaleTargetRef");
    w.pair(0, "Reference", format!("{}/{}", target.str_at("kind"), target.str_at("name")));
    w.line(0, "Metrics:\t( current / target )");
    let current = status.list_at("currentMetrics");
    for (at, metric) in spec.list_at("metrics").iter().enumerate() {
        self::metric(w, metric, current.get(at).unwrap_or(Value::null()));
    }
    w.pair(0, "Min replicas", or_unset(spec.at("minReplicas")));
    w.pair(0, "Max replicas", spec.int_at("maxReplicas").unwrap_or(0));
    if !spec.at("behavior").is_null() {
        w.line(0, "Behavior:");
        direction(w, "Scale Up", spec.at("behavior.scaleUp"));
        direction(w, "Scale Down", spec.at("behavior.scaleDown"));
    }
    let count = |field: &str| status.int_at(field).unwrap_or(0);
    let pods = format!("{} current / {} desired", count("currentReplicas"), count("desiredReplicas"));
    w.pair(0, &format!("{} pods", target.str_at("kind")), pods);
    let conditions = status.list_at("conditions");
    if !conditions.is_empty() {
        w.line(0, "Conditions:");
        w.line(1, "Type\tStatus\tReason\tMessage");
        w.line(1, "----\t------\t------\t-------");
        for condition in conditions {
            let cells = ["type", "status", "reason", "message"].map(|field| condition.str_at(field));
            w.line(1, &cells.join("\t"));
        }
    }
}

fn metric(w: &mut Writer, metric: &Value, current: &Value) {
    let field = match metric.str_at("type") {
        "Resource" => "resource",
        "ContainerResource" => "containerResource",
        "Object" => "object",
        "Pods" => "pods",
        "External" => "external",
        other => return w.line(1, &format!("<unknown metric type {other:?}>")),
    };
    let (source, now) = (metric.at(field), current.at(field).at("current"));
    let (name, target) = (source.str_at("metric.name"), source.at("target"));
    let known = |of: &str| if now.at(of).is_null() { "<unknown>".into() } else { amount(now.at(of)) };
    let average = !target.at("averageValue").is_null();
    let of = if average { "averageValue" } else { "value" };
    let kind = if average { "(target average value)" } else { "(target value)" };
    let amounts = format!("{} / {}", known(of), amount(target.at(of)));
    match field {
        "external" => w.pair(1, &format!("{name:?} {kind}"), amounts),
        "pods" => w.pair(1, &format!("{name:?} on pods"), amounts),
        "object" => {
            let about = source.at("describedObject");
            let place = format!("{}/{}", about.str_at("kind"), about.str_at("name"));
            w.pair(1, &format!("\"{name}\" on {place} {kind}"), amounts);
        }
        _ => {
            let of = match field {
                "resource" => String::new(),
                _ => format!(" of container \"{}\"", source.str_at("container")),
            };
            let title = format!("resource {}{of} on pods", source.str_at("name"));
            if average {
                return w.pair(1, &title, amounts);
            }
            let percent = |value: &Value| value.as_i64().map(|n| format!("{n}%"));
            let is = percent(now.at("averageUtilization"))
                .map_or_else(|| "<unknown>".into(), |n| format!("{n} ({})", amount(now.at("averageValue"))));
            let goal = percent(target.at("averageUtilization")).unwrap_or_else(|| "<auto>".into());
            w.pair(1, &format!("{title}  (as a percentage of request)"), format!("{is} / {goal}"));
        }
    }
}

fn direction(w: &mut Writer, title: &str, rules: &Value) {
    if rules.is_null() {
        return;
    }
    w.line(1, &format!("{title}:"));
    if let Some(secs) = rules.int_at("stabilizationWindowSeconds") {
        w.line(2, &format!("Stabilization Window: {secs} seconds"));
    }
    let policies = rules.list_at("policies");
    if policies.is_empty() {
        return;
    }
    let select = rules.str_at("selectPolicy");
    w.line(2, &format!("Select Policy: {}", if select.is_empty() { "Max" } else { select }));
    w.line(2, "Policies:");
    for policy in policies {
        let number = |field: &str| policy.int_at(field).unwrap_or(0);
        let (value, secs) = (number("value"), number("periodSeconds"));
        w.line(3, &format!("- Type: {}\tValue: {value}\tPeriod: {secs} seconds", policy.str_at("type")));
    }
}
