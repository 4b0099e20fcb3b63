//! Refusals and successes as `metav1.Status`.

use cluster::Status;
use manifest::{Value, object};

fn status(code: u16, state: &str) -> Value {
    object! { "apiVersion" => "v1", "code" => i64::from(code), "kind" => "Status", "metadata" => Value::map(), "status" => state }
}

/// A refusal of the cluster's doors.
pub(super) fn of(refusal: &Status) -> Value {
    let mut value = status(refusal.code, "Failure");
    value.put("message", refusal.message.as_str());
    value.put("reason", refusal.reason.as_str());
    let details = &refusal.details;
    let mut told = Value::map();
    for (name, text) in [("name", &details.name), ("group", &details.group), ("kind", &details.kind)] {
        if !text.is_empty() {
            told.put(name, text.as_str());
        }
    }
    let cause = |cause: &cluster::FieldError| {
        let mut value = object! { "message" => cause.message.as_str(), "reason" => cause.reason.as_str() };
        if !cause.field.is_empty() {
            value.put("field", cause.field.as_str());
        }
        value
    };
    if !details.causes.is_empty() {
        told.put("causes", details.causes.iter().map(cause).collect::<Value>());
    }
    if !told.entries().is_empty() {
        value.put("details", told);
    }
    value
}

/// A refusal that is about no object.
pub(super) fn plain(code: u16, message: &str) -> Value {
    let reason = match code {
        400 => "BadRequest",
        401 => "Unauthorized",
        404 => "NotFound",
        405 => "MethodNotAllowed",
        415 => "UnsupportedMediaType",
        _ => "InternalError",
    };
    let mut value = status(code, "Failure");
    value.put("message", message);
    value.put("reason", reason);
    value
}

/// What a path that leads nowhere answers.
pub(super) fn nowhere() -> Status {
    Status {
        code: 404,
        reason: "NotFound".into(),
        ..Status::bad_request("the server could not find the requested resource")
    }
}

/// What a verb that a resource has not answers.
pub(super) fn not_allowed() -> Status {
    Status {
        code: 405,
        reason: "MethodNotAllowed".into(),
        ..Status::bad_request("the server does not allow this method on the requested resource")
    }
}

/// Something is done, or gone.
pub(super) fn success(code: u16, details: Value) -> Value {
    let mut value = status(code, "Success");
    value.remove("code");
    if !details.entries().is_empty() {
        value.put("details", details);
    }
    value
}
