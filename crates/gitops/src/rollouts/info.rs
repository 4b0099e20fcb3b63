//! What a Rollout's steps say, for whoever shows them.

use manifest::Value;

/// The place of the current step and the step itself, which is null after the last.
pub fn current_step(rollout: &Value) -> (Option<usize>, &Value) {
    let steps = rollout.list_at("spec.strategy.canary.steps");
    if steps.is_empty() {
        return (None, Value::null());
    }
    let at = usize::try_from(rollout.int_at("status.currentStepIndex").unwrap_or(0)).unwrap_or(0);
    (Some(at), steps.get(at).unwrap_or(Value::null()))
}

/// The weight that the steps so far have set (`GetCurrentSetWeight`).
pub fn set_weight(rollout: &Value) -> i64 {
    if rollout.bool_at("status.abort") {
        return 0;
    }
    let (at, step) = current_step(rollout);
    let Some(at) = at.filter(|_| !step.is_null()) else { return 100 };
    let steps = rollout.list_at("spec.strategy.canary.steps");
    steps[..=at].iter().rev().find_map(|step| step.int_at("setWeight")).unwrap_or(0)
}

/// `setWeight: 20`, `pause: 10m`
pub fn step_text(step: &Value) -> String {
    if let Some(weight) = step.int_at("setWeight") {
        return format!("setWeight: {weight}");
    }
    if !step.at("pause").is_null() {
        return match step.at("pause.duration") {
            Value::Null => "pause".into(),
            Value::Str(text) => format!("pause: {text}"),
            other => format!("pause: {}", other.to_json()),
        };
    }
    if !step.at("analysis").is_null() {
        return "analysis".into();
    }
    if !step.at("experiment").is_null() {
        return "experiment".into();
    }
    let scale = step.at("setCanaryScale");
    for field in ["weight", "replicas"] {
        if let Some(count) = scale.int_at(field) {
            return format!("setCanaryScale{{{field}: {count}}}");
        }
    }
    if scale.bool_at("matchTrafficWeight") {
        return "setCanaryScale{matchTrafficWeight: true}".into();
    }
    for field in ["plugin", "setHeaderRoute", "setMirrorRoute"] {
        if !step.at(field).is_null() {
            return [field, ": ", step.at(field).str_at("name")].concat();
        }
    }
    "invalid".into()
}
