//! Resources of an application as the last operation and the last comparison left them (`getResourceStates`).

use super::selected::{Selected, includes};
use super::table;
use manifest::Value;
use order::OrdMap;
use serde::{Deserialize, Serialize};

/// One line of the resources' table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ResourceState {
    pub group: String,
    pub kind: String,
    pub namespace: String,
    pub name: String,
    pub status: String,
    pub health: String,
    pub hook: String,
    pub message: String,
}

impl ResourceState {
    fn of(resource: &Value) -> Self {
        let text = |path: &str| resource.str_at(path).to_string();
        Self {
            group: text("group"),
            kind: text("kind"),
            namespace: text("namespace"),
            name: text("name"),
            ..Self::default()
        }
    }

    /// `apps/Deployment/shop/web`.
    pub fn key(&self) -> String {
        format!("{}/{}/{}/{}", self.group, self.kind, self.namespace, self.name)
    }

    /// Takes over what is new; what is known never becomes blank. Says whether anything was new.
    pub fn merge(&mut self, newer: &Self) -> bool {
        let fields = [
            (&mut self.status, &newer.status),
            (&mut self.health, &newer.health),
            (&mut self.hook, &newer.hook),
            (&mut self.message, &newer.message),
        ];
        let mut changed = false;
        for (old, new) in fields {
            if !new.is_empty() && old != new {
                old.clone_from(new);
                changed = true;
            }
        }
        changed
    }

    fn cells(&self) -> [&str; 8] {
        [&self.group, &self.kind, &self.namespace, &self.name, &self.status, &self.health, &self.hook, &self.message]
    }

    /// As `app sync` and `app wait` tell a change: right-aligned cells behind the time.
    pub fn told_at(&self, time: &str) -> Vec<String> {
        wait_line(time, self.cells())
    }
}

/// The headings of that form.
pub(super) fn wait_heading() -> Vec<String> {
    wait_line("TIMESTAMP", ["GROUP", "KIND", "NAMESPACE", "NAME", "STATUS", "HEALTH", "HOOK", "MESSAGE"])
}

/// `"%s\t%5s\t%10s\t%10s\t%20s\t%8s\t%7s\t%10s\t%s\n"`
fn wait_line(time: &str, cells: [&str; 8]) -> Vec<String> {
    let widths: [usize; 8] = [5, 10, 10, 20, 8, 7, 10, 0];
    let padded = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:>width$}"));
    std::iter::once(time.to_string()).chain(padded).collect()
}

/// What the last operation did first, then the other resources in the order of their keys.
pub(super) fn states(app: &Value, selected: &[Selected]) -> Vec<ResourceState> {
    let resources = app.list_at("status.resources").iter();
    let mut rest: OrdMap<String, &Value> = resources.map(|value| (ResourceState::of(value).key(), value)).collect();
    let mut found = Vec::new();
    for result in app.list_at("status.operationState.syncResult.resources") {
        let mut state = ResourceState::of(result);
        state.hook = result.str_at("hookType").to_string();
        state.message = result.str_at("message").to_string();
        match rest.remove(&state.key()).filter(|_| state.hook.is_empty()) {
            Some(resource) => {
                state.status = resource.str_at("status").to_string();
                state.health = resource.str_at("health.status").to_string();
            }
            None => {
                state.status = result.str_at("hookPhase").to_string();
                state.health = result.str_at("status").to_string();
            }
        }
        found.push(state);
    }
    for resource in rest.into_values() {
        found.push(ResourceState {
            status: resource.str_at("status").to_string(),
            health: resource.str_at("health.status").to_string(),
            ..ResourceState::of(resource)
        });
    }
    found.retain(|state| includes(selected, &state.group, &state.kind, &state.namespace, &state.name));
    found
}

/// The table of `app get`.
pub(super) fn table(app: &Value) -> String {
    let mut lines = vec![table::line(["GROUP", "KIND", "NAMESPACE", "NAME", "STATUS", "HEALTH", "HOOK", "MESSAGE"])];
    lines.extend(states(app, &[]).iter().map(|state| table::line(state.cells())));
    table::align(&lines, 0)
}
