//! Deployments and replica sets.

use super::{Cell, Printer, age, none_if_empty};
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
    let selector = LabelSelector::from_value(object.value.at("spec.selector")).to_string();
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
