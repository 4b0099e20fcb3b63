//! Selectors: by labels (`app=web,tier in (a,b),!old`) and by fields (`metadata.name=web`, `spec.nodeName!=n1`).

use crate::kinds::{self, KindId};
use crate::object::Object;
use crate::status::Status;
use manifest::{Map, Value};

/// One demand on the labels.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Demand {
    In(String, Vec<String>),
    NotIn(String, Vec<String>),
    Exists(String),
    Missing(String),
}

/// Demands on labels that must all hold; the empty one selects everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LabelSelector {
    demands: Vec<Demand>,
}

impl LabelSelector {
    /// Reads the form of `kubectl -l`.
    pub fn parse(text: &str) -> Result<Self, Status> {
        let mut demands = Vec::new();
        for part in split_outside_brackets(text) {
            if !part.trim().is_empty() {
                demands.push(
                    demand(part.trim())
                        .map_err(|why| Status::bad_request(format!("unable to parse requirement: {why}")))?,
                );
            }
        }
        Ok(Self { demands })
    }

    /// Reads a `metav1.LabelSelector`: `matchLabels` and `matchExpressions`.
    pub fn from_value(selector: &Value) -> Self {
        let equal = selector.map_at("matchLabels");
        let mut this = Self::from_labels(equal);
        for expression in selector.list_at("matchExpressions") {
            let key = expression.str_at("key").to_string();
            let values = expression.list_at("values").iter().filter_map(|v| v.as_str().map(str::to_string)).collect();
            this.demands.push(match expression.str_at("operator") {
                "In" => Demand::In(key, values),
                "NotIn" => Demand::NotIn(key, values),
                "DoesNotExist" => Demand::Missing(key),
                _ => Demand::Exists(key),
            });
        }
        this
    }

    /// Every label must be equal, as in `spec.selector` of a Service.
    /// The selector of whoever owns pods.
    pub fn of(owner: &Object) -> Self {
        match owner.key.kind {
            kinds::REPLICATIONCONTROLLER => Self::from_labels(owner.value.map_at("spec.selector")),
            _ => Self::from_value(owner.value.at("spec.selector")),
        }
    }

    pub fn from_labels(labels: &Map) -> Self {
        let equal = |(key, value): (&std::sync::Arc<str>, &Value)| {
            Demand::In(key.to_string(), vec![value.as_str().unwrap_or("").to_string()])
        };
        Self { demands: labels.iter().map(equal).collect() }
    }

    pub fn is_empty(&self) -> bool {
        self.demands.is_empty()
    }

    pub fn matches(&self, labels: &Map) -> bool {
        let have = |key: &str| labels.get(key).and_then(Value::as_str);
        self.demands.iter().all(|demand| match demand {
            Demand::In(key, values) => have(key).is_some_and(|value| values.iter().any(|v| v == value)),
            Demand::NotIn(key, values) => have(key).is_none_or(|value| !values.iter().any(|v| v == value)),
            Demand::Exists(key) => labels.contains(key),
            Demand::Missing(key) => !labels.contains(key),
        })
    }
}

impl std::fmt::Display for LabelSelector {
    /// As apimachinery prints it: `app=web,tier in (a,b)`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, demand) in self.demands.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            match demand {
                Demand::In(key, values) if values.len() == 1 => write!(f, "{key}={}", values[0])?,
                Demand::In(key, values) => write!(f, "{key} in ({})", values.join(","))?,
                Demand::NotIn(key, values) => write!(f, "{key} notin ({})", values.join(","))?,
                Demand::Exists(key) => f.write_str(key)?,
                Demand::Missing(key) => write!(f, "!{key}")?,
            }
        }
        Ok(())
    }
}

fn split_outside_brackets(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0_u32);
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

fn demand(text: &str) -> Result<Demand, String> {
    if let Some(key) = text.strip_prefix('!') {
        return Ok(Demand::Missing(key.trim().to_string()));
    }
    if let Some((key, value)) = text.split_once("!=") {
        return Ok(Demand::NotIn(label_key(key)?, vec![value.trim().to_string()]));
    }
    if let Some((key, value)) = text.split_once("==").or_else(|| text.split_once('=')) {
        return Ok(Demand::In(label_key(key)?, vec![value.trim().to_string()]));
    }
    let mut words = text.splitn(3, char::is_whitespace);
    let (key, operator, rest) = (words.next().unwrap_or(""), words.next(), words.next().unwrap_or(""));
    let Some(operator) = operator else { return label_key(key).map(Demand::Exists) };
    let (operator, values) = match operator.split_once('(') {
        Some((operator, values)) => (operator, format!("({values}{rest}")),
        None => (operator, rest.trim().to_string()),
    };
    let Some(inner) = values.strip_prefix('(').and_then(|values| values.trim_end().strip_suffix(')')) else {
        return Err(format!("found '{operator}', expected: in, notin, =, ==, !=, gt, lt"));
    };
    let values = inner.split(',').map(|value| value.trim().to_string()).collect();
    match operator {
        "in" => Ok(Demand::In(label_key(key)?, values)),
        "notin" => Ok(Demand::NotIn(label_key(key)?, values)),
        other => Err(format!("found '{other}', expected: in, notin, =, ==, !=, gt, lt")),
    }
}

fn label_key(key: &str) -> Result<String, String> {
    let key = key.trim();
    if key.is_empty() {
        return Err("found '', expected: identifier".into());
    }
    Ok(key.to_string())
}

/// Demands on fields that must all hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldSelector {
    /// Path, whether equal, value.
    demands: Vec<(String, bool, String)>,
}

impl std::fmt::Display for FieldSelector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (at, (path, equal, value)) in self.demands.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            write!(f, "{comma}{path}{}{value}", if *equal { "=" } else { "!=" })?;
        }
        Ok(())
    }
}

impl FieldSelector {
    /// Reads the form of `kubectl --field-selector`.
    pub fn parse(text: &str) -> Result<Self, Status> {
        let mut demands = Vec::new();
        for part in text.split(',').filter(|part| !part.is_empty()) {
            let found = (part.split_once("!=").map(|(path, value)| (path, false, value))).or_else(|| {
                part.split_once("==").or_else(|| part.split_once('=')).map(|(path, value)| (path, true, value))
            });
            let Some((path, equal, value)) = found else {
                let why = format!("invalid selector: '{text}'; can't understand '{part}'");
                return Err(Status::bad_request(why));
            };
            demands.push((path.to_string(), equal, value.to_string()));
        }
        Ok(Self { demands })
    }

    pub fn equal(path: &str, value: &str) -> Self {
        Self { demands: vec![(path.into(), true, value.into())] }
    }

    /// Refuses fields that the API server has no index for.
    pub fn check(&self, kind: KindId) -> Result<(), Status> {
        for (path, ..) in &self.demands {
            let known: &[&str] = match kind {
                kinds::POD => &[
                    "spec.nodeName",
                    "spec.restartPolicy",
                    "spec.schedulerName",
                    "spec.serviceAccountName",
                    "spec.hostNetwork",
                    "status.phase",
                    "status.podIP",
                    "status.podIPs",
                    "status.nominatedNodeName",
                ],
                kinds::EVENT => &[
                    "involvedObject.kind",
                    "involvedObject.namespace",
                    "involvedObject.name",
                    "involvedObject.uid",
                    "involvedObject.apiVersion",
                    "involvedObject.resourceVersion",
                    "involvedObject.fieldPath",
                    "reason",
                    "reportingComponent",
                    "source",
                    "type",
                ],
                kinds::NODE => &["spec.unschedulable"],
                kinds::NAMESPACE => &["status.phase"],
                kinds::REPLICASET | kinds::REPLICATIONCONTROLLER => &["status.replicas"],
                kinds::SECRET => &["type"],
                kinds::JOB => &["status.successful"],
                kinds::SERVICE => &["spec.clusterIP", "spec.type"],
                _ => &[],
            };
            if path != "metadata.name" && path != "metadata.namespace" && !known.contains(&path.as_str()) {
                return Err(Status::bad_request(format!("field label not supported: {path}")));
            }
        }
        Ok(())
    }

    /// The value that `path` must have, where one is asked for.
    pub fn wanted(&self, path: &str) -> Option<&str> {
        self.demands.iter().find(|(p, equal, _)| p == path && *equal).map(|(.., value)| value.as_str())
    }

    pub fn matches(&self, object: &Object) -> bool {
        self.demands.iter().all(|(path, equal, value)| {
            let have = match path.as_str() {
                "metadata.name" => object.name().to_string(),
                "metadata.namespace" => object.namespace().to_string(),
                "source" => object.value.str_at("source.component").to_string(),
                path => match object.value.at(path) {
                    Value::Str(text) => text.to_string(),
                    Value::Null if path == "spec.unschedulable" || path == "spec.hostNetwork" => "false".into(),
                    Value::Null => String::new(),
                    other => other.to_json(),
                },
            };
            (have == *value) == *equal
        })
    }
}
