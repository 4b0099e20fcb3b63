//! Whether a node suits a pod: tolerations, node selector and node affinity.

use crate::node_load::Taint;
use crate::validate::label_value;
use manifest::{Map, Value};

/// `ToleratesTaint` of the API's toleration.
pub(crate) fn tolerates(tolerations: &[Value], taint: &Taint) -> bool {
    tolerations.iter().any(|t| {
        let (key, effect) = (t.str_at("key"), t.str_at("effect"));
        let exists = t.str_at("operator") == "Exists";
        (effect.is_empty() || effect == taint.effect)
            && (key == taint.key || (key.is_empty() && exists))
            && (exists || t.str_at("value") == taint.value)
    })
}

/// The first taint that keeps a pod away.
pub(crate) fn untolerated<'n>(tolerations: &[Value], taints: &'n [Taint]) -> Option<&'n Taint> {
    taints.iter().find(|taint| taint.effect != "PreferNoSchedule" && !tolerates(tolerations, taint))
}

/// One demand of a node selector term.
fn meets(demand: &Value, have: Option<&str>) -> bool {
    let listed = |value: &str| demand.list_at("values").iter().any(|v| v.as_str() == Some(value));
    let bound = || demand.str_at("values[0]").parse::<i64>().ok();
    let number = || have.and_then(|text| text.parse::<i64>().ok());
    match demand.str_at("operator") {
        "In" => have.is_some_and(listed),
        "NotIn" => !have.is_some_and(listed),
        "Exists" => have.is_some(),
        "DoesNotExist" => have.is_none(),
        "Gt" => number().zip(bound()).is_some_and(|(n, bound)| n > bound),
        "Lt" => number().zip(bound()).is_some_and(|(n, bound)| n < bound),
        _ => false,
    }
}

/// A term with nothing in it chooses no node.
pub(crate) fn term_matches(term: &Value, labels: &Map, name: &str) -> bool {
    let (expressions, fields) = (term.list_at("matchExpressions"), term.list_at("matchFields"));
    // Values that no label can have make a demand void.
    let valid = |demand: &Value| demand.list_at("values").iter().filter_map(Value::as_str).all(label_value);
    let label =
        |demand: &Value| valid(demand) && meets(demand, labels.get(demand.str_at("key")).and_then(Value::as_str));
    (!expressions.is_empty() || !fields.is_empty())
        && expressions.iter().all(label)
        && fields.iter().all(|demand| meets(demand, (demand.str_at("key") == "metadata.name").then_some(name)))
}

/// `nodeSelector` and the required part of the node affinity.
pub(crate) fn suits(spec: &Value, labels: &Map, name: &str) -> bool {
    let path = "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms";
    let required = spec.at(path).as_list();
    spec.map_at("nodeSelector").iter().all(|(key, value)| labels.get(key) == Some(value))
        && required.is_none_or(|terms| terms.iter().any(|term| term_matches(term, labels, name)))
}

/// The weights of the preferred terms that a node meets.
pub(crate) fn preference(spec: &Value, labels: &Map, name: &str) -> i64 {
    let terms = spec.list_at("affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution").iter();
    let met = terms.filter(|term| term_matches(term.at("preference"), labels, name));
    met.map(|term| term.int_at("weight").unwrap_or(0)).sum()
}
