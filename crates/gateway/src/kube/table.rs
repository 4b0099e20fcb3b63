//! Objects as the server's tables, which `kubectl get` prints, and as lists.

use super::clock::Running;
use super::http::Request;
use cluster::{KindInfo, Object};
use manifest::{Value, object};
use std::sync::Arc;

/// How objects are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Whole,
    /// A table, whose rows carry the metadata or the whole object.
    Table {
        whole: bool,
    },
}

impl Form {
    pub fn of(request: &Request) -> Self {
        let table = request.header("accept").split(',').next().unwrap_or("").contains("as=Table");
        if table { Self::Table { whole: request.asked("includeObject") == "Object" } } else { Self::Whole }
    }
}

/// A table of objects of one kind; without headings where they were told before.
pub(super) fn table(running: &Running, kind: &KindInfo, objects: &[Arc<Object>], whole: bool, headings: bool) -> Value {
    let world = &running.world;
    let table = cluster::table(world.cluster.store(), kind.id, objects, world.now());
    let column = |column: &cluster::Column| {
        let format = if column.name == "NAME" && !column.wide { "name" } else { "" };
        object! {
            "description" => "", "format" => format, "name" => column.name.as_str(),
            "priority" => i64::from(column.wide), "type" => "string",
        }
    };
    let columns: Value = table.columns.iter().map(column).collect();
    let row = |(object, cells): (&Arc<Object>, Vec<cluster::Cell>)| {
        let shown = if whole { object.value.clone() } else { partial(object) };
        object! { "cells" => cells.iter().map(Value::from).collect::<Value>(), "object" => shown }
    };
    let rows: Value = objects.iter().zip(table.rows).map(row).collect();
    object! {
        "apiVersion" => "meta.k8s.io/v1", "columnDefinitions" => if headings { columns } else { Value::Null },
        "kind" => "Table", "metadata" => version(running), "rows" => rows,
    }
}

fn version(running: &Running) -> Value {
    object! { "resourceVersion" => running.world.cluster.store().version().to_string() }
}

fn partial(object: &Object) -> Value {
    object! {
        "apiVersion" => "meta.k8s.io/v1", "kind" => "PartialObjectMetadata",
        "metadata" => object.value.at("metadata").clone(),
    }
}

/// A list of whole objects, which do not name their kind each.
pub(super) fn list(running: &Running, kind: &KindInfo, objects: &[Arc<Object>]) -> Value {
    let bare = |object: &Arc<Object>| {
        let mut value = object.value.clone();
        if kind.columns.is_empty() {
            value.remove("apiVersion");
            value.remove("kind");
        }
        value
    };
    object! {
        "apiVersion" => kind.api_version(), "items" => objects.iter().map(bare).collect::<Value>(),
        "kind" => format!("{}List", kind.kind), "metadata" => version(running),
    }
}
