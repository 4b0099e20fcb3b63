//! Deployments, replica sets, stateful sets, daemon sets and their revisions.

use super::{Cell, Printer, age, labels, none_if_empty};
use crate::object::Object;
use crate::selector::LabelSelector;
use manifest::Value;
use sim::Time;

pub(crate) const DEPLOYMENT: Printer = Printer {
    columns: &[
        ("NAME", false),
        ("READY", false),
        ("UP-TO-DATE", false),
        ("AVAILABLE", false),
        ("AGE", false),
        ("CONTAINERS", true),
        ("IMAGES", true),
        ("SELECTOR", true),
    ],
    row: deployment,
};

pub(crate) const REPLICA_SET: Printer = Printer {
    columns: &[
        ("NAME", false),
        ("DESIRED", false),
        ("CURRENT", false),
        ("READY", false),
        ("AGE", false),
        ("CONTAINERS", true),
        ("IMAGES", true),
        ("SELECTOR", true),
    ],
    row: replica_set,
};

pub(crate) const STATEFUL_SET: Printer = Printer {
    columns: &[("NAME", false), ("READY", false), ("AGE", false), ("CONTAINERS", true), ("IMAGES", true)],
    row: stateful_set,
};

pub(crate) const DAEMON_SET: Printer = Printer {
    columns: &[
        ("NAME", false),
        ("DESIRED", false),
        ("CURRENT", false),
        ("READY", false),
        ("UP-TO-DATE", false),
        ("AVAILABLE", false),
        ("NODE SELECTOR", false),
        ("AGE", false),
        ("CONTAINERS", true),
        ("IMAGES", true),
        ("SELECTOR", true),
    ],
    row: daemon_set,
};

pub(crate) const CONTROLLER_REVISION: Printer = Printer {
    columns: &[("NAME", false), ("CONTROLLER", false), ("REVISION", false), ("AGE", false)],
    row: controller_revision,
};

fn stateful_set(object: &Object, now: Time) -> Vec<Cell> {
    let ready = format!("{}/{}", number(object, "status.readyReplicas"), number(object, "spec.replicas"));
    let mut cells = vec![object.name().to_string(), ready, age(object, now)];
    cells.extend(containers(object.value.list_at("spec.template.spec.containers")));
    cells
}

fn daemon_set(object: &Object, now: Time) -> Vec<Cell> {
    let mut cells = vec![object.name().to_string()];
    cells.extend(
        [
            "status.desiredNumberScheduled",
            "status.currentNumberScheduled",
            "status.numberReady",
            "status.updatedNumberScheduled",
            "status.numberAvailable",
        ]
        .map(|path| number(object, path).to_string()),
    );
    cells.push(labels(object.value.map_at("spec.template.spec.nodeSelector")));
    cells.push(age(object, now));
    cells.extend(wide(object));
    cells
}

fn controller_revision(object: &Object, now: Time) -> Vec<Cell> {
    let owner = object.controller().map_or("<none>".to_string(), |owner| {
        let group = owner.str_at("apiVersion").split_once('/').map_or("", |(group, _)| group);
        let kind = owner.str_at("kind").to_ascii_lowercase();
        let dot = if group.is_empty() { "" } else { "." };
        format!("{kind}{dot}{group}/{}", owner.str_at("name"))
    });
    vec![object.name().to_string(), owner, number(object, "revision").to_string(), age(object, now)]
}

fn number(object: &Object, path: &str) -> i64 {
    object.value.int_at(path).unwrap_or(0)
}

/// Names and images of containers.
pub(super) fn containers(containers: &[Value]) -> [Cell; 2] {
    let all = |field: &str| containers.iter().map(|c| c.str_at(field)).collect::<Vec<_>>().join(",");
    [all("name"), all("image")]
}

/// Container names, images and selector: the wide columns.
fn wide(object: &Object) -> [Cell; 3] {
    let [names, images] = containers(object.value.list_at("spec.template.spec.containers"));
    let selector = LabelSelector::of(object).to_string();
    [names, images, none_if_empty(selector)]
}

fn deployment(object: &Object, now: Time) -> Vec<Cell> {
    let mut cells = vec![
        object.name().to_string(),
        format!("{}/{}", number(object, "status.readyReplicas"), number(object, "spec.replicas")),
        number(object, "status.updatedReplicas").to_string(),
        number(object, "status.availableReplicas").to_string(),
        age(object, now),
    ];
    cells.extend(wide(object));
    cells
}

fn replica_set(object: &Object, now: Time) -> Vec<Cell> {
    let mut cells = vec![object.name().to_string()];
    cells.extend(
        ["spec.replicas", "status.replicas", "status.readyReplicas"].map(|path| number(object, path).to_string()),
    );
    cells.push(age(object, now));
    cells.extend(wide(object));
    cells
}
