//! Autoscalers.

use super::{Cell, Printer, age};
use crate::object::Object;
use manifest::Value;
use sim::Time;

pub(crate) const AUTOSCALER: Printer = Printer {
    columns: &[
        ("NAME", false),
        ("REFERENCE", false),
        ("TARGETS", false),
        ("MINPODS", false),
        ("MAXPODS", false),
        ("REPLICAS", false),
        ("AGE", false),
    ],
    row,
};

fn row(object: &Object, now: Time) -> Vec<Cell> {
    let spec = object.value.at("spec");
    let number = |path: &str| object.value.int_at(path).unwrap_or(0).to_string();
    vec![
        object.name().into(),
        format!("{}/{}", spec.str_at("scaleTargetRef.kind"), spec.str_at("scaleTargetRef.name")),
        targets(&object.value),
        spec.int_at("minReplicas").map_or("<unset>".into(), |n| n.to_string()),
        number("spec.maxReplicas"),
        number("status.currentReplicas"),
        age(object, now),
    ]
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Str(text) => Some(text.to_string()),
        Value::Int(n) => Some(n.to_string()),
        _ => None,
    }
}

/// `cpu: 12%/80%`; at most two, then how many more.
fn targets(object: &Value) -> String {
    let mut all = Vec::new();
    for (at, spec) in object.list_at("spec.metrics").iter().enumerate() {
        let (field, what) = match spec.str_at("type") {
            "Resource" => ("resource", format!("{}: ", spec.str_at("resource.name"))),
            "ContainerResource" => ("containerResource", format!("{}: ", spec.str_at("containerResource.name"))),
            "Object" => ("object", String::new()),
            "Pods" => ("pods", String::new()),
            _ => ("external", String::new()),
        };
        let current = object.list_at("status.currentMetrics").get(at).map(|status| status.at(field).at("current"));
        let current = current.unwrap_or(Value::null());
        let target = spec.at(field).at("target");
        let unknown = || "<unknown>".to_string();
        let percent = |value: &Value| value.as_i64().map(|n| format!("{n}%"));
        all.push(if let Some(goal) = percent(target.at("averageUtilization")) {
            format!("{what}{}/{goal}", percent(current.at("averageUtilization")).unwrap_or_else(unknown))
        } else if let Some(goal) = text(target.at("averageValue")) {
            let average = if matches!(field, "external" | "object") { " (avg)" } else { "" };
            format!("{what}{}/{goal}{average}", text(current.at("averageValue")).unwrap_or_else(unknown))
        } else {
            let goal = text(target.at("value")).unwrap_or_else(|| "<auto>".into());
            format!("{what}{}/{goal}", text(current.at("value")).unwrap_or_else(unknown))
        });
    }
    match all.len() {
        0 => "<none>".into(),
        1 | 2 => all.join(", "),
        more => format!("{} + {} more...", all[..2].join(", "), more - 2),
    }
}
