//! Disruption budgets and priority classes.

use super::parts::{Writer, int_or_text, on_one_line, selector};
use cluster::Object;

pub(super) fn budget(object: &Object, w: &mut Writer) {
    let (spec, status) = (object.value.at("spec"), object.value.at("status"));
    w.pair(0, "Name", object.name());
    w.pair(0, "Namespace", object.namespace());
    if !spec.at("minAvailable").is_null() {
        w.pair(0, "Min available", int_or_text(spec.at("minAvailable")));
    } else if !spec.at("maxUnavailable").is_null() {
        w.pair(0, "Max unavailable", int_or_text(spec.at("maxUnavailable")));
    }
    let chosen = if spec.at("selector").is_null() { "<unset>".to_string() } else { selector(spec.at("selector")) };
    w.pair(0, "Selector", if chosen.is_empty() { "<none>".into() } else { chosen });
    w.line(0, "Status:");
    for (title, field) in [
        ("Allowed disruptions", "disruptionsAllowed"),
        ("Current", "currentHealthy"),
        ("Desired", "desiredHealthy"),
        ("Total", "expectedPods"),
    ] {
        w.pair(2, title, status.int_at(field).unwrap_or(0));
    }
}

pub(super) fn priority(object: &Object, w: &mut Writer) {
    let value = &object.value;
    w.pair(0, "Name", object.name());
    w.pair(0, "Value", value.int_at("value").unwrap_or(0));
    w.pair(0, "GlobalDefault", value.bool_at("globalDefault"));
    w.pair(0, "PreemptionPolicy", value.str_at("preemptionPolicy"));
    w.pair(0, "Description", value.str_at("description"));
    w.pair(0, "Annotations", on_one_line(value.map_at("metadata.annotations")));
}
