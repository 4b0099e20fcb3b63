//! The tables of `kubectl get`.

use super::arguments::Wanted;
use super::columns;
use super::flags::Given;
use super::kube::{Kube, qualified};
use cluster::{KindId, Object};
use manifest::Value;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What is shown beside the server's columns.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Look {
    pub headers: bool,
    pub all_namespaces: bool,
    /// Names carry their kind: several kinds, or `--show-kind`.
    pub kinds: bool,
    pub labels: bool,
    pub label_columns: Vec<String>,
    /// Whole objects are printed with `metadata.managedFields`.
    pub managed_fields: bool,
}

impl Look {
    pub fn of(given: &Given, wanted: &Wanted, all_namespaces: bool) -> Self {
        Self {
            headers: !given.has("no-headers"),
            all_namespaces,
            kinds: wanted.kinds.len() > 1 || given.has("show-kind"),
            labels: given.has("show-labels"),
            label_columns: given.all("label-columns"),
            managed_fields: given.has("show-managed-fields"),
        }
    }
}

/// One table for each run of objects of the same kind, with an empty line between.
pub(crate) fn tables(kube: &Kube<'_, '_>, objects: &[Arc<Object>], look: &Look, wide: bool) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut rest = objects;
    while let Some(first) = rest.first() {
        let kind = first.key.kind;
        let count = rest.iter().take_while(|object| object.key.kind == kind).count();
        parts.push(one(kube, kind, &rest[..count], look, wide));
        rest = &rest[count..];
    }
    parts.join("\n")
}

fn one(kube: &Kube<'_, '_>, kind: KindId, objects: &[Arc<Object>], look: &Look, wide: bool) -> String {
    let table = cluster::table(kube.store(), kind, objects, kube.cx.now());
    let info = kube.kinds().info(kind);
    let shown: Vec<usize> = (0..table.columns.len()).filter(|at| wide || !table.columns[*at].wide).collect();
    let name_at = table.columns.iter().position(|column| column.name == "NAME" && !column.wide);
    let mut rows = Vec::with_capacity(objects.len() + 1);
    if look.headers {
        let mut header: Vec<String> = shown.iter().map(|at| table.columns[*at].name.clone()).collect();
        if look.all_namespaces && info.namespaced {
            header.insert(0, "NAMESPACE".into());
        }
        header.extend(look.label_columns.iter().map(|label| heading(label)));
        if look.labels {
            header.push("LABELS".into());
        }
        rows.push(header);
    }
    for (object, mut cells) in objects.iter().zip(table.rows) {
        if let Some(at) = name_at.filter(|_| look.kinds) {
            cells[at] = format!("{}/{}", qualified(info), cells[at]);
        }
        let mut row: Vec<String> = shown.iter().map(|at| one_line(&cells[*at])).collect();
        if look.all_namespaces && info.namespaced {
            row.insert(0, object.namespace().to_string());
        }
        row.extend(look.label_columns.iter().map(|label| none(object.label(label))));
        if look.labels {
            row.push(labels(object));
        }
        rows.push(row);
    }
    columns::table(&rows)
}

/// A cell with a line break shows its first line.
fn one_line(cell: &str) -> String {
    match cell.split_once('\n') {
        Some((first, _)) => format!("{first}..."),
        None => cell.to_string(),
    }
}

/// `app.kubernetes.io/name` is headed `NAME`.
fn heading(label: &str) -> String {
    label.rsplit('/').next().unwrap_or(label).to_ascii_uppercase()
}

fn none(text: &str) -> String {
    text.to_string()
}

fn labels(object: &Object) -> String {
    let pairs: Vec<String> =
        object.labels().iter().map(|(key, value)| format!("{key}={}", Value::as_str(value).unwrap_or(""))).collect();
    if pairs.is_empty() { "<none>".into() } else { pairs.join(",") }
}
