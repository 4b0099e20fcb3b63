//! What is wrong with a Rollout's spec, in the words of `pkg/apis/rollouts/validation`.

use super::conditions::is_pause;
use cluster::{Cluster, FieldError, Object, SERVICE};
use manifest::Value;

const MISSING: [&str; 10] = [
    "strategy.canary.trafficRouting",
    "strategy.canary.antiAffinity",
    "strategy.canary.pingPong",
    "strategy.canary.minPodsPerReplicaSet",
    "strategy.canary.canaryMetadata",
    "strategy.canary.stableMetadata",
    "strategy.canary.scaleDownDelayRevisionLimit",
    "strategy.blueGreen.antiAffinity",
    "strategy.blueGreen.previewMetadata",
    "strategy.blueGreen.activeMetadata",
];
const NOT_HERE: &str = "is real Argo Rollouts, but not part of this sandbox yet";

/// The services that a strategy names, with the fields that name them.
pub fn service_names(spec: &Value) -> Vec<(String, String)> {
    let fields = [
        "strategy.blueGreen.activeService",
        "strategy.blueGreen.previewService",
        "strategy.canary.canaryService",
        "strategy.canary.stableService",
    ];
    let named = fields.iter().filter(|field| !spec.str_at(field).is_empty());
    named.map(|field| (["spec.", field].concat(), spec.str_at(field).to_string())).collect()
}

/// The first fault; services are looked at where there is a cluster.
pub fn fault(cluster: Option<&Cluster>, rollout: &Object) -> Option<String> {
    let spec = rollout.value.at("spec");
    let invalid = |field: &str, value: &Value, told: &str| Some(shown(&FieldError::invalid(field, value, told)));
    let required = |field: &str, told: &str| Some(shown(&FieldError::required(field, told)));
    let replicas = spec.int_at("replicas").unwrap_or(1);
    if replicas < 0 {
        return invalid("spec.replicas", spec.at("replicas"), "must be greater than or equal to 0");
    }
    if spec.at("workloadRef").is_null() {
        let selector = spec.at("selector");
        if selector.is_null() {
            return required("spec.selector", "Rollout has missing field '.spec.selector'");
        }
        if selector.map_at("matchLabels").is_empty() && selector.list_at("matchExpressions").is_empty() {
            return invalid("spec.selector", selector, "empty selector is invalid for deployment");
        }
        if !cluster::LabelSelector::from_value(selector).matches(spec.map_at("template.metadata.labels")) {
            let labels = spec.at("template.metadata.labels");
            return invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`");
        }
    }
    let deadline = spec.int_at("progressDeadlineSeconds").unwrap_or(600);
    if deadline <= spec.int_at("minReadySeconds").unwrap_or(0) {
        let told = "must be greater than minReadySeconds";
        return invalid("spec.progressDeadlineSeconds", &Value::from(deadline), told);
    }
    let missing = MISSING.iter().find(|path| !spec.at(path).is_null());
    if let Some(path) = missing {
        return Some(["spec.", path, ": Forbidden: ", NOT_HERE].concat());
    }
    let (canary, blue_green) = (spec.at("strategy.canary"), spec.at("strategy.blueGreen"));
    let told = match (canary.is_null(), blue_green.is_null()) {
        (true, true) => {
            let told = "Rollout has missing field '.spec.strategy.canary or .spec.strategy.blueGreen'";
            required("spec.strategy.strategy", told)
        }
        (false, false) => {
            let value = Value::from("blueGreen: true canary: true");
            invalid("spec.strategy.strategy", &value, "Multiple Strategies can not be listed")
        }
        (true, false) => blue_green_fault(blue_green),
        (false, true) => canary_fault(canary),
    };
    told.or_else(|| services_fault(cluster?, rollout))
}

fn shown(error: &FieldError) -> String {
    [&*error.field, ": ", &*error.message].concat()
}

fn blue_green_fault(strategy: &Value) -> Option<String> {
    let told = "This rollout uses the same service for the active and preview services, but two different services are \
                required.";
    let active = strategy.at("activeService");
    let same = strategy.str_at("activeService") == strategy.str_at("previewService");
    same.then(|| shown(&FieldError::invalid("spec.strategy.activeService", active, told)))
}

fn canary_fault(strategy: &Value) -> Option<String> {
    let invalid = |field: &str, value: &Value, told: &str| {
        Some(shown(&FieldError::invalid(["spec.strategy.", field].concat(), value, told)))
    };
    let zero = |field: &str| match strategy.at(field) {
        Value::Int(count) => *count == 0,
        Value::Str(text) => text.trim_end_matches('%') == "0",
        _ => false,
    };
    if zero("maxSurge") && zero("maxUnavailable") {
        return invalid("maxSurge", strategy.at("maxSurge"), "MaxSurge and MaxUnavailable both can not be zero");
    }
    let (stable, canary) = (strategy.str_at("stableService"), strategy.str_at("canaryService"));
    if !stable.is_empty() && stable == canary {
        let told = "This rollout uses the same service for the stable and canary services, but two different services \
                    are required.";
        return invalid("stableService", strategy.at("stableService"), told);
    }
    if !strategy.at("scaleDownDelaySeconds").is_null() {
        let told = "Canary scaleDownDelaySeconds can only be used with traffic routing";
        return invalid("scaleDownDelaySeconds", strategy.at("scaleDownDelaySeconds"), told);
    }
    if strategy.bool_at("dynamicStableScale") {
        let told = "Canary dynamicStableScale can only be used with traffic routing";
        return invalid("dynamicStableScale", strategy.at("dynamicStableScale"), told);
    }
    strategy.list_at("steps").iter().enumerate().find_map(|(at, step)| step_fault(at, step))
}

fn step_fault(at: usize, step: &Value) -> Option<String> {
    let field = format!("spec.strategy.steps[{at}]");
    let names = [
        "experiment",
        "pause",
        "setWeight",
        "analysis",
        "setCanaryScale",
        "setHeaderRoute",
        "setMirrorRoute",
        "plugin",
    ];
    let given: Vec<&str> = names.into_iter().filter(|name| !step.at(name).is_null()).collect();
    let invalid = |inner: &str, value: &Value, told: &str| {
        let field = if inner.is_empty() { field.clone() } else { [&field, ".", inner].concat() };
        Some(shown(&FieldError::invalid(field, value, told)))
    };
    let told = "Step must have one of the following set: experiment, setWeight, setCanaryScale, plugin or pause";
    match given[..] {
        [] | [_, _, ..] => return invalid("", step, told),
        ["setCanaryScale"] => {
            let told = "SetCanaryScale requires TrafficRouting to be set";
            return Some(shown(&FieldError::required("spec.strategy.trafficRouting", told)));
        }
        ["setHeaderRoute"] => {
            let told = "SetHeaderRoute requires TrafficRouting, supports Istio and ALB and Apisix";
            return invalid("setHeaderRoute", step.at("setHeaderRoute"), told);
        }
        ["setMirrorRoute"] => {
            let told = "SetMirrorRoute requires TrafficRouting, supports Istio and Plugins";
            return invalid("setMirrorRoute", step.at("setMirrorRoute"), told);
        }
        [name @ ("experiment" | "plugin")] => return Some([&field, ".", name, ": Forbidden: ", NOT_HERE].concat()),
        _ => {}
    }
    if step.int_at("setWeight").is_some_and(|weight| !(0..=100).contains(&weight)) {
        return invalid("setWeight", step.at("setWeight"), "SetWeight needs to be between 0 and 100");
    }
    if !is_pause(step.at("pause.duration")) {
        return invalid("pause.duration", &Value::from(-1_i64), "Duration needs to be greater than 0");
    }
    None
}

/// Services must be there, and belong to no other Rollout.
fn services_fault(cluster: &Cluster, rollout: &Object) -> Option<String> {
    for (field, name) in service_names(rollout.value.at("spec")) {
        let value = Value::from(name.as_str());
        let Some(service) = cluster.store().get(SERVICE, rollout.namespace(), &name) else {
            let told = format!("service \"{name}\" not found");
            return Some(shown(&FieldError::invalid(field, &value, &told)));
        };
        let manager = service.annotation(super::services::MANAGED);
        if !manager.is_empty() && manager != rollout.name() {
            let told = format!("Service \"{name}\" is managed by another Rollout");
            return Some(shown(&FieldError::invalid(field, &value, &told)));
        }
    }
    None
}
