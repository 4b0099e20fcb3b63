//! Structural schemas: unknown fields, defaults and validation, in the words of kube-openapi.

use crate::status::{FieldError, shown};
use manifest::Value;

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_string() } else { format!("{path}.{name}") }
}

/// Fields of every object, whatever its schema says.
fn general(path: &str, key: &str) -> bool {
    path.is_empty() && matches!(key, "apiVersion" | "kind" | "metadata")
}

pub(super) fn unknown(schema: &Value, value: &Value, path: &str, out: &mut Vec<String>) {
    if schema.bool_at("x-kubernetes-preserve-unknown-fields") || schema.bool_at("x-kubernetes-embedded-resource") {
        return;
    }
    for (at, item) in value.items().iter().enumerate() {
        unknown(schema.at("items"), item, &format!("{path}[{at}]"), out);
    }
    let (properties, rest) = (schema.map_at("properties"), schema.at("additionalProperties"));
    for (key, item) in value.entries().iter().filter(|(key, _)| !general(path, key)) {
        match properties.get(key) {
            Some(inner) => unknown(inner, item, &join(path, key), out),
            None if rest.is_null() || rest.as_bool() == Some(false) => out.push(join(path, key)),
            None => unknown(rest, item, &join(path, key), out),
        }
    }
}

pub(super) fn default(schema: &Value, value: &mut Value) {
    for (key, inner) in schema.map_at("properties").iter() {
        let fallback = inner.at("default");
        if value.get(key).is_none() && !fallback.is_null() {
            value.put(key, fallback.clone());
        }
        if let Some(mut item) = value.get(key).cloned() {
            default(inner, &mut item);
            value.put(key, item);
        }
    }
    let items = schema.at("items");
    if !items.is_null() && !value.items().is_empty() {
        let filled: Vec<Value> = value
            .items()
            .iter()
            .cloned()
            .map(|mut item| {
                default(items, &mut item);
                item
            })
            .collect();
        *value = filled.into();
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Int(_) => "integer",
        Value::Float(_) => "number",
        Value::Str(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
    }
}

pub(super) fn validate(schema: &Value, value: &Value, path: &str, errors: &mut Vec<FieldError>) {
    if value.is_null() && (schema.bool_at("nullable") || path.is_empty()) {
        return;
    }
    let (wanted, is) = (schema.str_at("type"), kind_of(value));
    let either = schema.bool_at("x-kubernetes-int-or-string") && matches!(is, "integer" | "string");
    let fits = wanted.is_empty() || wanted == is || (wanted == "number" && is == "integer") || either;
    if !fits {
        let why = format!("{path} in body must be of type {wanted}: {is:?}");
        return errors.push(FieldError::invalid_shown(path, &format!("{is:?}"), &why));
    }
    bounds(schema, value, path, errors);
    let choices: Vec<String> =
        schema.list_at("enum").iter().map(|v| v.as_str().map_or_else(|| v.to_json(), String::from)).collect();
    if !choices.is_empty() && !schema.list_at("enum").contains(value) {
        let known: Vec<&str> = choices.iter().map(String::as_str).collect();
        errors.push(FieldError::unsupported(path, value, &known));
    }
    for name in schema.list_at("required").iter().filter_map(Value::as_str) {
        if value.get(name).is_none() {
            errors.push(FieldError::required(join(path, name), ""));
        }
    }
    for (at, item) in value.items().iter().enumerate() {
        validate(schema.at("items"), item, &format!("{path}[{at}]"), errors);
    }
    let (properties, rest) = (schema.map_at("properties"), schema.at("additionalProperties"));
    for (key, item) in value.entries().iter().filter(|(key, _)| !general(path, key)) {
        let inner = properties.get(key).unwrap_or(rest);
        if inner.as_map().is_some() {
            validate(inner, item, &join(path, key), errors);
        }
    }
}

/// Bounds of numbers, texts and lists.
fn bounds(schema: &Value, value: &Value, path: &str, errors: &mut Vec<FieldError>) {
    let mut wrong =
        |why: String| errors.push(FieldError::invalid_shown(path, &shown(value), &format!("{path} in body {why}")));
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    if let Some(number) = value.as_f64() {
        for (field, strict, words, below) in
            [("minimum", "exclusiveMinimum", "greater than", true), ("maximum", "exclusiveMaximum", "less than", false)]
        {
            let Some(bound) = schema.at(field).as_f64() else { continue };
            let open = schema.bool_at(strict);
            let broken = match (below, open) {
                (true, false) => number < bound,
                (true, true) => number <= bound,
                (false, false) => number > bound,
                (false, true) => number >= bound,
            };
            if broken {
                let words = if open { words.to_string() } else { format!("{words} or equal to") };
                wrong(format!("should be {words} {}", schema.at(field).to_json()));
            }
        }
    }
    if let Some(text) = value.as_str() {
        let length = count(text.chars().count());
        if schema.int_at("minLength").is_some_and(|least| length < least) {
            wrong(format!("should be at least {} chars long", schema.int_at("minLength").unwrap_or(0)));
        }
        if schema.int_at("maxLength").is_some_and(|most| length > most) {
            wrong(format!("should be at most {} chars long", schema.int_at("maxLength").unwrap_or(0)));
        }
    }
    if let Some(items) = value.as_list() {
        let length = count(items.len());
        if schema.int_at("minItems").is_some_and(|least| length < least) {
            wrong(format!("should have at least {} items", schema.int_at("minItems").unwrap_or(0)));
        }
        if schema.int_at("maxItems").is_some_and(|most| length > most) {
            wrong(format!("should have at most {} items", schema.int_at("maxItems").unwrap_or(0)));
        }
    }
}
