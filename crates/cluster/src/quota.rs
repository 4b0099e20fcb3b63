//! Resource quotas: what counts, how much of it a namespace uses, and what is too much
//! (Kubernetes 1.32, `pkg/quota/v1`, `plugin/pkg/admission/resourcequota`).

use crate::controllers::volume::class_of;
use crate::kinds::{self, KindId};
use crate::node_load::quantity_of;
use crate::object::Object;
use crate::pods::finished;
use crate::quantity::Quantity;
use crate::store::Store;
use manifest::{Value, object};
use order::OrdMap;
use std::sync::Arc;

/// Amounts by the name of their resource, in thousandths.
pub(crate) type Usage = OrdMap<String, Quantity>;

fn add(usage: &mut Usage, name: impl Into<String>, amount: Quantity) {
    usage.entry(name.into()).or_default().0 += amount.0;
}

const ONE: Quantity = Quantity(1_000);

/// What one object counts for.
pub(crate) fn usage_of(store: &Store, kind: KindId, value: &Value) -> Usage {
    let mut usage = Usage::new();
    let info = store.kinds().info(kind);
    let count =
        if info.group.is_empty() { format!("count/{}", info.plural) } else { format!("count/{}", info.qualified()) };
    if kind == kinds::POD && matches!(value.str_at("status.phase"), "Succeeded" | "Failed") {
        return usage;
    }
    add(&mut usage, count, ONE);
    match kind {
        kinds::POD => {
            add(&mut usage, "pods", ONE);
            for (name, amount) in pod_amounts(value).iter() {
                add(&mut usage, name.clone(), *amount);
                if let Some(plain) = name.strip_prefix("requests.") {
                    add(&mut usage, plain, *amount);
                }
            }
        }
        kinds::SERVICE => {
            add(&mut usage, "services", ONE);
            let ports = i128::try_from(value.list_at("spec.ports").len()).unwrap_or(0);
            let kind = value.str_at("spec.type");
            add(&mut usage, "services.nodeports", Quantity(if kind == "NodePort" { ports * 1_000 } else { 0 }));
            add(&mut usage, "services.loadbalancers", Quantity(if kind == "LoadBalancer" { 1_000 } else { 0 }));
        }
        kinds::PERSISTENTVOLUMECLAIM => {
            add(&mut usage, "persistentvolumeclaims", ONE);
            let size = value.at("spec.resources.requests").get("storage").and_then(quantity_of).unwrap_or_default();
            add(&mut usage, "requests.storage", size);
            let class = class_of(value);
            if !class.is_empty() {
                add(&mut usage, format!("{class}.storageclass.storage.k8s.io/requests.storage"), size);
            }
        }
        kinds::CONFIGMAP => add(&mut usage, "configmaps", ONE),
        kinds::SECRET => add(&mut usage, "secrets", ONE),
        kinds::RESOURCEQUOTA => add(&mut usage, "resourcequotas", ONE),
        _ => {}
    }
    usage
}

/// `requests.cpu`, `limits.memory` …: the sums over containers, or the most of an init container.
fn pod_amounts(pod: &Value) -> Usage {
    let mut usage = Usage::new();
    for (list, init) in [("spec.containers", false), ("spec.initContainers", true)] {
        for container in pod.list_at(list) {
            for kind in ["requests", "limits"] {
                for (name, amount) in container.at("resources").map_at(kind).iter() {
                    let Some(amount) = quantity_of(amount) else { continue };
                    let sum = usage.entry(format!("{kind}.{name}")).or_default();
                    let plain = init && container.str_at("restartPolicy") != "Always";
                    sum.0 = if plain { sum.0.max(amount.0) } else { sum.0 + amount.0 };
                }
            }
        }
    }
    usage
}

/// Whether a quota with scopes means a pod.
fn in_scope(quota: &Object, kind: KindId, value: &Value) -> bool {
    let scopes = quota.value.list_at("spec.scopes");
    let best_effort = value.str_at("status.qosClass") == "BestEffort";
    let ends = !value.at("spec.activeDeadlineSeconds").is_null();
    let meets = |scope: &Value| match scope.as_str().unwrap_or("") {
        "BestEffort" => best_effort,
        "NotBestEffort" => !best_effort,
        "Terminating" => ends,
        "NotTerminating" => !ends,
        _ => true,
    };
    let class = |demand: &Value| {
        let listed = demand.list_at("values").contains(value.at("spec.priorityClassName"));
        match (demand.str_at("scopeName"), demand.str_at("operator")) {
            ("PriorityClass", "In") => listed,
            ("PriorityClass", "NotIn") => !listed,
            ("PriorityClass", "Exists") => !value.str_at("spec.priorityClassName").is_empty(),
            _ => meets(demand.at("scopeName")),
        }
    };
    let chosen = quota.value.list_at("spec.scopeSelector.matchExpressions");
    (scopes.is_empty() && chosen.is_empty())
        || (kind == kinds::POD && scopes.iter().all(meets) && chosen.iter().all(class))
}

/// What the namespace uses of what a quota limits.
pub(crate) fn used(store: &Store, quota: &Object) -> Usage {
    let mut sum = Usage::new();
    for info in store.kinds().iter().filter(|info| info.namespaced && info.id != kinds::EVENT) {
        for object in store.all(info.id, Some(quota.namespace())) {
            if in_scope(quota, info.id, &object.value) && !(info.id == kinds::POD && finished(object)) {
                usage_of(store, info.id, &object.value)
                    .iter()
                    .for_each(|(name, amount)| add(&mut sum, name.clone(), *amount));
            }
        }
    }
    sum
}

/// `500m`, `2`, `1536Mi`: a sum as apimachinery prints it.
pub(crate) fn shown(name: &str, amount: Quantity) -> String {
    let bytes = name.ends_with("memory") || name.ends_with("storage");
    let units = amount.0 / 1_000;
    if amount.0 % 1_000 != 0 {
        return format!("{}m", amount.0);
    }
    if bytes && units % 1_024 == 0 && units != 0 {
        return crate::quantity::canonical(&format!("{}Ki", units / 1_024)).unwrap_or_else(|| units.to_string());
    }
    crate::quantity::canonical(&units.to_string()).unwrap_or_else(|| units.to_string())
}

/// The status of a quota: what it limits, and what is used of that.
pub(crate) fn status(store: &Store, quota: &Object) -> Value {
    let hard = quota.value.at("spec.hard");
    let have = used(store, quota);
    let entry = |name: &Arc<str>| {
        let amount = have.get(name.as_ref()).copied().unwrap_or_default();
        (name.clone(), Value::from(shown(name, amount)))
    };
    let used: manifest::Map = hard.entries().keys().map(entry).collect();
    object! { "hard" => hard.clone(), "used" => used }
}

/// Why a new object is too much for its namespace.
pub(crate) fn exceeded(store: &Store, kind: KindId, namespace: &str, value: &Value) -> Option<String> {
    for quota in store.all(kinds::RESOURCEQUOTA, Some(namespace)) {
        if !in_scope(quota, kind, value) {
            continue;
        }
        let hard = quota.value.map_at("spec.hard");
        if kind == kinds::POD
            && let Some(missing) = missing(hard.keys(), value)
        {
            return Some(format!("failed quota: {}: must specify {missing}", quota.name()));
        }
        let (asked, have) = (usage_of(store, kind, value), used(store, quota));
        let (mut requested, mut used_words, mut limited) = (Vec::new(), Vec::new(), Vec::new());
        for (name, limit) in hard.iter() {
            let Some(ask) = asked.get(name.as_ref()).filter(|ask| ask.0 > 0) else { continue };
            let used = have.get(name.as_ref()).copied().unwrap_or_default();
            if used.0 + ask.0 > quantity_of(limit).unwrap_or_default().0 {
                requested.push(format!("{name}={}", shown(name, *ask)));
                used_words.push(format!("{name}={}", shown(name, used)));
                limited.push(format!("{name}={}", limit.as_str().map_or_else(|| limit.to_json(), str::to_string)));
            }
        }
        if !requested.is_empty() {
            return Some(format!(
                "exceeded quota: {}, requested: {}, used: {}, limited: {}",
                quota.name(),
                requested.join(","),
                used_words.join(","),
                limited.join(",")
            ));
        }
    }
    None
}

/// Limited amounts that containers do not say: `limits.cpu for: web; limits.memory for: web`.
fn missing<'h>(hard: impl Iterator<Item = &'h Arc<str>>, pod: &Value) -> Option<String> {
    let mut told = Vec::new();
    for name in hard {
        let (kind, resource) = match name.split_once('.') {
            Some((kind @ ("requests" | "limits"), resource)) => (kind, resource),
            None if matches!(name.as_ref(), "cpu" | "memory") => ("requests", name.as_ref()),
            _ => continue,
        };
        if !matches!(resource, "cpu" | "memory") {
            continue;
        }
        let silent = |c: &&Value| c.at("resources").map_at(kind).get(resource).is_none();
        let containers: Vec<&str> =
            pod.list_at("spec.containers").iter().filter(silent).map(|c| c.str_at("name")).collect();
        if !containers.is_empty() {
            told.push(format!("{name} for: {}", containers.join(",")));
        }
    }
    (!told.is_empty()).then(|| told.join("; "))
}
