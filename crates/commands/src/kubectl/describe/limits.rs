//! Quotas and limit ranges, alone and as a namespace shows them.

use super::super::kube::Kube;
use super::parts::{Writer, amount, int_or_text};
use cluster::{LIMITRANGE, Object, Quantity, RESOURCEQUOTA};
use manifest::Value;
use order::{Arrange, OrdSet};
use std::sync::Arc;

/// What a quota's scope means, in the real client's words.
fn scope_help(scope: &str) -> &'static str {
    match scope {
        "Terminating" => {
            "Matches all pods that have an active deadline. These pods have a limited lifespan on a node before being \
             actively terminated by the system."
        }
        "NotTerminating" => {
            "Matches all pods that do not have an active deadline. These pods usually include long running pods whose \
             container command is not expected to terminate."
        }
        "BestEffort" => {
            "Matches all pods that do not have resource requirements set. These pods have a best effort quality of \
             service."
        }
        "NotBestEffort" => {
            "Matches all pods that have at least one resource requirement set. These pods have a burstable or \
             guaranteed quality of service."
        }
        _ => "",
    }
}

fn scopes(quota: &Object, w: &mut Writer, level: usize, mark: &str) {
    let mut scopes: Vec<&str> = quota.value.list_at("spec.scopes").iter().filter_map(Value::as_str).collect();
    scopes.arrange();
    if scopes.is_empty() {
        return;
    }
    w.pair(level, "Scopes", scopes.join(", "));
    for help in scopes.into_iter().map(scope_help).filter(|help| !help.is_empty()) {
        w.line(level, &format!("{mark}* {help}"));
    }
}

/// The used amount in the form of the hard one.
fn used_like(used: &Value, hard: &Value) -> String {
    let binary = |value: &Value| int_or_text(value).ends_with('i');
    match Quantity::parse(&int_or_text(used)).filter(|_| binary(used) != binary(hard)) {
        Some(amount) => {
            let text = format!("{}{}", amount.units(), if binary(hard) { "Ki" } else { "" });
            if binary(hard) { in_binary(amount.units()) } else { cluster::canonical(&text).unwrap_or(text) }
        }
        None => amount(used),
    }
}

fn in_binary(units: i64) -> String {
    let (mut units, mut power) = (units, 0);
    while units != 0 && units % 1_024 == 0 && power < 6 {
        units /= 1_024;
        power += 1;
    }
    format!("{units}{}", ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"][power])
}

pub(super) fn quota(quota: &Object, w: &mut Writer) {
    w.pair(0, "Name", quota.name());
    w.pair(0, "Namespace", quota.namespace());
    scopes(quota, w, 0, " ");
    w.line(0, "Resource\tUsed\tHard");
    w.line(0, "--------\t----\t----");
    for (name, hard) in quota.value.map_at("status.hard").iter() {
        let used = quota.value.map_at("status.used").get(name).unwrap_or(Value::null());
        w.line(0, &format!("{name}\t{}\t{}", used_like(used, hard), amount(hard)));
    }
}

pub(super) fn limit_range(range: &Object, w: &mut Writer) {
    w.pair(0, "Name", range.name());
    w.pair(0, "Namespace", range.namespace());
    w.line(0, "Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio");
    w.line(0, "----\t--------\t---\t---\t---------------\t-------------\t-----------------------");
    rows(range, "", w);
}

fn rows(range: &Object, indent: &str, w: &mut Writer) {
    const FIELDS: [&str; 5] = ["min", "max", "defaultRequest", "default", "maxLimitRequestRatio"];
    for item in range.value.list_at("spec.limits") {
        let names: OrdSet<Arc<str>> = FIELDS.iter().flat_map(|field| item.map_at(field).keys().cloned()).collect();
        // Unlike kubectl: the resources of a limit stand in order; the real client takes them as a map gives them.
        for name in names.iter() {
            let cells = FIELDS.map(|field| item.map_at(field).get(name).map_or_else(|| "-".into(), amount));
            w.line(0, &format!("{indent}{}\t{name}\t{}", item.str_at("type"), cells.join("\t")));
        }
    }
}

/// The quotas and limits of a namespace.
pub(super) fn of_namespace(kube: &Kube<'_, '_>, namespace: &str, w: &mut Writer) {
    let all = |kind| kube.store().all(kind, Some(namespace)).cloned().collect::<Vec<Arc<Object>>>();
    let (quotas, ranges) = (all(RESOURCEQUOTA), all(LIMITRANGE));
    w.line(0, "");
    if quotas.is_empty() {
        w.line(0, "No resource quota.");
    } else {
        w.line(0, "Resource Quotas");
    }
    for quota in &quotas {
        w.pair(1, "Name", quota.name());
        scopes(quota, w, 1, "");
        w.line(1, "Resource\tUsed\tHard");
        w.line(1, "--------\t---\t---");
        for (name, hard) in quota.value.map_at("status.hard").iter() {
            let used = quota.value.map_at("status.used").get(name).unwrap_or(Value::null());
            w.line(1, &format!("{name}\t{}\t{}", amount(used), amount(hard)));
        }
    }
    w.line(0, "");
    if ranges.is_empty() {
        return w.line(0, "No LimitRange resource.");
    }
    w.line(0, "Resource Limits");
    w.line(0, " Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio");
    w.line(0, " ----\t--------\t---\t---\t---------------\t-------------\t-----------------------");
    for range in &ranges {
        rows(range, " ", w);
    }
}
