//! Small questions about pods and about numbers that may be percentages.

use crate::object::{Object, condition, time_at};
use manifest::{Value, shared};
use sim::Time;
use std::time::Duration;

/// Whether the pod's `Ready` condition is true.
pub fn pod_ready(pod: &Object) -> bool {
    crate::object::condition_true(&pod.value, "Ready")
}

/// Whether the pod has been ready for `min_ready_secs`; else, when it will have been, if it stays ready.
pub fn pod_available(pod: &Object, min_ready_secs: i64, now: Time) -> Result<(), Option<Time>> {
    let Some(ready) = condition(&pod.value, "Ready").filter(|c| c.str_at("status") == "True") else { return Err(None) };
    let wait = u64::try_from(min_ready_secs).unwrap_or(0);
    if wait == 0 {
        return Ok(());
    }
    let since = time_at(ready, "lastTransitionTime").unwrap_or_default();
    let at = since + Duration::from_secs(wait);
    if at <= now { Ok(()) } else { Err(Some(at)) }
}

/// Neither finished nor on its way out.
pub(crate) fn active(pod: &Object) -> bool {
    !pod.deleting() && !finished(pod)
}

pub(crate) fn finished(pod: &Object) -> bool {
    matches!(pod.value.str_at("status.phase"), "Succeeded" | "Failed")
}

/// A number, or a percentage of `total` rounded up or down.
pub fn int_or_percent(value: &Value, total: i64, round_up: bool) -> i64 {
    match value {
        Value::Int(n) => *n,
        Value::Str(text) => {
            let percent: i64 = text.strip_suffix('%').and_then(|digits| digits.parse().ok()).unwrap_or(0);
            if round_up { (percent * total + 99) / 100 } else { percent * total / 100 }
        }
        _ => 0,
    }
}

/// Sets a condition; `lastTransitionTime` moves only when the status does. Returns whether anything changed.
pub(crate) fn set_condition(status: &mut Value, mut new: Value, now: &str) -> bool {
    let kind = new.str_at("type").to_string();
    let conditions = status.list_at("conditions");
    let Some(at) = conditions.iter().position(|old| old.str_at("type") == kind) else {
        new.put("lastTransitionTime", now);
        status.at_mut("conditions").make_list().push(shared(new));
        return true;
    };
    let old = &conditions[at];
    let moved = old.str_at("status") != new.str_at("status");
    let since = if moved { now } else { old.str_at("lastTransitionTime") }.to_string();
    new.put("lastTransitionTime", since);
    if *old == new {
        return false;
    }
    status.at_mut("conditions").make_list()[at] = shared(new);
    true
}
