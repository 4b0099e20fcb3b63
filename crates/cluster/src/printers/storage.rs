//! Volumes, claims and storage classes.

use super::{Cell, Printer, age};
use crate::controllers::volume::class_of;
use crate::object::Object;
use manifest::Value;
use sim::Time;

pub(crate) const VOLUME: Printer = Printer {
    columns: &[
        ("NAME", false),
        ("CAPACITY", false),
        ("ACCESS MODES", false),
        ("RECLAIM POLICY", false),
        ("STATUS", false),
        ("CLAIM", false),
        ("STORAGECLASS", false),
        ("VOLUMEATTRIBUTESCLASS", false),
        ("REASON", false),
        ("AGE", false),
        ("VOLUMEMODE", true),
    ],
    row: volume,
};

pub(crate) const CLAIM: Printer = Printer {
    columns: &[
        ("NAME", false),
        ("STATUS", false),
        ("VOLUME", false),
        ("CAPACITY", false),
        ("ACCESS MODES", false),
        ("STORAGECLASS", false),
        ("VOLUMEATTRIBUTESCLASS", false),
        ("AGE", false),
        ("VOLUMEMODE", true),
    ],
    row: claim,
};

pub(crate) const STORAGE_CLASS: Printer = Printer {
    columns: &[
        ("NAME", false),
        ("PROVISIONER", false),
        ("RECLAIMPOLICY", false),
        ("VOLUMEBINDINGMODE", false),
        ("ALLOWVOLUMEEXPANSION", false),
        ("AGE", false),
    ],
    row: storage_class,
};

fn modes(object: &Value, path: &str) -> String {
    let short = |mode: &Value| match mode.as_str() {
        Some("ReadWriteOnce") => "RWO",
        Some("ReadOnlyMany") => "ROX",
        Some("ReadWriteMany") => "RWX",
        _ => "RWOP",
    };
    object.list_at(path).iter().map(short).collect::<Vec<_>>().join(",")
}

fn class(object: &Value) -> Cell {
    class_of(object).into()
}

fn unset(text: &str) -> Cell {
    if text.is_empty() { "<unset>".into() } else { text.into() }
}

fn volume(object: &Object, now: Time) -> Vec<Cell> {
    let value = &object.value;
    let claim = value.at("spec.claimRef");
    let place =
        if claim.is_null() { String::new() } else { format!("{}/{}", claim.str_at("namespace"), claim.str_at("name")) };
    let phase = if object.deleting() { "Terminating" } else { value.str_at("status.phase") };
    vec![
        object.name().into(),
        value.at("spec.capacity").get("storage").map_or(String::new(), text),
        modes(value, "spec.accessModes"),
        value.str_at("spec.persistentVolumeReclaimPolicy").into(),
        phase.into(),
        place,
        class(value),
        unset(value.str_at("spec.volumeAttributesClassName")),
        value.str_at("status.reason").into(),
        age(object, now),
        value.str_at("spec.volumeMode").into(),
    ]
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_json(), str::to_string)
}

fn claim(object: &Object, now: Time) -> Vec<Cell> {
    let value = &object.value;
    let phase = if object.deleting() { "Terminating" } else { value.str_at("status.phase") };
    let bound = !value.str_at("spec.volumeName").is_empty();
    let capacity = value.at("status.capacity").get("storage").filter(|_| bound).map_or(String::new(), text);
    vec![
        object.name().into(),
        phase.into(),
        value.str_at("spec.volumeName").into(),
        capacity,
        if bound { modes(value, "status.accessModes") } else { String::new() },
        class(value),
        unset(value.str_at("spec.volumeAttributesClassName")),
        age(object, now),
        value.str_at("spec.volumeMode").into(),
    ]
}

fn storage_class(object: &Object, now: Time) -> Vec<Cell> {
    let value = &object.value;
    let default = object.annotation("storageclass.kubernetes.io/is-default-class") == "true";
    vec![
        format!("{}{}", object.name(), if default { " (default)" } else { "" }),
        value.str_at("provisioner").into(),
        value.str_at("reclaimPolicy").into(),
        value.str_at("volumeBindingMode").into(),
        value.bool_at("allowVolumeExpansion").to_string(),
        age(object, now),
    ]
}
