//! Budgets and priority classes.

use super::{Cell, Printer, age};
use crate::object::Object;
use manifest::Value;
use sim::Time;

pub(crate) const BUDGET: Printer = Printer {
    columns: &[
        ("NAME", false),
        ("MIN AVAILABLE", false),
        ("MAX UNAVAILABLE", false),
        ("ALLOWED DISRUPTIONS", false),
        ("AGE", false),
    ],
    row: budget,
};

pub(crate) const PRIORITY_CLASS: Printer = Printer {
    columns: &[
        ("NAME", false),
        ("VALUE", false),
        ("GLOBAL-DEFAULT", false),
        ("AGE", false),
        ("PREEMPTIONPOLICY", false),
    ],
    row: priority_class,
};

fn amount(value: &Value) -> Cell {
    match value {
        Value::Null => "N/A".into(),
        Value::Str(text) => text.to_string(),
        other => other.to_json(),
    }
}

fn budget(object: &Object, now: Time) -> Vec<Cell> {
    let value = &object.value;
    vec![
        object.name().into(),
        amount(value.at("spec.minAvailable")),
        amount(value.at("spec.maxUnavailable")),
        value.int_at("status.disruptionsAllowed").unwrap_or(0).to_string(),
        age(object, now),
    ]
}

fn priority_class(object: &Object, now: Time) -> Vec<Cell> {
    let value = &object.value;
    vec![
        object.name().into(),
        value.int_at("value").unwrap_or(0).to_string(),
        value.bool_at("globalDefault").to_string(),
        age(object, now),
        value.str_at("preemptionPolicy").into(),
    ]
}
