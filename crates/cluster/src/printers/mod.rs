//! The tables of `kubectl get`: the columns that the API server prints (`pkg/printers/internalversion/printers.go`).

mod age;
mod autoscaler;
mod batch;
mod core;
mod extensions;
mod pod;
mod policy;
mod rules;
mod storage;
mod workload;

pub use age::human_duration;
pub use pod::pod_status;

pub(crate) use autoscaler::AUTOSCALER;
pub(crate) use batch::{CRON_JOB, JOB};
pub(crate) use core::{
    CONFIG_MAP, ENDPOINT_SLICE, ENDPOINTS, EVENT, NAMESPACE, NODE, SECRET, SERVICE, SERVICE_ACCOUNT,
};
pub(crate) use extensions::{API_SERVICE, WEBHOOKS};
pub(crate) use pod::POD;
pub(crate) use policy::{BUDGET, PRIORITY_CLASS};
pub(crate) use rules::{BINDING, DEFINITION, INGRESS, INGRESS_CLASS, LIMIT_RANGE, NETWORK_POLICY, QUOTA, ROLE};
pub(crate) use storage::{CLAIM, STORAGE_CLASS, VOLUME};
pub(crate) use workload::{CONTROLLER_REVISION, DAEMON_SET, DEPLOYMENT, REPLICA_SET, STATEFUL_SET};

use crate::kinds::{KindId, behaviour_of};
use crate::object::{Object, time_at};
use crate::store::Store;
use manifest::{Map, Value};
use sim::Time;
use std::sync::Arc;

/// One cell of a table.
pub type Cell = String;

/// A column's heading, and whether only `-o wide` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    pub wide: bool,
}

/// What `kubectl get` prints: every row has a cell for every column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<Cell>>,
}

/// The columns of a kind and how a row is made.
#[derive(Clone, Copy)]
pub(crate) struct Printer {
    /// Heading, and whether it is for `-o wide` only.
    pub columns: &'static [(&'static str, bool)],
    pub row: fn(&Object, Time) -> Vec<Cell>,
}

/// The table of objects of one kind.
pub fn table(store: &Store, kind: KindId, objects: &[Arc<Object>], now: Time) -> Table {
    if let Some(behaviour) = behaviour_of(kind) {
        let columns = behaviour.print.columns.iter().map(|(name, wide)| Column { name: (*name).into(), wide: *wide });
        let rows = objects.iter().map(|object| (behaviour.print.row)(object, now)).collect();
        return Table { columns: columns.collect(), rows };
    }
    let info = store.kinds().info(kind);
    let column = |name: &str, wide| Column { name: name.to_ascii_uppercase(), wide };
    let mut columns = vec![column("NAME", false)];
    columns.extend(info.columns.iter().map(|c| column(&c.name, c.wide)));
    if info.columns.is_empty() {
        columns.push(column("AGE", false));
    }
    let row = |object: &Arc<Object>| {
        let mut cells = vec![object.name().to_string()];
        cells.extend(info.columns.iter().map(|c| custom_cell(&object.value, &c.json_path, now)));
        if info.columns.is_empty() {
            cells.push(age(object, now));
        }
        cells
    };
    Table { columns, rows: objects.iter().map(row).collect() }
}

/// A column of type date prints an age; that is known by its path.
fn custom_cell(value: &Value, path: &str, now: Time) -> Cell {
    let path = path.trim_start_matches('.');
    let found = match path.split_once("[?(@.type==\"") {
        // `.status.conditions[?(@.type=="Ready")].status`
        Some((list, rest)) => {
            let (name, field) = rest.split_once("\")].").unwrap_or((rest, ""));
            let one = value.list_at(list).iter().find(|item| item.str_at("type") == name);
            one.map_or(Value::null(), |item| item.at(field))
        }
        None => value.at(path),
    };
    match found {
        Value::Str(text) if path.ends_with("Timestamp") => since(Time::parse_rfc3339(text), now),
        Value::Str(text) => text.to_string(),
        Value::Null => String::new(),
        other => other.to_json(),
    }
}

fn age(object: &Object, now: Time) -> Cell {
    since(time_at(&object.value, "metadata.creationTimestamp"), now)
}

fn since(at: Option<Time>, now: Time) -> Cell {
    at.map_or_else(|| "<unknown>".into(), |at| human_duration(now.since(at)))
}

/// `app=web,tier=front`, or `<none>`.
fn labels(labels: &Map) -> Cell {
    let pairs: Vec<String> =
        labels.iter().map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or(""))).collect();
    none_if_empty(pairs.join(","))
}

fn none_if_empty(text: String) -> String {
    if text.is_empty() { "<none>".into() } else { text }
}
