//! What extends the API server: its aggregated groups and its webhooks.

use super::{Cell, Printer, age};
use crate::object::{Object, condition};
use sim::Time;

/// By the columns that `kube-aggregator` prints itself.
pub(crate) const API_SERVICE: Printer =
    Printer { columns: &[("NAME", false), ("SERVICE", false), ("AVAILABLE", false), ("AGE", false)], row: api_service };

pub(crate) const WEBHOOKS: Printer =
    Printer { columns: &[("NAME", false), ("WEBHOOKS", false), ("AGE", false)], row: webhooks };

fn api_service(object: &Object, now: Time) -> Vec<Cell> {
    let behind = object.value.at("spec.service");
    let service = match behind.is_null() {
        true => "Local".to_string(),
        false => format!("{}/{}", behind.str_at("namespace"), behind.str_at("name")),
    };
    let available = match condition(&object.value, "Available") {
        Some(told) if told.str_at("status") == "True" => "True".to_string(),
        Some(told) => format!("{} ({})", told.str_at("status"), told.str_at("reason")),
        None => "Unknown".into(),
    };
    vec![object.name().to_string(), service, available, age(object, now)]
}

fn webhooks(object: &Object, now: Time) -> Vec<Cell> {
    vec![object.name().to_string(), object.value.list_at("webhooks").len().to_string(), age(object, now)]
}
