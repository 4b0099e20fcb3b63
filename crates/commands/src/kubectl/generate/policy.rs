//! `create priorityclass` and `create poddisruptionbudget`.

use super::super::Command;
use super::super::flags::{Given, number, switch, text};
use super::super::kube::{Answer, Kube, Stop};
use super::{DRY_RUN, MISSING, OUTPUT, finish, labels, meta, name_of};
use manifest::{Value, object};

pub(crate) const PRIORITY_CLASS: Command = Command {
    path: "create priorityclass",
    operands: "NAME --value=VALUE --global-default=BOOL",
    summary: "Create a priority class with the specified name, value, globalDefault and description.",
    examples: &[("Pods that may push others out", "kubectl create priorityclass high --value=1000")],
    flags: &[
        text("description", '\0', "", "When this priority class should be used."),
        DRY_RUN,
        switch("global-default", '\0', "Whether this is the default priority."),
        OUTPUT,
        text("preemption-policy", '\0', "PreemptLowerPriority", "Whether pods of lower priority are pushed out."),
        number("value", 0, "The value of this priority class."),
    ],
    missing: MISSING,
    run: priority_class,
};

pub(crate) const DISRUPTION_BUDGET: Command = Command {
    path: "create poddisruptionbudget",
    operands: "NAME --selector=SELECTOR --min-available=N",
    summary: "Create a pod disruption budget with the specified name, selector, and desired minimum available pods.",
    examples: &[("Keep one pod", "kubectl create poddisruptionbudget web --selector=app=web --min-available=1")],
    flags: &[
        DRY_RUN,
        text("max-unavailable", '\0', "", "How many pods may be unavailable: a number or a percentage."),
        text("min-available", '\0', "", "How many pods must be available: a number or a percentage."),
        OUTPUT,
        text("selector", '\0', "", "A label selector of the pods; only equality is supported."),
    ],
    missing: MISSING,
    run: disruption_budget,
};

fn priority_class(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let name = name_of(kube, given, "create priorityclass")?;
    let mut value = object! {
        "apiVersion" => "scheduling.k8s.io/v1", "kind" => "PriorityClass", "metadata" => meta(name),
        "preemptionPolicy" => given.text("preemption-policy"), "value" => given.number("value"),
    };
    if !given.text("description").is_empty() {
        value.put("description", given.text("description"));
    }
    if given.has("global-default") {
        value.put("globalDefault", true);
    }
    finish(kube, given, value, "failed to create priorityclass:")
}

fn amount(text: &str, flag: &str) -> Result<Value, Stop> {
    let digits = text.strip_suffix('%').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Stop::error(format!("invalid format specified for {flag}")));
    }
    Ok(text.parse::<i64>().map_or_else(|_| Value::from(text), Value::from))
}

fn disruption_budget(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let name = name_of(kube, given, "create poddisruptionbudget")?;
    let (selector, least, most) = (given.text("selector"), given.text("min-available"), given.text("max-unavailable"));
    if selector.is_empty() {
        return Err(Stop::error("a selector must be specified"));
    }
    let mut spec = object! { "selector" => object! { "matchLabels" => labels(selector)? } };
    match (least.is_empty(), most.is_empty()) {
        (true, true) => return Err(Stop::error("one of min-available or max-unavailable must be specified")),
        (false, false) => return Err(Stop::error("min-available and max-unavailable cannot be both specified")),
        (false, true) => spec.put("minAvailable", amount(least, "min-available")?),
        (true, false) => spec.put("maxUnavailable", amount(most, "max-unavailable")?),
    }
    let value = object! {
        "apiVersion" => "policy/v1", "kind" => "PodDisruptionBudget", "metadata" => meta(name), "spec" => spec,
        "status" => object! {
            "currentHealthy" => 0, "desiredHealthy" => 0, "disruptionsAllowed" => 0, "expectedPods" => 0,
        },
    };
    finish(kube, given, value, "failed to create poddisruptionbudgets:")
}
