//! Config maps and secrets.

use crate::base64;
use crate::status::FieldError;
use manifest::Value;

const CONFIG_KEY: &str = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  \
     or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
const SIZE_MAX: usize = 1024 * 1024;
const IMMUTABLE: &str = "field is immutable when `immutable` is set";

fn keys(errors: &mut Vec<FieldError>, object: &Value, field: &str) {
    for key in object.map_at(field).keys() {
        let fits = key.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b));
        let why = match key.as_ref() {
            "." => "must not be '.'",
            ".." => "must not be '..'",
            key if key.starts_with("..") => "must not start with '..'",
            key if key.is_empty() || !fits => CONFIG_KEY,
            key if key.len() > 253 => "must be no more than 253 characters",
            _ => continue,
        };
        errors.push(FieldError::invalid(format!("{field}[{key}]"), &Value::from(key), why));
    }
}

fn unchanged(errors: &mut Vec<FieldError>, new: &Value, old: Option<&Value>, fields: &[&str]) {
    let Some(old) = old.filter(|old| old.bool_at("immutable")) else { return };
    if !new.bool_at("immutable") {
        errors.push(FieldError::forbidden("immutable", IMMUTABLE));
    }
    for field in fields {
        if new.at(field) != old.at(field) {
            errors.push(FieldError::forbidden(*field, IMMUTABLE));
        }
    }
}

pub(crate) fn config_map(map: &Value, old: Option<&Value>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    keys(&mut errors, map, "data");
    keys(&mut errors, map, "binaryData");
    let plain: usize = map.map_at("data").values().filter_map(Value::as_str).map(str::len).sum();
    if plain + decoded_len(map, "binaryData") > SIZE_MAX {
        errors.push(FieldError::too_long("", SIZE_MAX));
    }
    unchanged(&mut errors, map, old, &["data", "binaryData"]);
    errors
}

fn decoded_len(object: &Value, field: &str) -> usize {
    object
        .map_at(field)
        .values()
        .filter_map(Value::as_str)
        .filter_map(|t| base64::decode(t).ok())
        .map(|b| b.len())
        .sum()
}

pub(crate) fn secret(secret: &Value, old: Option<&Value>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    keys(&mut errors, secret, "data");
    if decoded_len(secret, "data") > SIZE_MAX {
        errors.push(FieldError::too_long("data", SIZE_MAX));
    }
    let kind = secret.str_at("type");
    let lacks = |key: &str| !secret.map_at("data").contains(key);
    match kind {
        "kubernetes.io/service-account-token" => {
            let name = secret.map_at("metadata.annotations").get("kubernetes.io/service-account.name");
            if name.is_none_or(Value::is_zero) {
                let at = "metadata.annotations[kubernetes.io/service-account.name]";
                errors.push(FieldError::required(at, ""));
            }
        }
        "kubernetes.io/dockercfg" => document(&mut errors, secret, ".dockercfg"),
        "kubernetes.io/dockerconfigjson" => document(&mut errors, secret, ".dockerconfigjson"),
        "kubernetes.io/basic-auth" if lacks("username") && lacks("password") => {
            errors.push(FieldError::required("data[%s]", "username"));
            errors.push(FieldError::required("data[%s]", "password"));
        }
        "kubernetes.io/ssh-auth" if lacks("ssh-privatekey") => {
            errors.push(FieldError::required("data[%s]", "ssh-privatekey"));
        }
        "kubernetes.io/tls" => {
            for key in ["tls.crt", "tls.key"].into_iter().filter(|key| lacks(key)) {
                errors.push(FieldError::required(format!("data[{key}]"), ""));
            }
        }
        _ => {}
    }
    if let Some(old) = old
        && old.at("type") != secret.at("type")
    {
        errors.push(FieldError::invalid("type", secret.at("type"), "field is immutable"));
    }
    unchanged(&mut errors, secret, old, &["data"]);
    errors
}

fn document(errors: &mut Vec<FieldError>, secret: &Value, key: &str) {
    let at = format!("data[{key}]");
    match secret.map_at("data").get(key).and_then(Value::as_str) {
        None => errors.push(FieldError::required(at, "")),
        Some(text) => {
            let bytes = base64::decode(text).unwrap_or_default();
            let fits = std::str::from_utf8(&bytes).is_ok_and(|text| Value::from_json(text).is_ok());
            if !fits {
                let why = "invalid character in document";
                errors.push(FieldError::invalid_shown(at, "\"<secret contents redacted>\"", why));
            }
        }
    }
}
