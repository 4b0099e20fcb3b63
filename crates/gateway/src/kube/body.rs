//! What clients send: JSON, YAML or protobuf.

use super::clock::Running;
use super::http::Request;
use super::{protobuf, scale};
use cluster::{KindInfo, Status};
use manifest::Value;

/// The object that a request brings, for a kind.
pub(super) fn of(running: &Running, request: &Request, kind: &KindInfo) -> Result<Value, Status> {
    let mut value = running.heard(&any(request)?);
    scale::newer(&mut value);
    if value.as_map().is_none() {
        return Err(Status::bad_request("couldn't get version/kind; json parse error"));
    }
    for (field, own) in [("kind", kind.kind.to_string()), ("apiVersion", kind.api_version())] {
        if value.str_at(field).is_empty() {
            value.put(field, own);
        } else if value.str_at(field) != own {
            let (api, name) = (value.str_at("apiVersion"), value.str_at("kind"));
            let (group, version) = api.split_once('/').unwrap_or(("", api));
            return Err(Status::bad_request(format!(
                "{} in version {:?} cannot be handled as a {}: no kind {name:?} is registered for version \"{group}/{version}\"",
                name, version, kind.kind
            )));
        }
    }
    Ok(value)
}

fn any(request: &Request) -> Result<Value, Status> {
    if request.body.starts_with(protobuf::MAGIC) {
        return protobuf::decode(&request.body).map_err(|why| Status {
            code: 415,
            reason: "UnsupportedMediaType".into(),
            ..Status::bad_request(why)
        });
    }
    if request.header("content-type").contains("yaml") {
        let text = String::from_utf8_lossy(&request.body);
        return Value::from_yaml(&text).map_err(|why| Status::bad_request(format!("error decoding YAML: {why}")));
    }
    json(request)
}

/// A body that must be JSON.
pub(super) fn json(request: &Request) -> Result<Value, Status> {
    if request.body.starts_with(protobuf::MAGIC) {
        return any(request);
    }
    let text = std::str::from_utf8(&request.body).map_err(|_| Status::bad_request("the body is no UTF-8"))?;
    Value::from_json(text).map_err(|_| Status::bad_request("couldn't get version/kind; json parse error: invalid JSON"))
}

/// A body that may be missing.
pub(super) fn optional(request: &Request) -> Result<Value, Status> {
    if request.body.is_empty() { Ok(Value::map()) } else { json(request) }
}
