//! What the API server answers when it refuses: a status with its exact words.

use manifest::Value;
use order::Arrange;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A refusal, as `metav1.Status` has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The HTTP code.
    pub code: u16,
    /// `NotFound`, `AlreadyExists`, `Conflict`, `Invalid`, `BadRequest`, `Forbidden`, `Expired` …
    pub reason: String,
    pub message: String,
    pub details: Box<StatusDetails>,
}

/// What a refusal is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusDetails {
    /// The resource (plural) or, for `Invalid`, the kind that it is about.
    pub kind: String,
    pub group: String,
    pub name: String,
    /// One for each wrong field.
    pub causes: Vec<FieldError>,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Status {}

/// `deployments.apps`, `pods`.
fn qualified(resource: &str, group: &str) -> String {
    if group.is_empty() { resource.to_string() } else { format!("{resource}.{group}") }
}

impl Status {
    fn new(code: u16, reason: &str, message: String, (group, kind): (&str, &str), name: &str) -> Self {
        let (kind, group) = (kind.to_string(), group.to_string());
        let details = Box::new(StatusDetails { kind, group, name: name.into(), causes: Vec::new() });
        Self { code, reason: reason.into(), message, details }
    }

    /// `resource` is (group, plural).
    pub fn not_found(resource: (&str, &str), name: &str) -> Self {
        let message = format!("{} \"{name}\" not found", qualified(resource.1, resource.0));
        Self::new(404, "NotFound", message, resource, name)
    }

    pub fn already_exists(resource: (&str, &str), name: &str) -> Self {
        let message = format!("{} \"{name}\" already exists", qualified(resource.1, resource.0));
        Self::new(409, "AlreadyExists", message, resource, name)
    }

    pub fn conflict(resource: (&str, &str), name: &str) -> Self {
        let message = format!(
            "Operation cannot be fulfilled on {} \"{name}\": the object has been modified; \
             please apply your changes to the latest version and try again",
            qualified(resource.1, resource.0)
        );
        Self::new(409, "Conflict", message, resource, name)
    }

    pub fn conflict_because(resource: (&str, &str), name: &str, why: &str) -> Self {
        let message =
            format!("Operation cannot be fulfilled on {} \"{name}\": {why}", qualified(resource.1, resource.0));
        Self::new(409, "Conflict", message, resource, name)
    }

    pub fn forbidden(resource: (&str, &str), name: &str, why: &str) -> Self {
        let message = format!("{} \"{name}\" is forbidden: {why}", qualified(resource.1, resource.0));
        Self::new(403, "Forbidden", message, resource, name)
    }

    /// `kind` is (group, kind).
    pub fn invalid(kind: (&str, &str), name: &str, causes: Vec<FieldError>) -> Self {
        let mut told: Vec<String> = causes.iter().map(ToString::to_string).collect();
        told.dedup();
        let all = if told.len() == 1 { told.remove(0) } else { format!("[{}]", told.join(", ")) };
        let message = format!("{} \"{name}\" is invalid: {all}", qualified(kind.1, kind.0));
        let mut status = Self::new(422, "Invalid", message, kind, name);
        status.details.causes = causes;
        status
    }

    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequest", message.into(), ("", ""), "")
    }

    pub fn expired(asked: u64, oldest: u64) -> Self {
        Self::new(410, "Expired", format!("too old resource version: {asked} ({oldest})"), ("", ""), "")
    }
}

/// What is wrong with one field, as apimachinery's `field.Error` tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// `FieldValueRequired`, `FieldValueInvalid`, `FieldValueNotSupported` …
    pub reason: String,
    pub field: String,
    /// Without the field: `Required value`, `Invalid value: -1: must be …`.
    pub message: String,
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.message)
    }
}

/// A value as Go prints it in an error: texts quoted, numbers plain.
pub fn shown(value: &Value) -> String {
    match value {
        Value::Str(text) => format!("{text:?}"),
        Value::Null => "null".into(),
        other => other.to_json(),
    }
}

impl FieldError {
    fn new(reason: &str, field: impl Into<String>, message: String) -> Self {
        Self { reason: reason.into(), field: field.into(), message }
    }

    pub fn required(field: impl Into<String>, detail: &str) -> Self {
        let message = if detail.is_empty() { "Required value".into() } else { format!("Required value: {detail}") };
        Self::new("FieldValueRequired", field, message)
    }

    pub fn invalid(field: impl Into<String>, value: &Value, detail: &str) -> Self {
        Self::invalid_shown(field, &shown(value), detail)
    }

    pub fn invalid_shown(field: impl Into<String>, value: &str, detail: &str) -> Self {
        Self::new("FieldValueInvalid", field, format!("Invalid value: {value}: {detail}"))
    }

    pub fn unsupported(field: impl Into<String>, value: &Value, supported: &[&str]) -> Self {
        let mut all: Vec<String> = supported.iter().map(|text| format!("{text:?}")).collect();
        all.arrange();
        let message = format!("Unsupported value: {}: supported values: {}", shown(value), all.join(", "));
        Self::new("FieldValueNotSupported", field, message)
    }

    pub fn duplicate(field: impl Into<String>, value: &Value) -> Self {
        Self::new("FieldValueDuplicate", field, format!("Duplicate value: {}", shown(value)))
    }

    pub fn not_found(field: impl Into<String>, value: &Value) -> Self {
        Self::new("FieldValueNotFound", field, format!("Not found: {}", shown(value)))
    }

    pub fn forbidden(field: impl Into<String>, detail: &str) -> Self {
        Self::new("FieldValueForbidden", field, format!("Forbidden: {detail}"))
    }

    pub fn too_long(field: impl Into<String>, max: usize) -> Self {
        Self::new("FieldValueTooLong", field, format!("Too long: may not be more than {max} bytes"))
    }
}
