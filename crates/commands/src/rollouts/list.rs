//! `list rollouts`.

use super::waiting::{Task, Waiting};
use super::{Answer, Next, kind};
use crate::cobra::Given;
use crate::kubectl::Kube;
use cluster::Object;
use gitops::rollouts::{ROLLOUT, phase_of, set_weight};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What is listed, and how.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Look {
    pub all: bool,
    pub name: String,
    pub timestamps: bool,
}

fn cells(object: &Object) -> Vec<String> {
    let value = &object.value;
    let canary = value.at("spec.strategy.blueGreen").is_null();
    let count = value.list_at("spec.strategy.canary.steps").len();
    let at = value.int_at("status.currentStepIndex").filter(|_| canary && count > 0);
    let number = |path: &str| value.int_at(path).unwrap_or(0);
    let ready = format!("{}/{}", number("status.readyReplicas"), number("status.replicas"));
    vec![
        format!("{:<10}", object.name()),
        format!("{:<9}", if canary { "Canary" } else { "BlueGreen" }),
        format!("{:<12}", phase_of(value).0),
        format!("{:<4}", at.map_or_else(|| "-".to_string(), |at| format!("{at}/{count}"))),
        format!("{:<10}", if canary { set_weight(value).to_string() } else { "-".into() }),
        format!("{ready:<5}"),
        format!("{:<7}", value.int_at("spec.replicas").unwrap_or(1)),
        format!("{:<10}", number("status.updatedReplicas")),
        format!("{:<9}", number("status.availableReplicas")),
    ]
}

impl Look {
    fn found(&self, kube: &Kube<'_, '_>) -> Result<Vec<Arc<Object>>, String> {
        let kind = kind(kube, ROLLOUT)?;
        let space = if self.all { "" } else { kube.namespace.as_str() };
        kube.may("list", (kind, ""), (space, "")).map_err(|stop| super::server_words(&stop.message))?;
        let all = kube.store().all(kind, (!self.all).then_some(space)).cloned();
        Ok(all.filter(|object| self.name.is_empty() || object.name() == self.name).collect())
    }

    fn row(&self, kube: &Kube<'_, '_>, object: &Object) -> Vec<String> {
        let mut row = Vec::new();
        if self.timestamps {
            row.push(format!("{:<20}", kube.cx.now().rfc3339()));
        }
        if self.all {
            row.push(format!("{:<9}", object.namespace()));
        }
        row.extend(cells(object));
        row
    }

    /// Rows that are not the ones before, with headings at the first time.
    pub fn news(&self, kube: &Kube<'_, '_>, before: &mut Vec<String>, first: bool) -> Result<String, String> {
        let mut rows = Vec::new();
        if first {
            let names =
                ["NAME", "STRATEGY", "STATUS", "STEP", "SET-WEIGHT", "READY", "DESIRED", "UP-TO-DATE", "AVAILABLE"];
            let front = [(self.timestamps, "TIMESTAMP"), (self.all, "NAMESPACE")];
            let front = front.into_iter().filter(|(there, _)| *there).map(|(_, name)| name);
            rows.push(front.chain(names).map(String::from).collect::<Vec<String>>());
        }
        let mut now = Vec::new();
        for object in self.found(kube)? {
            let shown = [object.namespace(), "/", &cells(&object).join(" ")].concat();
            if first || !before.contains(&shown) {
                rows.push(self.row(kube, &object));
            }
            now.push(shown);
        }
        *before = now;
        Ok(table(&rows))
    }
}

fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let width =
        |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut out = String::new();
    for row in rows {
        for (at, cell) in row.iter().enumerate() {
            out.push_str(cell);
            if at + 1 < columns {
                out.extend(std::iter::repeat_n(' ', widths[at] + 2 - cell.chars().count()));
            }
        }
        out.push('\n');
    }
    out
}

pub(super) fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let name = given.text("name").unwrap_or_default().to_string();
    let look = Look { all: given.on("all-namespaces"), name, timestamps: given.on("timestamps") };
    if look.found(kube)?.is_empty() && !given.on("watch") {
        kube.err("No resources found.\n");
        return Ok(Next::Exit(0));
    }
    let mut before = Vec::new();
    let text = look.news(kube, &mut before, true)?;
    kube.out(text);
    if given.on("watch") {
        return Waiting::begin(kube, Task::List { look, before }, None);
    }
    Ok(Next::Exit(0))
}
